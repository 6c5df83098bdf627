//! What the floors above may read of the engine beside its answers. Must not: change anything.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use crate::{
    domain::{Policy, Settings, Timestamp},
    render::Words,
};

use super::{Detector, Engine};

/// Evidence that long before an incident's onset is part of its story.
const BEFORE: TimeDelta = TimeDelta::hours(2);
/// Evidence that long after an incident's end is part of its story.
const AFTER: TimeDelta = TimeDelta::hours(1);

impl<D: Detector> Engine<D> {
    /// The words it speaks with.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// All that it was told at start-up or the last reload.
    pub fn settings(&self) -> &Settings {
        &self.records.settings
    }

    /// What was decided beforehand.
    pub fn policy(&self) -> &Policy {
        &self.records.settings.policy
    }

    /// The spans of time whose probe results belong to an incident's story, and are kept by
    /// retention. An open incident's span has no end yet.
    pub fn evidence_to_keep(&self) -> Vec<RangeInclusive<Timestamp>> {
        self.records
            .incidents
            .values()
            .map(|incident| {
                let end = incident.ended_at.map_or(Timestamp::MAX_UTC, |ended| ended + AFTER);
                incident.since.min(incident.opened_at) - BEFORE..=end
            })
            .collect()
    }
}
