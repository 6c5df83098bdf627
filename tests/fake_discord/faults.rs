//! Faults strike where, when and as often as ordered, before or after the work was done.

use std::time::{Duration, Instant};

use serde_json::json;

use super::client::Http;
use crate::fake::{Fake, Fault, errors};

const POST: &str = "POST /channels/*/messages";

#[tokio::test]
async fn a_failure_is_before_or_after_the_work() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let place = fake.channel("status");
    let route = format!("POST /channels/{}/messages", place.id());
    let body = json!({ "content": "x" });
    for (fault, arrives, count) in [
        (Fault::Before(503), true, 0),
        (Fault::After(502), true, 1),
        (Fault::LostBefore, false, 1),
        (Fault::LostAfter, false, 2),
        (Fault::Hang(Duration::from_millis(20)), false, 2),
        (Fault::HangAfter(Duration::from_millis(20)), false, 3),
        (Fault::Slow(Duration::from_millis(20)), true, 4),
        (Fault::Refuse(errors::UNKNOWN_CHANNEL), true, 4),
    ] {
        let name = format!("{fault:?}");
        fake.advance(Duration::from_secs(5));
        fake.fail(POST, fault);
        let answer = http.send(&route, Some(&body)).await;
        assert_eq!(answer.is_ok(), arrives, "{name}: {answer:?}");
        assert_eq!(place.messages().len(), count, "{name}");
        assert!(fake.with(|world| world.faults.are_spent()));
    }
    assert_eq!(fake.with(|world| world.faults.struck()), 8);
    fake.finish();
}

#[tokio::test]
async fn a_fault_waits_for_its_turn_and_strikes_its_route_only() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let (status, support) = (fake.channel("status").id(), fake.channel("support").id());
    fake.fail(&format!("POST /channels/{status}/messages"), Fault::Before(500)).skip(1).times(2);
    let body = json!({ "content": "x" });
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(http.post(&format!("/channels/{status}/messages"), &body).await.0);
        http.say(support, "x").await;
    }
    assert_eq!(seen, [200, 500, 500, 200]);
    fake.finish();
}

#[tokio::test]
async fn the_world_changes_under_a_request() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let place = fake.channel("status");
    let id = http.say(place.id(), "x").await;
    let path = format!("/channels/{}/messages/{id}", place.id());
    fake.fail("PATCH /channels/*/messages/*", Fault::Gone);
    assert_eq!(http.patch(&path, &json!({ "content": "y" })).await.1["code"], 10008);
    let channel = place.id();
    fake.fail(POST, Fault::happens(move |world| world.delete_channel(channel)));
    let late =
        http.post(&format!("/channels/{channel}/messages"), &json!({ "content": "x" })).await;
    assert_eq!(late.1["code"], 10003);
    fake.finish();
}

#[tokio::test]
async fn a_slow_answer_is_slow_for_its_own_request_alone() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    fake.fail("GET /users/@me", Fault::Slow(Duration::from_millis(400)));
    let started = Instant::now();
    let slow = http.get("/users/@me");
    let quick = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        http.get("/gateway").await;
        started.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!(slow.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(400) && quick < Duration::from_millis(300));
    fake.finish();
}
