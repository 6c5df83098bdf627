//! Customers who want to hear of updates in direct messages, and those who no longer do.

use serde_json::json;

use super::scene::{Scene, shown, words};

#[tokio::test]
async fn who_subscribed_hears_each_update_once_until_they_leave() {
    let scene = Scene::new(false).await;
    let bot = scene.start().await;
    let anna = scene.fake.user("anna").at("support");
    let bert = scene.fake.user("bert").at("support");
    let offered = anna.autocomplete("subscribe", &[("server", json!("one"))], "server").await;
    assert_eq!(offered.choices, [("Server One".to_owned(), json!("Server One"))]);

    let answer = anna.slash("subscribe", &[("server", json!("server one"))]).await;
    assert!(answer.ephemeral && anna.can_use("subscribe") && anna.can_use("unsubscribe"));
    insta::assert_snapshot!(shown(&answer), @"You will hear of updates about Server One. /unsubscribe ends it.");
    let answer = bert.slash("subscribe", &[("server", json!("Server Two"))]).await;
    insta::assert_snapshot!(shown(&answer), @"You will hear of updates about Server Two. /unsubscribe ends it.");
    let unknown = bert.slash("subscribe", &[("server", json!("s1"))]).await;
    insta::assert_snapshot!(shown(&unknown), @"I do not know this server. Choose one from the list, or leave it out to hear of everything.");

    scene.open_incident().await;
    bot.staff("draft publish 1").await;
    let heard = anna.until_direct("Slow pages").await;
    insta::assert_snapshot!(words(&heard), @r"
    Slow pages on Server One
    Slow pages on Server One. We are looking into it.
    Next update by READER’S TIME.

    You asked for these updates. /unsubscribe ends them.
    ");

    // A restart forgets nobody.
    scene.kill(bot).await;
    let bot = scene.start().await;
    let answer = bert.slash("subscribe", &[]).await;
    insta::assert_snapshot!(shown(&answer), @"You will hear of updates about everything. /unsubscribe ends it.");
    bot.staff("incident update 1 \"We found a broken disk.\" --publish").await;
    anna.until_direct("broken disk").await;
    bert.until_direct("broken disk").await;

    let answer = anna.slash("unsubscribe", &[]).await;
    assert!(answer.ephemeral);
    insta::assert_snapshot!(shown(&answer), @"You will hear nothing more from us. You can subscribe again at any time.");
    let nothing = anna.slash("unsubscribe", &[]).await;
    assert_eq!(shown(&nothing), shown(&answer));
    bot.staff("incident resolve 1 \"All is well again.\" --publish").await;
    bert.until_direct("well again").await;
    let count = |person: &crate::fake::Person| {
        person.direct_messages().iter().filter(|one| one.only_for.is_none()).count()
    };
    assert_eq!((count(&anna), count(&bert)), (2, 2));
    assert!(bot.stop().status.success());

    let journal = format!("{:?}", scene.journal());
    for personal in [anna.id().to_string(), bert.id().to_string()] {
        assert!(!journal.contains(&personal), "an account stands in the chain");
    }
    scene.fake.finish();
}
