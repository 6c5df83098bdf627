//! The table of hostile and broken inputs: what a stranger, or a friend with a bug, may send to
//! the port, and the answer each must get.
//!
//! Data only, and a blocking driver for it, so that any server that knows [`TOKENS`], the probe
//! [`PROBE`] and the domain [`DOMAIN`] can be put to it. Start at [`table`].

mod bodies;
mod driver;
mod protocol;

pub use driver::{Reply, exchange, resident_bytes};

/// Name, secret and scope of the tokens that the table uses; each has the role `staff`.
pub const TOKENS: [(&str, &str, &str); 3] = [
    ("monitor", "secret-of-the-monitor-0001", "probes"),
    ("desk", "secret-of-the-help-desk-002", "reports"),
    ("tim", "secret-of-tim-the-staff-003", "commands"),
];
/// A probe of the fleet.
pub const PROBE: &str = "s1-http";
/// A domain of the fleet.
pub const DOMAIN: &str = "example.org";

/// One thing that is sent, and the answer it must get.
pub struct Case {
    /// What it is.
    pub name: String,
    /// What is sent, and how.
    pub send: Send,
    /// What must come back.
    pub expected: Expected,
}

/// How bytes are sent.
pub enum Send {
    /// All at once, leaving our side open.
    Whole(Vec<u8>),
    /// All at once, then our side is closed.
    ThenClose(Vec<u8>),
    /// The head, then the filler again and again, until the other side ends it or `bytes_max` are
    /// sent.
    Flood {
        /// Sent once.
        head: Vec<u8>,
        /// Sent again and again.
        filler: Vec<u8>,
        /// Enough.
        bytes_max: u64,
    },
    /// Bytes one by one, one every 50 ms.
    Drip(Vec<u8>),
}

/// What must come back.
pub enum Expected {
    /// These answers, in this order, the last of them holding the text.
    Answers(&'static [u16], &'static str),
    /// Any of these, or nothing but the connection's end.
    OneOf(&'static [u16]),
    /// The connection's end, without an answer or after 408, in time.
    CutOff,
}

/// The whole table.
pub fn table() -> Vec<Case> {
    let mut table = bodies::senders();
    table.extend(bodies::json());
    table.extend(bodies::values());
    table.extend(bodies::reports());
    table.extend(bodies::arrays());
    table.extend(bodies::commands());
    table.extend(bodies::forms());
    table.extend(protocol::sizes());
    table.extend(protocol::framing());
    table.extend(protocol::paths());
    table.extend(protocol::slow());
    table
}

/// What is wrong with the reply to a case; `None` when it is as expected.
pub fn mistake(case: &Case, reply: &Reply) -> Option<String> {
    let right = match &case.expected {
        Expected::Answers(statuses, holds) => {
            reply.statuses == *statuses && reply.text.contains(holds)
        }
        Expected::OneOf(statuses) => {
            reply.ended && reply.statuses.iter().all(|status| statuses.contains(status))
        }
        Expected::CutOff => reply.ended && matches!(reply.statuses[..], [] | [408]),
    };
    let shown: String = reply.text.chars().take(600).collect();
    (!right).then(|| format!("{}: {:?} ended={}\n{shown}", case.name, reply.statuses, reply.ended))
}

/// A POST of JSON under the token of this name, as bytes.
pub fn post(path: &str, token: &str, body: &[u8]) -> Vec<u8> {
    let secret = TOKENS.iter().find(|(name, ..)| *name == token).map_or("none", |found| found.1);
    let headers = format!("Authorization: Bearer {secret}\r\nContent-Type: application/json\r\n");
    request("POST", path, &headers, body)
}

/// A request as bytes; the connection ends after its answer.
pub fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn case(name: &str, send: Vec<u8>, status: &'static [u16], holds: &'static str) -> Case {
    Case {
        name: name.to_owned(),
        send: Send::Whole(send),
        expected: Expected::Answers(status, holds),
    }
}
