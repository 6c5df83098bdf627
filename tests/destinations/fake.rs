//! A stateful receiver on loopback: reads HTTP by hand, keeps what it accepted, and breaks as told.
//!
//! What it is behind the HTTP is a [`World`].
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// When a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Closed at once, without reading.
    Accept,
    /// Closed after the request's head.
    Head,
    /// Kept the post, then closed without an answer.
    Kept,
    /// Kept the post and never answers.
    Silence,
    /// Kept the post, closed in the middle of the status line.
    HalfAnswer,
    /// Answers whole; keeps the post if the status is 2xx or 5xx.
    Answer,
    /// Answers with a head that promises a body which never comes.
    NoBody,
}

/// What one connection meets.
#[derive(Clone, Debug)]
pub struct Fault {
    pub moment: Moment,
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Fault {
    pub fn new(moment: Moment, status: u16) -> Self {
        Self { moment, status, headers: Vec::new(), body: String::new() }
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    pub kept: bool,
}

impl Request {
    /// The JSON that came.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What stands between the method and the version.
    pub fn target(&self) -> &str {
        self.line.split(' ').nth(1).unwrap_or_default()
    }
}

/// What a receiver answers.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string() }
    }
}

/// What a receiver keeps, and what it answers by it.
pub trait World: Send {
    /// Carries a request out.
    fn take(&mut self, request: &Request) -> Reply;

    /// Whether a request is to make a post.
    fn makes_a_post(&self, request: &Request) -> bool;
}

/// Takes everything for a post that is not only asked for, and answers nothing.
pub struct Plain;

impl World for Plain {
    fn take(&mut self, _request: &Request) -> Reply {
        Reply { status: 204, ..Reply::default() }
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        !request.line.starts_with("GET ")
    }
}

/// A world that a test looks into.
impl<W: World> World for Arc<Mutex<W>> {
    fn take(&mut self, request: &Request) -> Reply {
        self.lock().expect("not poisoned").take(request)
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        self.lock().expect("not poisoned").makes_a_post(request)
    }
}

/// What a request meets, where no fault waits in line.
type Mood = Box<dyn FnMut(&Request) -> Option<Fault> + Send>;

struct State {
    faults: VecDeque<Fault>,
    mood: Mood,
    requests: Vec<Request>,
    connections: usize,
    world: Box<dyn World>,
}

/// The receiver. Works when no fault is left.
#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub async fn start() -> Self {
        Self::of(Box::new(Plain)).await
    }

    pub async fn of(world: Box<dyn World>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let state = State {
            faults: VecDeque::new(),
            mood: Box::new(|_| None),
            requests: Vec::new(),
            connections: 0,
            world,
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().expect("not poisoned").connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state }
    }

    pub fn will(&self, fault: Fault) {
        self.state.lock().expect("not poisoned").faults.push_back(fault);
    }

    /// Breaks by chance from now on.
    pub fn turn(&self, mood: impl FnMut(&Request) -> Option<Fault> + Send + 'static) {
        self.state.lock().expect("not poisoned").mood = Box::new(mood);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().expect("not poisoned").requests.clone()
    }

    /// The posts that it kept, in order.
    pub fn kept(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.kept).collect()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().expect("not poisoned").connections
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let fault = state.lock().expect("not poisoned").faults.pop_front();
    let met = |moment| fault.as_ref().is_some_and(|fault| fault.moment == moment);
    if met(Moment::Accept) {
        return;
    }
    let Some(request) = read_request(&mut stream, met(Moment::Head)).await else {
        return;
    };
    let (fault, reply) = state.lock().expect("not poisoned").take(fault, request);
    match fault.moment {
        Moment::Accept | Moment::Head | Moment::Kept => {}
        Moment::Silence => tokio::time::sleep(Duration::from_secs(60)).await,
        Moment::HalfAnswer => drop(stream.write_all(b"HTTP/1.1 20").await),
        Moment::Answer | Moment::NoBody => {
            let body = if fault.body.is_empty() && matches!(fault.status, 200..=299) {
                reply.body
            } else {
                fault.body.clone()
            };
            answer(&mut stream, &Fault { body, ..fault }).await;
        }
    }
}

impl State {
    /// Carries a request out, as far as the fault lets it; the fault that it meets, and what would
    /// be answered without one.
    fn take(&mut self, fault: Option<Fault>, mut request: Request) -> (Fault, Reply) {
        let fault = fault.or_else(|| (self.mood)(&request));
        let is_heard = match fault.as_ref().map(|fault| (fault.moment, fault.status)) {
            None | Some((Moment::Kept | Moment::Silence | Moment::HalfAnswer, _)) => true,
            Some((Moment::Answer | Moment::NoBody, status)) => {
                matches!(status, 200..=299 | 500..=599)
            }
            Some((Moment::Accept | Moment::Head, _)) => false,
        };
        let reply = if is_heard { self.world.take(&request) } else { Reply::default() };
        let is_post = self.world.makes_a_post(&request);
        request.kept = is_post && matches!(reply.status, 200..=299);
        self.requests.push(request);
        let works = Fault {
            headers: reply.headers.clone(),
            body: reply.body.clone(),
            ..Fault::new(Moment::Answer, reply.status)
        };
        (fault.unwrap_or(works), reply)
    }
}

async fn answer(stream: &mut TcpStream, fault: &Fault) {
    let mut head = format!("HTTP/1.1 {} Word\r\n", fault.status);
    for (name, value) in &fault.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let no_body = fault.moment == Moment::NoBody;
    let length = if no_body { 1000 } else { fault.body.len() };
    if fault.status != 204 {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("connection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    if no_body {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    if fault.status == 204 {
        return;
    }
    let _ = stream.write_all(fault.body.as_bytes()).await;
}

async fn read_request(stream: &mut TcpStream, head_only: bool) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = match headers.get("content-length") {
        Some(text) => text.parse().ok()?,
        None => 0,
    };
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length && !head_only {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { line, headers, body, kept: false })
}

/// Whether `signature` is right, by HMAC as RFC 2104 spells it out: no code shared with the driver.
pub fn is_signed(key: &[u8], id: &str, timestamp: &str, body: &[u8], signature: &str) -> bool {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let mut inner = Sha256::new();
    inner.update(padded(0x36));
    inner.update(id);
    inner.update(".");
    inner.update(timestamp);
    inner.update(".");
    inner.update(body);
    let mut outer = Sha256::new();
    outer.update(padded(0x5c));
    outer.update(inner.finalize());
    let wanted = format!("v1,{}", STANDARD.encode(outer.finalize()));
    signature.split(' ').any(|one| one == wanted)
}

#[test]
fn the_fakes_own_verifier_agrees_with_the_specifications_example() {
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
    let (id, timestamp) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
    let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert!(is_signed(&key, id, timestamp, br#"{"test": 2432232314}"#, signature));
    assert!(!is_signed(&key, id, timestamp, br#"{"test": 2432232315}"#, signature));
}
