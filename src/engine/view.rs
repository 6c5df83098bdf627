//! What the public may see, as plain data: only what has been published, only public names.
//!
//! Built from the records on request; pages render it. Must not: hold a server without a public
//! name, a draft, a suspicion, a report or a person. Start at [`View`].

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Fleet, Impact, IncidentId, IncidentState, ServerId, ServerStatus, Timestamp, UpdateKind,
    Wording,
};

use super::{
    records::{Incident, Records, WindowRecord},
    window_view::{self, WindowView},
};

/// How many slots today's strip has.
pub const STRIP_SLOTS: usize = 48;
/// How long one slot of the strip is, in minutes.
pub const STRIP_SLOT_MINUTES: i64 = 30;
/// How long a resolved incident stays listed, in days.
pub const RESOLVED_DAYS: i64 = 14;

/// All that the status page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The moment it shows.
    pub generated_at: Timestamp,
    /// The host's name.
    pub name: String,
    /// The host's time zone, for the times in words.
    pub timezone: Tz,
    /// Where the status page is seen from outside.
    pub public_url: Option<String>,
    /// The languages it can be read in, the bot's own first.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The worst status of any server now.
    pub overall: ServerStatus,
    /// Servers by public name, sorted; those without one are together as the first row, "hosting".
    pub servers: Vec<ServerView>,
    /// Published incidents that are still open, newest first.
    pub open: Vec<IncidentView>,
    /// Published incidents resolved in the last [`RESOLVED_DAYS`] days, newest first.
    pub resolved: Vec<IncidentView>,
    /// Announced maintenance: under way, ahead, and over in the last [`RESOLVED_DAYS`] days.
    #[serde(default)]
    pub windows: Vec<WindowView>,
}

/// One row of the server list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerView {
    /// The public's word for it; `None` for all servers that have none, taken together.
    pub name: Option<String>,
    /// Its status now.
    pub status: ServerStatus,
    /// The worst status in each of the last [`STRIP_SLOTS`] slots, oldest first, now last.
    pub strip: Vec<ServerStatus>,
}

/// A published incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncidentView {
    /// Its number, part of its address `/incidents/{id}`.
    pub id: IncidentId,
    /// Its public title.
    pub title: String,
    /// The title in other languages, by their tags.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    /// Where it stands.
    pub state: IncidentState,
    /// How much customers feel of it.
    pub impact: Impact,
    /// Public names of the servers it is about.
    pub servers: Vec<String>,
    /// Whether it is also about servers without a public name.
    pub other_servers: bool,
    /// When it was first published.
    pub started_at: Timestamp,
    /// When its end was published.
    pub resolved_at: Option<Timestamp>,
    /// When the next update is promised.
    pub next_update_at: Option<Timestamp>,
    /// What was said, newest first.
    pub updates: Vec<UpdateView>,
}

/// One published update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateView {
    /// Its place among the incident's updates, from 1.
    pub revision: u32,
    /// What it announces.
    pub kind: UpdateKind,
    /// The public words.
    pub text: String,
    /// The words in other languages, by their tags, without the promise of the next update.
    #[serde(default)]
    pub texts: BTreeMap<String, String>,
    /// When it was published.
    pub at: Timestamp,
}

/// What the public may see of `records` at `now`.
pub(super) fn of(records: &Records, now: Timestamp) -> View {
    let fleet = &records.settings.fleet;
    let published: Vec<&Incident> =
        records.incidents.values().rev().filter(|incident| incident.is_published()).collect();
    let mut spans = spans(&published, now);
    spans.extend(records.windows.values().filter_map(|record| work_span(record, now)));
    let servers = rows(fleet, &spans, now);
    let languages = languages(records);
    let show = |incident: &&Incident| incident_view(fleet, incident, &languages);
    let oldest = now - TimeDelta::days(RESOLVED_DAYS);
    View {
        generated_at: now,
        name: fleet.name.clone(),
        timezone: fleet.timezone,
        public_url: records.settings.public_url.clone(),
        languages: languages.clone(),
        overall: servers.iter().map(|server| server.status).max().unwrap_or_default(),
        servers,
        open: published.iter().filter(|one| one.state.is_open()).map(show).collect(),
        resolved: published
            .iter()
            .filter(|one| !one.state.is_open() && one.ended_at.is_some_and(|at| at >= oldest))
            .map(show)
            .collect(),
        windows: window_view::of(records, now),
    }
}

/// A stretch of time in which the public was told that servers were in a condition.
struct Span<'a> {
    from: Timestamp,
    until: Timestamp,
    status: ServerStatus,
    servers: &'a [ServerId],
    is_now: bool,
}

/// From each published update to the next; what was a false alarm was nothing. An incident that
/// was opened again counts as it is, not as it was last published.
fn spans<'a>(published: &[&'a Incident], now: Timestamp) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    for incident in published.iter().filter(|one| one.state != IncidentState::FalseAlarm) {
        for (index, update) in incident.updates.iter().enumerate() {
            if !update.state.is_open() {
                continue;
            }
            let next = incident.updates.get(index + 1).map(|next| next.at);
            let until = next.or(incident.ended_at).unwrap_or(now);
            let (from, status) = (update.at, ServerStatus::from(update.impact));
            let is_now = next.is_none() && incident.state.is_open();
            spans.push(Span { from, until, status, servers: &update.servers, is_now });
        }
    }
    spans
}

/// The time in which announced work went on.
fn work_span(record: &WindowRecord, now: Timestamp) -> Option<Span<'_>> {
    let told = record.news.first()?.at;
    let is_now = record.window.state.is_under_way();
    Some(Span {
        from: record.started_at?.max(told),
        until: record.ended_at.unwrap_or(now),
        status: ServerStatus::UnderMaintenance,
        servers: &record.window.servers,
        is_now,
    })
}

fn rows(fleet: &Fleet, spans: &[Span<'_>], now: Timestamp) -> Vec<ServerView> {
    let mut by_server: BTreeMap<&ServerId, Vec<&Span<'_>>> = BTreeMap::new();
    for span in spans {
        for server in span.servers {
            by_server.entry(server).or_default().push(span);
        }
    }
    let told = |id: &ServerId| by_server.get(id).map_or(&[][..], Vec::as_slice);
    let unnamed: Vec<&Span<'_>> = fleet
        .servers
        .iter()
        .filter(|server| server.public_name.is_none())
        .flat_map(|server| told(&server.id).iter().copied())
        .collect();
    let any_unnamed = fleet.servers.iter().any(|server| server.public_name.is_none());
    let mut rows: Vec<ServerView> = fleet
        .servers
        .iter()
        .filter_map(|server| Some(server_row(server.public_name.clone()?, told(&server.id), now)))
        .collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    if any_unnamed {
        rows.insert(0, ServerView { name: None, ..server_row(String::new(), &unnamed, now) });
    }
    rows
}

fn server_row(name: String, spans: &[&Span<'_>], now: Timestamp) -> ServerView {
    let slot = TimeDelta::minutes(STRIP_SLOT_MINUTES);
    let mut strip = vec![ServerStatus::Operational; STRIP_SLOTS];
    for (index, status) in strip.iter_mut().rev().enumerate() {
        let end = now - slot * i32::try_from(index).unwrap_or(i32::MAX);
        let begin = end - slot;
        let touching = spans.iter().filter(|span| span.from <= end && span.until > begin);
        *status = touching.map(|span| span.status).max().unwrap_or_default();
    }
    let standing = spans.iter().filter(|span| span.is_now).map(|span| span.status);
    ServerView { name: Some(name), status: standing.max().unwrap_or_default(), strip }
}

/// The bot's own language first, each once.
fn languages(records: &Records) -> Vec<String> {
    let mut languages = vec![records.settings.main_locale().language];
    for language in &records.settings.languages {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    languages
}

/// Something of the wordings in each language but the bot's own.
fn in_others(
    wordings: &[Wording],
    languages: &[String],
    part: impl Fn(&Wording) -> &String,
) -> BTreeMap<String, String> {
    let others = languages.iter().skip(1).filter_map(|language| {
        let wording = wordings.iter().find(|one| one.locale.language == *language)?;
        Some((language.clone(), part(wording).clone()))
    });
    others.collect()
}

fn incident_view(fleet: &Fleet, incident: &Incident, languages: &[String]) -> IncidentView {
    let last = incident.updates.last();
    let servers = last.map(|update| update.servers.as_slice()).unwrap_or_default();
    let named: BTreeMap<&ServerId, &String> = fleet
        .servers
        .iter()
        .filter_map(|server| Some((&server.id, server.public_name.as_ref()?)))
        .collect();
    let names: Vec<String> =
        servers.iter().filter_map(|id| Some((*named.get(id)?).clone())).collect();
    let ended = incident.ended_at.filter(|_| !incident.state.is_open());
    IncidentView {
        id: incident.id,
        title: last.map(|update| update.title.clone()).unwrap_or_default(),
        titles: in_others(
            last.map(|update| &*update.wordings).unwrap_or_default(),
            languages,
            |wording| &wording.title,
        ),
        state: last.map_or(incident.state, |update| update.state),
        impact: last.map(|update| update.impact).unwrap_or_default(),
        other_servers: names.len() < servers.len(),
        servers: names,
        started_at: incident.updates.first().map_or(incident.opened_at, |update| update.at),
        resolved_at: ended,
        next_update_at: incident.next_update_at,
        updates: incident
            .updates
            .iter()
            .rev()
            .map(|update| UpdateView {
                revision: update.revision,
                kind: update.kind,
                text: update.text.clone(),
                texts: in_others(&update.wordings, languages, |wording| &wording.text),
                at: update.at,
            })
            .collect(),
    }
}
