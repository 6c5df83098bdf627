//! The small validator, each of its words on a value that fits and one that does not.

use serde_json::{Value, json};

use crate::fake::schema::Schemas;

/// The places and words of what is wrong.
fn wrong(schema: &Value, value: &Value) -> Vec<String> {
    let document = json!({ "components": { "schemas": {
        "Id": { "type": "string", "pattern": "^(0|[1-9][0-9]*)$", "format": "snowflake" },
        "Cat": { "type": "object", "required": ["type", "lives"], "properties": {
            "type": { "type": "integer", "enum": [1] }, "lives": { "type": "integer", "maximum": 9 },
        } },
        "Dog": { "type": "object", "required": ["type"], "properties": {
            "type": { "type": "integer", "enum": [2] }, "name": { "type": "string", "minLength": 1 },
        } },
    } } });
    let found = Schemas::new(&document).check(schema, value);
    found.into_iter().map(|(at, says)| format!("{at}: {says}")).collect()
}

#[test]
fn each_word_takes_what_fits_and_names_what_does_not() {
    let (cat, dog, id) =
        ("#/components/schemas/Cat", "#/components/schemas/Dog", "#/components/schemas/Id");
    let pet = json!({ "oneOf": [{ "$ref": cat }, { "$ref": dog }] });
    for (schema, good, bad, says) in [
        (
            json!({ "type": ["integer", "null"] }),
            json!(null),
            json!("x"),
            ": \"x\" is not of type [\"integer\",\"null\"]",
        ),
        (json!({ "type": "number" }), json!(1.5), json!(true), ": true is not of type \"number\""),
        (json!({ "enum": [1, 2] }), json!(2), json!(3), ": 3 is none of [1,2]"),
        (json!({ "const": "a" }), json!("a"), json!("b"), ": \"b\" is not \"a\""),
        (json!({ "minimum": 0 }), json!(0), json!(-1), ": -1 is less than 0"),
        (json!({ "maximum": 5 }), json!(5), json!(6), ": 6 is more than 5"),
        (json!({ "format": "int32" }), json!(1), json!(1_u64 << 40), ": 1099511627776 is no int32"),
        (json!({ "maxLength": 2 }), json!("ää"), json!("abc"), ": 3 is more than maxLength 2"),
        (json!({ "minItems": 1 }), json!([1]), json!([]), ": 0 is less than minItems 1"),
        (json!({ "uniqueItems": true }), json!([1, 2]), json!([1, 1]), ": an element twice"),
        (
            json!({ "maxProperties": 1 }),
            json!({ "a": 1 }),
            json!({ "a": 1, "b": 1 }),
            ": 2 is more than maxProperties 1",
        ),
        (
            json!({ "additionalProperties": { "type": "string" } }),
            json!({ "a": "x" }),
            json!({ "a": 1 }),
            "/a: 1 is not of type \"string\"",
        ),
        (
            json!({ "format": "date-time" }),
            json!("2026-01-01T00:00:00Z"),
            json!("soon"),
            ": \"soon\" is no \"date-time\"",
        ),
        (json!({ "format": "uri" }), json!("https://x"), json!("x y"), ": \"x y\" is no \"uri\""),
        (
            json!({ "items": { "type": "string" } }),
            json!(["a"]),
            json!(["a", 1]),
            "/1: 1 is not of type \"string\"",
        ),
        (json!({ "pattern": "^new$" }), json!(1), json!("new"), ": \"new\" does not fit \"^new$\""),
        (
            pet.clone(),
            json!({ "type": 1, "lives": 9 }),
            json!({ "type": 1, "lives": 10 }),
            "/lives: 10 is more than 9",
        ),
        (
            pet.clone(),
            json!({ "type": 2 }),
            json!({ "type": 2, "name": "" }),
            "/name: 0 is less than minLength 1",
        ),
        (pet, json!({ "type": 2 }), json!({ "type": 1 }), "/lives: missing"),
        (
            json!({ "allOf": [{ "minLength": 1 }, { "maxLength": 1 }] }),
            json!("a"),
            json!(""),
            ": 0 is less than minLength 1",
        ),
        (
            json!({ "oneOf": [{ "minimum": 0 }, { "minimum": 1 }] }),
            json!(0),
            json!(1),
            ": 2 of oneOf fit, not one",
        ),
    ] {
        assert_eq!(wrong(&schema, &good), Vec::<String>::new(), "{schema}");
        assert_eq!(wrong(&schema, &bad), [says], "{schema}");
    }
    assert_eq!(wrong(&json!({ "$ref": id }), &json!("01")).len(), 1);
    assert_eq!(wrong(&json!({ "$ref": "#/nowhere" }), &json!(1)), [": no schema #/nowhere"]);
}
