//! The web server: one listener, HTTP/1.1, and a bound on everything a stranger can hold.
//!
//! Slow heads, slow bodies and slow readers are cut off; connections are bounded in total and per
//! address; a stop lets what is in flight finish. Must not: know what the routes do. Start at
//! [`serve`]; handlers that read a body use [`read_body`], and [`Peers`] tells who asks when a
//! proxy stands in front.

mod body;
mod connection;
mod peers;

pub use body::{BodyError, BodyLimits, read_body};
pub use peers::{Peer, Peers, address_key};

use std::{future::Future, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use chrono::TimeDelta;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::clock::Clock;
use connection::Gate;

/// What the server grants. Times are the machine's, not the clock's: networks keep no pace.
#[derive(Clone, Debug)]
pub struct HttpLimits {
    /// Connections at once; one more is closed at once.
    pub connections_max: usize,
    /// Connections at once from one address (an IPv6 /64 is one); trusted proxies are exempt.
    pub connections_per_address_max: usize,
    /// How long a request's head may take to arrive, and how long a connection may idle.
    pub head_timeout: Duration,
    /// How long the other side may leave an answer unread.
    pub write_timeout: Duration,
    /// How long a stop waits for what is in flight.
    pub drain_timeout: Duration,
    /// The longest head of a request, in bytes.
    pub head_bytes_max: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections_max: 512,
            connections_per_address_max: 64,
            head_timeout: Duration::from_secs(15),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
            head_bytes_max: 16 * 1024,
        }
    }
}

/// Serves `router` until `shutdown` is done, then lets what is in flight finish.
///
/// Each request carries its [`Peer`] as an extension.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    peers: Peers,
    clock: Clock,
    shutdown: impl Future<Output = ()>,
) {
    let drain_timeout = limits.drain_timeout;
    let (stop, stopping) = watch::channel(false);
    let gate = Arc::new(Gate::new(router, limits, peers, clock.clone(), stopping));
    let mut running = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = running.join_next() => log_panic(ended),
            accepted = listener.accept() => admit(&gate, &mut running, accepted, &clock).await,
        }
    }
    drop(listener);
    // Nobody listening any more is as good as everybody told.
    let _ = stop.send(true);
    let all_ended = async {
        while let Some(ended) = running.join_next().await {
            log_panic(ended);
        }
    };
    if clock.timeout(real(&clock, drain_timeout), all_ended).await.is_err() {
        tracing::warn!(left = running.len(), "connections cut off by the stop");
    }
}

async fn admit(
    gate: &Arc<Gate>,
    running: &mut JoinSet<()>,
    accepted: std::io::Result<(TcpStream, SocketAddr)>,
    clock: &Clock,
) {
    match accepted {
        Ok((stream, peer)) => {
            if let Some(pass) = gate.pass(peer.ip()) {
                running.spawn(connection::run(gate.clone(), pass, stream, peer));
            }
        }
        Err(error) => {
            // Out of file descriptors, most likely: connections that end give some back.
            tracing::warn!(%error, "cannot accept a connection");
            clock.sleep(real(clock, Duration::from_millis(50))).await;
        }
    }
}

/// `span` of the machine's time as the clock counts it.
fn real(clock: &Clock, span: Duration) -> TimeDelta {
    TimeDelta::from_std(clock.scaled(span)).unwrap_or(TimeDelta::MAX)
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task failed");
    }
}
