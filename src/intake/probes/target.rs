//! A probe's target, read once: what to connect to and what to say there.

use http_body_util::Empty;
use hyper::{
    Request,
    body::Bytes,
    header::{HOST, HeaderValue},
};
use rustls::pki_types::ServerName;
use url::{Host, Url};

/// A host and a port.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// A name or an address, the latter without brackets.
    pub(super) host: String,
    pub(super) port: u16,
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
        let host = match Host::parse(host).ok()? {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Some(Self { host, port: port.parse().ok()? })
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
            "https" => Some(ServerName::try_from(name.clone()).ok()?),
            _ => return None,
        };
        let header = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Some(Self {
            peer: Peer { host: name, port: url.port_or_known_default()? },
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
