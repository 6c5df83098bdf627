//! A bot whose disk fills: it says so to whoever sends something new, and goes on with the rest.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use super::harness::{Bot, Home, Receiver, STAFF, TICKETS, eventually};

/// The reserve and what a journal takes, with room for what the test lets in.
const DISK: &str = "40m";

/// A small disk in memory.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(at).map_err(|error| error.to_string())?;
        let options = format!("size={DISK},mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(at)
            .output()
            .map_err(|error| error.to_string())?;
        if mounted.status.success() {
            Ok(Self(at.to_path_buf()))
        } else {
            Err(String::from_utf8_lossy(&mounted.stderr).into_owned())
        }
    }

    /// Takes all the space there is; the file that holds it.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).expect("a file");
        for block in [vec![1; 1 << 20], vec![1; 4096]] {
            while file.write_all(&block).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the bot may still be ending.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn on_a_full_disk_new_inputs_are_refused_and_everything_else_goes_on() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let disk = match SmallDisk::mount(&home.path().join("data")) {
        Ok(disk) => disk,
        Err(why) => {
            println!("skipped: no small disk can be mounted here: {why}");
            return;
        }
    };
    let config = std::fs::read_to_string(home.path().join("bellwether.toml")).expect("the file");
    home.write("bellwether.toml", &config.replace("\"1MB\"", "\"8MB\""));
    let bot = home.start();
    receiver.be_busy("community", true);
    bot.report("t-1", "anna", "example.org", "down").await;
    bot.staff("incident open \"Trouble on Server One\" --servers s1").await;
    bot.staff("draft publish 1").await;

    let filler = disk.fill();
    let (status, retry_after, answer) = offer(&bot, "t-2").await;
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("\"full\""), "{answer}");
    assert!(retry_after.is_some_and(|seconds| seconds > 0), "{retry_after:?}");
    let command = json!({"text": "incident resolve 1 \"Over.\" --publish"});
    let (status, answer) = bot.post("/api/v1/commands", STAFF, &command).await;
    assert_eq!(status, 503, "{answer}");
    let (status, page) = bot.page("/").await;
    assert!(status == 200 && page.contains("Trouble on Server One"), "{status}: {page}");
    assert!(bot.staff("incident list").await.contains("Trouble on Server One"));

    receiver.be_busy("community", false);
    eventually("the public post, from the reserve", async || {
        receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    eventually("its receipt in the journal", async || {
        (!bot.staff("deliveries").await.contains("community")).then_some(())
    })
    .await;
    assert_eq!(offer(&bot, "t-2").await.0, 503, "still full");

    std::fs::remove_file(filler).expect("removable");
    eventually("room for inputs", async || (offer(&bot, "t-2").await.0 == 202).then_some(())).await;
    assert!(bot.stop().status.success());
    assert!(receiver.counts().values().all(|count| *count == 1), "{:?}", receiver.counts());
    let verified = home.run(&["journal", "verify", "data"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// A report; its status, `Retry-After`, and the answer.
async fn offer(bot: &Bot, id: &str) -> (u16, Option<u64>, String) {
    let report = json!({"at": chrono::Utc::now(), "type": "report", "id": id, "reporter": "ben",
        "domain": "example.org", "text": "down"});
    let url = format!("{}/api/v1/inputs", bot.url);
    let sent = bot.client.post(url).bearer_auth(TICKETS).json(&report).send();
    let response = sent.await.expect("an answer");
    let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|seconds| seconds.parse().ok());
    (response.status().as_u16(), retry_after, response.text().await.expect("its text"))
}
