//! ntfy, which knows no key: what is in doubt is read back from its cache, also after it was started
//! anew.

use std::{fs, path::Path, process::Command};

use bellwether::{
    broadcast::{CheckError, Driver, Ntfy, REGISTRY, Sending},
    clock::Clock,
    config::Secrets,
    domain::DestinationId,
    event::{Resolution, SendError},
};
use serde_json::Value;

use super::{
    lossy::Wire,
    server::{
        Server, client, clock, destination, free_port, installed, loopback, post, resolve, run,
        sending, until_up,
    },
};

const TOPIC: &str = "our-status";

/// What starts it: a server that only knows one account.
fn command(program: &Path, folder: &Path, port: u16) -> Command {
    let config = folder.join("server.yml");
    let place = folder.display();
    let text = format!(
        "base-url: \"http://127.0.0.1:{port}\"\nlisten-http: \"127.0.0.1:{port}\"\n\
         cache-file: \"{place}/cache\"\nauth-file: \"{place}/accounts\"\n\
         auth-default-access: \"deny-all\"\n"
    );
    fs::write(&config, text).expect("a disk");
    let mut command = Command::new(program);
    command.args(["serve", "-c"]).arg(config);
    command
}

/// The token of an account that may write and read.
fn token(program: &Path, folder: &Path) -> String {
    let config = folder.join("server.yml");
    let ask = |what: &str, words: &[&str]| {
        let mut command = Command::new(program);
        command.args([what, "-c"]).arg(&config).args(words);
        run(command.env("NTFY_PASSWORD", "a-password-of-the-test"))
    };
    ask("user", &["add", "--role=admin", "status"]);
    let said = ask("token", &["add", "status"]);
    let token = said.split_whitespace().find(|word| word.starts_with("tk_"));
    token.unwrap_or_else(|| panic!("no token in {said}")).to_owned()
}

fn driver(wire: &Wire, token: &str) -> Ntfy {
    let options = [("url", format!("http://{}", wire.address)), ("topic", TOPIC.to_owned())];
    let mut secrets = Secrets::default();
    secrets.insert(DestinationId::from("d"), "token", token.into());
    Ntfy::new(&destination("ntfy", &options), &secrets, &clock()).expect("whole")
}

/// What the topic's subscribers got, oldest first.
async fn pushed(port: u16, token: &str) -> Vec<Value> {
    let url = format!("http://127.0.0.1:{port}/{TOPIC}/json?poll=1&since=all");
    let answer = client().get(url).bearer_auth(token).send().await.expect("it answers");
    let text = answer.text().await.expect("text");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["event"] == "message").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_one_notice_at_ntfy_also_when_it_was_started_anew() {
    let Some(place) = installed("ntfy") else { return };
    let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
    let (program, health) =
        (place.join("usr/bin/ntfy"), format!("http://127.0.0.1:{port}/v1/health"));
    let server = Server::start(&command(&program, folder.path(), port));
    until_up(&health).await;
    let token = token(&program, folder.path());
    let wire = Wire::to(loopback(port)).await;
    let refused = driver(&wire, "tk_nobodys0000000000000000000000").check().await;
    assert!(matches!(refused, Err(CheckError::Refused(_))), "{refused:?}");
    let driver = driver(&wire, &token);
    let checked = driver.check().await.expect("it is well");
    assert_eq!(checked.account, Some(format!("127.0.0.1/{TOPIC}")));

    let now = Clock::system().now();
    let first = post(
        "0123456789abcdef0123",
        "Größere Störung\nNext update by 22:00 EST.\nhttps://status.example.org/incidents/1?a=1&b=2",
    );
    wire.lose_the_next_answer();
    let sent = driver.send(sending(&first, now)).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
    drop(server);
    let _server = Server::start(&command(&program, folder.path(), port));
    until_up(&health).await;
    let again = Sending { first_attempt_at: Some(now), ..sending(&first, now) };
    let Resolution::Sent(receipt) = resolve(&driver, again).await else { panic!("not found") };
    assert_eq!(driver.send(again).await.expect("it stands"), receipt);
    let standing = pushed(port, &token).await;
    assert_eq!(standing.len(), 1, "{standing:#?}");
    assert_eq!(standing[0]["id"].as_str(), receipt.remote_id.as_deref());
    assert_eq!(standing[0]["title"], "Größere Störung");
    assert_eq!(standing[0]["click"], "https://status.example.org/incidents/1?a=1&b=2");

    // What never came there is not taken for what did.
    let other = post("fedcba98765432100123", "Identified.");
    let missing = Sending { first_attempt_at: Some(now), ..sending(&other, now) };
    assert_eq!(resolve(&driver, missing).await, Resolution::SendAgain);
    let kind = REGISTRY.iter().find(|one| one.spec.kind == "ntfy").expect("it is there");
    let length = usize::try_from(kind.spec.limits.length_max).expect("a length");
    let longest = post("00112233445566778899", &"x".repeat(length));
    driver.send(sending(&longest, now)).await.expect("it fits");
    let standing = pushed(port, &token).await;
    let whole = standing.iter().filter(|one| one["message"] == longest.body).count();
    assert_eq!((standing.len(), whole), (2, 1), "whole, and not as a file: {standing:#?}");
}
