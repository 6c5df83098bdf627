//! The configuration is read again while the bot runs.

use std::time::Duration;

use serde_json::json;

use super::harness::{Bot, Home, Receiver, STAFF, TICKETS, eventually};

const ADMIN: &str = "secret-of-ada-the-admin-004";

/// A token that may have the configuration read again.
const ADMIN_TOKEN: &str = "
[[token]]
name = \"ada\"
role = \"admin\"
scopes = [\"commands\"]
secret_file = \"secret-ada\"
";

fn home(receiver: std::net::SocketAddr) -> Home {
    let home = Home::new(receiver);
    home.write("secret-ada", ADMIN);
    home.edit(|config| config + ADMIN_TOKEN);
    home
}

fn destination(id: &str, receiver: std::net::SocketAddr) -> String {
    format!(
        "\n[[destination]]\nid = \"{id}\"\nkind = \"webhook\"\naudience = \"public\"\n\
         url = \"http://{receiver}/\"\nsecret_file = \"secret-webhook\"\n"
    )
}

/// What an admin reads who has the configuration read again.
async fn reload(bot: &Bot) -> String {
    let body = json!({ "text": "reload" });
    let (status, answer) = bot.post("/api/v1/commands", ADMIN, &body).await;
    assert_eq!(status, 200, "{answer}");
    answer["text"].as_str().expect("words").to_owned()
}

async fn staff_read(receiver: &Receiver, words: &str) -> String {
    eventually(words, async || {
        let mut all = receiver.all().into_iter();
        all.find(|one| one.destination == "staff-room" && one.text.contains(words))
    })
    .await
    .text
}

#[tokio::test]
async fn in_mid_incident_everything_stays_and_a_new_destination_gets_the_next_post() {
    let (receiver, address) = Receiver::start().await;
    let home = home(address);
    let bot = home.start();
    bot.fail_until_staff_are_told(&receiver, &["s1-http", "s2-http"]).await;
    let draft = bot.staff("draft show 1").await;
    home.edit(|config| config + &destination("community-2", address));
    bot.hang_up();
    let told = staff_read(&receiver, "community-2").await;
    assert!(told.contains("asked by SIGHUP") && told.contains("destination community-2 added"));
    assert_eq!(bot.page("/readyz").await.0, 200);
    assert_eq!(bot.staff("draft show 1").await, draft);

    let answer = bot.staff("draft publish 1 --anyway").await;
    for room in ["community", "community-2"] {
        eventually(room, async || receiver.all().into_iter().find(|one| one.destination == room))
            .await;
    }
    let suspects = bot.staff("suspects").await;
    assert!(suspects.contains("s1"), "{suspects}");
    // The receipts are in the journal before the bot dies.
    eventually("the receipts", async || {
        let shown = bot.staff("deliveries").await;
        (!shown.contains("community")).then_some(())
    })
    .await;
    bot.kill();

    let bot = home.start();
    assert!(bot.staff("incident list").await.contains("investigating"), "{answer}");
    let shown = bot.staff("incident show 1").await;
    assert!(shown.contains("community-2"), "the promise and its posts are known: {shown}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(receiver.counts().values().all(|count| *count == 1), "{:?}", receiver.counts());
    assert_eq!(
        reload(&bot).await,
        "The configuration was read again, asked by ada: nothing has changed."
    );
    assert!(bot.stop().status.success());
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_all_its_problems_are_told() {
    let (receiver, address) = Receiver::start().await;
    let home = home(address);
    let bot = home.start();
    let good = std::fs::read_to_string(home.path().join("bellwether.toml")).expect("the file");
    home.edit(|config| {
        config.replace("depends_on = [\"sw-atl-2\"]", "depends_on = [\"sw-atl-9\"]")
            + "\n[[probe]]\nid = \"new\"\nserver = \"s1\"\nkind = \"tpc\"\n"
            + &destination("unsigned", address).replace("secret-webhook", "no-such-file")
    });
    bot.hang_up();
    let told = staff_read(&receiver, "cannot be used").await;
    for problem in ["sw-atl-9", "tpc", "holds the secret", "bellwether.toml:"] {
        assert!(told.contains(problem), "{problem}: {told}");
    }
    assert_eq!(bot.page("/readyz").await.0, 200);
    let answer = bot.staff("incident open \"Trouble\" --servers s3").await;
    assert!(answer.contains("draft"), "{answer}");
    let refused = reload(&bot).await;
    assert!(refused.contains("sw-atl-9") && refused.contains("asked by ada"), "{refused}");

    // What only shows when it is tried: words, and a destination's secret.
    home.write("bellwether.toml", &good.replace("[bot]", "[bot]\nwords = \"words\""));
    home.write("words/en/incident.ftl", "this is no message\n");
    home.write("secret-webhook", "short");
    let refused = reload(&bot).await;
    assert!(refused.contains("incident.ftl") && refused.contains("secret must be"), "{refused}");
    assert!(!refused.contains("short"), "{refused}");
    bot.staff("draft publish 1").await;
    eventually("a post signed with the secret before", async || {
        receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    let log = String::from_utf8_lossy(&bot.stop().stderr).into_owned();
    assert!(log.contains("sw-atl-9") && log.contains("tpc"), "{log}");
}

#[tokio::test]
async fn tokens_names_probes_words_and_pages_follow() {
    let (_receiver, address) = Receiver::start().await;
    let home = home(address);
    home.write("domains.csv", "domain,server\nmoving.example,s1\n");
    home.edit(|config| config + "\n[fleet]\ndomains_csv = \"domains.csv\"\n");
    let bot = home.start();
    let report = |id: &str| {
        json!({"at": chrono::Utc::now(), "type": "report", "id": id, "reporter": id,
            "domain": "moving.example", "text": "down"})
    };
    bot.post("/api/v1/inputs", TICKETS, &report("t-1")).await;

    home.write("domains.csv", "domain,server\nmoving.example,s3\n");
    home.write("secret-eve", "secret-of-eve-the-staff-0005");
    home.write("words/en/incident.ftl", "reload-unchanged = As it was, { $by }.\n");
    home.edit(|config| {
        let config =
            config.replace("secret-tim", "secret-eve").replace("Example Host", "Other Host");
        let config = config.replace("[bot]", "[bot]\nwords = \"words\"");
        let config = config.replace("listen = \"127.0.0.1:0\"", "listen = \"127.0.0.1:1\"");
        format!(
            "{config}\n[[probe]]\nid = \"s1-tcp\"\nserver = \"s1\"\nkind = \"tcp\"\n\
             address = \"{address}\"\nevery = \"1s\"\n"
        )
    });
    assert!(!bot.page("/metrics").await.1.contains("type=\"probe_result\""));
    let told = reload(&bot).await;
    for part in ["probe s1-tcp added", "1 domain moved", "bot.name", "bot.words", "token changed"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(told.contains("At the next start, and not before, these follow too: bot.listen."));

    let asked = json!({ "text": "status" });
    assert_eq!(bot.post("/api/v1/commands", STAFF, &asked).await.0, 401, "the old token");
    let answered = bot.post("/api/v1/commands", "secret-of-eve-the-staff-0005", &asked).await;
    assert_eq!(answered.0, 200, "{}", answered.1);
    bot.post("/api/v1/inputs", TICKETS, &report("t-2")).await;
    assert!(bot.page("/").await.1.contains("Other Host"));
    assert!(bot.page("/report").await.1.contains("Other Host"));
    eventually("a result of the new probe", async || {
        bot.page("/metrics").await.1.contains("type=\"probe_result\"").then_some(())
    })
    .await;
    assert!(reload(&bot).await.starts_with("As it was, ada. At the next start"));
    assert!(bot.stop().status.success());
    let filed: Vec<String> = home
        .dump()
        .iter()
        .filter(|line| line["type"] == "report_filed")
        .map(|line| line["server"].as_str().expect("a server").to_owned())
        .collect();
    assert_eq!(filed, ["s1", "s3"], "the domain counts for its new server from then on");
}

#[tokio::test]
async fn a_server_that_is_removed_takes_its_suspicion_along_and_leaves_its_incident_to_staff() {
    let (receiver, address) = Receiver::start().await;
    let home = home(address);
    let bot = home.start();
    bot.fail_until_staff_are_told(&receiver, &["s3-http"]).await;
    home.edit(|config| {
        let sections = config.split("\n[[").filter(|section| {
            !section.contains("id = \"s3\"") && !section.contains("server = \"s3\"")
        });
        sections.collect::<Vec<_>>().join("\n[[")
    });
    bot.hang_up();
    staff_read(&receiver, "server s3 removed; probe s3-http removed").await;
    staff_read(&receiver, "Incident 1 stays open and is yours").await;
    assert!(!bot.staff("suspects").await.contains("s3"));
    assert!(bot.staff("incident list").await.contains("investigating"));
    assert!(bot.stop().status.success());
}

#[tokio::test]
async fn signals_that_come_at_once_are_one_reload_or_two_and_disturb_nobody() {
    let (receiver, address) = Receiver::start().await;
    let home = home(address);
    let bot = home.start();
    home.edit(|config| config + &destination("community-2", address));
    for _ in 0..20 {
        bot.hang_up();
    }
    staff_read(&receiver, "destination community-2 added").await;
    bot.hang_up();
    bot.hang_up();
    let (mine, other) = tokio::join!(reload(&bot), reload(&bot));
    assert!(mine.contains("nothing has changed") && other == mine, "{mine} {other}");
    let told = receiver.texts("staff-room", "configuration");
    assert_eq!(told.len(), 1, "what changed is told once: {told:?}");
    assert_eq!(bot.page("/readyz").await.0, 200);
    let staff = bot.post("/api/v1/commands", STAFF, &json!({ "text": "reload" })).await;
    assert!(staff.1["text"].as_str().expect("words").contains("is for admin"), "{}", staff.1);
    assert!(bot.stop().status.success());
}

#[tokio::test]
async fn killed_in_the_middle_of_a_reload_the_next_start_follows_it() {
    let (receiver, address) = Receiver::start().await;
    let home = home(address);
    for round in 1..=3 {
        let bot = home.start();
        home.edit(|config| config + &destination(&format!("more-{round}"), address));
        bot.hang_up();
        // Before the signal is heard, while the file is read, or after: it makes no difference.
        tokio::time::sleep(Duration::from_millis(40 * (round - 1))).await;
        bot.kill();
    }
    let bot = home.start();
    bot.staff("incident open \"Trouble\" --servers s1").await;
    bot.staff("draft publish 1").await;
    for room in ["community", "more-1", "more-2", "more-3"] {
        eventually(room, async || receiver.all().into_iter().find(|one| one.destination == room))
            .await;
    }
    // What was on its way to staff at a kill may come once more, the same under the same id; nothing
    // that left since the last start does.
    let all = receiver.all();
    for (id, count) in receiver.counts() {
        let same: Vec<_> = all.iter().filter(|one| one.id == id).collect();
        let is_a_repeat = same.iter().all(|one| {
            one.destination == "staff-room"
                && one.text == same[0].text
                && one.kind == "configuration"
        });
        assert!(count == 1 || is_a_repeat, "{id} came {count} times: {same:?}");
    }
    assert!(bot.stop().status.success());
    let verified = home.run(&["journal", "verify", "data"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[tokio::test]
async fn what_is_on_its_way_arrives_although_its_destination_changes() {
    let (receiver, address) = Receiver::start().await;
    let (elsewhere, new_address) = Receiver::start().await;
    let home = home(address);
    let bot = home.start();
    receiver.be_slow("community");
    bot.staff("incident open \"Trouble\" --servers s1").await;
    bot.staff("draft publish 1").await;
    eventually("the post", async || {
        receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    home.edit(|config| {
        let (before, after) = config.split_once("id = \"community\"").expect("the destination");
        let after = after.replacen(&address.to_string(), &new_address.to_string(), 1);
        format!("{before}id = \"community\"{after}")
    });
    assert!(reload(&bot).await.contains("destination community changed"));
    bot.staff("incident update 1 \"Still at it.\" --publish").await;
    let next = eventually("the next post", async || elsewhere.all().into_iter().next()).await;
    assert!(next.text.contains("Still at it."), "{}", next.text);
    eventually("both receipts", async || {
        (!bot.staff("deliveries").await.contains("community")).then_some(())
    })
    .await;
    assert_eq!(elsewhere.all().len(), 1, "the first one went where it was on its way to");
    assert!(receiver.counts().values().all(|count| *count == 1));
    let shown = home.run(&["ctl", "--url", &bot.url, "--token-file", "secret-ada", "reload"]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(bot.stop().status.success());
}
