//! What a letter looks like.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use bellwether::{
    broadcast::{self, Driver, Sending},
    clock::Clock,
    config::Secrets,
    domain::*,
    event::{Post, PostAction, SendError},
};
use secrecy::SecretString;

use super::smtp::{Smtp, Taken};

pub const TOKEN: &str = "00112233445566778899aabbccddeeff00112233";

pub fn decided_at() -> Timestamp {
    "2014-04-24T02:40:00Z".parse().expect("a moment")
}

/// Time runs twenty times as fast: a driver's 30 s are 1.5.
pub fn clock() -> Clock {
    Clock::paced(decided_at(), 20.0)
}

pub fn destination(address: SocketAddr, audience: Audience, more: &[(&str, &str)]) -> Destination {
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let from = "Beispiel & Söhne <status@example.net>";
    let usual = [("host", &*host), ("port", &port), ("tls", "none"), ("from", from)];
    let options =
        usual.iter().chain(more).map(|(name, value)| (name.to_string(), value.to_string()));
    Destination {
        id: "letters".into(),
        kind: "email".to_owned(),
        audience,
        language: "en".to_owned(),
        timezone: None,
        options: options.collect::<BTreeMap<String, String>>(),
        limits: Limits::of(20_000, TextUnit::Characters),
        abilities: Abilities::default(),
    }
}

pub fn driver(destination: &Destination, password: Option<&str>) -> Arc<dyn Driver> {
    let mut secrets = Secrets::default();
    if let Some(password) = password {
        secrets.insert(destination.id.clone(), "password", SecretString::from(password));
    }
    broadcast::build(destination, &secrets, &clock()).expect("the options are right")
}

pub fn people(smtp: &Smtp) -> Arc<dyn Driver> {
    driver(&destination(smtp.address, Audience::Reporters, &[]), None)
}

pub fn post() -> Post {
    let leave = format!("https://status.example.net/unsubscribe/{TOKEN}");
    Post {
        id: "00112233445566778899aabbccddeeff".into(),
        destination: "letters".into(),
        audience: Audience::Reporters,
        action: PostAction::Post,
        subject: "subscription.identified".to_owned(),
        incident: Some(IncidentId(7)),
        window: None,
        recipient: Some("p1".into()),
        thread: Some("ffeeddccbbaa99887766554433221100".into()),
        body: format!(
            "Websites on “Ährenhost” are slow\nIt's <slow> & we know.\nNext update by 22:00 EDT.\n\
             https://status.example.net/incidents/7\n\n.To hear nothing more:\n{leave}"
        ),
        buttons: Vec::new(),
        picture: None,
    }
}

pub fn sending(post: &Post) -> Sending<'_> {
    Sending {
        post,
        decided_at: decided_at(),
        recipient: Some("email:ann@example.org"),
        reply_to: None,
        first_attempt_at: None,
    }
}

async fn one(driver: &dyn Driver, smtp: &Smtp, post: &Post) -> Taken {
    driver.send(sending(post)).await.expect("it is taken");
    smtp.taken().pop().expect("a letter")
}

#[tokio::test]
async fn a_letter_names_its_list_its_thread_and_the_way_to_leave() {
    let smtp = Smtp::start().await;
    let options = [("list_id", "updates.example.net"), ("unsubscribe_to", "out@example.net")];
    let driver = driver(&destination(smtp.address, Audience::Reporters, &options), None);
    let letter = one(driver.as_ref(), &smtp, &post()).await;
    assert_eq!((&*letter.from, &*letter.to), ("status@example.net", "ann@example.org"));
    let head = letter.bytes.split("\r\n\r\n").next().expect("a head").replace("\r\n", "\n");
    insta::assert_snapshot!(head);
    insta::assert_snapshot!(letter.text(), @r"
    It's <slow> & we know.
    Next update by 22:00 EDT.
    https://status.example.net/incidents/7

    .To hear nothing more:
    https://status.example.net/unsubscribe/00112233445566778899aabbccddeeff00112233
    ");
    insta::assert_snapshot!(letter.html());
    assert!(letter.bytes.is_ascii(), "every server takes it");
}

#[tokio::test]
async fn every_attempt_has_the_same_bytes_and_every_reader_their_own_id() {
    let smtp = Smtp::start().await;
    let post = post();
    let first = one(people(&smtp).as_ref(), &smtp, &post).await;
    let second = one(people(&smtp).as_ref(), &smtp, &post).await;
    assert_eq!(first, second);
    let other = Sending { recipient: Some("email:ben@example.org"), ..sending(&post) };
    people(&smtp).send(other).await.expect("it is taken");
    let other = smtp.taken().pop().expect("a letter");
    assert_ne!(first.header("message-id"), other.header("message-id"));
    assert!(first.header("message-id").starts_with("<00112233445566778899aabbccddeeff."));
}

#[tokio::test]
async fn a_list_gets_updates_without_a_link_that_would_end_it_for_all() {
    let smtp = Smtp::start().await;
    let to = [("to", "announce@lists.example")];
    let driver = driver(&destination(smtp.address, Audience::Public, &to), None);
    let words = Post { audience: Audience::Public, recipient: None, thread: None, ..post() };
    let letter = one(driver.as_ref(), &smtp, &words).await;
    assert_eq!(letter.to, "announce@lists.example");
    assert_eq!(letter.header("list-id"), "<updates.example.net>");
    assert_eq!(letter.header("list-unsubscribe"), "");
    assert_eq!(letter.header("in-reply-to"), "");
}

#[tokio::test]
async fn words_of_any_length_and_script_are_lines_that_every_server_takes() {
    let smtp = Smtp::start().await;
    let driver = people(&smtp);
    for words in
        ["サイトが遅い。".repeat(900), "x".repeat(15_000), "\r\n.\r\nRCPT TO:<x@y>".repeat(9)]
    {
        let body = format!(
            "{}\n{words}",
            words.replace("\r\n", " ").chars().take(400).collect::<String>()
        );
        let letter = one(driver.as_ref(), &smtp, &Post { body, ..post() }).await;
        assert_eq!(letter.text().trim(), words.replace("\r\n", "\n").trim());
        assert!(letter.header("subject").len() < 2000);
    }
    assert!(smtp.taken().iter().all(|one| one.to == "ann@example.org"));
}

#[tokio::test]
async fn one_line_carries_many_letters_and_is_made_anew_when_it_is_gone() {
    let smtp = Smtp::start().await;
    let driver = people(&smtp);
    for _ in 0..150 {
        driver.send(sending(&post())).await.expect("it is taken");
    }
    assert_eq!((smtp.count(), smtp.lines()), (150, 2));
    smtp.fails(super::smtp::Moment::Sender, super::smtp::Fault::HangsUp);
    driver.send(sending(&post())).await.expect("a new line is made at once");
    assert_eq!((smtp.count(), smtp.lines()), (151, 3));
}

#[tokio::test]
async fn a_login_that_is_right_sends_and_one_that_is_wrong_pauses_the_destination() {
    let smtp = Smtp::start().await;
    smtp.wants("status", "right-password");
    let user = [("username", "status")];
    let destination = destination(smtp.address, Audience::Reporters, &user);
    driver(&destination, Some("right-password")).send(sending(&post())).await.expect("taken");
    for (login, words) in [
        (driver(&destination, Some("wrong-password")), "535 5.7.8 to the login"),
        (people(&smtp), "530 5.7.0 to the sender"),
    ] {
        let refused = login.send(sending(&post())).await;
        let Err(SendError::RetryAfter { after: Some(after), reason }) = refused else {
            panic!("{refused:?}");
        };
        assert!(after.as_secs() >= 300, "{after:?}");
        assert_eq!(reason, format!("the mail server answered {words}"));
    }
    assert_eq!(smtp.count(), 1);
}

#[tokio::test]
async fn a_login_is_checked_and_nothing_is_sent() {
    let smtp = Smtp::start().await;
    smtp.wants("status", "right-password");
    let user = [("username", "status")];
    let destination = destination(smtp.address, Audience::Reporters, &user);
    let right = driver(&destination, Some("right-password")).check().await.expect("it is right");
    assert_eq!(right.account.as_deref(), Some("status@example.net"));
    let wrong = driver(&destination, Some("wrong-password")).check().await.expect_err("wrong");
    assert_eq!(wrong.to_string(), "refused: the mail server answered 535 5.7.8 to the login");
    smtp.fails(super::smtp::Moment::Greeting, super::smtp::Fault::Says("421 too busy"));
    let busy = driver(&destination, Some("right-password")).check().await.expect_err("busy");
    assert!(busy.to_string().starts_with("no answer: "), "{busy}");
    assert_eq!(smtp.count(), 0);
}

#[tokio::test]
async fn options_that_cannot_be_are_refused() {
    let address = "127.0.0.1:25".parse().expect("an address");
    let refused = |audience, more: &[(&str, &str)]| {
        let destination = destination(address, audience, more);
        let built = broadcast::build(&destination, &Secrets::default(), &clock());
        built.err().expect("refused").to_string()
    };
    assert!(refused(Audience::Public, &[]).contains("to must be"));
    assert!(refused(Audience::Reporters, &[("host", "mail.example.net")]).contains("tls must be"));
    assert!(refused(Audience::Reporters, &[("username", "x")]).contains("password must be"));
    assert!(refused(Audience::Reporters, &[("from", "nobody")]).contains("from must be"));
}

#[tokio::test]
async fn who_has_no_address_is_not_written_to() {
    let smtp = Smtp::start().await;
    let post = post();
    for recipient in [None, Some("discord:42"), Some("email:"), Some("email:a b@c")] {
        let outcome = people(&smtp).send(Sending { recipient, ..sending(&post) }).await;
        assert!(matches!(outcome, Err(SendError::Bounced(_))), "{recipient:?}: {outcome:?}");
    }
}
