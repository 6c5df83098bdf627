//! One connection: let in or not, served, cut off when it stalls, and closed so that the other
//! side can read the last answer.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::poll_fn,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, response::Response};
use futures_util::future::BoxFuture;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    sync::watch,
};
use tower::ServiceExt;

use crate::clock::Clock;

use super::{HttpLimits, Peer, Peers, address_key};

/// More header lines than this are refused (431).
const HEADERS_MAX: usize = 64;
/// Bytes read at once, and the most that is held unread for one connection.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// What is read and thrown away after the last answer, so that closing does not destroy it on its
/// way.
const LINGER_BYTES_MAX: usize = 4 << 20;
const LINGER: Duration = Duration::from_secs(2);

/// What every connection shares.
pub(super) struct Gate {
    router: Router,
    limits: HttpLimits,
    peers: Peers,
    clock: Clock,
    stopping: watch::Receiver<bool>,
    open: Mutex<Open>,
}

/// Connections that are open now. Both counts are bounded by `connections_max`.
#[derive(Default)]
struct Open {
    total: usize,
    by_address: BTreeMap<IpAddr, usize>,
}

/// A place among the open connections, given back when dropped.
pub(super) struct Pass {
    gate: Arc<Gate>,
    address: IpAddr,
}

impl Gate {
    pub(super) fn new(
        router: Router,
        limits: HttpLimits,
        peers: Peers,
        clock: Clock,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self { router, limits, peers, clock, stopping, open: Mutex::default() }
    }

    /// A place for a connection from `address`; `None` when there is none left.
    pub(super) fn pass(self: &Arc<Self>, address: IpAddr) -> Option<Pass> {
        let key = address_key(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let from_here = open.by_address.get(&key).copied().unwrap_or(0);
        let crowded =
            from_here >= self.limits.connections_per_address_max && !self.peers.is_trusted(address);
        if open.total >= self.limits.connections_max || crowded {
            return None;
        }
        open.total += 1;
        open.by_address.insert(key, from_here + 1);
        Some(Pass { gate: self.clone(), address: key })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut open = self.gate.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total -= 1;
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// Serves one connection to its end.
pub(super) async fn run(gate: Arc<Gate>, _pass: Pass, stream: TcpStream, peer: SocketAddr) {
    // Without it a small answer waits for the other side's acknowledgement; with an error there
    // is nothing to be done but to be a little slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| Box::pin(answer(gate.router.clone(), peer, request)));
    let stalling = Stalling {
        stream,
        clock: gate.clock.clone(),
        limit: gate.limits.write_timeout,
        waiting: None,
        stalled: false,
    };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(gate.limits.head_timeout)
        .max_headers(HEADERS_MAX)
        .max_header_size(gate.limits.head_bytes_max)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(stalling), service);
    let mut stopping = gate.stopping.clone();
    let mut told = false;
    let result = loop {
        tokio::select! {
            result = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break result,
            _ = stopping.wait_for(|stop| *stop), if !told => {
                Pin::new(&mut connection).graceful_shutdown();
                told = true;
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
    linger(connection.into_parts().io.into_inner()).await;
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    router.oneshot(request).await
}

/// Ends our side, then reads on for a moment: closing with bytes unread would reset the
/// connection, and the other side might never see the answer.
async fn linger(mut io: Stalling) {
    if io.stalled || io.shutdown().await.is_err() {
        return;
    }
    let clock = io.clock.clone();
    let discard = async {
        let mut buffer = vec![0; 16 * 1024];
        let mut left = LINGER_BYTES_MAX;
        while left > 0 {
            match io.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(count) => left = left.saturating_sub(count),
            }
        }
    };
    // When time is up, enough was done for the other side.
    let _ = clock.timeout(super::real(&clock, LINGER), discard).await;
}

/// A stream that fails when what is written to it is not read for too long.
struct Stalling {
    stream: TcpStream,
    clock: Clock,
    limit: Duration,
    waiting: Option<BoxFuture<'static, ()>>,
    stalled: bool,
}

impl AsyncRead for Stalling {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stalling {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.or_stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.or_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Stalling {
    fn or_stalled(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let (clock, limit) = (&self.clock, self.limit);
        let wait = || {
            let clock = clock.clone();
            let wait: BoxFuture<'static, ()> =
                Box::pin(async move { clock.sleep(super::real(&clock, limit)).await });
            wait
        };
        let waiting = self.waiting.get_or_insert_with(wait);
        ready!(waiting.as_mut().poll(cx));
        self.stalled = true;
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}
