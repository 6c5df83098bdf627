//! Work that comes again, changed on its way: which words are public, and what is ended or moved
//! between two of its windows.

use bellwether::{domain::*, event::*};
use insta::assert_snapshot;

use super::{
    series::days,
    stage::{Stage, settings},
    windows::folds_and_restores_alike,
};

/// Every Tuesday at 02:30; 29 April is the first.
const WEEKLY: &str = "maintenance schedule s1 2014-04-29T02:30 1h updates \"of fonts\" \
    --repeat FREQ=WEEKLY;BYDAY=TU";

/// Windows that come again are made a day ahead, and 6 May is no day for work.
fn stage() -> Stage {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    settings.policy.maintenance.repeat_ahead_s = 86_400;
    Stage::with(settings)
}

fn stage_with_a_blackout() -> Stage {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    settings.policy.blackouts = vec![Blackout {
        from: "2014-05-06T04:00:00Z".parse().unwrap(),
        until: "2014-05-07T04:00:00Z".parse().unwrap(),
        reason: "final projects are due".to_owned(),
    }];
    Stage::with(settings)
}

/// What was said first of a window.
fn said_of(stage: &Stage, id: u64) -> Option<String> {
    stage.heard.iter().find_map(|(_, output)| match output {
        Output::Announcement { window: WindowId(window), text, .. } if *window == id => {
            Some(text.clone())
        }
        _ => None,
    })
}

#[test]
fn those_that_follow_have_the_words_that_were_approved() {
    let mut stage = stage();
    stage.types(WEEKLY);
    assert_snapshot!(stage.types("maintenance words 1 \"of fans\""), @"ok: Maintenance 1 has your words, and those that follow it have them too. It is not announced: maintenance publish 1");
    stage.types("maintenance publish 1");
    days(&mut stage, 13);
    let said = said_of(&stage, 2).expect("the second is announced");
    assert!(said.contains("of fans") && !said.contains("of fonts"), "{said}");
    folds_and_restores_alike(&stage);
}

#[test]
fn words_that_wait_for_approval_are_those_of_their_window_alone() {
    for is_published in [false, true] {
        let mut stage = stage_with_a_blackout();
        stage.types(WEEKLY);
        stage.types("maintenance publish 1");
        days(&mut stage, 6);
        assert_eq!(said_of(&stage, 2), None, "the blackout speaks against it");
        let answer = stage.types("maintenance words 2 \"of fans\"");
        assert!(answer.contains("Maintenance 2 has your words."), "{answer}");
        if is_published {
            stage.types("maintenance publish 2");
        }
        days(&mut stage, 8);
        let said = said_of(&stage, 3).expect("the third is announced");
        assert_eq!(said.contains("of fans"), is_published, "{said}");
        assert_eq!(said.contains("of fonts"), !is_published, "{said}");
    }
}
