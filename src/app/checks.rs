//! Asks destinations whether they can be used and what fits there, without posting.
//!
//! When the bot starts, and when its configuration changed, those that are new are asked: what they
//! say of their limits goes into the journal, so that words are fitted by it in every replay, and one
//! that cannot be used is told to staff. Nothing waits for it. Must not: stop a bot, or decide what
//! becomes of posts. Start at `Asker::watch` or, without a bot, at [`ask_all`].

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::{StreamExt, future::BoxFuture, stream};
use tokio::sync::watch;

use crate::{
    broadcast::{CheckError, Checked, Driver},
    clock::Clock,
    domain::{DestinationId, TextUnit},
    event::Input,
    journal::{Appender, Offered},
    render::{Facts, Words, neutralise},
};

use super::couriers::Drivers;

/// Destinations that are asked at once.
const ASKED_MAX: usize = 8;
const REASON_LENGTH_MAX: usize = 200;
/// A reload is over in this time.
const RELOAD_S: i64 = 30;

/// What came of asking one destination.
#[derive(Clone, Debug)]
pub struct Found {
    /// Which.
    pub destination: DestinationId,
    /// What it said.
    pub outcome: Result<Checked, CheckError>,
}

impl Found {
    /// In words, a line.
    pub fn words(&self, words: &Words, language: &str) -> String {
        let facts = || Facts::new().text("destination", self.destination.as_str());
        let reason = |reason: &str| facts().text("reason", neutralise(reason, REASON_LENGTH_MAX));
        match &self.outcome {
            Ok(Checked { account: None, .. }) => {
                words.say(language, "destination-check-unasked", &facts())
            }
            Ok(Checked { account: Some(account), limits }) => {
                let facts = facts().text("account", neutralise(account, REASON_LENGTH_MAX));
                let line = words.say(language, "destination-check-good", &facts);
                let limit = limits.map(|limits| {
                    let unit = match limits.unit {
                        TextUnit::Bytes => "bytes",
                        TextUnit::Characters => "characters",
                        TextUnit::Graphemes => "graphemes",
                        TextUnit::Weighted => "weighted",
                    };
                    let facts = Facts::new().number("count", limits.length_max).text("unit", unit);
                    words.say(language, "destination-check-limit", &facts)
                });
                line + &limit.unwrap_or_default()
            }
            Err(CheckError::Refused(said)) => {
                words.say(language, "destination-check-refused", &reason(said))
            }
            Err(CheckError::NoAnswer(said)) => {
                words.say(language, "destination-check-silent", &reason(said))
            }
        }
    }
}

/// Asks these destinations, a few at a time; answers in their order.
pub async fn ask_all(asked: Vec<(DestinationId, Arc<dyn Driver>)>) -> Vec<Found> {
    let asking: Vec<BoxFuture<'static, Found>> =
        asked.into_iter().map(|(destination, driver)| ask(destination, driver)).collect();
    stream::iter(asking).buffered(ASKED_MAX).collect().await
}

fn ask(destination: DestinationId, driver: Arc<dyn Driver>) -> BoxFuture<'static, Found> {
    Box::pin(async move {
        let outcome = driver.check().await;
        Found { destination, outcome }
    })
}

/// What asking while the bot runs needs.
pub(super) struct Asker {
    pub appender: Appender,
    pub clock: Clock,
    pub words: watch::Receiver<Arc<Words>>,
    pub language: String,
}

impl Asker {
    /// Asks every destination now, and each that is new whenever they change; ends with the bot.
    pub(super) async fn watch(self, mut drivers: watch::Receiver<Drivers>) {
        let mut asked = Drivers::new();
        loop {
            let now = drivers.borrow_and_update().clone();
            let is_new = |id: &DestinationId, driver: &Arc<dyn Driver>| {
                asked.get(id).is_none_or(|(_, known)| !Arc::ptr_eq(known, driver))
            };
            let fresh = now.iter().filter(|(id, (_, driver))| is_new(id, driver));
            let fresh = fresh.map(|(id, (_, driver))| (id.clone(), driver.clone())).collect();
            for found in ask_all(fresh).await {
                self.tell(found).await;
            }
            asked = now;
            if drivers.changed().await.is_err() {
                return;
            }
            // A new driver is there a moment before the engine knows its destination.
            self.clock.sleep(TimeDelta::seconds(RELOAD_S)).await;
        }
    }

    async fn tell(&self, found: Found) {
        let input = match &found.outcome {
            Ok(Checked { limits: None, .. }) => return,
            Ok(Checked { limits: Some(limits), .. }) => {
                Input::Learned { destination: found.destination.clone(), limits: *limits }
            }
            Err(error) => {
                tracing::warn!(destination = %found.destination, %error, "cannot be used");
                let words = self.words.borrow().clone();
                let facts = Facts::new().text("finding", found.words(&words, &self.language));
                Input::Trouble { text: words.say(&self.language, "destination-trouble", &facts) }
            }
        };
        let offered = Offered::plain(self.clock.now(), input);
        if let Err(refused) = self.appender.submit(offered).await {
            tracing::warn!(%refused, "what a destination said could not be kept");
        }
    }
}
