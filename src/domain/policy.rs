//! What staff decided beforehand: policies, destinations, roles. No secret is ever in here.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Blackout, DestinationId, Fleet, Locale};

/// Files of words that replace the built-in ones: language to file name to text.
pub type WordFiles = BTreeMap<String, BTreeMap<String, String>>;

/// All that the engine is told at start-up and reload, and therefore all that the journal keeps of
/// the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The inventory.
    pub fleet: Fleet,
    /// What was decided beforehand.
    pub policy: Policy,
    /// Where words go.
    pub destinations: Vec<Destination>,
    /// Staff's own words, where they replaced the built-in ones.
    pub words: WordFiles,
    /// Where the status page is seen from outside, for links in posts (`bot.public_url`).
    pub public_url: Option<String>,
    /// The languages words are written in, the bot's own first (`bot.languages`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
}

impl Settings {
    /// How staff read: the bot's own language and zone.
    pub fn main_locale(&self) -> Locale {
        let of_first = || self.destinations.first().map(|first| first.language.clone());
        Locale {
            language: self.languages.first().cloned().or_else(of_first).unwrap_or("en".to_owned()),
            timezone: self.fleet.timezone,
        }
    }

    /// How a destination's readers read.
    pub fn locale_of(&self, destination: &Destination) -> Locale {
        Locale {
            language: destination.language.clone(),
            timezone: destination.timezone.unwrap_or(self.fleet.timezone),
        }
    }

    /// The other locales that public words go out in, each once: those of destinations, and the
    /// languages that the status page is read in and reporters are answered in.
    pub fn other_locales(&self) -> Vec<Locale> {
        let main = self.main_locale();
        let read = self.destinations.iter().filter(|one| one.audience != Audience::Staff);
        let read = read.map(|destination| self.locale_of(destination));
        let spoken = self.languages.iter();
        let spoken = spoken.map(|language| Locale { language: language.clone(), ..main.clone() });
        let mut locales: Vec<Locale> = Vec::new();
        for locale in read {
            if locale != main && !locales.contains(&locale) {
                locales.push(locale);
            }
        }
        for locale in spoken.filter(|one| one.language != main.language) {
            if locales.iter().all(|one| one.language != locale.language) {
                locales.push(locale);
            }
        }
        locales
    }
}

/// What was decided beforehand. Times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Publish a holding statement when a draft has waited this long; `None`: never.
    pub holding_after_s: Option<u64>,
    /// A published update promises the next one after this long.
    pub update_every_s: u64,
    /// Staff are reminded this long before a promised update is due.
    pub remind_before_s: u64,
    /// A cleared suspicion or resolved incident that returns within this long is the same one.
    pub reopen_within_s: u64,
    /// A delivery that fails is retried for this long, then given up and told to staff.
    pub give_up_after_s: u64,
    /// What is said of maintenance windows, and when.
    #[serde(default)]
    pub maintenance: MaintenancePolicy,
    /// Times in which no work should be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blackouts: Vec<Blackout>,
    /// Names of the calendars whose times are the same; what stands in them comes as inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub busy_calendars: Vec<String>,
    /// What an incident that a provider publishes counts for.
    #[serde(default)]
    pub published: PublishedPolicy,
}

/// What an incident that a provider publishes counts for, as evidence beside what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPolicy {
    /// So many times likelier its components are taken to be at fault, 1 to
    /// [`Self::TIMES_MAX`]; 1: it counts for nothing.
    pub times: u32,
    /// After this long without a word of the provider it counts no more, in seconds.
    pub stale_after_s: u64,
}

impl PublishedPolicy {
    /// Below e³: what makes the difference between an answer and another, or the bot's own
    /// vantage, stays a matter of measurements.
    pub const TIMES_MAX: u32 = 20;
}

impl Default for PublishedPolicy {
    fn default() -> Self {
        Self { times: 10, stale_after_s: 12 * 3600 }
    }
}

/// What is said of maintenance windows by themselves, and when. Times in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaintenancePolicy {
    /// A window that begins sooner than this after it was scheduled is told to be short notice.
    pub notice_s: u64,
    /// Followers are reminded so long before an announced window begins.
    pub reminders_s: Vec<u64>,
    /// Staff are asked about the end this long before it was promised.
    pub ask_before_s: u64,
    /// Followers are told this long before the promised end that it takes longer.
    pub tell_before_s: u64,
    /// By how much the promise is then put off.
    pub overrun_s: u64,
    /// What still fails this long after the end is no longer put down to the work.
    pub verify_within_s: u64,
    /// The next window of work that comes again is made no sooner than this before it begins.
    pub repeat_ahead_s: u64,
    /// What becomes of a window when the provider's notice behind it changes.
    pub follow_notices: FollowNotices,
}

/// Whether an announced window follows its provider's notice by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowNotices {
    /// Staff are shown what changed, and say so.
    #[default]
    Ask,
    /// It does, and followers are told; what staff changed by hand stays.
    Follow,
}

impl Default for MaintenancePolicy {
    fn default() -> Self {
        Self {
            notice_s: 48 * 3600,
            reminders_s: vec![72 * 3600, 24 * 3600, 3600],
            ask_before_s: 15 * 60,
            tell_before_s: 5 * 60,
            overrun_s: 30 * 60,
            verify_within_s: 10 * 60,
            repeat_ahead_s: 14 * 86_400,
            follow_notices: FollowNotices::default(),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            holding_after_s: None,
            update_every_s: 30 * 60,
            remind_before_s: 5 * 60,
            reopen_within_s: 3600,
            give_up_after_s: 24 * 3600,
            maintenance: MaintenancePolicy::default(),
            blackouts: Vec::new(),
            busy_calendars: Vec::new(),
            published: PublishedPolicy::default(),
        }
    }
}

/// One configured account or room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Destination {
    /// Unique among destinations.
    pub id: DestinationId,
    /// The driver's name: "console", "webhook", …
    pub kind: String,
    /// Who reads there.
    pub audience: Audience,
    /// The language it is written to in ("en").
    pub language: String,
    /// The zone of the times told there; `None`: the bot's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Tz>,
    /// The driver's own settings that are not secret ("url").
    pub options: BTreeMap<String, String>,
    /// What fits.
    pub limits: Limits,
    /// What it can do beside taking a text.
    #[serde(default, skip_serializing_if = "Abilities::is_none")]
    pub abilities: Abilities,
}

/// What a destination can do beside taking a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Abilities {
    /// The first line of a public update there is the incident's title.
    pub headline: bool,
    /// A public update there is passed on to those who follow it from elsewhere.
    pub passes_on: bool,
    /// The source ("discord") whose people it can reach, and nobody else; `None`: anybody's.
    pub reaches: Option<String>,
    /// A post there can have buttons.
    pub buttons: bool,
    /// What staff note of an incident goes into a thread of its own there.
    pub threads: bool,
    /// A post there is a letter: its reader answers, and leaves, by a link in it.
    pub letters: bool,
    /// A moment can be told there so that everybody reads it in their own zone.
    pub times: bool,
    /// The latest public update there takes the place of the one before.
    pub edits: bool,
    /// A post there can be deleted.
    pub deletes: bool,
    /// A public update there has no link to the status page, as a link costs too much.
    pub linkless: bool,
    /// A picture goes along with a public update there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pictures: bool,
    /// The account that posts there are made with, as far as it is known without its secrets; those
    /// of one account leave one by one, whatever their destination. `None`: nobody else's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What a post there costs; `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
}

/// What a post costs, in thousandths of a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// One without a link.
    pub post_millidollars: u32,
    /// One with a link, in all.
    pub link_millidollars: u32,
}

impl Prices {
    /// Of one post.
    pub fn of(self, has_link: bool) -> u32 {
        if has_link { self.link_millidollars } else { self.post_millidollars }
    }
}

impl Abilities {
    /// Whether it takes texts and no more.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Who reads a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Anyone: only published updates go there.
    Public,
    /// Staff: suspicions, drafts, reminders, failures.
    Staff,
    /// People one by one: acknowledgements and follow-ups to reporters, updates to subscribers.
    Reporters,
}

impl Audience {
    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Staff => "staff",
            Self::Reporters => "reporters",
        }
    }
}

/// What fits into one post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest text, in `unit`.
    pub length_max: u32,
    /// How the destination counts.
    pub unit: TextUnit,
    /// What every URL counts, in `unit`, however long it is; `None`: as any other text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_length: Option<u32>,
    /// The most UTF-8 bytes, where the destination counts these as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_max: Option<u32>,
}

impl Limits {
    /// At most `length_max` in `unit`, URLs counted like any other text.
    pub const fn of(length_max: u32, unit: TextUnit) -> Self {
        Self { length_max, unit, url_length: None, bytes_max: None }
    }

    /// What fits where the other side has these limits: the narrower of both, and URLs as it counts
    /// them. Limits in another unit say nothing of these.
    pub fn within(self, other: &Self) -> Self {
        if self.unit != other.unit {
            return self;
        }
        let narrower = |one: Option<u32>, two: Option<u32>| match (one, two) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Self {
            length_max: self.length_max.min(other.length_max),
            unit: self.unit,
            url_length: other.url_length.or(self.url_length),
            bytes_max: narrower(self.bytes_max, other.bytes_max),
        }
    }
}

/// How a destination counts a text's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextUnit {
    /// UTF-8 bytes.
    Bytes,
    /// Unicode scalar values.
    Characters,
    /// What a reader would call a character (UAX #29).
    Graphemes,
    /// As X counts: signs of most scripts two, an emoji two, a link 23.
    Weighted,
}

/// What somebody may do. Ordered: a higher role may do all that a lower one may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reports problems and reads what is published.
    Customer,
    /// Runs incidents.
    Staff,
    /// Runs the bot.
    Admin,
}

impl Role {
    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }
}

/// What a token may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Probe results.
    Probes,
    /// Reports.
    Reports,
    /// Staff commands.
    Commands,
    /// Providers' notices.
    Notices,
}
