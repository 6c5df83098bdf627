//! What a provider writes becomes [`Notice`]s: calendars (MAINTNOTE), letters, status pages, feeds;
//! and the busy times of any calendar.
//!
//! Pure: bytes and a [`Reading`] in, notices out, whatever the bytes are. What is not said is never
//! guessed in silence: it is marked in the notice as assumed or as not read. The provider's text is
//! not kept: only what was read out of it, each piece short and made harmless. Must not: fetch
//! anything, read a clock, or know what is done with a notice. Start at [`read`].

mod busy;
mod calendar;
mod feed;
mod items;
mod lines;
mod mail;
mod statuspage;
mod when;
mod zones;

use chrono_tz::Tz;

use crate::{
    domain::{Assumed, Fleet, Notice, Timestamp, Unread},
    render::neutralise,
};

pub use busy::{BUSY_MAX, BusyReading, read as read_busy};
pub use feed::read as read_feed;
pub use statuspage::read as read_statuspage;

/// The longest letter, calendar or page that is read, in bytes.
pub const NOTICE_BYTES_MAX: usize = 4 << 20;
/// The most notices that are read out of one letter, calendar or page.
pub const NOTICES_MAX: usize = 50;
/// The most circuits or machines of one notice.
pub const OBJECTS_MAX: usize = 50;
/// The longest id, name or account, in characters.
const NAME_LENGTH_MAX: usize = 100;
/// The longest line of the provider's own words, in characters.
const TITLE_LENGTH_MAX: usize = 300;

/// What must be known to read a notice.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// When it came.
    pub received: Timestamp,
    /// Who it is from, when that is known for certain: a component's id.
    pub provider: Option<&'a str>,
    /// Whose notices there can be.
    pub known: &'a [KnownProvider],
}

/// Somebody whose notices there can be, and what these can name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownProvider {
    /// The component's id.
    pub id: String,
    /// Staff's word for it.
    pub name: Option<String>,
    /// Where its times are, when it does not say.
    pub timezone: Option<Tz>,
    /// Our accounts, and its circuits and machines, with those of all components below it.
    pub objects: Vec<String>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// At most [`NOTICES_MAX`].
    pub notices: Vec<Notice>,
    /// How many more there were.
    pub left_out: usize,
}

/// Why nothing was read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is too long.
    #[error("longer than {NOTICE_BYTES_MAX} bytes")]
    TooLong,
    /// There is nothing in it.
    #[error("neither a letter nor a calendar")]
    Nothing,
    /// It is not the page that it should be.
    #[error("not {expected}")]
    Other {
        /// What it should be.
        expected: &'static str,
    },
}

/// Everybody in `fleet` whose notices there can be: providers, and components with accounts,
/// circuits or a zone of their own.
pub fn known_providers(fleet: &Fleet) -> Vec<KnownProvider> {
    let is_known = |one: &&crate::domain::Component| {
        one.kind == crate::domain::ComponentKind::Provider
            || one.timezone.is_some()
            || !one.accounts.is_empty()
    };
    let known = fleet.components.iter().filter(is_known).map(|one| KnownProvider {
        id: one.id.to_string(),
        name: one.name.clone(),
        timezone: one.timezone,
        objects: fleet
            .components
            .iter()
            .filter(|other| fleet.is_at_or_below(&other.id, &one.id))
            .flat_map(|other| other.accounts.iter().chain(&other.circuits).cloned())
            .collect(),
    });
    known.collect()
}

/// Reads a letter (with or without a calendar in it) or a calendar.
///
/// # Errors
///
/// It is too long, or there is nothing in it.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Found, Unreadable> {
    if bytes.len() > NOTICE_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let start = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    let is_calendar =
        start.get(..15).is_some_and(|head| head.eq_ignore_ascii_case(b"BEGIN:VCALENDAR"));
    let found = if is_calendar {
        calendar::read(&String::from_utf8_lossy(start), reading, None)
    } else {
        mail::read(start, reading)?
    };
    if found.notices.is_empty() { Err(Unreadable::Nothing) } else { Ok(found) }
}

/// The same notice, each piece short and harmless, however it was made.
pub fn tamed(notice: Notice) -> Notice {
    let name = |text: String| named(&text);
    let mut objects: Vec<String> = notice.objects.into_iter().take(OBJECTS_MAX).map(name).collect();
    objects.retain(|object| !object.is_empty());
    objects.dedup();
    let (mut assumed, mut unread) = (notice.assumed, notice.unread);
    assumed.sort();
    assumed.dedup();
    unread.sort();
    unread.dedup();
    Notice {
        provider: name(notice.provider),
        id: name(notice.id),
        account: notice.account.map(name).filter(|account| !account.is_empty()),
        objects,
        title: neutralise(&notice.title, TITLE_LENGTH_MAX),
        assumed,
        unread,
        ..notice
    }
}

/// A name as it may stand anywhere: letters, digits and the signs that ids are written with, so
/// that it can still be compared.
fn named(text: &str) -> String {
    let is_kept = |c: &char| c.is_alphanumeric() || "-_.:/#&+(), ".contains(*c);
    let kept: String = text.trim().chars().filter(is_kept).take(NAME_LENGTH_MAX).collect();
    kept.trim().to_owned()
}

impl Reading<'_> {
    /// The known provider that `id` is.
    fn provider_of(&self, id: &str) -> Option<&KnownProvider> {
        self.known.iter().find(|one| one.id == id)
    }

    /// Who it is from: by the reader's own knowledge, else by what it calls itself, else by the
    /// sender's address; what of it had to be taken for granted goes to `marks`.
    fn sender(&self, stated: Option<&str>, address: Option<&str>, marks: &mut Marks) -> String {
        if let Some(provider) = self.provider {
            return provider.to_owned();
        }
        let stated = stated.map(str::trim).filter(|stated| !stated.is_empty());
        if let Some(known) = stated.and_then(|stated| self.called(stated)) {
            return known;
        }
        let domain = address.and_then(|address| Some(address.rsplit_once('@')?.1));
        let by_domain =
            domain.and_then(|domain| domain.split('.').find_map(|one| self.called(one)));
        if let Some(known) = by_domain {
            marks.assumed.push(Assumed::Sender);
            return known;
        }
        marks.unread.push(Unread::Provider);
        stated.or(domain).unwrap_or_default().to_owned()
    }

    /// The id of the provider that is called so; a domain counts by any of its labels.
    fn called(&self, word: &str) -> Option<String> {
        let is = |known: &str| known.eq_ignore_ascii_case(word);
        let found = self
            .known
            .iter()
            .find(|one| is(&one.id) || one.name.as_deref().is_some_and(is))
            .or_else(|| {
                let labels: Vec<&str> = word.split('.').collect();
                let in_labels = |one: &&KnownProvider| {
                    labels.iter().any(|label| label.eq_ignore_ascii_case(&one.id))
                };
                self.known.iter().find(in_labels).filter(|_| labels.len() > 1)
            });
        found.map(|one| one.id.clone())
    }
}

/// What had to be assumed, and what could not be read.
#[derive(Clone, Debug, Default)]
struct Marks {
    assumed: Vec<Assumed>,
    unread: Vec<Unread>,
}
