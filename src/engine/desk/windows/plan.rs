//! A window's plan: which servers it covers, which moment a local time is, what it collides with,
//! and when it would not.

use std::collections::BTreeSet;

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use chrono_tz::Tz;

use crate::{
    command::Plan,
    domain::{
        Beginning, ComponentId, MaintenanceWindow, NoOneMoment, Occurrence, ServerId, Timestamp,
        WindowId, WindowNews, WindowState, moment_of,
    },
    engine::records::{WindowRecord, seconds},
    event::Output,
    render::Facts,
};

use super::{Desk, Person, overlaps, window_facts};

/// Windows that may be open at once.
pub(super) const OPEN_WINDOWS_MAX: usize = 200;
/// Nothing is planned further ahead, in days.
pub(super) const AHEAD_DAYS_MAX: i64 = 2 * 366;
/// A beginning that was typed a little late is now, in seconds.
const LATE_S_MAX: i64 = 60;
/// So much of what speaks against a time is told.
const COLLISIONS_TOLD_MAX: usize = 5;
/// Another time is looked for on this many days.
const OTHER_DAYS_MAX: u64 = 60;

/// What speaks against a time.
enum Collision<'a> {
    Window(&'a MaintenanceWindow),
    Blackout(&'a str),
    ShortNotice,
}

impl Desk<'_> {
    pub(super) fn schedule_window(&mut self, plan: Plan, who: Person<'_>) {
        let Some(servers) = self.known_servers(&plan.targets) else { return };
        if self.records.open_windows().count() >= OPEN_WINDOWS_MAX {
            let facts = Facts::new().number("max", OPEN_WINDOWS_MAX);
            let text = self.speech().say("reply-windows-many", facts);
            return self.reply(false, text);
        }
        if let Some(incident) = plan.incident
            && !self.is_open_for_words(incident)
        {
            return;
        }
        let zone = plan.zone.unwrap_or(self.speech().timezone());
        let Some(starts_at) = self.beginning(plan.start, zone) else { return };
        let series = match self.series_of(&plan, starts_at, zone) {
            Ok(series) => series,
            Err(text) => return self.reply(false, text),
        };
        let window = MaintenanceWindow {
            id: WindowId(self.records.last_window.0 + 1),
            title: plan.title,
            words: plan.words,
            targets: plan.targets,
            servers,
            starts_at,
            ends_at: starts_at + seconds(plan.length_s),
            zone,
            local: local(starts_at, zone),
            state: WindowState::Scheduled,
            revision: 1,
            incident: plan.incident,
            notice: None,
            occurrence: series.as_ref().map(|one| Occurrence { series: one.id, local: one.first }),
        };
        let id = window.id;
        self.decide(Output::Window { window, by: Some(who.by.to_owned()) });
        if let Some(series) = series {
            let (series, by) = (Box::new(series), Some(who.by.to_owned()));
            self.decide(Output::Series { series, by });
        }
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        self.answer_plan(&record);
        self.propose_window(&record);
    }

    /// A window as it is at another time; else the person is told what to type.
    pub(super) fn moved(
        &mut self,
        record: &WindowRecord,
        start: Beginning,
        length_s: Option<u64>,
        zone: Option<Tz>,
    ) -> Option<MaintenanceWindow> {
        let zone = zone.unwrap_or(record.window.zone);
        let starts_at = self.beginning(start, zone)?;
        let length = length_s.map_or(record.window.ends_at - record.window.starts_at, seconds);
        Some(MaintenanceWindow {
            starts_at,
            ends_at: starts_at + length,
            zone,
            local: local(starts_at, zone),
            ..record.window.clone()
        })
    }

    /// The servers that are named, and those below the components that are; else the person is
    /// told what there is not.
    fn known_servers(&mut self, targets: &[String]) -> Option<Vec<ServerId>> {
        let fleet = self.speech().fleet();
        let is_known = |id: &str| {
            fleet.servers.iter().any(|one| one.id.as_str() == id)
                || fleet.components.iter().any(|one| one.id.as_str() == id)
        };
        let unknown: Vec<&str> =
            targets.iter().map(String::as_str).filter(|id| !is_known(id)).collect();
        let servers = self.servers_of(targets);
        let (key, ids) = if unknown.is_empty() {
            ("reply-window-no-servers", targets.join(", "))
        } else {
            ("reply-window-no-targets", unknown.join(", "))
        };
        if unknown.is_empty() && !servers.is_empty() {
            return Some(servers);
        }
        let speech = self.speech();
        let text = speech.say(key, Facts::new().text("ids", speech.tamed(&ids)));
        self.reply(false, text);
        None
    }

    /// The servers that these ids cover, sorted.
    pub(super) fn servers_of(&self, targets: &[String]) -> Vec<ServerId> {
        let fleet = self.speech().fleet();
        let named = fleet.servers.iter().map(|server| &server.id);
        let named = named.filter(|id| targets.iter().any(|target| target == id.as_str())).cloned();
        let components = targets.iter().map(|id| ComponentId::from(id.as_str()));
        let below = components.flat_map(|id| fleet.servers_below(&id));
        let all: BTreeSet<ServerId> = named.chain(below).collect();
        all.into_iter().collect()
    }

    /// The moment that is meant; else the person is told what to type, or why it cannot be.
    fn beginning(&mut self, start: Beginning, zone: Tz) -> Option<Timestamp> {
        let now = self.now();
        let found = match start {
            Beginning::Now => Ok(now),
            Beginning::At(local) => local.moment(zone, now),
        };
        let text = match found {
            Err(none) => self.ask_which(&none, zone),
            Ok(at) if at < now - TimeDelta::seconds(LATE_S_MAX) => {
                let facts = Facts::new().text("time", self.speech().window_time(at, zone, None));
                self.speech().say("reply-window-past", facts)
            }
            Ok(at) if at > now + TimeDelta::days(AHEAD_DAYS_MAX) => {
                self.speech().say("reply-window-far", Facts::new())
            }
            Ok(at) => return Some(at.max(now)),
        };
        self.reply(false, text);
        None
    }

    /// Clocks skip that time, or show it twice: which one is meant?
    pub(super) fn ask_which(&self, none: &NoOneMoment, zone: Tz) -> String {
        let speech = self.speech();
        let [one, other] = none.choices;
        let facts = Facts::new()
            .text("local", none.local.format("%Y-%m-%d %H:%M").to_string())
            .text("zone", zone.name())
            .text("one", one.to_string())
            .text("one-time", speech.window_time(one.moment(), zone, None))
            .text("other", other.to_string())
            .text("other-time", speech.window_time(other.moment(), zone, None));
        let key = if none.is_skipped { "reply-window-skipped" } else { "reply-window-twice" };
        speech.say(key, facts)
    }

    /// Tells what was planned, what speaks against it, and another time.
    pub(super) fn answer_plan(&mut self, record: &WindowRecord) {
        let (speech, window) = (self.speech(), &record.window);
        let facts = window_facts(window.id)
            .text("title", window.title.clone())
            .text("when", speech.window_span(window))
            .text("servers", speech.staff_servers(&window.servers))
            .text("text", speech.window_news(window, WindowNews::Scheduled))
            .number("revision", window.revision);
        let mut text = speech.say("reply-window-scheduled", facts);
        let series = window.occurrence.map(|one| self.told_of_series(one.series));
        for line in series.unwrap_or_default() {
            text = format!("{text}\n{line}");
        }
        for warning in self.warnings(window) {
            text = format!("{text}\n{warning}");
        }
        self.reply(true, text);
    }

    /// What speaks against a window's time, and one that nothing speaks against.
    pub(super) fn warnings(&self, window: &MaintenanceWindow) -> Vec<String> {
        // What mends an incident cannot wait.
        if window.incident.is_some() {
            return Vec::new();
        }
        let speech = self.speech();
        let found = self.collisions(window, window.starts_at);
        let mut lines: Vec<String> = found
            .iter()
            .take(COLLISIONS_TOLD_MAX)
            .map(|collision| match collision {
                Collision::Window(other) => {
                    let facts = window_facts(other.id)
                        .text("title", other.title.clone())
                        .text("when", speech.window_span(other));
                    speech.say("window-warning-overlap", facts)
                }
                Collision::Blackout(reason) => {
                    let facts = Facts::new().text("reason", speech.tamed(reason));
                    speech.say("window-warning-blackout", facts)
                }
                Collision::ShortNotice => {
                    let notice_s = self.records.settings.policy.maintenance.notice_s;
                    let facts = Facts::new().text("notice", speech.span(notice_s));
                    speech.say("window-warning-notice", facts)
                }
            })
            .collect();
        let more = found.len().saturating_sub(COLLISIONS_TOLD_MAX);
        if more > 0 {
            lines.push(speech.say("window-warning-more", Facts::new().number("count", more)));
        }
        // A provider's time is not ours to choose.
        if !found.is_empty() && window.notice.is_none() {
            lines.extend(self.other_time(window).map(|at| {
                let facts = window_facts(window.id)
                    .text("time", speech.window_time(at, window.zone, None))
                    .text("local", local(at, window.zone));
                speech.say("window-other-time", facts)
            }));
        }
        lines
    }

    /// What speaks against a time, each reason once.
    fn collisions(&self, window: &MaintenanceWindow, starts_at: Timestamp) -> Vec<Collision<'_>> {
        let span = (starts_at, starts_at + (window.ends_at - window.starts_at));
        let policy = &self.records.settings.policy;
        let others = self.records.open_windows().map(|one| &one.window);
        let others = others.filter(|other| {
            other.id != window.id && overlaps(span, (other.starts_at, other.ends_at))
        });
        let busy = self.records.busy.values().flat_map(|one| &one.times);
        let dark =
            policy.blackouts.iter().chain(busy).filter(|one| overlaps(span, (one.from, one.until)));
        let mut told = BTreeSet::new();
        let reasons = dark.map(|one| one.reason.as_str()).filter(|reason| told.insert(*reason));
        // One that comes again was known of long before it was made.
        let is_known = window.occurrence.is_some_and(|one| {
            self.records.series.get(&one.series).is_some_and(|series| one.local != series.first)
        });
        let is_short = window.notice.is_none()
            && !is_known
            && starts_at < self.now() + seconds(policy.maintenance.notice_s);
        let short = is_short.then_some(Collision::ShortNotice).into_iter();
        short.chain(others.map(Collision::Window)).chain(reasons.map(Collision::Blackout)).collect()
    }

    /// The first later day on which the same time of day is free and is one moment.
    fn other_time(&self, window: &MaintenanceWindow) -> Option<Timestamp> {
        let local = window.starts_at.with_timezone(&window.zone).naive_local();
        (1..=OTHER_DAYS_MAX)
            .filter_map(|days| local.checked_add_days(chrono::Days::new(days)))
            .filter_map(|local| moment_of(local, window.zone).ok())
            .find(|at| self.collisions(window, *at).is_empty())
    }
}

/// What clocks in a zone show at a moment, to the second.
pub(super) fn local_time(at: Timestamp, zone: Tz) -> NaiveDateTime {
    let local = at.with_timezone(&zone).naive_local();
    local.with_nanosecond(0).unwrap_or(local)
}

/// A moment as it is typed, in its zone.
pub(super) fn local(at: Timestamp, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    let seconds = if local.second() == 0 { "" } else { ":%S" };
    local.format(&format!("%Y-%m-%dT%H:%M{seconds}")).to_string()
}
