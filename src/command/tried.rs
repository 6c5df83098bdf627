//! `tried`: what staff did, and what came of it.

use crate::domain::Role;

use super::{Args, Command, CommandSpec, Line, Problem};

pub(super) const TRIED: CommandSpec = CommandSpec {
    name: "tried",
    usage: "tried \"what, and what came of it\" [--incident ID]",
    role: Role::Staff,
    about_key: "command-tried",
    parse: tried,
};

fn tried(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let what = args.text("what")?;
    Ok(Line::Command(Command::Tried { what, incident }))
}
