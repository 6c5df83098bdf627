//! The view as programs read it that know Statuspage (`/api/v2/…`): its shape and words, our facts.
//!
//! What Statuspage has and we do not is `null`, or where its readers expect a date, [`NEVER`]. A cancelled window is not listed, as there is no
//! word for it there; it is told on the page, in feeds and in the calendar. Must not: say more than
//! the pages do. Start at [`Presenter::summary`].

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    domain::{IncidentState, ServerStatus, Timestamp, UpdateKind, WindowNews, WindowState},
    engine::{IncidentView, NewsView, ServerView, UpdateView, WindowView},
};

use super::Presenter;

/// The date of what nobody wrote down.
const NEVER: &str = "1970-01-01T00:00:00.000Z";

/// Which windows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Windows {
    /// All but cancelled ones.
    All,
    /// Those that lie ahead.
    Upcoming,
    /// Those under way.
    Active,
}

/// Which incidents are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Incidents {
    /// All that the view has.
    All,
    /// Those that are open.
    Unresolved,
}

/// `summary.json`; each other document is the page and a part of it.
#[derive(Serialize)]
pub(in crate::pages) struct Document {
    page: Page,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<Vec<Component>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incidents: Option<Vec<Incident>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_maintenances: Option<Vec<Incident>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Overall>,
}

#[derive(Serialize)]
struct Page {
    id: String,
    name: String,
    /// Empty where no address is known.
    url: String,
    time_zone: &'static str,
    updated_at: String,
}

#[derive(Clone, Serialize)]
struct Component {
    id: String,
    name: String,
    status: &'static str,
    created_at: &'static str,
    updated_at: &'static str,
    position: usize,
    description: Option<String>,
    showcase: bool,
    start_date: Option<String>,
    group_id: Option<String>,
    page_id: String,
    group: bool,
    only_show_if_degraded: bool,
}

#[derive(Serialize)]
struct Overall {
    indicator: &'static str,
    description: String,
}

/// An incident, or a window with its times.
#[derive(Serialize)]
struct Incident {
    id: String,
    name: String,
    status: &'static str,
    created_at: String,
    updated_at: String,
    monitoring_at: Option<String>,
    resolved_at: Option<String>,
    impact: &'static str,
    shortlink: Option<String>,
    started_at: String,
    page_id: String,
    incident_updates: Vec<Update>,
    components: Vec<Component>,
    reminder_intro: Option<String>,
    #[serde(flatten)]
    times: Option<Times>,
}

#[derive(Serialize)]
struct Times {
    scheduled_for: String,
    scheduled_until: String,
}

#[derive(Serialize)]
struct Update {
    id: String,
    status: &'static str,
    body: String,
    incident_id: String,
    created_at: String,
    updated_at: String,
    display_at: String,
    affected_components: Option<Vec<Component>>,
    deliver_notifications: bool,
    custom_tweet: Option<String>,
    tweet_id: Option<String>,
}

impl Presenter<'_> {
    pub(in crate::pages) fn summary(&self) -> Document {
        let near = |window: &&WindowView| window.state.is_open();
        Document {
            components: Some(self.components()),
            incidents: Some(self.view.open.iter().map(|one| self.api_incident(one)).collect()),
            scheduled_maintenances: Some(
                self.view.windows.iter().filter(near).map(|one| self.api_window(one)).collect(),
            ),
            status: Some(self.api_status()),
            ..self.document()
        }
    }

    pub(in crate::pages) fn status_document(&self) -> Document {
        Document { status: Some(self.api_status()), ..self.document() }
    }

    pub(in crate::pages) fn components_document(&self) -> Document {
        Document { components: Some(self.components()), ..self.document() }
    }

    pub(in crate::pages) fn incidents_document(&self, which: Incidents) -> Document {
        let over = self.view.resolved.iter().filter(|_| which == Incidents::All);
        let all = self.view.open.iter().chain(over);
        let incidents = all.map(|incident| self.api_incident(incident)).collect();
        Document { incidents: Some(incidents), ..self.document() }
    }

    pub(in crate::pages) fn windows_document(&self, which: Windows) -> Document {
        let is_meant = |window: &&WindowView| match which {
            Windows::All => window.state != WindowState::Cancelled,
            Windows::Upcoming => window.state == WindowState::Scheduled,
            Windows::Active => window.state.is_under_way(),
        };
        let meant = self.view.windows.iter().filter(is_meant);
        let windows = meant.map(|window| self.api_window(window)).collect();
        Document { scheduled_maintenances: Some(windows), ..self.document() }
    }

    /// The page alone.
    fn document(&self) -> Document {
        let page = Page {
            id: self.page_id(),
            name: self.view.name.clone(),
            url: self.view.public_url.clone().unwrap_or_default(),
            time_zone: self.view.timezone.name(),
            updated_at: iso(self.view.generated_at),
        };
        let (components, incidents) = (None, None);
        Document { page, components, incidents, scheduled_maintenances: None, status: None }
    }

    fn page_id(&self) -> String {
        id_of(&["page", &self.view.name])
    }

    fn api_status(&self) -> Overall {
        let indicator = match self.view.overall {
            ServerStatus::Operational => "none",
            ServerStatus::UnderMaintenance => "maintenance",
            ServerStatus::DegradedPerformance => "minor",
            ServerStatus::PartialOutage => "major",
            ServerStatus::MajorOutage => "critical",
        };
        Overall { indicator, description: self.overall().words }
    }

    fn components(&self) -> Vec<Component> {
        let rows = self.view.servers.iter().enumerate();
        rows.map(|(place, server)| self.component(place, server)).collect()
    }

    fn component(&self, place: usize, server: &ServerView) -> Component {
        Component {
            id: id_of(&["server", server.name.as_deref().unwrap_or_default()]),
            name: self.server_name(server),
            status: server.status.word(),
            created_at: NEVER,
            updated_at: NEVER,
            position: place + 1,
            description: None,
            showcase: true,
            start_date: None,
            group_id: None,
            page_id: self.page_id(),
            group: false,
            only_show_if_degraded: false,
        }
    }

    /// The rows that names stand for, and the one of all others.
    fn components_of(&self, names: &[String], others: bool) -> Vec<Component> {
        let rows = self.view.servers.iter().enumerate();
        let meant = rows.filter(|(_, server)| match &server.name {
            Some(name) => names.contains(name),
            None => others,
        });
        meant.map(|(place, server)| self.component(place, server)).collect()
    }

    fn link(&self, path: &str) -> Option<String> {
        let url = self.view.public_url.as_ref()?;
        Some(format!("{}{path}", url.trim_end_matches('/')))
    }

    fn api_incident(&self, incident: &IncidentView) -> Incident {
        let id = format!("incident-{}", incident.id);
        let latest = incident.updates.first().map_or(incident.started_at, |update| update.at);
        let monitoring = incident.updates.iter().find(|one| one.kind == UpdateKind::Monitoring);
        Incident {
            name: incident.title.clone(),
            status: state_word(incident.state),
            created_at: iso(incident.started_at),
            updated_at: iso(latest),
            monitoring_at: monitoring.map(|update| iso(update.at)),
            resolved_at: incident.resolved_at.map(iso),
            impact: incident.impact.word(),
            shortlink: self.link(&format!("/incidents/{}", incident.id)),
            started_at: iso(incident.started_at),
            page_id: self.page_id(),
            incident_updates: updates_of(&id, &incident.updates),
            components: self.components_of(&incident.servers, incident.other_servers),
            reminder_intro: None,
            times: None,
            id,
        }
    }

    fn api_window(&self, window: &WindowView) -> Incident {
        let id = format!("window-{}", window.id);
        let update = |news: &NewsView| {
            api_update(&id, news.revision, news_word(news.news), &news.text, news.at)
        };
        Incident {
            name: window.title.clone(),
            status: window.state.word(),
            created_at: iso(window.announced_at),
            updated_at: iso(window.changed_at),
            monitoring_at: None,
            resolved_at: window.ended_at.map(iso),
            impact: "maintenance",
            shortlink: self.link(&format!("/maintenance#{id}")),
            started_at: iso(window.announced_at),
            page_id: self.page_id(),
            incident_updates: window.news.iter().map(update).collect(),
            components: self.components_of(&window.servers, window.other_servers),
            reminder_intro: None,
            times: Some(Times {
                scheduled_for: iso(window.starts_at),
                scheduled_until: iso(window.ends_at),
            }),
            id,
        }
    }
}

/// Newest first, each with the state that held with it.
fn updates_of(id: &str, updates: &[UpdateView]) -> Vec<Update> {
    let mut state = "investigating";
    let mut told: Vec<Update> = Vec::with_capacity(updates.len());
    for update in updates.iter().rev() {
        state = match update.kind {
            UpdateKind::Investigating | UpdateKind::Holding => "investigating",
            UpdateKind::Identified => "identified",
            UpdateKind::Monitoring => "monitoring",
            UpdateKind::Resolved | UpdateKind::FalseAlarm => "resolved",
            UpdateKind::PostMortem => "postmortem",
            UpdateKind::Update => state,
        };
        told.push(api_update(id, update.revision, state, &update.text, update.at));
    }
    told.reverse();
    told
}

fn api_update(id: &str, revision: u32, status: &'static str, text: &str, at: Timestamp) -> Update {
    let at = iso(at);
    Update {
        id: format!("{id}-{revision}"),
        status,
        body: text.to_owned(),
        incident_id: id.to_owned(),
        created_at: at.clone(),
        updated_at: at.clone(),
        display_at: at,
        affected_components: None,
        // What stands here went to followers.
        deliver_notifications: true,
        custom_tweet: None,
        tweet_id: None,
    }
}

fn state_word(state: IncidentState) -> &'static str {
    match state {
        IncidentState::Investigating => "investigating",
        IncidentState::Identified => "identified",
        IncidentState::Monitoring => "monitoring",
        IncidentState::Resolved | IncidentState::FalseAlarm => "resolved",
    }
}

fn news_word(news: WindowNews) -> &'static str {
    match news {
        WindowNews::Scheduled
        | WindowNews::Reminder
        | WindowNews::Moved
        // No cancelled window is listed.
        | WindowNews::Cancelled => "scheduled",
        WindowNews::Started | WindowNews::Extended | WindowNews::Delayed => "in_progress",
        WindowNews::Verifying => "verifying",
        WindowNews::Completed => "completed",
    }
}

/// Twelve hex digits, always the same for the same words.
fn id_of(words: &[&str]) -> String {
    let digest = Sha256::digest(words.join("\n"));
    digest[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn iso(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
