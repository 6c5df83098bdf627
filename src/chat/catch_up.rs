//! What was written while the bot was away, read back: it counts as well.
//!
//! A new session hears nothing of what came before it. So the newest messages of the last hour are
//! looked at once more, in their order: those of the support channels, and the direct messages of
//! people we spoke with lately (Discord lists no direct channels to a bot; a stranger's first word
//! is not found). Whatever is read once is not read again: a report that was filed before is known
//! by its message, what was answered is left alone, what the gateway brought meanwhile is remembered.
//! Of an edited message the present words are read; those that were filed before stay as they were.
//! Must not: reach further back, or ask Discord for more than a page a channel.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use chrono::TimeDelta;
use reqwest_serenity::Method;
use serde_json::json;
use serenity::all::{
    ChannelId, Message as SerenityMessage, MessageId, PartialMember, PrivateChannel, UserId,
};

use crate::{config::DiscordConfig, render::Facts};

use super::{
    heard::{self, Message},
    respond::Responder,
    translate,
    wire::Failed,
};

/// What is older is no news.
const REACH: TimeDelta = TimeDelta::hours(1);
const PAGE_LENGTH: u8 = 100;
/// People whose direct messages are looked at, those we spoke with last first: Discord minds who
/// opens many direct channels at once.
const PEOPLE_MAX: usize = 20;
/// A request that Discord wants later is made again so often, and where it is not much later.
const TRIES_MAX: usize = 3;
const PAUSE_MAX: TimeDelta = TimeDelta::seconds(30);

/// Looks at what nobody heard of; in the support channels only where messages come `with_content`.
pub(super) async fn catch_up(
    responder: &Responder,
    config: &DiscordConfig,
    us: UserId,
    with_content: bool,
) {
    let mut back = ReadingBack { responder, config, us, roles: BTreeMap::new() };
    if with_content {
        for channel in &config.support_channels {
            if let Err(failed) = back.read(*channel, Some(config.guild)).await {
                let why = failed.words();
                tracing::warn!(why, "a support channel could not be read back");
            }
        }
    }
    for channel in back.direct_channels().await {
        if let Err(failed) = back.read(channel, None).await {
            tracing::warn!(why = failed.words(), "a direct channel could not be read back");
        }
    }
}

struct ReadingBack<'r> {
    responder: &'r Responder,
    config: &'r DiscordConfig,
    us: UserId,
    /// The roles of the authors so far; `None`: nobody can tell.
    roles: BTreeMap<u64, Option<Vec<u64>>>,
}

impl ReadingBack<'_> {
    /// Reads the newest page of one channel.
    async fn read(&mut self, channel: u64, guild: Option<u64>) -> Result<(), Failed> {
        let path = format!("channels/{channel}/messages?limit={PAGE_LENGTH}");
        let page: Vec<SerenityMessage> =
            patiently(self.responder, || self.responder.wire.get(&path)).await?;
        self.remember_questions(&page, guild);
        for found in unheard(self.responder, &page, self.us) {
            let mut message = self.translated(found, guild);
            if !self.responder.face.may_count(&message) {
                continue;
            }
            if guild.is_some() {
                // Whether its author is of the staff comes with no message that is read back.
                let Some(roles) = self.roles_of(message.author.id).await else { continue };
                message.author.roles = roles;
            }
            self.responder.take(&message).await;
        }
        Ok(())
    }

    fn translated(&self, found: &SerenityMessage, guild: Option<u64>) -> Message {
        let message = translate::message(found, Some(self.us));
        Message { guild, written: heard::made_at(message.id), ..message }
    }

    /// Questions of ours that were asked before a restart, and that nobody has answered: the answer
    /// may be among what is read.
    fn remember_questions(&self, page: &[SerenityMessage], guild: Option<u64>) {
        let face = &self.responder.face;
        let question = face.say("chat-which-domain", Facts::new());
        let since = self.responder.clock.wall() - REACH;
        let mut page: Vec<&SerenityMessage> = page.iter().collect();
        page.sort_by_key(|found| found.id);
        for (place, found) in page.iter().enumerate() {
            let Some(about) = found.message_reference.as_ref().and_then(|to| to.message_id) else {
                continue;
            };
            let about = page[..place].iter().find(|one| one.id == about);
            let (Some(about), true) = (about, found.author.id == self.us) else { continue };
            let Some(at) = heard::made_at(found.id.get()).filter(|at| *at >= since) else {
                continue;
            };
            let about = self.translated(about, guild);
            let at = self.responder.clock.from_outside(at);
            if found.content == question {
                face.questions().ask(at, &about);
            } else {
                // What we said then settled it.
                face.questions().take(at, &about);
            }
        }
    }

    /// The direct channels of those we spoke with lately, the last first.
    async fn direct_channels(&self) -> Vec<u64> {
        let face = &self.responder.face;
        let known = face.direct_channels();
        let lately = face.house.lately_spoken_with().await;
        let lately =
            lately.iter().filter_map(|account| account.strip_prefix("discord:")?.parse().ok());
        let mut people: Vec<u64> = Vec::new();
        for person in known.keys().copied().chain(lately) {
            if people.len() < PEOPLE_MAX && !people.contains(&person) {
                people.push(person);
            }
        }
        let mut channels = Vec::new();
        for person in people {
            match known.get(&person) {
                Some(channel) => channels.push(*channel),
                None => channels.extend(self.opened(person).await),
            }
        }
        channels
    }

    async fn opened(&self, person: u64) -> Option<u64> {
        let body = json!({ "recipient_id": person.to_string() });
        let wire = &self.responder.wire;
        let open = || wire.change::<PrivateChannel>(Method::POST, "users/@me/channels", &body);
        let channel = match patiently(self.responder, open).await {
            Ok(room) => room.id.get(),
            Err(failed) => {
                tracing::debug!(why = failed.words(), "a direct channel could not be opened");
                return None;
            }
        };
        self.responder.face.note_direct(person, channel);
        Some(channel)
    }

    /// The roles of somebody; none where they left. `None`: nobody can tell, and then they are not
    /// heard, for staff's talk is no report.
    async fn roles_of(&mut self, user: u64) -> Option<Vec<u64>> {
        match self.roles.entry(user) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => {
                let path = format!("guilds/{}/members/{user}", self.config.guild);
                let asked =
                    patiently(self.responder, || self.responder.wire.get::<PartialMember>(&path));
                let roles = match asked.await {
                    Ok(member) => Some(member.roles.iter().map(|role| role.get()).collect()),
                    Err(failed) if failed.status() == Some(404) => Some(Vec::new()),
                    Err(_) => None,
                };
                new.insert(roles).clone()
            }
        }
    }
}

/// Asks, and asks again after the pause that Discord wants.
async fn patiently<T, F: Future<Output = Result<T, Failed>>>(
    responder: &Responder,
    ask: impl Fn() -> F,
) -> Result<T, Failed> {
    let mut tries = 1;
    loop {
        let failed = match ask().await {
            Ok(found) => return Ok(found),
            Err(failed) => failed,
        };
        match failed.pause().filter(|pause| *pause <= PAUSE_MAX && tries < TRIES_MAX) {
            Some(pause) => responder.clock.sleep(pause).await,
            None => return Err(failed),
        }
        tries += 1;
    }
}

/// People's messages of the last hour that we did not answer, the oldest first.
fn unheard<'p>(
    responder: &Responder,
    page: &'p [SerenityMessage],
    us: UserId,
) -> Vec<&'p SerenityMessage> {
    let since = responder.clock.wall() - REACH;
    let ours = page.iter().filter(|found| found.author.id == us);
    let answered: BTreeSet<MessageId> =
        ours.filter_map(|found| found.message_reference.as_ref()?.message_id).collect();
    let is_wanted = |found: &&SerenityMessage| {
        let is_late = heard::made_at(found.id.get()).is_some_and(|at| at >= since);
        is_late && !found.author.bot && !answered.contains(&found.id)
    };
    let mut wanted: Vec<&SerenityMessage> = page.iter().filter(is_wanted).collect();
    wanted.sort_by_key(|found| found.id);
    wanted
}

impl Responder {
    /// A customer's message is read, once, and answered where it stands.
    pub(super) async fn take(&self, message: &Message) {
        if !self.face.is_heard_first(message) {
            return;
        }
        let Some(answer) = self.face.read(message).await else { return };
        let channel = ChannelId::new(message.channel);
        if let Err(why) = self.reply_to(channel, message.id, &answer).await {
            tracing::warn!(why, "a word in a support channel did not arrive");
        }
    }
}
