//! What a member may do where: roles, then a channel's overwrites, in Discord's order.

use std::collections::BTreeMap;

use super::world::{Channel, Guild, Id};

pub const ADMINISTRATOR: u64 = 1 << 3;
pub const MANAGE_CHANNELS: u64 = 1 << 4;
pub const ADD_REACTIONS: u64 = 1 << 6;
pub const VIEW_CHANNEL: u64 = 1 << 10;
pub const SEND_MESSAGES: u64 = 1 << 11;
pub const MANAGE_MESSAGES: u64 = 1 << 13;
pub const EMBED_LINKS: u64 = 1 << 14;
pub const ATTACH_FILES: u64 = 1 << 15;
pub const READ_MESSAGE_HISTORY: u64 = 1 << 16;
pub const MENTION_EVERYONE: u64 = 1 << 17;
pub const USE_APPLICATION_COMMANDS: u64 = 1 << 31;
pub const MANAGE_EVENTS: u64 = 1 << 33;
pub const MANAGE_THREADS: u64 = 1 << 34;
pub const CREATE_PUBLIC_THREADS: u64 = 1 << 35;
pub const CREATE_PRIVATE_THREADS: u64 = 1 << 36;
pub const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;
pub const CREATE_EVENTS: u64 = 1 << 44;

/// Everything.
pub const ALL: u64 = (1 << 53) - 1;

/// What everybody has in a new guild, of what matters here.
pub const EVERYONE: u64 = ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS;

/// What a bot like ours is invited with.
pub const BOT: u64 = EVERYONE | CREATE_EVENTS;

/// What a direct message allows.
pub const DIRECT: u64 = EVERYONE & !(CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS);

/// Allowed and denied bits, by role or member.
pub type Overwrites = BTreeMap<Id, Overwrite>;

/// What one role or member has more or less in a channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overwrite {
    pub allow: u64,
    pub deny: u64,
}

/// What a member may do in the whole guild; nothing for a stranger.
pub fn in_guild(guild: &Guild, user: Id) -> u64 {
    let Some(member) = guild.members.get(&user) else { return 0 };
    if guild.owner == user {
        return ALL;
    }
    let everyone = guild.roles.get(&guild.id).map_or(0, |role| role.permissions);
    let own = member.roles.iter().filter_map(|id| guild.roles.get(id));
    let bits = own.fold(everyone, |bits, role| bits | role.permissions);
    if bits & ADMINISTRATOR != 0 { ALL } else { bits }
}

/// What a member may do in a channel; a thread asks its parent.
pub fn in_channel(guild: &Guild, channel: &Channel, user: Id) -> u64 {
    if let Some(recipient) = channel.recipient {
        return if user == recipient || channel.is_open_to(user) { DIRECT } else { 0 };
    }
    let base = in_guild(guild, user);
    if base == ALL || base == 0 {
        return base;
    }
    let holder = channel.parent.and_then(|id| guild.channels.get(&id)).unwrap_or(channel);
    let overwrites = &holder.overwrites;
    let of = |id: Id| overwrites.get(&id).copied().unwrap_or_default();
    let apply = |bits: u64, by: Overwrite| (bits & !by.deny) | by.allow;
    let roles = guild.members.get(&user).map(|member| member.roles.as_slice()).unwrap_or_default();
    let by_roles = roles.iter().map(|id| of(*id)).fold(Overwrite::default(), |sum, one| {
        Overwrite { allow: sum.allow | one.allow, deny: sum.deny | one.deny }
    });
    let bits = apply(apply(apply(base, of(guild.id)), by_roles), of(user));
    // Who cannot see a channel can do nothing in it.
    if bits & VIEW_CHANNEL == 0 { 0 } else { bits }
}
