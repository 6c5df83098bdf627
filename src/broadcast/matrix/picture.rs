//! A picture in the room, right after the words that it belongs to: an event of its own, as clients
//! that know no captions would show it in place of the words.
//!
//! Its transaction id follows from the post's, so that the same words said again bring it no second
//! time.

use reqwest::{Method, header};
use serde::Deserialize;

use crate::{
    broadcast::{
        Sending,
        json::{self, Trouble},
        options,
        picture::{self, Drawn, FILE_NAME, MEDIA_TYPE},
    },
    domain::PostId,
};

use super::{
    Made, Matrix,
    lookup::{Back, Found, TOO_MUCH},
    message, trouble,
};

/// Homeservers take fifty times as much.
const PICTURE_BYTES_MAX: usize = 1_500_000;
const ADDRESS_BYTES_MAX: usize = 500;

#[derive(Deserialize)]
struct Kept {
    content_uri: String,
}

impl Matrix {
    /// Puts a post's picture after its words; why not, where it could not be done.
    pub(super) async fn add_picture(&self, sending: Sending<'_>, room: &str) -> Option<String> {
        let adding = async {
            match picture::drawn(sending.post, PICTURE_BYTES_MAX).await? {
                Some(drawn) => self.put_picture(sending, room, &drawn).await,
                None => Ok(()),
            }
        };
        picture::brought_over(&self.clock, adding).await.err().map(|reason| picture::lost(&reason))
    }

    async fn put_picture(
        &self,
        sending: Sending<'_>,
        room: &str,
        drawn: &Drawn<'_>,
    ) -> Result<(), String> {
        let address = self.keep(drawn).await.map_err(|trouble| trouble::words(&trouble))?;
        let first = sending.reply_to.filter(|_| self.threads);
        let content = message::pictured(sending.post, drawn, &address, first);
        let transaction = transaction(&sending.post.id);
        let url = self.address(["rooms", room, "send", "m.room.message", &transaction]);
        match self.ask::<Made>(Method::PUT, url, Some(&content)).await {
            Ok(_) | Err(Trouble::Unreadable) => Ok(()),
            Err(trouble) => Err(trouble::words(&trouble)),
        }
    }

    /// Has the homeserver keep the picture; its address there.
    async fn keep(&self, drawn: &Drawn<'_>) -> Result<String, Trouble> {
        let mut url = options::at(&self.homeserver, ["_matrix", "media", "v3", "upload"]);
        url.query_pairs_mut().append_pair("filename", FILE_NAME);
        let request = self.signed(Method::POST, url);
        let request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(drawn.png.to_vec());
        let kept: Kept = json::ask(&self.http, request).await?;
        let is_address =
            kept.content_uri.starts_with("mxc://") && kept.content_uri.len() <= ADDRESS_BYTES_MAX;
        is_address.then_some(kept.content_uri).ok_or(Trouble::Unreadable)
    }

    /// Takes back the picture of a post that is taken back; what is to be said where it may be left.
    pub(super) async fn take_back_picture(
        &self,
        sending: Sending<'_>,
        room: &str,
    ) -> Option<String> {
        let (of, words) = (sending.post.thread.as_ref()?, sending.reply_to?);
        let taking = self.redact_picture(of, words, sending, room);
        let taken = picture::brought_over(&self.clock, taking).await;
        taken.err().map(|reason| format!("its picture may still stand there ({reason})"))
    }

    /// Takes back the picture of the post `of`, whose words are the event `words`: it came after them.
    async fn redact_picture(
        &self,
        of: &PostId,
        words: &str,
        sending: Sending<'_>,
        room: &str,
    ) -> Result<(), String> {
        let found = self.find_by(message::PICTURE_KEY, of, Back::ToEvent(words)).await;
        let event = match found.map_err(|trouble| trouble::words(&trouble))? {
            Found::There(receipt) => receipt.remote_id,
            Found::NotThere => None,
            Found::TooMuch => return Err(TOO_MUCH.to_owned()),
        };
        let Some(event) = event else { return Ok(()) };
        let transaction = transaction(&sending.post.id);
        let url = self.address(["rooms", room, "redact", &event, &transaction]);
        match self.ask::<Made>(Method::PUT, url, Some(&serde_json::json!({}))).await {
            Ok(_) | Err(Trouble::Unreadable) => Ok(()),
            Err(trouble) => Err(trouble::words(&trouble)),
        }
    }
}

fn transaction(post: &PostId) -> String {
    format!("{post}-picture")
}
