//! What becomes public: approved drafts and the standing policy's words, and what follows.

use std::collections::BTreeMap;

use crate::{
    command::Button,
    domain::{
        Audience, Destination, DraftId, IncidentId, IncidentState, Locale, PersonId, PostId, Role,
        Timestamp, UpdateKind, Wording,
    },
    engine::{
        explain::Chart,
        records::{Draft, Incident},
        speech::{Speech, Spoken, Told},
    },
    event::{DeliveryEvent, DraftEnd, Output, Post, PostAction},
    render::Facts,
};

use super::{Counts, Desk, commands::Person};

/// The name of the policy that speaks when nobody answers.
pub(super) const HOLDING_POLICY: &str = "policy:holding_after";
/// Reporters who hear of one update.
const FOLLOW_UPS_MAX: usize = 10_000;

/// Words on their way out.
#[derive(Clone, Debug)]
pub(super) struct Statement<'a> {
    pub incident: IncidentId,
    pub draft: Option<DraftId>,
    pub kind: UpdateKind,
    /// The words without the promise.
    pub body: String,
    /// The same in short.
    pub short: Option<String>,
    /// For readers of other languages and zones.
    pub wordings: Vec<Wording>,
    pub by: &'a str,
    pub role: Option<Role>,
    /// How the incident's servers did, where a picture of it may go along.
    pub course: Option<Chart>,
}

impl Statement<'_> {
    fn spoken(&self) -> Spoken<'_> {
        Spoken { body: &self.body, short: self.short.as_deref(), wordings: &self.wordings }
    }
}

impl Desk<'_> {
    /// Publishes: the update, the incident's new state, a post for every public destination, word
    /// to the reporters. Returns the update's number and how many destinations get it.
    pub(super) fn publish(&mut self, statement: &Statement<'_>) -> Option<(u32, usize)> {
        let incident = self.records.incidents.get(&statement.incident)?.clone();
        let now = self.now();
        let next_update_at = self.speech().next_update(&incident, statement.kind, now);
        let words = self.speech().with_promise(&statement.body, next_update_at);
        let revision = u32::try_from(incident.updates.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.decide(Output::Update {
            incident: incident.id,
            draft: statement.draft,
            revision,
            kind: statement.kind,
            text: words.text,
            wordings: statement.wordings.clone(),
            by: statement.by.to_owned(),
            role: statement.role,
            next_update_at,
        });
        let sent = self.post_update(&incident, statement, revision, next_update_at);
        self.move_on(&incident, statement.kind, statement.role.map(|_| statement.by));
        self.follow_up(&incident, statement, revision);
        self.mail_out(&incident, statement, revision, next_update_at);
        Some((revision, sent))
    }

    fn post_update(
        &mut self,
        incident: &Incident,
        statement: &Statement<'_>,
        revision: u32,
        next: Option<Timestamp>,
    ) -> usize {
        let (id, number) = (incident.id.to_string(), revision.to_string());
        let destinations = self.destinations(Audience::Public);
        for destination in &destinations {
            let first = incident.first_posts.get(&destination.id);
            // What is told afterwards takes no update's place.
            let action = if statement.kind == UpdateKind::PostMortem {
                PostAction::Post
            } else {
                self.action_after(first, destination)
            };
            let picture = self.picture_beside(statement, incident, destination, action);
            let post = Post {
                id: self.id_of(action, &["incident", &id, &number], &destination.id, None),
                destination: destination.id.clone(),
                audience: Audience::Public,
                action,
                subject: format!("incident.{}", statement.kind.word()),
                incident: Some(incident.id),
                window: None,
                recipient: None,
                thread: first.cloned(),
                body: self.told_at(
                    destination,
                    statement,
                    (&incident.title, next),
                    |speech, told| speech.body(incident, told, destination),
                ),
                buttons: Vec::new(),
                picture,
            };
            let subject = ["incident", &id, &number];
            // Who was passed a post on sees its changes.
            let passes_on = destination.abilities.passes_on && action == PostAction::Post;
            let passed_on = passes_on.then(|| self.passed_on(&post, &subject));
            self.decide(Output::Post(post));
            if let Some(passed_on) = passed_on {
                self.decide(Output::Post(passed_on));
            }
        }
        destinations.len()
    }

    /// What becomes of a statement in the words that the readers of a destination get.
    pub(super) fn told_at(
        &self,
        destination: &Destination,
        statement: &Statement<'_>,
        (title, next): (&str, Option<Timestamp>),
        fit: impl FnOnce(&Speech<'_>, &Told<'_>) -> String,
    ) -> String {
        self.speech().told_at(destination, &statement.spoken(), (title, next), fit)
    }

    /// Whether an update is a post of its own, or takes the first one's place where policy says so
    /// and it still stands or may yet.
    pub(super) fn action_after(
        &self,
        first: Option<&PostId>,
        destination: &Destination,
    ) -> PostAction {
        let first = first.and_then(|id| self.records.posts.get(id));
        let Some(first) = first.filter(|_| destination.abilities.edits) else {
            return PostAction::Post;
        };
        match first.last {
            Some(
                DeliveryEvent::Failed { .. }
                | DeliveryEvent::Superseded { .. }
                | DeliveryEvent::Unresolved { .. }
                | DeliveryEvent::Gone,
            ) => PostAction::Post,
            Some(
                DeliveryEvent::Sending { .. }
                | DeliveryEvent::Sent { .. }
                | DeliveryEvent::Retry { .. }
                | DeliveryEvent::Unknown { .. },
            )
            | None => PostAction::Edit,
        }
    }

    /// What has a destination pass an update on to those who follow it from elsewhere.
    pub(super) fn passed_on(&self, post: &Post, subject: &[&str; 3]) -> Post {
        let action = PostAction::Crosspost;
        Post {
            id: self.id_of(action, subject, &post.destination, None),
            action,
            subject: action.word().to_owned(),
            thread: Some(post.id.clone()),
            body: String::new(),
            picture: None,
            ..post.clone()
        }
    }

    /// The state that the update leads to; drafts that it makes untrue give way.
    fn move_on(&mut self, incident: &Incident, kind: UpdateKind, by: Option<&str>) {
        let Some(state) = kind.leads_to().filter(|state| *state != incident.state) else { return };
        self.decide(Output::Incident {
            id: incident.id,
            state,
            impact: incident.impact,
            suspicion: incident.suspicion,
            servers: incident.servers.clone(),
            title: incident.title.clone(),
            reopened: false,
            by: by.map(str::to_owned),
        });
        let ends = !state.is_open();
        self.supersede(incident.id, |draft| {
            // What is told afterwards is made untrue by no state.
            draft.kind != UpdateKind::PostMortem
                && (ends || (state == IncidentState::Monitoring && draft.by.is_none()))
        });
    }

    /// Everybody whose report belongs to the incident hears when it is identified and when it is
    /// over, once each.
    fn follow_up(&mut self, incident: &Incident, statement: &Statement<'_>, revision: u32) {
        let kind = statement.kind;
        let is_told = matches!(kind, UpdateKind::Identified | UpdateKind::Resolved);
        if !is_told || incident.followed_up.contains(&kind) {
            return;
        }
        let people: BTreeMap<PersonId, String> = self
            .records
            .reports_of(incident)
            .map(|(_, report)| (report.person.clone(), report.source.clone()))
            .take(FOLLOW_UPS_MAX)
            .collect();
        let (id, number) = (incident.id.to_string(), revision.to_string());
        let answers = [
            Button::Fixed { incident: incident.id },
            Button::StillBroken { incident: incident.id },
        ];
        let asked = if kind == UpdateKind::Resolved { &answers[..] } else { &[] };
        for destination in self.destinations(Audience::Reporters) {
            let reached = people.iter().filter(|(_, source)| self.serves(&destination, source));
            let reached: Vec<&PersonId> = reached.map(|(person, _)| person).collect();
            for person in reached {
                let (locale, said) = self.told_to(person, &destination, statement);
                let text = self.speech().to(&locale).follow_up(kind, said);
                let post = Post {
                    id: self.post_id(&["follow_up", &id, &number], &destination.id, Some(person)),
                    destination: destination.id.clone(),
                    audience: Audience::Reporters,
                    action: PostAction::Post,
                    subject: format!("follow_up.{}", kind.word()),
                    incident: Some(incident.id),
                    window: None,
                    recipient: Some(person.clone()),
                    thread: None,
                    body: crate::engine::speech::join_within(&text, &[], &destination.limits),
                    buttons: self.buttons_in(&locale, &destination, asked),
                    picture: None,
                };
                self.decide(Output::Post(post));
            }
        }
    }

    /// A statement as a reporter hears it who is reached by a destination, and how they read: in
    /// their own language where it was approved in it, else in the destination's.
    fn told_to<'s>(
        &self,
        person: &PersonId,
        destination: &Destination,
        statement: &'s Statement<'_>,
    ) -> (Locale, &'s str) {
        let main = self.records.settings.main_locale();
        let usual = self.records.settings.locale_of(destination);
        let theirs = self.locale_for(person, destination);
        let wordings = || statement.wordings.iter();
        let own = wordings().find(|one| one.locale.is_read_by(&theirs.language));
        let found = match wordings().find(|one| one.locale == usual) {
            Some(wording) if usual.is_read_by(&theirs.language) => Some(wording),
            _ if main.is_read_by(&theirs.language) => None,
            others => own.or(others),
        };
        match found {
            Some(wording) => (wording.locale.clone(), &wording.text),
            None => (main, &statement.body),
        }
    }

    /// A person approves a draft: refused when it has ended, when they read another revision, or
    /// when the evidence changed since they were shown it.
    pub(super) fn publish_draft(
        &mut self,
        id: DraftId,
        (revision, anyway): (Option<u32>, bool),
        who: Person<'_>,
        counts: Counts<'_>,
    ) {
        let Some(draft) = self.waiting_draft(id) else { return };
        if revision.is_some_and(|read| read != draft.revision) {
            let facts = draft_facts(&draft);
            let text = self.speech().say("reply-draft-revision", facts);
            return self.reply(false, text);
        }
        if let Some(changed) = draft.stale.clone().filter(|_| revision.is_none() && !anyway) {
            let facts = draft_facts(&draft).text("changed", changed);
            let text = self.speech().say("reply-draft-stale", facts);
            return self.reply(false, text);
        }
        if !self.is_open_to(draft.incident, draft.kind) {
            return;
        }
        let statement = Statement {
            incident: draft.incident,
            draft: Some(id),
            kind: draft.kind,
            body: body_of(&draft),
            short: draft.short,
            wordings: draft.wordings,
            by: who.by,
            role: Some(who.role),
            course: self.course(draft.incident, draft.kind, counts),
        };
        self.publish_and_reply(&statement);
    }

    pub(super) fn publish_and_reply(&mut self, statement: &Statement<'_>) {
        let Some((revision, count)) = self.publish(statement) else { return };
        let facts = Facts::new()
            .number("revision", revision)
            .text("id", statement.incident.to_string())
            .number("count", count);
        let text = self.speech().say("reply-published", facts);
        self.reply(true, text);
    }

    /// The draft if it still waits; else the person is told what became of it.
    pub(super) fn waiting_draft(&mut self, id: DraftId) -> Option<Draft> {
        use crate::engine::records::DraftOutcome;
        let speech = self.speech();
        let Some(draft) = self.records.drafts.get(&id).cloned() else {
            let text = speech.say("reply-no-draft", Facts::new().text("id", id.to_string()));
            self.reply(false, text);
            return None;
        };
        let facts = draft_facts(&draft);
        let text = match &draft.end {
            None => return Some(draft),
            Some(DraftOutcome::Published { by, at }) => {
                let facts = facts.text("by", by.clone()).text("time", speech.moment(*at));
                speech.say("reply-draft-published", facts)
            }
            Some(DraftOutcome::Closed { how: DraftEnd::Dismissed, by }) => {
                let facts = facts.text("by", by.clone().unwrap_or_default());
                speech.say("reply-draft-dismissed", facts)
            }
            Some(DraftOutcome::Closed { how: DraftEnd::Superseded, .. }) => {
                speech.say("reply-draft-superseded", facts)
            }
        };
        self.reply(false, text);
        None
    }

    /// Whether something may still be said of an incident; else the person is told why not.
    pub(super) fn is_open_for_words(&mut self, id: IncidentId) -> bool {
        let speech = self.speech();
        let text = match self.records.incidents.get(&id) {
            Some(incident) if incident.state.is_open() => return true,
            Some(incident) => {
                let state = Facts::new().text("state", incident.state.word());
                let facts = Facts::new()
                    .text("id", id.to_string())
                    .text("state", speech.say("state", state));
                speech.say("reply-incident-ended", facts)
            }
            None => speech.say("reply-no-incident", Facts::new().text("id", id.to_string())),
        };
        self.reply(false, text);
        false
    }

    /// Nobody answered: the standing policy speaks, and staff are told that it did.
    pub(super) fn hold(&mut self, id: DraftId) {
        let Some(draft) = self.records.drafts.get(&id) else { return };
        let Some(incident) = self.records.incidents.get(&draft.incident) else { return };
        let now: Timestamp = self.now();
        let words = self.speech().draft(incident, UpdateKind::Holding, now);
        let statement = Statement {
            incident: incident.id,
            draft: None,
            kind: UpdateKind::Holding,
            body: without_promise(&words.text, words.promise.as_deref()),
            short: words.short,
            wordings: words.wordings,
            by: HOLDING_POLICY,
            role: None,
            course: None,
        };
        self.publish(&statement);
        let text = self.speech().say("staff-held", Facts::new().text("draft", id.to_string()));
        let incident = Some(statement.incident);
        self.decide(Output::StaffNotice { text: text.clone() });
        self.tell_staff("holding", incident, &text, None);
    }
}

/// A draft's words without the promise, which is made anew when they go out.
pub(in crate::engine) fn body_of(draft: &Draft) -> String {
    without_promise(&draft.text, draft.promise.as_deref())
}

pub(super) fn without_promise(text: &str, promise: Option<&str>) -> String {
    promise.and_then(|line| text.strip_suffix(line)).unwrap_or(text).trim_end().to_owned()
}

pub(super) fn draft_facts(draft: &Draft) -> Facts {
    Facts::new()
        .text("draft", draft.id.to_string())
        .number("revision", draft.revision)
        .text("text", draft.text.clone())
}
