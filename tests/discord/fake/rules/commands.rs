//! Rules for application commands: names, descriptions, options and their order.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::errors::Form;
use super::items;

const OPTIONS_MAX: usize = 25;
const CHOICES_MAX: usize = 25;
const TOTAL_MAX: usize = 8000;

/// Command types, as on the wire, and how many of each there may be.
pub const COUNTS_MAX: &[(u64, usize)] = &[(1, 100), (2, 15), (3, 15)];

/// The type of a command; a slash command if it says none.
pub fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

/// Holds a command against the rules; `path` is where it stands in the body, empty for alone.
pub fn check(form: &mut Form, command: &Value, path: &str) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let options = items(&command["options"]);
    if kind(command) == 1 {
        check_name(form, &command["name"], &at("name"));
        form.required_length(&command["description"], &at("description"), 1, 100);
        check_options(form, options, &at("options"), 0);
    } else {
        form.required_length(&command["name"], &at("name"), 1, 32);
        if !command["description"].as_str().unwrap_or_default().is_empty() {
            let words = "Context menu commands cannot have a description";
            form.add(&at("description"), "APPLICATION_COMMAND_INVALID_DESCRIPTION", words);
        }
        if !options.is_empty() {
            let words = "Context menu commands cannot have options";
            form.add(&at("options"), "APPLICATION_COMMAND_INVALID_OPTIONS", words);
        }
    }
    if size(command) > TOTAL_MAX {
        let words = format!("Command exceeds maximum size ({TOTAL_MAX})");
        form.add(path, "APPLICATION_COMMAND_TOO_LARGE", words);
    }
}

/// `^[-_'\p{L}\p{N}]{1,32}$`, lower case where the script has one.
fn check_name(form: &mut Form, value: &Value, path: &str) {
    form.required_length(value, path, 1, 32);
    let Some(name) = value.as_str() else { return };
    let is_allowed = |letter: char| letter.is_alphanumeric() || "-_'".contains(letter);
    if !name.chars().all(is_allowed) || name.to_lowercase() != name {
        let words = "Command name is invalid";
        form.add(path, "APPLICATION_COMMAND_INVALID_NAME", words);
    }
}

fn check_options(form: &mut Form, options: &[Value], path: &str, depth: usize) {
    form.count(options.len(), path, 0, OPTIONS_MAX);
    let mut names = BTreeSet::new();
    let mut had_optional = false;
    let is_branch = |option: &Value| matches!(option["type"].as_u64(), Some(1 | 2));
    let branches = options.iter().filter(|option| is_branch(option)).count();
    if branches != 0 && branches != options.len() {
        let words = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        form.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words);
    }
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.{at}");
        check_name(form, &option["name"], &format!("{path}.name"));
        form.required_length(&option["description"], &format!("{path}.description"), 1, 100);
        form.choice(&option["type"], &format!("{path}.type"), &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        if !names.insert(option["name"].to_string()) {
            let words = "Option names must be unique";
            form.add(&format!("{path}.name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", words);
        }
        let is_required = option["required"] == true;
        if is_required && had_optional {
            let words = "Required options must be placed before non-required options";
            form.add(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words);
        }
        had_optional |= !is_required;
        match option["type"].as_u64() {
            Some(kind @ (1 | 2)) => check_branch(form, option, &path, (kind, depth)),
            _ => check_choices(form, option, &path),
        }
    }
}

/// A sub-command stands at the top or in a group, a group only at the top.
fn check_branch(form: &mut Form, option: &Value, path: &str, (kind, depth): (u64, usize)) {
    let is_misplaced = if kind == 2 { depth > 0 } else { depth > 1 };
    let inside = items(&option["options"]);
    let holds_values = inside.iter().any(|one| one["type"] != 1);
    if is_misplaced || (kind == 2 && holds_values) {
        let words = "Sub-commands are nested too deep";
        form.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words);
    }
    let depth = if kind == 2 { 1 } else { 2 };
    check_options(form, inside, &format!("{path}.options"), depth);
}

fn check_choices(form: &mut Form, option: &Value, path: &str) {
    let choices = items(&option["choices"]);
    form.count(choices.len(), &format!("{path}.choices"), 0, CHOICES_MAX);
    if option["autocomplete"] == true && !choices.is_empty() {
        let words = "Autocomplete and choices are mutually exclusive";
        form.add(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", words);
    }
    check_choice_list(form, choices, &format!("{path}.choices"));
    for bound in ["min_length", "max_length"] {
        if option[bound].as_u64().is_some_and(|length| length > 6000) {
            form.add(
                &format!("{path}.{bound}"),
                "NUMBER_TYPE_MAX",
                "int value should be less than or equal to 6000.",
            );
        }
    }
}

/// The choices of an option, or those that autocomplete offers.
pub fn check_choice_list(form: &mut Form, choices: &[Value], path: &str) {
    for (at, choice) in choices.iter().enumerate() {
        form.required_length(&choice["name"], &format!("{path}.{at}.name"), 1, 100);
        if choice["value"].is_string() {
            form.length(&choice["value"], &format!("{path}.{at}.value"), 0, 100);
        } else if !choice["value"].is_number() {
            form.required(&format!("{path}.{at}.value"));
        }
    }
}

/// The characters of names, descriptions and choices.
fn size(command: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let own = length(&command["name"]) + length(&command["description"]);
    let choices = items(&command["choices"]).iter();
    let choices = choices.map(|choice| length(&choice["name"]) + length(&choice["value"]));
    own + choices.sum::<usize>() + items(&command["options"]).iter().map(size).sum::<usize>()
}
