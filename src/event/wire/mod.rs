//! The one JSON vocabulary of inputs: HTTP API, scenario files, journal dump (DESIGN.md, section 5).
//!
//! [`parse`] reads one line into a [`WireInput`], [`parse_line`] also knows the other lines of a
//! dump, [`items`] finds the inputs of an HTTP body, and [`dump`] writes what `parse_line` reads.
//! Types are strict, sizes bounded, and every refusal says which field, what was found, what was
//! expected and where. Must not: trust or check who says it (`by`, `role`, `source` are handed on
//! as stated), or know the fleet or the time.

mod fields;
mod json;
mod subscribers;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::{Notice, Role, Timestamp, Topic};

use super::{Body, Entry, Happening, Input, Output};
use fields::Fields;

/// The longest line or item, in bytes.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// The longest line of a dump that is no input from outside, in bytes: a start tells the whole fleet.
pub const OWN_LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The longest text, in bytes; a longer one is refused.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// The longest text that is kept whole, in characters; a longer one is cut and ends with `…`.
pub const TEXT_LENGTH_MAX: usize = 4000;
/// The longest reason of a failed check that is kept whole, in characters.
pub const ERROR_LENGTH_MAX: usize = 500;
/// The longest id or name, in bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// The longest language tag, in bytes.
const LANGUAGE_BYTES_MAX: usize = 35;
/// The longest time that a check may have taken, in milliseconds: a day.
pub const LATENCY_MS_MAX: u64 = 24 * 3600 * 1000;

/// One input as its sender stated it; who may state what is the reader's matter.
#[derive(Clone, Debug, PartialEq)]
pub struct WireInput {
    /// When it happened.
    pub at: Timestamp,
    /// When it was received. Only dumps and scenario files may say.
    pub received: Option<Timestamp>,
    /// What happened.
    pub body: WireBody,
}

/// What an input says.
#[derive(Clone, Debug, PartialEq)]
pub enum WireBody {
    /// One outcome of a check.
    ProbeResult {
        /// Which check; not known to be one of ours.
        probe: String,
        /// Whether it did what was expected.
        ok: bool,
        /// In milliseconds, at most [`LATENCY_MS_MAX`]; fractions are rounded.
        latency_ms: Option<u32>,
        /// Why it failed, at most [`ERROR_LENGTH_MAX`] characters.
        error: Option<String>,
    },
    /// A customer's problem.
    Report {
        /// The sender's own id for it.
        id: Option<String>,
        /// The author, by the sender's own name.
        reporter: Option<String>,
        /// Where it was said.
        source: Option<String>,
        /// As [`domain_name`] writes it where it reads as one, else as stated.
        domain: Option<String>,
        /// At most [`TEXT_LENGTH_MAX`] characters. Dumps have none.
        text: Option<String>,
        /// Whether the person is who they say. Dumps alone state it.
        confirmed: Option<bool>,
        /// Whether the acknowledgement was a reply. Dumps alone state it.
        answered: Option<bool>,
        /// The language that the author reads: a tag.
        language: Option<String>,
    },
    /// What a provider announced, as it was read.
    Notice(Box<Notice>),
    /// A staff command, as typed.
    Command {
        /// Who.
        by: Option<String>,
        /// With what right.
        role: Option<Role>,
        /// What they typed, at most [`TEXT_LENGTH_MAX`] characters.
        text: String,
    },
    /// A wish to hear of updates. Only dumps and scenario files have it.
    Subscribe {
        /// Who, by the sender's own name.
        person: String,
        /// Where they are written to.
        source: String,
        /// What they want to hear of.
        topic: Topic,
        /// Whether the person is who they say.
        confirmed: bool,
        /// The hash of their token.
        key: Option<String>,
    },
    /// The owner of an address says yes. Only dumps and scenario files have it.
    Confirm {
        /// Who.
        person: String,
        /// The hash of their token.
        key: String,
    },
    /// Somebody wants to hear of nothing more. Only dumps and scenario files have it.
    Unsubscribe {
        /// Who.
        person: String,
        /// The hash of their token, when it was a letter's link.
        key: Option<String>,
    },
    /// What was written to somebody came back. Only dumps and scenario files have it.
    Bounced {
        /// Who.
        person: String,
        /// What the other side said.
        reason: String,
    },
}

/// What one line of a scenario file or dump is.
#[derive(Clone, Debug, PartialEq)]
pub enum WireLine {
    /// An input to replay.
    Input(WireInput),
    /// A decision that a dump recorded (it has a field `of`): replay makes its own.
    Decision,
    /// The start of a bot, in a dump: replay starts no later than this.
    Started(Timestamp),
    /// What a destination said of itself, in a dump, and when it was received: replay cannot ask.
    Learned(Timestamp, Happening),
    /// Another input that the bot made itself (`trouble`, `timer`, `delivery`): replay makes its own.
    Own,
}

/// Why a line or item was refused. Its text is one sentence, for developers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}found {found}, expected {expected} (byte {byte}, column {column})", prefix(.field))]
pub struct WireError {
    /// The field that is wrong, when it is one field.
    pub field: Option<String>,
    /// What stands there, shortened.
    pub found: String,
    /// What should.
    pub expected: String,
    /// Where, in bytes from 0.
    pub byte: usize,
    /// Where, in characters from 1.
    pub column: usize,
}

/// Reads one input.
pub fn parse(line: &[u8]) -> Result<WireInput, WireError> {
    let text = utf8(line)?;
    let found = match read(text)? {
        WireLine::Input(input) => return Ok(input),
        WireLine::Decision => "a decision of a journal dump",
        WireLine::Started(_) | WireLine::Learned(..) | WireLine::Own => {
            "an input that only the bot itself makes"
        }
    };
    let expected = format!("one of {}", TYPES.join(", "));
    Err(WireError::new(text, Some("type"), 0, found, &expected))
}

/// Reads one line of a scenario file or dump. An empty line is refused like any other that is no
/// object.
pub fn parse_line(line: &[u8]) -> Result<WireLine, WireError> {
    bounded(line, OWN_LINE_BYTES_MAX)?;
    read(valid_utf8(line)?)
}

/// Where the inputs of an HTTP body are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Items {
    /// The body is one object.
    One(Range<usize>),
    /// The body is an array of these.
    Many(Vec<Range<usize>>),
    /// The body is an array of more than the allowed count.
    TooMany,
}

/// Checks the JSON of a whole body and finds its items, each then to be given to [`parse`]. The
/// caller bounds the body's size.
pub fn items(body: &[u8], count_max: usize) -> Result<Items, WireError> {
    let text = valid_utf8(body)?;
    let found =
        json::elements(text, count_max).map_err(|fault| WireError::from_fault(text, fault))?;
    Ok(match found {
        Some(json::Elements::One(range)) => Items::One(range),
        Some(json::Elements::Many(ranges)) => Items::Many(ranges),
        None => Items::TooMany,
    })
}

/// Reads the single text field `name` of an object that has no other.
pub fn single_text(body: &[u8], name: &'static str) -> Result<String, WireError> {
    let text = utf8(body)?;
    let mut fields = Fields::read(text)?;
    let value = fields.text(name, TEXT_LENGTH_MAX)?;
    fields.finish(&[name], &[])?;
    Ok(value)
}

/// A domain as we keep it: lower case, ASCII, without scheme, path, port or final dot; `None` for
/// text that names none.
pub fn domain_name(text: &str) -> Option<String> {
    if text.len() > 2048 {
        return None;
    }
    let text = text.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split(['/', '?', '#', ':']).next()?.trim_end_matches('.');
    let host = if host.is_ascii() {
        host.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(host).ok()?
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    };
    let is_domain = host.len() <= 253 && host.contains('.') && host.split('.').all(is_label);
    is_domain.then_some(host)
}

/// Writes one journal record as a line that [`parse_line`] reads, without its newline.
pub fn dump(entry: &Entry) -> Result<String, serde_json::Error> {
    let (v, seq, decided) = (entry.v, entry.seq, entry.decided);
    match &entry.body {
        Body::Input(happening) => serde_json::to_string(&InputLine {
            at: happening.at,
            received: entry.at,
            v,
            seq,
            decided,
            input: &happening.input,
        }),
        Body::Decision(decision) => serde_json::to_string(&DecisionLine {
            at: entry.at,
            v,
            seq,
            decided,
            of: decision.of,
            output: &decision.output,
        }),
    }
}

#[derive(Serialize)]
struct InputLine<'a> {
    at: Timestamp,
    received: Timestamp,
    v: u32,
    seq: u64,
    decided: u64,
    #[serde(flatten)]
    input: &'a Input,
}

#[derive(Serialize)]
struct DecisionLine<'a> {
    at: Timestamp,
    v: u32,
    seq: u64,
    decided: u64,
    of: u64,
    #[serde(flatten)]
    output: &'a Output,
}

const COMMON: [&str; 6] = ["at", "received", "type", "v", "seq", "decided"];
const TYPES: [&str; 8] = [
    "probe_result",
    "report",
    "command",
    "notice",
    "subscribe",
    "confirm",
    "unsubscribe",
    "bounced",
];
const OWN_TYPES: [&str; 5] = ["started", "trouble", "learned", "timer", "delivery"];

fn read(text: &str) -> Result<WireLine, WireError> {
    let mut fields = Fields::read(text)?;
    let (kind, place) = fields.name_at("type")?;
    // Of a dump, which has a decision "notice" beside the input.
    let is_dumped = fields.has("seq");
    if fields.has("of") && (is_dumped || !TYPES.contains(&kind.as_str())) {
        return Ok(WireLine::Decision);
    }
    if kind == "started" && fields.has("received") {
        return Ok(WireLine::Started(fields.time("received")?));
    }
    if kind == "learned" && fields.has("received") {
        let learned = serde_json::from_str(text).map_err(|_| {
            let expected = "a destination and its limits";
            WireError::new(text, None, 0, "what cannot be read", expected)
        })?;
        return Ok(WireLine::Learned(fields.time("received")?, learned));
    }
    if OWN_TYPES.contains(&kind.as_str()) {
        return Ok(WireLine::Own);
    }
    if !TYPES.contains(&kind.as_str()) {
        return Err(fields.unknown_word("type", place, &kind, &TYPES));
    }
    bounded(text.as_bytes(), LINE_BYTES_MAX)?;
    fields.forget(&["v", "seq", "decided"]);
    let at = fields.time("at")?;
    let received = if fields.has("received") { Some(fields.time("received")?) } else { None };
    let body = match kind.as_str() {
        "probe_result" => probe_result(&mut fields)?,
        "report" => report(&mut fields)?,
        "notice" => notice(text, &mut fields)?,
        "subscribe" => subscribers::subscribe(&mut fields)?,
        "confirm" => subscribers::confirm(&mut fields)?,
        "unsubscribe" => subscribers::unsubscribe(&mut fields)?,
        "bounced" => subscribers::bounced(&mut fields)?,
        _ => command(&mut fields)?,
    };
    Ok(WireLine::Input(WireInput { at, received, body }))
}

fn probe_result(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let body = WireBody::ProbeResult {
        probe: fields.name("probe")?,
        ok: fields.flag("ok")?,
        latency_ms: fields.optional_milliseconds("latency_ms", LATENCY_MS_MAX)?,
        error: fields.optional_text("error", ERROR_LENGTH_MAX)?,
    };
    fields.finish(&["probe", "ok", "latency_ms", "error"], &COMMON)?;
    Ok(body)
}

fn report(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let domain = fields.optional_text("domain", 253)?;
    let body = WireBody::Report {
        id: fields.optional_name("id")?,
        reporter: fields.optional_name("reporter")?,
        source: fields.optional_name("source")?,
        domain: domain.map(|text| domain_name(&text).unwrap_or(text)),
        text: fields.optional_text("text", TEXT_LENGTH_MAX)?,
        confirmed: if fields.has("confirmed") { Some(fields.flag("confirmed")?) } else { None },
        answered: if fields.has("answered") { Some(fields.flag("answered")?) } else { None },
        language: fields.optional_language("language")?,
    };
    let own = ["id", "reporter", "source", "domain", "text", "confirmed", "answered", "language"];
    fields.finish(&own, &COMMON)?;
    Ok(body)
}

fn command(fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    let role = match fields.optional_name_at("role")? {
        Some((word, place)) => Some(role(fields, place, &word)?),
        None => None,
    };
    let by = fields.optional_name("by")?;
    let text = fields.text("text", TEXT_LENGTH_MAX)?;
    fields.finish(&["by", "role", "text"], &COMMON)?;
    Ok(WireBody::Command { by, role, text })
}

/// A notice is an object of its own within the line.
fn notice(text: &str, fields: &mut Fields<'_>) -> Result<WireBody, WireError> {
    #[derive(Deserialize)]
    struct Line {
        notice: Box<Notice>,
    }
    let read = serde_json::from_str::<Line>(text).map_err(|error| {
        let found: String = error.to_string().chars().take(120).collect();
        let byte = error.column().saturating_sub(1);
        let expected = "a notice as a dump writes it";
        WireError::new(text, Some("notice"), byte, &found.escape_debug().to_string(), expected)
    })?;
    fields.forget(&["notice"]);
    fields.finish(&["notice"], &COMMON)?;
    Ok(WireBody::Notice(read.notice))
}

fn role(fields: &Fields<'_>, place: usize, word: &str) -> Result<Role, WireError> {
    const ROLES: [Role; 3] = [Role::Customer, Role::Staff, Role::Admin];
    let found = ROLES.into_iter().find(|role| role.word() == word);
    found.ok_or_else(|| fields.unknown_word("role", place, word, &ROLES.map(Role::word)))
}

fn utf8(line: &[u8]) -> Result<&str, WireError> {
    bounded(line, LINE_BYTES_MAX)?;
    valid_utf8(line)
}

fn bounded(line: &[u8], bytes_max: usize) -> Result<(), WireError> {
    if line.len() <= bytes_max {
        return Ok(());
    }
    let found = format!("{} bytes", line.len());
    Err(WireError::new("", None, 0, &found, &format!("at most {bytes_max}")))
}

fn valid_utf8(line: &[u8]) -> Result<&str, WireError> {
    std::str::from_utf8(line).map_err(|error| {
        let good = error.valid_up_to();
        let text = std::str::from_utf8(&line[..good]).unwrap_or_default();
        let found = format!("the byte 0x{:02x}", line[good]);
        WireError::new(text, None, good, &found, "UTF-8")
    })
}

fn prefix(field: &Option<String>) -> String {
    field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default()
}

impl WireError {
    fn new(text: &str, field: Option<&str>, byte: usize, found: &str, expected: &str) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self {
            field: field.map(str::to_owned),
            found: found.to_owned(),
            expected: expected.to_owned(),
            byte,
            column: before.chars().count() + 1,
        }
    }

    fn from_fault(text: &str, fault: json::Fault) -> Self {
        Self::new(text, None, fault.byte, &fault.found, &fault.expected)
    }
}
