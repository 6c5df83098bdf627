//! Calendars of maintenance: MAINTNOTE, the operators' common practice for iCalendar
//! (`X-MAINTNOTE-*`), and plain calendar entries.
//!
//! Each entry is a notice of its own; what is missing or broken in one is marked there and costs
//! nothing else. Must not: refuse a calendar for a line that is wrong. Start at [`read`].

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::domain::{
    Assumed, Notice, NoticeAbout, NoticeImpact, NoticeStatus, NoticeWindow, Timestamp, Unread,
};

use super::{
    Found, Marks, NOTICES_MAX, OBJECTS_MAX, Reading, lines, lines::Line, tamed, zones::Zone,
};

/// What surrounds a calendar that came in a letter.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    pub subject: String,
    pub sender: Option<String>,
    pub written_at: Option<Timestamp>,
}

/// The longest maintenance that is believed, in days.
pub(super) const LENGTH_DAYS_MAX: i64 = 366;

/// Reads every entry.
pub(super) fn read(text: &str, reading: &Reading<'_>, cover: Option<&Cover>) -> Found {
    let (lines, is_folded_wrongly) = lines::unfolded(text);
    let method = lines.iter().find(|line| line.name == "METHOD").map(Line::text);
    let mut found = Found::default();
    for entry in entries(&lines) {
        take(entry, method.as_deref(), is_folded_wrongly, reading, cover, &mut found);
    }
    found
}

/// The properties of each entry, in order. An entry that was not ended ends where the next begins;
/// an alarm in one has properties of its own.
pub(super) fn entries(lines: &[Line]) -> Vec<Vec<&Line>> {
    let is_name = |line: &Line, name: &str, value: &str| {
        line.name == name && line.value.trim().eq_ignore_ascii_case(value)
    };
    let mut entries = Vec::new();
    let mut entry: Option<Vec<&Line>> = None;
    let mut inside_of_entry = 0;
    for line in lines {
        if is_name(line, "BEGIN", "VEVENT") {
            entries.extend(entry.replace(Vec::new()));
            inside_of_entry = 0;
        } else if is_name(line, "END", "VEVENT") || is_name(line, "END", "VCALENDAR") {
            entries.extend(entry.take());
        } else if line.name == "BEGIN" {
            inside_of_entry += 1;
        } else if line.name == "END" {
            inside_of_entry -= 1;
        } else if let Some(entry) = entry.as_mut().filter(|_| inside_of_entry <= 0) {
            entry.push(line);
        }
    }
    entries.extend(entry);
    entries.retain(|entry| !entry.is_empty());
    entries
}

fn take(
    lines: Vec<&Line>,
    method: Option<&str>,
    is_folded_wrongly: bool,
    reading: &Reading<'_>,
    cover: Option<&Cover>,
    found: &mut Found,
) {
    if found.notices.len() == NOTICES_MAX {
        found.left_out += 1;
        return;
    }
    let mut marks = Marks::default();
    if is_folded_wrongly {
        marks.assumed.push(Assumed::Folding);
    }
    let entry = Entry { lines, method, reading, cover };
    found.notices.push(tamed(entry.notice(marks)));
}

/// One entry.
struct Entry<'a> {
    lines: Vec<&'a Line>,
    method: Option<&'a str>,
    reading: &'a Reading<'a>,
    cover: Option<&'a Cover>,
}

impl Entry<'_> {
    fn notice(&self, mut marks: Marks) -> Notice {
        let is_maintnote = self.lines.iter().any(|line| line.name.starts_with("X-MAINTNOTE-"));
        if !is_maintnote {
            marks.assumed.push(Assumed::NotMaintnote);
        }
        let organizer = self.text("ORGANIZER").map(|text| {
            text.trim_start_matches("mailto:").trim_start_matches("MAILTO:").to_owned()
        });
        let sender = organizer.or_else(|| self.cover.and_then(|cover| cover.sender.clone()));
        let stated = self.text("X-MAINTNOTE-PROVIDER");
        let provider = self.reading.sender(stated.as_deref(), sender.as_deref(), &mut marks);
        let home = self.reading.provider_of(&provider).and_then(|known| known.timezone);
        let objects = self.objects();
        if objects.is_empty() {
            marks.unread.push(Unread::Objects);
        }
        let title = self.text("SUMMARY").or_else(|| Some(self.cover?.subject.clone()));
        Notice {
            provider,
            id: self.id(&mut marks),
            about: NoticeAbout::Maintenance,
            account: self.text("X-MAINTNOTE-ACCOUNT"),
            objects,
            window: self.window(home, &mut marks),
            impact: self.impact(is_maintnote, &mut marks),
            status: self.status(&mut marks),
            sequence: self.sequence(&mut marks),
            stamped_at: self.stamp(),
            title: title.unwrap_or_default(),
            assumed: marks.assumed,
            unread: marks.unread,
        }
    }

    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name).copied()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.line(name).map(Line::text).filter(|text| !text.is_empty())
    }

    fn id(&self, marks: &mut Marks) -> String {
        if let Some(id) = self.text("X-MAINTNOTE-MAINTENANCE-ID") {
            return id;
        }
        marks.assumed.push(Assumed::NoId);
        let title = || self.text("SUMMARY").or_else(|| Some(self.cover?.subject.clone()));
        self.text("UID").or_else(title).unwrap_or_default()
    }

    /// One line an object, or several in one with commas.
    fn objects(&self) -> Vec<String> {
        let lines = self.lines.iter().filter(|line| line.name == "X-MAINTNOTE-OBJECT-ID");
        let mut objects: Vec<String> = lines
            .flat_map(|line| {
                line.text().split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>()
            })
            .filter(|one| !one.is_empty())
            .take(OBJECTS_MAX)
            .collect();
        objects.sort();
        objects.dedup();
        objects
    }

    fn impact(&self, is_maintnote: bool, marks: &mut Marks) -> NoticeImpact {
        let word = self.text("X-MAINTNOTE-IMPACT").map(|text| code(&text));
        match word.as_deref() {
            Some("NOIMPACT") => NoticeImpact::NoImpact,
            Some("REDUCEDREDUNDANCY") => NoticeImpact::ReducedRedundancy,
            Some("DEGRADED") => NoticeImpact::Degraded,
            Some("OUTAGE") => NoticeImpact::Outage,
            None if !is_maintnote => NoticeImpact::Unknown,
            Some(_) | None => {
                marks.unread.push(Unread::Impact);
                NoticeImpact::Unknown
            }
        }
    }

    fn status(&self, marks: &mut Marks) -> NoticeStatus {
        let stated = self.text("X-MAINTNOTE-STATUS").map(|text| code(&text));
        if let Some(status) = stated.as_deref().and_then(status_of) {
            return status;
        }
        let own = self.text("STATUS").map(|text| code(&text));
        let is_cancelled = self.method.is_some_and(|method| method.eq_ignore_ascii_case("CANCEL"));
        let own = own.as_deref().and_then(status_of);
        match own.or(is_cancelled.then_some(NoticeStatus::Cancelled)) {
            Some(status) => {
                marks.assumed.push(Assumed::EventStatus);
                status
            }
            None => {
                marks.unread.push(Unread::Status);
                NoticeStatus::Unknown
            }
        }
    }

    fn sequence(&self, marks: &mut Marks) -> Option<u32> {
        let sequence = self.text("SEQUENCE").and_then(|text| text.parse().ok());
        if sequence.is_none() {
            marks.assumed.push(Assumed::NoSequence);
        }
        sequence
    }

    fn stamp(&self) -> Option<Timestamp> {
        let names = ["LAST-MODIFIED", "DTSTAMP"];
        let stamped = names.iter().find_map(|name| match time(&self.line(name)?.value)? {
            Time::Utc(local) | Time::At(local) => Zone::UTC.moment(local),
            Time::Day(_) => None,
        });
        stamped.or_else(|| self.cover?.written_at)
    }

    fn window(&self, home: Option<chrono_tz::Tz>, marks: &mut Marks) -> Option<NoticeWindow> {
        let Some(starts_at) = self.moment("DTSTART", home, marks) else {
            marks.unread.push(Unread::Start);
            return None;
        };
        let ends_at = self
            .end(starts_at, home, marks)
            .filter(|end| *end > starts_at && *end - starts_at <= TimeDelta::days(LENGTH_DAYS_MAX));
        if ends_at.is_none() {
            marks.unread.push(Unread::End);
        }
        Some(NoticeWindow { starts_at, ends_at })
    }

    fn end(
        &self,
        starts_at: Timestamp,
        home: Option<chrono_tz::Tz>,
        marks: &mut Marks,
    ) -> Option<Timestamp> {
        if self.line("DTEND").is_some() {
            return self.moment("DTEND", home, marks);
        }
        if let Some(length) = self.text("DURATION") {
            let length = duration(&length)?;
            marks.assumed.push(Assumed::Length);
            return starts_at.checked_add_signed(length);
        }
        let is_day = matches!(time(&self.line("DTSTART")?.value)?, Time::Day(_));
        is_day.then(|| starts_at + TimeDelta::days(1))
    }

    fn moment(
        &self,
        name: &str,
        home: Option<chrono_tz::Tz>,
        marks: &mut Marks,
    ) -> Option<Timestamp> {
        let line = self.line(name)?;
        let read = time(&line.value)?;
        let (local, is_utc) = match read {
            Time::Utc(local) => (local, true),
            Time::At(local) => (local, false),
            Time::Day(day) => {
                marks.assumed.push(Assumed::WholeDay);
                (day.and_time(NaiveTime::MIN), false)
            }
        };
        if is_utc {
            return Zone::UTC.moment(local);
        }
        let zone = match line.parameter("TZID").filter(|name| !name.trim().is_empty()) {
            Some(name) => {
                let Some((zone, is_other)) = Zone::of_calendar(name) else {
                    marks.unread.push(Unread::Zone);
                    return None;
                };
                if is_other {
                    marks.assumed.push(Assumed::ZoneName);
                }
                zone
            }
            // The practice asks for UTC, and a time without a zone most often lacks only its `Z`;
            // where a provider is known to write its own time, that holds.
            None => match home {
                Some(home) => {
                    marks.assumed.push(Assumed::ProviderZone);
                    Zone::Rules(home)
                }
                None => {
                    marks.assumed.push(Assumed::Utc);
                    Zone::UTC
                }
            },
        };
        zone.moment(local)
    }
}

/// "IN-PROCESS", "In process" and "IN_PROCESS" are one word.
fn code(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphabetic);
    letters.map(|letter| letter.to_ascii_uppercase()).take(40).collect()
}

fn status_of(code: &str) -> Option<NoticeStatus> {
    Some(match code {
        "TENTATIVE" => NoticeStatus::Tentative,
        "CONFIRMED" => NoticeStatus::Confirmed,
        "CANCELLED" | "CANCELED" => NoticeStatus::Cancelled,
        "INPROCESS" | "INPROGRESS" => NoticeStatus::InProgress,
        "COMPLETED" | "COMPLETE" => NoticeStatus::Completed,
        _ => return None,
    })
}

/// A date or date and time as calendars write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Utc(NaiveDateTime),
    At(NaiveDateTime),
    Day(NaiveDate),
}

/// "20140424T220000Z", without the `Z`, without the time; signs between the digits do no harm.
pub(super) fn time(value: &str) -> Option<Time> {
    let value = value.trim().to_ascii_uppercase();
    if value.len() > 40 {
        return None;
    }
    let is_utc = value.ends_with('Z');
    let plain: String = value.chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    let (date, clock) = plain.split_once('T').unwrap_or((&plain, ""));
    let date = (date.len() == 8).then(|| NaiveDate::parse_from_str(date, "%Y%m%d").ok())??;
    let clock = match clock.len() {
        0 => return Some(Time::Day(date)),
        4 => NaiveTime::parse_from_str(clock, "%H%M").ok()?,
        6 => NaiveTime::parse_from_str(clock, "%H%M%S").ok()?,
        _ => return None,
    };
    let local = date.and_time(clock);
    Some(if is_utc { Time::Utc(local) } else { Time::At(local) })
}

/// "PT2H30M", "P1D", "P2W".
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
    let rest = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').unwrap_or((rest, ""));
    let total_s = summed(days, &[('W', 604_800), ('D', 86_400)])?
        .checked_add(summed(clock, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    (total_s > 0).then(|| TimeDelta::try_seconds(total_s))?
}

fn summed(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut rest, mut total_s) = (text, 0i64);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, unit_s) = units.iter().find(|(own, _)| *own == unit)?;
        total_s = total_s.checked_add(number.checked_mul(*unit_s)?)?;
        rest = &rest[digits + 1..];
    }
    Some(total_s)
}
