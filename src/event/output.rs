//! Outputs: what the engine decides. Each is journalled before it takes effect outside.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::{
    ComponentId, DestinationId, DraftId, Impact, IncidentId, IncidentState, MailingId,
    MaintenanceWindow, Notice, NoticeId, PersonId, PostId, ReportId, Role, Series, ServerId,
    Suspicion, SuspicionId, Timestamp, Topic, UpdateKind, WindowId, WindowNews, Wording,
};

use super::Post;

/// A decision. The JSON of `bellwether replay` and of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Output {
    /// Something is at fault, or what was said of it has changed.
    Suspicion(Suspicion),
    /// The evidence is gone, or another suspicion has taken this one in.
    SuspicionCleared {
        /// Which.
        id: SuspicionId,
        /// The suspicion that explains it as well.
        merged_into: Option<SuspicionId>,
    },
    /// A suspicion is put down to announced work, or no longer.
    SuspicionHeld {
        /// Which.
        id: SuspicionId,
        /// The window that covers its servers; `None`: it is an alarm from now on.
        window: Option<WindowId>,
    },
    /// Below the alarm, for staff alone.
    HeadsUp {
        /// The servers concerned.
        servers: Vec<ServerId>,
        /// Distinct people who reported.
        people: u32,
        /// One sentence.
        explanation: String,
    },
    /// A vantage is failing: its evidence is discarded.
    MonitorBlind {
        /// Which.
        vantage: String,
    },
    /// A vantage works again.
    MonitorRecovered {
        /// Which.
        vantage: String,
    },
    /// An incident was opened or changed.
    Incident {
        /// Which.
        id: IncidentId,
        /// Where it stands now.
        state: IncidentState,
        /// How much customers feel of it.
        impact: Impact,
        /// The suspicion behind it, if it began with one.
        suspicion: Option<SuspicionId>,
        /// The servers it is about.
        servers: Vec<ServerId>,
        /// Its title for staff and the public: no customer, no internal host.
        title: String,
        /// True when this ended incident was opened again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reopened: bool,
        /// Who did it, when a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Words for staff to approve.
    Draft {
        /// Which.
        id: DraftId,
        /// The incident it speaks of.
        incident: IncidentId,
        /// What it announces.
        kind: UpdateKind,
        /// The public words.
        text: String,
        /// The last line of `text` when it says when the next update comes: publishing puts the
        /// time that then holds in its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        promise: Option<String>,
        /// The words in short, for destinations where `text` does not fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        short: Option<String>,
        /// The words for readers of other languages and zones.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wordings: Vec<Wording>,
        /// Who wrote it: `None` for the bot, else who asked for or edited it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// Grows with every edit.
        revision: u32,
    },
    /// The evidence changed after the draft was made: an approval must look again.
    DraftStale {
        /// Which.
        id: DraftId,
        /// The revision that is stale.
        revision: u32,
        /// What changed, in one sentence.
        changed: String,
    },
    /// A draft is no longer waiting (a published one says so by `Update`).
    DraftClosed {
        /// Which.
        id: DraftId,
        /// Why.
        how: DraftEnd,
        /// Who, if a person did it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A draft was put off.
    DraftWaits {
        /// Which.
        id: DraftId,
        /// Asked again then.
        until: Timestamp,
        /// Who.
        by: String,
    },
    /// A public statement: an approved draft, or a standing policy's words.
    Update {
        /// The incident it speaks of.
        incident: IncidentId,
        /// The draft it was; `None` for a standing policy's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<DraftId>,
        /// Its place among the incident's updates, from 1.
        revision: u32,
        /// What it announces.
        kind: UpdateKind,
        /// The public words.
        text: String,
        /// The words for readers of other languages and zones.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        wordings: Vec<Wording>,
        /// Who approved it, or the standing policy's name (`policy:holding_after`).
        by: String,
        /// The approver's right; `None` for a policy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// When the next update is promised; `None` once it is over.
        next_update_at: Option<Timestamp>,
    },
    /// A maintenance window was made or changed: all of it as it is now.
    Window {
        /// The window.
        #[serde(flatten)]
        window: MaintenanceWindow,
        /// Who did it, when a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Work that comes again was planned or changed, or its next window was made: all of it as it
    /// is now.
    Series {
        /// The series.
        #[serde(flatten)]
        series: Box<Series>,
        /// Who did it, when a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A public statement about a window: approved by a person, or a standing policy's words.
    Announcement {
        /// The window it speaks of.
        window: WindowId,
        /// Its place among the window's announcements, from 1.
        revision: u32,
        /// What it tells.
        news: WindowNews,
        /// The public words.
        text: String,
        /// Who approved it, or the standing policy's name (`policy:maintenance`).
        by: String,
        /// The approver's right; `None` for a policy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// The incident whose update it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<IncidentId>,
    },
    /// A window's work is over and its servers are not well: they alarm again.
    WindowFails {
        /// Which.
        window: WindowId,
        /// The servers whose probes still fail; none: nothing measures them.
        servers: Vec<ServerId>,
    },
    /// Words for one destination.
    Post(Post),
    /// A post that did not arrive is due again, with the same id and bytes.
    PostAgain {
        /// Which.
        post: PostId,
        /// Somebody looked: it does not stand there, so it need not be looked up first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        not_there: bool,
        /// Who asked for it.
        by: String,
    },
    /// A report was taken in.
    ReportFiled {
        /// Which.
        report: ReportId,
        /// Its author.
        person: PersonId,
        /// The server of the domain it names, if it is one of ours.
        server: Option<ServerId>,
        /// The open incident about that server.
        incident: Option<IncidentId>,
        /// Whether it is evidence.
        counted: bool,
        /// Why it is none: "unconfirmed", "repeat", "unknown_domain", …
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Staff said which server a report is about, or that it is none.
    ReportSettled {
        /// Which.
        report: ReportId,
        /// The server; `None`: dismissed.
        server: Option<ServerId>,
        /// Whether it is evidence now.
        #[serde(default)]
        counted: bool,
        /// Who.
        by: String,
    },
    /// What a provider announced, and where it touches us; in place of what was known of it.
    Notice {
        /// Which.
        id: NoticeId,
        /// As it now stands.
        notice: Box<Notice>,
        /// Our components that it names.
        components: Vec<ComponentId>,
        /// The servers behind these.
        servers: Vec<ServerId>,
    },
    /// Something that belongs to the incident's story.
    Timeline {
        /// The incident; `None`: of the day in general.
        incident: Option<IncidentId>,
        /// What sort of thing.
        kind: TimelineKind,
        /// Who said or did it.
        by: String,
        /// In words.
        text: String,
    },
    /// The answer to a command.
    Reply {
        /// Whether it was carried out.
        ok: bool,
        /// In words.
        text: String,
    },
    /// Staff are told of something that is theirs to do.
    Reminder {
        /// The incident.
        incident: IncidentId,
        /// In words.
        text: String,
    },
    /// Staff are told of something that is amiss.
    StaffNotice {
        /// In words.
        text: String,
    },
    /// What somebody hears of from now on; one with neither `topics` nor `wanted` is no subscriber.
    Subscription(Subscription),
    /// An update is on its way to everybody who wants to hear of it. Who that is, is looked up page
    /// by page; each page's posts are decisions of their own.
    Mailing(Mailing),
    /// A page of a mailing has been written.
    MailingPage {
        /// Which mailing.
        id: MailingId,
        /// The place among subscribers at which the next page begins.
        next: u64,
    },
}

/// A person's wish to hear of updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Who.
    pub person: PersonId,
    /// Where they are written to ("discord", "email").
    pub source: String,
    /// What they hear of.
    pub topics: BTreeSet<Topic>,
    /// What was asked in their name and they have not confirmed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub wanted: BTreeSet<Topic>,
    /// The hash of the token by which they confirm and leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Nothing is written to them: what was written came back. Why, in the other side's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<String>,
}

/// One update for many readers of one destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mailing {
    /// Which.
    pub id: MailingId,
    /// The incident it speaks of, with what it announces; else it speaks of a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// The maintenance window it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowId>,
    /// The update's place among the incident's updates, or the window's announcements.
    pub revision: u32,
    /// What it announces of an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<UpdateKind>,
    /// What it tells of a window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<WindowNews>,
    /// Where it leaves.
    pub destination: DestinationId,
    /// Whom it is for: people of this source …
    pub source: String,
    /// … who hear of one of these …
    pub topics: BTreeSet<Topic>,
    /// … and of none of these, who are told otherwise …
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub besides: BTreeSet<Topic>,
    /// … and subscribed no later than the one at this place.
    pub through: u64,
    /// The words, the same for all of them.
    pub body: String,
}

impl Output {
    /// The word for its type in JSON and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Suspicion(_) => "suspicion",
            Self::SuspicionCleared { .. } => "suspicion_cleared",
            Self::SuspicionHeld { .. } => "suspicion_held",
            Self::HeadsUp { .. } => "heads_up",
            Self::MonitorBlind { .. } => "monitor_blind",
            Self::MonitorRecovered { .. } => "monitor_recovered",
            Self::Incident { .. } => "incident",
            Self::Draft { .. } => "draft",
            Self::DraftStale { .. } => "draft_stale",
            Self::DraftClosed { .. } => "draft_closed",
            Self::DraftWaits { .. } => "draft_waits",
            Self::Update { .. } => "update",
            Self::Window { .. } => "window",
            Self::Series { .. } => "series",
            Self::Announcement { .. } => "announcement",
            Self::WindowFails { .. } => "window_fails",
            Self::Post(_) => "post",
            Self::PostAgain { .. } => "post_again",
            Self::ReportFiled { .. } => "report_filed",
            Self::ReportSettled { .. } => "report_settled",
            Self::Notice { .. } => "notice",
            Self::Timeline { .. } => "timeline",
            Self::Reply { .. } => "reply",
            Self::Reminder { .. } => "reminder",
            Self::StaffNotice { .. } => "staff_notice",
            Self::Subscription(_) => "subscription",
            Self::Mailing(_) => "mailing",
            Self::MailingPage { .. } => "mailing_page",
        }
    }
}

/// How a draft ended without being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftEnd {
    /// Staff said no.
    Dismissed,
    /// A newer draft of the same incident took its place.
    Superseded,
}

/// What sort of thing stands in a timeline besides what the engine decides itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    /// What staff tried, and what came of it.
    Tried,
    /// What a provider said.
    UpstreamSaid,
    /// A remark.
    Note,
}
