//! `upstream …`: what a provider said.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem};

pub(super) const SAID: CommandSpec = CommandSpec {
    name: "upstream said",
    args: &[
        Arg::word("component", "COMPONENT", Kind::Component),
        Arg::text("words", "words"),
        Arg::OF_INCIDENT,
    ],
    role: Role::Staff,
    about_key: "command-upstream-said",
    parse: said,
};

fn said(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let who = args.next("COMPONENT")?.trim().to_owned();
    let words = args.text("words")?;
    Ok(Line::Command(Command::UpstreamSaid { who, words, incident }))
}
