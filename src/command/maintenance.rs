//! `maintenance …`: plan work, announce it, and say how it goes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::domain::{
    Beginning, EXCEPT_MAX, IncidentId, LocalTime, Role, Rule, RuleProblem, WindowId,
};

use super::{Arg, Args, Command, CommandSpec, Expected, Kind, Line, Problem, Query};

/// What somebody would like to schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Ids of servers and components, each once; they may be unknown.
    pub targets: Vec<String>,
    /// When it begins.
    pub start: Beginning,
    /// How long it is to last, 1 second to 7 days.
    pub length_s: u64,
    /// Public title.
    pub title: String,
    /// More public words.
    pub words: Option<String>,
    /// The zone of the times; `None`: staff's own.
    pub zone: Option<Tz>,
    /// The incident that it is to end.
    pub incident: Option<IncidentId>,
    /// On which days it comes again.
    pub repeat: Option<Box<Rule>>,
    /// Days on which it does not.
    pub except: Vec<NaiveDate>,
}

/// A change of a maintenance window that staff ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// Plan a window.
    Schedule(Plan),
    /// Approve its announcement.
    Publish {
        /// Which.
        window: WindowId,
        /// The revision that was read; `None`: the newest.
        revision: Option<u32>,
    },
    /// Put other public words into it.
    Words {
        /// Which.
        window: WindowId,
        /// Public words, beside title and times.
        text: String,
    },
    /// Begin now.
    Start {
        /// Which.
        window: WindowId,
    },
    /// Put its end off.
    Extend {
        /// Which.
        window: WindowId,
        /// By how much, 1 second to 7 days.
        by_s: u64,
        /// The revision that was read; `None`: the newest.
        revision: Option<u32>,
    },
    /// Put it to another time.
    Move {
        /// Which.
        window: WindowId,
        /// When it begins.
        start: Beginning,
        /// How long it is to last; `None`: as long as before.
        length_s: Option<u64>,
        /// The zone of the times; `None`: as before.
        zone: Option<Tz>,
        /// Those that follow it in its series as well.
        following: bool,
        /// Another rule for these.
        repeat: Option<Box<Rule>>,
    },
    /// Leave days out of the series that a window belongs to.
    Skip {
        /// Which.
        window: WindowId,
        /// Days that lie ahead, in the series' zone.
        days: Vec<NaiveDate>,
    },
    /// Say that the work is over; of a window that is being verified: that all is well.
    Complete {
        /// Which.
        window: WindowId,
        /// The revision that was read; `None`: the newest.
        revision: Option<u32>,
    },
    /// Give it up.
    Cancel {
        /// Which.
        window: WindowId,
        /// Those that follow it in its series as well.
        following: bool,
    },
}

const ZONE: Arg = Arg::option("zone", "America/New_York", Kind::Zone);
const REPEAT: Arg = Arg::option("repeat", "FREQ=WEEKLY;BYDAY=TU", Kind::Rule);
const FOLLOWING: Arg = Arg::flag("following");
const START_AT: Arg = Arg::word("start", "2026-12-01T22:00", Kind::Moment);

pub(super) const SCHEDULE: CommandSpec = CommandSpec {
    name: "maintenance schedule",
    args: &[
        Arg::word("targets", "s1,sw-1", Kind::Targets),
        START_AT,
        Arg::word("span", "2h", Kind::Span),
        Arg::text("title", "title"),
        Arg::text("text", "more public words").optional(),
        ZONE,
        Arg::OF_INCIDENT,
        REPEAT,
        Arg::option("except", "2026-12-29,2027-01-05", Kind::Days),
    ],
    role: Role::Staff,
    about_key: "command-maintenance-schedule",
    parse: schedule,
};

pub(super) const PUBLISH: CommandSpec = CommandSpec {
    name: "maintenance publish",
    args: &[Arg::WINDOW, Arg::REVISION],
    role: Role::Staff,
    about_key: "command-maintenance-publish",
    parse: publish,
};

pub(super) const WORDS: CommandSpec = CommandSpec {
    name: "maintenance words",
    args: &[Arg::WINDOW, Arg::text("text", "more public words")],
    role: Role::Staff,
    about_key: "command-maintenance-words",
    parse: words,
};

pub(super) const START: CommandSpec = CommandSpec {
    name: "maintenance start",
    args: &[Arg::WINDOW],
    role: Role::Staff,
    about_key: "command-maintenance-start",
    parse: |args| Ok(change(Maintenance::Start { window: args.window()? })),
};

pub(super) const EXTEND: CommandSpec = CommandSpec {
    name: "maintenance extend",
    args: &[Arg::WINDOW, Arg::word("span", "30m", Kind::Span), Arg::REVISION],
    role: Role::Staff,
    about_key: "command-maintenance-extend",
    parse: extend,
};

pub(super) const MOVE: CommandSpec = CommandSpec {
    name: "maintenance move",
    args: &[
        Arg::WINDOW,
        START_AT,
        Arg::option("length", "2h", Kind::Span),
        ZONE,
        FOLLOWING,
        REPEAT,
    ],
    role: Role::Staff,
    about_key: "command-maintenance-move",
    parse: put_to,
};

pub(super) const SKIP: CommandSpec = CommandSpec {
    name: "maintenance skip",
    args: &[Arg::WINDOW, Arg::word("days", "2026-12-29,2027-01-05", Kind::Days)],
    role: Role::Staff,
    about_key: "command-maintenance-skip",
    parse: skip,
};

pub(super) const COMPLETE: CommandSpec = CommandSpec {
    name: "maintenance complete",
    args: &[Arg::WINDOW, Arg::REVISION],
    role: Role::Staff,
    about_key: "command-maintenance-complete",
    parse: complete,
};

pub(super) const CANCEL: CommandSpec = CommandSpec {
    name: "maintenance cancel",
    args: &[Arg::WINDOW, FOLLOWING],
    role: Role::Staff,
    about_key: "command-maintenance-cancel",
    parse: cancel,
};

pub(super) const SHOW: CommandSpec = CommandSpec {
    name: "maintenance show",
    args: &[Arg::WINDOW],
    role: Role::Staff,
    about_key: "command-maintenance-show",
    parse: |args| Ok(Line::Query(Query::MaintenanceShow(args.window()?))),
};

pub(super) const LIST: CommandSpec = CommandSpec {
    name: "maintenance list",
    args: &[],
    role: Role::Customer,
    about_key: "command-maintenance-list",
    parse: |_| Ok(Line::Query(Query::MaintenanceList)),
};

fn change(what: Maintenance) -> Line {
    Line::Command(Command::Maintenance(what))
}

fn schedule(args: &mut Args) -> Result<Line, Problem> {
    let zone = zone_option(args)?;
    let incident = args.incident_option()?;
    let repeat = rule_option(args)?;
    let except = args.option("except")?;
    let except = except.map_or(Ok(Vec::new()), |found| days("except", &found))?;
    if repeat.is_none() && !except.is_empty() {
        return Err(Problem::Missing { what: "--repeat" });
    }
    let targets = args.targets()?;
    let start = beginning(args)?;
    let length_s = args.span_s("how long")?;
    let title = args.text("title")?;
    let words = args.optional_text()?;
    Ok(change(Maintenance::Schedule(Plan {
        targets,
        start,
        length_s,
        title,
        words,
        zone,
        incident,
        repeat,
        except,
    })))
}

fn publish(args: &mut Args) -> Result<Line, Problem> {
    let revision = args.revision_option()?;
    let window = args.window()?;
    Ok(change(Maintenance::Publish { window, revision }))
}

fn words(args: &mut Args) -> Result<Line, Problem> {
    let window = args.window()?;
    let text = args.text("text")?;
    Ok(change(Maintenance::Words { window, text }))
}

fn extend(args: &mut Args) -> Result<Line, Problem> {
    let revision = args.revision_option()?;
    let window = args.window()?;
    let by_s = args.span_s("how long")?;
    Ok(change(Maintenance::Extend { window, by_s, revision }))
}

fn complete(args: &mut Args) -> Result<Line, Problem> {
    let revision = args.revision_option()?;
    let window = args.window()?;
    Ok(change(Maintenance::Complete { window, revision }))
}

fn put_to(args: &mut Args) -> Result<Line, Problem> {
    let length_s = args.span_option_s("length")?;
    let zone = zone_option(args)?;
    let repeat = rule_option(args)?;
    // Another rule can only be one for all that follow.
    let following = args.flag("following")? || repeat.is_some();
    let window = args.window()?;
    let start = beginning(args)?;
    Ok(change(Maintenance::Move { window, start, length_s, zone, following, repeat }))
}

fn skip(args: &mut Args) -> Result<Line, Problem> {
    let window = args.window()?;
    let days = days("days", &args.next("days")?)?;
    Ok(change(Maintenance::Skip { window, days }))
}

fn cancel(args: &mut Args) -> Result<Line, Problem> {
    let following = args.flag("following")?;
    let window = args.window()?;
    Ok(change(Maintenance::Cancel { window, following }))
}

fn rule_option(args: &mut Args) -> Result<Option<Box<Rule>>, Problem> {
    let Some(found) = args.option("repeat")? else { return Ok(None) };
    let rule = Rule::read(&found).map_err(|problem| {
        let expected = match problem {
            RuleProblem::Unreadable => Expected::Rule,
            RuleProblem::TooOften => Expected::RarerRule,
            RuleProblem::Part => Expected::PlainRule,
            RuleProblem::Bounds => Expected::SmallerRule,
        };
        super::args::unreadable("repeat", &found, expected)
    });
    rule.map(|rule| Some(Box::new(rule)))
}

/// Days with commas between, each once.
fn days(what: &'static str, found: &str) -> Result<Vec<NaiveDate>, Problem> {
    let named = found.split(',').map(str::trim).filter(|day| !day.is_empty());
    let days: Result<BTreeSet<NaiveDate>, _> = named.map(str::parse).collect();
    let days = days.ok().filter(|days| (1..=EXCEPT_MAX).contains(&days.len()));
    let days = days.ok_or_else(|| super::args::unreadable(what, found, Expected::Days))?;
    Ok(days.into_iter().collect())
}

/// `now`, or a local time; date and time may be two words.
fn beginning(args: &mut Args) -> Result<Beginning, Problem> {
    let mut found = args.next("start")?;
    if found.eq_ignore_ascii_case("now") {
        return Ok(Beginning::Now);
    }
    if found.trim().parse::<NaiveDate>().is_ok() {
        found = format!("{} {}", found.trim(), args.next("start")?);
    }
    let read = LocalTime::read(&found).map(Beginning::At);
    read.ok_or_else(|| super::args::unreadable("start", &found, Expected::Moment))
}

fn zone_option(args: &mut Args) -> Result<Option<Tz>, Problem> {
    let Some(found) = args.option("zone")? else { return Ok(None) };
    let known = chrono_tz::TZ_VARIANTS.iter();
    let zone = known.copied().find(|zone| zone.name().eq_ignore_ascii_case(found.trim()));
    zone.map(Some).ok_or_else(|| super::args::unreadable("zone", &found, Expected::Zone))
}
