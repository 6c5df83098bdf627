//! Both stages over one fleet, without words, standing suspicions or gates: what
//! `reference.py` is. Start at [`Core::probe`] and [`Core::localise`].

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{
    model::{self, GRID},
    ring::Outcome,
    search::{Answer, Search},
    shape::Shape,
    stage1::Stage1,
    tables::Tables,
    target::{Measured, Target},
};

/// Reports that are remembered at most.
const REPORTS_MAX: usize = 4096;
/// A set is better only by more than this, in nats.
const BETTER_MIN: f64 = 1e-6;

/// The evidence: stage 1's statistics, each target's results, counted reports.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Core {
    stage1: Stage1,
    targets: Vec<Target>,
    /// Counted reports by time and place, ascending.
    reports: VecDeque<(i64, usize)>,
    #[serde(skip)]
    shape: Shape,
    /// By class: how much likelier it is than by its rarity, in nats; none where nothing is.
    #[serde(skip)]
    leanings: Vec<f64>,
}

impl Core {
    /// A fleet of which nothing is known yet; `baselines` configures a target's, else it is
    /// learned.
    pub fn new(shape: Shape, baselines: &[Option<f64>], now_ms: i64) -> Self {
        let stage1 = Stage1::new(shape.classes().len(), now_ms);
        let mut core = Self { stage1, shape, ..Self::default() };
        core.set_baselines(baselines);
        core
    }

    /// Takes a shape back after this was read from a snapshot.
    pub fn restore(&mut self, shape: Shape, baselines: &[Option<f64>]) {
        self.stage1.rebuild(shape.classes().len(), 0);
        let places = shape.places_len();
        self.reports.retain(|(_, place)| *place < places);
        self.shape = shape;
        self.set_baselines(baselines);
    }

    fn set_baselines(&mut self, baselines: &[Option<f64>]) {
        self.targets.resize_with(self.shape.targets(), Target::default);
        for (target, configured) in self.targets.iter_mut().zip(baselines) {
            target.configured = *configured;
        }
    }

    /// Tells the targets that are looked at again soon after a failure.
    pub(super) fn set_adaptive(&mut self, adaptive: impl Iterator<Item = bool>) {
        for (target, is_adaptive) in self.targets.iter_mut().zip(adaptive) {
            target.is_adaptive = is_adaptive;
        }
    }

    /// Nothing was heard before `now_ms`.
    pub(super) fn begin(&mut self, now_ms: i64) {
        self.stage1 = Stage1::new(self.shape.classes().len(), now_ms);
    }

    /// The fleet.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Tells how much likelier than by its rarity each class is, in nats.
    pub(super) fn set_leanings(&mut self, leanings: Vec<f64>) {
        self.leanings = leanings;
    }

    pub(super) fn leanings(&self) -> &[f64] {
        &self.leanings
    }

    /// Stage 1.
    pub fn stage1(&self) -> &Stage1 {
        &self.stage1
    }

    pub(super) fn stage1_mut(&mut self) -> &mut Stage1 {
        &mut self.stage1
    }

    /// A target.
    pub fn target(&self, target: usize) -> &Target {
        &self.targets[target]
    }

    pub(super) fn target_mut(&mut self, target: usize) -> &mut Target {
        &mut self.targets[target]
    }

    /// Counted reports: when and about which place.
    pub fn reports(&self) -> impl DoubleEndedIterator<Item = (i64, usize)> + '_ {
        self.reports.iter().copied()
    }

    /// A result that is at once received and evidence, as in `reference.py`.
    pub fn probe(&mut self, at_ms: i64, target: usize, ok: bool) {
        let measured = self.targets[target].take(at_ms, at_ms, ok, None);
        self.weigh(at_ms, at_ms, target, measured);
    }

    /// Lets both stages see a result.
    pub fn weigh(&mut self, now_ms: i64, at_ms: i64, target: usize, measured: Measured) {
        let bad_with = measured.outcome.bad_with().map(|_| measured.covered);
        self.stage1.result(&self.shape, target, at_ms.min(now_ms), bad_with);
        self.targets[target].keep(at_ms, measured.outcome);
    }

    /// A counted report.
    pub fn report(&mut self, at_ms: i64, place: usize) {
        let order = self.reports.partition_point(|(earlier, _)| *earlier <= at_ms);
        self.reports.insert(order, (at_ms, place));
        if self.reports.len() > REPORTS_MAX {
            self.reports.pop_front();
        }
        self.stage1.report(&self.shape, place, at_ms);
    }

    /// Takes back a report from stage 2; stage 1 forgets the classes above.
    pub fn take_back(&mut self, at_ms: i64, place: usize) {
        let Some(found) = self.reports.iter().position(|report| *report == (at_ms, place)) else {
            return;
        };
        self.reports.remove(found);
        for class in self.shape.alarming_place(place) {
            self.stage1.reset_class(*class);
        }
    }

    /// Reports of these places up to `now_ms` are evidence no more.
    pub(super) fn void_reports(&mut self, now_ms: i64, places: &[usize]) {
        self.reports.retain(|(at, place)| *at > now_ms || !places.contains(place));
    }

    /// The evidence as it was under another shape: what stays is taken over.
    pub(super) fn adopt(
        &mut self,
        before: Self,
        targets: &[Option<usize>],
        places: &[Option<usize>],
        classes: &[Option<usize>],
    ) {
        for (class, earlier) in classes.iter().enumerate() {
            if let Some(earlier) = earlier {
                self.stage1.adopt(class, &before.stage1, *earlier);
            }
        }
        let mut old: Vec<Option<Target>> = before.targets.into_iter().map(Some).collect();
        for (target, earlier) in targets.iter().enumerate() {
            if let Some(mut found) = earlier.and_then(|earlier| old[earlier].take()) {
                found.configured = self.targets[target].configured;
                found.is_adaptive = self.targets[target].is_adaptive;
                self.targets[target] = found;
            }
        }
        let reports = before.reports.into_iter();
        let moved = reports.filter_map(|(at, place)| {
            Some((at, places.iter().position(|earlier| *earlier == Some(place))?))
        });
        self.reports = moved.collect();
    }

    /// Stage 2: the most probable set of causes at `now_ms`, without the classes in `excluded`.
    pub fn localise(&self, now_ms: i64, excluded: &[usize]) -> Localised {
        self.localise_since(now_ms, excluded, &[])
    }

    /// The same, trying also the onsets of what is known already: after an hour the ages stand
    /// minutes apart, and what a wrong onset leaves unexplained would call for further causes.
    pub fn localise_since(&self, now_ms: i64, excluded: &[usize], onsets_ms: &[i64]) -> Localised {
        let known: Vec<i64> = onsets_ms.iter().map(|onset| now_ms - onset).collect();
        let tables = Tables::new(self, now_ms, &[], &known);
        let first = Search::new(&self.shape, &tables, excluded).solve_without_singles();
        if first.causes.is_empty() {
            let answer = Search::new(&self.shape, &tables, excluded).solve();
            return Localised { tables, answer };
        }
        let found: Vec<i64> = first.causes.iter().map(|cause| cause.age_ms).collect();
        let tables = Tables::new(self, now_ms, &found, &known);
        let answer = Search::new(&self.shape, &tables, excluded).solve();
        Localised { tables, answer }
    }

    /// Log likelihood ratio of a target's results in (`from_ms`, `until_ms`] for a loss.
    pub fn likelihood(&self, target: usize, from_ms: i64, until_ms: i64, loss: f64) -> f64 {
        let ring = self.targets[target].ring();
        let good = (1.0 - loss).ln();
        ring.entries_back(ring.until(until_ms))
            .take_while(|(at, _)| *at > from_ms)
            .map(|(_, outcome)| outcome.bad_with().map_or(good, |b| model::bad_ratio(b, loss).ln()))
            .sum()
    }

    /// Checks, failed and slow ones of a target since `from_ms`.
    pub fn counts(&self, target: usize, from_ms: i64, until_ms: i64) -> Counts {
        let ring = self.targets[target].ring();
        let mut counts = Counts::default();
        let recent = ring.entries_back(ring.until(until_ms));
        for (_, outcome) in recent.take_while(|(at, _)| *at >= from_ms) {
            counts.checks += 1;
            match outcome {
                Outcome::Good => {}
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Slow(_) => counts.slow += 1,
            }
        }
        counts
    }
}

/// Results of a while.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub checks: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those that came far later than usual.
    pub slow: u32,
}

impl Counts {
    /// Failed or slow.
    pub fn bad(&self) -> u32 {
        self.failed + self.slow
    }

    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.checks += other.checks;
        self.failed += other.failed;
        self.slow += other.slow;
    }
}

/// Stage 2's answer, with the tables it came from.
#[derive(Clone, Debug)]
pub struct Localised {
    /// What the results say.
    pub tables: Tables,
    /// The most probable set of causes.
    pub answer: Answer,
}

impl Localised {
    /// Greedy addition can end in a set that another one beats: the best sets without each of the
    /// causes are tried, and the better one is taken, as long as there is one.
    pub fn improve(&mut self, core: &Core, excluded: &[usize]) {
        for _ in 0..model::CAUSES_MAX {
            if self.answer.causes.len() < 2 {
                return;
            }
            let others = self.answer.causes.iter().map(|cause| {
                let mut without = excluded.to_vec();
                without.push(cause.class);
                Search::new(core.shape(), &self.tables, &without).solve()
            });
            let better = others
                .filter(|other| other.score > self.answer.score + BETTER_MIN)
                .max_by(|one, other| one.score.total_cmp(&other.score));
            let Some(better) = better else { return };
            let singles = std::mem::take(&mut self.answer.singles);
            self.answer = Answer { singles, ..better };
        }
    }

    /// An answer that goes on from what is known already is taken unless another is better by
    /// `margin` nats.
    pub fn prefer(&mut self, core: &Core, excluded: &[usize], known: &[usize], margin: f64) {
        let mut known: Vec<usize> =
            known.iter().copied().filter(|class| !excluded.contains(class)).collect();
        known.sort_unstable();
        known.dedup();
        if known.is_empty() || known == self.answer.classes() {
            return;
        }
        let kept = Search::new(core.shape(), &self.tables, excluded).solve_from(&known);
        if kept.score > 0.0 && kept.score >= self.answer.score - margin {
            let singles = std::mem::take(&mut self.answer.singles);
            self.answer = Answer { singles, ..kept };
        }
    }

    /// The loss that the answer gives a target; none where it is not affected.
    pub fn loss_of(&self, target: usize) -> Option<f64> {
        self.answer.hit[target].map(|place| GRID[usize::from(place)])
    }
}
