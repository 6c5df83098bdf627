//! What a post speaks of: posts about the same thing keep their order, and their ids are remembered
//! together.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{IncidentId, PersonId, Timestamp, WindowId},
    event::{Post, PostAction},
};

/// Whose ids are remembered together: an incident's, a maintenance window's, or those of one day for
/// posts of neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) enum PastKey {
    Incident(IncidentId),
    Window(WindowId),
    Day(i64),
}

/// Posts that must arrive in the order in which they were decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lane<'a> {
    incident: Option<IncidentId>,
    window: Option<WindowId>,
    recipient: Option<&'a PersonId>,
    passes_on: bool,
}

/// Whether an incident or window may still speak.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Life {
    pub(super) ended_at: Option<Timestamp>,
}

impl<'a> Lane<'a> {
    pub(super) fn of(post: &'a Post) -> Self {
        Self {
            incident: post.incident,
            window: post.window,
            recipient: post.recipient.as_ref(),
            passes_on: post.action == PostAction::Crosspost,
        }
    }
}

impl Life {
    pub(super) fn of(at: Timestamp, is_open: bool) -> Self {
        Self { ended_at: (!is_open).then_some(at) }
    }
}

impl PastKey {
    pub(super) fn of(post: &Post, at: Timestamp) -> Self {
        Self::of_subject(post).unwrap_or_else(|| Self::Day(day_of(at)))
    }

    pub(super) fn of_subject(post: &Post) -> Option<Self> {
        post.incident.map(Self::Incident).or(post.window.map(Self::Window))
    }
}

impl From<PastKey> for String {
    fn from(key: PastKey) -> Self {
        match key {
            PastKey::Incident(id) => format!("incident {id}"),
            PastKey::Window(id) => format!("window {id}"),
            PastKey::Day(day) => format!("day {day}"),
        }
    }
}

impl TryFrom<String> for PastKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("not a key of past posts: {text}");
        let (kind, number) = text.split_once(' ').ok_or_else(bad)?;
        match kind {
            "incident" => Ok(Self::Incident(IncidentId(number.parse().map_err(|_| bad())?))),
            "window" => Ok(Self::Window(WindowId(number.parse().map_err(|_| bad())?))),
            "day" => Ok(Self::Day(number.parse().map_err(|_| bad())?)),
            _ => Err(bad()),
        }
    }
}

/// The day of a moment, counted from 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(24 * 3600)
}
