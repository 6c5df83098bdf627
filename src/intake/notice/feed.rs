//! A provider's feed, Atom or RSS: each recent entry is read like a letter's words.
//!
//! Must not: read what is older than [`AGE_DAYS_MAX`], or follow a link. Start at [`read`].

use chrono::TimeDelta;

use crate::domain::{Notice, NoticeAbout, NoticeImpact, Unread};

use super::{Found, Marks, NOTICE_BYTES_MAX, NOTICES_MAX, Reading, Unreadable, mail, tamed, when};

/// Entries that were last changed longer ago are not read, in days.
pub const AGE_DAYS_MAX: i64 = 30;
/// How much of an entry's text is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 32 * 1024;

/// Reads a feed.
///
/// # Errors
///
/// It is too long, or no feed.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Found, Unreadable> {
    if bytes.len() > NOTICE_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let feed = feed_rs::parser::parse(bytes)
        .map_err(|_| Unreadable::Other { expected: "an Atom or RSS feed" })?;
    let oldest = reading.received - TimeDelta::days(AGE_DAYS_MAX);
    let mut found = Found::default();
    for entry in &feed.entries {
        let written_at = entry.updated.or(entry.published);
        if written_at.is_some_and(|at| at < oldest) {
            continue;
        }
        if entry.id.trim().is_empty() || found.notices.len() == NOTICES_MAX {
            found.left_out += 1;
            continue;
        }
        let title = entry.title.as_ref().map(|text| text.content.as_str()).unwrap_or_default();
        let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
        let body = body.or(entry.summary.as_ref().map(|text| text.content.as_str()));
        let body = plain(body.unwrap_or_default());
        let words = Words { id: &entry.id, title: &plain(title), body: &body };
        found.notices.push(tamed(notice(&words, written_at, reading)));
    }
    Ok(found)
}

/// What an entry says.
struct Words<'a> {
    id: &'a str,
    title: &'a str,
    body: &'a str,
}

fn notice(
    words: &Words<'_>,
    written_at: Option<crate::domain::Timestamp>,
    reading: &Reading<'_>,
) -> Notice {
    let mut marks = Marks::default();
    let provider = reading.sender(None, None, &mut marks);
    let known = reading.provider_of(&provider);
    let text = format!("{}\n{}", words.title, words.body);
    let objects = known.map(|known| mail::named(&text, &known.objects)).unwrap_or_default();
    if objects.is_empty() {
        marks.unread.push(Unread::Objects);
    }
    let about = mail::about(&text);
    let home = known.and_then(|known| known.timezone);
    let window = match about {
        NoticeAbout::Maintenance => {
            when::window(&text, written_at.unwrap_or(reading.received), home, &mut marks)
        }
        NoticeAbout::Incident => None,
    };
    // Feeds of status pages put the newest standing first.
    let status = mail::status_in(&words.title.to_lowercase())
        .or_else(|| mail::status_in(&words.body.lines().next()?.to_lowercase()));
    if status.is_none() {
        marks.unread.push(Unread::Status);
    }
    marks.unread.push(Unread::Impact);
    Notice {
        provider,
        id: words.id.to_owned(),
        about,
        account: None,
        objects,
        window,
        impact: NoticeImpact::Unknown,
        status: status.unwrap_or_default(),
        sequence: None,
        stamped_at: written_at,
        title: words.title.to_owned(),
        assumed: marks.assumed,
        unread: marks.unread,
    }
}

/// A text without its markup.
fn plain(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    if text.contains('<') || text.contains('&') {
        mail_parser::decoders::html::html_to_text(text)
    } else {
        text.to_owned()
    }
}
