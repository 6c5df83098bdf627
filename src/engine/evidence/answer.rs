//! What is said of an answer of stage 2, beside the suspicions that stand.
//!
//! EVIDENCE.md, "When to speak", 4: independent causes are suspicions of their own; a new answer
//! replaces a standing one only if it is better by 3 nats or affects more servers; a shared cause
//! merges the suspicions that it absorbs.

use std::collections::BTreeSet;

use crate::{
    domain::{Alternative, Cause, ServerId, SuspicionId, Timestamp},
    engine::detect::{Finding, Fit, Suspected},
};

use super::{
    Evidence, before,
    core::{Core, Counts, Localised},
    model::{ALARM_S, WINDOW_MS},
    search::{Blamed, Search, Strike},
    timestamp,
    worse::felt,
};

/// A new answer replaces a standing one only if it is better by this, in nats.
const BETTER: f64 = 3.0;
/// Once a cause is as probable as this, that is said.
pub(super) const PROBABLE: f64 = 0.9;
/// A target of a class at fault is spared if its own results say so much against it, in nats.
const SPARED: f64 = -3.0;
/// Faults whose onsets are no further apart than this began together, in milliseconds.
const TOGETHER_MS: i64 = 120_000;
/// Alternatives that are told.
const ALTERNATIVES_MAX: usize = 3;

/// Causes that belong together, as they will be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    causes: Vec<ToldCause>,
    pub servers: BTreeSet<ServerId>,
    /// Standing suspicions that share a class or server with it.
    ids: Vec<SuspicionId>,
}

/// One class at fault.
#[derive(Clone, Debug)]
struct ToldCause {
    class: usize,
    since: Timestamp,
    loss: Option<f64>,
    servers: BTreeSet<ServerId>,
}

/// Explanations with their scores, to share the probability among: the answer, what other sets
/// explain, each class alone, and nothing.
struct Options(Vec<(Vec<usize>, f64)>);

impl Evidence {
    /// Says what is new in an answer that has passed the gates.
    pub(super) fn answer(&mut self, localised: &Localised, lasting: &[Blamed], excluded: &[usize]) {
        let causes = self.told_causes(localised, lasting);
        let is_alarm = self.core.stage1().total() >= ALARM_S;
        let found_before = self.found.len();
        let groups = self.groups(causes);
        let mut options = None;
        for told in &groups {
            if told.ids.is_empty() {
                if is_alarm {
                    let options = options.get_or_insert_with(|| {
                        Options::of(&self.core, localised, lasting, excluded)
                    });
                    let fits = self.fits(told, &groups);
                    self.say(None, told, options, fits);
                } else {
                    self.find_heads_up(told);
                }
            } else {
                self.revise(told, localised, lasting, excluded);
            }
        }
        if is_alarm && self.found.len() == found_before {
            self.core.stage1_mut().reset();
        }
    }

    /// A lone server and a shared cause elsewhere, one of which is told now, that began together:
    /// the server may stand elsewhere than the map says.
    fn fits(&self, told: &Told, groups: &[Told]) -> Option<Fit> {
        let found = groups.iter().flat_map(|group| &group.causes);
        let found = found.filter(|cause| cause.loss.is_some()).map(|one| (one.class, one.since));
        let standing = self.standing.values().filter(|one| !one.reports_only);
        let standing = standing.flat_map(|one| one.classes().into_iter().map(|it| (it, one.since)));
        let all: Vec<(usize, Timestamp)> = found.chain(standing).collect();
        let own = told.causes.iter().filter(|cause| cause.loss.is_some());
        own.flat_map(|own| all.iter().map(|other| ((own.class, own.since), *other)))
            .filter(|(own, other)| (own.1 - other.1).num_milliseconds().abs() <= TOGETHER_MS)
            .find_map(|(own, other)| self.fit(own.0, other.0).or_else(|| self.fit(other.0, own.0)))
    }

    fn fit(&self, alone: usize, shared: usize) -> Option<Fit> {
        let shape = self.core.shape();
        let [place] = shape.places(alone) else { return None };
        let server = self.names.servers.get(*place)?.clone();
        let members = self.names.members[shared].iter();
        let elsewhere: Vec<String> = members
            .filter(|member| !self.names.is_below(*place, &member.id))
            .map(|member| member.id.clone())
            .collect();
        let is_apart = shape.places(shared).len() > 1 && !elsewhere.is_empty();
        is_apart.then_some(Fit { server, components: elsewhere })
    }

    /// EVIDENCE.md, "When to speak", 3: what stage 1 alone knows.
    pub(super) fn name_strongest(&mut self, class: usize, loss: f64) {
        let shape = self.core.shape();
        let places = shape.places(class).iter();
        let servers: BTreeSet<ServerId> =
            places.filter_map(|place| self.names.servers.get(*place)).cloned().collect();
        let cause = ToldCause {
            class,
            since: timestamp(self.heard_since(class, loss)),
            loss: (loss > 0.0).then_some(loss),
            servers,
        };
        for told in self.groups(vec![cause]) {
            if told.ids.is_empty() {
                self.say(None, &told, &Options::of_stage1(&self.core), None);
            } else {
                self.core.stage1_mut().reset();
            }
        }
    }

    /// The first word of it within the window, where people alone speak; else all that is seen.
    fn heard_since(&self, class: usize, loss: f64) -> i64 {
        let from_ms = self.now_ms - WINDOW_MS;
        let places = self.core.shape().places(class);
        let mut reports = self.core.reports();
        let first = reports.find(|(at, place)| *at > from_ms && places.contains(place));
        first.filter(|_| loss == 0.0).map_or(from_ms, |(at, _)| at)
    }

    /// A class that is blamed twice got worse: it is at fault since the first time, and as bad as
    /// since the last.
    fn told_causes(&self, localised: &Localised, lasting: &[Blamed]) -> Vec<ToldCause> {
        let mut by_age: Vec<&Blamed> = lasting.iter().collect();
        by_age.sort_by_key(|cause| std::cmp::Reverse(cause.age_ms));
        let mut told: Vec<ToldCause> = Vec::new();
        for cause in by_age {
            let newer = self.told_cause(localised, cause);
            match told.iter_mut().find(|older| older.class == newer.class) {
                Some(older) => {
                    older.loss = newer.loss.or(older.loss);
                    older.servers.extend(newer.servers);
                }
                None => told.push(newer),
            }
        }
        told
    }

    fn told_cause(&self, localised: &Localised, cause: &Blamed) -> ToldCause {
        let shape = self.core.shape();
        let own = &shape.class(cause.class).targets;
        let age = cause.profile.age;
        let is_hit = |target: usize| match cause.profile.strike {
            Strike::Blind => true,
            Strike::Loss(loss) => localised.tables.ell_at(target, age, loss) > SPARED,
            Strike::Patchy => localised.loss_of(target).is_some(),
        };
        let hit: Vec<usize> = own.iter().copied().filter(|target| is_hit(*target)).collect();
        let places = hit.iter().map(|target| shape.place_of(*target));
        let servers = places.filter_map(|place| self.names.servers.get(place)).cloned().collect();
        ToldCause {
            class: cause.class,
            since: before(timestamp(self.now_ms), cause.age_ms),
            loss: self.loss_of(localised, cause, &hit),
            servers,
        }
    }

    /// The loss as counted since the onset, over targets that nothing else explains if there are
    /// any. Half a check is added on either side, so that a few checks do not make a total loss.
    fn loss_of(&self, localised: &Localised, cause: &Blamed, hit: &[usize]) -> Option<f64> {
        if cause.profile.strike == Strike::Blind {
            return None;
        }
        let shape = self.core.shape();
        let others = localised.answer.causes.iter().filter(|one| one.class != cause.class);
        let others: Vec<usize> =
            others.flat_map(|one| &shape.class(one.class).targets).copied().collect();
        let (shared, own): (Vec<usize>, Vec<usize>) =
            hit.iter().partition(|target| others.contains(target));
        let targets = if own.is_empty() { shared } else { own };
        let (mut counts, mut normal) = (Counts::default(), 0.0);
        for target in &targets {
            counts.add(self.core.counts(*target, self.now_ms - cause.age_ms, self.now_ms));
            normal += self.core.target(*target).baseline();
        }
        let normal = normal / targets.len().max(1) as f64;
        let share = (f64::from(counts.bad()) + 0.5) / (f64::from(counts.checks) + 1.0);
        Some(((share - normal) / (1.0 - normal)).clamp(0.01, 1.0))
    }

    /// Joins causes that share a server, directly or through a standing suspicion.
    fn groups(&self, causes: Vec<ToldCause>) -> Vec<Told> {
        let mut groups: Vec<Told> = Vec::new();
        for cause in causes {
            let touches = |servers: &BTreeSet<ServerId>| !servers.is_disjoint(&cause.servers);
            let own = self.standing.iter().filter(|(_, standing)| {
                standing.classes().contains(&cause.class)
                    || standing.servers.iter().any(|server| cause.servers.contains(server))
            });
            let ids: Vec<SuspicionId> = own.map(|(id, _)| *id).collect();
            let (joined, apart): (Vec<Told>, Vec<Told>) = groups.into_iter().partition(|group| {
                touches(&group.servers) || group.ids.iter().any(|id| ids.contains(id))
            });
            let mut all = Told { servers: cause.servers.clone(), ids, causes: Vec::new() };
            for group in joined {
                all.causes.extend(group.causes);
                all.servers.extend(group.servers);
                all.ids.extend(group.ids);
            }
            all.causes.push(cause);
            all.ids.sort_unstable();
            all.ids.dedup();
            groups = apart;
            groups.push(all);
        }
        groups
    }

    /// A standing suspicion is said anew when the answer says more or better; suspicions that a
    /// shared cause explains are merged.
    fn revise(
        &mut self,
        told: &Told,
        localised: &Localised,
        lasting: &[Blamed],
        excluded: &[usize],
    ) {
        let standing: Vec<_> = told.ids.iter().filter_map(|id| self.standing.get(id)).collect();
        let mut known: Vec<usize> = standing.iter().flat_map(|one| one.classes()).collect();
        known.sort_unstable();
        known.dedup();
        let servers: BTreeSet<ServerId> =
            standing.iter().flat_map(|one| &one.servers).cloned().collect();
        let is_more = told.servers.len() > servers.len();
        let classes = told.classes();
        if standing.iter().any(|one| one.is_mending()) {
            return;
        }
        let worse_ms = standing.iter().filter_map(|one| one.got_worse_ms(self.now_ms)).max();
        if worse_ms.is_some_and(|at| !is_more && is_echo(told, &known, at)) {
            return;
        }
        if classes == known && told.ids.len() == 1 {
            if is_more || self.is_worse_or_surer(told, localised, lasting, excluded) {
                let told = Told { servers: &told.servers | &servers, ..told.clone() };
                let options = Options::of(&self.core, localised, lasting, excluded);
                self.say(told.ids.first().copied(), &told, &options, None);
            }
            return;
        }
        let score = |classes: &[usize]| {
            Search::new(self.core.shape(), &localised.tables, excluded).score_of(classes)
        };
        let least = if is_more { 0.0 } else { BETTER };
        if score(&classes) >= score(&known) + least {
            let options = Options::of(&self.core, localised, lasting, excluded);
            self.say(told.ids.first().copied(), told, &options, None);
        }
    }

    /// Takes in the present losses of a standing suspicion of the same causes; whether they, or
    /// the probability, are worth a word.
    fn is_worse_or_surer(
        &mut self,
        told: &Told,
        localised: &Localised,
        lasting: &[Blamed],
        excluded: &[usize],
    ) -> bool {
        let Some(standing) = told.ids.first().and_then(|id| self.standing.get_mut(id)) else {
            return false;
        };
        let mut highest = 0.0f64;
        for cause in &mut standing.causes {
            let now = told.causes.iter().find(|one| Some(one.class) == cause.class);
            if let Some(loss) = now.and_then(|one| one.loss) {
                cause.loss = Some(loss.clamp(0.02, 0.98));
                highest = highest.max(loss);
            }
        }
        let told_loss = standing.told_loss;
        let is_unsure = standing.told_probability < PROBABLE;
        self.cover();
        if felt(highest) > felt(told_loss) {
            return true;
        }
        is_unsure && {
            let options = Options::of(&self.core, localised, lasting, excluded);
            told.classes().iter().any(|class| options.probability(*class) >= PROBABLE)
        }
    }

    /// The suspicion in full, then the merging of those it absorbs.
    fn say(&mut self, of: Option<SuspicionId>, told: &Told, options: &Options, fits: Option<Fit>) {
        let mut order: Vec<&ToldCause> = told.causes.iter().collect();
        let probability = |cause: &ToldCause| options.probability(cause.class);
        order.sort_by(|one, other| probability(other).total_cmp(&probability(one)));
        let earliest = of.and_then(|id| self.standing.get(&id));
        let mut causes = Vec::new();
        for (number, cause) in (1u32..).zip(&order) {
            let same = earliest.filter(|one| one.classes().contains(&cause.class));
            let since = same.map_or(cause.since, |one| one.since.min(cause.since));
            let (rates, all) = self.rates(cause.class);
            for (member, rate) in self.names.members[cause.class].iter().zip(rates) {
                causes.push(Cause {
                    class: number,
                    kind: member.kind.to_owned(),
                    id: member.id.clone(),
                    class_probability: probability(cause),
                    probability: probability(cause) * rate / all,
                    loss: cause.loss,
                    since,
                });
            }
        }
        let classes = told.classes();
        let servers: Vec<ServerId> = told.servers.iter().cloned().collect();
        let since = told.causes.iter().map(|cause| cause.since).min();
        let from_ms = since.map_or(self.now_ms, |since| since.timestamp_millis());
        self.found.push(Finding::Suspected(Suspected {
            of,
            causes,
            alternatives: self.alternatives(options, &classes),
            reports_only: told.causes.iter().all(|cause| cause.loss.is_none()),
            fits,
            evidence: self.table(&classes, &servers, from_ms),
            servers,
        }));
        for id in told.ids.iter().filter(|id| Some(**id) != of) {
            if let Some(into) = of {
                self.found.push(Finding::Merged { id: *id, into });
            }
        }
    }

    /// The same causes and servers once more, with the losses that they have now.
    pub(super) fn say_worse(&mut self, id: SuspicionId, loss: f64) {
        let Some(standing) = self.standing.get(&id) else { return };
        let servers: BTreeSet<ServerId> = standing.servers.iter().cloned().collect();
        let causes = standing.causes.iter().filter_map(|cause| {
            let (class, since) = (cause.class?, standing.since);
            let loss = cause.loss.map(|told| told.max(loss));
            Some(ToldCause { class, since, loss, servers: servers.clone() })
        });
        let told = Told { causes: causes.collect(), servers: servers.clone(), ids: vec![id] };
        let probable = standing.told_probability.clamp(1e-6, 1.0 - 1e-6);
        let nats = (probable / (1.0 - probable)).ln();
        let options = Options(vec![(told.classes(), nats), (Vec::new(), 0.0)]);
        if told.causes.is_empty() {
            return;
        }
        self.say(Some(id), &told, &options, None);
        // Nothing else was weighed: what else it could be is not told anew.
        if let Some(Finding::Suspected(said)) = self.found.last_mut() {
            said.alternatives.clear();
        }
    }

    fn alternatives(&self, options: &Options, told: &[usize]) -> Vec<Alternative> {
        let classes: BTreeSet<usize> = options.0.iter().flat_map(|(set, _)| set).copied().collect();
        let others = classes.into_iter().filter(|class| !told.contains(class));
        let mut all: Vec<Alternative> = others
            .filter_map(|class| {
                let first = self.names.members[class].first()?;
                let (kind, id) = (first.kind.to_owned(), first.id.clone());
                Some(Alternative { kind, id, probability: options.instead(class, told) })
            })
            .collect();
        let nothing = options.of_nothing();
        all.push(Alternative {
            kind: "nothing".to_owned(),
            id: String::new(),
            probability: nothing,
        });
        all.sort_by(|one, other| other.probability.total_cmp(&one.probability));
        all.truncate(ALTERNATIVES_MAX);
        all
    }
}

/// Whether an answer adds causes to the known ones that began no later than these got worse:
/// results of two times call for causes that are none.
fn is_echo(told: &Told, known: &[usize], worse_ms: i64) -> bool {
    let classes = told.classes();
    let mut added = told.causes.iter().filter(|cause| !known.contains(&cause.class)).peekable();
    known.iter().all(|class| classes.contains(class))
        && added.peek().is_some()
        && added.all(|cause| cause.since.timestamp_millis() <= worse_ms + TOGETHER_MS)
}

impl Told {
    /// Ascending.
    fn classes(&self) -> Vec<usize> {
        let classes: BTreeSet<usize> = self.causes.iter().map(|cause| cause.class).collect();
        classes.into_iter().collect()
    }
}

impl Options {
    /// The answer, the best set without each of its causes, every single class, and nothing.
    fn of(core: &Core, localised: &Localised, lasting: &[Blamed], excluded: &[usize]) -> Self {
        let answer = &localised.answer;
        let mut all = Self(vec![(answer.classes(), answer.score)]);
        for cause in lasting {
            let mut without = excluded.to_vec();
            without.push(cause.class);
            let other = Search::new(core.shape(), &localised.tables, &without).solve();
            all.add(other.classes(), other.score);
        }
        for (class, score, _) in &answer.singles {
            all.add(vec![*class], *score);
        }
        all.add(Vec::new(), 0.0);
        all
    }

    /// What stage 1 alone makes of it: R of each class against the mean time between faults is how
    /// much more probable it is than that all is well (Shiryaev 1963).
    fn of_stage1(core: &Core) -> Self {
        let classes = 0..core.shape().classes().len();
        let known = classes.map(|class| (class, core.stage1().sum(class)));
        let mut all: Vec<(Vec<usize>, f64)> = known
            .filter(|(_, sum)| *sum > 0.0)
            .map(|(class, sum)| (vec![class], sum.ln()))
            .collect();
        all.push((Vec::new(), -core.shape().rate().ln()));
        Self(all)
    }

    fn add(&mut self, set: Vec<usize>, score: f64) {
        if !self.0.iter().any(|(known, _)| *known == set) {
            self.0.push((set, score));
        }
    }

    /// The share of the explanations that hold a class: a softmax over the scores.
    fn probability(&self, class: usize) -> f64 {
        self.share(|set| set.contains(&class))
    }

    /// The share of the explanations that hold a class and not all that is told.
    fn instead(&self, class: usize, told: &[usize]) -> f64 {
        let is_other = |set: &[usize]| told.iter().any(|one| !set.contains(one));
        self.share(|set| set.contains(&class) && is_other(set))
    }

    fn of_nothing(&self) -> f64 {
        self.share(<[usize]>::is_empty)
    }

    fn share(&self, holds: impl Fn(&[usize]) -> bool) -> f64 {
        let best = self.0.iter().map(|(_, score)| *score).fold(f64::MIN, f64::max);
        let weight = |score: f64| (score - best).exp();
        let total: f64 = self.0.iter().map(|(_, score)| weight(*score)).sum();
        let held = self.0.iter().filter(|(set, _)| holds(set));
        held.map(|(_, score)| weight(*score)).sum::<f64>() / total
    }
}
