//! Stories of a whole bot.

use std::time::Duration;

use serde_json::json;

use super::harness::{Home, Receiver, TICKETS, eventually};
use crate::hostile;

/// Longer than the bot's own patience with a slow head or body.
const PATIENCE: Duration = Duration::from_secs(25);

#[tokio::test]
async fn a_failing_server_is_told_to_staff_and_published_once_they_approve() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();

    bot.report("t-1", "anna", "example.org", "really slow and sometimes unavailable").await;
    bot.staff("incident open \"Slow page loads on Server One\" --servers s1").await;
    eventually("the draft for staff", async || {
        receiver
            .all()
            .into_iter()
            .find(|one| one.destination == "staff-room" && one.text.contains("draft"))
    })
    .await;
    assert!(
        receiver.texts("community", "incident.investigating").is_empty(),
        "nobody approved yet"
    );

    let answer = bot.staff("draft publish 1").await;
    eventually("the public post", async || {
        receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    assert!(bot.page("/").await.1.contains("Server One"), "{answer}");

    bot.staff("incident resolve 1 \"Server One works normally again.\" --publish").await;
    let heard = eventually("the reporter's follow-up", async || {
        receiver.all().into_iter().find(|one| one.kind == "follow_up.resolved")
    })
    .await;
    assert_eq!(heard.recipient.as_deref(), Some("desk%3Aanna"), "{heard:?}");
    assert!(receiver.counts().values().all(|count| *count == 1), "{:?}", receiver.counts());
    assert!(bot.stop().status.success());
}

#[tokio::test]
async fn after_kill_9_the_next_start_knows_everything_and_repeats_nothing() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    bot.report("t-1", "anna", "example.org", "down").await;
    bot.staff("incident open \"Trouble on Server One\" --servers s1").await;
    bot.staff("draft publish 1").await;
    eventually("the public post", async || {
        receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    bot.kill();
    let before = receiver.counts();

    let bot = home.start();
    assert!(bot.staff("incident list").await.contains("Trouble on Server One"));
    assert!(bot.page("/").await.1.contains("Trouble on Server One"));
    let again = bot.staff("draft publish 1").await;
    assert!(again.contains("tim"), "a second approval is told who was first: {again}");
    // The same ticket sent once more is the same report.
    let now = chrono::Utc::now();
    let report = json!({"at": now, "type": "report", "id": "t-1", "reporter": "anna",
        "domain": "example.org", "text": "down"});
    let (status, answer) = bot.post("/api/v1/inputs", TICKETS, &report).await;
    assert_eq!(status, 200, "{answer}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.counts(), before, "nothing new, nothing twice");
    assert!(bot.stop().status.success());
}

#[tokio::test]
async fn a_second_bot_on_the_same_journal_is_refused_with_the_firsts_pid() {
    let (_, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();

    let second = home.run(&["serve"]);

    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1));
    assert!(said.contains(&bot.pid().to_string()), "{said}");
}

#[tokio::test]
async fn a_person_can_be_forgotten_and_the_chain_still_verifies() {
    let (_, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    bot.report("t-1", "anna", "example.org", "the shop of Anna Fictional is down").await;
    bot.report("t-2", "ben", "example.org", "same for Ben").await;
    let listed = bot.staff("reports list").await;
    assert!(listed.contains("Anna Fictional"), "staff read the words: {listed}");
    assert!(bot.stop().status.success());

    let forgotten = home.run(&["forget", "--journal", "data", "desk:anna"]);
    assert!(forgotten.status.success(), "{}", String::from_utf8_lossy(&forgotten.stderr));
    let verified = home.run(&["journal", "verify", "data"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let chained: Vec<String> = home.dump().iter().map(ToString::to_string).collect();
    assert!(!chained.join("\n").contains("Fictional"), "no text ever stands in the chain");
    assert!(!chained.join("\n").contains("hook-of-a-room"), "nor a webhook's address");

    let bot = home.start();
    let listed = bot.staff("reports list").await;
    assert!(!listed.contains("Fictional") && listed.contains("same for Ben"), "{listed}");
}

#[tokio::test]
async fn the_real_bot_answers_the_whole_hostile_table_as_expected() {
    let (_, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    let mut wrong = Vec::new();
    let cases = hostile::table();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let address = bot.address();
        let mistake = tokio::task::spawn_blocking(move || {
            hostile::mistake(&case, &hostile::exchange(address, &case.send, PATIENCE))
        });
        wrong.extend(mistake.await.expect("a case"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(bot.page("/readyz").await.0, 200);
    let resident = hostile::resident_bytes(bot.pid());
    assert!(resident < 256 << 20, "{resident} bytes after all that");
    assert!(bot.stop().status.success());
}

#[test]
fn broken_staff_words_stop_the_start_with_file_and_line() {
    let home = Home::new(([127, 0, 0, 1], 9).into());
    let config = std::fs::read_to_string(home.path().join("bellwether.toml")).expect("the file");
    home.write("bellwether.toml", &config.replace("[bot]", "[bot]\nwords = \"words\""));
    home.write("words/en/incident.ftl", "# fine\n\nthis is no message\n");

    for command in ["check", "serve"] {
        let output = home.run(&[command]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("incident.ftl") && said.contains(":3"), "{said}");
    }
}
