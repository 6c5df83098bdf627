//! How long another side asks to be left alone, in the dialects that are met.
//!
//! - `Retry-After` (RFC 9110, 10.2.3 and 5.6.7): seconds, or one of the three forms of an HTTP date;
//! - of a 429 without it, the moment when a limit is full again: `RateLimit-Reset`,
//!   `X-RateLimit-Reset` or `X-Rate-Limit-Reset` in ISO 8601 (Mastodon), in seconds since 1970
//!   (Bluesky, X) or in seconds from now (the IETF's draft).

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use reqwest::header::{self, HeaderMap};

use crate::domain::Timestamp;

const RESETS: [&str; 3] = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];
/// Nobody waits longer, and no sum with it overflows.
const PAUSE_MAX: Duration = Duration::from_secs(366 * 86_400);
/// More seconds than this are a moment, fewer a span: some day in 2001.
const EPOCH_S_MIN: f64 = 1e9;

/// How long an answer asks to wait. A moment counts from the answer's own `Date`, so that a
/// difference between the two clocks does no harm, else from `now`. `None`: absent or unreadable.
pub(super) fn asked(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    pause(status, headers, now).map(|pause| pause.min(PAUSE_MAX))
}

/// What the other side's clock shows.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    headers.get(header::DATE).and_then(|value| value.to_str().ok()).and_then(http_date)
}

fn pause(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let now = said(header::DATE.as_str()).and_then(http_date).unwrap_or(now);
    if let Some(text) = said(header::RETRY_AFTER.as_str()) {
        return seconds(text).or_else(|| from(now, http_date(text)?));
    }
    let limit_is_met = status == 429;
    let reset = limit_is_met.then(|| RESETS.into_iter().find_map(said)).flatten()?;
    match reset.parse::<f64>() {
        Ok(moment) if moment > EPOCH_S_MIN => {
            let millis = TimeDelta::try_milliseconds((moment * 1000.0) as i64)?;
            from(now, DateTime::UNIX_EPOCH.checked_add_signed(millis)?)
        }
        Ok(_) => seconds(reset),
        Err(_) => from(now, DateTime::parse_from_rfc3339(reset).ok()?.to_utc()),
    }
}

/// Some servers send fractions; not-a-number and negative ones are no wait at all.
fn seconds(text: &str) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

fn from(now: Timestamp, until: Timestamp) -> Option<Duration> {
    Some((until - now).to_std().unwrap_or_default())
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
