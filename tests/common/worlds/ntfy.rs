//! A ntfy server with the topic `our-status`: keeps what is published, knows no key.

use bellwether::{clock::Clock, domain::Timestamp};
use serde_json::{Value, json};

use super::super::fake::{self, Reply, Request};

/// The server.
pub struct World {
    clock: Clock,
    token: String,
    /// What was published, oldest first.
    pub notices: Vec<(Timestamp, Value)>,
    pub takes_anybody: bool,
}

impl World {
    pub fn new(clock: Clock, token: &str) -> Self {
        Self { clock, token: token.to_owned(), notices: Vec::new(), takes_anybody: false }
    }

    fn publish(&mut self, request: &Request) -> Reply {
        let mut notice = request.json();
        let message = notice["message"].as_str().unwrap_or_default();
        if request.body.len() >= 8192 {
            return error(413);
        }
        // It would be an attached file, and there is no room for these.
        if message.len() >= 4096 {
            return error(400);
        }
        notice["id"] = json!(format!("m{}", self.notices.len()));
        notice["event"] = json!("message");
        self.notices.push((self.clock.now(), notice.clone()));
        Reply::json(200, &notice)
    }

    /// What was published since, a line each.
    fn kept(&self, query: &str) -> Reply {
        let since = query.strip_prefix("poll=1&since=").and_then(|text| text.parse::<i64>().ok());
        let since = since.expect("a moment in seconds");
        let kept = self.notices.iter().filter(|(at, _)| at.timestamp() >= since);
        let lines: Vec<String> = kept.map(|(_, notice)| notice.to_string()).collect();
        Reply { status: 200, body: lines.join("\n"), ..Reply::default() }
    }
}

impl fake::World for World {
    fn take(&mut self, request: &Request) -> Reply {
        let sent = request.header("authorization");
        if !self.takes_anybody && sent != format!("Bearer {}", self.token) {
            return error(403);
        }
        let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
        match (request.line.split(' ').next().unwrap_or_default(), path) {
            ("POST", "/") => self.publish(request),
            ("GET", "/our-status/auth") => Reply::json(200, &json!({ "success": true })),
            ("GET", "/our-status/json") => self.kept(query),
            _ => error(404),
        }
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("POST ")
    }
}

fn error(status: u16) -> Reply {
    Reply::json(status, &json!({ "code": u32::from(status) * 100, "error": "words of theirs" }))
}
