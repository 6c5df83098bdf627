//! The last results of a target: when, and how likely a bad one was in health.
//!
//! In JSON the times are differences and only bad results have a value, to be short.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::model::RING_LEN;

/// How a result counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// In order.
    Good,
    /// It failed; in health it would with this probability.
    Failed(f64),
    /// It came far later than usual; in health it would be bad with this probability.
    Slow(f64),
}

impl Outcome {
    /// The probability of a bad result in health, if this is one.
    pub fn bad_with(self) -> Option<f64> {
        match self {
            Self::Good => None,
            Self::Failed(b) | Self::Slow(b) => Some(b),
        }
    }
}

/// The last results in the order of their times, at most [`RING_LEN`].
///
/// Nearly all are good: only the bad ones have a value, and their places among the times.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct Ring {
    times_ms: VecDeque<i64>,
    /// The bad ones by serial number, which is the place and what was forgotten before.
    bad: VecDeque<Bad>,
    /// How many results gave way; wraps around.
    forgotten: u32,
}

#[derive(Clone, Copy, Debug)]
struct Bad {
    serial: u32,
    /// b for a failed one, −b for a slow one.
    value: f64,
}

impl Ring {
    /// Takes in a result at its time; the oldest gives way, were it this one.
    pub fn push(&mut self, at_ms: i64, outcome: Outcome) {
        if self.times_ms.len() >= RING_LEN {
            if self.times_ms.front().is_some_and(|oldest| at_ms < *oldest) {
                return;
            }
            self.forget_oldest();
        }
        let value = match outcome {
            Outcome::Good => None,
            Outcome::Failed(b) => Some(b),
            Outcome::Slow(b) => Some(-b),
        };
        if self.times_ms.back().is_none_or(|last| *last <= at_ms) {
            let serial = self.serial(self.times_ms.len());
            self.times_ms.push_back(at_ms);
            self.bad.extend(value.map(|value| Bad { serial, value }));
        } else {
            self.insert(at_ms, value);
        }
    }

    /// Takes in a late one.
    fn insert(&mut self, at_ms: i64, value: Option<f64>) {
        let place = self.times_ms.partition_point(|earlier| *earlier <= at_ms);
        self.times_ms.insert(place, at_ms);
        let first = self.bad_before(place);
        for bad in self.bad.range_mut(first..) {
            bad.serial = bad.serial.wrapping_add(1);
        }
        if let Some(value) = value {
            let serial = self.serial(place);
            self.bad.insert(first, Bad { serial, value });
        }
    }

    fn forget_oldest(&mut self) {
        if self.bad.front().is_some_and(|bad| self.place(bad) == 0) {
            self.bad.pop_front();
        }
        self.times_ms.pop_front();
        self.forgotten = self.forgotten.wrapping_add(1);
    }

    fn serial(&self, place: usize) -> u32 {
        self.forgotten.wrapping_add(u32::try_from(place).unwrap_or(u32::MAX))
    }

    fn place(&self, bad: &Bad) -> usize {
        bad.serial.wrapping_sub(self.forgotten) as usize
    }

    /// How many bad results are among the first `until`.
    fn bad_before(&self, until: usize) -> usize {
        self.bad.partition_point(|bad| self.place(bad) < until)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// How many results it holds.
    pub fn len(&self) -> usize {
        self.times_ms.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.times_ms.is_empty()
    }

    /// The time of the newest result.
    pub fn newest_ms(&self) -> Option<i64> {
        self.times_ms.back().copied()
    }

    /// How many results are no later than `at_ms`.
    pub fn until(&self, at_ms: i64) -> usize {
        // Nearly always all of them.
        if self.times_ms.back().is_none_or(|last| *last <= at_ms) {
            return self.times_ms.len();
        }
        self.times_ms.partition_point(|time| *time <= at_ms)
    }

    /// How many of the first `until` results are no older than each of the ages, which ascend.
    pub fn count_by_age(&self, until: usize, now_ms: i64, ages_ms: &[i64], counts: &mut [u16]) {
        let (Some(first_ms), Some(last_ms)) = (self.times_ms.front(), self.newest_ms()) else {
            counts.fill(0);
            return;
        };
        // Most probes keep to their interval, so that a guess is right or next to it.
        let guessed_ms = (last_ms.saturating_sub(*first_ms) / self.len() as i64).max(1);
        let mut from = until;
        let mut last_age_ms = 0;
        for (age_ms, count) in ages_ms.iter().zip(counts) {
            let oldest_ms = now_ms - age_ms;
            let steps = usize::try_from((age_ms - last_age_ms) / guessed_ms).unwrap_or(0);
            last_age_ms = *age_ms;
            from = from.saturating_sub(steps);
            while from < until && self.times_ms[from] < oldest_ms {
                from += 1;
            }
            while from > 0 && self.times_ms[from - 1] >= oldest_ms {
                from -= 1;
            }
            *count = u16::try_from(until - from).unwrap_or(u16::MAX);
        }
    }

    /// Whether a bad result is no earlier than `from_ms`.
    pub fn has_bad_since(&self, from_ms: i64) -> bool {
        let newest = self.bad.back().map(|bad| self.times_ms[self.place(bad)]);
        newest.is_some_and(|at_ms| at_ms >= from_ms)
    }

    /// The bad ones of the first `until` results, newest first.
    pub fn bad_back(&self, until: usize) -> impl Iterator<Item = (i64, Outcome)> + '_ {
        let bad = self.bad.range(..self.bad_before(until)).rev();
        bad.map(|bad| (self.times_ms[self.place(bad)], outcome(bad.value)))
    }

    /// The first `until` results, newest first.
    pub fn entries_back(&self, until: usize) -> impl Iterator<Item = (i64, Outcome)> + '_ {
        let mut bad = self.bad.range(..self.bad_before(until)).rev().peekable();
        let times = self.times_ms.range(..until).enumerate().rev();
        times.map(move |(place, at_ms)| {
            let own = bad.next_if(|bad| self.place(bad) == place);
            (*at_ms, own.map_or(Outcome::Good, |bad| outcome(bad.value)))
        })
    }
}

impl PartialEq for Ring {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.entries_back(self.len()).eq(other.entries_back(other.len()))
    }
}

fn outcome(value: f64) -> Outcome {
    if value == 0.0 {
        Outcome::Good
    } else if value > 0.0 {
        Outcome::Failed(value)
    } else {
        Outcome::Slow(-value)
    }
}

#[derive(Serialize, Deserialize)]
struct Packed {
    /// The first time, then each one's distance from the one before.
    times: Vec<i64>,
    /// Place and value of the bad ones.
    bad: Vec<(usize, f64)>,
}

impl From<Packed> for Ring {
    fn from(packed: Packed) -> Self {
        let mut ring = Self::default();
        let mut at_ms = 0_i64;
        let mut bad = packed.bad.into_iter().peekable();
        for (place, step) in packed.times.into_iter().enumerate() {
            at_ms = at_ms.saturating_add(step);
            let value = bad.next_if(|(other, _)| *other == place).map_or(0.0, |(_, value)| value);
            ring.push(at_ms, outcome(value));
        }
        ring
    }
}

impl From<Ring> for Packed {
    fn from(ring: Ring) -> Self {
        let mut last = 0;
        let steps = ring.times_ms.iter().map(|at| at - std::mem::replace(&mut last, *at));
        let times = steps.collect();
        let bad = ring.bad.iter().map(|bad| (ring.place(bad), bad.value));
        Self { times, bad: bad.collect() }
    }
}
