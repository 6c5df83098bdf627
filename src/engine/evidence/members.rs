//! What one class's targets gain together, for every loss at once.
//!
//! What a target gains is linear in its ell. So the targets that are explained alike are added up
//! first, and the formula is worked out once for all of them.

use super::{
    model::GRID_LEN,
    search::{Explained, Search},
    tables::{self, Product},
};

/// Classes of so many targets are added up once for all searches over the same tables.
pub(super) const LARGE_MIN: usize = 8;

/// A class's targets, added up by how far they are explained.
#[derive(Clone, Debug)]
pub(super) struct Members {
    groups: Vec<Group>,
    /// Targets that something explains, one by one: what patchiness gains on them is not linear.
    explained: Vec<usize>,
    /// They gain no more together.
    explained_max: f64,
    /// Σ of what patchiness gains on the others, by age; nothing where a class cannot be patchy.
    patchy: Vec<Product>,
    /// Whether a bad result comes in at an age.
    enters: Vec<bool>,
}

/// Targets that are explained alike.
#[derive(Clone, Debug)]
struct Group {
    explained: Explained,
    good: Vec<u32>,
    /// Σ of the targets' rows, by age.
    bad: Vec<[f64; GRID_LEN]>,
}

impl Members {
    pub fn of(search: &Search<'_>, class: usize) -> Self {
        let targets = &search.shape.class(class).targets;
        let is_explained =
            |target: &&usize| matches!(search.state.targets[**target], Explained::By { .. });
        let mut members = match search.tables.large.get(&class) {
            Some(known) => {
                let all = known.get_or_init(|| Self::unexplained(search, class, targets.iter()));
                let mut members = all.clone();
                for target in targets.iter().filter(is_explained) {
                    members.take_out(search, *target);
                }
                members
            }
            None => {
                let others = targets.iter().filter(|target| !is_explained(target));
                Self::unexplained(search, class, others)
            }
        };
        for target in targets.iter().filter(is_explained) {
            members.explained.push(*target);
            members.add(search, *target, search.state.targets[*target]);
        }
        for group in &mut members.groups {
            group.add_up();
        }
        members.explained_max = search.known_bound(&members.explained);
        members
    }

    /// These as if nothing explained them; not yet summed over the ages.
    fn unexplained<'a>(
        search: &Search<'_>,
        class: usize,
        targets: impl Iterator<Item = &'a usize>,
    ) -> Self {
        let ages = search.tables.ages_ms.len();
        let may_be_patchy = search.shape.may_be_patchy(class);
        let mut members = Self {
            groups: vec![Group::new(Explained::Untouched, ages)],
            explained: Vec::new(),
            explained_max: 0.0,
            patchy: vec![Product::ONE; if may_be_patchy { ages } else { 0 }],
            enters: vec![false; ages],
        };
        for target in targets {
            members.add(search, *target, Explained::Untouched);
            let factors = search.tables.patchy_factors(*target);
            for (product, factor) in members.patchy.iter_mut().zip(factors) {
                product.multiply(*factor);
            }
        }
        members
    }

    fn add(&mut self, search: &Search<'_>, target: usize, explained: Explained) {
        let place = match self.groups.iter().position(|group| group.explained == explained) {
            Some(place) => place,
            None => {
                self.groups.push(Group::new(explained, self.enters.len()));
                self.groups.len() - 1
            }
        };
        let group = &mut self.groups[place];
        for (sum, count) in group.good.iter_mut().zip(search.tables.good_by_age(target)) {
            *sum += u32::from(*count);
        }
        for (age, nats) in search.tables.entering(target) {
            self.enters[age] = true;
            add(&mut group.bad[age], nats);
        }
    }

    /// Takes one of the unexplained out again.
    fn take_out(&mut self, search: &Search<'_>, target: usize) {
        let Some(group) = self.groups.first_mut() else { return };
        for (sum, count) in group.good.iter_mut().zip(search.tables.good_by_age(target)) {
            *sum -= u32::from(*count);
        }
        for (age, nats) in search.tables.entering(target) {
            add(&mut group.bad[age], nats.map(|nats| -nats));
        }
        let factors = search.tables.patchy_factors(target);
        for (product, factor) in self.patchy.iter_mut().zip(factors) {
            product.divide(*factor);
        }
    }

    /// Whether a bad result comes in at this age. Where none does, no further good result makes a
    /// loss likelier, and nothing is gained that the age before does not gain.
    pub fn enters(&self, age: usize) -> bool {
        self.enters[age]
    }

    /// What each loss since `age` gains over all targets.
    pub fn gains(&self, search: &Search<'_>, age: usize) -> [f64; GRID_LEN] {
        let nats = search.tables.good_nats();
        let mut sums = [0.0; GRID_LEN];
        for group in &self.groups {
            let Explained::By { loss, age: since } = group.explained else {
                add(&mut sums, group.ell(nats, age));
                continue;
            };
            let (own, since) = (usize::from(loss), usize::from(since));
            let within = group.ell(nats, age.min(since));
            for (other, sum) in sums.iter_mut().enumerate() {
                *sum += within[usize::from(search.combined[own][other])] - within[own];
            }
            if age > since {
                let shorter = group.ell(nats, since);
                let mut beyond = group.ell(nats, age);
                beyond.iter_mut().zip(shorter).for_each(|(cell, less)| *cell -= less);
                add(&mut sums, beyond);
            }
        }
        sums
    }

    /// What a patchy cause since `age` gains, without its cost, if that is more than `least`.
    pub fn patchy(&self, search: &Search<'_>, age: usize, least: f64) -> Option<f64> {
        let others = self.patchy.get(age)?.nats();
        if others + self.explained_max <= least {
            return None;
        }
        let gains = |target: &usize| search.added(*target, search.state.targets[*target], age);
        if !self.explained.is_empty() {
            let highest = self.explained.iter().map(|target| highest(&gains(target)));
            if others + highest.sum::<f64>() <= least {
                return None;
            }
        }
        let own = self.explained.iter().map(|target| tables::patchy(&gains(target)));
        Some(others + own.sum::<f64>())
    }
}

impl Group {
    fn new(explained: Explained, ages: usize) -> Self {
        Self { explained, good: vec![0; ages], bad: vec![[0.0; GRID_LEN]; ages] }
    }

    /// Makes sums of what comes in at each age.
    fn add_up(&mut self) {
        let mut sums = [0.0; GRID_LEN];
        for cell in &mut self.bad {
            add(&mut sums, *cell);
            *cell = sums;
        }
    }

    fn ell(&self, good_nats: &[f64; GRID_LEN], age: usize) -> [f64; GRID_LEN] {
        let count = f64::from(self.good[age]);
        let mut ell = self.bad[age];
        for (cell, nats) in ell.iter_mut().zip(good_nats) {
            *cell += count * nats;
        }
        ell
    }
}

fn add(sums: &mut [f64; GRID_LEN], more: [f64; GRID_LEN]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Patchiness gains no more on a target than the loss that gains most, and nothing where none does.
fn highest(gains: &[f64; GRID_LEN]) -> f64 {
    gains.iter().copied().fold(0.0, f64::max)
}
