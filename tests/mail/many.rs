//! A thousand readers, or ten thousand, and a bot that is killed in the middle.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use crate::subscribers;

use super::{smtp::Smtp, story};

const PATIENCE: Duration = Duration::from_secs(1200);

/// How many readers there are: `READERS` asks for more than CI has time for.
fn readers_count() -> usize {
    std::env::var("READERS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000)
}

async fn until(smtp: &Smtp, count: usize) {
    let begun = Instant::now();
    while smtp.count() < count {
        assert!(begun.elapsed() < PATIENCE, "{} of {count} letters came", smtp.count());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_readers_each_get_their_letter_though_the_bot_is_killed_in_the_middle() {
    let count = readers_count();
    let smtp = Smtp::start().await;
    let (home, receiver) = story::home(&smtp).await;
    assert!(home.start().stop().status.success());
    subscribers::fill(&home.path().join("data"), count).await;

    let bot = home.start();
    bot.staff("incident open \"Slow pages\" --servers s1").await;
    let begun = Instant::now();
    bot.staff("draft publish 1").await;
    until(&smtp, 1).await;
    let feed = receiver.texts("community", "incident.investigating").len();
    assert!(feed == 1 || smtp.count() < 100, "the feed does not wait for the letters");
    until(&smtp, count / 3).await;
    bot.kill();
    let before = smtp.count();
    let bot = home.start();
    let ids = || -> BTreeSet<String> {
        smtp.taken().iter().map(|one| one.header("message-id")).collect()
    };
    until(&smtp, count).await;
    let patience = Instant::now();
    while ids().len() < count {
        assert!(patience.elapsed() < PATIENCE, "{} readers got a letter", ids().len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = begun.elapsed();
    // Everything has settled: nothing more comes.
    assert!(bot.stop().status.success());
    let letters = smtp.taken();
    let readers: BTreeSet<&str> = letters.iter().map(|one| one.to.as_str()).collect();
    println!(
        "{count} readers, killed after {before} letters: {} letters, {} ids, {:.1} s",
        letters.len(),
        ids().len(),
        took.as_secs_f64()
    );
    assert_eq!((ids().len(), readers.len()), (count, count), "none lost, none but by its own id");
    assert!(letters.len() <= count + 1, "only the letter under way may come twice");
    assert_eq!(receiver.texts("community", "incident.investigating").len(), 1);
}
