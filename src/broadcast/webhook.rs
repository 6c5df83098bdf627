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
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, Response, Url, header};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use sha2::Sha256;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Audience, Destination, Limits, PostId, TextUnit, Timestamp},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};

use super::{
    BuildError, Driver, Registration, Sending,
    http::{self, Http, Trouble},
    options,
};

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

const KEY_BYTES_MIN: usize = 16;
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Sends signed POSTs to one URL.
pub struct Webhook {
    url: Url,
    key: SecretSlice<u8>,
    http: Http,
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
        let is_https = url.scheme() == "https";
        let http = Http::new(http::USER_AGENT, is_https, clock)
            .map_err(|error| error.of(&destination.id))?;
        Ok(Self { url, key: key.ok_or_else(|| wrong(&SECRET))?, http, clock: clock.clone() })
    }

    async fn post(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let body = body(sending.post, sending.decided_at);
        let answer = self.http.send(self.request(sending, body)).await;
        self.judge(answer.map_err(Trouble::of_sending)?, sending.post.audience).await
    }

    fn request(&self, sending: Sending<'_>, body: Vec<u8>) -> reqwest::RequestBuilder {
        let timestamp = self.clock.wall().timestamp();
        let signature = sign(self.key.expose_secret(), &sending.post.id, timestamp, &body);
        let request = self
            .http
            .request(Method::POST, self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", sending.post.id.as_str())
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        match sending.recipient {
            Some(account) => request.header(RECIPIENT_HEADER, options::encoded(account)),
            None => request,
        }
    }

    async fn judge(&self, response: Response, audience: Audience) -> Result<Receipt, SendError> {
        let (status, pause) = (response.status(), self.http.pause(&response));
        if status.is_success() {
            return Ok(Receipt::default());
        }
        let reason = http::status_words(status.as_u16());
        match (http::refusal(status.as_u16(), pause, reason), audience) {
            (SendError::Rejected(reason), Audience::Public) => {
                // What came in time is enough: the status has decided already.
                let (bytes, _) = self.http.beginning(response, ANSWER_BYTES_MAX).await;
                Err(SendError::Rejected(reason + &self.said(&bytes)))
            }
            (refusal, Audience::Public | Audience::Staff | Audience::Reporters) => Err(refusal),
        }
    }

    /// What a refusal says, unless it repeats a part of the URL or the key.
    fn said(&self, body: &[u8]) -> String {
        let key = std::str::from_utf8(self.key.expose_secret()).unwrap_or_default();
        let encoded = general_purpose::STANDARD.encode(self.key.expose_secret());
        let parts = self.url.path_segments().into_iter().flatten();
        let values: Vec<String> =
            self.url.query_pairs().map(|(_, value)| value.into_owned()).collect();
        let values = values.iter().map(String::as_str);
        http::said(body, parts.chain(values).chain([key, encoded.as_str()]))
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
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<u64>,
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
        window: post.window.map(|id| id.0),
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
