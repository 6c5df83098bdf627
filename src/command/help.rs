//! `help`, and the table in the docs: both from [`TABLE`](super::TABLE) and the messages.

use crate::domain::Role;

use super::{Arg, Args, CommandSpec, Kind, Line, Problem, Query, Say, TABLE, may, noun, problem};

pub(super) const HELP: CommandSpec = CommandSpec {
    name: "help",
    args: &[Arg::word("command", "command", Kind::Topic).optional()],
    role: Role::Customer,
    about_key: "command-help",
    parse,
};

fn parse(args: &mut Args) -> Result<Line, Problem> {
    Ok(Line::Query(Query::Help { topic: args.optional_text()? }))
}

/// What somebody of this role can type: all of it, one command, or a noun's commands.
pub fn help(say: Say, role: Role, topic: Option<&str>) -> String {
    let allowed = || TABLE.iter().filter(|spec| may(spec, role));
    let Some(topic) = topic.map(|topic| topic.trim().trim_start_matches('/').to_lowercase()) else {
        let lines: Vec<String> = allowed().map(|spec| row(say, spec)).collect();
        return say("command-help-all", &[("lines", lines.join("\n"))]);
    };
    let about: Vec<&CommandSpec> =
        allowed().filter(|spec| spec.name == topic || noun(spec.name) == topic).collect();
    if about.is_empty() {
        let near = problem::nearest(&topic, allowed().map(|spec| spec.name));
        let problem = Problem::UnknownCommand { found: problem::shown(&topic), near };
        return super::ParseError::of_line(problem).say(say);
    }
    about.into_iter().map(|spec| row(say, spec)).collect::<Vec<_>>().join("\n")
}

/// The whole of `docs/commands.md`.
pub fn markdown_table(say: Say) -> String {
    let mut page = format!(
        "# {}\n\n{}\n\n| {} | {} | {} |\n|---|---|---|\n",
        say("command-docs-title", &[]),
        say("command-docs-intro", &[]),
        say("command-docs-command", &[]),
        say("command-docs-role", &[]),
        say("command-docs-about", &[]),
    );
    for spec in TABLE {
        let usage = spec.usage().replace('|', "\\|");
        page += &format!("| `{usage}` | {} | {} |\n", spec.role.word(), say(spec.about_key, &[]));
    }
    page
}

fn row(say: Say, spec: &CommandSpec) -> String {
    let facts = [("usage", spec.usage()), ("about", say(spec.about_key, &[]))];
    say("command-help-row", &facts)
}
