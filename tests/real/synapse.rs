//! Synapse, the usual homeserver of Matrix: one transaction is one event, and what is in doubt is found
//! in the room, also by another login.

use std::{fs, path::Path, process::Command, time::Duration};

use bellwether::{
    broadcast::{CheckError, Driver, Matrix, Sending},
    clock::Clock,
    config::Secrets,
    domain::DestinationId,
    event::{Post, PostAction, Resolution, SendError},
};
use serde_json::{Value, json};

use super::{
    lossy::Wire,
    server::{
        Server, client, clock, destination, free_port, installed, loopback, post, resolve, run,
        sending, until_up,
    },
};

const USER: &str = "status";
const PASSWORD: &str = "a-password-of-the-test";
const SHARED_SECRET: &str = "who-knows-this-may-register";

/// A homeserver with one account, logged in, and one room.
struct Synapse {
    _server: Server,
    _folder: tempfile::TempDir,
    port: u16,
    token: String,
    room: String,
}

impl Synapse {
    async fn start(place: &Path) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let (programs, config) = (place.join("bin"), folder.path().join("homeserver.yaml"));
        let key = folder.path().join("key");
        fs::write(&config, configuration(folder.path(), port)).expect("a disk");
        run(Command::new(programs.join("generate_signing_key")).arg("-o").arg(&key));
        let mut command = Command::new(programs.join("synapse_homeserver"));
        let server = Server::start(command.arg("-c").arg(&config).current_dir(folder.path()));
        let base = format!("http://127.0.0.1:{port}");
        until_up(&format!("{base}/_matrix/client/versions")).await;
        let account = ["-u", USER, "-p", PASSWORD, "--no-admin", "-k", SHARED_SECRET, &*base];
        run(Command::new(programs.join("register_new_matrix_user")).args(account));
        let (token, room) = (String::new(), String::new());
        let mut synapse = Self { _server: server, _folder: folder, port, token, room };
        synapse.token = synapse.log_in().await;
        let made = synapse.post("createRoom", json!({ "preset": "public_chat" })).await;
        synapse.room = text(&made["room_id"]);
        synapse
    }

    /// A token, with a device of its own.
    async fn log_in(&self) -> String {
        let account = json!({
            "type": "m.login.password",
            "identifier": { "type": "m.id.user", "user": USER },
            "password": PASSWORD,
        });
        text(&self.post("login", account).await["access_token"])
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("http://127.0.0.1:{}/_matrix/client/v3/{path}", self.port);
        answered(client().post(url).bearer_auth(&self.token).json(&body)).await
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("http://127.0.0.1:{}/_matrix/client/{path}", self.port);
        answered(client().get(url).bearer_auth(&self.token)).await
    }

    /// What was said in the room and not taken back, newest first, edits beside what they changed.
    async fn said(&self) -> Vec<Value> {
        let path = format!("v3/rooms/{}/messages?dir=b&limit=100", self.room);
        let events = self.get(&path).await["chunk"].as_array().cloned().expect("a list");
        let stands = |event: &Value| {
            event["type"] == "m.room.message" && event["content"]["body"].is_string()
        };
        events.into_iter().filter(stands).collect()
    }

    fn driver(&self, wire: &Wire, token: &str, options: &[(&str, String)]) -> Matrix {
        let server = ("homeserver", format!("http://{}", wire.address));
        let options = [&[server, ("room", self.room.clone())], options].concat();
        let mut secrets = Secrets::default();
        secrets.insert(DestinationId::from("d"), "token", token.into());
        Matrix::new(&destination("matrix", &options), &secrets, &clock()).expect("whole")
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        r#"
server_name: localhost
listeners:
  - {{ port: {port}, type: http, bind_addresses: ["127.0.0.1"], resources: [{{ names: [client] }}] }}
database: {{ name: sqlite3, args: {{ database: "{folder}/database" }} }}
media_store_path: "{folder}/media"
signing_key_path: "{folder}/key"
registration_shared_secret: "{SHARED_SECRET}"
report_stats: false
trusted_key_servers: []
rc_message: {{ per_second: 0.5, burst_count: 10 }}
"#
    )
}

async fn answered(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("it answers");
    let is_well = answer.status().is_success();
    let text = answer.text().await.expect("text");
    assert!(is_well, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_one_event_at_synapse_and_threads_edits_and_deletions_work() {
    let Some(place) = installed("synapse") else { return };
    let synapse = Synapse::start(&place).await;
    let wire = Wire::to(loopback(synapse.port)).await;
    let driver = synapse.driver(&wire, &synapse.token, &[("threads", "true".to_owned())]);
    let checked = driver.check().await.expect("it is well");
    assert_eq!(checked.account, Some(format!("@status:localhost in {}", synapse.room)));

    let now = Clock::system().now();
    let first = post("first", "Größere <Störung> & \"mehr\"\n@room: a line below.");
    wire.lose_the_next_answer();
    let sent = driver.send(sending(&first, now)).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
    let again = Sending { first_attempt_at: Some(now), ..sending(&first, now) };
    let Resolution::Sent(receipt) = resolve(&driver, again).await else { panic!("not found") };
    assert_eq!(driver.send(again).await.expect("the same again"), receipt);
    let other_login = synapse.driver(&wire, &synapse.log_in().await, &[]);
    assert_eq!(resolve(&other_login, again).await, Resolution::Sent(receipt.clone()));
    let standing = synapse.said().await;
    assert_eq!(standing.len(), 1, "{standing:#?}");
    assert_eq!(standing[0]["event_id"].as_str(), receipt.remote_id.as_deref());
    let markup =
        "<strong>Größere &lt;Störung&gt; &amp; &#34;mehr&#34;</strong><br>@room: a line below.";
    assert_eq!(standing[0]["content"]["formatted_body"], markup);

    let id = receipt.remote_id.expect("an id");
    let about = |post| Sending { reply_to: Some(&*id), ..sending(post, now) };
    let reply = post("reply", "Identified: a network switch.");
    wire.lose_the_next_answer();
    let lost = driver.send(about(&reply)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    let found = resolve(&driver, Sending { first_attempt_at: Some(now), ..about(&reply) }).await;
    assert!(matches!(found, Resolution::Sent(_)), "{found:?}");
    let threads = synapse.get(&format!("v1/rooms/{}/threads", synapse.room)).await;
    assert_eq!(threads["chunk"][0]["event_id"], *id);
    assert_eq!(threads["chunk"][0]["unsigned"]["m.relations"]["m.thread"]["count"], 1);

    let edit = Post { action: PostAction::Edit, ..post("edit", "Other words.") };
    wire.lose_the_next_answer();
    let lost = driver.send(about(&edit)).await;
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    assert_eq!(resolve(&driver, about(&edit)).await, Resolution::SendAgain);
    let edited = driver.send(about(&edit)).await.expect("the same again");
    assert_eq!(edited.remote_id.as_deref(), Some(&*id));
    assert_eq!(synapse.said().await.len(), 3, "a first, its reply, and one edit");
    let shown = synapse.get(&format!("v3/rooms/{}/event/{id}", synapse.room)).await;
    let changed = &shown["unsigned"]["m.relations"]["m.replace"]["content"];
    assert_eq!(changed["m.new_content"]["body"], "Other words.");

    let delete = Post { action: PostAction::Delete, ..post("delete", "") };
    for _ in 0..2 {
        let gone = driver.send(about(&delete)).await;
        assert!(gone.is_ok(), "{gone:?}");
    }
    let left = synapse.said().await;
    assert!(left.iter().all(|event| event["event_id"] != *id), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn synapse_says_how_long_to_wait_and_whom_it_does_not_know() {
    let Some(place) = installed("synapse") else { return };
    let synapse = Synapse::start(&place).await;
    let wire = Wire::to(loopback(synapse.port)).await;
    let stranger = synapse.driver(&wire, "syt_nobody", &[]);
    let refused = stranger.check().await;
    assert!(matches!(refused, Err(CheckError::Refused(_))), "{refused:?}");

    let driver = synapse.driver(&wire, &synapse.token, &[]);
    let now = Clock::system().now();
    let mut taken = 0;
    let (late, pause) = loop {
        let one = post(&format!("post-{taken}"), "Words.");
        match driver.send(sending(&one, now)).await {
            Ok(_) => taken += 1,
            Err(SendError::RetryAfter { after: Some(pause), .. }) => break (one, pause),
            other => panic!("{other:?}"),
        }
        assert!(taken < 50, "it takes any number");
    };
    // The driver's clock goes ten times as fast.
    tokio::time::sleep(pause / 10 + Duration::from_millis(200)).await;
    let sent = driver.send(sending(&late, now)).await;
    assert!(sent.is_ok(), "after the pause it asked for: {sent:?}");
    assert_eq!(synapse.said().await.len(), taken + 1);
}
