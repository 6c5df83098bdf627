//! What our own HTTP probes cost, beside a bare hyper loop in the same run.
//!
//! `cargo bench --bench probes` prints CPU seconds (user and system, from `/proc/self/stat`) per
//! 1000 requests to the same server, which runs in a process of its own. Twice, because a process
//! that wakes up for each answer pays more for it than one that always has the next one waiting:
//! as fast as 64 at once go, and at 2000 a second. Each time there is the bare loop and the probes
//! as they run in the bot, with schedule and door; at full speed the checks alone as well. Goal:
//! at most 1.5 times the bare loop. The ways take turns, so that a busy machine is busy for all.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark may fail by panicking and reads the time itself"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bellwether::{
    clock::Clock,
    domain::{Fleet, Probe, ProbeId, ProbeKind, Role},
    intake::{
        Answer, Door,
        probes::{Checker, Options, Trust, run_with},
    },
    journal::{Accepted, Offered, Refused},
};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Builder,
    task::JoinSet,
};

const ROUNDS: usize = 5;
const REQUESTS: usize = 4_000;
const AT_ONCE: usize = 64;
const GOAL: f64 = 1.5;
const SERVE: &str = "serve";
/// More than 64 at once can do: there is always a next one waiting.
const FULL_SPEED_EVERY_MS: u64 = 250;
/// All of them once in two seconds.
const RATE_EVERY_MS: u64 = 2_000;

fn main() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    if std::env::args().any(|argument| argument == SERVE) {
        return runtime.block_on(serve());
    }
    let mut server = Server::start();
    let address = server.address;
    let mut spent_s = [0.0; 5];
    for _ in 0..ROUNDS {
        let costs = [
            cpu_of(|| runtime.block_on(bare_loop(address))),
            cpu_of(|| runtime.block_on(checks(address))),
            cpu_of(|| runtime.block_on(probes(address, FULL_SPEED_EVERY_MS))),
            cpu_of(|| runtime.block_on(bare_at_a_rate(address))),
            cpu_of(|| runtime.block_on(probes(address, RATE_EVERY_MS))),
        ];
        spent_s.iter_mut().zip(costs).for_each(|(sum, cost)| *sum += cost);
    }
    server.stop();
    println!("CPU seconds per 1000 requests, {} of each:", ROUNDS * REQUESTS);
    report("full speed, bare hyper loop", spent_s[0], spent_s[0]);
    report("full speed, checks alone", spent_s[1], spent_s[0]);
    report("full speed, probes as they run", spent_s[2], spent_s[0]);
    report("2000 a second, bare hyper loop", spent_s[3], spent_s[3]);
    report("2000 a second, probes as they run", spent_s[4], spent_s[3]);
}

fn report(what: &str, spent_s: f64, bare_s: f64) {
    let (per_1000, times) = (spent_s * 1000.0 / (ROUNDS * REQUESTS) as f64, spent_s / bare_s);
    let verdict = if times <= GOAL { "met" } else { "missed" };
    println!("  {what:<34} {per_1000:.4}  {times:.2}x  (goal {GOAL}x: {verdict})");
}

/// CPU seconds this process spends on `work`, all threads.
fn cpu_of(work: impl FnOnce()) -> f64 {
    let before = cpu_ticks();
    work();
    // Linux counts in hundredths of a second wherever Rust runs.
    (cpu_ticks() - before) as f64 / 100.0
}

fn cpu_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind_name = stat.rsplit(')').next().expect("a name in brackets");
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    // utime and stime are fields 14 and 15 of the line; the state behind the name is field 3.
    [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

async fn bare_loop(address: SocketAddr) {
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        workers.spawn(async move {
            for _ in 0..REQUESTS / AT_ONCE {
                bare_request(address).await;
            }
        });
    }
    workers.join_all().await;
}

async fn bare_at_a_rate(address: SocketAddr) {
    let gap = Duration::from_millis(RATE_EVERY_MS) / REQUESTS as u32;
    let started = tokio::time::Instant::now();
    let mut requests = JoinSet::new();
    for number in 0..REQUESTS as u32 {
        tokio::time::sleep_until(started + gap * number).await;
        while requests.try_join_next().is_some() {}
        requests.spawn(bare_request(address));
    }
    requests.join_all().await;
}

async fn bare_request(address: SocketAddr) {
    let stream = TcpStream::connect(address).await.expect("a server");
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.expect("a connection");
    let driver = tokio::spawn(connection);
    let request = Request::get("/")
        .header("host", "127.0.0.1")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let response = sender.send_request(request).await.expect("an answer");
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(body.len(), 1024);
    drop(sender);
    driver.abort();
}

async fn checks(address: SocketAddr) {
    let checker = Arc::new(Checker::new(Clock::system(), Trust::Platform));
    let mut workers = JoinSet::new();
    for number in 0..AT_ONCE {
        let (checker, probe) = (Arc::clone(&checker), probe(number, address, 1_000));
        workers.spawn(async move {
            for _ in 0..REQUESTS / AT_ONCE {
                let found = checker.check(&probe).await.expect("a target").expect("a check");
                assert!(found.ok, "{found:?}");
            }
        });
    }
    workers.join_all().await;
}

async fn probes(address: SocketAddr, every_ms: u64) {
    let probes = (0..REQUESTS).map(|number| probe(number, address, every_ms)).collect();
    let fleet = Fleet { probes, ..Fleet::default() };
    let options = Options { concurrency_max: AT_ONCE, ..Options::default() };
    let door = Arc::new(Counting::default());
    let running = run_with(&fleet, Arc::clone(&door) as Arc<dyn Door>, Clock::system(), &options);
    let running = running.expect("targets");
    while running.counts().run < REQUESTS as u64 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let counts = running.counts();
    assert_eq!((counts.bad, counts.not_made), (0, 0), "{counts:?}");
    running.stop().await;
}

fn probe(number: usize, address: SocketAddr, every_ms: u64) -> Probe {
    Probe {
        id: ProbeId::from(format!("p{number}")),
        server: None,
        kind: ProbeKind::Http {
            url: format!("http://{address}/"),
            expect_status: Vec::new(),
            expect_body: None,
        },
        every_ms,
        timeout_ms: 10_000,
        facet: None,
        vantage: "home".to_owned(),
        baseline_loss: None,
    }
}

/// A door that takes everything and keeps nothing.
#[derive(Default)]
struct Counting(AtomicU64);

impl Door for Counting {
    fn submit(&self, _offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        let seq = self.0.fetch_add(1, Ordering::Relaxed) + 1;
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

/// The server, in a process of its own, so that its work is not counted.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start() -> Self {
        let own = std::env::current_exe().expect("this program");
        let mut process =
            Command::new(own).arg(SERVE).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        let said = process.stdout.take().expect("piped");
        BufReader::new(said).read_line(&mut line).expect("an address");
        Self { process, address: line.trim().parse().expect("an address") }
    }

    fn stop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    println!("{}", listener.local_addr().expect("bound"));
    std::io::stdout().flush().expect("a pipe");
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: 1024\r\n\r\n{}", "x".repeat(1024)).into_bytes();
    let answer: &'static [u8] = answer.leak();
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut bytes = [0; 1024];
            if stream.read(&mut bytes).await.is_ok_and(|count| count > 0) {
                let _ = stream.write_all(answer).await;
                // Until the other side has gone.
                let _ = stream.read(&mut bytes).await;
            }
        });
    }
}
