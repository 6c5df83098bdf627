//! The Matrix driver's promises, told against a homeserver that remembers its room.

use std::sync::{Arc, Mutex, MutexGuard};

use bellwether::{
    broadcast::{Driver, Matrix, Sending},
    config::Secrets,
    domain::{Audience, Destination, PersonId},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
    worlds::matrix::World,
};

const TRANSACTION: &str = "00112233445566778899aabbccddeeff";

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "matrix").expect("it has a row")
}

fn destination(fake: &Fake) -> Destination {
    rows::destination(row(), fake.address)
}

fn driver(destination: &Destination) -> Matrix {
    Matrix::new(destination, &rows::secrets(row()), &rows::clock()).expect("the row is whole")
}

/// A homeserver, and a driver for it.
struct Stage {
    fake: Fake,
    world: Arc<Mutex<World>>,
    driver: Matrix,
}

impl Stage {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(options: &[(&str, &str)]) -> Self {
        let world = World::new(rows::clock(), &rows::secret());
        let world = Arc::new(Mutex::new(world));
        let fake = Fake::of(Box::new(Arc::clone(&world))).await;
        let mut destination = destination(&fake);
        for (name, value) in options {
            destination.options.insert((*name).to_owned(), (*value).to_owned());
        }
        Self { driver: driver(&destination), fake, world }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("not poisoned")
    }

    /// What was sent last.
    fn content(&self) -> serde_json::Value {
        self.fake.requests().last().expect("one came").json()
    }

    fn lines(&self) -> Vec<String> {
        self.fake.requests().into_iter().map(|request| request.line).collect()
    }
}

fn receipt(event: &str) -> Receipt {
    let place = "https://matrix.to/#/%21room%3Aexample.org/%24";
    let link = format!("{place}{}?via=example.org", event.trim_start_matches('$'));
    Receipt { remote_id: Some(event.to_owned()), link: Some(link), remark: None }
}

#[tokio::test]
async fn an_update_is_these_bytes_in_every_version() {
    let stage = Stage::new().await;
    let body = "Sites <slow>\nWe & \"they\" look.\nhttps://s.example/1".to_owned();
    let post = Post { body, ..rows::post() };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&post) };
    assert_eq!(stage.driver.send(sending).await, Ok(receipt("$event-0")));
    let wanted = json!({
        "msgtype": "m.notice",
        "body": "Sites <slow>\nWe & \"they\" look.\nhttps://s.example/1",
        "format": "org.matrix.custom.html",
        "formatted_body": "<strong>Sites &lt;slow&gt;</strong><br>We &amp; &#34;they&#34; look.\
                           <br>https://s.example/1",
        "m.mentions": {},
        "m.relates_to": { "m.in_reply_to": { "event_id": "$first" } },
        "bellwether.post": TRANSACTION,
    });
    assert_eq!(stage.content(), wanted);
}

#[tokio::test]
async fn where_threads_are_wanted_an_update_goes_into_the_first_ones() {
    let stage = Stage::with(&[("threads", "true")]).await;
    let post = rows::post();
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&post) };
    stage.driver.send(sending).await.expect("it works");
    let wanted = json!({
        "rel_type": "m.thread",
        "event_id": "$first",
        "is_falling_back": true,
        "m.in_reply_to": { "event_id": "$first" },
    });
    assert_eq!(stage.content()["m.relates_to"], wanted);
}

#[tokio::test]
async fn a_room_may_be_named_by_its_address_which_is_asked_for_once() {
    let stage = Stage::with(&[("room", "#status:example.org")]).await;
    for _ in 0..2 {
        stage.driver.send(rows::sending(&rows::post())).await.expect("it works");
    }
    let room = "/_matrix/client/v3/rooms/!room:example.org";
    let send = format!("PUT {room}/send/m.room.message/{TRANSACTION} HTTP/1.1");
    let ask = "GET /_matrix/client/v3/directory/room/%23status:example.org HTTP/1.1".to_owned();
    assert_eq!(stage.lines(), [ask, send.clone(), send]);

    let stage = Stage::with(&[("room", "#gone:example.org")]).await;
    let reason = "status 404: there is no such room or event".to_owned();
    let outcome = stage.driver.send(rows::sending(&rows::post())).await;
    assert_eq!(outcome, Err(SendError::Rejected(reason)));
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reading_back_and_nothing_is_sent_twice() {
    let stage = Stage::new().await;
    stage.world().page_length = 3;
    for moment in [Moment::Kept, Moment::HalfAnswer] {
        let post = Post { id: format!("{moment:?}").as_str().into(), ..rows::post() };
        stage.fake.will(Fault::new(moment, 0));
        let lost = stage.driver.send(rows::sending(&post)).await;
        assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
        let found = stage.world().events.last().expect("it stands").id.clone();
        for _ in 0..7 {
            stage.world().say("@ann:example.org", json!({ "body": post.body }));
            stage.world().say("@bellwether:example.org", json!({ "body": post.body }));
        }
        stage.world().say("@mallory:example.org", json!({ "bellwether.post": post.id }));
        let resolved = stage.driver.resolve(rows::sending(&post)).await;
        assert_eq!(resolved, Resolution::Sent(receipt(&found)));
    }
    assert_eq!(stage.fake.kept().len(), 2);
}

#[tokio::test]
async fn another_login_does_not_say_it_again_and_what_never_came_is_sent() {
    let stage = Stage::new().await;
    stage.world().forgets_transactions = true;
    stage.fake.will(Fault::new(Moment::Kept, 0));
    let (post, other) = (rows::post(), Post { id: "ffee".into(), ..rows::post() });
    let lost = stage.driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let next = driver(&destination(&stage.fake));
    assert_eq!(next.resolve(rows::sending(&post)).await, Resolution::Sent(receipt("$event-0")));
    assert_eq!(next.resolve(rows::sending(&other)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn long_after_only_what_was_read_counts() {
    let stage = Stage::new().await;
    let post = rows::post();
    let fresh = rows::sending(&post);
    let long_ago = Some(rows::decided_at() - TimeDelta::days(2));
    let sending = Sending { first_attempt_at: long_ago, ..fresh };
    for (sending, wanted) in
        [(fresh, Resolution::SendAgain), (sending, Resolution::AskLater("status 502".to_owned()))]
    {
        stage.fake.will(Fault::new(Moment::Answer, 502));
        assert_eq!(stage.driver.resolve(sending).await, wanted);
    }
    assert_eq!(stage.driver.resolve(sending).await, Resolution::SendAgain);
    stage.world().membership = "leave";
    let asked = stage.driver.resolve(sending).await;
    assert!(matches!(asked, Resolution::CannotTell(_)), "{asked:?}");
}

#[tokio::test]
async fn an_answer_without_an_id_is_asked_for_again_with_the_same_transaction() {
    let stage = Stage::new().await;
    let deep = "[".repeat(100_000);
    for body in ["[]", "{", r#"{"event_id":5}"#, &deep] {
        stage.fake.will(Fault { body: body.to_owned(), ..Fault::new(Moment::Answer, 200) });
        let made = stage.driver.send(rows::sending(&rows::post())).await;
        assert_eq!(made, Ok(receipt("$event-0")));
    }
    assert_eq!(stage.world().events.len(), 1);
}

#[tokio::test]
async fn a_change_names_the_first_event_and_is_known_by_it() {
    let stage = Stage::new().await;
    let edit = Post { action: PostAction::Edit, ..rows::post() };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&edit) };
    assert_eq!(stage.driver.send(sending).await, Ok(receipt("$first")));
    let content = stage.content();
    assert_eq!(content["m.relates_to"], json!({ "rel_type": "m.replace", "event_id": "$first" }));
    assert_eq!(content["m.new_content"]["body"], edit.body);

    let delete = Post { action: PostAction::Delete, ..rows::post() };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&delete) };
    assert_eq!(stage.driver.send(sending).await, Ok(receipt("$first")));
    assert_eq!(stage.world().redacted, ["$first"]);
    assert_eq!(stage.driver.resolve(sending).await, Resolution::SendAgain);

    let lost = stage.driver.send(rows::sending(&delete)).await;
    assert!(matches!(lost, Err(SendError::Rejected(_))), "{lost:?}");
}

#[tokio::test]
async fn a_pause_is_read_from_the_body_in_milliseconds() {
    let stage = Stage::new().await;
    for (said, wanted_s) in [("2500", Some(25)), ("-3", Some(0)), ("\"soon\"", None)] {
        let body = format!(r#"{{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":{said}}}"#);
        stage.fake.will(Fault { body, ..Fault::new(Moment::Answer, 429) });
        let outcome = stage.driver.send(rows::sending(&rows::post())).await;
        let Err(SendError::RetryAfter { after, .. }) = outcome else { panic!("{outcome:?}") };
        // The clock runs ten times as fast as the homeserver's.
        assert_eq!(after.map(|after| after.as_secs()), wanted_s);
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let stage = Stage::new().await;
    let mut said = Vec::new();
    for (status, errcode) in [
        (401, "M_UNKNOWN_TOKEN"),
        (403, "M_FORBIDDEN"),
        (403, "M_USER_LOCKED"),
        (413, "M_TOO_LARGE"),
        (400, "M_<b>ODD</b> @room"),
    ] {
        let body = json!({ "errcode": errcode, "error": "Words of theirs" }).to_string();
        stage.fake.will(Fault { body, ..Fault::new(Moment::Answer, status) });
        let error = stage.driver.send(rows::sending(&rows::post())).await.expect_err("refused");
        said.push(error.to_string());
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    to be tried again: status 401: the access token is no longer valid: log in again and name the new one
    to be tried again: status 403: the account is not in the room, or may not do this there
    to be tried again: status 403: the account is closed or locked
    refused: status 413: too long for the homeserver
    refused: status 400: M＿‹b›ODD‹/b› ＠room
    ");
}

#[tokio::test]
async fn a_check_says_who_may_write_where_and_writes_nothing() {
    let stage = Stage::with(&[("room", "#status:example.org")]).await;
    let checked = stage.driver.check().await.expect("all is well");
    let account = "@bellwether:example.org in #status:example.org";
    assert_eq!(checked.account.as_deref(), Some(account));
    assert!(stage.lines().iter().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn a_check_finds_a_room_not_joined_a_silent_account_and_a_dead_token() {
    let mut said = Vec::new();
    let stage = Stage::new().await;
    stage.world().membership = "invite";
    said.push(stage.driver.check().await.expect_err("refused").to_string());
    stage.world().membership = "join";
    stage.world().level = 49;
    said.push(stage.driver.check().await.expect_err("refused").to_string());
    stage.fake.will(Fault::new(Moment::Answer, 503));
    said.push(stage.driver.check().await.expect_err("refused").to_string());
    let body = json!({ "errcode": "M_UNKNOWN_TOKEN" }).to_string();
    let stage = Stage::new().await;
    stage.fake.will(Fault { body, ..Fault::new(Moment::Answer, 401) });
    said.push(stage.driver.check().await.expect_err("refused").to_string());
    let stage = Stage::with(&[("room", "#gone:example.org")]).await;
    said.push(stage.driver.check().await.expect_err("refused").to_string());
    insta::assert_snapshot!(said.join("\n"), @r"
    refused: the account is not in the room: have it join
    refused: the account may read the room, but not write in it
    no answer: status 503
    refused: status 401: the access token is no longer valid: log in again and name the new one
    refused: status 404: there is no such room or event
    ");
}

#[tokio::test]
async fn what_is_for_one_person_or_to_be_passed_on_never_reaches_the_room() {
    let stage = Stage::new().await;
    let person = Post { recipient: Some(PersonId::from("p-1")), ..rows::post() };
    let passed_on = Post { action: PostAction::Crosspost, ..rows::post() };
    for post in [person, passed_on] {
        let outcome = stage.driver.send(rows::sending(&post)).await;
        assert!(matches!(outcome, Err(SendError::Rejected(_))), "{outcome:?}");
    }
    assert_eq!(stage.fake.connections(), 0);
}

#[tokio::test]
async fn options_that_cannot_work_are_refused_without_repeating_them() {
    let fake = Fake::start().await;
    let whole = destination(&fake);
    for (name, value) in [
        ("homeserver", "matrix.t0ken.example"),
        ("homeserver", "ftp://t0ken.example"),
        ("homeserver", "http://t0ken.example"),
        ("homeserver", "https://user:t0ken@example.org"),
        ("room", ""),
        ("room", "#t0ken"),
        ("room", "t0ken:example.org"),
        ("room", "!t0 ken:example.org"),
    ] {
        let mut torn = whole.clone();
        torn.options.insert(name.to_owned(), value.to_owned());
        let error = Matrix::new(&torn, &rows::secrets(row()), &rows::clock()).expect_err(value);
        let said = error.to_string();
        assert!(said.contains(name) && !said.contains("t0"), "{said}");
    }
    let people = Destination { audience: Audience::Reporters, ..whole.clone() };
    assert!(Matrix::new(&people, &rows::secrets(row()), &rows::clock()).is_err());
    assert!(Matrix::new(&whole, &Secrets::default(), &rows::clock()).is_err());
    let debug = format!("{:?}", driver(&whole));
    assert_eq!(debug, "Matrix(http://127.0.0.1, token not shown)");
}
