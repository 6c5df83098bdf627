//! What Discord wants left alone: the chat and the driver have one account, and what either is told
//! holds both back.

use std::time::Duration;

use chrono::TimeDelta;

use super::scene::Scene;
use crate::fake::{
    AnswerKind, Fake, Fault, Scope, Setup,
    world::{Seen, World},
};

/// The request that was told to wait.
async fn told_to_wait(fake: &Fake, method: &'static str) -> Seen {
    let is_it = move |one: &&Seen| one.method == method && one.status == 429;
    let look = move |world: &World| world.requests.iter().find(is_it).cloned();
    fake.until(&format!("a {method} that must wait"), look).await
}

/// What was under way when it was told may still arrive.
const UNDER_WAY: TimeDelta = TimeDelta::milliseconds(400);

/// What was asked of Discord after `first` and within `span` of it, but for answers to interactions.
fn asked_within(fake: &Fake, first: &Seen, span: Duration) -> Vec<String> {
    let until = first.at + TimeDelta::from_std(span).expect("a span");
    let is_bound = |one: &&Seen| {
        let is_answer = one.path.starts_with("/interactions") || one.path.starts_with("/webhooks");
        one.at > first.at + UNDER_WAY && one.at < until && !is_answer
    };
    fake.with(|world| {
        let asked = world.requests.iter().filter(is_bound);
        asked.map(|one| format!("{} {}", one.method, one.path)).collect()
    })
}

#[tokio::test]
async fn a_pause_for_everything_that_a_card_is_told_holds_posts_back_and_answers_go_on() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let pause = Duration::from_secs(6);
    scene.fake.fail("PATCH /channels/*/messages/*", Fault::TooMany(Scope::Global, pause));
    scene.open_incident().await;
    let first = told_to_wait(&scene.fake, "PATCH").await;
    bot.staff("draft publish 1").await;
    let answer = scene.fake.user("anna").at("support").slash("status", &[]).await;
    assert_eq!(answer.kind, AnswerKind::Message, "interactions are exempt");
    assert!(answer.took.expect("an answer") < Duration::from_secs(1), "{:?}", answer.took);
    let status = scene.fake.channel("status");
    status.until_message("Slow pages").await;
    assert_eq!(asked_within(&scene.fake, &first, pause), [""; 0]);
    let card = scene.card(1).await;
    let is_kept = |world: &World| {
        let now = world.messages.get(&card.id)?;
        now.edited_at.map(|_| ())
    };
    scene.fake.until("the card, edited at last", is_kept).await;
    assert_eq!(status.messages().len(), 1, "once");
    assert_eq!(scene.fake.with(|world| world.limits.too_many_requests()), 1);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_pause_for_everything_that_a_post_is_told_holds_cards_back() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let (pause, status) = (Duration::from_secs(4), scene.fake.channel("status"));
    let route = format!("POST /channels/{}/messages", status.id());
    scene.fake.fail(&route, Fault::TooMany(Scope::Global, pause));
    scene.open_incident().await;
    let card = scene.card(1).await;
    bot.staff("draft publish 1").await;
    let first = told_to_wait(&scene.fake, "POST").await;
    status.until_message("Slow pages").await;
    let has_receipt = |world: &World| {
        let now = world.messages.get(&card.id)?;
        now.text().contains('✅').then_some(())
    };
    scene.fake.until("a card with its receipt", has_receipt).await;
    assert_eq!(asked_within(&scene.fake, &first, pause), [""; 0]);
    assert_eq!(status.messages().len(), 1, "once");
    assert_eq!(scene.fake.with(|world| world.limits.too_many_requests()), 1);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_pause_for_one_channel_holds_both_back_there_and_nobody_elsewhere() {
    let scene =
        Scene::with(Setup::usual().privileged(super::scene::MESSAGE_CONTENT), true, "").await;
    let (support, status) = (scene.fake.channel("support"), scene.fake.channel("status"));
    let lounge = format!(
        "\n[[destination]]\nid = \"lounge\"\nkind = \"discord\"\naudience = \"public\"\nchannel = \"{}\"\n",
        support.id()
    );
    scene.home.edit(|text| text + &lounge);
    let bot = scene.start().await;
    scene.open_incident().await;
    let pause = Duration::from_secs(5);
    let route = format!("POST /channels/{}/messages", support.id());
    scene.fake.fail(&route, Fault::TooMany(Scope::User, pause));
    scene.fake.user("anna").at("support").say("example.org is slow");
    let first = told_to_wait(&scene.fake, "POST").await;
    bot.staff("draft publish 1").await;
    let elsewhere = status.until_message("Slow pages").await;
    assert!(elsewhere.created_at - first.at < TimeDelta::from_std(pause).expect("a span"));
    support.until_message("noted").await;
    support.until_message("Slow pages").await;
    let here = scene.fake.requests(&route);
    let gap = here[1].at - here[0].at;
    assert!(here[0].status == 429 && gap >= TimeDelta::from_std(pause).expect("a span"), "{gap}");
    assert_eq!(scene.fake.with(|world| world.limits.too_many_requests()), 1);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
