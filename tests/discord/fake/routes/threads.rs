//! Threads: from a message or without, their members, lists of them.

use serde_json::json;

use super::super::{
    errors::{self, Form},
    http::{Reply, Request},
    message,
    permissions::{
        CREATE_PRIVATE_THREADS, CREATE_PUBLIC_THREADS, READ_MESSAGE_HISTORY,
        SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
    },
    wire,
    world::{Channel, Id, World},
};
use super::{Answer, note_unknown, snowflake, text};

/// Minutes after which a thread may be archived by itself.
const ARCHIVE_MINUTES: &[u64] = &[60, 1440, 4320, 10080];

pub fn start(world: &mut World, request: &Request, parent: Id, from: Option<Id>) -> Answer {
    let body = &request.body;
    note_unknown(world, request, |unknown| unknown.thread(body));
    // Without a message a thread is private unless it says otherwise.
    let told = body["type"].as_u64().unwrap_or(12);
    let is_private = from.is_none() && told == 12;
    let needed = if is_private { CREATE_PRIVATE_THREADS } else { CREATE_PUBLIC_THREADS };
    let channel = world.allowed_channel(parent, needed)?;
    if !matches!(channel.kind, 0 | 5) {
        return Err(errors::WRONG_CHANNEL_TYPE.into());
    }
    let is_news = channel.kind == 5;
    let mut form = Form::default();
    form.required_length(&body["name"], "name", 1, 100);
    if !body["auto_archive_duration"].is_null() {
        form.choice(&body["auto_archive_duration"], "auto_archive_duration", ARCHIVE_MINUTES);
    }
    form.into_result()?;
    if let Some(id) = from {
        mark(world, parent, id)?;
    }
    let id = from.unwrap_or_else(|| world.next_id());
    let thread = Channel {
        id,
        name: text(&body["name"]),
        kind: if is_private {
            12
        } else if is_news {
            10
        } else {
            11
        },
        parent: Some(parent),
        auto_archive_minutes: body["auto_archive_duration"].as_u64().unwrap_or(4320),
        owner: Some(world.bot),
        members: [world.bot].into(),
        ..Channel::default()
    };
    world.guild.channels.insert(id, thread);
    let mut data = wire::channel(world, &world.guild.channels[&id]);
    data["member"] = wire::thread_member(world, id, world.bot);
    let mut event = data.clone();
    event["newly_created"] = json!(true);
    world.dispatch("THREAD_CREATE", event);
    Ok(Reply::json(201, data))
}

/// Marks the message that a thread starts from.
fn mark(world: &mut World, parent: Id, id: Id) -> Result<(), errors::ApiError> {
    world.allowed_channel(parent, READ_MESSAGE_HISTORY)?;
    let known = world.messages.get_mut(&id).filter(|message| message.channel == parent);
    let known = known.filter(|message| message.only_for.is_none());
    let known = known.ok_or(errors::UNKNOWN_MESSAGE)?;
    if known.flags & message::HAS_THREAD != 0 {
        return Err(errors::THREAD_EXISTS.into());
    }
    known.flags |= message::HAS_THREAD;
    Ok(())
}

pub fn members(world: &mut World, request: &Request, id: Id, rest: &[&str]) -> Answer {
    let channel = world.allowed_channel(id, VIEW_CHANNEL)?;
    if !channel.is_thread() {
        return Err(errors::WRONG_CHANNEL_TYPE.into());
    }
    let all = channel.members.clone();
    let named = match rest {
        [] => None,
        ["@me"] => Some(world.bot),
        [user] => Some(snowflake("user_id", user)?),
        _ => return Err(errors::NOT_FOUND.into()),
    };
    match (request.method.as_str(), named) {
        ("GET", None) => {
            Ok(Reply::ok(all.iter().map(|user| wire::thread_member(world, id, *user)).collect()))
        }
        ("GET", Some(user)) if all.contains(&user) => {
            Ok(Reply::ok(wire::thread_member(world, id, user)))
        }
        ("GET", Some(_)) => Err(errors::UNKNOWN_MEMBER.into()),
        ("PUT" | "DELETE", Some(user)) => {
            world.allowed_channel(id, SEND_MESSAGES_IN_THREADS)?;
            if !world.guild.members.contains_key(&user) {
                return Err(errors::UNKNOWN_MEMBER.into());
            }
            let thread = world.guild.channels.get_mut(&id).ok_or(errors::UNKNOWN_CHANNEL)?;
            if request.method == "PUT" {
                thread.members.insert(user);
            } else {
                thread.members.remove(&user);
            }
            Ok(Reply::nothing())
        }
        _ => Err(errors::METHOD_NOT_ALLOWED.into()),
    }
}

/// Every thread of the guild that is awake.
pub fn active(world: &World) -> Reply {
    listed(world, |thread| !thread.archived)
}

/// The archived threads of a channel.
pub fn archived(world: &World, parent: Id) -> Answer {
    world.allowed_channel(parent, READ_MESSAGE_HISTORY)?;
    Ok(listed(world, |thread| thread.archived && thread.parent == Some(parent)))
}

fn listed(world: &World, is_wanted: impl Fn(&Channel) -> bool) -> Reply {
    let visible = |thread: &&Channel| world.permissions(world.bot, thread) & VIEW_CHANNEL != 0;
    let threads = world.guild.channels.values().filter(|channel| channel.is_thread());
    let threads: Vec<&Channel> =
        threads.filter(|thread| is_wanted(thread)).filter(visible).collect();
    let own = threads.iter().filter(|thread| thread.members.contains(&world.bot));
    Reply::ok(json!({
        "threads": threads.iter().map(|thread| wire::channel(world, thread)).collect::<Vec<_>>(),
        "members":
            own.map(|thread| wire::thread_member(world, thread.id, world.bot)).collect::<Vec<_>>(),
        "has_more": false,
    }))
}
