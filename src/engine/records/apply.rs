//! What a decision changes: the same whether it was decided now or read from the journal.

use crate::{
    domain::{
        Audience, DraftId, IncidentId, IncidentState, PersonId, ReportId, ServerId, SuspicionId,
        Timestamp, UpdateKind,
    },
    event::{Input, Output, Post},
};

use super::{
    Basis, Context, Draft, DraftOutcome, Incident, Moment, PostRecord, Published, Records,
    ReportRecord, REPEAT_WITHIN_S, Step, SuspicionRecord,
};

/// How many reports of one person are kept within six hours.
const REPORTS_KEPT_PER_PERSON_MAX: u32 = 10;
/// How many servers one person is linked to at most.
const LINKS_PER_PERSON_MAX: usize = 16;
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
            Output::Suspicion(_)
            | Output::SuspicionCleared { .. }
            | Output::MonitorBlind { .. }
            | Output::MonitorRecovered { .. }
            | Output::HeadsUp { .. } => self.apply_suspicion(at, output),
            Output::Incident { .. } => self.apply_incident(at, output),
            Output::Draft { .. }
            | Output::DraftStale { .. }
            | Output::DraftClosed { .. }
            | Output::DraftWaits { .. } => self.apply_draft(at, output),
            Output::Update { .. } => self.apply_update(at, output),
            Output::Post(post) => self.apply_post(context, post),
            Output::ReportFiled { report, person, server, counted, reason, .. } => {
                let filed = ReportRecord {
                    person: person.clone(),
                    at: context.happening.at,
                    source: source_of(&context.happening.input),
                    server: server.clone(),
                    counted: *counted,
                    reason: reason.clone(),
                    dismissed: false,
                    settled_by: None,
                };
                return self.apply_report(at, report, filed);
            }
            Output::ReportSettled { report, server, counted, by } => {
                return self.apply_settled(at, report, server.as_ref(), *counted, by);
            }
            Output::Timeline { incident, kind, by, text } => {
                let step = Step::Told { kind: *kind, by: by.clone(), text: text.clone() };
                match incident {
                    Some(id) => self.tell(*id, Moment { at, step }),
                    None => self.note(Moment { at, step }),
                }
            }
            Output::Reminder { incident, text } => {
                self.tell(*incident, Moment { at, step: Step::Reminded { text: text.clone() } });
            }
            Output::Reply { .. } | Output::StaffNotice { .. } => {}
        }
        Vec::new()
    }

    fn apply_suspicion(&mut self, at: Timestamp, output: &Output) {
        match output {
            Output::Suspicion(suspicion) => {
                let id = suspicion.id;
                self.last_suspicion = self.last_suspicion.max(id);
                let raised_at = self.suspicions.get(&id).map_or(at, |record| record.raised_at);
                let record = SuspicionRecord {
                    suspicion: suspicion.clone(),
                    raised_at,
                    cleared_at: None,
                    merged_into: None,
                    recovery_proposed: false,
                };
                self.suspicions.insert(id, record);
                let explanation = suspicion.explanation.clone();
                self.tell_incidents_of(id, at, &Step::Suspected { suspicion: id, explanation });
            }
            Output::SuspicionCleared { id, merged_into } => {
                let step = Step::SuspicionCleared { suspicion: *id, merged_into: *merged_into };
                self.tell_incidents_of(*id, at, &step);
                if let Some(record) = self.suspicions.get_mut(id) {
                    record.cleared_at = Some(at);
                    record.merged_into = *merged_into;
                }
            }
            Output::MonitorBlind { vantage } => {
                self.blind.insert(vantage.clone());
            }
            Output::MonitorRecovered { vantage } => {
                self.blind.remove(vantage);
            }
            _ => {}
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
        let Output::Incident { id, state, impact, suspicion, servers, title, reopened, by } = output
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
        let incident =
            self.incidents.entry(*id).or_insert_with(|| new_incident(*id, since, at));
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
        let (incident, step) = match output {
            Output::Draft { id, incident, kind, text, promise, by, revision } => {
                let basis = self.incidents.get(incident).map(|found| self.basis(found));
                let draft = Draft {
                    id: *id,
                    incident: *incident,
                    kind: *kind,
                    text: text.clone(),
                    promise: promise.clone(),
                    by: by.clone(),
                    revision: *revision,
                    asked_at: at,
                    waits_until: None,
                    stale: None,
                    basis: basis.unwrap_or_default(),
                    holding_tried: false,
                    end: None,
                };
                self.put_draft(draft);
                let (draft, revision, kind, by) = (*id, *revision, *kind, by.clone());
                (Some(*incident), Step::Drafted { draft, revision, kind, by })
            }
            Output::DraftStale { id, changed, .. } => {
                let basis = self.basis_of_draft(*id);
                let incident = self.with_draft(*id, |draft| {
                    draft.stale = Some(changed.clone());
                    draft.basis = basis;
                });
                (incident, Step::Stale { draft: *id, changed: changed.clone() })
            }
            Output::DraftClosed { id, how, by } => {
                let end = DraftOutcome::Closed { how: *how, by: by.clone() };
                let incident = self.with_draft(*id, |draft| draft.end = Some(end));
                (incident, Step::DraftClosed { draft: *id, how: *how, by: by.clone() })
            }
            Output::DraftWaits { id, until, by } => {
                let incident = self.with_draft(*id, |draft| draft.waits_until = Some(*until));
                (incident, Step::DraftWaits { draft: *id, until: *until, by: by.clone() })
            }
            _ => return,
        };
        if let Some(id) = incident {
            self.tell(id, Moment { at, step });
        }
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

    fn with_draft(&mut self, id: DraftId, change: impl FnOnce(&mut Draft)) -> Option<IncidentId> {
        let draft = self.drafts.get_mut(&id)?;
        change(draft);
        Some(draft.incident)
    }

    fn apply_update(&mut self, at: Timestamp, output: &Output) {
        let Output::Update { incident: id, draft, revision, kind, text, by, role, next_update_at } =
            output
        else {
            return;
        };
        if let Some(draft) = draft {
            let end = DraftOutcome::Published { by: by.clone(), at };
            self.with_draft(*draft, |draft| draft.end = Some(end));
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
            at,
            last: None,
        };
        if self.posts.insert(post.id.clone(), record).is_none()
            && post.audience != Audience::Public
        {
            self.post_order.push_back(post.id.clone());
        }
        match post.audience {
            Audience::Public => self.apply_public_post(at, post),
            Audience::Reporters => {
                let person = post.recipient.as_ref().and_then(|id| self.people.get_mut(id));
                if let Some(person) = person.filter(|_| post.subject == "acknowledgement") {
                    person.acknowledged_at = Some(at);
                }
                self.mark_followed_up(post);
            }
            Audience::Staff => self.mark_told(context, post),
        }
    }

    fn apply_public_post(&mut self, at: Timestamp, post: &Post) {
        let Some(id) = post.incident else { return };
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        incident.posts.push(post.id.clone());
        incident
            .first_posts
            .entry(post.destination.clone())
            .or_insert_with(|| post.id.clone());
        let (post, destination) = (post.id.clone(), post.destination.clone());
        self.tell(id, Moment { at, step: Step::Posted { post, destination } });
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
            ("delivery", Input::Delivery { post, .. }) => {
                if let Some(failed) = self.posts.get(post) {
                    self.failure_told_at.insert(failed.destination.clone(), at);
                }
            }
            _ => {}
        }
    }

    fn apply_report(
        &mut self,
        at: Timestamp,
        id: &ReportId,
        filed: ReportRecord,
    ) -> Vec<EvidenceChange> {
        let made_at = filed.at;
        let is_kept = self.meet(at, &filed);
        let evidence = filed.server.clone().filter(|_| filed.counted);
        if is_kept {
            self.tell_reported(at, id, &filed);
            if self.reports.insert(id.clone(), filed).is_none() {
                self.report_order.push_back(id.clone());
            }
            self.prune();
        }
        evidence.map(|server| EvidenceChange::Count(made_at, server)).into_iter().collect()
    }

    /// Notes what a report says of its author; whether the report itself is kept.
    fn meet(&mut self, at: Timestamp, filed: &ReportRecord) -> bool {
        if !self.people.contains_key(&filed.person) {
            self.person_order.push_back(filed.person.clone());
        }
        let person = self.people.entry(filed.person.clone()).or_default();
        if filed.counted {
            person.counted_at = Some(filed.at);
        }
        link(person, filed.server.as_ref().filter(|_| filed.reason.as_deref() != Some("unconfirmed")));
        if (at - person.kept_since).num_seconds() >= REPEAT_WITHIN_S {
            person.kept = 0;
            person.kept_since = at;
        }
        person.kept = person.kept.saturating_add(1);
        person.kept <= REPORTS_KEPT_PER_PERSON_MAX
    }

    fn tell_reported(&mut self, at: Timestamp, id: &ReportId, filed: &ReportRecord) {
        let Some(server) = filed.server.clone() else { return };
        let about: Vec<IncidentId> = self
            .open_incidents()
            .filter(|incident| incident.servers.contains(&server))
            .map(|incident| incident.id)
            .collect();
        for incident in about {
            let (report, server, counted) = (id.clone(), server.clone(), filed.counted);
            self.tell(incident, Moment { at, step: Step::Reported { report, server, counted } });
        }
    }

    fn apply_settled(
        &mut self,
        at: Timestamp,
        id: &ReportId,
        server: Option<&ServerId>,
        counted: bool,
        by: &str,
    ) -> Vec<EvidenceChange> {
        let Some(report) = self.reports.get_mut(id) else { return Vec::new() };
        let mut changes = Vec::new();
        if let Some(before) = report.server.clone().filter(|_| report.counted) {
            changes.push(EvidenceChange::Discount(report.at, before));
        }
        report.settled_by = Some(by.to_owned());
        report.dismissed = server.is_none();
        report.server = server.cloned().or(report.server.take());
        report.counted = counted;
        report.reason = None;
        let (made_at, person): (Timestamp, PersonId) = (report.at, report.person.clone());
        if let Some(server) = server.filter(|_| counted) {
            changes.push(EvidenceChange::Count(made_at, server.clone()));
        }
        if let Some(person) = self.people.get_mut(&person) {
            if counted {
                person.counted_at = person.counted_at.max(Some(made_at));
            }
            link(person, server);
        }
        let about: Vec<IncidentId> = self
            .open_incidents()
            .filter(|incident| server.is_some_and(|server| incident.servers.contains(server)))
            .map(|incident| incident.id)
            .collect();
        for incident in about {
            let (report, server, by) = (id.clone(), server.cloned(), by.to_owned());
            self.tell(incident, Moment { at, step: Step::Settled { report, server, by } });
        }
        changes
    }
}

fn link(person: &mut super::Person, server: Option<&ServerId>) {
    if let Some(server) = server.filter(|_| person.servers.len() < LINKS_PER_PERSON_MAX) {
        person.servers.insert(server.clone());
    }
}

fn source_of(input: &Input) -> String {
    match input {
        Input::Report { source, .. } => source.clone(),
        Input::Started { .. }
        | Input::ProbeResult { .. }
        | Input::Command { .. }
        | Input::Timer { .. }
        | Input::Delivery { .. } => String::new(),
    }
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
