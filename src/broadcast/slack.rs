//! The `slack` driver: incoming webhooks as Slack has them, and Mattermost and Rocket.Chat after it.
//!
//! These know no key, give no id back and tell nobody what stands in the channel. So a post is sent
//! at most once: one that may have arrived is left to staff's eyes. Start at [`Slack`].
//!
//! Must not: send a post in doubt again, mention anybody, or say more of the URL, which is the
//! secret, than scheme and host.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, TextUnit},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};

use super::{
    BuildError, Driver, Registration, Sending,
    http::{self, Http, Trouble},
    options::Options,
};

const URL: OptionSpec = OptionSpec {
    name: "url",
    required: true,
    secret: true,
    expects: "the incoming webhook's https:// URL, or a http:// one of this machine",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::ROOMS,
};

/// One line of the registry. Slack shortens what is longer than 4000 characters as it escapes them,
/// and a sign may need five.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "slack",
        options: &[URL],
        limits: Limits::of(3000, TextUnit::Characters),
        account: None,
        abilities,
    },
    build,
};

const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Sends to one channel.
pub struct Slack {
    url: SecretString,
    shown: String,
    http: Http,
}

/// What is posted. The same post always makes the same.
#[derive(Serialize)]
struct Message {
    text: String,
    /// Signs such as `*` show as themselves.
    mrkdwn: bool,
    unfurl_links: bool,
    unfurl_media: bool,
}

impl Slack {
    /// Posts to the webhook of the destination's secret `url`.
    ///
    /// # Errors
    ///
    /// An option is missing or not as it must be, or the HTTP client cannot be set up.
    pub fn new(
        destination: &Destination,
        secrets: &Secrets,
        clock: &Clock,
    ) -> Result<Self, BuildError> {
        let options = Options { destination, secrets };
        if !URL.audiences.contains(&destination.audience) {
            return Err(options.wrong(&URL));
        }
        let secret = options.secret(&URL)?;
        let url = http::safe_base(secret.expose_secret().trim());
        let url = url.ok_or_else(|| options.wrong(&URL))?;
        let http = Http::new(http::USER_AGENT, url.scheme() == "https", clock)
            .map_err(|error| error.of(&destination.id))?;
        let shown = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        Ok(Self { url: SecretString::from(String::from(url)), shown, http })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let refused = |why: &str| Err(SendError::Rejected(why.to_owned()));
        if sending.post.recipient.is_some() {
            return refused("a channel is not one person's");
        }
        match sending.post.action {
            // A webhook's message cannot be changed: one of its own follows.
            PostAction::Post | PostAction::Edit => {}
            PostAction::Delete => return refused("a webhook takes nothing back"),
            PostAction::Crosspost => return refused("a webhook passes nothing on"),
        }
        let request = self.http.request(Method::POST, self.url.expose_secret());
        let request = request.json(&message(sending.post));
        let response = self.http.send(request).await.map_err(Trouble::of_sending)?;
        let (status, pause) = (response.status().as_u16(), self.http.pause(&response));
        if response.status().is_success() {
            return Ok(Receipt::default());
        }
        match (http::refusal(status, pause, http::status_words(status)), sending.post.audience) {
            // What is said about other words than public ones may repeat them.
            (SendError::Rejected(reason), Audience::Public) => {
                let (bytes, _) = self.http.beginning(response, ANSWER_BYTES_MAX).await;
                Err(SendError::Rejected(reason + &self.said(&bytes)))
            }
            // A second send cannot be recognised: “not now” after it was kept would double it.
            (SendError::RetryAfter { reason, .. }, _) if status == 503 => {
                Err(SendError::Unknown(reason))
            }
            (refusal, Audience::Public | Audience::Staff | Audience::Reporters) => Err(refusal),
        }
    }

    /// What a refusal says, unless it repeats a part of the URL.
    fn said(&self, body: &[u8]) -> String {
        let Ok(url) = Url::parse(self.url.expose_secret()) else { return String::new() };
        http::said(body, url.path_segments().into_iter().flatten())
    }
}

impl Driver for Slack {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.carry_out(sending))
    }

    fn resolve<'a>(&'a self, _sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        let reason = "a webhook does not say what stands in its channel: please look there";
        Box::pin(std::future::ready(Resolution::CannotTell(reason.to_owned())))
    }
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slack({}, rest not shown)", self.shown)
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Slack::new(destination, secrets, clock)?))
}

fn abilities(_options: &BTreeMap<String, String>) -> Abilities {
    Abilities { headline: true, ..Abilities::default() }
}

fn message(post: &Post) -> Message {
    Message { text: tame(&post.body), mrkdwn: false, unfurl_links: false, unfurl_media: false }
}

/// The words with the three signs escaped that are never themselves, and with a look-alike for an
/// `@` that would call somebody: Mattermost and Rocket.Chat read `@all` in plain words.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    let mut before = ' ';
    for sign in text.chars() {
        match sign {
            '&' => tamed.push_str("&amp;"),
            '<' => tamed.push_str("&lt;"),
            '>' => tamed.push_str("&gt;"),
            '@' if !before.is_alphanumeric() => tamed.push('＠'),
            _ => tamed.push(sign),
        }
        before = sign;
    }
    tamed
}
