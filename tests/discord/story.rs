//! The day as it should go.

use serde_json::json;

use super::scene::{Scene, shown};
use crate::harness::eventually;

#[tokio::test]
async fn a_customer_reports_staff_edit_and_publish_the_feed_has_it_once_the_reporter_hears_back() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;

    let answer = scene.report("anna", "example.org", "really slow and sometimes unavailable").await;
    assert!(answer.ephemeral);
    insta::assert_snapshot!(shown(&answer), @"");

    let opened = scene.open_incident().await;
    assert!(opened.ephemeral);
    insta::assert_snapshot!(shown(&opened), @"");

    let tim = scene.staff("tim");
    let card = opened.message.clone().expect("a message with buttons");
    let form = tim.press(&card, "Edit").await;
    insta::assert_snapshot!(form.title(), @"");
    let edited = tim
        .submit(&form, &[("text", "Pages on Server One are slow. We are looking into it.")])
        .await;
    insta::assert_snapshot!(shown(&edited), @"");

    let old = tim.press(&card, "Publish").await;
    insta::assert_snapshot!(shown(&old), @"");
    let new = old.message.clone().expect("a message with buttons");
    let published = tim.press(&new, "Publish").await;
    insta::assert_snapshot!(shown(&published), @"");

    eventually("the public post", async || {
        scene.receiver.all().into_iter().find(|one| one.destination == "community")
    })
    .await;
    let status = scene.fake.user("bert").at("support").slash("status", &[]).await;
    insta::assert_snapshot!(shown(&status), @"");

    let fields = [
        ("incident", json!(1)),
        ("text", json!("Server One works normally again.")),
        ("publish", json!(true)),
    ];
    let over = tim.slash("incident resolve", &fields).await;
    insta::assert_snapshot!(shown(&over), @"");
    let heard = eventually("the reporter's follow-up", async || {
        scene.receiver.all().into_iter().find(|one| one.kind == "follow_up.resolved")
    })
    .await;
    let anna = scene.fake.user("anna").id();
    assert_eq!(heard.recipient.as_deref(), Some(format!("discord%3A{anna}").as_str()));
    assert!(scene.receiver.counts().values().all(|count| *count == 1));
    assert!(bot.stop().status.success());

    let journal = format!("{:?}", scene.journal());
    for personal in [anna.to_string(), scene.fake.user("tim").id().to_string()] {
        assert!(!journal.contains(&personal), "an account stands in the chain");
    }
    scene.fake.finish();
}
