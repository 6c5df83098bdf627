//! One probe: its counts, what is normal for it, how long its answers take.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

use super::window::{Counts, Window};

/// Healthy answers before "slow" means anything.
const ANSWERS_MIN: u32 = 20;
/// Slow: more than this many times the median …
const SLOW_TIMES: f64 = 5.0;
/// … and more than this above it, in milliseconds.
const SLOW_MORE_MS: f64 = 1000.0;
/// A failure makes another one soon after it likelier: this likely at once …
const BURST: f64 = 0.3;
/// … fading in this time, in seconds.
const BURST_FADES_S: f64 = 10.0;
/// Moments of bad results that are remembered, for the onset.
const BAD_MAX: usize = 16;

/// What is known of one probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Target {
    pub window: Window,
    /// The latest bad results, oldest first.
    pub bad_at: Vec<Timestamp>,
    /// When it failed, until it succeeds again.
    failed_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    /// Checks in healthy time, and the bad ones among them.
    learned: (u64, u64),
    answers: u32,
    median_ms: f64,
}

/// One result as it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    pub counts: Counts,
    /// How likely it was to be bad while all is well.
    pub b: f64,
}

impl Target {
    /// Takes in a result. `healthy_time`: nothing is suspected, so that it teaches what is normal.
    pub fn take(
        &mut self,
        at: Timestamp,
        ok: bool,
        latency_ms: Option<u32>,
        configured: Option<f64>,
        healthy_time: bool,
    ) -> Measured {
        let is_late = self.last_at.is_some_and(|last| at < last);
        let normal = self.normal_loss(configured);
        let b = if is_late { normal } else { self.burst(normal, at) };
        let is_slow = ok && latency_ms.is_some_and(|latency| self.is_slow(latency));
        let is_bad = !ok || is_slow;
        if healthy_time {
            self.learn(is_bad, ok.then_some(latency_ms).flatten());
        }
        if is_bad {
            if self.bad_at.len() >= BAD_MAX {
                self.bad_at.remove(0);
            }
            let place = self.bad_at.partition_point(|earlier| *earlier <= at);
            self.bad_at.insert(place, at);
        }
        if !is_late {
            self.last_at = Some(at);
            self.failed_at = is_bad.then_some(at);
        }
        Measured { counts: Counts::of_check(!ok, is_slow, b), b }
    }

    /// The share of checks that are bad while all is well: configured, or
    /// (bad + 0.5)/(checks + 100) plus one standard error (EVIDENCE.md, "The model").
    pub fn normal_loss(&self, configured: Option<f64>) -> f64 {
        if let Some(loss) = configured {
            return loss.clamp(5e-4, 0.5);
        }
        let (checks, bad) = (self.learned.0 as f64 + 100.0, self.learned.1 as f64 + 0.5);
        let share = bad / checks;
        (share + (share * (1.0 - share) / checks).sqrt()).clamp(5e-4, 0.5)
    }

    /// Lets go of what was counted.
    pub fn forget(&mut self) {
        self.window = Window::default();
        self.bad_at.clear();
    }

    fn burst(&self, normal: f64, at: Timestamp) -> f64 {
        let Some(failed_at) = self.failed_at else { return normal };
        let passed_s = (at - failed_at).num_milliseconds().max(0) as f64 / 1000.0;
        normal.max(normal + (BURST - normal) * (-passed_s / BURST_FADES_S).exp())
    }

    fn is_slow(&self, latency_ms: u32) -> bool {
        let limit = (SLOW_TIMES * self.median_ms).max(self.median_ms + SLOW_MORE_MS);
        self.answers >= ANSWERS_MIN && f64::from(latency_ms) > limit
    }

    /// The median runs after the answers in steps of 2 %.
    fn learn(&mut self, is_bad: bool, latency_ms: Option<u32>) {
        self.learned.0 = self.learned.0.saturating_add(1);
        self.learned.1 = self.learned.1.saturating_add(u64::from(is_bad));
        let Some(latency_ms) = latency_ms.map(f64::from) else { return };
        if self.answers == 0 {
            self.median_ms = latency_ms;
        } else {
            let step = (self.median_ms * 0.02).max(1.0);
            let away = latency_ms - self.median_ms;
            self.median_ms += away.clamp(-step, step);
        }
        self.answers = self.answers.saturating_add(1);
    }
}
