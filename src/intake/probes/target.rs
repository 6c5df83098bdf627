//! A probe's target, read once: what to connect to and what to say there.

use std::net::{IpAddr, SocketAddr};

use http_body_util::Empty;
use hyper::{
    Request,
    body::Bytes,
    header::{HOST, HeaderValue},
};
use rustls::pki_types::ServerName;
use url::{Host, Url};

/// Where to connect to.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    /// An address.
    Address(SocketAddr),
    /// A host name, to be looked up anew for each check, and a port.
    Name(String, u16),
}

/// One HTTP GET.
#[derive(Clone, Debug)]
pub(super) struct Get {
    pub(super) peer: Peer,
    /// `None`: plain HTTP.
    pub(super) tls_name: Option<ServerName<'static>>,
    path: String,
    host: HeaderValue,
}

impl Peer {
    /// Reads `host:port`, an IPv6 address in brackets.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        Some(Self::new(Host::parse(host).ok()?, port.parse().ok()?))
    }

    fn new(host: Host, port: u16) -> Self {
        match host {
            Host::Domain(name) => Self::Name(name, port),
            Host::Ipv4(address) => Self::Address((IpAddr::V4(address), port).into()),
            Host::Ipv6(address) => Self::Address((IpAddr::V6(address), port).into()),
        }
    }
}

impl Get {
    /// Reads an `http://` or `https://` URL.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let host = url.host_str()?;
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls_name = match url.scheme() {
            "http" => None,
            "https" => Some(ServerName::try_from(name).ok()?),
            _ => return None,
        };
        let header = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(Self {
            peer: Peer::new(url.host()?.to_owned(), url.port_or_known_default()?),
            tls_name,
            path: format!("{}{query}", url.path()),
            host: HeaderValue::from_str(&header).ok()?,
        })
    }

    /// The request, in origin form.
    pub(super) fn request(&self) -> Result<Request<Empty<Bytes>>, hyper::http::Error> {
        Request::get(self.path.as_str())
            .header(HOST, &self.host)
            .header("user-agent", concat!("bellwether-probe/", env!("CARGO_PKG_VERSION")))
            .header("accept", "*/*")
            .header("connection", "close")
            .body(Empty::new())
    }
}
