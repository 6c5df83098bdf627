//! The X driver's promises, told against an X that refuses words twice and shortens links.

use std::sync::{Arc, Mutex, MutexGuard};

use bellwether::{
    broadcast::{CheckError, Driver, REGISTRY, Sending, X},
    config::Secrets,
    domain::{Audience, Destination, PersonId},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
    worlds::x::World,
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "x").expect("it has a row")
}

struct Stage {
    fake: Fake,
    world: Arc<Mutex<World>>,
    driver: X,
}

impl Stage {
    async fn new() -> Self {
        let world = Arc::new(Mutex::new(World::new(rows::clock(), &rows::secret())));
        let fake = Fake::of(Box::new(Arc::clone(&world))).await;
        let destination = rows::destination(row(), fake.address);
        let driver = X::new(&destination, &rows::secrets(row()), &rows::clock());
        Self { driver: driver.expect("the row is whole"), fake, world }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("not poisoned")
    }

    /// Looks until there is an answer; the driver's clock goes ten times as fast.
    async fn resolve(&self, sending: Sending<'_>) -> Resolution {
        for _ in 0..100 {
            match self.driver.resolve(sending).await {
                Resolution::AskLater(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                settled @ (Resolution::Sent(_)
                | Resolution::SendAgain
                | Resolution::CannotTell(_)) => return settled,
            }
        }
        panic!("no answer in ten seconds");
    }
}

fn receipt(id: &str) -> Receipt {
    let link = format!("https://x.com/i/web/status/{id}");
    Receipt { remote_id: Some(id.to_owned()), link: Some(link), remark: None }
}

fn saying(body: &str) -> Post {
    Post { body: body.to_owned(), ..rows::post() }
}

#[tokio::test]
async fn an_update_replies_to_the_first_and_is_these_bytes_in_every_version() {
    let stage = Stage::new().await;
    let first = stage.world().say("First.");
    let post = rows::post();
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&post) };
    assert_eq!(stage.driver.send(sending).await, Ok(receipt("1900000000000000002")));
    let request = &stage.fake.requests()[0];
    let wanted = r#"{"text":"Some sites are slow.\nNext update by 22:00.","reply":{"in_reply_to_tweet_id":"1900000000000000001"}}"#;
    assert_eq!(String::from_utf8_lossy(&request.body), wanted);
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reading_back_though_links_and_signs_come_back_changed() {
    let stage = Stage::new().await;
    stage.world().page_length = 3;
    let bodies = [
        "Slow & <odd>.",
        "See https://status.example.org/1\nand https://a.example/2?x=y for more.",
        "Words.\nhttps://status.example.org/incidents/7",
        "Cafe\u{301} ouvert.",
    ];
    for body in bodies {
        let post = saying(body);
        stage.fake.will(Fault::new(Moment::Kept, 0));
        let lost = stage.driver.send(rows::sending(&post)).await;
        assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
        let id = stage.world().posts.last().expect("it stands").id.clone();
        if body.contains("ouvert") {
            // X keeps words in normal form.
            stage.world().posts.last_mut().expect("it stands").text =
                "Caf\u{e9} ouvert.".to_owned();
        }
        for number in 0..5 {
            stage.world().say(&format!("See https://other.example/{body}/{number} for more."));
        }
        let found = stage.resolve(rows::sending(&post)).await;
        assert_eq!(found, Resolution::Sent(receipt(&id)), "{body}");
    }
    assert_eq!(stage.fake.kept().len(), bodies.len());
}

#[tokio::test]
async fn what_never_came_is_sent_again_and_older_posts_of_the_same_words_are_not_taken_for_it() {
    let stage = Stage::new().await;
    let post = rows::post();
    stage.world().say(&post.body);
    stage.world().posts[0].at -= TimeDelta::hours(1);
    stage.world().takes_repeats = true;
    stage.fake.will(Fault::new(Moment::Head, 0));
    let lost = stage.driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    assert!(matches!(stage.driver.resolve(rows::sending(&post)).await, Resolution::AskLater(_)));
    assert_eq!(stage.resolve(rows::sending(&post)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn words_that_x_has_already_are_ours_if_they_are_new_and_else_refused() {
    let stage = Stage::new().await;
    let post = rows::post();
    let id = stage.world().say(&post.body);
    assert_eq!(stage.driver.send(rows::sending(&post)).await, Ok(receipt(&id)));
    stage.world().posts[0].at -= TimeDelta::hours(1);
    let refused = stage.driver.send(rows::sending(&post)).await;
    let reason = "X has these very words already".to_owned();
    assert_eq!(refused, Err(SendError::Rejected(reason)));
    assert_eq!(stage.world().made, 1);
}

#[tokio::test]
async fn a_reply_outlives_its_first_post_and_staff_are_told() {
    let stage = Stage::new().await;
    let post = rows::post();
    let sending = Sending { reply_to: Some("1899999999999999999"), ..rows::sending(&post) };
    let sent = stage.driver.send(sending).await.expect("it works");
    let remark = "it stands alone, as the first post of its thread takes no reply";
    assert_eq!(sent.remark.as_deref(), Some(remark));
    assert_eq!(stage.world().posts.len(), 1);
}

#[tokio::test]
async fn a_change_follows_as_a_post_of_its_own_and_a_post_can_be_taken_back() {
    let stage = Stage::new().await;
    let first = stage.world().say("First.");
    let edit = Post { action: PostAction::Edit, ..rows::post() };
    let sending = Sending { reply_to: Some(&first), ..rows::sending(&edit) };
    let id = stage.driver.send(sending).await.expect("it works").remote_id.expect("an id");
    let delete = Post { action: PostAction::Delete, ..rows::post() };
    let sending = Sending { reply_to: Some(&id), ..rows::sending(&delete) };
    for _ in 0..2 {
        assert_eq!(stage.driver.send(sending).await, Ok(receipt(&id)));
    }
    assert_eq!(stage.world().posts.len(), 1);
    let person = Post { recipient: Some(PersonId::from("p-1")), ..rows::post() };
    let passed_on = Post { action: PostAction::Crosspost, ..rows::post() };
    for post in [person, passed_on, delete] {
        let outcome = stage.driver.send(rows::sending(&post)).await;
        assert!(matches!(outcome, Err(SendError::Rejected(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let stage = Stage::new().await;
    let mut said = Vec::new();
    for status in [400, 401, 402, 403] {
        let body = json!({ "detail": "Words of theirs" }).to_string();
        stage.fake.will(Fault { body, ..Fault::new(Moment::Answer, status) });
        let error = stage.driver.send(rows::sending(&rows::post())).await.expect_err("refused");
        said.push(error.to_string());
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    refused: status 400
    to be tried again: status 401: X does not take the four secrets: make new ones and name them
    refused: status 402: the account at X has no credit left
    to be tried again: status 403: the app may not post: give it the permission “Read and write”
    ");
}

#[tokio::test]
async fn a_check_says_whose_account_it_is_and_what_a_post_costs() {
    let stage = Stage::new().await;
    let checked = stage.driver.check().await.expect("all is well");
    let account = "@example_status at X ($0.015 a post, $0.20 with a link)";
    assert_eq!(checked.account.as_deref(), Some(account));
    let other = World::new(rows::clock(), "other secrets");
    let fake = Fake::of(Box::new(other)).await;
    let destination = rows::destination(row(), fake.address);
    let driver = X::new(&destination, &rows::secrets(row()), &rows::clock());
    let error = driver.expect("the row is whole").check().await;
    assert_eq!(error, Err(CheckError::Refused("status 401".to_owned())));
}

#[tokio::test]
async fn there_is_no_link_unless_it_is_wanted_and_no_staff_or_reporters() {
    let known = REGISTRY.iter().find(|known| known.spec.kind == "x").expect("registered");
    for (value, wanted) in [(None, true), (Some("false"), true), (Some("true"), false)] {
        let options = value.map(|value| rows::option("links", value)).unwrap_or_default();
        assert_eq!((known.spec.abilities)(&options).linkless, wanted);
    }
    let fake = Fake::start().await;
    let whole = rows::destination(row(), fake.address);
    for audience in [Audience::Staff, Audience::Reporters] {
        let other = Destination { audience, ..whole.clone() };
        assert!(X::new(&other, &rows::secrets(row()), &rows::clock()).is_err());
    }
    assert!(X::new(&whole, &Secrets::default(), &rows::clock()).is_err());
    let driver = X::new(&whole, &rows::secrets(row()), &rows::clock()).expect("it is whole");
    assert_eq!(format!("{driver:?}"), "X(http://127.0.0.1, secrets not shown)");
}

#[tokio::test]
async fn what_a_post_costs_is_as_configured_else_as_most_pay() {
    let known = REGISTRY.iter().find(|known| known.spec.kind == "x").expect("registered");
    let prices = |options| (known.spec.abilities)(&options).prices.expect("X costs");
    let usual = prices(rows::option("links", "true"));
    assert_eq!((usual.of(false), usual.of(true)), (15, 200));
    let mut options = rows::option("post_price", "0.01");
    options.extend(rows::option("link_price", "1"));
    let other = prices(options);
    assert_eq!((other.of(false), other.of(true)), (10, 1000));
    let spec = known.spec.options.iter().find(|option| option.name == "post_price");
    for wrong in ["", ".", "1.", "-1", "0.0155", "1e3", "free", "10000", "0,01", "$1"] {
        assert!(!(spec.expect("an option").fits)(wrong), "{wrong}");
    }
}
