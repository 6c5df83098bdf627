//! CPU-seconds of the server for 1000 inputs over `POST /api/v1/inputs`, beside their limits.
//!
//! The server runs alone on one thread, whose time on the processor the kernel counts; the client
//! keeps one connection and waits for each answer. The door takes everything at once, so this is
//! what HTTP, JSON and the checks cost; `BELLWETHER_URL=host:port BELLWETHER_PID=n
//! BELLWETHER_TOKEN=… BELLWETHER_PROBE=…` measures a whole running bot instead.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a measurement stops at the first surprise and reads time itself"
)]

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use bellwether::{
    clock::Clock,
    config::Token,
    domain::{Role, Scope},
    intake::{
        Answer, Door, api,
        http::{self, BodyLimits, HttpLimits, Peers},
    },
    journal::{Accepted, Offered, Refused},
};
use futures_util::future::{BoxFuture, FutureExt, pending, ready};
use tokio::net::TcpListener;

const TOKEN: &str = "a-token-for-measuring-only";

/// Takes everything at once.
struct OpenDoor;

impl Door for OpenDoor {
    fn submit(&self, _: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        ready(Ok(Accepted { seq: 123_456, report: None })).boxed()
    }

    fn command<'a>(
        &'a self,
        _: &'a str,
        _: Role,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Refused>> {
        ready(Err(Refused::Stopping)).boxed()
    }

    fn knows_domain(&self, _: &str) -> bool {
        true
    }

    fn knows_probe(&self, _: &str) -> bool {
        true
    }
}

/// What is measured.
struct Target {
    address: SocketAddr,
    /// The files that tell the time on the processor, one a thread.
    schedstats: Box<dyn Fn() -> Vec<String>>,
    token: String,
    probe: String,
}

impl Target {
    fn ours() -> Self {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || serve(&tell));
        let (address, task): (SocketAddr, String) = told.recv().expect("the server starts");
        let schedstats = Box::new(move || vec![format!("/proc/{task}/schedstat")]);
        Self { address, schedstats, token: TOKEN.to_owned(), probe: "s1-http".to_owned() }
    }

    fn running() -> Option<Self> {
        let value = |name| std::env::var(name).ok();
        let address = value("BELLWETHER_URL")?.parse().expect("BELLWETHER_URL is host:port");
        let pid = value("BELLWETHER_PID")?;
        let schedstats = Box::new(move || {
            let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the bot runs");
            let tasks = tasks.filter_map(Result::ok);
            tasks.map(|task| format!("{}/schedstat", task.path().display())).collect()
        });
        Some(Self {
            address,
            schedstats,
            token: value("BELLWETHER_TOKEN")?,
            probe: value("BELLWETHER_PROBE")?,
        })
    }

    /// Threads that have ended in between are not counted.
    fn cpu(&self) -> Duration {
        let spent = |path: &String| {
            let text = fs::read_to_string(path).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        Duration::from_nanos((self.schedstats)().iter().filter_map(spent).sum())
    }

    fn request(&self, items: usize) -> Vec<u8> {
        let at = Clock::system().now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let item = format!(
            r#"{{"at":"{at}","type":"probe_result","probe":"{}","ok":true,"latency_ms":180}}"#,
            self.probe
        );
        let body = match items {
            1 => item,
            count => format!("[{}]", vec![item; count].join(",")),
        };
        let (token, length) = (&self.token, body.len());
        format!(
            "POST /api/v1/inputs HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// CPU-seconds and seconds for 1000 inputs.
    fn measure(&self, items: usize, requests: usize) -> (f64, f64) {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket can do without delay");
        let request = self.request(items);
        (0..requests / 10).for_each(|_| ask(&mut stream, &request));
        let (cpu, started) = (self.cpu(), Instant::now());
        (0..requests).for_each(|_| ask(&mut stream, &request));
        let thousands = (requests * items) as f64 / 1000.0;
        let spent = (self.cpu() - cpu).as_secs_f64() / thousands;
        (spent, started.elapsed().as_secs_f64() / thousands)
    }
}

fn serve(tell: &mpsc::Sender<(SocketAddr, String)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let task = fs::read_link("/proc/thread-self").expect("Linux tells");
        tell.send((address, task.display().to_string())).expect("the bench waits");
        let token = Token {
            name: "monitor".to_owned(),
            role: Role::Staff,
            scopes: [Scope::Probes].into(),
            secret: TOKEN.to_owned().into(),
        };
        let clock = Clock::system();
        let body = BodyLimits::default();
        let router = api::router(Arc::new(OpenDoor), clock.clone(), &[token], body);
        let (limits, peers) = (HttpLimits::default(), Peers::default());
        http::serve(listener, router, limits, peers, clock, pending()).await;
    });
}

fn ask(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).expect("the server reads");
    let mut answer = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).expect("the server answers");
        assert!(count > 0, "the server closed: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&buffer[..count]);
        if is_whole(&answer) {
            break;
        }
    }
    assert!(answer.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&answer));
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    let length: usize = length.and_then(|length| length.parse().ok()).expect("a length is stated");
    answer.len() >= head + 4 + length
}

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let times = if is_bench { 1 } else { 100 };
    let target = Target::running().unwrap_or_else(Target::ours);
    println!("POST /api/v1/inputs, for 1000 inputs      CPU s    limit     wall s");
    for (items, requests, limit) in [(1, 20_000, 0.025), (100, 2_000, 0.006)] {
        let (cpu, wall) = target.measure(items, requests / times);
        let verdict = if cpu <= limit { "within" } else { "OVER" };
        println!(
            "  {items:>4} a request                       {cpu:>8.4} {limit:>8.3} {wall:>10.4}  {verdict}"
        );
    }
}
