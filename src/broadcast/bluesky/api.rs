//! A Personal Data Server over XRPC, as much of it as posting needs, and the session that is kept
//! with it.
//!
//! A session is made once and renewed when it has expired: making them is what servers limit most.
//! Must not: try anything else again, or let the password or a session's tokens out of the headers
//! and the body they belong in.

use reqwest::{Method, RequestBuilder, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    broadcast::{
        http::{self, Http},
        json::{self, Trouble},
        options::at,
        picture::MEDIA_TYPE,
    },
    clock::Clock,
};

use super::record::{COLLECTION, Record, Reference, Standing};

/// Longer ids are none.
const ID_BYTES_MAX: usize = 300;
/// What names a picture is short.
const BLOB_BYTES_MAX: usize = 2000;

/// One account at a server.
pub(super) struct Api {
    base: Url,
    identifier: String,
    password: SecretString,
    http: Http,
    session: Mutex<Option<Session>>,
}

/// A session with the server.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    pub did: String,
    #[serde(default)]
    pub handle: String,
    access_jwt: SecretString,
    refresh_jwt: SecretString,
}

/// A record to be kept under a key, unless another is there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Put<'a> {
    repo: &'a str,
    collection: &'static str,
    rkey: &'a str,
    record: &'a Record<'a>,
    /// Null: nothing may be there but the same record.
    swap_record: Option<()>,
}

/// Something that was brought over.
#[derive(Deserialize)]
struct Kept {
    blob: Value,
}

/// A record as it is got.
#[derive(Deserialize)]
pub(super) struct Got {
    pub uri: String,
    #[serde(default)]
    pub cid: Option<String>,
    pub value: Standing,
}

impl Api {
    /// An account at the server at `base`.
    pub(super) fn new(
        base: Url,
        identifier: String,
        password: SecretString,
        clock: &Clock,
    ) -> Result<Self, http::SetUpError> {
        let http = Http::new(http::USER_AGENT, base.scheme() == "https", clock)?;
        Ok(Self { base, identifier, password, http, session: Mutex::default() })
    }

    /// The session, made when there is none.
    pub(super) async fn session(&self) -> Result<Session, Trouble> {
        let mut kept = self.session.lock().await;
        if let Some(session) = &*kept {
            return Ok(session.clone());
        }
        let made = self.make_session().await?;
        *kept = Some(made.clone());
        Ok(made)
    }

    /// A session in place of one that has expired.
    pub(super) async fn renewed(&self, old: &Session) -> Result<Session, Trouble> {
        let mut kept = self.session.lock().await;
        let is_other =
            |kept: &&Session| kept.access_jwt.expose_secret() != old.access_jwt.expose_secret();
        if let Some(session) = kept.as_ref().filter(is_other) {
            return Ok(session.clone());
        }
        let request = self.post("com.atproto.server.refreshSession");
        let renewed = json::ask(&self.http, signed(request, &old.refresh_jwt)).await;
        let renewed = match renewed {
            // It was not renewed for too long, or was ended.
            Err(Trouble::Refused(answer)) if matches!(answer.status, 400 | 401) => {
                *kept = None;
                usable(self.make_session().await?)?
            }
            renewed => usable(renewed?)?,
        };
        *kept = Some(renewed.clone());
        Ok(renewed)
    }

    /// Forgets a session that is no longer good.
    pub(super) async fn forget(&self, old: &Session) {
        let mut kept = self.session.lock().await;
        let old = old.access_jwt.expose_secret();
        if kept.as_ref().is_some_and(|kept| kept.access_jwt.expose_secret() == old) {
            *kept = None;
        }
    }

    async fn make_session(&self) -> Result<Session, Trouble> {
        let body =
            json!({ "identifier": self.identifier, "password": self.password.expose_secret() });
        let request = self.post("com.atproto.server.createSession").json(&body);
        usable(json::ask(&self.http, request).await?)
    }

    /// Whether the session is good.
    pub(super) async fn whoami(&self, session: &Session) -> Result<IgnoredAny, Trouble> {
        let request = self.http.request(Method::GET, self.url("com.atproto.server.getSession"));
        json::ask(&self.http, signed(request, &session.access_jwt)).await
    }

    /// Keeps a record; the same record again changes nothing.
    pub(super) async fn put(
        &self,
        session: &Session,
        key: &str,
        record: &Record<'_>,
    ) -> Result<Reference, Trouble> {
        let body = Put {
            repo: &session.did,
            collection: COLLECTION,
            rkey: key,
            record,
            swap_record: None,
        };
        let request = self.post("com.atproto.repo.putRecord").json(&body);
        json::ask(&self.http, signed(request, &session.access_jwt)).await
    }

    /// Brings a picture over, for a record that names it by what this gives.
    pub(super) async fn upload(&self, session: &Session, png: &[u8]) -> Result<Value, Trouble> {
        let request = self.post("com.atproto.repo.uploadBlob");
        let request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(png.to_vec());
        let kept: Kept = json::ask(&self.http, signed(request, &session.access_jwt)).await?;
        let is_named = kept.blob.is_object() && kept.blob.to_string().len() <= BLOB_BYTES_MAX;
        is_named.then_some(kept.blob).ok_or(Trouble::Unreadable)
    }

    /// What stands under a key.
    pub(super) async fn get(&self, repo: &str, key: &str) -> Result<Got, Trouble> {
        let mut url = self.url("com.atproto.repo.getRecord");
        url.query_pairs_mut()
            .append_pair("repo", repo)
            .append_pair("collection", COLLECTION)
            .append_pair("rkey", key);
        json::ask(&self.http, self.http.request(Method::GET, url)).await
    }

    /// Takes back what stands under a key; nothing there is well too.
    pub(super) async fn delete(&self, session: &Session, key: &str) -> Result<IgnoredAny, Trouble> {
        let body = json!({ "repo": session.did, "collection": COLLECTION, "rkey": key });
        let request = self.post("com.atproto.repo.deleteRecord").json(&body);
        json::ask(&self.http, signed(request, &session.access_jwt)).await
    }

    /// The server's host.
    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    fn post(&self, method: &str) -> RequestBuilder {
        self.http.request(Method::POST, self.url(method))
    }

    fn url(&self, method: &str) -> Url {
        at(&self.base, ["xrpc", method])
    }
}

/// What the server calls its refusal.
pub(super) fn name_of(trouble: &Trouble) -> Option<String> {
    let name = trouble.said("error")?;
    let is_name = (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
    is_name.then_some(name)
}

/// Whether a session is refused that was good before.
pub(super) fn is_expired(trouble: &Trouble) -> bool {
    matches!(trouble.status(), Some(400 | 401))
        && name_of(trouble).is_some_and(|name| name == "ExpiredToken" || name == "InvalidToken")
}

/// Whether a record is surely not there.
pub(super) fn is_missing(trouble: &Trouble) -> bool {
    trouble.status() == Some(404) || name_of(trouble).is_some_and(|name| name == "RecordNotFound")
}

fn signed(request: RequestBuilder, token: &SecretString) -> RequestBuilder {
    request.header(header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()))
}

/// A session whose account can stand in an address.
fn usable(session: Session) -> Result<Session, Trouble> {
    if is_plain(&session.did) && session.did.starts_with("did:") {
        Ok(session)
    } else {
        Err(Trouble::Unreadable)
    }
}

/// Account and key of a post's address (`at://ACCOUNT/app.bsky.feed.post/KEY`).
pub(super) fn place_of(uri: &str) -> Option<(&str, &str)> {
    let (account, rest) = uri.strip_prefix("at://")?.split_once('/')?;
    let (collection, key) = rest.split_once('/')?;
    (collection == COLLECTION && is_plain(account) && is_plain(key)).then_some((account, key))
}

fn is_plain(id: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || b":._-%~".contains(&sign);
    (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_sign)
}
