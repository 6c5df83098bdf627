//! Staff's commands carried out, each with an answer in words.

use crate::{
    command::{self, Command, Line},
    domain::{AsShown, DraftId, Impact, IncidentId, IncidentState, Role, ServerId, UpdateKind},
    engine::{
        answer::{self, Look},
        records::Incident,
    },
    event::{DraftEnd, Output, TimelineKind},
    render::Facts,
};

use super::{
    Counts, Desk,
    publishing::{Statement, draft_facts},
};

/// Who asks, and with what right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person<'a> {
    pub by: &'a str,
    pub role: Role,
}

impl Desk<'_> {
    pub(super) fn take_command(&mut self, by: &str, role: Role, text: &str, chart: Counts<'_>) {
        let (line, spec) = match command::parse(text) {
            Ok(read) => read,
            Err(problem) => {
                let text = problem.say(&self.words.sayer(self.speech().language));
                return self.reply(false, text);
            }
        };
        if !command::may(spec, role) {
            let facts = Facts::new().text("command", spec.name).text("role", spec.role.word());
            let text = self.speech().say("reply-not-allowed", facts);
            return self.reply(false, text);
        }
        match line {
            Line::Query(query) => {
                let look = Look { now: self.now(), fresh: &|_| Vec::new(), chart };
                let text = answer::answer(&self.speech(), &query, role, &look);
                self.reply(true, text);
            }
            Line::Command(command) => self.carry_out(command, Person { by, role }, chart),
        }
    }

    fn carry_out(&mut self, command: Command, who: Person<'_>, counts: Counts<'_>) {
        match command {
            Command::IncidentOpen { title, servers, impact } => {
                self.open_by_hand(title, servers, impact, who);
            }
            Command::IncidentUpdate { incident, kind, text, publish } => {
                self.update(incident, kind, &text, publish.then_some(counts), who);
            }
            Command::IncidentResolve { incident, text, publish, seen } => {
                if self.is_as_seen(incident, seen) {
                    self.resolve(incident, text.as_deref(), publish.then_some(counts), who);
                }
            }
            Command::IncidentFalseAlarm { incident, seen } => {
                if self.is_as_seen(incident, seen) {
                    self.false_alarm(incident, who);
                }
            }
            Command::IncidentPostMortem { incident, text, publish } => {
                self.post_mortem(incident, text.trim(), publish.then_some(counts), who);
            }
            Command::DraftEdit { draft, text, language, revision } => {
                self.edit(draft, &text, language, revision, who);
            }
            Command::DraftPublish { draft, revision, anyway } => {
                self.publish_draft(draft, (revision, anyway), who, counts);
            }
            Command::DraftDismiss { draft } => self.dismiss(draft, who),
            Command::DraftWait { draft, wait_s } => self.wait(draft, wait_s, who),
            Command::ReportsAssign { report, server } => {
                self.assign_report(&report, &server, who.by);
            }
            Command::ReportsDismiss { report } => self.dismiss_report(&report, who.by),
            Command::Tried { what, incident } => {
                self.keep(incident, TimelineKind::Tried, who.by, what);
            }
            Command::UpstreamSaid { who: provider, words, incident } => {
                self.keep_said(&provider, &words, incident, who.by);
            }
            Command::UpstreamWindow { notice, length_s, revision } => {
                self.follow_notice(notice, length_s, revision, who);
            }
            Command::Maintenance(what) => self.change_window(what, who),
            Command::Reload => {
                // Only where there is no file to read: in a replay of what was typed.
                let text = self.speech().say("reply-no-reload", Facts::new());
                self.reply(false, text);
            }
            Command::Note { words, incident } => {
                self.keep(incident, TimelineKind::Note, who.by, words);
            }
            Command::Retry { post, not_there } => self.send_again(&post, not_there, who.by),
            Command::Delete { post } => self.take_back(&post, who.by),
        }
    }

    fn open_by_hand(
        &mut self,
        title: String,
        servers: Vec<ServerId>,
        impact: Impact,
        who: Person<'_>,
    ) {
        let fleet = &self.records.settings.fleet;
        let unknown: Vec<&str> = servers
            .iter()
            .filter(|id| !fleet.servers.iter().any(|server| server.id == **id))
            .map(ServerId::as_str)
            .collect();
        if !unknown.is_empty() {
            let facts = Facts::new().text("ids", self.speech().tamed(&unknown.join(", ")));
            let text = self.speech().say("reply-no-servers", facts);
            return self.reply(false, text);
        }
        let mut servers = servers;
        servers.sort();
        let id = IncidentId(self.records.last_incident.0 + 1);
        self.decide(Output::Incident {
            id,
            state: IncidentState::Investigating,
            impact,
            suspicion: None,
            servers,
            title,
            reopened: false,
            by: Some(who.by.to_owned()),
        });
        let Some(draft) = self.draft_by_bot(id, UpdateKind::Investigating) else { return };
        let words = self.records.drafts.get(&draft).map(|draft| draft.text.clone());
        let facts = Facts::new()
            .text("id", id.to_string())
            .text("draft", draft.to_string())
            .text("text", words.unwrap_or_default());
        let text = self.speech().say("reply-opened", facts);
        self.reply(true, text);
        let by = Facts::new().text("by", who.by);
        let reason = self.speech().say("staff-opened-by-hand", by);
        self.propose(draft, "staff-proposal", &reason);
    }

    fn update(
        &mut self,
        id: IncidentId,
        kind: UpdateKind,
        text: &str,
        publish: Option<Counts<'_>>,
        who: Person<'_>,
    ) {
        if !self.is_open_for_words(id) {
            return;
        }
        let Some(draft) = self.draft_in_words_of(id, kind, text, who) else { return };
        if let Some(counts) = publish {
            return self.publish_own((id, kind), draft, text, who, counts);
        }
        let facts = Facts::new().text("draft", draft.to_string());
        let text = self.speech().say("reply-drafted", facts);
        self.reply(true, text);
    }

    /// A draft in a person's own words.
    fn draft_in_words_of(
        &mut self,
        id: IncidentId,
        kind: UpdateKind,
        text: &str,
        who: Person<'_>,
    ) -> Option<DraftId> {
        let incident = self.records.incidents.get(&id)?;
        let next = self.speech().next_update(incident, kind, self.now());
        let words = self.speech().in_words_of_staff(incident, kind, text, next);
        Some(self.draft(id, kind, words, Some(who.by)))
    }

    /// A person's own words are approved by typing them.
    fn publish_own(
        &mut self,
        (incident, kind): (IncidentId, UpdateKind),
        draft: DraftId,
        text: &str,
        who: Person<'_>,
        counts: Counts<'_>,
    ) {
        let words = self.records.drafts.get(&draft);
        let wordings = words.map(|draft| draft.wordings.clone()).unwrap_or_default();
        let statement = Statement {
            incident,
            draft: Some(draft),
            kind,
            body: text.to_owned(),
            short: None,
            wordings,
            by: who.by,
            role: Some(who.role),
            course: self.course(incident, kind, counts),
        };
        self.publish_and_reply(&statement);
    }

    fn resolve(
        &mut self,
        id: IncidentId,
        text: Option<&str>,
        publish: Option<Counts<'_>>,
        who: Person<'_>,
    ) {
        if !self.is_open_for_words(id) {
            return;
        }
        if let Some(text) = text {
            return self.update(id, UpdateKind::Resolved, text, publish, who);
        }
        let published = self.records.incidents.get(&id).is_some_and(|one| one.is_published());
        if !published {
            return self.end_quietly(id, IncidentState::Resolved, "reply-resolved-quietly", who);
        }
        self.draft_and_reply(id, UpdateKind::Resolved);
    }

    fn false_alarm(&mut self, id: IncidentId, who: Person<'_>) {
        if !self.is_open_for_words(id) {
            return;
        }
        let published = self.records.incidents.get(&id).is_some_and(|one| one.is_published());
        if !published {
            let key = "reply-false-alarm-quietly";
            return self.end_quietly(id, IncidentState::FalseAlarm, key, who);
        }
        self.draft_and_reply(id, UpdateKind::FalseAlarm);
    }

    /// Whether an open incident stands as a person saw it who decides by that; else they are told
    /// how it stands now.
    fn is_as_seen(&mut self, id: IncidentId, seen: Option<AsShown>) -> bool {
        let open = self.records.incidents.get(&id).filter(|one| one.state.is_open());
        let stands = open.map(Incident::as_shown);
        let (Some(seen), Some(stands)) = (seen, stands) else { return true };
        if seen == stands {
            return true;
        }
        let speech = self.speech();
        let facts = Facts::new()
            .text("id", id.to_string())
            .text("state", stands.state.word())
            .text("impact", stands.impact.word())
            .number("servers", stands.servers)
            .number("updates", stands.updates);
        let text = speech.say("reply-not-as-seen", facts);
        self.reply(false, text);
        false
    }

    fn draft_and_reply(&mut self, id: IncidentId, kind: UpdateKind) {
        let Some(draft) = self.draft_by_bot(id, kind) else { return };
        let words = self.records.drafts.get(&draft).map(|draft| draft.text.clone());
        let facts =
            Facts::new().text("draft", draft.to_string()).text("text", words.unwrap_or_default());
        let text = self.speech().say("reply-drafted-words", facts);
        self.reply(true, text);
    }

    /// Ends an incident of which nothing was said.
    fn end_quietly(&mut self, id: IncidentId, state: IncidentState, key: &str, who: Person<'_>) {
        let Some(incident) = self.records.incidents.get(&id).cloned() else { return };
        let open: Vec<DraftId> = self
            .records
            .open_drafts()
            .filter(|draft| draft.incident == id)
            .map(|draft| draft.id)
            .collect();
        for draft in open {
            let by = Some(who.by.to_owned());
            self.decide(Output::DraftClosed { id: draft, how: DraftEnd::Dismissed, by });
        }
        self.decide(Output::Incident {
            id,
            state,
            impact: incident.impact,
            suspicion: incident.suspicion,
            servers: incident.servers,
            title: incident.title,
            reopened: false,
            by: Some(who.by.to_owned()),
        });
        let text = self.speech().say(key, Facts::new().text("id", id.to_string()));
        self.reply(true, text);
    }

    fn edit(
        &mut self,
        id: DraftId,
        text: &str,
        language: Option<&str>,
        revision: Option<u32>,
        who: Person<'_>,
    ) {
        let Some(draft) = self.waiting_draft(id) else { return };
        if revision.is_some_and(|read| read != draft.revision) {
            let facts = draft_facts(&draft);
            let text = self.speech().say("reply-draft-revision", facts);
            return self.reply(false, text);
        }
        let main = self.records.settings.main_locale().language;
        let words = match language.filter(|language| *language != main) {
            Some(language) => self.translated(&draft, language, text),
            None => self.reworded(&draft, text),
        };
        let Some(words) = words else {
            let facts = Facts::new().text("language", language.unwrap_or(&main));
            let text = self.speech().say("reply-no-readers", facts);
            return self.reply(false, text);
        };
        let revision = draft.revision + 1;
        self.decide(Output::Draft {
            id,
            incident: draft.incident,
            kind: draft.kind,
            text: words.text,
            promise: words.promise,
            short: words.short,
            wordings: words.wordings,
            by: Some(who.by.to_owned()),
            revision,
        });
        let facts = Facts::new().text("draft", id.to_string()).number("revision", revision);
        let text = self.speech().say("reply-edited", facts);
        self.reply(true, text);
    }

    fn dismiss(&mut self, id: DraftId, who: Person<'_>) {
        if self.waiting_draft(id).is_none() {
            return;
        }
        let by = Some(who.by.to_owned());
        self.decide(Output::DraftClosed { id, how: DraftEnd::Dismissed, by });
        let text = self.speech().say("reply-dismissed", Facts::new().text("draft", id.to_string()));
        self.reply(true, text);
    }

    fn wait(&mut self, id: DraftId, wait_s: u64, who: Person<'_>) {
        if self.waiting_draft(id).is_none() {
            return;
        }
        let until = self.now() + crate::engine::records::seconds(wait_s);
        self.decide(Output::DraftWaits { id, until, by: who.by.to_owned() });
        let facts =
            Facts::new().text("draft", id.to_string()).text("time", self.speech().moment(until));
        let text = self.speech().say("reply-waits", facts);
        self.reply(true, text);
    }

    /// Keeps something in a timeline: the named incident's, the only open one's, or the diary.
    fn keep(&mut self, named: Option<IncidentId>, kind: TimelineKind, by: &str, text: String) {
        let Some(incident) = self.meant(named) else { return };
        let kept = self.kept_in(incident);
        self.decide(Output::Timeline { incident, kind, by: by.to_owned(), text });
        self.reply(true, kept);
    }

    /// Keeps what a provider said; where it sees nothing and we measure something, both stand
    /// together, and staff are told so.
    fn keep_said(&mut self, who: &str, words: &str, named: Option<IncidentId>, by: &str) {
        let Some(incident) = self.meant(named) else { return };
        let speech = self.speech();
        let facts =
            Facts::new().text("who", speech.staff_name(who)).text("words", words.to_owned());
        let said = speech.say("upstream-said", facts);
        let against = incident.filter(|_| speech.denies(words)).and_then(|id| {
            let incident = self.records.incidents.get(&id)?;
            let suspicion = &self.records.suspicion_of(incident)?.suspicion;
            Some((id, speech.measured(suspicion, &suspicion.evidence)))
        });
        let (text, kept) = match against {
            Some((id, measured)) => {
                let facts = Facts::new().text("said", said).text("measured", measured.clone());
                let text = speech.say("upstream-said-against", facts);
                let facts =
                    Facts::new().text("measured", measured).text("incident", id.to_string());
                let told = speech.say("upstream-disagrees", facts);
                (text, format!("{}\n{told}", self.kept_in(incident)))
            }
            None => (said, self.kept_in(incident)),
        };
        let (kind, by) = (TimelineKind::UpstreamSaid, by.to_owned());
        self.decide(Output::Timeline { incident, kind, by, text });
        self.reply(true, kept);
    }

    /// The incident that a remark belongs to, if any; `None` when it cannot be told, which is
    /// answered.
    #[expect(clippy::option_option, reason = "no incident is an answer too")]
    fn meant(&mut self, named: Option<IncidentId>) -> Option<Option<IncidentId>> {
        let speech = self.speech();
        let open: Vec<IncidentId> = self.records.open_incidents().map(|one| one.id).collect();
        let problem = match (named, open.as_slice()) {
            (Some(id), _) if !self.records.incidents.contains_key(&id) => {
                speech.say("reply-no-incident", Facts::new().text("id", id.to_string()))
            }
            (Some(id), _) => return Some(Some(id)),
            (None, []) => return Some(None),
            (None, [only]) => return Some(Some(*only)),
            (None, _) => {
                let ids: Vec<String> = open.iter().map(ToString::to_string).collect();
                speech.say("reply-several-open", Facts::new().text("ids", ids.join(", ")))
            }
        };
        self.reply(false, problem);
        None
    }

    fn kept_in(&self, incident: Option<IncidentId>) -> String {
        match incident {
            Some(id) => self.speech().say("reply-kept", Facts::new().text("id", id.to_string())),
            None => self.speech().say("reply-kept-diary", Facts::new()),
        }
    }
}
