//! The same where the other side knows no key: X, which is read back; a Slack-compatible webhook, which
//! tells nobody what stands in its channel; and mail, which is not taken back.
//!
//! At X each update stands once. In the channel it stands at most once, and staff are told of each that
//! may be missing. Each reader has every letter at least once, always under the same id, and twice only
//! where there was a doubt.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use bellwether::clock::Clock;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;

use crate::{
    Told, dice_and_kills, kill_again_and_again,
    sink::{Mood, Sink},
    text,
};

use super::{
    bot::{Bot, KEY, TOKEN},
    feeds::{FEEDS_DRAIN_S_MAX, Shared, counted, look, moody, word_of},
    net::{
        fake::Fake,
        smtp::{self, Moment, Smtp, Taken},
        subscribers,
        worlds::x,
    },
    voices::Voices,
};

/// Readers of the letters; a mailing list is one more.
const READERS: usize = 2;

/// The other sides.
struct Places {
    /// As X is: it refuses words that it has already.
    x: Shared<x::World>,
    /// X on a day on which it takes the same words twice.
    forgetful: Shared<x::World>,
    fakes: [Fake; 2],
    slack: Fake,
    smtp: Smtp,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_kills_say_nothing_twice_where_no_key_is_known_and_hide_no_doubt() {
    let (mut dice, kills) = dice_and_kills();
    let folder = tempfile::tempdir().expect("a folder");
    let sink = Sink::start(KEY, &folder.path().join("arrivals"), || Mood::Works).await;
    let places = Places::start().await;
    let mut bot = Bot::set_up(folder.path(), &places.destinations(&sink), "");
    bot.slack_url = format!("http://{}/services/hook", places.slack.address);
    let voices = Arc::new(Voices::new(bot.address));
    let mut life = bot.start();
    voices.until_nothing_waits(FEEDS_DRAIN_S_MAX).await;
    life.stop();
    subscribers::fill(&bot.data, READERS).await;
    places.break_by_chance(&mut dice);
    let started = Instant::now();

    let mut life = kill_again_and_again(&bot, &voices, &mut dice, kills).await;
    let killed_for = started.elapsed();

    places.work();
    let shown = voices.until_nothing_waits(FEEDS_DRAIN_S_MAX).await;
    life.stop();
    let dump = bot.dump();
    let told = Told::read(&dump);
    println!(
        "{kills} kills in {killed_for:?}, drained after {:?}: {} inputs acknowledged, {} posts \
         decided, {} gave way",
        started.elapsed(),
        voices.said().len(),
        told.posts.len(),
        told.superseded.len(),
    );
    told.has_every_acknowledged_input(&voices.said());
    let strict = told.stands_once("x", &at_x(&places.x));
    let forgetful = told.stands_once("forgetful", &at_x(&places.forgetful));
    let in_channel = told.stands_at_most_once("slack", &places.in_channel(), &shown);
    let letters = places.smtp.taken();
    let mailed = told.is_mailed("letters", &letters) + told.is_mailed("list", &letters);
    told.knows_every_letter(&letters);
    every_page_is_written(&dump);
    for (place, count) in
        [("x", strict), ("forgetful", forgetful), ("slack", in_channel), ("mail", mailed)]
    {
        assert!(count > kills / 20, "only {count} posts at {place}");
    }
    bot.verify();
}

impl Told {
    /// Every post stands there once or not at all, and of what is not surely there staff are shown
    /// that it may be; returns how many stand.
    fn stands_at_most_once(&self, feed: &str, words: &BTreeMap<String, u64>, shown: &str) -> u64 {
        let (mut known, mut missing) = (BTreeSet::new(), 0);
        let mut unresolved = BTreeSet::new();
        for (id, post) in self.posts.iter().filter(|(_, post)| post["destination"] == *feed) {
            let word = word_of(&text(&post["body"]));
            let word = word.unwrap_or_else(|| panic!("{feed}: no word in {post}"));
            let count = words.get(&word).copied().unwrap_or_default();
            if self.gave_way(id) {
                assert_eq!(count, 0, "gave way and arrived all the same: {post}");
            } else if self.unresolved.contains(id) {
                assert!(count <= 1 && !self.sent.contains(id), "{count} times: {post}");
                missing += 1 - count;
                unresolved.insert(id);
            } else {
                assert!(self.sent.contains(id), "{feed}: not known to be sent: {post}");
                assert_eq!(count, 1, "said to be sent: {post}");
            }
            known.insert(word);
        }
        assert!(words.keys().all(|word| known.contains(word)), "never decided: {words:?}");
        println!("{feed}: {} stand, {} in doubt, {missing} missing", words.len(), unresolved.len());
        assert_eq!(rows_shown(feed, shown), unresolved.len(), "{shown}");
        for row in rows_in_doubt(feed, shown) {
            let is_it = |id: &&String| row.ends_with(&format!("retry {}", &id[..12]));
            assert_eq!(unresolved.iter().filter(|id| is_it(id)).count(), 1, "{row}");
        }
        words.len() as u64
    }

    /// Every letter of a destination came to its reader, under one id, and again only where there was a
    /// doubt; returns how many came.
    fn is_mailed(&self, destination: &str, letters: &[Taken]) -> u64 {
        let (mut came, mut again) = (0, 0);
        let all = self.posts.iter().filter(|(_, post)| post["destination"] == *destination);
        for (id, post) in all {
            let copies: Vec<&Taken> = letters.iter().filter(|one| post_of(one) == *id).collect();
            if self.gave_way(id) {
                assert!(copies.is_empty(), "gave way and arrived all the same: {post}");
                continue;
            }
            assert!(self.sent.contains(id), "not known to be sent: {post}");
            let first = copies.first().unwrap_or_else(|| panic!("never arrived: {post}"));
            assert!(copies.iter().all(|one| one == first), "with other bytes: {copies:#?}");
            let doubts = self.doubts.get(id).copied().unwrap_or_default();
            let more = copies.len() as u64 - 1;
            assert!(more <= doubts, "{more} times more and {doubts} times in doubt: {post}");
            came += 1;
            again += more;
        }
        println!("{destination}: {came} letters, {again} came again");
        came
    }

    /// Nothing came that was not decided, and no reader has one update under two ids.
    fn knows_every_letter(&self, letters: &[Taken]) {
        let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for letter in letters {
            let id = letter.header("message-id");
            assert!(self.posts.contains_key(&post_of(letter)), "never decided: {id}");
            let word = word_of(&letter.text()).unwrap_or_else(|| panic!("no word in {letter:?}"));
            ids.entry((letter.to.clone(), word)).or_default().insert(id);
        }
        let readers: BTreeSet<&String> = ids.keys().map(|(to, _)| to).collect();
        assert_eq!(readers.len(), READERS + 1, "{readers:?}");
        for ((to, word), ids) in &ids {
            assert_eq!(ids.len(), 1, "{to} has {word} as {ids:?}");
        }
    }
}

impl Places {
    async fn start() -> Self {
        let x = Arc::new(Mutex::new(x::World::new(Clock::system(), TOKEN)));
        let mut forgetful = x::World::new(Clock::system(), TOKEN);
        forgetful.takes_repeats = true;
        let forgetful = Arc::new(Mutex::new(forgetful));
        let fakes = [
            Fake::of(Box::new(Arc::clone(&x))).await,
            Fake::of(Box::new(Arc::clone(&forgetful))).await,
        ];
        Self { x, forgetful, fakes, slack: Fake::start().await, smtp: Smtp::start().await }
    }

    fn break_by_chance(&self, dice: &mut StdRng) {
        for fake in self.fakes.iter().chain([&self.slack]) {
            fake.turn(moody(StdRng::seed_from_u64(dice.random())));
        }
        self.smtp.turn(moody_office(StdRng::seed_from_u64(dice.random())));
    }

    fn work(&self) {
        for fake in self.fakes.iter().chain([&self.slack]) {
            fake.turn(|_| None);
        }
        self.smtp.turn(|_| None);
    }

    fn in_channel(&self) -> BTreeMap<String, u64> {
        let kept = self.slack.kept();
        counted(&kept.iter().map(|one| text(&one.json()["text"])).collect::<Vec<_>>())
    }

    fn destinations(&self, sink: &Sink) -> String {
        let (room, port) = (sink.address, self.smtp.address.port());
        let mail = format!(
            "kind = \"email\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             from = \"Crash Host <status@crash.example>\""
        );
        format!(
            r#"
[[destination]]
id = "room"
kind = "webhook"
audience = "staff"
url = "http://{room}/room"
secret_env = "CRASH_WEBHOOK_SECRET"

{strict}
{forgetful}
[[destination]]
id = "slack"
kind = "slack"
audience = "public"
url_env = "CRASH_SLACK_URL"

[[destination]]
id = "list"
audience = "public"
to = "outages@crash.example"
{mail}

[[destination]]
id = "letters"
audience = "reporters"
{mail}
"#,
            strict = account("x", self.fakes[0].address),
            forgetful = account("forgetful", self.fakes[1].address),
        )
    }
}

/// An account at X.
fn account(id: &str, address: SocketAddr) -> String {
    let secrets = ["api_key", "api_key_secret", "access_token", "access_token_secret"];
    let secrets = secrets.map(|name| format!("{name}_env = \"CRASH_TOKEN\"\n")).concat();
    format!(
        "[[destination]]\nid = \"{id}\"\nkind = \"x\"\naudience = \"public\"\n\
         api_url = \"http://{address}\"\n{secrets}"
    )
}

fn at_x(world: &Shared<x::World>) -> BTreeMap<String, u64> {
    counted(&look(world, |world| world.posts.iter().map(|post| post.text.clone()).collect()))
}

/// Mostly takes a letter; now and then hangs up or puts it off at any word, or takes it and says
/// nothing of it.
fn moody_office(mut dice: StdRng) -> impl FnMut(Moment) -> Option<smtp::Fault> + Send {
    move |moment| match (moment, dice.random_range(0..200)) {
        (Moment::End, 0..12) => Some(smtp::Fault::KeepsAndHangsUp),
        (Moment::End, 12..16) => Some(smtp::Fault::HangsUp),
        (Moment::End | Moment::Reader, 16..20) => Some(smtp::Fault::Says("451 4.3.0 later")),
        (_, 20..22) => Some(smtp::Fault::HangsUp),
        (Moment::Hello | Moment::Sender, 22..24) => Some(smtp::Fault::Says("421 4.3.2 busy")),
        _ => None,
    }
}

/// The post that a letter is, by its `Message-ID`.
fn post_of(letter: &Taken) -> String {
    let id = letter.header("message-id");
    id.trim_start_matches('<').split('.').next().unwrap_or_default().to_owned()
}

/// How many deliveries staff are shown to be in doubt at a place, which are all that are shown.
fn rows_shown(place: &str, shown: &str) -> usize {
    let more = shown.lines().find_map(|row| row.strip_prefix("… and ")?.strip_suffix(" more"));
    let more: usize = more.map_or(0, |count| count.replace(',', "").parse().expect("a number"));
    rows_in_doubt(place, shown).count() + more
}

fn rows_in_doubt<'s>(place: &str, shown: &'s str) -> impl Iterator<Item = &'s str> {
    let begins = format!("⚠️ {place}: ");
    shown
        .lines()
        .filter(move |row| row.starts_with(&begins) && row.contains("may have been posted"))
}

/// The newest mailing of each incident was written to its last reader; it takes the place of older ones.
fn every_page_is_written(dump: &str) {
    let (mut newest, mut written) = (BTreeMap::new(), BTreeMap::new());
    for line in dump.lines() {
        let entry: Value = serde_json::from_str(line).expect("a line of JSON");
        let number = |name: &str| entry[name].as_u64().expect("a number");
        match entry["type"].as_str().unwrap_or_default() {
            "mailing" => drop(newest.insert(number("incident"), (number("id"), number("through")))),
            "mailing_page" => drop(written.insert(number("id"), number("next"))),
            _ => {}
        }
    }
    assert!(!newest.is_empty(), "nobody was written to");
    for (id, through) in newest.values() {
        assert!(written.get(id) > Some(through), "not written to its end: {id}");
    }
}
