//! A Personal Data Server with one account, as strict as the real one in what the bot relies on: a
//! record that is put with `swapRecord: null` must be new or the same, tokens expire with 400, and
//! what is put is checked.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::super::fake::{self, Reply, Request};

const DID: &str = "did:plc:abcdefghijklmnopqrstuvwx";

/// The server.
pub struct World {
    password: String,
    /// By key, in order of their keys.
    pub records: BTreeMap<String, Value>,
    /// Every record that was ever made.
    pub made: u64,
    pub sessions_made: u64,
    pub sessions_renewed: u64,
    access: String,
    refresh: String,
    is_expired: bool,
    pub is_revoked: bool,
    /// The names of what was brought over.
    blobs: Vec<String>,
    pub takes_embeds: bool,
}

impl World {
    pub fn new(password: &str) -> Self {
        Self {
            password: password.to_owned(),
            records: BTreeMap::new(),
            made: 0,
            sessions_made: 0,
            sessions_renewed: 0,
            access: String::new(),
            refresh: String::new(),
            is_expired: false,
            is_revoked: false,
            blobs: Vec::new(),
            takes_embeds: true,
        }
    }

    /// The access token is too old from now on.
    pub fn expire(&mut self) {
        self.is_expired = true;
    }

    /// So is the refresh token.
    pub fn expire_all(&mut self) {
        self.is_expired = true;
        self.refresh = "gone".to_owned();
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let mut words = request.line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let call = path.strip_prefix("/xrpc/").unwrap_or_default();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (method, call) {
            ("POST", "com.atproto.server.createSession") => self.create_session(&body),
            ("POST", "com.atproto.server.refreshSession") => self.refresh_session(request),
            ("GET", "com.atproto.repo.getRecord") => self.get(query),
            ("POST", "com.atproto.repo.uploadBlob") => {
                self.refusal(request).unwrap_or_else(|| self.upload(request))
            }
            ("POST", "com.atproto.repo.putRecord") => {
                self.refusal(request).unwrap_or_else(|| self.put(&body))
            }
            ("POST", "com.atproto.repo.deleteRecord") => {
                self.refusal(request).unwrap_or_else(|| {
                    self.records.remove(body["rkey"].as_str().unwrap_or_default());
                    Reply::json(200, &json!({}))
                })
            }
            ("GET", "com.atproto.server.getSession") => {
                self.refusal(request).unwrap_or_else(|| Reply::json(200, &json!({ "did": DID })))
            }
            _ => error(404, "XRPCNotSupported"),
        }
    }

    fn create_session(&mut self, body: &Value) -> Reply {
        if self.is_revoked || body["password"] != self.password.as_str() {
            return error(401, "AuthenticationRequired");
        }
        self.sessions_made += 1;
        self.new_tokens()
    }

    fn refresh_session(&mut self, request: &Request) -> Reply {
        if self.is_revoked || token(request) != self.refresh {
            return error(400, "ExpiredToken");
        }
        self.sessions_renewed += 1;
        self.new_tokens()
    }

    fn new_tokens(&mut self) -> Reply {
        let number = self.sessions_made * 1000 + self.sessions_renewed;
        self.access = format!("access-t0ken-{number}");
        self.refresh = format!("refresh-t0ken-{number}");
        self.is_expired = false;
        Reply::json(
            200,
            &json!({
                "did": DID, "handle": "status.example",
                "accessJwt": self.access, "refreshJwt": self.refresh,
            }),
        )
    }

    fn refusal(&self, request: &Request) -> Option<Reply> {
        if self.is_revoked || token(request) != self.access {
            return Some(error(401, "AuthMissing"));
        }
        self.is_expired.then(|| error(400, "ExpiredToken"))
    }

    fn upload(&mut self, request: &Request) -> Reply {
        assert_eq!(request.header("content-type"), "image/png");
        assert!(request.body.starts_with(b"\x89PNG") && request.body.len() <= 1_000_000);
        let name = bellwether::event::post_id(&[&request.body.len().to_string()]).to_string();
        self.blobs.push(name.clone());
        Reply::json(
            200,
            &json!({ "blob": {
                "$type": "blob", "ref": { "$link": name },
                "mimeType": "image/png", "size": request.body.len(),
            } }),
        )
    }

    fn put(&mut self, body: &Value) -> Reply {
        let key = body["rkey"].as_str().unwrap_or_default().to_owned();
        let record = body["record"].clone();
        let is_whole = body["repo"] == DID
            && body["collection"] == "app.bsky.feed.post"
            && key.len() == 13
            && body.get("swapRecord") == Some(&Value::Null)
            && body.get("validate").is_none();
        assert!(is_whole, "{body}");
        if let Some(wrong) = wrong_in(&record) {
            return Reply::json(400, &json!({ "error": "InvalidRequest", "message": wrong }));
        }
        let embed = &record["embed"];
        let is_there = embed["images"][0]["image"]["ref"]["$link"]
            .as_str()
            .is_some_and(|link| self.blobs.iter().any(|blob| blob == link));
        let is_takeable = embed.is_null() || (self.takes_embeds && is_there);
        if !is_takeable {
            return error(400, "InvalidRequest");
        }
        match self.records.get(&key) {
            Some(there) if *there != record => return error(400, "InvalidSwap"),
            Some(_) => {}
            None => {
                self.made += 1;
                self.records.insert(key.clone(), record.clone());
            }
        }
        Reply::json(200, &json!({ "uri": uri(&key), "cid": cid(&record) }))
    }

    fn get(&self, query: &str) -> Reply {
        let key = query.split('&').find_map(|pair| pair.strip_prefix("rkey=")).unwrap_or_default();
        match self.records.get(key) {
            Some(record) => {
                let cid = cid(record);
                Reply::json(200, &json!({ "uri": uri(key), "cid": cid, "value": record }))
            }
            None => error(400, "RecordNotFound"),
        }
    }
}

impl fake::World for World {
    fn take(&mut self, request: &Request) -> Reply {
        self.answer(request)
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("POST /xrpc/com.atproto.repo.putRecord ")
    }
}

fn wrong_in(record: &Value) -> Option<&'static str> {
    let text = record["text"].as_str()?;
    if text.graphemes(true).count() > 300 {
        return Some("grapheme too big");
    }
    if text.len() > 3000 || record["langs"].as_array().is_none_or(|langs| langs.len() > 3) {
        return Some("too long");
    }
    for facet in record["facets"].as_array().into_iter().flatten() {
        let at = |name: &str| facet["index"][name].as_u64().expect("a byte") as usize;
        assert!(text.get(at("byteStart")..at("byteEnd")).is_some(), "a facet past a sign: {facet}");
    }
    let reply = &record["reply"];
    let is_reply =
        reply.is_null() || (reply["root"]["cid"].is_string() && reply["parent"].is_object());
    (!is_reply).then_some("reply")
}

fn token(request: &Request) -> &str {
    let sent = request.headers.get("authorization").map(String::as_str).unwrap_or_default();
    sent.strip_prefix("Bearer ").unwrap_or_default()
}

fn uri(key: &str) -> String {
    format!("at://{DID}/app.bsky.feed.post/{key}")
}

/// Any name that follows from what it names.
fn cid(record: &Value) -> String {
    bellwether::event::post_id(&[&record.to_string()]).to_string()
}

fn error(status: u16, name: &str) -> Reply {
    Reply::json(status, &json!({ "error": name, "message": "no" }))
}
