//! JSON over the drivers' HTTP: an answer that can be read, or what went wrong.
//!
//! Must not: let more of an answer into an error than the drivers allow.

use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::event::SendError;

use super::{
    CheckError,
    http::{self, Answer, Http},
};

/// A page of long posts with all that is known of their author fits.
pub(super) const ANSWER_BYTES_MAX: usize = 4 << 20;

/// A request that came to nothing, or to nothing that can be read.
pub(super) enum Trouble {
    /// No answer.
    Line(http::Trouble),
    /// The other side refused, or broke.
    Refused(Answer),
    /// It was carried out; what was answered cannot be read.
    Unreadable,
}

/// Asks, and reads what is answered.
pub(super) async fn ask<T: DeserializeOwned>(
    http: &Http,
    request: RequestBuilder,
) -> Result<T, Trouble> {
    let answer = http.ask(request, ANSWER_BYTES_MAX).await.map_err(Trouble::Line)?;
    read(answer)
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(answer: Answer) -> Result<T, Trouble> {
    if !answer.is_success() {
        return Err(Trouble::Refused(answer));
    }
    let body = answer.body.ok_or(Trouble::Unreadable)?;
    // No content is an answer too: to a deletion.
    let text: &[u8] = if body.is_empty() { b"null" } else { &body };
    serde_json::from_slice(text).map_err(|_| Trouble::Unreadable)
}

impl Trouble {
    /// What it means for a post that the request was to make.
    pub(super) fn of_sending(self) -> SendError {
        let words = self.words();
        match self {
            Self::Line(trouble) => trouble.of_sending(),
            Self::Refused(answer) => answer.refusal(words),
            Self::Unreadable => SendError::Unknown(words),
        }
    }

    /// What it means for a post when the request was only to prepare it: nothing has left.
    pub(super) fn of_preparing(self) -> SendError {
        let words = self.words();
        match self {
            Self::Line(trouble) => trouble.of_preparing(),
            Self::Unreadable => SendError::RetryAfter { after: None, reason: words },
            Self::Refused(answer) => match answer.refusal(words) {
                SendError::Unknown(reason) => SendError::RetryAfter { after: answer.pause, reason },
                settled @ (SendError::Rejected(_)
                | SendError::Bounced(_)
                | SendError::RetryAfter { .. }) => settled,
            },
        }
    }

    /// What it means for a check.
    pub(super) fn of_checking(self) -> CheckError {
        let words = self.words();
        match self.of_preparing() {
            SendError::RetryAfter { .. }
                if !matches!(words.as_str(), "status 401" | "status 403") =>
            {
                CheckError::NoAnswer(words)
            }
            SendError::RetryAfter { .. }
            | SendError::Rejected(_)
            | SendError::Bounced(_)
            | SendError::Unknown(_) => CheckError::Refused(words),
        }
    }

    /// The status of the refusal.
    pub(super) fn status(&self) -> Option<u16> {
        if let Self::Refused(answer) = self { Some(answer.status) } else { None }
    }

    /// A text that the other side put into its refusal under `key`.
    pub(super) fn said(&self, key: &str) -> Option<String> {
        let Self::Refused(answer) = self else { return None };
        let body: Value = serde_json::from_slice(answer.body.as_deref()?).ok()?;
        body.get(key)?.as_str().map(str::to_owned)
    }

    /// In few words of our own.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Line(trouble) => trouble.clone().words(),
            Self::Refused(answer) => http::status_words(answer.status),
            Self::Unreadable => "an answer that cannot be read".to_owned(),
        }
    }
}
