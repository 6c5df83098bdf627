//! Discord's HTTP API, version 10: one request, one answer or one [`Trouble`].
//!
//! Must not: try again, or let the token out of the one header it belongs in.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use reqwest::{Method, Response, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    broadcast::{
        http::{self, Http, SetUpError},
        multipart::Form,
        picture::{Drawn, FILE_NAME, MEDIA_TYPE},
    },
    clock::Clock,
    domain::{PostId, Timestamp},
};

use super::trouble::{Refusal, Trouble};

const JSON: &str = "application/json";
/// A hundred messages of the longest kind fit.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// What Discord asks bots to call themselves: a place and a version.
const USER_AGENT: &str = concat!("DiscordBot (Bellwether, ", env!("CARGO_PKG_VERSION"), ")");

/// One account at Discord.
pub(super) struct Api {
    base: Url,
    token: SecretString,
    http: Http,
    clock: Clock,
    /// Discord said that nothing more may be asked of a route before this.
    rests_until: Mutex<Option<Timestamp>>,
}

impl Api {
    /// An account at `base`, Discord's address without a path.
    pub(super) fn new(base: Url, token: SecretString, clock: &Clock) -> Result<Self, SetUpError> {
        let http = Http::new(USER_AGENT, base.scheme() == "https", clock)?;
        let rests_until = Mutex::default();
        Ok(Self { base, token, http, clock: clock.clone(), rests_until })
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        let response = self.ask(Method::GET, path, None).await?;
        self.read(response).await
    }

    /// Makes, changes or takes back something, with a body where there is one.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Trouble> {
        // Strings, numbers and flags only: this cannot fail, and an empty body would be refused.
        let body = body.map(|body| serde_json::to_vec(body).unwrap_or_default());
        let response = self.ask(method, path, Some((JSON, body.unwrap_or_default()))).await?;
        self.read(response).await
    }

    /// Writes a message, and remembers when Discord will hear no more of them for a while.
    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        channel: u64,
        message: &impl Serialize,
        picture: Option<(&PostId, &Drawn<'_>)>,
    ) -> Result<T, Trouble> {
        let path = format!("channels/{channel}/messages");
        let json = serde_json::to_vec(message).unwrap_or_default();
        let (content_type, body) = match picture {
            None => (JSON.to_owned(), json),
            Some((post, drawn)) => Form::about(post)
                .field("payload_json", JSON, &json)
                .file("files[0]", FILE_NAME, MEDIA_TYPE, &drawn.png)
                .finish(),
        };
        let response = self.ask(Method::POST, &path, Some((&content_type, body))).await?;
        self.rest(&response);
        self.read(response).await
    }

    /// How long Discord last asked to be left alone with messages, in the clock's time.
    pub(super) fn rest_left(&self) -> Option<TimeDelta> {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.map(|until| until - self.clock.now()).filter(|left| *left > TimeDelta::zero())
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Response, Trouble> {
        let url = self.base.join(&format!("/api/v10/{path}"));
        let url = url.map_err(|_| Trouble::NotSent("no request: bad address".to_owned()))?;
        let token = format!("Bot {}", self.token.expose_secret());
        let mut request = self.http.request(method, url).header(header::AUTHORIZATION, token);
        if let Some((content_type, body)) = body {
            request = if body.is_empty() {
                request.header(header::CONTENT_LENGTH, 0)
            } else {
                request.header(header::CONTENT_TYPE, content_type).body(body)
            };
        }
        self.http.send(request).await.map_err(|trouble| match trouble {
            http::Trouble::NotSent(reason) => Trouble::NotSent(reason),
            http::Trouble::Unanswered(reason) => Trouble::Unanswered(reason),
        })
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Trouble> {
        let status = response.status();
        let pause = self.http.machine_pause(&response);
        let bytes = self.http.body(response, ANSWER_BYTES_MAX).await;
        if !status.is_success() {
            let refusal = Refusal::read(status.as_u16(), pause, bytes.as_deref());
            let pause = refusal.pause.map(|pause| self.clock.scaled(pause));
            return Err(Trouble::Refused(Refusal { pause, ..refusal }));
        }
        // No content is an answer too: to a deletion.
        let bytes = bytes.ok_or(Trouble::Unreadable)?;
        let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(text).map_err(|_| Trouble::Unreadable)
    }

    /// Remembers that a route has nothing left to give for a while.
    fn rest(&self, response: &Response) {
        let said = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if said("x-ratelimit-remaining") != Some("0") {
            return;
        }
        let seconds = said("x-ratelimit-reset-after").and_then(|text| text.parse::<f64>().ok());
        let rest = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let rest = rest.and_then(|rest| TimeDelta::from_std(self.clock.scaled(rest)).ok());
        if let Some(rest) = rest {
            let until = self.clock.now().checked_add_signed(rest);
            *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        }
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.base.host_str().unwrap_or_default();
        write!(f, "Discord({}://{host}, token not shown)", self.base.scheme())
    }
}
