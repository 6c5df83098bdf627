//! `upstream …`: what a provider said and announced, and the evidence for its ticket.

use crate::domain::Role;

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Problem, Query};

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

pub(super) const PACKET: CommandSpec = CommandSpec {
    name: "upstream packet",
    args: &[Arg::INCIDENT.optional(), Arg::flag("long")],
    role: Role::Staff,
    about_key: "command-upstream-packet",
    parse: packet,
};

pub(super) const NOTICES: CommandSpec = CommandSpec {
    name: "upstream notices",
    args: &[],
    role: Role::Staff,
    about_key: "command-upstream-notices",
    parse: |_| Ok(Line::Query(Query::UpstreamNotices)),
};

pub(super) const WINDOW: CommandSpec = CommandSpec {
    name: "upstream window",
    args: &[
        Arg::word("notice", "NOTICE", Kind::Number),
        Arg::option("length", "2h", Kind::Span),
        Arg::REVISION,
    ],
    role: Role::Staff,
    about_key: "command-upstream-window",
    parse: window,
};

fn window(args: &mut Args) -> Result<Line, Problem> {
    let length_s = args.span_option_s("length")?;
    let revision = args.revision_option()?;
    let notice = args.notice()?;
    Ok(Line::Command(Command::UpstreamWindow { notice, length_s, revision }))
}

fn packet(args: &mut Args) -> Result<Line, Problem> {
    let in_full = args.flag("long")?;
    let incident = if args.beginning().is_some() { Some(args.incident()?) } else { None };
    Ok(Line::Query(Query::UpstreamPacket { incident, in_full }))
}

fn said(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident_option()?;
    let who = args.next("COMPONENT")?.trim().to_owned();
    let words = args.text("words")?;
    Ok(Line::Command(Command::UpstreamSaid { who, words, incident }))
}
