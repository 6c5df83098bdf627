//! Mastodon's client API, as much of it as posting needs: one request, one answer or one
//! [`Trouble`].
//!
//! JSON bodies only: a form's body made an empty public post at one server. Must not: try again, or
//! let the token out of the one header it belongs in.

use reqwest::{Method, RequestBuilder, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    broadcast::{
        http::{self, Http},
        json::{self, ANSWER_BYTES_MAX, Trouble},
        multipart::Form,
        options::at,
        picture::{Drawn, FILE_NAME, MEDIA_TYPE},
    },
    clock::Clock,
    domain::{PostId, Timestamp},
};

/// Statuses of one page.
const PAGE_LENGTH: &str = "40";
/// Longer ids are none.
const ID_BYTES_MAX: usize = 200;

/// One account at a server.
pub(super) struct Api {
    base: Url,
    token: SecretString,
    http: Http,
}

/// A status to be made or changed.
#[derive(Serialize)]
pub(super) struct Draft<'a> {
    pub status: &'a str,
    pub language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spoiler_text: Option<&'a str>,
    /// Cannot be changed afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub media_ids: Vec<&'a str>,
}

/// A picture that was brought over.
#[derive(Deserialize)]
pub(super) struct Media {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// Only there when the server is done with it.
    #[serde(default)]
    pub url: Option<String>,
}

/// A status as it stands there.
#[derive(Deserialize)]
pub(super) struct Status {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub content: String,
    #[serde(default)]
    pub visibility: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub uri: Option<String>,
    #[serde(default, deserialize_with = "maybe_text_or_number")]
    pub in_reply_to_id: Option<String>,
    /// Somebody else's status, passed on.
    #[serde(default)]
    pub reblog: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    pub media_attachments: Vec<serde::de::IgnoredAny>,
}

/// An account.
#[derive(Deserialize)]
pub(super) struct Account {
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    #[serde(default)]
    pub acct: String,
}

/// What a server says of itself.
#[derive(Deserialize)]
pub(super) struct Instance {
    #[serde(default)]
    configuration: Configuration,
    /// How some servers say it.
    #[serde(default)]
    max_toot_chars: Option<u32>,
}

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(default)]
    statuses: StatusLimits,
}

#[derive(Default, Deserialize)]
struct StatusLimits {
    #[serde(default)]
    max_characters: Option<u32>,
    #[serde(default)]
    characters_reserved_per_url: Option<u32>,
}

impl Instance {
    /// The longest status, spoiler included, in characters.
    pub(super) fn length_max(&self) -> Option<u32> {
        self.configuration.statuses.max_characters.or(self.max_toot_chars)
    }

    /// What every URL counts.
    pub(super) fn url_length(&self) -> Option<u32> {
        self.configuration.statuses.characters_reserved_per_url
    }
}

impl Api {
    /// An account at the server at `base`.
    pub(super) fn new(
        base: Url,
        token: SecretString,
        clock: &Clock,
    ) -> Result<Self, http::SetUpError> {
        let http = Http::new(http::USER_AGENT, base.scheme() == "https", clock)?;
        Ok(Self { base, token, http })
    }

    /// The account that the token belongs to.
    pub(super) async fn own(&self) -> Result<Account, Trouble> {
        self.get(&["v1", "accounts", "verify_credentials"]).await
    }

    /// What the server says of itself; older servers know only the first form of asking.
    pub(super) async fn instance(&self) -> Result<Instance, Trouble> {
        match self.get(&["v2", "instance"]).await {
            Err(trouble) if matches!(trouble.status(), Some(404 | 405 | 410)) => {
                self.get(&["v1", "instance"]).await
            }
            told => told,
        }
    }

    /// One status.
    pub(super) async fn status(&self, id: &str) -> Result<Status, Trouble> {
        self.get(&["v1", "statuses", id]).await
    }

    /// The account's statuses before `below`, newest first, and what the server's clock shows.
    pub(super) async fn statuses(
        &self,
        account: &str,
        below: Option<&str>,
    ) -> Result<(Vec<Status>, Option<Timestamp>), Trouble> {
        let mut url = self.url(&["v1", "accounts", account, "statuses"]);
        url.query_pairs_mut()
            .append_pair("limit", PAGE_LENGTH)
            .extend_pairs(below.map(|below| ("max_id", below)));
        let request = self.signed(self.http.request(Method::GET, url));
        let answer = self.http.ask(request, ANSWER_BYTES_MAX).await.map_err(Trouble::Line)?;
        let date = answer.date;
        Ok((json::read(answer)?, date))
    }

    /// Makes a status; a server that knows the key recognises a second attempt by it.
    pub(super) async fn write(&self, draft: &Draft<'_>, key: &PostId) -> Result<Status, Trouble> {
        let request = self.http.request(Method::POST, self.url(&["v1", "statuses"]));
        self.ask(request.header("idempotency-key", key.as_str()).json(draft)).await
    }

    /// Changes a status.
    pub(super) async fn rewrite(&self, id: &str, draft: &Draft<'_>) -> Result<Status, Trouble> {
        let request = self.http.request(Method::PUT, self.url(&["v1", "statuses", id]));
        self.ask(request.json(draft)).await
    }

    /// Takes a status back.
    pub(super) async fn delete(&self, id: &str) -> Result<serde::de::IgnoredAny, Trouble> {
        self.ask(self.http.request(Method::DELETE, self.url(&["v1", "statuses", id]))).await
    }

    /// Brings a picture over, for a status to come.
    pub(super) async fn upload(&self, post: &PostId, drawn: &Drawn<'_>) -> Result<Media, Trouble> {
        let form = Form::about(post)
            .field("description", "text/plain; charset=utf-8", drawn.alt.as_bytes())
            .file("file", FILE_NAME, MEDIA_TYPE, &drawn.png);
        let (content_type, body) = form.finish();
        let request = self.http.request(Method::POST, self.url(&["v2", "media"]));
        self.ask(request.header(header::CONTENT_TYPE, content_type).body(body)).await
    }

    /// A picture that was brought over.
    pub(super) async fn media(&self, id: &str) -> Result<Media, Trouble> {
        self.get(&["v1", "media", id]).await
    }

    /// The server's host.
    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Whether a text of the server's repeats the token.
    pub(super) fn words_of(&self, said: &str) -> String {
        http::said(said.as_bytes(), [self.token.expose_secret()])
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &[&str]) -> Result<T, Trouble> {
        self.ask(self.http.request(Method::GET, self.url(path))).await
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Trouble> {
        json::ask(&self.http, self.signed(request)).await
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose_secret()))
            .header(header::ACCEPT, "application/json")
    }

    fn url(&self, path: &[&str]) -> Url {
        at(&self.base, ["api"].iter().chain(path).copied())
    }
}

/// An id that can stand in a path and be kept.
pub(super) fn usable_id(id: &str) -> Option<&str> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    let is_id = id.chars().all(is_plain) && id.contains(|sign: char| sign.is_ascii_alphanumeric());
    (is_id && id.len() <= ID_BYTES_MAX).then_some(id)
}

/// Some servers write ids as numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

impl Id {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Id::deserialize(from).map(Id::into_text)
}

fn maybe_text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::<Id>::deserialize(from).map(|id| id.map(Id::into_text))
}
