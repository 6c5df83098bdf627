//! What is open, as plain data: what somebody who types or presses can mean. Must not: change
//! anything.

use crate::domain::{
    AsShown, DraftId, IncidentId, PersonId, PostId, ReportId, ServerId, UpdateKind, WindowId,
};

use super::{Detector, Engine, desk};

/// Everything that waits for somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Open incidents, newest first.
    pub incidents: Vec<OpenIncident>,
    /// Drafts that wait for an answer, newest first.
    pub drafts: Vec<OpenDraft>,
    /// The latest reports that were not dismissed, newest first, at most
    /// [`OPEN_REPORTS_MAX`].
    pub reports: Vec<OpenReport>,
    /// Maintenance windows that are not over, the next first.
    pub windows: Vec<OpenWindow>,
}

/// A maintenance window that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenWindow {
    /// Its number.
    pub id: WindowId,
    /// Its title.
    pub title: String,
    /// How often it was revised.
    pub revision: u32,
}

/// How many reports are named.
pub const OPEN_REPORTS_MAX: usize = 100;

/// An incident that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIncident {
    /// Its number.
    pub id: IncidentId,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub as_shown: AsShown,
}

/// A draft that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDraft {
    /// Its number.
    pub id: DraftId,
    /// Of which incident.
    pub incident: IncidentId,
    /// What it would announce.
    pub kind: UpdateKind,
    /// The newest.
    pub revision: u32,
    /// The words that a person may change: without the promise, which is made anew.
    pub body: String,
    /// A person wrote the words.
    pub by_person: bool,
    /// What changed since staff last looked.
    pub stale: Option<String>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// Its id.
    pub id: ReportId,
    /// What it is about, when that is known.
    pub server: Option<ServerId>,
}

/// A domain that a person is linked to, and the server it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// As the fleet writes it.
    pub domain: String,
    /// Where it is now.
    pub server: ServerId,
}

impl<D: Detector> Engine<D> {
    /// What is open now.
    pub fn open(&self) -> Open {
        let records = &self.records;
        let mut incidents: Vec<OpenIncident> = records
            .open_incidents()
            .map(|one| OpenIncident {
                id: one.id,
                title: one.title.clone(),
                as_shown: one.as_shown(),
            })
            .collect();
        incidents.reverse();
        let mut drafts: Vec<OpenDraft> = records
            .open_drafts()
            .map(|draft| OpenDraft {
                id: draft.id,
                incident: draft.incident,
                kind: draft.kind,
                revision: draft.revision,
                body: desk::body_of(draft),
                by_person: draft.by.is_some(),
                stale: draft.stale.clone(),
            })
            .collect();
        drafts.reverse();
        let reports = records
            .report_order
            .iter()
            .rev()
            .filter_map(|id| Some((id, records.reports.get(id)?)))
            .filter(|(_, report)| !report.dismissed)
            .take(OPEN_REPORTS_MAX)
            .map(|(id, report)| OpenReport { id: id.clone(), server: report.server.clone() })
            .collect();
        let windows = records.open_windows_by_time().into_iter().map(|one| OpenWindow {
            id: one.window.id,
            title: one.window.title.clone(),
            revision: one.window.revision,
        });
        Open { incidents, drafts, reports, windows: windows.collect() }
    }

    /// The domains that a person reported, where they still are ours.
    pub fn links(&self, person: &PersonId) -> Vec<Link> {
        let domains = &self.records.settings.fleet.domains;
        let Some(person) = self.records.people.get(person) else { return Vec::new() };
        let link = |domain: &String| {
            Some(Link { domain: domain.clone(), server: domains.get(domain)?.clone() })
        };
        person.domains.iter().filter_map(link).collect()
    }

    /// The servers that a person is linked to, where they are still ours.
    pub fn linked_servers(&self, person: &PersonId) -> Vec<ServerId> {
        let fleet = &self.records.settings.fleet;
        let is_ours = |id: &&ServerId| fleet.servers.iter().any(|server| server.id == **id);
        let person = self.records.people.get(person);
        person.map(|one| one.servers.iter().filter(is_ours).cloned().collect()).unwrap_or_default()
    }

    /// The one post whose id begins so.
    pub fn post_named(&self, beginning: &str) -> Option<PostId> {
        let from = self.records.posts.range(PostId::from(beginning)..);
        let mut found = from.map(|(id, _)| id).take_while(|id| id.as_str().starts_with(beginning));
        let first = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    /// `text`, an answer of ours, with a marker for each moment that it tells.
    pub fn with_times_marked(&self, text: &str) -> String {
        self.speech().with_all_times_marked(text)
    }

    /// The servers that an incident is about.
    pub fn servers_of(&self, incident: IncidentId) -> Vec<ServerId> {
        self.records.incidents.get(&incident).map(|one| one.servers.clone()).unwrap_or_default()
    }
}
