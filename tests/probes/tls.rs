//! TLS: whose certificate, for which name, for how long.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bellwether::{
    clock::Clock,
    domain::ProbeKind,
    intake::probes::{Outcome, Trust},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::servers::{check_within, http, says, server, why};

const DAY_S: i64 = 24 * 3600;

/// An authority of our own and a server with a certificate by it.
struct Site {
    address: SocketAddr,
    trust: Trust,
    root_pem: String,
}

/// A server for `name` whose certificate is valid from and until so many seconds from now.
async fn site(name: &str, from_s: i64, until_s: i64) -> Site {
    let authority = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&authority).expect("a root");
    let issuer = Issuer::new(params, authority);
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(1970, 1, 1) + since_1970(from_s);
    params.not_after = date_time_ymd(1970, 1, 1) + since_1970(until_s);
    let own = params.signed_by(&key, &issuer).expect("a certificate");
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).expect("a root");
    let address = serve(own.der().clone(), &key).await;
    Site { address, trust: Trust::Roots(roots), root_pem: root.pem() }
}

fn since_1970(from_now_s: i64) -> Duration {
    let now_s = Clock::system().now().timestamp();
    Duration::from_secs(u64::try_from(now_s + from_now_s).expect("after 1970"))
}

async fn serve(own: CertificateDer<'static>, key: &KeyPair) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("a certificate and its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (address, _) = server(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut bytes = [0; 2048];
            if stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await;
    address
}

async fn handshake(site: &Site, name: &str, days_left_min: u32) -> Outcome {
    let (address, server_name) = (site.address.to_string(), name.to_owned());
    let kind = ProbeKind::Tls { address, server_name, days_left_min };
    check_within(kind, 5_000, &Clock::system(), site.trust.clone()).await
}

async fn load(site: &Site, host: &str) -> Outcome {
    let kind = http(format!("https://{host}:{}/", site.address.port()));
    check_within(kind, 5_000, &Clock::system(), site.trust.clone()).await
}

#[tokio::test]
async fn a_page_over_tls_loads_by_name_and_by_address() {
    let by_name = site("localhost", -DAY_S, 90 * DAY_S).await;
    assert_eq!(load(&by_name, "localhost").await.error, None);
    let by_address = site("127.0.0.1", -DAY_S, 90 * DAY_S).await;
    assert_eq!(load(&by_address, "127.0.0.1").await.error, None);
}

#[tokio::test]
async fn a_certificate_is_counted_in_whole_days_left() {
    let soon = site("localhost", -DAY_S, 3 * DAY_S + DAY_S / 2).await;
    assert!(handshake(&soon, "localhost", 3).await.ok);
    let outcome = handshake(&soon, "localhost", 4).await;
    assert_eq!(why(&outcome), "certificate expires in 3 days");
    assert!(outcome.latency_ms.is_some());
    let tomorrow = site("localhost", -DAY_S, DAY_S + 600).await;
    assert_eq!(why(&handshake(&tomorrow, "localhost", 14).await), "certificate expires in 1 day");
    let today = site("localhost", -DAY_S, 600).await;
    assert_eq!(why(&handshake(&today, "localhost", 14).await), "certificate expires within a day");
    assert!(handshake(&today, "localhost", 0).await.ok);
}

#[tokio::test]
async fn a_bad_certificate_is_named_for_what_it_is() {
    let expired = site("localhost", -9 * DAY_S, -DAY_S).await;
    assert_eq!(why(&handshake(&expired, "localhost", 0).await), "certificate has expired");
    assert_eq!(why(&load(&expired, "localhost").await), "certificate has expired");
    let early = site("localhost", DAY_S, 9 * DAY_S).await;
    assert_eq!(why(&handshake(&early, "localhost", 0).await), "certificate is not valid yet");
    let other = site("other.example", -DAY_S, 9 * DAY_S).await;
    assert_eq!(why(&handshake(&other, "localhost", 0).await), "certificate is for another name");
    assert_eq!(why(&load(&other, "localhost").await), "certificate is for another name");
    let foreign = site("localhost", -DAY_S, 9 * DAY_S).await;
    let unknown = Site { address: foreign.address, ..other };
    assert_eq!(why(&handshake(&unknown, "localhost", 0).await), "certificate is not trusted");
    assert_eq!(why(&load(&unknown, "localhost").await), "certificate is not trusted");
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_fails_the_handshake() {
    let site = site("localhost", -DAY_S, DAY_S).await;
    let (plain, _) = says("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let trust = site.trust.clone();
    let (closing, _) = server(|stream| async move { drop(stream) }).await;
    let closing = Site { address: closing, ..site };
    // The plain server waits for the end of a request that never comes.
    let kind = ProbeKind::Tls {
        address: plain.to_string(),
        server_name: "localhost".to_owned(),
        days_left_min: 0,
    };
    let outcome = check_within(kind, 300, &Clock::system(), trust).await;
    assert_eq!(why(&outcome), "timeout");
    let (greeting, _) = server(|mut stream| async move {
        let _ = stream.write_all(b"220 mail.example.org ESMTP\r\n").await;
        let mut bytes = [0; 512];
        while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let greeting =
        Site { address: greeting, trust: closing.trust.clone(), root_pem: String::new() };
    assert_eq!(why(&handshake(&greeting, "localhost", 0).await), "TLS handshake failed");
    let outcome = handshake(&closing, "localhost", 0).await;
    let words = ["connection closed early", "connection reset"];
    assert!(words.contains(&why(&outcome)), "{outcome:?}");
}

const PLATFORM_TARGET: &str = "BELLWETHER_TEST_TLS_TARGET";

#[tokio::test]
async fn the_machines_own_list_is_trusted_and_may_be_named_by_the_environment() {
    let site = site("localhost", -DAY_S, 9 * DAY_S).await;
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("roots.pem");
    std::fs::write(&list, &site.root_pem).expect("a disk");
    let test = "probes::tls::trusts_what_the_environment_names";
    let own = std::env::current_exe().expect("this program");
    let mut child = std::process::Command::new(own);
    child.args(["--exact", test, "--ignored", "--nocapture"]);
    child.env(PLATFORM_TARGET, site.address.to_string()).env("SSL_CERT_FILE", &list);
    let output = tokio::task::spawn_blocking(move || child.output()).await.expect("it runs");
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run in a process of its own by the test above"]
async fn trusts_what_the_environment_names() {
    let address = std::env::var(PLATFORM_TARGET).expect("set by the test above");
    let server_name = "localhost".to_owned();
    let kind = ProbeKind::Tls { address, server_name, days_left_min: 1 };
    let outcome = check_within(kind, 5_000, &Clock::system(), Trust::Platform).await;
    assert_eq!(outcome.error, None);
}
