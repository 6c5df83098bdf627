//! Staff's thread about an incident: entries go there and not into the channel.
//!
//! A thread that begins at a message has the message's id, so that it need not be remembered and
//! cannot be made twice. It is made when the first entry finds none, and put away with the last.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    broadcast::Sending,
    config::snowflake,
    domain::{Audience, Limits, TextUnit},
    event::{Post, PostAction, SendError},
    render::fit,
};

use super::{Discord, trouble::Trouble};

/// There is no such channel or thread.
const UNKNOWN_CHANNEL: u32 = 10_003;
/// The message has a thread.
const THREAD_EXISTS: u32 = 160_004;
/// A thread's name, in characters.
const NAME: Limits = Limits::of(100, TextUnit::Characters);
/// A thread in which nothing is said for so long disappears from the list.
const QUIET_MINUTES: u32 = 1440;

/// Whether a post is an entry of a thread; its first line is the thread's name.
pub(super) fn is_entry(post: &Post) -> bool {
    let is_entry = post.subject == "timeline" || is_last(post);
    is_entry && post.audience == Audience::Staff && post.action == PostAction::Post
}

fn is_last(post: &Post) -> bool {
    post.subject == "timeline.end"
}

/// An entry without the thread's name.
pub(super) fn words(post: &Post) -> &str {
    post.body.split_once('\n').map_or(&*post.body, |(_, words)| words)
}

/// The thread of an entry.
pub(super) fn thread_of(sending: Sending<'_>) -> Result<u64, SendError> {
    sending.reply_to.and_then(snowflake).ok_or_else(|| {
        SendError::Rejected("the message that the thread begins at never arrived".to_owned())
    })
}

/// Whether an entry was refused because its thread has not been made.
pub(super) fn is_missing(trouble: &Trouble) -> bool {
    trouble.code() == Some(UNKNOWN_CHANNEL)
}

/// What trouble with an entry means for it. A thread that the bot may not write in must not hold back
/// what goes into the channel: nothing is tried again.
pub(super) fn of_entry(trouble: &Trouble, settled: SendError) -> SendError {
    match trouble.status() {
        Some(403 | 404) => SendError::Rejected(trouble.words()),
        Some(_) | None => settled,
    }
}

impl Discord {
    /// Makes the thread that an entry belongs in, unless it is there.
    pub(super) async fn open_thread(
        &self,
        sending: Sending<'_>,
        channel: u64,
    ) -> Result<(), SendError> {
        let thread = thread_of(sending)?;
        let name = sending.post.body.lines().next().unwrap_or_default();
        let body = json!({ "name": fit(name, &NAME), "auto_archive_duration": QUIET_MINUTES });
        let path = format!("channels/{channel}/messages/{thread}/threads");
        match self.api.change::<Value>(Method::POST, &path, Some(&body)).await {
            Ok(_) | Err(Trouble::Unreadable) => Ok(()),
            Err(trouble) if trouble.code() == Some(THREAD_EXISTS) => Ok(()),
            Err(trouble) => Err(of_entry(&trouble, trouble.of_preparing())),
        }
    }

    /// The last entry is there: the thread is put away. One that is not goes by itself.
    pub(super) async fn put_thread_away(&self, sending: Sending<'_>) {
        let Ok(thread) = thread_of(sending) else { return };
        if !is_last(sending.post) {
            return;
        }
        let path = format!("channels/{thread}");
        let body = json!({ "archived": true });
        if let Err(trouble) = self.api.change::<Value>(Method::PATCH, &path, Some(&body)).await {
            tracing::debug!(why = trouble.words(), "a thread could not be put away");
        }
    }
}
