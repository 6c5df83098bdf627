//! A homeserver with one room, `!room:example.org` or `#status:example.org`, and one account in it.
//! The same transaction of the same login has the same event.

use bellwether::{clock::Clock, domain::Timestamp};
use serde_json::{Value, json};

use super::super::fake::{self, Reply, Request};

/// The account.
pub const OWN: &str = "@bellwether:example.org";

/// An event in the room.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub at: Timestamp,
    pub sender: &'static str,
    pub transaction: String,
    pub content: Value,
}

/// The homeserver.
pub struct World {
    clock: Clock,
    token: String,
    /// What stands in the room, oldest first.
    pub events: Vec<Event>,
    /// Events that were taken back.
    pub redacted: Vec<String>,
    pub membership: &'static str,
    /// What the account needs and has to write.
    pub level_needed: i64,
    pub level: i64,
    pub page_length: usize,
    pub forgets_transactions: bool,
}

impl World {
    pub fn new(clock: Clock, token: &str) -> Self {
        Self {
            clock,
            token: token.to_owned(),
            events: Vec::new(),
            redacted: Vec::new(),
            membership: "join",
            level_needed: 50,
            level: 50,
            page_length: 100,
            forgets_transactions: false,
        }
    }

    /// Somebody says something.
    pub fn say(&mut self, sender: &'static str, content: Value) {
        self.add(sender, "", content);
    }

    fn add(&mut self, sender: &'static str, transaction: &str, content: Value) -> String {
        let id = format!("$event-{}", self.events.len());
        let transaction = transaction.to_owned();
        let at = self.clock.now();
        self.events.push(Event { id: id.clone(), at, sender, transaction, content });
        id
    }

    fn put(&mut self, transaction: &str, content: Value) -> Reply {
        let mut known = self.events.iter().filter(|_| !self.forgets_transactions);
        let known = known.find(|event| event.transaction == transaction);
        let known = known.map(|event| event.id.clone());
        let id = known.unwrap_or_else(|| self.add(OWN, transaction, content));
        Reply::json(200, &json!({ "event_id": id }))
    }

    /// A page of the room, newest first, as far as its filter lets through.
    fn page(&self, query: &str) -> Reply {
        let pairs: Vec<(&str, &str)> =
            query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let option =
            |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        assert_eq!(option("dir"), Some("b"));
        let is_own_only = option("filter").is_some_and(|text| text.contains("senders"));
        let from: usize = option("from").map_or(0, |text| text.parse().expect("a token of ours"));
        let seen = self.events.iter().rev().filter(|event| !is_own_only || event.sender == OWN);
        let limit: usize = option("limit").and_then(|text| text.parse().ok()).unwrap_or(10);
        let limit = limit.min(self.page_length);
        let chunk: Vec<Value> = seen.skip(from).take(limit).map(shown).collect();
        // As real ones do, it gives a next page until there is nothing more.
        let end = (!chunk.is_empty()).then(|| (from + chunk.len()).to_string());
        Reply::json(200, &json!({ "chunk": chunk, "end": end }))
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let sent = request.header("authorization");
        if sent != format!("Bearer {}", self.token) {
            return error(401, "M_UNKNOWN_TOKEN");
        }
        let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
        let method = request.line.split(' ').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        if let ("POST", ["_matrix", "media", "v3", "upload"]) = (method, parts.as_slice()) {
            assert_eq!(request.header("content-type"), "image/png");
            assert!(request.body.starts_with(b"\x89PNG"), "no picture");
            return Reply::json(200, &json!({ "content_uri": "mxc://example.org/chart" }));
        }
        let Some(parts) = parts.strip_prefix(&["_matrix", "client", "v3"][..]) else {
            return error(404, "M_UNRECOGNIZED");
        };
        match (method, parts) {
            ("GET", ["account", "whoami"]) => Reply::json(200, &json!({ "user_id": OWN })),
            ("GET", ["directory", "room", "%23status:example.org"]) => {
                Reply::json(200, &json!({ "room_id": "!room:example.org" }))
            }
            (_, ["rooms", "!room:example.org", of_room @ ..]) => {
                self.of_room(method, of_room, query, request)
            }
            (_, ["rooms", ..]) => error(403, "M_FORBIDDEN"),
            _ => error(404, "M_NOT_FOUND"),
        }
    }

    fn of_room(&mut self, method: &str, parts: &[&str], query: &str, request: &Request) -> Reply {
        match (method, parts) {
            ("GET", ["state", "m.room.member", "@bellwether:example.org"]) => {
                Reply::json(200, &json!({ "membership": self.membership }))
            }
            ("GET", ["state", "m.room.power_levels"]) => Reply::json(
                200,
                &json!({
                    "users": { OWN: self.level },
                    "events": { "m.room.message": self.level_needed },
                    "events_default": 100,
                }),
            ),
            _ if self.membership != "join" => error(403, "M_FORBIDDEN"),
            ("GET", ["messages"]) => self.page(query),
            ("PUT", ["send", "m.room.message", transaction]) => {
                self.put(transaction, request.json())
            }
            ("PUT", ["redact", event, _]) => {
                self.redacted.push((*event).to_owned());
                Reply::json(200, &json!({ "event_id": "$redaction" }))
            }
            _ => error(404, "M_NOT_FOUND"),
        }
    }
}

impl fake::World for World {
    fn take(&mut self, request: &Request) -> Reply {
        self.answer(request)
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("PUT ") && request.target().contains("/send/")
    }
}

fn shown(event: &Event) -> Value {
    json!({
        "event_id": event.id,
        "type": "m.room.message",
        "sender": event.sender,
        "origin_server_ts": event.at.timestamp_millis(),
        "content": event.content,
    })
}

fn error(status: u16, errcode: &str) -> Reply {
    Reply::json(status, &json!({ "errcode": errcode, "error": "Words of theirs" }))
}
