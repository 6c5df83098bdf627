//! Maintenance in Discord: events of the server that follow their windows, and what customers read.

use chrono::{TimeDelta, Utc};
use serde_json::Value;

use super::scene::Scene;
use crate::harness::eventually;

/// A moment so many hours ahead, as staff would type it.
fn ahead(hours: i64) -> String {
    (Utc::now() + TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%MZ").to_string()
}

async fn event_that(scene: &Scene, what: &str, is_meant: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let events = scene.fake.events();
        assert!(events.len() <= 1, "one window, one event: {events:?}");
        events.into_iter().find(|event| is_meant(event))
    })
    .await
}

#[tokio::test]
async fn an_announced_window_is_one_event_that_follows_it_also_after_a_kill() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    bot.staff(&format!("maintenance schedule s1 {} 1h \"new disks\"", ahead(2))).await;
    let asked = scene.fake.user("anna").at("support").slash("maintenance list", &[]).await;
    assert_eq!(asked.content, "No maintenance is planned.");
    assert!(scene.fake.events().is_empty(), "nothing is public before somebody publishes it");
    bot.staff("maintenance publish 1").await;
    let made = event_that(&scene, "an event", |event| event["name"] == "new disks").await;
    assert_eq!(made["status"], 1);
    let asked = scene.fake.user("anna").at("support").slash("maintenance list", &[]).await;
    assert!(asked.content.contains("new disks"), "{}", asked.content);

    scene.kill(bot).await;
    let bot = scene.start().await;
    bot.staff(&format!("maintenance move 1 {}", ahead(5))).await;
    let start = |event: &Value| event["scheduled_start_time"].clone();
    let moved = event_that(&scene, "a moved event", |one| start(one) != start(&made)).await;
    assert_eq!(moved["id"], made["id"], "it is the same event");

    bot.staff("maintenance start 1").await;
    event_that(&scene, "a begun event", |event| event["status"] == 2).await;
    bot.staff("maintenance cancel 1").await;
    event_that(&scene, "an ended event", |event| event["status"] == 3).await;
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
