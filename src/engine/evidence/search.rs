//! Stage 2, what is it? The most probable set of at most four causes.
//!
//! Greedy addition of the class, onset, loss and report rate of the largest gain; after each
//! addition every member is dropped whose removal helps (EVIDENCE.md, "Stage 2"; `_vadd`, `_vpat`,
//! `_best`, `_apply`, `_solve` of `reference.py`). A class's gain is worked out again only when
//! one of its targets was explained since, and only when a bound on it does not rule it out: a
//! target adds at most the largest difference within its table. Start at [`Search::solve`].

mod bound;

use self::bound::SINGLES_MAX;
use super::{
    members::Members,
    model::{self, CAUSES_MAX, GRID_LEN, PATCHY_COST, REPORT_RATES, REPORTS_COST},
    shape::Shape,
    tables::{self, Tables},
};

/// A member whose removal gains less is kept.
const REMOVAL_MIN: f64 = 1e-9;

/// How a cause strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strike {
    /// No probe sees it.
    Blind,
    /// Every target with this place on the grid of losses.
    Loss(usize),
    /// Each target with probability ½, with a loss of its own.
    Patchy,
}

/// Onset, loss and reports of a cause; onset as a place among the tables' ages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Place among the ages.
    pub age: usize,
    /// How it strikes.
    pub strike: Strike,
    /// Place among the report rates; 0 for none.
    pub reports: usize,
}

/// A member of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blamed {
    /// Which class.
    pub class: usize,
    /// How long ago it began, in milliseconds.
    pub age_ms: i64,
    /// The rest.
    pub profile: Profile,
}

/// The most probable set of causes.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// At most four.
    pub causes: Vec<Blamed>,
    /// ln of how much more probable it is than nothing; 0 without causes.
    pub score: f64,
    /// The loss that explains each target, as a place on the grid, where one does.
    pub hit: Vec<Option<u8>>,
    /// The score of candidate classes alone, ascending by class, with its profile: of all of them
    /// up to 512, and of more those of the highest scores and every vantage.
    pub singles: Vec<(usize, f64, Profile)>,
}

impl Answer {
    /// The classes at fault, ascending.
    pub fn classes(&self) -> Vec<usize> {
        let mut classes: Vec<usize> = self.causes.iter().map(|cause| cause.class).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }
}

/// How far a target is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Explained {
    #[default]
    Untouched,
    /// Under a cause that does not affect it.
    Spared,
    /// With a loss since an age.
    By { loss: u8, age: u16 },
}

/// What the causes so far explain.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub targets: Vec<Explained>,
    /// Places under a cause: their reports are explained.
    pub places: Vec<bool>,
}

/// One search over one set of tables.
#[derive(Clone, Debug)]
pub struct Search<'a> {
    pub(super) shape: &'a Shape,
    pub(super) tables: &'a Tables,
    pub(super) combined: [[u8; GRID_LEN]; GRID_LEN],
    candidates: Vec<usize>,
    /// Classes that may be blamed twice.
    known: Vec<usize>,
    pub(super) state: State,
    chosen: Vec<(usize, Profile)>,
    score: f64,
    /// By class: the gain under the present state, or none where it must be worked out again.
    gains: Vec<Option<(f64, Profile)>>,
    /// By target: a bound on what it adds under the present state, where it was worked out.
    bounds: Vec<Option<f64>>,
}

impl<'a> Search<'a> {
    /// Candidates are the classes above targets with bad results and reported servers.
    pub fn new(shape: &'a Shape, tables: &'a Tables, excluded: &[usize]) -> Self {
        let reported = tables.reported().flat_map(|place| shape.targets_of(place));
        let active = tables.noisy().chain(reported.copied());
        let mut is_candidate = vec![false; shape.classes().len()];
        for target in active {
            for class in shape.above(target) {
                is_candidate[*class] = true;
            }
        }
        for class in excluded {
            is_candidate[*class] = false;
        }
        let all = 0..shape.classes().len();
        Self {
            shape,
            tables,
            combined: model::combined(),
            candidates: all.filter(|class| is_candidate[*class]).collect(),
            known: Vec::new(),
            state: State::new(shape),
            chosen: Vec::new(),
            score: 0.0,
            gains: vec![None; shape.classes().len()],
            bounds: vec![None; shape.targets()],
        }
    }

    /// The most probable set.
    pub fn solve(mut self) -> Answer {
        self.gains = self.tables.singles.get_or_init(|| self.weigh_singles()).clone();
        let single = |class: &usize| self.gains[*class].map(|(gain, at)| (*class, gain, at));
        let mut singles: Vec<_> = self.candidates.iter().filter_map(single).collect();
        if singles.len() > SINGLES_MAX {
            singles.sort_by(|one, other| other.1.total_cmp(&one.1));
            let (best, rest) = singles.split_at(SINGLES_MAX);
            let vantages = rest.iter().filter(|single| self.is_vantage(single.0));
            singles = best.iter().chain(vantages).copied().collect();
            singles.sort_by_key(|single| single.0);
        }
        self.add_more();
        self.answer(singles)
    }

    /// The same without what each class gains alone.
    pub fn solve_without_singles(mut self) -> Answer {
        self.add_more();
        self.answer(Vec::new())
    }

    /// The most probable set that begins with these classes. Each of them may be blamed once
    /// more, since a later moment: a fault can get worse.
    pub fn solve_from(mut self, classes: &[usize]) -> Answer {
        self.known = classes.to_vec();
        for class in classes.iter().take(CAUSES_MAX) {
            let (_, profile) = self.best(*class);
            self.chosen.push((*class, profile));
            (self.score, self.state) = self.score(&self.chosen);
        }
        self.add_more();
        self.answer(Vec::new())
    }

    fn add_more(&mut self) {
        for _ in 0..3 * CAUSES_MAX {
            if self.chosen.len() >= CAUSES_MAX {
                break;
            }
            let Some((class, profile)) = self.next() else { break };
            self.chosen.push((class, profile));
            self.settle();
        }
    }

    /// The score of the best profiles of these classes, taken in order.
    pub fn score_of(mut self, classes: &[usize]) -> f64 {
        let mut score = 0.0;
        for class in classes {
            let (gain, profile) = self.best(*class);
            let mut state = std::mem::replace(&mut self.state, State::new(self.shape));
            self.apply(&mut state, *class, profile);
            self.state = state;
            score += gain;
        }
        score
    }

    fn answer(self, singles: Vec<(usize, f64, Profile)>) -> Answer {
        let causes = self.chosen.iter().map(|(class, profile)| Blamed {
            class: *class,
            age_ms: self.tables.ages_ms[profile.age],
            profile: *profile,
        });
        let hit = self.state.targets.iter().map(|explained| match explained {
            Explained::By { loss, .. } => Some(*loss),
            Explained::Untouched | Explained::Spared => None,
        });
        Answer { causes: causes.collect(), score: self.score, hit: hit.collect(), singles }
    }

    /// The class of the largest gain above nothing that is not chosen yet, the lowest of equals.
    fn next(&mut self) -> Option<(usize, Profile)> {
        let mut known: Option<(f64, usize, Profile)> = None;
        let mut open = Vec::new();
        for class in &self.candidates {
            let times = self.chosen.iter().filter(|(chosen, _)| chosen == class).count();
            if times > usize::from(self.known.contains(class)) {
                continue;
            }
            match self.gains[*class] {
                Some((gain, profile)) if known.is_none_or(|best| gain > best.0) => {
                    known = Some((gain, *class, profile));
                }
                Some(_) => {}
                None => open.push(*class),
            }
        }
        let mut open: Vec<(f64, usize)> =
            open.into_iter().map(|class| (self.bound(class), class)).collect();
        open.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (bound, class) in open {
            if bound <= 0.0 || known.is_some_and(|best| bound < best.0) {
                break;
            }
            let (gain, profile) = self.best(class);
            self.gains[class] = Some((gain, profile));
            let is_better =
                |best: (f64, usize, Profile)| gain > best.0 || (gain == best.0 && class < best.1);
            if known.is_none_or(is_better) {
                known = Some((gain, class, profile));
            }
        }
        known.filter(|best| best.0 > 0.0).map(|(_, class, profile)| (class, profile))
    }

    /// Works the state out from the chosen, dropping members whose removal helps.
    fn settle(&mut self) {
        let before = std::mem::replace(&mut self.state, State::new(self.shape));
        loop {
            (self.score, self.state) = self.score(&self.chosen);
            if self.chosen.len() < 2 {
                break;
            }
            let mut best = (f64::NEG_INFINITY, 0);
            for place in 0..self.chosen.len() {
                let mut others = self.chosen.clone();
                others.remove(place);
                let gain = self.score(&others).0 - self.score;
                if gain > best.0 {
                    best = (gain, place);
                }
            }
            if best.0 <= REMOVAL_MIN {
                break;
            }
            self.chosen.remove(best.1);
        }
        self.mark_changed(&before);
    }

    /// Gains of classes whose targets or servers are now explained otherwise must be worked out
    /// again.
    fn mark_changed(&mut self, before: &State) {
        for target in 0..self.shape.targets() {
            let place = self.shape.place_of(target);
            if self.state.targets[target] != before.targets[target]
                || self.state.places[place] != before.places[place]
            {
                self.bounds[target] = None;
                for class in self.shape.above(target) {
                    self.gains[*class] = None;
                }
            }
        }
    }

    fn score(&self, causes: &[(usize, Profile)]) -> (f64, State) {
        let mut state = State::new(self.shape);
        let mut score = 0.0;
        for (class, profile) in causes {
            score += self.apply(&mut state, *class, *profile) + self.prior(*class);
        }
        (score, state)
    }

    /// What a class's rarity and being named costs, and what is said of it outside, in nats.
    pub(super) fn prior(&self, class: usize) -> f64 {
        self.shape.prior(class) + self.tables.leaning(class)
    }

    /// Explains a class's targets by a cause, and says what that gains.
    fn apply(&self, state: &mut State, class: usize, cause: Profile) -> f64 {
        let mut gain = self.apply_reports(state, class, cause);
        if cause.strike == Strike::Patchy {
            gain -= PATCHY_COST;
        }
        for target in &self.shape.class(class).targets {
            let explained = &mut state.targets[*target];
            let (added, loss) = match cause.strike {
                Strike::Blind => (0.0, None),
                Strike::Loss(loss) => {
                    (self.added(*target, *explained, cause.age)[loss], Some(loss))
                }
                Strike::Patchy => {
                    let gains = self.added(*target, *explained, cause.age);
                    let added = match explained {
                        Explained::By { .. } => tables::patchy(&gains),
                        Explained::Untouched | Explained::Spared => {
                            self.tables.patchy(*target, cause.age)
                        }
                    };
                    (added, (added > 0.0).then(|| largest(&gains)))
                }
            };
            gain += added;
            explained.add(loss, cause.age, &self.combined);
        }
        for place in self.shape.places(class) {
            state.places[*place] = true;
        }
        gain
    }

    fn apply_reports(&self, state: &State, class: usize, cause: Profile) -> f64 {
        if cause.reports == 0 {
            return 0.0;
        }
        let (count, places) = self.unexplained_reports(state, class);
        let rate = REPORT_RATES[cause.reports];
        let age_s = self.tables.ages_ms[cause.age] as f64 / 1000.0;
        f64::from(count.get(cause.age).copied().unwrap_or(0))
            * self.tables.report_nats(cause.reports)
            - rate * age_s * places as f64
            - REPORTS_COST
    }

    /// Reports by age on a class's servers that nothing explains yet, and how many servers these
    /// are; no counts where there is no report.
    fn unexplained_reports(&self, state: &State, class: usize) -> (Vec<u32>, usize) {
        if self.tables.reports().is_empty() {
            return (Vec::new(), 0);
        }
        let own = self.shape.places(class);
        let mut sum = Vec::new();
        for (place, counts) in self.tables.reports() {
            if !state.places[*place] && own.binary_search(place).is_ok() {
                sum.resize(counts.len(), 0);
                for (cell, count) in sum.iter_mut().zip(counts) {
                    *cell += count;
                }
            }
        }
        (sum, own.iter().filter(|place| !state.places[**place]).count())
    }

    /// What a further loss since `age` adds on a target, by loss: noisy-or with what explains it.
    pub(super) fn added(&self, target: usize, explained: Explained, age: usize) -> [f64; GRID_LEN] {
        let Explained::By { loss, age: since } = explained else {
            return self.tables.ell(target, age);
        };
        let (own, since) = (usize::from(loss), usize::from(since));
        let within = self.tables.ell(target, age.min(since));
        let mut gains = [0.0; GRID_LEN];
        for (other, gain) in gains.iter_mut().enumerate() {
            *gain = within[usize::from(self.combined[own][other])] - within[own];
        }
        if age > since {
            let (longer, shorter) = (self.tables.ell(target, age), self.tables.ell(target, since));
            for (other, gain) in gains.iter_mut().enumerate() {
                *gain += longer[other] - shorter[other];
            }
        }
        gains
    }

    /// The best profile of a class under the present state, and its gain with the prior.
    fn best(&self, class: usize) -> (f64, Profile) {
        let members = Members::of(self, class);
        let (reports, places) = self.unexplained_reports(&self.state, class);
        let mut best = (-1e18, Profile { age: 0, strike: Strike::Blind, reports: 0 });
        let mut known = 0;
        for age in 0..self.tables.ages_ms.len() {
            let count = reports.get(age).copied();
            if age > 0 && !members.enters(age) && count.unwrap_or(0) == known {
                continue;
            }
            known = count.unwrap_or(0);
            let (rate, reported) = self.best_rate(count, places, age);
            let mut offer = |gain: f64, strike: Strike| {
                if gain > best.0 {
                    best = (gain, Profile { age, strike, reports: rate });
                }
            };
            if rate > 0 {
                offer(reported, Strike::Blind);
            }
            for (loss, gain) in members.gains(self, age).iter().enumerate() {
                offer(reported + gain, Strike::Loss(loss));
            }
            let least = best.0 + PATCHY_COST - reported;
            if let Some(gain) = members.patchy(self, age, least) {
                let gain = reported + gain - PATCHY_COST;
                if gain > best.0 {
                    best = (gain, Profile { age, strike: Strike::Patchy, reports: rate });
                }
            }
        }
        (best.0 + self.prior(class), best.1)
    }

    /// The report rate that explains a class's reports best, and what it gains.
    fn best_rate(&self, count: Option<u32>, places: usize, age: usize) -> (usize, f64) {
        let Some(count) = count.filter(|count| *count > 0) else { return (0, 0.0) };
        let age_s = self.tables.ages_ms[age] as f64 / 1000.0;
        let mut best = (0, 0.0);
        for (rate, per_s) in REPORT_RATES.iter().enumerate().skip(1) {
            let gain = f64::from(count) * self.tables.report_nats(rate)
                - per_s * age_s * places as f64
                - REPORTS_COST;
            if gain > best.1 {
                best = (rate, gain);
            }
        }
        best
    }
}

impl State {
    fn new(shape: &Shape) -> Self {
        Self {
            targets: vec![Explained::Untouched; shape.targets()],
            places: vec![false; shape.places_len()],
        }
    }
}

impl Explained {
    fn add(&mut self, loss: Option<usize>, age: usize, combined: &[[u8; GRID_LEN]; GRID_LEN]) {
        let small = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        *self = match (*self, loss) {
            (Self::By { loss: own, age: since }, Some(loss)) => {
                let loss = combined[usize::from(own)][loss];
                Self::By { loss, age: since.min(small(age)) }
            }
            (Self::By { loss, age }, None) => Self::By { loss, age },
            (Self::Untouched | Self::Spared, Some(loss)) => {
                Self::By { loss: u8::try_from(loss).unwrap_or(u8::MAX), age: small(age) }
            }
            (Self::Untouched | Self::Spared, None) => Self::Spared,
        };
    }
}

fn largest(gains: &[f64; GRID_LEN]) -> usize {
    let mut best = 0;
    for (place, gain) in gains.iter().enumerate() {
        if *gain > gains[best] {
            best = place;
        }
    }
    best
}
