//! The real binary, killed with `kill -9` again and again while inputs arrive and posts go out.
//!
//! What was acknowledged must be in the journal, what was decided must have arrived, and no post
//! may have two ids; in a Discord channel and at the feeds, where everybody sees a second message, it
//! stands once, or where nobody can tell at most once. The seed is printed; `BELLWETHER_CRASH_SEED` and `BELLWETHER_CRASH_KILLS` repeat or
//! lengthen a run.
#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail by panicking; a process is killed in real time"
)]

#[path = "discord/fake/mod.rs"]
mod fake;
#[path = "common/sink.rs"]
mod sink;

mod crash {
    pub mod bot;
    pub mod discord;
    pub mod feeds;
    pub mod keyless;
    pub mod net;
    pub mod voices;
}

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;

use crash::{
    bot::{Bot, KEY, Life, webhooks},
    voices::{Said, Voices},
};
use sink::{Mood, Sink};

const KILLS: u64 = 200;
/// Most lives end within so many milliseconds of their start, whatever they were doing.
const START_MS_MAX: u64 = 400;
/// Every fourth ends within so many milliseconds of the first input it acknowledged.
const WORK_MS_MAX: u64 = 200;
const VOICES: usize = 3;
const DRAIN_S_MAX: u64 = 90;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_lose_no_input_and_no_post_and_double_none() {
    let (mut dice, kills) = dice_and_kills();
    let folder = tempfile::tempdir().expect("a folder");
    let moods = StdRng::seed_from_u64(dice.random());
    let sink = Sink::start(KEY, &folder.path().join("arrivals"), moody(moods)).await;
    let bot = Bot::set_up(folder.path(), &webhooks(sink.address), "");
    let voices = Arc::new(Voices::new(bot.address));
    let started = Instant::now();

    let mut life = kill_again_and_again(&bot, &voices, &mut dice, kills).await;
    let killed_for = started.elapsed();

    sink.turn(|| Mood::Works);
    voices.until_all_is_delivered(DRAIN_S_MAX).await;
    life.stop();
    let dump = bot.dump();
    let told = Told::read(&dump);
    println!(
        "{kills} kills in {killed_for:?}, drained after {:?}: {}",
        started.elapsed(),
        told.summary(&voices.said(), &sink)
    );
    let published = told.every_published_word_has_one_post(&voices.said(), &sink);
    told.has_every_acknowledged_input(&voices.said());
    told.every_post_arrived_once(&sink);
    bot.verify();
    told.proves_something(&voices.said(), kills, published);
}

/// From the environment, or by chance; the seed is printed.
fn dice_and_kills() -> (StdRng, u64) {
    let from_env = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed: u64 = from_env("BELLWETHER_CRASH_SEED").unwrap_or_else(rand::random);
    let kills = from_env("BELLWETHER_CRASH_KILLS").unwrap_or(KILLS);
    println!("seed {seed}, {kills} kills");
    (StdRng::seed_from_u64(seed), kills)
}

/// Starts it, speaks to it and kills it so often; the last life goes on, and nobody speaks.
async fn kill_again_and_again(
    bot: &Bot,
    voices: &Arc<Voices>,
    dice: &mut StdRng,
    kills: u64,
) -> Life {
    let mut life = bot.start();
    voices.open_incidents().await;
    let speakers = Voices::speak(voices, VOICES);
    for round in 0..kills {
        let mut life_ms_max = START_MS_MAX;
        if round % 4 == 0 {
            voices.until_something_is_acknowledged().await;
            life_ms_max = WORK_MS_MAX;
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..life_ms_max))).await;
        life.kill();
        life = bot.start();
    }
    for speaker in speakers {
        speaker.abort();
    }
    life
}

/// Mostly works; now and then breaks, often after it has kept the post.
fn moody(mut dice: StdRng) -> impl FnMut() -> Mood + Send {
    move || match dice.random_range(0..100) {
        0..1 => Mood::Drops,
        1..3 => Mood::KeepsAndDrops,
        3..5 => Mood::KeepsAndBreaks,
        5..25 => Mood::Slow(dice.random_range(5..60)),
        25..26 => Mood::Busy,
        _ => Mood::Works,
    }
}

/// What the journal tells, line by line.
struct Told {
    inputs: BTreeMap<u64, Value>,
    posts: BTreeMap<String, Value>,
    sent: BTreeSet<String>,
    /// How often a post was in doubt.
    doubts: BTreeMap<String, u64>,
    /// Posts of which nobody can tell.
    unresolved: BTreeSet<String>,
    /// Updates that never left, and the newer ones that went instead.
    superseded: BTreeMap<String, String>,
}

impl Told {
    fn read(dump: &str) -> Self {
        let mut told = Self {
            inputs: BTreeMap::new(),
            posts: BTreeMap::new(),
            sent: BTreeSet::new(),
            doubts: BTreeMap::new(),
            unresolved: BTreeSet::new(),
            superseded: BTreeMap::new(),
        };
        for line in dump.lines() {
            let entry: Value = serde_json::from_str(line).expect("a line of JSON");
            let seq = entry["seq"].as_u64().expect("a place");
            if entry["type"] == "post" {
                let again = told.posts.insert(text(&entry["id"]), entry.clone());
                assert!(again.is_none(), "decided twice: {entry}");
            } else if entry.get("of").is_none() {
                if entry["type"] == "delivery" {
                    told.note_delivery(&entry);
                }
                told.inputs.insert(seq, entry);
            }
        }
        told
    }

    fn note_delivery(&mut self, entry: &Value) {
        let post = text(&entry["post"]);
        match entry["event"].as_str().unwrap_or_default() {
            "sent" => {
                self.sent.insert(post);
            }
            "unknown" => *self.doubts.entry(post).or_default() += 1,
            "unresolved" => {
                self.unresolved.insert(post);
            }
            "superseded" => {
                self.superseded.insert(post, text(&entry["by"]));
            }
            _ => {}
        }
    }

    fn summary(&self, said: &[Said], sink: &Sink) -> String {
        let counts = sink.counts();
        let twice = counts.values().filter(|count| **count > 1).count();
        format!(
            "{} inputs acknowledged, {} in the journal, {} posts decided, {} gave way, {} arrived, \
             {twice} of them more than once with the same bytes",
            said.len(),
            self.inputs.len(),
            self.posts.len(),
            self.superseded.len(),
            counts.len(),
        )
    }

    /// Else the bot was never up long enough.
    fn proves_something(&self, said: &[Said], kills: u64, published: u64) {
        let (inputs, posts) = (said.len() as u64, self.posts.len() as u64);
        assert!(inputs > kills / 2, "only {inputs} inputs were acknowledged");
        let enough = posts > kills / 4 && published > kills / 8;
        assert!(enough, "only {posts} posts, {published} updates");
    }

    fn has_every_acknowledged_input(&self, said: &[Said]) {
        let mut commands: BTreeMap<String, usize> = BTreeMap::new();
        for input in self.inputs.values().filter(|input| input["type"] == "command") {
            *commands.entry(text(&input["text"])).or_default() += 1;
        }
        for said in said {
            match said {
                Said::Command { text, .. } => {
                    assert_eq!(commands.get(text), Some(&1), "lost or doubled: {said:?}");
                }
                Said::Input { seq, kind } => {
                    let kept = self.inputs.get(seq);
                    let kept = kept.unwrap_or_else(|| panic!("lost: {said:?}"));
                    assert_eq!(kept["type"], **kind, "{said:?} became {kept}");
                }
            }
        }
    }

    fn every_post_arrived_once(&self, sink: &Sink) {
        assert_eq!(sink.badly_signed(), 0);
        let mut bodies: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for arrival in sink.arrivals() {
            let post = self.posts.get(&arrival.id);
            let post = post.unwrap_or_else(|| panic!("never decided: {}", arrival.id));
            assert_eq!(arrival.path, format!("/{}", text(&post["destination"])));
            let first = bodies.entry(arrival.id.clone()).or_insert_with(|| arrival.body.clone());
            assert_eq!(*first, arrival.body, "{} was retried with other bytes", arrival.id);
        }
        for (id, post) in &self.posts {
            if self.gave_way(id) {
                assert!(!bodies.contains_key(id), "gave way and arrived all the same: {post}");
                continue;
            }
            assert!(bodies.contains_key(id), "decided and never arrived: {post}");
            assert!(self.sent.contains(id), "arrived and not known to be sent: {post}");
        }
    }

    /// Whether an update never left because a newer one waited, which must have arrived.
    fn gave_way(&self, id: &str) -> bool {
        let Some(mut newer) = self.superseded.get(id) else { return false };
        assert!(!self.sent.contains(id), "gave way and was sent: {id}");
        while let Some(by) = self.superseded.get(newer) {
            newer = by;
        }
        let may_stand = self.sent.contains(newer) || self.unresolved.contains(newer);
        assert!(may_stand, "gave way to what never arrived: {id}");
        true
    }

    /// Whether the post with these words at this destination gave way to newer ones.
    fn word_gave_way(&self, destination: &str, word: &str) -> bool {
        let is_it = |post: &Value| {
            let words = text(&post["body"]);
            let mut words = words.split_whitespace();
            post["destination"] == *destination
                && words.any(|one| one.trim_end_matches('.') == word)
        };
        self.posts.iter().any(|(id, post)| is_it(post) && self.gave_way(id))
    }

    /// The words are numbered, so that two posts of one update would show, whatever their ids.
    fn every_published_word_has_one_post(&self, said: &[Said], sink: &Sink) -> u64 {
        let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for arrival in sink.arrivals() {
            let body: Value = serde_json::from_slice(&arrival.body).expect("JSON");
            for word in text(&body["data"]["body"]).split_whitespace() {
                if word.starts_with("word-") {
                    let key = (arrival.path.clone(), word.trim_end_matches('.').to_owned());
                    ids.entry(key).or_default().insert(arrival.id.clone());
                }
            }
        }
        let mut published = 0;
        for word in said.iter().filter_map(Said::published_word) {
            let found = ids.get(&("/site".to_owned(), word.clone()));
            published += 1;
            if self.word_gave_way("site", &word) {
                assert_eq!(found, None, "{word} gave way and arrived all the same");
                continue;
            }
            let found = found.unwrap_or_else(|| panic!("published and never arrived: {word}"));
            assert_eq!(found.len(), 1, "{word} was posted by {found:?}");
        }
        let site = ids.iter().filter(|((path, _), _)| path == "/site");
        for ((_, word), found) in site {
            assert_eq!(found.len(), 1, "{word} was posted by {found:?}");
        }
        published
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
