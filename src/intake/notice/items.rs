//! What the words of a letter can be, one by one: a date, a time of day, a zone, a length.
//!
//! Must not: say what several of them mean together (`when` does).

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::zones::Zone;

/// The longest length that is believed, in hours.
pub(super) const LENGTH_HOURS_MAX: i64 = 24 * 31;

/// What a word of a letter can be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    Date {
        day: NaiveDate,
        said: Said,
    },
    Time(NaiveTime),
    /// With the word it was.
    Zone(Zone, String),
    Length(TimeDelta),
}

/// How much of a date was said, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    Whole,
    NoYear,
    Relative,
}

/// "22:00-23:00" is two words.
pub(super) fn split_span(word: &str) -> Vec<&str> {
    if let Some((one, other)) = word.split_once('-')
        && clock(&[one]).is_some()
        && clock(&[other]).is_some()
    {
        return vec![one, other];
    }
    // "2014-04-24T22:00Z" is a date, a time and a zone.
    if let Some((date, time)) = word.split_once(['T', 't'])
        && numeric_date(date).is_some()
    {
        let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
        return vec![date, &time[..end], &time[end..]];
    }
    // "22:00Z" and "22:00EDT" are a time and a zone.
    let end = word.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(word.len());
    let (digits, rest) = word.split_at(end);
    if digits.contains(':') && clock(&[digits]).is_some() && Zone::named(rest, None).is_some() {
        return vec![digits, rest];
    }
    vec![word]
}

/// "2014-04-24", "24.04.2014", and "24/04/2014" where no month can be meant by the other number.
pub(super) fn numeric_date(word: &str) -> Option<NaiveDate> {
    let sign = ['-', '.', '/'].into_iter().find(|sign| word.matches(*sign).count() == 2)?;
    let parts: Vec<&str> = word.split(sign).collect();
    let [one, two, three] = parts.as_slice() else { return None };
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if ![one, two, three].into_iter().all(|part| is_number(part) && part.len() <= 4) {
        return None;
    }
    let number = |part: &str| part.parse::<u32>().ok();
    if one.len() == 4 {
        return NaiveDate::from_ymd_opt(year(one)?, number(two)?, number(three)?);
    }
    let (one, two, year) = (number(one)?, number(two)?, year(three)?);
    let (day, month) = match sign {
        '.' => (one, two),
        _ if one > 12 || one == two => (one, two),
        _ if two > 12 => (two, one),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

pub(super) fn year(word: &str) -> Option<i32> {
    let year: i32 = word.parse().ok().filter(|_| word.len() == 4)?;
    (2000..2200).contains(&year).then_some(year)
}

pub(super) fn day_of_month(word: &str) -> Option<u32> {
    let lower = word.to_ascii_lowercase();
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| lower.strip_suffix(end));
    let digits = digits.unwrap_or(&lower);
    let is_plain = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|day| is_plain && (1..=31).contains(day))
}

pub(super) fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = word.to_ascii_lowercase();
    let is_month = |name: &str| {
        name == lower
            || (lower.len() == 3 && name.starts_with(&lower))
            || (name, &*lower) == ("september", "sept")
    };
    let place = MONTHS.iter().position(|name| is_month(name))?;
    u32::try_from(place + 1).ok()
}

/// "22:00", "22:00:30", "10pm", "10:30 PM", "10:30 p.m".
pub(super) fn clock(words: &[&str]) -> Option<(Item, usize)> {
    let first = words.first()?.to_ascii_lowercase();
    let end = first.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(first.len());
    let (digits, mark) = first.split_at(end);
    let half = |text: &str| match text.replace('.', "").as_str() {
        "am" => Some(0),
        "pm" => Some(12),
        _ => None,
    };
    let (afternoon, taken) = match (half(mark), words.get(1)) {
        (Some(afternoon), _) => (Some(afternoon), 1),
        (None, Some(next)) if mark.is_empty() && half(&next.to_ascii_lowercase()).is_some() => {
            (half(&next.to_ascii_lowercase()), 2)
        }
        (None, _) if mark.is_empty() => (None, 1),
        (None, _) => return None,
    };
    let parts: Vec<&str> = digits.split(':').collect();
    if parts.len() > 3 || parts.iter().skip(1).any(|part| part.len() != 2) || parts[0].len() > 2 {
        return None;
    }
    if afternoon.is_none() && parts.len() < 2 {
        return None;
    }
    let number = |place: usize| parts.get(place).map_or(Some(0), |part| part.parse::<u32>().ok());
    let (hour, minute, second) = (number(0)?, number(1)?, number(2)?);
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + afternoon,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second).map(|time| (Item::Time(time), taken))
}

/// "2 hours", "90 minutes", "4h", "2 hour".
pub(super) fn length(words: &[&str]) -> Option<(Item, usize)> {
    let first = words.first()?.to_ascii_lowercase();
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = first.get(..digits)?.parse().ok().filter(|_| digits <= 4)?;
    let joined = first[digits..].trim_start_matches('-').to_owned();
    let (unit, taken) = match words.get(1) {
        Some(next) if joined.is_empty() => (next.to_ascii_lowercase(), 2),
        _ => (joined, 1),
    };
    let minutes = match unit.as_str() {
        "minute" | "minutes" | "min" | "mins" => number,
        "hour" | "hours" | "hr" | "hrs" | "h" => number.checked_mul(60)?,
        _ => return None,
    };
    let length = TimeDelta::try_minutes(minutes)?;
    let is_believed = minutes > 0 && minutes <= LENGTH_HOURS_MAX * 60;
    is_believed.then_some((Item::Length(length), taken))
}
