//! What goes wrong at Discord, and what it means: for a post that may or may not stand there, and in
//! words that say what to do about it.
//!
//! Reasons are kept where nothing can be forgotten and shown to staff in a line: at most a hundred
//! characters, and nothing of a post's words.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::event::SendError;

/// A wrong token or a missing permission is mended by a person: ask slowly.
const DENIED_PAUSE: Duration = Duration::from_secs(300);
/// The longest path of a field in a reason, in bytes.
const FIELD_BYTES_MAX: usize = 48;
/// How deep a field may lie.
const FIELD_DEPTH_MAX: usize = 8;

/// A request that came to nothing, or to nothing that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It did not leave.
    NotSent(String),
    /// It may have been heard.
    Unanswered(String),
    /// It was heard and refused, or the other side broke.
    Refused(Refusal),
    /// It was carried out; what was answered cannot be read.
    Unreadable,
}

/// An answer that is no success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub(super) status: u16,
    /// Discord's own code, 0 when it named none.
    pub(super) code: u32,
    /// The field that is wrong, and how, where it names one.
    pub(super) field: Option<String>,
    /// How long it asks to wait.
    pub(super) pause: Option<Duration>,
}

/// What Discord says with a refusal.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    code: Value,
    #[serde(default)]
    errors: Value,
    #[serde(default)]
    retry_after: Option<f64>,
}

impl Refusal {
    /// Of a status, the pause that its header asks for, and a body that may be anything.
    pub(super) fn read(status: u16, pause: Option<Duration>, body: Option<&[u8]>) -> Self {
        let body = body.and_then(|bytes| serde_json::from_slice::<Body>(bytes).ok());
        let Some(body) = body else { return Self { status, code: 0, field: None, pause } };
        let said = body.retry_after.map(|seconds| seconds.max(0.0));
        let said = said.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let code = body.code.as_u64().and_then(|code| u32::try_from(code).ok());
        Self {
            status,
            code: code.unwrap_or_default(),
            field: wrong_field(&body.errors),
            pause: pause.max(said),
        }
    }

    /// Of a request that was not made: Discord asked for a rest, in the clock's time.
    pub(super) fn to_rest(pause: Option<Duration>) -> Self {
        Self { status: 429, pause, ..Self::default() }
    }

    /// What happened and what to do about it.
    pub(super) fn words(&self) -> String {
        let status = self.status;
        let known = match (status, self.code) {
            (401, _) => "the bot's token is no longer valid: make a new one and name it",
            (_, 10_003) => "the channel is gone: name another in the configuration",
            (_, 10_004) => "the server is gone, or the bot was removed: invite it again",
            (_, 10_008) => "the message is gone: somebody deleted it",
            (_, 10_013) => "this person's account is gone",
            (_, 50_007 | 50_278) => "this person takes no direct messages from the bot",
            (_, 50_001) => "the bot was removed from the server or may not see the channel",
            (_, 50_013) => "the bot lacks a permission there: see “bellwether check --discord”",
            (_, 50_024 | 50_068) => "the channel is of a kind that cannot do this",
            (_, 200_000 | 200_001 | 240_000) => "the server's AutoMod refuses these words",
            (300..=399, _) => "a redirect, which is not followed",
            _ => "",
        };
        match (&self.field, known, self.code) {
            (Some(field), "", _) => format!("status {status}: Discord refuses {field}"),
            (None, "", 0) => format!("status {status}"),
            (None, "", code) => format!("status {status}: Discord's code {code}"),
            (_, known, _) => format!("status {status}: {known}"),
        }
    }
}

impl Trouble {
    /// What it means for a post that the request was to make.
    pub(super) fn of_sending(&self) -> SendError {
        let retry =
            |after, reason: &str| SendError::RetryAfter { after, reason: reason.to_owned() };
        match self {
            Self::NotSent(reason) => retry(None, reason),
            Self::Unanswered(reason) => SendError::Unknown(reason.clone()),
            Self::Unreadable => SendError::Unknown("an answer that cannot be read".to_owned()),
            Self::Refused(refusal) => {
                let (words, pause) = (refusal.words(), refusal.pause);
                match refusal.status {
                    _ if refusal.has_nobody_there() => SendError::Bounced(words),
                    403 if refusal.is_about_one_person() => SendError::Rejected(words),
                    401 | 403 => retry(Some(pause.unwrap_or_default().max(DENIED_PAUSE)), &words),
                    408 | 425 | 429 => retry(pause, &words),
                    503 if pause.is_some() => retry(pause, &words),
                    500..=599 => SendError::Unknown(words),
                    _ => SendError::Rejected(words),
                }
            }
        }
    }

    /// What it means for a post when the request was only to prepare it: nothing has left.
    pub(super) fn of_preparing(&self) -> SendError {
        match self.of_sending() {
            SendError::Unknown(reason) => {
                let after = if let Self::Refused(refusal) = self { refusal.pause } else { None };
                SendError::RetryAfter { after, reason }
            }
            settled @ (SendError::Rejected(_)
            | SendError::Bounced(_)
            | SendError::RetryAfter { .. }) => settled,
        }
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::NotSent(reason) | Self::Unanswered(reason) => reason.clone(),
            Self::Unreadable => "an answer that cannot be read".to_owned(),
            Self::Refused(refusal) => refusal.words(),
        }
    }

    /// Discord's own code for the refusal.
    pub(super) fn code(&self) -> Option<u32> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::NotSent(_) | Self::Unanswered(_) | Self::Unreadable => None,
        }
    }

    /// The status of the refusal.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            Self::NotSent(_) | Self::Unanswered(_) | Self::Unreadable => None,
        }
    }
}

impl Refusal {
    /// The person's account is gone, or takes nothing from the bot.
    fn has_nobody_there(&self) -> bool {
        matches!(self.code, 10_013 | 50_007 | 50_278)
    }

    fn is_about_one_person(&self) -> bool {
        matches!(self.code, 50_007 | 50_278 | 200_000 | 200_001 | 240_000)
    }
}

/// The first field that `errors` complains of, as "embeds.0.description (BASE_TYPE_MAX_LENGTH)".
fn wrong_field(errors: &Value) -> Option<String> {
    let (mut at, mut path) = (errors, Vec::new());
    for _ in 0..FIELD_DEPTH_MAX {
        let fields = at.as_object()?;
        if let Some(complaints) = fields.get("_errors") {
            let code = complaints.get(0).and_then(|first| first.get("code"));
            let code = code.and_then(Value::as_str).map(plain).unwrap_or_default();
            let path = plain(&path.join("."));
            return Some(if code.is_empty() { path } else { format!("{path} ({code})") });
        }
        let (name, inside) = fields.iter().next()?;
        path.push(name.as_str());
        at = inside;
    }
    None
}

/// Only what the name of a field or error is made of.
fn plain(text: &str) -> String {
    let is_plain = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.');
    text.chars().filter(is_plain).take(FIELD_BYTES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_field_and_repeats_nothing_else() {
        let body =
            br#"{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"description":
            {"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"<@1> secret words"}]}}}}}"#;
        let refusal = Refusal::read(400, None, Some(body));
        let words = "status 400: Discord refuses embeds.0.description (BASE_TYPE_MAX_LENGTH)";
        assert_eq!(refusal.words(), words);
        assert_eq!(Trouble::Refused(refusal).of_sending(), SendError::Rejected(words.to_owned()));
    }

    #[test]
    fn every_reason_fits_a_line() {
        for status in [301, 400, 401, 403, 404, 429, 500] {
            for code in [0, 10_003, 10_004, 10_008, 10_013, 50_001, 50_007, 50_013, 50_024, 200_000]
            {
                let words = Refusal { status, code, ..Refusal::default() }.words();
                assert!(words.chars().count() <= 100, "{words}");
            }
        }
    }

    #[test]
    fn the_longer_of_two_pauses_is_kept() {
        let pause = |header: Option<u64>, body: &str| {
            let header = header.map(Duration::from_secs);
            Refusal::read(429, header, Some(body.as_bytes())).pause
        };
        assert_eq!(pause(Some(1), r#"{"retry_after":64.57}"#), Some(Duration::from_millis(64_570)));
        assert_eq!(pause(Some(9), r#"{"retry_after":0.3}"#), Some(Duration::from_secs(9)));
        assert_eq!(pause(None, r#"{"retry_after":-1}"#), Some(Duration::ZERO));
        assert_eq!(pause(Some(2), "<html>"), Some(Duration::from_secs(2)));
        assert_eq!(pause(None, r#"{"retry_after":"soon"}"#), None);
    }
}
