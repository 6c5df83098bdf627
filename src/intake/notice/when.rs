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
    items::{
        Item, LENGTH_HOURS_MAX, Said, clock, day_of_month, length, month, numeric_date, split_span,
        year,
    },
    zones::{Zone, is_out_of_season},
};

/// How much of a letter is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Years around now that a date may be in.
const YEARS_AWAY_MAX: i32 = 3;

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
                && is_said_by(short.0.day, long.0.day)
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

/// Whether one day is another that was said at least as fully: "tonight" and its date.
fn is_said_by(short: Option<(NaiveDate, Said)>, long: Option<(NaiveDate, Said)>) -> bool {
    match (short, long) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some((short, hint)), Some((long, said))) => short == long && said <= hint,
    }
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
