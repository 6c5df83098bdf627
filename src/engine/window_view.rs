//! What the public may see of maintenance windows: only those that somebody announced, only public
//! names. Start at [`of`].

use std::collections::BTreeMap;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{Fleet, IncidentId, ServerId, Timestamp, WindowId, WindowNews, WindowState},
    event::post_id,
};

use super::{
    records::{Records, WindowRecord},
    view::RESOLVED_DAYS,
};

/// An announced window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowView {
    /// Its number.
    pub id: WindowId,
    /// An id that is unique in the world: 32 hex digits, the same for ever.
    pub uid: String,
    /// Its public title.
    pub title: String,
    /// More public words, when staff gave some.
    pub words: Option<String>,
    /// Where it stands.
    pub state: WindowState,
    /// When it begins, or began.
    pub starts_at: Timestamp,
    /// When it is promised to be over.
    pub ends_at: Timestamp,
    /// The zone that its times are told in.
    pub zone: Tz,
    /// Public names of the servers that it covers.
    pub servers: Vec<String>,
    /// Whether it also covers servers without a public name.
    pub other_servers: bool,
    /// Changes of its times or words so far: a calendar's SEQUENCE.
    pub sequence: u32,
    /// When it was announced.
    pub announced_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// When it was completed or cancelled.
    pub ended_at: Option<Timestamp>,
    /// The incident that it is to end.
    pub incident: Option<IncidentId>,
    /// What was said of it, newest first.
    pub news: Vec<NewsView>,
}

/// One announcement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewsView {
    /// Its place among the window's announcements, from 1.
    pub revision: u32,
    /// What it tells.
    pub news: WindowNews,
    /// The public words.
    pub text: String,
    /// When it was published.
    pub at: Timestamp,
}

/// Announced windows that are open or ended lately: those under way first, then the next, then
/// those that are over, the latest first.
pub(super) fn of(records: &Records, now: Timestamp) -> Vec<WindowView> {
    let oldest = now - TimeDelta::days(RESOLVED_DAYS);
    let mut open: Vec<&WindowRecord> = records.open_windows_by_time();
    open.sort_by_key(|one| !one.window.state.is_under_way());
    let mut ended: Vec<&WindowRecord> = records
        .windows
        .values()
        .filter(|one| one.ended_at.is_some_and(|at| at >= oldest))
        .collect();
    ended.sort_by_key(|one| std::cmp::Reverse((one.ended_at, one.window.id)));
    open.into_iter().chain(ended).filter_map(|record| window_view(records, record)).collect()
}

fn window_view(records: &Records, record: &WindowRecord) -> Option<WindowView> {
    let (window, first) = (&record.window, record.news.first()?);
    let (servers, other_servers) = public_names(&records.settings.fleet, &window.servers);
    Some(WindowView {
        id: window.id,
        uid: post_id(&[&records.installation, "window", &window.id.to_string()]).to_string(),
        title: window.title.clone(),
        words: window.words.clone(),
        state: window.state,
        starts_at: window.starts_at,
        ends_at: window.ends_at,
        zone: window.zone,
        servers,
        other_servers,
        sequence: window.revision.saturating_sub(1),
        announced_at: first.at,
        changed_at: record.changed_at.max(first.at),
        ended_at: record.ended_at,
        incident: window.incident,
        news: record
            .news
            .iter()
            .rev()
            .map(|news| NewsView {
                revision: news.revision,
                news: news.news,
                text: news.text.clone(),
                at: news.at,
            })
            .collect(),
    })
}

/// Public names, and whether there are servers without one.
fn public_names(fleet: &Fleet, servers: &[ServerId]) -> (Vec<String>, bool) {
    let named: BTreeMap<&ServerId, &String> = fleet
        .servers
        .iter()
        .filter_map(|server| Some((&server.id, server.public_name.as_ref()?)))
        .collect();
    let names: Vec<String> =
        servers.iter().filter_map(|id| Some((*named.get(id)?).clone())).collect();
    let others = names.len() < servers.len();
    (names, others)
}
