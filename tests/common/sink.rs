//! A webhook receiver that outlives the bot's crashes: it verifies, counts and keeps what arrives,
//! and now and then breaks after it has kept a post.
//!
//! Every arrival is appended to a file and synced before it is answered, so that what the sink
//! has seen is as certain as what the bot's journal holds.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::Write,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the sink does with the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Keeps the post and says so.
    Works,
    /// Closes without reading.
    Drops,
    /// Keeps the post, then closes without an answer.
    KeepsAndDrops,
    /// Keeps the post, then answers 500.
    KeepsAndBreaks,
    /// Keeps the post, then answers after so many milliseconds.
    Slow(u64),
    /// Keeps nothing, asks for a pause of a second.
    Busy,
}

/// One request with a right signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The path it was sent to: which destination.
    pub path: String,
    /// Its `webhook-id`.
    pub id: String,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// A receiver on loopback.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

struct State {
    key: Vec<u8>,
    file: File,
    arrivals: Vec<Arrival>,
    badly_signed: usize,
    mood: Box<dyn FnMut() -> Mood + Send>,
}

impl Sink {
    /// Starts; keeps arrivals in `path`; `mood` is asked for each connection.
    pub async fn start(
        key: &[u8],
        path: &Path,
        mood: impl FnMut() -> Mood + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let file = OpenOptions::new().create(true).append(true).open(path).expect("a file");
        let (key, arrivals, mood) = (key.to_vec(), Vec::new(), Box::new(mood));
        let state = State { key, file, arrivals, badly_signed: 0, mood };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state, task }
    }

    /// Replaces the mood.
    pub fn turn(&self, mood: impl FnMut() -> Mood + Send + 'static) {
        lock(&self.state).mood = Box::new(mood);
    }

    /// Everything that was kept, in order; a post sent twice is there twice.
    pub fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.state).arrivals.clone()
    }

    /// How often each `webhook-id` arrived.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for arrival in &lock(&self.state).arrivals {
            *counts.entry(arrival.id.clone()).or_default() += 1;
        }
        counts
    }

    /// Requests whose signature was wrong.
    pub fn badly_signed(&self) -> usize {
        lock(&self.state).badly_signed
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mood = (lock(&state).mood)();
    if mood == Mood::Drops {
        return;
    }
    let Some((head, body)) = read(&mut stream).await else { return };
    if mood == Mood::Busy {
        return answer(&mut stream, "429 Busy\r\nretry-after: 1").await;
    }
    let is_signed = lock(&state).keep(&head, body);
    match mood {
        Mood::KeepsAndDrops => {}
        Mood::KeepsAndBreaks => answer(&mut stream, "500 Broken").await,
        Mood::Works | Mood::Slow(_) | Mood::Drops | Mood::Busy => {
            if let Mood::Slow(ms) = mood {
                tokio::time::sleep(Duration::from_millis(ms)).await;
            }
            let status = if is_signed { "202 Taken" } else { "400 Badly signed" };
            answer(&mut stream, status).await;
        }
    }
}

impl State {
    /// Keeps a request if its signature is right, durably.
    fn keep(&mut self, head: &str, body: Vec<u8>) -> bool {
        let header = |name: &str| {
            let named = |line: &&str| {
                line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
            };
            let line = head.lines().find(named).unwrap_or_default();
            line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&body);
        let wanted = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        if header("webhook-signature") != wanted || id.is_empty() {
            self.badly_signed += 1;
            return false;
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        writeln!(self.file, "{path} {id} {}", String::from_utf8_lossy(&body)).expect("a disk");
        self.file.sync_data().expect("a disk");
        self.arrivals.push(Arrival { path, id, body });
        true
    }
}

async fn answer(stream: &mut TcpStream, status_and_headers: &str) {
    let text = format!("HTTP/1.1 {status_and_headers}\r\ncontent-length: 0\r\n\r\n");
    // The bot may be dead by now; that is what the sink is for.
    let _ = stream.write_all(text.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
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
    let length =
        head.lines().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        })?;
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}
