//! Words about maintenance windows, for the public and for staff.

use chrono_tz::Tz;

use crate::{
    domain::{
        Destination, MaintenanceWindow, Timestamp, WindowNews, WindowState, Wording, WordingOrigin,
    },
    engine::records::Incident,
    render::{self, Facts},
};

use super::{Speech, join_within};

impl Speech<'_> {
    /// A moment in a zone and in UTC; a date is left out where it is that of the moment `after`.
    pub fn window_time(&self, at: Timestamp, zone: Tz, after: Option<Timestamp>) -> String {
        let now = self.records.now;
        render::time_in_both(self.words, self.language, at, zone, now, after)
    }

    /// From when to when.
    pub fn window_span(&self, window: &MaintenanceWindow) -> String {
        let (starts_at, ends_at) = (window.starts_at, window.ends_at);
        let facts = Facts::new()
            .text("start", self.window_time(starts_at, window.zone, None))
            .text("end", self.window_time(ends_at, window.zone, Some(starts_at)));
        self.say("window-span", facts)
    }

    pub fn window_state(&self, state: WindowState) -> String {
        self.say("window-state", Facts::new().text("state", state.word()))
    }

    /// How long something takes.
    pub fn span(&self, seconds: u64) -> String {
        render::span(self.words, self.language, seconds)
    }

    /// What the public reads of a window.
    pub fn window_news(&self, window: &MaintenanceWindow, news: WindowNews) -> String {
        let key = match news {
            WindowNews::Scheduled if window.incident.is_some() => "window-news-scheduled-to-mend",
            WindowNews::Scheduled => "window-news-scheduled",
            WindowNews::Reminder => "window-news-reminder",
            WindowNews::Started => "window-news-started",
            WindowNews::Moved => "window-news-moved",
            WindowNews::Extended => "window-news-extended",
            WindowNews::Delayed => "window-news-delayed",
            WindowNews::Verifying => "window-news-verifying",
            WindowNews::Completed => "window-news-completed",
            WindowNews::Cancelled => "window-news-cancelled",
        };
        let words = window.words.clone();
        let words = words.unwrap_or_else(|| self.say("window-words", Facts::new()));
        let facts = self.window_facts(window).text("words", words);
        self.say(key, facts)
    }

    /// The same for destinations where little fits.
    pub fn window_short(&self, window: &MaintenanceWindow, news: WindowNews) -> String {
        self.say(&format!("window-short-{}", news.word()), self.window_facts(window))
    }

    /// The same for readers of other languages, as an update of an incident.
    pub fn window_wordings(
        &self,
        incident: &Incident,
        window: &MaintenanceWindow,
        news: WindowNews,
    ) -> Vec<Wording> {
        let others = self.records.settings.other_locales().into_iter();
        let wordings = others.map(|locale| {
            let speech = self.to(&locale);
            let title = speech.title_for_readers(incident);
            let (text, short) =
                (speech.window_news(window, news), Some(speech.window_short(window, news)));
            Wording { locale, origin: WordingOrigin::Bot, title, text, short }
        });
        wordings.collect()
    }

    fn window_facts(&self, window: &MaintenanceWindow) -> Facts {
        Facts::new()
            .text("title", window.title.clone())
            .text("servers", self.public_servers(&window.servers))
            .text("when", self.window_span(window))
            .text("start", self.window_time(window.starts_at, window.zone, None))
            .text("end", self.window_time(window.ends_at, window.zone, None))
    }

    /// A window's words as they fit a destination, in short where the long ones do not; the link is
    /// never cut off.
    pub fn window_body(
        &self,
        window: &MaintenanceWindow,
        news: WindowNews,
        to: &Destination,
    ) -> String {
        let url = self.records.settings.public_url.as_ref();
        let link = url.map(|url| format!("{}/maintenance", url.trim_end_matches('/')));
        let tail: Vec<&str> = link.as_deref().into_iter().collect();
        let headline =
            if to.abilities.headline { format!("{}\n", window.title) } else { String::new() };
        let long = format!("{headline}{}", self.window_news(window, news));
        let whole = tail.iter().fold(long.clone(), |whole, line| format!("{whole}\n{line}"));
        if render::length(&whole, &to.limits) <= to.limits.length_max as usize {
            return whole;
        }
        let short = format!("{headline}{}", self.window_short(window, news));
        join_within(&short, &tail, &to.limits)
    }
}
