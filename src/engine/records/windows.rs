//! Maintenance windows as they are remembered: their times and words, what was said of them, and
//! how the probes of their servers do while the work goes on.
//!
//! Must not: decide. What changes a window is in [`Records::apply`]'s reach, what is due in
//! [`Records::window_due`]'s.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        DestinationId, IncidentId, MaintenanceWindow, Notice, NoticeStatus, NoticeWindow, PostId,
        ProbeId, Role, ServerId, Timestamp, WindowId, WindowNews, WindowState,
    },
    event::{Output, Post, PostAction, TimerReason},
};

use super::{Records, seconds};

/// Windows that are over and still remembered.
const ENDED_WINDOWS_MAX: usize = 200;
/// Announcements of one window that are remembered.
const NEWS_MAX: usize = 200;
/// So many good results in a row, and a probe speaks for its server.
const GOOD_IN_A_ROW_MIN: u32 = 3;
/// How often followers are told by themselves that it takes longer.
pub(in crate::engine) const OVERRUNS_MAX: u32 = 8;
/// While a window is verified its servers are looked at so often, in seconds, and after so many
/// looks less often.
const CHECK_EVERY_S: i64 = 60;
const CHECKS_CLOSE_MAX: u32 = 15;
const CHECK_LATER_EVERY_S: i64 = 600;
/// A result further in the future than this is not believed, in seconds.
const EARLY_S_MAX: i64 = 30;

/// A window with all that was said and seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct WindowRecord {
    pub window: MaintenanceWindow,
    pub created_at: Timestamp,
    /// When its times, words or state last changed.
    pub changed_at: Timestamp,
    /// Since when it is in its present state.
    pub state_at: Timestamp,
    /// When the work began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was completed or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What was said of it, oldest first.
    pub news: Vec<Announced>,
    /// How often something was said of it.
    pub last_news: u32,
    /// The post that announced it at each destination.
    pub first_posts: BTreeMap<DestinationId, PostId>,
    pub posts: Vec<PostId>,
    /// Reminders that were due up to then are seen to.
    pub reminded_until: Timestamp,
    /// The promised end that staff were asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Timestamp>,
    /// The promised end before which it was looked whether followers must hear more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_for: Option<Timestamp>,
    /// How often the policy put the end off.
    pub overruns: u32,
    /// Looks since the work is over.
    pub checks: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_at: Option<Timestamp>,
    /// What still fails is no longer put down to the work.
    pub released: bool,
    /// The bot made it out of a notice, and no person has touched it: it does not begin by itself,
    /// and nothing is put down to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drafted: bool,
    /// A person gave it other times than its notice has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// The times that its notice had when it last went with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followed: Option<NoticeWindow>,
    /// The beginning of a draft that staff were reminded at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_unasked: Option<Timestamp>,
    /// Results of its servers' probes since the present state began.
    pub probes: BTreeMap<ProbeId, Streak>,
}

/// One public statement about a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Announced {
    pub revision: u32,
    pub news: WindowNews,
    pub text: String,
    pub at: Timestamp,
    pub by: String,
    pub role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
}

/// The last results of one probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Streak {
    pub at: Timestamp,
    /// Good ones since the last bad one.
    pub good: u32,
}

/// What the probes of a window's servers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Agreement {
    /// Every probe that measures is good.
    Well,
    /// Probes of these servers are bad, or have not been good for long enough.
    NotYet(Vec<ServerId>),
    /// Nothing measures them.
    Unmeasured,
}

impl WindowRecord {
    fn new(window: MaintenanceWindow, at: Timestamp) -> Self {
        Self {
            window,
            created_at: at,
            changed_at: at,
            state_at: at,
            started_at: None,
            ended_at: None,
            news: Vec::new(),
            last_news: 0,
            first_posts: BTreeMap::new(),
            posts: Vec::new(),
            reminded_until: at,
            asked_for: None,
            looked_for: None,
            overruns: 0,
            checks: 0,
            checked_at: None,
            released: false,
            drafted: false,
            by_hand: false,
            followed: None,
            begun_unasked: None,
            probes: BTreeMap::new(),
        }
    }

    /// Whether somebody approved its announcement.
    pub fn is_announced(&self) -> bool {
        self.last_news > 0
    }

    /// Whether trouble on its servers is put down to the work.
    pub fn holds(&self) -> bool {
        self.window.state.is_under_way() && !self.released
    }

    /// Takes in how the window now stands to its notice.
    fn hold_against(&mut self, notice: &Notice, before: &MaintenanceWindow, by_person: bool) {
        let window = &self.window;
        let said = notice.window;
        let is_as_said = said.is_some_and(|said| {
            said.starts_at == window.starts_at
                && said.ends_at.is_none_or(|ends_at| ends_at == window.ends_at)
        });
        let leads_there = match notice.status {
            NoticeStatus::InProgress => window.state == WindowState::InProgress,
            NoticeStatus::Completed => window.state == WindowState::Verifying,
            NoticeStatus::Cancelled => window.state == WindowState::Cancelled,
            NoticeStatus::Tentative | NoticeStatus::Confirmed | NoticeStatus::Unknown => false,
        };
        let times = |one: &MaintenanceWindow| (one.starts_at, one.ends_at);
        if is_as_said || (leads_there && before.state != window.state) {
            // What a notice gave up may come again, at the same time; what a person gave up does not.
            self.followed = said.filter(|_| notice.status != NoticeStatus::Cancelled);
            self.by_hand = false;
        } else if by_person && times(before) != times(window) {
            self.by_hand = true;
        }
    }

    fn reminder_due(&self, before_s: &[u64]) -> Option<Timestamp> {
        let waits = self.window.state == WindowState::Scheduled && self.is_announced();
        let due = before_s.iter().map(|before| self.window.starts_at - seconds(*before));
        due.filter(|due| waits && *due > self.reminded_until).min()
    }

    /// So long before the promised end; where that was promised later than that, before the last
    /// `part` of what is left.
    fn before_end(&self, before_s: u64, part: i32) -> Timestamp {
        let left = (self.window.ends_at - self.changed_at).max(TimeDelta::zero());
        self.window.ends_at - seconds(before_s).min(left / part)
    }

    fn check_due(&self) -> Timestamp {
        let close = self.checks < CHECKS_CLOSE_MAX;
        let every_s = if close { CHECK_EVERY_S } else { CHECK_LATER_EVERY_S };
        self.checked_at.unwrap_or(self.state_at) + TimeDelta::seconds(every_s)
    }
}

impl Records {
    /// Windows whose work has begun and is not over for good.
    pub fn windows_under_way(&self) -> impl Iterator<Item = &WindowRecord> {
        self.under_way.iter().filter_map(|id| self.windows.get(id))
    }

    /// Windows that are not over.
    pub fn open_windows(&self) -> impl Iterator<Item = &WindowRecord> {
        self.windows.values().filter(|one| one.window.state.is_open())
    }

    /// The same, the one that begins first first.
    pub fn open_windows_by_time(&self) -> Vec<&WindowRecord> {
        let mut open: Vec<&WindowRecord> = self.open_windows().collect();
        open.sort_by_key(|one| (one.window.starts_at, one.window.id));
        open
    }

    /// The window that trouble on these servers is put down to: each of them is worked on.
    pub fn window_over(&self, servers: &[ServerId]) -> Option<WindowId> {
        let covers = |one: &&WindowRecord, server| one.window.servers.contains(server);
        let holding = || self.windows_under_way().filter(|one| one.holds());
        let is_covered = |server| holding().any(|one| covers(&one, server));
        if servers.is_empty() || !servers.iter().all(is_covered) {
            return None;
        }
        let first = holding().find(|one| servers.iter().any(|server| covers(one, server)));
        first.map(|one| one.window.id)
    }

    /// What the probes of a window's servers say now. A blind vantage says nothing.
    pub fn agreement(&self, record: &WindowRecord) -> Agreement {
        let measured: Vec<(&ServerId, bool)> = self
            .settings
            .fleet
            .probes
            .iter()
            .filter(|probe| !self.blind.contains(&probe.vantage))
            .filter_map(|probe| Some((probe.server.as_ref()?, record.probes.get(&probe.id)?)))
            .map(|(server, streak)| (server, streak.good >= GOOD_IN_A_ROW_MIN))
            .collect();
        if measured.is_empty() {
            return Agreement::Unmeasured;
        }
        let bad = |server: &&ServerId| measured.iter().any(|(one, well)| one == server && !well);
        let failing: Vec<ServerId> = record.window.servers.iter().filter(bad).cloned().collect();
        if failing.is_empty() { Agreement::Well } else { Agreement::NotYet(failing) }
    }

    /// A probe's result: it counts for every window under way that covers its server.
    pub(super) fn see_result(
        &mut self,
        received: Timestamp,
        at: Timestamp,
        id: &ProbeId,
        ok: bool,
    ) {
        if self.under_way.is_empty() || at > received + TimeDelta::seconds(EARLY_S_MAX) {
            return;
        }
        let probe = self.settings.fleet.probes.iter().find(|probe| probe.id == *id);
        let Some(server) = probe.and_then(|probe| probe.server.clone()) else { return };
        for window in &self.under_way {
            let Some(record) = self.windows.get_mut(window) else { continue };
            if !record.window.servers.contains(&server) || at < record.state_at {
                continue;
            }
            let streak = record.probes.entry(id.clone()).or_insert(Streak { at, good: 0 });
            if at >= streak.at {
                streak.at = at;
                streak.good = if ok { streak.good.saturating_add(1) } else { 0 };
            }
        }
    }

    /// Takes in a decision about maintenance.
    pub(super) fn apply_work(&mut self, at: Timestamp, output: &Output) {
        if let Output::SuspicionHeld { id, window } = output {
            if let Some(record) = self.suspicions.get_mut(id) {
                record.held = *window;
            }
        } else if let Output::Window { window, by } = output {
            self.apply_window(at, window, by.is_some());
        } else if let Output::Series { series, .. } = output {
            self.apply_series(series);
        } else if let Output::WindowFails { window, .. } = output {
            if let Some(record) = self.windows.get_mut(window) {
                record.released = true;
            }
        } else {
            self.apply_announcement(at, output);
        }
    }

    fn apply_window(&mut self, at: Timestamp, window: &MaintenanceWindow, by_person: bool) {
        let id = window.id;
        self.last_window = self.last_window.max(id);
        let is_new = !self.windows.contains_key(&id);
        let notice = window.notice.and_then(|id| self.notices.get(&id));
        let record =
            self.windows.entry(id).or_insert_with(|| WindowRecord::new(window.clone(), at));
        let before = std::mem::replace(&mut record.window, window.clone());
        record.changed_at = at;
        if let Some(known) = notice {
            record.hold_against(&known.notice, &before, by_person);
        }
        let is_drafted = window.notice.is_some() && (is_new || record.drafted);
        record.drafted = is_drafted && !by_person;
        if before.starts_at != window.starts_at {
            record.reminded_until = at;
        }
        if before.state != window.state {
            record.state_at = at;
            record.probes.clear();
            (record.checks, record.checked_at, record.released) = (0, None, false);
            if window.state == WindowState::InProgress {
                record.started_at = record.started_at.or(Some(at));
            }
        }
        record.ended_at = if window.state.is_open() { None } else { record.ended_at.or(Some(at)) };
        if window.state.is_under_way() {
            self.under_way.insert(id);
        } else {
            self.under_way.remove(&id);
        }
        self.prune();
    }

    fn apply_announcement(&mut self, at: Timestamp, output: &Output) {
        let Output::Announcement { window, revision, news, text, by, role, incident } = output
        else {
            return;
        };
        let Some(record) = self.windows.get_mut(window) else { return };
        if !record.is_announced() {
            record.reminded_until = at;
        }
        record.drafted = false;
        record.last_news = record.last_news.max(*revision);
        record.news.push(Announced {
            revision: *revision,
            news: *news,
            text: text.clone(),
            at,
            by: by.clone(),
            role: *role,
            incident: *incident,
        });
        if record.news.len() > NEWS_MAX {
            // The first is what was approved, and stays.
            record.news.remove(1);
        }
        if *news == WindowNews::Delayed {
            record.overruns += 1;
        }
    }

    pub(super) fn apply_window_post(&mut self, post: &Post) {
        let Some(record) = post.window.and_then(|id| self.windows.get_mut(&id)) else { return };
        record.posts.push(post.id.clone());
        if post.action == PostAction::Post {
            let first = record.first_posts.entry(post.destination.clone());
            first.or_insert_with(|| post.id.clone());
        }
    }

    /// What becomes due with a window, and when.
    pub(super) fn window_deadlines(
        &self,
    ) -> impl Iterator<Item = (Option<Timestamp>, TimerReason)> + '_ {
        self.open_windows().flat_map(|record| {
            let id = record.window.id;
            let reasons = [
                TimerReason::WindowReminder(id),
                TimerReason::WindowStart(id),
                TimerReason::WindowEnding(id),
                TimerReason::WindowOverrun(id),
                TimerReason::WindowEnd(id),
                TimerReason::WindowCheck(id),
            ];
            reasons.map(|reason| (self.due(reason), reason))
        })
    }

    /// When a reason that is about a window is due, if it is.
    pub(super) fn window_due(&self, id: WindowId, reason: TimerReason) -> Option<Timestamp> {
        let record = self.windows.get(&id)?;
        let (window, policy) = (&record.window, &self.settings.policy.maintenance);
        let works = window.state == WindowState::InProgress;
        let end = Some(window.ends_at);
        match reason {
            TimerReason::WindowReminder(_) => record.reminder_due(&policy.reminders_s),
            TimerReason::WindowStart(_) => {
                let is_met = record.drafted && record.begun_unasked == Some(window.starts_at);
                (window.state == WindowState::Scheduled && !is_met).then_some(window.starts_at)
            }
            TimerReason::WindowEnding(_) => (works && record.asked_for != end)
                .then(|| record.before_end(policy.ask_before_s, 2)),
            TimerReason::WindowOverrun(_) => (works && record.looked_for != end)
                .then(|| record.before_end(policy.tell_before_s, 4)),
            TimerReason::WindowEnd(_) => {
                let is_draft = record.drafted && window.state == WindowState::Scheduled;
                (works || is_draft).then_some(window.ends_at)
            }
            TimerReason::WindowCheck(_) => {
                (window.state == WindowState::Verifying).then(|| record.check_due())
            }
            TimerReason::Evidence
            | TimerReason::Recovery(_)
            | TimerReason::Holding(_)
            | TimerReason::Wait(_)
            | TimerReason::Reminder(_)
            | TimerReason::PromisedUpdate(_)
            | TimerReason::Series(_)
            | TimerReason::Mailing(_) => None,
        }
    }

    /// Marks a window's deadline as met; a beginning and an end are met by what is decided then.
    pub(super) fn fire_window(&mut self, id: WindowId, reason: TimerReason, due: Timestamp) {
        let Some(record) = self.windows.get_mut(&id) else { return };
        match reason {
            TimerReason::WindowReminder(_) => record.reminded_until = due,
            TimerReason::WindowEnding(_) => record.asked_for = Some(record.window.ends_at),
            TimerReason::WindowOverrun(_) => record.looked_for = Some(record.window.ends_at),
            TimerReason::WindowCheck(_) => {
                record.checks = record.checks.saturating_add(1);
                record.checked_at = Some(self.now);
            }
            TimerReason::WindowStart(_) => {
                record.begun_unasked = record.drafted.then_some(record.window.starts_at);
            }
            TimerReason::WindowEnd(_)
            | TimerReason::Evidence
            | TimerReason::Recovery(_)
            | TimerReason::Holding(_)
            | TimerReason::Wait(_)
            | TimerReason::Reminder(_)
            | TimerReason::PromisedUpdate(_)
            | TimerReason::Series(_)
            | TimerReason::Mailing(_) => {}
        }
    }

    pub(super) fn prune_windows(&mut self) {
        // By its latest window a series is moved and ended.
        let kept: BTreeSet<WindowId> =
            self.open_series().filter_map(|one| self.latest_of(one.id)).collect();
        let ended: Vec<WindowId> = self
            .windows
            .values()
            .filter(|one| !one.window.state.is_open() && !kept.contains(&one.window.id))
            .map(|one| one.window.id)
            .collect();
        for id in &ended[..ended.len().saturating_sub(ENDED_WINDOWS_MAX)] {
            let posts = self.windows.remove(id).map(|one| one.posts).unwrap_or_default();
            for post in posts {
                self.posts.remove(&post);
            }
        }
    }
}
