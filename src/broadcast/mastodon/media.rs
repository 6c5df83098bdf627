//! A picture at Mastodon: brought over before the status that names it, which waits until the server
//! has looked at it, and not for ever.

use chrono::TimeDelta;

use crate::{
    broadcast::{
        Sending,
        picture::{self, Drawn},
    },
    event::PostAction,
};

use super::{Mastodon, api::usable_id};

/// Mastodon takes ten times as much.
const PICTURE_BYTES_MAX: usize = 1_500_000;
/// How long the server is left alone with a picture before it is asked again.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(1);

/// What a status can name of its picture.
#[derive(Debug, Default)]
pub(super) struct Media {
    /// The server's id of it.
    pub(super) id: Option<String>,
    /// Why there is none where one was wanted.
    pub(super) lost: Option<String>,
}

impl Mastodon {
    /// Brings a post's picture over, where it has one.
    pub(super) async fn media(&self, sending: Sending<'_>) -> Media {
        if sending.post.action != PostAction::Post {
            return Media::default();
        }
        let bringing = async {
            match picture::drawn(sending.post, PICTURE_BYTES_MAX).await? {
                Some(drawn) => self.upload(sending, &drawn).await.map(Some),
                None => Ok(None),
            }
        };
        match picture::brought_over(&self.clock, bringing).await {
            Ok(id) => Media { id, lost: None },
            Err(reason) => Media { id: None, lost: Some(reason) },
        }
    }

    async fn upload(&self, sending: Sending<'_>, drawn: &Drawn<'_>) -> Result<String, String> {
        let made = self.api.upload(&sending.post.id, drawn).await;
        let mut media = made.map_err(|trouble| trouble.words())?;
        let id = usable_id(&media.id).ok_or("an answer that cannot be read")?.to_owned();
        while media.url.is_none() {
            self.clock.sleep(LOOK_EVERY).await;
            media = self.api.media(&id).await.map_err(|trouble| trouble.words())?;
        }
        Ok(id)
    }
}
