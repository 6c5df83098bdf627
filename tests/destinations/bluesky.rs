//! Bluesky's promises: the same record however often it is put, sessions made sparingly, threads that
//! outlive their first post.

use std::sync::{Arc, Mutex};

use bellwether::{
    broadcast::{Bluesky, CheckError, Driver, Sending},
    domain::PostId,
    event::{Post, PostAction, Resolution, SendError},
};
use serde_json::{Value, json};

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
    worlds::bluesky::World,
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "bluesky").expect("it has a row")
}

async fn stage() -> (Fake, Arc<Mutex<World>>, Bluesky) {
    let world = Arc::new(Mutex::new(World::new(&rows::secret())));
    let fake = Fake::of(Box::new(Arc::clone(&world))).await;
    let destination = rows::destination(row(), fake.address);
    let driver = Bluesky::new(&destination, &rows::secrets(row()), &rows::clock());
    (fake, world, driver.expect("the row is whole"))
}

fn another(body: &str) -> Post {
    Post { id: PostId::from("another"), body: body.to_owned(), ..rows::post() }
}

#[tokio::test]
async fn a_lost_answer_leads_to_the_same_record_once() {
    let (fake, world, driver) = stage().await;
    driver.check().await.expect("it is well");
    let post = Post {
        body: "Sites are slow. #outage https://status.example.org/1".to_owned(),
        ..rows::post()
    };
    for moment in [Moment::Kept, Moment::HalfAnswer, Moment::Head] {
        fake.will(Fault::new(moment, 0));
        let sent = driver.send(rows::sending(&post)).await;
        assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
        assert_eq!(driver.resolve(rows::sending(&post)).await, Resolution::SendAgain);
    }
    let receipt = driver.send(rows::sending(&post)).await.expect("it works");
    let world = world.lock().expect("not poisoned");
    assert_eq!(world.made, 1);
    let (key, record) = world.records.first_key_value().expect("one");
    let uri = format!("at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/{key}");
    assert_eq!(receipt.remote_id, Some(uri));
    assert_eq!(
        *record,
        json!({
            "$type": "app.bsky.feed.post",
            "text": post.body,
            "createdAt": "2014-04-24T02:40:00.000Z",
            "langs": ["en"],
            "facets": [
                { "index": { "byteStart": 16, "byteEnd": 23 },
                  "features": [{ "$type": "app.bsky.richtext.facet#tag", "tag": "outage" }] },
                { "index": { "byteStart": 24, "byteEnd": 52 },
                  "features": [{ "$type": "app.bsky.richtext.facet#link",
                                 "uri": "https://status.example.org/1" }] },
            ],
        })
    );
}

#[tokio::test]
async fn a_record_that_stands_in_another_thread_is_still_ours_and_other_words_are_not() {
    let (_fake, world, driver) = stage().await;
    driver.send(rows::sending(&rows::post())).await.expect("it works");
    let key = world.lock().expect("not poisoned").records.keys().next().cloned().expect("one");
    let change = |field: &str, value: Value| {
        let mut world = world.lock().expect("not poisoned");
        world.records.get_mut(&key).expect("one")[field] = value;
    };
    change("reply", json!({ "root": { "uri": "x", "cid": "y" } }));
    assert!(driver.send(rows::sending(&rows::post())).await.is_ok());
    change("text", json!("other words"));
    let refused = driver.send(rows::sending(&rows::post())).await;
    assert!(matches!(refused, Err(SendError::Rejected(_))), "{refused:?}");
}

#[tokio::test]
async fn one_session_serves_until_it_expires_and_is_then_renewed() {
    let (_fake, world, driver) = stage().await;
    for number in 0..3 {
        let post = Post { id: PostId::from(format!("post-{number}")), ..rows::post() };
        driver.send(rows::sending(&post)).await.expect("it works");
    }
    world.lock().expect("not poisoned").expire();
    driver.send(rows::sending(&another("More."))).await.expect("it is renewed");
    let made = |world: &Mutex<World>| {
        let world = world.lock().expect("not poisoned");
        (world.sessions_made, world.sessions_renewed)
    };
    assert_eq!(made(&world), (1, 1));
    world.lock().expect("not poisoned").expire_all();
    driver.send(rows::sending(&another("More."))).await.expect("it is made anew");
    assert_eq!(made(&world), (2, 1));
    world.lock().expect("not poisoned").is_revoked = true;
    let refused = driver.send(rows::sending(&another("More."))).await;
    assert!(matches!(refused, Err(SendError::RetryAfter { after: Some(_), .. })), "{refused:?}");
    assert_eq!(driver.check().await, Err(CheckError::Refused("status 401".to_owned())));
    world.lock().expect("not poisoned").is_revoked = false;
    driver.send(rows::sending(&another("More."))).await.expect("it is well again");
    assert_eq!(made(&world), (3, 1));
}

#[tokio::test]
async fn a_reply_names_its_thread_and_one_whose_thread_is_gone_is_posted_alone_and_says_so() {
    let (_fake, world, driver) = stage().await;
    let first = driver.send(rows::sending(&rows::post())).await.expect("it works");
    let first = first.remote_id.expect("an id");
    let reply = another("Identified.");
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&reply) };
    assert_eq!(driver.send(sending).await.expect("it works").remark, None);
    let threads = |world: &Mutex<World>| -> Vec<Value> {
        let world = world.lock().expect("not poisoned");
        world.records.values().map(|record| record["reply"]["root"]["uri"].clone()).collect()
    };
    let mut roots = threads(&world);
    roots.sort_by_key(Value::is_string);
    assert_eq!(roots, [Value::Null, json!(first)]);
    let delete = Post { action: PostAction::Delete, ..another("") };
    for _ in 0..2 {
        driver
            .send(Sending { reply_to: Some(&first), ..rows::sending(&delete) })
            .await
            .expect("gone");
    }
    assert_eq!(threads(&world), [json!(first)]);
    let late = Post { id: PostId::from("late"), ..another("Resolved.") };
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&late) };
    let alone = driver.send(sending).await.expect("it is not lost");
    let remark = "it stands alone, as the first post of its thread is gone";
    assert_eq!(alone.remark.as_deref(), Some(remark));
}

#[tokio::test]
async fn what_is_too_long_is_refused_by_name_and_no_secret_is_repeated() {
    let (_fake, _world, driver) = stage().await;
    let long = another(&"é".repeat(301));
    let refused = driver.send(rows::sending(&long)).await;
    let reason = "status 400: InvalidRequest".to_owned();
    assert_eq!(refused, Err(SendError::Rejected(reason)));
    assert_eq!(format!("{driver:?}"), "Bluesky(127.0.0.1, password not shown)");
}
