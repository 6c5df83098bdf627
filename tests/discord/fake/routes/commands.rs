//! Registering application commands, for the guild and globally.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::super::{
    clock::delta,
    errors::{self, ApiError, Form},
    http::{Reply, Request},
    rules::{self, commands::kind},
    wire,
    world::{Command, Id, World},
};
use super::{Answer, note_unknown, said, snowflake};

/// New commands a day.
const CREATES_MAX: usize = 200;
const DAY: Duration = Duration::from_secs(86_400);

pub fn route(world: &mut World, request: &Request, guild: Option<Id>, rest: &[&str]) -> Answer {
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(listed(world, guild)),
        ("GET", ["permissions"]) => Ok(rights(world, guild)),
        ("PUT", []) => replace(world, request, guild),
        ("POST", []) => {
            let body = &request.body;
            note_unknown(world, request, |unknown| unknown.commands(body));
            let mut form = Form::default();
            rules::commands::check(&mut form, body, "");
            form.into_result()?;
            let is_new = find(world, guild, body).is_none();
            let command = keep(world, guild, body)?;
            let written = wire::command(world, &command);
            Ok(Reply::json(if is_new { 201 } else { 200 }, written))
        }
        (method, [id]) => {
            let id = snowflake("command_id", id)?;
            let is_it = |command: &Command| command.id == id && command.guild == guild;
            let at = world.commands.iter().position(is_it).ok_or(errors::UNKNOWN_COMMAND)?;
            match method {
                "GET" => Ok(Reply::ok(wire::command(world, &world.commands[at]))),
                "DELETE" => {
                    world.commands.remove(at);
                    Ok(Reply::nothing())
                }
                _ => Err(errors::METHOD_NOT_ALLOWED.into()),
            }
        }
        _ => Err(errors::NOT_FOUND.into()),
    }
}

/// Who may use the commands, where the server's settings say so.
fn rights(world: &World, guild: Option<Id>) -> Reply {
    let (application, guild) = (world.application.id.to_string(), guild.unwrap_or_default());
    let role = |id: &Id| json!({ "id": id.to_string(), "type": 1, "permission": true });
    let roles: Vec<Value> = world.command_roles.iter().map(role).collect();
    let all = json!({
        "id": application, "application_id": application, "guild_id": guild.to_string(),
        "permissions": roles,
    });
    Reply::ok(if roles.is_empty() { json!([]) } else { json!([all]) })
}

fn listed(world: &World, guild: Option<Id>) -> Reply {
    let here = world.commands.iter().filter(|command| command.guild == guild);
    Reply::ok(here.map(|command| wire::command(world, command)).collect())
}

/// The registered command of the same kind and name.
fn find(world: &World, guild: Option<Id>, data: &Value) -> Option<usize> {
    world.commands.iter().position(|known| {
        let is_same = known.data["name"] == data["name"] && kind(&known.data) == kind(data);
        known.guild == guild && is_same
    })
}

fn replace(world: &mut World, request: &Request, guild: Option<Id>) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.commands(body));
    let commands = rules::items(body);
    let mut form = Form::default();
    let mut names = BTreeSet::new();
    for (at, command) in commands.iter().enumerate() {
        rules::commands::check(&mut form, command, &at.to_string());
        if !names.insert((kind(command), command["name"].to_string())) {
            let words = "Application command names must be unique";
            form.add(&at.to_string(), "APPLICATION_COMMANDS_DUPLICATE_NAME", words);
        }
    }
    form.into_result()?;
    for (of, max) in rules::commands::COUNTS_MAX {
        if commands.iter().filter(|command| kind(command) == *of).count() > *max {
            return Err(errors::MAX_COMMANDS.into());
        }
    }
    let is_kept = |known: &Command| {
        let key = (kind(&known.data), known.data["name"].to_string());
        known.guild != guild || names.contains(&key)
    };
    world.commands.retain(is_kept);
    for command in commands {
        keep(world, guild, command)?;
    }
    Ok(listed(world, guild))
}

/// Registers one command; the same name keeps its id.
fn keep(world: &mut World, guild: Option<Id>, body: &Value) -> Result<Command, ApiError> {
    let known = find(world, guild, body);
    let id = match known {
        Some(at) => world.commands[at].id,
        None => {
            let now = world.clock.now();
            world.command_creates.retain(|at| now - *at < delta(DAY));
            if world.command_creates.len() >= CREATES_MAX {
                return Err(errors::MAX_CREATES.into());
            }
            world.command_creates.push(now);
            world.next_id()
        }
    };
    let command = Command { id, guild, data: filled(body) };
    match known {
        Some(at) => world.commands[at] = command.clone(),
        None => world.commands.push(command.clone()),
    }
    Ok(command)
}

/// A command with Discord's defaults.
fn filled(body: &Value) -> Value {
    let mut data = said(body);
    data["type"] = json!(kind(body));
    if data["description"].is_null() {
        data["description"] = json!("");
    }
    if data["integration_types"].is_null() {
        data["integration_types"] = json!([0]);
    }
    // Bots send the bits as text or number; they come back as text.
    let bits = &data["default_member_permissions"];
    data["default_member_permissions"] = match bits.as_u64() {
        Some(bits) => json!(bits.to_string()),
        None => bits.clone(),
    };
    for name in ["contexts", "name_localizations", "description_localizations"] {
        if data[name].is_null() {
            data[name] = Value::Null;
        }
    }
    data["nsfw"] = json!(data["nsfw"] == true);
    data["dm_permission"] = json!(data["dm_permission"] != false);
    data
}
