//! What goes wrong at a homeserver, and what it means: for a post, and in words that say what to do
//! about it. Reasons are short and hold nothing of a post's words.

use std::time::Duration;

use serde::Deserialize;

use crate::{
    broadcast::{
        CheckError,
        http::{self, Answer},
        json::Trouble,
    },
    clock::Clock,
    event::SendError,
    render::neutralise,
};

/// The longest of Matrix's own names for a refusal that is repeated, in characters.
const ERRCODE_LENGTH_MAX: usize = 48;

/// What a homeserver says with a refusal.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    errcode: String,
    /// In the machine's time.
    retry_after_ms: Option<f64>,
}

impl Refusal {
    /// Of a body that may be anything.
    fn read(answer: &Answer) -> Self {
        serde_json::from_slice(answer.body.as_deref().unwrap_or_default()).unwrap_or_default()
    }

    fn words(&self, status: u16) -> String {
        let known = match self.errcode.as_str() {
            "" => return http::status_words(status),
            "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" => {
                "the access token is no longer valid: log in again and name the new one"
            }
            "M_USER_DEACTIVATED" | "M_USER_LOCKED" | "M_USER_SUSPENDED" => {
                "the account is closed or locked"
            }
            "M_FORBIDDEN" => "the account is not in the room, or may not do this there",
            "M_GUEST_ACCESS_FORBIDDEN" => "the account is a guest's, which may not write",
            "M_TOO_LARGE" => "too long for the homeserver",
            "M_LIMIT_EXCEEDED" => "the homeserver asks for a rest",
            "M_NOT_FOUND" => "there is no such room or event",
            "M_CONSENT_NOT_GIVEN" => "the account must first agree to the homeserver's terms",
            other => return format!("status {status}: {}", neutralise(other, ERRCODE_LENGTH_MAX)),
        };
        format!("status {status}: {known}")
    }
}

/// Matrix tells a pause in the body, where others have a header.
pub(super) fn with_pause(mut answer: Answer, clock: &Clock) -> Answer {
    let seconds = Refusal::read(&answer).retry_after_ms.map(|ms| ms.max(0.0) / 1000.0);
    let pause = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    if answer.status == 429 {
        answer.pause = answer.pause.max(pause.map(|pause| clock.scaled(pause)));
    }
    answer
}

/// What it means for a post that the request was to make.
pub(super) fn of_sending(trouble: Trouble) -> SendError {
    match trouble {
        Trouble::Refused(answer) => {
            let words = Refusal::read(&answer).words(answer.status);
            answer.refusal(words)
        }
        other @ (Trouble::Line(_) | Trouble::Unreadable) => other.of_sending(),
    }
}

/// What it means for a post when the request was only to prepare it: nothing has left.
pub(super) fn of_preparing(trouble: Trouble) -> SendError {
    match trouble {
        refused @ Trouble::Refused(_) => match of_sending(refused) {
            SendError::Unknown(reason) => SendError::RetryAfter { after: None, reason },
            settled @ (SendError::Rejected(_)
            | SendError::Bounced(_)
            | SendError::RetryAfter { .. }) => settled,
        },
        other @ (Trouble::Line(_) | Trouble::Unreadable) => other.of_preparing(),
    }
}

/// What it means for a check.
pub(super) fn of_checking(trouble: Trouble) -> CheckError {
    let words = words(&trouble);
    match (trouble.status(), trouble.of_checking()) {
        // What is not there will not come by itself.
        (Some(404), _) | (_, CheckError::Refused(_)) => CheckError::Refused(words),
        (_, CheckError::NoAnswer(_)) => CheckError::NoAnswer(words),
    }
}

/// What happened and what to do about it.
pub(super) fn words(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Refused(answer) => Refusal::read(answer).words(answer.status),
        Trouble::Line(_) | Trouble::Unreadable => trouble.words(),
    }
}
