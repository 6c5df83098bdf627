//! Announced maintenance as scheduled events of the server, kept as things stand.
//!
//! Each round looks which events there are and does what is missing: a window's event is known by
//! the mark in its description, so that one that may have been made is found before another is. An
//! event is made while the window lies ahead, moved with it, begun and ended with it; one that
//! somebody deleted is made again, one that somebody else made is left alone. [`step`] decides and is
//! pure. Must not: decide what is true of a window (the public view says). Start at `keep`.

use std::sync::Arc;

use chrono::{SecondsFormat, TimeDelta};
use reqwest_serenity::Method;
use serde_json::{Value, json};
use serenity::all::{ScheduledEvent, UserId};

use crate::{
    clock::Clock,
    domain::{Limits, TextUnit, Timestamp, WindowState},
    engine::{View, WindowView},
    render,
};

use super::{
    Face,
    trouble::Trouble,
    wire::{Failed, Wire},
};

/// Between two rounds of looking.
const ROUND_EVERY: TimeDelta = TimeDelta::seconds(2);
/// What stands there is looked at so often even when nothing is heard of.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(10);
/// After Discord took something not, it is left alone for so long.
const REFUSED_FOR: TimeDelta = TimeDelta::minutes(2);
/// One request takes at most this long.
const PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// Events that are kept; Discord takes a hundred of everybody's.
const EVENTS_MAX: usize = 50;
/// An event cannot be made to begin in the past, nor at once.
const AHEAD_MIN: TimeDelta = TimeDelta::seconds(30);
const NAME: Limits = Limits::of(100, TextUnit::Characters);
const LOCATION: Limits = NAME;
const DESCRIPTION: Limits = Limits::of(900, TextUnit::Characters);

/// Discord's numbers for how an event stands.
mod status {
    pub(super) const SCHEDULED: u8 = 1;
    pub(super) const ACTIVE: u8 = 2;
    pub(super) const COMPLETED: u8 = 3;
    pub(super) const CANCELLED: u8 = 4;
}

/// An event as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What its description ends with: no other event has it.
    pub mark: String,
    /// Where the window stands.
    pub state: WindowState,
    /// At most 100 characters.
    pub name: String,
    /// With the mark, at most 1000 characters.
    pub description: String,
    /// At most 100 characters.
    pub location: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it is promised to end.
    pub ends_at: Timestamp,
}

/// An event as it stands in the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its own id.
    pub id: u64,
    /// Discord's number for how it stands.
    pub status: u8,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

/// One request to Discord.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Make an event.
    Make(Value),
    /// Change the event of this id.
    Change(u64, Value),
}

/// What the public view asks for.
pub fn wanted(view: &View) -> Vec<Wanted> {
    view.windows.iter().take(EVENTS_MAX).map(|window| wanted_of(view, window)).collect()
}

fn wanted_of(view: &View, window: &WindowView) -> Wanted {
    let mark = format!("bellwether:{}", window.uid);
    let text = window.news.first().map_or("", |news| news.text.as_str());
    let place =
        if window.servers.is_empty() { view.name.clone() } else { window.servers.join(", ") };
    Wanted {
        state: window.state,
        name: render::fit(&window.title, &NAME),
        description: format!("{}\n\n{mark}", render::fit(text, &DESCRIPTION)),
        location: render::fit(&place, &LOCATION),
        starts_at: window.starts_at,
        ends_at: window.ends_at.max(window.starts_at + TimeDelta::seconds(1)),
        mark,
    }
}

/// The next thing to do about a window, if anything is. `found` is its event that is not over.
pub fn step(now: Timestamp, wanted: &Wanted, found: Option<&Found>) -> Option<Step> {
    let Some(found) = found else {
        let lies_ahead = wanted.starts_at > now + AHEAD_MIN;
        let is_due = wanted.state == WindowState::Scheduled && lies_ahead;
        return is_due.then(|| Step::Make(made(wanted)));
    };
    let change = |body: Value| Some(Step::Change(found.id, body));
    match (wanted.state, found.status) {
        (WindowState::Cancelled, status::SCHEDULED) => change(json!({"status": status::CANCELLED})),
        (WindowState::InProgress | WindowState::Verifying | WindowState::Completed, 1) => {
            change(json!({"status": status::ACTIVE}))
        }
        (WindowState::Cancelled | WindowState::Completed, status::ACTIVE) => {
            change(json!({"status": status::COMPLETED}))
        }
        (WindowState::Scheduled, status::SCHEDULED)
        | (WindowState::InProgress | WindowState::Verifying, status::ACTIVE) => {
            let body = differences(now, wanted, found);
            if body.as_object().is_none_or(serde_json::Map::is_empty) { None } else { change(body) }
        }
        (
            WindowState::Scheduled
            | WindowState::InProgress
            | WindowState::Verifying
            | WindowState::Completed
            | WindowState::Cancelled,
            _,
        ) => None,
    }
}

fn made(wanted: &Wanted) -> Value {
    json!({
        "name": wanted.name,
        "description": wanted.description,
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": { "location": wanted.location },
        "scheduled_start_time": told(wanted.starts_at),
        "scheduled_end_time": told(wanted.ends_at),
    })
}

fn differences(now: Timestamp, wanted: &Wanted, found: &Found) -> Value {
    let mut body = json!({});
    if found.name != wanted.name {
        body["name"] = json!(wanted.name);
    }
    if found.description != wanted.description {
        body["description"] = json!(wanted.description);
    }
    let is_moved = found.starts_at.timestamp() != wanted.starts_at.timestamp();
    if is_moved && found.status == status::SCHEDULED && wanted.starts_at > now {
        body["scheduled_start_time"] = json!(told(wanted.starts_at));
    }
    if found.ends_at.map(|at| at.timestamp()) != Some(wanted.ends_at.timestamp())
        && wanted.ends_at > now
    {
        body["scheduled_end_time"] = json!(told(wanted.ends_at));
    }
    body
}

fn told(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The event that has the mark, the first that was made of several.
pub fn event_of<'f>(wanted: &Wanted, found: &'f [Found]) -> Option<&'f Found> {
    let own = found.iter().filter(|event| event.description.trim_end().ends_with(&wanted.mark));
    own.min_by_key(|event| event.id)
}

/// Keeps the server's events as things stand; never returns.
pub(super) async fn keep(face: Arc<Face>, wire: Arc<Wire>, guild: u64, us: UserId) {
    let clock = face.setup.clock.clone();
    let keeper = Keeper { clock, face, wire, guild, us };
    let mut view = keeper.face.house.view();
    let mut done: Option<(Timestamp, Vec<Wanted>)> = None;
    loop {
        let wanted = wanted(&view.borrow_and_update().clone());
        let now = keeper.clock.now();
        let is_done =
            done.as_ref().is_some_and(|(at, before)| *before == wanted && now - *at < LOOK_EVERY);
        // A server without windows is not asked for its events.
        let has_nothing_to_do = wanted.is_empty() && done.is_none();
        if !is_done && !has_nothing_to_do {
            done = match keeper.round(&wanted).await {
                Ok(()) => Some((now, wanted)),
                Err(failed) => {
                    keeper.note(&failed).await;
                    keeper.clock.sleep(failed.pause().unwrap_or(REFUSED_FOR)).await;
                    None
                }
            };
        }
        keeper.clock.sleep(ROUND_EVERY).await;
        if let Ok(Err(_)) = keeper.clock.timeout(LOOK_EVERY, view.changed()).await {
            // The desk is gone: the bot stops.
            return std::future::pending().await;
        }
    }
}

struct Keeper {
    clock: Clock,
    face: Arc<Face>,
    wire: Arc<Wire>,
    guild: u64,
    us: UserId,
}

impl Keeper {
    /// Looks and does, until nothing is left to do; each window's event takes a few steps at most.
    async fn round(&self, wanted: &[Wanted]) -> Result<(), Failed> {
        for _ in 0..3 {
            let path = format!("guilds/{}/scheduled-events", self.guild);
            let events: Vec<ScheduledEvent> = self.asked(self.wire.get(&path)).await?;
            let found: Vec<Found> = events.iter().filter_map(|one| self.found(one)).collect();
            let now = self.clock.now();
            let steps: Vec<Step> =
                wanted.iter().filter_map(|one| step(now, one, event_of(one, &found))).collect();
            if steps.is_empty() {
                self.face.is_over(&Trouble::EventsRefused);
                return Ok(());
            }
            for step in steps {
                self.take(step).await?;
            }
        }
        Ok(())
    }

    async fn take(&self, step: Step) -> Result<(), Failed> {
        match step {
            Step::Make(body) => {
                let path = format!("guilds/{}/scheduled-events", self.guild);
                self.asked(self.wire.send(Method::POST, &path, &body)).await
            }
            Step::Change(id, body) => {
                let path = format!("guilds/{}/scheduled-events/{id}", self.guild);
                self.asked(self.wire.send(Method::PATCH, &path, &body)).await
            }
        }
    }

    async fn asked<T>(
        &self,
        request: impl Future<Output = Result<T, Failed>>,
    ) -> Result<T, Failed> {
        let answered = self.clock.timeout(PATIENCE, request).await;
        answered.unwrap_or(Err(Failed::NoAnswer))
    }

    fn found(&self, event: &ScheduledEvent) -> Option<Found> {
        if event.creator_id != Some(self.us) {
            return None;
        }
        Some(Found {
            id: event.id.get(),
            status: u8::from(event.status),
            name: event.name.clone(),
            description: event.description.clone().unwrap_or_default(),
            starts_at: *event.start_time,
            ends_at: event.end_time.map(|at| *at),
        })
    }

    async fn note(&self, failed: &Failed) {
        tracing::warn!(reason = failed.words(), "maintenance is not shown as an event in Discord");
        if failed.status() == Some(403) {
            self.face.tell_staff(Trouble::EventsRefused).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time in a test")
    }

    fn wanted(state: WindowState) -> Wanted {
        Wanted {
            mark: "bellwether:0a".to_owned(),
            state,
            name: "New disks".to_owned(),
            description: "New disks.\n\nbellwether:0a".to_owned(),
            location: "Server One".to_owned(),
            starts_at: at("2026-12-01T22:00:00Z"),
            ends_at: at("2026-12-01T23:00:00Z"),
        }
    }

    fn found(status: u8) -> Found {
        let wanted = wanted(WindowState::Scheduled);
        Found {
            id: 7,
            status,
            name: wanted.name,
            description: wanted.description,
            starts_at: wanted.starts_at,
            ends_at: Some(wanted.ends_at),
        }
    }

    const NOW: &str = "2026-12-01T12:00:00Z";

    #[test]
    fn an_event_is_made_once_and_only_while_the_window_lies_ahead() {
        let scheduled = wanted(WindowState::Scheduled);
        assert!(matches!(step(at(NOW), &scheduled, None), Some(Step::Make(_))));
        assert_eq!(step(at(NOW), &scheduled, Some(&found(1))), None);
        assert_eq!(step(at("2026-12-01T21:59:45Z"), &scheduled, None), None);
        for state in [WindowState::InProgress, WindowState::Verifying, WindowState::Completed] {
            assert_eq!(step(at(NOW), &wanted(state), None), None);
        }
    }

    #[test]
    fn an_event_follows_its_window() {
        let change = |state, status: u8| match step(at(NOW), &wanted(state), Some(&found(status))) {
            Some(Step::Change(7, body)) => Some(body["status"].clone()),
            Some(other) => panic!("{other:?}"),
            None => None,
        };
        assert_eq!(change(WindowState::InProgress, 1), Some(json!(2)));
        assert_eq!(change(WindowState::InProgress, 2), None);
        assert_eq!(change(WindowState::Completed, 1), Some(json!(2)));
        assert_eq!(change(WindowState::Completed, 2), Some(json!(3)));
        assert_eq!(change(WindowState::Cancelled, 1), Some(json!(4)));
        assert_eq!(change(WindowState::Cancelled, 2), Some(json!(3)));
    }

    #[test]
    fn only_what_differs_is_changed() {
        let moved =
            Wanted { starts_at: at("2026-12-01T22:30:00Z"), ..wanted(WindowState::Scheduled) };
        let body = json!({"scheduled_start_time": "2026-12-01T22:30:00Z"});
        assert_eq!(step(at(NOW), &moved, Some(&found(1))), Some(Step::Change(7, body)));
        let longer =
            Wanted { ends_at: at("2026-12-01T23:30:00Z"), ..wanted(WindowState::InProgress) };
        let body = json!({"scheduled_end_time": "2026-12-01T23:30:00Z"});
        assert_eq!(step(at(NOW), &longer, Some(&found(2))), Some(Step::Change(7, body)));
    }

    #[test]
    fn of_two_with_the_same_mark_the_first_counts() {
        let others = [
            Found { id: 9, ..found(1) },
            found(1),
            Found { description: String::new(), ..found(1) },
        ];
        assert_eq!(event_of(&wanted(WindowState::Scheduled), &others).map(|one| one.id), Some(7));
    }
}
