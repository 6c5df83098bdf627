//! `bellwether demo --discord`: the day in a real server, where somebody presses.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::fake::{Fake, Message, Person, Setup};

/// The longest that the story takes from one thing to the next.
const PATIENCE: Duration = Duration::from_secs(330);

/// What the viewer writes down of their server.
fn server_file(fake: &Fake, more: &str) -> String {
    let destination = |id: &str, audience: &str, channel: &str| {
        let channel = fake.channel(channel).id();
        format!(
            "[[destination]]\nid = \"{id}\"\nkind = \"discord\"\naudience = \"{audience}\"\nchannel = \"{channel}\"\n"
        )
    };
    format!(
        "[discord]\ntoken_env = \"BELLWETHER_DISCORD_TOKEN\"\nguild = \"{}\"\nstaff_channel = \"{}\"\n\
         staff_roles = [\"{}\"]\napi = \"{}\"\n\n{}\n{}{more}",
        fake.guild_id(),
        fake.channel("staff").id(),
        fake.role("staff"),
        fake.http_url(),
        destination("announcements", "public", "status"),
        destination("staff-room", "staff", "staff"),
    )
}

fn demo(fake: &Fake, text: &str) -> (tempfile::TempDir, Command) {
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("discord.toml");
    std::fs::write(&file, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command
        .args(["demo", "--fast", "--discord"])
        .arg(file)
        .env("BELLWETHER_DISCORD_TOKEN", fake.token())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    (home, command)
}

/// The running demo and what it has printed so far; it ends with the test.
struct Running(Child, Arc<Mutex<String>>);

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("starting the demo");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let told = Arc::new(Mutex::new(String::new()));
        let telling = told.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut told = telling.lock().expect("the lines");
                *told += &line;
                told.push('\n');
            }
        });
        Self(child, told)
    }

    fn told(&self) -> String {
        self.1.lock().expect("the lines").clone()
    }

    /// Waits until `look` finds something, or the demo has ended.
    async fn until<T>(&mut self, what: &str, mut look: impl AsyncFnMut(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(found) = look(&self.told()).await {
                return found;
            }
            let ended = self.0.try_wait().expect("its state");
            assert!(ended.is_none(), "it ended before {what}:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} did not come:\n{}", self.told());
    }

    async fn end(mut self) -> (bool, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.0.try_wait().expect("its state") {
                return (status.success(), self.told());
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Presses **Publish** under the newest card that has it; whether something was published.
async fn publishes(fake: &Fake, tim: &Person) -> bool {
    let asks = |message: &Message| message.buttons().iter().any(|one| one.label == "Publish");
    let Some(card) = fake.channel("staff").messages().into_iter().rfind(asks) else { return false };
    tim.press(&card, "Publish").await.content.starts_with("Published")
}

#[tokio::test]
async fn the_day_is_played_in_a_discord_server_where_a_person_presses_the_button() {
    let fake = Fake::start(Setup::usual()).await;
    let (_home, command) = demo(&fake, &server_file(&fake, ""));
    let mut demo = Running::start(command);
    let tim = fake.user("tim").at("staff");

    demo.until("a card that is published", async |_| publishes(&fake, &tim).await.then_some(()))
        .await;
    let posted = fake.channel("status").until_message("slow").await;
    let second = posted.text().split("<t:").nth(1).and_then(|rest| rest[..10].parse::<i64>().ok());
    let off = second.expect("a moment as its readers see it") - chrono::Utc::now().timestamp();
    assert!(off.abs() < 2 * 3600, "times are today's: {}", posted.text());

    demo.until("the end of the work", async |told| {
        told.contains("new switch in place").then_some(())
    })
    .await;
    let fields = [("incident", json!(1)), ("text", json!("It is over.")), ("publish", json!(true))];
    let answer = tim.slash("incident resolve", &fields).await;
    assert!(answer.content.contains("Published"), "{}", answer.content);
    let (is_well, told) = demo.end().await;
    assert!(is_well, "{told}");
    for words in [
        "waits in your staff channel",
        "(by tim)",
        "exactly once, all 3 reporters heard back",
        "What stands in your Discord server now",
    ] {
        assert!(told.contains(words), "“{words}” is missing in\n{told}");
    }
    let (status, staff) = (fake.channel("status"), fake.channel("staff"));
    for (room, channel) in [("announcements", status), ("staff-room", staff)] {
        let stands = channel.messages();
        let link = format!("{}/{}/{}", fake.guild_id(), channel.id(), stands[0].id);
        let line = format!(
            "{room}: {} posts, the first at https://discord.com/channels/{link}\n",
            stands.len()
        );
        assert!(told.contains(&line), "“{line}” is missing in\n{told}");
    }
    assert_eq!(fake.unanswered(), 0, "every press was answered in time");
    fake.finish();
}

fn refused(mut command: Command) -> (String, String) {
    let Output { status, stdout, stderr } = command.output().expect("running the demo");
    assert_eq!(status.code(), Some(1));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (text(stdout), text(stderr))
}

#[tokio::test]
async fn a_server_that_the_day_cannot_be_played_in_is_told_in_words_and_nothing_is_sent() {
    let fake = Fake::start(Setup::usual()).await;
    let cases = [
        (
            server_file(&fake, "crosspost = true\n")
                .replace("audience = \"staff\"", "audience = \"public\""),
            "leave `crosspost` out",
        ),
        (server_file(&fake, "\n[bot]\nname = \"x\"\n"), "`bot` is the demo's own"),
        (
            server_file(
                &fake,
                "\n[[destination]]\nid = \"mail\"\nkind = \"console\"\naudience = \"public\"\n",
            ),
            "is not of kind \"discord\"",
        ),
        (
            server_file(&fake, "").replace("audience = \"staff\"", "audience = \"public\""),
            "names no destination with audience = \"staff\"",
        ),
        (server_file(&fake, "").replace("staff_channel", "staff_chanel"), "discord.toml:4"),
        ("# nothing\n".to_owned(), "has no [discord]"),
    ];
    for (text, words) in cases {
        let (_home, command) = demo(&fake, &text);
        let (_, complaint) = refused(command);
        assert!(complaint.contains(words), "“{words}” is missing in\n{complaint}");
        assert!(!complaint.contains(&fake.token()), "a token is shown");
    }
    fake.channel("staff").deny_bot(1 << 15);
    let (_home, command) = demo(&fake, &server_file(&fake, ""));
    let (found, _) = tokio::task::spawn_blocking(move || refused(command)).await.expect("an end");
    assert!(found.contains("✗") && found.contains("Attach Files"), "{found}");
    assert!(fake.history().is_empty(), "nothing was written");
    fake.finish();
}
