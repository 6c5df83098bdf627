//! `note`: a remark for the timeline.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Line, Problem};

pub(super) const NOTE: CommandSpec = CommandSpec {
    name: "note",
    args: &[Arg::text("words", "words"), Arg::OF_INCIDENT],
    role: Role::Staff,
    about_key: "command-note",
    parse: note,
};

fn note(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let words = args.text("words")?;
    Ok(Line::Command(Command::Note { words, incident }))
}
