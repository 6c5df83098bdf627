//! The staff grammar: text becomes a [`Command`] or a [`Query`], or an answer that helps.
//!
//! Pure: knows no state (an id that parses may name nothing) and carries nothing out. Text is read
//! as people type it on phones: curly quotes, dashes that were two hyphens, capitals. One file a
//! noun, one line in [`TABLE`] a command. Must not hold words: help and problems are keys of
//! `messages/*/command.ftl`, said through a [`Say`]. Start at [`parse`] and [`TABLE`].

mod args;
mod button;
mod delete;
mod deliveries;
mod draft;
mod help;
mod incident;
mod line;
mod maintenance;
mod note;
mod problem;
mod reload;
mod reports;
mod retry;
mod shape;
mod status;
mod suspects;
mod tried;
mod upstream;

pub use args::Args;
pub use button::{BUTTON_ID_BYTES_MAX, Button, Tone};
pub use help::{help, markdown_table};
pub use line::{Command, Line, Query};
pub use maintenance::{Maintenance, Plan};
pub use problem::{Expected, ParseError, Problem};
pub use shape::{Arg, Kind, Place};

use crate::domain::Role;

/// The longest command line that is read, in characters.
pub const LINE_CHARACTERS_MAX: usize = 4000;

/// Says the message of a key with facts put in. `render` gives one: `words.sayer("en")`.
pub type Say<'a> = &'a dyn Fn(&str, &[(&'static str, String)]) -> String;

/// One command of the grammar.
#[derive(Debug)]
pub struct CommandSpec {
    /// The one or two words it begins with: "incident open".
    pub name: &'static str,
    /// What follows the name, in the order of the usage.
    pub args: &'static [Arg],
    /// The lowest role that may use it.
    pub role: Role,
    /// The key of its help line in `messages/*/command.ftl`.
    pub about_key: &'static str,
    /// Reads what follows the name.
    pub parse: fn(&mut Args) -> Result<Line, Problem>,
}

impl CommandSpec {
    /// How it is typed.
    pub fn usage(&self) -> String {
        shape::usage(self.name, self.args)
    }
}

/// Every command, in the order that help shows them.
pub const TABLE: &[CommandSpec] = &[
    incident::OPEN,
    incident::UPDATE,
    incident::RESOLVE,
    incident::FALSE_ALARM,
    incident::POST_MORTEM,
    incident::SHOW,
    incident::LIST,
    draft::SHOW,
    draft::EDIT,
    draft::PUBLISH,
    draft::DISMISS,
    draft::WAIT,
    draft::LIST,
    reports::LIST,
    reports::ASSIGN,
    reports::DISMISS,
    suspects::SUSPECTS,
    tried::TRIED,
    upstream::SAID,
    upstream::PACKET,
    upstream::NOTICES,
    upstream::WINDOW,
    maintenance::SCHEDULE,
    maintenance::PUBLISH,
    maintenance::WORDS,
    maintenance::START,
    maintenance::EXTEND,
    maintenance::MOVE,
    maintenance::SKIP,
    maintenance::COMPLETE,
    maintenance::CANCEL,
    maintenance::SHOW,
    maintenance::LIST,
    note::NOTE,
    deliveries::DELIVERIES,
    retry::RETRY,
    delete::DELETE,
    status::STATUS,
    reload::RELOAD,
    help::HELP,
];

/// What a line asks for, and the row of [`TABLE`] it is.
///
/// # Errors
///
/// What is wrong with the line, with the usage of the command it seems to be.
pub fn parse(text: &str) -> Result<(Line, &'static CommandSpec), ParseError> {
    let mut args = Args::split(text).map_err(ParseError::of_line)?;
    let spec = recognise(&mut args).map_err(ParseError::of_line)?;
    let line = (spec.parse)(&mut args).and_then(|line| args.end().map(|()| line));
    match line {
        Ok(line) => Ok((line, spec)),
        Err(problem) => Err(ParseError { problem, usage: Some(spec.usage()) }),
    }
}

/// Whether `role` may use the command.
pub fn may(spec: &CommandSpec, role: Role) -> bool {
    role >= spec.role
}

/// The row whose name the line begins with; the name's words are taken.
fn recognise(args: &mut Args) -> Result<&'static CommandSpec, Problem> {
    let Some(first) = args.word(0) else {
        let found = args.beginning().ok_or(Problem::Empty)?;
        return Err(Problem::UnknownCommand { found: problem::shown(found), near: None });
    };
    let two = args.word(1).map(|second| format!("{first} {second}"));
    for (name, words) in [(two.as_deref(), 2), (Some(first.as_str()), 1)] {
        if let Some(spec) = TABLE.iter().find(|spec| Some(spec.name) == name) {
            args.skip(words);
            return Ok(spec);
        }
    }
    let known = || TABLE.iter().map(|spec| spec.name);
    let near_two = two.as_deref().and_then(|two| problem::nearest(two, known()));
    let commands: Vec<&'static str> = known().filter(|name| noun(name) == first).collect();
    if near_two.is_none() && !commands.is_empty() {
        return Err(Problem::VerbMissing { noun: first, commands });
    }
    let near = near_two.or_else(|| problem::nearest(&first, known()));
    let found = two.filter(|_| near_two.is_some()).unwrap_or(first);
    Err(Problem::UnknownCommand { found: problem::shown(&found), near })
}

fn noun(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
