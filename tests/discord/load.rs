//! A hundred people at once: everybody is answered in time. The figures are printed, not judged.

use std::time::Duration;

use serde_json::json;

use super::scene::Scene;
use crate::fake::{AnswerKind, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_at_once_are_all_answered_within_three_seconds() {
    const PEOPLE: usize = 100;
    let setup =
        (0..PEOPLE).fold(Setup::usual(), |setup, number| setup.member(&format!("p{number}"), &[]));
    let scene = Scene::with(setup, false, "").await;
    let bot = scene.start().await;
    scene.report("anna", "example.org", "slow").await;

    let mut asked = Vec::new();
    for number in 0..PEOPLE {
        let fields = [("domain", json!("example.org")), ("what", json!("slow"))];
        asked.push(
            scene
                .fake
                .user(&format!("p{number}"))
                .at("support")
                .start_slash("report", &fields)
                .await,
        );
    }
    let mut took: Vec<Duration> = Vec::new();
    for one in asked {
        let answer = one.answer().await;
        assert_eq!(answer.kind, AnswerKind::Message);
        took.push(answer.took.expect("an answer"));
    }
    took.sort();
    println!("100 at once: p50 {:?}, p99 {:?}, worst {:?}", took[50], took[98], took[99]);
    assert!(took[99] < Duration::from_secs(3));
    assert!(bot.stop().status.success());
    scene.fake.finish();
}
