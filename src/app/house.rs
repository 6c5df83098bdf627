//! The bot as its Discord face knows it: the same door, with what a chat asks beside it.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio::sync::{oneshot, watch};

use crate::{
    chat::{self, Caller, Face, House, Setup, Told, cards::Shown},
    config::Config,
    domain::{Fleet, IncidentId, PersonId, PostId, Role, ServerId, Timestamp},
    engine::{Engine, Link, Open, View},
    event::{DeliveryEvent, Input},
    intake::Answer,
    journal::{Accepted, Offered, Private, Refused},
    outbox::Outbox,
    render,
    rests::Rests,
};

use super::{
    cards,
    desk::Note,
    door::{By, FrontDoor},
};

/// Whom the chat spoke with is known so far back.
const LATELY: TimeDelta = TimeDelta::days(1);
/// People who are named to it.
const PEOPLE_MAX: usize = 100;
/// Where the chat's reports come from.
const SOURCE: &str = "discord";

/// Keeps the bot in Discord until it is to go down; does nothing where none is configured.
pub(super) fn live_in_discord(
    config: &Config,
    door: Arc<FrontDoor>,
    view: watch::Receiver<Arc<View>>,
    rests: Rests,
    down: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + 'static {
    let living = config.discord.clone().map(|discord| {
        let setup = Setup {
            rights: chat::rights::Rights::of(&discord),
            support_channels: discord.support_channels.clone(),
            clock: door.clock.clone(),
            rests,
            words: door.words.clone(),
            language: config.languages.first().map_or("en", String::as_str).to_owned(),
        };
        let face = Arc::new(Face::new(Arc::new(Hall { door, view }), setup));
        chat::run(discord, face, down)
    });
    async {
        if let Some(living) = living {
            living.await;
        }
    }
}

/// The front door, and what the public sees.
pub struct Hall {
    /// The door.
    pub door: Arc<FrontDoor>,
    /// The view, as it changes.
    pub view: watch::Receiver<Arc<View>>,
}

impl Hall {
    /// Has the desk show the engine to `look`.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Option<T> {
        self.look_at_all(|engine, _| look(engine)).await
    }

    /// Has the desk show its state to `look`.
    async fn look_at_all<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine, &Outbox) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, told) = oneshot::channel();
        let look = Box::new(move |engine: &Engine, outbox: &Outbox| {
            let _ = answer.send(look(engine, outbox));
        });
        self.door.desk.tell(Note::Look(look)).await;
        told.await.ok()
    }

    async fn take_report(&self, offered: Offered) -> Result<Told, Refused> {
        let waits = matches!(
            &offered.input,
            Input::Report { answered: true, .. }
                | Input::Subscribe { confirmed: true, .. }
                | Input::Unsubscribe { .. }
        );
        let Accepted { seq, report } = self.door.submit_counted(offered).await?;
        if !waits {
            return Ok(Told { ok: true, text: String::new(), report });
        }
        // A desk that is busy says nothing yet; the report is safe all the same.
        let reply = self.door.desk.reply_to(seq).await?;
        let text = reply.map(|answer| answer.text).unwrap_or_default();
        Ok(Told { ok: true, text, report })
    }
}

impl House for Hall {
    fn report(&self, offered: Offered) -> BoxFuture<'_, Result<Told, Refused>> {
        Box::pin(self.take_report(offered))
    }

    fn command<'a>(
        &'a self,
        caller: &'a Caller,
        role: Role,
        line: &'a str,
    ) -> BoxFuture<'a, Result<Told, Refused>> {
        Box::pin(async move {
            let private = Private {
                account: caller.account.clone(),
                name: Some(caller.name.clone()).filter(|_| caller.account.is_some()),
                outside_id: Some(caller.outside_id.clone()),
                ..Private::default()
            };
            let by = By { name: &caller.name, private: Some(private) };
            let Answer { ok, text } = self.door.run_command(by, role, line).await?;
            Ok(Told { ok, text, report: None })
        })
    }

    fn open(&self) -> BoxFuture<'_, Option<Open>> {
        Box::pin(self.look(Engine::open))
    }

    fn links<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Vec<Link>> {
        Box::pin(async move {
            let Some(person) = self.door.personal.person(account) else { return Vec::new() };
            self.look(move |engine| engine.links(&person)).await.unwrap_or_default()
        })
    }

    fn linked_servers<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Vec<ServerId>> {
        Box::pin(async move {
            let Some(person) = self.door.personal.person(account) else { return Vec::new() };
            self.look(move |engine| engine.linked_servers(&person)).await.unwrap_or_default()
        })
    }

    fn lately_spoken_with(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async move {
            let since = self.door.clock.now() - LATELY;
            let found = self.look_at_all(move |engine, outbox| spoken_with(engine, outbox, since));
            let people = found.await.unwrap_or_default();
            people.iter().filter_map(|person| self.door.personal.account(person)).collect()
        })
    }

    fn servers_of(&self, incident: IncidentId) -> BoxFuture<'_, Vec<ServerId>> {
        Box::pin(async move {
            self.look(move |engine| engine.servers_of(incident)).await.unwrap_or_default()
        })
    }

    fn with_times_marked(&self, text: String) -> BoxFuture<'_, String> {
        Box::pin(async move {
            let plain = text.clone();
            let marked = self.look(move |engine| engine.with_times_marked(&text)).await;
            marked.unwrap_or(plain)
        })
    }

    fn fleet(&self) -> Arc<Fleet> {
        self.door.names.borrow().fleet()
    }

    fn view(&self) -> watch::Receiver<Arc<View>> {
        self.view.clone()
    }

    fn cards(&self) -> BoxFuture<'_, Vec<Shown>> {
        Box::pin(async move {
            let now = self.door.clock.now();
            let found = self.look_at_all(move |engine, outbox| cards::shown(engine, outbox, now));
            let mut cards = found.await.unwrap_or_default();
            for shown in &mut cards {
                shown.card.reveal(|text| {
                    render::reveal(text, |hidden| self.door.personal.behind(hidden))
                });
            }
            cards
        })
    }

    fn card_is_gone(&self, post: PostId) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let gone = Input::Delivery { post, event: DeliveryEvent::Gone };
            let offered = Offered::plain(self.door.clock.now(), gone);
            if let Err(refused) = self.door.submit_counted(offered).await {
                tracing::warn!(%refused, "that a card was deleted could not be kept");
            }
        })
    }

    fn tell_staff(&self, text: String) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let offered = Offered::plain(self.door.clock.now(), Input::Trouble { text });
            if let Err(refused) = self.door.submit_counted(offered).await {
                tracing::warn!(%refused, "staff could not be told");
            }
        })
    }
}

/// Who reported in the chat or was written to since then, the last first.
fn spoken_with(engine: &Engine, outbox: &Outbox, since: Timestamp) -> Vec<PersonId> {
    let mut last = engine.reporters(SOURCE, since);
    for delivery in outbox.listing() {
        let lately = delivery.post.recipient.clone().filter(|_| delivery.decided_at >= since);
        if let Some(person) = lately {
            let at = last.entry(person).or_insert(delivery.decided_at);
            *at = delivery.decided_at.max(*at);
        }
    }
    let mut people: Vec<(Timestamp, PersonId)> =
        last.into_iter().map(|(person, at)| (at, person)).collect();
    people.sort_unstable_by(|one, other| other.cmp(one));
    people.into_iter().take(PEOPLE_MAX).map(|(_, person)| person).collect()
}
