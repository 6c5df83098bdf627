//! Notices: what a provider says it will do or sees, as far as it could be read.
//!
//! Plain data. What was not said and had to be taken for granted is in `assumed`, what could not be
//! read is in `unread`: nothing is guessed in silence. Must not: hold the provider's letter, only
//! what was read out of it. Start at [`Notice`].

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// One thing that a provider announced; a later notice of the same provider and id replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The component's id where the sender is known for one, else as the sender is called.
    pub provider: String,
    /// The provider's own id for it.
    pub id: String,
    /// What it is about.
    pub about: NoticeAbout,
    /// Our account there, as the notice names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Circuits, machines or services that it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// When; `None`: not said, or not to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<NoticeWindow>,
    /// What it does to what it is about.
    #[serde(default)]
    pub impact: NoticeImpact,
    /// How far it is.
    #[serde(default)]
    pub status: NoticeStatus,
    /// Grows with every change, where the provider counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// When the provider wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamped_at: Option<Timestamp>,
    /// The provider's own words for it: one line, made harmless.
    #[serde(default)]
    pub title: String,
    /// What was taken for granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<Assumed>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// When something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeWindow {
    /// From.
    pub starts_at: Timestamp,
    /// Until; `None`: not said, or not to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// The word in JSON and for messages.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// What a notice is about.
    NoticeAbout {
        /// Work that is planned, or under way as planned.
        Maintenance = "maintenance",
        /// Trouble that the provider sees.
        Incident = "incident",
    }
}

words! {
    /// What a provider says its work or trouble does (the words of MAINTNOTE).
    #[derive(Default)]
    NoticeImpact {
        /// Nothing that would be noticed.
        NoImpact = "no_impact",
        /// One of several ways is gone.
        ReducedRedundancy = "reduced_redundancy",
        /// It works worse.
        Degraded = "degraded",
        /// It does not work.
        Outage = "outage",
        /// Not said, or not to be read.
        #[default]
        Unknown = "unknown",
    }
}

words! {
    /// How far it is (the words of MAINTNOTE).
    #[derive(Default)]
    NoticeStatus {
        /// It may come, and the time may change.
        Tentative = "tentative",
        /// It will come.
        Confirmed = "confirmed",
        /// It is under way.
        InProgress = "in_progress",
        /// It is over.
        Completed = "completed",
        /// It will not come.
        Cancelled = "cancelled",
        /// Not said, or not to be read.
        #[default]
        Unknown = "unknown",
    }
}

impl NoticeStatus {
    /// Whether nothing more is to be expected of it.
    pub fn is_over(self) -> bool {
        match self {
            Self::Completed | Self::Cancelled => true,
            Self::Tentative | Self::Confirmed | Self::InProgress | Self::Unknown => false,
        }
    }
}

words! {
    /// What was taken for granted because it was not said.
    Assumed {
        /// A time without a zone is UTC, as the standard asks.
        Utc = "utc",
        /// A time without a zone is in our own.
        OwnZone = "own_zone",
        /// A time without a zone is in the provider's own.
        ProviderZone = "provider_zone",
        /// The zone's name is another program's for the one that was taken.
        ZoneName = "zone_name",
        /// Standard time was written for a day of summer time; it was taken as written.
        ZoneSeason = "zone_season",
        /// A date without a year is the one nearest to when it was written.
        Year = "year",
        /// "Tonight" and the like count from when it was written.
        Day = "day",
        /// A date without a time is the whole day.
        WholeDay = "whole_day",
        /// An end earlier in the day than the beginning is on the next one.
        NextDay = "next_day",
        /// The end is the beginning and the length that was said.
        Length = "length",
        /// Without a sequence, what was written later counts.
        NoSequence = "no_sequence",
        /// The standing is the calendar entry's own.
        EventStatus = "event_status",
        /// It is a calendar entry that does not follow MAINTNOTE.
        NotMaintnote = "not_maintnote",
        /// Lines that were folded wrongly belong to those before them.
        Folding = "folding",
        /// It names no id of its own; its thread or its title stands for one.
        NoId = "no_id",
        /// The provider is told by the sender's address.
        Sender = "sender",
        /// It is no longer on the provider's page.
        Gone = "gone",
    }
}

words! {
    /// What could not be read.
    Unread {
        /// Who says it.
        Provider = "provider",
        /// When it begins.
        Start = "start",
        /// When it ends.
        End = "end",
        /// Which zone its times are in.
        Zone = "zone",
        /// What it does.
        Impact = "impact",
        /// How far it is.
        Status = "status",
        /// Which circuits or machines it is about.
        Objects = "objects",
    }
}

/// How a notice stands to the one that is known of the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAge {
    /// It replaces what is known.
    Newer,
    /// It is what is known, said again later.
    Repeated,
    /// It is what is known, to the letter.
    Same,
    /// It was written before what is known.
    Older,
}

impl Notice {
    /// Whether this, which came now, replaces `known`: by sequence, then by when it was written,
    /// then by when it came.
    pub fn against(&self, known: &Self) -> NoticeAge {
        if self == known {
            return NoticeAge::Same;
        }
        match self.written(known) {
            Ordering::Less => NoticeAge::Older,
            Ordering::Equal | Ordering::Greater if self.says_the_same(known) => NoticeAge::Repeated,
            Ordering::Equal | Ordering::Greater => NoticeAge::Newer,
        }
    }

    fn written(&self, known: &Self) -> Ordering {
        let by_sequence = match (self.sequence, known.sequence) {
            (Some(own), Some(other)) => own.cmp(&other),
            (None, _) | (_, None) => Ordering::Equal,
        };
        by_sequence.then_with(|| match (self.stamped_at, known.stamped_at) {
            (Some(own), Some(other)) => own.cmp(&other),
            (None, _) | (_, None) => Ordering::Equal,
        })
    }

    /// Whether it says nothing else than `known`, however it is counted and stamped.
    pub fn says_the_same(&self, known: &Self) -> bool {
        let unstamped = |one: &Self| Self { sequence: None, stamped_at: None, ..one.clone() };
        unstamped(self) == unstamped(known)
    }

    /// Whether it is of the same thing as `other`.
    pub fn is_of(&self, other: &Self) -> bool {
        self.provider.eq_ignore_ascii_case(&other.provider) && self.id == other.id
    }
}
