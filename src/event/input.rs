//! Inputs: everything that may change the engine's state, time included.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{
    BusyCalendar, DestinationId, DraftId, IncidentId, Limits, MailingId, Notice, PersonId, PostId,
    ProbeId, ReportId, Role, SeriesId, Settings, SuspicionId, Timestamp, Topic, WindowId,
};

/// Something that enters the engine. In the journal every id of a person or report is random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Input {
    /// The bot starts, or its configuration was read again.
    Started {
        /// Made once, with the journal; part of every `PostId`.
        installation: String,
        /// The engine's version: crate version and detector.
        version: String,
        /// The whole fleet and the policies; `None` when they are as they were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<Arc<Settings>>,
        /// A running bot was told to read its configuration again; `None` when it starts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reload: Option<Reload>,
    },
    /// One outcome of a check.
    ProbeResult {
        /// Which check.
        probe: ProbeId,
        /// Whether it did what was expected.
        ok: bool,
        /// How long it took, in milliseconds; `None` when there was no answer.
        latency_ms: Option<u32>,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// A customer's problem.
    Report {
        /// The report.
        id: ReportId,
        /// Its author.
        reporter: PersonId,
        /// Where it was said ("discord", "web", a token's name).
        source: String,
        /// The customer's domain, when it is one of ours or the sender is trusted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
        /// The person is who they say: known to the chat, a trusted sender's word, or confirmed.
        /// An unconfirmed report is shown to staff and is no evidence.
        confirmed: bool,
        /// The voice that took it waits for the acknowledgement: it is a reply, and no post.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        answered: bool,
        /// The language that its author reads ("de", "en-US"), where the voice knows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The words, only where there is no personal tree to keep them (replay).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A staff command, as typed.
    Command {
        /// Who, by the name of their token or account.
        by: String,
        /// With what right.
        role: Role,
        /// What they typed.
        text: String,
    },
    /// A provider announced something; what could be read of it.
    Notice {
        /// As it was read, bounded and harmless.
        notice: Box<Notice>,
    },
    /// A calendar of times in which no work should be done was read, or has changed.
    Busy {
        /// All of it, as it was read.
        calendar: Box<BusyCalendar>,
    },
    /// A voice of the bot found something that staff must see to.
    Trouble {
        /// What, and what to do, in words.
        text: String,
    },
    /// A destination said what fits there.
    Learned {
        /// Which.
        destination: DestinationId,
        /// What fits; the configuration's own limits stay upper bounds.
        limits: Limits,
    },
    /// Somebody wants to hear of updates.
    Subscribe {
        /// Who.
        person: PersonId,
        /// Where they are written to ("discord", "email").
        source: String,
        /// What they want to hear of, beside what they hear of already.
        topic: Topic,
        /// The person is who they say; else nothing is written to them but one letter, until
        /// [`Input::Confirm`] comes with the key.
        confirmed: bool,
        /// The hash of the token that the letter holds; the token itself is a personal value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// The owner of an address says yes to what was asked in their name.
    Confirm {
        /// Who.
        person: PersonId,
        /// The hash of the token that they showed.
        key: String,
    },
    /// Somebody wants to hear of nothing more.
    Unsubscribe {
        /// Who.
        person: PersonId,
        /// The hash of the token that they showed, when it was a letter's link.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// There is nobody where a subscriber was written to.
    Bounced {
        /// Who.
        person: PersonId,
        /// What the other side said.
        reason: String,
    },
    /// A deadline has come.
    Timer {
        /// What was due.
        reason: TimerReason,
        /// When it was due.
        due: Timestamp,
    },
    /// What became of a post.
    Delivery {
        /// The post.
        post: PostId,
        /// What happened to it.
        #[serde(flatten)]
        event: DeliveryEvent,
    },
}

/// What came of reading the configuration again, beside the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// Who asked for it: the name of a token or account, or of the signal.
    pub by: String,
    /// What is wrong with it; when anything is, the one before stays in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
    /// Keys of the file whose values changed and are not told to the engine ("token").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<String>,
    /// Keys of the file whose values changed and follow only at the next start ("bot.listen").
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_next_start: Vec<String>,
}

impl Input {
    /// The word for its type in JSON and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::ProbeResult { .. } => "probe_result",
            Self::Report { .. } => "report",
            Self::Command { .. } => "command",
            Self::Notice { .. } => "notice",
            Self::Busy { .. } => "busy",
            Self::Trouble { .. } => "trouble",
            Self::Learned { .. } => "learned",
            Self::Subscribe { .. } => "subscribe",
            Self::Confirm { .. } => "confirm",
            Self::Unsubscribe { .. } => "unsubscribe",
            Self::Bounced { .. } => "bounced",
            Self::Timer { .. } => "timer",
            Self::Delivery { .. } => "delivery",
        }
    }
}

impl DeliveryEvent {
    /// The word for it in JSON and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::Retry { .. } => "retry",
            Self::Unknown { .. } => "unknown",
            Self::Unresolved { .. } => "unresolved",
            Self::Failed { .. } => "failed",
            Self::Superseded { .. } => "superseded",
            Self::Gone => "gone",
        }
    }
}

/// Why the engine asked to be woken. Ordered, so that equal deadlines have one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerReason {
    /// The detector wants to look again.
    Evidence,
    /// A suspicion may be cleared.
    Recovery(SuspicionId),
    /// Nobody answered a draft: the holding policy may speak.
    Holding(DraftId),
    /// A draft that was put off is due again.
    Wait(DraftId),
    /// A promised update is due soon.
    Reminder(IncidentId),
    /// A promised update is due now.
    PromisedUpdate(IncidentId),
    /// Followers are to be reminded of a window.
    WindowReminder(WindowId),
    /// A window begins.
    WindowStart(WindowId),
    /// Staff are to be asked about a window's end.
    WindowEnding(WindowId),
    /// A window's promised end is near, and nobody has said anything.
    WindowOverrun(WindowId),
    /// A window's promised end has come.
    WindowEnd(WindowId),
    /// A window's servers are to be looked at again.
    WindowCheck(WindowId),
    /// The next page of a mailing may be written.
    Mailing(MailingId),
    /// The next window of work that comes again is to be made.
    Series(SeriesId),
}

/// What happened to a post, in the order due → sending → sent | unknown | failed;
/// superseded before it leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DeliveryEvent {
    /// It is about to leave; durable before the first byte does.
    Sending {
        /// Counted from 1.
        attempt: u32,
    },
    /// It arrived.
    Sent {
        /// The other side's id, when it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remote_id: Option<String>,
        /// Where it can be seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// In what it is not quite as was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<String>,
    },
    /// It did not arrive, and is tried again.
    Retry {
        /// Not before this.
        not_before: Timestamp,
        /// What the other side said.
        reason: String,
        /// The other side named the pause: the whole destination waits.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asked: bool,
    },
    /// It may have arrived: to be looked up by its key.
    Unknown {
        /// What was seen.
        reason: String,
        /// Not looked up before this.
        not_before: Timestamp,
    },
    /// It may have arrived and cannot be looked up: staff must look.
    Unresolved {
        /// What was seen.
        reason: String,
    },
    /// It will not arrive.
    Failed {
        /// What the other side said.
        reason: String,
    },
    /// It never left, and a newer word about the same says it better.
    Superseded {
        /// The newer post.
        by: PostId,
    },
    /// It had arrived, and somebody took it away there.
    Gone,
}
