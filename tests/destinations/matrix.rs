//! The Matrix driver's promises, told against a homeserver that remembers its rooms.

use bellwether::{
    broadcast::{CheckError, Driver, Matrix, Sending},
    config::Secrets,
    domain::{Audience, Destination, PersonId},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    fake::{Fake, Fault, Moment, Request},
    rows::{self, ROWS, Row},
};

const OWN: &str = "@bellwether:example.org";

/// A homeserver with one room that has one alias: the same transaction has the same event.
pub fn homeserver(request: &Request, kept: &[Request]) -> (u16, String) {
    let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
    let parts: Vec<&str> = path.split('/').skip(4).collect();
    let answer = match (request.line.split(' ').next().unwrap_or_default(), &parts[..]) {
        ("PUT", ["rooms", "!room:example.org", .., txn]) => json!({ "event_id": event(txn) }),
        ("GET", ["account", "whoami"]) => json!({ "user_id": OWN }),
        ("GET", ["directory", "room", "%23status:example.org"]) => {
            json!({ "room_id": "!room:example.org", "servers": ["example.org"] })
        }
        ("GET", ["rooms", "!room:example.org", "messages"]) => read_back(query, kept),
        ("GET", [.., "m.room.member", _]) => json!({ "membership": "join" }),
        ("GET", [.., "m.room.power_levels"]) => json!({
            "users": { OWN: 50 }, "events": { "m.room.message": 50 }, "events_default": 100,
        }),
        _ => return (404, json!({ "errcode": "M_NOT_FOUND", "error": "no" }).to_string()),
    };
    (200, answer.to_string())
}

fn event(txn: &str) -> String {
    format!("${txn}")
}

/// A page of what stands in the room, newest first; others said a lot.
fn read_back(query: &str, kept: &[Request]) -> Value {
    assert!(query.contains("dir=b") && query.contains("bellwether%3Aexample.org"), "{query}");
    let mut chunk: Vec<Value> = Vec::new();
    for request in kept.iter().rev() {
        let txn = request.target().rsplit('/').next().unwrap_or_default();
        chunk.push(json!({
            "event_id": event(txn),
            "sender": OWN,
            "origin_server_ts": rows::decided_at().timestamp_millis() + 1000,
            "content": request.json(),
        }));
    }
    if query.contains("from=older") {
        json!({ "chunk": chunk })
    } else {
        json!({ "chunk": [], "end": "older" })
    }
}

/// The key of a message, which must be whole.
pub fn transaction(request: &Request) -> String {
    assert_eq!(request.header("authorization"), format!("Bearer {}", rows::secret()));
    assert_eq!(request.header("content-type"), "application/json");
    let beginning = "/_matrix/client/v3/rooms/!room:example.org/send/m.room.message/";
    let txn = request.target().strip_prefix(beginning).expect("the room's address");
    assert!(request.line.starts_with("PUT "), "{}", request.line);
    let content = request.json();
    assert_eq!(content["bellwether.post"], txn);
    assert_eq!(content["m.mentions"], json!({}));
    txn.to_owned()
}

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "matrix").expect("it has a row")
}

fn destination(fake: &Fake) -> Destination {
    rows::destination(row(), fake.address)
}

fn driver(destination: &Destination) -> Matrix {
    Matrix::new(destination, &rows::secrets(row()), &rows::clock()).expect("the row is whole")
}

async fn started() -> (Fake, Matrix) {
    let fake = Fake::start_as(homeserver).await;
    let driver = driver(&destination(&fake));
    (fake, driver)
}

fn receipt(event: &str) -> Receipt {
    let place = "https://matrix.to/#/%21room%3Aexample.org/%24";
    let link = format!("{place}{}?via=example.org", event.trim_start_matches('$'));
    Receipt { remote_id: Some(event.to_owned()), link: Some(link) }
}

#[tokio::test]
async fn an_update_is_these_bytes_in_every_version() {
    let (fake, driver) = started().await;
    let post = Post {
        body: "Sites <slow>\nWe & \"they\" look.\nhttps://s.example/1".into(),
        ..rows::post()
    };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&post) };
    assert_eq!(driver.send(sending).await, Ok(receipt("$00112233445566778899aabbccddeeff")));
    let wanted = json!({
        "msgtype": "m.notice",
        "body": "Sites <slow>\nWe & \"they\" look.\nhttps://s.example/1",
        "format": "org.matrix.custom.html",
        "formatted_body": "<strong>Sites &lt;slow&gt;</strong><br>We &amp; &#34;they&#34; look.<br>https://s.example/1",
        "m.mentions": {},
        "m.relates_to": { "m.in_reply_to": { "event_id": "$first" } },
        "bellwether.post": "00112233445566778899aabbccddeeff",
    });
    assert_eq!(fake.requests()[0].json(), wanted);
}

#[tokio::test]
async fn where_threads_are_wanted_an_update_goes_into_the_first_ones() {
    let fake = Fake::start_as(homeserver).await;
    let mut destination = destination(&fake);
    destination.options.insert("threads".to_owned(), "true".to_owned());
    let post = rows::post();
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&post) };
    driver(&destination).send(sending).await.expect("it works");
    let wanted = json!({
        "rel_type": "m.thread",
        "event_id": "$first",
        "is_falling_back": true,
        "m.in_reply_to": { "event_id": "$first" },
    });
    assert_eq!(fake.requests()[0].json()["m.relates_to"], wanted);
}

#[tokio::test]
async fn a_room_may_be_named_by_its_address_which_is_asked_for_once() {
    let fake = Fake::start_as(homeserver).await;
    let mut destination = destination(&fake);
    destination.options.insert("room".to_owned(), "#status:example.org".to_owned());
    let driver = driver(&destination);
    for _ in 0..2 {
        driver.send(rows::sending(&rows::post())).await.expect("it works");
    }
    let lines: Vec<String> = fake.requests().into_iter().map(|request| request.line).collect();
    let send = "PUT /_matrix/client/v3/rooms/!room:example.org/send/m.room.message/00112233445566778899aabbccddeeff HTTP/1.1";
    let ask = "GET /_matrix/client/v3/directory/room/%23status:example.org HTTP/1.1";
    assert_eq!(lines, [ask, send, send]);

    let body = json!({ "errcode": "M_NOT_FOUND", "error": "gone" }).to_string();
    fake.will(Fault { body, ..Fault::new(Moment::Answer, 404) });
    let fresh = self::driver(&destination).send(rows::sending(&rows::post())).await;
    let reason = "status 404: there is no such room or event".to_owned();
    assert_eq!(fresh, Err(SendError::Rejected(reason)));
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reading_back_and_nothing_is_sent_twice() {
    let (fake, driver) = started().await;
    fake.will(Fault::new(Moment::Kept, 0));
    let post = rows::post();
    let lost = driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let found = driver.resolve(rows::sending(&post)).await;
    assert_eq!(found, Resolution::Sent(receipt("$00112233445566778899aabbccddeeff")));
    assert_eq!(fake.kept().len(), 1);
    assert_eq!(fake.requests().len(), 4, "whose it is, and two pages");
}

#[tokio::test]
async fn another_login_does_not_say_it_again_and_what_never_came_is_sent() {
    let fake = Fake::start_as(homeserver).await;
    fake.will(Fault::new(Moment::Kept, 0));
    let (post, other) = (rows::post(), Post { id: "ffee".into(), ..rows::post() });
    let _ = driver(&destination(&fake)).send(rows::sending(&post)).await;
    let next_login = driver(&destination(&fake));
    let found = next_login.resolve(rows::sending(&post)).await;
    assert!(matches!(found, Resolution::Sent(_)), "{found:?}");
    assert_eq!(next_login.resolve(rows::sending(&other)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn long_after_only_what_was_read_counts() {
    let (fake, driver) = started().await;
    let post = rows::post();
    let long_ago = Some(rows::decided_at() - TimeDelta::days(2));
    let sending = Sending { first_attempt_at: long_ago, ..rows::sending(&post) };
    fake.will(Fault::new(Moment::Answer, 502));
    let asked = driver.resolve(sending).await;
    assert_eq!(asked, Resolution::AskLater("status 502".to_owned()));
    let body = json!({ "errcode": "M_FORBIDDEN" }).to_string();
    fake.will(Fault { body, ..Fault::new(Moment::Answer, 403) });
    let asked = driver.resolve(sending).await;
    assert!(matches!(asked, Resolution::CannotTell(_)), "{asked:?}");
    assert_eq!(driver.resolve(sending).await, Resolution::SendAgain);
}

#[tokio::test]
async fn an_answer_without_an_id_is_asked_for_again_with_the_same_transaction() {
    let (fake, driver) = started().await;
    fake.will(Fault { body: "[]".to_owned(), ..Fault::new(Moment::Answer, 200) });
    let made = driver.send(rows::sending(&rows::post())).await;
    assert_eq!(made, Ok(receipt("$00112233445566778899aabbccddeeff")));
    let kept = fake.kept();
    assert_eq!((kept.len(), kept[0].line == kept[1].line), (2, true));
}

#[tokio::test]
async fn a_change_names_the_first_event_and_is_known_by_it() {
    let (fake, driver) = started().await;
    let edit = Post { action: PostAction::Edit, ..rows::post() };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&edit) };
    assert_eq!(driver.send(sending).await, Ok(receipt("$first")));
    let content = fake.requests()[0].json();
    assert_eq!(content["m.relates_to"], json!({ "rel_type": "m.replace", "event_id": "$first" }));
    assert_eq!(content["m.new_content"]["body"], edit.body);

    let delete = Post { action: PostAction::Delete, ..rows::post() };
    let sending = Sending { reply_to: Some("$first"), ..rows::sending(&delete) };
    assert_eq!(driver.send(sending).await, Ok(receipt("$first")));
    let line = "PUT /_matrix/client/v3/rooms/!room:example.org/redact/$first/00112233445566778899aabbccddeeff HTTP/1.1";
    assert_eq!(fake.requests()[1].line, line);
    assert_eq!(driver.resolve(sending).await, Resolution::SendAgain);

    let lost = driver.send(rows::sending(&delete)).await;
    assert!(matches!(lost, Err(SendError::Rejected(_))), "{lost:?}");
}

#[tokio::test]
async fn a_pause_is_read_from_the_body_in_milliseconds() {
    let (fake, driver) = started().await;
    for (said, wanted_s) in [("2500", Some(25)), ("-3", Some(0)), ("\"soon\"", None)] {
        let body = format!(r#"{{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":{said}}}"#);
        fake.will(Fault { body, ..Fault::new(Moment::Answer, 429) });
        let outcome = driver.send(rows::sending(&rows::post())).await;
        let Err(SendError::RetryAfter { after, .. }) = outcome else { panic!("{outcome:?}") };
        // The clock runs ten times as fast as the homeserver's.
        assert_eq!(after.map(|after| after.as_secs()), wanted_s);
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let (fake, driver) = started().await;
    let mut said = Vec::new();
    for (status, errcode) in [
        (401, "M_UNKNOWN_TOKEN"),
        (403, "M_FORBIDDEN"),
        (403, "M_USER_LOCKED"),
        (413, "M_TOO_LARGE"),
        (400, "M_<b>ODD</b> @room"),
    ] {
        let body = json!({ "errcode": errcode, "error": "Words of theirs" }).to_string();
        fake.will(Fault { body, ..Fault::new(Moment::Answer, status) });
        let error = driver.send(rows::sending(&rows::post())).await.expect_err("refused");
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
    let (fake, driver) = started().await;
    let checked = driver.check().await.expect("all is well");
    assert_eq!(checked.account.as_deref(), Some("@bellwether:example.org in !room:example.org"));
    assert_eq!(fake.kept().len(), 0);
}

#[tokio::test]
async fn a_check_finds_a_dead_token_a_room_not_joined_and_a_silent_account() {
    let worlds: [(fn(&Request, &[Request]) -> (u16, String), &str); 3] = [
        (
            |_, _| (401, json!({ "errcode": "M_UNKNOWN_TOKEN" }).to_string()),
            "refused: status 401: the access token is no longer valid: log in again and name the new one",
        ),
        (
            |request, kept| match request.target().contains("m.room.member") {
                true => (200, json!({ "membership": "invite" }).to_string()),
                false => homeserver(request, kept),
            },
            "refused: ＠bellwether:example.org is not in the room: have it join",
        ),
        (
            |request, kept| match request.target().contains("power_levels") {
                true => (200, json!({ "events_default": 50, "users_default": 0 }).to_string()),
                false => homeserver(request, kept),
            },
            "refused: the account may read the room, but not write in it",
        ),
    ];
    for (world, wanted) in worlds {
        let fake = Fake::start_as(world).await;
        let error = driver(&destination(&fake)).check().await.expect_err(wanted);
        assert_eq!(error.to_string(), wanted);
    }
    let fake = Fake::start_as(homeserver).await;
    fake.will(Fault::new(Moment::Answer, 503));
    let error = driver(&destination(&fake)).check().await;
    assert_eq!(error, Err(CheckError::NoAnswer("status 503".to_owned())));
}

#[tokio::test]
async fn what_is_for_one_person_or_to_be_passed_on_never_reaches_the_room() {
    let (fake, driver) = started().await;
    let person = Post { recipient: Some(PersonId::from("p-1")), ..rows::post() };
    let passed_on = Post { action: PostAction::Crosspost, ..rows::post() };
    for post in [person, passed_on] {
        let outcome = driver.send(rows::sending(&post)).await;
        assert!(matches!(outcome, Err(SendError::Rejected(_))), "{outcome:?}");
    }
    assert_eq!(fake.connections(), 0);
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
