//! `tried`: what staff did, and what came of it.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Line, Problem};

pub(super) const TRIED: CommandSpec = CommandSpec {
    name: "tried",
    args: &[Arg::text("what", "what, and what came of it"), Arg::OF_INCIDENT],
    role: Role::Staff,
    about_key: "command-tried",
    parse: tried,
};

fn tried(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let what = args.text("what")?;
    Ok(Line::Command(Command::Tried { what, incident }))
}
