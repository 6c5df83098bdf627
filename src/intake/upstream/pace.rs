//! How long to wait before a page is asked again. Pure.

/// The longest wait after failures, in seconds.
const FAILED_WAIT_S_MAX: u64 = 3600;
/// The longest wait that the other side can ask for, in seconds.
const PAUSE_S_MAX: u64 = 24 * 3600;
/// How far a wait may be from its length, as a share of it.
const JITTER_SHARE: f64 = 0.1;

/// The wait in seconds after `failures` one after the other: `every_s`, doubled for each failure
/// up to an hour (or `every_s`, where that is more); never shorter than the other side asked for.
/// `share`, from 0 to 1, spreads it by a tenth either way.
pub fn wait_s(every_s: u64, failures: u32, pause_s: Option<u64>, share: f64) -> u64 {
    let doubled = every_s.saturating_mul(1 << failures.min(16));
    let wait_s = doubled.min(FAILED_WAIT_S_MAX.max(every_s));
    let spread = 1.0 + (share.clamp(0.0, 1.0) * 2.0 - 1.0) * JITTER_SHARE;
    let spread_s = (wait_s as f64 * spread).round() as u64;
    spread_s.max(1).max(pause_s.unwrap_or(0).min(PAUSE_S_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_fails_is_asked_ever_more_slowly() {
        let waits: Vec<u64> = (0..8).map(|failures| wait_s(120, failures, None, 0.5)).collect();
        assert_eq!(waits, [120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        assert_eq!(wait_s(7200, 3, None, 0.5), 7200);
        assert_eq!(wait_s(120, u32::MAX, None, 0.5), 3600);
    }

    #[test]
    fn what_the_other_side_asks_for_holds_within_reason() {
        assert_eq!(wait_s(120, 1, Some(900), 0.5), 900);
        assert_eq!(wait_s(120, 1, Some(u64::MAX), 0.5), 24 * 3600);
        assert_eq!(wait_s(120, 0, None, 0.0), 108);
        assert_eq!(wait_s(120, 0, None, 1.0), 132);
    }
}
