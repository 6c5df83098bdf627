//! Whom a message makes ring: its content's mentions, as far as `allowed_mentions` lets them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    message::{Message, Pings},
    permissions::MENTION_EVERYONE,
    rules::{items, message::number},
    world::{Id, World},
};

/// Who is pinged by a message's content.
pub fn pings(world: &World, message: &Message, allowed: &Value) -> Pings {
    let may_all = world
        .channel(message.channel)
        .is_some_and(|channel| world.permissions(message.author, channel) & MENTION_EVERYONE != 0);
    let content = &message.content;
    let parses = |kind: &str| {
        // Without the field everything is parsed; a field without `parse` names whom it means.
        allowed.is_null() || items(&allowed["parse"]).iter().any(|one| one == kind)
    };
    let named =
        |kind: &str| -> BTreeSet<Id> { items(&allowed[kind]).iter().filter_map(number).collect() };
    let (users, roles) = (named("users"), named("roles"));
    let is_role_open =
        |id: &Id| world.guild.roles.get(id).is_some_and(|role| role.is_mentionable || may_all);
    let everyone = content.contains("@everyone") || content.contains("@here");
    Pings {
        everyone: everyone && may_all && parses("everyone"),
        users: ids(content, "<@", &['!'])
            .filter(|id| world.users.contains_key(id))
            .filter(|id| parses("users") || users.contains(id))
            .collect(),
        roles: ids(content, "<@&", &[])
            .filter(is_role_open)
            .filter(|id| parses("roles") || roles.contains(id))
            .collect(),
    }
}

/// A reply rings its original's author, unless told not to.
pub fn ring_replied(world: &World, message: &mut Message, allowed: &Value) {
    let original = message.reply_to.and_then(|id| world.messages.get(&id));
    let is_wanted = allowed.is_null() || allowed["replied_user"] == true;
    if let (Some(original), true) = (original, is_wanted) {
        message.pings.users.insert(original.author);
    }
}

fn ids<'t>(text: &'t str, opening: &'t str, ignored: &'t [char]) -> impl Iterator<Item = Id> + 't {
    text.split(opening).skip(1).filter_map(move |rest| {
        let (id, _) = rest.split_once('>')?;
        id.trim_start_matches(ignored).parse().ok()
    })
}
