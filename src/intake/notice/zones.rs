//! Time zones as people and programs write them, and local times in them.
//!
//! A name that means several zones means none, unless the provider's own settles it. Must not:
//! choose where the clock shows a time twice or not at all. Start at [`Zone::named`].

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::Timestamp;

/// A zone that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// With its rules.
    Rules(Tz),
    /// So many seconds east of Greenwich, whatever the day.
    Offset(i32),
}

/// Abbreviations that mean one offset everywhere, in seconds east, with the zone whose standard time
/// they name.
const ABBREVIATIONS: [(&str, i32, Option<Tz>); 26] = [
    ("UTC", 0, None),
    ("GMT", 0, None),
    ("Z", 0, None),
    ("EST", -5 * 3600, Some(Tz::America__New_York)),
    ("EDT", -4 * 3600, None),
    ("CDT", -5 * 3600, None),
    ("MST", -7 * 3600, Some(Tz::America__Denver)),
    ("MDT", -6 * 3600, None),
    ("PST", -8 * 3600, Some(Tz::America__Los_Angeles)),
    ("PDT", -7 * 3600, None),
    ("AKST", -9 * 3600, Some(Tz::America__Anchorage)),
    ("AKDT", -8 * 3600, None),
    ("HST", -10 * 3600, None),
    ("WET", 0, Some(Tz::Europe__Lisbon)),
    ("WEST", 3600, None),
    ("CET", 3600, Some(Tz::Europe__Berlin)),
    ("CEST", 7200, None),
    ("EET", 7200, Some(Tz::Europe__Helsinki)),
    ("EEST", 3 * 3600, None),
    ("JST", 9 * 3600, None),
    ("HKT", 8 * 3600, None),
    ("SGT", 8 * 3600, None),
    ("AEST", 10 * 3600, Some(Tz::Australia__Sydney)),
    ("AEDT", 11 * 3600, None),
    ("NZST", 12 * 3600, Some(Tz::Pacific__Auckland)),
    ("NZDT", 13 * 3600, None),
];

/// Abbreviations of several zones.
const SEVERAL: [&str; 5] = ["CST", "IST", "BST", "AST", "SST"];

/// Names without a season.
const PLAIN: [(&str, Tz); 9] = [
    ("ET", Tz::America__New_York),
    ("EASTERN", Tz::America__New_York),
    ("CT", Tz::America__Chicago),
    ("MT", Tz::America__Denver),
    ("MOUNTAIN", Tz::America__Denver),
    ("PT", Tz::America__Los_Angeles),
    ("PACIFIC", Tz::America__Los_Angeles),
    ("UK", Tz::Europe__London),
    ("LONDON", Tz::Europe__London),
];

/// What Windows calls zones (Unicode CLDR, `windowsZones.xml`).
const OF_WINDOWS: [(&str, Tz); 14] = [
    ("Eastern Standard Time", Tz::America__New_York),
    ("Central Standard Time", Tz::America__Chicago),
    ("Mountain Standard Time", Tz::America__Denver),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("GMT Standard Time", Tz::Europe__London),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("FLE Standard Time", Tz::Europe__Kyiv),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("Singapore Standard Time", Tz::Asia__Singapore),
    ("AUS Eastern Standard Time", Tz::Australia__Sydney),
    ("New Zealand Standard Time", Tz::Pacific__Auckland),
];

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Offset(0);

    /// The zone of a word in a letter: an abbreviation, "ET", "+02:00", "UTC+2", or an IANA name.
    /// `home`, the provider's own zone, settles abbreviations of several zones.
    pub fn named(word: &str, home: Option<Tz>) -> Option<Self> {
        let upper = word.to_ascii_uppercase();
        if let Some((_, offset_s, _)) = ABBREVIATIONS.iter().find(|(name, ..)| *name == upper) {
            return Some(Self::Offset(*offset_s));
        }
        if SEVERAL.contains(&upper.as_str()) {
            return home.and_then(|home| at_home(&upper, home));
        }
        if let Some((_, zone)) = PLAIN.iter().find(|(name, _)| *name == upper) {
            return Some(Self::Rules(*zone));
        }
        let digits = ["UTC", "GMT"].iter().find_map(|name| upper.strip_prefix(name));
        if let Some(offset_s) = offset_s(digits.unwrap_or(&upper)) {
            return Some(Self::Offset(offset_s));
        }
        if word.contains('/') { word.parse().ok().map(Self::Rules) } else { None }
    }

    /// The zone of a calendar's `TZID`; whether the name is another program's.
    pub fn of_calendar(name: &str) -> Option<(Self, bool)> {
        let name = name.trim().trim_start_matches('/');
        if let Ok(zone) = name.parse::<Tz>() {
            return Some((Self::Rules(zone), false));
        }
        let windows = OF_WINDOWS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        if let Some((_, zone)) = windows {
            return Some((Self::Rules(*zone), true));
        }
        // "/example.com/20140424/America/New_York": a prefix before the name.
        let tail = name.match_indices('/').find_map(|(at, _)| name[at + 1..].parse::<Tz>().ok());
        tail.map(|zone| (Self::Rules(zone), true)).or_else(|| {
            let upper = name.to_ascii_uppercase();
            ["UTC", "GMT", "Z"].contains(&upper.as_str()).then_some((Self::UTC, false))
        })
    }

    /// The moment that clocks there show `local`; `None` where they do so twice or never.
    pub fn moment(self, local: NaiveDateTime) -> Option<Timestamp> {
        let found = match self {
            Self::Rules(zone) => zone.from_local_datetime(&local).map(|at| at.to_utc()),
            Self::Offset(offset_s) => {
                let zone = FixedOffset::east_opt(offset_s)?;
                zone.from_local_datetime(&local).map(|at| at.to_utc())
            }
        };
        match found {
            LocalResult::Single(moment) => Some(moment),
            LocalResult::Ambiguous(..) | LocalResult::None => None,
        }
    }

    /// What clocks there show at a moment.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Rules(zone) => at.with_timezone(&zone).naive_local(),
            Self::Offset(offset_s) => {
                at.naive_utc() + chrono::TimeDelta::seconds(i64::from(offset_s))
            }
        }
    }
}

/// Whether a word that names standard time was written for a moment at which summer time holds
/// where it is meant.
pub(super) fn is_out_of_season(word: &str, at: Timestamp) -> bool {
    let upper = word.to_ascii_uppercase();
    let standard = ABBREVIATIONS.iter().find(|(name, ..)| *name == upper);
    let Some((_, offset_s, Some(zone))) = standard else { return false };
    Zone::Rules(*zone).local(at) != Zone::Offset(*offset_s).local(at)
}

/// The offset that an abbreviation of several zones has in one of them.
fn at_home(upper: &str, home: Tz) -> Option<Zone> {
    // Each season of a year, so that a name of summer is found in winter.
    let days = [1, 4, 7, 10]
        .iter()
        .filter_map(|month| home.with_ymd_and_hms(2026, *month, 15, 12, 0, 0).single());
    let mut found = days.filter(|day| day.format("%Z").to_string() == upper);
    let day = found.next()?;
    let offset_s = (day.naive_local() - day.naive_utc()).num_seconds();
    i32::try_from(offset_s).ok().map(Zone::Offset)
}

/// "+2", "+0200", "-05:00", in seconds.
fn offset_s(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "0"),
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hours) || !is_number(minutes) || hours.len() > 2 || minutes.len() > 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_several_zones_needs_the_providers_own() {
        assert_eq!(Zone::named("CST", None), None);
        assert_eq!(Zone::named("CST", Some(Tz::America__Chicago)), Some(Zone::Offset(-6 * 3600)));
        assert_eq!(Zone::named("CST", Some(Tz::Asia__Shanghai)), Some(Zone::Offset(8 * 3600)));
        assert_eq!(Zone::named("BST", Some(Tz::Europe__London)), Some(Zone::Offset(3600)));
    }

    #[test]
    fn offsets_are_read_as_they_are_written() {
        for (word, offset_s) in [("+0200", 7200), ("UTC+2", 7200), ("gmt-05:30", -19_800)] {
            assert_eq!(Zone::named(word, None), Some(Zone::Offset(offset_s)), "{word}");
        }
        for word in ["+", "+99", "UTC+1:99", "-1e3", "noon", "/"] {
            assert_eq!(Zone::named(word, None), None, "{word}");
        }
    }
}
