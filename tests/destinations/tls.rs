//! The webhook over TLS: to whom it speaks, and to whom it does not.

use std::{net::SocketAddr, sync::Arc};

use bellwether::{
    broadcast::{Driver, Webhook},
    domain::Destination,
    event::{Receipt, SendError},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::rows::{self, ROWS};

const TARGET: &str = "BELLWETHER_TEST_WEBHOOK_URL";

/// A receiver whose certificate for `localhost` is by the authority in the PEM text.
async fn receiver() -> (SocketAddr, String) {
    let authority = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&authority).expect("a root");
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
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut bytes = [0; 4096];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(b"HTTP/1.1 204 Taken\r\n\r\n").await;
        }
    });
    (address, root.pem())
}

async fn send_to(url: &str) -> Result<Receipt, SendError> {
    let row = ROWS.iter().find(|row| row.kind == "webhook").expect("it has a row");
    let nowhere = "127.0.0.1:9".parse().expect("an address");
    let destination =
        Destination { options: rows::option("url", url), ..rows::destination(row, nowhere) };
    let webhook = Webhook::new(&destination, &rows::secrets(row), &rows::clock());
    webhook.expect("the row is whole").send(rows::sending(&rows::post())).await
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_spoken_to() {
    let (address, _) = receiver().await;
    let outcome = send_to(&format!("https://localhost:{}/hook", address.port())).await;
    let reason = "certificate not trusted".to_owned();
    assert_eq!(outcome, Err(SendError::RetryAfter { after: None, reason }));
}

#[tokio::test]
async fn a_certificate_the_machine_trusts_is() {
    let (address, root) = receiver().await;
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("roots.pem");
    std::fs::write(&list, root).expect("a disk");
    let mut child = std::process::Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", "destinations::tls::sends_to_the_target", "--ignored"]);
    child.env(TARGET, format!("https://localhost:{}/hook", address.port()));
    child.env("SSL_CERT_FILE", &list);
    let output = tokio::task::spawn_blocking(move || child.output()).await.expect("it runs");
    let output = output.expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run in a process of its own by the test above"]
async fn sends_to_the_target() {
    let url = std::env::var(TARGET).expect("set by the test above");
    assert_eq!(send_to(&url).await, Ok(Receipt::default()));
}
