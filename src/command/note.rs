//! `note`: a remark for the timeline.

use crate::domain::Role;

use super::{Args, Command, CommandSpec, Line, Problem};

pub(super) const NOTE: CommandSpec = CommandSpec {
    name: "note",
    usage: "note \"words\" [--incident ID]",
    role: Role::Staff,
    about_key: "command-note",
    parse: note,
};

fn note(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let words = args.text("words")?;
    Ok(Line::Command(Command::Note { words, incident }))
}
