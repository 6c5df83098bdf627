//! Rules for buttons, menus and forms.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::errors::Form;
use super::items;

const ROWS_MAX: usize = 5;
const PER_ROW_MAX: usize = 5;
const CUSTOM_ID_MAX: usize = 100;
const LABEL_MAX: usize = 80;
const URL_MAX: usize = 512;
const OPTIONS_MAX: usize = 25;
const TITLE_MAX: usize = 45;
const INPUT_LABEL_MAX: usize = 45;
const INPUT_MAX: u64 = 4000;
const PLACEHOLDER_MAX: usize = 100;
const V2_TOTAL_MAX: usize = 40;
const V2_TEXT_MAX: usize = 4000;

/// Holds a message's components against the rules.
pub fn check(form: &mut Form, components: &[Value], is_v2: bool) {
    if is_v2 {
        check_v2(form, components);
    } else {
        form.count(components.len(), "components", 0, ROWS_MAX);
        for (at, row) in components.iter().enumerate() {
            let path = format!("components.{at}");
            form.choice(&row["type"], &format!("{path}.type"), &[1]);
            check_row(form, row, &path);
        }
    }
    let mut seen = BTreeSet::new();
    check_unique(form, components, "components", &mut seen);
}

fn check_v2(form: &mut Form, components: &[Value]) {
    let (mut count, mut characters) = (0, 0);
    walk(components, "components", &mut |component, path| {
        count += 1;
        characters += component["content"].as_str().map_or(0, |text| text.chars().count());
        match component["type"].as_u64() {
            Some(1) => check_row(form, component, path),
            Some(10) => form.required_length(
                &component["content"],
                &format!("{path}.content"),
                1,
                V2_TEXT_MAX,
            ),
            _ => {}
        }
    });
    form.count(count, "components", 1, V2_TOTAL_MAX);
    form.count(characters, "components", 0, V2_TEXT_MAX);
}

fn walk(components: &[Value], path: &str, visit: &mut impl FnMut(&Value, &str)) {
    for (at, component) in components.iter().enumerate() {
        let path = format!("{path}.{at}");
        visit(component, &path);
        // A row's own check walks its buttons.
        if component["type"] != 1 {
            walk(items(&component["components"]), &format!("{path}.components"), visit);
        }
    }
}

fn check_row(form: &mut Form, row: &Value, path: &str) {
    let inside = items(&row["components"]);
    form.count(inside.len(), &format!("{path}.components"), 1, PER_ROW_MAX);
    for (at, component) in inside.iter().enumerate() {
        let path = format!("{path}.components.{at}");
        match component["type"].as_u64() {
            Some(2) => check_button(form, component, &path),
            Some(3 | 5..=8) => {
                check_select(form, component, &path);
                if inside.len() > 1 {
                    let words = "A select menu must be alone in its row.";
                    form.add(&path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words);
                }
            }
            _ => form.choice(&component["type"], &format!("{path}.type"), &[2, 3, 5, 6, 7, 8]),
        }
    }
}

fn check_button(form: &mut Form, button: &Value, path: &str) {
    form.length(&button["label"], &format!("{path}.label"), 0, LABEL_MAX);
    form.choice(&button["style"], &format!("{path}.style"), &[1, 2, 3, 4, 5, 6]);
    let (id, url) = (&button["custom_id"], &button["url"]);
    match button["style"].as_u64() {
        Some(5) => {
            form.required_length(url, &format!("{path}.url"), 1, URL_MAX);
            if !id.is_null() {
                let words = "A custom id and url cannot both be specified";
                form.add(&format!("{path}.custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL", words);
            }
        }
        Some(6) => {}
        _ => {
            form.required_length(id, &format!("{path}.custom_id"), 1, CUSTOM_ID_MAX);
            if !url.is_null() {
                let words = "A custom id and url cannot both be specified";
                form.add(&format!("{path}.url"), "BUTTON_COMPONENT_CUSTOM_ID_URL", words);
            }
        }
    }
    let says_nothing = button["label"].as_str().unwrap_or_default().is_empty();
    if says_nothing && button["emoji"].is_null() && button["style"] != 6 {
        let words = "A button must have a label or an emoji.";
        form.add(path, "BUTTON_COMPONENT_MISSING_LABEL_EMOJI", words);
    }
}

fn check_select(form: &mut Form, select: &Value, path: &str) {
    form.required_length(&select["custom_id"], &format!("{path}.custom_id"), 1, CUSTOM_ID_MAX);
    form.length(&select["placeholder"], &format!("{path}.placeholder"), 0, 150);
    if select["type"] != 3 {
        return;
    }
    let options = items(&select["options"]);
    form.count(options.len(), &format!("{path}.options"), 1, OPTIONS_MAX);
    let mut values = BTreeSet::new();
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.options.{at}");
        form.required_length(&option["label"], &format!("{path}.label"), 1, 100);
        form.required_length(&option["value"], &format!("{path}.value"), 1, 100);
        form.length(&option["description"], &format!("{path}.description"), 0, 100);
        if !values.insert(option["value"].to_string()) {
            let words = "The specified option value is already used";
            form.add(&format!("{path}.value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", words);
        }
    }
}

/// No two components have the same custom id.
fn check_unique(form: &mut Form, components: &[Value], path: &str, seen: &mut BTreeSet<String>) {
    for (at, component) in components.iter().enumerate() {
        let path = format!("{path}.{at}");
        let id = component["custom_id"].as_str();
        if id.is_some_and(|id| !seen.insert(id.to_owned())) {
            let words = "Component custom id cannot be duplicated";
            form.add(&format!("{path}.custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", words);
        }
        check_unique(form, items(&component["components"]), &format!("{path}.components"), seen);
    }
}

/// Holds a form (a modal) against the rules.
pub fn check_modal(form: &mut Form, modal: &Value) {
    form.required_length(&modal["custom_id"], "data.custom_id", 1, CUSTOM_ID_MAX);
    form.required_length(&modal["title"], "data.title", 1, TITLE_MAX);
    let rows = items(&modal["components"]);
    form.count(rows.len(), "data.components", 1, ROWS_MAX);
    for (at, row) in rows.iter().enumerate() {
        let path = format!("data.components.{at}");
        match row["type"].as_u64() {
            Some(1) => {
                let inside = items(&row["components"]);
                form.count(inside.len(), &format!("{path}.components"), 1, 1);
                for input in inside {
                    let path = format!("{path}.components.0");
                    form.choice(&input["type"], &format!("{path}.type"), &[4]);
                    form.required_length(
                        &input["label"],
                        &format!("{path}.label"),
                        1,
                        INPUT_LABEL_MAX,
                    );
                    check_input(form, input, &path);
                }
            }
            Some(18) => {
                form.required_length(&row["label"], &format!("{path}.label"), 1, INPUT_LABEL_MAX);
                form.length(&row["description"], &format!("{path}.description"), 0, 100);
                match row["component"]["type"].as_u64() {
                    Some(4) => check_input(form, &row["component"], &format!("{path}.component")),
                    _ => check_select(form, &row["component"], &format!("{path}.component")),
                }
            }
            _ => form.choice(&row["type"], &format!("{path}.type"), &[1, 10, 18]),
        }
    }
    let mut seen = BTreeSet::new();
    check_unique(form, rows, "data.components", &mut seen);
}

fn check_input(form: &mut Form, input: &Value, path: &str) {
    form.required_length(&input["custom_id"], &format!("{path}.custom_id"), 1, CUSTOM_ID_MAX);
    form.choice(&input["style"], &format!("{path}.style"), &[1, 2]);
    form.length(&input["placeholder"], &format!("{path}.placeholder"), 0, PLACEHOLDER_MAX);
    form.length(&input["value"], &format!("{path}.value"), 0, INPUT_MAX as usize);
    for (bound, min) in [("min_length", 0), ("max_length", 1)] {
        let value = &input[bound];
        if value.as_u64().is_some_and(|value| !(min..=INPUT_MAX).contains(&value)) {
            let words = format!("int value should be between {min} and {INPUT_MAX}.");
            form.add(&format!("{path}.{bound}"), "NUMBER_TYPE_RANGE", words);
        }
    }
}
