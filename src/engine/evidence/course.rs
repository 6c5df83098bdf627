//! The results that a cause is said to explain, in the order of their times: does it go on, or was
//! it a blip?

use std::{collections::BTreeMap, sync::LazyLock};

use super::{
    core::Core,
    model::{self, GRID, GRID_LEN},
};

/// ln(1 − θ) by place on the grid.
static GOOD_NATS: LazyLock<[f64; GRID_LEN]> = LazyLock::new(|| GRID.map(|loss| (1.0 - loss).ln()));

/// One result of an affected target.
#[derive(Clone, Copy, Debug)]
struct Step {
    target: usize,
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
                Step { target, at_ms, bad_with, nats }
            }));
        }
        steps.sort_by_key(|step| step.at_ms);
        Self { steps }
    }

    /// What the results after `from_ms` say for the cause, in nats.
    pub fn says_since(&self, from_ms: i64) -> f64 {
        self.steps.iter().rev().take_while(|step| step.at_ms > from_ms).map(|step| step.nats).sum()
    }

    /// The best explanation by something that was over within `length_ms`: any loss of the grid,
    /// from one bad result to the last one that near.
    pub fn blip(&self, length_ms: i64) -> Blip {
        let bad = self.sums_at_bad();
        let (mut best, mut end) = (Blip::default(), 0);
        for first in &bad {
            let until_ms = self.steps[first.place].at_ms + length_ms;
            while bad.get(end + 1).is_some_and(|next| self.steps[next.place].at_ms <= until_ms) {
                end += 1;
            }
            for (after, before) in bad[end].after.iter().zip(first.before) {
                if after - before > best.nats {
                    let (from, to) = (first.place, bad[end].place);
                    best = Blip { nats: after - before, from, to };
                }
            }
        }
        best
    }

    /// What the results outside a blip say for one and the same loss, whichever says most; of
    /// several targets without the one that says most, which may fail for a reason of its own.
    pub fn says_beside(&self, blip: &Blip) -> f64 {
        let mut sums: BTreeMap<usize, [f64; GRID_LEN]> = BTreeMap::new();
        for (place, step) in self.steps.iter().enumerate() {
            let sums = sums.entry(step.target).or_default();
            if !(blip.from..=blip.to).contains(&place) {
                step.add_to(sums);
            }
        }
        let without_one = |loss: usize| -> f64 {
            let own = sums.values().map(|sums| sums[loss]);
            let most = if sums.len() > 1 { own.clone().fold(0.0, f64::max) } else { 0.0 };
            own.sum::<f64>() - most
        };
        (0..GRID_LEN).map(without_one).fold(0.0, f64::max)
    }

    /// For each loss of the grid what all results say up to each bad one.
    fn sums_at_bad(&self) -> Vec<AtBad> {
        let mut sums = [0.0; GRID_LEN];
        let mut bad = Vec::new();
        for (place, step) in self.steps.iter().enumerate() {
            let before = sums;
            step.add_to(&mut sums);
            if step.bad_with.is_some() {
                bad.push(AtBad { place, before, after: sums });
            }
        }
        bad
    }
}

impl Step {
    fn add_to(&self, sums: &mut [f64; GRID_LEN]) {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum += match self.bad_with {
                None => GOOD_NATS[place],
                Some(b) => model::bad_ratio(b, GRID[place]).ln(),
            };
        }
    }
}

/// Something that was over soon.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Blip {
    /// What it explains, in nats.
    pub nats: f64,
    from: usize,
    to: usize,
}

/// Sums before and with a bad result.
struct AtBad {
    place: usize,
    before: [f64; GRID_LEN],
    after: [f64; GRID_LEN],
}
