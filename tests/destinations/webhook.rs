//! The webhook's promises: the body's bytes, the headers, who is not spoken to.

use bellwether::{
    broadcast::{BuildError, Driver, Sending, Webhook},
    config::Secrets,
    domain::{DestinationId, PostId},
};
use secrecy::SecretString;

use super::{
    fake::{self, Fake, Fault, Moment},
    rows::{self, ROWS, Row},
};

fn row() -> &'static Row {
    ROWS.iter().find(|row| row.kind == "webhook").expect("it has a row")
}

fn webhook(fake: &Fake) -> Webhook {
    let destination = rows::destination(row(), fake.address);
    Webhook::new(&destination, &rows::secrets(row()), &rows::clock()).expect("the row is whole")
}

#[tokio::test]
async fn the_body_is_these_bytes_in_every_version() {
    let fake = Fake::start().await;
    let mut post = rows::post();
    post.thread = Some(PostId::from("ffeeddccbbaa99887766554433221100"));
    webhook(&fake).send(rows::sending(&post)).await.expect("it works");
    let body = String::from_utf8(fake.requests()[0].body.clone()).expect("UTF-8");
    assert_eq!(
        body,
        r#"{"type":"incident.investigating","timestamp":"2014-04-24T02:40:00Z","data":{"#
            .to_owned()
            + r#""id":"00112233445566778899aabbccddeeff","destination":"d","audience":"public","#
            + r#""action":"post","incident":7,"thread":"ffeeddccbbaa99887766554433221100","#
            + r#""body":"Some sites are slow.\nNext update by 22:00."}}"#
    );
}

#[tokio::test]
async fn a_recipient_goes_into_a_header_and_never_into_the_body() {
    let fake = Fake::start().await;
    let post = rows::post();
    let account = "web:ann ö\r\nx-evil: 1@example.org";
    let sending = Sending { recipient: Some(account), ..rows::sending(&post) };
    webhook(&fake).send(sending).await.expect("it works");
    let request = &fake.requests()[0];
    let wanted = "web%3Aann%20%C3%B6%0D%0Ax-evil%3A%201%40example.org";
    assert_eq!(request.headers.get("bellwether-recipient").map(String::as_str), Some(wanted));
    assert!(!request.headers.contains_key("x-evil"));
    assert!(!String::from_utf8_lossy(&request.body).contains("ann"));
}

#[tokio::test]
async fn no_redirect_is_followed_anywhere() {
    let (fake, other) = (Fake::start().await, Fake::start().await);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("http://{}/", other.address);
        fake.will(Fault {
            headers: vec![("location", location)],
            ..Fault::new(Moment::Answer, status)
        });
        let outcome = webhook(&fake).send(rows::sending(&rows::post())).await;
        assert!(outcome.is_err(), "{status}: {outcome:?}");
    }
    assert_eq!(other.connections(), 0);
    assert_eq!(fake.connections(), 5);
}

#[tokio::test]
async fn a_plain_secret_signs_by_its_bytes_and_a_long_key_is_hashed_first() {
    for secret in ["a plain secret of words", &"long ".repeat(40)] {
        let fake = Fake::start().await;
        let mut secrets = Secrets::default();
        let id = DestinationId::from("d");
        secrets.insert(id, "secret", SecretString::from(secret.to_owned()));
        let destination = rows::destination(row(), fake.address);
        let webhook = Webhook::new(&destination, &secrets, &rows::clock()).expect("it is whole");
        webhook.send(rows::sending(&rows::post())).await.expect("it works");
        let request = &fake.requests()[0];
        let header = |name: &str| request.headers.get(name).cloned().unwrap_or_default();
        assert!(fake::is_signed(
            secret.trim().as_bytes(),
            &header("webhook-id"),
            &header("webhook-timestamp"),
            &request.body,
            &header("webhook-signature"),
        ));
    }
}

#[test]
fn options_that_cannot_work_are_refused_without_repeating_them() {
    let address = "127.0.0.1:9".parse().expect("an address");
    let whole = rows::destination(row(), address);
    for url in ["", "hook", "ftp://h0st/", "http://user:t0ken@h0st/", "file:///t0ken", "http://"] {
        let mut destination = whole.clone();
        destination.options = rows::option("url", url);
        let error = Webhook::new(&destination, &rows::secrets(row()), &rows::clock());
        let error = error.expect_err(url);
        assert!(matches!(error, BuildError::Option { option: "url", .. }), "{url}: {error}");
        assert!(!error.to_string().contains("t0ken"), "{error}");
    }
    for secret in ["", "short", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="] {
        let mut secrets = Secrets::default();
        let id = DestinationId::from("d");
        secrets.insert(id, "secret", SecretString::from(secret.to_owned()));
        let error = Webhook::new(&whole, &secrets, &rows::clock()).expect_err(secret);
        assert!(matches!(error, BuildError::Option { option: "secret", .. }), "{error}");
    }
}

#[tokio::test]
async fn its_debug_text_says_scheme_and_host_alone() {
    let fake = Fake::start().await;
    let text = format!("{:?}", webhook(&fake));
    assert_eq!(text, "Webhook(http://127.0.0.1, rest not shown)");
}
