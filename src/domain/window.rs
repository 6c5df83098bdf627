//! Maintenance windows: announced work on servers and components, from schedule to completed.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Assumed, IncidentId, NoticeId, Occurrence, ServerId, Timestamp, WindowId};

/// Where a window stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowState {
    /// It lies ahead.
    Scheduled,
    /// The work goes on.
    InProgress,
    /// The work is over; probes must agree that all is well.
    Verifying,
    /// All is over and well.
    Completed,
    /// It does not take place, or was given up.
    Cancelled,
}

impl WindowState {
    /// Whether something of it is still to come.
    pub fn is_open(self) -> bool {
        match self {
            Self::Scheduled | Self::InProgress | Self::Verifying => true,
            Self::Completed | Self::Cancelled => false,
        }
    }

    /// Whether the work has begun and is not over for good.
    pub fn is_under_way(self) -> bool {
        match self {
            Self::InProgress | Self::Verifying => true,
            Self::Scheduled | Self::Completed | Self::Cancelled => false,
        }
    }

    /// The word in files, JSON and commands.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What an announcement of a window tells; each has its own words in `messages/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowNews {
    /// First word: it is planned.
    Scheduled,
    /// It comes nearer.
    Reminder,
    /// It has begun.
    Started,
    /// It takes place at another time.
    Moved,
    /// Its end was put off by a person.
    Extended,
    /// It takes longer than was promised, and nobody said otherwise.
    Delayed,
    /// The work is over and is being checked.
    Verifying,
    /// All is over and well.
    Completed,
    /// It does not take place, or was given up.
    Cancelled,
}

impl WindowNews {
    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Reminder => "reminder",
            Self::Started => "started",
            Self::Moved => "moved",
            Self::Extended => "extended",
            Self::Delayed => "delayed",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Announced work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaintenanceWindow {
    /// Which.
    pub id: WindowId,
    /// Its public title.
    pub title: String,
    /// More public words, when staff gave some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Ids of the servers and components that are worked on, as typed.
    pub targets: Vec<String>,
    /// All servers that it covers: those named, and those below the components.
    pub servers: Vec<ServerId>,
    /// When it begins, or began.
    pub starts_at: Timestamp,
    /// When it is promised to be over.
    pub ends_at: Timestamp,
    /// The zone that its times are told in.
    pub zone: Tz,
    /// The beginning as it was typed, in `zone`.
    pub local: String,
    /// Where it stands.
    pub state: WindowState,
    /// Grows with every change of its times or words, from 1. An approval names the one that was
    /// read; a calendar's SEQUENCE is one less.
    pub revision: u32,
    /// The incident that it is to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// The provider's notice that it tells customers of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeId>,
    /// Which occurrence of work that comes again it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurrence: Option<Occurrence>,
}

/// A time in which no work should be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blackout {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
    /// Why, for staff ("final projects are due").
    pub reason: String,
}

/// The busy times of one calendar, as they were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyCalendar {
    /// Its name in the configuration.
    pub name: String,
    /// Its times, the earliest first.
    pub times: Vec<Blackout>,
    /// Entries of which no time could be read.
    #[serde(default)]
    pub unread: u32,
    /// Times beyond what is kept.
    #[serde(default)]
    pub left_out: u32,
    /// What its entries do not say and was taken for granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<Assumed>,
}
