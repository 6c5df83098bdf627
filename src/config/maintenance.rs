//! What is said of maintenance by itself and when, and the times in which no work should be done.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use crate::domain::{Blackout, FollowNotices, MaintenancePolicy, Timestamp, moment_of};

use super::{
    keys::{BLACKOUT, MAINTENANCE},
    reader::{Root, Section},
};

const DAY_S: u64 = 86_400;
/// Reminders before one window.
const REMINDERS_MAX: usize = 10;
/// Blackouts in one file.
const BLACKOUTS_MAX: usize = 1000;
const MOMENT_EXPECTED: &str = "a day or a local time, such as 2026-12-24 or 2026-12-24T18:00";

/// Reads `[maintenance]`.
pub(super) fn read(root: &Root<'_>) -> MaintenancePolicy {
    let mut policy = MaintenancePolicy::default();
    let Some(section) = root.section(&MAINTENANCE) else { return policy };
    let spans = [
        ("notice", 0..=60 * DAY_S, &mut policy.notice_s),
        ("ask_before", 60..=DAY_S, &mut policy.ask_before_s),
        ("tell_before", 30..=DAY_S, &mut policy.tell_before_s),
        ("overrun", 60..=DAY_S, &mut policy.overrun_s),
        ("verify_within", 60..=DAY_S, &mut policy.verify_within_s),
        ("repeat_ahead", DAY_S..=366 * DAY_S, &mut policy.repeat_ahead_s),
    ];
    for (key, range, value_s) in spans {
        if let Some(at) = section.span_s(key, range) {
            *value_s = at.value;
        }
    }
    if let Some(reminders) = section.spans_s("reminders", 60..=60 * DAY_S) {
        if reminders.len() > REMINDERS_MAX {
            let place = section.place_of("reminders").unwrap_or(section.place());
            let found = format!("{} reminders", reminders.len());
            section.problems.at(place, found, format!("at most {REMINDERS_MAX}"));
        }
        policy.reminders_s = reminders;
    }
    let ways = [("ask", FollowNotices::Ask), ("follow", FollowNotices::Follow)];
    if let Some(at) = section.word("follow_notices", &ways) {
        policy.follow_notices = at.value;
    }
    if policy.tell_before_s >= policy.ask_before_s {
        let place = section.place_of("tell_before").or(section.place_of("ask_before"));
        let found = "followers told before staff are asked";
        let expected = "`tell_before` shorter than `ask_before`";
        section.problems.at(place.unwrap_or(section.place()), found, expected);
    }
    policy
}

/// Reads every `[[blackout]]`; its times are staff's local ones, and its last day is a part of it.
pub(super) fn read_blackouts(root: &Root<'_>, zone: Tz) -> Vec<Blackout> {
    let sections = root.sections(&BLACKOUT);
    if let Some(surplus) = sections.get(BLACKOUTS_MAX) {
        let found = format!("{} blackouts", sections.len());
        surplus.problems.at(surplus.place(), found, format!("at most {BLACKOUTS_MAX}"));
    }
    sections.iter().take(BLACKOUTS_MAX).filter_map(|section| read_blackout(section, zone)).collect()
}

fn read_blackout(section: &Section<'_>, zone: Tz) -> Option<Blackout> {
    for key in ["from", "to"] {
        if section.place_of(key).is_none() {
            section.missing(key, MOMENT_EXPECTED);
        }
    }
    let from = section.local_time("from", MOMENT_EXPECTED, |text| moment(text, zone, false));
    let to = section.local_time("to", MOMENT_EXPECTED, |text| moment(text, zone, true));
    let reason = section.required("reason", "why no work should be done then");
    let (from, to) = (from?, to?);
    if to.value <= from.value {
        section.problems.at(to.place, "an end that is not after the beginning", "a later one");
        return None;
    }
    Some(Blackout { from: from.value, until: to.value, reason: reason?.value })
}

/// The moment of a day's beginning (or, with `is_end`, of its end), or of a local time. One that
/// clocks skip or show twice is taken so that the blackout is the longer.
fn moment(text: &str, zone: Tz, is_end: bool) -> Option<Timestamp> {
    let local = if let Ok(day) = text.parse::<NaiveDate>() {
        let day = if is_end { day.succ_opt()? } else { day };
        day.and_time(NaiveTime::MIN)
    } else {
        let text = text.replace(' ', "T");
        let read = |form| NaiveDateTime::parse_from_str(&text, form).ok();
        read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"))?
    };
    match moment_of(local, zone) {
        Ok(moment) => Some(moment),
        Err(none) => Some(none.choices[usize::from(is_end)].moment()),
    }
}
