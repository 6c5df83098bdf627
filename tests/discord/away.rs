//! Direct messages and edits of the time in which the bot was away.

use super::scene::Scene;
use crate::{
    fake::{Fake, Message, Person, World, world::Id},
    harness::Bot,
};

/// Somebody edits what they wrote.
fn edit(fake: &Fake, message: Id, text: &str) {
    fake.with(|world| {
        let now = world.clock.now();
        let before = world.messages[&message].clone();
        let after = Message { content: text.to_owned(), edited_at: Some(now), ..before };
        world.replace(after);
    });
}

/// Waits until somebody has so many direct messages with the bot, theirs among them.
async fn until_direct_count(scene: &Scene, who: &Person, count: usize) -> Vec<Message> {
    let direct = scene.fake.with(|world| world.direct_with(who.id()));
    let look = move |world: &World| {
        let all: Vec<Message> = world.messages_in(direct).cloned().collect();
        (all.len() >= count).then_some(all)
    };
    scene.fake.until(&format!("{count} direct messages"), look).await
}

/// What reports say that somebody sent, once each, from the journal's personal part.
async fn reports(bot: &Bot) -> Vec<String> {
    let listed = bot.staff("reports list").await;
    listed.lines().map(str::to_owned).collect()
}

/// A word of somebody else's that is heard only after all that is read back.
async fn somebody_is_heard(scene: &Scene, name: &str) {
    scene.fake.join(name);
    let answer = scene.report(name, "elsewhere.example", "slow").await;
    assert!(answer.content.starts_with("Thank you"), "{}", answer.content);
}

#[tokio::test]
async fn what_a_reporter_wrote_directly_while_the_bot_was_away_counts_once() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.report("anna", "example.org", "slow").await;
    scene.report("bert", "example.org", "slow").await;
    let (anna, bert) = (scene.fake.user("anna").in_direct(), scene.fake.user("bert").in_direct());
    bert.say("my other site is gone too");
    bert.until_direct("Which domain").await;
    scene.kill(bot).await;

    // An answer to our question, a report, and talk.
    bert.say("the one with the recipes");
    anna.say("cycling-club.example is gone too");
    anna.say("good night");
    let bot = scene.start().await;
    let of_bert = until_direct_count(&scene, &bert, 4).await;
    assert!(of_bert[3].content.contains("noted"), "{}", of_bert[3].content);
    assert_eq!(of_bert[3].reply_to, Some(of_bert[2].id));
    let of_anna = until_direct_count(&scene, &anna, 4).await;
    let ours = |message: &&Message| message.author == scene.fake.application_id();
    let answers: Vec<Option<Id>> =
        of_anna.iter().filter(ours).map(|message| message.reply_to).collect();
    assert_eq!(answers, [Some(of_anna[0].id), Some(of_anna[1].id)], "one answer each, in order");
    let known = reports(&bot).await;
    assert_eq!(known.len(), 4, "{known:?}");

    scene.kill(bot).await;
    let bot = scene.start().await;
    bert.say("cycling-club.example as well");
    until_direct_count(&scene, &bert, 6).await;
    somebody_is_heard(&scene, "cora").await;
    assert_eq!(reports(&bot).await.len(), 6, "nothing counts twice");
    assert_eq!(anna.direct_messages().len(), 4, "nothing is answered twice");
    assert_eq!(bert.direct_messages().len(), 6);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn what_was_written_directly_in_a_gap_that_could_not_be_resumed_counts_once() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let bert = scene.fake.user("bert").in_direct();
    bert.say("my site is gone");
    bert.until_direct("Which domain").await;
    scene.fake.with(|world| {
        world.gateway.forget_sessions();
        world.gateway.cut();
    });
    bert.say("the one with the recipes");
    scene.fake.until_start(2).await;
    let all = until_direct_count(&scene, &bert, 4).await;
    assert!(all[3].content.contains("noted"), "{}", all[3].content);
    assert_eq!(reports(&bot).await.len(), 1);

    // Once more, and now nothing is new.
    scene.fake.with(|world| {
        world.gateway.forget_sessions();
        world.gateway.cut();
    });
    scene.fake.until_start(3).await;
    bert.say("cycling-club.example too");
    until_direct_count(&scene, &bert, 6).await;
    assert_eq!((reports(&bot).await.len(), bert.direct_messages().len()), (2, 6));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn of_a_message_that_was_edited_meanwhile_the_present_words_count_unless_it_was_filed_before()
{
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let (support, anna) = (scene.fake.channel("support"), scene.fake.user("anna").at("support"));
    let filed = anna.say("example.org is slow");
    support.until_message("noted").await;
    // Live, an edit of what was filed changes nothing.
    edit(&scene.fake, filed, "example.org is slow since nine");
    scene.kill(bot).await;

    let bert = scene.fake.user("bert").at("support");
    let unheard = bert.say("good morning");
    edit(&scene.fake, unheard, "good morning, www.cycling-club.example is down");
    edit(&scene.fake, filed, "example.org and cycling-club.example are slow");
    let bot = scene.start().await;
    let noted = support.until_count(4).await;
    assert_eq!(noted[3].reply_to, Some(unheard));
    let listed = reports(&bot).await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.iter().any(|line| line.contains("example.org is slow")), "{listed:?}");
    assert!(listed.iter().any(|line| line.contains("cycling-club.example is down")), "{listed:?}");
    assert!(bot.stop().status.success());
    assert_eq!(support.messages().len(), 4);
    scene.fake.finish();
}

#[tokio::test]
async fn a_message_that_was_filed_and_edited_before_it_was_answered_files_no_second_report() {
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let (support, anna) = (scene.fake.channel("support"), scene.fake.user("anna").at("support"));
    // The report is kept, and the bot dies before Discord takes its answer.
    let route = format!("POST /channels/{}/messages", support.id());
    scene.fake.fail(&route, crate::fake::Fault::Before(500)).times(3);
    let filed = anna.say("example.org is slow");
    scene.fake.until("three attempts", |world| (world.faults.struck() >= 3).then_some(())).await;
    scene.kill(bot).await;
    edit(&scene.fake, filed, "example.org and cycling-club.example are slow");
    let bot = scene.start().await;
    scene.fake.user("bert").at("support").say("cycling-club.example is down");
    support.until_message("noted").await;
    let listed = reports(&bot).await;
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.iter().any(|line| line.contains("example.org is slow")), "{listed:?}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
