//! What is told after an incident is over: a person's words, or where they stand, in the incident's
//! own thread, by draft and approval like any update.

use crate::{
    domain::{IncidentId, UpdateKind},
    render::{Facts, links},
};

use super::{Counts, Desk, commands::Person};

impl Desk<'_> {
    /// Drafts a post-mortem and asks staff about it; with `publish` it goes out at once, as typing it
    /// approves it.
    pub(super) fn post_mortem(
        &mut self,
        id: IncidentId,
        text: &str,
        publish: Option<Counts<'_>>,
        who: Person<'_>,
    ) {
        let kind = UpdateKind::PostMortem;
        if !self.is_open_to(id, kind) {
            return;
        }
        let Some(incident) = self.records.incidents.get(&id) else { return };
        let speech = self.speech();
        let words = if is_link(text) {
            speech.post_mortem_at(incident, text)
        } else {
            speech.in_words_of_staff(incident, kind, text, None)
        };
        let told = words.text.clone();
        let draft = self.draft(id, kind, words, Some(who.by));
        if let Some(counts) = publish {
            return self.publish_draft(draft, (None, true), who, counts);
        }
        let reason = self.speech().say("staff-post-mortem", Facts::new().text("by", who.by));
        self.propose(draft, "staff-proposal-recovery", &reason);
        let facts = Facts::new().text("draft", draft.to_string()).text("text", told);
        let text = self.speech().say("reply-drafted-words", facts);
        self.reply(true, text);
    }

    /// Whether an update of this kind may be said of an incident as it stands; else the person is
    /// told why not.
    pub(super) fn is_open_to(&mut self, id: IncidentId, kind: UpdateKind) -> bool {
        let is_afterwards = kind == UpdateKind::PostMortem;
        let key = match self.records.incidents.get(&id) {
            Some(incident) if is_afterwards && incident.state.is_open() => {
                "reply-post-mortem-early"
            }
            Some(incident) if is_afterwards && !incident.is_published() => {
                "reply-post-mortem-unheard"
            }
            Some(_) if is_afterwards => return true,
            Some(_) | None => return self.is_open_for_words(id),
        };
        let text = self.speech().say(key, Facts::new().text("id", id.to_string()));
        self.reply(false, text);
        false
    }
}

/// Whether a text is one link and nothing else.
fn is_link(text: &str) -> bool {
    links(text).first() == Some(&(0..text.len()))
}
