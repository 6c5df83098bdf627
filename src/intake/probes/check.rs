//! One check of one target: what was found, in how long.

use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use chrono::TimeDelta;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_rustls::TlsConnector;

use rustls::pki_types::ServerName;

use crate::{
    clock::{Clock, Stopwatch},
    domain::{Probe, ProbeKind},
};

use super::{
    ProbesError, Trust, http,
    target::{Get, Peer},
    tls, words,
};

/// Names looked up at once. A lookup holds a thread of the runtime until the system's resolver
/// gives up on it, long after the check did; the rest of the program needs threads too.
const LOOKUPS_MAX: usize = 64;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the target did what was expected.
    pub ok: bool,
    /// From the first step of the connection to the answer, in milliseconds of the clock; `None`
    /// when there was no answer.
    pub latency_ms: Option<u32>,
    /// Why it is not ok, in few words.
    pub error: Option<String>,
}

/// Makes checks; keeps what they share.
pub struct Checker {
    clock: Clock,
    trust: Trust,
    connectors: OnceLock<tls::Connectors>,
    lookups: Arc<Semaphore>,
}

/// What one probe looks at, read and ready.
#[derive(Clone)]
pub(super) enum Target {
    Http { get: Get, connector: Option<(TlsConnector, ServerName<'static>)>, wanted: http::Wanted },
    Tcp { peer: Peer },
    Tls { peer: Peer, name: ServerName<'static>, connector: TlsConnector, days_left_min: u32 },
}

/// A check our own machine could not make: no evidence about anybody.
#[derive(Debug)]
pub struct NotMade(io::Error);

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a target is not as it should be.
pub(super) enum Fault {
    /// There was no answer.
    NoAnswer(String),
    /// It answered, and not as expected.
    WrongAnswer(String),
    /// The check was not made.
    NotMade(io::Error),
}

impl Checker {
    /// Makes checks at this clock's pace. TLS is set up when the first target needs it.
    pub fn new(clock: Clock, trust: Trust) -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS_MAX));
        Self { clock, trust, connectors: OnceLock::new(), lookups }
    }

    /// Checks a probe's target once; `None` for a probe that somebody else measures, or when our
    /// own machine could not make the check.
    ///
    /// # Errors
    ///
    /// The target cannot be read, or TLS cannot be set up.
    pub async fn check(&self, probe: &Probe) -> Result<Option<Outcome>, ProbesError> {
        let Some(target) = self.target(probe)? else { return Ok(None) };
        Ok(self.look_at(&target, probe.timeout_ms).await.ok())
    }

    /// Checks a target once, within `timeout_ms` of the clock. Waiting for a turn to look its name
    /// up is our own affair and not counted.
    pub(super) async fn look_at(
        &self,
        target: &Target,
        timeout_ms: u64,
    ) -> Result<Outcome, NotMade> {
        let turn = match target.peer() {
            Peer::Address(_) => None,
            Peer::Name(..) => Arc::clone(&self.lookups).acquire_owned().await.ok(),
        };
        let span = TimeDelta::milliseconds(i64::try_from(timeout_ms).unwrap_or(i64::MAX / 1000));
        check(target, turn, span, &self.clock).await
    }

    /// Reads a probe's target; `None` for one that somebody else measures.
    pub(super) fn target(&self, probe: &Probe) -> Result<Option<Target>, ProbesError> {
        let unreadable = |target: &str, expected| ProbesError::Target {
            probe: probe.id.clone(),
            target: target.to_owned(),
            expected,
        };
        let peer =
            |address: &str| Peer::parse(address).ok_or_else(|| unreadable(address, "host:port"));
        Ok(Some(match &probe.kind {
            ProbeKind::External => return Ok(None),
            ProbeKind::Http { url, expect_status, expect_body } => {
                let get = Get::parse(url);
                let get = get.ok_or_else(|| unreadable(url, "an http:// or https:// URL"))?;
                let connector = match &get.tls_name {
                    Some(name) => Some((self.connectors()?.http.clone(), name.clone())),
                    None => None,
                };
                let (statuses, text) = (expect_status.clone(), expect_body.clone());
                Target::Http { get, connector, wanted: http::Wanted { statuses, text } }
            }
            ProbeKind::Tcp { address } => Target::Tcp { peer: peer(address)? },
            ProbeKind::Tls { address, server_name, days_left_min } => {
                let name = ServerName::try_from(server_name.clone());
                Target::Tls {
                    peer: peer(address)?,
                    name: name.map_err(|_| unreadable(server_name, "a host name"))?,
                    connector: self.connectors()?.bare.clone(),
                    days_left_min: *days_left_min,
                }
            }
        }))
    }

    fn connectors(&self) -> Result<&tls::Connectors, ProbesError> {
        if let Some(connectors) = self.connectors.get() {
            return Ok(connectors);
        }
        let connectors = tls::Connectors::new(&self.trust).map_err(ProbesError::Tls)?;
        Ok(self.connectors.get_or_init(|| connectors))
    }
}

impl Target {
    fn peer(&self) -> &Peer {
        match self {
            Self::Http { get, .. } => &get.peer,
            Self::Tcp { peer } | Self::Tls { peer, .. } => peer,
        }
    }
}

async fn check(
    target: &Target,
    turn: Option<OwnedSemaphorePermit>,
    span: TimeDelta,
    clock: &Clock,
) -> Result<Outcome, NotMade> {
    let watch = Stopwatch::start();
    let found = clock.timeout(span, look(target, turn, clock)).await;
    let latency_ms = u32::try_from(clock.scaled(watch.elapsed()).as_millis()).unwrap_or(u32::MAX);
    let bad = |latency_ms, error| Ok(Outcome { ok: false, latency_ms, error: Some(error) });
    match found {
        Ok(Ok(())) => Ok(Outcome { ok: true, latency_ms: Some(latency_ms), error: None }),
        Ok(Err(Fault::WrongAnswer(error))) => bad(Some(latency_ms), error),
        Ok(Err(Fault::NoAnswer(error))) => bad(None, error),
        Ok(Err(Fault::NotMade(error))) => Err(NotMade(error)),
        Err(_) => bad(None, words::TIMEOUT.to_owned()),
    }
}

async fn look(
    target: &Target,
    turn: Option<OwnedSemaphorePermit>,
    clock: &Clock,
) -> Result<(), Fault> {
    let stream = connect(target.peer(), turn).await?;
    // What TLS needs is boxed: it is large, and most checks of a plain target go without.
    match target {
        Target::Http { get, connector: Some(connector), wanted } => {
            Box::pin(look_over_tls(stream, get, connector, wanted)).await
        }
        Target::Http { get, connector: None, wanted } => http::exchange(stream, get, wanted).await,
        Target::Tcp { .. } => Ok(()),
        Target::Tls { name, connector, days_left_min, .. } => {
            let stream = Box::pin(tls::handshake(connector, name, stream)).await?;
            tls::enough_days_left(&stream, *days_left_min, clock.wall())
        }
    }
}

async fn look_over_tls(
    stream: TcpStream,
    get: &Get,
    connector: &(TlsConnector, ServerName<'static>),
    wanted: &http::Wanted,
) -> Result<(), Fault> {
    let (connector, name) = connector;
    http::exchange(tls::handshake(connector, name, stream).await?, get, wanted).await
}

/// A fresh connection; a name's addresses are tried in turn.
async fn connect(peer: &Peer, turn: Option<OwnedSemaphorePermit>) -> Result<TcpStream, Fault> {
    let stream = match peer {
        Peer::Address(address) => TcpStream::connect(address).await,
        Peer::Name(name, port) => {
            TcpStream::connect(&look_up(name.clone(), *port, turn).await?[..]).await
        }
    };
    let stream = stream.map_err(words::io_fault)?;
    // Without it a small request may wait for an acknowledgement; a connection that is gone
    // already shows at the next step.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Looks a name up. The turn is given back when the resolver is done, not when the check is.
async fn look_up(
    name: String,
    port: u16,
    turn: Option<OwnedSemaphorePermit>,
) -> Result<Vec<SocketAddr>, Fault> {
    let lookup = tokio::spawn(async move {
        let found = tokio::net::lookup_host((name.as_str(), port)).await;
        drop(turn);
        found.map(Iterator::collect)
    });
    match lookup.await {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) if words::is_our_own(&error) => Err(Fault::NotMade(error)),
        Ok(Err(_)) => Err(Fault::NoAnswer("name lookup failed".to_owned())),
        Err(broken) => Err(Fault::NotMade(io::Error::other(broken))),
    }
}
