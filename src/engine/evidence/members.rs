//! What one class's targets gain together, for every loss at once.

use super::{
    model::GRID_LEN,
    search::{Explained, Search},
    tables,
};

/// A class's targets: those with bad results one by one, the others counted by how far they are
/// explained.
pub(super) struct Members {
    noisy: Vec<usize>,
    quiet: Vec<usize>,
    /// Good results by age of the quiet ones, for each way of being explained.
    groups: Vec<(Explained, Vec<f64>)>,
}

impl Members {
    pub fn of(search: &Search<'_>, class: usize) -> Self {
        let ages = search.tables.ages_ms.len();
        let targets = search.shape.class(class).targets.iter().copied();
        let (noisy, quiet): (Vec<usize>, Vec<usize>) =
            targets.partition(|target| search.tables.is_noisy(*target));
        let mut groups: Vec<(Explained, Vec<f64>)> = Vec::new();
        for target in &quiet {
            let key = match search.state.targets[*target] {
                Explained::Spared => Explained::Untouched,
                other @ (Explained::Untouched | Explained::By { .. }) => other,
            };
            let group = match groups.iter().position(|(other, _)| *other == key) {
                Some(place) => place,
                None => {
                    groups.push((key, vec![0.0; ages]));
                    groups.len() - 1
                }
            };
            for (age, cell) in groups[group].1.iter_mut().enumerate() {
                *cell += f64::from(search.tables.good(*target, age));
            }
        }
        Self { noisy, quiet, groups }
    }

    /// What each loss since `age` gains over all targets, and a bound on what patchiness gains.
    pub fn gains(&self, search: &Search<'_>, age: usize) -> ([f64; GRID_LEN], f64) {
        let (mut sums, mut highest) = ([0.0; GRID_LEN], 0.0);
        for target in &self.noisy {
            let gains = search.added(*target, search.state.targets[*target], age);
            let mut most = 0.0f64;
            for (sum, gain) in sums.iter_mut().zip(gains) {
                *sum += gain;
                most = most.max(gain);
            }
            highest += most;
        }
        for (explained, good) in &self.groups {
            let nats = search.tables.good_nats();
            let Explained::By { loss, age: since } = *explained else {
                for (sum, nats) in sums.iter_mut().zip(nats) {
                    *sum += good[age] * nats;
                }
                continue;
            };
            let (own, since) = (usize::from(loss), usize::from(since));
            for (other, sum) in sums.iter_mut().enumerate() {
                let both = usize::from(search.combined[own][other]);
                *sum += good[age.min(since)] * (nats[both] - nats[own]);
                if age > since {
                    *sum += (good[age] - good[since]) * nats[other];
                }
            }
        }
        (sums, highest)
    }

    /// What a patchy cause since `age` gains, without its cost.
    pub fn patchy(&self, search: &Search<'_>, age: usize) -> f64 {
        let all = self.noisy.iter().chain(&self.quiet);
        all.map(|target| match search.state.targets[*target] {
            explained @ Explained::By { .. } => {
                tables::patchy(&search.added(*target, explained, age))
            }
            Explained::Untouched | Explained::Spared => search.tables.patchy(*target, age),
        })
        .sum()
    }
}
