//! The engine's words: from the records and `messages/` to sentences.
//!
//! Two voices that must not mix: [`public`](self) words name only what the fleet marks as public;
//! staff words name everything. Must not: change anything, or hold a report's words (markers stand
//! for them). Start at [`Speech`].

mod letters;
mod picture;
mod plan;
mod provider;
mod public;
mod staff;
mod times;
mod windows;
mod wording;

pub(super) use picture::charted_minutes;
pub(super) use plan::Course;
pub(super) use public::{Spoken, Told, Words as Draftable, join_within};

use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;

use crate::{
    domain::{ComponentKind, Fleet, Impact, ServerId, Timestamp, UpdateKind},
    render::{self, Facts, Words},
};

use super::records::Records;

/// Everything needed to say something, to staff unless told otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speech<'a> {
    pub words: &'a Words,
    pub records: &'a Records,
    pub language: &'a str,
    timezone: Tz,
}

impl<'a> Speech<'a> {
    pub fn new(words: &'a Words, records: &'a Records) -> Self {
        let settings = &records.settings;
        let of_first = || settings.destinations.first().map(|first| first.language.as_str());
        let own = settings.languages.first().map(String::as_str);
        let language = own.or_else(of_first).unwrap_or("en");
        Self { words, records, language, timezone: settings.fleet.timezone }
    }

    pub fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(self.language, key, &facts)
    }

    pub fn fleet(&self) -> &'a Fleet {
        &self.records.settings.fleet
    }

    pub fn timezone(&self) -> Tz {
        self.timezone
    }

    pub fn list<T: AsRef<str>>(&self, items: &[T]) -> String {
        render::list(self.words, self.language, items)
    }

    /// The time of day, with the date when it is not today's.
    pub fn moment(&self, moment: Timestamp) -> String {
        if self.is_today(moment) {
            render::clock_time(moment, self.timezone())
        } else {
            render::date_time(self.words, self.language, moment, self.timezone())
        }
    }

    fn is_today(&self, moment: Timestamp) -> bool {
        let day = |at: Timestamp| at.with_timezone(&self.timezone()).date_naive();
        day(moment) == day(self.records.now)
    }

    /// "about" a moment: to five minutes, never later than it was.
    pub fn about(&self, moment: Timestamp) -> String {
        self.moment(five_minutes(moment))
    }

    /// Beginning and end, each "about" a moment; both with their dates when these differ.
    pub fn about_span(&self, from: Timestamp, to: Timestamp) -> (String, String) {
        let day = |at: Timestamp| at.with_timezone(&self.timezone()).date_naive();
        if day(from) == day(to) {
            return (self.about(from), self.about(to));
        }
        let dated =
            |at| render::date_time(self.words, self.language, five_minutes(at), self.timezone());
        (dated(from), dated(to))
    }

    pub fn kind(&self, kind: UpdateKind) -> &'static str {
        kind.word()
    }

    pub fn impact(&self, impact: Impact) -> String {
        self.say("impact", Facts::new().text("impact", impact.word()))
    }

    /// A server or component in staff's words, by id: its name, else the id.
    pub fn staff_name(&self, id: &str) -> String {
        let server = self.fleet().servers.iter().find(|server| server.id.as_str() == id);
        let component = || self.fleet().components.iter().find(|one| one.id.as_str() == id);
        let name = match server {
            Some(server) => server.name.clone(),
            None => component().and_then(|component| component.name.clone()),
        };
        name.unwrap_or_else(|| id.to_owned())
    }

    /// Servers in staff's words, shortened when there are many.
    pub fn staff_servers(&self, servers: &[ServerId]) -> String {
        const NAMED_MAX: usize = 8;
        let mut names: Vec<String> =
            servers.iter().take(NAMED_MAX).map(|id| self.staff_name(id.as_str())).collect();
        if servers.len() > NAMED_MAX {
            names.push(format!("+{}", servers.len() - NAMED_MAX));
        }
        if names.is_empty() {
            return self.say("changed-no-servers", Facts::new());
        }
        self.list(&names)
    }
}

/// The last full five minutes.
fn five_minutes(moment: Timestamp) -> Timestamp {
    let over = i64::from(moment.minute() % 5) * 60 + i64::from(moment.second());
    moment - TimeDelta::seconds(over)
}

/// The kind's word for messages, also for what is no component.
pub(super) fn kind_word(kind: &str) -> &str {
    let known = ComponentKind::ALL.iter().any(|one| one.word() == kind);
    if known || kind == "server" || kind == "monitor" { kind } else { "other" }
}
