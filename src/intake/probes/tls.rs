//! Handshakes that trust what the machine trusts, and the days a certificate has left.

use std::sync::Arc;

use rustls::{
    ClientConfig, ConfigBuilder, WantsVerifier, client::Resumption, client::WantsClientCert,
    crypto::ring, pki_types::ServerName,
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use crate::domain::Timestamp;

use super::{Trust, check::Fault, words};

/// What every TLS check shares. No sessions are resumed: each handshake is whole.
pub(super) struct Connectors {
    /// Says that it will speak HTTP/1.1.
    pub(super) http: TlsConnector,
    /// Says nothing of what follows.
    pub(super) bare: TlsConnector,
}

impl Connectors {
    pub(super) fn new(trust: &Trust) -> Result<Self, rustls::Error> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
        let mut bare = trusting(builder, trust)?.with_no_client_auth();
        bare.resumption = Resumption::disabled();
        let mut http = bare.clone();
        http.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            http: TlsConnector::from(Arc::new(http)),
            bare: TlsConnector::from(Arc::new(bare)),
        })
    }
}

fn trusting(
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    trust: &Trust,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
    match trust {
        Trust::Platform => builder.with_platform_verifier(),
        Trust::Roots(roots) => Ok(builder.with_root_certificates(roots.clone())),
    }
}

/// A whole handshake: the certificate is trusted, in its time, and for this name.
pub(super) async fn handshake(
    connector: &TlsConnector,
    name: &ServerName<'static>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Fault> {
    connector.connect(name.clone(), stream).await.map_err(words::io_fault)
}

/// Fails when the server's certificate has fewer than `days_left_min` whole days left.
pub(super) fn enough_days_left(
    stream: &TlsStream<TcpStream>,
    days_left_min: u32,
    now: Timestamp,
) -> Result<(), Fault> {
    let unreadable = || Fault::WrongAnswer("certificate cannot be read".to_owned());
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let own = chain.first().ok_or_else(unreadable)?;
    let (_, certificate) = X509Certificate::from_der(own).map_err(|_| unreadable())?;
    let ends = certificate.validity().not_after.timestamp();
    let days_left = (ends - now.timestamp()).div_euclid(24 * 3600);
    if days_left >= i64::from(days_left_min) {
        return Ok(());
    }
    Err(Fault::WrongAnswer(match days_left {
        ..0 => "certificate has expired".to_owned(),
        0 => "certificate expires within a day".to_owned(),
        1 => "certificate expires in 1 day".to_owned(),
        2.. => format!("certificate expires in {days_left} days"),
    }))
}
