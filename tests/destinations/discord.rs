//! The Discord driver's promises: the bytes of a message, how it is known again, what is not said.

use std::collections::BTreeMap;

use bellwether::{
    broadcast::{BuildError, Discord, Driver, Sending},
    config::Secrets,
    domain::{Audience, Destination},
    event::{Post, PostAction, Receipt, SendError},
    rests::Rests,
};
use serde_json::{Value, json};

use super::{
    fake::{Fake, Fault, Moment},
    rows::{self, ROWS, Row},
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "discord").expect("it has a row")
}

fn destination(fake: &Fake, audience: Audience) -> Destination {
    let mut destination = Destination { audience, ..rows::destination(row(), fake.address) };
    if audience == Audience::Reporters {
        destination.options.remove("channel");
    }
    destination
}

fn driver(destination: &Destination) -> Discord {
    Discord::new(destination, &rows::secrets(row()), &rows::clock(), Rests::default())
        .expect("the row is whole")
}

/// What was sent for a post, as JSON.
async fn sent(fake: &Fake, destination: &Destination, sending: Sending<'_>) -> Value {
    let body = json!({ "id": "4242" }).to_string();
    fake.will(Fault { body, ..Fault::new(Moment::Answer, 200) });
    driver(destination).send(sending).await.expect("it works");
    let request = fake.requests().pop().expect("one came");
    serde_json::from_slice(&request.body).expect("JSON")
}

fn staff_post(body: &str) -> Post {
    let body = body.to_owned();
    Post { audience: Audience::Staff, subject: "draft".to_owned(), body, ..rows::post() }
}

#[tokio::test]
async fn a_public_update_is_these_bytes_in_every_version() {
    let fake = Fake::start().await;
    let destination = destination(&fake, Audience::Public);
    let mut post = rows::post();
    post.body =
        "Some sites are slow\nWe look into it.\nhttps://status.example.net/incidents/7".into();
    let sending = Sending { reply_to: Some("4141"), ..rows::sending(&post) };
    let message = sent(&fake, &destination, sending).await;
    let wanted = json!({
        "content": "**Some sites are slow**",
        "embeds": [{
            "description": "We look into it.\nhttps://status.example.net/incidents/7",
            "color": 0x00D8_3A34,
            "footer": { "text": "#001122334455" },
        }],
        "allowed_mentions": { "parse": [] },
        "message_reference": { "message_id": "4141", "fail_if_not_exists": false },
        "nonce": "00112233445566778899aabb",
        "enforce_nonce": true,
    });
    assert_eq!(message, wanted);
}

#[tokio::test]
async fn words_for_staff_are_plain_and_show_every_sign() {
    let fake = Fake::start().await;
    let destination = destination(&fake, Audience::Staff);
    let post = staff_post("> *s_1* <@1> [x](y)\n# see https://a_b.example/c_d\n- one");
    let message = sent(&fake, &destination, rows::sending(&post)).await;
    assert_eq!(
        message["content"],
        "\\> \\*s\\_1\\* \\<@1> \\[x](y)\n\\# see https://a_b.example/c_d\n\\- one"
    );
    assert_eq!(message["embeds"], json!([]));
    assert_eq!(message["flags"], 4, "no box is made of the link");

    let post = staff_post(&"_".repeat(1900));
    let message = sent(&fake, &destination, rows::sending(&post)).await;
    assert_eq!(message["content"], "");
    let text = message["embeds"][0]["description"].as_str().expect("a box");
    assert_eq!((text.len(), message.get("flags")), (3800, None));
}

#[tokio::test]
async fn nobody_is_mentioned_but_the_role_that_was_configured() {
    let fake = Fake::start().await;
    let mut destination = destination(&fake, Audience::Public);
    destination.options.insert("ping_role".to_owned(), "99".to_owned());
    let mut post = rows::post();
    post.body = "@everyone\n<@&5>".to_owned();
    let message = sent(&fake, &destination, rows::sending(&post)).await;
    assert_eq!(message["allowed_mentions"], json!({ "parse": [], "roles": ["99"] }));
    assert_eq!(message["content"], "<@&99> **@everyone**");
    assert_eq!(message["embeds"][0]["description"], "\\<@&5>");
}

#[tokio::test]
async fn a_receipt_links_to_the_message_but_not_to_one_persons() {
    let fake = Fake::start().await;
    let body = || json!({ "id": "4242" }).to_string();
    fake.will(Fault { body: body(), ..Fault::new(Moment::Answer, 200) });
    let public = driver(&destination(&fake, Audience::Public));
    let receipt = public.send(rows::sending(&rows::post())).await.expect("it works");
    let link = "https://discord.com/channels/41/42/4242".to_owned();
    assert_eq!(
        receipt,
        Receipt { remote_id: Some("4242".to_owned()), link: Some(link), remark: None }
    );

    fake.will(Fault { body: body(), ..Fault::new(Moment::Answer, 200) });
    fake.will(Fault { body: body(), ..Fault::new(Moment::Answer, 200) });
    let people = driver(&destination(&fake, Audience::Reporters));
    let post = rows::post();
    let sending = Sending { recipient: Some("discord:77"), ..rows::sending(&post) };
    assert_eq!(people.send(sending).await, Ok(Receipt::default()));
    let [.., opened, written] = &fake.requests()[..] else { panic!("two requests") };
    assert_eq!(opened.line, "POST /api/v10/users/@me/channels HTTP/1.1");
    assert_eq!(opened.body, br#"{"recipient_id":"77"}"#);
    assert_eq!(written.line, "POST /api/v10/channels/4242/messages HTTP/1.1");
}

#[tokio::test]
async fn whoever_spoke_elsewhere_is_not_written_to() {
    let fake = Fake::start().await;
    let people = driver(&destination(&fake, Audience::Reporters));
    for recipient in [None, Some("web:77"), Some("discord:ann"), Some("77"), Some("discord:")] {
        let post = rows::post();
        let sending = Sending { recipient, ..rows::sending(&post) };
        let reason = "this person has no account at Discord".to_owned();
        assert_eq!(people.send(sending).await, Err(SendError::Rejected(reason)));
    }
    assert_eq!(fake.connections(), 0);
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let fake = Fake::start().await;
    let public = driver(&destination(&fake, Audience::Public));
    let mut said = BTreeMap::new();
    for (status, code) in [
        (401, 0),
        (403, 50_001),
        (403, 50_007),
        (403, 50_013),
        (404, 10_003),
        (400, 50_024),
        (400, 200_000),
        (400, 77),
    ] {
        let body = json!({ "code": code, "message": "Words of Discord" }).to_string();
        fake.will(Fault { body, ..Fault::new(Moment::Answer, status) });
        let error = public.send(rows::sending(&rows::post())).await.expect_err("refused");
        said.insert((status, code), error.to_string());
    }
    let said: Vec<String> = said.into_values().collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    refused: status 400: Discord's code 77
    refused: status 400: the channel is of a kind that cannot do this
    refused: status 400: the server's AutoMod refuses these words
    to be tried again: status 401: the bot's token is no longer valid: make a new one and name it
    to be tried again: status 403: the bot was removed from the server or may not see the channel
    nobody there: status 403: this person takes no direct messages from the bot
    to be tried again: status 403: the bot lacks a permission there: see “bellwether check --discord”
    refused: status 404: the channel is gone: name another in the configuration
    "#);
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_taken_for_the_yes_that_its_status_is() {
    let fake = Fake::start().await;
    let public = driver(&destination(&fake, Audience::Public));
    let deep = "[".repeat(100_000);
    let long = format!(r#"{{"id":"4242","x":"{}"}}"#, "x".repeat(5 << 20));
    for body in ["", "[]", "{", r#"{"id":5}"#, r#"{"id":"../4242"}"#, &deep, &long] {
        fake.will(Fault { body: body.to_owned(), ..Fault::new(Moment::Answer, 200) });
        let outcome = public.send(rows::sending(&rows::post())).await;
        assert_eq!(outcome, Ok(Receipt::default()), "{:.40}", body);
    }
    for body in [&deep, r#"{"code":-1,"errors":7}"#, r#"{"errors":{"a":{"b":{}}}}"#] {
        fake.will(Fault { body: body.to_owned(), ..Fault::new(Moment::Answer, 400) });
        let outcome = public.send(rows::sending(&rows::post())).await;
        assert_eq!(outcome, Err(SendError::Rejected("status 400".to_owned())), "{:.40}", body);
    }
}

#[tokio::test]
async fn a_change_needs_the_message_it_is_about_and_may_be_done_twice() {
    let fake = Fake::start().await;
    let public = driver(&destination(&fake, Audience::Public));
    for (action, line, again) in [
        (PostAction::Edit, "PATCH /api/v10/channels/42/messages/4141", None),
        (PostAction::Delete, "DELETE /api/v10/channels/42/messages/4141", Some(10_008)),
        (PostAction::Crosspost, "POST /api/v10/channels/42/messages/4141/crosspost", Some(40_033)),
    ] {
        let post = Post { action, ..rows::post() };
        let lost = public.send(rows::sending(&post)).await;
        assert!(matches!(lost, Err(SendError::Rejected(_))), "{lost:?}");
        let sending = Sending { reply_to: Some("4141"), ..rows::sending(&post) };
        let body = json!({ "id": "4141" }).to_string();
        fake.will(Fault { body, ..Fault::new(Moment::Answer, 200) });
        let first = public.send(sending).await.expect("it works");
        assert_eq!(first.remote_id.as_deref(), Some("4141"));
        let request = fake.requests().pop().expect("it came");
        assert_eq!(request.line, format!("{line} HTTP/1.1"));
        let Some(code) = again else { continue };
        let body = json!({ "code": code, "message": "again" }).to_string();
        fake.will(Fault { body, ..Fault::new(Moment::Answer, 400) });
        assert_eq!(public.send(sending).await, Ok(first));
    }
}

#[tokio::test]
async fn without_an_account_or_a_channel_it_is_not_built() {
    let fake = Fake::start().await;
    let whole = destination(&fake, Audience::Public);
    for option in ["channel", "guild", "api"] {
        let mut torn = whole.clone();
        torn.options.remove(option);
        let error = Discord::new(&torn, &rows::secrets(row()), &rows::clock(), Rests::default())
            .expect_err(option);
        assert!(error.to_string().contains(option), "{error}");
    }
    let error = Discord::new(&whole, &Secrets::default(), &rows::clock(), Rests::default())
        .expect_err("no token");
    assert!(matches!(error, BuildError::Option { option: "token", .. }), "{error}");
    let debug = format!("{:?}", driver(&whole));
    assert_eq!(debug, "Discord(http://127.0.0.1, token not shown)");
}
