//! Maintenance as a calendar (RFC 5545), for those who subscribe to it.
//!
//! Times are UTC, so that no zone has to be described. An event keeps its UID for ever; SEQUENCE
//! grows with every change of its times or words and at its end, and a cancelled window stays for a
//! while as CANCELLED, so that calendars that hold it learn of that.
//!
//! Work that comes again is told as what it is here: windows, each an event with its own UID, SEQUENCE
//! and STATUS. An RRULE would need its zone described, would promise times that nobody has announced
//! yet (and some that clocks skip), and readers of published calendars do not agree on how one
//! occurrence of it is moved or cancelled. Start at [`of`].

use chrono::DateTime;

use crate::{
    domain::{Timestamp, WindowState},
    engine::{View, WindowView},
    render::{Facts, Words},
};

/// The longest content line, in octets without its line break (RFC 5545, 3.1).
const LINE_OCTETS_MAX: usize = 75;
/// Calendars that ask whether they should come again are told so.
const REFRESH: &str = "PT1H";

/// The calendar of all announced windows that `view` has.
pub(super) fn of(view: &View, words: &Words, language: &str) -> String {
    let name = words.say(language, "page-calendar-name", &Facts::new().text("name", &view.name));
    let mut lines = Lines(String::new());
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    let version = env!("CARGO_PKG_VERSION");
    lines.add("PRODID", &format!("-//Bellwether//{version}//{}", language.to_uppercase()));
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("METHOD", "PUBLISH");
    lines.add_text("NAME", &name);
    lines.add_text("X-WR-CALNAME", &name);
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.add("X-PUBLISHED-TTL", REFRESH);
    for window in &view.windows {
        let title = Facts::new().text("title", &window.title);
        let summary = words.say(language, "page-calendar-event", &title);
        add_event(&mut lines, window, &summary, view.public_url.as_deref());
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn add_event(lines: &mut Lines, window: &WindowView, summary: &str, url: Option<&str>) {
    let status = match window.state {
        WindowState::Cancelled => "CANCELLED",
        WindowState::Scheduled
        | WindowState::InProgress
        | WindowState::Verifying
        | WindowState::Completed => "CONFIRMED",
    };
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &format!("{}@bellwether", window.uid));
    lines.add("DTSTAMP", &utc(window.changed_at));
    lines.add("CREATED", &utc(window.announced_at));
    lines.add("LAST-MODIFIED", &utc(window.changed_at));
    lines.add("SEQUENCE", &window.sequence.to_string());
    lines.add("STATUS", status);
    lines.add("DTSTART", &utc(window.starts_at));
    // An event that ends when it begins, or before, is none.
    lines.add("DTEND", &utc(window.ends_at.max(window.starts_at + chrono::TimeDelta::seconds(1))));
    lines.add("TRANSP", "TRANSPARENT");
    lines.add_text("SUMMARY", summary);
    if let Some(last) = window.news.first() {
        lines.add_text("DESCRIPTION", &last.text);
    }
    if !window.servers.is_empty() {
        lines.add_text("LOCATION", &window.servers.join(", "));
    }
    if let Some(url) = url {
        let url = url.trim_end_matches('/');
        lines.add("URL", &format!("{url}/maintenance#window-{}", window.id));
    }
    lines.add("END", "VEVENT");
}

/// Content lines, each folded and ended as the RFC wants it.
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut octets = 0;
        for sign in line.chars().filter(|sign| !sign.is_control()) {
            if octets + sign.len_utf8() > LINE_OCTETS_MAX {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(sign);
            octets += sign.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// The same with a value of type TEXT (RFC 5545, 3.3.11).
    fn add_text(&mut self, name: &str, text: &str) {
        let mut escaped = String::with_capacity(text.len());
        for sign in text.chars() {
            match sign {
                '\\' | ';' | ',' => escaped.extend(['\\', sign]),
                '\n' => escaped.push_str("\\n"),
                sign => escaped.push(sign),
            }
        }
        self.add(name, &escaped);
    }
}

fn utc(at: Timestamp) -> String {
    let seconds = DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at);
    seconds.format("%Y%m%dT%H%M%SZ").to_string()
}
