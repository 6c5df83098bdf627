//! Every word of the dialogue at which a mail server can fail, and what it means for the letter.

use std::sync::Arc;

use bellwether::{
    domain::Audience,
    event::{Receipt, Resolution, SendError},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::{
    letters::{self, destination, driver, people, post, sending},
    smtp::{Fault, Moment, Smtp, Tls},
};

/// What an attempt comes to.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// Again, on our own schedule.
    Later,
    /// The whole destination waits.
    Paused,
    /// There is no such reader.
    Bounced,
    Refused,
    /// It may have arrived.
    InDoubt,
}

fn fate(outcome: &Result<Receipt, SendError>) -> Fate {
    match outcome {
        Err(SendError::RetryAfter { after: None, .. }) => Fate::Later,
        Err(SendError::RetryAfter { after: Some(_), .. }) => Fate::Paused,
        Err(SendError::Bounced(_)) => Fate::Bounced,
        Err(SendError::Rejected(_)) => Fate::Refused,
        Err(SendError::Unknown(_)) => Fate::InDoubt,
        Ok(_) => panic!("it was taken"),
    }
}

const TABLE: &[(Moment, Fault, Fate)] = &[
    (Moment::Greeting, Fault::Says("421 too busy"), Fate::Later),
    (Moment::Greeting, Fault::Says("554 not you"), Fate::Paused),
    (Moment::Greeting, Fault::HangsUp, Fate::Later),
    (Moment::Greeting, Fault::IsSilent, Fate::Later),
    (Moment::Greeting, Fault::Says("hello?"), Fate::Later),
    (Moment::Hello, Fault::Says("451 4.3.0 not now"), Fate::Later),
    (Moment::Hello, Fault::HangsUp, Fate::Later),
    (Moment::Sender, Fault::Says("451 4.3.0 not now"), Fate::Later),
    (Moment::Sender, Fault::Says("550 5.7.1 you may not"), Fate::Paused),
    (Moment::Sender, Fault::HangsUp, Fate::Later),
    (Moment::Reader, Fault::Says("450 4.2.0 greylisted"), Fate::Later),
    (Moment::Reader, Fault::Says("452 4.5.3 too many"), Fate::Later),
    (Moment::Reader, Fault::Says("421 4.7.0 slow down"), Fate::Later),
    (Moment::Reader, Fault::Says("550 5.1.1 <ann@example.org> is nobody"), Fate::Bounced),
    (Moment::Reader, Fault::Says("550 nobody"), Fate::Bounced),
    (Moment::Reader, Fault::Says("550 5.7.1 relaying denied"), Fate::Refused),
    (Moment::Reader, Fault::Says("552 5.2.2 mailbox full"), Fate::Refused),
    (Moment::Reader, Fault::HangsUp, Fate::Later),
    (Moment::Reader, Fault::IsSilent, Fate::Later),
    (Moment::Data, Fault::Says("451 4.3.0 not now"), Fate::Later),
    (Moment::Data, Fault::Says("554 5.5.0 no"), Fate::Refused),
    (Moment::Data, Fault::HangsUp, Fate::Later),
    (Moment::End, Fault::Says("451 4.3.0 not now"), Fate::Later),
    (Moment::End, Fault::Says("552 5.3.4 too large"), Fate::Refused),
    (Moment::End, Fault::Says("nonsense"), Fate::InDoubt),
    (Moment::End, Fault::HangsUp, Fate::InDoubt),
    (Moment::End, Fault::IsSilent, Fate::InDoubt),
    (Moment::End, Fault::KeepsAndHangsUp, Fate::InDoubt),
    (Moment::End, Fault::KeepsAndIsSilent, Fate::InDoubt),
];

#[tokio::test]
async fn at_every_word_a_failure_means_what_it_must_and_the_next_attempt_is_the_same_letter() {
    for (moment, fault, wanted) in TABLE {
        let smtp = Smtp::start().await;
        let driver = people(&smtp);
        let post = post();
        smtp.fails(*moment, *fault);
        let outcome = driver.send(sending(&post)).await;
        assert_eq!(fate(&outcome), *wanted, "{moment:?} {fault:?}: {outcome:?}");
        let words = format!("{outcome:?}");
        assert!(!words.contains("ann") && !words.contains(letters::TOKEN), "{words}");
        let kept = smtp.count();
        let is_kept = matches!(fault, Fault::KeepsAndHangsUp | Fault::KeepsAndIsSilent);
        assert_eq!(kept, usize::from(is_kept), "{moment:?} {fault:?}");
        assert_eq!(driver.resolve(sending(&post)).await, Resolution::SendAgain);
        driver.send(sending(&post)).await.expect("the server is well again");
        let taken = smtp.taken();
        assert!(taken.iter().all(|one| one == &taken[0]), "{moment:?} {fault:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let driver = driver(&destination(address, Audience::Reporters, &[]), None);
    let outcome = driver.send(sending(&post())).await;
    let reason = "connection refused".to_owned();
    assert_eq!(outcome, Err(SendError::RetryAfter { after: None, reason }));
}

/// A server for `localhost` by an authority that nobody knows.
fn acceptor() -> TlsAcceptor {
    let authority = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(params, authority);
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let own = params.signed_by(&key, &issuer).expect("a certificate").der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("a certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_server_nobody_vouches_for_is_told_nothing() {
    for (tls, word) in
        [(Tls::FromTheStart(acceptor()), "tls"), (Tls::WhenAsked(acceptor()), "starttls")]
    {
        let smtp = Smtp::with(tls).await;
        let options = [("host", "localhost"), ("tls", word)];
        let driver = driver(&destination(smtp.address, Audience::Reporters, &options), None);
        let outcome = driver.send(sending(&post())).await;
        let reason = "certificate not trusted".to_owned();
        assert_eq!(outcome, Err(SendError::RetryAfter { after: None, reason }), "{word}");
        assert_eq!(smtp.count(), 0);
    }
}

#[tokio::test]
async fn a_server_without_starttls_is_told_nothing() {
    let smtp = Smtp::start().await;
    let options = [("host", "localhost"), ("tls", "starttls")];
    let driver = driver(&destination(smtp.address, Audience::Reporters, &options), None);
    let outcome = driver.send(sending(&post())).await;
    assert_eq!(fate(&outcome), Fate::Paused, "{outcome:?}");
    assert_eq!(smtp.count(), 0);
}
