//! A message with its picture: one request brings both, so that the words are said once more without
//! where Discord refuses the picture, and are known by their nonce either way.

use chrono::TimeDelta;

use crate::broadcast::{
    Sending,
    picture::{self, Drawn},
};

use super::{Discord, Identified, NONCE_WINDOW_S, message::Message, trouble::Trouble};

/// Discord takes seven times as much.
const PICTURE_BYTES_MAX: usize = 1_500_000;

impl Discord {
    /// Writes a message, with the post's picture where it has one and Discord takes it; else also
    /// why it went without.
    pub(super) async fn write(
        &self,
        sending: Sending<'_>,
        channel: u64,
        message: &Message,
    ) -> (Result<Identified, Trouble>, Option<String>) {
        let drawn = match self.drawn(sending).await {
            Ok(Some(drawn)) => drawn,
            Ok(None) => return (self.api.write(channel, message, None).await, None),
            Err(reason) => return (self.api.write(channel, message, None).await, Some(reason)),
        };
        let whole = message.clone().with_picture(drawn.alt);
        let picture = Some((&sending.post.id, &drawn));
        match self.api.write(channel, &whole, picture).await {
            Err(trouble) if is_about_the_picture(&trouble) => {
                (self.api.write(channel, message, None).await, Some(trouble.words()))
            }
            written => (written, None),
        }
    }

    /// The picture, while words may still wait for it: not when Discord broke over both for minutes.
    async fn drawn<'a>(&self, sending: Sending<'a>) -> Result<Option<Drawn<'a>>, String> {
        let tried_for = sending.first_attempt_at.map(|first| self.clock.now() - first);
        let is_late = tried_for.is_some_and(|span| span > TimeDelta::seconds(NONCE_WINDOW_S));
        if is_late && sending.post.picture.is_some() {
            return Err("Discord did not take it in time".to_owned());
        }
        let drawing = picture::drawn(sending.post, PICTURE_BYTES_MAX);
        picture::brought_over(&self.clock, drawing).await
    }
}

/// Whether Discord surely refused, and may take the words alone: files can be too large for it, or
/// not allowed to the bot.
fn is_about_the_picture(trouble: &Trouble) -> bool {
    matches!(trouble.status(), Some(400 | 403 | 413))
}
