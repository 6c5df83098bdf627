//! Drafts: made, superseded, stale.

use crate::{
    command::Button,
    domain::{Audience, DestinationId, DraftId, IncidentId, UpdateKind, WordingOrigin},
    engine::{
        records::{Draft, Incident},
        speech::{Course, Draftable},
    },
    event::{DraftEnd, Output},
    render::Facts,
};

use super::{Asking, Desk};

impl Desk<'_> {
    /// Puts words before staff; an open draft of the same incident and kind gives way.
    pub(super) fn draft(
        &mut self,
        incident: IncidentId,
        kind: UpdateKind,
        words: Draftable,
        by: Option<&str>,
    ) -> DraftId {
        self.supersede(incident, |draft| draft.kind == kind);
        let id = DraftId(self.records.last_draft.0 + 1);
        self.decide(Output::Draft {
            id,
            incident,
            kind,
            text: words.text,
            promise: words.promise,
            short: words.short,
            wordings: words.wordings,
            by: by.map(str::to_owned),
            revision: 1,
        });
        id
    }

    /// The bot's own draft of a kind; nothing for an incident that is not known.
    pub(super) fn draft_by_bot(
        &mut self,
        incident: IncidentId,
        kind: UpdateKind,
    ) -> Option<DraftId> {
        let words = {
            let found = self.records.incidents.get(&incident)?;
            self.speech().draft(found, kind, self.now())
        };
        Some(self.draft(incident, kind, words, None))
    }

    /// Open drafts of an incident that `is_overtaken` give way to newer ones.
    pub(super) fn supersede(
        &mut self,
        incident: IncidentId,
        is_overtaken: impl Fn(&Draft) -> bool,
    ) {
        let overtaken: Vec<DraftId> = self
            .records
            .open_drafts()
            .filter(|draft| draft.incident == incident && is_overtaken(draft))
            .map(|draft| draft.id)
            .collect();
        for id in overtaken {
            self.decide(Output::DraftClosed { id, how: DraftEnd::Superseded, by: None });
        }
    }

    /// Looks whether the open drafts of an incident still rest on the evidence as it is. A stale
    /// one is said to be so, with what changed, and becomes its next revision, which staff have to
    /// look at before it goes out: with new words where it is the bot's, with the same where
    /// somebody wrote it.
    pub(super) fn check_drafts(&mut self, incident: IncidentId) {
        let open: Vec<Draft> = self
            .records
            .open_drafts()
            .filter(|draft| draft.incident == incident)
            // What is told afterwards rests on no evidence of now.
            .filter(|draft| draft.kind != UpdateKind::PostMortem)
            .cloned()
            .collect();
        for draft in open {
            let Some(found) = self.records.incidents.get(&incident) else { return };
            let after = self.records.basis(found);
            let Some(changed) = self.speech().changed(&draft.basis, &after) else { continue };
            let renewed = self.speech().draft(found, draft.kind, self.now());
            let stale = Output::DraftStale {
                id: draft.id,
                revision: draft.revision,
                changed: changed.clone(),
            };
            let of_person = draft.by.is_some();
            let words = if of_person { as_they_are(&draft) } else { renewed };
            let next = Output::Draft {
                id: draft.id,
                incident,
                kind: draft.kind,
                text: words.text,
                promise: words.promise,
                short: words.short,
                wordings: words.wordings,
                by: draft.by,
                revision: draft.revision + 1,
            };
            // A revision in a person's name counts as looked at, until it is said to be stale.
            let steps = if of_person { [next, stale] } else { [stale, next] };
            for step in steps {
                self.decide(step);
            }
            self.tell_stale(draft.id, &changed);
        }
    }

    /// A draft with a person's words in place of its own, in every language; the same words again
    /// change none.
    pub(super) fn reworded(&self, draft: &Draft, text: &str) -> Option<Draftable> {
        let incident = self.records.incidents.get(&draft.incident)?;
        let next = self.speech().next_update(incident, draft.kind, self.now());
        let body = draft.promise.as_deref().and_then(|line| text.strip_suffix(line));
        let body = body.unwrap_or(text).trim_end();
        if body == super::body_of(draft) {
            let renewed = self.speech().with_promise(body, next);
            return Some(Draftable {
                text: renewed.text,
                promise: renewed.promise,
                ..as_they_are(draft)
            });
        }
        Some(self.speech().in_words_of_staff(incident, draft.kind, body, next))
    }

    /// A draft with a person's translation; nothing where nobody reads that language.
    pub(super) fn translated(
        &self,
        draft: &Draft,
        language: &str,
        text: &str,
    ) -> Option<Draftable> {
        let mut words = as_they_are(draft);
        let mut found = false;
        for wording in words.wordings.iter_mut().filter(|one| one.locale.language == language) {
            wording.text = text.trim().to_owned();
            wording.short = None;
            wording.origin = WordingOrigin::Person;
            found = true;
        }
        found.then_some(words)
    }

    fn tell_stale(&mut self, id: DraftId, changed: &str) {
        let Some(draft) = self.records.drafts.get(&id) else { return };
        let facts = Facts::new()
            .text("draft", id.to_string())
            .text("changed", changed)
            .number("revision", draft.revision)
            .text("text", draft.text.clone());
        let (text, incident) = (self.speech().say("staff-stale", facts), draft.incident);
        let asking = Asking { text: &text, ..self.asking(id, "staff-stale-commands") };
        self.ask_staff("stale", incident, &asking);
    }

    /// What staff can do about a draft: press, or type.
    pub(super) fn asking(&self, id: DraftId, commands_key: &str) -> Asking<'static> {
        let Some(draft) = self.records.drafts.get(&id) else { return Asking::default() };
        let facts = Facts::new()
            .text("draft", id.to_string())
            .text("incident", draft.incident.to_string())
            .number("revision", draft.revision);
        let commands = self.speech().say(commands_key, facts);
        Asking { text: "", buttons: self.buttons_of(id), commands }
    }

    /// Asks staff about a draft.
    pub(super) fn propose(&mut self, id: DraftId, key: &str, reason: &str) {
        let Some((incident, text)) = self.proposal(id, key, reason) else { return };
        let is_quiet = |button: &Button| matches!(button, Button::EndQuietly { .. });
        let commands = match key {
            "staff-proposal" => "staff-proposal-commands",
            _ if self.buttons_of(id).iter().any(is_quiet) => "staff-quiet-commands",
            _ => "staff-draft-commands",
        };
        let asking = Asking { text: &text, ..self.asking(id, commands) };
        self.ask_staff("draft", incident, &asking);
    }

    /// Asks about a draft once more, at one destination.
    pub(super) fn propose_at(&mut self, id: DraftId, reason: &str, only: &DestinationId) {
        let Some((incident, text)) = self.proposal(id, "staff-proposal", reason) else { return };
        let asking = Asking { text: &text, ..self.asking(id, "staff-proposal-commands") };
        let all = self.destinations(Audience::Staff).into_iter();
        self.ask_at(all.filter(|one| one.id == *only), "draft", Some(incident), &asking);
    }

    fn proposal(&self, id: DraftId, key: &str, reason: &str) -> Option<(IncidentId, String)> {
        let draft = self.records.drafts.get(&id)?;
        let incident = self.records.incidents.get(&draft.incident)?;
        let speech = self.speech();
        let facts = Facts::new()
            .text("draft", id.to_string())
            .text("incident", incident.id.to_string())
            .text("title", incident.title.clone())
            .text("explanation", reason)
            .text("reason", reason)
            .text("kind", speech.kind(draft.kind))
            .text("text", draft.text.clone());
        let said = speech.say(key, facts);
        let more = speech
            .elsewhere(&draft.wordings)
            .into_iter()
            .chain(speech.plan(draft, &Course::Unknown));
        let text = more.fold(said, |text, line| format!("{text}\n{line}"));
        Some((incident.id, text))
    }

    /// What staff can press under a draft's words.
    fn buttons_of(&self, id: DraftId) -> Vec<Button> {
        let Some(draft) = self.records.drafts.get(&id) else { return Vec::new() };
        let may_be_none = !matches!(
            draft.kind,
            UpdateKind::Resolved | UpdateKind::FalseAlarm | UpdateKind::PostMortem
        );
        let (kind, incident) = (draft.kind, draft.incident);
        let (draft, revision) = (draft.id, draft.revision);
        let seen = self.records.incidents.get(&incident).map(Incident::as_shown);
        let mut buttons = vec![
            Button::Publish { draft, revision },
            Button::Edit { draft, revision },
            Button::Wait { draft },
        ];
        buttons.extend(may_be_none.then_some(Button::NotAnIncident { incident, seen }));
        let may_end_quietly = kind == UpdateKind::Resolved;
        let seen = seen.filter(|seen| may_end_quietly && seen.updates == 0);
        buttons.extend(seen.map(|seen| Button::EndQuietly { incident, seen }));
        buttons
    }
}

/// The words that a draft has.
fn as_they_are(draft: &Draft) -> Draftable {
    Draftable {
        text: draft.text.clone(),
        promise: draft.promise.clone(),
        short: draft.short.clone(),
        wordings: draft.wordings.clone(),
    }
}
