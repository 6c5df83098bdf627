//! Whether a post stands in the room: the room is read back, newest first, to before the first
//! attempt. Must not change anything.

use chrono::{DateTime, TimeDelta};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    broadcast::{
        Sending,
        json::Trouble,
        picture::{lost_for, with_remark},
    },
    domain::{PostId, Timestamp},
    event::{PostAction, Receipt, Resolution},
};

use super::{Made, Matrix, message, trouble};

/// How long a second send is surely known by its transaction id: homeservers keep these for hours.
const TRANSACTION_WINDOW_S: i64 = 1800;
/// Two clocks that differ by less lose nothing.
const SKEW_S: i64 = 600;
/// Events are read back by the hundred, so many times at most.
const PAGES_MAX: usize = 20;
const PAGE_LENGTH: usize = 100;

/// Why nobody can tell what stands there.
pub(super) const TOO_MUCH: &str = "too much was written there since";

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    chunk: Vec<Standing>,
    #[serde(default)]
    end: Option<String>,
}

/// An event in the room, as far as it must be known again.
#[derive(Deserialize)]
struct Standing {
    event_id: String,
    sender: String,
    /// In milliseconds of Unix time.
    origin_server_ts: i64,
    #[serde(default)]
    content: Value,
}

/// How far the room is read back.
#[derive(Clone, Copy)]
pub(super) enum Back<'b> {
    /// To before this moment.
    To(Timestamp),
    /// To this event, as nothing older is looked for.
    ToEvent(&'b str),
}

/// What reading the room back came to.
pub(super) enum Found {
    There(Receipt),
    NotThere,
    /// More was written since than is read.
    TooMuch,
}

impl Matrix {
    pub(super) async fn look_up(&self, sending: Sending<'_>) -> Resolution {
        match sending.post.action {
            PostAction::Post => {}
            // The same change twice is the same change.
            PostAction::Edit | PostAction::Delete | PostAction::Crosspost => {
                return Resolution::SendAgain;
            }
        }
        let since = sending.first_attempt_at.unwrap_or(sending.decided_at);
        let is_fresh = self.clock.now() - since < TimeDelta::seconds(TRANSACTION_WINDOW_S);
        match self.find(sending, since).await {
            Ok(Found::There(receipt)) => {
                let remark = self.missing_picture(sending, since).await;
                Resolution::Sent(with_remark(receipt, remark))
            }
            Ok(Found::NotThere) => Resolution::SendAgain,
            _ if is_fresh => Resolution::SendAgain,
            Ok(Found::TooMuch) => Resolution::CannotTell(TOO_MUCH.to_owned()),
            Err(trouble) if matches!(trouble.status(), Some(403 | 404)) => {
                Resolution::CannotTell(trouble::words(&trouble))
            }
            Err(trouble) => Resolution::AskLater(trouble::words(&trouble)),
        }
    }

    /// What staff are told of words that stand there without their picture; it is not brought later.
    async fn missing_picture(&self, sending: Sending<'_>, since: Timestamp) -> Option<String> {
        sending.post.picture.as_ref()?;
        let found = self.find_by(message::PICTURE_KEY, &sending.post.id, Back::To(since)).await;
        lost_for(sending.post, !matches!(found, Ok(Found::NotThere)))
    }

    async fn find(&self, sending: Sending<'_>, since: Timestamp) -> Result<Found, Trouble> {
        self.find_by(message::KEY, &sending.post.id, Back::To(since)).await
    }

    /// The newest event of the account's own that bears `id` under `key`.
    pub(super) async fn find_by(
        &self,
        key: &str,
        id: &PostId,
        back: Back<'_>,
    ) -> Result<Found, Trouble> {
        let (room, own) = (self.room_id().await?, self.own().await?);
        let filter = json!({ "types": ["m.room.message"], "senders": [own] }).to_string();
        let mut from: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut url = self.address(["rooms", room, "messages"]);
            url.query_pairs_mut()
                .append_pair("dir", "b")
                .append_pair("limit", &PAGE_LENGTH.to_string())
                .append_pair("filter", &filter)
                .extend_pairs(from.iter().map(|from| ("from", from)));
            let page: Page = self.ask(Method::GET, url, None).await?;
            let is_ours = |one: &&Standing| one.sender == own && one.content[key] == id.as_str();
            if let Some(found) = page.chunk.iter().find(is_ours) {
                let made = Made { event_id: found.event_id.clone() };
                return Ok(Found::There(self.receipt(room, &made)));
            }
            let is_last = |one: &Standing| self.is_last(one, back);
            if page.end.is_none() || page.end == from || page.chunk.iter().any(is_last) {
                return Ok(Found::NotThere);
            }
            from = page.end;
        }
        Ok(Found::TooMuch)
    }

    /// Whether nothing that is looked for stands before this event.
    fn is_last(&self, one: &Standing, back: Back<'_>) -> bool {
        match back {
            Back::To(since) => {
                let at = DateTime::from_timestamp_millis(one.origin_server_ts);
                let begins = since - TimeDelta::seconds(SKEW_S);
                at.is_some_and(|at| self.clock.from_outside(at) < begins)
            }
            Back::ToEvent(event) => one.event_id == event,
        }
    }
}
