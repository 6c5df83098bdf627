//! When each probe runs: pure functions of the probe and the time.
//!
//! A probe has a place of its own in its interval, by a hash of its id: thousands of probes spread
//! evenly, also after a restart, and two Bellwethers with the same fleet look at the same moments.
//! Around that place each start moves a little, so that nothing periodic on a server is always met
//! or always missed. After a bad result a probe is [looked at again](Burst) sooner than that.

use chrono::{DateTime, TimeDelta};
use sha2::{Digest, Sha256};

use crate::domain::{Probe, ProbeId, Timestamp};

/// Each start moves by up to this share of the interval.
pub const JITTER_SHARE: f64 = 0.1;
/// So often a target is looked at again after a bad result (EVIDENCE.md, "Adaptive probing") …
pub const AGAIN_COUNT: u8 = 6;
/// … and so long after each result, in milliseconds.
pub const AGAIN_AFTER_MS: u64 = 5_000;

/// The probe's place in its interval, in milliseconds: `0..every_ms`.
pub fn phase_ms(probe: &ProbeId, every_ms: u64) -> u64 {
    hash(probe, None) % every_ms.max(1)
}

/// The first start of `probe` after `after`. Starts are `phase + k · every + jitter(k)` since 1970,
/// with a jitter of `0..every · JITTER_SHARE`.
pub fn next_start(probe: &Probe, after: Timestamp) -> Timestamp {
    let every_ms = probe.every_ms.max(1);
    let since_ms = u64::try_from(after.timestamp_millis()).unwrap_or_default();
    let phase_ms = phase_ms(&probe.id, every_ms);
    // The start before the one in this interval may still be to come, by its jitter.
    let first = (since_ms.saturating_sub(phase_ms) / every_ms).saturating_sub(1);
    (first..first + 4)
        .map(|round| round * every_ms + phase_ms + jitter_ms(&probe.id, round, every_ms))
        .find(|start_ms| *start_ms > since_ms)
        .and_then(|start_ms| DateTime::from_timestamp_millis(i64::try_from(start_ms).ok()?))
        // Out of reach for any date a clock can show: then simply an interval on.
        .unwrap_or_else(|| after + TimeDelta::milliseconds(every_ms.min(1 << 40) as i64))
}

/// How often a target is still to be looked at out of its turn.
///
/// A bad result makes it six times, a good one takes one off. The turns of [`next_start`] go on
/// meanwhile, and count likewise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burst {
    left: u8,
}

impl Burst {
    /// Takes in what a check found.
    pub fn note(&mut self, is_bad: bool) {
        self.left = if is_bad { AGAIN_COUNT } else { self.left.saturating_sub(1) };
    }

    /// When to look again after a result that came at `told`; `None` when the next turn is soon
    /// enough. A probe whose own interval is as short is never looked at more often.
    pub fn again(self, probe: &Probe, told: Timestamp) -> Option<Timestamp> {
        if self.left == 0 || probe.every_ms <= AGAIN_AFTER_MS {
            return None;
        }
        let round = u64::try_from(told.timestamp_millis()).unwrap_or_default();
        let after_ms = AGAIN_AFTER_MS + jitter_ms(&probe.id, round, AGAIN_AFTER_MS);
        Some(told + TimeDelta::milliseconds(i64::try_from(after_ms).unwrap_or_default()))
    }
}

fn jitter_ms(probe: &ProbeId, round: u64, every_ms: u64) -> u64 {
    let width_ms = (every_ms as f64 * JITTER_SHARE) as u64;
    hash(probe, Some(round)) % width_ms.max(1)
}

fn hash(probe: &ProbeId, round: Option<u64>) -> u64 {
    let hash = Sha256::new().chain_update(probe.as_str());
    let hash = match round {
        Some(round) => hash.chain_update([0]).chain_update(round.to_be_bytes()).finalize(),
        None => hash.finalize(),
    };
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}
