//! Maintenance in words: the page of its own, and what the status page shows of it.

use chrono::TimeDelta;
use serde::Serialize;

use crate::{
    domain::{ServerStatus, WindowNews, WindowState},
    engine::{NewsView, WindowView},
    render::{Facts, list, time_in_both},
};

use super::{Frame, Presenter, Update, class};

/// The status page shows what begins within this time, in days.
const NEAR_DAYS: i64 = 7;
/// And no more than this of it.
const NEAR_MAX: usize = 5;

#[derive(Serialize)]
pub(in crate::pages) struct MaintenancePage {
    frame: Frame,
    open: Vec<Window>,
    over: Vec<Window>,
}

#[derive(Serialize)]
pub(super) struct Window {
    anchor: String,
    title: String,
    /// The style's name for its state.
    class: &'static str,
    state: String,
    affects: String,
    when: String,
    updates: Vec<Update>,
}

impl Presenter<'_> {
    pub(in crate::pages) fn maintenance(&self) -> MaintenancePage {
        let (open, over): (Vec<&WindowView>, Vec<&WindowView>) =
            self.view.windows.iter().partition(|window| window.state.is_open());
        MaintenancePage {
            frame: self.frame(self.say("page-maintenance-title", &Facts::new()), true),
            open: open.into_iter().map(|window| self.window(window)).collect(),
            over: over.into_iter().map(|window| self.window(window)).collect(),
        }
    }

    /// What is under way or comes soon.
    pub(super) fn windows_near(&self) -> Vec<Window> {
        let until = self.view.generated_at + TimeDelta::days(NEAR_DAYS);
        let near = self.view.windows.iter().filter(|window| window.state.is_open());
        let near = near.filter(|window| window.starts_at <= until).take(NEAR_MAX);
        near.map(|window| self.window(window)).collect()
    }

    fn window(&self, window: &WindowView) -> Window {
        let status = match window.state {
            WindowState::InProgress | WindowState::Verifying => ServerStatus::UnderMaintenance,
            WindowState::Scheduled | WindowState::Completed | WindowState::Cancelled => {
                ServerStatus::Operational
            }
        };
        Window {
            anchor: format!("window-{}", window.id),
            title: window.title.clone(),
            class: class(status),
            state: self.say(state_key(window.state), &Facts::new()),
            affects: self.window_affects(window),
            when: self.window_when(window),
            updates: window.news.iter().map(|news| self.news(news)).collect(),
        }
    }

    fn window_affects(&self, window: &WindowView) -> String {
        if window.servers.is_empty() {
            return self.say("page-affects-others", &Facts::new());
        }
        let mut names = window.servers.clone();
        if window.other_servers {
            names.push(self.say("page-other-servers", &Facts::new()));
        }
        let servers = list(self.words, self.language, &names);
        self.say("page-affects", &Facts::new().text("servers", servers))
    }

    fn window_when(&self, window: &WindowView) -> String {
        let told = |at, after| {
            let now = self.view.generated_at;
            time_in_both(self.words, self.language, at, window.zone, now, after)
        };
        let facts = Facts::new()
            .text("start", told(window.starts_at, None))
            .text("end", told(window.ends_at, Some(window.starts_at)));
        self.say("page-maintenance-when", &facts)
    }

    fn news(&self, news: &NewsView) -> Update {
        let kind = self.say(news_key(news.news), &Facts::new());
        let language = self.other_language();
        Update { kind, at: self.moment(news.at), text: news.text.clone(), language }
    }
}

fn state_key(state: WindowState) -> &'static str {
    match state {
        WindowState::Scheduled => "page-window-scheduled",
        WindowState::InProgress => "page-window-in-progress",
        WindowState::Verifying => "page-window-verifying",
        WindowState::Completed => "page-window-completed",
        WindowState::Cancelled => "page-window-cancelled",
    }
}

fn news_key(news: WindowNews) -> &'static str {
    match news {
        WindowNews::Scheduled => "page-news-scheduled",
        WindowNews::Reminder => "page-news-reminder",
        WindowNews::Started => "page-news-started",
        WindowNews::Moved => "page-news-moved",
        WindowNews::Extended => "page-news-extended",
        WindowNews::Delayed => "page-news-delayed",
        WindowNews::Verifying => "page-news-verifying",
        WindowNews::Completed => "page-news-completed",
        WindowNews::Cancelled => "page-news-cancelled",
    }
}
