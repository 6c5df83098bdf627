//! Small servers that answer, or break, in one fixed way; and a door that keeps what it is given.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bellwether::{
    clock::Clock,
    domain::{Fleet, Probe, ProbeId, ProbeKind, Role, ServerId},
    event::Input,
    intake::{
        Answer, Door,
        probes::{Checker, Outcome, Trust},
    },
    journal::{Accepted, Offered, Refused},
};
use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Connections that came, and those that were open at once at most.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub connections: Arc<AtomicUsize>,
    pub open: Arc<AtomicUsize>,
    pub open_max: Arc<AtomicUsize>,
}

/// Serves each connection by `answer`.
pub async fn server<F, A>(answer: A) -> (SocketAddr, Seen)
where
    A: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let seen = Seen::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            kept.connections.fetch_add(1, Ordering::SeqCst);
            let open = kept.open.fetch_add(1, Ordering::SeqCst) + 1;
            kept.open_max.fetch_max(open, Ordering::SeqCst);
            let (served, count) = (answer(stream), Arc::clone(&kept.open));
            tokio::spawn(async move {
                served.await;
                count.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (address, seen)
}

/// Reads a request's head, then sends these bytes and closes.
pub async fn says(text: &'static str) -> (SocketAddr, Seen) {
    server(move |mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(text.as_bytes()).await;
    })
    .await
}

/// Accepts, reads, and never answers; lets go when the other side does.
pub async fn silent() -> (SocketAddr, Seen) {
    server(|mut stream| async move {
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    })
    .await
}

/// An address where nobody listens.
pub fn nobody() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    free.local_addr().expect("bound")
}

pub async fn read_head(stream: &mut TcpStream) {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read_buf(&mut bytes).await {
            Ok(count) if count > 0 => {}
            Ok(_) | Err(_) => return,
        }
    }
}

pub fn probe(id: &str, kind: ProbeKind) -> Probe {
    Probe {
        id: ProbeId::from(id),
        server: Some(ServerId::from("s1")),
        kind,
        every_ms: 1_000,
        timeout_ms: 5_000,
        facet: None,
        vantage: "home".to_owned(),
        baseline_loss: None,
    }
}

pub fn http(url: String) -> ProbeKind {
    ProbeKind::Http { url, expect_status: Vec::new(), expect_body: None }
}

pub fn get(address: SocketAddr) -> ProbeKind {
    http(format!("http://{address}/path?and=query"))
}

pub fn wanting(address: SocketAddr, statuses: &[u16], text: Option<&str>) -> ProbeKind {
    ProbeKind::Http {
        url: format!("http://{address}/"),
        expect_status: statuses.to_vec(),
        expect_body: text.map(str::to_owned),
    }
}

/// Checks once, with five seconds.
pub async fn check(kind: ProbeKind) -> Outcome {
    check_within(kind, 5_000, &Clock::system(), Trust::Platform).await
}

/// Checks once, with half a second.
pub async fn check_briefly(kind: ProbeKind) -> Outcome {
    check_within(kind, 500, &Clock::system(), Trust::Platform).await
}

pub async fn check_within(
    kind: ProbeKind,
    timeout_ms: u64,
    clock: &Clock,
    trust: Trust,
) -> Outcome {
    let probe = Probe { timeout_ms, ..probe("p", kind) };
    let found = Checker::new(clock.clone(), trust).check(&probe).await;
    found.expect("a target that can be read").expect("a check that was made")
}

/// Says why the check failed; panics if it did not.
pub fn why(outcome: &Outcome) -> &str {
    assert!(!outcome.ok, "{outcome:?}");
    outcome.error.as_deref().expect("a reason")
}

/// A door that keeps every result, or refuses every one.
#[derive(Clone, Default)]
pub struct Kept {
    pub results: Arc<Mutex<Vec<Offered>>>,
    pub refuses: bool,
}

impl Kept {
    pub fn of(&self, id: &str) -> Vec<bool> {
        let results = self.results.lock().expect("not poisoned");
        results
            .iter()
            .filter_map(|offered| {
                let Input::ProbeResult { probe, ok, .. } = &offered.input else { return None };
                (probe.as_str() == id).then_some(*ok)
            })
            .collect()
    }

    pub fn count(&self) -> usize {
        self.results.lock().expect("not poisoned").len()
    }
}

impl Door for Kept {
    fn submit(&self, offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        if self.refuses {
            return Box::pin(std::future::ready(Err(Refused::Overloaded)));
        }
        let mut results = self.results.lock().expect("not poisoned");
        results.push(offered);
        let seq = results.len() as u64;
        Box::pin(std::future::ready(Ok(Accepted { seq, report: None })))
    }

    fn command<'a>(
        &'a self,
        _by: &'a str,
        _role: Role,
        _text: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Refused>> {
        Box::pin(std::future::ready(Err(Refused::Stopping)))
    }

    fn knows_domain(&self, _domain: &str) -> bool {
        false
    }

    fn knows_probe(&self, _probe: &str) -> bool {
        true
    }
}

pub fn fleet(probes: Vec<Probe>) -> Fleet {
    Fleet { probes, ..Fleet::default() }
}

/// Waits until `holds`, or panics after ten seconds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not in ten seconds: {what}");
}
