//! A real server as a process on loopback that ends with its test.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bellwether::{
    broadcast::{Sending, install_crypto},
    clock::Clock,
    domain::{
        Abilities, Audience, Destination, DestinationId, IncidentId, Limits, PostId, TextUnit,
        Timestamp,
    },
    event::{Post, PostAction},
};

/// A process that does not outlive its test.
pub struct Server(Child);

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.expect("it is installed"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a server is installed; `None`, and it is said, when it is not.
pub fn installed(name: &str) -> Option<PathBuf> {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/real").join(name);
    if place.join("ready").exists() {
        return Some(place);
    }
    println!("skipped: {name}: it is not in {}; run `.ci/run real`", place.display());
    None
}

/// A port that nobody listens at.
pub fn free_port() -> u16 {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    free.local_addr().expect("bound").port()
}

pub fn client() -> reqwest::Client {
    install_crypto();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// Waits until something answers at an address, at most a minute.
pub async fn until_up(url: &str) {
    let client = client();
    for _ in 0..600 {
        if client.get(url).send().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nothing answers at {url} for a minute");
}

/// Ten times as fast as the machine's, from now on: what waits for half a minute waits three seconds.
pub fn clock() -> Clock {
    Clock::paced(Clock::system().now(), 10.0)
}

pub fn destination(kind: &str, options: &[(&str, String)]) -> Destination {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Destination {
        id: DestinationId::from("d"),
        kind: kind.to_owned(),
        audience: Audience::Public,
        language: "en".to_owned(),
        timezone: None,
        options: options.collect::<BTreeMap<String, String>>(),
        limits: Limits::of(500, TextUnit::Characters),
        abilities: Abilities::default(),
    }
}

pub fn post(id: &str, body: &str) -> Post {
    Post {
        id: PostId::from(id),
        destination: DestinationId::from("d"),
        audience: Audience::Public,
        action: PostAction::Post,
        subject: "incident.update".to_owned(),
        incident: Some(IncidentId(1)),
        window: None,
        recipient: None,
        thread: None,
        body: body.to_owned(),
        buttons: Vec::new(),
        picture: None,
    }
}

pub fn sending(post: &Post, decided_at: Timestamp) -> Sending<'_> {
    Sending { post, decided_at, recipient: None, reply_to: None, first_attempt_at: None }
}

pub fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}
