//! Puts a [`View`] into words: everything that a template shows, as text. Must not hold markup.

mod statuspage;
mod windows;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Serialize;

use crate::{
    domain::{IncidentId, IncidentState, ServerStatus, Timestamp, UpdateKind},
    engine::{IncidentView, RESOLVED_DAYS, ServerView, UpdateView, View},
    render::{Facts, Words, clock_time, date_time, list, near_time, span},
};

use super::strip::{self, Slot};

pub(super) use statuspage::{Document, Incidents, Windows};
use windows::Window;

/// A view older than this is shown with a warning.
const VIEW_AGE_S_MAX: i64 = 180;
/// The status page lists this many resolved incidents; the history lists all.
const RESOLVED_SHOWN_MAX: usize = 5;
/// From this many servers on, those that work are folded away.
const SERVERS_UNFOLDED_MAX: usize = 12;

/// What every page shows.
#[derive(Serialize)]
pub(super) struct Frame {
    title: String,
    heading: String,
    as_of: String,
    zone: String,
    /// A warning that the view is old.
    old: Option<String>,
    refreshes: bool,
}

#[derive(Serialize)]
pub(super) struct StatusPage {
    frame: Frame,
    overall: Status,
    open: Vec<Incident>,
    /// Maintenance that is under way or comes soon.
    windows: Vec<Window>,
    servers: Vec<Server>,
    working: Vec<Server>,
    working_count: String,
    resolved: Vec<Incident>,
    resolved_none: String,
}

#[derive(Serialize)]
pub(super) struct IncidentPage {
    frame: Frame,
    incident: Incident,
}

#[derive(Serialize)]
pub(super) struct HistoryPage {
    frame: Frame,
    intro: String,
    none: String,
    incidents: Vec<Incident>,
}

#[derive(Serialize)]
pub(super) struct MissingPage {
    frame: Frame,
}

#[derive(Serialize)]
struct Status {
    /// The style's name for it.
    class: &'static str,
    words: String,
}

#[derive(Serialize)]
struct Moment {
    /// For machines.
    iso: String,
    words: String,
}

#[derive(Serialize)]
struct Server {
    name: String,
    status: Status,
    slots: Vec<Slot>,
    story: String,
}

#[derive(Serialize)]
struct Incident {
    link: String,
    title: String,
    state: String,
    impact: Status,
    is_open: bool,
    affects: String,
    when: String,
    /// The promise of the next update, and whether we are late with it.
    next: Option<String>,
    next_is_late: bool,
    updates: Vec<Update>,
}

#[derive(Serialize)]
struct Update {
    kind: String,
    at: Moment,
    text: String,
    /// What its words are in, where that is not the page's language.
    language: Option<String>,
}

/// A view, the words to show it in, and the time to see how old it is.
pub(super) struct Presenter<'a> {
    words: &'a Words,
    language: &'a str,
    view: &'a View,
    now: Timestamp,
}

impl<'a> Presenter<'a> {
    pub(super) fn new(words: &'a Words, language: &'a str, view: &'a View, now: Timestamp) -> Self {
        Self { words, language, view, now }
    }

    pub(super) fn status(&self) -> StatusPage {
        let mut by_trouble: Vec<&ServerView> = self.view.servers.iter().collect();
        by_trouble.sort_by_key(|server| std::cmp::Reverse(server.status));
        let folds = by_trouble.len() > SERVERS_UNFOLDED_MAX;
        let (working, shown): (Vec<&ServerView>, Vec<&ServerView>) = by_trouble
            .into_iter()
            .partition(|server| folds && server.status == ServerStatus::Operational);
        let count = Facts::new().number("count", working.len());
        let resolved = self.view.resolved.iter().take(RESOLVED_SHOWN_MAX);
        StatusPage {
            frame: self.frame(self.view.name.clone(), true),
            overall: self.overall(),
            open: self.view.open.iter().map(|incident| self.incident_of(incident)).collect(),
            windows: self.windows_near(),
            servers: shown.into_iter().map(|server| self.server(server)).collect(),
            working: working.into_iter().map(|server| self.server(server)).collect(),
            working_count: self.say("page-servers-working", &count),
            resolved: resolved.map(|incident| self.incident_of(incident)).collect(),
            resolved_none: self.days("page-resolved-none"),
        }
    }

    pub(super) fn incident(&self, id: IncidentId) -> Option<IncidentPage> {
        let mut all = self.view.open.iter().chain(&self.view.resolved);
        let incident = all.find(|incident| incident.id == id)?;
        Some(IncidentPage {
            frame: self.frame(self.title_of(incident), incident.state.is_open()),
            incident: self.incident_of(incident),
        })
    }

    pub(super) fn history(&self) -> HistoryPage {
        let all = self.view.open.iter().chain(&self.view.resolved);
        HistoryPage {
            frame: self.frame(self.say("page-history-title", &Facts::new()), false),
            intro: self.days("page-history-intro"),
            none: self.days("page-resolved-none"),
            incidents: all.map(|incident| self.incident_of(incident)).collect(),
        }
    }

    pub(super) fn missing(&self) -> MissingPage {
        MissingPage { frame: self.frame(self.say("page-missing-title", &Facts::new()), false) }
    }

    fn frame(&self, heading: String, refreshes: bool) -> Frame {
        let view = self.view;
        let age = self.now - view.generated_at;
        // With its date: a page may be read from a cache or a file.
        let time = date_time(self.words, self.language, view.generated_at, view.timezone);
        let facts = Facts::new().text("time", time);
        let as_of = if refreshes { "page-as-of" } else { "page-as-of-still" };
        let is_old = age > TimeDelta::seconds(VIEW_AGE_S_MAX);
        Frame {
            title: self.say("page-title", &Facts::new().text("name", &view.name)),
            heading,
            old: is_old.then(|| self.say("page-old", &facts)),
            zone: self.say("page-times-in", &Facts::new().text("zone", place(view.timezone))),
            as_of: self.say(as_of, &facts),
            refreshes,
        }
    }

    fn overall(&self) -> Status {
        let status = self.view.overall;
        let key = match status {
            ServerStatus::Operational if !self.view.open.is_empty() => "page-overall-watching",
            ServerStatus::Operational => "page-overall-operational",
            ServerStatus::UnderMaintenance => "page-overall-under-maintenance",
            ServerStatus::DegradedPerformance => "page-overall-degraded-performance",
            ServerStatus::PartialOutage => "page-overall-partial-outage",
            ServerStatus::MajorOutage => "page-overall-major-outage",
        };
        Status { class: class(status), words: self.say(key, &Facts::new()) }
    }

    fn server(&self, server: &ServerView) -> Server {
        let name = self.server_name(server);
        let starts = strip::starts(server, self.view.generated_at);
        let slots = server.strip.iter().zip(starts).map(|(status, start)| {
            let start = clock_time(start, self.view.timezone);
            Slot {
                class: class(*status),
                label: format!("{start}: {}", self.status_words(*status)),
            }
        });
        Server {
            name,
            status: Status { class: class(server.status), words: self.status_words(server.status) },
            slots: slots.collect(),
            story: self.story(server),
        }
    }

    fn server_name(&self, server: &ServerView) -> String {
        let alone = self.view.servers.len() == 1;
        match &server.name {
            Some(name) => name.clone(),
            None if alone => self.say("page-server-hosting", &Facts::new()),
            None => self.say("page-server-others", &Facts::new()),
        }
    }

    /// What the strip shows, in words.
    fn story(&self, server: &ServerView) -> String {
        let zone = self.view.timezone;
        let troubles = strip::troubles(server, self.view.generated_at);
        let operational = self.status_words(ServerStatus::Operational);
        if troubles.is_empty() {
            let story = self.say("page-strip-all", &Facts::new().text("status", operational));
            return self.say("page-strip", &Facts::new().text("story", story));
        }
        let mut parts: Vec<String> = Vec::new();
        for trouble in &troubles {
            let facts = Facts::new().text("status", self.status_words(trouble.status)).time(
                "start",
                trouble.start,
                zone,
            );
            parts.push(match trouble.end {
                Some(end) => self.say("page-strip-part", &facts.time("end", end, zone)),
                None => self.say("page-strip-now", &facts),
            });
        }
        parts.push(self.say("page-strip-else", &Facts::new().text("status", operational)));
        self.say("page-strip", &Facts::new().text("story", parts.join(", ")))
    }

    fn incident_of(&self, incident: &IncidentView) -> Incident {
        let promise = incident.next_update_at.filter(|_| incident.state.is_open());
        let next_is_late = promise.is_some_and(|due| due < self.view.generated_at);
        let key = if next_is_late { "page-next-update-late" } else { "page-next-update" };
        let next = promise.map(|due| self.say(key, &Facts::new().text("time", self.when(due))));
        Incident {
            link: format!("/incidents/{}", incident.id),
            title: self.title_of(incident),
            state: self.say(state_key(incident.state), &Facts::new()),
            impact: self.impact(incident),
            is_open: incident.state.is_open(),
            affects: self.affects(incident),
            when: self.lasted(incident),
            next,
            next_is_late,
            updates: incident.updates.iter().map(|update| self.update(update)).collect(),
        }
    }

    fn impact(&self, incident: &IncidentView) -> Status {
        let status = match incident.state {
            IncidentState::Resolved | IncidentState::FalseAlarm => ServerStatus::Operational,
            IncidentState::Investigating
            | IncidentState::Identified
            | IncidentState::Monitoring => incident.impact.into(),
        };
        Status { class: class(status), words: self.status_words(status) }
    }

    fn affects(&self, incident: &IncidentView) -> String {
        let mut names = incident.servers.clone();
        if names.is_empty() {
            return self.say("page-affects-others", &Facts::new());
        }
        if incident.other_servers {
            names.push(self.say("page-other-servers", &Facts::new()));
        }
        let servers = list(self.words, self.language, &names);
        self.say("page-affects", &Facts::new().text("servers", servers))
    }

    fn lasted(&self, incident: &IncidentView) -> String {
        let start = self.when(incident.started_at);
        let Some(end) = incident.resolved_at else {
            return self.say("page-started", &Facts::new().text("time", start));
        };
        let seconds = u64::try_from((end - incident.started_at).num_seconds()).unwrap_or(0);
        let span = span(self.words, self.language, seconds);
        let started = incident.started_at;
        let end = near_time(self.words, self.language, end, started, self.view.timezone);
        let facts = Facts::new().text("start", start).text("end", end).text("span", span);
        self.say("page-ended", &facts)
    }

    fn update(&self, update: &UpdateView) -> Update {
        let kind = self.say(kind_key(update.kind), &Facts::new());
        let own = update.texts.get(self.language);
        let (text, language) = match own {
            Some(text) => (text, None),
            None => (&update.text, self.other_language()),
        };
        Update { kind, at: self.moment(update.at), text: text.clone(), language }
    }

    fn title_of(&self, incident: &IncidentView) -> String {
        incident.titles.get(self.language).unwrap_or(&incident.title).clone()
    }

    /// The language of words that are only there as the bot's own, where the page has another.
    fn other_language(&self) -> Option<String> {
        self.view.languages.first().filter(|own| *own != self.language).cloned()
    }

    fn moment(&self, moment: Timestamp) -> Moment {
        let iso = moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Moment { iso, words: self.when(moment) }
    }

    fn when(&self, moment: Timestamp) -> String {
        let view = self.view;
        near_time(self.words, self.language, moment, view.generated_at, view.timezone)
    }

    fn days(&self, key: &str) -> String {
        self.say(key, &Facts::new().number("days", RESOLVED_DAYS))
    }

    fn status_words(&self, status: ServerStatus) -> String {
        self.say(&format!("page-status-{}", class(status)), &Facts::new())
    }

    fn say(&self, key: &str, facts: &Facts) -> String {
        self.words.say(self.language, key, facts)
    }
}

/// The place that a time zone is called after: "New York".
fn place(timezone: Tz) -> String {
    let name = timezone.name();
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

fn class(status: ServerStatus) -> &'static str {
    match status {
        ServerStatus::Operational => "operational",
        ServerStatus::UnderMaintenance => "under-maintenance",
        ServerStatus::DegradedPerformance => "degraded-performance",
        ServerStatus::PartialOutage => "partial-outage",
        ServerStatus::MajorOutage => "major-outage",
    }
}

fn state_key(state: IncidentState) -> &'static str {
    match state {
        IncidentState::Investigating => "page-state-investigating",
        IncidentState::Identified => "page-state-identified",
        IncidentState::Monitoring => "page-state-monitoring",
        IncidentState::Resolved => "page-state-resolved",
        IncidentState::FalseAlarm => "page-state-false-alarm",
    }
}

fn kind_key(kind: UpdateKind) -> &'static str {
    match kind {
        UpdateKind::Investigating => "page-kind-investigating",
        UpdateKind::Holding => "page-kind-holding",
        UpdateKind::Identified => "page-kind-identified",
        UpdateKind::Update => "page-kind-update",
        UpdateKind::Monitoring => "page-kind-monitoring",
        UpdateKind::Resolved => "page-kind-resolved",
        UpdateKind::FalseAlarm => "page-kind-false-alarm",
        UpdateKind::PostMortem => "page-kind-post-mortem",
    }
}
