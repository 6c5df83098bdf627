//! What a person's client makes of a command, a menu or a form: the `data` of an interaction, and
//! the checks that it does before it sends anything.

use serde_json::{Map, Value, json};

use super::{
    rules::items,
    wire,
    world::{Command, Id, World},
};

/// The registered command whose name is the first word (slash) or all (menu) of `name`.
pub fn find<'w>(world: &'w World, name: &str) -> Option<&'w Command> {
    let first = name.split(' ').next();
    world.commands.iter().find(|command| {
        let known = command.data["name"].as_str();
        if command.data["type"] == 1 { known == first } else { known == Some(name) }
    })
}

fn registered<'w>(world: &'w World, name: &str) -> &'w Command {
    find(world, name).unwrap_or_else(|| panic!("no command {name} is registered"))
}

/// The data of a slash command; `typing` names the option that is being completed.
pub fn data(world: &World, name: &str, given: &[(&str, Value)], typing: Option<&str>) -> Value {
    let command = registered(world, name);
    let mut described = &command.data;
    let mut path = Vec::new();
    for word in name.split(' ').skip(1) {
        let inside = items(&described["options"]);
        let found = inside.iter().find(|option| option["name"] == word);
        described = found.unwrap_or_else(|| panic!("{name}: no sub-command {word}"));
        path.push((word, described["type"].clone()));
    }
    let known = items(&described["options"]);
    for (name, _) in given {
        let has = known.iter().any(|option| option["name"] == *name);
        assert!(has, "no option {name}; there are {:?}", names(known));
    }
    let missing = |option: &&Value| {
        let is_given = given.iter().any(|(name, _)| option["name"] == *name);
        option["required"] == true && !is_given && typing.is_none()
    };
    assert!(!known.iter().any(|option| missing(&option)), "{name}: a required option is missing");
    let mut resolved = Map::new();
    let mut options: Vec<Value> = known
        .iter()
        .filter_map(|option| {
            let (_, value) = given.iter().find(|(name, _)| option["name"] == *name)?;
            let is_typing = typing.is_some_and(|typing| option["name"] == typing);
            Some(filled(world, option, value, is_typing, &mut resolved))
        })
        .collect();
    for (word, kind) in path.into_iter().rev() {
        options = vec![json!({ "name": word, "type": kind, "options": options })];
    }
    let mut data = head(world, command);
    data["options"] = json!(options);
    if !resolved.is_empty() {
        data["resolved"] = Value::Object(resolved);
    }
    data
}

fn names(options: &[Value]) -> Vec<&str> {
    options.iter().filter_map(|option| option["name"].as_str()).collect()
}

fn head(world: &World, command: &Command) -> Value {
    let mut data = json!({
        "id": command.id.to_string(),
        "name": command.data["name"],
        "type": command.data["type"],
    });
    if command.guild.is_some() {
        data["guild_id"] = json!(world.guild.id.to_string());
    }
    data
}

/// One option as the client sends it, after the checks that the client does.
fn filled(
    world: &World,
    option: &Value,
    value: &Value,
    is_typing: bool,
    resolved: &mut Map<String, Value>,
) -> Value {
    let (name, kind) = (&option["name"], option["type"].as_u64().unwrap_or_default());
    if is_typing {
        assert!(option["autocomplete"] == true, "{name} does not complete");
        return json!({ "name": name, "type": kind, "value": value, "focused": true });
    }
    let choices = items(&option["choices"]);
    let is_offered = choices.is_empty() || choices.iter().any(|choice| choice["value"] == *value);
    assert!(is_offered, "{name}: {value} is not among {choices:?}");
    let fits = match kind {
        3 => value.as_str().is_some_and(|text| fits_length(option, text)),
        4 => value.is_i64() && fits_range(option, value),
        5 => value.is_boolean(),
        6..=9 => value.is_string(),
        10 => value.is_number() && fits_range(option, value),
        _ => false,
    };
    assert!(fits, "{name}: a client would not take {value}");
    let value = match kind {
        6..=9 => json!(resolve(world, kind, value, resolved).to_string()),
        _ => value.clone(),
    };
    json!({ "name": name, "type": kind, "value": value })
}

fn fits_length(option: &Value, text: &str) -> bool {
    let length = text.chars().count() as u64;
    let least = option["min_length"].as_u64().unwrap_or_default();
    let most = option["max_length"].as_u64().unwrap_or(6000);
    (least..=most).contains(&length)
}

fn fits_range(option: &Value, value: &Value) -> bool {
    let number = value.as_f64().unwrap_or_default();
    let is_least = option["min_value"].as_f64().is_none_or(|least| number >= least);
    is_least && option["max_value"].as_f64().is_none_or(|most| number <= most)
}

/// A person, channel or role by name or id, with what the bot is told of it.
fn resolve(world: &World, kind: u64, value: &Value, resolved: &mut Map<String, Value>) -> Id {
    let text = value.as_str().unwrap_or_default();
    let is_it = |id: Id, name: &str| name == text || id.to_string() == text;
    let mut tell = |list: &str, id: Id, data: Value| {
        let entry = resolved.entry(list).or_insert_with(|| json!({}));
        entry[id.to_string()] = data;
        id
    };
    let user = world.users.values().find(|user| is_it(user.id, &user.name));
    let channel = world.guild.channels.values().find(|one| is_it(one.id, &one.name));
    let role = world.guild.roles.values().find(|role| is_it(role.id, &role.name));
    match (kind, user, channel, role) {
        (6 | 9, Some(user), ..) => {
            if let Some(member) = world.guild.members.get(&user.id) {
                tell("members", user.id, wire::partial_member(member));
            }
            tell("users", user.id, wire::user(user))
        }
        (7, _, Some(channel), _) => tell("channels", channel.id, wire::channel(world, channel)),
        (8 | 9, _, _, Some(role)) => tell("roles", role.id, wire::role(world, role)),
        _ => panic!("nothing is called {text}"),
    }
}

/// The data of a context-menu command on a message.
pub fn menu_data(world: &World, name: &str, message: Id) -> Value {
    let command = registered(world, name);
    assert_eq!(command.data["type"], 3, "{name} is no command on messages");
    let target = world.messages.get(&message).unwrap_or_else(|| panic!("the message is gone"));
    let mut data = head(world, command);
    data["target_id"] = json!(message.to_string());
    // The target's content is there whatever the intents.
    data["resolved"] = json!({ "messages": { message.to_string(): wire::message(world, target) } });
    data
}

/// The data of a filled-in form.
pub fn form_data(modal: &Value, fields: &[(&str, &str)]) -> Value {
    let input = |described: &Value| {
        let id = described["custom_id"].as_str().unwrap_or_default();
        let given = fields.iter().find(|(name, _)| *name == id).map(|(_, text)| *text);
        let text = given.or(described["value"].as_str()).unwrap_or_default();
        let length = text.chars().count() as u64;
        let least = described["min_length"].as_u64().unwrap_or_default();
        let most = described["max_length"].as_u64().unwrap_or(4000);
        let is_required = described["required"] != false;
        assert!(!is_required || length > 0, "{id} must be filled in");
        let fits = length == 0 || (least..=most).contains(&length);
        assert!(fits, "{id}: {length} characters are not between {least} and {most}");
        json!({ "type": 4, "custom_id": id, "value": text, "id": 2 })
    };
    let rows: Vec<Value> = items(&modal["components"])
        .iter()
        .filter(|row| row["type"] != 10)
        .map(|row| match row["component"].is_object() {
            true => json!({ "type": 18, "id": 1, "component": input(&row["component"]) }),
            false => {
                let inside: Vec<Value> = items(&row["components"]).iter().map(input).collect();
                json!({ "type": 1, "id": 1, "components": inside })
            }
        })
        .collect();
    let known = super::person::inputs(modal);
    for (name, _) in fields {
        assert!(known.iter().any(|(id, _)| id == name), "no field {name}; there are {known:?}");
    }
    json!({ "custom_id": modal["custom_id"], "components": rows })
}
