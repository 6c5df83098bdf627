//! The method a second time, as slowly and plainly as its text (EVIDENCE.md, "The model" to
//! "Stage 2"): lists, loops over all of them, every formula written out, nothing kept for later.
//!
//! Shares no number and no function with `src`, only its words for how a cause strikes and what a
//! class is. Times are whole milliseconds, so that both agree on what is "no older than".

use std::collections::BTreeSet;

use bellwether::{
    domain::{ComponentKind, Fleet, Probe},
    engine::evidence::{
        search::Strike,
        shape::{Class, Shape, Sort},
    },
};

const THETAS: [f64; 6] = [0.03, 0.06, 0.12, 0.25, 0.5, 0.95];
const GRID: [f64; 10] = [0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 0.95];
const AGES_S: [i64; 27] = [
    15, 20, 30, 40, 50, 60, 75, 90, 120, 150, 190, 240, 300, 380, 480, 600, 760, 960, 1200, 1500,
    1900, 2400, 3000, 3800, 4800, 6000, 7200,
];
const RATES: [f64; 4] = [0.0, 0.2 / 3600.0, 1.0 / 3600.0, 4.0 / 3600.0];
const LAMBDA_0: f64 = 0.02 / 3600.0;
const WINDOW_MS: i64 = 7_200_000;
const CAUSES: usize = 4;

/// Components that cover the same targets.
#[derive(Clone, Debug)]
pub struct Group {
    pub members: BTreeSet<String>,
    pub sort: Sort,
    pub targets: Vec<usize>,
    pub rate: f64,
}

/// One result: when, and b if it was bad.
#[derive(Clone, Copy, Debug)]
struct Kept {
    at_ms: i64,
    bad_with: Option<f64>,
}

/// Both stages over one fleet.
#[derive(Clone, Debug)]
pub struct Naive {
    pub groups: Vec<Group>,
    /// By target: the server it is on, or a number of its own.
    pub place_of: Vec<usize>,
    pub servers: usize,
    p0: Vec<f64>,
    r: Vec<Vec<f64>>,
    heard_ms: Vec<i64>,
    newest_ms: Vec<Option<i64>>,
    bad_ms: Vec<Option<i64>>,
    results: Vec<Vec<Kept>>,
    reports: Vec<(i64, usize)>,
}

/// (θ, ν per server-second, v) of each cell.
fn cells() -> Vec<(f64, f64, f64)> {
    let mut cells = Vec::new();
    for theta in THETAS {
        cells.push((theta, 0.0, 0.1));
        cells.push((theta, 2.0 * theta / 3600.0, 0.05));
    }
    cells.push((0.0, 0.3 / 3600.0, 0.05));
    cells.push((0.0, 2.0 / 3600.0, 0.05));
    cells
}

impl Naive {
    /// Nothing was heard before `begin_ms`.
    pub fn new(fleet: &Fleet, begin_ms: i64) -> Self {
        let (place_of, probes) = targets(fleet);
        let groups = groups(fleet, &place_of, &probes);
        let p0 = probes.iter().map(|probe| probe.and_then(|one| one.baseline_loss));
        let p0: Vec<f64> = p0.map(|loss| loss.unwrap_or(0.01)).collect();
        let (classes, targets) = (groups.len(), place_of.len());
        Self {
            groups,
            place_of,
            servers: fleet.servers.len(),
            p0,
            r: vec![vec![0.0; 14]; classes],
            heard_ms: vec![begin_ms; classes],
            newest_ms: vec![None; targets],
            bad_ms: vec![None; targets],
            results: vec![Vec::new(); targets],
            reports: Vec::new(),
        }
    }

    /// The same fleet for the fast one.
    pub fn shape(&self) -> Shape {
        let class = |group: &Group| Class {
            sort: group.sort,
            targets: group.targets.clone(),
            rate: group.rate,
        };
        let classes = self.groups.iter().map(class).collect();
        Shape::new(classes, self.place_of.clone(), self.servers)
    }

    pub fn baselines(&self) -> Vec<Option<f64>> {
        self.p0.iter().map(|p0| Some(*p0)).collect()
    }

    // ---- stage 1 ----

    pub fn sum(&self, class: usize) -> f64 {
        self.r[class].iter().sum()
    }

    pub fn total(&self) -> f64 {
        (0..self.groups.len()).map(|class| self.sum(class)).sum()
    }

    /// A result as it comes in at `now_ms`, made at `at_ms`; late if a newer one is known.
    pub fn result(&mut self, now_ms: i64, at_ms: i64, target: usize, ok: bool) {
        let is_late = self.newest_ms[target].is_some_and(|newest| at_ms < newest);
        let b = self.b(target, if is_late { now_ms } else { at_ms });
        let bad_with = if ok { None } else { Some(b) };
        self.weigh(at_ms.min(now_ms), at_ms, target, bad_with, b);
        if !is_late {
            self.newest_ms[target] = Some(at_ms);
            self.bad_ms[target] = if ok { None } else { Some(at_ms) };
        }
    }

    /// A result of which all is known; `covered` is b with what standing suspicions explain.
    pub fn weigh(
        &mut self,
        now_ms: i64,
        at_ms: i64,
        target: usize,
        bad_with: Option<f64>,
        covered: f64,
    ) {
        for class in 0..self.groups.len() {
            if self.groups[class].targets.contains(&target) {
                let is_bad = bad_with.is_some();
                self.multiply(class, now_ms.min(at_ms), |theta, _| match is_bad {
                    true => (1.0 - (1.0 - covered) * (1.0 - theta)) / covered,
                    false => 1.0 - theta,
                });
            }
        }
        self.results[target].push(Kept { at_ms, bad_with });
        self.results[target].sort_by_key(|kept| kept.at_ms);
        if self.results[target].len() > 256 {
            self.results[target].remove(0);
        }
    }

    pub fn report(&mut self, at_ms: i64, place: usize) {
        self.reports.push((at_ms, place));
        for class in 0..self.groups.len() {
            if self.places(class).contains(&place) {
                self.multiply(class, at_ms, |_, nu| (1.0 + nu / LAMBDA_0).min(4.0_f64.exp()));
            }
        }
    }

    /// A report that was none after all.
    pub fn take_back(&mut self, at_ms: i64, place: usize) {
        let Some(found) = self.reports.iter().position(|one| *one == (at_ms, place)) else {
            return;
        };
        self.reports.remove(found);
        for class in 0..self.groups.len() {
            if self.places(class).contains(&place) {
                self.r[class] = vec![0.0; 14];
            }
        }
    }

    pub fn reports(&self) -> &[(i64, usize)] {
        &self.reports
    }

    fn multiply(&mut self, class: usize, at_ms: i64, likelihood: impl Fn(f64, f64) -> f64) {
        if self.groups[class].sort != Sort::Fleet {
            return;
        }
        let ours = self.groups.iter().filter(|group| group.sort == Sort::Fleet);
        let all: f64 = ours.map(|group| group.rate).sum();
        let w = self.groups[class].rate / all;
        let n = self.places(class).len() as f64;
        let delta_s = (at_ms - self.heard_ms[class]).max(0) as f64 / 1000.0;
        self.heard_ms[class] = self.heard_ms[class].max(at_ms);
        for (r, (theta, nu, v)) in self.r[class].iter_mut().zip(cells()) {
            let grown = *r * (-nu * n * delta_s).exp() + w * v * delta_s;
            *r = (grown * likelihood(theta, nu)).min(1e200);
        }
    }

    fn b(&self, target: usize, at_ms: i64) -> f64 {
        let p0 = self.p0[target];
        match self.bad_ms[target] {
            None => p0,
            Some(bad_ms) => {
                let delta_s = (at_ms - bad_ms).max(0) as f64 / 1000.0;
                p0.max(p0 + (0.3 - p0) * (-delta_s / 10.0).exp())
            }
        }
    }

    /// The distinct servers (and canaries) of a class.
    fn places(&self, class: usize) -> BTreeSet<usize> {
        self.groups[class].targets.iter().map(|target| self.place_of[*target]).collect()
    }

    // ---- stage 2 ----

    /// What there is to know at a moment, with the ages that the text says: a first answer on 27
    /// (and `known` ones), a second with 14 more around each of its onsets.
    pub fn localise(&self, now_ms: i64, excluded: &[usize], known: &[i64]) -> (Moment<'_>, Found) {
        let mut ages: Vec<i64> = AGES_S.iter().map(|age| age * 1000).collect();
        ages.extend(known);
        let first = Moment::new(self, now_ms, &ages);
        let found = first.solve(excluded, &[]);
        if found.causes.is_empty() {
            return (first, found);
        }
        for cause in &found.causes {
            for step in 0..14 {
                let factor = 0.78 + 0.5 * f64::from(step) / 13.0;
                let finer_s = first.ages_ms[cause.age] as f64 / 1000.0 * factor;
                ages.push((finer_s * 10.0).round_ties_even() as i64 * 100);
            }
        }
        let second = Moment::new(self, now_ms, &ages);
        let found = second.solve(excluded, &[]);
        (second, found)
    }
}

/// A class at fault; age, loss and report rate as places on their grids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cause {
    pub class: usize,
    pub age: usize,
    pub strike: Strike,
    pub rate: usize,
}

/// The most probable set.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub causes: Vec<Cause>,
    pub score: f64,
    pub hit: Vec<Option<usize>>,
    pub singles: Vec<(usize, f64)>,
}

/// What is explained so far.
#[derive(Clone, Debug)]
struct State {
    /// By target: whether it lies under a cause.
    touched: Vec<bool>,
    /// Loss and age that explain it.
    hit: Vec<Option<(usize, usize)>>,
}

/// All of stage 2's tables at a moment.
pub struct Moment<'a> {
    naive: &'a Naive,
    pub ages_ms: Vec<i64>,
    ell: Vec<Vec<[f64; 10]>>,
    counts: Vec<Vec<u32>>,
    lambda: f64,
    candidates: Vec<usize>,
}

impl<'a> Moment<'a> {
    fn new(naive: &'a Naive, now_ms: i64, ages_ms: &[i64]) -> Self {
        let ages_ms: BTreeSet<i64> =
            ages_ms.iter().copied().filter(|age| (1..=WINDOW_MS).contains(age)).collect();
        let ages_ms: Vec<i64> = ages_ms.into_iter().collect();
        let in_window = |at_ms: i64| at_ms <= now_ms && now_ms - at_ms < WINDOW_MS;
        let recent: Vec<(i64, usize)> =
            naive.reports.iter().copied().filter(|(at, _)| in_window(*at)).collect();
        let mut counts = vec![vec![0; ages_ms.len()]; places_len(naive)];
        for (at_ms, place) in &recent {
            for (age, count) in counts[*place].iter_mut().enumerate() {
                *count += u32::from(now_ms - at_ms <= ages_ms[age]);
            }
        }
        let ell = naive.results.iter().map(|results| ell(results, now_ms, &ages_ms)).collect();
        let is_active = |target: &usize| {
            let is_bad = |kept: &Kept| kept.bad_with.is_some() && now_ms - kept.at_ms <= WINDOW_MS;
            naive.results[*target].iter().any(is_bad)
                || recent.iter().any(|(_, place)| *place == naive.place_of[*target])
        };
        let is_candidate = |class: &usize| naive.groups[*class].targets.iter().any(is_active);
        let candidates = (0..naive.groups.len()).filter(is_candidate).collect();
        let lambda = LAMBDA_0 + 0.1 * recent.len() as f64 / 7200.0 / naive.servers.max(1) as f64;
        Self { naive, ages_ms, ell, counts, lambda, candidates }
    }

    /// Greedy addition from nothing, or from `known` classes, each of which may come once more.
    pub fn solve(&self, excluded: &[usize], known: &[usize]) -> Found {
        let mut causes: Vec<Cause> = Vec::new();
        let (mut score, mut state) = self.score(&causes);
        let mut singles = Vec::new();
        if known.is_empty() {
            let open = self.candidates.iter().filter(|class| !excluded.contains(class));
            singles = open.map(|class| (*class, self.best(*class, &state).0)).collect();
        }
        for class in known.iter().take(CAUSES) {
            causes.push(self.best(*class, &state).1);
            (score, state) = self.score(&causes);
        }
        for _ in 0..3 * CAUSES {
            if causes.len() >= CAUSES {
                break;
            }
            let mut best: Option<(f64, Cause)> = None;
            for class in &self.candidates {
                let times = causes.iter().filter(|cause| cause.class == *class).count();
                let times_max = if known.contains(class) { 2 } else { 1 };
                if excluded.contains(class) || times >= times_max {
                    continue;
                }
                let (gain, cause) = self.best(*class, &state);
                if best.is_none_or(|best| gain > best.0) {
                    best = Some((gain, cause));
                }
            }
            let Some((gain, cause)) = best else { break };
            if gain <= 0.0 {
                break;
            }
            causes.push(cause);
            (score, state) = self.drop_what_hinders(&mut causes);
        }
        let hit = state.hit.iter().map(|hit| hit.map(|(loss, _)| loss)).collect();
        Found { causes, score, hit, singles }
    }

    fn drop_what_hinders(&self, causes: &mut Vec<Cause>) -> (f64, State) {
        loop {
            let (score, state) = self.score(causes);
            let without = |place: usize| -> Vec<Cause> {
                let mut others = causes.clone();
                others.remove(place);
                others
            };
            let gains: Vec<f64> =
                (0..causes.len()).map(|place| self.score(&without(place)).0 - score).collect();
            let most = gains.iter().copied().fold(f64::MIN, f64::max);
            if causes.len() < 2 || most <= 1e-9 {
                return (score, state);
            }
            let first = gains.iter().position(|gain| *gain == most).unwrap_or(0);
            causes.remove(first);
        }
    }

    /// As long as the best set without one of the causes is better, that one.
    pub fn improve(&self, mut found: Found, excluded: &[usize]) -> Found {
        for _ in 0..CAUSES {
            if found.causes.len() < 2 {
                break;
            }
            let mut best: Option<Found> = None;
            for cause in &found.causes {
                let without = [excluded, &[cause.class]].concat();
                let other = self.solve(&without, &[]);
                if other.score > best.as_ref().map_or(found.score + 1e-6, |best| best.score) {
                    best = Some(other);
                }
            }
            let Some(best) = best else { break };
            found = Found { singles: found.singles, ..best };
        }
        found
    }

    /// What goes on from `known` classes, unless another is better by `margin`.
    pub fn prefer(&self, found: Found, known: &[usize], margin: f64) -> Found {
        let classes: BTreeSet<usize> = found.causes.iter().map(|cause| cause.class).collect();
        if known.is_empty() || classes == known.iter().copied().collect() {
            return found;
        }
        let kept = self.solve(&[], known);
        if kept.score > 0.0 && kept.score >= found.score - margin {
            return Found { singles: found.singles, ..kept };
        }
        found
    }

    /// What a set of causes explains, their rarity taken off.
    pub fn score_of(&self, causes: &[Cause]) -> f64 {
        self.score(causes).0
    }

    /// What the best causes of these classes gain, one after the other.
    pub fn score_in_turn(&self, classes: &[usize]) -> f64 {
        let mut gained = 0.0;
        let mut causes = Vec::new();
        for class in classes {
            let (gain, cause) = self.best(*class, &self.score(&causes).1);
            gained += gain;
            causes.push(cause);
        }
        gained
    }

    fn score(&self, causes: &[Cause]) -> (f64, State) {
        let targets = self.naive.place_of.len();
        let mut state = State { touched: vec![false; targets], hit: vec![None; targets] };
        let mut score = 0.0;
        for cause in causes {
            score += self.apply(cause, &mut state) + self.prior(cause.class);
        }
        (score, state)
    }

    fn prior(&self, class: usize) -> f64 {
        self.naive.groups[class].rate.ln() - 3.5
    }

    /// Servers of a class that lie under no cause.
    fn open_places(&self, class: usize, state: &State) -> Vec<usize> {
        let is_open = |place: &usize| {
            let mut targets = self.naive.place_of.iter().enumerate();
            !targets.any(|(target, of)| of == place && state.touched[target])
        };
        self.naive.places(class).into_iter().filter(is_open).collect()
    }

    fn reports_gain(&self, places: &[usize], age: usize, rate: usize) -> f64 {
        if rate == 0 {
            return 0.0;
        }
        let count: u32 = places.iter().map(|place| self.counts[*place][age]).sum();
        let age_s = self.ages_ms[age] as f64 / 1000.0;
        f64::from(count) * (RATES[rate] / self.lambda).ln_1p().min(4.0)
            - RATES[rate] * age_s * places.len() as f64
            - 1.0
    }

    /// `_vadd`: what one more loss since an age explains on a target.
    fn added(&self, target: usize, age: usize, loss: usize, state: &State) -> f64 {
        let ell = &self.ell[target];
        let Some((own, since)) = state.hit[target] else { return ell[age][loss] };
        let both = together(own, loss);
        let mut gain = ell[age.min(since)][both] - ell[age.min(since)][own];
        if age > since {
            gain += ell[age][loss] - ell[since][loss];
        }
        gain
    }

    /// `_vpat`.
    fn patchy(&self, target: usize, age: usize, state: &State) -> f64 {
        let gains = (0..10).map(|loss| self.added(target, age, loss, state));
        (0.5 + 0.5 * gains.map(|gain| gain.min(600.0).exp()).sum::<f64>() / 10.0).ln()
    }

    /// `_best`.
    fn best(&self, class: usize, state: &State) -> (f64, Cause) {
        let group = &self.naive.groups[class];
        let places = self.open_places(class, state);
        let mut best = (-1e18, Cause { class, age: 0, strike: Strike::Blind, rate: 0 });
        for age in 0..self.ages_ms.len() {
            let (mut rate, mut reported) = (0, 0.0);
            for other in 1..RATES.len() {
                let gain = self.reports_gain(&places, age, other);
                if gain > reported {
                    (rate, reported) = (other, gain);
                }
            }
            let mut ways = Vec::new();
            if rate > 0 {
                ways.push((0.0, Strike::Blind));
            }
            for loss in 0..10 {
                let gains = group.targets.iter().map(|one| self.added(*one, age, loss, state));
                ways.push((gains.sum(), Strike::Loss(loss)));
            }
            if group.targets.len() >= 4 && group.sort != Sort::Monitor {
                let gains = group.targets.iter().map(|one| self.patchy(*one, age, state));
                ways.push((gains.sum::<f64>() - 1.5, Strike::Patchy));
            }
            for (gain, strike) in ways {
                if reported + gain > best.0 {
                    best = (reported + gain, Cause { class, age, strike, rate });
                }
            }
        }
        (best.0 + self.prior(class), best.1)
    }

    /// `_apply`.
    fn apply(&self, cause: &Cause, state: &mut State) -> f64 {
        let places = self.open_places(cause.class, state);
        let mut gain = self.reports_gain(&places, cause.age, cause.rate);
        let before = state.clone();
        for target in &self.naive.groups[cause.class].targets {
            let (target, age) = (*target, cause.age);
            state.touched[target] = true;
            let loss = match cause.strike {
                Strike::Blind => continue,
                Strike::Loss(loss) => {
                    gain += self.added(target, age, loss, &before);
                    loss
                }
                Strike::Patchy => {
                    let own = self.patchy(target, age, &before);
                    gain += own;
                    if own <= 0.0 {
                        continue;
                    }
                    (0..10).fold(0, |best, loss| {
                        let gain = |loss| self.added(target, age, loss, &before);
                        if gain(loss) > gain(best) { loss } else { best }
                    })
                }
            };
            state.hit[target] = match before.hit[target] {
                Some((own, since)) => Some((together(own, loss), since.min(age))),
                None => Some((loss, age)),
            };
        }
        if cause.strike == Strike::Patchy { gain - 1.5 } else { gain }
    }
}

/// Σ over the results no older than each age, for each loss.
fn ell(results: &[Kept], now_ms: i64, ages_ms: &[i64]) -> Vec<[f64; 10]> {
    let mut table = vec![[0.0; 10]; ages_ms.len()];
    for kept in results.iter().filter(|kept| kept.at_ms <= now_ms) {
        let nats = GRID.map(|theta| match kept.bad_with {
            Some(b) => ((1.0 - (1.0 - b) * (1.0 - theta)) / b).ln(),
            None => (1.0 - theta).ln(),
        });
        for (row, age_ms) in table.iter_mut().zip(ages_ms) {
            if now_ms - kept.at_ms <= *age_ms {
                for (cell, nats) in row.iter_mut().zip(nats) {
                    *cell += nats;
                }
            }
        }
    }
    table
}

/// The place on the grid nearest, in ln(−ln(1 − θ)), to two losses at once.
fn together(one: usize, other: usize) -> usize {
    let scale = |spared: f64| (-spared.ln()).ln();
    let both = scale((1.0 - GRID[one]) * (1.0 - GRID[other]));
    let away = |loss: usize| (scale(1.0 - GRID[loss]) - both).abs();
    (0..10).fold(0, |best, loss| if away(loss) < away(best) { loss } else { best })
}

fn places_len(naive: &Naive) -> usize {
    naive.place_of.iter().copied().max().unwrap_or(0).max(naive.servers) + 1
}

/// The place of each target and its probe; a server without any is a target all the same.
fn targets(fleet: &Fleet) -> (Vec<usize>, Vec<Option<&Probe>>) {
    let (mut place_of, mut probes) = (Vec::new(), Vec::new());
    for (number, probe) in fleet.probes.iter().enumerate() {
        let server = fleet.servers.iter().position(|one| Some(&one.id) == probe.server.as_ref());
        place_of.push(server.unwrap_or(fleet.servers.len() + number));
        probes.push(Some(probe));
    }
    for place in 0..fleet.servers.len() {
        if !place_of.contains(&place) {
            place_of.push(place);
            probes.push(None);
        }
    }
    (place_of, probes)
}

fn groups(fleet: &Fleet, place_of: &[usize], probes: &[Option<&Probe>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |id: String, sort: Sort, targets: Vec<usize>, rate: f64| {
        let same = |group: &&mut Group| group.sort == sort && group.targets == targets;
        if targets.is_empty() {
            return;
        }
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.members.insert(id);
                group.rate += rate;
            }
            None => {
                groups.push(Group { members: [id].into(), sort, targets, rate });
            }
        }
    };
    let that = |is_meant: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..place_of.len()).filter(|target| is_meant(*target)).collect()
    };
    for (place, server) in fleet.servers.iter().enumerate() {
        let rate = server.faults_per_hour.unwrap_or(1.0 / 2160.0);
        add(server.id.to_string(), Sort::Fleet, that(&|one| place_of[one] == place), rate);
    }
    for component in &fleet.components {
        let targets = that(&|target| {
            let Some(server) = fleet.servers.get(place_of[target]) else { return false };
            let facet = probes[target].and_then(|probe| probe.facet.as_ref());
            let is_meant = component.facets.is_empty()
                || facet.is_some_and(|facet| component.facets.contains(facet));
            is_meant && server.depends_on.iter().any(|id| leads_to(fleet, id, &component.id))
        });
        let usual = match component.kind {
            ComponentKind::Network | ComponentKind::Provider => 1.0 / 8760.0,
            ComponentKind::Datacenter
            | ComponentKind::Rack
            | ComponentKind::Hypervisor
            | ComponentKind::Database
            | ComponentKind::Dns
            | ComponentKind::Mail
            | ComponentKind::Other => 1.0 / 4320.0,
        };
        let rate = component.faults_per_hour.unwrap_or(usual);
        add(component.id.to_string(), Sort::Fleet, targets, rate);
    }
    for (target, probe) in probes.iter().enumerate() {
        if let Some(probe) = probe.filter(|probe| probe.server.is_none()) {
            add(probe.id.to_string(), Sort::Canary, vec![target], 1.0 / 1440.0);
        }
    }
    let vantages: BTreeSet<&String> = probes.iter().flatten().map(|one| &one.vantage).collect();
    for vantage in vantages {
        let own = fleet.vantages.iter().find(|one| one.id == *vantage);
        let rate = own.and_then(|one| one.faults_per_hour).unwrap_or(1.0 / 240.0);
        let is_from = |target: usize| probes[target].is_some_and(|one| one.vantage == *vantage);
        // Each is a class of its own, whatever it covers.
        add(format!("vantage {vantage}"), Sort::Monitor, that(&is_from), rate);
    }
    groups
}

fn leads_to(
    fleet: &Fleet,
    from: &bellwether::domain::ComponentId,
    to: &bellwether::domain::ComponentId,
) -> bool {
    from == to
        || fleet
            .components
            .iter()
            .filter(|one| one.id == *from)
            .any(|one| one.depends_on.iter().any(|above| leads_to(fleet, above, to)))
}
