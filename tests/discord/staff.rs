//! What staff do: who is first, what is stale, what survives a restart.

use serde_json::json;

use super::scene::{Scene, shown};

#[tokio::test]
async fn the_first_of_two_wins_and_the_other_sees_who() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let show = [("draft", json!(1))];
    let (tim, sue) = (scene.staff("tim"), scene.staff("sue"));
    let tims = tim.slash("draft show", &show).await.message.expect("a card");
    let sues = sue.slash("draft show", &show).await.message.expect("a card");
    let (tims, sues) = tokio::join!(tim.press(&tims, "Publish"), sue.press(&sues, "Publish"));
    let (first, second) = (shown(&tims), shown(&sues));
    let said_who = |text: &str| text.contains("by tim") || text.contains("by sue");
    let published = |text: &str| text.starts_with("Published as update 1");
    assert!(
        (published(&first) && said_who(&second)) || (published(&second) && said_who(&first)),
        "{first}\n{second}"
    );
    // Not here alone: staff at another door read the name too, and the journal knows none.
    let story = bot.staff("incident show 1").await;
    assert!(story.contains("tim: State investigating"), "{story}");
    assert!(bot.stop().status.success());
    assert!(!format!("{:?}", scene.journal()).contains("\"tim\""));
    scene.fake.finish();
}

#[tokio::test]
async fn a_button_works_after_a_restart() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let card = scene.open_incident().await.message.expect("a card");
    scene.kill(bot).await;
    let bot = scene.start().await;
    let answer = scene.staff("tim").press(&card, "Wait").await;
    assert!(answer.content.starts_with("You will be asked about draft 1 again"), "{answer:?}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn an_edit_of_words_that_changed_meanwhile_is_refused_and_not_lost() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let card = scene.open_incident().await.message.expect("a card");
    let tim = scene.staff("tim");
    let form = tim.press(&card, "Edit").await;
    let fields = [("draft", json!(1)), ("text", json!("Sue's words."))];
    scene.staff("sue").slash("draft edit", &fields).await;
    let refused = tim.submit(&form, &[("text", "Tim's *words*.")]).await;
    insta::assert_snapshot!(shown(&refused), @r#"
    Draft 1 is now at revision 2: “Sue's words.
    Next update by READER’S TIME.”

    Your words, which were not put in:
    Tim's \*words\*.
    [Publish] [Edit] [Wait 15 min]
    "#);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_hostile_button_is_none() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let card = scene.open_incident().await.message.expect("a card");
    for id in ["bw1:publish:01:1", "bw9:publish:1:1", "publish"] {
        scene.fake.with(|world| {
            let message = world.messages.get_mut(&card.id).expect("the card");
            message.components[0]["components"][0]["custom_id"] = json!(id);
        });
        let answer = scene.staff("tim").press(&card, id).await;
        assert!(answer.content.starts_with("This button is not one of mine"), "{}", answer.content);
    }
    assert!(bot.staff("draft list").await.contains("Draft 1"));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_timeline_keeps_staffs_own_words_and_of_a_customers_only_where_they_stand() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let support = scene.fake.channel("support");
    scene.fake.user("anna").at("support").say("my private trouble");
    scene.fake.user("tim").at("support").say("rebooted s1: no change");
    let (annas, tims) = (support.messages()[0].clone(), support.messages()[1].clone());
    let tim = scene.fake.user("tim");
    for message in [&annas, &tims] {
        let kept = tim.menu("Add to timeline", message).await;
        assert_eq!(kept.content, "Kept in the timeline of incident 1.");
    }
    let refused = scene.fake.user("anna").menu("Add to timeline", &annas).await;
    assert!(refused.content.starts_with("That is for staff"), "{}", refused.content);
    let story = bot.staff("incident show 1").await;
    assert!(story.contains("tim: Note: rebooted s1: no change"), "{story}");
    assert!(story.contains("See a customer’s message in “support”, "), "{story}");
    let author = scene.fake.user("anna").id().to_string();
    for personal in ["private", &author, &annas.id.to_string()] {
        assert!(!story.contains(personal), "{story}");
    }
    let words = format!("<@{author}> says it works");
    tim.at("staff").slash("note", &[("words", json!(words))]).await;
    let story = bot.staff("incident show 1").await;
    assert!(story.contains("@… says it works") && !story.contains(&author), "{story}");
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn a_press_that_says_it_is_no_incident_asks_once_more_and_ends_it() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let card = scene.card(1).await;
    let sue = scene.staff("sue");
    let asked = sue.press(&card, "Not an incident").await;
    assert!(asked.ephemeral);
    insta::assert_snapshot!(shown(&asked), @r#"
    Really no incident? Incident 1, “Slow pages on Server One”, then ends as a false alarm. Nothing was published, so nothing is said.
    [Yes, it is none]
    "#);
    assert!(bot.staff("draft list").await.contains("Draft 1"), "nothing is done yet");
    let ended = sue.press(&asked.message.expect("a question"), "Yes, it is none").await;
    insta::assert_snapshot!(shown(&ended), @r#"Incident 1 is closed as a false alarm. Nothing had been published, so nothing was said."#);
    let late = scene.staff("tim").press(&card, "Not an incident").await;
    insta::assert_snapshot!(shown(&late), @r#"Incident 1 has ended already (it was a false alarm)."#);
    let late = scene.staff("tim").press(&card, "Publish").await;
    insta::assert_snapshot!(shown(&late), @r#"Draft 1 was dismissed by sue."#);
    let late = scene.staff("tim").press(&card, "Edit").await;
    assert_eq!(late.content, shown(&late), "no form, and the same words without buttons");
    assert!(late.content.contains("dismissed by sue"), "{}", late.content);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn an_old_card_ends_no_incident_that_has_changed_since_with_one_press_or_two() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let old = scene.card(1).await;
    bot.staff("draft publish 1").await;
    let sue = scene.staff("sue");
    let asked = sue.press(&old, "Not an incident").await;
    insta::assert_snapshot!(shown(&asked), @r#"
    Since this was shown, one update was published.
    Really no incident? One update was published of incident 1, “Slow pages on Server One”: a correction is drafted, and ends it when you publish that.
    [Yes, it is none]
    "#);
    bot.staff("incident update 1 \"We found it.\" --state identified --publish").await;
    let again = sue.press(&asked.message.expect("a question"), "Yes, it is none").await;
    insta::assert_snapshot!(shown(&again), @r#"
    Since this was shown, the cause was found and one update was published.
    Really no incident? 2 updates were published of incident 1, “Slow pages on Server One”: a correction is drafted, and ends it when you publish that.
    [Yes, it is none]
    "#);
    assert!(!bot.staff("draft list").await.contains("false_alarm"));
    let drafted = sue.press(&again.message.expect("a question"), "Yes, it is none").await;
    insta::assert_snapshot!(shown(&drafted), @r#"
    Draft 3 waits: “We told you: “Slow pages on Server One”. That was a false alarm: everything worked normally all the time. Sorry.”
    [Publish] [Edit] [Wait 15 min]
    "#);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}

#[tokio::test]
async fn words_that_are_typed_and_not_published_come_back_with_buttons() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    scene.open_incident().await;
    let tim = scene.staff("tim");
    let fields = [("incident", json!(1)), ("text", json!("We replace a switch."))];
    let drafted = tim.slash("incident update", &fields).await;
    insta::assert_snapshot!(shown(&drafted), @r#"
    Draft 2 is now revision 1:
    “We replace a switch.”
    [Publish] [Edit] [Wait 15 min]
    "#);
    let listed = tim.slash("draft show", &[("draft", json!(2))]).await;
    insta::assert_snapshot!(shown(&listed), @r#"
    Draft 2 of incident 1 (update, revision 1, by tim): “We replace a switch.
    Next update by READER’S TIME.”
    [Publish] [Edit] [Wait 15 min]
    "#);
    let waits = tim.press(&listed.message.expect("a card"), "Wait").await;
    insta::assert_snapshot!(shown(&waits), @r#"You will be asked about draft 2 again at READER’S TIME."#);
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
