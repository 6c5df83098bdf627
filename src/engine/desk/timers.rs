//! Deadlines that have come: waits, promised updates, the holding policy.

use crate::{
    domain::{DraftId, IncidentId, IncidentState, UpdateKind},
    event::{Output, TimerReason},
    render::Facts,
};

use super::{Asking, Desk};

impl Desk<'_> {
    pub(super) fn meet_deadline(&mut self) {
        match self.records.fired {
            None | Some(TimerReason::Evidence | TimerReason::Recovery(_)) => {}
            Some(TimerReason::Holding(id)) => self.hold(id),
            Some(TimerReason::Wait(id)) => self.ask_again(id),
            Some(TimerReason::Reminder(id)) => self.remind(id, "reminder"),
            Some(TimerReason::Series(id)) => self.make_next(id),
            Some(TimerReason::Mailing(id)) => self.write_page(id),
            Some(TimerReason::PromisedUpdate(id)) => self.remind(id, "reminder-overdue"),
            Some(TimerReason::WindowReminder(id)) => self.remind_of_window(id),
            Some(TimerReason::WindowStart(id)) => self.begin_window(id),
            Some(TimerReason::WindowEnding(id)) => self.ask_about_end(id),
            Some(TimerReason::WindowOverrun(id)) => self.look_for_overrun(id),
            Some(TimerReason::WindowEnd(id)) => self.end_window(id),
            Some(TimerReason::WindowCheck(id)) => self.check_window(id),
        }
    }

    fn ask_again(&mut self, id: DraftId) {
        let Some(draft) = self.records.drafts.get(&id) else { return };
        let facts = Facts::new().text("draft", id.to_string()).text("text", draft.text.clone());
        let (text, incident) = (self.speech().say("staff-waited", facts), draft.incident);
        let asking = Asking { text: &text, ..self.asking(id, "staff-draft-commands") };
        self.ask_staff("draft", incident, &asking);
    }

    /// Reminds of a promise; the first time with words that keep it, unless some wait already.
    fn remind(&mut self, id: IncidentId, words_key: &str) {
        let Some(incident) = self.records.incidents.get(&id) else { return };
        let Some(promised) = incident.next_update_at else { return };
        let time = self.speech().moment(promised);
        let knows_cause = incident.state == IncidentState::Investigating
            && self.speech().shared_cause(incident).is_some();
        let facts = Facts::new()
            .text("incident", id.to_string())
            .text("title", incident.title.clone())
            .text("time", time.clone());
        let text = self.speech().say(words_key, facts);
        self.decide(Output::Reminder { incident: id, text: text.clone() });
        self.tell_staff("reminder", Some(id), &text, None);
        if self.records.drafts_in_turn(id).next().is_some() {
            return;
        }
        let (kind, key) = if knows_cause {
            (UpdateKind::Identified, "promised-cause")
        } else {
            (UpdateKind::Update, "promised")
        };
        let reason = self.speech().say(key, Facts::new().text("time", time));
        if let Some(draft) = self.draft_by_bot(id, kind) {
            self.propose(draft, "staff-proposal-recovery", &reason);
        }
    }
}
