//! A bare WebSocket against the gateway: sessions, intents, RESUME, and how it closes.

use std::time::Duration;

use serde_json::json;

use super::client::{Http, Line};
use crate::fake::{
    Fake, Setup,
    gateway::{
        DIRECT_MESSAGES, GUILD_MEMBERS, GUILD_MESSAGES, GUILD_SCHEDULED_EVENTS, GUILDS,
        MESSAGE_CONTENT,
    },
};

const ALL: u64 = GUILDS | GUILD_MESSAGES | MESSAGE_CONTENT | DIRECT_MESSAGES;

#[tokio::test]
async fn a_session_begins_with_ready_and_the_guild() {
    let fake = Fake::usual().await;
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), ALL).await;
    let ready = line.event("READY").await;
    assert_eq!(ready["guilds"][0]["unavailable"], true);
    assert_eq!(ready["resume_gateway_url"], fake.with(|world| world.gateway.url.clone()));
    let guild = line.event("GUILD_CREATE").await;
    assert_eq!(guild["channels"].as_array().map(Vec::len), Some(3));
    assert!(guild["stage_instances"].is_array() && guild["nsfw_level"].is_number());
    line.send(json!({ "op": 1, "d": 2 })).await;
    assert_eq!(line.next().await["op"], 11);
    line.send(
        json!({ "op": 3, "d": { "status": "dnd", "activities": [], "afk": false, "since": 0 } }),
    )
    .await;
    let presence = fake.until("a presence", |world| world.gateway.presences.last().cloned()).await;
    assert_eq!(presence["status"], "dnd");
    let left = fake.with(|world| world.gateway.start_limit());
    assert_eq!(left["remaining"], 999);
    fake.finish();
}

#[tokio::test]
async fn events_come_by_intent_and_content_by_right() {
    let fake = Fake::usual().await;
    let (mut blind, mut quiet) = (Line::connect(&fake).await, Line::connect(&fake).await);
    blind.identify(&fake.token(), GUILDS | GUILD_MESSAGES).await;
    quiet.identify(&fake.token(), GUILDS).await;
    blind.event("GUILD_CREATE").await;
    quiet.event("GUILD_CREATE").await;
    let bert = fake.user("bert").at("support");
    bert.say("secret");
    assert_eq!(blind.event("MESSAGE_CREATE").await["content"], "");
    bert.say(&format!("<@{}> hello", fake.application_id()));
    let told = blind.event("MESSAGE_CREATE").await;
    assert!(told["content"].as_str().is_some_and(|text| text.ends_with("hello")), "{told}");
    fake.channel("support").delete();
    // The one without GUILD_MESSAGES hears of the channel next, and of nothing before.
    assert_eq!(quiet.next().await["t"], "CHANNEL_DELETE");
    fake.kick_bot();
    assert_eq!(quiet.next().await["t"], "GUILD_DELETE");
    fake.finish();
}

#[tokio::test]
async fn without_the_right_http_hides_contents_too() {
    let fake = Fake::start(Setup::usual().privileged(0)).await;
    let http = Http::of(&fake);
    let anna = fake.user("anna").at("support");
    anna.say("secret");
    let channel = fake.channel("support").id();
    http.say(channel, "own").await;
    let read = http.get(&format!("/channels/{channel}/messages")).await.1;
    assert_eq!((&read[0]["content"], &read[1]["content"]), (&json!("own"), &json!("")));
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), ALL).await;
    assert_eq!(line.closed().await, Some(4014));
    fake.finish();
}

#[tokio::test]
async fn what_a_bot_does_wrong_closes_the_line() {
    let fake = Fake::usual().await;
    let token = fake.token();
    let mut line = Line::connect(&fake).await;
    line.identify("wrong", ALL).await;
    assert_eq!(line.closed().await, Some(4004));
    let mut line = Line::connect(&fake).await;
    line.identify(&token, 1 << 40).await;
    assert_eq!(line.closed().await, Some(4013));
    let mut line = Line::connect(&fake).await;
    line.send(json!({ "op": 3, "d": {} })).await;
    assert_eq!(line.closed().await, Some(4003));
    let mut line = Line::connect(&fake).await;
    line.identify(&token, ALL).await;
    line.identify(&token, ALL).await;
    assert_eq!(line.closed().await, Some(4005));
    let mut line = Line::connect(&fake).await;
    line.send(json!({ "op": 99 })).await;
    assert_eq!(line.closed().await, Some(4001));
    let mut line = Line::connect(&fake).await;
    for beat in 0..121 {
        line.send(json!({ "op": 1, "d": beat })).await;
    }
    assert_eq!(line.closed().await, Some(4008));
    let closed_for = fake.with(|world| world.gateway.closed_for.clone());
    assert_eq!(closed_for, [4004, 4013, 4003, 4005, 4001, 4008]);
    fake.finish();
}

#[tokio::test]
async fn a_resume_brings_what_was_missed_in_order() {
    let fake = Fake::usual().await;
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), ALL).await;
    let session = line.event("READY").await["session_id"].clone();
    line.event("GUILD_CREATE").await;
    let heard = line.sequence;
    fake.cut_gateway();
    assert_eq!(line.closed().await, None);
    let anna = fake.user("anna").at("support");
    for text in ["a", "b"] {
        anna.say(text);
    }
    let resume =
        json!({ "op": 6, "d": { "token": fake.token(), "session_id": session, "seq": heard } });
    let mut line = Line::connect(&fake).await;
    line.send(resume.clone()).await;
    let (a, b) = (line.next().await, line.next().await);
    assert_eq!((&a["d"]["content"], &b["d"]["content"]), (&json!("a"), &json!("b")));
    assert_eq!((a["s"].as_u64(), b["s"].as_u64()), (Some(heard + 1), Some(heard + 2)));
    assert_eq!(line.next().await["t"], "RESUMED");

    fake.with(|world| world.gateway.ask_to_reconnect());
    assert_eq!(line.next().await["op"], 7);
    fake.with(|world| world.gateway.forget_sessions());
    let mut line = Line::connect(&fake).await;
    line.send(resume).await;
    let invalid = line.next().await;
    assert_eq!((&invalid["op"], &invalid["d"]), (&json!(9), &json!(false)));
    fake.finish();
}

#[tokio::test]
async fn a_refusing_gateway_lets_in_again_after_its_time() {
    let fake = Fake::usual().await;
    let url = fake.with(|world| world.gateway.url.clone());
    fake.refuse_gateway(Duration::from_secs(60));
    assert!(tokio_tungstenite::connect_async(&url).await.is_err());
    fake.advance(Duration::from_secs(61));
    assert!(tokio_tungstenite::connect_async(&url).await.is_ok());
    fake.finish();
}

#[tokio::test]
async fn a_mute_gateway_does_not_acknowledge() {
    let fake = Fake::usual().await;
    fake.with(|world| world.gateway.acknowledges = false);
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), GUILDS).await;
    line.event("GUILD_CREATE").await;
    line.send(json!({ "op": 1, "d": 2 })).await;
    fake.until("a heartbeat", |world| (world.gateway.heartbeats == 1).then_some(())).await;
    fake.channel("status").delete();
    assert_eq!(line.next().await["t"], "CHANNEL_DELETE");
    fake.finish();
}

#[tokio::test]
async fn members_and_events_are_told() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), GUILDS | GUILD_MEMBERS | GUILD_SCHEDULED_EVENTS).await;
    line.event("GUILD_CREATE").await;
    line.send(json!({ "op": 8, "d": { "guild_id": fake.guild_id().to_string(), "query": "", "limit": 0 } }))
        .await;
    let chunk = line.event("GUILD_MEMBERS_CHUNK").await;
    assert_eq!(chunk["members"].as_array().map(Vec::len), Some(6));
    let path = format!("/guilds/{}/scheduled-events", fake.guild_id());
    let body = json!({
        "name": "x", "privacy_level": 2, "entity_type": 3,
        "scheduled_start_time": "2999-01-01T00:00:00Z",
        "scheduled_end_time": "2999-01-01T01:00:00Z", "entity_metadata": { "location": "x" },
    });
    http.post(&path, &body).await;
    assert_eq!(line.event("GUILD_SCHEDULED_EVENT_CREATE").await["name"], "x");
    fake.take_from_bot(crate::fake::permissions::EMBED_LINKS);
    assert!(line.event("GUILD_ROLE_UPDATE").await["role"]["permissions"].is_string());
    fake.finish();
}

#[tokio::test]
async fn newcomers_have_young_accounts_and_roles_can_go() {
    let fake = Fake::usual().await;
    let mut line = Line::connect(&fake).await;
    line.identify(&fake.token(), GUILDS | GUILD_MEMBERS).await;
    line.event("GUILD_CREATE").await;
    let troll = fake.join("troll");
    assert_eq!(line.event("GUILD_MEMBER_ADD").await["user"]["username"], "troll");
    // An id's upper bits are the milliseconds of the account.
    let apart_ms = (troll.id() >> 22) - (fake.user("anna").id() >> 22);
    assert!(apart_ms > 300 * 86_400_000, "{apart_ms}");
    let staff = fake.role("staff");
    fake.with(|world| world.delete_role(staff));
    assert_eq!(line.event("GUILD_ROLE_DELETE").await["role_id"], staff.to_string());
    assert!(fake.user("tim").sees("staff").is_empty());
    fake.finish();
}
