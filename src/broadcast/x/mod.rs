//! The `x` driver: posts of one account at X, by its API version 2.
//!
//! X knows no key, but refuses words that it has already; so after an attempt in doubt the account's
//! own posts are read back, by words and time. A post costs money, one with a link more than ten
//! times as much: there is none unless `links` is on. Start at [`X`].
//!
//! Must not: send a post in doubt again without reading back, or say anything of the four secrets.

mod oauth;
mod readback;

use std::{collections::BTreeMap, fmt, sync::Arc};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use reqwest::{Method, Url};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, Limits, Prices, TextUnit},
    event::{PostAction, Receipt, Resolution, SendError},
    render::dollars,
};

use super::{
    BuildError, CheckError, Checked, Driver, Registration, Sending, account_at,
    attempts::Attempts,
    http::{self, Http},
    json::{self, Trouble},
    limits::{looked_up_in_time, sent_in_time},
    options::{self, Options},
};

use oauth::Keys;
use readback::Found;

const ALL: &[Audience] = &[Audience::Public];
const API_KEY: OptionSpec = secret("api_key", "the app's API key");
const API_KEY_SECRET: OptionSpec = secret("api_key_secret", "the app's API key secret");
const ACCESS_TOKEN: OptionSpec = secret("access_token", "the account's access token");
const ACCESS_SECRET: OptionSpec =
    secret("access_token_secret", "the account's access token secret");
const LINKS: OptionSpec = OptionSpec {
    name: "links",
    required: false,
    secret: false,
    expects: "true or false",
    fits: OptionSpec::is_flag,
    audiences: ALL,
};
const POST_PRICE: OptionSpec = price("post_price");
const LINK_PRICE: OptionSpec = price("link_price");
const API_URL: OptionSpec = OptionSpec {
    name: "api_url",
    required: false,
    secret: false,
    expects: "the https:// URL of X's API, or a http:// one of this machine",
    fits: OptionSpec::is_web_url,
    audiences: ALL,
};

/// One line of the registry.
pub(super) const REGISTRATION: Registration = Registration {
    spec: DriverSpec {
        kind: "x",
        options: &[
            API_KEY,
            API_KEY_SECRET,
            ACCESS_TOKEN,
            ACCESS_SECRET,
            LINKS,
            POST_PRICE,
            LINK_PRICE,
            API_URL,
        ],
        limits: Limits::of(280, TextUnit::Weighted),
        account: None,
        abilities,
    },
    build,
};

const API: &str = "https://api.x.com";
/// What X asks for a post, and for one with a link, since 2026.
const PRICES: Prices = Prices { post_millidollars: 15, link_millidollars: 200 };
/// How long a post that surely stands there is looked for.
const GLANCE_S: i64 = 10;

/// Posts for one account.
pub struct X {
    api: Url,
    keys: Keys,
    http: Http,
    clock: Clock,
    attempts: Attempts,
    prices: Prices,
    own: OnceCell<Account>,
}

/// What is posted. The same post always makes the same.
#[derive(Serialize)]
struct Draft<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Reply<'a>>,
}

#[derive(Serialize)]
struct Reply<'a> {
    in_reply_to_tweet_id: &'a str,
}

#[derive(Deserialize)]
struct Told<T> {
    data: T,
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

#[derive(Clone, Deserialize)]
struct Account {
    id: String,
    username: String,
}

impl X {
    /// Posts with the destination's four secrets.
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
        let keys = Keys {
            api_key: options.secret(&API_KEY)?.clone(),
            api_key_secret: options.secret(&API_KEY_SECRET)?.clone(),
            access_token: options.secret(&ACCESS_TOKEN)?.clone(),
            access_token_secret: options.secret(&ACCESS_SECRET)?.clone(),
        };
        if !ALL.contains(&destination.audience) {
            return Err(options.wrong(&API_KEY));
        }
        let api = http::safe_base(options.text(&API_URL).unwrap_or(API));
        let api = api.ok_or_else(|| options.wrong(&API_URL))?;
        let http = Http::new(http::USER_AGENT, api.scheme() == "https", clock)
            .map_err(|error| error.of(&destination.id))?;
        let (attempts, prices) = (Attempts::new(clock), prices(&destination.options));
        Ok(Self { api, keys, http, clock: clock.clone(), attempts, prices, own: OnceCell::new() })
    }

    async fn carry_out(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        if sending.post.recipient.is_some() {
            return Err(SendError::Rejected("what all can read is not one person's".to_owned()));
        }
        match sending.post.action {
            // What was posted cannot be changed: a post of its own follows.
            PostAction::Post | PostAction::Edit => self.say(sending).await,
            PostAction::Delete => self.take_back(sending).await,
            PostAction::Crosspost => {
                Err(SendError::Rejected("X passes nothing on by itself".to_owned()))
            }
        }
    }

    async fn say(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        // A server that said “not now” may have taken it all the same.
        if sending.first_attempt_at.is_some()
            && let Found::There(receipt) =
                self.find(sending).await.map_err(Trouble::of_preparing)?
        {
            return Ok(receipt);
        }
        let written = match self.write(sending, sending.reply_to).await {
            // The first post is gone, or is closed to replies: what is said matters more.
            Err(trouble) if sending.reply_to.is_some() && is_about_the_reply(&trouble) => {
                let written = self.write(sending, None).await;
                return self.outcome(sending, written, Some(ALONE)).await;
            }
            written => written,
        };
        self.outcome(sending, written, None).await
    }

    async fn write(&self, sending: Sending<'_>, reply: Option<&str>) -> Result<Made, Trouble> {
        let reply = reply.map(|id| Reply { in_reply_to_tweet_id: id });
        let draft = Draft { text: &sending.post.body, reply };
        let url = options::at(&self.api, ["2", "tweets"]);
        let signed = self.keys.sign(&Method::POST, &url, &self.clock);
        let request = self.http.request(Method::POST, url);
        let request = request.header(reqwest::header::AUTHORIZATION, signed).json(&draft);
        self.attempts.note(&sending.post.id);
        let made = json::ask::<Told<Made>>(&self.http, request).await;
        self.attempts.note(&sending.post.id);
        made.map(|told| told.data)
    }

    async fn outcome(
        &self,
        sending: Sending<'_>,
        written: Result<Made, Trouble>,
        remark: Option<&str>,
    ) -> Result<Receipt, SendError> {
        match written {
            Ok(made) => Ok(Receipt { remark: remark.map(str::to_owned), ..receipt(&made.id) }),
            // It stands there, and replies need its id: look for it, but do not doubt it.
            Err(Trouble::Unreadable) => {
                let looking = self.clock.timeout(TimeDelta::seconds(GLANCE_S), self.find(sending));
                match looking.await {
                    Ok(Ok(Found::There(receipt))) => Ok(receipt),
                    Ok(Ok(Found::NotThere | Found::TooMuch) | Err(_)) | Err(_) => {
                        Ok(Receipt::default())
                    }
                }
            }
            // Either an attempt of ours arrived after all, or the same words were said before.
            Err(trouble) if is_duplicate(&trouble) => match self.find(sending).await {
                Ok(Found::There(receipt)) => Ok(receipt),
                Ok(Found::NotThere) if !self.was_tried_before(sending) => {
                    Err(SendError::Rejected("X has these very words already".to_owned()))
                }
                Ok(Found::NotThere | Found::TooMuch) => {
                    Err(SendError::Unknown("X has these very words already".to_owned()))
                }
                Err(trouble) => Err(SendError::Unknown(words(&trouble))),
            },
            Err(trouble) => Err(of_sending(trouble)),
        }
    }

    fn was_tried_before(&self, sending: Sending<'_>) -> bool {
        sending.first_attempt_at.is_some()
    }

    async fn take_back(&self, sending: Sending<'_>) -> Result<Receipt, SendError> {
        let lost = || SendError::Rejected("the post that this is about never arrived".to_owned());
        let id = sending.reply_to.ok_or_else(lost)?;
        let url = options::at(&self.api, ["2", "tweets", id]);
        match self.ask::<serde_json::Value>(Method::DELETE, url).await {
            Ok(_) | Err(Trouble::Unreadable) => Ok(receipt(id)),
            // It was taken back before.
            Err(trouble) if trouble.status() == Some(404) => Ok(receipt(id)),
            Err(trouble) => Err(of_sending(trouble)),
        }
    }

    async fn look_up(&self, sending: Sending<'_>) -> Resolution {
        match sending.post.action {
            PostAction::Post | PostAction::Edit => {}
            // The same deletion twice is the same deletion.
            PostAction::Delete | PostAction::Crosspost => return Resolution::SendAgain,
        }
        // What comes too late to be seen now must not be sent twice.
        let is_early = self.attempts.is_unsettled(&sending.post.id);
        match self.find(sending).await {
            Ok(Found::There(receipt)) => Resolution::Sent(receipt),
            Ok(Found::NotThere) if is_early => {
                Resolution::AskLater("not there yet; it may still be under way".to_owned())
            }
            Ok(Found::NotThere) => Resolution::SendAgain,
            Ok(Found::TooMuch) => {
                Resolution::CannotTell("too much was posted there since".to_owned())
            }
            Err(trouble) => Resolution::AskLater(words(&trouble)),
        }
    }

    /// The account itself, asked for once.
    async fn own(&self) -> Result<&Account, Trouble> {
        let ask = || async {
            let url = options::at(&self.api, ["2", "users", "me"]);
            Ok(self.ask::<Told<Account>>(Method::GET, url).await?.data)
        };
        self.own.get_or_try_init(ask).await
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, url: Url) -> Result<T, Trouble> {
        let signed = self.keys.sign(&method, &url, &self.clock);
        let request = self.http.request(method, url);
        json::ask(&self.http, request.header(reqwest::header::AUTHORIZATION, signed)).await
    }
}

impl Driver for X {
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>> {
        Box::pin(sent_in_time(&self.clock, self.carry_out(sending)))
    }

    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution> {
        Box::pin(looked_up_in_time(&self.clock, self.look_up(sending)))
    }

    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(async move {
            let own = self.own().await.map_err(Trouble::of_checking)?;
            let (post, link) = (dollars(self.prices.of(false)), dollars(self.prices.of(true)));
            let account = format!("@{} at X (${post} a post, ${link} with a link)", own.username);
            Ok(Checked { account: Some(account), limits: None })
        })
    }
}

impl fmt::Debug for X {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.api.host_str().unwrap_or_default();
        write!(f, "X({}://{host}, secrets not shown)", self.api.scheme())
    }
}

fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    Ok(Arc::new(X::new(destination, secrets, clock)?))
}

fn abilities(options: &BTreeMap<String, String>) -> Abilities {
    Abilities {
        linkless: options.get(LINKS.name).is_none_or(|flag| flag != "true"),
        deletes: true,
        account: Some(account_at("x", options.get(API_URL.name).map_or(API, String::as_str))),
        prices: Some(prices(options)),
        ..Abilities::default()
    }
}

/// What X asks this account for posts: as configured, else as most pay.
fn prices(options: &BTreeMap<String, String>) -> Prices {
    let price = |spec: &OptionSpec| options.get(spec.name).and_then(|text| millidollars(text));
    Prices {
        post_millidollars: price(&POST_PRICE).unwrap_or(PRICES.post_millidollars),
        link_millidollars: price(&LINK_PRICE).unwrap_or(PRICES.link_millidollars),
    }
}

/// Dollars as text ("0.015"), in thousandths; at most a thousand dollars.
fn millidollars(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&whole.len()) && rest.len() <= 3 && !text.ends_with('.');
    if !fits || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let rest: u32 = format!("{rest:0<3}").parse().ok()?;
    Some(whole.parse::<u32>().ok()? * 1000 + rest)
}

const fn price(name: &'static str) -> OptionSpec {
    OptionSpec {
        name,
        required: false,
        secret: false,
        expects: "dollars in quotes, to the thousandth, such as \"0.015\"",
        fits: |text| millidollars(text).is_some(),
        audiences: ALL,
    }
}

const fn secret(name: &'static str, expects: &'static str) -> OptionSpec {
    let fits = OptionSpec::any_text;
    OptionSpec { name, required: true, secret: true, expects, fits, audiences: ALL }
}

/// What staff are told of a reply that stands alone.
const ALONE: &str = "it stands alone, as the first post of its thread takes no reply";

fn receipt(id: &str) -> Receipt {
    let is_id = !id.is_empty() && id.len() <= 24 && id.bytes().all(|byte| byte.is_ascii_digit());
    let link = is_id.then(|| format!("https://x.com/i/web/status/{id}"));
    Receipt { remote_id: is_id.then(|| id.to_owned()), link, ..Receipt::default() }
}

fn detail(trouble: &Trouble) -> String {
    trouble.said("detail").unwrap_or_default()
}

fn is_duplicate(trouble: &Trouble) -> bool {
    trouble.status() == Some(403) && detail(trouble).contains("duplicate content")
}

/// Whether X refuses what is replied to, and not the words.
fn is_about_the_reply(trouble: &Trouble) -> bool {
    let detail = detail(trouble);
    let is_refused = matches!(trouble.status(), Some(400 | 403));
    is_refused && (detail.contains("deleted") || detail.contains("reply"))
}

fn of_sending(trouble: Trouble) -> SendError {
    let words = words(&trouble);
    match trouble {
        Trouble::Refused(answer) => answer.refusal(words),
        other @ (Trouble::Line(_) | Trouble::Unreadable) => other.of_sending(),
    }
}

/// What happened and what to do about it.
fn words(trouble: &Trouble) -> String {
    let known = match trouble.status() {
        Some(401) => "X does not take the four secrets: make new ones and name them",
        Some(402) => "the account at X has no credit left",
        Some(403) => "the app may not post: give it the permission “Read and write”",
        Some(_) | None => return trouble.words(),
    };
    format!("{}: {known}", trouble.words())
}
