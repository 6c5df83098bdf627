//! What a member may do in a channel: computed as Discord computes it. Pure.
//!
//! Source: Discord's developer documentation, “Permissions”, “Permission Hierarchy” and “Permission
//! Overwrites”.

use super::{Channel, Role, Seen};

/// The right to everything.
const ADMINISTRATOR: u64 = 1 << 3;
/// Who may do this sees staff's commands, unless the server's own settings say otherwise.
const MANAGE_MESSAGES: u64 = 1 << 13;
/// To mention everybody and every role.
pub(super) const MENTION_EVERYONE: u64 = 1 << 17;

/// One right, and its word in messages.
pub(super) type Permission = (u64, &'static str);

pub(super) const VIEW_CHANNEL: Permission = (1 << 10, "view");
pub(super) const SEND_MESSAGES: Permission = (1 << 11, "send");
pub(super) const EMBED_LINKS: Permission = (1 << 14, "embed");
pub(super) const ATTACH_FILES: Permission = (1 << 15, "attach");
pub(super) const READ_MESSAGE_HISTORY: Permission = (1 << 16, "history");
pub(super) const CREATE_PUBLIC_THREADS: Permission = (1 << 35, "threads");
pub(super) const SEND_MESSAGES_IN_THREADS: Permission = (1 << 38, "send-threads");
/// To make events of a server, and to change and end those of one's own.
const CREATE_EVENTS: u64 = 1 << 44;

/// Where the bot's words go.
pub(super) const TO_SPEAK: &[Permission] =
    &[VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, READ_MESSAGE_HISTORY];
/// The same where pictures go along.
pub(super) const TO_SHOW: &[Permission] =
    &[VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES, READ_MESSAGE_HISTORY];
/// Where it listens and answers.
pub(super) const TO_LISTEN: &[Permission] = &[VIEW_CHANNEL, SEND_MESSAGES, READ_MESSAGE_HISTORY];
/// Where staff's cards, charts and threads are.
pub(super) const TO_WORK: &[Permission] = &[
    VIEW_CHANNEL,
    SEND_MESSAGES,
    EMBED_LINKS,
    ATTACH_FILES,
    READ_MESSAGE_HISTORY,
    CREATE_PUBLIC_THREADS,
    SEND_MESSAGES_IN_THREADS,
];

/// What the bot is invited with: the sum of all that it may need. README.md names the number.
pub const INVITED_WITH: u64 = VIEW_CHANNEL.0
    | SEND_MESSAGES.0
    | EMBED_LINKS.0
    | ATTACH_FILES.0
    | READ_MESSAGE_HISTORY.0
    | CREATE_PUBLIC_THREADS.0
    | SEND_MESSAGES_IN_THREADS.0
    | CREATE_EVENTS;

/// What the bot may do in the whole server.
pub(super) fn in_server(seen: &Seen) -> u64 {
    let has = |id: &str| id == seen.guild.id || seen.member.roles.iter().any(|own| own == id);
    let roles = seen.guild.roles.iter().filter(|role| has(&role.id));
    roles.fold(0, |all, role| all | bits(&role.permissions))
}

/// Whether the bot may show maintenance among the server's events.
pub(super) fn makes_events(seen: &Seen) -> bool {
    in_server(seen) & (ADMINISTRATOR | CREATE_EVENTS) != 0
}

/// What everybody may do in a channel, by the role that everybody has.
pub(super) fn for_everybody(seen: &Seen, channel: &Channel) -> u64 {
    let is_theirs = |role: &&Role| role.id == seen.guild.id;
    let rights = seen.guild.roles.iter().find(is_theirs).map(|role| bits(&role.permissions));
    let rights = rights.unwrap_or_default();
    if rights & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let own = channel.permission_overwrites.iter().find(|one| one.id == seen.guild.id);
    own.map_or(rights, |own| (rights & !bits(&own.deny)) | bits(&own.allow))
}

/// Whether whoever has a role sees commands that are for those who may manage messages.
pub(super) fn sees_staff_commands(seen: &Seen, role: &Role) -> bool {
    let is_theirs = |one: &&Role| one.id == seen.guild.id || one.id == role.id;
    let roles = seen.guild.roles.iter().filter(is_theirs);
    let rights = roles.fold(0, |all, one| all | bits(&one.permissions));
    rights & (ADMINISTRATOR | MANAGE_MESSAGES) != 0
}

/// What it may do in one channel: the server's rights, changed first for everybody, then for its
/// roles together, then for itself.
pub(super) fn in_channel(seen: &Seen, channel: &Channel) -> u64 {
    let everywhere = in_server(seen);
    if everywhere & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let changed = |rights: u64, applies: &dyn Fn(&str) -> bool| {
        let (mut allowed, mut denied) = (0, 0);
        for overwrite in channel.permission_overwrites.iter().filter(|one| applies(&one.id)) {
            allowed |= bits(&overwrite.allow);
            denied |= bits(&overwrite.deny);
        }
        (rights & !denied) | allowed
    };
    let for_everybody = changed(everywhere, &|id| id == seen.guild.id);
    let is_role = |id: &str| id != seen.guild.id && seen.member.roles.iter().any(|own| own == id);
    let for_roles = changed(for_everybody, &is_role);
    changed(for_roles, &|id| id == seen.own.id)
}

/// Of the rights that are `wanted`, those that are not there. Who may not see a channel may do
/// nothing in it.
pub(super) fn missing(rights: u64, wanted: &[Permission]) -> Vec<&'static str> {
    let rights = if rights & VIEW_CHANNEL.0 == 0 { 0 } else { rights };
    wanted.iter().filter(|(bit, _)| rights & bit == 0).map(|(_, word)| *word).collect()
}

/// Rights as Discord writes them: a number in a text.
fn bits(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}
