//! A look at the evidence: when, and the gates between an answer and saying it.
//!
//! EVIDENCE.md, "When to speak"; SPEC 5. What is said of the answer is in `answer`.

use serde::{Deserialize, Serialize};

use crate::engine::detect::Finding;

use super::{
    Evidence, LATE_MS_MAX, LOOK_AGAIN_MS, answer,
    core::Localised,
    course::Course,
    model::{ALARM_S, GRID, HEADS_UP_S},
    search::{Blamed, Profile, Search, Strike},
    shape::Sort,
};

/// A standing suspicion whose cause is not sure yet is looked at again this often, in
/// milliseconds.
const UNSURE_LOOK_MS: i64 = 20_000;
/// Above the alarm there is a look at most this often, in milliseconds …
const ALARM_LOOK_MS: i64 = 10_000;
/// … and above the heads-up.
const HEADS_UP_LOOK_MS: i64 = 60_000;
/// A monitor that explains as well as this, in nats, makes us wait for the canaries.
const MONITOR_NEAR: f64 = 3.0;
/// An answer that does without a standing cause must be better by this, in nats.
const KEPT: f64 = 1.0;
/// What canaries must say against their vantage, in nats, to exclude it.
const CANARIES_AGAINST: f64 = -3.0;
/// Results of canaries that are needed to believe them.
const CANARY_RESULTS_MIN: u32 = 3;
/// Canaries that must have failed, where there are so many: a lone one may fail by itself.
const CANARIES_BAD_MIN: usize = 2;
/// What is over within this is a blip: a fault must be older, in milliseconds, …
const BLIP_MS_MAX: i64 = 40_000;
/// … and explain better than a blip, by this in nats.
const BLIP_MARGIN: f64 = 3.0;
/// Or what remains beside the blip speaks for a fault by itself, by this in nats: after an outage of
/// half a minute a line may go on losing a little.
const BESIDE_BLIP: f64 = 5.0;
/// What the last results may say against it, in nats, over …
const CONTRADICTION: f64 = -2.0;
/// … this many milliseconds.
const LATEST_MS: i64 = 20_000;
/// Evidence without an answer for so long is older than stage 2 sees, in milliseconds.
const EMPTY_MS_MAX: i64 = 60_000;
/// An old burst: nothing speaks for it over one of these, in milliseconds.
const OLD_BURST_MS: [i64; 2] = [900_000, 3_000_000];

/// When there was a look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Looks {
    last_ms: i64,
    again_ms: i64,
    /// Since when stage 1 has spoken and stage 2 has not.
    empty_since_ms: Option<i64>,
}

impl Looks {
    /// A suspicion was said.
    pub fn said(&mut self, now_ms: i64) {
        self.empty_since_ms = None;
        self.again_ms = now_ms;
    }
}

/// What the vantages have to do with it.
enum Monitors {
    Clear,
    /// Look again without this class.
    Without(usize),
    Wait,
    Believed(String),
}

/// What the canaries of a vantage say about it.
enum Canaries {
    None,
    For,
    Against,
    Unclear,
}

impl Evidence {
    /// Looks when stage 1 asks for it and the last look is not too recent.
    pub(super) fn look_if_due(&mut self) {
        let total = self.core.stage1().total();
        self.heads_up.fade(total);
        let since_ms = self.now_ms - self.looks.last_ms;
        let is_alarm = total >= ALARM_S && since_ms >= ALARM_LOOK_MS;
        let is_near = total >= HEADS_UP_S && since_ms >= HEADS_UP_LOOK_MS;
        if is_alarm || is_near {
            self.look();
        }
    }

    /// The timer of a standing suspicion, or of evidence that waits at a gate.
    pub(super) fn look_again(&mut self) {
        if self.next_look_ms().is_none() {
            return;
        }
        self.looks.again_ms = self.now_ms;
        self.find_ends();
        self.look();
    }

    /// When to look again even if nothing comes in.
    pub(super) fn next_look_ms(&self) -> Option<i64> {
        let waits = self.core.stage1().total() >= ALARM_S;
        let is_unsure = self.standing.values().any(|one| one.told_probability < answer::PROBABLE);
        let pause_ms = if is_unsure { UNSURE_LOOK_MS } else { LOOK_AGAIN_MS };
        let again = (!self.standing.is_empty()).then_some(self.looks.again_ms + pause_ms);
        let waiting = waits.then_some(self.looks.last_ms + ALARM_LOOK_MS);
        again.into_iter().chain(waiting).min().map(|at| at.max(self.now_ms))
    }

    fn look(&mut self) {
        self.looks.last_ms = self.now_ms;
        let worse = self.grown_worse();
        if !worse.is_empty() {
            worse.into_iter().for_each(|(id, loss)| self.say_worse(id, loss));
            return;
        }
        let mut excluded = Vec::new();
        let known = self.standing.values().map(|one| one.since.timestamp_millis());
        let known: Vec<i64> = known.collect();
        let standing: Vec<usize> = self.standing.values().flat_map(|one| one.classes()).collect();
        // Each round excludes one more vantage.
        for _ in 0..=self.names.vantages.len() {
            let mut localised = self.core.localise_since(self.now_ms, &excluded, &known);
            localised.improve(&self.core, &excluded);
            localised.prefer(&self.core, &excluded, &standing, KEPT);
            match self.monitors(&localised, &excluded) {
                Monitors::Without(class) => excluded.push(class),
                Monitors::Wait => return,
                Monitors::Believed(vantage) => {
                    self.found.push(Finding::Blind { vantage });
                    return;
                }
                Monitors::Clear => {
                    self.judge(&localised, &excluded);
                    return;
                }
            }
        }
    }

    /// Gates 2 and 3.
    fn judge(&mut self, localised: &Localised, excluded: &[usize]) {
        let is_ours = |cause: &&Blamed| self.core.shape().class(cause.class).sort == Sort::Fleet;
        let ours: Vec<Blamed> = localised.answer.causes.iter().filter(is_ours).copied().collect();
        if ours.is_empty() {
            self.answer_nothing();
            return;
        }
        self.looks.empty_since_ms = None;
        let lasting: Vec<Blamed> =
            ours.into_iter().filter(|cause| self.is_lasting(localised, cause)).collect();
        if !lasting.is_empty() {
            self.answer(localised, &lasting, excluded);
        }
    }

    /// Gate 1: the monitor first.
    fn monitors(&self, localised: &Localised, excluded: &[usize]) -> Monitors {
        let answer = &localised.answer;
        for cause in &answer.causes {
            let Some((vantage, own)) = self.names.vantage_of(cause.class) else { continue };
            return match self.canaries(localised, &own.canaries, cause.profile) {
                Canaries::None if cause.profile.reports > 0 => Monitors::Without(cause.class),
                Canaries::For if self.has_rival(localised, cause.class, excluded) => Monitors::Wait,
                Canaries::None | Canaries::For => Monitors::Believed(vantage.clone()),
                Canaries::Against => Monitors::Without(cause.class),
                Canaries::Unclear => Monitors::Wait,
            };
        }
        for (class, gain, profile) in &answer.singles {
            if *gain <= answer.score - MONITOR_NEAR || excluded.contains(class) {
                continue;
            }
            let Some((_, own)) = self.names.vantage_of(*class) else { continue };
            let canaries = self.canaries(localised, &own.canaries, *profile);
            if !matches!(canaries, Canaries::Against) && !answer.causes.is_empty() {
                return Monitors::Wait;
            }
        }
        Monitors::Clear
    }

    /// Whether what the vantage explains is explained almost as well without it.
    fn has_rival(&self, localised: &Localised, monitor: usize, excluded: &[usize]) -> bool {
        let mut without = excluded.to_vec();
        without.push(monitor);
        let rival = Search::new(self.core.shape(), &localised.tables, &without).solve();
        rival.score > localised.answer.score - MONITOR_NEAR
    }

    fn canaries(&self, localised: &Localised, canaries: &[usize], profile: Profile) -> Canaries {
        // Customers do not feel a vantage that fails: their reports are none of its doing.
        let Strike::Loss(loss) = profile.strike else { return Canaries::Against };
        if canaries.is_empty() {
            return Canaries::None;
        }
        let from_ms = self.now_ms - localised.tables.ages_ms[profile.age];
        let (mut said, mut results, mut bad) = (0.0, 0, 0);
        for canary in canaries {
            let counts = self.core.counts(*canary, from_ms, self.now_ms);
            said += localised.tables.ell_at(*canary, profile.age, loss);
            results += counts.checks;
            bad += usize::from(counts.bad() > 0);
        }
        if said <= CANARIES_AGAINST {
            Canaries::Against
        } else if said > 0.0
            && results >= CANARY_RESULTS_MIN
            && bad >= CANARIES_BAD_MIN.min(canaries.len())
        {
            Canaries::For
        } else {
            Canaries::Unclear
        }
    }

    /// Gate 2, not a blip: old enough, the newer half speaks for it, the latest results do not
    /// contradict it, and nothing that was over within forty seconds explains it as well. What
    /// people alone tell is exempt.
    fn is_lasting(&self, localised: &Localised, cause: &Blamed) -> bool {
        if cause.profile.strike == Strike::Blind {
            return true;
        }
        let targets = self.core.shape().class(cause.class).targets.iter();
        let hit = targets
            .filter_map(|target| Some((*target, self.loss_on(localised, cause, *target)?)))
            .collect();
        let newest_ms = self.newest_ms(cause.class);
        let half_ms = (cause.age_ms - (self.now_ms - newest_ms)) / 2;
        let course = Course::of(&self.core, hit, self.now_ms - cause.age_ms, self.now_ms);
        let is_going_on = cause.age_ms >= BLIP_MS_MAX
            && course.says_since(newest_ms - half_ms) > 0.0
            && course.says_since(newest_ms - LATEST_MS) >= CONTRADICTION;
        if !is_going_on {
            return false;
        }
        let blip = course.blip(BLIP_MS_MAX);
        course.says_since(i64::MIN) >= blip.nats + BLIP_MARGIN
            || course.says_beside(&blip) >= BESIDE_BLIP
    }

    /// When a class was last measured: results may come late, but no later than they are used.
    fn newest_ms(&self, class: usize) -> i64 {
        let targets = self.core.shape().class(class).targets.iter();
        let newest = targets.filter_map(|target| self.core.target(*target).ring().newest_ms());
        let newest = newest.filter(|at| *at <= self.now_ms).max();
        newest.filter(|at| self.now_ms - at <= LATE_MS_MAX).unwrap_or(self.now_ms)
    }

    /// The loss of one cause on one of its targets.
    pub(super) fn loss_on(
        &self,
        localised: &Localised,
        cause: &Blamed,
        target: usize,
    ) -> Option<f64> {
        match cause.profile.strike {
            Strike::Blind => None,
            Strike::Loss(loss) => Some(GRID[loss]),
            Strike::Patchy => localised.loss_of(target),
        }
    }

    /// Gate 3: stage 1 speaks and stage 2 finds nothing. An old burst is forgotten; what goes on
    /// for a minute is older than two hours, and stage 1 names it.
    fn answer_nothing(&mut self) {
        if self.core.stage1().total() < ALARM_S {
            self.looks.empty_since_ms = None;
            return;
        }
        let Some((class, loss)) = self.core.stage1().strongest() else { return };
        let says = |age_ms: i64| -> f64 {
            let targets = self.core.shape().class(class).targets.iter();
            let from_ms = self.now_ms - age_ms;
            targets.map(|one| self.core.likelihood(*one, from_ms, self.now_ms, loss)).sum()
        };
        if loss > 0.0 && OLD_BURST_MS.iter().any(|age| says(*age) <= 0.0) {
            self.core.stage1_mut().reset();
            self.looks.empty_since_ms = None;
            return;
        }
        let since_ms = *self.looks.empty_since_ms.get_or_insert(self.now_ms);
        if self.now_ms - since_ms >= EMPTY_MS_MAX {
            self.name_strongest(class, loss);
        }
    }
}
