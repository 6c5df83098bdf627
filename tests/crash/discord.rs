//! The same with a Discord server for the public and for staff: each post that was decided stands in
//! its channel once, and is passed on once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};

use crate::{
    DRAIN_S_MAX, Told, dice_and_kills,
    fake::{Fake, Fault, Happening, Message, Scope},
    kill_again_and_again, text,
};

use super::{
    bot::Bot,
    voices::{Said, Voices},
};

/// Faults of each kind, spread over the requests of the run.
const FAULTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_double_no_message_and_lose_none() {
    let (mut dice, kills) = dice_and_kills();
    let fake = Fake::usual().await;
    fake.lift_limits();
    let folder = tempfile::tempdir().expect("a folder");
    let bot = Bot::set_up(folder.path(), &destinations(&fake), &fake.token());
    let voices = Arc::new(Voices::new(bot.address));
    let started = Instant::now();
    order_faults(&fake, &mut dice);

    let mut life = kill_again_and_again(&bot, &voices, &mut dice, kills).await;
    let killed_for = started.elapsed();

    fake.with(|world| world.faults.clear());
    voices.until_all_is_delivered(DRAIN_S_MAX).await;
    life.stop();
    let told = Told::read(&bot.dump());
    let channel = Channel::read(&fake);
    println!(
        "{kills} kills in {killed_for:?}, drained after {:?}: {} inputs acknowledged, {} posts \
         decided, {} messages in the channels, {} passed on, {} faults struck",
        started.elapsed(),
        voices.said().len(),
        told.posts.len(),
        channel.by_nonce.values().map(Vec::len).sum::<usize>(),
        channel.passed_on.len(),
        fake.with(|world| world.faults.struck()),
    );
    told.has_every_acknowledged_input(&voices.said());
    channel.has_each_decided_post_once(&told);
    let published = channel.has_each_published_word_once(&fake, &told, &voices.said());
    bot.verify();
    told.proves_something(&voices.said(), kills, published);
    fake.finish();
}

fn destinations(fake: &Fake) -> String {
    format!(
        r#"
[discord]
token_env = "CRASH_DISCORD_TOKEN"
guild = {}
staff_channel = {staff}
api = "{}"

[[destination]]
id = "site"
kind = "discord"
audience = "public"
channel = {}
crosspost = true

[[destination]]
id = "room"
kind = "discord"
audience = "staff"
channel = {staff}
"#,
        fake.guild_id(),
        fake.http_url(),
        fake.channel("status").id(),
        staff = fake.channel("staff").id(),
    )
}

/// Breaks now and then, often after the message was made.
fn order_faults(fake: &Fake, dice: &mut StdRng) {
    let soon = Duration::from_millis(100);
    for route in ["POST /channels/*/messages", "POST /channels/*/messages/*/crosspost"] {
        for fault in [
            Fault::LostBefore,
            Fault::LostAfter,
            Fault::After(500),
            Fault::HangAfter(soon),
            Fault::Slow(soon),
            Fault::TooMany(Scope::User, soon),
        ] {
            for _ in 0..FAULTS {
                fake.fail(route, fault.clone()).skip(dice.random_range(0..200)).times(1);
            }
        }
    }
}

/// What stands in the fake's channels.
struct Channel {
    /// Every message that was ever made with a nonce.
    by_nonce: BTreeMap<String, Vec<Message>>,
    /// The messages that were passed on; twice if they were twice.
    passed_on: Vec<u64>,
}

impl Channel {
    fn read(fake: &Fake) -> Self {
        let mut channel = Self { by_nonce: BTreeMap::new(), passed_on: Vec::new() };
        for record in fake.history() {
            match record.what {
                Happening::Posted(message) => {
                    let nonce = message.nonce.as_ref().map(text).unwrap_or_default();
                    channel.by_nonce.entry(nonce).or_default().push(message);
                }
                Happening::Crossposted(message) => channel.passed_on.push(message.id),
                Happening::Edited { .. } => {}
                Happening::Deleted(message) => panic!("nobody asked for this: {message:?}"),
            }
        }
        channel
    }

    fn has_each_decided_post_once(&self, told: &Told) {
        let mut ids: BTreeMap<String, u64> = BTreeMap::new();
        for (id, post) in told.posts.iter().filter(|(_, post)| post["action"] == "post") {
            let made = self.by_nonce.get(&id[..24]).map_or(&[][..], Vec::as_slice);
            if told.gave_way(id) {
                assert!(made.is_empty(), "gave way and stands there all the same: {post}");
                continue;
            }
            assert_eq!(made.len(), 1, "{post} became {made:#?}");
            assert!(told.sent.contains(id), "arrived and not known to be sent: {post}");
            ids.insert(id.clone(), made[0].id);
        }
        let mut passed_on = BTreeSet::new();
        for (id, post) in told.posts.iter().filter(|(_, post)| post["action"] == "crosspost") {
            if told.superseded.contains_key(id) {
                assert!(told.gave_way(&text(&post["thread"])), "passed on by nobody: {post}");
                continue;
            }
            assert!(told.sent.contains(id), "not known to be passed on: {post}");
            passed_on.insert(ids[&text(&post["thread"])]);
        }
        let times: Vec<u64> = passed_on.iter().copied().collect();
        let mut seen = self.passed_on.clone();
        seen.sort_unstable();
        assert_eq!(seen, times, "passed on");
    }

    /// The words are numbered, so that two messages of one update would show, whatever they are.
    fn has_each_published_word_once(&self, fake: &Fake, told: &Told, said: &[Said]) -> u64 {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for message in fake.channel("status").messages() {
            for word in message.text().split_whitespace().filter(|word| word.starts_with("word-")) {
                *counts.entry(word.trim_end_matches('.').to_owned()).or_default() += 1;
            }
        }
        assert!(counts.values().all(|count| *count == 1), "{counts:?}");
        let published: Vec<String> = said.iter().filter_map(Said::published_word).collect();
        for word in &published {
            let wanted = if told.word_gave_way("site", word) { None } else { Some(&1) };
            assert_eq!(counts.get(word), wanted, "published, and there so often: {word}");
        }
        published.len() as u64
    }
}
