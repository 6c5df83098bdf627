//! What Discord accepts: lengths, counts, names, and what must or must not stand together. Also
//! the rules that the official contract does not know.
//!
//! A broken rule is refused as Discord refuses it. A field that Discord does not know it ignores
//! without a word; the fake tells the test instead ([`known`]), since somebody meant it.

pub mod commands;
pub mod components;
pub mod events;
pub mod known;
pub mod message;

use serde_json::Value;

/// An array's elements; none if it is no array.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The elements of a field that is an array, to be changed; none if it is no array.
pub fn list_mut<'v>(value: &'v mut Value, field: &str) -> impl Iterator<Item = &'v mut Value> {
    let list = value.get_mut(field).and_then(Value::as_array_mut);
    list.into_iter().flatten()
}
