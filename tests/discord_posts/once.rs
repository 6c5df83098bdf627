//! Each post stands in the channel once, whatever the network and Discord do in between.

use std::time::Duration;

use bellwether::{
    clock::Clock,
    domain::{Audience, Timestamp},
    event::{Post, PostAction},
};
use chrono::{TimeDelta, Utc};

use crate::fake::{Fake, Fault, Scope, errors, permissions};

use super::stage::{Stage, destination, post};

const UPDATE: &str = "Slow sites\nSome sites are slow.\nNext update by 22:00.";
const WRITE: &str = "POST /channels/*/messages";

fn faults() -> Vec<Fault> {
    vec![
        Fault::Before(500),
        Fault::Before(502),
        Fault::After(500),
        Fault::After(503),
        Fault::LostBefore,
        Fault::LostAfter,
        Fault::Hang(Duration::from_millis(50)),
        Fault::HangAfter(Duration::from_millis(50)),
        Fault::TooMany(Scope::User, Duration::from_millis(200)),
        Fault::TooMany(Scope::Global, Duration::from_millis(200)),
        Fault::TooMany(Scope::Shared, Duration::from_millis(200)),
        Fault::Refuse(errors::MISSING_PERMISSIONS),
        Fault::Refuse(errors::MISSING_ACCESS),
        Fault::Refuse(errors::UNAUTHORIZED),
    ]
}

#[tokio::test]
async fn whatever_goes_wrong_for_a_while_a_post_stands_there_once() {
    for fault in faults() {
        for times in 1..=3 {
            for audience in [Audience::Public, Audience::Staff] {
                let fake = Fake::usual().await;
                fake.lift_limits();
                let mut stage = Stage::in_channel(&fake, "status", audience);
                let update = post(audience, 1, UPDATE);
                fake.fail(WRITE, fault.clone()).times(times);
                stage.decide(&update);
                stage.deliver().await;
                let seen = format!("{fault:?} × {times} for {}", audience.word());
                let messages = fake.channel("status").messages();
                assert_eq!(messages.len(), 1, "{seen}");
                let link = format!(
                    "sent https://discord.com/channels/{}/{}/{}",
                    fake.guild_id(),
                    fake.channel("status").id(),
                    messages[0].id
                );
                assert_eq!(stage.end_of(&update), link, "{seen}");
                fake.finish();
            }
        }
    }
}

#[tokio::test]
async fn a_direct_message_reaches_its_person_once_too() {
    for fault in faults() {
        for route in [WRITE, "POST /users/@me/channels"] {
            let fake = Fake::usual().await;
            fake.lift_limits();
            let mut stage = Stage::to_person(&fake, "anna");
            let told =
                post(Audience::Reporters, 1, "You reported a problem.\nIs it fixed for you?");
            fake.fail(route, fault.clone()).times(2);
            stage.decide(&told);
            stage.deliver().await;
            let messages = fake.direct("anna").texts();
            assert_eq!(messages, [told.body.as_str()], "{fault:?} of {route}");
            assert_eq!(stage.end_of(&told), "sent without a link");
            fake.finish();
        }
    }
}

/// Nothing is left of the process but its outbox, and so much time has passed.
fn later(fake: &Fake, stage: Stage, audience: Audience, span: Duration) -> Stage {
    fake.advance(span);
    let now: Timestamp = Utc::now() + TimeDelta::from_std(span).expect("a span");
    let mut destination = destination(fake, audience);
    let id = fake.channel("status").id().to_string();
    destination.options.insert("channel".to_owned(), id);
    let again = Stage::with(fake, &destination, Clock::paced(now, 1.0));
    Stage { driver: again.driver, now, ..stage }
}

const HALF_AN_HOUR: Duration = Duration::from_secs(1800);

#[tokio::test]
async fn long_after_a_crash_the_channel_is_read_back() {
    for audience in [Audience::Public, Audience::Staff] {
        for (fault, arrived) in [(Fault::LostAfter, true), (Fault::LostBefore, false)] {
            let fake = Fake::usual().await;
            fake.lift_limits();
            let mut stage = Stage::in_channel(&fake, "status", audience);
            let update = post(audience, 1, UPDATE);
            stage.decide(&update);
            fake.fail(WRITE, fault);
            stage.die_sending().await;
            assert_eq!(fake.channel("status").messages().len(), usize::from(arrived));
            for number in 0..250 {
                fake.user("bert").at("status").say(&format!("me too {number}"));
            }
            let mut stage = later(&fake, stage, audience, HALF_AN_HOUR);
            stage.deliver().await;
            let bot = fake.application_id();
            let messages = fake.channel("status").messages();
            let ours: Vec<_> = messages.iter().filter(|message| message.author == bot).collect();
            assert_eq!(ours.len(), 1);
            assert!(stage.end_of(&update).ends_with(&ours[0].id.to_string()));
            fake.finish();
        }
    }
}

#[tokio::test]
async fn where_discord_tells_no_nonce_plain_words_are_known_by_themselves() {
    for (fault, word) in [(Fault::LostAfter, "one"), (Fault::LostBefore, "two")] {
        let fake = Fake::usual().await;
        let mut stage = Stage::in_channel(&fake, "status", Audience::Staff);
        stage.decide(&post(Audience::Staff, 1, "word one, said before"));
        stage.deliver().await;
        let told = post(Audience::Staff, 2, &format!("word {word}"));
        stage.decide(&told);
        fake.fail(WRITE, fault);
        stage.die_sending().await;
        fake.with(|world| world.messages.values_mut().for_each(|message| message.nonce = None));
        let mut stage = later(&fake, stage, Audience::Staff, HALF_AN_HOUR);
        stage.deliver().await;
        let texts = fake.channel("status").texts();
        assert_eq!(texts, ["word one, said before".to_owned(), told.body.clone()]);
        fake.finish();
    }
}

#[tokio::test]
async fn somebody_elses_copy_is_not_taken_for_ours() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Staff);
    let told = post(Audience::Staff, 1, "Draft 1 waits.");
    stage.decide(&told);
    fake.fail(WRITE, Fault::LostBefore);
    stage.die_sending().await;
    fake.user("bert").at("status").say("Draft 1 waits.");
    let mut stage = later(&fake, stage, Audience::Staff, HALF_AN_HOUR);
    stage.deliver().await;
    assert_eq!(fake.channel("status").texts(), ["Draft 1 waits.", "Draft 1 waits."]);
    fake.finish();
}

#[tokio::test]
async fn a_channel_that_cannot_be_read_back_is_left_to_staffs_eyes() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    let update = post(Audience::Public, 1, UPDATE);
    stage.decide(&update);
    fake.fail(WRITE, Fault::LostAfter);
    stage.die_sending().await;
    fake.channel("status").deny_bot(permissions::READ_MESSAGE_HISTORY);
    let mut stage = later(&fake, stage, Audience::Public, HALF_AN_HOUR);
    stage.deliver().await;
    let wanted = "unresolved: the channel reads as empty: may the bot “Read Message History”?";
    assert_eq!(stage.end_of(&update), wanted);
    assert_eq!(fake.channel("status").messages().len(), 1);
    fake.finish();
}

#[tokio::test]
async fn seven_updates_at_once_meet_no_limit() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    for number in 0..7 {
        stage.decide(&post(Audience::Public, number, &format!("Slow sites\nword {number}")));
    }
    stage.deliver().await;
    assert_eq!(fake.channel("status").messages().len(), 7);
    assert_eq!(fake.with(|world| world.limits.too_many_requests()), 0);
    fake.finish();
}

#[tokio::test]
async fn an_update_is_passed_on_once_and_delays_no_other() {
    let fake = Fake::usual().await;
    // The driver keeps the rest that it is asked for, in the time in which the outbox waits.
    let clock = Clock::stepped(chrono::Utc::now());
    let mut stage = Stage::in_channel_by(&fake, "status", Audience::Public, clock);
    let first = post(Audience::Public, 1, UPDATE);
    let passed_on = Post {
        action: PostAction::Crosspost,
        subject: "crosspost".to_owned(),
        thread: Some(first.id.clone()),
        ..post(Audience::Public, 2, "")
    };
    let next = Post {
        thread: Some(first.id.clone()),
        ..post(Audience::Public, 3, "Slow sites\nStill slow.")
    };
    for post in [&first, &passed_on, &next] {
        stage.decide(post);
    }
    fake.fail("POST /channels/*/messages/*/crosspost", Fault::LostAfter);
    let wait = Duration::from_secs(3000);
    fake.fail("POST /channels/*/messages/*/crosspost", Fault::TooMany(Scope::User, wait));
    stage.deliver().await;
    let messages = fake.channel("status").messages();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].is_crossposted() && !messages[1].is_crossposted());
    assert_eq!(messages[1].reply_to, Some(messages[0].id));
    assert!(stage.end_of(&passed_on).starts_with("sent "));
    fake.finish();
}

#[tokio::test]
async fn an_update_whose_thread_was_deleted_is_said_all_the_same() {
    let fake = Fake::usual().await;
    let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
    let first = post(Audience::Public, 1, UPDATE);
    stage.decide(&first);
    stage.deliver().await;
    let status = fake.channel("status");
    status.delete_message(status.messages()[0].id);
    let next = Post {
        thread: Some(first.id.clone()),
        ..post(Audience::Public, 2, "Slow sites\nStill slow.")
    };
    stage.decide(&next);
    stage.deliver().await;
    assert_eq!(status.messages().len(), 1);
    assert!(stage.end_of(&next).starts_with("sent "));
    fake.finish();
}

#[tokio::test]
async fn a_busy_discord_that_says_later_than_its_memory_lasts_is_asked_what_it_kept() {
    for (wait_s, lookups) in [(30, 0), (600, 1)] {
        let fake = Fake::usual().await;
        let mut stage = Stage::in_channel(&fake, "status", Audience::Public);
        let update = post(Audience::Public, 1, UPDATE);
        fake.fail(WRITE, Fault::BusyAfter(Duration::from_secs(wait_s)));
        stage.decide(&update);
        stage.deliver().await;
        assert_eq!(fake.channel("status").messages().len(), 1, "{wait_s} s");
        assert!(stage.end_of(&update).starts_with("sent "));
        let read = fake.requests("GET /channels/*/messages").len();
        assert_eq!(read, lookups, "{wait_s} s");
        fake.finish();
    }
}
