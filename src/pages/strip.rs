//! A server's last day as a row of bars, and the same in words for those who cannot see it.

use chrono::{DurationRound, TimeDelta};
use serde::Serialize;

use crate::{
    domain::{ServerStatus, Timestamp},
    engine::{STRIP_SLOT_MINUTES, ServerView},
};

/// One bar.
#[derive(Serialize)]
pub(super) struct Slot {
    /// The style's name for its status.
    pub(super) class: &'static str,
    /// Its status and time in words.
    pub(super) label: String,
}

/// Slots in a row that have the same status.
pub(super) struct Stretch {
    pub(super) status: ServerStatus,
    pub(super) start: Timestamp,
    /// `None`: it lasts.
    pub(super) end: Option<Timestamp>,
}

/// When each slot of a server's strip starts: the last is the one that `now` is in.
pub(super) fn starts(server: &ServerView, now: Timestamp) -> Vec<Timestamp> {
    let slot = TimeDelta::minutes(STRIP_SLOT_MINUTES);
    let last = now.duration_trunc(slot).unwrap_or(now);
    let before = (0..server.strip.len()).rev();
    before.map(|slots| last - slot * i32::try_from(slots).unwrap_or(i32::MAX)).collect()
}

/// The stretches in which the server was not operational, oldest first.
pub(super) fn troubles(server: &ServerView, now: Timestamp) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (status, start) in server.strip.iter().copied().zip(starts(server, now)) {
        match stretches.last_mut() {
            Some(last) if last.status == status => {}
            last => {
                if let Some(last) = last {
                    last.end = Some(start);
                }
                stretches.push(Stretch { status, start, end: None });
            }
        }
    }
    stretches.retain(|stretch| stretch.status != ServerStatus::Operational);
    stretches
}
