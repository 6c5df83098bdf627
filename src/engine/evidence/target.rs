//! One probe: what is normal for it, its last results, whether it just failed.
//!
//! EVIDENCE.md, "The model": a result is bad when it failed or was slow; a healthy probe is bad
//! with its baseline probability, more so shortly after a failure.

use serde::{Deserialize, Serialize};

use super::{
    model::{self, BURST, BURST_ADAPTIVE},
    ring::{Outcome, Ring},
};

/// Healthy answers before "slow" means anything.
const ANSWERS_MIN: u32 = 20;
/// Answers after which the running median moves in small steps.
const ANSWERS_SETTLED: u32 = 64;
/// Slow: more than this many times the median …
const SLOW_TIMES: f64 = 5.0;
/// … and more than this above it, in milliseconds.
const SLOW_MORE_MS: f64 = 1000.0;
/// Learned and configured baselines are kept within these.
const BASELINE_MIN: f64 = 1e-4;
const BASELINE_MAX: f64 = 0.2;
/// A configured baseline may be higher.
const CONFIGURED_MAX: f64 = 0.5;
/// Healthy results count only when nothing was suspected for this long after them, in parts of …
const PARTS: usize = 4;
/// … this many milliseconds.
const PART_MS: i64 = 600_000;
/// What was learned counts half after this time, in milliseconds: a week.
const HALF_LIFE_MS: f64 = 7.0 * 86_400_000.0;

/// What is known of one probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Target {
    ring: Ring,
    learned: Learned,
    median: Median,
    /// The time of the newest result.
    last_ms: Option<i64>,
    /// When it was bad, until it is good again.
    bad_ms: Option<i64>,
    /// Results up to here are evidence no more.
    void_ms: Option<i64>,
    /// The loss that standing suspicions explain; follows from them.
    #[serde(skip)]
    pub cover: f64,
    /// The loss that announced work explains; follows from the windows.
    #[serde(skip)]
    pub work: f64,
    /// Configured baseline; follows from the fleet.
    #[serde(skip)]
    pub configured: Option<f64>,
    /// It is looked at again soon after a failure; follows from the fleet.
    #[serde(skip)]
    pub is_adaptive: bool,
}

/// A result as it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// With b as it is without what standing suspicions explain: for stage 2.
    pub outcome: Outcome,
    /// b with it, for stage 1.
    pub covered: f64,
}

impl Target {
    /// Takes in a result of time `at_ms` that was received at `now_ms`. A late one does not change
    /// whether the target just failed.
    pub fn take(&mut self, now_ms: i64, at_ms: i64, ok: bool, latency_ms: Option<u32>) -> Measured {
        let is_late = self.last_ms.is_some_and(|last| at_ms < last);
        let b = self.bad_probability(if is_late { now_ms } else { at_ms });
        // Unlike a suspicion's, this cover ends without a word of the evidence: both stages see it.
        let b = if self.work > 0.0 { model::either(b, self.work) } else { b };
        let is_slow = ok && latency_ms.is_some_and(|latency| self.median.is_slow(latency));
        let outcome = match (ok, is_slow) {
            (false, _) => Outcome::Failed(b),
            (true, true) => Outcome::Slow(b),
            (true, false) => Outcome::Good,
        };
        if !is_late {
            self.last_ms = Some(at_ms);
            self.bad_ms = (outcome != Outcome::Good).then_some(at_ms);
        }
        Measured { outcome, covered: model::either(b, self.cover) }
    }

    /// Keeps a result for stage 2.
    pub fn keep(&mut self, at_ms: i64, outcome: Outcome) {
        self.ring.push(at_ms, outcome);
    }

    /// Learns from a result while nothing is suspected.
    pub fn learn(&mut self, at_ms: i64, outcome: Outcome, latency_ms: Option<u32>) {
        self.learned.add(at_ms, outcome != Outcome::Good);
        if let (Outcome::Good, Some(latency_ms)) = (outcome, latency_ms) {
            self.median.add(latency_ms);
        }
    }

    /// Something is suspected: the last half hour was not healthy time.
    pub fn unlearn(&mut self) {
        self.learned.forget_recent();
    }

    /// Nothing up to `now_ms` is evidence any more.
    pub fn void(&mut self, now_ms: i64) {
        self.ring.clear();
        self.void_ms = Some(now_ms);
    }

    /// Whether a result or report of this time is evidence no more.
    pub fn is_void(&self, at_ms: i64) -> bool {
        self.void_ms.is_some_and(|void| at_ms <= void)
    }

    /// Its last results.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// The share of results that are bad while all is well: configured, or learned
    /// (EVIDENCE.md, "The model"; SPEC 2).
    pub fn baseline(&self) -> f64 {
        match self.configured {
            Some(loss) => loss.clamp(BASELINE_MIN, CONFIGURED_MAX),
            None => self.learned.baseline(),
        }
    }

    /// How likely a bad result is at `at_ms` if all is well: the baseline, raised after a failure
    /// to p0 + (0.3 − p0)·exp(−Δ/10 s) until the next success, or with 0.5 and 15 s where a failure
    /// is looked at again soon.
    fn bad_probability(&self, at_ms: i64) -> f64 {
        let p0 = self.baseline();
        let Some(bad_ms) = self.bad_ms else { return p0 };
        let passed_ms = (at_ms - bad_ms).max(0) as f64;
        let burst = if self.is_adaptive { BURST_ADAPTIVE } else { BURST };
        p0.max(p0 + (burst.height - p0) * (-passed_ms / burst.fades_ms).exp())
    }
}

/// Counts of healthy time, the last half hour apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Learned {
    checks: f64,
    bad: f64,
    /// Counts of parts of an hour that may yet turn out not to have been healthy, newest first.
    recent: [(u32, u32); PARTS],
    part: i64,
}

impl Learned {
    /// p0 = m + √(m/(n + 100)), m = (bad + 0.5)/(n + 100).
    fn baseline(&self) -> f64 {
        let checks = self.checks + 100.0;
        let share = (self.bad + 0.5) / checks;
        (share + (share / checks).sqrt()).clamp(BASELINE_MIN, BASELINE_MAX)
    }

    fn add(&mut self, at_ms: i64, is_bad: bool) {
        let part = at_ms.div_euclid(PART_MS);
        if part > self.part {
            self.advance(part);
        }
        let (checks, bad) = &mut self.recent[0];
        *checks = checks.saturating_add(1);
        *bad = bad.saturating_add(u32::from(is_bad));
    }

    fn forget_recent(&mut self) {
        self.recent = Default::default();
    }

    fn advance(&mut self, part: i64) {
        let passed = if self.part == 0 { 1 } else { part - self.part };
        let kept = 0.5f64.powf(passed as f64 * PART_MS as f64 / HALF_LIFE_MS);
        self.checks *= kept;
        self.bad *= kept;
        for _ in 0..passed.min(PARTS as i64) {
            let (checks, bad) = self.recent[PARTS - 1];
            self.checks += f64::from(checks);
            self.bad += f64::from(bad);
            self.recent.rotate_right(1);
            self.recent[0] = (0, 0);
        }
        self.part = part;
    }
}

/// The running median of how long healthy answers take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Median {
    answers: u32,
    median_ms: f64,
}

impl Median {
    fn is_slow(&self, latency_ms: u32) -> bool {
        let limit = (SLOW_TIMES * self.median_ms).max(self.median_ms + SLOW_MORE_MS);
        self.answers >= ANSWERS_MIN && f64::from(latency_ms) > limit
    }

    /// A step towards each answer: half of the answers pull up and half down where the median is.
    fn add(&mut self, latency_ms: u32) {
        let latency_ms = f64::from(latency_ms);
        if self.answers == 0 {
            self.median_ms = latency_ms;
        } else {
            let share = if self.answers < ANSWERS_SETTLED { 0.1 } else { 0.01 };
            let step = (self.median_ms * share).max(1.0);
            self.median_ms += (latency_ms - self.median_ms).clamp(-step, step);
        }
        self.answers = self.answers.saturating_add(1);
    }
}
