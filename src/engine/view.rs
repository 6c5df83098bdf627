//! What the public may see, as plain data: only what has been published, only public names.
//!
//! Built from the records on request; pages render it. Must not: hold a server without a public
//! name, a draft, a suspicion, a report or a person. Start at [`View`].

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::{Impact, IncidentId, IncidentState, ServerStatus, Timestamp, UpdateKind};

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
    /// The worst status of any server now.
    pub overall: ServerStatus,
    /// Servers by public name, sorted; those without one are together as the first row, "hosting".
    pub servers: Vec<ServerView>,
    /// Published incidents that are still open, newest first.
    pub open: Vec<IncidentView>,
    /// Published incidents resolved in the last [`RESOLVED_DAYS`] days, newest first.
    pub resolved: Vec<IncidentView>,
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
    /// When it was published.
    pub at: Timestamp,
}
