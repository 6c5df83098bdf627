//! Those who speak to the bot all the while, and remember what it acknowledged.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bellwether::{
    broadcast::install_crypto,
    render::{Facts, Words},
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::bot::TOKEN;

/// Incidents, each a lane of its own at every destination: so many that few updates are overtaken.
const INCIDENTS: u64 = 32;

/// Something the bot acknowledged.
#[derive(Clone, Debug)]
pub enum Said {
    /// A command, answered.
    Command { text: String, ok: bool },
    /// Another input, with its place in the journal.
    Input { seq: u64, kind: &'static str },
}

impl Said {
    /// The numbered word that this published, if it did.
    pub fn published_word(&self) -> Option<String> {
        match self {
            Self::Command { text, ok: true } if text.contains("--publish") => text
                .split([' ', '"', '.'])
                .find(|word| word.starts_with("word-"))
                .map(str::to_owned),
            Self::Command { .. } | Self::Input { .. } => None,
        }
    }
}

/// Everyone who speaks.
pub struct Voices {
    client: reqwest::Client,
    url: String,
    numbers: AtomicU64,
    said: Mutex<Vec<Said>>,
}

impl Voices {
    pub fn new(address: SocketAddr) -> Self {
        install_crypto();
        let client = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(2))
            .build()
            .expect("a client");
        let url = format!("http://{address}/api/v1/inputs");
        Self { client, url, numbers: AtomicU64::new(0), said: Mutex::default() }
    }

    pub fn said(&self) -> Vec<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the incidents that everything is about; waits for the bot to be up.
    pub async fn open_incidents(&self) {
        for number in 1..=INCIDENTS {
            let text = format!("incident open \"Outage {number}\" --servers s1");
            let mut tries = 0;
            while !matches!(self.command(&text).await, Some(true)) {
                tries += 1;
                assert!(tries < 200, "the bot does not answer, or refuses: {:?}", self.said());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Speaks with so many voices until they are aborted.
    pub fn speak(voices: &Arc<Self>, count: usize) -> Vec<JoinHandle<()>> {
        (0..count)
            .map(|_| {
                let voices = Arc::clone(voices);
                tokio::spawn(async move {
                    loop {
                        if voices.say_next().await.is_none() {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                        }
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                })
            })
            .collect()
    }

    /// Says one thing that was never said before; `None` when it was not acknowledged.
    async fn say_next(&self) -> Option<()> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        match number % 8 {
            0 | 1 => {
                let incident = 1 + number / 8 % INCIDENTS;
                let text = format!("incident update {incident} \"See word-{number}.\" --publish");
                self.command(&text).await.map(drop)
            }
            2 => self.command(&format!("note \"remark {number}\"")).await.map(drop),
            3 | 4 => {
                let (id, person) = (format!("r-{number}"), format!("u-{}", number % 50));
                let report = json!({
                    "at": now(), "type": "report", "id": id, "reporter": person,
                    "domain": "one.example", "text": format!("slow, says {number}"),
                });
                self.input(&report, "report").await
            }
            _ => {
                let probe = json!({
                    "at": now(), "type": "probe_result", "probe": "s1-outside",
                    "ok": true, "latency_ms": number % 90,
                });
                self.input(&probe, "probe_result").await
            }
        }
    }

    async fn command(&self, text: &str) -> Option<bool> {
        let input = json!({ "at": now(), "type": "command", "text": text });
        let ok = self.send(&input).await?["ok"].as_bool()?;
        self.remember(Said::Command { text: text.to_owned(), ok });
        Some(ok)
    }

    async fn input(&self, input: &Value, kind: &'static str) -> Option<()> {
        let seq = self.send(input).await?["seq"].as_u64()?;
        self.remember(Said::Input { seq, kind });
        Some(())
    }

    fn remember(&self, said: Said) {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(said);
    }

    /// The answer, when it is a success that came whole.
    async fn send(&self, input: &Value) -> Option<Value> {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(TOKEN)
            .header("content-type", "application/json")
            .body(input.to_string());
        let response = request.send().await.ok()?;
        let is_success = response.status().is_success();
        let body = response.bytes().await.ok()?;
        is_success.then(|| serde_json::from_slice(&body).expect("JSON"))
    }

    /// Waits for the next acknowledgement, at most ten seconds.
    pub async fn until_something_is_acknowledged(&self) {
        let before = self.said().len();
        for _ in 0..2_000 {
            if self.said().len() > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nothing was acknowledged for ten seconds");
    }

    /// Waits until the bot itself says that nothing waits, is in doubt or failed.
    pub async fn until_all_is_delivered(&self, seconds_max: u64) {
        let nothing = Words::built_in().say("en", "delivery-none", &Facts::new());
        let query = json!({ "at": now(), "type": "command", "text": "deliveries" });
        let mut last = None;
        for _ in 0..seconds_max * 5 {
            last = self.send(&query).await.or(last);
            if last.as_ref().is_some_and(|answer| is_nothing(answer, &nothing)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("not delivered after {seconds_max} s: {last:#?}");
    }

    /// Waits until nothing is left to do for any destination, whatever came of it; what staff are
    /// then told of deliveries.
    pub async fn until_nothing_waits(&self, seconds_max: u64) -> String {
        let mut quiet = 0;
        for _ in 0..seconds_max * 5 {
            quiet = if self.waiting().await == Some(0) { quiet + 1 } else { 0 };
            // Letters are written page by page, a moment apart.
            if quiet > 10 {
                return self.deliveries().await.expect("it is up");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!(
            "{:?} wait after {seconds_max} s: {:#?}",
            self.waiting().await,
            self.deliveries().await
        );
    }

    async fn deliveries(&self) -> Option<String> {
        let query = json!({ "at": now(), "type": "command", "text": "deliveries" });
        self.send(&query).await?["text"].as_str().map(str::to_owned)
    }

    /// How many posts have something left to do.
    async fn waiting(&self) -> Option<u64> {
        let url = self.url.replace("/api/v1/inputs", "/metrics");
        let text = self.client.get(url).send().await.ok()?.text().await.ok()?;
        let line = text.lines().find(|line| line.contains("queue=\"outbox\""))?;
        line.rsplit(' ').next()?.parse().ok()
    }
}

/// Nothing waits and nothing failed; what gave way may be counted after it.
fn is_nothing(answer: &Value, nothing: &str) -> bool {
    answer["text"].as_str().is_some_and(|text| text.starts_with(nothing))
}

fn now() -> String {
    bellwether::clock::Clock::system().now().to_rfc3339()
}
