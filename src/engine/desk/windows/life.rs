//! What time brings to a window: reminders, its beginning, the question about its end, the word
//! that it takes longer, the look whether all is well, its end.

use crate::{
    command::Button,
    domain::{
        IncidentId, IncidentState, MaintenanceWindow, Role, ServerId, Suspicion, SuspicionId,
        UpdateKind, WindowId, WindowNews, WindowState, Wording,
    },
    engine::records::{Agreement, OVERRUNS_MAX, WindowRecord, seconds},
    event::Output,
    render::Facts,
};

use super::{
    super::{publishing::without_promise, suspicions::impact_by},
    Asking, Desk, Statement, window_facts,
};

/// The name of the policy that tells of announced windows.
pub(super) const WINDOW_POLICY: &str = "policy:maintenance";

impl Desk<'_> {
    /// Followers are reminded, unless a later reminder or the beginning is due as well.
    pub(in crate::engine::desk) fn remind_of_window(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id) else { return };
        let policy = &self.records.settings.policy.maintenance;
        let starts_at = record.window.starts_at;
        let later = policy.reminders_s.iter().map(|before| starts_at - seconds(*before));
        let mut later = later.filter(|due| *due > record.reminded_until);
        let is_overtaken = later.any(|due| due <= self.now()) || starts_at <= self.now();
        if record.window.state == WindowState::Scheduled && !is_overtaken {
            self.announce(id, WindowNews::Reminder, WINDOW_POLICY, None);
        }
    }

    /// The window begins by itself.
    pub(in crate::engine::desk) fn begin_window(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        if record.drafted {
            return self.remind_of_draft(&record);
        }
        let servers = self.servers_of(&record.window.targets);
        let window =
            MaintenanceWindow { state: WindowState::InProgress, servers, ..record.window.clone() };
        // Nobody is told of a beginning after the end: the end is due as well.
        let is_late = window.ends_at <= self.now();
        self.decide(Output::Window { window, by: None });
        if record.is_announced() {
            if !is_late {
                self.announce(id, WindowNews::Started, WINDOW_POLICY, None);
            }
            return;
        }
        let text = self.speech().say("staff-window-unannounced", window_facts(id));
        self.notify_staff("window", text, None);
        if let Some(record) = self.records.windows.get(&id).cloned() {
            self.propose_window(&record);
        }
    }

    /// The time of a draft out of a notice has come, and nobody has taken it up: nothing begins
    /// that nobody approved.
    fn remind_of_draft(&mut self, record: &WindowRecord) {
        if record.window.ends_at <= self.now() {
            return;
        }
        let facts = window_facts(record.window.id).text("title", record.window.title.clone());
        let text = self.speech().say("staff-window-draft-begins", facts);
        self.notify_staff("window", text, None);
        self.propose_window(record);
    }

    /// The promised end comes near: staff are asked.
    pub(in crate::engine::desk) fn ask_about_end(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id) else { return };
        if record.window.ends_at <= self.now() {
            return;
        }
        let speech = self.speech();
        let facts = window_facts(id)
            .text("title", record.window.title.clone())
            .text("time", speech.window_time(record.window.ends_at, record.window.zone, None))
            .text("standing", self.standing_of_probes(record));
        let text = speech.say("staff-window-ending", facts);
        self.ask_how_it_goes(id, text);
    }

    /// The promised end is near and nobody has said anything. Where the probes do not agree that
    /// all is well, followers are told that it takes longer, before the promise is broken; after
    /// that the end is due as well, and it is looked how things are.
    pub(in crate::engine::desk) fn look_for_overrun(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        let is_well = self.records.agreement(&record) == Agreement::Well;
        let is_late = record.window.ends_at <= self.now();
        if is_well || is_late || record.overruns >= OVERRUNS_MAX || !record.is_announced() {
            return;
        }
        let by_s = self.records.settings.policy.maintenance.overrun_s;
        let ends_at = record.window.ends_at + seconds(by_s);
        let standing = self.standing_of_probes(&record);
        self.revise_window(MaintenanceWindow { ends_at, ..record.window }, None);
        self.announce(id, WindowNews::Delayed, WINDOW_POLICY, None);
        let Some(record) = self.records.windows.get(&id) else { return };
        let speech = self.speech();
        let facts = window_facts(id)
            .text("time", speech.window_time(record.window.ends_at, record.window.zone, None))
            .text("standing", standing);
        let text = speech.say("staff-window-delayed", facts);
        self.ask_how_it_goes(id, text);
    }

    /// The promised end has come: the work is taken to be over, and the probes are asked.
    pub(in crate::engine::desk) fn end_window(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        if record.drafted {
            let facts = window_facts(id).text("title", record.window.title.clone());
            let window = MaintenanceWindow { state: WindowState::Cancelled, ..record.window };
            self.decide(Output::Window { window, by: None });
            let text = self.speech().say("staff-window-draft-over", facts);
            return self.notify_staff("window", text, None);
        }
        // Another revision: “it is done” was pressed of work, and means more of what is verified.
        let window = MaintenanceWindow {
            state: WindowState::Verifying,
            revision: record.window.revision.saturating_add(1),
            ..record.window.clone()
        };
        self.decide(Output::Window { window, by: None });
        if record.is_announced() {
            self.announce(id, WindowNews::Verifying, WINDOW_POLICY, None);
        }
    }

    /// Completes a window whose probes agree; what has failed for too long is an alarm again.
    pub(in crate::engine::desk) fn check_window(&mut self, id: WindowId) {
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        let agreement = self.records.agreement(&record);
        if agreement == Agreement::Well {
            return self.finish(&record.window, WINDOW_POLICY, None, true);
        }
        let within = seconds(self.records.settings.policy.maintenance.verify_within_s);
        if record.released || self.now() - record.state_at < within {
            return;
        }
        let (key, servers) = match agreement {
            Agreement::NotYet(servers) => ("staff-window-fails", servers),
            Agreement::Well | Agreement::Unmeasured => ("staff-window-unmeasured", Vec::new()),
        };
        self.decide(Output::WindowFails { window: id, servers });
        let facts = window_facts(id)
            .text("title", record.window.title.clone())
            .text("standing", self.standing_of_probes(&record));
        let text = self.speech().say(key, facts);
        self.ask_how_it_goes(id, text);
        self.release_held(id);
    }

    /// All is over: followers hear it, what was held speaks again, and the incident that the work
    /// was to end goes on to its end.
    pub(super) fn finish(
        &mut self,
        window: &MaintenanceWindow,
        by: &str,
        role: Option<Role>,
        probes_agree: bool,
    ) {
        let id = window.id;
        let is_announced = self.records.windows.get(&id).is_some_and(WindowRecord::is_announced);
        let reported = self.reported_since(id);
        let window = MaintenanceWindow { state: WindowState::Completed, ..window.clone() };
        let person = role.map(|_| by.to_owned());
        self.decide(Output::Window { window: window.clone(), by: person });
        let is_mended = is_announced && probes_agree && !reported;
        let incident = window.incident.filter(|id| is_mended && self.is_open_incident(*id));
        match incident {
            Some(incident) => self.mend(id, incident),
            None if is_announced => _ = self.announce(id, WindowNews::Completed, by, role),
            None => {}
        }
        self.release_held(id);
    }

    /// The work is done and the incident's servers are well: the standing policy says both in one
    /// update, and the incident's end is proposed.
    fn mend(&mut self, id: WindowId, incident: IncidentId) {
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        let Some(found) = self.records.incidents.get(&incident).cloned() else { return };
        let by = WINDOW_POLICY;
        let (revision, done) = self.put_on_record(&record, WindowNews::Completed, by, None);
        let kind = match found.state {
            IncidentState::Monitoring => UpdateKind::Update,
            IncidentState::Investigating
            | IncidentState::Identified
            | IncidentState::Resolved
            | IncidentState::FalseAlarm => UpdateKind::Monitoring,
        };
        let words = self.speech().draft(&found, kind, self.now());
        let well = without_promise(&words.text, words.promise.as_deref());
        let body = format!("{done} {well}");
        let done = self.wordings_of(incident, &record, WindowNews::Completed);
        let wordings = words.wordings.into_iter().zip(done).map(|(well, done)| {
            let text = format!("{} {}", done.text, well.text);
            Wording { text, short: None, ..well }
        });
        let wordings = wordings.collect();
        let (draft, short, role, course) = (None, None, None, None);
        self.publish(&Statement { incident, draft, kind, body, short, wordings, by, role, course });
        self.mail_news(&record, WindowNews::Completed, revision, Some(incident));
        if let Some(draft) = self.draft_by_bot(incident, UpdateKind::Resolved) {
            let reason = self.speech().say("window-mended", Facts::new());
            self.propose(draft, "staff-proposal-recovery", &reason);
        }
    }

    /// Whether somebody reported one of a window's servers since the work was over.
    fn reported_since(&self, id: WindowId) -> bool {
        let Some(record) = self.records.windows.get(&id) else { return false };
        self.records.reports.values().any(|report| {
            let server = report.server.as_ref();
            report.counted
                && !report.dismissed
                && report.at >= record.state_at
                && server.is_some_and(|server| record.window.servers.contains(server))
        })
    }

    /// What was put down to a window and is no longer covered by any becomes an alarm.
    pub(super) fn release_held(&mut self, id: WindowId) {
        let held: Vec<(SuspicionId, Suspicion)> = self
            .records
            .suspicions
            .values()
            .filter(|record| record.held == Some(id) && record.stands())
            .map(|record| (record.suspicion.id, record.suspicion.clone()))
            .collect();
        for (suspicion, said) in held {
            let over = self.records.window_over(&said.servers);
            self.decide(Output::SuspicionHeld { id: suspicion, window: over });
            if over.is_none() {
                let impact = impact_by(&said.causes, &said.servers);
                self.see_to_incident(&said, impact, false);
            }
        }
    }

    /// Keeps a suspicion that announced work explains from becoming an alarm; whether it does.
    pub(in crate::engine::desk) fn is_put_down_to_work(
        &mut self,
        id: SuspicionId,
        servers: &[ServerId],
    ) -> bool {
        let linked = self.incident_of(id).is_some_and(|incident| incident.state.is_open());
        let window = if linked { None } else { self.records.window_over(servers) };
        let held = self.records.suspicions.get(&id).and_then(|record| record.held);
        if held != window {
            self.decide(Output::SuspicionHeld { id, window });
        }
        window.is_some()
    }

    /// What the probes of a window's servers say, in staff's words.
    fn standing_of_probes(&self, record: &WindowRecord) -> String {
        let speech = self.speech();
        match self.records.agreement(record) {
            Agreement::Well => speech.say("window-probes-well", Facts::new()),
            Agreement::NotYet(servers) => {
                let facts = Facts::new().text("servers", speech.staff_servers(&servers));
                speech.say("window-probes-bad", facts)
            }
            Agreement::Unmeasured => speech.say("window-probes-none", Facts::new()),
        }
    }

    /// Tells staff how a window stands, with what they can do about it.
    fn ask_how_it_goes(&mut self, id: WindowId, text: String) {
        self.decide(Output::StaffNotice { text: text.clone() });
        let commands = self.speech().say("staff-window-end-commands", window_facts(id));
        let revision = self.records.windows.get(&id).map(|one| one.window.revision);
        let buttons = vec![
            Button::ExtendWindow { window: id, revision },
            Button::CompleteWindow { window: id, revision },
        ];
        self.ask_of_window(&Asking { text: &text, buttons, commands });
    }
}
