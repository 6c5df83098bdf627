//! The requests that bring answers to people: like serenity's, with what Discord says of waiting,
//! which serenity's errors leave out.
//!
//! Must not: try again (whoever asks decides), or let the token or an interaction's token into an
//! error.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use reqwest_serenity::{Client, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::{clock::Clock, config::DiscordConfig, domain::Timestamp, render::neutralise};

const REASON_LENGTH_MAX: usize = 120;
/// An answer that says no is short; more of it is not read.
const REFUSAL_BYTES_MAX: u64 = 64 << 10;

/// The way to Discord for answers.
pub(super) struct Wire {
    client: Client,
    base: String,
    token: SecretString,
    clock: Clock,
    /// Discord wants nothing at all of us before this.
    rests_until: Mutex<Option<Timestamp>>,
}

/// What came of a request that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// Nobody can tell what became of it.
    NoAnswer,
    /// Discord said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code, 0 when it named none.
        code: i64,
        /// What it said, harmless.
        message: String,
        /// How long it asks to wait.
        pause: Option<TimeDelta>,
    },
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: i64,
    message: String,
    retry_after: Option<f64>,
    global: bool,
}

impl Wire {
    pub(super) fn new(client: Client, config: &DiscordConfig, clock: &Clock) -> Self {
        Self {
            client,
            base: config.api.as_str().trim_end_matches('/').to_owned(),
            token: config.token.clone(),
            clock: clock.clone(),
            rests_until: Mutex::default(),
        }
    }

    /// Sends one request. While Discord wants to be left alone by the whole account, it is not sent.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<(), Failed> {
        if let Some(pause) = self.rest_left() {
            let message = "Discord asked for a rest".to_owned();
            return Err(Failed::Refused { status: 429, code: 0, message, pause: Some(pause) });
        }
        let request = self
            .client
            .request(method, format!("{}/api/v10/{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bot {}", self.token.expose_secret()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        let response = request.send().await.map_err(|_| Failed::NoAnswer)?;
        if response.status().is_success() {
            return Ok(());
        }
        let status = response.status().as_u16();
        let header = response.headers().get(header::RETRY_AFTER);
        let header = header.and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
        let is_short = response.content_length().is_some_and(|length| length <= REFUSAL_BYTES_MAX);
        let body = if is_short { response.bytes().await.unwrap_or_default() } else { "".into() };
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        let pause = self.longer(header, refusal.retry_after);
        if let Some(pause) = pause.filter(|_| refusal.global) {
            self.rest(pause);
        }
        let message = neutralise(&refusal.message, REASON_LENGTH_MAX);
        Err(Failed::Refused { status, code: refusal.code, message, pause })
    }

    /// The longer of two waits in the machine's seconds, in the clock's time.
    fn longer(&self, one: Option<f64>, other: Option<f64>) -> Option<TimeDelta> {
        let seconds = [one, other].into_iter().flatten().reduce(f64::max)?;
        let pause = Duration::try_from_secs_f64(seconds.max(0.0)).ok()?;
        TimeDelta::from_std(self.clock.scaled(pause)).ok()
    }

    fn rest(&self, pause: TimeDelta) {
        let until = self.clock.now().checked_add_signed(pause);
        let mut rests_until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        *rests_until = until.max(*rests_until);
    }

    fn rest_left(&self) -> Option<TimeDelta> {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until - self.clock.now()).filter(|left| *left > TimeDelta::zero())
    }
}

impl Failed {
    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::NoAnswer => "no answer".to_owned(),
            Self::Refused { status, code, message, .. } => {
                format!("{status}, code {code}: {message}")
            }
        }
    }

    /// Whether Discord said that it did nothing, for now.
    pub(super) fn is_turned_back(&self) -> bool {
        matches!(self, Self::Refused { status: 429, .. })
    }

    /// How long it asks to wait.
    pub(super) fn pause(&self) -> Option<TimeDelta> {
        match self {
            Self::Refused { pause, .. } => *pause,
            Self::NoAnswer => None,
        }
    }
}
