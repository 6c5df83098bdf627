//! What findings of the detector come to: suspicions with words, incidents, proposals to staff.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Cause, Impact, IncidentId, IncidentState, ServerId, Suspicion, SuspicionId, UpdateKind,
    },
    engine::{
        detect::Suspected,
        records::{Incident, seconds},
    },
    event::Output,
    render::Facts,
};

use super::Desk;

/// From this share of failing checks on, websites "do not load".
const CRITICAL_LOSS_MIN: f64 = 0.9;
/// From this share on, they "often do not load".
const MAJOR_LOSS_MIN: f64 = 0.4;
/// From this many servers on, trouble of any size is major.
const MAJOR_SERVERS_MIN: usize = 5;
/// Rows of evidence in a post to staff.
const ROWS_MAX: usize = 8;

/// How much customers feel of it: critical from 90 % loss, major from 40 % or from five servers
/// on, else minor. People's word alone says nothing of the size: minor, or major from five servers.
pub(super) fn impact_by(causes: &[Cause], servers: &[ServerId]) -> Impact {
    let loss = causes.iter().filter_map(|cause| cause.loss).fold(0.0, f64::max);
    if loss >= CRITICAL_LOSS_MIN {
        Impact::Critical
    } else if loss >= MAJOR_LOSS_MIN || servers.len() >= MAJOR_SERVERS_MIN {
        Impact::Major
    } else {
        Impact::Minor
    }
}

impl Desk<'_> {
    /// Says a suspicion, new, changed or come back, and sees to its incident.
    pub(super) fn suspect(&mut self, found: &Suspected) {
        let back = if found.of.is_none() { self.returning(found) } else { None };
        let id = found.of.or(back);
        let id = id.unwrap_or(SuspicionId(self.records.last_suspicion.0 + 1));
        let before = self.records.suspicions.get(&id).map(|record| record.suspicion.clone());
        let suspicion = Suspicion {
            id,
            new: before.is_none(),
            causes: found.causes.clone(),
            alternatives: found.alternatives.clone(),
            servers: found.servers.clone(),
            reports_only: found.reports_only,
            evidence: found.evidence.clone(),
            explanation: self.speech().explain(found),
        };
        self.decide(Output::Suspicion(suspicion.clone()));
        if self.is_put_down_to_work(id, &suspicion.servers) {
            return;
        }
        let impact = impact_by(&found.causes, &found.servers);
        let told = self.see_to_incident(&suspicion, impact, back.is_some());
        let is_other = before.is_none_or(|before| {
            before.servers != suspicion.servers || ids_of(&before) != ids_of(&suspicion)
        });
        if !told && is_other {
            self.tell_changed(&suspicion);
        }
    }

    /// The suspicion that comes back: cleared within `reopen_within`, with a cause or a server in
    /// common; the latest of several.
    fn returning(&self, found: &Suspected) -> Option<SuspicionId> {
        let within = seconds(self.records.settings.policy.reopen_within_s);
        self.records
            .suspicions
            .values()
            .rev()
            .filter(|record| record.merged_into.is_none())
            .filter(|record| record.cleared_at.is_some_and(|at| self.now() - at <= within))
            .find(|record| {
                let causes = &record.suspicion.causes;
                causes.iter().any(|cause| found.causes.iter().any(|other| other.id == cause.id))
                    || overlap(&record.suspicion.servers, &found.servers)
            })
            .map(|record| record.suspicion.id)
    }

    /// Opens, reopens or revises the incident of a suspicion; whether staff were told.
    pub(super) fn see_to_incident(
        &mut self,
        suspicion: &Suspicion,
        impact: Impact,
        is_back: bool,
    ) -> bool {
        let linked = self.incident_of(suspicion.id).cloned();
        match linked {
            Some(incident) if incident.state.is_open() => {
                self.revise(&incident, suspicion, impact);
                if is_back && incident.state == IncidentState::Monitoring {
                    self.reopen(&incident, suspicion, impact);
                    return true;
                }
                false
            }
            Some(incident) if is_back && self.ended_lately(&incident) => {
                self.reopen(&incident, suspicion, impact);
                true
            }
            // Staff ended it while it was still suspected: they know.
            Some(_) if !is_back && !suspicion.new => false,
            Some(_) | None => self.find_or_open(suspicion, impact),
        }
    }

    fn find_or_open(&mut self, suspicion: &Suspicion, impact: Impact) -> bool {
        let by_hand = self
            .records
            .open_incidents()
            .find(|one| one.suspicion.is_none() && overlap(&one.servers, &suspicion.servers))
            .cloned();
        if let Some(incident) = by_hand {
            self.revise(&incident, suspicion, impact);
            return false;
        }
        let ended = self
            .records
            .incidents
            .values()
            .rev()
            .find(|one| {
                one.state == IncidentState::Resolved
                    && self.ended_lately(one)
                    && overlap(&one.servers, &suspicion.servers)
            })
            .cloned();
        match ended {
            Some(incident) => self.reopen(&incident, suspicion, impact),
            None => self.open(suspicion, impact),
        }
        true
    }

    fn open(&mut self, suspicion: &Suspicion, impact: Impact) {
        let id = IncidentId(self.records.last_incident.0 + 1);
        self.decide(Output::Incident {
            id,
            state: IncidentState::Investigating,
            impact,
            suspicion: Some(suspicion.id),
            servers: suspicion.servers.clone(),
            title: self.speech().title(&suspicion.servers, impact, suspicion.reports_only),
            reopened: false,
            by: None,
        });
        if let Some(draft) = self.draft_by_bot(id, UpdateKind::Investigating) {
            self.propose(draft, "staff-proposal", &self.why(suspicion));
        }
    }

    fn reopen(&mut self, incident: &Incident, suspicion: &Suspicion, impact: Impact) {
        let servers = union(&incident.servers, &suspicion.servers);
        self.supersede(incident.id, |draft| draft.by.is_none());
        self.decide(Output::Incident {
            id: incident.id,
            state: IncidentState::Investigating,
            impact: impact.max(incident.impact),
            suspicion: Some(suspicion.id),
            title: incident.title.clone(),
            servers,
            reopened: true,
            by: None,
        });
        let was_published = incident.is_published();
        let draft = if was_published {
            let Some(found) = self.records.incidents.get(&incident.id) else { return };
            let words = self.speech().draft_back(found, suspicion, self.now());
            Some(self.draft(incident.id, UpdateKind::Update, words, None))
        } else {
            self.draft_by_bot(incident.id, UpdateKind::Investigating)
        };
        if let Some(draft) = draft {
            let back = self.speech().say("staff-reopened", Facts::new());
            let reason = format!("{back} {}", self.why(suspicion));
            self.propose(draft, "staff-proposal", &reason);
        }
    }

    /// Impact and servers of an open incident only grow by themselves: a fault whose estimate
    /// wavers must not make the words waver.
    fn revise(&mut self, incident: &Incident, suspicion: &Suspicion, impact: Impact) {
        let servers = union(&incident.servers, &suspicion.servers);
        let impact = impact.max(incident.impact);
        let is_same = servers == incident.servers
            && impact == incident.impact
            && incident.suspicion == Some(suspicion.id);
        if !is_same {
            let by_hand = incident.suspicion.is_none();
            let title = if by_hand {
                incident.title.clone()
            } else {
                self.speech().title(&servers, impact, suspicion.reports_only)
            };
            self.decide(Output::Incident {
                id: incident.id,
                state: incident.state,
                impact,
                suspicion: Some(suspicion.id),
                servers,
                title,
                reopened: false,
                by: None,
            });
        }
        self.check_drafts(incident.id);
    }

    /// The latest incident of a suspicion or of one that was merged into it.
    pub(super) fn incident_of(&self, id: SuspicionId) -> Option<&Incident> {
        let mut latest: Vec<&Incident> = self
            .records
            .incidents
            .values()
            .filter(|one| one.suspicion.map(|own| self.records.alias(own)) == Some(id))
            .collect();
        // An open one goes before one that has ended, then the first that was opened.
        latest.sort_by_key(|one| (!one.state.is_open(), one.id));
        latest.first().copied()
    }

    fn ended_lately(&self, incident: &Incident) -> bool {
        let within = seconds(self.records.settings.policy.reopen_within_s);
        incident.ended_at.is_some_and(|at| self.now() - at <= within)
    }

    /// The explanation with the table under it.
    fn why(&self, suspicion: &Suspicion) -> String {
        let rows = self.speech().evidence_rows(&suspicion.evidence, ROWS_MAX);
        format!("{}\n{rows}", suspicion.explanation).trim_end().to_owned()
    }

    fn tell_changed(&mut self, suspicion: &Suspicion) {
        let Some(incident) = self.incident_of(suspicion.id) else { return };
        if !incident.state.is_open() {
            return;
        }
        let waits = self.records.drafts_in_turn(incident.id).next().is_some();
        let is_unsaid = incident.is_wider_than_published() && !waits;
        let facts = Facts::new()
            .text("incident", incident.id.to_string())
            .text("title", incident.title.clone())
            .text("explanation", self.why(suspicion));
        if is_unsaid {
            let (id, why) = (incident.id, self.why(suspicion));
            if let Some(draft) = self.draft_by_bot(id, UpdateKind::Update) {
                self.propose(draft, "staff-proposal", &why);
            }
            return;
        }
        let (text, id) = (self.speech().say("staff-changed", facts), incident.id);
        self.tell_staff("suspicion", Some(id), &text, None);
    }

    /// One suspicion goes on in another; an incident of its own is closed in its favour when
    /// nothing of it was published.
    pub(super) fn merge(&mut self, id: SuspicionId, into: SuspicionId) {
        let own = self.incident_of(id).map(|incident| incident.id);
        self.decide(Output::SuspicionCleared { id, merged_into: Some(into) });
        let facts = Facts::new().text("suspicion", id.to_string()).text("into", into.to_string());
        let text = self.speech().say("staff-merged", facts);
        self.tell_staff("suspicion", own, &text, None);
        let stays = self.incident_of(into).map(|incident| incident.id);
        let Some(own) = own.filter(|own| Some(*own) != stays) else { return };
        let Some(incident) = self.records.incidents.get(&own).cloned() else { return };
        if !incident.state.is_open() || incident.is_published() {
            return;
        }
        self.supersede(own, |_| true);
        self.decide(Output::Incident {
            id: own,
            state: IncidentState::Resolved,
            impact: incident.impact,
            suspicion: incident.suspicion,
            servers: incident.servers,
            title: incident.title,
            reopened: false,
            by: None,
        });
    }

    /// The servers look well: a monitoring draft is proposed, once, when the public was told.
    pub(super) fn recovering(&mut self, id: SuspicionId) {
        let Some(incident) = self.incident_of(id) else { return };
        let is_due = self.records.suspicions.get(&id).is_some_and(|one| !one.recovery_proposed)
            && incident.state.is_open()
            && incident.state != IncidentState::Monitoring
            && incident.is_published();
        if !is_due {
            return;
        }
        let incident = incident.id;
        self.supersede(incident, |draft| draft.by.is_none());
        let reason = self.speech().say("recovering", Facts::new());
        if let Some(draft) = self.draft_by_bot(incident, UpdateKind::Monitoring) {
            self.propose(draft, "staff-proposal-recovery", &reason);
        }
    }

    /// It is over: words that say so are proposed.
    pub(super) fn clear(&mut self, id: SuspicionId) {
        let incident = self.incident_of(id).filter(|one| one.state.is_open()).cloned();
        let was_held = self.records.suspicions.get(&id).is_some_and(|one| one.held.is_some());
        self.decide(Output::SuspicionCleared { id, merged_into: None });
        let Some(incident) = incident else {
            if was_held {
                return;
            }
            let facts = Facts::new().text("suspicion", id.to_string());
            let text = self.speech().say("staff-cleared", facts);
            self.tell_staff("suspicion", None, &text, None);
            return;
        };
        self.supersede(incident.id, |draft| draft.by.is_none());
        self.check_drafts(incident.id);
        let key = if incident.is_published() { "recovered" } else { "recovered-quietly" };
        let facts = Facts::new().text("incident", incident.id.to_string());
        let reason = self.speech().say(key, facts);
        if let Some(draft) = self.draft_by_bot(incident.id, UpdateKind::Resolved) {
            self.propose(draft, "staff-proposal-recovery", &reason);
        }
    }

    /// Nothing measures it any more: it ends, and its incident is staff's alone from here on.
    pub(super) fn give_up(&mut self, id: SuspicionId) {
        let incident = self.incident_of(id).filter(|one| one.state.is_open()).map(|one| one.id);
        self.decide(Output::SuspicionCleared { id, merged_into: None });
        let facts = Facts::new().text("suspicion", id.to_string());
        let text = match incident {
            Some(incident) => {
                self.speech().say("staff-gone-open", facts.text("incident", incident.to_string()))
            }
            None => self.speech().say("staff-gone", facts),
        };
        self.tell_staff("suspicion", incident, &text, None);
        if let Some(incident) = incident {
            self.check_drafts(incident);
        }
    }

    pub(super) fn heads_up(
        &mut self,
        servers: Vec<ServerId>,
        people: u32,
        shared: &[String],
        failed: u32,
    ) {
        let explanation = self.speech().heads_up(&servers, people, shared, failed);
        let facts = Facts::new().text("explanation", explanation.clone());
        let text = self.speech().say("staff-heads-up", facts);
        let is_expected = self.records.window_over(&servers).is_some();
        self.decide(Output::HeadsUp { servers, people, explanation });
        if is_expected {
            return;
        }
        self.tell_staff("heads_up", None, &text, None);
    }

    pub(super) fn blind(&mut self, vantage: &str) {
        if self.records.blind.contains(vantage) {
            return;
        }
        let text = self.speech().say("staff-blind", Facts::new().text("vantage", vantage));
        self.decide(Output::MonitorBlind { vantage: vantage.to_owned() });
        self.tell_staff("monitor", None, &text, None);
    }

    pub(super) fn sees(&mut self, vantage: &str) {
        let text = self.speech().say("staff-sees", Facts::new().text("vantage", vantage));
        self.decide(Output::MonitorRecovered { vantage: vantage.to_owned() });
        self.tell_staff("monitor", None, &text, None);
    }

    /// After a reload: incidents go on without servers that the fleet no longer has.
    pub(super) fn follow_fleet(&mut self) {
        let known: BTreeSet<ServerId> =
            self.records.settings.fleet.servers.iter().map(|server| server.id.clone()).collect();
        let affected: Vec<Incident> = self
            .records
            .open_incidents()
            .filter(|one| one.servers.iter().any(|server| !known.contains(server)))
            .cloned()
            .collect();
        for incident in affected {
            let (stay, gone): (Vec<ServerId>, Vec<ServerId>) =
                incident.servers.iter().cloned().partition(|server| known.contains(server));
            let facts = Facts::new().text("servers", self.speech().staff_servers(&gone));
            let text = self.speech().say("staff-removed", facts);
            self.decide(Output::Incident {
                id: incident.id,
                state: incident.state,
                impact: incident.impact,
                suspicion: incident.suspicion,
                servers: stay,
                title: incident.title,
                reopened: false,
                by: None,
            });
            self.notify_staff("fleet", text, None);
            self.check_drafts(incident.id);
        }
    }
}

fn ids_of(suspicion: &Suspicion) -> BTreeSet<&str> {
    suspicion.causes.iter().map(|cause| cause.id.as_str()).collect()
}

fn overlap(some: &[ServerId], others: &[ServerId]) -> bool {
    some.iter().any(|one| others.contains(one))
}

fn union(some: &[ServerId], others: &[ServerId]) -> Vec<ServerId> {
    let all: BTreeSet<&ServerId> = some.iter().chain(others).collect();
    all.into_iter().cloned().collect()
}
