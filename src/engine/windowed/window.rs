//! Counts of checks, a cell a minute, over the last half hour.
//!
//! All sums are whole numbers, so that counts of a class can be made from its targets' in any
//! order and come out the same.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// Cells kept, in minutes.
const CELLS: usize = 32;
/// Expected bad checks are counted in parts of a million.
const PARTS: f64 = 1e6;

/// Counts by minute; cells older than the newest by more than 32 minutes are forgotten.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    newest_minute: i64,
    cells: [Counts; CELLS],
}

/// What was counted. In JSON an array, to be short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "[u64; 4]", into = "[u64; 4]")]
pub(super) struct Counts {
    pub checks: u32,
    pub failed: u32,
    pub slow: u32,
    expected_parts: u64,
}

impl Counts {
    /// One check that was expected to be bad with probability `expected`.
    pub fn of_check(failed: bool, slow: bool, expected: f64) -> Self {
        Self {
            checks: 1,
            failed: u32::from(failed),
            slow: u32::from(slow),
            expected_parts: (expected * PARTS).round() as u64,
        }
    }

    pub fn bad(&self) -> u32 {
        self.failed.saturating_add(self.slow)
    }

    /// How many bad checks there would be if all were well.
    pub fn expected(&self) -> f64 {
        self.expected_parts as f64 / PARTS
    }

    pub fn add(&mut self, other: &Self) {
        self.checks = self.checks.saturating_add(other.checks);
        self.failed = self.failed.saturating_add(other.failed);
        self.slow = self.slow.saturating_add(other.slow);
        self.expected_parts = self.expected_parts.saturating_add(other.expected_parts);
    }

    pub fn subtract(&mut self, other: &Self) {
        self.checks = self.checks.saturating_sub(other.checks);
        self.failed = self.failed.saturating_sub(other.failed);
        self.slow = self.slow.saturating_sub(other.slow);
        self.expected_parts = self.expected_parts.saturating_sub(other.expected_parts);
    }
}

impl From<[u64; 4]> for Counts {
    fn from([checks, failed, slow, expected_parts]: [u64; 4]) -> Self {
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Self { checks: small(checks), failed: small(failed), slow: small(slow), expected_parts }
    }
}

impl From<Counts> for [u64; 4] {
    fn from(counts: Counts) -> Self {
        [
            u64::from(counts.checks),
            u64::from(counts.failed),
            u64::from(counts.slow),
            counts.expected_parts,
        ]
    }
}

impl Window {
    /// Adds to the cell of the minute of `at`; what is too old for the window is left out.
    pub fn add(&mut self, at: Timestamp, counts: &Counts) {
        let minute = minute_of(at);
        self.advance(minute);
        if minute > self.newest_minute - CELLS as i64 {
            self.cells[slot(minute)].add(counts);
        }
    }

    /// Adds every cell of another window.
    pub fn absorb(&mut self, other: &Self) {
        self.advance(other.newest_minute);
        for minute in other.newest_minute - CELLS as i64 + 1..=other.newest_minute {
            if minute > self.newest_minute - CELLS as i64 {
                self.cells[slot(minute)].add(&other.cells[slot(minute)]);
            }
        }
    }

    /// The sum over the cells that lie in the `minutes` before `now`, the running one included.
    pub fn sum(&self, now: Timestamp, minutes: i64) -> Counts {
        let last = minute_of(now);
        let first = (last - minutes + 1).max(self.newest_minute - CELLS as i64 + 1);
        let mut sum = Counts::default();
        for minute in first..=last.min(self.newest_minute) {
            sum.add(&self.cells[slot(minute)]);
        }
        sum
    }

    /// The cell that lies `minutes_ago` minutes before that of `now`; empty when it is forgotten.
    pub fn cell(&self, now: Timestamp, minutes_ago: usize) -> Counts {
        let ago = i64::try_from(minutes_ago).unwrap_or(i64::MAX);
        let minute = minute_of(now).saturating_sub(ago);
        let kept = self.newest_minute - CELLS as i64 + 1..=self.newest_minute;
        if kept.contains(&minute) { self.cells[slot(minute)] } else { Counts::default() }
    }

    fn advance(&mut self, minute: i64) {
        if minute <= self.newest_minute {
            return;
        }
        let passed = (minute - self.newest_minute).min(CELLS as i64);
        for stale in minute - passed + 1..=minute {
            self.cells[slot(stale)] = Counts::default();
        }
        self.newest_minute = minute;
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(60)
}

fn slot(minute: i64) -> usize {
    usize::try_from(minute.rem_euclid(CELLS as i64)).unwrap_or(0)
}
