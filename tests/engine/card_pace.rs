//! When a card in a chat is put again.

use std::sync::LazyLock;

use bellwether::{
    chat::cards::pace::{Pace, Put},
    domain::*,
    engine::{Card, Evidence},
    render::chart::{Chart, Row},
};
use chrono::TimeDelta;

use super::stage::{Stage, settings};

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

static GIST: LazyLock<Card> = LazyLock::new(|| {
    let mut stage = Stage::<Evidence>::with(settings());
    stage.types("incident open \"Slow\" --servers s1");
    stage.engine.cards(stage.now, stage.now, 1).remove(0).gist()
});

/// A message with these words, this of its card that matters, this picture.
fn put(words: &str, title: &str, bad: u32) -> Put {
    let row = Row { bad: vec![bad], checks: vec![9], reports: vec![0], name: "s1".to_owned() };
    let chart = Chart { from: at(0), timezone: chrono_tz::UTC, servers: vec![row] };
    let gist = Card { title: title.to_owned(), ..GIST.clone() };
    Put { body: serde_json::json!(words), gist, chart: Some(chart) }
}

#[test]
fn what_happened_comes_at_once_and_what_goes_on_now_and_then() {
    let (mut pace, post) = (Pace::default(), PostId::from("p"));
    assert!(pace.is_due(at(0), &post, &put("a", "a", 1)), "a restart puts each card right once");
    pace.put(at(0), &post, put("a", "a", 1));
    assert!(!pace.is_due(at(9999), &post, &put("a", "a", 1)), "nothing is new");
    assert!(!pace.is_due(at(1), &post, &put("b", "b", 1)));
    assert!(pace.is_due(at(2), &post, &put("b", "b", 1)));
    assert!(!pace.is_due(at(9), &post, &put("a", "b", 1)), "it reads the same");
    for other in [put("b", "a", 1), put("a", "a", 2)] {
        assert!(!pace.is_due(at(14), &post, &other));
        assert!(pace.is_due(at(15), &post, &other));
    }
    let over = |mut put: Put| {
        put.gist.state = IncidentState::Resolved;
        put
    };
    pace.put(at(0), &post, over(put("a", "a", 1)));
    for other in [put("b", "a", 1), put("a", "a", 2)] {
        assert!(!pace.is_due(at(9999), &post, &over(other)), "it is over: counts go on for nobody");
    }
}

#[test]
fn an_old_message_is_edited_seldom() {
    let (mut pace, post) = (Pace::default(), PostId::from("p"));
    let (mut edits, mut now) = (0, 0);
    while now < 4 * 3600 {
        let wanted = put(&now.to_string(), "a", 1);
        if pace.is_due(at(now), &post, &wanted) {
            pace.put(at(now), &post, wanted);
            edits += 1;
        }
        now += 1;
    }
    assert_eq!(edits, 40 + 50 + 36);
}

#[test]
fn what_is_gone_is_left_and_what_is_refused_waits() {
    let (mut pace, post, other) = (Pace::default(), PostId::from("p"), PostId::from("q"));
    pace.gone(&post);
    pace.refused(at(0), &other);
    assert!(!pace.is_due(at(9999), &post, &put("a", "a", 1)));
    assert!(!pace.is_due(at(599), &other, &put("a", "a", 1)));
    assert!(pace.is_due(at(600), &other, &put("a", "a", 1)));
    pace.forget_all_but(&[&other].into());
    assert!(pace.is_due(at(0), &post, &put("a", "a", 1)));
}

#[test]
fn when_nothing_is_taken_all_wait_longer_and_longer() {
    let (mut pace, post) = (Pace::default(), PostId::from("p"));
    pace.hold_on(at(0));
    assert!(!pace.is_due(at(4), &post, &put("a", "a", 1)));
    assert!(pace.is_due(at(5), &post, &put("a", "a", 1)));
    pace.hold_on(at(5));
    assert!(!pace.is_due(at(14), &post, &put("a", "a", 1)));
    for _ in 0..40 {
        pace.hold_on(at(15));
    }
    assert!(!pace.is_due(at(15 + 299), &post, &put("a", "a", 1)));
    assert!(pace.is_due(at(15 + 300), &post, &put("a", "a", 1)));
    pace.put(at(400), &post, put("a", "a", 1));
    pace.hold_on(at(400));
    assert!(pace.is_due(at(405), &post, &put("b", "b", 1)));
}

#[test]
fn where_discord_says_how_long_all_wait_as_long_and_no_longer() {
    let (mut pace, post) = (Pace::default(), PostId::from("p"));
    pace.rest(at(0), TimeDelta::seconds(90));
    assert!(!pace.is_due(at(89), &post, &put("a", "a", 1)));
    pace.rest(at(10), TimeDelta::seconds(2));
    assert!(!pace.is_due(at(89), &post, &put("a", "a", 1)), "never shorter");
    assert!(pace.is_due(at(90), &post, &put("a", "a", 1)));
    pace.hold_on(at(90));
    assert!(pace.is_due(at(95), &post, &put("a", "a", 1)), "a rest makes no other wait longer");
}
