//! `incident …`: open, tell of, end and show incidents.

use crate::domain::{Impact, Role, UpdateKind};

use super::{Arg, Args, Command, CommandSpec, Kind, Line, Place, Problem, Query};

const IMPACTS: &[&str] = &["minor", "major", "critical"];
const STATES: &[&str] = &["identified", "monitoring"];

pub(super) const OPEN: CommandSpec = CommandSpec {
    name: "incident open",
    args: &[
        Arg::text("title", "title"),
        Arg::option("servers", "s1,s2", Kind::Servers).needed(),
        Arg::option("impact", "minor|major|critical", Kind::Choice(IMPACTS)),
    ],
    role: Role::Staff,
    about_key: "command-incident-open",
    parse: open,
};

pub(super) const UPDATE: CommandSpec = CommandSpec {
    name: "incident update",
    args: &[
        Arg::INCIDENT,
        Arg::text("text", "text"),
        Arg::option("state", "identified|monitoring", Kind::Choice(STATES)),
        Arg::flag("publish"),
    ],
    role: Role::Staff,
    about_key: "command-incident-update",
    parse: update,
};

pub(super) const RESOLVE: CommandSpec = CommandSpec {
    name: "incident resolve",
    args: &[
        Arg::INCIDENT,
        Arg::text("text", "text").optional(),
        Arg::flag("publish").at(Place::FlagOfText),
        Arg::SEEN,
    ],
    role: Role::Staff,
    about_key: "command-incident-resolve",
    parse: resolve,
};

pub(super) const FALSE_ALARM: CommandSpec = CommandSpec {
    name: "incident false-alarm",
    args: &[Arg::INCIDENT, Arg::SEEN],
    role: Role::Staff,
    about_key: "command-incident-false-alarm",
    parse: false_alarm,
};

pub(super) const POST_MORTEM: CommandSpec = CommandSpec {
    name: "incident post-mortem",
    args: &[Arg::INCIDENT, Arg::text("text", "text or link"), Arg::flag("publish")],
    role: Role::Staff,
    about_key: "command-incident-post-mortem",
    parse: post_mortem,
};

pub(super) const SHOW: CommandSpec = CommandSpec {
    name: "incident show",
    args: &[Arg::INCIDENT],
    role: Role::Staff,
    about_key: "command-incident-show",
    parse: |args| Ok(Line::Query(Query::IncidentShow(args.incident()?))),
};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "incident list",
    args: &[],
    role: Role::Staff,
    about_key: "command-incident-list",
    parse: |_| Ok(Line::Query(Query::IncidentList)),
};

fn open(args: &mut Args) -> Result<Line, Problem> {
    let impacts = [Impact::Minor, Impact::Major, Impact::Critical];
    let impact = args.option_of("impact", IMPACTS, &impacts)?;
    let servers = args.servers_option()?;
    let title = args.text("title")?;
    let impact = impact.unwrap_or_default();
    Ok(Line::Command(Command::IncidentOpen { title, servers, impact }))
}

fn update(args: &mut Args) -> Result<Line, Problem> {
    let kinds = [UpdateKind::Identified, UpdateKind::Monitoring];
    let kind = args.option_of("state", STATES, &kinds)?;
    let publish = args.flag("publish")?;
    let incident = args.incident()?;
    let text = args.text("text")?;
    let kind = kind.unwrap_or(UpdateKind::Update);
    Ok(Line::Command(Command::IncidentUpdate { incident, kind, text, publish }))
}

fn resolve(args: &mut Args) -> Result<Line, Problem> {
    let seen = args.seen_option()?;
    let publish = args.flag("publish")?;
    let incident = args.incident()?;
    let text = args.optional_text()?;
    if publish && text.is_none() {
        // Typing the words is what approves them.
        return Err(Problem::Missing { what: "text" });
    }
    Ok(Line::Command(Command::IncidentResolve { incident, text, publish, seen }))
}

fn false_alarm(args: &mut Args) -> Result<Line, Problem> {
    let seen = args.seen_option()?;
    let incident = args.incident()?;
    Ok(Line::Command(Command::IncidentFalseAlarm { incident, seen }))
}

fn post_mortem(args: &mut Args) -> Result<Line, Problem> {
    let publish = args.flag("publish")?;
    let incident = args.incident()?;
    let text = args.text("text or link")?;
    Ok(Line::Command(Command::IncidentPostMortem { incident, text, publish }))
}
