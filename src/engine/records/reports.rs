//! What decisions about reports change: the reports themselves, and what is known of their authors.

use crate::domain::{IncidentId, ReportId, ServerId, Timestamp};

use super::{EvidenceChange, Moment, Person, REPEAT_WITHIN_S, Records, ReportRecord, Step};

/// How many reports of one person are kept within six hours.
const REPORTS_KEPT_PER_PERSON_MAX: u32 = 10;
/// How many servers, and how many domains, one person is linked to at most.
const LINKS_PER_PERSON_MAX: usize = 16;

/// What a report names beside its server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    /// A domain of ours.
    pub domain: Option<&'a str>,
    /// The language that its author reads.
    pub language: Option<&'a str>,
}

impl Records {
    pub(super) fn apply_report(
        &mut self,
        at: Timestamp,
        id: &ReportId,
        filed: ReportRecord,
        named: Named<'_>,
    ) -> Vec<EvidenceChange> {
        let made_at = filed.at;
        let is_kept = self.meet(at, &filed, named);
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
    fn meet(&mut self, at: Timestamp, filed: &ReportRecord, named: Named<'_>) -> bool {
        if !self.people.contains_key(&filed.person) {
            self.person_order.push_back(filed.person.clone());
        }
        let person = self.people.entry(filed.person.clone()).or_default();
        if filed.counted {
            person.counted_at = Some(filed.at);
        }
        if filed.reason.as_deref() != Some("unconfirmed") {
            link(person, filed.server.as_ref());
            if let Some(language) = named.language {
                person.language = Some(language.to_owned());
            }
            let domain = named.domain;
            if let Some(domain) = domain.filter(|_| person.domains.len() < LINKS_PER_PERSON_MAX) {
                person.domains.insert(domain.to_owned());
            }
        }
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

    pub(super) fn apply_settled(
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
        let (made_at, person) = (report.at, report.person.clone());
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

fn link(person: &mut Person, server: Option<&ServerId>) {
    if let Some(server) = server.filter(|_| person.servers.len() < LINKS_PER_PERSON_MAX) {
        person.servers.insert(server.clone());
    }
}
