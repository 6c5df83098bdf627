//! Answers to interactions: the callback, and the webhook for what comes after it.

use serde_json::{Value, json};

use super::super::{
    errors::{self, ApiError, Form},
    http::{Reply, Request},
    interactions::Kind,
    message,
    rules::{self, items},
    wire,
    world::{Id, World},
};
use super::{Answer, messages, note_unknown, snowflake};

pub fn call_back(world: &mut World, request: &Request, id: Id, token: &str) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.callback(body));
    let interaction = world.unanswered(id, token)?;
    let kind = body["type"].as_u64().unwrap_or_default();
    if !interaction.kind.takes(kind) {
        let mut form = Form::default();
        let words = "Invalid interaction callback type";
        form.add("type", "INTERACTION_CALLBACK_TYPE_INVALID", words);
        return form.into_result().map(|()| Reply::nothing());
    }
    match kind {
        4 | 5 => start_message(world, request, id, kind == 5)?,
        6 | 7 => {
            let source = interaction.kind.message().ok_or(errors::UNKNOWN_MESSAGE)?;
            interaction.original = Some(source);
            if kind == 7 {
                messages::change(world, request, &body["data"], source)?;
            }
        }
        8 => {
            let choices = items(&body["data"]["choices"]);
            let mut form = Form::default();
            form.count(choices.len(), "data.choices", 0, 25);
            rules::commands::check_choice_list(&mut form, choices, "data.choices");
            form.into_result()?;
            world.interactions.get_mut(&id).expect("known").choices = choices.to_vec();
        }
        _ => {
            let mut form = Form::default();
            rules::components::check_modal(&mut form, &body["data"]);
            form.into_result()?;
            world.interactions.get_mut(&id).expect("known").modal = Some(body["data"].clone());
        }
    }
    let now = world.clock.now();
    world.interactions.get_mut(&id).expect("known").answered = Some((kind, now));
    if request.query.get("with_response").is_some_and(|wanted| wanted == "true") {
        return Ok(Reply::ok(told(world, id, kind)));
    }
    Ok(Reply::nothing())
}

/// The answer with the message in it.
fn told(world: &World, id: Id, kind: u64) -> Value {
    let interaction = &world.interactions[&id];
    let original = interaction.original.and_then(|id| world.messages.get(&id));
    let flags = original.map_or(0, |message| message.flags);
    let mut data = json!({
        "interaction": {
            "id": id.to_string(), "type": interaction.kind.number(),
            "response_message_id": interaction.original.map(|id| id.to_string()),
            "response_message_loading": flags & message::LOADING != 0,
            "response_message_ephemeral": flags & message::EPHEMERAL != 0,
            "channel_id": interaction.channel.to_string(),
        },
        "resource": { "type": kind },
    });
    if let (Some(message), 4 | 7) = (original, kind) {
        data["resource"]["message"] = wire::message(world, message);
    }
    data
}

/// Makes the message that the answer is; a deferred one says only that it is being thought about.
fn start_message(
    world: &mut World,
    request: &Request,
    id: Id,
    is_deferred: bool,
) -> Result<(), ApiError> {
    let body = &request.body["data"];
    let flags = body["flags"].as_u64().unwrap_or_default();
    if !is_deferred {
        rules::message::check(body, request, false)?;
    }
    let made = make(world, request, body, id, flags & message::EPHEMERAL != 0)?;
    if is_deferred {
        let message = world.messages.get_mut(&made).expect("just made");
        message.flags |= message::LOADING;
    }
    let interaction = world.interactions.get_mut(&id).expect("known");
    interaction.original = Some(made);
    interaction.is_thinking = is_deferred;
    Ok(())
}

fn make(
    world: &mut World,
    request: &Request,
    body: &Value,
    id: Id,
    is_ephemeral: bool,
) -> Result<Id, ApiError> {
    let interaction = world.interactions[&id].clone();
    let (channel, author) = (interaction.channel, world.bot);
    let mut message = messages::build(world, request, body, (channel, author))?;
    message.interaction = Some(id);
    if let Kind::Command { .. } = interaction.kind {
        message.kind = 20;
    }
    if is_ephemeral {
        message.flags |= message::EPHEMERAL;
        message.only_for = Some(interaction.user);
    }
    Ok(world.post(message))
}

pub fn webhook(world: &mut World, request: &Request, token: &str, rest: &[&str]) -> Answer {
    let interaction = world.by_token(token)?.clone();
    let body = &request.body;
    if request.method != "GET" && request.method != "DELETE" {
        note_unknown(world, request, |unknown| unknown.message(body));
    }
    if let ("POST", []) = (request.method.as_str(), rest) {
        return follow_up(world, request, interaction.id);
    }
    let id = match rest {
        ["messages", "@original"] => interaction.original.ok_or(errors::UNKNOWN_MESSAGE)?,
        ["messages", id] => snowflake("message_id", id)?,
        _ => return Err(errors::NOT_FOUND.into()),
    };
    let is_own = interaction.original == Some(id) || interaction.followups.contains(&id);
    if !is_own || !world.messages.contains_key(&id) {
        return Err(errors::UNKNOWN_MESSAGE.into());
    }
    match request.method.as_str() {
        "GET" => Ok(Reply::ok(wire::message(world, &world.messages[&id]))),
        "PATCH" => {
            messages::change(world, request, body, id)?;
            stop_thinking(world, interaction.id, id);
            Ok(Reply::ok(wire::message(world, &world.messages[&id])))
        }
        "DELETE" => {
            world.delete_message(id);
            stop_thinking(world, interaction.id, id);
            Ok(Reply::nothing())
        }
        _ => Err(errors::METHOD_NOT_ALLOWED.into()),
    }
}

fn stop_thinking(world: &mut World, interaction: Id, message: Id) {
    let interaction = world.interactions.get_mut(&interaction).expect("known");
    if interaction.original == Some(message) {
        interaction.is_thinking = false;
    }
}

/// A further message; the first after a deferral takes the deferred one's place.
fn follow_up(world: &mut World, request: &Request, id: Id) -> Answer {
    let body = &request.body;
    rules::message::check(body, request, false)?;
    let interaction = &world.interactions[&id];
    let made = match interaction.original {
        Some(original) if interaction.is_thinking => {
            messages::change(world, request, body, original)?;
            stop_thinking(world, id, original);
            original
        }
        _ => {
            let flags = body["flags"].as_u64().unwrap_or_default();
            let made = make(world, request, body, id, flags & message::EPHEMERAL != 0)?;
            world.interactions.get_mut(&id).expect("known").followups.push(made);
            made
        }
    };
    Ok(Reply::ok(wire::message(world, &world.messages[&made])))
}
