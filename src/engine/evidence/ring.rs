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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct Ring {
    times_ms: VecDeque<i64>,
    /// 0 for a good result, b for a failed one, −b for a slow one.
    values: VecDeque<f64>,
    bad: usize,
}

impl Ring {
    /// Takes in a result at its time; the oldest gives way.
    pub fn push(&mut self, at_ms: i64, outcome: Outcome) {
        let value = match outcome {
            Outcome::Good => 0.0,
            Outcome::Failed(b) => b,
            Outcome::Slow(b) => -b,
        };
        self.bad += usize::from(value != 0.0);
        if self.times_ms.back().is_none_or(|last| *last <= at_ms) {
            self.times_ms.push_back(at_ms);
            self.values.push_back(value);
        } else {
            let place = self.times_ms.partition_point(|earlier| *earlier <= at_ms);
            self.times_ms.insert(place, at_ms);
            self.values.insert(place, value);
        }
        if self.times_ms.len() > RING_LEN {
            self.times_ms.pop_front();
            let oldest = self.values.pop_front();
            self.bad -= usize::from(oldest.is_some_and(|value| value != 0.0));
        }
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

    /// How many results are earlier than `at_ms`.
    pub fn before(&self, at_ms: i64) -> usize {
        self.times_ms.partition_point(|time| *time < at_ms)
    }

    /// Whether a bad result is no earlier than `from_ms`.
    pub fn has_bad_since(&self, from_ms: i64) -> bool {
        self.bad > 0
            && self
                .entries_back(self.len())
                .take_while(|(at, _)| *at >= from_ms)
                .any(|(_, outcome)| outcome != Outcome::Good)
    }

    /// The first `until` results, newest first.
    pub fn entries_back(&self, until: usize) -> impl Iterator<Item = (i64, Outcome)> + '_ {
        let times = self.times_ms.range(..until).rev();
        times.zip(self.values.range(..until).rev()).map(|(at, value)| (*at, outcome(*value)))
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
        let mut at_ms = 0;
        let mut bad = packed.bad.into_iter().peekable();
        for (place, step) in packed.times.into_iter().enumerate() {
            at_ms += step;
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
        let bad = ring.values.iter().copied().enumerate().filter(|(_, value)| *value != 0.0);
        Self { times, bad: bad.collect() }
    }
}
