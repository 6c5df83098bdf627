//! Work that comes again through the engine's public face: each occurrence once, in its time,
//! whatever the clocks do and whenever the bot was down.

use bellwether::{command::Query, domain::*, event::*};
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::{
    stage::{Stage, settings},
    windows::folds_and_restores_alike,
};

/// 21:00 in New York on Wednesday, 23 April 2014.
fn stage() -> Stage {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    Stage::with(settings)
}

/// Every Tuesday at 02:30, announced: the first is six days ahead.
fn weekly() -> Stage {
    let mut stage = stage();
    stage.types(
        "maintenance schedule s1 2014-04-29T02:30 1h \"kernel updates\" --repeat FREQ=WEEKLY;BYDAY=TU",
    );
    stage.types("maintenance publish 1");
    stage.forget_heard();
    stage
}

/// The beginnings of windows in the order in which they were made.
pub fn made(stage: &Stage) -> Vec<String> {
    let mut last = WindowId(0);
    let windows = stage.inputs.iter().flat_map(|(_, _, _, outputs)| outputs);
    windows
        .filter_map(|output| match output {
            Output::Window { window, .. } if window.id > last => {
                last = window.id;
                Some(format!("{} {}", window.id, window.starts_at.format("%m-%d %H:%MZ")))
            }
            _ => None,
        })
        .collect()
}

fn announced(stage: &Stage) -> Vec<String> {
    let news = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Announcement { window, news, by, .. } => {
            Some(format!("{window} {} {by}", news.word()))
        }
        _ => None,
    });
    news.collect()
}

pub fn days(stage: &mut Stage, days: i64) {
    for _ in 0..days * 4 {
        stage.pass(6 * 60);
    }
}

#[test]
fn work_that_comes_again_says_so_and_what_publishing_it_means() {
    let mut stage = stage();
    assert_snapshot!(stage.types("maintenance schedule s1 2014-04-29T02:30 1h \"kernel updates\" --repeat \"FREQ=WEEKLY;BYDAY=TU\" --except 2014-05-13"), @r#"
    ok: Maintenance 1 (kernel updates) is planned from 29 April, 02:30 EDT (06:30 UTC) to 03:30 EDT (07:30 UTC). It covers s1. Nothing is announced yet:
    “Planned maintenance on Server One: kernel updates. From 29 April, 02:30 EDT (06:30 UTC) to 29 April, 03:30 EDT (07:30 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 1 --revision 1
    It comes again by FREQ=WEEKLY;BYDAY=TU, next on 2014-05-06 02:30 (America/New_York). Left out: 2014-05-13.
    "#);
    assert_snapshot!(stage.types("maintenance publish 1"), @"ok: Announced maintenance 1, to 1 destination. Those that follow are announced by themselves, unless something speaks against their time.");
    assert_snapshot!(stage.engine.answer(stage.now, &Query::MaintenanceShow(WindowId(1)), Role::Staff), @r#"
    1 scheduled: kernel updates (s1), 29 April, 02:30 EDT (06:30 UTC) to 03:30 EDT (07:30 UTC)
    It comes again by FREQ=WEEKLY;BYDAY=TU, next on 2014-05-06 02:30 (America/New_York). Left out: 2014-05-13.
    21:00 EDT tim: “Planned maintenance on Server One: kernel updates. From 29 April, 02:30 EDT (06:30 UTC) to 29 April, 03:30 EDT (07:30 UTC). Websites there may be slow or unavailable during this time.”
    21:00 EDT feed maintenance.scheduled: waits to be sent
    "#);
}

#[test]
fn each_occurrence_is_a_window_of_its_own_and_one_lies_ahead() {
    let mut stage = weekly();
    days(&mut stage, 28);
    assert_eq!(
        made(&stage),
        ["1 04-29 06:30Z", "2 05-06 06:30Z", "3 05-13 06:30Z", "4 05-20 06:30Z", "5 05-27 06:30Z"]
    );
    let of_two: Vec<String> =
        announced(&stage).into_iter().filter(|news| news.starts_with("2 ")).collect();
    // Nothing measures the server here, so that the end is put off until that has been told often.
    let delayed = ["delayed"; 8];
    let told = ["scheduled", "reminder", "reminder", "reminder", "started"].into_iter();
    let told: Vec<&str> = told.chain(delayed).chain(["verifying"]).collect();
    let wanted: Vec<String> =
        told.iter().map(|news| format!("2 {news} policy:maintenance")).collect();
    assert_eq!(of_two, wanted);
    folds_and_restores_alike(&stage);
}

#[test]
fn a_series_that_nobody_approved_asks_for_each_of_its_windows() {
    let mut stage = stage();
    stage.types("maintenance schedule s1 2014-04-29T02:30 1h updates --repeat FREQ=WEEKLY");
    days(&mut stage, 8);
    assert_eq!(made(&stage).len(), 2);
    assert_eq!(announced(&stage), Vec::<String>::new());
    let asked = stage.posts_to("staff");
    assert!(asked.iter().any(|post| post.contains("maintenance publish 2")), "{asked:?}");
}

#[test]
fn local_time_is_kept_when_clocks_change() {
    let mut stage = stage();
    stage.now = "2014-10-28T12:00:00Z".parse().unwrap();
    stage.types("maintenance schedule s1 2014-10-28T22:00 1h updates --repeat FREQ=WEEKLY");
    stage.types("maintenance publish 1");
    days(&mut stage, 14);
    assert_eq!(
        made(&stage),
        ["1 10-29 02:00Z", "2 11-05 03:00Z", "3 11-12 03:00Z"],
        "22:00 in New York, before and after the clocks went back"
    );
}

/// Runs a daily series over a change of clocks; returns what was made and what staff were asked.
fn over_a_change(zone: &str, first: &str, unclear: &str) -> (Vec<String>, Vec<String>) {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    let mut stage: Stage = Stage::with(settings);
    stage.now = format!("{first}:00Z").parse::<Timestamp>().unwrap() - TimeDelta::days(2);
    let command = format!(
        "maintenance schedule s1 {first} 30m updates --repeat FREQ=DAILY;COUNT=4 --zone {zone}"
    );
    let answer = stage.types(&command);
    assert!(answer.starts_with("ok:"), "{answer}");
    assert!(answer.contains(unclear), "it is told beforehand: {answer}");
    stage.types("maintenance publish 1");
    stage.forget_heard();
    days(&mut stage, 7);
    let asked = stage.posts_to("staff").into_iter().filter(|post| post.contains("no one moment"));
    let asked: Vec<String> = asked.collect();
    folds_and_restores_alike(&stage);
    (made(&stage), asked)
}

#[test]
fn a_time_that_clocks_skip_or_show_twice_is_asked_about_and_never_guessed() {
    for (zone, first, unclear, times) in [
        (
            "America/New_York",
            "2015-03-06T02:30",
            "2015-03-08 02:30",
            ["03-06 07:30Z", "03-07 07:30Z", "03-09 06:30Z"],
        ),
        (
            "America/New_York",
            "2014-10-31T01:30",
            "2014-11-02 01:30",
            ["10-31 05:30Z", "11-01 05:30Z", "11-03 06:30Z"],
        ),
        (
            "Europe/Berlin",
            "2015-03-27T02:30",
            "2015-03-29 02:30",
            ["03-27 01:30Z", "03-28 01:30Z", "03-30 00:30Z"],
        ),
        (
            "Europe/Berlin",
            "2014-10-24T02:30",
            "2014-10-26 02:30",
            ["10-24 00:30Z", "10-25 00:30Z", "10-27 01:30Z"],
        ),
        (
            "Australia/Sydney",
            "2014-10-03T02:30",
            "2014-10-05 02:30",
            ["10-02 16:30Z", "10-03 16:30Z", "10-05 15:30Z"],
        ),
        (
            "Australia/Sydney",
            "2015-04-03T02:30",
            "2015-04-05 02:30",
            ["04-02 15:30Z", "04-03 15:30Z", "04-05 16:30Z"],
        ),
        (
            "America/Santiago",
            "2014-09-05T00:30",
            "2014-09-07 00:30",
            ["09-05 04:30Z", "09-06 04:30Z", "09-08 03:30Z"],
        ),
        (
            "America/Asuncion",
            "2014-10-03T00:30",
            "2014-10-05 00:30",
            ["10-03 04:30Z", "10-04 04:30Z", "10-06 03:30Z"],
        ),
    ] {
        let (made, asked) = over_a_change(zone, first, unclear);
        let made: Vec<&str> = made.iter().map(|one| one.split_once(' ').unwrap().1).collect();
        assert_eq!(made, times, "{zone} {first}");
        assert_eq!(asked.len(), 1, "{zone} {first}: {asked:?}");
        assert!(asked[0].contains(unclear), "{asked:?}");
    }
}

#[test]
fn the_question_is_answered_by_one_of_its_own_lines() {
    let mut stage = stage();
    stage.now = "2015-03-06T12:00:00Z".parse().unwrap();
    stage.types("maintenance schedule s1 2015-03-07T02:30 30m \"say \\\"hi\\\"\" --repeat FREQ=DAILY;COUNT=3");
    stage.types("maintenance publish 1");
    stage.forget_heard();
    stage.pass(24 * 60);
    let asked = stage.posts_to("staff").into_iter().find(|post| post.contains("no one moment"));
    let asked = asked.expect("staff are asked");
    assert_snapshot!(asked, @r#"
    The work “say "hi"” comes again by FREQ=DAILY;UNTIL=20150309T235959, and its next time is no one moment, so it is not planned. Clocks in America/New_York never show 2015-03-08 02:30: they are set forward over it. Which one is meant?
    2015-03-08T02:30-04:00 is 8 March, 01:30 EST (06:30 UTC)
    2015-03-08T02:30-05:00 is 8 March, 03:30 EDT (07:30 UTC)

    maintenance schedule s1 2015-03-08T02:30-04:00 1800s "say \"hi\"" --zone America/New_York
    maintenance schedule s1 2015-03-08T02:30-05:00 1800s "say \"hi\"" --zone America/New_York
    "#);
    let line = asked.lines().rfind(|line| line.starts_with("maintenance schedule")).unwrap();
    let answer = stage.types(line);
    assert!(answer.starts_with("ok: Maintenance 2 (say \"hi\")"), "{answer}");
    assert!(answer.contains("8 March, 03:30 EDT (07:30 UTC)"), "{answer}");
}

#[test]
fn one_occurrence_is_moved_or_cancelled_and_the_series_goes_on() {
    let mut stage = weekly();
    assert_snapshot!(stage.types("maintenance move 1 2014-05-01T02:30"), @"ok: Maintenance 1 is now 1 May, 02:30 EDT (06:30 UTC) to 03:30 EDT (07:30 UTC). Followers were told, at 1 destination.");
    days(&mut stage, 6);
    assert_snapshot!(stage.types("maintenance cancel 2"), @"ok: Maintenance 2 is cancelled.");
    days(&mut stage, 14);
    assert_eq!(
        made(&stage),
        ["1 04-29 06:30Z", "2 05-06 06:30Z", "3 05-13 06:30Z", "4 05-20 06:30Z"]
    );
    let show = stage.engine.answer(stage.now, &Query::MaintenanceShow(WindowId(2)), Role::Staff);
    assert!(show.contains("Left out: 2014-05-06"), "{show}");
    folds_and_restores_alike(&stage);
}

#[test]
fn days_are_left_out_beforehand() {
    let mut stage = weekly();
    assert_snapshot!(stage.types("maintenance skip 1 2014-05-06,2014-05-20"), @"ok: It comes again by FREQ=WEEKLY;BYDAY=TU, next on 2014-05-13 02:30 (America/New_York). Left out: 2014-05-06, 2014-05-20.");
    assert_snapshot!(stage.types("maintenance skip 1 2014-05-07"), @"no: 2014-05-07 is no day after 2014-04-29 on which FREQ=WEEKLY;BYDAY=TU falls. A window that is planned already is cancelled by its number.");
    assert_snapshot!(stage.types("maintenance skip 1 2014-04-29"), @"no: 2014-04-29 is no day after 2014-04-29 on which FREQ=WEEKLY;BYDAY=TU falls. A window that is planned already is cancelled by its number.");
    days(&mut stage, 35);
    assert_eq!(
        made(&stage),
        ["1 04-29 06:30Z", "2 05-13 06:30Z", "3 05-27 06:30Z", "4 06-03 06:30Z"]
    );
}

#[test]
fn this_and_those_that_follow_are_moved_together() {
    let mut stage = weekly();
    days(&mut stage, 6);
    assert_snapshot!(stage.types("maintenance move 2 2014-05-07T03:00 --following"), @"no: The rule FREQ=WEEKLY;BYDAY=TU does not fall on 2014-05-07; the first day after it is 2014-05-13. Begin on a day of the rule, or change the rule.");
    assert_snapshot!(stage.types("maintenance move 2 2014-05-07T03:00 --length 2h --repeat FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"), @"ok: Maintenance 2 is now 7 May, 03:00 EDT (07:00 UTC) to 05:00 EDT (09:00 UTC); those that follow it have its new time. Followers were told, at 1 destination.");
    days(&mut stage, 30);
    assert_eq!(
        made(&stage),
        ["1 04-29 06:30Z", "2 05-06 06:30Z", "3 05-21 07:00Z", "4 06-04 07:00Z"]
    );
    let news = announced(&stage);
    assert!(news.contains(&"2 moved tim".to_owned()), "{news:?}");
    folds_and_restores_alike(&stage);
}

#[test]
fn this_and_those_that_follow_are_cancelled_together() {
    let mut stage = weekly();
    days(&mut stage, 6);
    assert_snapshot!(stage.types("maintenance cancel 1 --following"), @"no: Maintenance 2 follows maintenance 1 and is planned already: change that one.");
    assert_snapshot!(stage.types("maintenance cancel 2 --following"), @"ok: Maintenance 2 is cancelled, and nothing follows it.");
    assert_snapshot!(stage.types("maintenance skip 2 2014-05-20"), @"no: The series of maintenance 2 is over.");
    days(&mut stage, 60);
    assert_eq!(made(&stage).len(), 2);
    folds_and_restores_alike(&stage);
}

#[test]
fn rules_that_cannot_be_are_refused_in_words() {
    let mut stage = stage();
    for (rule, said) in [
        ("FREQ=HOURLY", "once a day at most"),
        ("FREQ=SECONDLY", "once a day at most"),
        ("FREQ=DAILY;BYHOUR=1,2,3", "once a day at most"),
        ("FREQ=YEARLY;BYWEEKNO=3", "a rule of FREQ, INTERVAL"),
        ("FREQ=DAILY;COUNT=100000", "at most 200 characters"),
        ("every week", "a rule of days such as"),
        ("FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2", "never falls on a day within ten years"),
        ("FREQ=DAILY;UNTIL=20100101", "never falls on a day within ten years"),
        ("FREQ=WEEKLY;BYDAY=MO", "the first day after it is 2014-05-05"),
    ] {
        let answer = stage.types(&format!(
            "maintenance schedule s1 2014-04-29T02:30 1h updates --repeat \"{rule}\""
        ));
        assert!(answer.contains(said), "{rule}: {answer}");
    }
    // Six days lie between the first two of the latter, and one between the next.
    for rule in ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TU"] {
        let typed = format!("maintenance schedule s1 2014-04-29T02:30 2d updates --repeat {rule}");
        let answer = stage.types(&typed);
        assert!(answer.contains("before it is over"), "{rule}: {answer}");
    }
    assert_eq!(made(&stage), Vec::<String>::new());
}

#[test]
fn what_was_missed_while_the_bot_was_down_is_passed_over_and_told_once() {
    let mut stage = weekly();
    stage.sleep(33 * 24 * 60);
    assert_eq!(made(&stage), ["1 04-29 06:30Z", "2 05-27 06:30Z"], "{:?}", stage.now);
    let told = stage.posts_to("staff");
    let missed: Vec<&String> = told.iter().filter(|post| post.contains("passed over")).collect();
    assert_eq!(missed.len(), 1, "{told:?}");
    assert!(missed[0].contains("3 times"), "{missed:?}");
    folds_and_restores_alike(&stage);
}

#[test]
fn an_occurrence_that_has_begun_when_the_bot_comes_back_begins_at_once() {
    let mut stage = weekly();
    // Half past two and ten minutes on 6 May.
    stage.sleep(12 * 24 * 60 + 5 * 60 + 40);
    assert_eq!(made(&stage), ["1 04-29 06:30Z", "2 05-06 06:30Z", "3 05-13 06:30Z"]);
    let of_two: Vec<String> =
        announced(&stage).into_iter().filter(|news| news.starts_with("2 ")).collect();
    assert_eq!(of_two, ["2 started policy:maintenance"]);
}

#[test]
fn an_occurrence_that_something_speaks_against_waits_for_a_person() {
    let mut settings = settings();
    settings.policy.blackouts = vec![Blackout {
        from: "2014-05-06T04:00:00Z".parse().unwrap(),
        until: "2014-05-07T04:00:00Z".parse().unwrap(),
        reason: "final projects are due".to_owned(),
    }];
    let mut stage: Stage = Stage::with(settings);
    stage.types("maintenance schedule s1 2014-04-29T02:30 1h updates --repeat FREQ=WEEKLY");
    stage.types("maintenance publish 1");
    stage.forget_heard();
    days(&mut stage, 6);
    assert!(
        !announced(&stage).iter().any(|news| news.starts_with("2 ")),
        "{:?}",
        announced(&stage)
    );
    let told = stage.posts_to("staff");
    assert!(told.iter().any(|post| post.contains("final projects are due")), "{told:?}");
    assert!(told.iter().any(|post| post.contains("maintenance publish 2")), "{told:?}");
}

#[test]
fn busy_times_of_a_calendar_are_a_reason_like_any_other() {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    settings.policy.busy_calendars = vec!["campus".to_owned()];
    let mut stage: Stage = Stage::with(settings);
    stage.types("maintenance schedule s1 2014-04-29T22:00 2h updates");
    let time = |from: &str, until: &str| Blackout {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        reason: "final projects due".to_owned(),
    };
    let calendar = |name: &str, times: Vec<Blackout>| Input::Busy {
        calendar: Box::new(BusyCalendar {
            name: name.to_owned(),
            times,
            unread: 1,
            left_out: 0,
            assumed: vec![Assumed::Utc],
        }),
    };
    let times = vec![time("2014-04-30T01:00:00Z", "2014-05-02T04:00:00Z")];
    stage.take(calendar("nobody's", times.clone()));
    assert!(stage.posts_to("staff").iter().all(|post| !post.contains("calendar")));
    stage.take(calendar("campus", times.clone()));
    let told = stage.posts_to("staff");
    assert_snapshot!(told[told.len() - 2..].join("\n---\n"), @r#"
    The calendar “campus” of busy times was read: 1 time. 1 entry could not be read in full. Taken for granted: times without a zone are UTC.
    ---
    The calendar “campus” of busy times has changed, and meets planned maintenance:
    Maintenance 1 (updates), 29 April, 22:00 EDT (30 April, 02:00 UTC) to 30 April, 00:00 EDT (04:00 UTC): final projects due
    "#);
    stage.forget_heard();
    stage.take(calendar("campus", times));
    assert!(stage.posts_to("staff").is_empty(), "the same again is no news");
    assert_snapshot!(stage.types("maintenance schedule s2 2014-05-01T22:00 2h updates"), @r#"
    ok: Maintenance 2 (updates) is planned from 1 May, 22:00 EDT (2 May, 02:00 UTC) to 2 May, 00:00 EDT (04:00 UTC). It covers s2. Nothing is announced yet:
    “Planned maintenance on Server Two: updates. From 1 May, 22:00 EDT (2 May, 02:00 UTC) to 2 May, 00:00 EDT (04:00 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 2 --revision 1
    Note: no work should be done then: final projects due.
    Nothing speaks against 2 May, 22:00 EDT (3 May, 02:00 UTC): maintenance move 2 2014-05-02T22:00
    "#);
    folds_and_restores_alike(&stage);
}
