//! Lists, times, spans and percentages as readers expect them.

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;

use crate::domain::Timestamp;

use super::{Facts, Words};

/// "s1", "s1 and s2", "s1, s2 and s3"; nothing for no items.
pub fn list<T: AsRef<str>>(words: &Words, language: &str, items: &[T]) -> String {
    let Some((last, before)) = items.split_last() else { return String::new() };
    let Some((first, more)) = before.split_first() else { return last.as_ref().to_owned() };
    let joined = more.iter().fold(first.as_ref().to_owned(), |joined, next| {
        let facts = Facts::new().text("first", joined).text("next", next.as_ref());
        words.say(language, "list-more", &facts)
    });
    let facts = Facts::new().text("first", joined).text("last", last.as_ref());
    words.say(language, "list-and", &facts)
}

/// The time of day with its zone: "22:00 EST", or "22:00 UTC+03" where the zone has no short name.
pub fn clock_time(moment: Timestamp, timezone: Tz) -> String {
    let local = moment.with_timezone(&timezone);
    let zone = local.format("%Z").to_string();
    let prefix = if zone.starts_with(['+', '-']) { "UTC" } else { "" };
    format!("{} {prefix}{zone}", local.format("%H:%M"))
}

/// The day in `timezone`: "24 April 2014".
pub fn date(words: &Words, language: &str, moment: Timestamp, timezone: Tz) -> String {
    words.say(language, "date", &day_facts(moment.with_timezone(&timezone)))
}

/// The day and the time of day: "24 April 2014, 22:00 EDT".
pub fn date_time(words: &Words, language: &str, moment: Timestamp, timezone: Tz) -> String {
    let date = date(words, language, moment, timezone);
    let facts = Facts::new().text("date", date).time("time", moment, timezone);
    words.say(language, "date-time", &facts)
}

/// A moment as short as it is clear to somebody who knows that it is about `now`: "22:00 EDT" on the
/// same day in `timezone`, "23 April, 22:00 EDT" in the same year, else with the year.
pub fn near_time(
    words: &Words,
    language: &str,
    moment: Timestamp,
    now: Timestamp,
    timezone: Tz,
) -> String {
    let (local, today) = (moment.with_timezone(&timezone), now.with_timezone(&timezone));
    if local.date_naive() == today.date_naive() {
        clock_time(moment, timezone)
    } else {
        day_time(words, language, moment, now, timezone)
    }
}

/// The day and the time of day, with the year only where it is not that of `now`: "23 April, 22:00
/// EDT".
pub fn day_time(
    words: &Words,
    language: &str,
    moment: Timestamp,
    now: Timestamp,
    timezone: Tz,
) -> String {
    let (local, today) = (moment.with_timezone(&timezone), now.with_timezone(&timezone));
    if local.year() != today.year() {
        return date_time(words, language, moment, timezone);
    }
    let date = words.say(language, "date-in-year", &day_facts(local));
    let facts = Facts::new().text("date", date).time("time", moment, timezone);
    words.say(language, "date-time", &facts)
}

/// A moment in a zone and in UTC: "1 December, 22:00 EST (2 December, 03:00 UTC)", with the year
/// where it is not that of `now`. The date is left out where it is that of the moment `after`, and
/// UTC's where it is the same.
pub fn time_in_both(
    words: &Words,
    language: &str,
    moment: Timestamp,
    zone: Tz,
    now: Timestamp,
    after: Option<Timestamp>,
) -> String {
    let day = |zone: Tz, at: Timestamp| at.with_timezone(&zone).date_naive();
    let said = |zone: Tz, is_bare: bool| {
        if is_bare {
            clock_time(moment, zone)
        } else {
            day_time(words, language, moment, now, zone)
        }
    };
    let local = said(zone, after.is_some_and(|after| day(zone, after) == day(zone, moment)));
    if moment.with_timezone(&zone).naive_local() == moment.naive_utc() {
        return local;
    }
    let utc = said(Tz::UTC, day(zone, moment) == day(Tz::UTC, moment));
    words.say(language, "time-in-both", &Facts::new().text("local", local).text("utc", utc))
}

/// A span of time in at most two units: "45 seconds", "15 minutes", "1 hour 30 minutes", "2 days".
///
/// Seconds are told below a minute alone; a smaller unit of zero is left out.
pub fn span(words: &Words, language: &str, seconds: u64) -> String {
    let minutes = seconds / 60;
    let (larger, smaller) = match seconds {
        0..60 => (("span-seconds", seconds), None),
        60..3600 => (("span-minutes", minutes), None),
        3600..86400 => (("span-hours", minutes / 60), Some(("span-minutes", minutes % 60))),
        86400.. => (("span-days", seconds / 86400), Some(("span-hours", seconds / 3600 % 24))),
    };
    let say =
        |(key, count): (&str, u64)| words.say(language, key, &Facts::new().number("count", count));
    match smaller.filter(|(_, count)| *count > 0) {
        None => say(larger),
        Some(smaller) => {
            let facts = Facts::new().text("larger", say(larger)).text("smaller", say(smaller));
            words.say(language, "span-two", &facts)
        }
    }
}

/// Thousandths of a dollar as dollars, without their sign: "0.20", "0.015".
pub fn dollars(millidollars: u32) -> String {
    let (whole, rest) = (millidollars / 1000, millidollars % 1000);
    if rest % 10 == 0 { format!("{whole}.{:02}", rest / 10) } else { format!("{whole}.{rest:03}") }
}

/// A share of one as a percentage: "11 %", "0.3 %"; whole from 10 %, one decimal below.
///
/// Only 0 is "0 %" and only 1 is "100 %": a very small share is "< 0.1 %" and one just short of
/// all is at most "99.9 %". What is outside 0 to 1 is brought inside; not a number is "? %".
pub fn percent(share: f64) -> String {
    if share.is_nan() {
        return "? %".to_owned();
    }
    let percent = share.clamp(0.0, 1.0) * 100.0;
    let tenths = (percent * 10.0).round() / 10.0;
    if percent == 0.0 || percent == 100.0 {
        format!("{percent} %")
    } else if tenths < 0.1 {
        "< 0.1 %".to_owned()
    } else if tenths < 10.0 {
        format!("{tenths} %")
    } else if percent < 99.5 {
        format!("{} %", percent.round())
    } else {
        format!("{} %", tenths.min(99.9))
    }
}

fn day_facts(local: DateTime<Tz>) -> Facts {
    Facts::new()
        .number("day", local.day())
        .number("month", local.month())
        .number("year", local.year())
}
