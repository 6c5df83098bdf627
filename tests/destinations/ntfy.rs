//! The ntfy driver's promises, told against a server that keeps what was published.

use bellwether::{
    broadcast::{CheckError, Driver, Ntfy, Sending},
    config::Secrets,
    domain::{Audience, Destination, PersonId},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    fake::{Fake, Fault, Moment, Request},
    rows::{self, ROWS, Row},
    worlds::ntfy::World,
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "ntfy").expect("it has a row")
}

fn destination(fake: &Fake) -> Destination {
    rows::destination(row(), fake.address)
}

fn driver(destination: &Destination) -> Ntfy {
    Ntfy::new(destination, &rows::secrets(row()), &rows::clock()).expect("the row is whole")
}

async fn started() -> (Fake, Ntfy) {
    let fake = Fake::of((row().world)()).await;
    let driver = driver(&destination(&fake));
    (fake, driver)
}

/// Looks until there is an answer; the driver's clock goes ten times as fast.
async fn resolve(driver: &Ntfy, sending: Sending<'_>) -> Resolution {
    for _ in 0..100 {
        match driver.resolve(sending).await {
            Resolution::AskLater(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            settled @ (Resolution::Sent(_) | Resolution::SendAgain | Resolution::CannotTell(_)) => {
                return settled;
            }
        }
    }
    panic!("no answer in ten seconds");
}

fn receipt(fake: &Fake, id: &str) -> Receipt {
    let link = format!("http://{}/our-status", fake.address);
    Receipt { remote_id: Some(id.to_owned()), link: Some(link), remark: None }
}

#[tokio::test]
async fn an_update_is_these_bytes_in_every_version() {
    let (fake, driver) = started().await;
    let body = "Sites are slow\nWe look into it.\nhttps://status.example/incidents/7".to_owned();
    let post = Post { body, ..rows::post() };
    assert_eq!(driver.send(rows::sending(&post)).await, Ok(receipt(&fake, "m0")));
    let wanted = json!({
        "topic": "our-status",
        "title": "Sites are slow",
        "message": "We look into it.\nhttps://status.example/incidents/7",
        "tags": ["rotating_light", "ref-0011223344556677"],
        "priority": 4,
        "click": "https://status.example/incidents/7",
    });
    assert_eq!(fake.requests()[0].json(), wanted);
}

#[tokio::test]
async fn what_is_over_is_told_less_loudly_and_words_for_staff_have_no_title() {
    let (fake, driver) = started().await;
    let over = Post { subject: "incident.resolved".to_owned(), ..rows::post() };
    driver.send(rows::sending(&over)).await.expect("it works");
    let staff = Post {
        audience: Audience::Staff,
        subject: "draft".to_owned(),
        body: "A draft waits.\nhttps://not a link".to_owned(),
        ..rows::post()
    };
    driver.send(rows::sending(&staff)).await.expect("it works");
    let sent: Vec<_> = fake.requests().iter().map(Request::json).collect();
    assert_eq!(
        (&sent[0]["priority"], &sent[0]["tags"][0]),
        (&json!(3), &json!("white_check_mark"))
    );
    assert_eq!(sent[1]["message"], staff.body);
    assert_eq!((sent[1].get("title"), sent[1].get("click")), (None, None));
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reading_back_and_nothing_is_pushed_twice() {
    let (fake, driver) = started().await;
    fake.will(Fault::new(Moment::Kept, 0));
    let post = rows::post();
    let lost = driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let found = driver.resolve(rows::sending(&post)).await;
    assert_eq!(found, Resolution::Sent(receipt(&fake, "m0")));
    assert_eq!(fake.kept().len(), 1);
}

#[tokio::test]
async fn what_never_came_is_sent_again_but_not_while_it_may_still_be_under_way() {
    let (fake, driver) = started().await;
    fake.will(Fault::new(Moment::Head, 0));
    let post = rows::post();
    let lost = driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let asked = driver.resolve(rows::sending(&post)).await;
    assert!(matches!(asked, Resolution::AskLater(_)), "{asked:?}");
    assert_eq!(resolve(&driver, rows::sending(&post)).await, Resolution::SendAgain);
}

#[tokio::test]
async fn what_a_server_took_while_it_said_not_now_is_not_pushed_again() {
    let (fake, driver) = started().await;
    let post = rows::post();
    let headers = vec![("retry-after", "1".to_owned())];
    fake.will(Fault { headers, ..Fault::new(Moment::Answer, 503) });
    let refused = driver.send(rows::sending(&post)).await;
    assert!(matches!(refused, Err(SendError::RetryAfter { .. })), "{refused:?}");
    let again = Sending { first_attempt_at: Some(rows::decided_at()), ..rows::sending(&post) };
    fake.will(Fault::new(Moment::Answer, 403));
    let unread = driver.send(again).await;
    assert!(matches!(unread, Err(SendError::RetryAfter { .. })), "{unread:?}");
    assert_eq!(driver.send(again).await, Ok(receipt(&fake, "m0")));
    assert_eq!(fake.kept().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_read_back_is_asked_for_later_and_what_is_too_old_is_left_to_staff() {
    let (fake, driver) = started().await;
    let post = rows::post();
    fake.will(Fault::new(Moment::Answer, 502));
    let asked = driver.resolve(rows::sending(&post)).await;
    assert_eq!(asked, Resolution::AskLater("status 502".to_owned()));
    fake.will(Fault::new(Moment::NoBody, 200));
    let asked = driver.resolve(rows::sending(&post)).await;
    assert!(matches!(asked, Resolution::AskLater(_)), "{asked:?}");
    let long_ago = Some(rows::decided_at() - TimeDelta::hours(12));
    let sending = Sending { first_attempt_at: long_ago, ..rows::sending(&post) };
    let asked = driver.resolve(sending).await;
    assert!(matches!(asked, Resolution::CannotTell(_)), "{asked:?}");
}

#[tokio::test]
async fn a_change_follows_as_a_notice_of_its_own_and_nothing_is_taken_back() {
    let (fake, driver) = started().await;
    let edit = Post { action: PostAction::Edit, ..rows::post() };
    assert_eq!(driver.send(rows::sending(&edit)).await, Ok(receipt(&fake, "m0")));
    let person = Post { recipient: Some(PersonId::from("p-1")), ..rows::post() };
    let delete = Post { action: PostAction::Delete, ..rows::post() };
    let passed_on = Post { action: PostAction::Crosspost, ..rows::post() };
    for post in [person, delete, passed_on] {
        let outcome = driver.send(rows::sending(&post)).await;
        assert!(matches!(outcome, Err(SendError::Rejected(_))), "{outcome:?}");
    }
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_topic_open_to_all_needs_no_token() {
    let mut world = World::new(rows::clock(), "");
    world.takes_anybody = true;
    let fake = Fake::of(Box::new(world)).await;
    let open = Ntfy::new(&destination(&fake), &Secrets::default(), &rows::clock());
    open.expect("it is whole").send(rows::sending(&rows::post())).await.expect("it works");
    assert_eq!(fake.requests()[0].header("authorization"), "");
}

#[tokio::test]
async fn a_check_asks_whether_the_topic_may_be_read_and_publishes_nothing() {
    let (fake, driver) = started().await;
    let checked = driver.check().await.expect("all is well");
    assert_eq!(checked.account.as_deref(), Some("127.0.0.1/our-status"));
    fake.will(Fault::new(Moment::Answer, 403));
    assert_eq!(driver.check().await, Err(CheckError::Refused("status 403".to_owned())));
    fake.will(Fault::new(Moment::Accept, 0));
    let error = driver.check().await;
    assert!(matches!(error, Err(CheckError::NoAnswer(_))), "{error:?}");
    assert_eq!(fake.kept().len(), 0);
}

#[tokio::test]
async fn options_that_cannot_work_are_refused_without_repeating_them() {
    let fake = Fake::start().await;
    let whole = destination(&fake);
    for (name, value) in [
        ("url", "t0ken"),
        ("url", "http://t0ken.example/"),
        ("topic", ""),
        ("topic", "t0ken/json"),
        ("topic", "t0ken?x"),
    ] {
        let mut torn = whole.clone();
        torn.options.insert(name.to_owned(), value.to_owned());
        let error = Ntfy::new(&torn, &rows::secrets(row()), &rows::clock()).expect_err(value);
        let said = error.to_string();
        assert!(said.contains(name) && !said.contains("t0ken"), "{said}");
    }
    let people = Destination { audience: Audience::Reporters, ..whole.clone() };
    assert!(Ntfy::new(&people, &rows::secrets(row()), &rows::clock()).is_err());
    let debug = format!("{:?}", driver(&whole));
    assert_eq!(debug, "Ntfy(http://127.0.0.1, topic and token not shown)");
}
