//! How the state is written on the wire: JSON as Discord sends it, with the fields that clients
//! insist on (a guild without `stage_instances` is an unknown event to serenity).

use serde_json::{Value, json};

use super::{
    clock::Moment,
    interactions::Kind,
    message::{Attachment, Message},
    permissions,
    world::{Application, Channel, Command, Id, Member, Role, User, World},
};

/// A moment as Discord writes it.
pub fn time(moment: Moment) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// A user.
pub fn user(user: &User) -> Value {
    let mut data = json!({
        "id": user.id.to_string(),
        "username": user.name,
        "discriminator": "0",
        "global_name": user.name,
        "avatar": null,
        "primary_guild": null,
        "public_flags": 0,
        "flags": 0,
    });
    if user.is_bot {
        data["bot"] = json!(true);
    }
    data
}

/// The bot as it sees itself.
pub fn own_user(world: &World) -> Value {
    let mut data = user(&world.users[&world.bot]);
    let own = json!({
        "verified": true, "email": null, "mfa_enabled": true, "locale": "en-US", "premium_type": 0,
        "bio": "",
    });
    merge(&mut data, own);
    data
}

fn merge(data: &mut Value, more: Value) {
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
}

/// A member without its user, as in a message.
pub fn partial_member(member: &Member) -> Value {
    json!({
        "roles": member.roles.iter().map(Id::to_string).collect::<Vec<_>>(),
        "joined_at": time(member.joined_at),
        "nick": member.nick,
        "avatar": null,
        "banner": null,
        "premium_since": null,
        "communication_disabled_until": null,
        "pending": false,
        "deaf": false,
        "mute": false,
        "flags": 0,
    })
}

/// A member with its user.
pub fn member(world: &World, id: Id) -> Option<Value> {
    let mut data = partial_member(world.guild.members.get(&id)?);
    data["user"] = user(world.users.get(&id)?);
    Some(data)
}

/// A role.
pub fn role(world: &World, role: &Role) -> Value {
    json!({
        "id": role.id.to_string(),
        "name": role.name,
        "description": null,
        "permissions": role.permissions.to_string(),
        "position": world.guild.roles.keys().position(|id| *id == role.id).unwrap_or_default(),
        "color": 0,
        "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false,
        "managed": role.name == "Bellwether",
        "mentionable": role.is_mentionable,
        "icon": null,
        "unicode_emoji": null,
        "flags": 0,
    })
}

/// A channel, thread or direct message.
pub fn channel(world: &World, channel: &Channel) -> Value {
    let last = world.messages_in(channel.id).next_back().map(|message| message.id.to_string());
    let mut data = json!({
        "id": channel.id.to_string(), "type": channel.kind, "last_message_id": last, "flags": 0,
    });
    if let Some(recipient) = channel.recipient {
        data["recipients"] = json!([user(&world.users[&recipient])]);
        return data;
    }
    let kind = |id: &Id| u8::from(!world.guild.roles.contains_key(id));
    let overwrites: Vec<Value> = channel
        .overwrites
        .iter()
        .map(|(id, bits)| {
            let (allow, deny) = (bits.allow.to_string(), bits.deny.to_string());
            json!({ "id": id.to_string(), "type": kind(id), "allow": allow, "deny": deny })
        })
        .collect();
    merge(
        &mut data,
        json!({
            "guild_id": world.guild.id.to_string(),
            "name": channel.name,
            "parent_id": channel.parent.map(|id| id.to_string()),
            "rate_limit_per_user": 0,
        }),
    );
    let more = if channel.is_thread() {
        thread_fields(world, channel)
    } else {
        // A channel that is just deleted still has a place.
        let position = world.guild.channels.keys().position(|id| *id >= channel.id).unwrap_or(0);
        json!({
            "topic": channel.topic, "nsfw": false, "position": position,
            "permission_overwrites": overwrites,
        })
    };
    merge(&mut data, more);
    data
}

fn thread_fields(world: &World, channel: &Channel) -> Value {
    let count = world.messages_in(channel.id).count();
    json!({
        "owner_id": channel.owner.map(|id| id.to_string()),
        "message_count": count,
        "total_message_sent": count,
        "member_count": channel.members.len(),
        "thread_metadata": {
            "archived": channel.archived,
            "locked": channel.locked,
            "auto_archive_duration": channel.auto_archive_minutes,
            "archive_timestamp": time(world.clock.now()),
            "create_timestamp": time(world.clock.now()),
        },
    })
}

/// A channel as an interaction carries it.
pub fn partial_channel(world: &World, id: Id) -> Value {
    let Some(known) = world.channel(id) else { return Value::Null };
    channel(world, known)
}

/// A thread's member.
pub fn thread_member(world: &World, thread: Id, id: Id) -> Value {
    let now = time(world.clock.now());
    json!({ "id": thread.to_string(), "user_id": id.to_string(), "join_timestamp": now, "flags": 0 })
}

/// The guild as `GET` shows it.
pub fn guild(world: &World) -> Value {
    let guild = &world.guild;
    json!({
        "id": guild.id.to_string(),
        "name": guild.name,
        "icon": null, "icon_hash": null, "splash": null, "discovery_splash": null,
        "banner": null, "description": null, "vanity_url_code": null,
        "home_header": null, "region": "deprecated",
        "owner_id": guild.owner.to_string(),
        "afk_channel_id": null, "afk_timeout": 300,
        "widget_enabled": false, "widget_channel_id": null,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": guild.roles.values().map(|one| role(world, one)).collect::<Vec<_>>(),
        "emojis": [], "stickers": [],
        "features": ["COMMUNITY", "NEWS"],
        "mfa_level": 0,
        "application_id": null,
        "system_channel_id": null, "system_channel_flags": 0,
        "rules_channel_id": null, "public_updates_channel_id": null,
        "safety_alerts_channel_id": null,
        "max_presences": null, "max_members": 500_000,
        "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
        "premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
        "preferred_locale": "en-US",
        "nsfw": false, "nsfw_level": 0,
        "incidents_data": null,
    })
}

/// The guild as `GUILD_CREATE` tells it: with who and what is in it.
pub fn whole_guild(world: &World) -> Value {
    let guild = &world.guild;
    let mut data = self::guild(world);
    let (threads, channels): (Vec<&Channel>, Vec<&Channel>) =
        guild.channels.values().partition(|channel| channel.is_thread());
    let can_see = |channel: &&&Channel| world.permissions(world.bot, channel) != 0;
    let write = |one: &&Channel| channel(world, one);
    let member_of = |id: &Id| member(world, *id);
    let joined_at = guild.members.get(&world.bot).map(|member| time(member.joined_at));
    merge(
        &mut data,
        json!({
            "joined_at": joined_at,
            "large": false,
            "unavailable": false,
            "member_count": guild.members.len(),
            "members": guild.members.keys().filter_map(member_of).collect::<Vec<_>>(),
            "channels": channels.iter().map(write).collect::<Vec<_>>(),
            "threads": threads.iter().filter(can_see).map(write).collect::<Vec<_>>(),
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "soundboard_sounds": [],
            "guild_scheduled_events": world.events.values().collect::<Vec<_>>(),
        }),
    );
    data
}

/// An attachment.
pub fn attachment(world: &World, channel: Id, file: &Attachment) -> Value {
    let path = format!("attachments/{channel}/{}/{}", file.id, file.name);
    let url = format!("{}/{path}", world.gateway.http_url);
    let mut data = json!({
        "id": file.id.to_string(),
        "filename": file.name,
        "size": file.bytes.len(),
        "content_type": file.content_type,
        "url": url,
        "proxy_url": url,
    });
    if let Some(description) = &file.description {
        data["description"] = json!(description);
    }
    data
}

/// A message as one sees it who may read its content.
pub fn message(world: &World, message: &Message) -> Value {
    let mut data = shallow_message(world, message);
    if let Some(id) = message.reply_to {
        let channel = message.channel.to_string();
        data["message_reference"] = json!({
            "type": 0, "message_id": id.to_string(), "channel_id": channel,
            "guild_id": world.guild_id_of(message.channel),
        });
        if data["message_reference"]["guild_id"].is_null() {
            data["message_reference"].as_object_mut().expect("an object").remove("guild_id");
        }
        let original = world.messages.get(&id);
        data["referenced_message"] =
            original.map_or(Value::Null, |original| shallow_message(world, original));
    }
    if let Some(thread) = world.guild.channels.get(&message.id) {
        data["thread"] = channel(world, thread);
    }
    data
}

fn shallow_message(world: &World, message: &Message) -> Value {
    let known = |id: &Id| world.users.get(id).map(user);
    let files = message.attachments.iter();
    let mut data = json!({
        "id": message.id.to_string(),
        "channel_id": message.channel.to_string(),
        "type": message.kind,
        "author": known(&message.author),
        "content": message.content,
        "timestamp": time(message.created_at),
        "edited_timestamp": message.edited_at.map(time),
        "tts": false,
        "pinned": false,
        "mention_everyone": message.pings.everyone,
        "mentions": message.pings.users.iter().filter_map(known).collect::<Vec<_>>(),
        "mention_roles": message.pings.roles.iter().map(Id::to_string).collect::<Vec<_>>(),
        "attachments":
            files.map(|file| attachment(world, message.channel, file)).collect::<Vec<_>>(),
        "embeds": message.embeds,
        "components": message.components,
        "flags": message.flags,
    });
    if let Some(nonce) = &message.nonce {
        data["nonce"] = nonce.clone();
    }
    if !message.reactions.is_empty() {
        data["reactions"] = reactions(world, message);
    }
    interaction_fields(world, message, &mut data);
    data
}

fn reactions(world: &World, message: &Message) -> Value {
    let one = |(emoji, by): (&String, &std::collections::BTreeSet<Id>)| {
        json!({
            "emoji": { "id": null, "name": emoji },
            "count": by.len(),
            "count_details": { "burst": 0, "normal": by.len() },
            "burst_colors": [], "me_burst": false,
            "me": by.contains(&world.bot),
        })
    };
    message.reactions.iter().map(one).collect()
}

fn interaction_fields(world: &World, message: &Message, data: &mut Value) {
    let Some(interaction) = message.interaction.and_then(|id| world.interactions.get(&id)) else {
        return;
    };
    let application = world.application.id.to_string();
    data["application_id"] = json!(application);
    data["webhook_id"] = json!(application);
    data["interaction_metadata"] = json!({
        "id": interaction.id.to_string(),
        "type": interaction.kind.number(),
        "user": user(&world.users[&interaction.user]),
        "authorizing_integration_owners": { "0": world.guild.id.to_string() },
    });
    if let Kind::Command { name } = &interaction.kind {
        data["interaction_metadata"]["name"] = json!(name);
    }
    let on = interaction.kind.message().map(|id| id.to_string());
    match &interaction.kind {
        Kind::Component { .. } => {
            data["interaction_metadata"]["interacted_message_id"] = json!(on);
        }
        Kind::Modal { .. } => {
            // The press that opened the form; its own id is nobody's to read here.
            let mut opened = data["interaction_metadata"].clone();
            opened["type"] = json!(3);
            opened["interacted_message_id"] = json!(on);
            data["interaction_metadata"]["triggering_interaction_metadata"] = opened;
        }
        Kind::Command { .. } | Kind::Autocomplete => {}
    }
}

/// What one without the right to message contents gets.
pub fn without_content(data: &mut Value) {
    data["content"] = json!("");
    for list in ["embeds", "components", "attachments"] {
        data[list] = json!([]);
    }
}

/// The application as `@me` shows it.
pub fn application(world: &World) -> Value {
    let Application { id, name, .. } = &world.application;
    json!({
        "id": id.to_string(),
        "name": name,
        "icon": null,
        "description": "",
        "summary": "",
        "type": null,
        "bot": user(&world.users[&world.bot]),
        "bot_public": true,
        "bot_require_code_grant": false,
        "owner": user(&world.users[&world.guild.owner]),
        "verify_key": "0".repeat(64),
        "team": null,
        "flags": application_flags(&world.application),
        "flags_new": application_flags(&world.application).to_string(),
        "eligible_oauth2_scopes": [],
        "max_participants": null,
        "redirect_uris": [], "interactions_endpoint_url": null, "role_connections_verification_url": null,
        "approximate_guild_count": u8::from(world.bot_is_in),
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "tags": [],
        "integration_types_config": { "0": {} },
        "event_webhooks_status": 1,
    })
}

/// The flags that say which privileged intents a small bot has switched on.
pub fn application_flags(application: &Application) -> u64 {
    let has = |bit: u32, flag: u32| {
        if application.privileged & (1 << bit) == 0 { 0 } else { 1_u64 << flag }
    };
    has(8, 13) | has(1, 15) | has(15, 19)
}

/// An application command.
pub fn command(world: &World, command: &Command) -> Value {
    let mut data = command.data.clone();
    merge(
        &mut data,
        json!({
            "id": command.id.to_string(),
            "application_id": world.application.id.to_string(),
            "version": command.id.to_string(),
        }),
    );
    if let Some(guild) = command.guild {
        data["guild_id"] = json!(guild.to_string());
    }
    data
}

/// A member's permissions in a channel, for an interaction.
pub fn permissions_in(world: &World, user: Id, channel: Id) -> String {
    let known = world.channel(channel);
    known.map_or(permissions::DIRECT, |channel| world.permissions(user, channel)).to_string()
}
