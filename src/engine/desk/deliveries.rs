//! Deliveries that failed or are in doubt: staff hear of them, elsewhere than where they failed.

use chrono::TimeDelta;

use crate::{domain::PostId, event::DeliveryEvent, render::Facts};

use super::Desk;

/// One notice about a destination in this time, in seconds.
const TOLD_EVERY_S: i64 = 600;

impl Desk<'_> {
    pub(super) fn hear_of_delivery(&mut self, id: &PostId, event: &DeliveryEvent) {
        let (key, reason) = match event {
            DeliveryEvent::Failed { reason } => ("staff-failed", reason),
            DeliveryEvent::Unresolved { reason } => ("staff-unresolved", reason),
            DeliveryEvent::Sending { .. }
            | DeliveryEvent::Sent { .. }
            | DeliveryEvent::Retry { .. }
            | DeliveryEvent::Unknown { .. } => return,
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
        let more = speech.say("staff-failed-more", Facts::new());
        let text = format!("{} {more}", speech.say(key, facts));
        self.notify_staff("delivery", text, Some(&post.destination));
    }
}
