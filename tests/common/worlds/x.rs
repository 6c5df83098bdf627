//! X with one account: knows no key, refuses words that it has, gives links back in short, checks each
//! request's signature by the specification's own steps.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwether::{clock::Clock, domain::Timestamp};
use chrono::SecondsFormat;
use ring::hmac;
use serde_json::{Value, json};
use url::Url;

use super::super::fake::{self, Reply, Request};

/// A post.
#[derive(Clone, Debug)]
pub struct Post {
    pub id: String,
    pub at: Timestamp,
    pub text: String,
    pub reply_to: Option<String>,
}

/// X.
pub struct World {
    clock: Clock,
    secret: String,
    /// What stands there, oldest first.
    pub posts: Vec<Post>,
    pub made: u64,
    pub page_length: usize,
    /// Whether it takes the same words twice.
    pub takes_repeats: bool,
    /// Nonces that were used.
    nonces: Vec<String>,
}

impl World {
    /// All four secrets are the same here.
    pub fn new(clock: Clock, secret: &str) -> Self {
        Self {
            clock,
            secret: secret.to_owned(),
            posts: Vec::new(),
            made: 0,
            page_length: 100,
            takes_repeats: false,
            nonces: Vec::new(),
        }
    }

    /// Something that the account says by itself.
    pub fn say(&mut self, text: &str) -> String {
        self.add(text, None)
    }

    fn add(&mut self, text: &str, reply_to: Option<String>) -> String {
        self.made += 1;
        let id = (1_900_000_000_000_000_000 + self.made).to_string();
        let post = Post { id: id.clone(), at: self.clock.now(), text: text.to_owned(), reply_to };
        self.posts.push(post);
        id
    }

    fn write(&mut self, request: &Request) -> Reply {
        let draft = request.json();
        let text = draft["text"].as_str().unwrap_or_default().to_owned();
        let reply_to = draft["reply"]["in_reply_to_tweet_id"].as_str().map(str::to_owned);
        if reply_to.as_ref().is_some_and(|id| self.posts.iter().all(|post| post.id != *id)) {
            let detail = "You attempted to reply to a Tweet that is deleted or not visible to you.";
            return error(403, detail);
        }
        if !self.takes_repeats && self.posts.iter().any(|post| post.text == text) {
            let detail = "You are not allowed to create a Tweet with duplicate content.";
            return error(403, detail);
        }
        let id = self.add(&text, reply_to);
        Reply::json(201, &json!({ "data": { "id": id, "text": text } }))
    }

    fn page(&self, query: &BTreeMap<String, String>) -> Reply {
        let start: Timestamp = query["start_time"].parse().expect("a moment");
        let from: usize =
            query.get("pagination_token").map_or(0, |text| text.parse().expect("ours"));
        let all: Vec<&Post> = self.posts.iter().rev().filter(|post| post.at >= start).collect();
        let page: Vec<Value> =
            all.iter().skip(from).take(self.page_length).map(|post| shown(post)).collect();
        let end = from + page.len();
        let mut body = json!({ "meta": { "result_count": page.len() } });
        if !page.is_empty() {
            body["data"] = json!(page);
        }
        if end < all.len() {
            body["meta"]["next_token"] = json!(end.to_string());
        }
        Reply::json(200, &body)
    }

    fn is_signed(&mut self, request: &Request, url: &Url) -> bool {
        let Some(fields) = request.header("authorization").strip_prefix("OAuth ") else {
            return false;
        };
        let mut own: BTreeMap<String, String> = fields
            .split(", ")
            .filter_map(|field| field.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value.trim_matches('"'))))
            .collect();
        let Some(signature) = own.remove("oauth_signature") else { return false };
        let nonce = own["oauth_nonce"].clone();
        let at: i64 = own["oauth_timestamp"].parse().expect("seconds");
        if self.nonces.contains(&nonce) || (self.clock.wall().timestamp() - at).abs() > 60 {
            return false;
        }
        self.nonces.push(nonce);
        let known = [&own["oauth_consumer_key"], &own["oauth_token"]];
        let mut pairs: Vec<String> = own
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .chain(
                url.query_pairs()
                    .map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value))),
            )
            .collect();
        pairs.sort();
        let method = request.line.split(' ').next().unwrap_or_default();
        let bare = url.as_str().split('?').next().unwrap_or_default();
        let base = format!("{method}&{}&{}", encoded(bare), encoded(&pairs.join("&")));
        let key = format!("{0}&{0}", encoded(&self.secret));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let wanted = STANDARD.encode(hmac::sign(&key, base.as_bytes()));
        known.iter().all(|value| **value == self.secret) && signature == wanted
    }
}

impl fake::World for World {
    fn take(&mut self, request: &Request) -> Reply {
        let url = format!("http://{}{}", request.header("host"), request.target());
        let url = Url::parse(&url).expect("an address");
        if !self.is_signed(request, &url) {
            return error(401, "Unauthorized");
        }
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let parts: Vec<&str> = url.path().split('/').skip(1).collect();
        match (request.line.split(' ').next().unwrap_or_default(), &parts[..]) {
            ("POST", ["2", "tweets"]) => self.write(request),
            ("DELETE", ["2", "tweets", id]) => {
                let count = self.posts.len();
                self.posts.retain(|post| post.id != *id);
                Reply::json(200, &json!({ "data": { "deleted": self.posts.len() < count } }))
            }
            ("GET", ["2", "users", "me"]) => {
                let account = json!({ "id": "7", "name": "Status", "username": "example_status" });
                Reply::json(200, &json!({ "data": account }))
            }
            ("GET", ["2", "users", "7", "tweets"]) => self.page(&query),
            _ => error(404, "Not Found"),
        }
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("POST ")
    }
}

/// As X gives a post back.
fn shown(post: &Post) -> Value {
    let text = post.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let lines = word.split('\n').enumerate().map(|(number, line)| {
                let is_link = line.starts_with("https://");
                if is_link { format!("https://t.co/aB{number}c") } else { line.to_owned() }
            });
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect();
    json!({
        "id": post.id,
        "text": words.join(" "),
        "created_at": post.at.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

fn error(status: u16, detail: &str) -> Reply {
    Reply::json(status, &json!({ "status": status, "detail": detail, "title": "No" }))
}

fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().expect("a pair").1.into_owned()
}
