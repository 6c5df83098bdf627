//! The promises of Slack-compatible webhooks: at most once, harmless words, a URL that stays secret.

use std::collections::BTreeMap;

use bellwether::{
    broadcast::{BuildError, Checked, Driver, Slack},
    config::Secrets,
    domain::{Audience, Destination, PersonId},
    event::{Post, PostAction, Receipt, Resolution, SendError},
};
use serde_json::json;

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "slack").expect("it has a row")
}

fn driver(fake: &Fake) -> Slack {
    let destination = rows::destination(row(), fake.address);
    let secrets = rows::secrets_at(row(), &destination.options);
    Slack::new(&destination, &secrets, &rows::clock()).expect("the row is whole")
}

#[tokio::test]
async fn an_update_is_these_bytes_in_every_version_and_calls_nobody() {
    let fake = Fake::start().await;
    let body = "Sites <slow> & *odd*\n@channel <!here> ops@example.org (@all)\nhttps://s.example/1";
    let post = Post { body: body.to_owned(), ..rows::post() };
    assert_eq!(driver(&fake).send(rows::sending(&post)).await, Ok(Receipt::default()));
    let wanted = json!({
        "text": "Sites &lt;slow&gt; &amp; *odd*\n＠channel &lt;!here&gt; ops@example.org (＠all)\n\
                 https://s.example/1",
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
    });
    assert_eq!(fake.requests()[0].json(), wanted);
}

#[tokio::test]
async fn a_post_in_doubt_is_not_sent_again_and_staff_are_told_where_to_look() {
    let fake = Fake::start().await;
    let (driver, post) = (driver(&fake), rows::post());
    fake.will(Fault::new(Moment::Kept, 0));
    let lost = driver.send(rows::sending(&post)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let told = driver.resolve(rows::sending(&post)).await;
    let words = "a webhook does not say what stands in its channel: please look there";
    assert_eq!(told, Resolution::CannotTell(words.to_owned()));
    assert_eq!((fake.kept().len(), fake.connections()), (1, 1));
}

#[tokio::test]
async fn a_refusal_of_public_words_is_told_and_of_others_not() {
    let fake = Fake::start().await;
    let driver = driver(&fake);
    let mut said = Vec::new();
    for audience in [Audience::Public, Audience::Staff] {
        let post = Post { audience, ..rows::post() };
        let body = "channel_is_archived".to_owned();
        fake.will(Fault { body, ..Fault::new(Moment::Answer, 410) });
        said.push(driver.send(rows::sending(&post)).await);
    }
    let refused = |why: &str| Err(SendError::Rejected(why.to_owned()));
    assert_eq!(said, [refused("status 410: channel＿is＿archived"), refused("status 410")]);
}

#[tokio::test]
async fn a_change_follows_as_a_message_of_its_own_and_nothing_is_taken_back() {
    let fake = Fake::start().await;
    let driver = driver(&fake);
    let edit = Post { action: PostAction::Edit, ..rows::post() };
    assert_eq!(driver.send(rows::sending(&edit)).await, Ok(Receipt::default()));
    let person = Post { recipient: Some(PersonId::from("p-1")), ..rows::post() };
    let delete = Post { action: PostAction::Delete, ..rows::post() };
    let passed_on = Post { action: PostAction::Crosspost, ..rows::post() };
    for post in [person, delete, passed_on] {
        let outcome = driver.send(rows::sending(&post)).await;
        assert!(matches!(outcome, Err(SendError::Rejected(_))), "{outcome:?}");
    }
    assert_eq!(fake.connections(), 1);
    assert_eq!(driver.check().await, Ok(Checked::default()), "nothing can be asked");
}

#[tokio::test]
async fn its_url_is_a_secret_that_must_be_safe_to_send() {
    let fake = Fake::start().await;
    let whole = rows::destination(row(), fake.address);
    let new = |destination: &Destination, url: &str| {
        let options = BTreeMap::from([("url".to_owned(), url.to_owned())]);
        let secrets = rows::secrets_at(row(), &options);
        Slack::new(destination, &secrets, &rows::clock())
    };
    for url in
        ["", "t0ken", "http://h0st.example/t0ken", "https://u:t0ken@h0st/", "ftp://h0st/t0ken"]
    {
        let error = new(&whole, url).expect_err(url);
        assert!(matches!(error, BuildError::Option { option: "url", .. }), "{error}");
        assert!(!error.to_string().contains("t0ken"), "{error}");
    }
    let people = Destination { audience: Audience::Reporters, ..whole.clone() };
    assert!(new(&people, "https://hooks.example/t0ken").is_err());
    assert!(Slack::new(&whole, &Secrets::default(), &rows::clock()).is_err());
    let debug = format!("{:?}", new(&whole, "https://hooks.example/t0ken").expect("it is whole"));
    assert_eq!(debug, "Slack(https://hooks.example, rest not shown)");
}
