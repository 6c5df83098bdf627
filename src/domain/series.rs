//! Work that comes again: the rule by which windows are made, and what of it has been made.
//!
//! Each occurrence becomes a window of its own shortly before its time; a series only says when. It
//! keeps local times, because that is what comes again: which moment such a time is, is asked of
//! the zone when the occurrence is made. Must not: guess that moment. Start at [`Series::next`].

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Rule, SeriesId, Timestamp, moment_of};

/// Days of one series that can be left out.
pub const EXCEPT_MAX: usize = 200;

/// Work that comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Which.
    pub id: SeriesId,
    /// The public title of its windows.
    pub title: String,
    /// More public words, when staff gave some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Ids of the servers and components that are worked on, as typed.
    pub targets: Vec<String>,
    /// How long each window is to last, in seconds.
    pub length_s: u64,
    /// The zone of its times.
    pub zone: Tz,
    /// When the first one begins, in `zone`.
    pub first: NaiveDateTime,
    /// On which days it comes again.
    pub rule: Rule,
    /// Days that are left out, in `zone`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<NaiveDate>,
    /// The latest one that was made or asked about, in `zone`.
    pub latest: NaiveDateTime,
    /// The next one, in `zone`; `None`: it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NaiveDateTime>,
    /// Who approved an announcement of it: those that follow are announced by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// Which of a series' occurrences a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Of which series.
    pub series: SeriesId,
    /// When the series says that it begins, wherever it may have been moved to.
    pub local: NaiveDateTime,
}

impl Series {
    /// The first occurrence after `after` that is not left out.
    pub fn following(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        let mut next = self.rule.next(self.first, Some(after), self.zone)?;
        // Each day that is left out is passed once.
        for _ in 0..=self.except.len() {
            if !self.except.contains(&next.date()) {
                return Some(next);
            }
            next = self.rule.next(self.first, Some(next), self.zone)?;
        }
        None
    }

    /// The same once `local` was seen to: made, asked about or passed over.
    #[must_use]
    pub fn seen_to(self, local: NaiveDateTime) -> Self {
        let next = self.following(local);
        Self { latest: local, next, ..self }
    }

    /// When the next one is to become a window: once the one before it has begun by the series'
    /// own reckoning, and no sooner than `ahead` before its time.
    pub fn due(&self, ahead: chrono::TimeDelta) -> Option<Timestamp> {
        let earliest = |local| match moment_of(local, self.zone) {
            Ok(moment) => moment,
            Err(none) => none.choices[0].moment(),
        };
        let next = earliest(self.next?);
        Some(earliest(self.latest).max(next.checked_sub_signed(ahead).unwrap_or(next)))
    }
}
