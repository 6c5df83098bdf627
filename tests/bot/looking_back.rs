//! A day looked back upon: its post-mortem, and its journal run through the engine once more.

use std::time::Duration;

use serde_json::Value;

use super::harness::{Bot, Home, Receiver, eventually};

/// Suspicion, incident, approval, what staff and provider said, recovery, the end.
async fn live_through_an_incident(bot: &Bot, receiver: &Receiver) {
    bot.report("t-1", "anna", "example.org", "really slow and sometimes unavailable").await;
    bot.fail_until_staff_are_told(receiver, &["s1-http", "s2-http"]).await;
    for command in [
        "draft publish 1 --anyway",
        "tried \"rebooted s1: no change\"",
        "upstream said atl \"unaware of any issues\"",
        "incident update 1 \"The switch is replaced at 22:00.\" --state identified --publish",
        "incident open \"Mail is slow\" --servers s3",
        "incident false-alarm 2",
        "draft publish 99",
        "not a command",
        "incident resolve 1 \"All is well again.\" --publish",
    ] {
        bot.staff(command).await;
    }
    bot.report("t-2", "ben", "cycling-club.example", "works again").await;
    eventually("the follow-up", async || {
        receiver.all().into_iter().find(|one| one.kind == "follow_up.resolved")
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
}

#[tokio::test]
async fn a_journal_that_is_dumped_and_replayed_leads_to_the_decisions_on_record() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    live_through_an_incident(&bot, &receiver).await;
    assert!(bot.stop().status.success());

    let recorded: Vec<Value> =
        home.dump().into_iter().filter(|line| !line["of"].is_null()).map(decision).collect();
    let dump = home.run(&["journal", "dump", "data"]).stdout;
    home.write("day.jsonl", std::str::from_utf8(&dump).expect("text"));
    let replay = home.run(&["replay", "--config", "bellwether.toml", "day.jsonl"]);
    let complaints = String::from_utf8_lossy(&replay.stderr);
    assert!(replay.status.success() && complaints.is_empty(), "{complaints}");
    let mut replayed: Vec<Value> = String::from_utf8_lossy(&replay.stdout)
        .lines()
        .map(|line| decision(serde_json::from_str(line).expect("JSON")))
        .collect();
    let summary = replayed.pop().expect("a summary");
    for kind in ["suspicion", "incident", "draft", "update", "post", "report_filed", "reply"] {
        assert!(recorded.iter().any(|one| one["type"] == kind), "no {kind} on record");
    }
    for (number, (once, again)) in recorded.iter().zip(&replayed).enumerate() {
        assert_eq!(once, again, "decision {number}");
    }
    assert_eq!(recorded.len(), replayed.len());
    assert_eq!((&summary["incidents"], &summary["rejected"]), (&2.into(), &0.into()), "{summary}");
}

/// What was decided, without its place; posts without the ids that belong to an installation.
fn decision(mut line: Value) -> Value {
    let fields = line.as_object_mut().expect("an object");
    for place in ["at", "v", "seq", "decided", "of"] {
        fields.remove(place);
    }
    if fields["type"] == "post" {
        fields.remove("id");
        fields.remove("thread");
    }
    line
}

#[tokio::test]
async fn the_post_mortem_of_a_stopped_bot_tells_the_incident_from_first_report_to_last_word() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    live_through_an_incident(&bot, &receiver).await;
    assert!(bot.stop().status.success());

    let output = home.run(&["post-mortem", "1"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rest = &*told;
    for words in [
        "really slow and sometimes unavailable",
        "rebooted s1: no change",
        "unaware of any issues",
        "The switch is replaced at 22:00.",
        "All is well again.",
    ] {
        let at = rest.find(words);
        assert!(at.is_some(), "“{words}” is missing or out of order in\n{told}");
        rest = &rest[at.unwrap_or_default()..];
    }
    let unknown = home.run(&["post-mortem", "7"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no incident 7"));
}
