//! The `ntfy` driver: push notices to the subscribers of one topic.
//!
//! ntfy knows no key, but keeps what was published for some hours: each notice bears a tag made of
//! the post's id, and after an attempt in doubt the topic is read back for it. Start at [`Ntfy`].
//!
//! Must not: write to one person, or say anything of the token.

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, PostId, TextUnit, Timestamp},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};

use super::{
    BuildError, CheckError, Checked, Driver, Registration, Sending,
    attempts::Attempts,
    http::{self, Http},
    json::{self, Trouble},
    options::{self, Options},
};

const URL: OptionSpec = OptionSpec {
    name: "url",
    required: true,
    secret: false,
    expects: "the server's https:// URL, such as \"https://ntfy.sh\", or a http:// one of this machine",
    fits: OptionSpec::is_web_url,
    audiences: OptionSpec::ROOMS,
};
const TOPIC: OptionSpec = OptionSpec {
    name: "topic",
    required: true,
    secret: false,
    expects: "a topic's name: 1 to 64 letters, digits, `-` and `_`",
    fits: is_topic,
    audiences: OptionSpec::ROOMS,
};
const TOKEN: OptionSpec = OptionSpec {
    name: "token",
    required: false,
    secret: true,
    expects: "an access token (\"tk_…\")",
    fits: OptionSpec::any_text,
    audiences: OptionSpec::ROOMS,
};

/// One line of the registry. What has 4096 bytes or more would be an attached file, which
/// servers seldom take.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "ntfy",
        options: &[URL, TOPIC, TOKEN],
        limits: Limits::of(4095, TextUnit::Bytes),
        account: None,
        abilities,
    },
    build,
};

/// What a tag that is a post's id begins with, and the digits after it.
const TAG_MARK: &str = "ref-";
const TAG_DIGITS: usize = 16;
/// How long servers keep notices unless told otherwise is 12 hours: what is older may be gone.
const KEPT_S: i64 = 11 * 3600;
/// Two clocks that differ by less lose nothing.
const SKEW_S: i64 = 600;
const CACHE_BYTES_MAX: usize = 8 << 20;

/// Publishes to one topic.
pub struct Ntfy {
    server: Url,
    topic: String,
    token: Option<SecretString>,
    http: Http,
    clock: Clock,
    attempts: Attempts,
}

/// What is published. The same post always makes the same.
#[derive(Serialize)]
struct Notice<'a> {
    topic: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    message: &'a str,
    tags: Vec<&'a str>,
    /// 1 to 5; 3 is the usual one.
    priority: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<&'a str>,
}

/// A notice as the server has it.
#[derive(Deserialize)]
struct Standing {
    id: String,
    #[serde(default)]
    tags: Vec<String>,
}

impl Ntfy {
    /// Publishes to the destination's `topic` at its `url`, with its `token` where it has one.
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
        let server = options.server(&URL)?;
        let topic = options.needed(&TOPIC)?.to_owned();
        let http = Http::new(http::USER_AGENT, server.scheme() == "https", clock)
            .map_err(|error| error.of(&destination.id))?;
        Ok(Self {
            server,
            topic,
            token: options.secret(&TOKEN).ok().cloned(),
            http,
            clock: clock.clone(),
            attempts: Attempts::new(clock),
        })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let refused = |why: &str| Err(SendError::Rejected(why.to_owned()));
        if sending.post.recipient.is_some() {
            return refused("a topic is not one person's");
        }
        match sending.post.action {
            // What was pushed cannot be changed: a notice of its own follows.
            PostAction::Post | PostAction::Edit => {}
            PostAction::Delete => return refused("what was pushed cannot be taken back"),
            PostAction::Crosspost => return refused("ntfy passes nothing on"),
        }
        // A server that said “not now” may have taken it all the same.
        if sending.first_attempt_at.is_some() {
            match self.find(sending).await {
                Ok(Some(receipt)) => return Ok(receipt),
                Ok(None) => {}
                Err(reason) => return Err(SendError::RetryAfter { after: None, reason }),
            }
        }
        self.publish(sending.post).await
    }

    async fn publish(&self, post: &Post) -> Result<Receipt, SendError> {
        let tag = tag(&post.id);
        let request = self.request(Method::POST, options::at(&self.server, []));
        self.attempts.note(&post.id);
        let made = json::ask(&self.http, request.json(&self.notice(post, &tag))).await;
        self.attempts.note(&post.id);
        match made {
            Ok(Standing { id, .. }) => Ok(self.receipt(id)),
            // Nothing replies to it: its id is not needed.
            Err(Trouble::Unreadable) => Ok(Receipt::default()),
            Err(trouble) => Err(trouble.of_sending()),
        }
    }

    fn notice<'a>(&'a self, post: &'a Post, tag: &'a str) -> Notice<'a> {
        let (title, message) = match post.audience {
            Audience::Public => post.body.split_once('\n').unwrap_or(("", &post.body)),
            Audience::Staff | Audience::Reporters => ("", post.body.as_str()),
        };
        let (sign, priority) = look(&post.subject);
        let click = message.lines().last().filter(|line| is_link(line));
        let tags = sign.into_iter().chain([tag]).collect();
        Notice { topic: &self.topic, title, message, tags, priority, click }
    }

    fn receipt(&self, id: String) -> Receipt {
        let link = options::at(&self.server, [self.topic.as_str()]).to_string();
        Receipt { remote_id: Some(id), link: Some(link), ..Receipt::default() }
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        }
    }

    async fn look_up(&self, sending: Sending<'_>) -> Resolution {
        let is_early = self.attempts.is_unsettled(&sending.post.id);
        match self.find(sending).await {
            Ok(Some(receipt)) => Resolution::Sent(receipt),
            Ok(None) if self.clock.now() - began(sending) > TimeDelta::seconds(KEPT_S) => {
                Resolution::CannotTell("the server keeps no notices that old".to_owned())
            }
            // What comes too late to be seen now must not be pushed twice.
            Ok(None) if is_early => {
                Resolution::AskLater("not there yet; it may still be under way".to_owned())
            }
            Ok(None) => Resolution::SendAgain,
            Err(reason) => Resolution::AskLater(reason),
        }
    }

    /// Reads the topic from the first attempt on; why it cannot be read.
    async fn find(&self, sending: Sending<'_>) -> Result<Option<Receipt>, String> {
        let since = (began(sending) - TimeDelta::seconds(SKEW_S)).timestamp();
        let mut url = options::at(&self.server, [self.topic.as_str(), "json"]);
        url.query_pairs_mut().append_pair("poll", "1").append_pair("since", &since.to_string());
        let answer = self.http.ask(self.request(Method::GET, url), CACHE_BYTES_MAX).await;
        let answer = answer.map_err(http::Trouble::words)?;
        if !answer.is_success() {
            return Err(http::status_words(answer.status));
        }
        let body = answer.body.ok_or("the topic could not be read to its end")?;
        let tag = tag(&sending.post.id);
        let lines = body.split(|byte| *byte == b'\n');
        let mut standing = lines.filter_map(|line| serde_json::from_slice::<Standing>(line).ok());
        let found = standing.find(|one| one.tags.contains(&tag));
        Ok(found.map(|found| self.receipt(found.id)))
    }

    /// Whether the topic may be read, which reading back needs. Writing cannot be tried without
    /// writing.
    async fn look_around(&self) -> Result<Checked, CheckError> {
        let url = options::at(&self.server, [self.topic.as_str(), "auth"]);
        let answer = json::ask::<serde_json::Value>(&self.http, self.request(Method::GET, url));
        answer.await.map_err(Trouble::of_checking)?;
        let host = self.server.host_str().unwrap_or_default();
        Ok(Checked { account: Some(format!("{host}/{}", self.topic)), limits: None })
    }
}

impl Driver for Ntfy {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(self.carry_out(sending))
    }

    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(self.look_up(sending))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(self.look_around())
    }
}

impl fmt::Debug for Ntfy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.server.host_str().unwrap_or_default();
        write!(f, "Ntfy({}://{host}, topic and token not shown)", self.server.scheme())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(Ntfy::new(destination, secrets, clock)?))
}

fn abilities(_options: &BTreeMap<String, String>) -> Abilities {
    Abilities { headline: true, ..Abilities::default() }
}

fn began(sending: Sending<'_>) -> Timestamp {
    sending.first_attempt_at.unwrap_or(sending.decided_at)
}

fn is_topic(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(is_known)
}

fn is_link(line: &str) -> bool {
    let is_web = line.starts_with("https://") || line.starts_with("http://");
    is_web && !line.contains(char::is_whitespace)
}

/// The tag by which a notice is known again. Readers see it: it is as short as is safe.
fn tag(id: &PostId) -> String {
    let digits: String = id.as_str().chars().take(TAG_DIGITS).collect();
    format!("{TAG_MARK}{digits}")
}

/// The tag that ntfy shows as a sign before the title, and how loud it is: loud where something
/// begins or somebody is asked.
fn look(subject: &str) -> (Option<&'static str>, u8) {
    match subject.strip_prefix("incident.").unwrap_or(subject) {
        "investigating" | "holding" => (Some("rotating_light"), 4),
        "identified" | "update" => (Some("warning"), 3),
        "monitoring" => (Some("eyes"), 3),
        "resolved" | "false_alarm" => (Some("white_check_mark"), 3),
        "suspicion" | "draft" | "reminder" | "heads_up" => (None, 4),
        _ => (None, 3),
    }
}
