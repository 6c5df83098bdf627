//! The bot as a process: its configuration, its life, its journal.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustix::process::{Pid, Signal, kill_process};

/// What webhooks are signed with.
pub const KEY: &[u8] = b"a-key-for-the-crash-test";
/// What voices show.
pub const TOKEN: &str = "a-token-for-the-crash-test";

/// A bot that can be started again and again.
pub struct Bot {
    config: PathBuf,
    pub data: PathBuf,
    log: PathBuf,
    discord_token: String,
    /// The URL of a Slack-compatible webhook, which is a secret.
    pub slack_url: String,
    pub address: SocketAddr,
}

/// One life of it.
pub struct Life(Child);

impl Bot {
    /// With these destinations and what they need.
    pub fn set_up(folder: &Path, destinations: &str, discord_token: &str) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = free.local_addr().expect("bound");
        let (config, data) = (folder.join("bellwether.toml"), folder.join("data"));
        fs::write(&config, configuration(address, destinations)).expect("a disk");
        let discord_token = discord_token.to_owned();
        let log = folder.join("log");
        Self { config, data, log, discord_token, slack_url: String::new(), address }
    }

    pub fn start(&self) -> Life {
        let log = fs::OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.expect("a disk");
        let child = Command::new(env!("CARGO_BIN_EXE_bellwether"))
            .args(["serve", "--config"])
            .arg(&self.config)
            .env("CRASH_WEBHOOK_SECRET", format!("whsec_{}", STANDARD.encode(KEY)))
            .env("CRASH_TOKEN", TOKEN)
            .env("CRASH_DISCORD_TOKEN", &self.discord_token)
            .env("CRASH_SLACK_URL", &self.slack_url)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Life(child.expect("the binary"))
    }

    pub fn dump(&self) -> String {
        let output = self.journal("dump");
        String::from_utf8(output).expect("UTF-8")
    }

    pub fn verify(&self) {
        self.journal("verify");
    }

    fn journal(&self, what: &str) -> Vec<u8> {
        let output = Command::new(env!("CARGO_BIN_EXE_bellwether"))
            .args(["journal", what])
            .arg(&self.data)
            .output()
            .expect("the binary");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "journal {what}: {said}\n{}", self.last_words());
        output.stdout
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Life {
    /// `kill -9`, and nothing of it is left.
    pub fn kill(&mut self) {
        if let Some(status) = self.0.try_wait().expect("our own child") {
            panic!("it ended by itself: {status}");
        }
        self.0.kill().expect("our own child");
        self.0.wait().expect("our own child");
    }

    /// A clean stop.
    pub fn stop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).expect("a process id"));
        kill_process(pid.expect("a process id"), Signal::TERM).expect("our own child");
        for _ in 0..1_000 {
            if let Some(status) = self.0.try_wait().expect("our own child") {
                assert!(status.success(), "{status}");
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not stop in ten seconds");
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn configuration(address: SocketAddr, destinations: &str) -> String {
    format!(
        r#"
[bot]
name = "Crash Host"
data_dir = "data"
listen = "{address}"
public_url = "https://status.crash.example"

[journal]
reserve = "1MB"

[[server]]
id = "s1"
public_name = "Server One"
domains = ["one.example"]

[[server]]
id = "s2"
public_name = "Server Two"
domains = ["two.example"]

[[probe]]
id = "s1-outside"
server = "s1"
kind = "external"

[[token]]
name = "tim"
role = "admin"
scopes = ["probes", "reports", "commands"]
secret_env = "CRASH_TOKEN"
{destinations}"#
    )
}

/// One webhook for each audience.
pub fn webhooks(sink: SocketAddr) -> String {
    let mut text = String::new();
    for (id, audience) in [("site", "public"), ("room", "staff"), ("people", "reporters")] {
        text.push_str(&format!(
            r#"
[[destination]]
id = "{id}"
kind = "webhook"
audience = "{audience}"
url = "http://{sink}/{id}"
secret_env = "CRASH_WEBHOOK_SECRET"
"#
        ));
    }
    text
}
