//! Rate limits: headers, 429s of each scope, the global limit, and the count of invalid requests.

use std::time::Duration;

use serde_json::json;

use super::client::Http;
use crate::fake::{Fake, Fault, Scope};

#[tokio::test]
async fn a_bucket_tells_where_it_stands_and_refuses_one_too_many() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let route = format!("POST /channels/{}/messages", fake.channel("support").id());
    let body = json!({ "content": "x" });
    for left in (0..5).rev() {
        let response = http.send(&route, Some(&body)).await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ratelimit-limit"], "5");
        assert_eq!(response.headers()["x-ratelimit-remaining"], left.to_string());
        assert!(response.headers().contains_key("x-ratelimit-bucket"));
    }
    let response = http.send(&route, Some(&body)).await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-scope"], "user");
    assert_eq!(response.headers()["retry-after"], "5");
    let told: serde_json::Value = response.json().await.expect("JSON");
    let wait = told["retry_after"].as_f64().expect("a number");
    assert!((4.0..=5.0).contains(&wait) && told["global"] == false, "{told}");
    // Another channel has a bucket of its own.
    http.say(fake.channel("status").id(), "x").await;
    fake.advance(Duration::from_secs(5));
    http.say(fake.channel("support").id(), "x").await;
    assert_eq!(fake.channel("support").messages().len(), 6);
    fake.finish();
}

#[tokio::test]
async fn fifty_a_second_are_enough_over_all_routes() {
    let fake = Fake::usual().await;
    fake.with(|world| {
        world.limits.set("* **", 1000, Duration::from_secs(1));
        world.limits.set_global(3);
    });
    let http = Http::of(&fake);
    for path in ["/users/@me", "/gateway", "/gateway/bot"] {
        assert_eq!(http.get(path).await.0, 200);
    }
    let response = http.send("GET /users/@me", None).await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-ratelimit-global"], "true");
    // Interactions' own routes are exempt: this one is refused for its token alone.
    let callback = "/interactions/1/x/callback";
    assert_eq!(http.post(callback, &json!({ "type": 5 })).await.1["code"], 10062);
    fake.advance(Duration::from_secs(1));
    assert_eq!(http.get("/users/@me").await.0, 200);
    fake.finish();
}

#[tokio::test]
async fn an_ordered_429_of_a_shared_scope_does_not_count_as_invalid() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    let invalid = || fake.with(|world| world.limits.invalid_requests());
    for (scope, counted) in [(Scope::Shared, 0), (Scope::User, 1), (Scope::Global, 2)] {
        fake.fail("GET /users/@me", Fault::TooMany(scope, Duration::from_millis(1500)));
        let response = http.send("GET /users/@me", None).await.expect("an answer");
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(invalid(), counted, "{scope:?}");
    }
    assert_eq!(fake.with(|world| world.limits.too_many_requests()), 3);
    fake.finish();
}

#[tokio::test]
async fn ten_thousand_invalid_requests_end_in_a_ban() {
    let fake = Fake::usual().await;
    let http = Http::of(&fake);
    fake.with(|world| {
        let now = world.clock.now();
        let refused = crate::fake::http::Reply::json(403, json!({}));
        (0..10_001).for_each(|_| world.limits.note(&refused, now));
    });
    assert!(fake.with(|world| world.limits.is_banned()));
    let response = http.send("GET /users/@me", None).await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert!(response.text().await.expect("a body").contains("1015"));
    fake.advance(Duration::from_secs(601));
    assert_eq!(http.get("/users/@me").await.0, 200);
    fake.finish();
}
