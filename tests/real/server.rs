//! A real server as a process on loopback that ends with its test.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bellwether::{
    broadcast::{Driver, Sending, install_crypto},
    clock::Clock,
    domain::{
        Abilities, Audience, Destination, DestinationId, IncidentId, Limits, PostId, TextUnit,
        Timestamp,
    },
    event::{Post, PostAction, Resolution},
};

/// A process that does not outlive its test, even one that is killed.
pub struct Server(Child);

/// Runs its arguments until nobody holds its standard input any more.
const WARDEN: &str = r#""$@" </dev/null & child=$!; read -r _; kill -9 "$child"; wait"#;

impl Server {
    pub fn start(command: &Command) -> Self {
        let mut warden = Command::new("sh");
        warden.args(["-c", WARDEN, "sh"]).arg(command.get_program()).args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            warden.current_dir(folder);
        }
        let child = warden.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(child.spawn().expect("a shell"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Runs a program to its end and gives what it said; a failure is the test's.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("it is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    said
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

/// Looks until there is an answer, at most twenty seconds.
pub async fn resolve(driver: &dyn Driver, sending: Sending<'_>) -> Resolution {
    for _ in 0..200 {
        match driver.resolve(sending).await {
            Resolution::AskLater(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            settled @ (Resolution::Sent(_) | Resolution::SendAgain | Resolution::CannotTell(_)) => {
                return settled;
            }
        }
    }
    panic!("no answer in twenty seconds");
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
