//! Channels themselves, and opening a direct message.

use serde_json::json;

use super::super::{
    errors::{self, Form},
    http::{Reply, Request},
    permissions::{MANAGE_CHANNELS, MANAGE_THREADS, SEND_MESSAGES, VIEW_CHANNEL},
    rules::message::number,
    wire,
    world::{Id, World},
};
use super::{Answer, text};

pub fn get(world: &World, id: Id) -> Answer {
    let channel = world.allowed_channel(id, VIEW_CHANNEL)?;
    Ok(Reply::ok(wire::channel(world, channel)))
}

pub fn edit(world: &mut World, request: &Request, id: Id) -> Answer {
    let is_thread = world.channel(id).is_some_and(|channel| channel.is_thread());
    let is_own = world.channel(id).is_some_and(|channel| channel.owner == Some(world.bot));
    let needed = match (is_thread, is_own) {
        (true, true) => VIEW_CHANNEL,
        (true, false) => MANAGE_THREADS,
        (false, _) => MANAGE_CHANNELS,
    };
    world.allowed_channel(id, needed)?;
    let body = &request.body;
    let mut form = Form::default();
    form.length(&body["name"], "name", 1, 100);
    form.length(&body["topic"], "topic", 0, 1024);
    form.into_result()?;
    let channel = world.guild.channels.get_mut(&id).ok_or(errors::WRONG_CHANNEL_TYPE)?;
    if body["name"].is_string() {
        channel.name = text(&body["name"]);
    }
    if body.get("topic").is_some() {
        channel.topic = body["topic"].as_str().map(str::to_owned);
    }
    if let Some(archived) = body["archived"].as_bool() {
        channel.archived = archived;
    }
    if let Some(locked) = body["locked"].as_bool() {
        channel.locked = locked;
    }
    let data = wire::channel(world, &world.guild.channels[&id]);
    world.dispatch(if is_thread { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" }, data.clone());
    Ok(Reply::ok(data))
}

pub fn delete(world: &mut World, id: Id) -> Answer {
    let is_thread = world.channel(id).is_some_and(|channel| channel.is_thread());
    world.allowed_channel(id, if is_thread { MANAGE_THREADS } else { MANAGE_CHANNELS })?;
    let data = wire::channel(world, &world.guild.channels[&id]);
    world.delete_channel(id);
    Ok(Reply::ok(data))
}

pub fn type_in(world: &World, id: Id) -> Answer {
    world.allowed_channel(id, SEND_MESSAGES)?;
    Ok(Reply::nothing())
}

pub fn open_direct(world: &mut World, request: &Request) -> Answer {
    let Some(user) = number(&request.body["recipient_id"]) else {
        let mut form = Form::default();
        form.required("recipient_id");
        return form.into_result().map(|()| Reply::ok(json!({})));
    };
    if !world.users.contains_key(&user) {
        return Err(errors::UNKNOWN_USER.into());
    }
    if user == world.bot {
        return Err(errors::CANNOT_DM.into());
    }
    let id = world.direct_with(user);
    Ok(Reply::ok(wire::channel(world, &world.direct[&id])))
}
