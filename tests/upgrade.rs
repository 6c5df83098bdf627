//! An upgrade in mid-incident: a journal that the bot left behind when it was killed opens in a build
//! whose detector differs, and what was decided stays decided.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests of a real process wait in real time and fail where their own set-up fails"
)]

#[path = "upgrade/blind.rs"]
mod blind;
#[path = "upgrade/detectors.rs"]
mod detectors;
#[path = "upgrade/golden.rs"]
mod golden;
#[path = "bot/harness.rs"]
#[allow(dead_code, reason = "the bot's own tests use the rest")]
mod harness;

#[path = "engine/stage.rs"]
#[allow(dead_code, reason = "the engine's own tests use the rest")]
mod stage;

use bellwether::{
    app::{
        App, Stopped,
        recovery::{self, Recovered},
    },
    broadcast,
    clock::Clock,
    config::{self, SecretsWanted},
    domain::PostId,
    engine::{Detector, Engine},
    event::{DeliveryEvent, Happening, Input},
    outbox::DeliveryState,
};
use chrono::TimeDelta;
use detectors::{Alarmist, Sleeper};
use golden::{Golden, Told, ToldPost};
use harness::{Home, Receiver, eventually};

#[test]
fn any_detector_opens_the_golden_incident_with_the_same_incidents_drafts_and_posts() {
    for with_snapshots in [true, false] {
        let golden = Golden::copy(with_snapshots);
        assert_eq!(told(&as_shipped(&golden)), golden.expected, "snapshots: {with_snapshots}");
        let alarmist = told(&recovered::<Alarmist>(&golden));
        assert_eq!(alarmist, golden.expected, "snapshots: {with_snapshots}");
        let sleeper = told(&recovered::<Sleeper>(&golden));
        assert_eq!(sleeper, golden.expected, "snapshots: {with_snapshots}");
    }
}

/// By the detector of this build, whichever that is.
fn as_shipped(golden: &Golden) -> Recovered {
    let recovered: Recovered = recovery::recover(&golden.open()).expect("it can be recovered");
    assert!(recovered.fresh.is_empty(), "{:?}", recovered.fresh);
    recovered
}

fn recovered<D: Detector>(golden: &Golden) -> Recovered<D> {
    let recovered = recovery::recover::<D>(&golden.open()).expect("it can be recovered");
    assert!(recovered.fresh.is_empty(), "{}: {:?}", D::NAME, recovered.fresh);
    recovered
}

fn told<D: Detector>(recovered: &Recovered<D>) -> Told {
    Told::of(&recovered.engine, &recovered.outbox)
}

fn frozen<D: Detector>(recovered: &Recovered<D>) -> String {
    let bytes = recovery::freeze(&recovered.engine, &recovered.outbox);
    String::from_utf8(bytes).expect("JSON")
}

#[test]
fn opened_twice_the_state_is_the_same_to_the_byte() {
    for with_snapshots in [true, false] {
        let golden = Golden::copy(with_snapshots);
        let shipped = frozen(&as_shipped(&golden));
        assert_eq!(shipped, frozen(&as_shipped(&golden)));
        let alarmist = frozen(&recovered::<Alarmist>(&golden));
        assert_eq!(alarmist, frozen(&recovered::<Alarmist>(&golden)));
        // Only the detectors' own states differ.
        assert_eq!(records(&shipped), records(&alarmist));
        assert_eq!(records(&shipped), records(&frozen(&recovered::<Sleeper>(&golden))));
    }
}

fn records(frozen: &str) -> [serde_json::Value; 2] {
    let state: serde_json::Value = serde_json::from_str(frozen).expect("JSON");
    [state["engine"]["records"].clone(), state["outbox"].clone()]
}

#[test]
fn the_other_detector_decides_what_comes_after_the_upgrade() {
    let golden = Golden::copy(true);
    let after = |mut engine: Engine<Alarmist>, seq| {
        let at = golden.expected.ended_at + TimeDelta::seconds(1);
        let input = Input::ProbeResult {
            probe: "s3-http".into(),
            ok: true,
            latency_ms: Some(40),
            error: None,
        };
        engine.handle(seq, at, &Happening { at, input })
    };
    let recovered = recovered::<Alarmist>(&golden);
    let outputs = after(recovered.engine, recovered.handled + 1);
    assert!(outputs.iter().any(|output| output.kind() == "suspicion"), "{outputs:?}");
}

#[test]
fn the_interrupted_post_becomes_unknown_with_its_id_and_words() {
    let golden = Golden::copy(true);
    let mut recovered = recovery::recover::<Alarmist>(&golden.open()).expect("it can be recovered");
    let before = recovered.outbox.clone();
    let now = golden.expected.ended_at + TimeDelta::minutes(1);
    let [Input::Delivery { post, event }] = &recovered.interrupted(now)[..] else {
        panic!("one post was in flight: {:?}", recovered.interrupted(now));
    };
    assert_eq!(*post, golden.in_flight());
    assert!(matches!(event, DeliveryEvent::Unknown { .. }), "{event:?}");
    recovered.outbox.apply_event(now, post, event);

    let after = recovered.outbox.delivery(post).expect("it is known");
    let before = before.delivery(post).expect("it was known");
    assert!(matches!(after.state, DeliveryState::Unknown { .. }), "{:?}", after.state);
    assert_eq!(after.post, before.post);
}

/// The build as it is goes on where the killed one stopped: on the golden day's own clock, so that no
/// patience has run out meanwhile. Its detector may say more about what comes in now, to staff; what
/// was published stands as it is.
#[tokio::test(flavor = "multi_thread")]
async fn the_bot_goes_on_from_the_golden_incident_and_sends_the_same_post_again() {
    let (receiver, address) = Receiver::start().await;
    let golden = Golden::copy(true);
    let home = Home::new(address);
    golden.put_into(home.path());
    let path = home.path().join("bellwether.toml");
    let config = config::load(&path, &broadcast::specs(), SecretsWanted::Resolve);
    let clock = Clock::paced(golden.expected.ended_at + TimeDelta::seconds(5), 1.0);
    let app = App::start(config.expect("a configuration"), clock).await.expect("it starts");

    let post = golden.in_flight();
    let arrived = eventually("the interrupted post", async || {
        receiver.all().into_iter().find(|arrival| arrival.id == post.as_str())
    })
    .await;
    let expected = golden.expected.post(&post);
    assert_eq!(arrived.destination, expected.destination);
    assert_eq!(arrived.text, expected.body);
    let id = post.clone();
    eventually("its receipt", async || {
        let id = id.clone();
        let state = app.look(move |_, outbox| outbox.delivery(&id).map(|one| one.state.clone()));
        state.await.flatten().filter(|state| matches!(state, DeliveryState::Sent { .. }))
    })
    .await;
    let known: Vec<PostId> = golden.expected.posts.iter().map(|post| post.id.clone()).collect();
    for arrival in receiver.all().iter().filter(|arrival| arrival.id != post.as_str()) {
        assert!(!known.contains(&arrival.id.as_str().into()), "sent twice: {arrival:?}");
    }
    let now_told = app.look(Told::of).await.expect("the desk");
    assert_eq!(now_told.given_away(), golden.expected.given_away(), "nothing was published anew");
    let still_there = |post: &&ToldPost| now_told.post(&post.id).body == post.body;
    assert_eq!(golden.expected.posts.iter().filter(still_there).count(), known.len());
    assert_eq!(app.stop().await, Stopped::Cleanly);
}

/// Writes the golden incident with the true binary; for the version that begins a new one. Never
/// write over an old one.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes into the source tree"]
async fn write_the_golden_incident() {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    bot.report("t-1", "anna", "example.org", "really slow and sometimes unavailable").await;
    bot.fail_until_staff_are_told(&receiver, &["s1-http", "s2-http"]).await;
    let came = async |destination: &str, words: &str| {
        eventually(words, async || {
            let mut all = receiver.all().into_iter();
            all.find(|one| one.destination == destination && one.text.contains(words))
        })
        .await
    };
    bot.staff("draft publish 1 --anyway").await;
    came("community", "Server One").await;
    bot.staff("tried \"rebooted s1: no change\"").await;
    assert!(bot.stop().status.success());

    let bot = home.start();
    receiver.hold("community");
    bot.staff("incident update 1 \"The provider is looking into it.\" --publish").await;
    came("community", "The provider is looking into it.").await;
    bot.staff("incident update 1 \"The switch is being replaced.\" --state identified").await;
    bot.staff("incident open \"Mail is slow on Server Three\" --servers s3").await;
    came("staff-room", "Mail is slow on Server Three").await;
    // Deliveries settle; then an answer says that all before it was decided.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    bot.staff("note \"the golden day ends here\"").await;
    bot.kill();
    golden::commit(&home.path().join("data"));
}
