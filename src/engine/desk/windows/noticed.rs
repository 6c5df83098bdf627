//! Windows out of providers' notices: drafted for staff, and kept as the notice has it.
//!
//! A drafted window is public only when somebody publishes it; until then no trouble is put down to
//! it, whoever wrote the notice. Must not: read a notice, or overwrite what staff changed by hand.
//! Start at [`Desk::heed_notice`].

use crate::{
    command::Button,
    domain::{
        ComponentId, IncidentId, MaintenanceWindow, NoticeId, ServerId, Timestamp, WindowId,
        WindowNews, WindowState,
    },
    engine::records::{NoticeRecord, WindowRecord, seconds},
    event::Output,
    render::Facts,
};

use super::{
    Asking, Desk, Person,
    plan::{OPEN_WINDOWS_MAX, local},
    window_facts,
    wish::{self, Beside, Change, How, Why, Wish},
};

/// The name of the policy that follows notices.
const FOLLOW_POLICY: &str = "policy:follow_notices";
/// Drafts that nobody has taken up, at once: notices cannot use up the room that staff need.
const DRAFTED_MAX: usize = 50;
/// Work that begins within so long may be what an open incident waits for, in seconds.
const REMEDY_WITHIN_S: u64 = 24 * 3600;

impl Desk<'_> {
    /// What a notice asks for as it now stands.
    pub(in crate::engine::desk) fn wish_of_notice(&self, record: &NoticeRecord) -> Wish {
        let windows = self.records.windows.values();
        let own = windows.rev().find(|one| one.window.notice == Some(record.id));
        let drafted = self.records.open_windows().filter(|one| one.drafted).count();
        let beside = Beside {
            own,
            planned: self.planned_for(record),
            has_room: drafted < DRAFTED_MAX
                && self.records.open_windows().count() < OPEN_WINDOWS_MAX,
            policy: self.records.settings.policy.maintenance.follow_notices,
            now: self.now(),
        };
        wish::wish(record, &beside)
    }

    /// Another open window over all servers and all the time of a notice.
    fn planned_for(&self, record: &NoticeRecord) -> Option<WindowId> {
        let (starts_at, ends_at) = wish::span(record, None, self.now()).ok()?;
        let covers = |one: &&WindowRecord| {
            let window = &one.window;
            window.notice != Some(record.id)
                && window.starts_at <= starts_at
                && window.ends_at >= ends_at
                && record.servers.iter().all(|server| window.servers.contains(server))
        };
        self.records.open_windows().find(covers).map(|one| one.window.id)
    }

    /// A notice is new, or has changed: its window is drafted, or goes with it.
    pub(in crate::engine::desk) fn heed_notice(&mut self, record: &NoticeRecord, wish: Wish) {
        match wish {
            Wish::Nothing(_) => {}
            Wish::Draft { starts_at, ends_at } => {
                let id = self.draft_window(record, (starts_at, ends_at), None);
                if let Some(window) = self.records.windows.get(&id).cloned() {
                    self.propose_window(&window);
                }
            }
            Wish::Change { window, change, how } => {
                let Some(own) = self.records.windows.get(&window).cloned() else { return };
                match how {
                    How::AtOnce => self.redraft(&own, change),
                    How::ByPolicy => self.follow_by_policy(&own, change),
                    How::Ask { by_hand } => self.ask_to_follow(record, &own, change, by_hand),
                }
            }
        }
    }

    fn draft_window(
        &mut self,
        record: &NoticeRecord,
        (starts_at, ends_at): (Timestamp, Timestamp),
        by: Option<&str>,
    ) -> WindowId {
        let zone = self.speech().timezone();
        let targets: Vec<String> = record.components.iter().map(ToString::to_string).collect();
        let window = MaintenanceWindow {
            id: WindowId(self.records.last_window.0 + 1),
            title: self.speech().title_of_work(&targets),
            words: None,
            servers: self.servers_of(&targets),
            targets,
            starts_at,
            ends_at,
            zone,
            local: local(starts_at, zone),
            state: WindowState::Scheduled,
            revision: 1,
            incident: self.incident_that_it_mends(&record.servers, starts_at),
            notice: Some(record.id),
            occurrence: None,
        };
        let id = window.id;
        self.decide(Output::Window { window, by: by.map(str::to_owned) });
        id
    }

    /// The one open incident whose servers are all worked on, soon.
    fn incident_that_it_mends(
        &self,
        servers: &[ServerId],
        starts_at: Timestamp,
    ) -> Option<IncidentId> {
        if starts_at > self.now() + seconds(REMEDY_WITHIN_S) {
            return None;
        }
        let is_within = |own: &[ServerId]| own.iter().all(|one| servers.contains(one));
        let mut touched = self
            .records
            .open_incidents()
            .filter(|one| !one.servers.is_empty() && is_within(&one.servers))
            .map(|one| one.id);
        let first = touched.next();
        first.filter(|_| touched.next().is_none())
    }

    /// A draft that nobody has taken up is made anew, or laid aside.
    fn redraft(&mut self, own: &WindowRecord, change: Change) {
        let (mut window, _, _) = self.changed(own, change);
        if let Change::Begin { .. } = change {
            // Only who publishes it has it begin: what is under way holds alarms.
            window.state = WindowState::Scheduled;
            window.local = local(window.starts_at, window.zone);
        }
        let id = window.id;
        let is_open = window.state.is_open();
        self.revise_window(window, None);
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        if is_open {
            return self.propose_window(&record);
        }
        let facts = window_facts(id).text("title", record.window.title.clone());
        let text = self.speech().say("staff-window-withdrawn", facts);
        self.notify_staff("window", text, None);
        self.look_beside(&record.window);
    }

    /// A window does not take place: a notice that it stood for as well is drafted now.
    pub(super) fn look_beside(&mut self, given_up: &MaintenanceWindow) {
        let is_behind = |one: &&NoticeRecord| {
            given_up.notice != Some(one.id)
                && one.servers.iter().any(|server| given_up.servers.contains(server))
        };
        let others: Vec<NoticeRecord> =
            self.records.notices.values().filter(is_behind).cloned().collect();
        for record in others {
            let wish = self.wish_of_notice(&record);
            if let Wish::Draft { .. } = wish {
                self.heed_notice(&record, wish);
            }
        }
    }

    fn follow_by_policy(&mut self, own: &WindowRecord, change: Change) {
        let (window, news, _) = self.changed(own, change);
        let id = window.id;
        self.revise_window(window, None);
        let is_told = news.is_some();
        if let Some(news) = news {
            self.announce(id, news, FOLLOW_POLICY, None);
        }
        if change == Change::Withdraw {
            self.release_held(id);
            self.look_beside(&own.window);
        }
        let Some(record) = self.records.windows.get(&id) else { return };
        let speech = self.speech();
        let facts = window_facts(id)
            .text("title", record.window.title.clone())
            .text("state", speech.window_state(record.window.state))
            .text("when", speech.window_span(&record.window))
            .text("told", if is_told { "yes" } else { "no" });
        let text = speech.say("staff-window-followed", facts);
        self.notify_staff("window", text, None);
    }

    fn ask_to_follow(
        &mut self,
        record: &NoticeRecord,
        own: &WindowRecord,
        change: Change,
        by_hand: bool,
    ) {
        let speech = self.speech();
        let facts = window_facts(own.window.id)
            .text("notice", record.id.to_string())
            .text("provider", speech.provider(&record.notice.provider))
            .text("title", own.window.title.clone())
            .text("when", speech.window_span(&own.window))
            .text("change", self.in_words(own, change))
            .text("by_hand", if by_hand { "yes" } else { "no" });
        let text = speech.say("staff-window-notice", facts);
        let facts =
            Facts::new().text("notice", record.id.to_string()).number("revision", record.revision);
        let commands = speech.say("staff-window-notice-commands", facts);
        let button = Button::FollowNotice { notice: record.id, revision: record.revision };
        self.ask_of_window(&Asking { text: &text, buttons: vec![button], commands });
    }

    /// A change in staff's words.
    fn in_words(&self, own: &WindowRecord, change: Change) -> String {
        let speech = self.speech();
        let (window, _, _) = self.changed(own, change);
        let (what, when) = match change {
            Change::Times { .. } => ("times", speech.window_span(&window)),
            Change::End { .. } => ("end", speech.window_time(window.ends_at, window.zone, None)),
            Change::Begin { .. } => ("begin", speech.window_span(&window)),
            Change::Finish => ("finish", String::new()),
            Change::Withdraw => ("withdraw", String::new()),
        };
        speech.say("window-notice-change", Facts::new().text("what", what).text("when", when))
    }

    /// The window after a change, what is told of it, and the words of the answer.
    fn changed(
        &self,
        own: &WindowRecord,
        change: Change,
    ) -> (MaintenanceWindow, Option<WindowNews>, &'static str) {
        let (now, window) = (self.now(), own.window.clone());
        match change {
            Change::Times { starts_at, ends_at } => {
                let local = local(starts_at, window.zone);
                let window = MaintenanceWindow { starts_at, ends_at, local, ..window };
                (window, Some(WindowNews::Moved), "reply-window-moved")
            }
            Change::End { ends_at } => {
                // Nobody is told that it takes longer when it takes less long.
                let news = (ends_at > window.ends_at).then_some(WindowNews::Extended);
                let state = WindowState::InProgress;
                let window = MaintenanceWindow { state, ends_at, ..window };
                (window, news, "reply-window-extended")
            }
            Change::Begin { ends_at } => {
                let state = WindowState::InProgress;
                let window = MaintenanceWindow { state, starts_at: now, ends_at, ..window };
                (window, Some(WindowNews::Started), "reply-window-started")
            }
            Change::Finish => {
                let state = WindowState::Verifying;
                let window = MaintenanceWindow { state, ends_at: now, ..window };
                (window, Some(WindowNews::Verifying), "reply-window-verifying")
            }
            Change::Withdraw => {
                let window = MaintenanceWindow { state: WindowState::Cancelled, ..window };
                (window, Some(WindowNews::Cancelled), "reply-window-cancelled")
            }
        }
    }

    /// A person has a window be as its notice says; where there is none, it is made.
    pub(in crate::engine::desk) fn follow_notice(
        &mut self,
        id: NoticeId,
        length_s: Option<u64>,
        revision: Option<u32>,
        who: Person<'_>,
    ) {
        let speech = self.speech();
        let Some(record) = self.records.notices.get(&id).cloned() else {
            let text = speech.say("reply-no-notice", Facts::new().text("notice", id.to_string()));
            return self.reply(false, text);
        };
        if revision.is_some_and(|read| read != record.revision) {
            let facts = Facts::new()
                .text("notice", id.to_string())
                .number("revision", record.revision)
                .text("row", speech.notice_row(&record));
            let text = speech.say("reply-notice-revision", facts);
            return self.reply(false, text);
        }
        let windows = self.records.windows.values().rev();
        let mut own = windows.filter(|one| one.window.notice == Some(id));
        let own = own.next().filter(|one| one.window.state.is_open()).cloned();
        match own {
            Some(own) => self.follow_with(&record, &own, who),
            None => self.plan_noticed(&record, length_s, who),
        }
    }

    fn follow_with(&mut self, record: &NoticeRecord, own: &WindowRecord, who: Person<'_>) {
        let change = match wish::change(&record.notice, own, self.now()) {
            Ok(change) => change,
            Err(why) => {
                let text = self.why_no_window(record, why);
                return self.reply(false, text);
            }
        };
        let (window, news, key) = self.changed(own, change);
        let id = window.id;
        self.change_and_reply(window, news, key, who);
        if change == Change::Withdraw {
            self.release_held(id);
            self.look_beside(&own.window);
        }
    }

    fn plan_noticed(&mut self, record: &NoticeRecord, length_s: Option<u64>, who: Person<'_>) {
        let span = wish::span(record, length_s.map(seconds), self.now());
        let is_full = self.records.open_windows().count() >= OPEN_WINDOWS_MAX;
        match span {
            Ok(_) if is_full => {
                let text = self.why_no_window(record, Why::Full);
                self.reply(false, text);
            }
            Ok(span) => {
                let id = self.draft_window(record, span, Some(who.by));
                let Some(window) = self.records.windows.get(&id).cloned() else { return };
                self.answer_plan(&window);
                self.propose_window(&window);
            }
            Err(why) => {
                let text = self.why_no_window(record, why);
                self.reply(false, text);
            }
        }
    }

    /// Why there is no window for a notice, and what to type, for staff.
    pub(in crate::engine::desk) fn why_no_window(&self, record: &NoticeRecord, why: Why) -> String {
        let speech = self.speech();
        let targets: Vec<&str> = record.components.iter().map(ComponentId::as_str).collect();
        let window = match why {
            Why::Planned(window) | Why::Followed(window) | Why::Begun(window) => window.to_string(),
            Why::NoWork
            | Why::Unmatched
            | Why::NoStart
            | Why::NoEnd
            | Why::Long
            | Why::Past
            | Why::Far
            | Why::Full => String::new(),
        };
        let facts = Facts::new()
            .text("why", why.word())
            .text("notice", record.id.to_string())
            .text("targets", targets.join(","))
            .text("window", window);
        speech.say("notice-no-window", facts)
    }
}
