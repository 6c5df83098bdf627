//! Messages: list, post with nonce, edit, delete, crosspost, reactions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{
    errors::{self, ApiError, Form},
    http::{Reply, Request},
    mentions,
    message::{self, Attachment, Message},
    permissions::{
        ADD_REACTIONS, ATTACH_FILES, EMBED_LINKS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY,
        SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
    },
    rules::{self, items, list_mut},
    wire,
    world::{Id, World},
};
use super::{Answer, note_unknown, said, text};

/// Flags that a sender may set.
const SENDABLE: u64 =
    message::SUPPRESS_EMBEDS | message::SUPPRESS_NOTIFICATIONS | message::COMPONENTS_V2;

pub fn list(world: &World, request: &Request, channel: Id) -> Answer {
    world.allowed_channel(channel, 0)?;
    let has = world.permissions(world.bot, world.channel(channel).ok_or(errors::UNKNOWN_CHANNEL)?);
    if has & READ_MESSAGE_HISTORY == 0 {
        // As Discord does: no refusal, only nothing to see.
        return Ok(Reply::ok(json!([])));
    }
    let limit = request.query.get("limit").map_or(Ok(50), |text| text.parse::<usize>());
    let limit = limit.ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
        let mut form = Form::default();
        let words = "int value should be between 1 and 100.";
        form.add("limit", "NUMBER_TYPE_RANGE", words);
        form.into_result().expect_err("just filled")
    })?;
    let all: Vec<&Message> = world.messages_in(channel).collect();
    let before = |end: Id| all.iter().filter(move |one| one.id < end).rev().take(limit);
    let mut chosen: Vec<&Message> = if let Some(start) = request.number("after") {
        all.iter().filter(|one| one.id > start).take(limit).copied().collect()
    } else if let Some(middle) = request.number("around") {
        let older = before(middle).take(limit / 2).copied();
        let newer = all.iter().filter(|one| one.id >= middle).take(limit - limit / 2).copied();
        older.chain(newer).collect()
    } else {
        before(request.number("before").unwrap_or(Id::MAX)).copied().collect()
    };
    chosen.sort_by_key(|message| std::cmp::Reverse(message.id));
    Ok(Reply::ok(chosen.into_iter().map(|message| world.readable(message)).collect()))
}

pub fn get(world: &World, channel: Id, id: Id) -> Answer {
    world.allowed_channel(channel, READ_MESSAGE_HISTORY)?;
    Ok(Reply::ok(world.readable(public(world, channel, id)?)))
}

/// A message that everybody in the channel sees.
fn public(world: &World, channel: Id, id: Id) -> Result<&Message, ApiError> {
    let known = world.messages.get(&id).filter(|message| message.channel == channel);
    Ok(known.filter(|message| message.only_for.is_none()).ok_or(errors::UNKNOWN_MESSAGE)?)
}

pub fn post(world: &mut World, request: &Request, channel: Id) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.message(body));
    may_send(world, request, channel)?;
    rules::message::check(body, request, false)?;
    if let Some(known) = same_nonce(world, body) {
        return Ok(Reply::ok(world.readable(known)));
    }
    let author = world.bot;
    let mut message = build(world, request, body, (channel, author))?;
    message.reply_to = reply_to(world, channel, body)?;
    if message.reply_to.is_some() {
        message.kind = 19;
        mentions::ring_replied(world, &mut message, &body["allowed_mentions"]);
    }
    message.nonce = Some(body["nonce"].clone()).filter(|nonce| !nonce.is_null());
    wake(world, channel);
    let id = world.post(message);
    Ok(Reply::ok(wire::message(world, &world.messages[&id])))
}

/// Whether the bot may send this into the channel.
fn may_send(world: &World, request: &Request, channel: Id) -> Result<(), ApiError> {
    let known = world.channel(channel).ok_or(errors::UNKNOWN_CHANNEL)?;
    if known.recipient.is_some_and(|user| !takes_messages(world, user)) {
        return Err(errors::CANNOT_DM.into());
    }
    let mut needed = if known.is_thread() { SEND_MESSAGES_IN_THREADS } else { SEND_MESSAGES };
    if !items(&request.body["embeds"]).is_empty() {
        needed |= EMBED_LINKS;
    }
    if !request.files.is_empty() {
        needed |= ATTACH_FILES;
    }
    if known.locked {
        return Err(errors::THREAD_LOCKED.into());
    }
    world.allowed_channel(channel, needed).map(|_| ())
}

/// Whether somebody takes direct messages from the bot: wants to, and shares the guild with it.
fn takes_messages(world: &World, user: Id) -> bool {
    let shares = world.bot_is_in && world.guild.members.contains_key(&user);
    shares && world.users.get(&user).is_some_and(|user| user.takes_direct_messages)
}

/// The message that the same author made with the same nonce not long ago, in whatever channel.
fn same_nonce<'w>(world: &'w World, body: &Value) -> Option<&'w Message> {
    if body["enforce_nonce"] != true || body["nonce"].is_null() {
        return None;
    }
    let now = world.clock.now();
    // `1` and `"1"` are the same nonce.
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let wanted = plain(&body["nonce"]);
    world.messages.values().rev().find(|message| {
        let is_recent = (now - message.created_at).num_milliseconds() < world.nonce_window_ms;
        let is_same = message.nonce.as_ref().is_some_and(|nonce| plain(nonce) == wanted);
        message.author == world.bot && is_recent && is_same
    })
}

fn reply_to(world: &World, channel: Id, body: &Value) -> Result<Option<Id>, ApiError> {
    let reference = &body["message_reference"];
    let Some(id) = rules::message::number(&reference["message_id"]) else { return Ok(None) };
    let is_there = public(world, channel, id).is_ok();
    if is_there {
        world.allowed_channel(channel, READ_MESSAGE_HISTORY)?;
        return Ok(Some(id));
    }
    if reference["fail_if_not_exists"] == false {
        return Ok(None);
    }
    let mut form = Form::default();
    form.add("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
    form.into_result().map(|()| None)
}

/// A message of a thread wakes it.
fn wake(world: &mut World, channel: Id) {
    let Some(thread) = world.guild.channels.get_mut(&channel) else { return };
    if std::mem::take(&mut thread.archived) {
        let data = wire::channel(world, &world.guild.channels[&channel]);
        world.dispatch("THREAD_UPDATE", data);
    }
}

/// A new message from a body that has passed the rules.
pub fn build(
    world: &mut World,
    request: &Request,
    body: &Value,
    (channel, author): (Id, Id),
) -> Result<Message, ApiError> {
    let mut message = Message {
        id: world.next_id(),
        channel,
        author,
        content: text(&body["content"]).trim().to_owned(),
        embeds: items(&body["embeds"]).iter().map(rich).collect(),
        components: items(&body["components"]).iter().map(filled).collect(),
        attachments: Vec::new(),
        flags: body["flags"].as_u64().unwrap_or_default() & SENDABLE,
        nonce: None,
        reply_to: None,
        kind: 0,
        pings: message::Pings::default(),
        reactions: BTreeMap::new(),
        only_for: None,
        interaction: None,
        created_at: world.clock.now(),
        edited_at: None,
    };
    message.pings = mentions::pings(world, &message, &body["allowed_mentions"]);
    message.attachments = uploaded(world, request, body);
    link_files(world, &mut message);
    Ok(message)
}

/// An embed as it comes back: of type `rich`.
fn rich(embed: &Value) -> Value {
    let mut embed = said(embed);
    embed["type"] = json!("rich");
    for field in list_mut(&mut embed, "fields") {
        if field["inline"].is_null() {
            field["inline"] = json!(false);
        }
    }
    embed
}

/// A component as it comes back: numbered, with what goes without saying.
fn filled(component: &Value) -> Value {
    let mut component = said(component);
    let mut next = 1;
    number(&mut component, &mut next);
    component
}

fn number(component: &mut Value, next: &mut u64) {
    if component["id"].is_null() {
        component["id"] = json!(*next);
    }
    *next += 1;
    let is_menu = matches!(component["type"].as_u64(), Some(3 | 5..=8));
    for bound in ["min_values", "max_values"] {
        if is_menu && component[bound].is_null() {
            component[bound] = json!(1);
        }
    }
    for inside in list_mut(component, "components") {
        number(inside, next);
    }
}

fn uploaded(world: &mut World, request: &Request, body: &Value) -> Vec<Attachment> {
    let told = |number: u64| {
        let is_it = |one: &&Value| rules::message::number(&one["id"]) == Some(number);
        items(&body["attachments"]).iter().find(is_it).cloned().unwrap_or_default()
    };
    let files = request.files.iter().map(|file| {
        let told = told(file.number);
        Attachment {
            id: world.next_id(),
            name: told["filename"].as_str().unwrap_or(&file.name).to_owned(),
            content_type: file.content_type.clone(),
            description: told["description"].as_str().map(str::to_owned),
            bytes: file.bytes.clone(),
        }
    });
    files.collect()
}

/// Puts the real address for `attachment://name` into the embeds.
fn link_files(world: &World, message: &mut Message) {
    for file in &message.attachments {
        let link = format!("attachment://{}", file.name);
        let url = wire::attachment(world, message.channel, file)["url"].clone();
        for embed in &mut message.embeds {
            for place in ["image", "thumbnail"] {
                if embed[place]["url"] == *link {
                    embed[place]["url"] = url.clone();
                }
            }
        }
    }
}

pub fn edit(world: &mut World, request: &Request, channel: Id, id: Id) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.message(body));
    world.allowed_channel(channel, 0)?;
    let known = public(world, channel, id)?;
    let is_own = known.author == world.bot;
    let is_only_flags = body.as_object().is_some_and(|fields| fields.keys().eq(["flags"]));
    if !is_own && !is_only_flags {
        return Err(errors::NOT_YOUR_MESSAGE.into());
    }
    if !is_own {
        world.allowed_channel(channel, MANAGE_MESSAGES)?;
    }
    if !request.files.is_empty() {
        world.allowed_channel(channel, ATTACH_FILES)?;
    }
    change(world, request, body, id)?;
    Ok(Reply::ok(wire::message(world, &world.messages[&id])))
}

/// Changes a message by a body, whoever may.
pub fn change(world: &mut World, request: &Request, body: &Value, id: Id) -> Result<(), ApiError> {
    rules::message::check(body, request, true)?;
    let mut message = world.messages.get(&id).cloned().ok_or(errors::UNKNOWN_MESSAGE)?;
    if body.get("content").is_some() {
        message.content = text(&body["content"]).trim().to_owned();
    }
    if body.get("embeds").is_some() {
        message.embeds = items(&body["embeds"]).iter().map(rich).collect();
    }
    if body.get("components").is_some() {
        message.components = items(&body["components"]).iter().map(filled).collect();
    }
    if let Some(kept) = body["attachments"].as_array() {
        let is_kept = |file: &Attachment| {
            kept.iter().any(|one| rules::message::number(&one["id"]) == Some(file.id))
        };
        message.attachments.retain(is_kept);
    }
    if let Some(flags) = body["flags"].as_u64() {
        let settable = message::SUPPRESS_EMBEDS | message::COMPONENTS_V2;
        message.flags = (message.flags & !message::SUPPRESS_EMBEDS) | (flags & settable);
    }
    message.flags &= !message::LOADING;
    message.attachments.extend(uploaded(world, request, body));
    link_files(world, &mut message);
    let is_empty = message.content.is_empty()
        && message.embeds.is_empty()
        && message.components.is_empty()
        && message.attachments.is_empty();
    if is_empty {
        return Err(errors::EMPTY_MESSAGE.into());
    }
    message.edited_at = Some(world.clock.now());
    world.replace(message);
    Ok(())
}

pub fn delete(world: &mut World, channel: Id, id: Id) -> Answer {
    world.allowed_channel(channel, 0)?;
    if public(world, channel, id)?.author != world.bot {
        world.allowed_channel(channel, MANAGE_MESSAGES)?;
    }
    world.delete_message(id);
    Ok(Reply::nothing())
}

pub fn crosspost(world: &mut World, channel: Id, id: Id) -> Answer {
    world.allowed_channel(channel, VIEW_CHANNEL)?;
    let known = public(world, channel, id)?;
    let kind = world.channel(channel).map(|channel| channel.kind);
    if kind != Some(5) {
        return Err(errors::WRONG_CHANNEL_TYPE.into());
    }
    let needed = if known.author == world.bot { SEND_MESSAGES } else { MANAGE_MESSAGES };
    world.allowed_channel(channel, needed)?;
    if known.is_crossposted() {
        return Err(errors::ALREADY_CROSSPOSTED.into());
    }
    let mut message = known.clone();
    message.flags |= message::CROSSPOSTED;
    world.crosspost(message.clone());
    Ok(Reply::ok(wire::message(world, &message)))
}

pub fn react(world: &mut World, channel: Id, id: Id, emoji: &str, adds: bool) -> Answer {
    world.allowed_channel(channel, READ_MESSAGE_HISTORY)?;
    let mut message = public(world, channel, id)?.clone();
    let bot = world.bot;
    if adds && !message.reactions.contains_key(emoji) {
        world.allowed_channel(channel, ADD_REACTIONS)?;
    }
    let by = message.reactions.entry(emoji.to_owned()).or_default();
    let has_changed = if adds { by.insert(bot) } else { by.remove(&bot) };
    message.reactions.retain(|_, by| !by.is_empty());
    // A reaction is no edit: the history keeps only what was said.
    world.messages.insert(id, message);
    if has_changed {
        let name = if adds { "MESSAGE_REACTION_ADD" } else { "MESSAGE_REACTION_REMOVE" };
        let data = json!({
            "user_id": bot.to_string(), "channel_id": channel.to_string(),
            "message_id": id.to_string(), "guild_id": world.guild_id_of(channel),
            "emoji": { "id": null, "name": emoji }, "burst": false, "type": 0,
        });
        world.dispatch_in(channel, name, data);
    }
    Ok(Reply::nothing())
}

pub fn reactions(world: &World, channel: Id, id: Id, emoji: &str) -> Answer {
    world.allowed_channel(channel, READ_MESSAGE_HISTORY)?;
    let by = public(world, channel, id)?.reactions.get(emoji);
    let users = by.into_iter().flatten().filter_map(|id| world.users.get(id));
    Ok(Reply::ok(users.map(wire::user).collect()))
}
