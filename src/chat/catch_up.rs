//! Support channels, read back: what was written while the bot was away counts as well.
//!
//! A new session hears nothing of what came before it. So the newest messages of the last hour are
//! looked at once more, in their order; a report that was filed before is known by its message, and
//! what was answered already is left alone. Must not: reach further back, or ask Discord for more
//! than a page a channel.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use chrono::TimeDelta;
use serenity::all::{ChannelId, GuildId, Message as SerenityMessage, MessageId, UserId};

use crate::config::DiscordConfig;

use super::{
    heard::{self, Message},
    respond::{Responder, said},
    translate,
};

/// What is older is no news.
const REACH: TimeDelta = TimeDelta::hours(1);
const PAGE_LENGTH: u8 = 100;

/// Looks at what the support channels hold that nobody heard of.
pub(super) async fn catch_up(responder: &Responder, config: &DiscordConfig, us: UserId) {
    let guild = GuildId::new(config.guild);
    let mut roles = BTreeMap::new();
    for channel in &config.support_channels {
        let channel = ChannelId::new(*channel);
        let page = responder.http.get_messages(channel, None, Some(PAGE_LENGTH)).await;
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                let why = said(&error);
                tracing::warn!(why, "a support channel could not be read back");
                continue;
            }
        };
        for found in unheard(responder, &page, us) {
            let mut message = translate::message(found, Some(us));
            message.guild = Some(config.guild);
            message.written = heard::made_at(message.id);
            if !responder.face.may_count(&message) {
                continue;
            }
            // Whether its author is of the staff comes with no message that is read back.
            let known: &mut Option<Vec<u64>> = match roles.entry(message.author.id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(roles_of(responder, guild, found.author.id).await),
            };
            let Some(roles) = known else { continue };
            message.author.roles.clone_from(roles);
            responder.take(&message).await;
        }
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

/// The roles of somebody; none where they left. `None`: nobody can tell, and then they are not heard,
/// for staff's talk is no report.
async fn roles_of(responder: &Responder, guild: GuildId, user: UserId) -> Option<Vec<u64>> {
    match responder.http.get_member(guild, user).await {
        Ok(member) => Some(member.roles.iter().map(|role| role.get()).collect()),
        Err(serenity::Error::Http(http)) if http.status_code().is_some_and(|code| code == 404) => {
            Some(Vec::new())
        }
        Err(_) => None,
    }
}

impl Responder {
    /// A customer's message is read, and answered where it stands.
    pub(super) async fn take(&self, message: &Message) {
        let Some(answer) = self.face.read(message).await else { return };
        let channel = ChannelId::new(message.channel);
        if let Err(why) = self.reply_to(channel, message.id, &answer).await {
            tracing::warn!(why, "a word in a support channel did not arrive");
        }
    }
}
