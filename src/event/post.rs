//! Posts: one rendered text for one destination, fixed before the first send.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::{Audience, DestinationId, IncidentId, PersonId, PostId, WindowId};

/// One rendered text for one destination. Its bytes never change once decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// The hash of what it is; see [`post_id`].
    pub id: PostId,
    /// Where it goes.
    pub destination: DestinationId,
    /// Who reads there.
    pub audience: Audience,
    /// What is asked of the destination.
    pub action: PostAction,
    /// What it is about ("incident.investigating", "draft", "acknowledgement").
    pub subject: String,
    /// The incident it speaks of.
    pub incident: Option<IncidentId>,
    /// The maintenance window it speaks of, where no incident does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowId>,
    /// The one person it is for; the driver is handed their account when it sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<PersonId>,
    /// The post that opened the incident or window at this destination, to reply to; of an edit, deletion or
    /// crosspost, the post that it is done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<PostId>,
    /// The words, within the destination's limits.
    pub body: String,
    /// What its reader can press, where the destination has buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<PostButton>,
    /// What stands beside the words, where the destination takes pictures. The words leave without
    /// it where it cannot be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// A picture beside a post's words; fixed with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The drawing; the same drawing makes the same picture.
    pub svg: String,
    /// What it shows, for who cannot see it.
    pub alt: String,
}

/// What the subjects of all posts to subscribers begin with.
pub const SUBSCRIBER_SUBJECT: &str = "subscription.";

/// A button under a post; fixed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostButton {
    /// What a press is known by: [`Button::id`](crate::command::Button::id).
    pub id: String,
    /// What stands on it.
    pub label: String,
}

/// What is asked of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostAction {
    /// Say it.
    Post,
    /// Put it in an earlier post's place.
    Edit,
    /// Take an earlier post back.
    Delete,
    /// Pass it on to followers.
    Crosspost,
}

impl PostAction {
    /// The word for it in JSON and in a post's id.
    pub fn word(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Crosspost => "crosspost",
        }
    }
}

/// The deterministic id of a post: the first 128 bits, in hex, of SHA-256 over its parts, each
/// preceded by its length, so that no two lists of parts run together.
///
/// `parts` are installation id, subject kind and id, revision, action, destination and recipient
/// (DESIGN.md, "Invariants", 6). The same decision in the same installation has the same id after
/// any restart or upgrade; a new installation has new ones.
pub fn post_id(parts: &[&str]) -> PostId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hex: String = hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    PostId::from(hex)
}

/// What a destination gave back for a post it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Its own id for the post.
    pub remote_id: Option<String>,
    /// Where the post can be seen.
    pub link: Option<String>,
    /// What staff should know of how it arrived, in words: it is not quite as was asked.
    pub remark: Option<String>,
}

/// Why a post did not, or may not, have arrived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It did not arrive and never will.
    #[error("refused: {0}")]
    Rejected(String),
    /// It did not arrive: there is nobody at that address, or somebody who takes nothing.
    #[error("nobody there: {0}")]
    Bounced(String),
    /// It did not arrive; try again, and not before this.
    #[error("to be tried again: {reason}")]
    RetryAfter {
        /// How long the other side asked us to wait; `None`: our own schedule.
        after: Option<Duration>,
        /// What was seen.
        reason: String,
    },
    /// It may have arrived: look it up by its key before sending again.
    #[error("may have arrived: {0}")]
    Unknown(String),
}

/// What looking up a post that may have arrived came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It is there.
    Sent(Receipt),
    /// It is not there, or a second send is recognised by its key: send it again.
    SendAgain,
    /// The other side did not answer; look again later.
    AskLater(String),
    /// Nothing can tell: staff must look.
    CannotTell(String),
}
