//! A bot in a directory of its own, a receiver for its webhooks, and ways to speak to both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

/// One webhook as it arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub id: String,
    pub recipient: Option<String>,
    pub kind: String,
    pub destination: String,
    pub text: String,
}

/// A receiver of webhooks.
#[derive(Clone, Default)]
pub struct Receiver {
    arrivals: Arc<Mutex<Vec<Arrival>>>,
    held: Arc<Mutex<BTreeSet<String>>>,
    busy: Arc<Mutex<BTreeSet<String>>>,
    slow: Arc<Mutex<BTreeSet<String>>>,
}

impl Receiver {
    pub async fn start() -> (Self, SocketAddr) {
        let receiver = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, address)
    }

    /// From now on takes what comes to this destination and never answers.
    pub fn hold(&self, destination: &str) {
        self.held.lock().expect("the held ones").insert(destination.to_owned());
    }

    /// Takes nothing for this destination for a while: 503.
    pub fn be_busy(&self, destination: &str, busy: bool) {
        let mut all = self.busy.lock().expect("the busy ones");
        if busy {
            all.insert(destination.to_owned());
        } else {
            all.remove(destination);
        }
    }

    /// From now on answers two seconds after it took what comes to this destination.
    pub fn be_slow(&self, destination: &str) {
        self.slow.lock().expect("the slow ones").insert(destination.to_owned());
    }

    pub fn all(&self) -> Vec<Arrival> {
        self.arrivals.lock().expect("the arrivals").clone()
    }

    /// What arrived at one destination, the texts of one kind.
    pub fn texts(&self, destination: &str, kind: &str) -> Vec<String> {
        let all = self.all().into_iter();
        all.filter(|one| one.destination == destination && one.kind == kind)
            .map(|one| one.text)
            .collect()
    }

    /// How often each id came.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for arrival in self.all() {
            *counts.entry(arrival.id).or_insert(0) += 1;
        }
        counts
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let json: Value = serde_json::from_slice(&body).expect("a webhook's JSON");
    let text = |pointer: &str| {
        json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let destination = text("/data/destination");
    if receiver.busy.lock().expect("the busy ones").contains(&destination) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    receiver.arrivals.lock().expect("the arrivals").push(Arrival {
        id: header("webhook-id").expect("a webhook-id"),
        recipient: header("bellwether-recipient"),
        kind: text("/type"),
        destination: destination.clone(),
        text: text("/data/body"),
    });
    let is_held = receiver.held.lock().expect("the held ones").contains(&destination);
    if is_held {
        std::future::pending::<()>().await;
    }
    let is_slow = receiver.slow.lock().expect("the slow ones").contains(&destination);
    if is_slow {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    StatusCode::OK
}

/// A bot's home: configuration, secrets, data.
pub struct Home {
    dir: tempfile::TempDir,
}

pub const STAFF: &str = "secret-of-tim-the-staff-003";
pub const TICKETS: &str = "secret-of-the-help-desk-002";
pub const MONITOR: &str = "secret-of-the-monitor-0001";

impl Home {
    /// Two servers behind one switch, a third behind another; every destination at `receiver`.
    pub fn new(receiver: SocketAddr) -> Self {
        let home = Self { dir: tempfile::tempdir().expect("a directory") };
        let config = include_str!("bot.toml").replace("{receiver}", &receiver.to_string());
        home.write("bellwether.toml", &config);
        for (name, secret) in [
            ("tim", STAFF),
            ("tickets", TICKETS),
            ("monitor", MONITOR),
            ("webhook", "a-key-of-at-least-16-bytes"),
        ] {
            home.write(&format!("secret-{name}"), secret);
        }
        home
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("writing a file of the test");
    }

    /// Changes the configuration file.
    pub fn edit(&self, change: impl FnOnce(String) -> String) {
        let path = self.path().join("bellwether.toml");
        let text = fs::read_to_string(path).expect("the configuration");
        self.write("bellwether.toml", &change(text));
    }

    /// Runs one command of the binary in this home.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("running the binary")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.current_dir(self.path()).args(args).env_remove("RUST_LOG");
        command
    }

    /// The journal as JSON lines.
    pub fn dump(&self) -> Vec<Value> {
        let output = self.run(&["journal", "dump", "data"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).expect("a dump's line"))
            .collect()
    }

    /// Starts the bot and waits until it listens.
    pub fn start(&self) -> Bot {
        self.start_with(&[])
    }

    /// Starts it with these in its environment.
    pub fn start_with(&self, environment: &[(&str, &Path)]) -> Bot {
        let mut child = self
            .command(&["serve"])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting the bot");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let Some(Ok(line)) = lines.next() else {
            let output = child.wait_with_output().expect("its end");
            panic!("the bot did not start: {}", String::from_utf8_lossy(&output.stderr));
        };
        let url = line.rsplit(' ').next().expect("an address").to_owned();
        bellwether::broadcast::install_crypto();
        Bot { child, url, client: reqwest::Client::new() }
    }
}

/// A running bot.
pub struct Bot {
    child: Child,
    pub url: String,
    pub client: reqwest::Client,
}

impl Bot {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn address(&self) -> SocketAddr {
        self.url.trim_start_matches("http://").parse().expect("an address")
    }

    pub async fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let response = self
            .client
            .post(format!("{}{path}", self.url))
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .expect("an answer");
        (response.status().as_u16(), response.json().await.expect("a JSON answer"))
    }

    /// A staff command's answer.
    pub async fn staff(&self, text: &str) -> String {
        let (status, answer) = self.post("/api/v1/commands", STAFF, &json!({ "text": text })).await;
        assert!(status < 500, "{status}: {answer}");
        answer["text"].as_str().unwrap_or_default().to_owned()
    }

    pub async fn report(&self, id: &str, person: &str, domain: &str, text: &str) {
        let now = chrono::Utc::now();
        let report = json!({
            "at": now, "type": "report", "id": id, "reporter": person, "domain": domain, "text": text,
        });
        let (status, answer) = self.post("/api/v1/inputs", TICKETS, &report).await;
        assert_eq!(status, 202, "{answer}");
    }

    /// Nine minutes of checks that end now, one every ten seconds: the `troubled` probes fail every
    /// other one in the last third, the rest are well. Then a check a second, until staff are told
    /// of draft 1: not every detector makes up its mind at once.
    pub async fn fail_until_staff_are_told(&self, receiver: &Receiver, troubled: &[&str]) {
        let now = chrono::Utc::now();
        let past = (0..54).flat_map(|step| {
            let troubled = if step < 36 { &[] } else { troubled };
            checks(now - chrono::TimeDelta::seconds(10 * (54 - step)), step, troubled)
        });
        self.send_checks(past.collect()).await;
        for step in 0..60 {
            self.send_checks(checks(chrono::Utc::now(), step, troubled)).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            let told = receiver.all().into_iter().any(|arrival| {
                arrival.destination == "staff-room" && arrival.text.contains("draft publish 1")
            });
            if told {
                return;
            }
        }
        panic!("staff were not told: {}", self.staff("suspects").await);
    }

    async fn send_checks(&self, checks: Vec<Value>) {
        for some in checks.chunks(90) {
            let body = Value::Array(some.to_vec());
            let (status, answer) = self.post("/api/v1/inputs", MONITOR, &body).await;
            assert!(status < 300, "{status}: {answer}");
        }
    }

    pub async fn page(&self, path: &str) -> (u16, String) {
        let response = self.client.get(format!("{}{path}", self.url)).send().await.expect("a page");
        (response.status().as_u16(), response.text().await.expect("its text"))
    }

    /// Has it read its configuration again.
    pub fn hang_up(&self) {
        signal(self.pid(), "-HUP");
    }

    /// Asks it to stop, and waits; its exit status and what it logged.
    pub fn stop(mut self) -> Output {
        terminate(self.pid());
        let output = Command::new("true").output().expect("a process");
        let status = self.child.wait().expect("its end");
        let mut stderr = Vec::new();
        if let Some(mut log) = self.child.stderr.take() {
            std::io::Read::read_to_end(&mut log, &mut stderr).expect("its log");
        }
        Output { status, stdout: output.stdout, stderr }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("killing the bot");
        self.child.wait().expect("its end");
    }
}

/// A check of every probe; every other time the `troubled` ones fail.
fn checks(at: chrono::DateTime<chrono::Utc>, step: i64, troubled: &[&str]) -> Vec<Value> {
    let probes = ["s1-http", "s2-http", "s3-http", "canary-1", "canary-2", "canary-3"];
    let check = |probe: &str| {
        let ok = step % 2 == 0 || !troubled.contains(&probe);
        let latency_ms = ok.then_some(40);
        json!({"at": at, "type": "probe_result", "probe": probe, "ok": ok, "latency_ms": latency_ms})
    };
    probes.into_iter().map(check).collect()
}

fn terminate(pid: u32) {
    signal(pid, "-TERM");
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(status.expect("running kill").success());
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for `what` to be there, at most half a minute.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not come");
}
