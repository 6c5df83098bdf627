//! `Retry-After` in its dialects (RFC 9110, 10.2.3 and 5.6.7): seconds, or one of the three forms of
//! an HTTP date.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};

use crate::domain::Timestamp;

/// How long `Retry-After` asks to wait. A date counts from the answer's own `Date`, so that a
/// difference between the two clocks does no harm, else from `now`. `None`: absent or unreadable.
pub(super) fn pause(
    retry_after: Option<&str>,
    date: Option<&str>,
    now: Timestamp,
) -> Option<Duration> {
    let text = retry_after?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        // Some servers send fractions; not-a-number and negative ones are no wait at all.
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    let until = http_date(text)?;
    let from = date.and_then(http_date).unwrap_or(now);
    Some((until - from).to_std().unwrap_or_default())
}

/// IMF-fixdate, RFC 850 or asctime.
fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.to_utc());
    }
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|date| date.and_utc())
}
