//! The busy times of a calendar: when something is due, or everybody is away.
//!
//! Every entry counts, whether its owner shows as free or not: a calendar that is named in the
//! configuration is one of busy times. What comes again is told time by time, within the bounds of
//! what can be planned at all. What an entry does not say is taken so that the time is the longer,
//! and marked. Must not: refuse a calendar for an entry that is wrong. Start at [`read`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::{
    domain::{Assumed, Blackout, BusyCalendar, Rule, Timestamp, moment_of},
    render::neutralise,
};

use super::{
    NOTICE_BYTES_MAX, Unreadable,
    calendar::{LENGTH_DAYS_MAX, Time, duration, entries, time},
    lines::{self, Line},
    zones::Zone,
};

/// The most times that are kept of one calendar.
pub const BUSY_MAX: usize = 500;
/// The most entries that come again of one calendar. How far ahead times are kept bounds those of
/// each, as it has one a day at most.
const RULES_MAX: usize = 100;
/// Times that begin further ahead than what can be planned are not kept, in months.
const AHEAD_MONTHS: u32 = 26;
/// The longest reason, in characters.
const REASON_LENGTH_MAX: usize = 100;

/// What must be known to read a calendar.
#[derive(Clone, Copy, Debug)]
pub struct BusyReading<'a> {
    /// Its name in the configuration.
    pub name: &'a str,
    /// When it came.
    pub received: Timestamp,
    /// Where its times are when it does not say, and its days.
    pub zone: Tz,
}

/// Reads every entry of a calendar. The times kept are those that end after the month began in which
/// it came, so that the same calendar reads the same for that month.
///
/// # Errors
///
/// It is too long, or no calendar.
pub fn read(bytes: &[u8], reading: &BusyReading<'_>) -> Result<BusyCalendar, Unreadable> {
    if bytes.len() > NOTICE_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_calendar =
        text.get(..15).is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCALENDAR"));
    if !is_calendar {
        return Err(Unreadable::Other { expected: "a calendar" });
    }
    let (lines, is_folded_wrongly) = lines::unfolded(text);
    let entries = entries(&lines);
    let begun = text.lines().filter(|line| line.trim().eq_ignore_ascii_case("BEGIN:VEVENT"));
    let lost = begun.count().saturating_sub(entries.len());
    let mut reader = Reader::new(reading, &entries);
    if is_folded_wrongly {
        reader.assumed.insert(Assumed::Folding);
    }
    for entry in &entries {
        reader.take(&Entry(entry));
    }
    Ok(reader.calendar(lost))
}

/// The properties of one entry.
struct Entry<'a>(&'a [&'a Line]);

impl Entry<'_> {
    fn line(&self, name: &str) -> Option<&Line> {
        self.0.iter().find(|line| line.name == name).copied()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.line(name).map(Line::text).filter(|text| !text.is_empty())
    }
}

/// When something begins or ends: a local time in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    local: NaiveDateTime,
    zone: Tz,
    is_day: bool,
}

/// A time of an entry that comes again, as it is named to except it.
#[derive(Clone, Copy, Debug)]
enum Excepted {
    /// By the clocks of the entry.
    Local(NaiveDateTime),
    /// By any clocks.
    Moment(Point),
}

impl Excepted {
    /// Its day by the clocks of an entry that begins with `start`: no entry has two times in a day.
    fn day_of(self, start: Point) -> NaiveDate {
        match self {
            Self::Local(local) => local.date(),
            // Midnight of a whole day is that day, whatever zone was written behind it.
            Self::Moment(point) if start.is_day && point.local.time() == NaiveTime::MIN => {
                point.local.date()
            }
            Self::Moment(point) if point.zone == start.zone => point.local.date(),
            Self::Moment(point) => {
                moment(point.local, point.zone, 0).with_timezone(&start.zone).date_naive()
            }
        }
    }
}

struct Reader<'a> {
    reading: &'a BusyReading<'a>,
    from: Timestamp,
    until: Timestamp,
    /// Times of entries that come again which another entry tells anew, by their id.
    told_anew: BTreeMap<String, Vec<Excepted>>,
    times: Vec<Blackout>,
    assumed: BTreeSet<Assumed>,
    unread: u32,
    rules: usize,
}

impl<'a> Reader<'a> {
    fn new(reading: &'a BusyReading<'a>, entries: &[Vec<&Line>]) -> Self {
        let day = reading.received.date_naive();
        let month = day.with_day(1).unwrap_or(day);
        let ahead = month.checked_add_months(Months::new(AHEAD_MONTHS)).unwrap_or(month);
        let mut reader = Self {
            reading,
            from: month.and_time(NaiveTime::MIN).and_utc(),
            until: ahead.and_time(NaiveTime::MIN).and_utc(),
            told_anew: BTreeMap::new(),
            times: Vec::new(),
            assumed: BTreeSet::new(),
            unread: 0,
            rules: 0,
        };
        for entry in entries.iter().map(|entry| Entry(entry)) {
            let instead = entry.line("RECURRENCE-ID").and_then(|line| reader.excepted(line));
            if let (Some(instead), Some(uid)) = (instead, entry.text("UID")) {
                reader.told_anew.entry(uid).or_default().push(instead);
            }
        }
        reader
    }

    fn take(&mut self, entry: &Entry<'_>) {
        let is_cancelled =
            entry.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED"));
        if is_cancelled {
            return;
        }
        let start = entry.line("DTSTART").and_then(|line| self.point(line));
        let end = start.and_then(|start| self.end(entry, start));
        let (Some(start), Some(end)) = (start, end) else {
            self.unread += 1;
            return;
        };
        self.mark(entry);
        let reason = self.reason(entry);
        let length = end - start.local;
        let Some(rule) = entry.line("RRULE") else {
            self.unread += u32::from(entry.line("RDATE").is_some());
            return self.keep(start, length, &reason);
        };
        let is_many = self.rules >= RULES_MAX;
        match Rule::read(&rule.value).ok().filter(|_| !is_many && entry.line("RDATE").is_none()) {
            Some(rule) => self.keep_all(entry, &rule, start, length, &reason),
            None => {
                // Its first time is certain.
                self.unread += 1;
                self.keep(start, length, &reason);
            }
        }
    }

    /// Each time of an entry that comes again, but those that are left out or told anew. Its own
    /// beginning is one of them, whether the rule falls on it or not.
    fn keep_all(
        &mut self,
        entry: &Entry<'_>,
        rule: &Rule,
        start: Point,
        length: TimeDelta,
        reason: &str,
    ) {
        self.rules += 1;
        let (first, zone) = (start.local, start.zone);
        let rule = rule.clone().settled(first, zone);
        let except = self.except(entry, start);
        if !except.contains(&first.date()) {
            self.keep(start, length, reason);
        }
        let earliest = (self.from - length).with_timezone(&zone).naive_local();
        let before = earliest.checked_sub_days(Days::new(2)).filter(|before| *before >= first);
        let times = std::iter::successors(rule.next(first, before, zone), |local| {
            rule.next(first, Some(*local), zone)
        });
        let until = self.until.with_timezone(&zone).naive_local();
        for local in times.take_while(|local| *local < until) {
            if !except.contains(&local.date()) {
                self.keep(Point { local, ..start }, length, reason);
            }
        }
    }

    /// The days that an entry leaves out or that another one tells anew, where it begins.
    fn except(&self, entry: &Entry<'_>, start: Point) -> BTreeSet<NaiveDate> {
        let lines = entry.0.iter().filter(|line| line.name == "EXDATE");
        let left_out = lines.flat_map(|line| {
            let one =
                |value: &str| self.excepted(&Line { value: value.to_owned(), ..Line::clone(line) });
            line.value.split(',').filter_map(one).collect::<Vec<_>>()
        });
        let uid = entry.text("UID").unwrap_or_default();
        let told_anew = self.told_anew.get(&uid).into_iter().flatten().copied();
        left_out.chain(told_anew).map(|one| one.day_of(start)).collect()
    }

    /// Which time of an entry a line names. One without a zone means that of the entry.
    fn excepted(&self, line: &Line) -> Option<Excepted> {
        match time(&line.value)? {
            Time::At(local) if line.parameter("TZID").is_none() => Some(Excepted::Local(local)),
            Time::At(_) | Time::Utc(_) => self.point(line).map(Excepted::Moment),
            Time::Day(day) => Some(Excepted::Local(day.and_time(NaiveTime::MIN))),
        }
    }

    fn keep(&mut self, start: Point, length: TimeDelta, reason: &str) {
        let end = start.local.checked_add_signed(length).unwrap_or(start.local);
        let from = moment(start.local, start.zone, 0);
        // What has no length is over a moment later.
        let until = moment(end, start.zone, 1).max(from + TimeDelta::seconds(1));
        if until > self.from && from < self.until {
            self.times.push(Blackout { from, until, reason: reason.to_owned() });
        }
    }

    fn calendar(mut self, lost: usize) -> BusyCalendar {
        self.times.sort_by(|one, other| {
            (one.from, one.until, &one.reason).cmp(&(other.from, other.until, &other.reason))
        });
        self.times.dedup();
        let left_out = lost + self.times.len().saturating_sub(BUSY_MAX);
        self.times.truncate(BUSY_MAX);
        BusyCalendar {
            name: self.reading.name.to_owned(),
            times: self.times,
            unread: self.unread,
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
            assumed: self.assumed.into_iter().collect(),
        }
    }

    fn reason(&self, entry: &Entry<'_>) -> String {
        let summary = entry.text("SUMMARY").unwrap_or_default();
        let reason = neutralise(&summary, REASON_LENGTH_MAX);
        if reason.trim().is_empty() { self.reading.name.to_owned() } else { reason }
    }

    /// What a date or time says; `None` where it cannot be read, or is in a zone that is not known.
    fn point(&self, line: &Line) -> Option<Point> {
        let own = self.reading.zone;
        match time(&line.value)? {
            Time::Utc(local) => {
                // What comes again does so by the clocks of its zone; UTC has its own.
                Some(Point { local, zone: Tz::UTC, is_day: false })
            }
            Time::Day(day) => {
                Some(Point { local: day.and_time(NaiveTime::MIN), zone: own, is_day: true })
            }
            Time::At(local) => Some(Point { local, zone: self.zone_of(line)?, is_day: false }),
        }
    }

    fn zone_of(&self, line: &Line) -> Option<Tz> {
        let Some(name) = line.parameter("TZID").filter(|name| !name.trim().is_empty()) else {
            return Some(self.reading.zone);
        };
        match Zone::of_calendar(name)?.0 {
            Zone::Rules(zone) => Some(zone),
            Zone::Offset(offset_s) => (offset_s == 0).then_some(Tz::UTC),
        }
    }

    /// What an entry does not say itself.
    fn mark(&mut self, entry: &Entry<'_>) {
        for line in ["DTSTART", "DTEND"].iter().filter_map(|name| entry.line(name)) {
            match (time(&line.value), line.parameter("TZID")) {
                (Some(Time::At(_)), None) => _ = self.assumed.insert(Assumed::OwnZone),
                (Some(Time::At(_)), Some(name)) => {
                    if Zone::of_calendar(name).is_some_and(|(_, is_other)| is_other) {
                        self.assumed.insert(Assumed::ZoneName);
                    }
                }
                (Some(Time::Day(_) | Time::Utc(_)) | None, _) => {}
            }
        }
    }

    /// The end by the clocks of the beginning's zone.
    fn end(&self, entry: &Entry<'_>, start: Point) -> Option<NaiveDateTime> {
        let end = if let Some(line) = entry.line("DTEND") {
            let end = self.point(line)?;
            if end.zone == start.zone {
                end.local
            } else {
                moment(end.local, end.zone, 1).with_timezone(&start.zone).naive_local()
            }
        } else if let Some(length) = entry.text("DURATION") {
            start.local.checked_add_signed(duration(&length)?)?
        } else if start.is_day {
            start.local.checked_add_days(Days::new(1))?
        } else {
            start.local
        };
        let end = if start.is_day && end <= start.local {
            // A day that ends as it begins is that day.
            start.local.checked_add_days(Days::new(1))?
        } else {
            end
        };
        let length = end - start.local;
        let fits = length >= TimeDelta::zero() && length <= TimeDelta::days(LENGTH_DAYS_MAX);
        let is_near = (1970..=9000).contains(&start.local.year());
        (fits && is_near).then_some(end)
    }
}

/// The moment of a local time; of two that may be meant the first (0) or the second (1).
fn moment(local: NaiveDateTime, zone: Tz, choice: usize) -> DateTime<chrono::Utc> {
    match moment_of(local, zone) {
        Ok(moment) => moment,
        Err(none) => none.choices[choice].moment(),
    }
}
