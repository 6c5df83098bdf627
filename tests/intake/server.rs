//! A server over a recording door, on a port of its own, and the bounds it keeps.

use std::{
    io::Read,
    net::{IpAddr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use axum::{Router, routing::get};
use bellwether::{
    clock::Clock,
    config::Token,
    domain::{Role, Scope},
    intake::{
        api,
        form::{self, FormLimits, FormMemory, FormOptions},
        http::{self, BodyLimits, HttpLimits, Peer, Peers},
    },
    render::Words,
};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot, task::JoinHandle};

use crate::{
    hostile::{Send, TOKENS, exchange, request},
    recorder::Recorder,
};

/// A running server; it stops when dropped.
pub struct Server {
    pub address: SocketAddr,
    pub door: Arc<Recorder>,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<JoinHandle<()>>,
    runtime: Runtime,
}

pub fn limits() -> HttpLimits {
    HttpLimits {
        head_timeout: Duration::from_millis(400),
        write_timeout: Duration::from_millis(400),
        drain_timeout: Duration::from_secs(2),
        ..HttpLimits::default()
    }
}

pub fn tokens() -> Vec<Token> {
    let token = |(name, secret, scope): (&str, &str, &str)| Token {
        name: name.to_owned(),
        role: Role::Staff,
        scopes: [match scope {
            "probes" => Scope::Probes,
            "reports" => Scope::Reports,
            "notices" => Scope::Notices,
            _ => Scope::Commands,
        }]
        .into(),
        secret: secret.to_owned().into(),
    };
    TOKENS.map(token).into()
}

pub fn router(door: &Arc<Recorder>) -> Router {
    let body = BodyLimits { timeout: Duration::from_millis(400), ..BodyLimits::default() };
    let clock = Clock::system();
    let options = FormOptions {
        host: "Example Host".to_owned(),
        language: "en".to_owned(),
        words: Arc::new(Words::built_in()),
        limits: FormLimits { per_address_max: 3, total_max: 5 },
        peers: Peers::trusting([IpAddr::from([127, 0, 0, 1])]),
        secure: false,
        memory: FormMemory::new(),
    };
    let notices = api::notices_router(door.clone(), clock.clone(), &tokens(), body, Vec::new());
    api::router(door.clone(), clock.clone(), &tokens(), body).merge(notices).merge(form::router(
        door.clone(),
        clock,
        options,
    ))
}

impl Server {
    pub fn start() -> Self {
        Self::with(limits(), Router::new())
    }

    pub fn with(limits: HttpLimits, more: Router) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let door = Arc::new(Recorder::default());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let peers = Peers::default();
        let router = router(&door).merge(more);
        let served = http::serve(listener, router, limits, peers, Clock::system(), shutdown);
        let ended = Some(runtime.spawn(served));
        Self { address, door, stop: Some(stop), ended, runtime }
    }

    /// What comes back for these bytes.
    pub fn ask(&self, bytes: Vec<u8>) -> crate::hostile::Reply {
        exchange(self.address, &Send::Whole(bytes), Duration::from_secs(5))
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if let Some(ended) = self.ended.take() {
            let _ = self.runtime.block_on(ended);
        }
    }
}

fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(150))).expect("a time-out can be set");
    match stream.read(&mut [0; 16]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn one_connection_more_than_allowed_is_closed_at_once() {
    let limits =
        HttpLimits { connections_max: 3, head_timeout: Duration::from_secs(30), ..limits() };
    let server = Server::with(limits, Router::new());
    let connect = || TcpStream::connect(server.address).expect("the server listens");
    let mut held: Vec<TcpStream> = (0..3).map(|_| connect()).collect();
    assert!(held.iter_mut().all(|stream| !is_closed(stream)));
    assert!(is_closed(&mut connect()), "the fourth is closed");
    held.clear();
    std::thread::sleep(Duration::from_millis(100));
    assert!(!is_closed(&mut connect()), "places are given back");
}

#[test]
fn one_address_cannot_take_every_connection() {
    let limits = HttpLimits {
        connections_per_address_max: 2,
        head_timeout: Duration::from_secs(30),
        ..limits()
    };
    let server = Server::with(limits, Router::new());
    let connect = || TcpStream::connect(server.address).expect("the server listens");
    let _held = [connect(), connect()];
    assert!(is_closed(&mut connect()), "the third from here is closed");
}

#[test]
fn a_stop_lets_the_answer_on_its_way_arrive_and_takes_no_more() {
    let slow = get(|| async {
        Clock::system().sleep(chrono::TimeDelta::milliseconds(400)).await;
        "done"
    });
    let mut server = Server::with(limits(), Router::new().route("/slow", slow));
    let address = server.address;
    let asked = std::thread::spawn(move || {
        let bytes = request("GET", "/slow", "", b"");
        exchange(address, &Send::Whole(bytes), Duration::from_secs(5))
    });
    std::thread::sleep(Duration::from_millis(150));
    server.stop();
    std::thread::sleep(Duration::from_millis(100));
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    let reply = asked.join().expect("the asker ends");
    assert!(reply.text.ends_with("done"), "{}", reply.text);
}

#[test]
fn a_reader_who_never_reads_is_cut_off() {
    let big = get(|| async { vec![b'x'; 64 << 20] });
    let mut server = Server::with(limits(), Router::new().route("/big", big));
    let mut stream = TcpStream::connect(server.address).expect("the server listens");
    let ask = request("GET", "/big", "", b"");
    std::io::Write::write_all(&mut stream, &ask).expect("the question is sent");
    std::thread::sleep(Duration::from_millis(1500));
    server.stop();
    let ended = server.ended.take().expect("it runs");
    let ended = server
        .runtime
        .block_on(async { tokio::time::timeout(Duration::from_millis(500), ended).await });
    assert!(ended.is_ok(), "no connection is left to wait for");
    drop(stream);
}

#[test]
fn only_a_trusted_proxy_is_believed_about_who_asks() {
    let client = |peers: &Peers, peer: &str, chain: &'static str| {
        let mut extensions = axum::http::Extensions::new();
        extensions.insert(Peer(peer.parse().expect("an address and a port")));
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("x-forwarded-for", chain.parse().expect("a header"));
        peers.client(&headers, &extensions).map(|address| address.to_string())
    };
    let local = Peers::in_front_of("127.0.0.1:8080".parse().expect("an address"), []);
    let open = Peers::in_front_of("0.0.0.0:8080".parse().expect("an address"), []);
    let proxy = "127.0.0.1:5000";
    assert_eq!(client(&local, proxy, "10.0.0.1, 192.0.2.1").as_deref(), Some("192.0.2.1"));
    assert_eq!(client(&local, proxy, "192.0.2.1, garbage").as_deref(), Some("127.0.0.1"));
    assert_eq!(client(&local, "192.0.2.9:5000", "192.0.2.1").as_deref(), Some("192.0.2.9"));
    assert_eq!(client(&open, proxy, "192.0.2.1").as_deref(), Some("127.0.0.1"));
    let mapped = client(&local, "[::ffff:127.0.0.1]:5000", "2001:db8::1");
    assert_eq!(mapped.as_deref(), Some("2001:db8::1"));
}
