//! An incident's card: what staff must know to decide, as it stands at a moment. A pure function of
//! the engine's state; for staff's eyes only, it names servers and components.
//!
//! Names and sentences are words already; moments stay moments, because a chat tells each reader
//! their own time. A person's name may be a marker ([`crate::render::person_marker`]). Must not:
//! change anything, or know where a card is shown. Start at [`Card`].

use std::collections::BTreeSet;

use crate::{
    domain::{
        AsShown, Audience, DestinationId, DraftId, Impact, IncidentId, IncidentState, PostId,
        ServerEvidence, ServerId, Timestamp, UpdateKind,
    },
    event::{DeliveryEvent, DraftEnd, PostAction, TimelineKind},
};

use super::{
    Detector, Engine, desk,
    records::{Draft, DraftOutcome, Incident, PostRecord, Published, Step},
    speech::{Course, Speech, charted_minutes},
};

/// Rows of evidence at most.
const ROWS_MAX: usize = 6;
/// Updates with their receipts at most; the newest.
const UPDATES_MAX: usize = 3;
/// Receipts of one update at most.
const RECEIPTS_MAX: usize = 20;
/// Questions to staff that are followed at most; the newest.
const QUESTIONS_MAX: usize = 20;

/// What a card says.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Which incident.
    pub incident: IncidentId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: IncidentState,
    /// How much customers feel of it.
    pub impact: Impact,
    /// How it stands, for whoever decides by it.
    pub as_shown: AsShown,
    /// Since when, as far as the evidence tells.
    pub since: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who ended it, when a person did.
    pub ended_by: Option<String>,
    /// The servers, in a list.
    pub servers: String,
    /// The cause and how probable it is, in a sentence; `None`: nothing is suspected.
    pub cause: Option<String>,
    /// The components and servers that are suspected, by id.
    pub causes: Vec<String>,
    /// The evidence is gone: what was suspected no longer is.
    pub is_over: bool,
    /// People who reported them.
    pub people: u32,
    /// Affected servers, a line each.
    pub evidence: Vec<String>,
    /// Affected servers that have no line.
    pub evidence_left_out: usize,
    /// What is healthy nearby, in a sentence; empty where nothing is known.
    pub healthy: String,
    /// What else it could be, in a sentence; empty where nothing is.
    pub alternatives: String,
    /// The last that a provider said or announced about it.
    pub said: Option<CardSaid>,
    /// The newest draft that waits.
    pub draft: Option<CardDraft>,
    /// Other drafts that wait.
    pub also_waiting: Vec<DraftId>,
    /// How the newest draft ended without being said, while none waits.
    pub dropped: Option<DroppedDraft>,
    /// The newest updates, the newest first.
    pub updates: Vec<CardUpdate>,
    /// Earlier updates that are not among them.
    pub updates_left_out: usize,
    /// The posts that asked staff about its drafts, oldest first.
    pub questions: Vec<Question>,
    /// The servers, for a chart: those of the evidence first.
    pub charted: Vec<ServerId>,
}

/// What a provider said, beside what is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct CardSaid {
    /// When it was kept.
    pub at: Timestamp,
    /// In words, with the provider's name.
    pub text: String,
    /// It sees nothing wrong while something is suspected.
    pub disagrees: bool,
}

/// A draft that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct CardDraft {
    /// Which.
    pub id: DraftId,
    /// Its newest revision.
    pub revision: u32,
    /// What it announces.
    pub kind: UpdateKind,
    /// Its words, without the promise; moments in them are marked.
    pub body: String,
    /// How it leaves in other languages, in a sentence or two; `None`: in none.
    pub elsewhere: Option<String>,
    /// What else is to be known of how it leaves, a sentence each: pictures and costs.
    pub plan: Vec<String>,
    /// Who wrote it; `None`: the bot.
    pub by: Option<String>,
    /// What changed since staff last looked.
    pub stale: Option<String>,
    /// It was put off until then.
    pub waits_until: Option<Timestamp>,
}

/// A draft that was not said.
#[derive(Clone, Debug, PartialEq)]
pub struct DroppedDraft {
    /// Which.
    pub id: DraftId,
    /// Who dismissed it.
    pub by: Option<String>,
}

/// A published update.
#[derive(Clone, Debug, PartialEq)]
pub struct CardUpdate {
    /// Its place among the incident's updates.
    pub revision: u32,
    /// What it announced.
    pub kind: UpdateKind,
    /// When.
    pub at: Timestamp,
    /// Who approved it, or the standing policy's name.
    pub by: String,
    /// A standing policy spoke.
    pub is_by_policy: bool,
    /// A line a destination.
    pub receipts: Vec<CardReceipt>,
    /// Destinations that have no line.
    pub receipts_left_out: usize,
}

/// What became of an update at one destination.
#[derive(Clone, Debug, PartialEq)]
pub struct CardReceipt {
    /// The post.
    pub post: PostId,
    /// Where.
    pub destination: DestinationId,
    /// It passes the update on to followers of that destination.
    pub passes_on: bool,
    /// The last that was heard of it; `None`: it waits.
    pub last: Option<DeliveryEvent>,
    /// Where the update before this one can be seen there.
    pub nearby: Option<String>,
}

/// A post that asked staff about a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The post.
    pub post: PostId,
    /// Where.
    pub destination: DestinationId,
    /// The destination's own id of it, while it stands there.
    pub remote_id: Option<String>,
}

impl<D: Detector> Engine<D> {
    /// The cards that staff may still look at: of open incidents, and of those that ended, were told
    /// of or have a draft that waits since `ended_after`; the newest `count_max`, newest first.
    pub fn cards(&self, now: Timestamp, ended_after: Timestamp, count_max: usize) -> Vec<Card> {
        let asked: BTreeSet<IncidentId> = self
            .records
            .open_drafts()
            .filter(|draft| draft.asked_at >= ended_after)
            .map(|draft| draft.incident)
            .collect();
        let is_wanted = |incident: &&Incident| {
            incident.state.is_open()
                || incident.ended_at.is_some_and(|at| at >= ended_after)
                || incident.updates.last().is_some_and(|update| update.at >= ended_after)
                || asked.contains(&incident.id)
        };
        let wanted = self.records.incidents.values().rev().filter(is_wanted);
        wanted.take(count_max).map(|incident| self.card_of(now, incident)).collect()
    }

    fn card_of(&self, now: Timestamp, incident: &Incident) -> Card {
        let speech = self.speech();
        let record = incident.suspicion.and_then(|id| {
            let alias = self.records.alias(id);
            self.records.suspicions.get(&alias)
        });
        let suspicion = record.map(|record| &record.suspicion);
        let stands = record.is_some_and(super::records::SuspicionRecord::stands);
        let told = suspicion.map_or(&[][..], |one| one.evidence.as_slice());
        let rows = self.fresh_rows(now, incident, told);
        let affected: Vec<&ServerEvidence> = rows
            .iter()
            .filter(|row| is_counted(row) && incident.servers.contains(&row.server))
            .collect();
        let healthy: Vec<ServerEvidence> = rows
            .iter()
            .filter(|row| !incident.servers.contains(&row.server) && !row.affected)
            .cloned()
            .collect();
        let drafts: Vec<&Draft> =
            self.records.drafts.values().filter(|draft| draft.incident == incident.id).collect();
        let mut waiting: Vec<&Draft> = self.records.drafts_in_turn(incident.id).collect();
        waiting.reverse();
        Card {
            incident: incident.id,
            title: incident.title.clone(),
            state: incident.state,
            impact: incident.impact,
            as_shown: incident.as_shown(),
            since: incident.since,
            ended_at: incident.ended_at,
            ended_by: ended_by(incident),
            servers: speech.staff_servers(&incident.servers),
            cause: suspicion
                .map(|one| speech.explain_cause(&one.causes, one.servers.len()))
                .filter(|cause| !cause.is_empty()),
            causes: suspicion
                .map(|one| one.causes.iter().map(|cause| cause.id.clone()).collect())
                .unwrap_or_default(),
            is_over: suspicion.is_some() && !stands,
            people: affected.iter().map(|row| row.people).sum(),
            evidence: affected
                .iter()
                .take(ROWS_MAX)
                .map(|row| evidence_row(&speech, row))
                .collect(),
            evidence_left_out: affected.len().saturating_sub(ROWS_MAX),
            healthy: speech.explain_excluded(&healthy).trim().to_owned(),
            alternatives: suspicion
                .filter(|_| stands)
                .map(|one| speech.explain_alternatives(&one.alternatives).trim().to_owned())
                .unwrap_or_default(),
            said: said(&speech, incident, stands),
            draft: waiting.first().map(|draft| self.card_draft(now, incident, draft)),
            also_waiting: waiting.iter().skip(1).map(|draft| draft.id).collect(),
            dropped: drafts.last().and_then(|draft| dropped(draft)),
            updates: self.updates_of(incident),
            updates_left_out: incident.updates.len().saturating_sub(UPDATES_MAX),
            questions: self.questions_of(incident.id),
            charted: charted(incident, &rows),
        }
    }

    fn card_draft(&self, now: Timestamp, incident: &Incident, draft: &Draft) -> CardDraft {
        let speech = self.speech();
        let course = speech
            .has_picture(incident, draft.kind)
            .then(|| self.chart(now, &incident.servers, charted_minutes(incident, now)));
        let course = course.as_ref().map_or(Course::Unknown, Course::Known);
        CardDraft {
            id: draft.id,
            revision: draft.revision,
            kind: draft.kind,
            body: speech.with_times_marked(&desk::body_of(draft), incident),
            elsewhere: speech.elsewhere(&draft.wordings),
            plan: speech.plan(draft, &course),
            by: draft.by.clone(),
            stale: draft.stale.clone(),
            waits_until: draft.waits_until,
        }
    }

    /// The evidence of this moment about the incident's servers and those that were held against
    /// them; where there is none, that of when it was last said.
    fn fresh_rows(
        &self,
        now: Timestamp,
        incident: &Incident,
        told: &[ServerEvidence],
    ) -> Vec<ServerEvidence> {
        let mut servers = incident.servers.clone();
        for row in told {
            if !servers.contains(&row.server) {
                servers.push(row.server.clone());
            }
        }
        let fresh = self.detector.evidence(now, &servers);
        if fresh.is_empty() { told.to_vec() } else { fresh }
    }

    fn updates_of(&self, incident: &Incident) -> Vec<CardUpdate> {
        let posts: Vec<(&PostId, &PostRecord)> = incident
            .posts
            .iter()
            .filter_map(|id| Some((id, self.records.posts.get(id)?)))
            .collect();
        let newest = incident.updates.iter().rev().take(UPDATES_MAX);
        newest.map(|update| update_of(update, &posts)).collect()
    }

    fn questions_of(&self, incident: IncidentId) -> Vec<Question> {
        let mut questions: Vec<Question> = self
            .records
            .questions(incident)
            .map(|(id, post)| Question {
                post: id.clone(),
                destination: post.destination.clone(),
                remote_id: match &post.last {
                    Some(DeliveryEvent::Sent { remote_id, .. }) => remote_id.clone(),
                    Some(
                        DeliveryEvent::Sending { .. }
                        | DeliveryEvent::Retry { .. }
                        | DeliveryEvent::Unknown { .. }
                        | DeliveryEvent::Unresolved { .. }
                        | DeliveryEvent::Failed { .. }
                        | DeliveryEvent::Superseded { .. }
                        | DeliveryEvent::Gone,
                    )
                    | None => None,
                },
            })
            .collect();
        questions.split_off(questions.len().saturating_sub(QUESTIONS_MAX))
    }
}

/// The last that a provider said.
fn said(speech: &Speech<'_>, incident: &Incident, stands: bool) -> Option<CardSaid> {
    incident.story.iter().rev().find_map(|moment| {
        let Step::Told { kind: TimelineKind::UpstreamSaid, text, .. } = &moment.step else {
            return None;
        };
        let disagrees = stands && speech.denies(text);
        Some(CardSaid { at: moment.at, text: text.clone(), disagrees })
    })
}

/// Whether anything at all is known of the server.
fn is_counted(row: &ServerEvidence) -> bool {
    row.checks > 0 || row.people > 0
}

fn evidence_row(speech: &Speech<'_>, row: &ServerEvidence) -> String {
    speech.evidence_rows(std::slice::from_ref(row), 1)
}

fn dropped(draft: &Draft) -> Option<DroppedDraft> {
    let Some(DraftOutcome::Closed { how: DraftEnd::Dismissed, by }) = &draft.end else {
        return None;
    };
    Some(DroppedDraft { id: draft.id, by: by.clone() })
}

/// Who took the last step to an end.
fn ended_by(incident: &Incident) -> Option<String> {
    incident.ended_at?;
    incident.story.iter().rev().find_map(|moment| {
        let Step::State { state, by, .. } = &moment.step else { return None };
        (!state.is_open()).then(|| by.clone())
    })?
}

/// The posts of an update are those of its moment: an input publishes at most one.
fn update_of(update: &Published, posts: &[(&PostId, &PostRecord)]) -> CardUpdate {
    let own: Vec<&(&PostId, &PostRecord)> = posts
        .iter()
        .filter(|(_, post)| post.at == update.at && post.audience == Audience::Public)
        .collect();
    CardUpdate {
        revision: update.revision,
        kind: update.kind,
        at: update.at,
        by: update.by.clone(),
        is_by_policy: update.role.is_none(),
        receipts: own
            .iter()
            .take(RECEIPTS_MAX)
            .map(|(id, post)| CardReceipt {
                post: (*id).clone(),
                destination: post.destination.clone(),
                passes_on: post.subject == PostAction::Crosspost.word(),
                last: post.last.clone(),
                nearby: seen_before(post, posts),
            })
            .collect(),
        receipts_left_out: own.len().saturating_sub(RECEIPTS_MAX),
    }
}

/// Where the last post that arrived at the same destination can be seen.
fn seen_before(post: &PostRecord, posts: &[(&PostId, &PostRecord)]) -> Option<String> {
    let there = posts.iter().filter(|(_, other)| other.destination == post.destination);
    there.rev().find_map(|(_, other)| {
        let Some(DeliveryEvent::Sent { link, .. }) = &other.last else { return None };
        link.clone()
    })
}

fn charted(incident: &Incident, rows: &[ServerEvidence]) -> Vec<ServerId> {
    let mut servers = incident.servers.clone();
    servers.extend(
        rows.iter().map(|row| &row.server).filter(|one| !incident.servers.contains(one)).cloned(),
    );
    servers
}

impl Card {
    /// The same without what changes with every check: counts, probabilities, what else it could be.
    /// As long as it is the same, nothing has happened that staff must see at once.
    pub fn gist(&self) -> Self {
        Self {
            cause: None,
            evidence: Vec::new(),
            evidence_left_out: 0,
            healthy: String::new(),
            alternatives: String::new(),
            charted: Vec::new(),
            ..self.clone()
        }
    }

    /// Changes every text in which a person's marker may stand.
    pub fn reveal(&mut self, reveal: impl Fn(&str) -> String) {
        let by = self.ended_by.iter_mut();
        let draft = self.draft.iter_mut().filter_map(|draft| draft.by.as_mut());
        let dropped = self.dropped.iter_mut().filter_map(|draft| draft.by.as_mut());
        let updates = self.updates.iter_mut().map(|update| &mut update.by);
        for text in by.chain(draft).chain(dropped).chain(updates) {
            *text = reveal(text);
        }
    }
}
