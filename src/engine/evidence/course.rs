//! The results that a cause is said to explain, in the order of their times: does it go on, or was
//! it a blip?

use super::{
    core::Core,
    model::{self, GRID, GRID_LEN},
};

/// One result of an affected target.
#[derive(Clone, Copy, Debug)]
struct Step {
    at_ms: i64,
    /// The probability of a bad result in health, if it was bad.
    bad_with: Option<f64>,
    /// What it says for the cause, in nats.
    nats: f64,
}

/// Results of affected targets since an onset, ascending.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    steps: Vec<Step>,
}

impl Course {
    /// Results of the `hit` targets, each with the loss that the cause has on it.
    pub fn of(core: &Core, hit: Vec<(usize, f64)>, from_ms: i64, until_ms: i64) -> Self {
        let mut steps = Vec::new();
        for (target, loss) in hit {
            let ring = core.target(target).ring();
            let good = (1.0 - loss).ln();
            let entries = ring.entries_back(ring.until(until_ms));
            steps.extend(entries.take_while(|(at, _)| *at >= from_ms).map(|(at_ms, outcome)| {
                let bad_with = outcome.bad_with();
                let nats = bad_with.map_or(good, |b| model::bad_ratio(b, loss).ln());
                Step { at_ms, bad_with, nats }
            }));
        }
        steps.sort_by_key(|step| step.at_ms);
        Self { steps }
    }

    /// What the results after `from_ms` say for the cause, in nats.
    pub fn says_since(&self, from_ms: i64) -> f64 {
        self.steps.iter().rev().take_while(|step| step.at_ms > from_ms).map(|step| step.nats).sum()
    }

    /// What the best explanation by something that was over within `length_ms` says: any loss of
    /// the grid, from one bad result to another.
    pub fn blip(&self, length_ms: i64) -> f64 {
        let mut sums = vec![[0.0; GRID_LEN]];
        for step in &self.steps {
            let mut sum = sums[sums.len() - 1];
            for (nats, loss) in sum.iter_mut().zip(GRID) {
                *nats += match step.bad_with {
                    None => (1.0 - loss).ln(),
                    Some(b) => model::bad_ratio(b, loss).ln(),
                };
            }
            sums.push(sum);
        }
        let bad: Vec<usize> =
            (0..self.steps.len()).filter(|place| self.steps[*place].bad_with.is_some()).collect();
        let (mut best, mut end) = (0.0f64, 0);
        for first in &bad {
            let until_ms = self.steps[*first].at_ms + length_ms;
            while bad.get(end + 1).is_some_and(|next| self.steps[*next].at_ms <= until_ms) {
                end += 1;
            }
            for (after, before) in sums[bad[end] + 1].iter().zip(sums[*first]) {
                best = best.max(after - before);
            }
        }
        best
    }
}
