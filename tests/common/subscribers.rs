//! Readers who have asked for letters, put where a bot finds them.

use std::{path::Path, sync::mpsc::sync_channel};

use bellwether::{
    clock::Clock,
    domain::{PersonId, Topic},
    event::Input,
    journal::{Durable, Journal, Offered, Options, Private},
};
use futures_util::future::join_all;

/// Puts subscribers into the journal of a bot that is not running, as if each had said yes.
pub async fn fill(dir: &Path, count: usize) {
    let options = Options { reserve_bytes: 1 << 20, ..Options::default() };
    let journal = Journal::open(dir, options).expect("the bot's journal");
    let (notes, taken) = sync_channel::<Durable>(1024);
    let drain = std::thread::spawn(move || taken.iter().for_each(drop));
    let clock = Clock::system();
    let (appender, committer) = journal.start(clock.clone(), notes).expect("a thread");
    for first in (0..count).step_by(1000) {
        let wishes = (first..count.min(first + 1000)).map(|number| {
            let input = Input::Subscribe {
                person: PersonId::from(""),
                source: "email".to_owned(),
                topic: Topic::All,
                confirmed: true,
                key: None,
            };
            let account = Some(format!("email:reader{number}@example.org"));
            let private = Some(Private { account, ..Private::default() });
            appender.submit(Offered { at: clock.now(), input, private })
        });
        assert!(join_all(wishes).await.iter().all(Result::is_ok));
    }
    appender.stop();
    let ended = tokio::task::spawn_blocking(move || committer.join()).await;
    ended.expect("a thread").expect("no panic").expect("a whole journal");
    drain.join().expect("no panic");
}
