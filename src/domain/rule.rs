//! Recurrence rules (RFC 5545, 3.3.10), as far as maintenance and busy dates need them: days that
//! come again.
//!
//! A rule is asked day by day whether it falls on that day, so that looking for the next one takes
//! no longer than the days that are looked at, whatever the rule says; a rule that never falls on
//! any day costs [`LOOK_DAYS_MAX`] looks. Parts that this cannot tell of are refused and not
//! guessed: times of day (`HOURLY`, `BYHOUR`, …), weeks and days of the year. Must not: know a
//! zone's rules. What a day's time means there is for `local_time`. Start at [`Rule::read`] and
//! [`Rule::next`].

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The longest rule that people and calendars may write, in bytes.
const TEXT_BYTES_MAX: usize = 200;
/// The longest that is read back from a journal: a last time is longer than the number that it
/// stands for.
const KEPT_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;
/// The most values of one part.
const VALUES_MAX: usize = 62;
const INTERVAL_MAX: u16 = 1000;
/// The most times that a rule can be told to fall.
const COUNT_MAX: u16 = 500;
/// So many days are looked at for the next time: ten years, so that every leap day is found.
pub const LOOK_DAYS_MAX: u64 = 3660;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

/// On which days something comes again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rule {
    frequency: Frequency,
    interval: u16,
    end: End,
    months: Vec<u32>,
    month_days: Vec<i32>,
    weekdays: Vec<NthWeekday>,
    positions: Vec<i32>,
    week_start: Weekday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// When a rule ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Never,
    /// After so many times.
    Count(u16),
    /// With this local time, or the last before it.
    Local(NaiveDateTime),
    /// The same as a moment.
    Moment(NaiveDateTime),
}

/// A weekday: every one (`nth` is 0), or the nth of its month or year, from the end when negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NthWeekday {
    nth: i32,
    weekday: Weekday,
}

/// Why a rule cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// No rule is written so.
    #[error("not a recurrence rule")]
    Unreadable,
    /// It falls several times a day.
    #[error("more often than daily")]
    TooOften,
    /// It has a part that is not read.
    #[error("a part that is not read")]
    Part,
    /// A number in it is too large.
    #[error("a number out of bounds")]
    Bounds,
}

impl Rule {
    /// Reads `FREQ=WEEKLY;BYDAY=TU`, with or without `RRULE:` before it.
    ///
    /// # Errors
    ///
    /// It is no rule, or has a part that is not read.
    pub fn read(text: &str) -> Result<Self, RuleProblem> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(RuleProblem::Bounds);
        }
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<Self, RuleProblem> {
        let upper: String = text.to_ascii_uppercase().split_whitespace().collect();
        let upper = upper.strip_prefix("RRULE:").unwrap_or(&upper).trim_end_matches(';');
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for part in upper.split(';') {
            let (name, value) = part.split_once('=').ok_or(RuleProblem::Unreadable)?;
            if parts.iter().any(|(known, _)| *known == name) {
                return Err(RuleProblem::Unreadable);
            }
            parts.push((name, value));
        }
        let (_, frequency) =
            parts.iter().find(|(name, _)| *name == "FREQ").ok_or(RuleProblem::Unreadable)?;
        let mut rule = Self::every(frequency_of(frequency)?);
        for (name, value) in parts.iter().filter(|(name, _)| *name != "FREQ") {
            rule.take(name, value)?;
        }
        rule.checked()
    }

    fn every(frequency: Frequency) -> Self {
        let (interval, end, week_start) = (1, End::Never, Weekday::Mon);
        let (months, month_days) = (Vec::new(), Vec::new());
        let (weekdays, positions) = (Vec::new(), Vec::new());
        Self { frequency, interval, end, months, month_days, weekdays, positions, week_start }
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), RuleProblem> {
        match name {
            "INTERVAL" => self.interval = number_to(value, INTERVAL_MAX)?,
            "COUNT" if self.end == End::Never => {
                self.end = End::Count(number_to(value, COUNT_MAX)?);
            }
            "UNTIL" if self.end == End::Never => self.end = end_of(value)?,
            "COUNT" | "UNTIL" => return Err(RuleProblem::Unreadable),
            "BYMONTH" => {
                let months = numbers(value, 12)?;
                self.months = months
                    .into_iter()
                    .map(|month| u32::try_from(month).map_err(|_| RuleProblem::Unreadable))
                    .collect::<Result<_, _>>()?;
            }
            "BYMONTHDAY" => self.month_days = numbers(value, 31)?,
            "BYSETPOS" => self.positions = numbers(value, 31)?,
            "BYDAY" => {
                let days: Vec<&str> = value.split(',').collect();
                if days.len() > VALUES_MAX {
                    return Err(RuleProblem::Bounds);
                }
                self.weekdays = days.into_iter().map(nth_weekday).collect::<Result<_, _>>()?;
            }
            "WKST" => self.week_start = weekday(value).ok_or(RuleProblem::Unreadable)?,
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => return Err(RuleProblem::TooOften),
            _ => return Err(RuleProblem::Part),
        }
        Ok(())
    }

    /// Refuses parts that do not go together.
    fn checked(self) -> Result<Self, RuleProblem> {
        let is_any = |all: &[Frequency]| all.contains(&self.frequency);
        let monthly = [Frequency::Monthly, Frequency::Yearly];
        let has_nth = self.weekdays.iter().any(|one| one.nth != 0);
        let is_sound = (!has_nth || is_any(&monthly))
            && (self.month_days.is_empty() || self.frequency != Frequency::Weekly);
        // Within a week the standard and its readers do not agree what comes first.
        let is_read = self.positions.is_empty() || self.frequency == Frequency::Monthly;
        match (is_sound, is_read) {
            (true, true) => Ok(self),
            (false, _) => Err(RuleProblem::Unreadable),
            (true, false) => Err(RuleProblem::Part),
        }
    }

    /// The first time after `after` that the rule falls, having begun with `first` in `zone`;
    /// `None` when it is over, or does not fall within ten years.
    ///
    /// A rule with a count must have been [settled](Self::settled).
    pub fn next(
        &self,
        first: NaiveDateTime,
        after: Option<NaiveDateTime>,
        zone: Tz,
    ) -> Option<NaiveDateTime> {
        let last = self.last(zone);
        let from = after.map_or(first.date(), |after| after.date().max(first.date()));
        let days = (0..=LOOK_DAYS_MAX).map_while(|days| from.checked_add_days(Days::new(days)));
        let times = days.map(|day| day.and_time(first.time()));
        times
            .take_while(|local| last.is_none_or(|last| *local <= last))
            .filter(|local| *local >= first && after.is_none_or(|after| *local > after))
            .find(|local| self.falls_on(local.date(), first.date()))
    }

    /// The same rule with its last day in place of how often it falls: to that day's end, so that
    /// it stays the last at whichever time of day.
    pub fn settled(self, first: NaiveDateTime, zone: Tz) -> Self {
        let End::Count(count) = self.end else { return self };
        let endless = Self { end: End::Never, ..self };
        let mut last = None;
        for _ in 0..count {
            match endless.next(first, last, zone) {
                Some(next) => last = Some(next),
                None => break,
            }
        }
        let last = last.unwrap_or(first);
        let end = last.date().and_hms_opt(23, 59, 59).unwrap_or(last);
        Self { end: End::Local(end), ..endless }
    }

    /// Whether the rule falls on `day`, having begun with `first`.
    pub fn falls_on(&self, day: NaiveDate, first: NaiveDate) -> bool {
        self.is_in_turn(day, first) && self.is_one(day, first) && self.is_at_position(day, first)
    }

    /// When the last time may be, in local time.
    fn last(&self, zone: Tz) -> Option<NaiveDateTime> {
        match self.end {
            End::Never | End::Count(_) => None,
            End::Local(last) => Some(last),
            End::Moment(last) => {
                let last: DateTime<chrono::Utc> = last.and_utc();
                Some(last.with_timezone(&zone).naive_local())
            }
        }
    }

    /// Whether a day's week, month or year is one that the interval does not pass over.
    fn is_in_turn(&self, day: NaiveDate, first: NaiveDate) -> bool {
        let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
        let week = |day: NaiveDate| {
            let into = day.weekday().days_since(self.week_start);
            (i64::from(day.num_days_from_ce()) - i64::from(into)) / 7
        };
        let passed = match self.frequency {
            Frequency::Daily => (day - first).num_days(),
            Frequency::Weekly => week(day) - week(first),
            Frequency::Monthly => months(day) - months(first),
            Frequency::Yearly => i64::from(day.year()) - i64::from(first.year()),
        };
        passed.rem_euclid(i64::from(self.interval)) == 0
    }

    /// Whether a day is one of those that are named, or like the first where none is.
    fn is_one(&self, day: NaiveDate, first: NaiveDate) -> bool {
        if !self.months.is_empty() && !self.months.contains(&day.month()) {
            return false;
        }
        if self.month_days.is_empty() && self.weekdays.is_empty() {
            return match self.frequency {
                Frequency::Daily => true,
                Frequency::Weekly => day.weekday() == first.weekday(),
                Frequency::Monthly => day.day() == first.day(),
                Frequency::Yearly => {
                    let is_month = !self.months.is_empty() || day.month() == first.month();
                    is_month && day.day() == first.day()
                }
            };
        }
        let is_day = self.month_days.is_empty() || self.month_days.iter().any(|n| is_nth(day, *n));
        let is_weekday =
            self.weekdays.is_empty() || self.weekdays.iter().any(|one| self.is_nth_of(day, *one));
        is_day && is_weekday
    }

    fn is_nth_of(&self, day: NaiveDate, one: NthWeekday) -> bool {
        if day.weekday() != one.weekday || one.nth == 0 {
            return day.weekday() == one.weekday;
        }
        let is_of_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (from_start, from_end) = if is_of_year {
            (day.ordinal0(), days_of_year(day.year()) - day.ordinal())
        } else {
            (day.day0(), days_of_month(day) - day.day())
        };
        let from = if one.nth > 0 { from_start } else { from_end };
        from / 7 + 1 == one.nth.unsigned_abs()
    }

    fn is_at_position(&self, day: NaiveDate, first: NaiveDate) -> bool {
        if self.positions.is_empty() {
            return true;
        }
        let of_month = (1..=days_of_month(day)).filter_map(|number| day.with_day(number));
        let all: Vec<NaiveDate> = of_month.filter(|one| self.is_one(*one, first)).collect();
        let Some(place) = all.iter().position(|one| *one == day) else { return false };
        let place_from = |position: i32| {
            let steps = usize::try_from(position.unsigned_abs()).ok()?.checked_sub(1)?;
            if position > 0 { Some(steps) } else { all.len().checked_sub(1 + steps) }
        };
        self.positions.iter().any(|position| place_from(*position) == Some(place))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frequency = match self.frequency {
            Frequency::Daily => "DAILY",
            Frequency::Weekly => "WEEKLY",
            Frequency::Monthly => "MONTHLY",
            Frequency::Yearly => "YEARLY",
        };
        write!(f, "FREQ={frequency}")?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let weekdays = self.weekdays.iter().map(|one| match one.nth {
            0 => name_of(one.weekday).to_owned(),
            nth => format!("{nth}{}", name_of(one.weekday)),
        });
        let lists = [
            ("BYMONTH", self.months.iter().map(u32::to_string).collect::<Vec<_>>()),
            ("BYMONTHDAY", self.month_days.iter().map(i32::to_string).collect()),
            ("BYDAY", weekdays.collect()),
            ("BYSETPOS", self.positions.iter().map(i32::to_string).collect()),
        ];
        for (name, values) in lists.iter().filter(|(_, values)| !values.is_empty()) {
            write!(f, ";{name}={}", values.join(","))?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Local(last) => write!(f, ";UNTIL={}", last.format("%Y%m%dT%H%M%S"))?,
            End::Moment(last) => write!(f, ";UNTIL={}", last.format("%Y%m%dT%H%M%SZ"))?,
        }
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", name_of(self.week_start))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({self})")
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleProblem;

    fn try_from(text: String) -> Result<Self, RuleProblem> {
        if text.len() > KEPT_BYTES_MAX {
            return Err(RuleProblem::Bounds);
        }
        Self::parse(&text)
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

fn frequency_of(word: &str) -> Result<Frequency, RuleProblem> {
    match word {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(RuleProblem::TooOften),
        _ => Err(RuleProblem::Unreadable),
    }
}

/// `20261231`, `20261231T220000` or `20261231T220000Z`; a day counts to its end.
fn end_of(value: &str) -> Result<End, RuleProblem> {
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    let found = match (value.len(), value.strip_suffix('Z')) {
        (8, None) => day(value).and_then(|day| day.and_hms_opt(23, 59, 59)).map(End::Local),
        (16, Some(text)) => local(text).map(End::Moment),
        (15, None) => local(value).map(End::Local),
        _ => None,
    };
    found.ok_or(RuleProblem::Unreadable)
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once('T')?;
    let day = NaiveDate::parse_from_str(day, "%Y%m%d").ok()?;
    Some(day.and_time(NaiveTime::parse_from_str(time, "%H%M%S").ok()?))
}

fn number_to(value: &str, max: u16) -> Result<u16, RuleProblem> {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RuleProblem::Unreadable);
    }
    let number = value.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or(RuleProblem::Bounds)
}

/// Whole numbers from 1 to `max`, or as far from the end.
fn numbers(value: &str, max: i32) -> Result<Vec<i32>, RuleProblem> {
    let all: Vec<&str> = value.split(',').collect();
    if all.len() > VALUES_MAX {
        return Err(RuleProblem::Bounds);
    }
    let number = |text: &&str| {
        let number: i32 = text.parse().map_err(|_| RuleProblem::Unreadable)?;
        let fits = (1..=max).contains(&number.abs());
        if fits { Ok(number) } else { Err(RuleProblem::Bounds) }
    };
    all.iter().map(number).collect()
}

/// `TU`, `1TU`, `-1FR`.
fn nth_weekday(text: &str) -> Result<NthWeekday, RuleProblem> {
    let split = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at));
    let (nth, name) = split.ok_or(RuleProblem::Unreadable)?;
    let weekday = weekday(name).ok_or(RuleProblem::Unreadable)?;
    let nth = match nth {
        "" => 0,
        nth => numbers(nth, 53)?.first().copied().unwrap_or_default(),
    };
    Ok(NthWeekday { nth, weekday })
}

fn weekday(name: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(own, _)| *own == name).map(|(_, weekday)| *weekday)
}

fn name_of(weekday: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, own)| *own == weekday).map_or("MO", |(name, _)| name)
}

/// Whether a day is the nth of its month, from the end when negative.
fn is_nth(day: NaiveDate, nth: i32) -> bool {
    let wanted = nth.unsigned_abs();
    if nth > 0 { day.day() == wanted } else { days_of_month(day) + 1 - day.day() == wanted }
}

fn days_of_month(day: NaiveDate) -> u32 {
    (28..=31).rev().find(|number| day.with_day(*number).is_some()).unwrap_or(28)
}

fn days_of_year(year: i32) -> u32 {
    NaiveDate::from_ymd_opt(year, 12, 31).map_or(365, |last| last.ordinal())
}
