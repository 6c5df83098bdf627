//! Serenity's own client lives with the fake: commands, buttons, forms, direct messages, RESUME.

use std::time::Duration;

use serde_json::json;

use super::serenity_bot::{http, start};
use crate::fake::{AnswerKind, Fake, Setup};

#[tokio::test]
async fn serenity_connects_registers_commands_and_answers() {
    let fake = Fake::usual().await;
    let _bot = start(&fake).await;
    let (anna, tim) = (fake.user("anna"), fake.user("tim"));

    let options = [("domain", json!("example.org")), ("by", json!("bert"))];
    let answer = anna.slash("report", &options).await;
    assert_eq!(answer.content, "Noted: example.org, by bert");
    assert!(answer.ephemeral);
    assert!(answer.took.expect("an answer") < Duration::from_secs(1));
    assert_eq!(fake.channel("support").messages().len(), 0);
    assert_eq!(anna.sees("support").len(), 1);
    assert_eq!(fake.user("bert").sees("support").len(), 0);

    let offered = anna.autocomplete("report", &[("domain", json!("exa"))], "domain").await;
    assert_eq!(offered.choices, [("exa.org".to_owned(), json!("exa.org"))]);

    let slow = tim.at("staff").slash("slow", &[]).await;
    assert_eq!((slow.content.as_str(), slow.ephemeral), ("Thought.", true));
    fake.until("the follow-up", |world| {
        let one = world.interactions.values().next_back()?;
        (!one.followups.is_empty()).then_some(())
    })
    .await;

    assert_eq!(anna.slash("incident open", &[]).await.content, "incident:");
    fake.finish();
}

#[tokio::test]
async fn buttons_forms_and_menus_change_what_is_there() {
    let fake = Fake::usual().await;
    let _bot = start(&fake).await;
    let (anna, tim) = (fake.user("anna"), fake.user("tim").at("staff"));

    tim.slash("card", &[]).await;
    let card = fake.channel("staff").until_message("Publish").await;
    let form = tim.press(&card, "Edit").await;
    assert_eq!((form.kind, form.title().as_str()), (AnswerKind::Form, "Edit the draft"));
    let edited = tim.submit(&form, &[("draft", "New words")]).await;
    assert_eq!(edited.kind, AnswerKind::Update);
    assert_eq!(fake.channel("staff").last().expect("a card").content, "Draft: New words");

    let done = tim.press(&card, "publish:1").await;
    assert_eq!(done.content, "Published by tim");
    let card = fake.channel("staff").last().expect("a card");
    assert!(card.buttons().is_empty() && card.embeds.is_empty() && card.edited_at.is_some());
    assert_eq!(fake.channel("staff").history().len(), 3);

    anna.say("my site is down");
    let said = fake.channel("support").last().expect("a message");
    let filed = tim.menu("File as outage report", &said).await;
    assert_eq!(filed.content, "File as outage report: my site is down");
    fake.finish();
}

#[tokio::test]
async fn a_direct_message_has_buttons_too() {
    let setup = Setup::usual().member("shy", &[]).without_direct_messages("shy");
    let fake = Fake::start(setup).await;
    let _bot = start(&fake).await;
    let anna = fake.user("anna");
    assert_eq!(anna.slash("ask", &[]).await.content, "Asked.");
    let asked = anna.until_direct("Is it fixed?").await;
    let answer = anna.press(&asked, "Fixed for me").await;
    assert_eq!((answer.content.as_str(), answer.ephemeral), ("Published by anna", false));
    assert_eq!(fake.user("shy").slash("ask", &[]).await.content, "You take no messages.");
    fake.finish();
}

#[tokio::test]
async fn a_bot_that_does_not_answer_is_seen_not_to() {
    let fake = Fake::usual().await;
    let _bot = start(&fake).await;
    let asked = fake.user("anna").start_slash("mute", &[]).await;
    fake.advance(Duration::from_secs(4));
    let answer = asked.answer().await;
    assert_eq!((answer.kind, answer.took), (AnswerKind::None, None));
    fake.finish();
}

#[tokio::test]
async fn a_cut_line_is_resumed_and_nothing_is_missed() {
    let fake = Fake::usual().await;
    let _bot = start(&fake).await;
    fake.until("commands", |world| (!world.commands.is_empty()).then_some(())).await;
    let anna = fake.user("anna").at("support");
    fake.cut_gateway();
    anna.say("ping");
    fake.channel("support").until_message("pong").await;
    let (identifies, resumes) =
        fake.with(|world| (world.gateway.identifies.len(), world.gateway.resumes));
    assert_eq!((identifies, resumes), (1, 1));

    fake.with(|world| world.gateway.ask_to_reconnect());
    fake.until("a second RESUME", |world| (world.gateway.resumes == 2).then_some(())).await;
    fake.with(|world| world.gateway.invalidate(false));
    fake.until("a new IDENTIFY", |world| (world.gateway.identifies.len() == 2).then_some(())).await;
    fake.until_ready().await;
    anna.say("ping");
    let messages = fake.channel("support").until_count(4).await;
    assert_eq!(messages[3].content, "pong");
    assert_eq!(messages[3].reply_to, Some(messages[2].id));
    assert!(messages[3].pings.is_empty());
    fake.finish();
}

#[tokio::test]
async fn serenity_reads_what_http_answers() {
    let fake = Fake::usual().await;
    let http = http(&fake);
    let guild = serenity::all::GuildId::new(fake.guild_id());
    assert_eq!(http.get_guild(guild).await.expect("a guild").name, "Example Host");
    assert_eq!(http.get_channels(guild).await.expect("channels").len(), 3);
    assert_eq!(http.get_guild_roles(guild).await.expect("roles").len(), 3);
    let members = guild.members(&http, Some(100), None).await.expect("members");
    assert_eq!(members.len(), 6);
    assert_eq!(guild.search_members(&http, "an", None).await.expect("found").len(), 1);
    assert_eq!(
        http.get_current_application_info().await.expect("an application").name,
        "Bellwether"
    );
    assert_eq!(http.get_bot_gateway().await.expect("a gateway").shards, 1);
    assert_eq!(http.get_current_user().await.expect("a user").name, "Bellwether");
    let anna = serenity::all::UserId::new(fake.user("anna").id());
    let direct = anna.create_dm_channel(&http).await.expect("a direct message");
    direct.say(&http, "hello").await.expect("sent");
    assert_eq!(fake.user("anna").direct_messages().len(), 1);
    fake.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_are_all_answered() {
    let fake = Fake::usual().await;
    let _bot = start(&fake).await;
    let anna = fake.user("anna");
    let options = [("domain", json!("example.org"))];
    let mut asked = Vec::new();
    for _ in 0..100 {
        asked.push(anna.start_slash("report", &options).await);
    }
    for one in asked {
        assert_eq!(one.answer().await.kind, AnswerKind::Message);
    }
    let mut times = fake.answer_times();
    times.sort();
    println!("100 at once: p50 {:?}, p99 {:?}", times[49], times[98]);
    assert_eq!((times.len(), fake.unanswered()), (100, 0));
    fake.finish();
}

#[tokio::test]
async fn a_restarted_bot_begins_anew() {
    let fake = Fake::usual().await;
    let first = start(&fake).await;
    fake.until("commands", |world| (!world.commands.is_empty()).then_some(())).await;
    first.stop().await;
    let _second = start(&fake).await;
    fake.until_start(2).await;
    fake.user("anna").at("support").say("ping");
    fake.channel("support").until_message("pong").await;
    assert_eq!(fake.channel("support").messages().len(), 2);
    fake.finish();
}

#[tokio::test]
async fn people_choose_reply_and_look_again() {
    let setup = Setup::usual().speaks("tim", "de").stranger("visitor");
    let fake = Fake::start(setup).await;
    let _bot = start(&fake).await;
    let tim = fake.user("tim").at("staff");
    let card = tim.slash("card", &[]).await;
    assert_eq!(card.text(), "Proposal\nServers: s1, s2");
    assert_eq!(card.buttons().len(), 2);
    let posted = card.message.clone().expect("a card");
    let chosen = tim.choose(&posted, "server", &["s1"]).await;
    assert_eq!(chosen.content, "Chosen by tim in de: [\"s1\"]");

    let slow = tim.slash("slow", &[]).await;
    fake.until("the follow-up", |world| {
        world.interactions.values().any(|one| !one.followups.is_empty()).then_some(())
    })
    .await;
    let followups = tim.again(&slow).followups;
    assert_eq!((followups.len(), followups[0].content.as_str()), (1, "And more."));

    tim.reply(&posted, "ping");
    let pong = fake.channel("staff").until_message("pong").await;
    assert_eq!(fake.channel("staff").texts().last(), Some(&pong.content));
    assert_eq!(fake.user("visitor").sees("support").len(), 0);
    assert!(fake.commands().contains(&"File as outage report".to_owned()));
    let sent = fake.requests("POST /channels/*/messages");
    assert_eq!((sent.len(), &sent[0].body["content"], sent[0].status), (1, &json!("pong"), 200));

    let anna = fake.user("anna").in_direct();
    anna.say("ping");
    fake.direct("anna").until_message("pong").await;
    fake.with(|world| world.gateway.close(4000));
    fake.until_start(2).await;
    let resumed = |world: &crate::fake::World| {
        let shown = world.gateway.presences.last()?;
        shown.to_string().contains("resumed").then_some(())
    };
    fake.until("another presence", resumed).await;
    assert_eq!(fake.presence().expect("one")["activities"][0]["state"], "resumed");
    assert!(fake.history().len() > 6);
    fake.finish();
}
