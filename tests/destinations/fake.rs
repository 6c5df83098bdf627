//! A stateful receiver on loopback: reads HTTP by hand, keeps what it accepted, and breaks as told.

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

/// What a receiver answers that works: a status and a body, to a request and by what it kept before.
pub type World = fn(&Request, &[Request]) -> (u16, String);

struct State {
    world: World,
    faults: VecDeque<Fault>,
    requests: Vec<Request>,
    connections: usize,
}

/// The receiver. Works when no fault is left.
#[derive(Clone)]
pub struct Fake {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Fake {
    /// One that takes everything (204).
    pub async fn start() -> Self {
        Self::start_as(|_, _| (204, String::new())).await
    }

    pub async fn start_as(world: World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let state = State { world, faults: VecDeque::new(), requests: Vec::new(), connections: 0 };
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

    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().expect("not poisoned").requests.clone()
    }

    /// What it kept, in order.
    pub fn kept(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.kept).collect()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().expect("not poisoned").connections
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let fault = state.lock().expect("not poisoned").faults.pop_front();
    let moment = fault.as_ref().map(|fault| fault.moment);
    if moment == Some(Moment::Accept) {
        return;
    }
    let Some(mut request) = read_request(&mut stream, moment == Some(Moment::Head)).await else {
        return;
    };
    let fault = fault.unwrap_or_else(|| worked(&request, &state));
    let is_kept = match fault.moment {
        Moment::Kept | Moment::Silence | Moment::HalfAnswer => true,
        Moment::Answer | Moment::NoBody => matches!(fault.status, 200..=299 | 500..=599),
        Moment::Accept | Moment::Head => false,
    };
    request.kept = is_kept && !request.line.starts_with("GET ");
    state.lock().expect("not poisoned").requests.push(request);
    match fault.moment {
        Moment::Accept | Moment::Head | Moment::Kept => {}
        Moment::Silence => tokio::time::sleep(Duration::from_secs(60)).await,
        Moment::HalfAnswer => drop(stream.write_all(b"HTTP/1.1 20").await),
        Moment::Answer | Moment::NoBody => answer(&mut stream, &fault).await,
    }
}

/// What a request meets that meets no fault.
fn worked(request: &Request, state: &Mutex<State>) -> Fault {
    let state = state.lock().expect("not poisoned");
    let kept: Vec<Request> =
        state.requests.iter().filter(|request| request.kept).cloned().collect();
    let (status, body) = (state.world)(request, &kept);
    Fault { body, ..Fault::new(Moment::Answer, status) }
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
    head.push_str("\r\n");
    let _ = stream.write_all(head.as_bytes()).await;
    if no_body {
        tokio::time::sleep(Duration::from_secs(60)).await;
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
    let length = headers.get("content-length").map(|text| text.parse::<usize>());
    let length = length.unwrap_or(Ok(0)).ok()?;
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
