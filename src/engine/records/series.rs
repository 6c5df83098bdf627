//! Work that comes again, and calendars of busy times, as they are remembered.
//!
//! Must not: decide, or look for the next time itself: each is recorded with the decision.

use crate::domain::{BusyCalendar, Series, SeriesId, Settings, Timestamp, WindowId};

use super::{Records, seconds};

/// Series that are over and still remembered.
const OVER_MAX: usize = 100;

impl Records {
    /// Series of which something is still to come.
    pub fn open_series(&self) -> impl Iterator<Item = &Series> {
        self.series.values().filter(|one| one.next.is_some())
    }

    /// The latest window of a series that is remembered.
    pub fn latest_of(&self, id: SeriesId) -> Option<WindowId> {
        let mut latest_first = self.windows.values().rev();
        let is_of =
            |one: &&super::WindowRecord| one.window.occurrence.is_some_and(|own| own.series == id);
        latest_first.find(is_of).map(|one| one.window.id)
    }

    /// When the next window of a series is to be made, if it has one.
    pub(super) fn series_due(&self, id: SeriesId) -> Option<Timestamp> {
        let ahead_s = self.settings.policy.maintenance.repeat_ahead_s;
        self.series.get(&id)?.due(seconds(ahead_s))
    }

    pub(super) fn apply_series(&mut self, series: &Series) {
        self.last_series = self.last_series.max(series.id);
        self.series.insert(series.id, series.clone());
        let over = self.series.values().filter(|one| one.next.is_none());
        let over: Vec<SeriesId> = over.map(|one| one.id).collect();
        for id in &over[..over.len().saturating_sub(OVER_MAX)] {
            self.series.remove(id);
        }
    }

    /// Keeps what a calendar says, as long as it is configured.
    pub(super) fn keep_busy(&mut self, calendar: &BusyCalendar) {
        if self.settings.policy.busy_calendars.contains(&calendar.name) {
            self.busy_before = self.busy.insert(calendar.name.clone(), calendar.clone());
        }
    }

    /// Calendars that are not configured any more say nothing.
    pub(super) fn forget_calendars(&mut self, settings: &Settings) {
        self.busy.retain(|name, _| settings.policy.busy_calendars.contains(name));
    }
}
