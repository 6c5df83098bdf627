//! When something of the records' own is due: holding statements, waits, promised updates.

use chrono::TimeDelta;

use crate::{
    domain::{IncidentId, Timestamp, UpdateKind},
    event::TimerReason,
};

use super::{Draft, Incident, Records};

/// No suspicion below this probability speaks by itself.
pub(in crate::engine) const HOLDING_PROBABILITY_MIN: f64 = 0.9;
/// How often staff hear again that a promised update is overdue.
const OVERDUE_REPEATS_MAX: u32 = 3;
/// The least time between two of these, in seconds.
const OVERDUE_EVERY_S_MIN: u64 = 300;

impl Records {
    /// The earliest deadline, and why. Equal moments go by the order of the reasons.
    pub fn next_deadline(&self) -> Option<(Timestamp, TimerReason)> {
        let drafts = self.open_drafts().flat_map(|draft| {
            [TimerReason::Holding(draft.id), TimerReason::Wait(draft.id)]
                .map(|reason| (self.due(reason), reason))
        });
        let incidents = self.open_incidents().flat_map(|incident| {
            [TimerReason::Reminder(incident.id), TimerReason::PromisedUpdate(incident.id)]
                .map(|reason| (self.due(reason), reason))
        });
        let windows = self.window_deadlines();
        let mailings = self.mailings.keys().map(|id| {
            let reason = TimerReason::Mailing(*id);
            (self.due(reason), reason)
        });
        let series = self.open_series().map(|one| {
            let reason = TimerReason::Series(one.id);
            (self.due(reason), reason)
        });
        drafts
            .chain(incidents)
            .chain(mailings)
            .chain(windows)
            .chain(series)
            .filter_map(|(due, reason)| Some((due?, reason)))
            .min()
    }

    /// When `reason` is due, if it is; the detector's own reasons are not known here.
    pub fn due(&self, reason: TimerReason) -> Option<Timestamp> {
        match reason {
            TimerReason::Evidence | TimerReason::Recovery(_) => None,
            TimerReason::Holding(id) => self.holding_due(self.drafts.get(&id)?),
            TimerReason::Wait(id) => {
                let draft = self.drafts.get(&id)?;
                draft.waits_until.filter(|_| draft.end.is_none())
            }
            TimerReason::Reminder(id) => self.reminder_due(id),
            TimerReason::PromisedUpdate(id) => self.promise_due(id),
            TimerReason::WindowReminder(id)
            | TimerReason::WindowStart(id)
            | TimerReason::WindowEnding(id)
            | TimerReason::WindowOverrun(id)
            | TimerReason::WindowEnd(id)
            | TimerReason::WindowCheck(id) => self.window_due(id, reason),
            TimerReason::Series(id) => self.series_due(id),
            TimerReason::Mailing(id) => self.mailings.get(&id)?.ready_at,
        }
    }

    /// A holding statement may speak for a first draft that nobody answered, when probes speak for
    /// the suspicion, and surely enough.
    fn holding_due(&self, draft: &Draft) -> Option<Timestamp> {
        let after_s = self.settings.policy.holding_after_s?;
        let incident = self.incidents.get(&draft.incident)?;
        let suspicion = &self.suspicion_of(incident)?.suspicion;
        let waits = draft.end.is_none()
            && !draft.holding_tried
            && draft.waits_until.is_none()
            && draft.by.is_none()
            && draft.kind == UpdateKind::Investigating;
        let may_speak = incident.state.is_open()
            && !incident.is_published()
            && !suspicion.reports_only
            && suspicion.probability() >= HOLDING_PROBABILITY_MIN;
        (waits && may_speak).then(|| draft.asked_at + seconds(after_s))
    }

    fn promised(&self, id: IncidentId) -> Option<(&Incident, Timestamp)> {
        let incident = self.incidents.get(&id).filter(|incident| incident.state.is_open())?;
        Some((incident, incident.next_update_at?))
    }

    fn reminder_due(&self, id: IncidentId) -> Option<Timestamp> {
        let (incident, promised) = self.promised(id)?;
        let before = seconds(self.settings.policy.remind_before_s);
        (incident.reminders == 0).then(|| promised - before)
    }

    fn promise_due(&self, id: IncidentId) -> Option<Timestamp> {
        let (incident, promised) = self.promised(id)?;
        let repeats = incident.reminders.checked_sub(1)?;
        let every = seconds(self.settings.policy.remind_before_s.max(OVERDUE_EVERY_S_MIN));
        (repeats <= OVERDUE_REPEATS_MAX).then(|| promised + every * repeats as i32)
    }
}

/// Bounded to a thousand years, so that adding it to a moment cannot overflow.
pub(in crate::engine) fn seconds(seconds: u64) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX).min(31_557_600_000))
}
