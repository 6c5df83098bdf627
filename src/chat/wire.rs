//! The chat's requests to Discord: like serenity's, with what Discord says of waiting, which
//! serenity's errors leave out. What it says holds back the whole account (`rests`).
//!
//! Must not: try again or wait (whoever asks decides), or let the token or an interaction's token
//! into an error.

use chrono::TimeDelta;
use reqwest_serenity::{
    Client, Method, RequestBuilder, Response, header,
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    clock::Clock,
    config::DiscordConfig,
    render::neutralise,
    rests::{Rests, Route, Said},
};

const REASON_LENGTH_MAX: usize = 120;
/// An answer that says no is short; more of it is not read.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
/// A hundred messages of the longest kind fit.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// The way to Discord.
pub(super) struct Wire {
    client: Client,
    base: String,
    token: SecretString,
    clock: Clock,
    rests: Rests,
}

/// What came of a request that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// Nobody can tell what became of it.
    NoAnswer,
    /// It was done; what was answered cannot be read.
    Unreadable,
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
}

impl Wire {
    pub(super) fn new(client: Client, config: &DiscordConfig, clock: &Clock, rests: Rests) -> Self {
        Self {
            client,
            base: config.api.as_str().trim_end_matches('/').to_owned(),
            token: config.token.clone(),
            clock: clock.clone(),
            rests,
        }
    }

    /// Sends one request with a body.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<(), Failed> {
        self.exchange(method, path, |request| with_json(request, body)).await.map(|_| ())
    }

    /// Sends one request with a body, and a picture beside it.
    pub(super) async fn send_with_picture(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        (name, picture): (&'static str, Vec<u8>),
    ) -> Result<(), Failed> {
        let picture = Part::bytes(picture).file_name(name).mime_str("image/png");
        let picture = picture.map_err(|_| Failed::NoAnswer)?;
        let form = Form::new().text("payload_json", body.to_string()).part("files[0]", picture);
        self.exchange(method, path, |request| request.multipart(form)).await.map(|_| ())
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        let response = self.exchange(Method::GET, path, |request| request).await?;
        read(response).await
    }

    /// Sends one request with a body, and reads what was made of it.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<T, Failed> {
        let response = self.exchange(method, path, |request| with_json(request, body)).await?;
        read(response).await
    }

    /// While Discord wants to be left alone, nothing is sent.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Failed> {
        let route = Route::of(method.as_str(), path);
        if let Some(pause) = self.rests.left(self.clock.now(), route.as_ref()) {
            let message = "Discord asked for a rest".to_owned();
            return Err(Failed::Refused { status: 429, code: 0, message, pause: Some(pause) });
        }
        let request = self
            .client
            .request(method, format!("{}/api/v10/{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bot {}", self.token.expose_secret()));
        let response = fill(request).send().await.map_err(|_| Failed::NoAnswer)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let hear = |body: &[u8]| {
            let said = Said::read(status.as_u16(), header, body, &self.clock);
            self.rests.hear(self.clock.now(), route.as_ref(), said);
            said
        };
        if status.is_success() {
            hear(&[]);
            return Ok(response);
        }
        let body = bytes(response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
        let message = neutralise(&refusal.message, REASON_LENGTH_MAX);
        let pause = hear(&body).rest;
        Err(Failed::Refused { status: status.as_u16(), code: refusal.code, message, pause })
    }
}

fn with_json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header(header::CONTENT_TYPE, "application/json").body(body.to_string())
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failed> {
    let bytes = bytes(response, ANSWER_BYTES_MAX).await.ok_or(Failed::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| Failed::Unreadable)
}

/// The whole body; `None` when it does not come, or is too long.
async fn bytes(mut response: Response, bytes_max: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if chunk.len() > bytes_max - bytes.len() {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    Some(bytes)
}

impl Failed {
    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::NoAnswer => "no answer".to_owned(),
            Self::Unreadable => "an answer that is not Discord's".to_owned(),
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
            Self::NoAnswer | Self::Unreadable => None,
        }
    }

    /// The status of the refusal.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::NoAnswer | Self::Unreadable => None,
        }
    }
}
