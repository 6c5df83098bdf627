//! The story of an incident for the post-mortem: all that happened, in order.
//!
//! Data first ([`Timeline`]), markdown from it. For staff: it may hold internal names and markers
//! of reports ([`crate::render::report_marker`]), never a report's words.

use serde::{Deserialize, Serialize};

use crate::domain::{Impact, IncidentId, IncidentState, Timestamp};

/// An incident's story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Which incident.
    pub incident: IncidentId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: IncidentState,
    /// How much customers felt of it.
    pub impact: Impact,
    /// When it began, as far as the evidence tells.
    pub since: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What happened, oldest first.
    pub rows: Vec<TimelineRow>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// When.
    pub at: Timestamp,
    /// What sort of thing, as a word for machines ("suspicion", "update", "tried", "delivery", …).
    pub kind: String,
    /// Who did or said it, when a person or a policy did.
    pub by: Option<String>,
    /// In words.
    pub text: String,
}
