//! Cards: the messages in which staff read an incident and decide, kept as things stand.
//!
//! The engine's post about a draft is the first message, sent once by its `PostId` like any other.
//! From then on it is edited in place, seldom and one edit at a time; an edit never pings, and the
//! same edit twice is the same card. The newest message about an incident is its card; older ones
//! point to it and have no buttons. What stands where is known from receipts, so that a restart
//! finds its cards again and puts each right once.
//!
//! [`words`] says what a card looks like, [`pace`] when it is put: both pure. Must not: decide what
//! is true of an incident (the engine's [`Card`] says), or post anything. Start at `keep`.

pub mod pace;
pub mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use serde_json::Value;
use serenity::{
    all::{ChannelId, CreateAttachment, MessageId},
    http::{Http, HttpError},
};

use crate::{
    clock::Clock,
    domain::{DestinationId, PostId},
    engine::Card,
    render::{
        Words,
        chart::{self, Chart},
    },
};

use super::{Face, respond::said};

use pace::{Pace, Put};
use words::PICTURE_NAME;

/// Between two rounds of looking.
const ROUND_EVERY: TimeDelta = TimeDelta::seconds(2);
/// Cards are looked at so often even when nothing is heard of: charts go on.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(15);
/// One edit takes at most this long.
const EDIT_PATIENCE: TimeDelta = TimeDelta::seconds(20);

/// Discord's code for a message that was deleted.
const UNKNOWN_MESSAGE: isize = 10008;
/// Discord's code for a message that is older than an hour and was edited too often.
const TOO_MANY_EDITS: isize = 30046;

/// A card with all that is needed to show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What it says.
    pub card: Card,
    /// Its picture's data; `None`: the picture that stands there stays.
    pub chart: Option<Chart>,
    /// The messages about it, oldest first.
    pub messages: Vec<Place>,
    /// Posts that can be sent again.
    pub can_be_sent_again: BTreeSet<PostId>,
    /// Where to look at a destination, where that is known.
    pub rooms: BTreeMap<DestinationId, String>,
}

/// A message about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The post it is.
    pub post: PostId,
    /// The destination it was sent to.
    pub destination: DestinationId,
    /// Where it stands.
    pub channel: u64,
    /// Its own id.
    pub message: u64,
}

/// What became of an edit.
enum Outcome {
    Done,
    /// Somebody deleted the message.
    Gone,
    /// It will not be taken as it is.
    Refused(String),
    /// It may be taken later.
    Later(String),
}

/// Keeps the cards as things stand; never returns.
pub(super) async fn keep(face: Arc<Face>, http: Arc<Http>) {
    let keeper = Keeper { clock: face.setup.clock.clone(), face, http };
    let mut pace = Pace::default();
    let mut view = keeper.face.house.view();
    loop {
        view.borrow_and_update();
        let cards = keeper.face.house.cards().await;
        keeper.round(&cards, &mut pace).await;
        keeper.clock.sleep(ROUND_EVERY).await;
        if let Ok(Err(_)) = keeper.clock.timeout(LOOK_EVERY, view.changed()).await {
            // The desk is gone: the bot stops.
            return std::future::pending().await;
        }
    }
}

/// What is needed to put cards.
struct Keeper {
    face: Arc<Face>,
    clock: Clock,
    http: Arc<Http>,
}

impl Keeper {
    fn words(&self) -> Arc<Words> {
        self.face.words()
    }

    fn language(&self) -> &str {
        &self.face.setup.language
    }

    async fn round(&self, cards: &[Shown], pace: &mut Pace) {
        let kept = cards.iter().flat_map(|shown| &shown.messages).map(|place| &place.post);
        pace.forget_all_but(&kept.collect());
        let (words, language) = (self.words(), self.language());
        for shown in cards {
            for place in &shown.messages {
                let body = words::message(shown, place, &words, language);
                let chart = shown.chart.clone().filter(|_| words::is_newest(shown, place));
                let put = Put { body, gist: shown.card.gist(), chart };
                if !pace.is_due(self.clock.now(), &place.post, &put) {
                    continue;
                }
                let outcome = self.edit(place, &put).await;
                self.note(place, put, outcome, pace).await;
            }
        }
    }

    async fn note(&self, place: &Place, put: Put, outcome: Outcome, pace: &mut Pace) {
        let now = self.clock.now();
        match outcome {
            Outcome::Done => pace.put(now, &place.post, put),
            Outcome::Gone => {
                tracing::info!(post = %place.post, "a card in Discord was deleted");
                pace.gone(&place.post);
                self.face.house.card_is_gone(place.post.clone()).await;
            }
            Outcome::Refused(why) => {
                tracing::warn!(why, post = %place.post, "Discord refuses a card's edit");
                pace.refused(now, &place.post);
            }
            Outcome::Later(why) => {
                tracing::debug!(why, post = %place.post, "a card's edit did not arrive");
                pace.hold_on(now);
            }
        }
    }

    /// Puts the card in its message's place, with its picture.
    async fn edit(&self, place: &Place, put: &Put) -> Outcome {
        let mut body = put.body.clone();
        let mut files = Vec::new();
        if let Some(chart) = &put.chart {
            match self.picture(chart).await {
                Some(picture) => {
                    let alt = chart.alt(&self.words(), self.language());
                    body["attachments"] = words::attachments(&alt);
                    files.push(CreateAttachment::bytes(picture, PICTURE_NAME));
                }
                None => tracing::warn!("an incident's chart could not be drawn"),
            }
        }
        self.request(place, &body, files).await
    }

    async fn request(&self, place: &Place, body: &Value, files: Vec<CreateAttachment>) -> Outcome {
        let (channel, message) = (ChannelId::new(place.channel), MessageId::new(place.message));
        let edit = self.http.edit_message(channel, message, body, files);
        match self.clock.timeout(EDIT_PATIENCE, edit).await {
            Ok(Ok(_)) => Outcome::Done,
            Ok(Err(error)) => judged(&error),
            Err(_) => Outcome::Later("no answer in time".to_owned()),
        }
    }

    async fn picture(&self, chart: &Chart) -> Option<Vec<u8>> {
        let svg = chart.svg(&self.words(), self.language());
        // Drawing would keep others waiting.
        tokio::task::spawn_blocking(move || chart::png(&svg)).await.ok().flatten()
    }
}

fn judged(error: &serenity::Error) -> Outcome {
    let serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) = error else {
        // The edit may have arrived with an answer that cannot be read; the same again is harmless.
        return Outcome::Later(said(error));
    };
    let status = response.status_code.as_u16();
    if response.error.code == UNKNOWN_MESSAGE {
        Outcome::Gone
    } else if (status == 429 && response.error.code != TOO_MANY_EDITS) || status >= 500 {
        Outcome::Later(said(error))
    } else {
        Outcome::Refused(said(error))
    }
}
