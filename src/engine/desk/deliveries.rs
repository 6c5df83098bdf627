//! Deliveries that failed or are in doubt: staff hear of them, elsewhere than where they failed, and
//! may have them tried again. Messages of staff's that were deleted.

use chrono::TimeDelta;

use crate::{
    domain::{PostId, Timestamp},
    event::{DeliveryEvent, Output},
    render::Facts,
};

use super::Desk;

/// One notice about a destination in this time, in seconds.
const TOLD_EVERY_S: i64 = 600;
/// A pause of a destination that is worth telling, in seconds.
const LONG_PAUSE_S: i64 = 240;

impl Desk<'_> {
    pub(super) fn hear_of_delivery(&mut self, id: &PostId, event: &DeliveryEvent) {
        let (key, reason) = match event {
            DeliveryEvent::Failed { reason } => ("staff-failed", reason),
            DeliveryEvent::Unresolved { reason } => ("staff-unresolved", reason),
            DeliveryEvent::Sent { remark: Some(remark), .. } => ("staff-remark", remark),
            DeliveryEvent::Retry { not_before, reason, asked: true } => {
                return self.hear_of_pause(id, *not_before, reason);
            }
            DeliveryEvent::Sending { .. }
            | DeliveryEvent::Sent { remark: None, .. }
            | DeliveryEvent::Retry { asked: false, .. }
            | DeliveryEvent::Unknown { .. }
            | DeliveryEvent::Superseded { .. } => return,
            DeliveryEvent::Gone => return self.hear_of_deletion(id),
        };
        let Some(post) = self.records.posts.get(id).cloned() else { return };
        // A notice about a delivery that fails itself is not worth another one.
        if post.subject == "delivery" {
            return;
        }
        let told = self.records.failure_told_at.get(&post.destination);
        if told.is_some_and(|at| self.now() - *at < TimeDelta::seconds(TOLD_EVERY_S)) {
            return;
        }
        let speech = self.speech();
        let facts = Facts::new()
            .text("destination", post.destination.to_string())
            .text("subject", post.subject.clone())
            .text("reason", speech.tamed(reason));
        let mut text = speech.say(key, facts);
        if !matches!(event, DeliveryEvent::Sent { .. }) {
            text = format!("{text} {}", speech.say("staff-failed-more", Facts::new()));
        }
        self.notify_staff("delivery", text, Some(&post.destination));
    }

    /// A destination asks to be left alone for long: a limit that is used up, or credentials that it
    /// no longer takes, which only a person can mend. Told once, until something arrives there again.
    fn hear_of_pause(&mut self, id: &PostId, until: Timestamp, reason: &str) {
        let Some(post) = self.records.posts.get(id).cloned() else { return };
        let is_long = until - self.now() >= TimeDelta::seconds(LONG_PAUSE_S);
        // Passing on has limits of its own, and holds back nothing.
        let is_told = matches!(post.subject.as_str(), "delivery" | "crosspost")
            || self.records.pauses_told.contains(&post.destination);
        if is_told || !is_long {
            return;
        }
        let speech = self.speech();
        let facts = Facts::new()
            .text("destination", post.destination.to_string())
            .text("reason", speech.tamed(reason))
            .text("time", speech.moment(until));
        let text = speech.say("staff-paused", facts);
        self.notify_staff("delivery", text, Some(&post.destination));
    }

    /// A message that asked about a draft was deleted where staff read. While one waits, it is put
    /// there anew; a message that a newer one stands for is not missed.
    fn hear_of_deletion(&mut self, id: &PostId) {
        let Some(post) = self.records.posts.get(id).cloned() else { return };
        let Some(incident) = post.incident else { return };
        let there = self.records.questions(incident);
        let newest = there.filter(|(_, one)| one.destination == post.destination).last();
        if newest.is_none_or(|(newest, _)| newest != id) {
            return;
        }
        let Some(draft) = self.records.drafts_in_turn(incident).last().map(|draft| draft.id) else {
            return;
        };
        let facts = Facts::new().text("destination", post.destination.to_string());
        let reason = self.speech().say("staff-card-gone", facts);
        self.propose_at(draft, &reason, &post.destination);
    }

    /// A person has a post sent again that did not arrive, or of which nobody can tell.
    pub(super) fn send_again(&mut self, beginning: &str, not_there: bool, by: &str) {
        let Some((id, post)) = self.post_that_begins(beginning) else { return };
        let facts = Facts::new().text("post", beginning);
        let (key, is_done) = match &post.last {
            Some(DeliveryEvent::Failed { .. }) => ("reply-retry", true),
            Some(DeliveryEvent::Unresolved { .. }) if not_there => ("reply-retry", true),
            Some(DeliveryEvent::Unresolved { .. }) => ("reply-retry-looks", true),
            Some(DeliveryEvent::Sent { .. } | DeliveryEvent::Gone) => {
                ("reply-retry-arrived", false)
            }
            Some(DeliveryEvent::Superseded { .. }) => ("reply-retry-superseded", false),
            Some(
                DeliveryEvent::Sending { .. }
                | DeliveryEvent::Retry { .. }
                | DeliveryEvent::Unknown { .. },
            )
            | None => ("reply-retry-waits", false),
        };
        if is_done {
            self.decide(Output::PostAgain { post: id, not_there, by: by.to_owned() });
        }
        let facts = facts
            .text("destination", post.destination.to_string())
            .text("subject", post.subject.clone());
        self.reply(is_done, self.speech().say(key, facts));
    }
}
