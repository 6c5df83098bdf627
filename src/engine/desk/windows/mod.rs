//! Maintenance windows: what staff ask of them, and what is said of them in public.
//!
//! A window is words for staff until somebody approves its announcement; from then on its
//! beginning and end, reminders and delays are told by the standing policy, and every change by
//! whoever commands it. One with an incident speaks through that incident's updates. Start at
//! [`Desk::change_window`]; what time brings is in `life`, what a plan may collide with in `plan`.

mod life;
mod noticed;
mod plan;
mod series;
mod wish;

pub(super) use wish::Wish;

use crate::{
    command::{Button, Maintenance},
    domain::{
        Audience, IncidentId, MaintenanceWindow, Role, Timestamp, UpdateKind, WindowId, WindowNews,
        WindowState, Wording,
    },
    engine::records::{WindowRecord, seconds},
    event::{Output, Post, PostAction},
    render::Facts,
};

use super::{Asking, Desk, commands::Person, publishing::Statement};

impl Desk<'_> {
    pub(super) fn change_window(&mut self, what: Maintenance, who: Person<'_>) {
        match what {
            Maintenance::Schedule(plan) => self.schedule_window(plan, who),
            Maintenance::Publish { window, revision } => {
                self.publish_window(window, revision, who);
            }
            Maintenance::Words { window, text } => self.reword_window(window, text, who),
            Maintenance::Start { window } => self.start_window(window, who),
            Maintenance::Extend { window, by_s, revision } => {
                self.extend_window(window, by_s, revision, who);
            }
            Maintenance::Move { window, start, length_s, zone, following, repeat } => {
                let states = [WindowState::Scheduled];
                let rest = if following { self.outlived(window, &states) } else { None };
                let Some(record) = rest.or_else(|| self.window_in(window, &states)) else { return };
                let Some(moved) = self.moved(&record, start, length_s, zone) else { return };
                if following {
                    return self.move_following(&record, moved, length_s, repeat, who);
                }
                let key = "reply-window-moved";
                self.change_and_reply(moved, Some(WindowNews::Moved), key, who);
            }
            Maintenance::Skip { window, days } => self.skip_days(window, &days, who),
            Maintenance::Complete { window, revision } => {
                self.complete_window(window, revision, who);
            }
            Maintenance::Cancel { window, following } => {
                self.cancel_window(window, following, who);
            }
        }
    }

    /// A person approves the announcement as they read it.
    fn publish_window(&mut self, id: WindowId, revision: Option<u32>, who: Person<'_>) {
        let Some(record) = self.open_window(id) else { return };
        let speech = self.speech();
        if record.is_announced() {
            let first = record.news.first();
            let facts = window_facts(id)
                .text("by", first.map(|first| first.by.clone()).unwrap_or_default())
                .text("time", first.map(|one| speech.moment(one.at)).unwrap_or_default());
            let text = speech.say("reply-window-announced", facts);
            return self.reply(false, text);
        }
        let news = first_news(self.state_when_published(&record));
        if !self.is_as_read(&record.window, revision) {
            return;
        }
        if news == WindowNews::Started && record.window.state == WindowState::Scheduled {
            let window =
                MaintenanceWindow { state: WindowState::InProgress, ..record.window.clone() };
            self.decide(Output::Window { window, by: Some(who.by.to_owned()) });
        }
        let count = self.announce(id, news, who.by, Some(who.role));
        let follow = self.approve_series(&record.window, who);
        let facts = window_facts(id).number("count", count);
        let text = self.speech().say("reply-window-published", facts);
        self.reply(true, format!("{text}{follow}"));
    }

    /// A draft out of a notice, whose time has come, begins when somebody publishes it.
    fn state_when_published(&self, record: &WindowRecord) -> WindowState {
        let window = &record.window;
        let has_come = record.drafted && window.starts_at <= self.now();
        if has_come { WindowState::InProgress } else { window.state }
    }

    /// Whether a person who decides by a window's revision read the newest; else they are told it.
    fn is_as_read(&mut self, window: &MaintenanceWindow, revision: Option<u32>) -> bool {
        if revision.is_none_or(|read| read == window.revision) {
            return true;
        }
        let speech = self.speech();
        let facts = window_facts(window.id)
            .number("revision", window.revision)
            .text("text", speech.window_news(window, first_news(window.state)));
        let text = speech.say("reply-window-revision", facts);
        self.reply(false, text);
        false
    }

    fn reword_window(&mut self, id: WindowId, text: String, who: Person<'_>) {
        let Some(record) = self.open_window(id) else { return };
        let follows = self.reword_following(&record, &text, who);
        let window = MaintenanceWindow { words: Some(text), ..record.window };
        let key = if follows { "reply-series-worded" } else { "reply-window-worded" };
        // Other words about the same times are no news of their own.
        self.change_and_reply(window, None, key, who);
    }

    fn start_window(&mut self, id: WindowId, who: Person<'_>) {
        let Some(record) = self.window_in(id, &[WindowState::Scheduled]) else { return };
        let now = self.now();
        let length = record.window.ends_at - record.window.starts_at;
        let window = MaintenanceWindow {
            state: WindowState::InProgress,
            starts_at: now,
            ends_at: now + length,
            ..record.window
        };
        self.change_and_reply(window, Some(WindowNews::Started), "reply-window-started", who);
    }

    fn extend_window(&mut self, id: WindowId, by_s: u64, revision: Option<u32>, who: Person<'_>) {
        let Some(record) = self.open_window(id) else { return };
        if !self.is_as_read(&record.window, revision) {
            return;
        }
        let is_ahead = record.window.state == WindowState::Scheduled;
        // What was promised and has passed is no beginning of another promise.
        let from = record.window.ends_at.max(self.now());
        let window = MaintenanceWindow {
            state: if is_ahead { WindowState::Scheduled } else { WindowState::InProgress },
            ends_at: from + seconds(by_s),
            ..record.window
        };
        let news = if is_ahead { WindowNews::Moved } else { WindowNews::Extended };
        self.change_and_reply(window, Some(news), "reply-window-extended", who);
    }

    fn complete_window(&mut self, id: WindowId, revision: Option<u32>, who: Person<'_>) {
        let states = [WindowState::InProgress, WindowState::Verifying];
        let Some(record) = self.window_in(id, &states) else { return };
        if !self.is_as_read(&record.window, revision) {
            return;
        }
        if record.window.state == WindowState::Verifying {
            self.finish(&record.window, who.by, Some(who.role), false);
            let text = self.speech().say("reply-window-completed", window_facts(id));
            return self.reply(true, text);
        }
        let window = MaintenanceWindow {
            state: WindowState::Verifying,
            ends_at: self.now(),
            ..record.window
        };
        self.change_and_reply(window, Some(WindowNews::Verifying), "reply-window-verifying", who);
    }

    fn cancel_window(&mut self, id: WindowId, following: bool, who: Person<'_>) {
        let states = [WindowState::Scheduled, WindowState::InProgress];
        if following && let Some(record) = self.outlived(id, &states) {
            return self.end_series(&record, who);
        }
        let Some(record) = self.window_in(id, &states) else { return };
        if !self.cancel_occurrence(&record, following, who) {
            return;
        }
        let given_up = record.window.clone();
        let window = MaintenanceWindow { state: WindowState::Cancelled, ..record.window };
        let news = Some(WindowNews::Cancelled);
        let key = if following { "reply-series-cancelled" } else { "reply-window-cancelled" };
        self.change_and_reply(window, news, key, who);
        self.release_held(id);
        self.look_beside(&given_up);
    }

    /// Decides a person's change, tells it where the window is announced, else shows staff the
    /// words as they now are, and answers.
    pub(super) fn change_and_reply(
        &mut self,
        window: MaintenanceWindow,
        news: Option<WindowNews>,
        key: &str,
        who: Person<'_>,
    ) {
        let id = window.id;
        self.revise_window(window, Some(who.by));
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        let told = match news.filter(|_| record.is_announced()) {
            Some(news) => {
                let count = self.announce(id, news, who.by, Some(who.role));
                self.speech().say("reply-window-told", Facts::new().number("count", count))
            }
            None if record.is_announced() => String::new(),
            None => self.speech().say("reply-window-untold", window_facts(id)),
        };
        let speech = self.speech();
        let facts = window_facts(id).text("when", speech.window_span(&record.window));
        let mut text = speech.say(key, facts);
        let is_moved = news == Some(WindowNews::Moved);
        let warnings = if is_moved { self.warnings(&record.window) } else { Vec::new() };
        if record.window.state.is_open() && !told.is_empty() {
            text = format!("{text} {told}");
        }
        for warning in warnings {
            text = format!("{text}\n{warning}");
        }
        self.reply(true, text);
        if !record.is_announced() && record.window.state.is_open() {
            self.propose_window(&record);
        }
    }

    /// Decides a window's next revision; the servers that it covers are looked up anew.
    fn revise_window(&mut self, mut window: MaintenanceWindow, by: Option<&str>) {
        window.servers = self.servers_of(&window.targets);
        window.revision = window.revision.saturating_add(1);
        self.decide(Output::Window { window, by: by.map(str::to_owned) });
    }

    /// Shows staff the announcement that waits for their word.
    fn propose_window(&mut self, record: &WindowRecord) {
        let (speech, window) = (self.speech(), &record.window);
        let facts = window_facts(window.id)
            .text("title", window.title.clone())
            .text("servers", speech.staff_servers(&window.servers))
            .text(
                "text",
                speech.window_news(window, first_news(self.state_when_published(record))),
            );
        let mut text = speech.say("staff-window", facts);
        if window.notice.is_some() {
            text =
                [text].into_iter().chain(self.beside_draft(window)).collect::<Vec<_>>().join("\n");
        }
        let facts = window_facts(window.id).number("revision", window.revision);
        let commands = speech.say("staff-window-commands", facts);
        let button = Button::PublishWindow { window: window.id, revision: window.revision };
        self.ask_of_window(&Asking { text: &text, buttons: vec![button], commands });
    }

    /// What staff should know of a draft out of a notice, beside its words.
    fn beside_draft(&self, window: &MaintenanceWindow) -> Vec<String> {
        let linked = window.incident.map(|incident| {
            let facts = Facts::new().text("incident", incident.to_string());
            self.speech().say("staff-window-incident", facts)
        });
        linked.into_iter().chain(self.warnings(window)).collect()
    }

    fn ask_of_window(&mut self, asking: &Asking<'_>) {
        let all = self.destinations(Audience::Staff);
        self.ask_at(all.into_iter(), "window", None, asking);
    }

    /// Tells the public something of a window: as an update of its incident while that is open,
    /// else in the window's own thread. Returns how many destinations get it.
    fn announce(&mut self, id: WindowId, news: WindowNews, by: &str, role: Option<Role>) -> usize {
        let Some(record) = self.records.windows.get(&id).cloned() else { return 0 };
        let (revision, text) = self.put_on_record(&record, news, by, role);
        match record.window.incident.filter(|id| self.is_open_incident(*id)) {
            Some(incident) => {
                let kind = UpdateKind::Update;
                let wordings = self.wordings_of(incident, &record, news);
                let statement = Statement {
                    incident,
                    draft: None,
                    kind,
                    body: text,
                    short: None,
                    wordings,
                    by,
                    role,
                    course: None,
                };
                let count = self.publish(&statement).map_or(0, |(_, count)| count);
                self.mail_news(&record, news, revision, Some(incident));
                count
            }
            None => {
                let count = self.post_news(&record, news, revision);
                self.mail_news(&record, news, revision, None);
                count
            }
        }
    }

    /// What readers of other languages get of an incident's update about a window.
    fn wordings_of(
        &self,
        incident: IncidentId,
        record: &WindowRecord,
        news: WindowNews,
    ) -> Vec<Wording> {
        let title = self.records.incidents.get(&incident).map_or("", |one| &one.title);
        self.speech().window_wordings(title, &record.window, news)
    }

    /// Decides what is said; returns its number and the words.
    fn put_on_record(
        &mut self,
        record: &WindowRecord,
        news: WindowNews,
        by: &str,
        role: Option<Role>,
    ) -> (u32, String) {
        let text = self.speech().window_news(&record.window, news);
        let revision = record.last_news.saturating_add(1);
        self.decide(Output::Announcement {
            window: record.window.id,
            revision,
            news,
            text: text.clone(),
            by: by.to_owned(),
            role,
            incident: record.window.incident.filter(|id| self.is_open_incident(*id)),
        });
        (revision, text)
    }

    fn post_news(&mut self, record: &WindowRecord, news: WindowNews, revision: u32) -> usize {
        let (id, number) = (record.window.id.to_string(), revision.to_string());
        let subject = ["window", &id, &number];
        let destinations = self.destinations(Audience::Public);
        for destination in &destinations {
            let first = record.first_posts.get(&destination.id);
            let action = self.action_after(first, destination);
            let locale = self.records.settings.locale_of(destination);
            let post = Post {
                id: self.id_of(action, &subject, &destination.id, None),
                destination: destination.id.clone(),
                audience: Audience::Public,
                action,
                subject: format!("maintenance.{}", news.word()),
                incident: None,
                window: Some(record.window.id),
                recipient: None,
                thread: first.cloned(),
                body: self.speech().to(&locale).window_body(&record.window, news, destination),
                buttons: Vec::new(),
                picture: None,
            };
            let passes_on = destination.abilities.passes_on && action == PostAction::Post;
            let passed_on = passes_on.then(|| self.passed_on(&post, &subject));
            self.decide(Output::Post(post));
            if let Some(passed_on) = passed_on {
                self.decide(Output::Post(passed_on));
            }
        }
        destinations.len()
    }

    pub(super) fn is_open_incident(&self, id: IncidentId) -> bool {
        self.records.incidents.get(&id).is_some_and(|one| one.state.is_open())
    }

    /// The window if it is not over; else the person is told what became of it.
    fn open_window(&mut self, id: WindowId) -> Option<WindowRecord> {
        let open = [WindowState::Scheduled, WindowState::InProgress, WindowState::Verifying];
        self.window_in(id, &open)
    }

    /// The window if it is in one of these states; else the person is told in which it is.
    fn window_in(&mut self, id: WindowId, states: &[WindowState]) -> Option<WindowRecord> {
        let speech = self.speech();
        let text = match self.records.windows.get(&id) {
            Some(record) if states.contains(&record.window.state) => return Some(record.clone()),
            Some(record) => {
                let state = speech.window_state(record.window.state);
                speech.say("reply-window-state", window_facts(id).text("state", state))
            }
            None => speech.say("reply-no-window", window_facts(id)),
        };
        self.reply(false, text);
        None
    }
}

/// What is told first of a window that was not announced before.
fn first_news(state: WindowState) -> WindowNews {
    match state {
        WindowState::Scheduled | WindowState::Completed | WindowState::Cancelled => {
            WindowNews::Scheduled
        }
        WindowState::InProgress => WindowNews::Started,
        WindowState::Verifying => WindowNews::Verifying,
    }
}

fn window_facts(id: WindowId) -> Facts {
    Facts::new().text("window", id.to_string())
}

/// Whether two spans of time have a moment in common.
fn overlaps(one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)) -> bool {
    one.0 < other.1 && other.0 < one.1
}
