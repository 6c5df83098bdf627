//! snac2, which speaks Mastodon's API, knows no idempotency key and answers only the first form of
//! `instance`: what is in doubt there can only be read back.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use bellwether::{
    broadcast::{Driver, Mastodon, Sending},
    clock::Clock,
    config::Secrets,
    domain::DestinationId,
    event::{Post, PostAction, Resolution, SendError},
};
use serde_json::Value;

use super::{
    lossy::Wire,
    pictures::pictured,
    server::{
        Server, client, clock, destination, free_port, installed, loopback, post, sending, until_up,
    },
};

/// A server with one account.
struct Snac {
    _server: Server,
    _folder: tempfile::TempDir,
    base: String,
    port: u16,
    token: String,
}

impl Snac {
    async fn start(place: &Path) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let (program, data) = (place.join("usr/bin/snac"), folder.path().join("data"));
        let run = |words: &[&str], typed: &str| {
            let mut command = Command::new(&program);
            command.args(&words[..1]).arg(&data).args(&words[1..]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("it is installed");
            child.stdin.take().expect("piped").write_all(typed.as_bytes()).expect("it reads");
            let output = child.wait_with_output().expect("it ends");
            String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr)
        };
        run(&["init"], &format!("127.0.0.1\n{port}\nlocalhost:{port}\n\n\n"));
        let settings = data.join("server.json");
        let text = fs::read_to_string(&settings).expect("it was made");
        let mut value: Value = serde_json::from_str(&text).expect("JSON");
        value["protocol"] = "http".into();
        value["disable_sandbox"] = true.into();
        fs::write(&settings, value.to_string()).expect("a disk");
        let said = run(&["adduser", "status"], "");
        let password =
            said.split("password is ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let password = password.unwrap_or_else(|| panic!("no password in {said}")).to_owned();
        let server = Server::start(Command::new(&program).arg("httpd").arg(&data));
        let base = format!("http://127.0.0.1:{port}");
        until_up(&base).await;
        let form = format!("login=status&passwd={password}");
        let answer = client()
            .post(format!("{base}/oauth/x-snac-get-token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .expect("it answers");
        let token = answer.text().await.expect("text").trim().to_owned();
        Self { _server: server, _folder: folder, base, port, token }
    }

    async fn get(&self, path: &str) -> Value {
        let request = client().get(format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.token);
        let text = request.send().await.expect("it answers").text().await.expect("text");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    /// What the account has posted, newest first.
    async fn statuses(&self) -> Vec<Value> {
        let own = self.get("accounts/verify_credentials").await;
        let id = own["id"].as_str().expect("an id");
        self.get(&format!("accounts/{id}/statuses?limit=40"))
            .await
            .as_array()
            .cloned()
            .expect("a list")
    }

    fn driver(&self, wire: &Wire) -> Mastodon {
        let options =
            [("url", format!("http://{}", wire.address)), ("visibility", "unlisted".to_owned())];
        let mut secrets = Secrets::default();
        secrets.insert(DestinationId::from("d"), "token", self.token.clone().into());
        let driver = Mastodon::new(&destination("mastodon", &options), &secrets, &clock());
        driver.expect("whole")
    }
}

async fn resolve(driver: &Mastodon, sending: Sending<'_>) -> Resolution {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_at_snac_and_threads_edits_and_deletions_work() {
    let Some(place) = installed("snac") else { return };
    let snac = Snac::start(&place).await;
    let wire = Wire::to(loopback(snac.port)).await;
    let driver = snac.driver(&wire);
    let checked = driver.check().await.expect("it is well");
    assert_eq!(checked.limits.and_then(|limits| limits.url_length), Some(32));

    let now = Clock::system().now();
    let first = post(
        "first",
        "Sites on s1 & s2 may load *slowly* <again>, \"odd\".\nNext update by 22:00 EST.\n\
         https://status.example.org/incidents/1?a=1&b=2",
    );
    wire.lose_the_next_answer();
    let sent = driver.send(sending(&first, now)).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
    let again = Sending { first_attempt_at: Some(now), ..sending(&first, now) };
    let Resolution::Sent(receipt) = resolve(&driver, again).await else { panic!("not found") };
    assert_eq!(receipt.remark, None);
    let id = receipt.remote_id.expect("an id");
    assert_eq!(driver.send(again).await.expect("it stands").remote_id, Some(id.clone()));
    let standing = snac.statuses().await;
    assert_eq!(standing.len(), 1, "{standing:#?}");
    assert_eq!(standing[0]["visibility"], "unlisted");

    let reply = post("reply", "Identified: a network switch.");
    let threaded = Sending { reply_to: Some(&id), ..sending(&reply, now) };
    assert_eq!(driver.send(threaded).await.expect("it works").remark, None);
    let edit = Post { action: PostAction::Edit, ..post("edit", "Other words.") };
    let edited = driver.send(Sending { reply_to: Some(&id), ..sending(&edit, now) }).await;
    assert_eq!(edited.expect("it works").remark, None);
    let delete = Post { action: PostAction::Delete, ..post("delete", "") };
    for _ in 0..2 {
        let gone = driver.send(Sending { reply_to: Some(&id), ..sending(&delete, now) }).await;
        assert!(gone.is_ok(), "{gone:?}");
    }
    let late = post("late", "Resolved.");
    let alone = driver.send(Sending { reply_to: Some(&id), ..sending(&late, now) }).await;
    let remark = alone.expect("it is not lost").remark;
    assert!(remark.is_some_and(|remark| remark.contains("stands alone")));
    assert_eq!(snac.statuses().await.len(), 2);

    let shown = pictured("shown", "It is the switch.");
    wire.lose_the_next_answer();
    let receipt = driver.send(sending(&shown, now)).await.expect("the words leave");
    assert!(receipt.remark.is_some_and(|remark| remark.contains("without its picture")));
    let shown = pictured("shown-2", "It is the switch, and here is how it went.");
    let receipt = driver.send(sending(&shown, now)).await.expect("it works");
    assert_eq!(receipt.remark, None);
    let standing = snac.statuses().await;
    let pictures = standing.iter().map(|status| &status["media_attachments"][0]["description"]);
    let pictures: Vec<&Value> = pictures.filter(|one| one.is_string()).collect();
    let picture = shown.picture.as_ref().expect("a picture");
    assert_eq!(pictures, [picture.alt.as_str()], "{standing:#?}");
}
