//! The day as it should go.

use serde_json::json;

use super::scene::{Scene, shown, words};

#[tokio::test]
async fn a_customer_reports_staff_edit_and_publish_the_feed_has_it_once_the_reporter_hears_back() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;

    let answer = scene.report("anna", "example.org", "really slow and sometimes unavailable").await;
    assert!(answer.ephemeral);
    insta::assert_snapshot!(shown(&answer), @r#"Thank you, your report has reached our staff. We are looking into it."#);

    let opened = scene.open_incident().await;
    assert!(opened.ephemeral);
    insta::assert_snapshot!(shown(&opened), @r#"
    Incident 1 is open. Draft 1 waits: “Slow pages on Server One. We are looking into it.
    Next update by READER’S TIME.”
    [Publish] [Edit] [Wait 15 min]
    "#);

    let tim = scene.staff("tim");
    let card = scene.card(1).await;
    insta::assert_snapshot!(words(&card), @r#"
    Incident 1: Slow pages on Server One
    Opened by tim.

    Draft 1 (investigating), not published yet:
    “Slow pages on Server One. We are looking into it.
    Next update by READER’S TIME.”
    [Publish] [Edit] [Wait 15 min] [Not an incident]
    "#);
    let form = tim.press(&card, "Edit").await;
    insta::assert_snapshot!(form.title(), @r#"Draft 1, revision 1"#);
    let edited = tim
        .submit(&form, &[("text", "Pages on Server One are slow. We are looking into it.")])
        .await;
    insta::assert_snapshot!(shown(&edited), @r#"
    Draft 1 is now revision 2:
    “Pages on Server One are slow. We are looking into it.”
    [Publish] [Edit] [Wait 15 min]
    "#);

    // The card follows: what is pressed is what is read.
    let card = scene.fake.channel("staff").until_message("revision 2").await;
    let published = tim.press(&card, "Publish").await;
    insta::assert_snapshot!(shown(&published), @r#"Published as update 1 of incident 1, to 2 destinations."#);

    let feed = scene.fake.channel("status").until_message("slow").await;
    insta::assert_snapshot!(words(&feed), @r#"
    **Slow pages on Server One**
    Pages on Server One are slow. We are looking into it.
    Next update by READER’S TIME.
    #REF
    "#);
    let status = scene.fake.user("bert").at("support").slash("status", &[]).await;
    insta::assert_snapshot!(shown(&status), @r#"
    Slow pages on Server One: we are looking for the cause.
    Pages on Server One are slow. We are looking into it.
    Next update by READER’S TIME.
    "#);

    let fields = [
        ("incident", json!(1)),
        ("text", json!("Server One works normally again.")),
        ("publish", json!(true)),
    ];
    let over = tim.slash("incident resolve", &fields).await;
    insta::assert_snapshot!(shown(&over), @r#"Published as update 2 of incident 1, to 2 destinations."#);
    let anna = scene.fake.user("anna").in_direct();
    let heard = anna.until_direct("works normally again").await;
    insta::assert_snapshot!(words(&heard), @r#"
    You reported a problem to us. Server One works normally again.
    Is it fixed for you?
    [Fixed for me] [Still broken]
    "#);
    let no = anna.press(&heard, "Still broken").await;
    insta::assert_snapshot!(shown(&no), @r#"Thank you for telling us. Staff now know that it is still broken for you."#);
    let again = anna.press(&heard, "Still broken").await;
    assert_eq!(shown(&again), shown(&no), "the same press is the same report");
    let yes = anna.press(&heard, "Fixed for me").await;
    insta::assert_snapshot!(shown(&yes), @r#"Thank you. We are glad that it works again for you."#);
    let listed = tim.slash("reports list", &[]).await;
    let counted = listed.content.lines().filter(|line| line.contains("counts as evidence")).count();
    assert_eq!(counted, 2, "a No is evidence: {}", listed.content);
    let story = bot.staff("incident show 1").await;
    assert!(story.contains("discord: Note: A reporter says that it is fixed for them."), "{story}");
    assert_eq!(scene.fake.channel("status").messages().len(), 2, "each update once");
    assert_eq!(anna.direct_messages().iter().filter(|one| one.only_for.is_none()).count(), 1);
    assert!(scene.receiver.counts().values().all(|count| *count == 1));
    assert!(bot.stop().status.success());

    let journal = format!("{:?}", scene.journal());
    for personal in [anna.id().to_string(), scene.fake.user("tim").id().to_string()] {
        assert!(!journal.contains(&personal), "an account stands in the chain");
    }
    scene.fake.finish();
}
