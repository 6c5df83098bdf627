//! What Discord refuses: each rule on a body that breaks it and nothing else, with the place and
//! the code that the refusal names.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Http, Line};
use crate::fake::{Fake, gateway::GUILDS};

/// The places and codes of a refusal's tree, as `content BASE_TYPE_MAX_LENGTH`.
fn refusals(body: &Value) -> Vec<String> {
    fn walk(tree: &Value, path: &str, to: &mut Vec<String>) {
        for (name, inside) in tree.as_object().into_iter().flatten() {
            if name == "_errors" {
                let codes = inside.as_array().into_iter().flatten();
                to.extend(
                    codes.map(|one| format!("{path} {}", one["code"].as_str().unwrap_or("?"))),
                );
            } else {
                let dot = if path.is_empty() { "" } else { "." };
                walk(inside, &format!("{path}{dot}{name}"), to);
            }
        }
    }
    let mut found = Vec::new();
    walk(&body["errors"], "", &mut found);
    found
}

fn button(more: &Value) -> Value {
    let mut button = json!({ "type": 2, "style": 1, "label": "x" });
    for (name, value) in more.as_object().into_iter().flatten() {
        button[name] = value.clone();
    }
    json!([{ "type": 1, "components": [button] }])
}

fn messages() -> Vec<(Value, &'static str)> {
    let row = json!({ "type": 1, "components": [
        { "type": 2, "style": 1, "label": "x", "custom_id": "a" },
    ] });
    let rows = |count: usize| {
        let mut rows = vec![row.clone(); count];
        for (at, row) in rows.iter_mut().enumerate() {
            row["components"][0]["custom_id"] = json!(format!("id-{at}"));
        }
        json!(rows)
    };
    let field = |name: usize, value: usize| json!([{ "name": "x".repeat(name), "value": "x".repeat(value) }]);
    let card = |embed: Value| json!({ "embeds": [embed] });
    let content = |more: Value| {
        let mut body = more;
        body["content"] = json!("x");
        body
    };
    let large = json!({ "description": "x".repeat(3001) });
    vec![
        (json!({ "content": "x".repeat(2001) }), "content BASE_TYPE_MAX_LENGTH"),
        (json!({ "embeds": vec![json!({ "title": "x" }); 11] }), "embeds BASE_TYPE_MAX_LENGTH"),
        (json!({ "embeds": [large, large] }), "embeds MAX_EMBED_SIZE_EXCEEDED"),
        (card(json!({ "title": "x".repeat(257) })), "embeds.0.title BASE_TYPE_MAX_LENGTH"),
        (
            card(json!({ "description": "x".repeat(4097) })),
            "embeds.0.description BASE_TYPE_MAX_LENGTH",
        ),
        (
            card(json!({ "footer": { "text": "x".repeat(2049) } })),
            "embeds.0.footer.text BASE_TYPE_MAX_LENGTH",
        ),
        (card(json!({ "fields": field(257, 1) })), "embeds.0.fields.0.name BASE_TYPE_BAD_LENGTH"),
        (card(json!({ "fields": field(1, 1025) })), "embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH"),
        (card(json!({ "fields": field(1, 0) })), "embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH"),
        (card(json!({ "title": "x", "url": "ftp://x" })), "embeds.0.url URL_TYPE_INVALID_SCHEME"),
        (content(json!({ "nonce": "x".repeat(26) })), "nonce BASE_TYPE_MAX_LENGTH"),
        (
            content(json!({ "allowed_mentions": { "parse": ["users"], "users": ["1"] } })),
            "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        (content(json!({ "components": rows(6) })), "components BASE_TYPE_MAX_LENGTH"),
        (
            content(json!({ "components": button(&json!({})) })),
            "components.0.components.0.custom_id BASE_TYPE_REQUIRED",
        ),
        (
            content(json!({ "components": button(&json!({ "custom_id": "x".repeat(101) })) })),
            "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
        ),
        (
            content(
                json!({ "components": button(&json!({ "custom_id": "a", "label": "x".repeat(81) })) }),
            ),
            "components.0.components.0.label BASE_TYPE_MAX_LENGTH",
        ),
        (
            content(
                json!({ "components": button(&json!({ "style": 5, "url": "https://x", "custom_id": "a" })) }),
            ),
            "components.0.components.0.custom_id BUTTON_COMPONENT_CUSTOM_ID_URL",
        ),
        (
            content(json!({ "components": [row, row] })),
            "components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            content(json!({ "flags": 1 << 15, "components": [{ "type": 10, "content": "x" }] })),
            "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (content(json!({ "attachments": [{ "id": "0" }] })), "attachments.0 ATTACHMENT_NOT_FOUND"),
    ]
}

#[tokio::test]
async fn each_rule_for_messages_refuses_what_breaks_it() {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let place = fake.channel("support");
    let path = format!("/channels/{}/messages", place.id());
    for (body, refusal) in messages() {
        let (status, answer) = http.post(&path, &body).await;
        assert_eq!((status, &answer["code"]), (400, &json!(50035)), "{body}");
        assert_eq!(answer["message"], "Invalid Form Body");
        assert_eq!(refusals(&answer), [refusal], "{body}");
    }
    let (status, empty) = http.post(&path, &json!({ "content": " " })).await;
    assert_eq!((status, &empty["code"]), (400, &json!(50006)));
    assert!(place.messages().is_empty());
    // At the limits all is well.
    let body = json!({
        "content": "x".repeat(2000), "nonce": "x".repeat(25),
        "embeds": [{ "description": "x".repeat(4096) }, { "description": "x".repeat(1904) }],
        "allowed_mentions": { "parse": [], "users": ["1"] },
        "components": button(&json!({ "custom_id": "x".repeat(100), "label": "x".repeat(80) })),
    });
    assert_eq!(http.post(&path, &body).await.0, 200);
}

#[tokio::test]
async fn a_field_that_nobody_knows_is_noted_with_its_place() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let channel = fake.channel("support").id();
    let body =
        json!({ "content": "x", "alowed_mentions": {}, "embeds": [{ "title": "x", "colour": 1 }] });
    assert_eq!(http.post(&format!("/channels/{channel}/messages"), &body).await.0, 200);
    let places: Vec<String> = fake.violations().into_iter().map(|one| one.at).collect();
    assert_eq!(places, ["/alowed_mentions", "/embeds/0/colour"]);
}

#[tokio::test]
async fn the_contract_is_held_where_it_is_at_hand() {
    let fake = Fake::usual().await;
    if !fake.with(|world| world.contract.is_at_hand()) {
        return;
    }
    let http = Http::of(&fake);
    let channel = fake.channel("support").id();
    let path = format!("/channels/{channel}/messages");
    http.post(&path, &json!({ "content": 5, "components": [{ "type": 1 }] })).await;
    http.get(&format!("{path}?limit=1000&since=1")).await;
    http.get("/nowhere").await;
    let found: Vec<String> =
        fake.violations().iter().map(|one| format!("{} {}", one.route, one.at)).collect();
    assert_eq!(
        found,
        [
            "POST /channels/{channel_id}/messages /components/0/components",
            "POST /channels/{channel_id}/messages /content",
            "GET /channels/{channel_id}/messages ?limit",
            "GET /channels/{channel_id}/messages ?since",
            "GET /nowhere ",
        ]
    );
}

fn commands() -> Vec<(Value, &'static str)> {
    let command = |more: Value| {
        let mut command = json!({ "name": "x", "description": "x" });
        for (name, value) in more.as_object().into_iter().flatten() {
            command[name] = value.clone();
        }
        json!([command])
    };
    let option = |name: &str, required: bool| json!({ "type": 3, "name": name, "description": "x", "required": required });
    let choices = vec![json!({ "name": "x", "value": "x" }); 26];
    let mut chosen = option("a", true);
    chosen["choices"] = json!(choices);
    let group = json!({ "type": 1, "name": "sub", "description": "x" });
    vec![
        (command(json!({ "name": "Upper" })), "0.name APPLICATION_COMMAND_INVALID_NAME"),
        (command(json!({ "name": "two words" })), "0.name APPLICATION_COMMAND_INVALID_NAME"),
        (command(json!({ "name": "x".repeat(33) })), "0.name BASE_TYPE_BAD_LENGTH"),
        (command(json!({ "description": "" })), "0.description BASE_TYPE_BAD_LENGTH"),
        (
            command(json!({ "options": [option("a", false), option("b", true)] })),
            "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(json!({ "options": [option("a", true), option("a", true)] })),
            "0.options.1.name APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
        ),
        (command(json!({ "options": [chosen] })), "0.options.0.choices BASE_TYPE_MAX_LENGTH"),
        (
            command(json!({ "options": [group, option("a", false)] })),
            "0.options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            json!([{ "name": "x", "type": 3, "description": "x" }]),
            "0.description APPLICATION_COMMAND_INVALID_DESCRIPTION",
        ),
        (
            json!([{ "name": "x", "description": "x" }, { "name": "x", "description": "x" }]),
            "1 APPLICATION_COMMANDS_DUPLICATE_NAME",
        ),
    ]
}

#[tokio::test]
async fn each_rule_for_commands_refuses_what_breaks_it() {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let application = fake.application_id();
    let path = format!("/applications/{application}/guilds/{}/commands", fake.guild_id());
    let put = async |body: &Value| http.ask(&format!("PUT {path}"), Some(body)).await;
    for (body, refusal) in commands() {
        let (status, answer) = put(&body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(refusals(&answer), [refusal], "{body}");
    }
    let many = |count: usize| -> Value {
        (0..count).map(|at| json!({ "name": format!("c{at}"), "description": "x" })).collect()
    };
    assert_eq!(put(&many(101)).await.1["code"], 30032);
    let (status, all) = put(&many(100)).await;
    assert_eq!((status, all.as_array().map(Vec::len)), (200, Some(100)));
    // The same again creates nothing; another hundred is the day's rest; one more is too many.
    assert_eq!(put(&many(100)).await.1[0]["id"], all[0]["id"]);
    put(&json!([])).await;
    put(&many(100)).await;
    put(&json!([])).await;
    assert_eq!(put(&many(1)).await.1["code"], 30034);
}

#[tokio::test]
async fn each_rule_for_events_refuses_what_breaks_it() {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let path = format!("/guilds/{}/scheduled-events", fake.guild_id());
    let good = json!({
        "name": "x", "privacy_level": 2, "entity_type": 3,
        "scheduled_start_time": "2999-01-01T00:00:00Z",
        "scheduled_end_time": "2999-01-01T01:00:00Z", "entity_metadata": { "location": "x" },
    });
    for (field, value, refusal) in [
        ("scheduled_end_time", Value::Null, "scheduled_end_time BASE_TYPE_REQUIRED"),
        ("name", json!(""), "name BASE_TYPE_BAD_LENGTH"),
        ("name", json!("x".repeat(101)), "name BASE_TYPE_BAD_LENGTH"),
        ("description", json!("x".repeat(1001)), "description BASE_TYPE_MAX_LENGTH"),
        (
            "entity_metadata",
            json!({ "location": "x".repeat(101) }),
            "entity_metadata.location BASE_TYPE_BAD_LENGTH",
        ),
        ("entity_metadata", json!({}), "entity_metadata.location BASE_TYPE_REQUIRED"),
        (
            "scheduled_start_time",
            json!("2001-01-01T00:00:00Z"),
            "scheduled_start_time GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
        ),
        (
            "scheduled_end_time",
            json!("2998-01-01T00:00:00Z"),
            "scheduled_end_time GUILD_SCHEDULED_EVENT_END_BEFORE_START",
        ),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (status, answer) = http.post(&path, &body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(refusals(&answer), [refusal], "{body}");
    }
    assert_eq!(http.post(&path, &good).await.0, 200);
}

/// An interaction that waits for its answer: its id and token.
async fn asked(fake: &Fake, line: &mut Line) -> (String, String) {
    fake.user("anna").start_slash("ask", &[]).await;
    let told = line.event("INTERACTION_CREATE").await;
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(told["locale"], "en-US");
    (text("id"), text("token"))
}

/// A bot with one command.
async fn with_a_command() -> (Fake, Http, Line) {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let path = format!("/applications/{}/commands", fake.application_id());
    let command = json!({ "name": "ask", "description": "x" });
    assert_eq!(http.post(&path, &command).await.0, 201);
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), GUILDS).await;
    line.event("GUILD_CREATE").await;
    (fake, http, line)
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let (fake, http, mut line) = with_a_command().await;
    let answer = json!({ "type": 4, "data": { "content": "yes", "flags": 64 } });
    let (id, token) = asked(&fake, &mut line).await;
    let path = format!("/interactions/{id}/{token}/callback");
    let (status, told) = http.post(&format!("{path}?with_response=true"), &answer).await;
    assert_eq!((status, &told["resource"]["message"]["content"]), (200, &json!("yes")));
    assert_eq!(http.post(&path, &answer).await.1["code"], 40060);
    let wrong = format!("/interactions/{id}/x/callback");
    assert_eq!(http.post(&wrong, &answer).await.1["code"], 10062);

    let (id, token) = asked(&fake, &mut line).await;
    let path = format!("/interactions/{id}/{token}/callback");
    let empty = json!({ "type": 4, "data": { "content": " " } });
    assert_eq!(http.post(&path, &empty).await.1["code"], 50006);
    assert_eq!(
        http.post(&path, &json!({ "type": 8, "data": { "choices": [] } })).await.1["code"],
        50035
    );
    fake.advance(Duration::from_secs(4));
    assert_eq!(http.post(&path, &answer).await.1["code"], 10062);
    assert_eq!(
        fake.with(|world| world.interactions.values().map(|one| one.late).sum::<usize>()),
        1
    );
    fake.finish();
}

#[tokio::test]
async fn a_token_edits_follows_up_and_dies_after_fifteen_minutes() {
    let (fake, http, mut line) = with_a_command().await;
    let (id, token) = asked(&fake, &mut line).await;
    let hook = format!("/webhooks/{}/{token}", fake.application_id());
    let original = format!("{hook}/messages/@original");
    let (edit, more) = (json!({ "content": "done" }), json!({ "content": "more", "flags": 64 }));
    assert_eq!(http.patch(&original, &edit).await.1["code"], 10015);
    let defer = json!({ "type": 5, "data": { "flags": 64 } });
    assert_eq!(http.post(&format!("/interactions/{id}/{token}/callback"), &defer).await.0, 204);
    assert_eq!(http.get(&original).await.1["flags"], 64 | 128);
    let (status, done) = http.patch(&original, &edit).await;
    assert_eq!((status, &done["flags"], &done["content"]), (200, &json!(64), &json!("done")));
    let (_, followed) = http.post(&hook, &more).await;
    let own = format!("{hook}/messages/{}", followed["id"].as_str().expect("an id"));
    assert_eq!(http.patch(&own, &json!({ "content": "changed" })).await.0, 200);
    let seen: Vec<String> =
        fake.user("anna").sees("support").into_iter().map(|one| one.content).collect();
    assert_eq!(seen, ["done", "changed"]);
    // Nobody else sees either, and the channel's own routes do not know them.
    assert!(fake.user("bert").sees("support").is_empty());
    let public = format!(
        "/channels/{}/messages/{}",
        fake.channel("support").id(),
        done["id"].as_str().expect("an id")
    );
    assert_eq!(http.get(&public).await.1["code"], 10008);
    assert_eq!(http.ask(&format!("DELETE {own}"), None).await.0, 204);
    fake.advance(Duration::from_secs(15 * 60));
    let late = http.patch(&original, &edit).await;
    assert_eq!(late, (401, json!({ "message": "Invalid Webhook Token", "code": 50027 })));
    fake.finish();
}

#[tokio::test]
async fn each_rule_for_forms_refuses_what_breaks_it() {
    let (fake, http, mut line) = with_a_command().await;
    let form = |title: &str, input: Value| {
        let mut one = json!({ "type": 4, "custom_id": "a", "label": "x", "style": 2 });
        for (name, value) in input.as_object().into_iter().flatten() {
            one[name] = value.clone();
        }
        let rows = json!([{ "type": 1, "components": [one] }]);
        json!({ "type": 9, "data": { "custom_id": "f", "title": title, "components": rows } })
    };
    let (id, token) = asked(&fake, &mut line).await;
    let path = format!("/interactions/{id}/{token}/callback");
    for (body, refusal) in [
        (form(&"x".repeat(46), json!({})), "data.title BASE_TYPE_BAD_LENGTH"),
        (
            form("x", json!({ "label": "x".repeat(46) })),
            "data.components.0.components.0.label BASE_TYPE_BAD_LENGTH",
        ),
        (
            form("x", json!({ "value": "x".repeat(4001) })),
            "data.components.0.components.0.value BASE_TYPE_MAX_LENGTH",
        ),
        (
            form("x", json!({ "max_length": 4001 })),
            "data.components.0.components.0.max_length NUMBER_TYPE_RANGE",
        ),
        (
            form("x", json!({ "custom_id": "" })),
            "data.components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
        ),
    ] {
        assert_eq!(refusals(&http.post(&path, &body).await.1), [refusal], "{body}");
    }
    let good = form(&"x".repeat(45), json!({ "value": "x".repeat(4000), "max_length": 4000 }));
    assert_eq!(http.post(&path, &good).await.0, 204);
}

#[tokio::test]
async fn a_form_with_labels_is_filled_in_and_sent() {
    let (fake, http, mut line) = with_a_command().await;
    let anna = fake.user("anna");
    let asked = anna.start_slash("ask", &[]).await;
    let told = line.event("INTERACTION_CREATE").await;
    let callback = |told: &Value| {
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        format!("/interactions/{}/{}/callback", text("id"), text("token"))
    };
    let input = json!({ "type": 4, "custom_id": "what", "style": 2, "value": "slow" });
    let rows = json!([{ "type": 18, "label": "What is wrong?", "component": input }]);
    let form = json!({ "custom_id": "f", "title": "Report", "components": rows });
    let sent = http.post(&callback(&told), &json!({ "type": 9, "data": form })).await;
    assert_eq!(sent.0, 204, "{}", sent.1);
    let form = asked.answer().await;
    let answered = async {
        let told = line.event("INTERACTION_CREATE").await;
        assert_eq!(told["data"]["components"][0]["component"]["value"], "gone");
        let thanks = json!({ "type": 4, "data": { "content": "Thanks" } });
        http.post(&callback(&told), &thanks).await.0
    };
    let (answer, status) = tokio::join!(anna.submit(&form, &[("what", "gone")]), answered);
    assert_eq!((answer.content.as_str(), status), ("Thanks", 204));
    fake.finish();
}
