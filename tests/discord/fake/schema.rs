//! A small validator for the part of JSON Schema that Discord's description uses: references,
//! lists of types, `oneOf`, `anyOf`, `allOf`, constants, bounds, patterns, formats (lightly).

use chrono::DateTime;
use serde_json::Value;

/// A place (JSON pointer) and what is wrong there.
pub type Problem = (String, String);

/// A document with `components/schemas`.
pub struct Schemas<'d> {
    document: &'d Value,
}

impl<'d> Schemas<'d> {
    /// Reads references from `document`.
    pub fn new(document: &'d Value) -> Self {
        Self { document }
    }

    /// Everything that is wrong with `value`.
    pub fn check(&self, schema: &Value, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.hold(schema, value, "", &mut problems);
        problems
    }

    fn hold(&self, schema: &Value, value: &Value, at: &str, to: &mut Vec<Problem>) {
        if let Some(name) = schema["$ref"].as_str() {
            let pointer = name.trim_start_matches('#');
            match self.document.pointer(pointer) {
                Some(schema) => self.hold(schema, value, at, to),
                None => to.push((at.to_owned(), format!("no schema {name}"))),
            }
        }
        if !is_of_type(&schema["type"], value) {
            let words = format!("{} is not of type {}", brief(value), schema["type"]);
            to.push((at.to_owned(), words));
            return;
        }
        let constants = schema["enum"].as_array();
        if constants.is_some_and(|constants| !constants.contains(value)) {
            to.push((at.to_owned(), format!("{} is none of {}", brief(value), schema["enum"])));
        }
        if schema.get("const").is_some_and(|constant| constant != value) {
            to.push((at.to_owned(), format!("{} is not {}", brief(value), schema["const"])));
        }
        self.hold_choices(schema, value, at, to);
        match value {
            Value::String(text) => hold_text(schema, text, at, to),
            Value::Number(_) => hold_number(schema, value, at, to),
            Value::Array(items) => self.hold_items(schema, items, at, to),
            Value::Object(_) => self.hold_fields(schema, value, at, to),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn hold_choices(&self, schema: &Value, value: &Value, at: &str, to: &mut Vec<Problem>) {
        for part in list(&schema["allOf"]) {
            self.hold(part, value, at, to);
        }
        for (word, is_exclusive) in [("oneOf", true), ("anyOf", false)] {
            if !schema[word].is_array() {
                continue;
            }
            let tried = list(&schema[word]).iter().map(|part| {
                let mut problems = Vec::new();
                self.hold(part, value, at, &mut problems);
                problems
            });
            let tried: Vec<Vec<Problem>> = tried.collect();
            let fitting = tried.iter().filter(|problems| problems.is_empty()).count();
            if fitting == 0 {
                // The nearest miss tells most.
                to.extend(
                    tried.into_iter().max_by_key(|problems| nearness(problems)).unwrap_or_default(),
                );
            } else if is_exclusive && fitting > 1 {
                to.push((at.to_owned(), format!("{fitting} of {word} fit, not one")));
            }
        }
    }

    fn hold_items(&self, schema: &Value, items: &[Value], at: &str, to: &mut Vec<Problem>) {
        hold_count(schema, ("minItems", "maxItems"), items.len(), at, to);
        if schema["uniqueItems"] == true {
            let is_double = |(place, item): (usize, &Value)| items[..place].contains(item);
            if items.iter().enumerate().any(is_double) {
                to.push((at.to_owned(), "an element twice".to_owned()));
            }
        }
        if schema["items"].is_object() {
            for (place, item) in items.iter().enumerate() {
                self.hold(&schema["items"], item, &format!("{at}/{place}"), to);
            }
        }
    }

    fn hold_fields(&self, schema: &Value, value: &Value, at: &str, to: &mut Vec<Problem>) {
        let fields = value.as_object().into_iter().flatten();
        for name in list(&schema["required"]).iter().filter_map(Value::as_str) {
            if value.get(name).is_none() {
                to.push((format!("{at}/{name}"), "missing".to_owned()));
            }
        }
        let count = value.as_object().map_or(0, serde_json::Map::len);
        hold_count(schema, ("minProperties", "maxProperties"), count, at, to);
        for (name, field) in fields {
            let at = format!("{at}/{name}");
            let known = &schema["properties"][name];
            let others = &schema["additionalProperties"];
            if known.is_object() {
                self.hold(known, field, &at, to);
            } else if others.is_object() {
                self.hold(others, field, &at, to);
            } else if *others == false {
                to.push((at, "a field that is not described".to_owned()));
            }
        }
    }
}

/// How near a miss is: deep and few problems are nearer than a wrong type or constant at the top.
fn nearness(problems: &[Problem]) -> (usize, std::cmp::Reverse<usize>) {
    let depth = problems.iter().map(|(at, _)| at.matches('/').count()).min().unwrap_or_default();
    let tells_kind = |(at, says): &Problem| at.ends_with("type") && !says.contains("not of type");
    let is_of_kind = usize::from(!problems.iter().any(tells_kind));
    (is_of_kind * 100 + depth, std::cmp::Reverse(problems.len()))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn is_of_type(kinds: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match kinds {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}

fn hold_count(
    schema: &Value,
    (least, most): (&str, &str),
    count: usize,
    at: &str,
    to: &mut Vec<Problem>,
) {
    let bound = |name: &str| schema[name].as_u64().and_then(|bound| usize::try_from(bound).ok());
    if bound(least).is_some_and(|least| count < least) {
        to.push((at.to_owned(), format!("{count} is less than {least} {}", schema[least])));
    }
    if bound(most).is_some_and(|most| count > most) {
        to.push((at.to_owned(), format!("{count} is more than {most} {}", schema[most])));
    }
}

fn hold_text(schema: &Value, text: &str, at: &str, to: &mut Vec<Problem>) {
    hold_count(schema, ("minLength", "maxLength"), text.chars().count(), at, to);
    if schema["pattern"].as_str().is_some_and(|pattern| !fits(pattern, text)) {
        to.push((at.to_owned(), format!("\"{text}\" does not fit {}", schema["pattern"])));
    }
    let is_well_formed = match schema["format"].as_str() {
        Some("date-time") => DateTime::parse_from_rfc3339(text).is_ok(),
        Some("uri") => url::Url::parse(text).is_ok(),
        Some("snowflake") => text.parse::<u64>().is_ok(),
        _ => true,
    };
    if !is_well_formed {
        to.push((at.to_owned(), format!("\"{text}\" is no {}", schema["format"])));
    }
}

/// The two patterns that there are; another one is said to fit nothing, so that it is noticed.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern {
        "^(0|[1-9][0-9]*)$" => {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number && (text == "0" || !text.starts_with('0'))
        }
        "^#(([0-9a-fA-F]{2}){3}|([0-9a-fA-F]){3})$" => {
            let digits = text.strip_prefix('#').unwrap_or_default();
            [3, 6].contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        _ => false,
    }
}

fn hold_number(schema: &Value, value: &Value, at: &str, to: &mut Vec<Problem>) {
    let number = value.as_f64().unwrap_or_default();
    if schema["minimum"].as_f64().is_some_and(|least| number < least) {
        to.push((at.to_owned(), format!("{value} is less than {}", schema["minimum"])));
    }
    if schema["maximum"].as_f64().is_some_and(|most| number > most) {
        to.push((at.to_owned(), format!("{value} is more than {}", schema["maximum"])));
    }
    let is_short = schema["format"] == "int32";
    if is_short && value.as_i64().is_none_or(|number| i32::try_from(number).is_err()) {
        to.push((at.to_owned(), format!("{value} is no int32")));
    }
}

/// A value, short enough for a line.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        text
    } else {
        text.chars().take(57).collect::<String>() + "…"
    }
}
