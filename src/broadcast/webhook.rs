//! The `webhook` driver: one signed POST, as the Standard Webhooks specification 1.0 has it.
//!
//! `webhook-id` is the `PostId`, so a receiver recognises a second send; `webhook-signature` is
//! `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`. The body depends on the decision
//! alone and is the same on every attempt. A recipient's account goes in the header
//! [`RECIPIENT_HEADER`], percent-encoded, because it may be forgotten between two attempts.
//!
//! Must not: follow a redirect, use a proxy, keep connections, or say more of the URL than scheme
//! and host.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose};
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use sha2::Sha256;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Audience, Destination, Limits, PostId, TextUnit, Timestamp},
    event::{Post, PostAction, Receipt, Resolution, SendError},
    render::neutralise,
};

use super::{BuildError, Driver, Registration, Sending, reason, retry_after, tls};

const URL: OptionSpec = OptionSpec {
    name: "url",
    required: true,
    secret: false,
    expects: "an http:// or https:// URL without user or password",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::EVERY_AUDIENCE,
};
const SECRET: OptionSpec = OptionSpec {
    name: "secret",
    required: true,
    secret: true,
    expects: "whsec_ and base64, or plain text, of at least 16 bytes",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::EVERY_AUDIENCE,
};

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "webhook",
        options: &[URL, SECRET],
        limits: Limits::of(20_000, TextUnit::Characters),
        account: None,
        abilities: DriverSpec::plain,
    },
    build,
};

/// The header that names the account of a post's recipient.
pub const RECIPIENT_HEADER: &str = "bellwether-recipient";

const CONNECT_TIMEOUT_S: i64 = 5;
const ANSWER_TIMEOUT_S: i64 = 15;
const REASON_TIMEOUT_S: i64 = 2;
/// A wrong token is mended by a person: ask slowly.
const DENIED_PAUSE_S: i64 = 300;
const KEY_BYTES_MIN: usize = 16;
const ANSWER_BYTES_MAX: usize = 64 << 10;
const REASON_LENGTH_MAX: usize = 120;
/// Shorter parts of a URL are words, not tokens.
const TOKEN_LENGTH_MIN: usize = 8;

/// Sends signed POSTs to one URL.
pub struct Webhook {
    url: Url,
    key: SecretSlice<u8>,
    client: Client,
    clock: Clock,
}

impl Webhook {
    /// Sends to the destination's `url`, signing with its `secret`.
    ///
    /// # Errors
    ///
    /// An option is missing or not as it must be, or the HTTP client cannot be set up.
    pub fn new(
        destination: &Destination,
        secrets: &Secrets,
        clock: &Clock,
    ) -> Result<Self, BuildError> {
        let wrong = |option: &OptionSpec| BuildError::Option {
            destination: destination.id.clone(),
            option: option.name,
            expected: option.expects,
        };
        let url = destination.options.get(URL.name).and_then(|text| usable_url(text));
        let key = secrets.get(&destination.id, SECRET.name);
        let key = key.and_then(|secret| signing_key(secret.expose_secret()));
        let url = url.ok_or_else(|| wrong(&URL))?;
        let tls = tls::client_config(url.scheme() == "https")
            .map_err(|source| BuildError::Tls { destination: destination.id.clone(), source })?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("bellwether/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(clock.real(TimeDelta::seconds(CONNECT_TIMEOUT_S)))
            .build()
            .map_err(|source| BuildError::Client { destination: destination.id.clone(), source })?;
        Ok(Self { url, key: key.ok_or_else(|| wrong(&SECRET))?, client, clock: clock.clone() })
    }

    async fn post(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let body = body(sending.post, sending.decided_at);
        let request = self.request(sending, body).build().map_err(|error| {
            SendError::Rejected(format!("no request: {}", reason::in_few_words(&error)))
        })?;
        let answer = self.client.execute(request);
        match self.clock.timeout(TimeDelta::seconds(ANSWER_TIMEOUT_S), answer).await {
            Ok(Ok(response)) => self.judge(response, sending.post.audience).await,
            Ok(Err(error)) if error.is_connect() || error.is_builder() => {
                let reason = reason::in_few_words(&error);
                Err(SendError::RetryAfter { after: None, reason })
            }
            Ok(Err(error)) => Err(SendError::Unknown(reason::in_few_words(&error))),
            Err(_) => Err(SendError::Unknown("timeout".to_owned())),
        }
    }

    fn request(&self, sending: Sending<'_>, body: Vec<u8>) -> reqwest::RequestBuilder {
        let timestamp = self.clock.wall().timestamp();
        let signature = sign(self.key.expose_secret(), &sending.post.id, timestamp, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", sending.post.id.as_str())
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        match sending.recipient {
            Some(account) => request.header(RECIPIENT_HEADER, percent_encoded(account)),
            None => request,
        }
    }

    async fn judge(&self, response: Response, audience: Audience) -> Result<Receipt, SendError> {
        let status = response.status();
        let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let (asked, date) = (said(header::RETRY_AFTER), said(header::DATE));
        // The other side's seconds are the machine's; the outbox counts in the clock's.
        let pause = retry_after::pause(asked, date, self.clock.wall());
        let pause = pause.map(|pause| self.clock.scaled(pause));
        match verdict(status, pause) {
            Err(SendError::Rejected(reason)) => {
                // What is said about words for one person or for staff may repeat them, and the
                // reason is kept where nothing can be forgotten.
                let words = match audience {
                    Audience::Public => self.words_of(response).await,
                    Audience::Staff | Audience::Reporters => String::new(),
                };
                Err(SendError::Rejected(reason + &words))
            }
            other => other,
        }
    }

    /// What a refusal says, as one harmless line after a colon; nothing if it is no text or repeats
    /// a secret.
    async fn words_of(&self, mut response: Response) -> String {
        let mut bytes = Vec::new();
        let reading = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                let room = ANSWER_BYTES_MAX - bytes.len();
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if bytes.len() == ANSWER_BYTES_MAX {
                    break;
                }
            }
        };
        // What came in time is enough: the status has decided already.
        let _ = self.clock.timeout(TimeDelta::seconds(REASON_TIMEOUT_S), reading).await;
        let Ok(text) = String::from_utf8(bytes) else { return String::new() };
        let words = neutralise(&text, REASON_LENGTH_MAX);
        if words.is_empty() || self.repeats_a_secret(&text) {
            return String::new();
        }
        format!(": {words}")
    }

    fn repeats_a_secret(&self, text: &str) -> bool {
        let key = std::str::from_utf8(self.key.expose_secret()).unwrap_or_default();
        let encoded = general_purpose::STANDARD.encode(self.key.expose_secret());
        let parts = self.url.path_segments().into_iter().flatten();
        let values: Vec<String> =
            self.url.query_pairs().map(|(_, value)| value.into_owned()).collect();
        parts
            .chain(values.iter().map(String::as_str))
            .chain([key, encoded.as_str()])
            .any(|part| part.len() >= TOKEN_LENGTH_MIN && text.contains(part))
    }
}

impl Driver for Webhook {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.post(sending))
    }

    /// The receiver knows a repeated `webhook-id`.
    fn resolve<'a>(&'a self, _sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(std::future::ready(Resolution::SendAgain))
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "Webhook({}://{host}, rest not shown)", self.url.scheme())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Webhook::new(destination, secrets, clock)?))
}

/// What a status means for a post. 5xx and the like: the receiver may have kept it before it broke.
fn verdict(status: StatusCode, pause: Option<std::time::Duration>) -> Result<Receipt, SendError> {
    let reason = format!("status {}", status.as_u16());
    let retry = |after| Err(SendError::RetryAfter { after, reason: reason.clone() });
    match status.as_u16() {
        200..=299 => Ok(Receipt::default()),
        401 | 403 => {
            let slowly = TimeDelta::seconds(DENIED_PAUSE_S).to_std().unwrap_or_default();
            retry(Some(pause.unwrap_or_default().max(slowly)))
        }
        408 | 425 | 429 => retry(pause),
        503 if pause.is_some() => retry(pause),
        500..=599 => Err(SendError::Unknown(reason)),
        300..=399 => Err(SendError::Rejected(format!("{reason} (redirects are not followed)"))),
        _ => Err(SendError::Rejected(reason)),
    }
}

/// The body of the request. Depends on the decision alone.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    id: &'a PostId,
    destination: &'a str,
    audience: Audience,
    action: PostAction,
    incident: Option<u64>,
    thread: Option<&'a PostId>,
    body: &'a str,
}

fn body(post: &Post, decided_at: Timestamp) -> Vec<u8> {
    let data = Data {
        id: &post.id,
        destination: post.destination.as_str(),
        audience: post.audience,
        action: post.action,
        incident: post.incident.map(|id| id.0),
        thread: post.thread.as_ref(),
        body: &post.body,
    };
    let body = Body { r#type: &post.subject, timestamp: decided_at, data };
    // Strings, numbers and unit variants only: this cannot fail, and an empty body would be refused.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn sign(key: &[u8], id: &PostId, timestamp: i64, body: &[u8]) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

fn usable_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_http && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn signing_key(secret: &str) -> Option<SecretSlice<u8>> {
    let secret = secret.trim();
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => {
            let encoded = encoded.trim_end_matches('=');
            general_purpose::STANDARD_NO_PAD.decode(encoded).ok()?
        }
        None => secret.as_bytes().to_vec(),
    };
    (key.len() >= KEY_BYTES_MIN).then(|| SecretSlice::from(key))
}

/// Every byte but letters, digits and `-._~` as `%XX` (RFC 3986, 2.1).
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
