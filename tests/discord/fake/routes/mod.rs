//! What each request does to the state. The table of routes is [`route`].

mod channels;
mod commands;
mod events;
mod guild;
mod interactions;
mod messages;
mod threads;

use serde_json::{Value, json};

use super::{
    errors::{self, ApiError},
    http::{Reply, Request},
    rules::known::Unknown,
    wire,
    world::{Id, World},
};

/// What a route answers.
pub type Answer = Result<Reply, ApiError>;

/// Does what a request asks.
pub fn route(world: &mut World, request: &Request) -> Answer {
    let segments = request.segments();
    match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["gateway"]) => Ok(Reply::ok(json!({ "url": world.gateway.url }))),
        ("GET", ["gateway", "bot"]) => Ok(Reply::ok(json!({
            "url": world.gateway.url, "shards": 1,
            "session_start_limit": world.gateway.start_limit(),
        }))),
        ("GET", ["users", "@me"]) => Ok(Reply::ok(wire::own_user(world))),
        ("GET", ["users", "@me", "guilds"]) => Ok(guild::own_guilds(world)),
        ("POST", ["users", "@me", "channels"]) => channels::open_direct(world, request),
        ("GET", ["users", user]) => guild::user(world, snowflake("user_id", user)?),
        ("GET", ["applications", "@me"] | ["oauth2", "applications", "@me"]) => {
            Ok(Reply::ok(wire::application(world)))
        }
        (_, ["applications", application, "commands", rest @ ..]) => {
            own_application(world, application)?;
            commands::route(world, request, None, rest)
        }
        (_, ["applications", application, "guilds", guild, "commands", rest @ ..]) => {
            own_application(world, application)?;
            let guild = snowflake("guild_id", guild)?;
            world.allowed_guild(guild, 0)?;
            commands::route(world, request, Some(guild), rest)
        }
        ("POST", ["interactions", id, token, "callback"]) => {
            interactions::call_back(world, request, snowflake("interaction_id", id)?, token)
        }
        (_, ["webhooks", application, token, rest @ ..]) => {
            own_application(world, application)?;
            interactions::webhook(world, request, token, rest)
        }
        ("GET", ["attachments", _, file, _]) => attachment(world, snowflake("file", file)?),
        (_, ["channels", id, rest @ ..]) => {
            let id = snowflake("channel_id", id)?;
            in_channel(world, request, id, rest)
        }
        (_, ["guilds", id, rest @ ..]) => {
            let id = snowflake("guild_id", id)?;
            in_guild(world, request, id, rest)
        }
        _ => Err(errors::NOT_FOUND.into()),
    }
}

fn in_channel(world: &mut World, request: &Request, channel: Id, rest: &[&str]) -> Answer {
    let message = |text: &str| snowflake("message_id", text);
    match (request.method.as_str(), rest) {
        ("GET", []) => channels::get(world, channel),
        ("PATCH", []) => channels::edit(world, request, channel),
        ("DELETE", []) => channels::delete(world, channel),
        ("POST", ["typing"]) => channels::type_in(world, channel),
        ("GET", ["messages"]) => messages::list(world, request, channel),
        ("POST", ["messages"]) => messages::post(world, request, channel),
        ("GET", ["messages", id]) => messages::get(world, channel, message(id)?),
        ("PATCH", ["messages", id]) => messages::edit(world, request, channel, message(id)?),
        ("DELETE", ["messages", id]) => messages::delete(world, channel, message(id)?),
        ("POST", ["messages", id, "crosspost"]) => {
            messages::crosspost(world, channel, message(id)?)
        }
        ("PUT" | "DELETE", ["messages", id, "reactions", emoji, "@me"]) => {
            messages::react(world, channel, message(id)?, emoji, request.method == "PUT")
        }
        ("GET", ["messages", id, "reactions", emoji]) => {
            messages::reactions(world, channel, message(id)?, emoji)
        }
        ("POST", ["messages", id, "threads"]) => {
            threads::start(world, request, channel, Some(message(id)?))
        }
        ("POST", ["threads"]) => threads::start(world, request, channel, None),
        (_, ["thread-members", rest @ ..]) => threads::members(world, request, channel, rest),
        ("GET", ["threads", "archived", "public"]) => threads::archived(world, channel),
        _ => Err(errors::NOT_FOUND.into()),
    }
}

fn in_guild(world: &mut World, request: &Request, id: Id, rest: &[&str]) -> Answer {
    world.allowed_guild(id, 0)?;
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(Reply::ok(wire::guild(world))),
        ("GET", ["channels"]) => Ok(guild::channels(world)),
        ("GET", ["roles"]) => Ok(guild::roles(world)),
        ("GET", ["members"]) => Ok(guild::members(world, request)),
        ("GET", ["members", "search"]) => Ok(guild::search(world, request)),
        ("PATCH", ["members", "@me"]) => guild::rename_bot(world, request),
        ("GET", ["members", user]) => guild::member(world, user),
        ("GET", ["threads", "active"]) => Ok(threads::active(world)),
        (_, ["scheduled-events", rest @ ..]) => events::route(world, request, rest),
        _ => Err(errors::NOT_FOUND.into()),
    }
}

/// A number of the path.
pub fn snowflake(field: &str, text: &str) -> Result<Id, ApiError> {
    text.parse().map_err(|_| errors::not_a_snowflake(field, text))
}

fn own_application(world: &World, text: &str) -> Result<(), ApiError> {
    let is_own = snowflake("application_id", text)? == world.application.id;
    if is_own { Ok(()) } else { Err(errors::UNKNOWN_APPLICATION.into()) }
}

/// Notes the fields of a body that Discord would ignore.
fn note_unknown(world: &mut World, request: &Request, hold: impl FnOnce(Unknown) -> Unknown) {
    let unknown = hold(Unknown::default());
    world.contract.note_unknown(request, unknown.0);
}

fn attachment(world: &World, id: Id) -> Answer {
    let mut files = world.messages.values().flat_map(|message| &message.attachments);
    let file = files.find(|file| file.id == id).ok_or(errors::NOT_FOUND)?;
    Ok(Reply::plain(200, file.bytes.clone()).with("content-type", &file.content_type))
}

/// A text of a body; empty if there is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A value without its nulls: what was sent as null was not said at all.
fn said(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let named = fields.iter().filter(|(_, value)| !value.is_null());
            named.map(|(name, value)| (name.clone(), said(value))).collect()
        }
        Value::Array(items) => items.iter().map(said).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
