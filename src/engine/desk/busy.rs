//! Calendars of times in which no work should be done: what is new in one, and what it collides
//! with, is told to staff.
//!
//! Must not: move or cancel a window. Start at [`Desk::hear_of_busy`].

use crate::{
    domain::{Blackout, BusyCalendar, WindowState},
    render::Facts,
};

use super::Desk;

/// Collisions of one calendar that are told by name.
const COLLISIONS_MAX: usize = 10;

impl Desk<'_> {
    /// A calendar was read: what could not be read of it, and planned windows that meet a time
    /// which was not in it before.
    pub(super) fn hear_of_busy(&mut self, calendar: &BusyCalendar) {
        let before = self.records.busy_before.take();
        if !self.records.busy.contains_key(&calendar.name) {
            return;
        }
        let marks = |one: &BusyCalendar| (one.unread, one.left_out, one.assumed.clone());
        let is_new = before.as_ref().is_none_or(|before| marks(before) != marks(calendar));
        let has_marks =
            calendar.unread > 0 || calendar.left_out > 0 || !calendar.assumed.is_empty();
        if is_new && has_marks {
            let text = self.speech().busy_marks(calendar);
            self.notify_staff("busy", text, None);
        }
        let collisions = self.collisions_with(calendar, before.as_ref());
        if !collisions.is_empty() {
            let more = collisions.len().saturating_sub(COLLISIONS_MAX);
            let facts = Facts::new()
                .text("calendar", self.speech().tamed(&calendar.name))
                .text("list", collisions[..collisions.len() - more].join("\n"))
                .number("more", more);
            let text = self.speech().say("staff-busy-collides", facts);
            self.notify_staff("busy", text, None);
        }
    }

    /// A line for each window that meets a new time.
    fn collisions_with(
        &self,
        calendar: &BusyCalendar,
        before: Option<&BusyCalendar>,
    ) -> Vec<String> {
        let speech = self.speech();
        let is_new = |time: &&Blackout| before.is_none_or(|before| !before.times.contains(time));
        let times: Vec<&Blackout> = calendar.times.iter().filter(is_new).collect();
        let open = self.records.open_windows_by_time().into_iter();
        let ahead = open.filter(|one| one.window.state == WindowState::Scheduled);
        let meets = ahead.filter_map(|one| {
            let window = &one.window;
            let meets =
                |time: &&&Blackout| time.from < window.ends_at && window.starts_at < time.until;
            let time = times.iter().find(meets)?;
            let facts = Facts::new()
                .text("window", window.id.to_string())
                .text("title", window.title.clone())
                .text("when", speech.window_span(window))
                .text("reason", speech.tamed(&time.reason));
            Some(speech.say("staff-busy-collision", facts))
        });
        meets.collect()
    }
}
