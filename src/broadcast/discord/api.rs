//! Discord's HTTP API, version 10: one request, one answer or one [`Trouble`].
//!
//! Before a request a rest is kept that Discord asked of this account, whoever of us was told.
//! Must not: try again, or let the token out of the one header it belongs in.

use std::fmt;

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
    domain::PostId,
    rests::{Rests, Route, Said},
};

use super::trouble::{Refusal, Trouble};

const JSON: &str = "application/json";
/// A hundred messages of the longest kind fit.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// What Discord asks bots to call themselves: a place and a version.
const USER_AGENT: &str = concat!("DiscordBot (Bellwether, ", env!("CARGO_PKG_VERSION"), ")");

/// A rest that Discord asks for is waited out when it is no longer than this.
const REST_WAITED_S_MAX: i64 = 5;
/// Others may be told of another rest meanwhile.
const RESTS_WAITED_MAX: usize = 3;

/// One account at Discord.
pub(super) struct Api {
    base: Url,
    token: SecretString,
    http: Http,
    clock: Clock,
    rests: Rests,
}

impl Api {
    /// An account at `base`, Discord's address without a path.
    pub(super) fn new(
        base: Url,
        token: SecretString,
        clock: &Clock,
        rests: Rests,
    ) -> Result<Self, SetUpError> {
        let http = Http::new(USER_AGENT, base.scheme() == "https", clock)?;
        Ok(Self { base, token, http, clock: clock.clone(), rests })
    }

    /// Asks for something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        self.ask(Method::GET, path, None).await
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
        self.ask(method, path, Some((JSON, body.unwrap_or_default()))).await
    }

    /// Writes a message.
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
        self.ask(Method::POST, &path, Some((&content_type, body))).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<T, Trouble> {
        let route = Route::of(method.as_str(), path);
        self.wait_out_a_rest(route.as_ref()).await?;
        let response = self.exchange(method, path, body).await?;
        self.read(response, route.as_ref()).await
    }

    /// Waits where it is not for long; else says for how long.
    async fn wait_out_a_rest(&self, route: Option<&Route>) -> Result<(), Trouble> {
        for _ in 0..RESTS_WAITED_MAX {
            let Some(left) = self.rests.left(self.clock.now(), route) else { return Ok(()) };
            if left > TimeDelta::seconds(REST_WAITED_S_MAX) {
                return Err(Trouble::Refused(Refusal::to_rest(left.to_std().ok())));
            }
            self.clock.sleep(left).await;
        }
        Ok(())
    }

    async fn exchange(
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

    async fn read<T: DeserializeOwned>(
        &self,
        response: Response,
        route: Option<&Route>,
    ) -> Result<T, Trouble> {
        let status = response.status();
        let pause = self.http.machine_pause(&response);
        let headers = response.headers().clone();
        let bytes = self.http.body(response, ANSWER_BYTES_MAX).await;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let of_body = bytes.as_deref().unwrap_or_default();
        let said = Said::read(status.as_u16(), header, of_body, &self.clock);
        self.rests.hear(self.clock.now(), route, said);
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
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.base.host_str().unwrap_or_default();
        write!(f, "Discord({}://{host}, token not shown)", self.base.scheme())
    }
}
