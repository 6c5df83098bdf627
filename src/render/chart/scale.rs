//! Round numbers for the axes of a chart: shares of checks, and times of day few enough to read. Pure.

use chrono::Timelike;
use chrono_tz::Tz;

use crate::domain::Timestamp;

/// The upper ends of the axis of shares.
const SHARES: [f64; 5] = [0.1, 0.2, 0.4, 0.6, 1.0];
/// Minutes between two times on the axis of time.
const STEPS_MINUTES: [usize; 7] = [1, 2, 5, 10, 15, 30, 60];
/// Times on the axis of time at most.
const TIMES_MAX: usize = 5;

/// The least round share that is no less than `most`.
pub(super) fn top_share(most: f64) -> f64 {
    SHARES.into_iter().find(|top| *top >= most).unwrap_or(1.0)
}

/// Minutes whose beginning is a round time of day, few enough to be read.
pub(super) fn round_minutes(from: Timestamp, timezone: Tz, minutes: usize) -> Vec<usize> {
    let first = from.with_timezone(&timezone);
    let of_day = (first.hour() * 60 + first.minute()) as usize;
    let step = STEPS_MINUTES.into_iter().find(|step| minutes / step <= TIMES_MAX).unwrap_or(60);
    (0..minutes).filter(|minute| (of_day + minute).is_multiple_of(step)).collect()
}
