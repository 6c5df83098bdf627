//! The guild: channels, roles, members.

use serde_json::{Value, json};

use super::super::{
    errors,
    http::{Reply, Request},
    permissions, wire,
    world::{Id, World},
};
use super::{Answer, snowflake};

pub fn own_guilds(world: &World) -> Reply {
    if !world.bot_is_in {
        return Reply::ok(json!([]));
    }
    let has = permissions::in_guild(&world.guild, world.bot);
    Reply::ok(json!([{
        "id": world.guild.id.to_string(), "name": world.guild.name, "icon": null, "banner": null,
        "owner": false, "permissions": has.to_string(), "features": ["COMMUNITY", "NEWS"],
        "approximate_member_count": world.guild.members.len(), "approximate_presence_count": 1,
    }]))
}

pub fn user(world: &World, id: Id) -> Answer {
    let user = world.users.get(&id).ok_or(errors::UNKNOWN_USER)?;
    Ok(Reply::ok(wire::user(user)))
}

pub fn channels(world: &World) -> Reply {
    let all = world.guild.channels.values().filter(|channel| !channel.is_thread());
    Reply::ok(all.map(|channel| wire::channel(world, channel)).collect())
}

pub fn roles(world: &World) -> Reply {
    Reply::ok(world.guild.roles.values().map(|role| wire::role(world, role)).collect())
}

pub fn members(world: &World, request: &Request) -> Reply {
    let limit = request.number("limit").unwrap_or(1).min(1000);
    let after = request.number("after").unwrap_or_default();
    let ids = world.guild.members.keys().filter(|id| **id > after);
    let limit = usize::try_from(limit).unwrap_or(1);
    Reply::ok(ids.take(limit).filter_map(|id| wire::member(world, *id)).collect())
}

pub fn search(world: &World, request: &Request) -> Reply {
    let wanted = request.query.get("query").cloned().unwrap_or_default().to_lowercase();
    let limit = request.number("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1);
    let fits = |id: &&Id| world.users[*id].name.to_lowercase().starts_with(&wanted);
    let ids = world.guild.members.keys().filter(fits).take(limit);
    Reply::ok(ids.filter_map(|id| wire::member(world, *id)).collect())
}

pub fn member(world: &World, user: &str) -> Answer {
    let id = snowflake("user_id", user)?;
    let unknown =
        if world.users.contains_key(&id) { errors::UNKNOWN_MEMBER } else { errors::UNKNOWN_USER };
    Ok(Reply::ok(wire::member(world, id).ok_or(unknown)?))
}

pub fn rename_bot(world: &mut World, request: &Request) -> Answer {
    let bot = world.bot;
    let member = world.guild.members.get_mut(&bot).ok_or(errors::UNKNOWN_MEMBER)?;
    if let Some(nick) = request.body.get("nick") {
        member.nick = nick.as_str().map(str::to_owned);
    }
    Ok(Reply::ok(wire::member(world, bot).unwrap_or(Value::Null)))
}
