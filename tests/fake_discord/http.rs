//! Plain HTTP against the fake's state: messages, nonces, threads, rights, refusals.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::Http;
use crate::fake::{Fake, Happening, Setup, permissions};

/// Ids of a list of messages.
fn ids(list: &Value) -> Vec<String> {
    let id = |message: &Value| message["id"].as_str().unwrap_or_default().to_owned();
    list.as_array().expect("a list").iter().map(id).collect()
}

#[tokio::test]
async fn messages_are_posted_edited_deleted_and_all_of_it_is_remembered() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let support = fake.channel("support");
    let path = format!("/channels/{}/messages", support.id());
    let id = http.say(support.id(), "one").await;
    let (status, edited) = http.patch(&format!("{path}/{id}"), &json!({ "content": "two" })).await;
    assert_eq!((status, &edited["content"]), (200, &json!("two")));
    assert!(edited["edited_timestamp"].is_string());
    assert_eq!(http.get(&format!("{path}/{id}")).await.1["content"], "two");
    assert_eq!(http.ask(&format!("DELETE {path}/{id}"), None).await.0, 204);
    let (status, body) = http.get(&format!("{path}/{id}")).await;
    assert_eq!((status, body), (404, json!({ "message": "Unknown Message", "code": 10008 })));
    let history: Vec<Happening> = support.history().into_iter().map(|record| record.what).collect();
    let [Happening::Posted(posted), Happening::Edited { before, after }, Happening::Deleted(gone)] =
        history.as_slice()
    else {
        panic!("{history:?}")
    };
    assert_eq!((&*posted.content, &*before.content, &*after.content), ("one", "one", "two"));
    assert_eq!(gone.content, "two");
    assert!(support.messages().is_empty());
    fake.finish();
}

#[tokio::test]
async fn pages_of_messages_are_cut_as_asked() {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let channel = fake.channel("support").id();
    let mut all = Vec::new();
    for number in 0..7 {
        all.push(http.say(channel, &number.to_string()).await);
    }
    let page = async |query: &str| {
        ids(&http.get(&format!("/channels/{channel}/messages?{query}")).await.1)
    };
    let picked = |places: &[usize]| places.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
    assert_eq!(page("limit=2").await, picked(&[6, 5]));
    assert_eq!(page(&format!("limit=2&before={}", all[3])).await, picked(&[2, 1]));
    assert_eq!(page(&format!("limit=2&after={}", all[3])).await, picked(&[5, 4]));
    assert_eq!(page(&format!("limit=3&around={}", all[3])).await, picked(&[4, 3, 2]));
    let (status, body) = http.get(&format!("/channels/{channel}/messages?limit=101")).await;
    assert_eq!((status, &body["code"]), (400, &json!(50035)));
}

#[tokio::test]
async fn the_same_nonce_makes_one_message_until_the_window_is_over() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let place = fake.channel("status");
    let path = format!("/channels/{}/messages", place.id());
    let post = json!({ "content": "down", "nonce": "post-1", "enforce_nonce": true });
    let first = http.post(&path, &post).await.1["id"].clone();
    assert_eq!(http.post(&path, &post).await.1["id"], first);
    assert_eq!(place.messages().len(), 1);
    // Without enforcement a nonce is only an echo.
    let loose = json!({ "content": "down", "nonce": "post-1" });
    assert_eq!(http.post(&path, &loose).await.1["nonce"], "post-1");
    assert_eq!(place.messages().len(), 2);
    fake.advance(Duration::from_secs(181));
    http.post(&path, &post).await;
    assert_eq!(place.messages().len(), 3);
    fake.finish();
}

#[tokio::test]
async fn what_the_bot_may_not_it_cannot() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let place = fake.channel("support");
    let path = format!("/channels/{}/messages", place.id());
    let (plain, card) = (json!({ "content": "x" }), json!({ "embeds": [{ "title": "x" }] }));
    let anna = fake.user("anna").at("support").say("hello");

    place.deny_bot(permissions::EMBED_LINKS);
    assert_eq!(http.post(&path, &plain).await.0, 200);
    assert_eq!(http.post(&path, &card).await.1["code"], 50013);
    place.deny_bot(permissions::SEND_MESSAGES);
    assert_eq!(http.post(&path, &plain).await.1["code"], 50013);
    place.deny_bot(permissions::READ_MESSAGE_HISTORY);
    assert_eq!(http.get(&path).await, (200, json!([])));
    place.deny_bot(permissions::VIEW_CHANNEL);
    let refused = http.post(&path, &plain).await;
    assert_eq!(refused, (403, json!({ "message": "Missing Access", "code": 50001 })));

    place.allow_bot(0);
    let theirs = format!("{path}/{anna}");
    assert_eq!(http.patch(&theirs, &plain).await.1["code"], 50005);
    place.deny_bot(permissions::MANAGE_MESSAGES);
    assert_eq!(http.ask(&format!("DELETE {theirs}"), None).await.1["code"], 50013);
    fake.take_from_bot(permissions::CREATE_EVENTS);
    let event = format!("/guilds/{}/scheduled-events", fake.guild_id());
    assert_eq!(http.post(&event, &an_event(&fake)).await.1["code"], 50013);

    place.delete();
    assert_eq!(http.post(&path, &plain).await.1["code"], 10003);
    fake.kick_bot();
    let guild = format!("/guilds/{}", fake.guild_id());
    assert_eq!(http.get(&guild).await.1["code"], 50001);
    let staff = format!("/channels/{}/messages", fake.channel("staff").id());
    assert_eq!(http.post(&staff, &plain).await.1["code"], 50001);
    assert_eq!(http.get("/users/@me/guilds").await.1, json!([]));
    fake.invite_bot();
    assert_eq!(http.post(&staff, &plain).await.0, 200);
    assert_eq!(http.post(&event, &an_event(&fake)).await.1["code"], 50013);
    fake.give_to_bot(permissions::CREATE_EVENTS);
    assert_eq!(http.post(&event, &an_event(&fake)).await.0, 200);
    fake.finish();
}

#[tokio::test]
async fn a_wrong_token_opens_nothing() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake).with_token("Bot nobody");
    let refused = (401, json!({ "message": "401: Unauthorized", "code": 0 }));
    assert_eq!(http.get("/users/@me").await, refused);
    assert_eq!(http.get("/gateway/bot").await, refused);
    assert_eq!(http.get("/gateway").await.0, 200);
    assert_eq!(fake.with(|world| world.limits.invalid_requests()), 2);
    fake.finish();
}

#[tokio::test]
async fn a_message_is_crossposted_once_and_only_from_an_announcement_channel() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let (status, support) = (fake.channel("status"), fake.channel("support"));
    let id = http.say(status.id(), "update").await;
    let path = format!("/channels/{}/messages/{id}/crosspost", status.id());
    assert_eq!(http.ask(&format!("POST {path}"), None).await.1["flags"], 1);
    assert_eq!(http.ask(&format!("POST {path}"), None).await.1["code"], 40033);
    assert!(status.messages()[0].is_crossposted());
    let other = http.say(support.id(), "x").await;
    let path = format!("POST /channels/{}/messages/{other}/crosspost", support.id());
    assert_eq!(http.ask(&path, None).await.1["code"], 50024);
    fake.finish();
}

#[tokio::test]
async fn threads_are_started_filled_archived_and_woken() {
    let rights =
        permissions::BOT | permissions::CREATE_PRIVATE_THREADS | permissions::MANAGE_THREADS;
    let fake = Fake::start(Setup::usual().may("Bellwether", rights)).await;
    let http = Http::of(&fake);
    let staff = fake.channel("staff").id();
    let id = http.say(staff, "Incident 1").await;
    let path = format!("/channels/{staff}/messages/{id}/threads");
    let (status, thread) = http.post(&path, &json!({ "name": "incident 1" })).await;
    assert_eq!((status, &thread["id"], &thread["type"]), (201, &json!(id), &json!(11)));
    let again = http.post(&path, &json!({ "name": "incident 1" })).await;
    assert_eq!(again.1["code"], 160_004);
    let place = fake.channel("incident 1");
    http.say(place.id(), "tried a reboot").await;
    let path = format!("/channels/{}", place.id());
    assert_eq!(http.patch(&path, &json!({ "archived": true })).await.0, 200);
    http.say(place.id(), "and another").await;
    assert_eq!(http.get(&path).await.1["thread_metadata"]["archived"], false);
    assert_eq!(http.patch(&path, &json!({ "locked": true })).await.0, 200);
    let late = http.post(&format!("{path}/messages"), &json!({ "content": "x" })).await;
    assert_eq!(late.1["code"], 160_005);
    let tim = fake.user("tim").id();
    assert_eq!(http.ask(&format!("PUT {path}/thread-members/{tim}"), None).await.0, 204);
    assert_eq!(http.get(&format!("{path}/thread-members")).await.1[1]["user_id"], tim.to_string());
    let active = http.get(&format!("/guilds/{}/threads/active", fake.guild_id())).await.1;
    assert_eq!(active["threads"][0]["name"], "incident 1");

    let path = format!("/channels/{staff}/threads");
    let body = json!({ "name": "alone", "type": 11, "auto_archive_duration": 1440 });
    assert_eq!(http.post(&path, &body).await.1["type"], 11);
    assert_eq!(http.post(&path, &json!({ "name": "private" })).await.1["type"], 12);
    assert_eq!(fake.channel("staff").threads().len(), 3);
    fake.channel("staff").delete();
    assert_eq!(http.get(&format!("/channels/{}", place.id())).await.1["code"], 10003);
    fake.finish();
}

fn an_event(fake: &Fake) -> Value {
    let at = |hours: i64| {
        fake.with(|world| (world.clock.now() + chrono::TimeDelta::hours(hours)).to_rfc3339())
    };
    json!({
        "name": "Maintenance", "privacy_level": 2, "entity_type": 3,
        "scheduled_start_time": at(1), "scheduled_end_time": at(2),
        "entity_metadata": { "location": "everywhere" },
    })
}

#[tokio::test]
async fn events_are_made_moved_run_and_ended() {
    let fake = Fake::usual().await;
    fake.lift_limits();
    let http = Http::of(&fake);
    let path = format!("/guilds/{}/scheduled-events", fake.guild_id());
    let (status, event) = http.post(&path, &an_event(&fake)).await;
    assert_eq!((status, &event["status"]), (200, &json!(1)));
    let own = format!("{path}/{}", event["id"].as_str().expect("an id"));
    let moved = http.patch(&own, &json!({ "description": "moved" })).await;
    assert_eq!(moved.1["description"], "moved");
    assert_eq!(http.patch(&own, &json!({ "status": 3 })).await.1["code"], 50035);
    assert_eq!(http.patch(&own, &json!({ "status": 2 })).await.1["status"], 2);
    assert_eq!(http.get(&path).await.1.as_array().map(Vec::len), Some(1));
    assert_eq!(http.patch(&own, &json!({ "status": 3 })).await.1["status"], 3);
    assert_eq!(http.patch(&own, &json!({ "name": "late" })).await.1["code"], 180_000);
    assert_eq!(http.ask(&format!("DELETE {own}"), None).await.0, 204);
    assert_eq!(http.get(&own).await.1["code"], 10070);
    for _ in 0..100 {
        http.post(&path, &an_event(&fake)).await;
    }
    assert_eq!(http.post(&path, &an_event(&fake)).await.1["code"], 30038);
    fake.finish();
}

#[tokio::test]
async fn direct_messages_reach_only_those_who_take_them() {
    let setup =
        Setup::usual().member("shy", &[]).without_direct_messages("shy").stranger("visitor");
    let fake = Fake::start(setup).await;
    let http = Http::of(&fake);
    let open = async |name: &str| {
        let body = json!({ "recipient_id": fake.user(name).id().to_string() });
        let channel = http.post("/users/@me/channels", &body).await.1;
        channel["id"].as_str().and_then(|id| id.parse::<u64>().ok()).expect("an id")
    };
    let (anna, shy) = (open("anna").await, open("shy").await);
    assert_eq!(open("anna").await, anna);
    http.say(anna, "fixed?").await;
    assert_eq!(fake.user("anna").direct_messages()[0].content, "fixed?");
    let visitor = open("visitor").await;
    let code = async |channel: u64| {
        let path = format!("/channels/{channel}/messages");
        http.post(&path, &json!({ "content": "x" })).await.1["code"].clone()
    };
    assert_eq!((code(shy).await, code(visitor).await), (json!(50007), json!(50007)));
    fake.kick_bot();
    assert_eq!(code(anna).await, 50007);
    fake.finish();
}

#[tokio::test]
async fn reactions_replies_and_pings_are_as_told() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let place = fake.channel("support");
    let path = format!("/channels/{}/messages", place.id());
    let said = fake.user("anna").at("support").say("down @everyone");
    let react = format!("PUT {path}/{said}/reactions/%E2%9C%85/@me");
    assert_eq!(http.ask(&react, None).await.0, 204);
    let read = http.get(&format!("{path}/{said}")).await.1;
    assert_eq!(read["reactions"][0]["emoji"]["name"], "✅");

    let anna = fake.user("anna").id();
    let text = format!("<@{anna}> @everyone <@&{}>", fake.role("staff"));
    let reference = json!({ "message_id": said.to_string() });
    let body = json!({ "content": text, "message_reference": reference });
    http.post(&path, &body).await;
    let pings = place.last().expect("a reply").pings;
    // The bot may not ring everybody, and the role is not mentionable.
    assert_eq!((pings.everyone, pings.users.len(), pings.roles.len()), (false, 1, 0));
    let none = json!({ "parse": [], "replied_user": false });
    let body = json!({ "content": text, "message_reference": reference, "allowed_mentions": none });
    http.post(&path, &body).await;
    assert!(place.last().expect("a reply").pings.is_empty());

    place.delete_message(said);
    let late = http.post(&path, &body).await.1;
    let error = &late["errors"]["message_reference"]["_errors"][0]["code"];
    assert_eq!(error, "REPLIES_UNKNOWN_MESSAGE");
    fake.finish();
}
