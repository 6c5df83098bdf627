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
use reqwest_serenity::Method;
use serde_json::Value;

use crate::{
    clock::Clock,
    domain::{DestinationId, PostId},
    engine::Card,
    render::{
        Words,
        chart::{self, Chart},
    },
};

use super::{
    Face,
    wire::{Failed, Wire},
};

use pace::{Pace, Put};
use words::PICTURE_NAME;

/// Between two rounds of looking.
const ROUND_EVERY: TimeDelta = TimeDelta::seconds(2);
/// Cards are looked at so often even when nothing is heard of: charts go on.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(15);
/// One edit takes at most this long.
const EDIT_PATIENCE: TimeDelta = TimeDelta::seconds(20);

/// Discord's code for a message that was deleted.
const UNKNOWN_MESSAGE: i64 = 10008;
/// Discord's code for a message that is older than an hour and was edited too often.
const TOO_MANY_EDITS: i64 = 30046;

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
    /// It may be taken later; not before this time has passed, where Discord says so.
    Later(String, Option<TimeDelta>),
}

/// Keeps the cards as things stand; never returns.
pub(super) async fn keep(face: Arc<Face>, wire: Arc<Wire>) {
    let keeper = Keeper { clock: face.setup.clock.clone(), face, wire };
    let mut pace = Pace::default();
    let mut view = keeper.face.house.view();
    loop {
        view.borrow_and_update();
        let cards = keeper.face.house.cards().await;
        keeper.round(&cards, &mut pace).await;
        keeper.clock.sleep(ROUND_EVERY).await;
        let held = pace.held_for(keeper.clock.now());
        let look_after = held.map_or(LOOK_EVERY, |held| held.min(LOOK_EVERY));
        if let Ok(Err(_)) = keeper.clock.timeout(look_after, view.changed()).await {
            // The desk is gone: the bot stops.
            return std::future::pending().await;
        }
    }
}

/// What is needed to put cards.
struct Keeper {
    face: Arc<Face>,
    clock: Clock,
    wire: Arc<Wire>,
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
            Outcome::Later(why, pause) => {
                tracing::debug!(why, post = %place.post, "a card's edit did not arrive");
                match pause {
                    Some(pause) => pace.rest(now, pause),
                    None => pace.hold_on(now),
                }
            }
        }
    }

    /// Puts the card in its message's place, with its picture.
    async fn edit(&self, place: &Place, put: &Put) -> Outcome {
        let mut body = put.body.clone();
        let mut file = None;
        if let Some(chart) = &put.chart {
            match self.picture(chart).await {
                Some(picture) => {
                    let alt = chart.alt(&self.words(), self.language());
                    body["attachments"] = words::attachments(&alt);
                    file = Some((PICTURE_NAME, picture));
                }
                None => tracing::warn!("an incident's chart could not be drawn"),
            }
        }
        self.request(place, &body, file).await
    }

    async fn request(
        &self,
        place: &Place,
        body: &Value,
        file: Option<(&'static str, Vec<u8>)>,
    ) -> Outcome {
        let path = format!("channels/{}/messages/{}", place.channel, place.message);
        let edit = async {
            match file {
                Some(file) => self.wire.send_with_picture(Method::PATCH, &path, body, file).await,
                None => self.wire.send(Method::PATCH, &path, body).await,
            }
        };
        match self.clock.timeout(EDIT_PATIENCE, edit).await {
            Ok(Ok(())) => Outcome::Done,
            Ok(Err(failed)) => judged(&failed),
            Err(_) => Outcome::Later("no answer in time".to_owned(), None),
        }
    }

    async fn picture(&self, chart: &Chart) -> Option<Vec<u8>> {
        let svg = chart.svg(&self.words(), self.language());
        // Drawing would keep others waiting.
        tokio::task::spawn_blocking(move || chart::png(&svg)).await.ok().flatten()
    }
}

fn judged(failed: &Failed) -> Outcome {
    let Failed::Refused { status, code, pause, .. } = failed else {
        // The edit may have arrived; the same again is harmless.
        return Outcome::Later(failed.words(), None);
    };
    if *code == UNKNOWN_MESSAGE {
        Outcome::Gone
    } else if (*status == 429 && *code != TOO_MANY_EDITS) || *status >= 500 {
        Outcome::Later(failed.words(), *pause)
    } else {
        Outcome::Refused(failed.words())
    }
}
