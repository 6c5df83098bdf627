//! How long Discord wants to be left alone by our account, known to all who use it.
//!
//! The chat and the driver ask with the same token, and Discord counts them as one. What either is
//! told (a 429 for one route or for everything, a route that has nothing left to give) holds both
//! back until it is over. Cheap to clone; `app` hands the same one to all. Must not: wait (whoever
//! asks decides how long is too long), or keep a token of an interaction.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::clock::Clock;

type Timestamp = DateTime<Utc>;

/// Routes that are remembered; those whose rest is over are forgotten first.
const ROUTES_MAX: usize = 1000;
/// Discord asks for hours at most.
const REST_MAX: TimeDelta = TimeDelta::days(1);
const TOO_MANY_REQUESTS: u16 = 429;

/// What must be left alone, and until when.
#[derive(Clone, Debug, Default)]
pub struct Rests(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    everything: Option<Timestamp>,
    routes: BTreeMap<Route, Timestamp>,
}

/// What Discord limits by itself: a kind of request in one channel or server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route(String);

impl Route {
    /// The route of a request for `path` (`channels/7/messages?limit=1`). Answers to interactions
    /// have none: they have limits of their own, and the account's do not bind them.
    pub fn of(method: &str, path: &str) -> Option<Self> {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let segments: Vec<&str> = path.split('/').collect();
        if matches!(segments.first(), Some(&("interactions" | "webhooks"))) {
            return None;
        }
        let is_id = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let kept = segments.iter().enumerate().map(|(place, segment)| {
            let is_whose = place == 1 && matches!(segments[0], "channels" | "guilds");
            if is_id(segment) && !is_whose { "*" } else { *segment }
        });
        Some(Self(format!("{method} {}", kept.collect::<Vec<_>>().join("/"))))
    }
}

/// What an answer says of resting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// How long to wait, in the clock's time; `None`: go on.
    pub rest: Option<TimeDelta>,
    /// It holds for every route.
    pub is_for_everything: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    retry_after: Option<f64>,
    global: bool,
}

impl Said {
    /// Of an answer's status, its headers and what was read of its body.
    pub fn read<'h>(
        status: u16,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &[u8],
        clock: &Clock,
    ) -> Self {
        let seconds = |name: &str| header(name).and_then(|text| text.trim().parse::<f64>().ok());
        if status != TOO_MANY_REQUESTS {
            let is_used_up = header("x-ratelimit-remaining") == Some("0");
            let rest = seconds("x-ratelimit-reset-after").filter(|_| is_used_up);
            return Self { rest: span(rest, clock), is_for_everything: false };
        }
        let refusal: Refusal = serde_json::from_slice(body).unwrap_or_default();
        let longest =
            [seconds("retry-after"), refusal.retry_after].into_iter().flatten().reduce(f64::max);
        let is_for_everything = refusal.global
            || header("x-ratelimit-global") == Some("true")
            || header("x-ratelimit-scope") == Some("global");
        Self { rest: span(longest, clock), is_for_everything }
    }
}

/// Seconds of Discord's, which are the machine's, in the clock's time.
fn span(seconds: Option<f64>, clock: &Clock) -> Option<TimeDelta> {
    let real = Duration::try_from_secs_f64(seconds?.max(0.0)).ok()?;
    Some(TimeDelta::from_std(clock.scaled(real)).ok()?.min(REST_MAX))
}

impl Rests {
    /// Takes in what was said to a request on `route`. A rest is never made shorter.
    pub fn hear(&self, now: Timestamp, route: Option<&Route>, said: Said) {
        let (Some(route), Some(rest)) = (route, said.rest) else { return };
        let until = now + rest;
        let mut known = self.known();
        if said.is_for_everything {
            known.everything = known.everything.max(Some(until));
            return;
        }
        if known.routes.len() >= ROUTES_MAX {
            known.routes.retain(|_, until| *until > now);
        }
        if known.routes.len() < ROUTES_MAX || known.routes.contains_key(route) {
            let kept = known.routes.entry(route.clone()).or_insert(until);
            *kept = until.max(*kept);
        }
    }

    /// How long `route` must still be left alone.
    pub fn left(&self, now: Timestamp, route: Option<&Route>) -> Option<TimeDelta> {
        let known = self.known();
        let until = known.everything.max(known.routes.get(route?).copied());
        until.map(|until| until - now).filter(|left| *left > TimeDelta::zero())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str) -> Option<Route> {
        Route::of(method, path)
    }

    fn said(status: u16, headers: &[(&str, &'static str)], body: &str) -> Said {
        let header =
            |name: &str| headers.iter().find(|(one, _)| *one == name).map(|(_, value)| *value);
        Said::read(status, header, body.as_bytes(), &Clock::system())
    }

    #[test]
    fn a_route_is_a_kind_of_request_in_one_channel() {
        assert_eq!(
            route("PATCH", "channels/7/messages/12"),
            route("PATCH", "channels/7/messages/99")
        );
        assert_eq!(
            route("GET", "channels/7/messages?limit=1"),
            route("GET", "channels/7/messages")
        );
        assert_ne!(route("POST", "channels/7/messages"), route("POST", "channels/8/messages"));
        assert_ne!(route("POST", "channels/7/messages"), route("GET", "channels/7/messages"));
        assert_eq!(route("POST", "interactions/7/secret/callback"), None);
        assert_eq!(route("PATCH", "webhooks/7/secret/messages/@original"), None);
    }

    #[test]
    fn the_longer_of_two_waits_is_kept_and_nonsense_is_none() {
        let rest = |status, headers: &[(&str, &'static str)], body: &str| {
            let said = said(status, headers, body);
            (said.rest.map(|rest| rest.num_milliseconds()), said.is_for_everything)
        };
        let both = [("retry-after", "1"), ("x-ratelimit-scope", "user")];
        assert_eq!(rest(429, &both, r#"{"retry_after":64.57}"#), (Some(64_570), false));
        assert_eq!(rest(429, &[], r#"{"retry_after":0.3,"global":true}"#), (Some(300), true));
        let global = [("retry-after", "2"), ("x-ratelimit-global", "true")];
        assert_eq!(rest(429, &global, "<html>"), (Some(2000), true));
        assert_eq!(rest(429, &[("retry-after", "soon")], ""), (None, false));
        assert_eq!(rest(429, &[("retry-after", "-3")], ""), (Some(0), false));
        assert_eq!(rest(429, &[("retry-after", "1e30")], ""), (None, false));
        let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset-after", "1.5")];
        assert_eq!(rest(200, &last, ""), (Some(1500), false));
        let more = [("x-ratelimit-remaining", "3"), ("x-ratelimit-reset-after", "1.5")];
        assert_eq!(rest(200, &more, ""), (None, false));
    }

    #[test]
    fn what_one_is_told_holds_all_back_until_it_is_over() {
        let (rests, now) = (Rests::default(), Timestamp::UNIX_EPOCH);
        let (one, other) = (route("POST", "channels/7/messages"), route("GET", "users/@me"));
        let seconds = TimeDelta::seconds;
        let said = |rest, is_for_everything| Said { rest: Some(seconds(rest)), is_for_everything };
        let with_others = rests.clone();
        with_others.hear(now, one.as_ref(), said(5, false));
        assert_eq!(rests.left(now, one.as_ref()), Some(seconds(5)));
        assert_eq!(rests.left(now, other.as_ref()), None);
        with_others.hear(now, one.as_ref(), said(2, false));
        assert_eq!(rests.left(now, one.as_ref()), Some(seconds(5)), "never shorter");
        with_others.hear(now, other.as_ref(), said(9, true));
        assert_eq!(rests.left(now, one.as_ref()), Some(seconds(9)));
        assert_eq!(rests.left(now, None), None, "answers to interactions are free of it");
        assert_eq!(rests.left(now + seconds(9), one.as_ref()), None);
    }
}
