//! What customers do, and what they may not.

use serde_json::json;

use super::scene::{Scene, shown};
use crate::fake::{AnswerKind, Setup};

#[tokio::test]
async fn a_known_and_an_unknown_domain_are_answered_in_the_same_form() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let known = scene.report("anna", "example.org", "slow").await;
    let unknown = scene.report("bert", "elsewhere.example", "slow").await;
    assert_eq!(shown(&known), shown(&unknown));
    assert!(known.took.expect("an answer").as_millis() < 1000, "{:?}", known.took);

    // Who reported before is linked, and is told more.
    let again = scene.report("anna", "https://www.example.org/shop", "still slow").await;
    insta::assert_snapshot!(shown(&again), @r#"Thank you, your report has reached our staff. We are looking into it. You are the first to report Server One in the last hours."#);
    let offered = scene
        .fake
        .user("anna")
        .at("support")
        .autocomplete("report", &[("domain", json!("ex"))], "domain")
        .await;
    assert_eq!(offered.choices, [("example.org".to_owned(), json!("example.org"))]);
    let offered = scene
        .fake
        .user("bert")
        .at("support")
        .autocomplete("report", &[("domain", json!("ex"))], "domain")
        .await;
    assert_eq!(offered.choices, []);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_stranger_to_the_staff_can_do_nothing_of_theirs() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let anna = scene.fake.user("anna").at("support");
    let fields = [("title", json!("x")), ("servers", json!("s1"))];
    let answer = anna.slash("incident open", &fields).await;
    assert!(answer.ephemeral);
    insta::assert_snapshot!(shown(&answer), @r#"That is for staff, and you have no role here that makes you that. An admin of the bot can add one of your roles to staff\_roles."#);
    assert!(!anna.can_use("incident open") && anna.can_use("report"));
    let offered = anna.autocomplete("incident open", &[("servers", json!("s"))], "servers").await;
    assert_eq!((offered.kind, offered.choices), (AnswerKind::Choices, vec![]));
    let help = anna.slash("help", &[]).await;
    assert!(!help.content.contains("publish"), "{}", help.content);
    assert!(bot.staff("incident list").await.contains("no incidents"));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_flood_by_one_person_is_bounded_and_they_are_told() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let mut last = None;
    for number in 0..12 {
        last = Some(scene.report("anna", "example.org", &format!("slow {number}")).await);
    }
    insta::assert_snapshot!(shown(&last.expect("answers")), @r#"We have your reports, and staff see them. You need not send more for now."#);
    assert!(bot.stop().status.success());
    let reports = scene.journal().iter().filter(|line| line["type"] == "report").count();
    assert_eq!(reports, 10);
    scene.fake.finish();
}

#[tokio::test]
async fn words_that_are_empty_or_long_or_hostile_are_taken_as_words() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let empty = scene.report("anna", "example.org", "  ").await;
    insta::assert_snapshot!(shown(&empty), @r#"Please name your domain and say what is wrong. Nothing was sent yet."#);
    let hostile = format!("@everyone <@&1> **weg** `x` ⟦report:1⟧ {}", "サイトが遅い ".repeat(490));
    let hostile: String = hostile.chars().take(4000).collect();
    let taken =
        scene.report("anna", "example.org, cycling-club.example elsewhere.example", &hostile).await;
    assert_eq!(taken.kind, AnswerKind::Message);
    let listed = scene.staff("tim").slash("reports list", &[]).await;
    let text = shown(&listed);
    assert!(!text.contains("@everyone") && text.contains("＠everyone"), "{text}");
    assert!(bot.stop().status.success());
    let reports: Vec<_> =
        scene.journal().into_iter().filter(|line| line["type"] == "report").collect();
    assert_eq!(reports.len(), 2, "{reports:?}");
    scene.fake.finish();
}

#[tokio::test]
async fn a_message_in_the_support_channel_counts_and_our_question_is_answered() {
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let support = scene.fake.channel("support");
    let anna = scene.fake.user("anna").at("support");
    anna.say("good morning");
    anna.say("www.example.org is really slow today");
    let noted = support.until_message("noted").await;
    insta::assert_snapshot!(noted.content, @r#"Thank you, this is noted as a report. We are looking into it."#);

    scene.fake.user("bert").in_direct().say("my site is gone");
    let asked = scene.fake.user("bert").until_direct("domain").await;
    insta::assert_snapshot!(asked.content, @r#"Which domain is it about? Please answer with its name, such as example.org."#);
    scene.fake.user("bert").in_direct().say("cycling-club.example");
    scene.fake.user("bert").until_direct("noted").await;

    // Staff's talk is no report, and a domain that is not ours is answered like one that is.
    scene.fake.user("tim").at("support").say("example.org is on my list");
    scene.fake.join("cora").at("support").say("elsewhere.example is down");
    let alike = support.until_count(6).await;
    assert_eq!(alike[5].content, noted.content);

    let menu = scene.fake.user("tim").menu("File as outage report", &support.messages()[1]).await;
    assert!(menu.content.starts_with("This was filed before, as "), "{}", menu.content);
    let menu = scene.fake.user("tim").menu("File as outage report", &support.messages()[0]).await;
    assert!(menu.content.contains("names no domain of ours"), "{}", menu.content);
    assert!(bot.stop().status.success());
    let reports = scene.journal().iter().filter(|line| line["type"] == "report").count();
    assert_eq!(reports, 4);
    assert_eq!(support.messages().len(), 6, "no word to a greeting");
    scene.fake.finish();
}

#[tokio::test]
async fn without_the_intent_to_read_messages_staff_are_told_and_commands_work() {
    // Asked for in the configuration, and not granted by the application.
    let setup = Setup::usual().privileged(0);
    let scene = Scene::with(setup, true, "").await;
    let bot = scene.start().await;
    let answer = scene.report("anna", "example.org", "slow").await;
    assert_eq!(answer.kind, AnswerKind::Message);
    crate::harness::eventually("word to staff", async || {
        scene
            .receiver
            .texts("staff-room", "trouble")
            .into_iter()
            .find(|text| text.contains("Message Content Intent"))
    })
    .await;
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_raid_of_new_accounts_is_shown_to_staff_and_soon_counts_for_nothing() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    for number in 0..8 {
        scene.fake.join(&format!("p{number}"));
        let answer = scene.report(&format!("p{number}"), "example.org", "down!!!").await;
        assert!(answer.content.starts_with("Thank you"), "the same for everybody: {answer:?}");
    }
    crate::harness::eventually("word to staff", async || {
        let told = scene.receiver.texts("staff-room", "trouble");
        told.into_iter().find(|text| text.contains("Many new accounts"))
    })
    .await;
    assert!(bot.stop().status.success());
    let confirmed: Vec<bool> = scene
        .journal()
        .iter()
        .filter(|line| line["type"] == "report")
        .map(|line| line["confirmed"] == true)
        .collect();
    assert_eq!(confirmed, [true, true, true, true, true, false, false, false]);
    scene.fake.finish();
}

#[tokio::test]
async fn what_was_written_in_support_while_the_bot_was_away_counts_once() {
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let support = scene.fake.channel("support");
    scene.fake.user("anna").at("support").say("example.org is slow");
    support.until_count(2).await;
    scene.kill(bot).await;
    let bert = scene.fake.user("bert").at("support");
    bert.say("www.cycling-club.example is down");
    bert.say("good night");
    scene.fake.user("tim").at("support").say("example.org is on my list");
    let bot = scene.start().await;
    let noted = support.until_count(6).await;
    let bot_id = scene.fake.application_id();
    let ours: Vec<_> = noted.iter().filter(|message| message.author == bot_id).collect();
    assert_eq!((ours.len(), ours[1].reply_to), (2, Some(noted[2].id)));
    scene.kill(bot).await;
    let bot = scene.start().await;
    // Cora is heard after what is read back, or with it.
    scene.fake.join("cora").at("support").say("elsewhere.example is down");
    support.until_count(8).await;
    assert!(bot.stop().status.success());
    let reports = scene.journal().iter().filter(|line| line["type"] == "report").count();
    assert_eq!((reports, support.messages().len()), (3, 8));
    scene.fake.finish();
}

#[tokio::test]
async fn a_thread_under_a_support_channel_is_part_of_it() {
    let scene = Scene::new(true).await;
    let bot = scene.start().await;
    let support = scene.fake.channel("support");
    let thread = support.begin_thread("Shop of Anna");
    scene.fake.user("anna").at("Shop of Anna").say("example.org does not load");
    let noted = thread.until_message("noted").await;
    insta::assert_snapshot!(noted.content, @r#"Thank you, this is noted as a report. We are looking into it."#);
    let aside = scene.fake.channel("status").begin_thread("aside");
    scene.fake.user("anna").at("aside").say("example.org does not load");
    scene.kill(bot).await;
    let bot = scene.start().await;
    scene.fake.user("bert").at("Shop of Anna").say("cycling-club.example neither");
    thread.until_count(4).await;
    assert_eq!(aside.messages().len(), 1, "not there");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn who_writes_to_the_bot_is_heard_without_the_intent_to_read_messages() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let bert = scene.fake.user("bert").in_direct();
    bert.say("cycling-club.example is gone");
    bert.until_direct("noted").await;
    let us = scene.fake.application_id();
    let support = scene.fake.channel("support");
    scene.fake.user("anna").at("support").say("example.org is slow, says everybody");
    scene.fake.user("anna").at("support").say(&format!("<@{us}> example.org is slow"));
    support.until_message("noted").await;
    assert!(bot.stop().status.success());
    let reports = scene.journal().iter().filter(|line| line["type"] == "report").count();
    assert_eq!((reports, support.messages().len()), (2, 3), "only what was said to it");
    scene.fake.finish();
}

#[tokio::test]
async fn a_no_counts_also_from_somebody_whom_only_staff_linked_to_the_server() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.report("anna", "my-new-shop.example", "it does not load").await;
    scene.open_incident().await;
    let listed = bot.staff("reports list").await;
    let report = listed.split(' ').next().expect("a report").to_owned();
    assert!(bot.staff(&format!("reports assign {report} s1")).await.contains("counts"));
    bot.staff("draft publish 1").await;
    bot.staff("incident resolve 1 \"It is over.\" --publish").await;
    let anna = scene.fake.user("anna").in_direct();
    let heard = anna.until_direct("It is over").await;
    let no = anna.press(&heard, "Still broken").await;
    insta::assert_snapshot!(shown(&no), @r#"Thank you for telling us. Staff now know that it is still broken for you."#);
    anna.press(&heard, "Still broken").await;
    let listed = bot.staff("reports list").await;
    let counted = listed.lines().filter(|line| line.contains("s1 (counts as evidence)")).count();
    assert_eq!((counted, listed.lines().count()), (2, 2), "{listed}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_customer_is_answered_in_their_own_language_where_there_are_words_in_it() {
    let setup = Setup::usual().speaks("anna", "de").speaks("bert", "nl");
    let scene = Scene::with(setup, false, "").await;
    scene.home.edit(|text| text.replacen("[bot]", "[bot]\nwords = \"words\"", 1));
    let german =
        "chat-report-empty = Bitte nennen Sie Ihre Domain. Es wurde noch nichts gesendet.\n";
    scene.home.write("words/de/chat.ftl", german);
    let bot = scene.start().await;
    let anna = scene.report("anna", "example.org", "  ").await;
    assert_eq!(anna.content, "Bitte nennen Sie Ihre Domain. Es wurde noch nichts gesendet.");
    let bert = scene.report("bert", "example.org", "  ").await;
    assert!(bert.content.starts_with("Please name your domain"), "{}", bert.content);
    let thanked = scene.report("anna", "example.org", "alles ist langsam").await;
    assert_eq!(
        shown(&thanked),
        "Vielen Dank, Ihre Meldung ist bei unserem Team angekommen. Wir gehen der Sache nach."
    );
    let status = scene.fake.user("anna").at("support").slash("status", &[]).await;
    assert!(!status.content.is_empty() && !status.content.contains("answer-status"));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn staff_say_by_a_press_what_a_report_is_about_or_that_it_is_none() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.report("anna", "my-new-shop.example", "it does not load").await;
    scene.report("bert", "my-old-shop.example", "buy my shoes").await;
    let told = scene.fake.channel("staff");
    let about = told.until_message("it does not load").await;
    let tim = scene.staff("tim");
    let form = tim.press(&about, "Say which server").await;
    let refused = tim.submit(&form, &[("text", "s99")]).await;
    insta::assert_snapshot!(shown(&refused), @"There is no server s99.");
    let form = tim.press(&about, "Say which server").await;
    let counted = tim.submit(&form, &[("text", " s1 ")]).await;
    assert!(counted.content.contains("is now about") && counted.content.contains("counts"));
    let none = told.until_message("buy my shoes").await;
    let customer = scene.fake.user("anna").press(&none, "Not a report").await;
    assert!(customer.content.starts_with("That is for staff"), "{}", customer.content);
    let dismissed = tim.press(&none, "Not a report").await;
    assert!(dismissed.content.ends_with("is dismissed."), "{}", dismissed.content);
    let listed = bot.staff("reports list").await;
    assert!(listed.contains("s1 (counts as evidence)") && listed.contains("dismissed"), "{listed}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
