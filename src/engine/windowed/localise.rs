//! What is it? The class whose one constant loss explains the evidence best.
//!
//! Score of a class: the best of its windows' log likelihood ratios, plus that of its reports, plus
//! ln of its faults per hour, less 3.5; less what standing suspicions explain already. Probability: the softmax over the scores of all classes
//! that share a target or server with the evidence, and 0 for nothing; a class's members share it
//! by their fault rates.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::{
    domain::{Alternative, Cause, ServerId, SuspicionId, Timestamp},
    engine::detect::{Finding, Suspected},
};

use super::{
    RECOVERED, RECOVERING, VANTAGE_RECOVERED, Windowed,
    classes::{Class, ClassIndex, ClassSort},
    score::{self, WINDOWS},
    window::Counts,
};

/// A new answer replaces a standing one only if it is better by this, in nats.
const BETTER: f64 = 3.0;
/// A monitor that explains as well as this, in nats, makes us wait for the canaries.
const MONITOR_NEAR: f64 = 3.0;
/// What canaries must say against their vantage, in nats, to exclude it.
const CANARIES_AGAINST: f64 = -3.0;
/// A fault must be this old, in seconds.
const ONSET_S_MIN: i64 = 40;
/// A server belongs to the affected ones unless its own checks speak this much against it.
const SERVER_AGAINST: f64 = -3.0;
/// From this likelihood on, probes speak for a fault, in nats.
const PROBES_SPEAK: f64 = 2.0;
/// Alternatives that are told.
const ALTERNATIVES_MAX: usize = 3;

/// A class as an explanation.
#[derive(Clone, Copy, Debug)]
struct Scored {
    class: ClassIndex,
    /// Without what standing suspicions already explain.
    gain: f64,
    score: f64,
    probes: f64,
    minutes: i64,
}

/// What the vantage itself has to do with it.
enum Monitor {
    Excluded,
    Waiting,
    Believed(String),
}

impl Windowed {
    pub(super) fn decide_on_result(&self, now: Timestamp) -> Vec<Finding> {
        let mut findings = if self.may_have_recovered { self.recoveries(now) } else { Vec::new() };
        if let Some(target) = self.just_bad {
            let above = &self.classes.classes.targets[target].above;
            findings.extend(self.raise(now, above));
        }
        findings
    }

    pub(super) fn decide_on_reports(&self, now: Timestamp) -> Vec<Finding> {
        let Some((_, server)) = self.reports.back() else { return Vec::new() };
        let Some(above) = self.classes.classes.above_server.get(server) else { return Vec::new() };
        let raised = self.raise(now, above);
        if raised.is_empty() { self.look_for_heads_up(now).into_iter().collect() } else { raised }
    }

    /// Suspicions that are over or look it, and vantages that see again.
    pub(super) fn recoveries(&self, now: Timestamp) -> Vec<Finding> {
        let suspicions = self.standing.iter().filter_map(|(id, standing)| {
            if standing.is_over(now) {
                Some(Finding::Cleared(*id))
            } else if !standing.reports_only && standing.recovery.gained >= RECOVERING {
                Some(Finding::Recovering(*id))
            } else {
                None
            }
        });
        let vantages = self
            .blind
            .iter()
            .filter(|(_, recovery)| recovery.gained >= VANTAGE_RECOVERED)
            .map(|(vantage, _)| Finding::Sees { vantage: vantage.clone() });
        suspicions.chain(vantages).collect()
    }

    /// Looks whether any of `classes` is more than chance, and then for what explains it best.
    fn raise(&self, now: Timestamp, classes: &[ClassIndex]) -> Vec<Finding> {
        let alarm = score::alarm(self.classes.classes.suspects);
        let Some(class) = classes.iter().copied().find(|class| self.surprise(now, *class) >= alarm)
        else {
            return Vec::new();
        };
        let scored = self.candidates(now, class);
        let Some(best) = scored.iter().copied().reduce(better) else { return Vec::new() };
        let explanation = match self.monitor(now, &scored, best) {
            Monitor::Believed(vantage) => return vec![Finding::Blind { vantage }],
            Monitor::Waiting => return Vec::new(),
            Monitor::Excluded => scored.into_iter().filter(|one| self.may_be_suspected(one)),
        };
        let scored: Vec<Scored> = explanation.collect();
        let Some(best) = scored.iter().copied().reduce(better) else { return Vec::new() };
        if best.gain <= 0.0 || !self.is_lasting(now, best) {
            return Vec::new();
        }
        let touched = self.overlapping(best.class);
        if !touched.is_empty() && best.gain < BETTER {
            return Vec::new();
        }
        self.say(now, &scored, best, &touched)
    }

    /// The most surprising of a class's windows.
    pub(super) fn surprise(&self, now: Timestamp, class: ClassIndex) -> f64 {
        let shape = &self.classes.classes.all[class];
        let (people, servers) = self.unexplained_people(now, &shape.servers);
        WINDOWS
            .iter()
            .map(|minutes| {
                let counts = self.unexplained(now, class, *minutes);
                score::surprise(&counts, people, servers)
            })
            .fold(0.0, f64::max)
    }

    pub(super) fn is_suspected(&self, server: &ServerId) -> bool {
        self.standing.values().any(|standing| standing.servers.contains(server))
    }

    /// People who reported servers that no standing suspicion holds, and how many servers of the
    /// class these are.
    fn unexplained_people(&self, now: Timestamp, servers: &BTreeSet<ServerId>) -> (u32, usize) {
        if self.reports.is_empty() {
            return (0, servers.len());
        }
        let suspected: BTreeSet<&ServerId> =
            self.standing.values().flat_map(|standing| &standing.servers).collect();
        let people = self.reported(now).filter(|one| servers.contains(*one));
        let people = people.filter(|server| !suspected.contains(server)).count();
        let held = suspected.into_iter().filter(|server| servers.contains(*server)).count();
        (u32::try_from(people).unwrap_or(u32::MAX), servers.len() - held)
    }

    /// Every class that shares a bad target or a reported server with `class`, with its score.
    fn candidates(&self, now: Timestamp, class: ClassIndex) -> Vec<Scored> {
        let shape = &self.classes.classes;
        let bad = shape.all[class]
            .targets
            .iter()
            .filter(|index| !self.targets[**index].bad_at.is_empty());
        let of_probes = bad.flat_map(|index| &shape.targets[*index].above);
        let reported = self.reports.iter().map(|(_, server)| server);
        let of_reports = reported
            .filter(|server| shape.all[class].servers.contains(*server))
            .filter_map(|server| shape.above_server.get(server))
            .flatten();
        let all: BTreeSet<ClassIndex> = of_probes.chain(of_reports).copied().collect();
        all.into_iter().filter_map(|class| self.scored(now, class)).collect()
    }

    /// A class with its score and what it explains beyond the suspicions that already stand;
    /// nothing for one that is itself suspected, or lies within one that is.
    fn scored(&self, now: Timestamp, class: ClassIndex) -> Option<Scored> {
        let (score, probes, minutes) = self.score(now, class);
        let mut gain = score;
        for id in self.overlapping(class) {
            let standing = self.standing.get(&id)?;
            let own = self.classes.classes.holding(&standing.cause);
            let within = own.is_some_and(|own| {
                let own = &self.classes.classes.all[own];
                self.classes.classes.all[class].servers.is_subset(&own.servers)
                    && !self.classes.classes.all[class].servers.is_empty()
            });
            if within {
                return None;
            }
            gain -= self.standing_score(now, id);
        }
        Some(Scored { class, gain, score, probes, minutes })
    }

    /// Score, the probes' part of it, and the window that speaks loudest.
    fn score(&self, now: Timestamp, class: ClassIndex) -> (f64, f64, i64) {
        let shape = &self.classes.classes.all[class];
        let (minutes, probes) = WINDOWS
            .iter()
            .map(|minutes| (*minutes, score::likelihood(&self.counts(now, class, *minutes))))
            .fold((WINDOWS[0], 0.0), |best, one| if one.1 > best.1 { one } else { best });
        let people = self.people(now, &shape.servers);
        let reports = score::likelihood_of_reports(people, shape.servers.len());
        (probes + reports + score::prior(shape.rate), probes, minutes)
    }

    pub(super) fn counts(&self, now: Timestamp, class: ClassIndex, minutes: i64) -> Counts {
        self.classes.windows[class].sum(now, minutes)
    }

    /// Standing suspicions that share a server with a class, lowest id first.
    fn overlapping(&self, class: ClassIndex) -> Vec<SuspicionId> {
        let servers = &self.classes.classes.all[class].servers;
        self.standing
            .iter()
            .filter(|(_, standing)| standing.servers.iter().any(|one| servers.contains(one)))
            .map(|(id, _)| *id)
            .collect()
    }

    fn may_be_suspected(&self, one: &Scored) -> bool {
        self.classes.classes.all[one.class].sort == ClassSort::Fleet
    }

    /// EVIDENCE.md, "When to speak", 1.
    fn monitor(&self, now: Timestamp, scored: &[Scored], best: Scored) -> Monitor {
        let shape = &self.classes.classes;
        let near = scored.iter().find_map(|one| {
            let ClassSort::Monitor(vantage) = &shape.all[one.class].sort else { return None };
            (one.gain >= best.gain - MONITOR_NEAR).then_some((one, vantage))
        });
        let Some((monitor, vantage)) = near else { return Monitor::Excluded };
        let is_best = monitor.class == best.class;
        let class: &Class = &shape.all[monitor.class];
        let mut canaries = class.targets.iter().filter(|one| shape.targets[**one].server.is_none());
        let loss = score::loss(&self.counts(now, monitor.class, monitor.minutes));
        let mut seen = Counts::default();
        let mut count = 0;
        for canary in canaries.by_ref() {
            seen.add(&self.targets[*canary].window.sum(now, monitor.minutes));
            count += 1;
        }
        if count == 0 {
            return if is_best { Monitor::Believed(vantage.clone()) } else { Monitor::Waiting };
        }
        let said = score::likelihood_of(&seen, loss);
        if said <= CANARIES_AGAINST {
            Monitor::Excluded
        } else if is_best && said > 0.0 && seen.checks >= 3 {
            Monitor::Believed(vantage.clone())
        } else {
            Monitor::Waiting
        }
    }

    /// Not a blip: old enough, and the newer half of its time speaks for it without the result
    /// that we look at now. What people alone tell is exempt.
    fn is_lasting(&self, now: Timestamp, best: Scored) -> bool {
        if best.probes < PROBES_SPEAK {
            return true;
        }
        let Some(since) = self.onset(now, best.class, best.minutes) else { return true };
        if now - since < TimeDelta::seconds(ONSET_S_MIN) {
            return false;
        }
        let loss = score::loss(&self.counts(now, best.class, best.minutes));
        let newer_minutes = ((now - since).num_seconds() + 119) / 120;
        let mut newer = self.counts(now, best.class, newer_minutes.max(1));
        newer.subtract(&Counts::of_check(true, false, 0.0));
        score::likelihood_of(&newer, loss) >= 0.0
    }

    /// The first bad result within the window.
    fn onset(&self, now: Timestamp, class: ClassIndex, minutes: i64) -> Option<Timestamp> {
        let from = now - TimeDelta::minutes(minutes);
        let targets = &self.classes.classes.all[class].targets;
        targets
            .iter()
            .flat_map(|index| &self.targets[*index].bad_at)
            .filter(|at| **at >= from)
            .min()
            .copied()
    }

    /// A standing suspicion is looked at again: a better answer takes its place.
    pub(super) fn look_again(&self, now: Timestamp) -> Vec<Finding> {
        let alarm = score::alarm(self.classes.classes.suspects);
        let mut findings = self.recoveries(now);
        for (id, standing) in &self.standing {
            if standing.is_over(now) || standing.recovery.gained > RECOVERED {
                continue;
            }
            let Some(own) = self.classes.classes.holding(&standing.cause) else { continue };
            let scored = self.rivals(now, *id, own);
            let present = self.score(now, own).0;
            let best =
                scored.iter().copied().filter(|one| self.may_be_suspected(one)).reduce(better);
            let Some(best) = best.filter(|best| best.probes + best.score > 0.0) else { continue };
            let is_other = best.class != own && best.gain >= present + BETTER;
            let answer = if is_other {
                Some(best)
            } else {
                scored.iter().copied().find(|one| one.class == own)
            };
            let Some(answer) = answer else { continue };
            let servers = self.affected(now, answer.class, answer.minutes);
            let is_wider = servers.iter().any(|server| !standing.servers.contains(server));
            let counts = self.counts(now, answer.class, answer.minutes);
            let speaks = score::surprise(&counts, 0, 1) >= alarm;
            if speaks && (is_other || is_wider) {
                let mut touched = self.overlapping(answer.class);
                touched.retain(|other| other != id);
                touched.insert(0, *id);
                findings.extend(self.say(now, &scored, answer, &touched));
                break;
            }
        }
        findings
    }

    /// All classes that share a target with the class of one suspicion. What they explain of other
    /// standing suspicions is no merit.
    fn rivals(&self, now: Timestamp, id: SuspicionId, class: ClassIndex) -> Vec<Scored> {
        let shape = &self.classes.classes;
        let all: BTreeSet<ClassIndex> = shape.all[class]
            .targets
            .iter()
            .flat_map(|index| &shape.targets[*index].above)
            .copied()
            .collect();
        all.into_iter()
            .map(|class| {
                let (score, probes, minutes) = self.score(now, class);
                let others = self.overlapping(class).into_iter().filter(|other| *other != id);
                let explained: f64 = others.map(|other| self.standing_score(now, other)).sum();
                Scored { class, gain: score - explained, score, probes, minutes }
            })
            .collect()
    }

    /// The score that a standing suspicion's class has now.
    fn standing_score(&self, now: Timestamp, id: SuspicionId) -> f64 {
        let cause = self.standing.get(&id).map(|standing| standing.cause.as_str());
        let class = cause.and_then(|cause| self.classes.classes.holding(cause));
        class.map_or(0.0, |class| self.score(now, class).0.max(0.0))
    }

    /// The suspicion in full; those it takes in are merged into the one with the lowest id.
    fn say(
        &self,
        now: Timestamp,
        scored: &[Scored],
        best: Scored,
        touched: &[SuspicionId],
    ) -> Vec<Finding> {
        let of = touched.iter().min().copied();
        let class = &self.classes.classes.all[best.class];
        let reports_only = best.probes < PROBES_SPEAK;
        let servers = if reports_only {
            class.servers.iter().cloned().collect()
        } else {
            self.affected(now, best.class, best.minutes)
        };
        // Measured from the greatest gain (or nothing at all, whose gain is 0), no term can overflow.
        let top = scored.iter().map(|one| one.gain).fold(best.gain.max(0.0), f64::max);
        let total: f64 =
            scored.iter().map(|one| (one.gain - top).exp()).sum::<f64>() + (-top).exp();
        let probability = |one: &Scored| (one.gain - top).exp() / total;
        let counts = self.counts(now, best.class, best.minutes);
        let onset = self.onset(now, best.class, best.minutes);
        let reported = self.first_report(now, class);
        let since = if reports_only { reported } else { onset }.unwrap_or(now);
        let earlier = touched.iter().filter_map(|id| Some(self.standing.get(id)?.since)).min();
        let since = earlier.map_or(since, |earlier| earlier.min(since));
        let causes = class
            .members
            .iter()
            .map(|member| Cause {
                class: 1,
                kind: member.kind.to_owned(),
                id: member.id.clone(),
                class_probability: probability(&best),
                probability: probability(&best) * member.rate / class.rate,
                loss: (!reports_only).then(|| score::loss(&counts)),
                since,
            })
            .collect();
        let evidence = self.table(now, best.class, &servers, best.minutes);
        let alternatives =
            self.alternatives(scored, best, &probability, (-best.gain).exp() / total);
        let suspected = Suspected { of, causes, alternatives, servers, reports_only, evidence };
        let merged = of.into_iter().flat_map(|into| {
            let others = touched.iter().filter(move |id| **id != into);
            others.map(move |id| Finding::Merged { id: *id, into })
        });
        std::iter::once(Finding::Suspected(suspected)).chain(merged).collect()
    }

    fn alternatives(
        &self,
        scored: &[Scored],
        best: Scored,
        probability: &dyn Fn(&Scored) -> f64,
        nothing: f64,
    ) -> Vec<Alternative> {
        let mut all: Vec<Alternative> = scored
            .iter()
            .filter(|one| one.class != best.class)
            .filter_map(|one| {
                let first = self.classes.classes.all[one.class].members.first()?;
                let (kind, id) = (first.kind.to_owned(), first.id.clone());
                Some(Alternative { kind, id, probability: probability(one) })
            })
            .collect();
        let kind = "nothing".to_owned();
        all.push(Alternative { kind, id: String::new(), probability: nothing });
        all.sort_by(|one, other| other.probability.total_cmp(&one.probability));
        all.truncate(ALTERNATIVES_MAX);
        all
    }

    fn first_report(&self, now: Timestamp, class: &Class) -> Option<Timestamp> {
        let from = now - TimeDelta::hours(score::REPORT_HOURS as i64);
        let mut own = self.reports.iter().filter(|(_, server)| class.servers.contains(server));
        own.find(|(at, _)| *at >= from).map(|(at, _)| *at)
    }

    /// The servers of a class whose own checks do not speak against the fault.
    fn affected(&self, now: Timestamp, class: ClassIndex, minutes: i64) -> Vec<ServerId> {
        let shape = &self.classes.classes;
        let loss = score::loss(&self.counts(now, class, minutes));
        let all = &shape.all[class];
        all.servers
            .iter()
            .filter(|server| {
                let mut counts = Counts::default();
                for index in shape.by_server.get(*server).into_iter().flatten() {
                    if shape.targets[*index].above.contains(&class) {
                        counts.add(&self.targets[*index].window.sum(now, minutes));
                    }
                }
                counts.checks > 0 && score::likelihood_of(&counts, loss) > SERVER_AGAINST
            })
            .cloned()
            .collect()
    }
}

fn better(one: Scored, other: Scored) -> Scored {
    if other.gain > one.gain { other } else { one }
}
