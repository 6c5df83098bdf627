//! A server that speaks Mastodon's API. As some real ones do, it may ignore the idempotency key,
//! give another visibility than was asked, or lack the second form of its description.

use std::collections::BTreeMap;

use bellwether::{clock::Clock, domain::Timestamp};
use serde_json::{Value, json};

use super::{
    super::fake::{self, Reply, Request},
    multipart,
};

/// A status that somebody made.
#[derive(Clone, Debug)]
pub struct Status {
    pub id: String,
    pub at: Timestamp,
    pub text: String,
    pub visibility: String,
    pub language: String,
    pub spoiler: String,
    pub reply_to: Option<String>,
    pub key: String,
    /// What its pictures show.
    pub pictures: Vec<String>,
}

/// A picture that was brought over.
struct Media {
    alt: String,
    /// How often it must be asked for before it can be used.
    looks_left: usize,
}

/// The server, with one account.
pub struct World {
    clock: Clock,
    token: String,
    /// What stands there, oldest first.
    pub statuses: Vec<Status>,
    /// Every status that was ever made, whatever became of it.
    pub made: u64,
    pub knows_keys: bool,
    /// The visibility that every status gets.
    pub forced_visibility: Option<&'static str>,
    pub has_v2: bool,
    pub page_length: usize,
    pub is_revoked: bool,
    /// How often a picture must be asked for before it can be used.
    pub looks_needed: usize,
    pub takes_media_ids: bool,
    media: Vec<Media>,
    keys: BTreeMap<String, String>,
}

impl World {
    pub fn new(clock: Clock, token: &str) -> Self {
        Self {
            clock,
            token: token.to_owned(),
            statuses: Vec::new(),
            made: 0,
            knows_keys: false,
            forced_visibility: None,
            has_v2: true,
            page_length: 40,
            is_revoked: false,
            looks_needed: 0,
            takes_media_ids: true,
            media: Vec::new(),
            keys: BTreeMap::new(),
        }
    }

    /// Something that the account says by itself.
    pub fn say(&mut self, text: &str) -> String {
        self.add(&json!({ "status": text }), "")
    }

    fn add(&mut self, draft: &Value, key: &str) -> String {
        let text = |name: &str| draft[name].as_str().unwrap_or_default().to_owned();
        self.made += 1;
        let id = format!("{}", 110_000_000_000_000_000 + self.made);
        let visibility = self.forced_visibility.map_or_else(|| text("visibility"), str::to_owned);
        self.statuses.push(Status {
            id: id.clone(),
            at: self.clock.now(),
            text: text("status"),
            visibility,
            language: text("language"),
            spoiler: text("spoiler_text"),
            reply_to: draft["in_reply_to_id"].as_str().map(str::to_owned),
            key: key.to_owned(),
            pictures: self.named(draft).map(|media| media.alt.clone()).collect(),
        });
        id
    }

    /// The pictures that a draft names.
    fn named(&self, draft: &Value) -> impl Iterator<Item = &Media> {
        let ids: Vec<Value> = draft["media_ids"].as_array().cloned().unwrap_or_default();
        let of_id = |id: &Value| id.as_str().and_then(|id| id.parse::<usize>().ok());
        let places: Vec<usize> = ids.iter().filter_map(of_id).collect();
        places.into_iter().filter_map(|place| self.media.get(place))
    }

    fn upload(&mut self, request: &Request) -> Reply {
        let form = multipart::read(request);
        assert!(form.file("file").starts_with(b"\x89PNG"), "no picture");
        let alt = String::from_utf8(form.file("description").to_vec()).expect("UTF-8");
        self.media.push(Media { alt, looks_left: self.looks_needed });
        let place = self.media.len() - 1;
        let status = if self.looks_needed == 0 { 200 } else { 202 };
        Reply::json(status, &self.media_shown(place))
    }

    fn media_shown(&self, place: usize) -> Value {
        let is_done = self.media[place].looks_left == 0;
        let url = is_done.then(|| format!("https://social.example/media/{place}.png"));
        json!({ "id": place.to_string(), "type": "image", "url": url })
    }

    fn look_at_media(&mut self, id: &str) -> Reply {
        let place = id.parse::<usize>().ok().filter(|place| *place < self.media.len());
        let Some(place) = place else { return error(404, "Record not found") };
        let media = &mut self.media[place];
        media.looks_left = media.looks_left.saturating_sub(1);
        let status = if media.looks_left == 0 { 200 } else { 206 };
        Reply::json(status, &self.media_shown(place))
    }

    fn write(&mut self, request: &Request) -> Reply {
        if request.headers.get("content-type").map(String::as_str) != Some("application/json") {
            return error(422, "Validation failed: Text can't be blank");
        }
        let draft: Value = serde_json::from_slice(&request.body).expect("JSON");
        let key = request.headers.get("idempotency-key").cloned().unwrap_or_default();
        if let Some(id) = self.keys.get(&key).filter(|_| self.knows_keys) {
            return Reply::json(200, &self.shown(id).expect("it stands"));
        }
        if draft["status"].as_str().unwrap_or_default().is_empty() {
            return error(422, "Validation failed: Text can't be blank");
        }
        let is_named = draft["media_ids"].is_array();
        let is_usable = self.takes_media_ids && self.named(&draft).all(|one| one.looks_left == 0);
        if is_named && !is_usable {
            return error(422, "Cannot attach files that have not finished processing");
        }
        let parent = draft["in_reply_to_id"].as_str();
        if parent.is_some_and(|id| self.shown(id).is_none()) {
            return error(404, "Record not found");
        }
        let id = self.add(&draft, &key);
        self.keys.insert(key, id.clone());
        Reply::json(200, &self.shown(&id).expect("it was made"))
    }

    fn shown(&self, id: &str) -> Option<Value> {
        let status = self.statuses.iter().find(|status| status.id == id)?;
        Some(json!({
            "id": status.id,
            "created_at": status.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "content": html(&status.text),
            "visibility": status.visibility,
            "language": status.language,
            "spoiler_text": status.spoiler,
            "in_reply_to_id": status.reply_to,
            "reblog": null,
            "media_attachments": status.pictures.iter().map(|alt| json!({ "description": alt }))
                .collect::<Vec<Value>>(),
            "url": format!("https://social.example/@status/{}", status.id),
        }))
    }

    fn page(&self, query: &str) -> Reply {
        let option = |name: &str| {
            let named = |pair: &&str| pair.split_once('=').is_some_and(|(key, _)| key == name);
            query.split('&').find(named).and_then(|pair| Some(pair.split_once('=')?.1.to_owned()))
        };
        let limit: usize = option("limit").and_then(|text| text.parse().ok()).unwrap_or(20);
        let below = option("max_id");
        let page: Vec<Value> = self
            .statuses
            .iter()
            .rev()
            .filter(|status| below.as_ref().is_none_or(|below| status.id < *below))
            .take(limit.min(self.page_length))
            .filter_map(|status| self.shown(&status.id))
            .collect();
        Reply::json(200, &Value::Array(page))
    }

    fn described(&self) -> Value {
        json!({ "configuration": { "statuses": {
            "max_characters": 400, "characters_reserved_per_url": 25,
        } } })
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let mut words = request.line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let sent = request.headers.get("authorization").map(String::as_str);
        if self.is_revoked || sent != Some(&format!("Bearer {}", self.token)) {
            return error(401, "The access token was revoked");
        }
        match (method, path.split('/').skip(1).collect::<Vec<_>>().as_slice()) {
            ("GET", ["api", "v1", "accounts", "verify_credentials"]) => {
                Reply::json(200, &json!({ "id": "7", "acct": "status", "url": "" }))
            }
            ("GET", ["api", "v1", "accounts", "7", "statuses"]) => self.page(query),
            ("GET", ["api", "v2", "instance"]) if self.has_v2 => {
                Reply::json(200, &self.described())
            }
            ("GET", ["api", "v1", "instance"]) => Reply::json(200, &self.described()),
            ("POST", ["api", "v1", "statuses"]) => self.write(request),
            ("POST", ["api", "v2", "media"]) => self.upload(request),
            ("GET", ["api", "v1", "media", id]) => self.look_at_media(id),
            (_, ["api", "v1", "statuses", id]) => self.about_one(method, id, request),
            _ => error(404, "Not found"),
        }
    }

    fn about_one(&mut self, method: &str, id: &str, request: &Request) -> Reply {
        let Some(shown) = self.shown(id) else { return error(404, "Record not found") };
        match method {
            "GET" => Reply::json(200, &shown),
            "DELETE" => {
                self.statuses.retain(|status| status.id != id);
                Reply::json(200, &shown)
            }
            "PUT" => {
                let draft: Value = serde_json::from_slice(&request.body).expect("JSON");
                let status = self.statuses.iter_mut().find(|status| status.id == id);
                let text = draft["status"].as_str().unwrap_or_default();
                status.expect("it stands").text = text.to_owned();
                Reply::json(200, &self.shown(id).expect("it stands"))
            }
            _ => error(405, "Method not allowed"),
        }
    }
}

impl fake::World for World {
    fn take(&mut self, request: &Request) -> Reply {
        let date = self.clock.wall().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        Reply { headers: vec![("date", date)], ..self.answer(request) }
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("POST /api/v1/statuses ")
    }
}

fn error(status: u16, words: &str) -> Reply {
    Reply::json(status, &json!({ "error": words }))
}

/// As Mastodon lays a text out: lines, and links in three parts.
fn html(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(line).collect();
    format!("<p>{}</p>", lines.join("<br />"))
}

fn line(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let words: Vec<String> = escaped
        .split(' ')
        .map(|word| match word.strip_prefix("https://") {
            Some(rest) => format!(
                "<a href=\"{word}\" rel=\"nofollow\"><span class=\"invisible\">https://</span>\
                 <span class=\"ellipsis\">{}</span><span class=\"invisible\">{}</span></a>",
                &rest[..rest.len().min(30)],
                &rest[rest.len().min(30)..],
            ),
            None => word.to_owned(),
        })
        .collect();
    words.join(" ")
}
