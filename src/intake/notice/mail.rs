//! Letters: a calendar in one is read as such; else what the subject and the text plainly say.
//!
//! A letter that was passed on as an attachment is read like one that came directly. Must not: take
//! a sentence for more than it says; what is not labelled is left unread. Start at [`read`].

use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use crate::domain::{Assumed, Notice, NoticeAbout, NoticeImpact, NoticeStatus, Timestamp, Unread};

use super::{
    Found, Marks, NOTICES_MAX, OBJECTS_MAX, Reading, Unreadable, calendar, calendar::Cover, tamed,
    when,
};

/// How many letters may lie inside one another.
const DEPTH_MAX: usize = 3;
/// How many parts of a letter are looked at.
const PARTS_MAX: usize = 200;
/// How much text of a letter is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 128 * 1024;

/// What of a letter is of use.
#[derive(Default)]
struct Letter {
    cover: Cover,
    message_id: Option<String>,
    /// The first letter of its thread.
    thread: Option<String>,
    text: String,
    calendars: Vec<String>,
    parts: usize,
}

/// Reads a letter.
///
/// # Errors
///
/// There is nothing to read in it.
pub(super) fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Found, Unreadable> {
    let message = MessageParser::default().parse(bytes).ok_or(Unreadable::Nothing)?;
    let mut letter = Letter::default();
    letter.take(&message, 0);
    let mut found = Found::default();
    for calendar in &letter.calendars {
        let read = calendar::read(calendar, reading, Some(&letter.cover));
        found.left_out += read.left_out;
        for notice in read.notices {
            if found.notices.len() < NOTICES_MAX {
                found.notices.push(notice);
            } else {
                found.left_out += 1;
            }
        }
    }
    if found.notices.is_empty() {
        if letter.cover.subject.is_empty() && letter.text.trim().is_empty() {
            return Err(Unreadable::Nothing);
        }
        found.notices.push(tamed(plain(&letter, reading)));
    }
    Ok(found)
}

impl Letter {
    /// Takes what is of use; of a letter inside, its own subject and sender count, for whoever
    /// passed it on is not the provider.
    fn take(&mut self, message: &Message<'_>, depth: usize) {
        let subject = message.subject().unwrap_or_default().trim().to_owned();
        if depth == 0 || !subject.is_empty() {
            let sender = message.from().and_then(|from| from.first()?.address());
            let date = message.date().filter(|date| date.is_valid());
            let written_at =
                date.and_then(|date| DateTime::<Utc>::from_timestamp(date.to_timestamp(), 0));
            let sender = sender.map(str::to_owned);
            self.cover = Cover { subject, sender, written_at };
            self.message_id = message.message_id().map(str::to_owned);
            let headers = [message.references(), message.in_reply_to()];
            let first = headers.iter().find_map(|header| {
                header
                    .as_text_list()
                    .and_then(|list| list.first())
                    .map(ToString::to_string)
                    .or_else(|| header.as_text().map(str::to_owned))
            });
            self.thread = first;
        }
        for (place, part) in message.parts.iter().enumerate() {
            self.parts += 1;
            if self.parts > PARTS_MAX {
                return;
            }
            let kind = part.content_type();
            let is_calendar = kind.is_some_and(|kind| {
                let sub = kind.subtype().unwrap_or_default();
                sub.eq_ignore_ascii_case("calendar") || sub.eq_ignore_ascii_case("ics")
            }) || part.attachment_name().is_some_and(|name| {
                name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("ics"))
            });
            match &part.body {
                PartType::Text(text) | PartType::Html(text) if is_calendar => {
                    self.calendars.push(text.to_string());
                }
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) if is_calendar => {
                    self.calendars.push(String::from_utf8_lossy(bytes).into_owned());
                }
                PartType::Message(inside) if depth < DEPTH_MAX => self.take(inside, depth + 1),
                PartType::Text(text) => self.add(text),
                // A letter in HTML alone is shown as its text; beside a text it says the same.
                PartType::Html(_) if is_only_html(message, place) => {
                    let html = message.html_part(0).and_then(|part| part.text_contents());
                    self.add(&mail_parser::decoders::html::html_to_text(html.unwrap_or_default()));
                }
                PartType::Html(_)
                | PartType::Binary(_)
                | PartType::InlineBinary(_)
                | PartType::Message(_)
                | PartType::Multipart(_) => {}
            }
        }
        // The same calendar often comes in the letter and attached to it.
        self.calendars.sort();
        self.calendars.dedup();
    }

    fn add(&mut self, text: &str) {
        let room = TEXT_BYTES_MAX.saturating_sub(self.text.len());
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        self.text.push('\n');
    }
}

fn is_only_html(message: &Message<'_>, place: usize) -> bool {
    let first = message.html_body.first().is_some_and(|first| *first as usize == place);
    let has_text = message.parts.iter().any(|part| matches!(part.body, PartType::Text(_)));
    first && !has_text
}

/// A notice out of words.
fn plain(letter: &Letter, reading: &Reading<'_>) -> Notice {
    let mut marks = Marks::default();
    let provider = reading.sender(None, letter.cover.sender.as_deref(), &mut marks);
    let known = reading.provider_of(&provider);
    let home = known.and_then(|known| known.timezone);
    let written_at = letter.cover.written_at.unwrap_or(reading.received);
    let text = format!("{}\n{}", letter.cover.subject, letter.text);
    let objects = known.map(|known| named(&text, &known.objects)).unwrap_or_default();
    if objects.is_empty() {
        marks.unread.push(Unread::Objects);
    }
    Notice {
        provider,
        id: id(letter, &text, &mut marks),
        about: about(&text),
        account: None,
        objects,
        window: when::window(&text, written_at, home, &mut marks),
        impact: impact(&text, &mut marks),
        status: status(&letter.cover.subject, &text, &mut marks),
        sequence: None,
        stamped_at: letter.cover.written_at,
        title: letter.cover.subject.clone(),
        assumed: marks.assumed,
        unread: marks.unread,
    }
}

/// Whether a text speaks of planned work.
pub(super) fn about(text: &str) -> NoticeAbout {
    let lower = text.to_lowercase();
    let words =
        ["maintenance", "planned work", "scheduled work", "change window", "planned outage"];
    if words.iter().any(|word| lower.contains(word)) {
        NoticeAbout::Maintenance
    } else {
        NoticeAbout::Incident
    }
}

/// Which of our accounts and circuits a text names, as whole words.
pub(super) fn named(text: &str, known: &[String]) -> Vec<String> {
    let lower = text.to_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '/';
    let mut named: Vec<String> = known
        .iter()
        .filter(|object| !object.is_empty())
        .filter(|object| {
            let object = object.to_lowercase();
            lower.match_indices(&object).any(|(at, found)| {
                let before = lower[..at].chars().next_back();
                let after = lower[at + found.len()..].chars().next();
                !before.is_some_and(is_part) && !after.is_some_and(is_part)
            })
        })
        .take(OBJECTS_MAX)
        .cloned()
        .collect();
    named.sort();
    named.dedup();
    named
}

/// The id that the letter names; else that of its thread.
fn id(letter: &Letter, text: &str, marks: &mut Marks) -> String {
    if let Some(id) = labelled_id(text) {
        return id;
    }
    marks.assumed.push(Assumed::NoId);
    let thread = letter.thread.as_ref().or(letter.message_id.as_ref());
    let own = thread.map_or_else(|| bare(&letter.cover.subject), Clone::clone);
    let digest = Sha256::digest(own.as_bytes());
    let hex: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("mail-{hex}")
}

/// "Maintenance ID: MW-123", "Ticket #12345", "Reference number: CHG0012".
fn labelled_id(text: &str) -> Option<String> {
    const BEFORE: [&str; 8] =
        ["maintenance", "ticket", "reference", "change", "case", "event", "notification", "work"];
    const BETWEEN: [&str; 8] = ["id", "no", "number", "ref", "reference", "order", "is", "request"];
    for line in text.lines().take(500) {
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || matches!(c, ':' | '#' | '[' | ']' | '(' | ')'))
            .filter(|word| !word.is_empty())
            .take(60)
            .collect();
        for (at, word) in words.iter().enumerate() {
            if !BEFORE.iter().any(|before| word.eq_ignore_ascii_case(before)) {
                continue;
            }
            let rest = words[at + 1..].iter().map(|word| word.trim_end_matches(['.', ',', ';']));
            let mut rest =
                rest.skip_while(|word| BETWEEN.iter().any(|one| word.eq_ignore_ascii_case(one)));
            let found = rest.next().filter(|word| is_id(word));
            if let Some(found) = found {
                return Some(found.to_owned());
            }
        }
    }
    None
}

/// An id has at least two digits, and is neither a date nor a time.
fn is_id(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.".contains(&byte));
    let is_date = word.matches(['-', '/', '.']).count() == 2
        && word.bytes().all(|byte| !byte.is_ascii_alphabetic());
    (3..=60).contains(&word.len()) && digits >= 2 && is_plain && !is_date
}

/// A subject without what answers and forwarding put before it.
fn bare(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let lower = rest.to_lowercase();
        let Some(mark) =
            ["re:", "fw:", "fwd:", "aw:", "wg:"].iter().find(|mark| lower.starts_with(**mark))
        else {
            return rest.to_lowercase();
        };
        rest = rest[mark.len()..].trim_start();
    }
}

/// The value of a line `label: value`.
fn labelled<'t>(text: &'t str, labels: &[&str]) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        let label = label.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        labels.contains(&label.as_str()).then(|| value.trim())
    })
}

fn impact(text: &str, marks: &mut Marks) -> NoticeImpact {
    let labels = ["impact", "expected impact", "customer impact", "service impact", "impact type"];
    let stated = labelled(text, &labels).map(str::to_lowercase);
    let read = stated.and_then(|stated| {
        let has = |words: &[&str]| words.iter().any(|word| stated.contains(word));
        if has(&["no impact", "no-impact", "none", "not expected", "no downtime", "no outage"]) {
            Some(NoticeImpact::NoImpact)
        } else if has(&["redundan", "at risk", "at-risk"]) {
            Some(NoticeImpact::ReducedRedundancy)
        } else if has(&["outage", "unavailab", "downtime", "loss of", "offline", "down "]) {
            Some(NoticeImpact::Outage)
        } else if has(&["degrad", "intermittent", "packet loss", "latency", "interruption"]) {
            Some(NoticeImpact::Degraded)
        } else {
            None
        }
    });
    if read.is_none() {
        marks.unread.push(Unread::Impact);
    }
    read.unwrap_or_default()
}

fn status(subject: &str, text: &str, marks: &mut Marks) -> NoticeStatus {
    let labels = ["status", "state", "maintenance status"];
    let stated = labelled(text, &labels).and_then(|stated| status_in(&stated.to_lowercase()));
    let status = stated.or_else(|| status_in(&subject.to_lowercase()));
    if status.is_none() {
        marks.unread.push(Unread::Status);
    }
    status.unwrap_or_default()
}

/// The one standing that words say; several say none.
pub(super) fn status_in(lower: &str) -> Option<NoticeStatus> {
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let said: Vec<NoticeStatus> = [
        (NoticeStatus::Cancelled, has(&["cancelled", "canceled", "cancellation", "withdrawn"])),
        (NoticeStatus::Completed, has(&["completed", "complete:", "finished", "resolved"])),
        (NoticeStatus::InProgress, has(&["in progress", "in-progress", "started", "under way"])),
        (NoticeStatus::Tentative, has(&["tentative", "provisional"])),
        (NoticeStatus::Confirmed, has(&["confirmed", "scheduled", "rescheduled", "emergency"])),
    ]
    .into_iter()
    .filter_map(|(status, is_said)| is_said.then_some(status))
    .collect();
    match said.as_slice() {
        [only] => Some(*only),
        // "Scheduled maintenance cancelled": what is planned is what the word before is about.
        [NoticeStatus::Cancelled, NoticeStatus::Confirmed] => Some(NoticeStatus::Cancelled),
        [NoticeStatus::Completed, NoticeStatus::Confirmed] => Some(NoticeStatus::Completed),
        [NoticeStatus::InProgress, NoticeStatus::Confirmed] => Some(NoticeStatus::InProgress),
        _ => None,
    }
}

/// A moment as a page or feed gives it.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    if text.len() > 40 {
        return None;
    }
    DateTime::parse_from_rfc3339(text.trim()).ok().map(|at| at.to_utc())
}
