//! Work that comes again, changed on its way: which words are public, and what is ended or moved
//! between two of its windows.

use bellwether::{command::Query, domain::*, event::*};
use insta::assert_snapshot;

use super::{
    series::{days, made},
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

fn listed(stage: &Stage) -> String {
    stage.engine.answer(stage.now, &Query::MaintenanceList, Role::Staff)
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

#[test]
fn a_series_is_listed_and_ended_between_its_windows() {
    for last in ["maintenance complete 1", "maintenance cancel 1"] {
        let mut stage = stage();
        stage.types(WEEKLY);
        stage.types("maintenance publish 1");
        days(&mut stage, if last.contains("cancel") { 1 } else { 6 });
        stage.types(last);
        assert!(listed(&stage).contains("maintenance cancel 1 --following"), "{}", listed(&stage));
        let answer = stage.types("maintenance cancel 1 --following");
        assert!(answer.starts_with("ok: Nothing follows maintenance 1 any more."), "{answer}");
        assert!(!listed(&stage).contains("--following"), "{}", listed(&stage));
        let again = stage.types("maintenance cancel 1 --following");
        assert!(again.starts_with("no: Maintenance 1 is "), "{again}");
        days(&mut stage, 21);
        assert_eq!(made(&stage), ["1 04-29 06:30Z"], "{last}");
        folds_and_restores_alike(&stage);
    }
}

#[test]
fn a_series_is_moved_between_its_windows() {
    let mut stage = stage();
    stage.types(WEEKLY);
    stage.types("maintenance publish 1");
    days(&mut stage, 6);
    stage.types("maintenance complete 1");
    assert_snapshot!(listed(&stage), @r"
    “updates”: It comes again by FREQ=WEEKLY;BYDAY=TU, next on 2014-05-06 02:30 (America/New_York). To end it: maintenance cancel 1 --following
    1 completed: updates (s1), 29 April, 02:30 EDT (06:30 UTC) to 07:30 EDT (11:30 UTC)
    ");
    assert_snapshot!(stage.types("maintenance move 1 2014-05-08T03:00 --following"), @"no: The rule FREQ=WEEKLY;BYDAY=TU does not fall on 2014-05-08; the first day after it is 2014-05-13. Begin on a day of the rule, or change the rule.");
    assert_snapshot!(stage.types("maintenance move 1 2014-05-08T03:00 --repeat FREQ=WEEKLY;BYDAY=TH"), @"ok: What follows maintenance 1 begins anew. It comes again by FREQ=WEEKLY;BYDAY=TH, next on 2014-05-08 03:00 (America/New_York).");
    days(&mut stage, 15);
    assert_eq!(made(&stage), ["1 04-29 06:30Z", "2 05-08 07:00Z", "3 05-15 07:00Z"]);
    let of_three = said_of(&stage, 3).expect("it stays approved");
    assert!(of_three.contains("03:00 EDT (07:00 UTC) to 15 May, 04:00 EDT"), "{of_three}");
    folds_and_restores_alike(&stage);
}

#[test]
fn the_last_of_so_many_stays_the_last_at_a_later_time_of_day() {
    let mut stage = stage();
    stage.types("maintenance schedule s1 2014-04-29T02:30 1h updates --repeat FREQ=WEEKLY;COUNT=3");
    stage.types("maintenance move 1 2014-04-29T03:30 --following");
    days(&mut stage, 35);
    assert_eq!(made(&stage), ["1 04-29 06:30Z", "2 05-06 07:30Z", "3 05-13 07:30Z"]);
}

#[test]
fn work_that_comes_again_sooner_than_its_notice_is_told_of() {
    for (rule, ahead_s, note) in [
        ("FREQ=DAILY", 14 * 86_400, Some("Note: each one is announced 1 day before it begins")),
        ("FREQ=WEEKLY", 86_400, Some("Note: each one is announced 1 day before it begins")),
        ("FREQ=WEEKLY", 14 * 86_400, None),
        ("FREQ=DAILY;COUNT=1", 14 * 86_400, None),
    ] {
        let mut settings = settings();
        settings.policy.maintenance.notice_s = 2 * 86_400;
        settings.policy.maintenance.repeat_ahead_s = ahead_s;
        let mut stage: Stage = Stage::with(settings);
        let answer = stage
            .types(&format!("maintenance schedule s1 2014-04-29T02:30 1h updates --repeat {rule}"));
        let found = answer.lines().find(|line| line.contains("each one is announced"));
        assert_eq!(found.is_some(), note.is_some(), "{rule}: {answer}");
        assert!(found.is_none_or(|found| note.is_some_and(|note| found.starts_with(note))));
    }
}
