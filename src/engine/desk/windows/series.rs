//! Work that comes again: each occurrence becomes a window of its own in its time.
//!
//! One lies ahead at a time. An occurrence is made, asked about or passed over exactly once: the
//! decision that does so moves the series on. Where the zone's clocks skip its time or show it
//! twice, staff are asked with the commands to answer by, and nothing is planned for them. What was
//! approved once is announced by the standing policy, unless something speaks against its time.
//! Start at [`Desk::make_next`].

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use crate::{
    command::Plan,
    domain::{
        EXCEPT_MAX, MaintenanceWindow, NoOneMoment, Occurrence, Rule, Series, SeriesId, Timestamp,
        WindowId, WindowNews, WindowState, moment_of,
    },
    engine::records::{WindowRecord, seconds},
    event::Output,
    render::Facts,
};

use super::{
    super::{Asking, Desk, commands::Person},
    first_news,
    life::WINDOW_POLICY,
    plan::{self, OPEN_WINDOWS_MAX},
    window_facts,
};

/// Series of which something is still to come.
const SERIES_MAX: usize = 50;
/// Occurrences that are passed over at once after a long absence: ten years of days.
const MISSED_MAX: u32 = 3660;
/// Occurrences of so many days ahead are looked at: for how close they come to each other, and for
/// times that clocks skip or show twice, of which so many are told.
const LOOKED_DAYS: u64 = 366;
const UNCLEAR_MAX: usize = 3;

impl Desk<'_> {
    /// The series that a plan with a rule begins; else what speaks against the rule.
    pub(super) fn series_of(
        &self,
        plan: &Plan,
        starts_at: Timestamp,
        zone: chrono_tz::Tz,
    ) -> Result<Option<Series>, String> {
        let Some(rule) = plan.repeat.as_deref().cloned() else { return Ok(None) };
        let speech = self.speech();
        if plan.incident.is_some() {
            return Err(speech.say("reply-series-incident", Facts::new()));
        }
        if self.records.open_series().count() >= SERIES_MAX {
            return Err(speech.say("reply-series-many", Facts::new().number("max", SERIES_MAX)));
        }
        let first = plan::local_time(starts_at, zone);
        let series = Series {
            id: SeriesId(self.records.last_series.0 + 1),
            title: plan.title.clone(),
            words: plan.words.clone(),
            targets: plan.targets.clone(),
            length_s: plan.length_s,
            zone,
            first,
            rule: rule.settled(first, zone),
            except: plan.except.iter().copied().collect(),
            latest: first,
            next: None,
            approved_by: None,
        };
        let series = self.checked(series)?;
        self.all_fall(&series, &plan.except)?;
        Ok(Some(series))
    }

    /// A series that begins with its latest; else what is wrong with its rule.
    fn checked(&self, series: Series) -> Result<Series, String> {
        let speech = self.speech();
        let facts = || {
            let day = series.first.format("%Y-%m-%d").to_string();
            Facts::new().text("rule", series.rule.to_string()).text("day", day)
        };
        match series.rule.next(series.first, None, series.zone) {
            None => return Err(speech.say("reply-series-never", facts())),
            Some(next) if next != series.first => {
                let facts = facts().text("next", next.format("%Y-%m-%d").to_string());
                return Err(speech.say("reply-series-first", facts));
            }
            Some(_) if series.except.contains(&series.first.date()) => {
                return Err(speech.say("reply-series-left-out", facts()));
            }
            Some(_) => {}
        }
        let series = series.clone().seen_to(series.first);
        let length = seconds(series.length_s);
        if closest(&series).is_some_and(|gap| gap < length) {
            return Err(speech.say("reply-series-long", Facts::new()));
        }
        Ok(series)
    }

    fn all_fall(&self, series: &Series, days: &[NaiveDate]) -> Result<(), String> {
        let falls = |day: &&NaiveDate| {
            **day > series.latest.date() && series.rule.falls_on(**day, series.first.date())
        };
        match days.iter().find(|day| !falls(day)) {
            None => Ok(()),
            Some(day) => {
                let facts = Facts::new()
                    .text("day", day.to_string())
                    .text("rule", series.rule.to_string())
                    .text("after", series.latest.format("%Y-%m-%d").to_string());
                Err(self.speech().say("reply-series-no-day", facts))
            }
        }
    }

    /// What staff are told of a series: its rule, its next time, and the times within a year that
    /// will be asked about.
    pub(super) fn told_of_series(&self, id: SeriesId) -> Vec<String> {
        let speech = self.speech();
        let Some(series) = self.records.series.get(&id) else { return Vec::new() };
        let mut lines = vec![speech.series(series)];
        lines.extend(self.told_of_notice(series));
        let unclear = times_of_a_year(series).skip(1);
        let unclear = unclear.filter(|local| moment_of(*local, series.zone).is_err());
        lines.extend(unclear.take(UNCLEAR_MAX).map(|local| {
            let facts = Facts::new().text("local", shown(local)).text("zone", series.zone.name());
            speech.say("reply-series-unclear", facts)
        }));
        lines
    }

    /// That followers will hear of those that follow later than the policy wants them to.
    fn told_of_notice(&self, series: &Series) -> Option<String> {
        let policy = &self.records.settings.policy.maintenance;
        let ahead = seconds(policy.repeat_ahead_s);
        // The next is made once the one before it has begun, and no sooner.
        let ahead = closest(series).map_or(ahead, |gap| gap.min(ahead));
        let is_short = series.next.is_some() && ahead < seconds(policy.notice_s);
        is_short.then(|| {
            let speech = self.speech();
            let facts = Facts::new()
                .text("ahead", speech.span(ahead.num_seconds().unsigned_abs()))
                .text("notice", speech.span(policy.notice_s));
            speech.say("reply-series-notice", facts)
        })
    }

    /// The next occurrence's time has come near: it becomes a window, or staff are asked.
    pub(in crate::engine::desk) fn make_next(&mut self, id: SeriesId) {
        let Some(series) = self.records.series.get(&id).cloned() else { return };
        if self.servers_of(&series.targets).is_empty() {
            return self.give_up_series(series);
        }
        let series = self.without_missed(series);
        let ahead = seconds(self.records.settings.policy.maintenance.repeat_ahead_s);
        let is_due = series.due(ahead).is_some_and(|due| due <= self.now());
        let Some(local) = series.next.filter(|_| is_due) else { return };
        if self.records.open_windows().count() >= OPEN_WINDOWS_MAX {
            let facts = series_facts(&series).text("local", shown(local));
            let text = self.speech().say("staff-series-full", facts);
            self.decide_series(series.seen_to(local), None);
            return self.notify_staff("window", text, None);
        }
        match moment_of(local, series.zone) {
            Ok(starts_at) => self.make_occurrence(series, local, starts_at),
            Err(none) => {
                self.decide_series(series.clone().seen_to(local), None);
                self.ask_about_occurrence(&series, &none);
            }
        }
    }

    /// Nothing that it names is there any more.
    fn give_up_series(&mut self, series: Series) {
        let text = self.speech().say("staff-series-no-servers", series_facts(&series));
        self.decide_series(Series { next: None, ..series }, None);
        self.notify_staff("window", text, None);
    }

    /// What ended before anybody could be told is passed over, and staff hear of it.
    fn without_missed(&mut self, before: Series) -> Series {
        let (mut series, mut missed) = (before, 0);
        while missed < MISSED_MAX
            && let Some(local) = series.next.filter(|local| self.is_over(&series, *local))
        {
            series = series.seen_to(local);
            missed += 1;
        }
        if missed > 0 {
            let facts = series_facts(&series).number("count", missed);
            let text = self.speech().say("staff-series-missed", facts);
            self.decide_series(series.clone(), None);
            self.notify_staff("window", text, None);
        }
        series
    }

    /// Whether an occurrence has ended, whichever moment its time may mean.
    fn is_over(&self, series: &Series, local: NaiveDateTime) -> bool {
        let starts_at = match moment_of(local, series.zone) {
            Ok(moment) => moment,
            Err(none) => none.choices[1].moment(),
        };
        starts_at + seconds(series.length_s) <= self.now()
    }

    fn make_occurrence(&mut self, series: Series, local: NaiveDateTime, starts_at: Timestamp) {
        let id = WindowId(self.records.last_window.0 + 1);
        let window = MaintenanceWindow {
            id,
            title: series.title.clone(),
            words: series.words.clone(),
            targets: series.targets.clone(),
            servers: self.servers_of(&series.targets),
            starts_at,
            ends_at: starts_at + seconds(series.length_s),
            zone: series.zone,
            local: plan::local(starts_at, series.zone),
            state: WindowState::Scheduled,
            revision: 1,
            incident: None,
            occurrence: Some(Occurrence { series: series.id, local }),
            notice: None,
        };
        let is_approved = series.approved_by.is_some();
        self.decide(Output::Window { window: window.clone(), by: None });
        self.decide_series(series.seen_to(local), None);
        if starts_at <= self.now() {
            let window = MaintenanceWindow { state: WindowState::InProgress, ..window };
            self.decide(Output::Window { window, by: None });
        }
        let Some(record) = self.records.windows.get(&id).cloned() else { return };
        let warnings = self.warnings(&record.window);
        if is_approved && warnings.is_empty() {
            self.announce(id, first_news(record.window.state), WINDOW_POLICY, None);
            return;
        }
        if !warnings.is_empty() {
            let facts = window_facts(id)
                .text("title", record.window.title.clone())
                .text("when", self.speech().window_span(&record.window));
            let text = self.speech().say("staff-series-collides", facts);
            let text = format!("{text}\n{}", warnings.join("\n"));
            self.notify_staff("window", text, None);
        }
        self.propose_window(&record);
    }

    /// Which moment is meant is for staff to say, by planning it.
    fn ask_about_occurrence(&mut self, series: &Series, none: &NoOneMoment) {
        let speech = self.speech();
        let facts = series_facts(series).text("question", self.ask_which(none, series.zone));
        let text = speech.say("staff-series-unclear", facts);
        let span = format!("{}s", series.length_s);
        let title = series.title.replace('\\', "\\\\").replace('"', "\\\"");
        let words = series
            .words
            .as_deref()
            .map(|words| format!(" \"{}\"", words.replace('\\', "\\\\").replace('"', "\\\"")));
        let commands = none.choices.map(|choice| {
            let facts = Facts::new()
                .text("targets", series.targets.join(","))
                .text("start", choice.to_string())
                .text("span", span.clone())
                .text("title", title.clone())
                .text("words", words.clone().unwrap_or_default())
                .text("zone", series.zone.name());
            speech.say("staff-series-choice", facts)
        });
        self.decide(Output::StaffNotice { text: text.clone() });
        let asking = Asking { text: &text, buttons: Vec::new(), commands: commands.join("\n") };
        self.ask_of_window(&asking);
    }

    fn decide_series(&mut self, series: Series, by: Option<&str>) {
        self.decide(Output::Series { series: Box::new(series), by: by.map(str::to_owned) });
    }

    /// Who announces one occurrence approves the announcements of those that follow, in the same
    /// words; says so.
    pub(super) fn approve_series(&mut self, window: &MaintenanceWindow, who: Person<'_>) -> String {
        let series = window.occurrence.and_then(|one| self.records.series.get(&one.series));
        let Some(series) = series.cloned() else { return String::new() };
        let is_reworded = series.words != window.words && self.later_than(window).next().is_none();
        if series.approved_by.is_some() && !is_reworded {
            return String::new();
        }
        let is_over = series.next.is_none();
        let approved_by = Some(who.by.to_owned());
        let series = Series { words: window.words.clone(), approved_by, ..series };
        self.decide_series(series, Some(who.by));
        if is_over {
            return String::new();
        }
        format!(" {}", self.speech().say("reply-series-approved", Facts::new()))
    }

    /// Other words of a series' latest window are those of the windows that follow it too, unless
    /// these would go public in them before anybody approved them; whether they are.
    pub(super) fn reword_following(
        &mut self,
        record: &WindowRecord,
        words: &str,
        who: Person<'_>,
    ) -> bool {
        let window = &record.window;
        let series = window.occurrence.and_then(|one| self.records.series.get(&one.series));
        let Some(series) = series.filter(|one| one.next.is_some()).cloned() else { return false };
        let is_safe = record.is_announced() || series.approved_by.is_none();
        if !is_safe || self.later_than(window).next().is_some() {
            return false;
        }
        self.decide_series(Series { words: Some(words.to_owned()), ..series }, Some(who.by));
        true
    }

    /// Windows of the same series that were made after this one.
    fn later_than(&self, window: &MaintenanceWindow) -> impl Iterator<Item = &WindowRecord> {
        let (id, own) = (window.id, window.occurrence.map(|one| one.series));
        let later = self.records.windows.values().filter(move |one| one.window.id > id);
        later.filter(move |one| own.is_some() && one.window.occurrence.map(|one| one.series) == own)
    }

    /// A window in none of these states, of a series that goes on.
    pub(super) fn outlived(&self, id: WindowId, states: &[WindowState]) -> Option<WindowRecord> {
        let record = self.records.windows.get(&id)?;
        let series = self.records.series.get(&record.window.occurrence?.series)?;
        let is_outlived = series.next.is_some() && !states.contains(&record.window.state);
        is_outlived.then(|| record.clone())
    }

    /// Ends the series of a window that is over, which stays as it is.
    pub(super) fn end_series(&mut self, record: &WindowRecord, who: Person<'_>) {
        let Some(series) = self.series_from(record) else { return };
        self.decide_series(Series { next: None, ..series }, Some(who.by));
        let speech = self.speech();
        let state = speech.window_state(record.window.state);
        let facts = window_facts(record.window.id).text("state", state);
        let text = speech.say("reply-series-ended", facts);
        self.reply(true, text);
    }

    /// The series that a window belongs to, unless a later window of it is open; else the person is
    /// told.
    fn series_from(&mut self, record: &WindowRecord) -> Option<Series> {
        let own = record.window.occurrence;
        let series = own.and_then(|one| self.records.series.get(&one.series)).cloned();
        let Some(series) = series else {
            let text = self.speech().say("reply-no-series", window_facts(record.window.id));
            self.reply(false, text);
            return None;
        };
        let is_open = |one: &&WindowRecord| one.window.state.is_open();
        let later = self.later_than(&record.window).find(is_open).map(|one| one.window.id);
        if let Some(later) = later {
            let facts = window_facts(record.window.id).text("later", later.to_string());
            let text = self.speech().say("reply-series-later", facts);
            self.reply(false, text);
            return None;
        }
        Some(series)
    }

    /// A window and all that follow it take place at another time of day, or on other days. One
    /// that has begun or is over stays as it is.
    pub(super) fn move_following(
        &mut self,
        record: &WindowRecord,
        moved: MaintenanceWindow,
        length_s: Option<u64>,
        repeat: Option<Box<Rule>>,
        who: Person<'_>,
    ) {
        let Some(series) = self.series_from(record) else { return };
        let first = plan::local_time(moved.starts_at, moved.zone);
        let rule =
            repeat.map_or_else(|| series.rule.clone(), |rule| *rule).settled(first, moved.zone);
        let is_planned = record.window.state == WindowState::Scheduled;
        let length = (moved.ends_at - moved.starts_at).max(TimeDelta::zero());
        let except = series.except.iter().copied().filter(|day| *day > first.date()).collect();
        let own_s = if is_planned { length.num_seconds().unsigned_abs() } else { series.length_s };
        let length_s = length_s.unwrap_or(own_s);
        let zone = moved.zone;
        let series = Series { zone, first, rule, length_s, except, latest: first, ..series };
        let series = match self.checked(series) {
            Ok(series) => series,
            Err(text) => return self.reply(false, text),
        };
        if !is_planned {
            return self.move_rest(record.window.id, series, who);
        }
        let occurrence = Some(Occurrence { series: series.id, local: first });
        self.decide_series(series, Some(who.by));
        let window = MaintenanceWindow { occurrence, ..moved };
        let key = "reply-window-moved-following";
        self.change_and_reply(window, Some(WindowNews::Moved), key, who);
    }

    /// What is still to come begins anew with the series' first, whose window is made in its time.
    fn move_rest(&mut self, id: WindowId, series: Series, who: Person<'_>) {
        let first = series.first;
        let latest = plan::local_time(self.now(), series.zone).min(first);
        let series = Series { latest, next: Some(first), ..series };
        let speech = self.speech();
        let text = speech.say("reply-series-moved", window_facts(id));
        let text = format!("{text} {}", speech.series(&series));
        self.decide_series(series, Some(who.by));
        self.reply(true, text);
    }

    /// Gives a window up; with `following`, all that would follow it; else its day is left out.
    pub(super) fn cancel_occurrence(
        &mut self,
        record: &WindowRecord,
        following: bool,
        who: Person<'_>,
    ) -> bool {
        if following {
            let Some(series) = self.series_from(record) else { return false };
            self.decide_series(Series { next: None, ..series }, Some(who.by));
            return true;
        }
        let Some(own) = record.window.occurrence else { return true };
        let series = self.records.series.get(&own.series).cloned();
        if let Some(mut series) = series.filter(|one| one.except.len() < EXCEPT_MAX) {
            series.except.insert(own.local.date());
            self.decide_series(series, Some(who.by));
        }
        true
    }

    /// Days that lie ahead are left out of the series that a window belongs to.
    pub(super) fn skip_days(&mut self, id: WindowId, days: &[NaiveDate], who: Person<'_>) {
        let record = self.records.windows.get(&id).cloned();
        let own = record.and_then(|one| one.window.occurrence);
        let series = own.and_then(|one| self.records.series.get(&one.series)).cloned();
        let Some(mut series) = series else {
            let text = self.speech().say("reply-no-series", window_facts(id));
            return self.reply(false, text);
        };
        if series.next.is_none() {
            let text = self.speech().say("reply-series-over", window_facts(id));
            return self.reply(false, text);
        }
        if let Err(text) = self.all_fall(&series, days) {
            return self.reply(false, text);
        }
        series.except.extend(days.iter().copied());
        if series.except.len() > EXCEPT_MAX {
            let facts = Facts::new().number("max", EXCEPT_MAX);
            let text = self.speech().say("reply-series-except-many", facts);
            return self.reply(false, text);
        }
        let latest = series.latest;
        let series = series.seen_to(latest);
        let text = self.speech().series(&series);
        self.decide_series(series, Some(who.by));
        self.reply(true, text);
    }
}

/// The latest of a series and what comes within a year of it.
fn times_of_a_year(series: &Series) -> impl Iterator<Item = NaiveDateTime> {
    let until = series.latest.checked_add_days(Days::new(LOOKED_DAYS));
    std::iter::successors(Some(series.latest), |local| series.following(*local))
        .take_while(move |local| until.is_some_and(|until| *local <= until))
}

/// The shortest time from one beginning to the next within a year.
fn closest(series: &Series) -> Option<TimeDelta> {
    let gaps = times_of_a_year(series).zip(times_of_a_year(series).skip(1));
    gaps.map(|(one, next)| next - one).min()
}

fn series_facts(series: &Series) -> Facts {
    Facts::new()
        .text("series", series.id.to_string())
        .text("title", series.title.clone())
        .text("rule", series.rule.to_string())
}

/// A local time for staff.
fn shown(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%d %H:%M").to_string()
}
