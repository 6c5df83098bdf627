//! Calendars of busy times: `[[blackout_calendar]]`.
//!
//! Whoever knows a private calendar's address can read it, so an address is a secret like any other.
//! Must not: fetch or read a calendar.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};

use super::{
    SecretsWanted,
    keys::BLACKOUT_CALENDAR,
    reader::{Root, Section},
    secret::{Source, keys},
    value::web_url,
};

/// Calendars in one file.
const CALENDARS_MAX: usize = 20;
const EVERY_DEFAULT_S: u64 = 3600;
const EXPECTED: &str = "`file = \"busy.ics\"`, or its address by `url_env` or `url_file`";

/// A calendar whose times are blackouts.
#[derive(Clone, Debug)]
pub struct BlackoutCalendar {
    /// Staff's word for it.
    pub name: String,
    /// Where it is.
    pub place: CalendarPlace,
    /// How often it is read, in seconds.
    pub every_s: u64,
    /// Where its times are when it does not say.
    pub zone: Tz,
}

/// Where a calendar is.
#[derive(Clone, Debug)]
pub enum CalendarPlace {
    /// A file.
    File(PathBuf),
    /// An address, which is a secret.
    Url(SecretString),
}

impl PartialEq for BlackoutCalendar {
    fn eq(&self, other: &Self) -> bool {
        let is_same_place = match (&self.place, &other.place) {
            (CalendarPlace::File(one), CalendarPlace::File(other)) => one == other,
            (CalendarPlace::Url(one), CalendarPlace::Url(other)) => {
                one.expose_secret() == other.expose_secret()
            }
            (CalendarPlace::File(_), CalendarPlace::Url(_))
            | (CalendarPlace::Url(_), CalendarPlace::File(_)) => false,
        };
        is_same_place
            && (&self.name, self.every_s, self.zone) == (&other.name, other.every_s, other.zone)
    }
}

/// What stands in the file: every calendar's name, and the calendars whose place is known.
#[derive(Default)]
pub(super) struct Calendars {
    pub(super) names: Vec<String>,
    pub(super) calendars: Vec<BlackoutCalendar>,
}

/// Reads every `[[blackout_calendar]]`.
pub(super) fn read(root: &Root<'_>, base: &Path, zone: Tz, wanted: SecretsWanted) -> Calendars {
    let mut found = Calendars::default();
    let sections = root.sections(&BLACKOUT_CALENDAR);
    if let Some(surplus) = sections.get(CALENDARS_MAX) {
        let many = format!("{} calendars", sections.len());
        surplus.problems.at(surplus.place(), many, format!("at most {CALENDARS_MAX}"));
    }
    for section in sections.iter().take(CALENDARS_MAX) {
        let every = section.span_s("every", 60..=86_400);
        let place = place_of(section, base, wanted);
        let Some(name) = section.required("name", "staff's word for the calendar") else {
            continue;
        };
        if found.names.contains(&name.value) {
            section.problems.at(name.place, "the name of another calendar again", "a name each");
            continue;
        }
        found.names.push(name.value.clone());
        found.calendars.extend(place.map(|place| BlackoutCalendar {
            name: name.value,
            place,
            every_s: every.map_or(EVERY_DEFAULT_S, |at| at.value),
            zone,
        }));
    }
    found
}

fn place_of(section: &Section<'_>, base: &Path, wanted: SecretsWanted) -> Option<CalendarPlace> {
    let has_url = keys("url").iter().any(|key| section.place_of(key).is_some());
    if let Some(file) = section.text("file") {
        if has_url {
            section.problems.at(file.place, "a file and an address", "one of them");
        }
        return Some(CalendarPlace::File(base.join(file.value)));
    }
    if !has_url && section.place_of("file").is_none() && section.place_of("url").is_none() {
        section.missing("file", EXPECTED);
    }
    let source = Source { section, name: "url", expected: "the calendar's address" };
    let (url, place) = source.fetch(false, base, wanted)?;
    if web_url(url.expose_secret()).is_none() {
        let found = "an address (not shown) that is no URL";
        section.problems.at(place, found, "https://… (for webcal:// write https://)");
        return None;
    }
    Some(CalendarPlace::Url(url))
}
