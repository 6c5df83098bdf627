//! `incident …`: open, tell of, end and show incidents.

use crate::domain::{Impact, Role, UpdateKind};

use super::{Args, Command, CommandSpec, Line, Problem, Query};

pub(super) const OPEN: CommandSpec = CommandSpec {
    name: "incident open",
    usage: "incident open \"title\" --servers s1,s2 [--impact minor|major|critical]",
    role: Role::Staff,
    about_key: "command-incident-open",
    parse: open,
};

pub(super) const UPDATE: CommandSpec = CommandSpec {
    name: "incident update",
    usage: "incident update ID \"text\" [--state identified|monitoring] [--publish]",
    role: Role::Staff,
    about_key: "command-incident-update",
    parse: update,
};

pub(super) const RESOLVE: CommandSpec = CommandSpec {
    name: "incident resolve",
    usage: "incident resolve ID [\"text\" [--publish]]",
    role: Role::Staff,
    about_key: "command-incident-resolve",
    parse: resolve,
};

pub(super) const FALSE_ALARM: CommandSpec = CommandSpec {
    name: "incident false-alarm",
    usage: "incident false-alarm ID",
    role: Role::Staff,
    about_key: "command-incident-false-alarm",
    parse: false_alarm,
};

pub(super) const SHOW: CommandSpec = CommandSpec {
    name: "incident show",
    usage: "incident show ID",
    role: Role::Staff,
    about_key: "command-incident-show",
    parse: |args| Ok(Line::Query(Query::IncidentShow(args.incident()?))),
};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "incident list",
    usage: "incident list",
    role: Role::Staff,
    about_key: "command-incident-list",
    parse: |_| Ok(Line::Query(Query::IncidentList)),
};

fn open(args: &mut Args) -> Result<Line, Problem> {
    let impacts = [Impact::Minor, Impact::Major, Impact::Critical];
    let impact = args.option_of("impact", &["minor", "major", "critical"], &impacts)?;
    let servers = args.servers_option()?;
    let title = args.text("title")?;
    let impact = impact.unwrap_or_default();
    Ok(Line::Command(Command::IncidentOpen { title, servers, impact }))
}

fn update(args: &mut Args) -> Result<Line, Problem> {
    let kinds = [UpdateKind::Identified, UpdateKind::Monitoring];
    let kind = args.option_of("state", &["identified", "monitoring"], &kinds)?;
    let publish = args.flag("publish")?;
    let incident = args.incident()?;
    let text = args.text("text")?;
    let kind = kind.unwrap_or(UpdateKind::Update);
    Ok(Line::Command(Command::IncidentUpdate { incident, kind, text, publish }))
}

fn resolve(args: &mut Args) -> Result<Line, Problem> {
    let publish = args.flag("publish")?;
    let incident = args.incident()?;
    let text = args.optional_text()?;
    if publish && text.is_none() {
        // Typing the words is what approves them.
        return Err(Problem::Missing { what: "text" });
    }
    Ok(Line::Command(Command::IncidentResolve { incident, text, publish }))
}

fn false_alarm(args: &mut Args) -> Result<Line, Problem> {
    let incident = args.incident()?;
    Ok(Line::Command(Command::IncidentFalseAlarm { incident }))
}
