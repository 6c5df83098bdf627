//! The connection: cut, refused, slow; commands and presence.

use super::scene::{Scene, shown};
use crate::{
    fake::{AnswerKind, Fault, Scope, world::Seen},
    harness::eventually,
};

#[tokio::test]
async fn a_cut_gateway_is_resumed_and_nothing_is_lost() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.fake.cut_gateway();
    let answer = scene.report("anna", "example.org", "slow").await;
    assert_eq!(answer.kind, AnswerKind::Message);
    scene.fake.with(|world| world.gateway.ask_to_reconnect());
    let answer = scene.report("bert", "example.org", "slow").await;
    assert_eq!(answer.kind, AnswerKind::Message);
    scene.fake.with(|world| world.gateway.invalidate(false));
    let tim = scene.staff("tim");
    let answer = tim.slash("reports list", &[]).await;
    assert_eq!(shown(&answer).lines().count(), 2, "{}", shown(&answer));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn the_bot_runs_on_without_discord_and_comes_when_it_is_back() {
    let scene = Scene::new(false).await;
    scene.fake.fail("GET /gateway", Fault::Before(503)).times(2);
    let bot = scene.home.start();
    assert!(bot.staff("incident list").await.contains("no incidents"));
    eventually("word to staff", async || {
        scene
            .receiver
            .texts("staff-room", "trouble")
            .into_iter()
            .find(|text| text.contains("cannot be reached"))
    })
    .await;
    scene.fake.until_ready().await;
    assert_eq!(scene.report("anna", "example.org", "slow").await.kind, AnswerKind::Message);
    assert_eq!(scene.receiver.texts("staff-room", "trouble").len(), 1, "told once");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn commands_are_registered_once_and_the_presence_follows_the_fleet() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.fake.user("anna").at("support").slash("status", &[]).await;
    let registered = scene.fake.commands();
    assert!(registered.contains(&"incident".to_owned()), "{registered:?}");
    let written = || {
        scene.fake.with(|world| {
            let is_write = |one: &&Seen| one.method == "PUT" && one.path.ends_with("/commands");
            world.requests.iter().filter(is_write).count()
        })
    };
    assert_eq!(written(), 1);
    scene.kill(bot).await;
    let bot = scene.start().await;
    scene.fake.user("anna").at("support").slash("status", &[]).await;
    assert_eq!(written(), 1, "they were as they should be");

    let line = || scene.fake.presence().map(|shown| shown.to_string()).unwrap_or_default();
    eventually("a presence", async || line().contains("All is well").then_some(())).await;
    scene.open_incident().await;
    bot.staff("draft publish 1").await;
    eventually("another presence", async || line().contains("/status").then_some(())).await;
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_bot_that_is_invited_while_it_waits_gets_its_commands() {
    let scene = Scene::new(false).await;
    scene.fake.kick_bot();
    let bot = scene.home.start();
    eventually("word to staff", async || {
        let told = scene.receiver.texts("staff-room", "trouble");
        told.into_iter().find(|text| text.contains("I am no member of the server"))
    })
    .await;
    scene.fake.invite_bot();
    assert_eq!(scene.report("anna", "example.org", "slow").await.kind, AnswerKind::Message);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn what_is_missing_in_discord_is_told_to_staff_with_what_to_do() {
    let scene = Scene::new(false).await;
    scene.fake.channel("staff").deny_bot(1 << 15);
    let bot = scene.start().await;
    let told = |what: &'static str| {
        let receiver = scene.receiver.clone();
        async move {
            eventually(what, async || {
                receiver.texts("staff-room", "trouble").into_iter().find(|text| text.contains(what))
            })
            .await
        }
    };
    insta::assert_snapshot!(told("Attach Files").await, @r#"In #staff I may not do all I must. Please give the bot’s role there: Attach Files."#);
    scene.fake.channel("staff").delete();
    told("There is no channel").await;
    scene.fake.kick_bot();
    insta::assert_snapshot!(told("I was removed").await, @r#"I was removed from our Discord server. Invite the bot again with the scopes “bot” and “applications.commands”. Until then nothing of mine appears there."#);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn an_answer_that_discord_lost_or_refused_for_a_moment_arrives_once() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let callback = "POST /interactions/*/*/callback";
    for fault in [Fault::Before(500), Fault::LostAfter, Fault::LostBefore] {
        scene.fake.fail(callback, fault).times(1);
        let answer = scene.fake.user("bert").at("support").slash("status", &[]).await;
        assert_eq!(answer.kind, AnswerKind::Message);
        assert!(answer.followups.is_empty());
    }
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_request_that_discord_never_answers_is_given_up_and_holds_nothing_up() {
    let scene = Scene::new(false).await;
    let forever = Fault::Hang(std::time::Duration::from_secs(120));
    scene.fake.fail("GET /applications/*/guilds/*/commands", forever);
    let bot = scene.start().await;
    let answer = scene.report("anna", "example.org", "slow").await;
    assert_eq!(answer.kind, AnswerKind::Message, "once the commands are there");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_word_that_discord_wants_later_is_said_when_it_asks_for_it() {
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let support = scene.fake.channel("support");
    let route = format!("POST /channels/{}/messages", support.id());
    let wait = std::time::Duration::from_secs(2);
    scene.fake.fail(&route, Fault::TooMany(Scope::User, wait)).times(2);
    scene.fake.user("anna").at("support").say("example.org is slow");
    support.until_message("noted").await;
    let asked = scene.fake.requests(&route);
    let gaps: Vec<i64> =
        asked.windows(2).map(|two| (two[1].at - two[0].at).num_milliseconds()).collect();
    assert!(gaps.len() == 2 && gaps.iter().all(|gap| *gap >= 2000), "{gaps:?}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
