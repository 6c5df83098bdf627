//! Scheduled events.

use serde_json::{Value, json};

use super::super::{
    errors::{self, ApiError, Form, Known},
    http::{Reply, Request},
    permissions::{self, CREATE_EVENTS, MANAGE_EVENTS},
    rules, wire,
    world::{Id, World},
};
use super::{Answer, note_unknown, snowflake};

/// Events that are not over.
const OPEN_MAX: usize = 100;

const FINISHED: Known = Known(400, 180_000, "Cannot update a finished event");

const FIELDS: &[&str] = &[
    "channel_id",
    "entity_metadata",
    "name",
    "privacy_level",
    "scheduled_start_time",
    "scheduled_end_time",
    "description",
    "entity_type",
    "status",
];

pub fn route(world: &mut World, request: &Request, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let open = world.events.values().filter(|event| is_open(event));
            Ok(Reply::ok(open.cloned().collect()))
        }
        ("POST", []) => create(world, request),
        (method, [id]) => {
            let id = snowflake("guild_scheduled_event_id", id)?;
            let event = world.events.get(&id).cloned().ok_or(errors::UNKNOWN_EVENT)?;
            match method {
                "GET" => Ok(Reply::ok(event)),
                "PATCH" => edit(world, request, id, event),
                "DELETE" => {
                    may_change(world, &event)?;
                    world.events.remove(&id);
                    world.dispatch("GUILD_SCHEDULED_EVENT_DELETE", event);
                    Ok(Reply::nothing())
                }
                _ => Err(errors::METHOD_NOT_ALLOWED.into()),
            }
        }
        _ => Err(errors::NOT_FOUND.into()),
    }
}

fn is_open(event: &Value) -> bool {
    matches!(event["status"].as_u64(), Some(1 | 2))
}

/// Its maker may with CREATE_EVENTS, anybody with MANAGE_EVENTS.
fn may_change(world: &World, event: &Value) -> Result<(), ApiError> {
    let has = permissions::in_guild(&world.guild, world.bot);
    let is_own = event["creator_id"] == *world.bot.to_string();
    let may = has & MANAGE_EVENTS != 0 || (is_own && has & CREATE_EVENTS != 0);
    if may { Ok(()) } else { Err(errors::MISSING_PERMISSIONS.into()) }
}

fn create(world: &mut World, request: &Request) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.event(body));
    world.allowed_guild(world.guild.id, CREATE_EVENTS)?;
    let now = world.clock.now();
    let mut form = Form::default();
    rules::events::check(&mut form, body, now, true);
    form.into_result()?;
    if world.events.values().filter(|event| is_open(event)).count() >= OPEN_MAX {
        return Err(errors::MAX_EVENTS.into());
    }
    let id = world.next_id();
    let event = json!({
        "id": id.to_string(),
        "guild_id": world.guild.id.to_string(),
        "channel_id": body["channel_id"],
        "creator_id": world.bot.to_string(),
        "creator": wire::user(&world.users[&world.bot]),
        "name": body["name"],
        "description": body["description"],
        "scheduled_start_time": normal(&body["scheduled_start_time"]),
        "scheduled_end_time": normal(&body["scheduled_end_time"]),
        "privacy_level": 2,
        "status": 1,
        "entity_type": body["entity_type"],
        "entity_id": null,
        "entity_metadata": body["entity_metadata"],
        "image": null,
        "user_count": 0,
        "recurrence_rule": null,
        "guild_scheduled_event_exceptions": [],
    });
    world.events.insert(id, event.clone());
    world.dispatch("GUILD_SCHEDULED_EVENT_CREATE", event.clone());
    Ok(Reply::ok(event))
}

fn edit(world: &mut World, request: &Request, id: Id, before: Value) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.event(body));
    may_change(world, &before)?;
    if !is_open(&before) {
        return Err(FINISHED.into());
    }
    let mut event = before.clone();
    for name in FIELDS.iter().filter(|name| body.get(**name).is_some()) {
        event[*name] = normal(&body[*name]);
    }
    let mut form = Form::default();
    // A running event may lie behind; a start that is set must not.
    let is_moved = body.get("scheduled_start_time").is_some();
    rules::events::check(&mut form, &event, world.clock.now(), is_moved);
    let (from, to) = (before["status"].as_u64(), event["status"].as_u64());
    if !rules::events::may_become(from.unwrap_or_default(), to.unwrap_or_default()) {
        let words = "Invalid Guild Scheduled Event Status Transition";
        form.add("status", "GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION", words);
    }
    form.into_result()?;
    world.events.insert(id, event.clone());
    world.dispatch("GUILD_SCHEDULED_EVENT_UPDATE", event.clone());
    Ok(Reply::ok(event))
}

/// A moment as Discord writes it; anything else as it is.
fn normal(value: &Value) -> Value {
    rules::events::moment(value).map_or_else(|| value.clone(), |moment| json!(wire::time(moment)))
}
