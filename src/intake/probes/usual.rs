//! How long a probe's answers usually take, so that one that is late counts as bad here too.
//!
//! The same rule as the detector's (EVIDENCE.md, "The model"), and nobody is told of it: it decides
//! only whether to look again soon. Late answers pull as well, so that a target that has become
//! slow for good is after a while looked at in its own interval again.

/// Answers before "slow" means anything.
const ANSWERS_MIN: u32 = 20;
/// Answers after which the running median moves in small steps.
const ANSWERS_SETTLED: u32 = 64;
/// Slow: more than this many times the median …
const SLOW_TIMES: f64 = 5.0;
/// … and more than this above it, in milliseconds.
const SLOW_MORE_MS: f64 = 1000.0;

/// The running median of how long answers take.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    answers: u32,
    median_ms: f64,
}

impl Usual {
    /// Takes in how long an answer took; whether that was slow.
    pub fn note(&mut self, latency_ms: u32) -> bool {
        let latency_ms = f64::from(latency_ms);
        let limit_ms = (SLOW_TIMES * self.median_ms).max(self.median_ms + SLOW_MORE_MS);
        let is_slow = self.answers >= ANSWERS_MIN && latency_ms > limit_ms;
        if self.answers == 0 {
            self.median_ms = latency_ms;
        } else {
            let share = if self.answers < ANSWERS_SETTLED { 0.1 } else { 0.01 };
            let step_ms = (self.median_ms * share).max(1.0);
            self.median_ms += (latency_ms - self.median_ms).clamp(-step_ms, step_ms);
        }
        self.answers = self.answers.saturating_add(1);
        is_slow
    }
}
