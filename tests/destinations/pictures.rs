//! Pictures beside the words: they come along with what they show in words, and whatever goes wrong
//! with one, the words stand there once, and staff are told that it is missing.

use std::sync::{Arc, LazyLock, Mutex};

use bellwether::{
    broadcast::{self, Driver, Sending},
    domain::{PostId, Timestamp},
    event::{DeliveryEvent, Picture, Post, PostAction, Receipt, Resolution, SendError},
    render::{
        Words,
        chart::{Chart, Row},
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    fake::{Fake, Fault, Moment, Reply, Request, World},
    faults::deliver,
    rows::{self, ROWS, Row as Driven},
    worlds::{bluesky, mastodon, matrix, multipart},
};

pub const LOST: &str = "it stands there without its picture (";

static PICTURE: LazyLock<Picture> = LazyLock::new(|| {
    let from: Timestamp = rows::decided_at();
    let bad: Vec<u32> = (0..60).map(|minute| u32::from(minute > 20) * 3).collect();
    let row = Row { name: "Server One".to_owned(), checks: vec![8; 60], bad, reports: vec![] };
    let chart = Chart { from, timezone: chrono_tz::UTC, servers: vec![row] };
    let words = Words::built_in();
    // Drawn in no time; what a chart looks like is another test's.
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"450\"/>".to_owned();
    Picture { svg, alt: chart.public_alt(&words, "en") }
});

pub fn post() -> Post {
    Post { picture: Some(PICTURE.clone()), ..rows::post() }
}

fn row(kind: &str) -> &'static Driven {
    ROWS.iter().find(|row| row.kind == kind).expect("it has a row")
}

/// A receiver that a test looks into, and a driver for it that has looked around.
pub async fn stage<W: World + 'static>(
    kind: &str,
    world: W,
) -> (Fake, Arc<Mutex<W>>, Arc<dyn Driver>) {
    let world = Arc::new(Mutex::new(world));
    let fake = Fake::of(Box::new(Arc::clone(&world))).await;
    let destination = rows::destination(row(kind), fake.address);
    let secrets = rows::secrets_at(row(kind), &destination.options);
    let driver = broadcast::build(&destination, &secrets, &rows::clock()).expect("it is whole");
    driver.check().await.expect("it is well");
    (fake, world, driver)
}

pub fn mastodon() -> mastodon::World {
    mastodon::World::new(rows::clock(), &rows::secret())
}

pub fn bluesky() -> bluesky::World {
    bluesky::World::new(&rows::secret())
}

pub fn matrix() -> matrix::World {
    matrix::World::new(rows::clock(), &rows::secret())
}

/// All that can befall an upload.
fn faults() -> Vec<Fault> {
    let asks = vec![("retry-after", "60".to_owned())];
    let mut faults = vec![Fault { headers: asks, ..Fault::new(Moment::Answer, 429) }];
    faults.extend([400, 403, 413, 422, 500, 503].map(|status| Fault::new(Moment::Answer, status)));
    let broken = [Moment::Accept, Moment::Head, Moment::Kept, Moment::HalfAnswer, Moment::Silence];
    faults.extend(broken.map(|moment| Fault::new(moment, 0)));
    faults.push(Fault::new(Moment::NoBody, 200));
    let body = json!({ "id": "../../", "blob": "none", "content_uri": "https://x" }).to_string();
    faults.push(Fault { body, ..Fault::new(Moment::Answer, 200) });
    faults
}

/// Breaks every upload from now on.
fn break_uploads(fake: &Fake, fault: &Fault) {
    let fault = fault.clone();
    fake.turn(move |request| is_upload(request).then(|| fault.clone()));
}

fn is_upload(request: &Request) -> bool {
    request.line.starts_with("POST ") && request.body.windows(4).any(|four| four == b"\x89PNG")
}

fn check_lost(receipt: &Receipt, seen: &str) {
    let remark = receipt.remark.as_deref().unwrap_or_default();
    assert!(remark.starts_with(LOST) && remark.len() < 120, "{seen}: {receipt:?}");
    assert!(receipt.remote_id.is_some(), "{seen}: {receipt:?}");
}

#[tokio::test]
async fn a_status_brings_its_picture_once_the_server_is_done_with_it() {
    for looks_needed in [0, 3] {
        let mut world = mastodon();
        world.looks_needed = looks_needed;
        let (_fake, world, driver) = stage("mastodon", world).await;
        let receipt = driver.send(rows::sending(&post())).await.expect("it works");
        assert_eq!(receipt.remark, None);
        let world = world.lock().expect("not poisoned");
        assert_eq!(world.statuses[0].pictures, std::slice::from_ref(&PICTURE.alt));
        assert!(PICTURE.alt.starts_with("Chart: the share of failing checks from 02:40 UTC to"));
    }
}

#[tokio::test]
async fn a_status_whose_picture_is_never_ready_leaves_without_it() {
    let mut world = mastodon();
    world.looks_needed = usize::MAX;
    let (_fake, world, driver) = stage("mastodon", world).await;
    let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
    assert_eq!(receipt.remark, Some(format!("{LOST}timeout)")));
    let world = world.lock().expect("not poisoned");
    assert_eq!((world.made, world.statuses[0].pictures.len()), (1, 0));
}

#[tokio::test]
async fn a_picture_that_is_refused_with_its_post_keeps_no_words_back() {
    let mut world = mastodon();
    world.takes_media_ids = false;
    let (_fake, world, driver) = stage("mastodon", world).await;
    let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
    assert_eq!(receipt.remark, Some(format!("{LOST}status 422)")));
    assert_eq!(world.lock().expect("not poisoned").made, 1);
    let mut world = bluesky();
    world.takes_embeds = false;
    let (_fake, world, driver) = stage("bluesky", world).await;
    let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
    assert_eq!(receipt.remark, Some(format!("{LOST}status 400)")));
    assert_eq!(world.lock().expect("not poisoned").made, 1);
}

#[tokio::test]
async fn whatever_befalls_an_upload_the_words_stand_there_once() {
    let runs = faults().into_iter().map(|fault| async move {
        let seen = format!("{fault:?}");
        let (fake, world, driver) = stage("mastodon", mastodon()).await;
        break_uploads(&fake, &fault);
        let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
        check_lost(&receipt, &seen);
        assert_eq!(world.lock().expect("not poisoned").made, 1, "{seen}");
        let (fake, world, driver) = stage("bluesky", bluesky()).await;
        break_uploads(&fake, &fault);
        let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
        check_lost(&receipt, &seen);
        assert_eq!(world.lock().expect("not poisoned").made, 1, "{seen}");
        let (fake, world, driver) = stage("matrix", matrix()).await;
        break_uploads(&fake, &fault);
        let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
        check_lost(&receipt, &seen);
        let events = world.lock().expect("not poisoned").events.clone();
        assert_eq!(events.len(), 1, "{seen}: {events:?}");
    });
    futures_util::future::join_all(runs).await;
}

#[tokio::test]
async fn a_post_in_doubt_after_its_upload_is_there_once_with_its_picture() {
    let (fake, world, driver) = stage("mastodon", mastodon()).await;
    let mut breaks = 1;
    fake.turn(move |request| {
        let is_it = request.line.starts_with("POST /api/v1/statuses ") && breaks > 0;
        breaks -= usize::from(is_it);
        is_it.then(|| Fault::new(Moment::Kept, 0))
    });
    let sent = driver.send(rows::sending(&post())).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
    let found = driver.resolve(rows::sending(&post())).await;
    assert!(matches!(found, Resolution::Sent(Receipt { remark: None, .. })), "{found:?}");
    let post = post();
    let again = Sending { first_attempt_at: Some(rows::decided_at()), ..rows::sending(&post) };
    driver.send(again).await.expect("it is known");
    assert_eq!(world.lock().expect("not poisoned").made, 1);
}

#[tokio::test]
async fn a_record_names_its_picture_by_what_it_shows_and_its_shape() {
    let (_fake, world, driver) = stage("bluesky", bluesky()).await;
    world.lock().expect("not poisoned").expire();
    let receipt = driver.send(rows::sending(&post())).await.expect("it works");
    assert_eq!(receipt.remark, None);
    let world = world.lock().expect("not poisoned");
    let embed = &world.records.values().next().expect("one")["embed"];
    assert_eq!(embed["$type"], "app.bsky.embed.images");
    assert_eq!(embed["images"][0]["alt"], PICTURE.alt.as_str());
    let shape = json!({ "width": 1600, "height": 900 });
    assert_eq!(embed["images"][0]["aspectRatio"], shape);
    assert_eq!(embed["images"][0]["image"]["mimeType"], "image/png");
}

#[tokio::test]
async fn a_record_that_stands_there_with_a_picture_is_known_when_the_upload_now_fails() {
    let (fake, world, driver) = stage("bluesky", bluesky()).await;
    driver.send(rows::sending(&post())).await.expect("it works");
    break_uploads(&fake, &Fault::new(Moment::Answer, 500));
    let receipt = driver.send(rows::sending(&post())).await.expect("it is known");
    assert_eq!(receipt.remark, None);
    assert_eq!(world.lock().expect("not poisoned").made, 1);
}

#[tokio::test]
async fn words_that_are_found_without_their_picture_are_told_to_be_so() {
    let bare = Some("it stands there without its picture".to_owned());
    let there = |found: &Resolution| match found {
        Resolution::Sent(receipt) => receipt.remark.clone(),
        Resolution::SendAgain | Resolution::AskLater(_) | Resolution::CannotTell(_) => {
            panic!("{found:?}")
        }
    };
    let words = rows::post();
    let (_fake, _world, driver) = stage("matrix", matrix()).await;
    driver.send(rows::sending(&words)).await.expect("it works");
    assert_eq!(there(&driver.resolve(rows::sending(&words)).await), None);
    assert_eq!(there(&driver.resolve(rows::sending(&post())).await), bare);
    let (_fake, _world, driver) = stage("discord", Channel::default()).await;
    driver.send(rows::sending(&words)).await.expect("it works");
    assert_eq!(there(&driver.resolve(rows::sending(&post())).await), bare);
    let (_fake, _world, driver) = stage("mastodon", mastodon()).await;
    driver.send(rows::sending(&words)).await.expect("it works");
    assert_eq!(there(&driver.resolve(rows::sending(&post())).await), bare);
}

#[tokio::test]
async fn a_room_has_the_picture_after_the_words_once_and_it_goes_with_them() {
    let (_fake, world, driver) = stage("matrix", matrix()).await;
    for _ in 0..2 {
        let receipt = driver.send(rows::sending(&post())).await.expect("it works");
        assert_eq!((receipt.remote_id.as_deref(), receipt.remark), (Some("$event-0"), None));
    }
    let events = world.lock().expect("not poisoned").events.clone();
    let kinds: Vec<&Value> = events.iter().map(|event| &event.content["msgtype"]).collect();
    assert_eq!(kinds, ["m.notice", "m.image"]);
    let picture = &events[1].content;
    assert_eq!(picture["body"], PICTURE.alt.as_str());
    assert_eq!(picture["filename"], "chart.png");
    assert_eq!(picture["url"], "mxc://example.org/chart");
    assert_eq!(picture["m.mentions"], json!({}));
    assert_eq!(take_back(&*driver).await.remark, None);
    let redacted = world.lock().expect("not poisoned").redacted.clone();
    assert_eq!(redacted, ["$event-0", "$event-1"]);
}

/// Takes the first post back; the words are gone whatever befalls its picture.
async fn take_back(driver: &dyn Driver) -> Receipt {
    let delete = Post {
        id: PostId::from("delete"),
        action: PostAction::Delete,
        thread: Some(post().id),
        ..rows::post()
    };
    let sending = Sending { reply_to: Some("$event-0"), ..rows::sending(&delete) };
    let receipt = driver.send(sending).await.expect("the words go");
    assert_eq!(receipt.remote_id.as_deref(), Some("$event-0"));
    receipt
}

#[tokio::test]
async fn a_picture_that_may_be_left_in_the_room_is_told_of() {
    let unreadable = Fault { body: "{".to_owned(), ..Fault::new(Moment::Answer, 200) };
    for (fault, words) in [
        (None, "too much was written there since"),
        (Some(Fault::new(Moment::Silence, 0)), "timeout"),
        (Some(unreadable), "an answer that cannot be read"),
        (Some(Fault::new(Moment::Answer, 502)), "status 502"),
    ] {
        let (fake, world, driver) = stage("matrix", matrix()).await;
        driver.send(rows::sending(&post())).await.expect("it works");
        for _ in 0..25 {
            world.lock().expect("not poisoned").say(matrix::OWN, json!({}));
        }
        world.lock().expect("not poisoned").page_length = 1;
        fake.turn(move |request| fault.clone().filter(|_| request.line.contains("/messages?")));
        let remark = take_back(&*driver).await.remark;
        assert_eq!(remark, Some(format!("its picture may still stand there ({words})")));
        assert_eq!(world.lock().expect("not poisoned").redacted, ["$event-0"]);
    }
}

#[tokio::test]
async fn a_room_is_read_back_no_further_than_to_the_words_that_go() {
    let (fake, world, driver) = stage("matrix", matrix()).await;
    driver.send(rows::sending(&rows::post())).await.expect("it works");
    {
        let mut world = world.lock().expect("not poisoned");
        let older = (0..25).map(|_| world.events[0].clone()).collect::<Vec<_>>();
        let older =
            older.into_iter().map(|event| matrix::Event { id: "$older".to_owned(), ..event });
        world.events.splice(0..0, older);
        world.page_length = 1;
    }
    assert_eq!(take_back(&*driver).await.remark, None);
    let reads = fake.requests();
    let reads = reads.iter().filter(|request| request.line.contains("/messages?")).count();
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_costs_no_picture_and_leaves_none_behind() {
    let unreadable = Fault { body: "[]".to_owned(), ..Fault::new(Moment::Answer, 200) };
    let (fake, world, driver) = stage("matrix", matrix()).await;
    fake.will(unreadable.clone());
    let receipt = driver.send(rows::sending(&post())).await.expect("it works");
    assert_eq!((receipt.remote_id.as_deref(), receipt.remark), (Some("$event-0"), None));
    assert_eq!(world.lock().expect("not poisoned").events.len(), 2);
    fake.will(unreadable);
    assert_eq!(take_back(&*driver).await.remark, None);
    let redacted = world.lock().expect("not poisoned").redacted.clone();
    assert_eq!(redacted, ["$event-0", "$event-0", "$event-1"]);
}

/// A channel at Discord.
#[derive(Default)]
pub struct Channel {
    messages: Vec<Value>,
    pictures: usize,
}

impl World for Channel {
    fn take(&mut self, request: &Request) -> Reply {
        if request.line.starts_with("GET ") {
            let page: Vec<Value> = self.messages.iter().map(shown).collect();
            let is_page = request.target().contains("/messages");
            let answer = if is_page { json!(page) } else { json!({ "id": "1" }) };
            return Reply::json(200, &answer);
        }
        let is_form = request.header("content-type").starts_with("multipart/form-data");
        let message: Value = if is_form {
            let form = multipart::read(request);
            assert!(form.file("files[0]").starts_with(b"\x89PNG"), "no picture");
            serde_json::from_slice(form.file("payload_json")).expect("JSON")
        } else {
            request.json()
        };
        assert_eq!(message["attachments"].is_array(), is_form, "{message}");
        let known = self.messages.iter().any(|known| known["nonce"] == message["nonce"]);
        if !known {
            self.pictures += usize::from(is_form);
            self.messages.push(message);
        }
        Reply::json(200, &json!({ "id": "4242" }))
    }

    fn makes_a_post(&self, request: &Request) -> bool {
        request.line.starts_with("POST ")
    }
}

fn shown(message: &Value) -> Value {
    let files = message["attachments"].as_array().cloned().unwrap_or_default();
    let author = json!({ "id": "1" });
    json!({ "id": "4242", "author": author, "embeds": message["embeds"], "attachments": files })
}

#[tokio::test]
async fn a_message_brings_its_picture_and_what_it_shows() {
    let (_fake, world, driver) = stage("discord", Channel::default()).await;
    let receipt = driver.send(rows::sending(&post())).await.expect("it works");
    assert_eq!(receipt.remark, None);
    let world = world.lock().expect("not poisoned");
    let wanted = json!([{ "id": "0", "filename": "chart.png", "description": PICTURE.alt }]);
    assert_eq!(world.messages[0]["attachments"], wanted);
    assert_eq!(world.pictures, 1);
}

#[tokio::test]
async fn a_message_whose_picture_discord_refuses_is_said_without_it() {
    for status in [400, 403, 413] {
        let (fake, world, driver) = stage("discord", Channel::default()).await;
        break_uploads(&fake, &Fault::new(Moment::Answer, status));
        let receipt = driver.send(rows::sending(&post())).await.expect("the words leave");
        check_lost(&receipt, &status.to_string());
        let world = world.lock().expect("not poisoned");
        assert_eq!((world.messages.len(), world.pictures), (1, 0));
    }
}

#[tokio::test]
async fn a_message_that_discord_was_too_busy_for_keeps_its_picture_for_minutes_and_not_longer() {
    let (fake, world, driver) = stage("discord", Channel::default()).await;
    fake.will(Fault::new(Moment::Answer, 429));
    let busy = driver.send(rows::sending(&post())).await;
    assert!(matches!(busy, Err(SendError::RetryAfter { .. })), "{busy:?}");
    let post = post();
    let again = Sending { first_attempt_at: Some(rows::decided_at()), ..rows::sending(&post) };
    assert_eq!(driver.send(again).await.expect("it works").remark, None);
    let other = Post { id: PostId::from("other"), ..post.clone() };
    let long_ago = rows::decided_at() - chrono::TimeDelta::minutes(5);
    let late = Sending { first_attempt_at: Some(long_ago), ..rows::sending(&other) };
    check_lost(&driver.send(late).await.expect("the words leave"), "late");
    let world = world.lock().expect("not poisoned");
    assert_eq!((world.messages.len(), world.pictures), (2, 1));
}

#[tokio::test]
async fn a_message_in_doubt_is_known_with_its_picture() {
    for moment in [Moment::Kept, Moment::HalfAnswer] {
        let (fake, world, driver) = stage("discord", Channel::default()).await;
        fake.will(Fault::new(moment, 0));
        let sent = driver.send(rows::sending(&post())).await;
        assert!(matches!(sent, Err(SendError::Unknown(_))), "{sent:?}");
        let found = driver.resolve(rows::sending(&post())).await;
        assert!(matches!(found, Resolution::Sent(Receipt { remark: None, .. })), "{found:?}");
        let world = world.lock().expect("not poisoned");
        assert_eq!((world.messages.len(), world.pictures), (1, 1));
    }
}

/// Breaks one request in three, eight times at most.
fn turn_by_chance(fake: &Fake, mut dice: StdRng) {
    let mut left = 8;
    fake.turn(move |_| {
        if left == 0 || !dice.random_bool(0.33) {
            return None;
        }
        left -= 1;
        let broken = [Moment::Head, Moment::Kept, Moment::HalfAnswer, Moment::Answer];
        let moment = broken[dice.random_range(0..broken.len())];
        let status = [429, 500, 503][dice.random_range(0..3)];
        Some(Fault::new(moment, status))
    });
}

/// Sends a post with its picture through a bad hour, as the outbox says, to its end.
async fn through_a_bad_hour(fake: &Fake, driver: &dyn Driver, dice: StdRng) {
    turn_by_chance(fake, dice);
    let post = post();
    let first = driver.send(rows::sending(&post)).await;
    let end = deliver(driver, &post, first).await;
    assert!(matches!(end, DeliveryEvent::Sent { .. }), "{end:?}");
}

#[tokio::test]
async fn through_a_bad_hour_the_words_arrive_once_and_the_picture_not_twice() {
    let seed = 20_261_127;
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let pictures = Arc::new(Mutex::new([0; 4]));
    let runs = (0..20).map(|_| {
        let seeds: [u64; 4] = dice.random();
        let pictures = Arc::clone(&pictures);
        async move {
            let dice = seeds.map(StdRng::seed_from_u64);
            let [one, two, three, four] = dice;
            let (fake, world, driver) = stage("mastodon", mastodon()).await;
            through_a_bad_hour(&fake, &*driver, one).await;
            let statuses = world.lock().expect("not poisoned").statuses.clone();
            assert_eq!(statuses.len(), 1, "{seeds:?}: {statuses:?}");
            let (fake, world, driver) = stage("bluesky", bluesky()).await;
            through_a_bad_hour(&fake, &*driver, two).await;
            let records = world.lock().expect("not poisoned").records.clone();
            assert_eq!(records.len(), 1, "{seeds:?}: {records:?}");
            let (fake, world, driver) = stage("matrix", matrix()).await;
            through_a_bad_hour(&fake, &*driver, three).await;
            let events = world.lock().expect("not poisoned").events.clone();
            let count =
                |kind: &str| events.iter().filter(|event| event.content["msgtype"] == kind).count();
            assert_eq!(count("m.notice"), 1, "{seeds:?}: {events:?}");
            assert!(count("m.image") <= 1, "{seeds:?}: {events:?}");
            let (fake, world, driver) = stage("discord", Channel::default()).await;
            through_a_bad_hour(&fake, &*driver, four).await;
            let channel = world.lock().expect("not poisoned");
            assert_eq!(channel.messages.len(), 1, "{seeds:?}");
            let mut pictures = pictures.lock().expect("not poisoned");
            let with_embed = records.values().filter(|record| record["embed"].is_object());
            pictures[0] += statuses[0].pictures.len();
            pictures[1] += with_embed.count();
            pictures[2] += count("m.image");
            pictures[3] += channel.pictures;
        }
    });
    futures_util::future::join_all(runs.collect::<Vec<_>>()).await;
    let pictures = pictures.lock().expect("not poisoned");
    println!("20 posts each; pictures that arrived: {pictures:?}");
    assert!(pictures.iter().all(|count| (1..=20).contains(count)), "{pictures:?}");
}
