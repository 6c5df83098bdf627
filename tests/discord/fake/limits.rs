//! Rate limits as Discord keeps them: a bucket per route and major parameter, the global fifty a
//! second, and the count of invalid requests that ends in a ban.
//!
//! The figures are real-like; [`Limits::set`] changes one and [`Limits::off`] lifts them all.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde_json::json;

use super::{
    clock::{Moment, delta},
    http::{Reply, Request},
    route_pattern::Pattern,
};

/// Route, requests, window. The first that matches counts; the last matches all.
const BUCKETS: &[(&str, u32, Duration)] = &[
    ("POST /channels/*/messages", 5, Duration::from_secs(5)),
    ("PATCH /channels/*/messages/*", 5, Duration::from_secs(5)),
    ("DELETE /channels/*/messages/*", 5, Duration::from_secs(1)),
    ("POST /channels/*/messages/*/crosspost", 10, Duration::from_secs(3600)),
    ("PUT /channels/*/messages/*/reactions/*/*", 1, Duration::from_millis(250)),
    ("POST /channels/*/messages/*/threads", 50, Duration::from_secs(300)),
    ("POST /channels/*/threads", 50, Duration::from_secs(300)),
    ("PATCH /channels/*", 5, Duration::from_secs(15)),
    ("POST /users/@me/channels", 10, Duration::from_secs(10)),
    ("PUT /applications/*/guilds/*/commands", 2, Duration::from_secs(2)),
    ("PUT /applications/*/commands", 2, Duration::from_secs(2)),
    ("POST /guilds/*/scheduled-events", 5, Duration::from_secs(60)),
    ("* /webhooks/*/*", 5, Duration::from_secs(2)),
    ("* /webhooks/*/*/messages/*", 5, Duration::from_secs(2)),
    ("* **", 30, Duration::from_secs(5)),
];

/// Requests a second, over all routes but interactions'.
const GLOBAL_PER_SECOND: u32 = 50;

/// Invalid requests within [`INVALID_WINDOW`] that end in a ban.
const INVALID_MAX: usize = 10_000;
const INVALID_WINDOW: Duration = Duration::from_secs(600);

/// Whose limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This bot's, on this route.
    User,
    /// This bot's, everywhere.
    Global,
    /// Everybody's, on this resource: does not count as invalid.
    Shared,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Shared => "shared",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Window {
    used: u32,
    ends_at: Moment,
}

/// What a bucket looks like after a request, for the headers.
#[derive(Clone, Debug)]
pub struct Standing {
    bucket: String,
    limit: u32,
    remaining: u32,
    ends_at: Moment,
}

/// Every bucket's state and the counts.
#[derive(Debug)]
pub struct Limits {
    is_on: bool,
    global_per_second: u32,
    own: Vec<(Pattern, u32, Duration)>,
    windows: BTreeMap<String, Window>,
    global: VecDeque<Moment>,
    invalid: VecDeque<Moment>,
    too_many: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            is_on: true,
            global_per_second: GLOBAL_PER_SECOND,
            own: Vec::new(),
            windows: BTreeMap::new(),
            global: VecDeque::new(),
            invalid: VecDeque::new(),
            too_many: 0,
        }
    }
}

impl Limits {
    /// Gives the routes that match (`"POST /channels/*/messages"`) another limit.
    pub fn set(&mut self, route: &str, requests: u32, window: Duration) {
        self.own.insert(0, (Pattern::new(route), requests, window));
        self.windows.clear();
    }

    /// Changes the global limit.
    pub fn set_global(&mut self, per_second: u32) {
        self.global_per_second = per_second;
    }

    /// Lifts all limits.
    pub fn off(&mut self) {
        self.is_on = false;
    }

    /// Requests of the last ten minutes that were answered 401, 403 or 429 (but for a shared limit).
    pub fn invalid_requests(&self) -> usize {
        self.invalid.len()
    }

    /// Every 429 there was.
    pub fn too_many_requests(&self) -> usize {
        self.too_many
    }

    /// Whether the address is banned for its invalid requests.
    pub fn is_banned(&self) -> bool {
        self.invalid.len() > INVALID_MAX
    }

    /// Counts a request; refuses it if it is one too many.
    pub fn take(&mut self, request: &Request, now: Moment) -> Result<Option<Standing>, Reply> {
        self.invalid.retain(|at| now - *at < delta(INVALID_WINDOW));
        if self.is_banned() {
            let wait = Duration::from_secs(3600);
            return Err(Reply::plain(429, "error code: 1015").with("retry-after", wait.as_secs()));
        }
        let is_interaction =
            matches!(request.segments().first(), Some(&("interactions" | "webhooks")));
        if !self.is_on || (is_interaction && request.segments()[0] == "interactions") {
            return Ok(None);
        }
        if !is_interaction {
            self.take_global(now)?;
        }
        self.take_bucket(request, now).map(Some)
    }

    fn take_global(&mut self, now: Moment) -> Result<(), Reply> {
        self.global.retain(|at| now - *at < delta(Duration::from_secs(1)));
        if self.global.len() >= self.global_per_second as usize {
            let oldest = self.global.front().copied().unwrap_or(now);
            let wait = oldest + delta(Duration::from_secs(1)) - now;
            return Err(refusal(Scope::Global, wait.to_std().unwrap_or_default()));
        }
        self.global.push_back(now);
        Ok(())
    }

    fn take_bucket(&mut self, request: &Request, now: Moment) -> Result<Standing, Reply> {
        let (route, limit, window) = self.rule(request);
        let bucket = format!("{route} {}", request.major());
        let fresh = Window { used: 0, ends_at: now + delta(window) };
        let state = self.windows.entry(bucket.clone()).or_insert(fresh);
        if state.ends_at <= now {
            *state = fresh;
        }
        let Window { used, ends_at } = *state;
        let standing =
            Standing { bucket, limit, remaining: limit.saturating_sub(used + 1), ends_at };
        if used >= limit {
            let wait = (ends_at - now).to_std().unwrap_or_default();
            return Err(standing.on(refusal(Scope::User, wait), now));
        }
        state.used += 1;
        Ok(standing)
    }

    fn rule(&self, request: &Request) -> (String, u32, Duration) {
        let own =
            self.own.iter().map(|(pattern, limit, window)| (pattern.clone(), *limit, *window));
        let usual =
            BUCKETS.iter().map(|(route, limit, window)| (Pattern::new(route), *limit, *window));
        let found = own.chain(usual).find(|(pattern, ..)| pattern.matches(request));
        let (pattern, limit, window) = found.expect("the last bucket takes every route");
        (pattern.to_string(), limit, window)
    }

    /// Counts what was answered.
    pub fn note(&mut self, reply: &Reply, now: Moment) {
        let is_shared = reply.headers.iter().any(|(_, value)| value == "shared");
        if [401, 403, 429].contains(&reply.status) && !is_shared {
            self.invalid.push_back(now);
        }
        self.too_many += usize::from(reply.status == 429);
    }
}

impl Standing {
    /// Adds the headers that tell a bot where it stands.
    pub fn on(&self, reply: Reply, now: Moment) -> Reply {
        let after_ms = (self.ends_at - now).num_milliseconds().max(0);
        let seconds = |ms: i64| format!("{}.{:03}", ms / 1000, ms % 1000);
        let hash = self.bucket.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        reply
            .with("x-ratelimit-limit", self.limit)
            .with("x-ratelimit-remaining", self.remaining)
            .with("x-ratelimit-reset", seconds(self.ends_at.timestamp_millis()))
            .with("x-ratelimit-reset-after", seconds(after_ms))
            .with("x-ratelimit-bucket", format!("{hash:016x}"))
    }
}

/// The 429 of a scope.
pub fn refusal(scope: Scope, wait: Duration) -> Reply {
    let words = match scope {
        Scope::User | Scope::Global => "You are being rate limited.",
        Scope::Shared => "The resource is being rate limited.",
    };
    let is_global = scope == Scope::Global;
    let body = json!({ "message": words, "retry_after": wait.as_secs_f64(), "global": is_global });
    // The header is in whole seconds, rounded up; the body knows better.
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let reply =
        Reply::json(429, body).with("retry-after", whole).with("x-ratelimit-scope", scope.name());
    if is_global { reply.with("x-ratelimit-global", true) } else { reply }
}
