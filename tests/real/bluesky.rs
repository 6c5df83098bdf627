//! A Personal Data Server with its directory of identities: the same put is the same record.

use std::process::Command;

use bellwether::{
    broadcast::{Bluesky, Driver, Sending},
    clock::Clock,
    config::Secrets,
    domain::DestinationId,
    event::{Post, PostAction, Resolution, SendError},
};
use serde_json::{Value, json};

use super::{
    lossy::Wire,
    pictures::pictured,
    server::{
        Server, client, clock, destination, free_port, installed, loopback, post, sending, until_up,
    },
};

const HANDLE: &str = "examplehost.test";
const PASSWORD: &str = "a-password-of-the-test";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_leads_to_one_record_and_threads_and_deletions_work() {
    let Some(place) = installed("bluesky") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (directory, port) = (free_port(), free_port());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/bluesky.cjs");
    let mut command = Command::new("node");
    command.arg(script).arg(&place).arg(folder.path());
    let _server = Server::start(command.args([directory.to_string(), port.to_string()]));
    let base = format!("http://127.0.0.1:{port}/xrpc");
    until_up(&format!("{base}/_health")).await;
    let account = json!({ "handle": HANDLE, "email": "a@b.test", "password": PASSWORD });
    let made = client().post(format!("{base}/com.atproto.server.createAccount"));
    let made = made.json(&account).send().await.expect("it answers");
    assert!(made.status().is_success(), "{:?}", made.text().await);

    let wire = Wire::to(loopback(port)).await;
    let options = [("pds", format!("http://{}", wire.address)), ("identifier", HANDLE.to_owned())];
    let mut secrets = Secrets::default();
    secrets.insert(DestinationId::from("d"), "app_password", PASSWORD.into());
    let driver = Bluesky::new(&destination("bluesky", &options), &secrets, &clock());
    let driver = driver.expect("whole");
    let checked = driver.check().await.expect("it is well");
    assert_eq!(checked.account.as_deref(), Some("examplehost.test at 127.0.0.1"));

    let now = Clock::system().now();
    let first = post("first", "Größere Störung. #outage https://status.example.org/incidents/1");
    wire.lose_the_next_answer();
    let sent = driver.send(sending(&first, now)).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
    assert_eq!(driver.resolve(sending(&first, now)).await, Resolution::SendAgain);
    let receipt = driver.send(sending(&first, now)).await.expect("the same again");
    let standing = records(&base).await;
    assert_eq!(standing.len(), 1, "{standing:#?}");
    assert_eq!(Some(standing[0]["uri"].as_str().expect("a uri")), receipt.remote_id.as_deref());
    assert_eq!(standing[0]["value"]["facets"].as_array().map(Vec::len), Some(2));

    let id = receipt.remote_id.expect("an id");
    let reply = post("reply", "Identified.");
    let threaded = driver.send(Sending { reply_to: Some(&id), ..sending(&reply, now) }).await;
    assert_eq!(threaded.expect("it works").remark, None);
    let replies = records(&base).await;
    assert!(replies.iter().any(|one| one["value"]["reply"]["root"]["uri"] == *id), "{replies:#?}");
    let other = post("first", "Other words under the same key.");
    let refused = driver.send(sending(&other, now)).await;
    assert!(matches!(refused, Err(SendError::Rejected(_))), "{refused:?}");
    let long = post("long", &"é".repeat(301));
    let refused = driver.send(sending(&long, now)).await;
    assert!(matches!(refused, Err(SendError::Rejected(_))), "{refused:?}");
    let delete = Post { action: PostAction::Delete, ..post("delete", "") };
    for _ in 0..2 {
        driver.send(Sending { reply_to: Some(&id), ..sending(&delete, now) }).await.expect("gone");
    }
    let late = post("late", "Resolved.");
    let alone = driver.send(Sending { reply_to: Some(&id), ..sending(&late, now) }).await;
    assert!(alone.expect("it is not lost").remark.is_some());
    assert_eq!(records(&base).await.len(), 2);

    let shown = pictured("shown", "It is the switch.");
    let receipt = driver.send(sending(&shown, now)).await.expect("it works");
    assert_eq!(receipt.remark, None);
    assert_eq!(driver.send(sending(&shown, now)).await.expect("the same again"), receipt);
    let standing = records(&base).await;
    let embeds = standing.iter().map(|one| &one["value"]["embed"]).filter(|one| one.is_object());
    let embeds: Vec<&Value> = embeds.collect();
    assert_eq!(embeds.len(), 1, "{standing:#?}");
    let picture = shown.picture.as_ref().expect("a picture");
    assert_eq!(embeds[0]["images"][0]["alt"], picture.alt.as_str());
}

async fn records(base: &str) -> Vec<Value> {
    let url =
        format!("{base}/com.atproto.repo.listRecords?repo={HANDLE}&collection=app.bsky.feed.post");
    let text = client().get(url).send().await.expect("it answers").text().await.expect("text");
    let list: Value = serde_json::from_str(&text).expect("JSON");
    list["records"].as_array().cloned().expect("a list")
}
