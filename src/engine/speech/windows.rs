//! Words about maintenance windows, for the public and for staff.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::{
    domain::{
        BusyCalendar, Destination, MaintenanceWindow, Series, Timestamp, WindowNews, WindowState,
        Wording, WordingOrigin,
    },
    render::{self, Facts},
};

use super::{Speech, join_within};

/// So many of the days that a series leaves out are told, the latest.
const EXCEPT_SHOWN_MAX: usize = 10;

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

    /// When work comes again, for staff.
    pub fn series(&self, series: &Series) -> String {
        let local = |local: &NaiveDateTime| local.format("%Y-%m-%d %H:%M").to_string();
        let hidden = series.except.len().saturating_sub(EXCEPT_SHOWN_MAX);
        let days: Vec<String> =
            series.except.iter().skip(hidden).map(NaiveDate::to_string).collect();
        let facts = Facts::new()
            .text("rule", series.rule.to_string())
            .text("zone", series.zone.name())
            .text("is-over", if series.next.is_none() { "yes" } else { "no" })
            .text("next", series.next.as_ref().map(local).unwrap_or_default())
            .text("has-days", if days.is_empty() { "no" } else { "yes" })
            .text("days", days.join(", "));
        self.say("window-series", facts)
    }

    /// What could not be read of a calendar of busy times.
    pub fn busy_marks(&self, calendar: &BusyCalendar) -> String {
        let assumed: Vec<String> = calendar
            .assumed
            .iter()
            .map(|one| self.say("notice-assumed-what", Facts::new().text("what", one.word())))
            .collect();
        let facts = Facts::new()
            .text("calendar", self.tamed(&calendar.name))
            .number("count", calendar.times.len())
            .number("unread", calendar.unread)
            .number("left-out", calendar.left_out)
            .text("has-assumed", if assumed.is_empty() { "no" } else { "yes" })
            .text("assumed", self.list(&assumed));
        self.say("staff-busy-marks", facts)
    }

    pub fn window_state(&self, state: WindowState) -> String {
        self.say("window-state", Facts::new().text("state", state.word()))
    }

    /// How long something takes.
    pub fn span(&self, seconds: u64) -> String {
        render::span(self.words, self.language, seconds)
    }

    /// What the public reads of a window, in this speech's language.
    pub fn window_news(&self, window: &MaintenanceWindow, news: WindowNews) -> String {
        let said = self.say(long_key(news), self.facts_of_news(window));
        match window.words.as_ref().filter(|_| tells_more(news)) {
            Some(words) => format!("{said} {words}"),
            None => said,
        }
    }

    /// A window's title for readers: the bot's own in their language, a person's as it is.
    fn window_title(&self, window: &MaintenanceWindow) -> String {
        let own = || Speech::new(self.words, self.records).title_of_work(&window.targets);
        let is_own = window.notice.is_some() && window.title == own();
        if is_own { self.title_of_work(&window.targets) } else { window.title.clone() }
    }

    fn facts_of_news(&self, window: &MaintenanceWindow) -> Facts {
        Facts::new()
            .text("title", self.window_title(window))
            .text("servers", self.public_servers(&window.servers))
            .text("from", self.window_time(window.starts_at, window.zone, None))
            .text("until", self.window_time(window.ends_at, window.zone, None))
    }

    /// The same as it fits a destination: in short where the long words do not; the link is never
    /// cut off.
    pub fn window_body(
        &self,
        window: &MaintenanceWindow,
        news: WindowNews,
        to: &Destination,
    ) -> String {
        let url = self.records.settings.public_url.as_ref();
        let link = url.map(|url| format!("{}/maintenance", url.trim_end_matches('/')));
        let tail: Vec<&str> = link.as_deref().into_iter().collect();
        let headed = |text: String| match to.abilities.headline {
            true => format!("{}\n{text}", self.window_title(window)),
            false => text,
        };
        let long = headed(self.window_news(window, news));
        let whole: String = [&*long].iter().chain(&tail).copied().collect::<Vec<_>>().join("\n");
        if render::fit(&whole, &to.limits) == whole {
            return whole;
        }
        let short = self.say(&format!("{}-short", long_key(news)), self.facts_of_news(window));
        join_within(&headed(short), &tail, &to.limits)
    }

    /// A statement about a window for readers of other languages and zones.
    pub fn window_wordings(
        &self,
        title: &str,
        window: &MaintenanceWindow,
        news: WindowNews,
    ) -> Vec<Wording> {
        let others = self.records.settings.other_locales().into_iter();
        others
            .map(|locale| {
                let text = self.to(&locale).window_news(window, news);
                Wording {
                    locale,
                    origin: WordingOrigin::Bot,
                    title: title.to_owned(),
                    text,
                    short: None,
                }
            })
            .collect()
    }
}

/// Whether staff's own words about the work belong to it.
fn tells_more(news: WindowNews) -> bool {
    match news {
        WindowNews::Scheduled | WindowNews::Reminder | WindowNews::Started => true,
        WindowNews::Moved
        | WindowNews::Extended
        | WindowNews::Delayed
        | WindowNews::Verifying
        | WindowNews::Completed
        | WindowNews::Cancelled => false,
    }
}

/// The key of its words in `messages/*/maintenance-public.ftl`.
fn long_key(news: WindowNews) -> &'static str {
    match news {
        WindowNews::Scheduled => "maintenance-scheduled",
        WindowNews::Reminder => "maintenance-soon",
        WindowNews::Started => "maintenance-started",
        WindowNews::Moved => "maintenance-moved",
        WindowNews::Extended => "maintenance-extended",
        WindowNews::Delayed => "maintenance-delayed",
        WindowNews::Verifying => "maintenance-verifying",
        WindowNews::Completed => "maintenance-completed",
        WindowNews::Cancelled => "maintenance-cancelled",
    }
}
