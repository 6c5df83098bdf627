//! Local times as people type them, and the moments they mean.
//!
//! A zone skips an hour in spring and has one twice in autumn. A time that does not exist, or exists
//! twice, is never guessed: [`LocalTime::moment`] gives the two moments that may be meant, each
//! written with its offset, so that it can be typed as it is.

use std::fmt;

use chrono::{
    DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone,
};
use chrono_tz::Tz;

use super::Timestamp;

/// When something is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// At once.
    Now,
    /// At a local time.
    At(LocalTime),
}

/// A local time: `2026-12-01T22:00`, the same with an offset (`-05:00`, `Z`), or `22:00` for the
/// next time that a clock shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    date: Option<NaiveDate>,
    time: NaiveTime,
    offset: Option<FixedOffset>,
}

/// A local time that tells of no one moment in its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoOneMoment {
    /// Clocks are set forward over it; else they are set back and show it twice.
    pub is_skipped: bool,
    /// The local time.
    pub local: NaiveDateTime,
    /// What may be meant, the earlier moment first.
    pub choices: [WithOffset; 2],
}

/// A local time with its offset from UTC: one moment. Written as `2026-11-01T01:30-04:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithOffset(DateTime<FixedOffset>);

impl LocalTime {
    /// Reads a text; date and time may have a space or a `T` between them.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (date, rest) = match text.split_once([' ', 'T']) {
            Some((date, rest)) => (Some(date.parse().ok()?), rest.trim_start()),
            None => (None, text.as_str()),
        };
        let zone = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
        let (time, offset) = rest.split_at(zone);
        let time = ["%H:%M", "%H:%M:%S"]
            .iter()
            .find_map(|form| NaiveTime::parse_from_str(time.trim_end(), form).ok())?;
        let offset = match offset {
            "" => None,
            "Z" => FixedOffset::east_opt(0),
            offset => Some(offset.parse().ok()?),
        };
        // An offset belongs to a day: without one it tells nothing.
        (date.is_some() || offset.is_none()).then_some(Self { date, time, offset })
    }

    /// The moment that is meant in `zone`, `now` being the present one.
    ///
    /// # Errors
    ///
    /// When clocks in `zone` never show that time, or show it twice.
    pub fn moment(&self, zone: Tz, now: Timestamp) -> Result<Timestamp, NoOneMoment> {
        let today = now.with_timezone(&zone).date_naive();
        let Some(date) = self.date else {
            let next = moment_of(today.and_time(self.time), zone)?;
            let tomorrow = today.succ_opt().unwrap_or(today);
            return if next > now {
                Ok(next)
            } else {
                moment_of(tomorrow.and_time(self.time), zone)
            };
        };
        let local = date.and_time(self.time);
        match self.offset.and_then(|offset| offset.from_local_datetime(&local).single()) {
            Some(moment) => Ok(moment.to_utc()),
            None => moment_of(local, zone),
        }
    }
}

impl WithOffset {
    /// The moment.
    pub fn moment(&self) -> Timestamp {
        self.0.to_utc()
    }
}

impl fmt::Display for WithOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M%:z"))
    }
}

/// The moment at which clocks in `zone` show `local`.
///
/// # Errors
///
/// When they never do, or do twice.
pub fn moment_of(local: NaiveDateTime, zone: Tz) -> Result<Timestamp, NoOneMoment> {
    let with = |offset: FixedOffset| offset.from_local_datetime(&local).single().map(WithOffset);
    let around = |days: i64| {
        let day = local.checked_add_signed(TimeDelta::days(days)).unwrap_or(local);
        zone.offset_from_utc_datetime(&day).fix()
    };
    let (is_skipped, choices) = match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) => return Ok(moment.to_utc()),
        LocalResult::Ambiguous(one, other) => {
            (false, [with(one.offset().fix()), with(other.offset().fix())])
        }
        // Before the change, or after it: what a clock that nobody set shows.
        LocalResult::None => (true, [with(around(1)), with(around(-1))]),
    };
    let utc = WithOffset(local.and_utc().fixed_offset());
    let mut choices = choices.map(|choice| choice.unwrap_or(utc));
    choices.sort_by_key(WithOffset::moment);
    Err(NoOneMoment { is_skipped, local, choices })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> LocalTime {
        LocalTime::read(text).expect("a local time in a test")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time in a test")
    }

    /// `zone`, and the choices that a local time there leaves.
    fn choices(zone: Tz, text: &str) -> (bool, [String; 2], [String; 2]) {
        let none = read(text).moment(zone, at("2026-01-01T00:00:00Z")).unwrap_err();
        let utc = none.choices.map(|choice| choice.moment().format("%H:%MZ").to_string());
        (none.is_skipped, none.choices.map(|choice| choice.to_string()), utc)
    }

    #[test]
    fn a_time_is_read_in_each_form_and_nothing_else_is() {
        let now = at("2026-11-30T12:00:00Z");
        let zone = chrono_tz::America::New_York;
        for (text, moment) in [
            ("2026-12-01T22:00", "2026-12-02T03:00:00Z"),
            ("2026-12-01 22:00", "2026-12-02T03:00:00Z"),
            ("2026-12-01t22:00z", "2026-12-01T22:00:00Z"),
            ("2026-12-01T22:00+01:00", "2026-12-01T21:00:00Z"),
            ("2026-12-01T22:00:30-0500", "2026-12-02T03:00:30Z"),
            ("22:00", "2026-12-01T03:00:00Z"),
            ("06:59", "2026-12-01T11:59:00Z"),
            ("2028-02-29T23:30", "2028-03-01T04:30:00Z"),
        ] {
            assert_eq!(read(text).moment(zone, now).expect("one moment"), at(moment), "{text}");
        }
        for text in [
            "",
            "22",
            "25:00",
            "22:00Z",
            "2026-13-01T22:00",
            "2027-02-29T22:00",
            "tomorrow",
            "2026-12-01",
            "2026-12-01T22:00+25:00",
            "12/01 22:00",
            "2026-12-01T22:00 EST",
        ] {
            assert_eq!(LocalTime::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_clocks_skip_leaves_two_choices() {
        use chrono_tz::{America::New_York, America::Santiago, Australia::Sydney, Europe::Berlin};
        for (zone, text, said, utc) in [
            (
                New_York,
                "2026-03-08T02:30",
                ["2026-03-08T02:30-04:00", "2026-03-08T02:30-05:00"],
                ["06:30Z", "07:30Z"],
            ),
            (
                Berlin,
                "2026-03-29T02:30",
                ["2026-03-29T02:30+02:00", "2026-03-29T02:30+01:00"],
                ["00:30Z", "01:30Z"],
            ),
            (
                Sydney,
                "2026-10-04T02:30",
                ["2026-10-04T02:30+11:00", "2026-10-04T02:30+10:00"],
                ["15:30Z", "16:30Z"],
            ),
            (
                Santiago,
                "2026-09-06T00:30",
                ["2026-09-06T00:30-03:00", "2026-09-06T00:30-04:00"],
                ["03:30Z", "04:30Z"],
            ),
        ] {
            let (is_skipped, choices, moments) = choices(zone, text);
            assert!(is_skipped, "{zone}");
            assert_eq!(
                (choices, moments),
                (said.map(str::to_owned), utc.map(str::to_owned)),
                "{zone}"
            );
        }
    }

    #[test]
    fn a_time_that_clocks_show_twice_leaves_two_choices() {
        use chrono_tz::{America::New_York, America::Santiago, Australia::Sydney, Europe::Berlin};
        for (zone, text, said, utc) in [
            (
                New_York,
                "2026-11-01T01:30",
                ["2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00"],
                ["05:30Z", "06:30Z"],
            ),
            (
                Berlin,
                "2026-10-25T02:30",
                ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"],
                ["00:30Z", "01:30Z"],
            ),
            (
                Sydney,
                "2026-04-05T02:30",
                ["2026-04-05T02:30+11:00", "2026-04-05T02:30+10:00"],
                ["15:30Z", "16:30Z"],
            ),
            (
                Santiago,
                "2026-04-04T23:30",
                ["2026-04-04T23:30-03:00", "2026-04-04T23:30-04:00"],
                ["02:30Z", "03:30Z"],
            ),
        ] {
            let (is_skipped, choices, moments) = choices(zone, text);
            assert!(!is_skipped, "{zone}");
            assert_eq!(
                (choices, moments),
                (said.map(str::to_owned), utc.map(str::to_owned)),
                "{zone}"
            );
        }
    }

    proptest! {
        /// Whatever the zone and the hour: either the clock shows it at the moment found, or each
        /// choice, typed as it is written, is the moment it stands for.
        #[test]
        fn a_moment_is_what_the_clock_shows_or_is_asked_for(
            zone in 0..chrono_tz::TZ_VARIANTS.len(),
            minute in 0..(4 * 366 * 24 * 60_i64),
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let local = at("2025-01-01T00:00:00Z").naive_utc() + TimeDelta::minutes(minute);
            let now = at("2025-01-01T00:00:00Z");
            match moment_of(local, zone) {
                Ok(moment) => prop_assert_eq!(moment.with_timezone(&zone).naive_local(), local),
                Err(none) => {
                    prop_assert!(none.choices[0].moment() < none.choices[1].moment());
                    for choice in none.choices {
                        let typed = LocalTime::read(&choice.to_string()).expect("what is offered can be typed");
                        prop_assert_eq!(typed.moment(zone, now).expect("one moment"), choice.moment());
                    }
                }
            }
        }
    }
}
