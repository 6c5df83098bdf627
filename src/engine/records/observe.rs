//! What an input changes by itself, before anything is decided.

use crate::{
    domain::{DestinationId, Limits, PostId, Settings, Timestamp},
    event::{DeliveryEvent, Input, SUBSCRIBER_SUBJECT, TimerReason},
};

use super::{Context, Moment, Records, Step};

/// How many engine versions are remembered.
const VERSIONS_MAX: usize = 16;

impl Records {
    /// Takes in an input.
    pub fn observe(&mut self, context: &Context<'_>) {
        self.now = self.now.max(context.received);
        self.fired = None;
        self.before_reload = None;
        self.busy_before = None;
        match &context.happening.input {
            Input::Started { installation, version, settings, reload } => {
                self.start(context.received, installation, version);
                if reload.is_none() {
                    self.ask_anew(context.received);
                }
                if let Some(settings) = settings {
                    let before = std::mem::replace(&mut self.settings, settings.clone());
                    self.unlearn(&before);
                    self.forget_calendars(settings);
                    self.before_reload = reload.is_some().then_some(before);
                    self.forget_vantages();
                }
                self.prune();
            }
            Input::Timer { reason, due } => self.fire(*reason, *due),
            Input::Delivery { post, event } => self.deliver(context.received, post, event),
            Input::ProbeResult { probe, ok, .. } => {
                self.see_result(context.received, context.happening.at, probe, *ok);
            }
            Input::Report { .. }
            | Input::Command { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Trouble { .. } => {}
            Input::Busy { calendar } => self.keep_busy(calendar),
            Input::Learned { destination, limits } => self.learn(destination, limits),
        }
    }

    fn start(&mut self, at: Timestamp, installation: &str, version: &str) {
        if self.installation.is_empty() {
            self.installation = installation.to_owned();
        }
        if self.versions.back().is_none_or(|(_, last)| last != version) {
            self.versions.push_back((at, version.to_owned()));
            if self.versions.len() > VERSIONS_MAX {
                self.versions.pop_front();
            }
        }
    }

    /// Nobody could answer while the bot was down, and its evidence is that old: the time that a
    /// draft has waited begins anew.
    fn ask_anew(&mut self, at: Timestamp) {
        for draft in self.drafts.values_mut() {
            draft.asked_at = draft.asked_at.max(at);
        }
    }

    /// Keeps what a destination said of itself.
    fn learn(&mut self, destination: &DestinationId, limits: &Limits) {
        if self.settings.destinations.iter().any(|one| one.id == *destination) {
            self.learned.insert(destination.clone(), *limits);
        }
    }

    /// What a destination said is worth nothing once it is configured otherwise.
    fn unlearn(&mut self, before: &Settings) {
        let now = &self.settings.destinations;
        let is_same = |id: &DestinationId| {
            let found = now.iter().find(|one| one.id == *id);
            found.is_some_and(|one| before.destinations.contains(one))
        };
        self.learned.retain(|id, _| is_same(id));
        self.pauses_told.retain(is_same);
    }

    /// A vantage that the fleet no longer has is not blind.
    fn forget_vantages(&mut self) {
        let probes = &self.settings.fleet.probes;
        self.blind.retain(|vantage| probes.iter().any(|probe| probe.vantage == *vantage));
    }

    /// Marks a deadline as met, if it is one that now stands: the loop may send one that a
    /// decision has overtaken.
    fn fire(&mut self, reason: TimerReason, due: Timestamp) {
        if self.due(reason) != Some(due) {
            return;
        }
        self.fired = Some(reason);
        match reason {
            TimerReason::Evidence | TimerReason::Recovery(_) => {}
            TimerReason::Holding(id) => {
                if let Some(draft) = self.drafts.get_mut(&id) {
                    draft.holding_tried = true;
                }
            }
            TimerReason::Wait(id) => {
                if let Some(draft) = self.drafts.get_mut(&id) {
                    draft.waits_until = None;
                    draft.asked_at = due;
                }
            }
            TimerReason::Reminder(id) | TimerReason::PromisedUpdate(id) => {
                if let Some(incident) = self.incidents.get_mut(&id) {
                    incident.reminders += 1;
                }
            }
            TimerReason::WindowReminder(id)
            | TimerReason::WindowStart(id)
            | TimerReason::WindowEnding(id)
            | TimerReason::WindowOverrun(id)
            | TimerReason::WindowEnd(id)
            | TimerReason::WindowCheck(id) => self.fire_window(id, reason, due),
            TimerReason::Series(_) => {}
            TimerReason::Mailing(id) => self.page_is_due(id),
        }
        self.prune();
    }

    fn deliver(&mut self, at: Timestamp, post: &PostId, event: &DeliveryEvent) {
        let Some(record) = self.posts.get_mut(post) else { return };
        record.last = Some(event.clone());
        let is_letter = record.subject.starts_with(SUBSCRIBER_SUBJECT);
        let deleted = record.deletes.clone();
        let (incident, window) = (record.incident, record.window);
        let destination = record.destination.clone();
        if let DeliveryEvent::Sent { .. } = event {
            self.pauses_told.remove(&destination);
        }
        if is_letter {
            return self.hear_of_letter(at, post, event);
        }
        let is_public = record.audience == crate::domain::Audience::Public;
        let is_settled = match event {
            DeliveryEvent::Sent { .. }
            | DeliveryEvent::Unresolved { .. }
            | DeliveryEvent::Failed { .. }
            | DeliveryEvent::Superseded { .. } => true,
            DeliveryEvent::Sending { .. }
            | DeliveryEvent::Retry { .. }
            | DeliveryEvent::Unknown { .. }
            | DeliveryEvent::Gone => false,
        };
        if let DeliveryEvent::Superseded { by } = event {
            let of_incident = incident.and_then(|id| self.incidents.get_mut(&id));
            let of_window = window.and_then(|id| self.windows.get_mut(&id));
            let of_incident = of_incident.map(|one| &mut one.first_posts);
            let firsts = of_incident.or(of_window.map(|one| &mut one.first_posts));
            let first = firsts.and_then(|firsts| firsts.get_mut(&destination));
            if let Some(first) = first.filter(|first| *first == post) {
                first.clone_from(by);
            }
        }
        if let (DeliveryEvent::Sent { .. }, Some(deleted)) = (event, deleted)
            && let Some(deleted) = self.posts.get_mut(&deleted)
        {
            deleted.last = Some(DeliveryEvent::Gone);
        }
        if is_public
            && is_settled
            && let Some(id) = incident
        {
            let step = Step::Delivery { destination, event: event.clone() };
            self.tell(id, Moment { at, step });
        }
    }
}
