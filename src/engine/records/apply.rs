//! What a decision changes: the same whether it was decided now or read from the journal.

use crate::{
    domain::{
        Audience, DraftId, IncidentId, IncidentState, PostId, ServerId, Suspicion, SuspicionId,
        Timestamp, UpdateKind,
    },
    event::{DeliveryEvent, Input, Output, Post, PostAction, SUBSCRIBER_SUBJECT},
};

use super::{
    Basis, Context, Draft, DraftOutcome, HeadsUpRecord, Incident, Moment, PostRecord, Published,
    Records, ReportRecord, Step, SuspicionRecord, reports::Named,
};

/// How many notices about reports are remembered for their limit.
const REPORT_NOTICES_MAX: usize = 64;

/// What a decision means for the detector.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) enum EvidenceChange {
    /// A report counts from now on.
    Count(Timestamp, ServerId),
    /// A report no longer counts.
    Discount(Timestamp, ServerId),
}

impl Records {
    /// Takes in a decision; returns what it means for the evidence.
    pub fn apply(&mut self, context: &Context<'_>, output: &Output) -> Vec<EvidenceChange> {
        let at = context.received;
        match output {
            Output::Suspicion(suspicion) => self.apply_suspicion(at, suspicion),
            Output::SuspicionCleared { id, merged_into } => {
                self.apply_cleared(at, *id, *merged_into);
            }
            Output::SuspicionHeld { .. }
            | Output::Window { .. }
            | Output::Series { .. }
            | Output::Announcement { .. }
            | Output::WindowFails { .. } => self.apply_work(at, output),
            Output::MonitorBlind { .. } | Output::MonitorRecovered { .. } => {
                self.apply_sight(output);
            }
            Output::Incident { .. } => self.apply_incident(at, output),
            Output::Draft { .. } => self.apply_draft(at, output),
            Output::DraftStale { id, changed, .. } => self.apply_stale(at, *id, changed),
            Output::DraftClosed { id, how, by } => {
                let end = DraftOutcome::Closed { how: *how, by: by.clone() };
                let step = Step::DraftClosed { draft: *id, how: *how, by: by.clone() };
                self.change_draft(at, *id, step, |draft| draft.end = Some(end));
            }
            Output::DraftWaits { id, until, by } => {
                let step = Step::DraftWaits { draft: *id, until: *until, by: by.clone() };
                self.change_draft(at, *id, step, |draft| draft.waits_until = Some(*until));
            }
            Output::Update { .. } => self.apply_update(at, output),
            Output::Post(post) => self.apply_post(context, post),
            Output::PostAgain { post, by, .. } => self.apply_again(at, post, by),
            Output::ReportFiled { report, person, server, counted, reason, .. } => {
                let filed = ReportRecord {
                    person: person.clone(),
                    at: context.happening.at.min(context.received),
                    source: source_of(&context.happening.input),
                    server: server.clone(),
                    counted: *counted,
                    reason: reason.clone(),
                    dismissed: false,
                    settled_by: None,
                };
                let domain = domain_of(&context.happening.input).filter(|_| filed.server.is_some());
                let language = language_of(&context.happening.input);
                return self.apply_report(at, report, filed, Named { domain, language });
            }
            Output::ReportSettled { report, server, counted, by } => {
                return self.apply_settled(at, report, server.as_ref(), *counted, by);
            }
            Output::Timeline { .. } => self.apply_timeline(at, output),
            Output::Notice { id, notice, components, servers } => {
                self.apply_notice(at, *id, notice, components, servers);
            }
            Output::Reminder { incident, text } => {
                self.tell(*incident, Moment { at, step: Step::Reminded { text: text.clone() } });
            }
            Output::HeadsUp { servers, .. } => {
                self.heads_up = Some(HeadsUpRecord { at, servers: servers.clone() });
            }
            Output::Subscription(_) | Output::Mailing(_) | Output::MailingPage { .. } => {
                self.apply_subscribers(at, output);
            }
            Output::Reply { .. } | Output::StaffNotice { .. } => {}
        }
        Vec::new()
    }

    fn apply_stale(&mut self, at: Timestamp, id: DraftId, changed: &str) {
        let basis = self.basis_of_draft(id);
        let step = Step::Stale { draft: id, changed: changed.to_owned() };
        self.change_draft(at, id, step, |draft| {
            draft.stale = Some(changed.to_owned());
            draft.basis = basis;
        });
    }

    fn apply_sight(&mut self, output: &Output) {
        if let Output::MonitorBlind { vantage } = output {
            self.blind.insert(vantage.clone());
        }
        if let Output::MonitorRecovered { vantage } = output {
            self.blind.remove(vantage);
        }
    }

    fn apply_timeline(&mut self, at: Timestamp, output: &Output) {
        let Output::Timeline { incident, kind, by, text } = output else { return };
        let step = Step::Told { kind: *kind, by: by.clone(), text: text.clone() };
        match incident {
            Some(id) => self.tell(*id, Moment { at, step }),
            None => self.note(Moment { at, step }),
        }
    }

    fn apply_suspicion(&mut self, at: Timestamp, suspicion: &Suspicion) {
        let id = suspicion.id;
        self.last_suspicion = self.last_suspicion.max(id);
        let before = self.suspicions.get(&id);
        let raised_at = before.map_or(at, |record| record.raised_at);
        let held = before.and_then(|record| record.held);
        let record = SuspicionRecord {
            suspicion: suspicion.clone(),
            raised_at,
            cleared_at: None,
            merged_into: None,
            recovery_proposed: false,
            held,
        };
        self.suspicions.insert(id, record);
        let explanation = suspicion.explanation.clone();
        self.tell_incidents_of(id, at, &Step::Suspected { suspicion: id, explanation });
    }

    fn apply_cleared(&mut self, at: Timestamp, id: SuspicionId, merged_into: Option<SuspicionId>) {
        self.tell_incidents_of(id, at, &Step::SuspicionCleared { suspicion: id, merged_into });
        if let Some(record) = self.suspicions.get_mut(&id) {
            record.cleared_at = Some(at);
            record.merged_into = merged_into;
        }
    }

    fn tell_incidents_of(&mut self, id: SuspicionId, at: Timestamp, step: &Step) {
        let about: Vec<IncidentId> = self
            .open_incidents()
            .filter(|incident| incident.suspicion.map(|own| self.alias(own)) == Some(id))
            .map(|incident| incident.id)
            .collect();
        for incident in about {
            self.tell(incident, Moment { at, step: step.clone() });
        }
    }

    fn apply_incident(&mut self, at: Timestamp, output: &Output) {
        let Output::Incident { id, state, impact, suspicion, servers, title, reopened, by } =
            output
        else {
            return;
        };
        self.last_incident = self.last_incident.max(*id);
        let since = suspicion
            .and_then(|id| self.suspicions.get(&id)?.suspicion.since())
            .unwrap_or(at)
            .min(at);
        let is_new = !self.incidents.contains_key(id);
        let explanation = suspicion
            .filter(|_| is_new)
            .and_then(|id| Some((id, self.suspicions.get(&id)?.suspicion.explanation.clone())));
        let incident = self.incidents.entry(*id).or_insert_with(|| new_incident(*id, since, at));
        let changed_state = is_new || incident.state != *state || incident.impact != *impact;
        let changed_servers = is_new || incident.servers != *servers;
        incident.state = *state;
        incident.impact = *impact;
        incident.suspicion = suspicion.or(incident.suspicion);
        incident.servers.clone_from(servers);
        incident.title.clone_from(title);
        incident.since = incident.since.min(since);
        incident.ended_at = if state.is_open() { None } else { incident.ended_at.or(Some(at)) };
        if *reopened {
            incident.followed_up.clear();
        }
        if !state.is_open() {
            incident.next_update_at = None;
        }
        if let Some((suspicion, explanation)) = explanation {
            self.tell(*id, Moment { at, step: Step::Suspected { suspicion, explanation } });
        }
        if changed_state || *reopened {
            let (state, impact, reopened, by) = (*state, *impact, *reopened, by.clone());
            self.tell(*id, Moment { at, step: Step::State { state, impact, reopened, by } });
        }
        if changed_servers {
            self.tell(*id, Moment { at, step: Step::Servers { servers: servers.clone() } });
        }
        self.prune();
    }

    fn apply_draft(&mut self, at: Timestamp, output: &Output) {
        let Output::Draft { id, incident, kind, text, promise, short, wordings, by, revision } =
            output
        else {
            return;
        };
        let basis = self.incidents.get(incident).map(|found| self.basis(found));
        self.put_draft(Draft {
            id: *id,
            incident: *incident,
            kind: *kind,
            text: text.clone(),
            promise: promise.clone(),
            short: short.clone(),
            wordings: wordings.clone(),
            by: by.clone(),
            revision: *revision,
            asked_at: at,
            waits_until: None,
            stale: None,
            basis: basis.unwrap_or_default(),
            holding_tried: false,
            end: None,
        });
        let (draft, revision, kind, by) = (*id, *revision, *kind, by.clone());
        self.tell(*incident, Moment { at, step: Step::Drafted { draft, revision, kind, by } });
    }

    fn change_draft(
        &mut self,
        at: Timestamp,
        id: DraftId,
        step: Step,
        change: impl FnOnce(&mut Draft),
    ) {
        let Some(draft) = self.drafts.get_mut(&id) else { return };
        change(draft);
        let incident = draft.incident;
        self.tell(incident, Moment { at, step });
    }

    /// A new revision by the bot keeps what staff still have to look at; one by a person shows
    /// that somebody looked.
    fn put_draft(&mut self, mut draft: Draft) {
        self.last_draft = self.last_draft.max(draft.id);
        let monitoring = draft.kind == UpdateKind::Monitoring && draft.by.is_none();
        let suspicion = self
            .incidents
            .get(&draft.incident)
            .and_then(|incident| incident.suspicion)
            .map(|id| self.alias(id));
        if let Some(record) =
            suspicion.filter(|_| monitoring).and_then(|id| self.suspicions.get_mut(&id))
        {
            record.recovery_proposed = true;
        }
        if let Some(earlier) = self.drafts.get(&draft.id) {
            draft.waits_until = earlier.waits_until;
            draft.holding_tried = earlier.holding_tried;
            draft.asked_at = earlier.asked_at;
            if draft.by.is_none() {
                draft.stale.clone_from(&earlier.stale);
            }
        }
        self.drafts.insert(draft.id, draft);
    }

    fn basis_of_draft(&self, id: DraftId) -> Basis {
        self.drafts
            .get(&id)
            .and_then(|draft| self.incidents.get(&draft.incident))
            .map(|incident| self.basis(incident))
            .unwrap_or_default()
    }

    fn apply_update(&mut self, at: Timestamp, output: &Output) {
        let Output::Update {
            incident: id,
            draft,
            revision,
            kind,
            text,
            wordings,
            by,
            role,
            next_update_at,
        } = output
        else {
            return;
        };
        if let Some(draft) = draft.and_then(|id| self.drafts.get_mut(&id)) {
            draft.end = Some(DraftOutcome::Published { by: by.clone(), at });
        }
        let Some(incident) = self.incidents.get_mut(id) else { return };
        incident.updates.push(Published {
            revision: *revision,
            kind: *kind,
            text: text.clone(),
            at,
            by: by.clone(),
            role: *role,
            next_update_at: *next_update_at,
            servers: incident.servers.clone(),
            impact: incident.impact,
            title: incident.title.clone(),
            state: kind.leads_to().unwrap_or(incident.state),
            wordings: wordings.clone(),
        });
        incident.next_update_at = *next_update_at;
        incident.reminders = 0;
        let (revision, kind, text, by, role) = (*revision, *kind, text.clone(), by.clone(), *role);
        self.tell(*id, Moment { at, step: Step::Update { revision, kind, text, by, role } });
    }

    fn apply_post(&mut self, context: &Context<'_>, post: &Post) {
        let at = context.received;
        let record = PostRecord {
            destination: post.destination.clone(),
            audience: post.audience,
            subject: post.subject.clone(),
            incident: post.incident,
            window: post.window,
            at,
            last: None,
            deletes: post.thread.clone().filter(|_| post.action == PostAction::Delete),
        };
        if post.subject.starts_with(SUBSCRIBER_SUBJECT) {
            // There are many: each is known while it waits, and no longer.
            self.posts.insert(post.id.clone(), record);
            return self.apply_letter(at, post);
        }
        if self.posts.insert(post.id.clone(), record).is_none() && post.audience != Audience::Public
        {
            self.post_order.push_back(post.id.clone());
        }
        match post.audience {
            Audience::Public => self.apply_public_post(at, post),
            Audience::Reporters => {
                let person = post.recipient.as_ref().and_then(|id| self.people.get_mut(id));
                if let Some(person) = person {
                    match post.subject.as_str() {
                        "acknowledgement" => person.acknowledged_at = Some(at),
                        "follow_up.resolved" => person.asked_at = Some(at),
                        _ => {}
                    }
                }
                self.mark_followed_up(post);
            }
            Audience::Staff => self.mark_told(context, post),
        }
    }

    fn apply_public_post(&mut self, at: Timestamp, post: &Post) {
        self.apply_window_post(post);
        let Some(id) = post.incident else { return };
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        incident.posts.push(post.id.clone());
        match post.action {
            PostAction::Post => {
                let first = incident.first_posts.entry(post.destination.clone());
                first.or_insert_with(|| post.id.clone());
            }
            PostAction::Edit => {}
            PostAction::Delete | PostAction::Crosspost => return,
        }
        let (post, destination) = (post.id.clone(), post.destination.clone());
        self.tell(id, Moment { at, step: Step::Posted { post, destination } });
    }

    fn apply_again(&mut self, at: Timestamp, post: &PostId, by: &str) {
        let Some(record) = self.posts.get_mut(post) else { return };
        record.last = None;
        let (incident, destination) = (record.incident, record.destination.clone());
        if let Some(id) = incident {
            self.tell(
                id,
                Moment { at, step: Step::PostedAgain { destination, by: by.to_owned() } },
            );
        }
    }

    fn mark_followed_up(&mut self, post: &Post) {
        let kind = match post.subject.as_str() {
            "follow_up.identified" => UpdateKind::Identified,
            "follow_up.resolved" => UpdateKind::Resolved,
            _ => return,
        };
        if let Some(incident) = post.incident.and_then(|id| self.incidents.get_mut(&id)) {
            incident.followed_up.insert(kind);
        }
    }

    fn mark_told(&mut self, context: &Context<'_>, post: &Post) {
        let at = context.received;
        match (post.subject.as_str(), &context.happening.input) {
            ("report", _) => {
                self.report_told_at.push_back(at);
                if self.report_told_at.len() > REPORT_NOTICES_MAX {
                    self.report_told_at.pop_front();
                }
            }
            ("delivery", Input::Delivery { post, event }) => {
                let Some(told_of) = self.posts.get(post) else { return };
                let destination = told_of.destination.clone();
                match event {
                    DeliveryEvent::Retry { .. } => {
                        self.pauses_told.insert(destination);
                    }
                    DeliveryEvent::Failed { .. } | DeliveryEvent::Unresolved { .. } => {
                        self.failure_told_at.insert(destination, at);
                    }
                    DeliveryEvent::Sending { .. }
                    | DeliveryEvent::Sent { .. }
                    | DeliveryEvent::Unknown { .. }
                    | DeliveryEvent::Superseded { .. }
                    | DeliveryEvent::Gone => {}
                }
            }
            _ => {}
        }
    }
}

fn source_of(input: &Input) -> String {
    match input {
        Input::Report { source, .. } => source.clone(),
        Input::Started { .. }
        | Input::ProbeResult { .. }
        | Input::Command { .. }
        | Input::Notice { .. }
        | Input::Subscribe { .. }
        | Input::Confirm { .. }
        | Input::Unsubscribe { .. }
        | Input::Bounced { .. }
        | Input::Busy { .. }
        | Input::Trouble { .. }
        | Input::Learned { .. }
        | Input::Timer { .. }
        | Input::Delivery { .. } => String::new(),
    }
}

/// The domain that was named, where it is one of ours.
fn domain_of(input: &Input) -> Option<&str> {
    if let Input::Report { domain, .. } = input { domain.as_deref() } else { None }
}

/// The language that a report's author reads, where it is known.
fn language_of(input: &Input) -> Option<&str> {
    if let Input::Report { language, .. } = input { language.as_deref() } else { None }
}

fn new_incident(id: IncidentId, since: Timestamp, at: Timestamp) -> Incident {
    Incident {
        id,
        state: IncidentState::Investigating,
        impact: crate::domain::Impact::None,
        suspicion: None,
        servers: Vec::new(),
        title: String::new(),
        since,
        opened_at: at,
        ended_at: None,
        updates: Vec::new(),
        next_update_at: None,
        reminders: 0,
        first_posts: std::collections::BTreeMap::new(),
        posts: Vec::new(),
        followed_up: std::collections::BTreeSet::new(),
        story: Vec::new(),
        story_left_out: 0,
    }
}
