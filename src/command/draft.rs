//! `draft …`: read, change, approve or put off what the bot would say.

use crate::domain::{LANGUAGES, Role};

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem, Query};

pub(super) const SHOW: CommandSpec = CommandSpec {
    name: "draft show",
    args: &[Arg::DRAFT],
    role: Role::Staff,
    about_key: "command-draft-show",
    parse: |args| Ok(Line::Query(Query::DraftShow(args.draft()?))),
};

pub(super) const EDIT: CommandSpec = CommandSpec {
    name: "draft edit",
    args: &[
        Arg::DRAFT,
        Arg::text("text", "text"),
        Arg::option("language", "de|en|es|fr", Kind::Choice(&LANGUAGES)),
        Arg::REVISION,
    ],
    role: Role::Staff,
    about_key: "command-draft-edit",
    parse: edit,
};

pub(super) const PUBLISH: CommandSpec = CommandSpec {
    name: "draft publish",
    args: &[Arg::DRAFT, Arg::REVISION, Arg::flag("anyway")],
    role: Role::Staff,
    about_key: "command-draft-publish",
    parse: publish,
};

pub(super) const DISMISS: CommandSpec = CommandSpec {
    name: "draft dismiss",
    args: &[Arg::DRAFT],
    role: Role::Staff,
    about_key: "command-draft-dismiss",
    parse: |args| Ok(Line::Command(Command::DraftDismiss { draft: args.draft()? })),
};

pub(super) const WAIT: CommandSpec = CommandSpec {
    name: "draft wait",
    args: &[Arg::DRAFT, Arg::word("span", "15m", Kind::Span)],
    role: Role::Staff,
    about_key: "command-draft-wait",
    parse: wait,
};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "draft list",
    args: &[],
    role: Role::Staff,
    about_key: "command-draft-list",
    parse: |_| Ok(Line::Query(Query::DraftList)),
};

fn edit(args: &mut Args) -> Result<Line, Problem> {
    let language = args.option_of("language", &LANGUAGES, &LANGUAGES)?;
    let revision = args.revision_option()?;
    let draft = args.draft()?;
    let text = args.text("text")?;
    Ok(Line::Command(Command::DraftEdit { draft, text, language, revision }))
}

fn publish(args: &mut Args) -> Result<Line, Problem> {
    let anyway = args.flag("anyway")?;
    let revision = args.revision_option()?;
    let draft = args.draft()?;
    Ok(Line::Command(Command::DraftPublish { draft, revision, anyway }))
}

fn wait(args: &mut Args) -> Result<Line, Problem> {
    let draft = args.draft()?;
    let wait_s = args.span_s("how long")?;
    Ok(Line::Command(Command::DraftWait { draft, wait_s }))
}
