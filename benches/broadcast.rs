//! How quickly the whole bot fans out, durably, beside what could be had at best.
//!
//! `cargo bench --bench broadcast` prints two figures of the true binary, each with its goal:
//!
//! - one update to 1000 webhooks that take 100 ms each, beside a bare tokio and reqwest loop that
//!   sends the same number of requests to the same receiver in the same run (goal: at most 1.7
//!   times the loop; from the command that publishes to the last arrival);
//! - 200 updates to one destination that takes 50 a second and answers 429 above it (goal: all
//!   once, within 4.5 s of the first command).
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark may fail by panicking and reads the time itself"
)]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as Segment, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use futures_util::future::join_all;
use serde_json::json;
use tokio::net::TcpSocket;

const WEBHOOKS: usize = 1000;
const WEBHOOK_TAKES: Duration = Duration::from_millis(100);
const RATIO_MAX: f64 = 1.7;
const LIMITED_POSTS: usize = 200;
const LIMIT_A_SECOND: u32 = 50;
const LIMITED_S_MAX: f64 = 4.5;
const ROUNDS: usize = 3;
const BACKLOG: u32 = 4096;
const WAIT_MAX: Duration = Duration::from_secs(60);
const SECRET: &str = "a-secret-for-measuring-only";
const TOKEN: &str = "a-token-for-measuring-only";

/// What arrived: how often each `webhook-id` was kept.
#[derive(Clone, Default)]
struct Receiver {
    kept: Arc<Mutex<BTreeMap<String, usize>>>,
    window: Arc<Mutex<Option<(Instant, u32)>>>,
    refused: Arc<Mutex<usize>>,
}

#[tokio::main]
async fn main() {
    bellwether::broadcast::install_crypto();
    let receiver = Receiver::default();
    let address = serve(receiver.clone()).await;
    fan_out(&receiver, address).await;
    limited(&receiver, address).await;
}

async fn fan_out(receiver: &Receiver, address: SocketAddr) {
    let destinations: String =
        (0..WEBHOOKS).map(|number| destination(&format!("w{number}"), address, "slow")).collect();
    let bot = Bot::start(&destinations).await;
    bot.command("incident open \"Slow\" --servers s1").await;
    println!("fan-out of one update to {WEBHOOKS} webhooks that take {WEBHOOK_TAKES:?} each");
    for round in 1..=ROUNDS {
        let bare = bare_loop(address).await;
        receiver.forget();
        let started = Instant::now();
        bot.command(&format!("incident update 1 \"Word {round}.\" --publish")).await;
        receiver.until(WEBHOOKS).await;
        let ours = started.elapsed();
        receiver.is_kept_once();
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        let verdict = if ratio <= RATIO_MAX { "met" } else { "missed" };
        println!(
            "  bare loop {bare:?}, bot {ours:?}: {ratio:.2} times (goal {RATIO_MAX}: {verdict})"
        );
        bot.until_delivered().await;
    }
}

async fn limited(receiver: &Receiver, address: SocketAddr) {
    let bot = Bot::start(&destination("limited", address, "limited")).await;
    for number in 1..=LIMITED_POSTS {
        bot.command(&format!("incident open \"Outage {number}\" --servers s1")).await;
    }
    receiver.forget();
    let started = Instant::now();
    for number in 1..=LIMITED_POSTS {
        bot.command(&format!("incident update {number} \"Word {number}.\" --publish")).await;
    }
    let commanded = started.elapsed();
    receiver.until(LIMITED_POSTS).await;
    let (taken, refused) = (started.elapsed(), *lock(&receiver.refused));
    receiver.is_kept_once();
    let verdict = if taken.as_secs_f64() <= LIMITED_S_MAX { "met" } else { "missed" };
    println!(
        "{LIMITED_POSTS} posts against {LIMIT_A_SECOND} a second: {taken:?}, commands alone \
         {commanded:?}, {refused} refused (goal {LIMITED_S_MAX} s: {verdict})"
    );
}

/// As many requests as there are webhooks, all at once.
async fn bare_loop(address: SocketAddr) -> Duration {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
    let client = client.expect("a client");
    let started = Instant::now();
    let requests = (0..WEBHOOKS).map(|number| {
        let request = client.post(format!("http://{address}/slow/w{number}")).body("{}");
        tokio::spawn(async move { request.send().await.expect("an answer").status() })
    });
    for status in join_all(requests).await {
        assert!(status.expect("no panic").is_success());
    }
    started.elapsed()
}

async fn serve(receiver: Receiver) -> SocketAddr {
    let app = Router::new()
        .route("/slow/{name}", post(slow))
        .route("/limited/{name}", post(limiter))
        .with_state(receiver);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("loopback");
    // Who is turned away by a full queue comes back a second later, and that would be measured.
    let listener = socket.listen(BACKLOG).expect("loopback");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn slow(
    State(receiver): State<Receiver>,
    Segment(_): Segment<String>,
    headers: HeaderMap,
    _: Bytes,
) -> StatusCode {
    tokio::time::sleep(WEBHOOK_TAKES).await;
    receiver.keep(&headers);
    StatusCode::OK
}

async fn limiter(
    State(receiver): State<Receiver>,
    Segment(_): Segment<String>,
    headers: HeaderMap,
    _: Bytes,
) -> impl IntoResponse {
    match receiver.take_from_window() {
        None => {
            receiver.keep(&headers);
            (StatusCode::OK, [("retry-after", String::new())])
        }
        Some(left) => {
            *lock(&receiver.refused) += 1;
            let left = format!("{:.3}", left.as_secs_f64());
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", left)])
        }
    }
}

impl Receiver {
    fn keep(&self, headers: &HeaderMap) {
        let id = headers.get("webhook-id").and_then(|value| value.to_str().ok());
        if let Some(id) = id {
            *lock(&self.kept).entry(id.to_owned()).or_default() += 1;
        }
    }

    /// Counts a request in its second; how long until the next one when this one is full.
    fn take_from_window(&self) -> Option<Duration> {
        let mut window = lock(&self.window);
        let now = Instant::now();
        let second = Duration::from_secs(1);
        let (since, count) = window.filter(|(since, _)| now - *since < second).unwrap_or((now, 0));
        *window = Some((since, count + 1));
        (count >= LIMIT_A_SECOND).then(|| second - (now - since))
    }

    fn forget(&self) {
        lock(&self.kept).clear();
    }

    async fn until(&self, count: usize) {
        let started = Instant::now();
        while lock(&self.kept).len() < count {
            assert!(started.elapsed() < WAIT_MAX, "{} of {count} arrived", lock(&self.kept).len());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn is_kept_once(&self) {
        assert!(lock(&self.kept).values().all(|count| *count == 1), "something was sent twice");
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The true binary.
struct Bot {
    child: Child,
    client: reqwest::Client,
    url: String,
    _folder: tempfile::TempDir,
}

impl Bot {
    async fn start(destinations: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = free.local_addr().expect("bound");
        drop(free);
        let config = folder.path().join("bellwether.toml");
        std::fs::write(&config, configuration(address, destinations)).expect("a disk");
        let child = spawn(&config);
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let url = format!("http://{address}/api/v1/inputs");
        let bot = Self { child, client, url, _folder: folder };
        bot.until_it_answers().await;
        bot
    }

    async fn until_it_answers(&self) {
        let started = Instant::now();
        while self.ask("status").await.is_none() {
            assert!(started.elapsed() < WAIT_MAX, "the bot does not answer");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn command(&self, text: &str) {
        let answer = self.ask(text).await.expect("an answer");
        assert_eq!(answer["ok"], true, "{text}: {answer}");
    }

    async fn until_delivered(&self) {
        let started = Instant::now();
        loop {
            let answer = self.ask("deliveries").await.expect("an answer");
            if answer["text"].as_str().is_some_and(|text| text.starts_with('✅')) {
                return;
            }
            assert!(started.elapsed() < WAIT_MAX, "{answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ask(&self, text: &str) -> Option<serde_json::Value> {
        let at = bellwether::clock::Clock::system().now().to_rfc3339();
        let input = json!({ "at": at, "type": "command", "text": text }).to_string();
        let request = self.client.post(&self.url).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(input);
        let response = request.send().await.ok()?;
        serde_json::from_slice(&response.bytes().await.ok()?).ok()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(config: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_bellwether"))
        .args(["serve", "--config"])
        .arg(config)
        .env("BENCH_SECRET", SECRET)
        .env("BENCH_TOKEN", TOKEN)
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary")
}

fn configuration(address: SocketAddr, destinations: &str) -> String {
    format!(
        r#"
[bot]
name = "Bench Host"
data_dir = "data"
listen = "{address}"

[journal]
reserve = "1MB"

[[server]]
id = "s1"
domains = ["one.example"]

[[token]]
name = "tim"
role = "admin"
scopes = ["commands"]
secret_env = "BENCH_TOKEN"
{destinations}"#
    )
}

fn destination(id: &str, address: SocketAddr, road: &str) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        r#"
[[destination]]
id = "{id}"
kind = "webhook"
audience = "public"
url = "http://{address}/{road}/{id}"
secret_env = "BENCH_SECRET"
"#
    );
    text
}
