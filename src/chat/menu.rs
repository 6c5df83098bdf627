//! The commands that Discord shows, generated from the grammar's own table. Pure.
//!
//! Two words become a command with a subcommand, a description's arguments become typed options.
//! Beside them stand the customers' commands and the two of a message's menu. [`differs`] tells
//! whether what is registered must be written anew. Must not: parse or carry out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    command::{Arg, CommandSpec, Kind, TABLE},
    domain::{Limits, Role, TextUnit},
    event::wire::TEXT_LENGTH_MAX,
    render::{self, Facts, Words},
};

/// A customer's report.
pub const REPORT: &str = "report";
/// How things stand.
pub const STATUS: &str = "status";
/// The fields of a report.
pub const REPORT_DOMAIN: &str = "domain";
/// What is wrong.
pub const REPORT_WHAT: &str = "what";
/// Since when.
pub const REPORT_SINCE: &str = "since";
/// A wish to hear of updates.
pub const SUBSCRIBE: &str = "subscribe";
/// Its field.
pub const SUBSCRIBE_SERVER: &str = "server";
/// A wish to hear of nothing more.
pub const UNSUBSCRIBE: &str = "unsubscribe";
/// The field of a status.
pub const STATUS_ABOUT: &str = "about";

/// The keys of the two commands of a message's menu; their words are their names.
pub const FILE_REPORT: &str = "chat-menu-file-report";
/// Keeps a message in the timeline.
pub const ADD_TO_TIMELINE: &str = "chat-menu-add-to-timeline";

const DESCRIPTION: Limits = Limits::of(100, TextUnit::Characters);
/// Who sees staff's commands at all, unless the server's own settings say otherwise: those who may
/// manage messages. Whether somebody may use one is decided by their role, whatever they see.
const MANAGE_MESSAGES: u64 = 1 << 13;
/// A domain's longest name.
const DOMAIN_LENGTH_MAX: usize = 253;
const SINCE_LENGTH_MAX: usize = 100;
/// The longest way to write a moment, with room to spare.
const MOMENT_LENGTH_MAX: usize = 40;
/// The longest list of days.
const DAYS_LENGTH_MAX: usize = 2400;
/// The longest text that a field may hold: with the rest it must fit a line of the grammar.
const POST_ID_LENGTH_MAX: usize = 32;
const TEXT_FIELD_LENGTH_MAX: usize = 3800;

/// The kinds of option.
mod option {
    pub(super) const SUBCOMMAND: u8 = 1;
    pub(super) const STRING: u8 = 3;
    pub(super) const INTEGER: u8 = 4;
    pub(super) const BOOLEAN: u8 = 5;
}

/// All commands, as the body of one registration.
pub fn all(words: &Words, language: &str) -> Vec<Value> {
    let say = |key: &str| words.say(language, key, &Facts::new());
    let mut commands: Vec<Value> =
        vec![report(&say), status(&say), subscribe(&say), unsubscribe(&say)];
    let mut nouns: BTreeMap<&str, Vec<&CommandSpec>> = BTreeMap::new();
    for spec in TABLE.iter().filter(|spec| spec.name != STATUS) {
        match spec.name.split_once(' ') {
            Some((noun, _)) => nouns.entry(noun).or_default().push(spec),
            None => commands.push(single(spec, &say)),
        }
    }
    commands.extend(nouns.into_iter().map(|(noun, specs)| group(noun, &specs, &say)));
    for key in [FILE_REPORT, ADD_TO_TIMELINE] {
        commands.push(json!({
            "type": 3,
            "name": say(key),
            "default_member_permissions": MANAGE_MESSAGES,
        }));
    }
    commands
}

/// The row of the table that a slash command's words are.
pub fn spec_of(name: &str) -> Option<&'static CommandSpec> {
    TABLE.iter().find(|spec| spec.name == name)
}

type Say<'a> = &'a dyn Fn(&str) -> String;

fn report(say: Say<'_>) -> Value {
    let text = |name: &str, key: &str, required: bool, length_max: usize| {
        json!({
            "type": option::STRING,
            "name": name,
            "description": described(&say(key)),
            "required": required,
            "max_length": length_max,
        })
    };
    let mut domain = text(REPORT_DOMAIN, "chat-option-domain", true, DOMAIN_LENGTH_MAX);
    domain["autocomplete"] = json!(true);
    json!({
        "type": 1,
        "name": REPORT,
        "description": described(&say("chat-about-report")),
        "options": [
            domain,
            text(REPORT_WHAT, "chat-option-what", true, TEXT_LENGTH_MAX),
            text(REPORT_SINCE, "chat-option-since", false, SINCE_LENGTH_MAX),
        ],
    })
}

fn status(say: Say<'_>) -> Value {
    json!({
        "type": 1,
        "name": STATUS,
        "description": described(&say("chat-about-status")),
        "options": [{
            "type": option::STRING,
            "name": STATUS_ABOUT,
            "description": described(&say("chat-option-about")),
            "required": false,
            "max_length": DOMAIN_LENGTH_MAX,
            "autocomplete": true,
        }],
    })
}

fn subscribe(say: Say<'_>) -> Value {
    json!({
        "type": 1,
        "name": SUBSCRIBE,
        "description": described(&say("chat-about-subscribe")),
        "options": [{
            "type": option::STRING,
            "name": SUBSCRIBE_SERVER,
            "description": described(&say("chat-option-subscribe-server")),
            "required": false,
            "max_length": DOMAIN_LENGTH_MAX,
            "autocomplete": true,
        }],
    })
}

fn unsubscribe(say: Say<'_>) -> Value {
    json!({
        "type": 1,
        "name": UNSUBSCRIBE,
        "description": described(&say("chat-about-unsubscribe")),
        "options": [],
    })
}

fn single(spec: &CommandSpec, say: Say<'_>) -> Value {
    let mut command = json!({
        "type": 1,
        "name": spec.name,
        "description": described(&say(spec.about_key)),
        "options": options(spec, say),
    });
    hide(&mut command, spec.role);
    command
}

fn group(noun: &str, specs: &[&CommandSpec], say: Say<'_>) -> Value {
    let subcommands: Vec<Value> = specs
        .iter()
        .map(|spec| {
            json!({
                "type": option::SUBCOMMAND,
                "name": spec.name.split_once(' ').map_or(spec.name, |(_, verb)| verb),
                "description": described(&say(spec.about_key)),
                "options": options(spec, say),
            })
        })
        .collect();
    let mut command = json!({
        "type": 1,
        "name": noun,
        "description": described(&say(&format!("chat-group-{noun}"))),
        "options": subcommands,
    });
    let lowest = specs.iter().map(|spec| spec.role).min().unwrap_or(Role::Staff);
    hide(&mut command, lowest);
    command
}

fn hide(command: &mut Value, role: Role) {
    if role > Role::Customer {
        command["default_member_permissions"] = json!(MANAGE_MESSAGES);
    }
}

/// Discord wants the required ones first; what only a button writes is not asked for.
fn options(spec: &CommandSpec, say: Say<'_>) -> Vec<Value> {
    let asked = spec.args.iter().filter(|arg| arg.kind != Kind::Seen);
    let (required, rest): (Vec<&Arg>, Vec<&Arg>) = asked.partition(|arg| arg.required);
    required.into_iter().chain(rest).map(|arg| option_of(arg, say)).collect()
}

fn option_of(arg: &Arg, say: Say<'_>) -> Value {
    let kind = match arg.kind {
        Kind::Incident | Kind::Draft | Kind::Window | Kind::Number => option::INTEGER,
        Kind::Flag => option::BOOLEAN,
        Kind::Report
        | Kind::Post
        | Kind::Server
        | Kind::Servers
        | Kind::Component
        | Kind::Targets
        | Kind::Moment
        | Kind::Zone
        | Kind::Span
        | Kind::Seen
        | Kind::Rule
        | Kind::Days
        | Kind::Text
        | Kind::Topic
        | Kind::Choice(_) => option::STRING,
    };
    let mut option = json!({
        "type": kind,
        "name": arg.name,
        "description": described(&say(&format!("command-option-{}", arg.name))),
        "required": arg.required,
    });
    match arg.kind {
        Kind::Incident | Kind::Draft | Kind::Window => {
            option["min_value"] = json!(1);
            option["autocomplete"] = json!(true);
        }
        Kind::Number => option["min_value"] = json!(1),
        Kind::Report
        | Kind::Server
        | Kind::Servers
        | Kind::Component
        | Kind::Targets
        | Kind::Zone
        | Kind::Span
        | Kind::Rule
        | Kind::Topic => {
            option["autocomplete"] = json!(true);
        }
        Kind::Days => option["max_length"] = json!(DAYS_LENGTH_MAX),
        Kind::Moment => option["max_length"] = json!(MOMENT_LENGTH_MAX),
        Kind::Post => option["max_length"] = json!(POST_ID_LENGTH_MAX),
        Kind::Text => option["max_length"] = json!(TEXT_FIELD_LENGTH_MAX),
        Kind::Choice(choices) => {
            let choice = |word: &&str| json!({ "name": word, "value": word });
            option["choices"] = choices.iter().map(choice).collect();
        }
        Kind::Seen | Kind::Flag => {}
    }
    option
}

fn described(text: &str) -> String {
    render::fit(text, &DESCRIPTION)
}

/// Whether Discord has other commands than we want. What Discord adds by itself (ids, versions,
/// defaults) is no difference.
pub fn differs(registered: &[Value], wanted: &[Value]) -> bool {
    let by_name = |commands: &[Value]| -> BTreeMap<String, Value> {
        let named = commands.iter().map(|command| {
            (format!("{}:{}", command["type"], command["name"]), canonical(command))
        });
        named.collect()
    };
    registered.len() != wanted.len() || by_name(registered) != by_name(wanted)
}

const COMPARED: [&str; 12] = [
    "type",
    "name",
    "description",
    "options",
    "required",
    "autocomplete",
    "choices",
    "value",
    "min_value",
    "max_length",
    "min_length",
    "default_member_permissions",
];

/// The fields that we set, less those that stand for nothing.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(name, _)| COMPARED.contains(&name.as_str()))
                .map(|(name, field)| (name.clone(), canonical(&as_number(name, field))))
                .filter(|(_, field)| !is_nothing(field));
            Value::Object(kept.collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        Value::Number(number) => number.as_f64().map_or(value.clone(), |number| json!(number)),
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}

/// Permissions are numbers in what we send and texts in what we get.
fn as_number(name: &str, field: &Value) -> Value {
    let text = field.as_str().filter(|_| name == "default_member_permissions");
    text.and_then(|text| text.parse::<u64>().ok()).map_or_else(|| field.clone(), Value::from)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Number(_) | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> Vec<Value> {
        all(&Words::built_in(), "en")
    }

    #[test]
    fn every_command_of_the_table_is_there_once_with_all_its_options() {
        let commands = commands();
        for spec in TABLE {
            let (noun, verb) = spec.name.split_once(' ').unwrap_or((spec.name, ""));
            let found: Vec<&Value> =
                commands.iter().filter(|one| one["name"] == noun && one["type"] == 1).collect();
            assert_eq!(found.len(), 1, "{}", spec.name);
            let mut options = &found[0]["options"];
            if !verb.is_empty() {
                let subcommands = options.as_array().expect("a list");
                options = &subcommands
                    .iter()
                    .find(|one| one["name"] == verb)
                    .expect("a known verb")["options"];
            }
            if spec.name != STATUS {
                let names: Vec<&str> = options
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|one| one["name"].as_str().expect("a name"))
                    .collect();
                assert_eq!(names.len(), spec.args.len(), "{}", spec.name);
                assert!(spec.args.iter().all(|arg| names.contains(&arg.name)), "{}", spec.name);
            }
        }
    }

    #[test]
    fn discord_would_take_them() {
        let words = Words::built_in();
        let mut todo = commands();
        assert!(todo.len() <= 100);
        while let Some(one) = todo.pop() {
            let name = one["name"].as_str().expect("a name");
            assert!((1..=32).contains(&name.chars().count()), "{name}");
            assert!(one["type"] == 3 || name == name.to_lowercase(), "{name}");
            if let Some(about) = one["description"].as_str() {
                assert!((1..=100).contains(&about.chars().count()), "{name}: {about}");
                assert!(!words.has(about) && !about.starts_with("chat-"), "{name}: {about}");
            }
            let options = one["options"].as_array().cloned().unwrap_or_default();
            assert!(options.len() <= 25);
            let required: Vec<bool> = options.iter().map(|one| one["required"] == true).collect();
            assert!(required.is_sorted_by(|one, next| one >= next), "{name}: required first");
            todo.extend(options);
        }
    }

    #[test]
    fn staffs_commands_are_hidden_and_customers_are_not() {
        for one in commands() {
            let hidden = !one["default_member_permissions"].is_null();
            let open = ["report", "status", "subscribe", "unsubscribe", "help", "maintenance"]
                .contains(&one["name"].as_str().expect("a name"));
            assert_eq!(hidden, !open, "{}", one["name"]);
        }
    }

    #[test]
    fn what_discord_adds_is_no_difference_and_what_we_change_is_one() {
        let wanted = commands();
        let mut registered = wanted.clone();
        for one in &mut registered {
            one["id"] = json!("1234");
            one["version"] = json!("5");
            one["nsfw"] = json!(false);
            if let Some(bits) = one["default_member_permissions"].as_u64() {
                one["default_member_permissions"] = json!(bits.to_string());
            }
            one["name_localizations"] = Value::Null;
        }
        registered.reverse();
        assert!(!differs(&registered, &wanted));
        assert!(differs(&registered[1..], &wanted));
        registered[3]["description"] = json!("another");
        assert!(differs(&registered, &wanted));
    }
}
