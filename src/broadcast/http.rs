//! The HTTP that drivers share: one request, one answer or one [`Trouble`], and what a status means
//! for a post.
//!
//! Must not: try again, follow a redirect, use a proxy, keep connections, read more than a bounded
//! answer, or let a URL, a token or a body into an error.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Client, IntoUrl, Method, RequestBuilder, Response, Url, redirect};
use url::Host;

use crate::{
    clock::Clock,
    domain::{DestinationId, Timestamp},
    event::SendError,
    render::neutralise,
};

use super::{BuildError, pause, reason, tls};

/// What most drivers call themselves.
pub(super) const USER_AGENT: &str = concat!("bellwether/", env!("CARGO_PKG_VERSION"));

/// A wrong token or a missing permission is mended by a person: ask slowly.
pub(super) const DENIED_PAUSE: Duration = Duration::from_secs(300);

const CONNECT_TIMEOUT_S: i64 = 5;
const ANSWER_TIMEOUT_S: i64 = 15;
const BODY_TIMEOUT_S: i64 = 5;
const REASON_LENGTH_MAX: usize = 120;
/// Shorter parts of a secret are words.
const SECRET_LENGTH_MIN: usize = 8;

/// A client of one account or room.
#[derive(Clone)]
pub(super) struct Http {
    client: Client,
    clock: Clock,
}

/// Why a client cannot be set up.
pub(super) enum SetUpError {
    Tls(rustls::Error),
    Client(reqwest::Error),
}

/// A request that came to no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It did not leave.
    NotSent(String),
    /// It may have been heard.
    Unanswered(String),
}

/// An answer, read to its end.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// How long it asks to wait, in the clock's time.
    pub(super) pause: Option<Duration>,
    /// What the other side's clock shows, when it says.
    pub(super) date: Option<Timestamp>,
    /// The whole body; `None` when it did not come, or is too long.
    pub(super) body: Option<Vec<u8>>,
}

impl Http {
    /// A client that calls itself `user_agent`.
    pub(super) fn new(user_agent: &str, is_https: bool, clock: &Clock) -> Result<Self, SetUpError> {
        let tls = tls::client_config(is_https).map_err(SetUpError::Tls)?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(user_agent)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(clock.real(TimeDelta::seconds(CONNECT_TIMEOUT_S)))
            .build()
            .map_err(SetUpError::Client)?;
        Ok(Self { client, clock: clock.clone() })
    }

    /// A request to be filled in and [sent](Self::send).
    pub(super) fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request and waits for the answer's head.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let request = request.build().map_err(|error| {
            Trouble::NotSent(format!("no request: {}", reason::in_few_words(&error)))
        })?;
        let answer = self.client.execute(request);
        match self.clock.timeout(TimeDelta::seconds(ANSWER_TIMEOUT_S), answer).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) if error.is_connect() || error.is_builder() => {
                Err(Trouble::NotSent(reason::in_few_words(&error)))
            }
            Ok(Err(error)) => Err(Trouble::Unanswered(reason::in_few_words(&error))),
            Err(_) => Err(Trouble::Unanswered("timeout".to_owned())),
        }
    }

    /// Sends a request and reads the answer, of at most so many bytes.
    pub(super) async fn ask(
        &self,
        request: RequestBuilder,
        bytes_max: usize,
    ) -> Result<Answer, Trouble> {
        let response = self.send(request).await?;
        let (status, pause) = (response.status().as_u16(), self.pause(&response));
        let date = pause::date(response.headers());
        Ok(Answer { status, pause, date, body: self.body(response, bytes_max).await })
    }

    /// How long an answer asks to wait, in the clock's time.
    pub(super) fn pause(&self, response: &Response) -> Option<Duration> {
        // The other side's seconds are the machine's; the outbox counts in the clock's.
        self.machine_pause(response).map(|pause| self.clock.scaled(pause))
    }

    /// How long an answer asks to wait, in the machine's time.
    pub(super) fn machine_pause(&self, response: &Response) -> Option<Duration> {
        pause::asked(response.status().as_u16(), response.headers(), self.clock.wall())
    }

    /// The whole body; `None` when it does not come, or is too long.
    pub(super) async fn body(&self, response: Response, bytes_max: usize) -> Option<Vec<u8>> {
        let (bytes, is_whole) = self.beginning(response, bytes_max).await;
        is_whole.then_some(bytes)
    }

    /// As much of a body as comes in time and fits, and whether that is all of it.
    pub(super) async fn beginning(
        &self,
        mut response: Response,
        bytes_max: usize,
    ) -> (Vec<u8>, bool) {
        let mut bytes = Vec::new();
        let reading = async {
            loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => {
                        let room = bytes_max - bytes.len();
                        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                        if chunk.len() > room {
                            return false;
                        }
                    }
                    Ok(None) => return true,
                    Err(_) => return false,
                }
            }
        };
        let limit = TimeDelta::seconds(BODY_TIMEOUT_S);
        let is_whole = self.clock.timeout(limit, reading).await.unwrap_or(false);
        (bytes, is_whole)
    }
}

impl Answer {
    /// What it means for a post, when the status says that it was not taken; `reason` in few words.
    pub(super) fn refusal(&self, reason: String) -> SendError {
        refusal(self.status, self.pause, reason)
    }

    /// Whether what was asked was done.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

impl Trouble {
    /// What it means for a post that the request was to make.
    pub(super) fn of_sending(self) -> SendError {
        match self {
            Self::NotSent(reason) => SendError::RetryAfter { after: None, reason },
            Self::Unanswered(reason) => SendError::Unknown(reason),
        }
    }

    /// What it means for a post when the request was only to prepare it: nothing has left.
    pub(super) fn of_preparing(self) -> SendError {
        let (Self::NotSent(reason) | Self::Unanswered(reason)) = self;
        SendError::RetryAfter { after: None, reason }
    }

    /// In words.
    pub(super) fn words(self) -> String {
        let (Self::NotSent(reason) | Self::Unanswered(reason)) = self;
        reason
    }
}

impl SetUpError {
    /// The error of the destination whose client it was to be.
    pub(super) fn of(self, destination: &DestinationId) -> BuildError {
        let destination = destination.clone();
        match self {
            Self::Tls(source) => BuildError::Tls { destination, source },
            Self::Client(source) => BuildError::Client { destination, source },
        }
    }
}

/// What a status that is no success means for a post. 5xx and the like: the other side may have
/// kept it before it broke.
pub(super) fn refusal(status: u16, pause: Option<Duration>, reason: String) -> SendError {
    match status {
        401 | 403 => {
            let after = Some(pause.unwrap_or_default().max(DENIED_PAUSE));
            SendError::RetryAfter { after, reason }
        }
        408 | 425 | 429 => SendError::RetryAfter { after: pause, reason },
        503 if pause.is_some() => SendError::RetryAfter { after: pause, reason },
        500..=599 => SendError::Unknown(reason),
        300..=399 => SendError::Rejected(format!("{reason} (redirects are not followed)")),
        _ => SendError::Rejected(reason),
    }
}

/// The number of a status, as a reason.
pub(super) fn status_words(status: u16) -> String {
    format!("status {status}")
}

/// What a refusal says, as one harmless line after a colon; nothing if it is no text or repeats one
/// of `secrets`. Only for words that were public: what is said about others may repeat them, and a
/// reason is kept where nothing can be forgotten.
pub(super) fn said<'s>(body: &[u8], secrets: impl IntoIterator<Item = &'s str>) -> String {
    let Ok(text) = std::str::from_utf8(body) else { return String::new() };
    let words = neutralise(text, REASON_LENGTH_MAX);
    let is_told =
        secrets.into_iter().any(|part| part.len() >= SECRET_LENGTH_MIN && text.contains(part));
    if words.is_empty() || is_told { String::new() } else { format!(": {words}") }
}

/// The address of a server that a secret is sent to: only over TLS, or on this machine.
pub(super) fn safe_base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (is_safe && is_bare && !url.cannot_be_a_base()).then_some(url)
}
