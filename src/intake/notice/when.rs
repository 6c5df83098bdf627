//! When something happens, out of a letter's own words: "April 24, 2014 from 10pm to 11:30 PM EDT".
//!
//! Reads only what can mean one thing. Two dates that contradict each other, "04/05", a time without
//! a zone, an hour that the clocks skip: each is left unread, and said so. Must not: prefer one of
//! several meanings. Start at [`window`].

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::domain::{Assumed, NoticeWindow, Timestamp, Unread};

use super::{
    Marks,
    zones::{Zone, is_out_of_season},
};

/// How much of a letter is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// The longest length that is believed, in hours.
const LENGTH_HOURS_MAX: i64 = 24 * 31;
/// Years around now that a date may be in.
const YEARS_AWAY_MAX: i32 = 3;

/// What a word of a letter can be.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    Date {
        day: NaiveDate,
        said: Said,
    },
    Time(NaiveTime),
    /// With the word it was.
    Zone(Zone, String),
    Length(TimeDelta),
}

/// How much of a date was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Whole,
    NoYear,
    Relative,
}

/// One time of day with the zone that stands behind it.
#[derive(Clone, Debug, PartialEq)]
struct Clock {
    time: NaiveTime,
    zone: Option<(Zone, String)>,
}

/// The window that a letter speaks of. `written_at` is when it was written, `home` the provider's
/// own zone.
pub(super) fn window(
    text: &str,
    written_at: Timestamp,
    home: Option<Tz>,
    marks: &mut Marks,
) -> Option<NoticeWindow> {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    let reader = Reader { written_at, home };
    let text: Vec<&str> = text.lines().filter(|line| !is_of_another_letter(line)).collect();
    let lines: Vec<Vec<Item>> = text
        .iter()
        .map(|line| {
            let mut items = reader.items(line);
            if is_of_the_effect(line) {
                items.retain(|item| !matches!(item, Item::Length(_)));
            }
            items
        })
        .collect();
    let found = reader.labelled(&text, &lines).or_else(|| reader.spoken(&lines));
    let Some((start, end)) = found else {
        marks.unread.extend([Unread::Start, Unread::End]);
        return None;
    };
    reader.settle(&start, end, &lines, marks)
}

struct Reader {
    written_at: Timestamp,
    home: Option<Tz>,
}

/// A beginning or end, as far as it was said.
#[derive(Clone, Debug, PartialEq)]
struct Point {
    day: Option<(NaiveDate, Said)>,
    clock: Clock,
}

/// The end: a time, or a length, or nothing.
#[derive(Clone, Debug, PartialEq)]
enum End {
    At(Point),
    After(TimeDelta),
    Unsaid,
}

impl Reader {
    /// "Start: …" and "End: …" on lines of their own.
    fn labelled(&self, text: &[&str], lines: &[Vec<Item>]) -> Option<(Point, End)> {
        let (mut start, mut end) = (Vec::new(), Vec::new());
        for (line, items) in text.iter().zip(lines) {
            let Some((label, _)) = line.split_once([':', '=']) else { continue };
            let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            if label.len() > 60 {
                continue;
            }
            let has = |words: &[&str]| {
                label.split(|c: char| !c.is_alphanumeric()).any(|one| words.contains(&one))
            };
            if has(&["start", "starts", "begin", "begins", "beginning", "from"]) {
                start.extend(point(items));
            } else if has(&["end", "ends", "finish", "finishes", "until", "to", "completion"]) {
                end.extend(point(items));
            }
        }
        start.dedup();
        end.dedup();
        let [start] = start.as_slice() else { return None };
        let end = match end.as_slice() {
            [end] => End::At(end.clone()),
            [] => only_length(lines).map_or(End::Unsaid, End::After),
            _ => End::Unsaid,
        };
        Some((start.clone(), end))
    }

    /// The one line that says when: with one time, or two that are a span.
    fn spoken(&self, lines: &[Vec<Item>]) -> Option<(Point, End)> {
        let mut said: Vec<(Point, End)> = Vec::new();
        for items in lines {
            let clocks = clocks(items);
            let days = days(items);
            let span = match clocks.as_slice() {
                [] => continue,
                [only] => {
                    let day = if days.len() == 1 { Some(days[0]) } else { None };
                    let length = lengths(items);
                    let length = if length.len() == 1 { Some(length[0]) } else { None };
                    let end = length.or_else(|| only_length(lines));
                    let end = end.map_or(End::Unsaid, End::After);
                    (Point { day, clock: only.clone() }, end)
                }
                [from, to] => {
                    let (first, second) = match days.as_slice() {
                        [] => (None, None),
                        [one] => (Some(*one), None),
                        [one, two] => (Some(*one), Some(*two)),
                        _ => return None,
                    };
                    if self.is_restated(from, to, first) {
                        let end = only_length(lines).map_or(End::Unsaid, End::After);
                        (Point { day: first, clock: from.clone() }, end)
                    } else {
                        let end = Point { day: second, clock: to.clone() };
                        (Point { day: first, clock: from.clone() }, End::At(end))
                    }
                }
                _ => return None,
            };
            if !said.contains(&span) {
                said.push(span);
            }
        }
        // The subject says it in short, and the letter again in full.
        let is_covered = |short: &(Point, End), long: &(Point, End)| {
            short != long
                && short.0.clock.time == long.0.clock.time
                && (short.0.day.is_none() || short.0.day == long.0.day)
                && (short.1 == End::Unsaid || short.1 == long.1)
        };
        let all = said.clone();
        said.retain(|one| !all.iter().any(|other| is_covered(one, other)));
        let [only] = said.as_slice() else { return None };
        Some(only.clone())
    }

    /// "22:00 EDT (02:00 UTC)": one moment, said in two zones.
    fn is_restated(&self, from: &Clock, to: &Clock, day: Option<(NaiveDate, Said)>) -> bool {
        let (Some((one, _)), Some((other, _))) = (&from.zone, &to.zone) else { return false };
        let day = day.map_or_else(|| self.written_at.date_naive(), |(day, _)| day);
        let Some(moment) = one.moment(day.and_time(from.time)) else { return false };
        one != other && other.local(moment).time() == to.time
    }

    fn settle(
        &self,
        start: &Point,
        end: End,
        lines: &[Vec<Item>],
        marks: &mut Marks,
    ) -> Option<NoticeWindow> {
        let end_clock = if let End::At(point) = &end { Some(&point.clock) } else { None };
        let own = start.clock.zone.clone().or_else(|| end_clock?.zone.clone());
        let Some((zone, word)) = own.or_else(|| self.zone_elsewhere(lines, marks)) else {
            marks.unread.extend([Unread::Zone, Unread::Start, Unread::End]);
            return None;
        };
        let Some((day, said)) = start.day.or_else(|| only_day(lines)) else {
            marks.unread.extend([Unread::Start, Unread::End]);
            return None;
        };
        match said {
            Said::Whole => {}
            Said::NoYear => marks.assumed.push(Assumed::Year),
            Said::Relative => marks.assumed.push(Assumed::Day),
        }
        let day = self.in_zone(day, said, zone);
        let starts_at = zone.moment(day.and_time(start.clock.time)).filter(|at| self.is_near(*at));
        let Some(starts_at) = starts_at else {
            marks.unread.extend([Unread::Start, Unread::End]);
            return None;
        };
        if is_out_of_season(&word, starts_at) {
            marks.assumed.push(Assumed::ZoneSeason);
        }
        let ends_at = self.end_of(starts_at, day, zone, end, marks);
        if ends_at.is_none() {
            marks.unread.push(Unread::End);
        }
        Some(NoticeWindow { starts_at, ends_at })
    }

    fn end_of(
        &self,
        starts_at: Timestamp,
        day: NaiveDate,
        zone: Zone,
        end: End,
        marks: &mut Marks,
    ) -> Option<Timestamp> {
        let ends_at = match end {
            End::Unsaid => return None,
            End::After(length) => {
                marks.assumed.push(Assumed::Length);
                starts_at.checked_add_signed(length)?
            }
            End::At(point) => {
                let zone = point.clock.zone.as_ref().map_or(zone, |(zone, _)| *zone);
                let end_day = match point.day {
                    Some((end_day, said)) => self.in_zone(end_day, said, zone),
                    None => day,
                };
                let ends_at = zone.moment(end_day.and_time(point.clock.time))?;
                if ends_at <= starts_at && point.day.is_none() {
                    marks.assumed.push(Assumed::NextDay);
                    zone.moment(end_day.succ_opt()?.and_time(point.clock.time))?
                } else {
                    ends_at
                }
            }
        };
        let length = ends_at - starts_at;
        let is_believed =
            length > TimeDelta::zero() && length <= TimeDelta::hours(LENGTH_HOURS_MAX);
        is_believed.then_some(ends_at)
    }

    /// The only zone that the letter names, else the provider's own.
    fn zone_elsewhere(&self, lines: &[Vec<Item>], marks: &mut Marks) -> Option<(Zone, String)> {
        let mut zones: Vec<(Zone, String)> = Vec::new();
        for item in lines.iter().flatten() {
            if let Item::Zone(zone, word) = item
                && !zones.iter().any(|(own, _)| own == zone)
            {
                zones.push((*zone, word.clone()));
            }
        }
        match zones.as_slice() {
            [only] => Some(only.clone()),
            [] => {
                let home = self.home?;
                marks.assumed.push(Assumed::ProviderZone);
                Some((Zone::Rules(home), String::new()))
            }
            _ => None,
        }
    }

    /// A relative day counts from the writer's own date in the zone that is meant.
    fn in_zone(&self, day: NaiveDate, said: Said, zone: Zone) -> NaiveDate {
        match said {
            Said::Relative => {
                let shift = day - self.written_at.date_naive();
                let there = zone.local(self.written_at).date();
                there.checked_add_signed(shift).unwrap_or(day)
            }
            Said::Whole | Said::NoYear => day,
        }
    }

    fn is_near(&self, at: Timestamp) -> bool {
        (at.year() - self.written_at.year()).abs() <= YEARS_AWAY_MAX
    }

    /// The dates, times, zones and lengths of a line, in order.
    fn items(&self, line: &str) -> Vec<Item> {
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ',' | ';'))
            .flat_map(|word| word.split(['–', '—']))
            .flat_map(split_span)
            .map(|word| word.trim_matches(|c: char| "\"'*.!?<>|:".contains(c)))
            .filter(|word| !word.is_empty())
            .take(400)
            .collect();
        let (mut items, mut at) = (Vec::new(), 0);
        while at < words.len() {
            let rest = &words[at..];
            let read = self.date(rest).or_else(|| length(rest)).or_else(|| clock(rest));
            let read = read.or_else(|| self.zone(rest, items.last()));
            match read {
                Some((item, taken)) => {
                    items.push(item);
                    at += taken;
                }
                None => at += 1,
            }
        }
        items
    }

    /// A zone is one only behind a time, or where it can be nothing else.
    fn zone(&self, words: &[&str], before: Option<&Item>) -> Option<(Item, usize)> {
        let word = words.first()?;
        let behind_time = matches!(before, Some(Item::Time(_)));
        let is_plain = word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_named = word.contains('/') || is_plain;
        if !behind_time && !is_named {
            return None;
        }
        let zone = Zone::named(word, self.home)?;
        Some((Item::Zone(zone, (*word).to_owned()), 1))
    }

    fn date(&self, words: &[&str]) -> Option<(Item, usize)> {
        let first = *words.first()?;
        if let Some(day) = numeric_date(first) {
            return Some((Item::Date { day, said: Said::Whole }, 1));
        }
        let today = self.written_at.date_naive();
        let relative = match first.to_ascii_lowercase().as_str() {
            "tonight" | "today" | "tonight's" | "today's" => Some(today),
            "tomorrow" => today.succ_opt(),
            _ => None,
        };
        if let Some(day) = relative {
            return Some((Item::Date { day, said: Said::Relative }, 1));
        }
        let second = *words.get(1)?;
        // "28 or 29 November": the first of two days, each to be seen.
        if is_between(second)
            && let (Some(day), Some(_)) =
                (day_of_month(first), words.get(2).and_then(|w| day_of_month(w)))
            && let Some(month) = words.get(3).and_then(|word| month(word))
        {
            let day = nearest(today, month, day)?;
            return Some((Item::Date { day, said: Said::NoYear }, 2));
        }
        let (day, month) = match (day_of_month(first), month(second)) {
            (Some(day), Some(month)) => (day, month),
            _ => (day_of_month(second)?, month(first)?),
        };
        let year = words.get(2).and_then(|word| year(word));
        match year {
            Some(year) => {
                let day = NaiveDate::from_ymd_opt(year, month, day)?;
                Some((Item::Date { day, said: Said::Whole }, 3))
            }
            // "November 28 or 29": which of them, nobody can tell.
            None if words.get(2).is_some_and(|word| is_between(word))
                && words.get(3).is_some_and(|word| day_of_month(word).is_some())
                && words.get(4).is_none_or(|word| self::month(word).is_none()) =>
            {
                None
            }
            None => {
                let day = nearest(today, month, day)?;
                Some((Item::Date { day, said: Said::NoYear }, 2))
            }
        }
    }
}

/// Whether a line is quoted, or a header of a letter that is passed on: its times are of the
/// letter, and not of what it is about.
fn is_of_another_letter(line: &str) -> bool {
    let line = line.trim();
    let lower = line.to_ascii_lowercase();
    let is_offset = |word: &str| {
        word.len() == 5
            && word.starts_with(['+', '-'])
            && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    line.starts_with('>')
        || lower.starts_with("sent:")
        || lower.starts_with("received:")
        || (lower.starts_with("date:") && line.split_whitespace().any(is_offset))
        || (lower.starts_with("on ") && lower.ends_with("wrote:"))
}

/// A word between two days.
fn is_between(word: &str) -> bool {
    ["or", "and", "to", "-", "/", "&"].iter().any(|between| word.eq_ignore_ascii_case(between))
}

/// Whether the lengths of a line are of what is felt of the work, and not of the work.
fn is_of_the_effect(line: &str) -> bool {
    let lower = line.to_lowercase();
    let words = ["impact", "downtime", "interrupt", "outage of", "up to", "at most", "reboot"];
    words.iter().any(|word| lower.contains(word))
}

/// The date with this month and day that is nearest to `today`.
fn nearest(today: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    let years = today.year() - 1..=today.year() + 1;
    let days = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    days.min_by_key(|day| (*day - today).num_days().abs())
}

/// "22:00-23:00" is two words.
fn split_span(word: &str) -> Vec<&str> {
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
fn numeric_date(word: &str) -> Option<NaiveDate> {
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

fn year(word: &str) -> Option<i32> {
    let year: i32 = word.parse().ok().filter(|_| word.len() == 4)?;
    (2000..2200).contains(&year).then_some(year)
}

fn day_of_month(word: &str) -> Option<u32> {
    let lower = word.to_ascii_lowercase();
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| lower.strip_suffix(end));
    let digits = digits.unwrap_or(&lower);
    let is_plain = digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|day| is_plain && (1..=31).contains(day))
}

fn month(word: &str) -> Option<u32> {
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
fn clock(words: &[&str]) -> Option<(Item, usize)> {
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
fn length(words: &[&str]) -> Option<(Item, usize)> {
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

/// The point that the items of one line are.
fn point(items: &[Item]) -> Option<Point> {
    let (clocks, days) = (clocks(items), days(items));
    let [clock] = clocks.as_slice() else { return None };
    let day = match days.as_slice() {
        [] => None,
        [only] => Some(*only),
        _ => return None,
    };
    Some(Point { day, clock: clock.clone() })
}

/// The times of a line, each with the zone behind it.
fn clocks(items: &[Item]) -> Vec<Clock> {
    let mut clocks: Vec<Clock> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        if let Item::Time(time) = item {
            let zone = match items.get(place + 1) {
                Some(Item::Zone(zone, word)) => Some((*zone, word.clone())),
                Some(Item::Date { .. } | Item::Time(_) | Item::Length(_)) | None => None,
            };
            clocks.push(Clock { time: *time, zone });
        }
    }
    clocks
}

fn days(items: &[Item]) -> Vec<(NaiveDate, Said)> {
    let mut days: Vec<(NaiveDate, Said)> = Vec::new();
    for item in items {
        if let Item::Date { day, said } = item
            && !days.iter().any(|(own, _)| own == day)
        {
            days.push((*day, *said));
        }
    }
    days
}

fn lengths(items: &[Item]) -> Vec<TimeDelta> {
    let mut lengths: Vec<TimeDelta> = Vec::new();
    for item in items {
        if let Item::Length(length) = item
            && !lengths.contains(length)
        {
            lengths.push(*length);
        }
    }
    lengths
}

/// The one day of the whole letter.
fn only_day(lines: &[Vec<Item>]) -> Option<(NaiveDate, Said)> {
    let all: Vec<Item> = lines.iter().flatten().cloned().collect();
    let days = days(&all);
    if let [only] = days.as_slice() { Some(*only) } else { None }
}

/// The one length of the whole letter.
fn only_length(lines: &[Vec<Item>]) -> Option<TimeDelta> {
    let all: Vec<Item> = lines.iter().flatten().cloned().collect();
    let lengths = lengths(&all);
    if let [only] = lengths.as_slice() { Some(*only) } else { None }
}
