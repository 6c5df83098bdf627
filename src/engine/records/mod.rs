//! What the engine remembers besides the detector's evidence: suspicions, incidents, drafts,
//! reports, people by random id, posts and their receipts.
//!
//! Plain data. It changes in two places only: [`Records::observe`] (an input came in) and
//! [`Records::apply`] (a decision was taken, now or earlier). Must not: decide, or make words.
//! Start at [`Records`].

mod apply;
mod deadline;
mod notices;
mod observe;
mod prune;
mod reports;
mod series;
mod subscribers;
mod windows;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        AsShown, Audience, BusyCalendar, DestinationId, DraftId, Impact, IncidentId, IncidentState,
        Limits, MailingId, NoticeId, PersonId, PostId, ReportId, Role, Series, SeriesId, ServerId,
        Settings, Suspicion, SuspicionId, Timestamp, UpdateKind, WindowId, Wording,
    },
    event::{DeliveryEvent, DraftEnd, Happening, TimelineKind, TimerReason},
};

pub(super) use apply::EvidenceChange;
pub(super) use deadline::seconds;
pub(super) use notices::NoticeRecord;
use notices::is_zero;
pub(super) use subscribers::{CONFIRM_SUBJECT, MailingRecord, PAGE_MAX, Subscriber, Subscribers};
pub(super) use windows::{Agreement, OVERRUNS_MAX, WindowRecord};

/// How long a person's further reports are no new evidence, in seconds.
pub(super) const REPEAT_WITHIN_S: i64 = 6 * 3600;

/// The input that is being worked on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub seq: u64,
    pub received: Timestamp,
    pub happening: &'a Happening,
}

/// All that is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Records {
    /// Made once, with the journal; the first one seen is kept.
    pub installation: String,
    /// Engine versions that ran, oldest first.
    pub versions: VecDeque<(Timestamp, String)>,
    pub settings: Arc<Settings>,
    /// Engine time of the last input.
    pub now: Timestamp,
    pub suspicions: BTreeMap<SuspicionId, SuspicionRecord>,
    pub last_suspicion: SuspicionId,
    pub incidents: BTreeMap<IncidentId, Incident>,
    pub last_incident: IncidentId,
    pub drafts: BTreeMap<DraftId, Draft>,
    pub last_draft: DraftId,
    pub reports: BTreeMap<ReportId, ReportRecord>,
    pub report_order: VecDeque<ReportId>,
    pub people: BTreeMap<PersonId, Person>,
    pub person_order: VecDeque<PersonId>,
    pub posts: BTreeMap<PostId, PostRecord>,
    /// Posts that are no public update, oldest first: the oldest are forgotten.
    pub post_order: VecDeque<PostId>,
    pub blind: BTreeSet<String>,
    /// What staff said that belongs to no incident.
    pub diary: VecDeque<Moment>,
    /// When staff were last told that a destination fails.
    pub failure_told_at: BTreeMap<DestinationId, Timestamp>,
    /// What destinations said that fits there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub learned: BTreeMap<DestinationId, Limits>,
    /// Destinations whose long pause staff were told of, until something arrives there again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pauses_told: BTreeSet<DestinationId>,
    /// When staff were last told of a report that is no evidence.
    pub report_told_at: VecDeque<Timestamp>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub windows: BTreeMap<WindowId, WindowRecord>,
    #[serde(default)]
    pub last_window: WindowId,
    /// Windows whose work has begun and is not over for good.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub under_way: BTreeSet<WindowId>,
    /// Work that comes again, also what of it is over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub series: BTreeMap<SeriesId, Series>,
    #[serde(default, skip_serializing_if = "is_no_series")]
    pub last_series: SeriesId,
    /// What calendars of busy times say, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub busy: BTreeMap<String, BusyCalendar>,
    /// What providers announced, as it now stands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notices: BTreeMap<NoticeId, NoticeRecord>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub last_notice: NoticeId,
    /// The last heads-up, for another detector at an upgrade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heads_up: Option<HeadsUpRecord>,
    /// Who wants to hear of updates.
    #[serde(default, skip_serializing_if = "Subscribers::is_new")]
    pub subscribers: Subscribers,
    /// Updates that are on their way to them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mailings: BTreeMap<MailingId, MailingRecord>,
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub last_mailing: MailingId,
    /// The record's own timer that the present input fired.
    #[serde(skip)]
    pub fired: Option<TimerReason>,
    /// What the calendar said before the present input, which it came with.
    #[serde(skip)]
    pub busy_before: Option<BusyCalendar>,
    /// The settings before the present input, where it is a reload that changed them.
    #[serde(skip)]
    pub before_reload: Option<Arc<Settings>>,
}

fn is_none_yet(last: &MailingId) -> bool {
    last.0 == 0
}

fn is_no_series(last: &SeriesId) -> bool {
    last.0 == 0
}

/// A heads-up that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HeadsUpRecord {
    pub at: Timestamp,
    pub servers: Vec<ServerId>,
}

/// A suspicion, standing or past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SuspicionRecord {
    pub suspicion: Suspicion,
    pub raised_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
    pub merged_into: Option<SuspicionId>,
    /// A monitoring draft was proposed since it was last said.
    pub recovery_proposed: bool,
    /// The window that it is put down to: no alarm while that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<WindowId>,
}

impl SuspicionRecord {
    pub fn stands(&self) -> bool {
        self.cleared_at.is_none()
    }
}

/// An incident with all that was said and done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Incident {
    pub id: IncidentId,
    pub state: IncidentState,
    pub impact: Impact,
    pub suspicion: Option<SuspicionId>,
    pub servers: Vec<ServerId>,
    pub title: String,
    pub since: Timestamp,
    pub opened_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub updates: Vec<Published>,
    pub next_update_at: Option<Timestamp>,
    /// Reminders about the promise that now stands.
    pub reminders: u32,
    /// The post that opened the incident at each destination.
    pub first_posts: BTreeMap<DestinationId, PostId>,
    /// Posts of its public updates.
    pub posts: Vec<PostId>,
    pub followed_up: BTreeSet<UpdateKind>,
    pub story: Vec<Moment>,
    pub story_left_out: u32,
}

impl Incident {
    pub fn is_published(&self) -> bool {
        !self.updates.is_empty()
    }

    /// How it stands, as far as somebody decides by it.
    pub fn as_shown(&self) -> AsShown {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        AsShown {
            state: self.state,
            impact: self.impact,
            servers: count(self.servers.len()),
            updates: count(self.updates.len()),
        }
    }

    /// Servers are affected that the public was not told of with the last update.
    pub fn is_wider_than_published(&self) -> bool {
        let told = self.updates.last().map(|update| &update.servers);
        told.is_some_and(|told| self.servers.iter().any(|server| !told.contains(server)))
    }
}

/// A public statement, as it was when it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Published {
    pub revision: u32,
    pub kind: UpdateKind,
    pub text: String,
    pub at: Timestamp,
    pub by: String,
    pub role: Option<Role>,
    pub next_update_at: Option<Timestamp>,
    pub servers: Vec<ServerId>,
    pub impact: Impact,
    pub title: String,
    /// The state that was published with it.
    pub state: IncidentState,
    /// What readers of other languages and zones were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wordings: Vec<Wording>,
}

/// Words for staff to approve, newest revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Draft {
    pub id: DraftId,
    pub incident: IncidentId,
    pub kind: UpdateKind,
    pub text: String,
    pub promise: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wordings: Vec<Wording>,
    pub by: Option<String>,
    pub revision: u32,
    /// Staff were asked, or asked again.
    pub asked_at: Timestamp,
    pub waits_until: Option<Timestamp>,
    /// What changed since staff last looked.
    pub stale: Option<String>,
    pub basis: Basis,
    pub holding_tried: bool,
    pub end: Option<DraftOutcome>,
}

/// The evidence a draft was made from: when it changes, the draft is stale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Basis {
    pub servers: Vec<ServerId>,
    pub causes: Vec<String>,
    pub impact: Impact,
}

/// How a draft ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DraftOutcome {
    Published { by: String, at: Timestamp },
    Closed { how: DraftEnd, by: Option<String> },
}

/// A report, without its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ReportRecord {
    pub person: PersonId,
    pub at: Timestamp,
    pub source: String,
    pub server: Option<ServerId>,
    pub counted: bool,
    pub reason: Option<String>,
    pub dismissed: bool,
    pub settled_by: Option<String>,
}

/// A reporter, by random id.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    /// When a report of theirs last counted.
    pub counted_at: Option<Timestamp>,
    pub acknowledged_at: Option<Timestamp>,
    /// Servers they reported about: they are linked to these.
    pub servers: BTreeSet<ServerId>,
    /// Domains of ours that they named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub domains: BTreeSet<String>,
    /// The language that they read, as last known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When they were last asked whether it is fixed for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Reports kept since `kept_since`.
    pub kept: u32,
    pub kept_since: Timestamp,
}

/// A post and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PostRecord {
    pub destination: DestinationId,
    pub audience: Audience,
    pub subject: String,
    pub incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowId>,
    pub at: Timestamp,
    /// The last that was heard of it; `None`: not tried yet.
    pub last: Option<DeliveryEvent>,
    /// The post that this one deletes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletes: Option<PostId>,
}

/// Something that happened in an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Moment {
    pub at: Timestamp,
    #[serde(flatten)]
    pub step: Step,
}

/// What happened, as data; words come when somebody asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Step {
    Suspected { suspicion: SuspicionId, explanation: String },
    SuspicionCleared { suspicion: SuspicionId, merged_into: Option<SuspicionId> },
    State { state: IncidentState, impact: Impact, reopened: bool, by: Option<String> },
    Servers { servers: Vec<ServerId> },
    Drafted { draft: DraftId, revision: u32, kind: UpdateKind, by: Option<String> },
    Stale { draft: DraftId, changed: String },
    DraftClosed { draft: DraftId, how: DraftEnd, by: Option<String> },
    DraftWaits { draft: DraftId, until: Timestamp, by: String },
    Update { revision: u32, kind: UpdateKind, text: String, by: String, role: Option<Role> },
    Posted { post: PostId, destination: DestinationId },
    Delivery { destination: DestinationId, event: DeliveryEvent },
    PostedAgain { destination: DestinationId, by: String },
    Reported { report: ReportId, server: ServerId, counted: bool },
    Settled { report: ReportId, server: Option<ServerId>, by: String },
    Told { kind: TimelineKind, by: String, text: String },
    Reminded { text: String },
    Mailed { destination: DestinationId, revision: u32, sent: u32, failed: u32 },
}

impl Records {
    /// The open incidents, oldest first.
    pub fn open_incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values().filter(|incident| incident.state.is_open())
    }

    /// The posts that ask staff about an incident's drafts, oldest first.
    pub fn questions(&self, id: IncidentId) -> impl Iterator<Item = (&PostId, &PostRecord)> {
        self.post_order.iter().filter_map(|id| Some((id, self.posts.get(id)?))).filter(
            move |(_, post)| {
                let asks = matches!(post.subject.as_str(), "draft" | "stale");
                asks && post.incident == Some(id) && post.audience == Audience::Staff
            },
        )
    }

    /// Drafts that wait for an answer.
    pub fn open_drafts(&self) -> impl Iterator<Item = &Draft> {
        self.drafts.values().filter(|draft| draft.end.is_none())
    }

    /// Of an incident, those whose turn it is: what is to be told once it is over waits for that, and
    /// is no word on how it goes.
    pub fn drafts_in_turn(&self, id: IncidentId) -> impl Iterator<Item = &Draft> {
        let is_open = self.incidents.get(&id).is_some_and(|incident| incident.state.is_open());
        self.open_drafts().filter(move |draft| {
            draft.incident == id && !(is_open && draft.kind == UpdateKind::PostMortem)
        })
    }

    /// The standing suspicion behind an incident, its aliases followed.
    pub fn suspicion_of(&self, incident: &Incident) -> Option<&SuspicionRecord> {
        let record = self.suspicions.get(&self.alias(incident.suspicion?))?;
        record.stands().then_some(record)
    }

    /// The suspicion that `id` was merged into, or itself.
    pub fn alias(&self, id: SuspicionId) -> SuspicionId {
        let mut id = id;
        // Each merge points at a suspicion that stood then, so the chain is finite; the bound
        // only guards against a damaged snapshot.
        for _ in 0..64 {
            match self.suspicions.get(&id).and_then(|record| record.merged_into) {
                Some(into) => id = into,
                None => break,
            }
        }
        id
    }

    /// What a draft about `incident` would now be made from.
    pub fn basis(&self, incident: &Incident) -> Basis {
        let causes = self.suspicion_of(incident).map(|record| {
            let mut ids: Vec<String> =
                record.suspicion.causes.iter().map(|cause| cause.id.clone()).collect();
            ids.sort();
            ids
        });
        Basis {
            servers: incident.servers.clone(),
            causes: causes.unwrap_or_default(),
            impact: incident.impact,
        }
    }

    /// Reports that belong to an incident: about its servers, from two hours before it began, not
    /// dismissed.
    pub fn reports_of<'a>(
        &'a self,
        incident: &'a Incident,
    ) -> impl Iterator<Item = (&'a ReportId, &'a ReportRecord)> {
        let from = incident.since - chrono::TimeDelta::hours(2);
        let until = incident.ended_at.unwrap_or(Timestamp::MAX_UTC);
        self.report_order
            .iter()
            .filter_map(|id| Some((id, self.reports.get(id)?)))
            .filter(move |(_, report)| !report.dismissed && report.at >= from && report.at <= until)
            .filter(|(_, report)| {
                report.server.as_ref().is_some_and(|server| incident.servers.contains(server))
            })
    }
}
