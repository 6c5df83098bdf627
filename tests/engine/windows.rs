//! Maintenance windows through the engine's public face: what is said, held and released, and that
//! a restart in any state changes nothing.

use bellwether::{command::Query, domain::*, engine::Engine, event::*};
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::stage::{Stage, settings};

/// 21:00 in New York on 23 April, with windows that may be announced at short notice.
fn stage() -> Stage {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    Stage::with(settings)
}

/// A window on the switch in front of s1 and s2, in an hour and for an hour, announced.
fn announced() -> Stage {
    announced_for("1h")
}

fn announced_for(length: &str) -> Stage {
    let mut stage = stage();
    stage.types(&format!("maintenance schedule sw-1 22:00 {length} \"a new switch\""));
    stage.types("maintenance publish 1");
    stage.forget_heard();
    stage
}

pub fn states(stage: &Stage) -> Vec<(&'static str, u32)> {
    let windows = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Window { window, .. } => Some((window.state.word(), window.revision)),
        _ => None,
    });
    windows.collect()
}

pub fn news(stage: &Stage) -> Vec<(&'static str, String)> {
    let news = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Announcement { news, by, .. } => Some((news.word(), by.clone())),
        _ => None,
    });
    news.collect()
}

fn policy(words: &[&'static str]) -> Vec<(&'static str, String)> {
    words.iter().map(|word| (*word, "policy:maintenance".to_owned())).collect()
}

/// As the journal keeps it.
pub fn read_back<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

/// Runs what was taken in through `fold`, and through a restore at every input that something was
/// decided about: each must end in the state of the engine that decided.
pub fn folds_and_restores_alike(stage: &Stage) {
    let wanted = stage.engine.snapshot();
    let mut folded: Engine = Engine::new();
    for (seq, received, happening, outputs) in &stage.inputs {
        assert_eq!(read_back(happening), *happening);
        for output in outputs {
            let decision = Decision { of: *seq, output: output.clone() };
            assert_eq!(read_back(&decision), decision);
        }
        let is_of_window =
            |one: &Output| matches!(one, Output::Window { .. } | Output::Series { .. });
        if outputs.iter().any(is_of_window) {
            let again: Engine = Engine::restore(&folded.snapshot()).unwrap();
            let mut deciding = again.clone();
            assert_eq!(deciding.handle(*seq, *received, happening), *outputs);
            assert_eq!(again.next_deadline(), folded.next_deadline());
            folded = again;
        }
        folded.fold(*seq, *received, happening, outputs);
    }
    assert_eq!(String::from_utf8(folded.snapshot()).unwrap(), String::from_utf8(wanted).unwrap());
    assert_eq!(folded.next_deadline(), stage.engine.next_deadline());
}

#[test]
fn nothing_is_public_before_somebody_publishes_what_they_read() {
    let mut stage = stage();
    assert_snapshot!(stage.types("maintenance schedule sw-1 22:00 1h a new switch"), @r#"
    ok: Maintenance 1 (a new switch) is planned from 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23:00 EDT (24 April, 03:00 UTC). It covers s1 and s2. Nothing is announced yet:
    “Planned maintenance on Server One and Server Two: a new switch. From 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23 April, 23:00 EDT (24 April, 03:00 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 1 --revision 1
    "#);
    assert!(stage.posts_to("feed").is_empty());
    assert_snapshot!(stage.types("maintenance publish 1 --revision 2"), @"no: Maintenance 1 is now at revision 1: “Planned maintenance on Server One and Server Two: a new switch. From 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23 April, 23:00 EDT (24 April, 03:00 UTC). Websites there may be slow or unavailable during this time.”");
    assert!(stage.posts_to("feed").is_empty());
    assert!(stage.engine.view(stage.now).windows.is_empty(), "pages show what is announced");
    let asked = stage.engine.answer(stage.now, &Query::MaintenanceList, Role::Customer);
    assert_snapshot!(asked, @"No maintenance is planned.");
    assert_snapshot!(stage.types("maintenance publish 1 --revision 1"), @"ok: Announced maintenance 1, to 1 destination.");
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    Planned maintenance on Server One and Server Two: a new switch. From 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23 April, 23:00 EDT (24 April, 03:00 UTC). Websites there may be slow or unavailable during this time.
    https://status.example.net/maintenance
    "#);
    assert_snapshot!(stage.types("maintenance publish 1"), @"no: Maintenance 1 was announced already, by tim at 21:00 EDT.");
    assert_eq!(stage.engine.view(stage.now).windows[0].servers, ["Server One", "Server Two"]);
}

#[test]
fn a_window_that_nobody_announced_begins_and_ends_in_silence() {
    let mut stage = stage();
    stage.types("maintenance schedule s1 22:00 1h \"a new disk\"");
    stage.probe_for(150, &[], 0.0);
    assert!(stage.posts_to("feed").is_empty());
    assert_eq!(
        states(&stage),
        [("scheduled", 1), ("in_progress", 1), ("verifying", 2), ("completed", 2)]
    );
    let told = stage.posts_to("staff");
    assert!(told.iter().any(|post| post.contains("was never announced")), "{told:?}");
    assert_eq!(stage.engine.view(stage.now).overall, ServerStatus::Operational);
}

#[test]
fn an_announced_window_tells_its_whole_life_in_one_thread() {
    let mut stage = announced();
    stage.probe_for(62, &[], 0.0);
    let row = |stage: &Stage| stage.engine.view(stage.now).servers[1].status;
    assert_eq!(row(&stage), ServerStatus::UnderMaintenance);
    stage.probe_for(70, &[], 0.0);
    assert_eq!(row(&stage), ServerStatus::Operational);
    assert_eq!(news(&stage), policy(&["started", "verifying", "completed"]));
    let posts: Vec<&Post> = stage.posts().filter(|post| post.window.is_some()).collect();
    assert!(posts.iter().all(|post| post.thread.is_some() && post.incident.is_none()));
    let distinct: std::collections::BTreeSet<&PostId> = posts.iter().map(|post| &post.id).collect();
    assert_eq!(distinct.len(), 3);
    folds_and_restores_alike(&stage);
}

#[test]
fn what_fails_on_covered_servers_is_held_and_other_servers_alarm_as_ever() {
    let mut stage = announced_for("4h");
    stage.probe_for(60, &[], 0.0);
    stage.forget_heard();
    stage.probe_for(150, &["s1", "s2"], 1.0);
    let held = |stage: &Stage| {
        stage.count(|output| matches!(output, Output::SuspicionHeld { window: Some(_), .. }))
    };
    assert_eq!(held(&stage), 1, "it is on record");
    assert_eq!(stage.count(|output| matches!(output, Output::Incident { .. })), 0);
    assert!(stage.posts_to("staff").is_empty(), "nobody is alarmed");
    stage.probe_for(10, &[], 0.0);
    stage.probe_for(5, &["s3"], 1.0);
    let servers = stage.heard.iter().find_map(|(_, output)| match output {
        Output::Incident { servers, .. } => Some(servers.clone()),
        _ => None,
    });
    assert_eq!(servers, Some(vec!["s3".into()]));
    folds_and_restores_alike(&stage);
}

#[test]
fn what_is_held_and_outlasts_the_work_becomes_an_incident() {
    let mut stage = announced();
    stage.probe_for(60, &[], 0.0);
    stage.probe_for(45, &["s1"], 1.0);
    stage.types("maintenance complete 1");
    stage.forget_heard();
    stage.probe_for(9, &["s1"], 1.0);
    assert_eq!(stage.count(|output| matches!(output, Output::Incident { .. })), 0);
    stage.probe_for(2, &["s1"], 1.0);
    let fails = stage.heard.iter().find_map(|(_, output)| match output {
        Output::WindowFails { servers, .. } => Some(servers.clone()),
        _ => None,
    });
    assert_eq!(fails, Some(vec!["s1".into()]), "what still fails is named");
    assert_eq!(stage.count(|output| matches!(output, Output::Incident { .. })), 1);
    assert_eq!(states(&stage), [], "it is not completed");
    stage.probe_for(5, &[], 0.0);
    assert_eq!(states(&stage), [("completed", 2)]);
    folds_and_restores_alike(&stage);
}

#[test]
fn followers_hear_that_it_takes_longer_before_the_promise_is_broken() {
    let mut stage = announced();
    stage.probe_for(60, &[], 0.0);
    stage.forget_heard();
    let promised = stage.now + TimeDelta::hours(1);
    stage.probe_for(58, &["s1", "s2"], 1.0);
    let told = stage.heard.iter().find_map(|(at, output)| match output {
        Output::Announcement { news: WindowNews::Delayed, .. } => Some(*at),
        _ => None,
    });
    assert!(told.is_some_and(|at| at < promised), "{told:?}");
    let asked = stage.posts_to("staff");
    assert!(asked.iter().any(|post| post.contains("Probes of s1 and s2 are not good yet")));
    folds_and_restores_alike(&stage);
}

#[test]
fn staff_who_answer_are_not_spoken_for() {
    let mut stage = announced();
    stage.probe_for(60, &["s1"], 1.0);
    stage.probe_for(50, &["s1"], 1.0);
    assert_snapshot!(stage.types("maintenance extend 1 2h"), @"ok: Maintenance 1 is now 23 April, 22:00 EDT (24 April, 02:00 UTC) to 24 April, 01:00 EDT (05:00 UTC). Followers were told, at 1 destination.");
    stage.forget_heard();
    stage.probe_for(30, &["s1"], 1.0);
    assert!(news(&stage).is_empty(), "{:?}", news(&stage));
}

#[test]
fn a_change_of_an_announced_window_is_told_in_the_name_of_whoever_made_it() {
    let mut stage = announced();
    assert_snapshot!(stage.types("maintenance move 1 23:30 --length 2h --zone Europe/Berlin"), @"ok: Maintenance 1 is now 24 April, 23:30 CEST (21:30 UTC) to 25 April, 01:30 CEST (24 April, 23:30 UTC). Followers were told, at 1 destination.");
    assert_snapshot!(stage.types("maintenance start 1"), @"ok: Maintenance 1 has begun: 24 April, 03:00 CEST (01:00 UTC) to 05:00 CEST (03:00 UTC). Followers were told, at 1 destination.");
    assert_snapshot!(stage.types("maintenance move 1 now"), @"no: Maintenance 1 is in progress.");
    assert_snapshot!(stage.types("maintenance cancel 1"), @"ok: Maintenance 1 is cancelled.");
    assert_snapshot!(stage.types("maintenance cancel 1"), @"no: Maintenance 1 is cancelled.");
    let by_tim = |word| (word, "tim".to_owned());
    assert_eq!(news(&stage), [by_tim("moved"), by_tim("started"), by_tim("cancelled")]);
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    The maintenance on Server One and Server Two has a new time: a new switch. Now from 24 April, 23:30 CEST (21:30 UTC) to 25 April, 01:30 CEST (24 April, 23:30 UTC). Websites there may be slow or unavailable during this time.
    https://status.example.net/maintenance
    ---
    The planned maintenance on Server One and Server Two has begun: a new switch. Websites there may be slow or unavailable. It is planned to last until 24 April, 05:00 CEST (03:00 UTC).
    https://status.example.net/maintenance
    ---
    The maintenance on Server One and Server Two that was planned for 24 April, 03:00 CEST (01:00 UTC) is cancelled: a new switch.
    https://status.example.net/maintenance
    "#);
    folds_and_restores_alike(&stage);
}

#[test]
fn a_bot_that_was_down_catches_up_without_telling_of_what_has_passed() {
    let mut stage = announced();
    stage.sleep(20 * 60);
    stage.probe_for(3, &[], 0.0);
    assert_eq!(news(&stage), policy(&["verifying", "completed"]));
    folds_and_restores_alike(&stage);
}

#[test]
fn a_reminder_is_told_once_and_anew_after_a_move() {
    let mut stage = stage();
    stage.types("maintenance schedule s1 2014-04-25T22:00 1h \"a new disk\"");
    stage.types("maintenance publish 1");
    stage.pass(60);
    assert_eq!(news(&stage)[1..], policy(&[]), "72 hours were over when it was announced");
    stage.pass(24 * 60);
    assert_eq!(news(&stage)[1..], policy(&["reminder"]));
    stage.types("maintenance move 1 2014-04-26T22:00");
    stage.forget_heard();
    stage.pass(48 * 60);
    assert_eq!(news(&stage), policy(&["reminder", "reminder", "started"]));
}

#[test]
fn local_times_that_do_not_exist_or_exist_twice_are_asked_about() {
    let mut stage = stage();
    assert_snapshot!(stage.types("maintenance schedule s1 2014-11-02T01:30 1h \"a new disk\""), @r#"
    no: Clocks in America/New_York show 2014-11-02 01:30 twice: they are set back. Which one is meant?
    2014-11-02T01:30-04:00 is 2 November, 01:30 EDT (05:30 UTC)
    2014-11-02T01:30-05:00 is 2 November, 01:30 EST (06:30 UTC)
    "#);
    assert_snapshot!(stage.types("maintenance schedule s1 2014-10-05T02:30 1h \"a new disk\" --zone Australia/Sydney"), @r#"
    no: Clocks in Australia/Sydney never show 2014-10-05 02:30: they are set forward over it. Which one is meant?
    2014-10-05T02:30+11:00 is 5 October, 01:30 AEST (4 October, 15:30 UTC)
    2014-10-05T02:30+10:00 is 5 October, 03:30 AEDT (4 October, 16:30 UTC)
    "#);
    assert_eq!(states(&stage), []);
    assert_snapshot!(stage.types("maintenance schedule s1 2014-11-02T01:30-05:00 1h \"a new disk\""), @r#"
    ok: Maintenance 1 (a new disk) is planned from 2 November, 01:30 EST (06:30 UTC) to 02:30 EST (07:30 UTC). It covers s1. Nothing is announced yet:
    “Planned maintenance on Server One: a new disk. From 2 November, 01:30 EST (06:30 UTC) to 2 November, 02:30 EST (07:30 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 1 --revision 1
    "#);
    assert_snapshot!(stage.types("maintenance schedule s1 2016-02-29T23:30 1h \"a leap day\""), @r#"
    ok: Maintenance 2 (a leap day) is planned from 29 February 2016, 23:30 EST (1 March 2016, 04:30 UTC) to 1 March 2016, 00:30 EST (05:30 UTC). It covers s1. Nothing is announced yet:
    “Planned maintenance on Server One: a leap day. From 29 February 2016, 23:30 EST (1 March 2016, 04:30 UTC) to 1 March 2016, 00:30 EST (05:30 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 2 --revision 1
    "#);
}

#[test]
fn what_speaks_against_a_time_is_named_with_another_time() {
    let mut settings = settings();
    let blackout = |from: &str, until: &str, reason: &str| Blackout {
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        reason: reason.to_owned(),
    };
    settings.policy.blackouts =
        vec![blackout("2014-04-27T04:00:00Z", "2014-04-29T04:00:00Z", "final projects are due")];
    let mut stage: Stage = Stage::with(settings);
    stage.types("maintenance schedule s3 2014-04-29T21:00 2h \"a new disk\"");
    assert_snapshot!(stage.types("maintenance schedule s1 2014-04-27T22:00 2h \"another disk\""), @r#"
    ok: Maintenance 2 (another disk) is planned from 27 April, 22:00 EDT (28 April, 02:00 UTC) to 28 April, 00:00 EDT (04:00 UTC). It covers s1. Nothing is announced yet:
    “Planned maintenance on Server One: another disk. From 27 April, 22:00 EDT (28 April, 02:00 UTC) to 28 April, 00:00 EDT (04:00 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 2 --revision 1
    Note: no work should be done then: final projects are due.
    Nothing speaks against 30 April, 22:00 EDT (1 May, 02:00 UTC): maintenance move 2 2014-04-30T22:00
    "#);
    assert_snapshot!(stage.types("maintenance schedule s1 2014-04-24T22:00 2h \"a third\" --zone Mars/Olympus"), @r#"
    no: zone: found “Mars/Olympus”, expected a time zone such as America/New_York.
    Usage: maintenance schedule s1,sw-1 2026-12-01T22:00 2h "title" ["more public words"] [--zone America/New_York] [--incident ID] [--repeat FREQ=WEEKLY;BYDAY=TU] [--except 2026-12-29,2027-01-05]
    "#);
    assert_snapshot!(stage.types("maintenance schedule s9,sw-1 now 2h \"a third\""), @"no: There are no such servers or components: s9.");
    assert_snapshot!(stage.types("maintenance schedule s1 2014-04-01T22:00 2h \"a third\""), @"no: 1 April, 22:00 EDT (2 April, 02:00 UTC) has passed.");
    assert_snapshot!(stage.types("maintenance schedule s1 2024-04-01T22:00 2h \"a third\""), @"no: That is more than two years ahead.");
    assert_snapshot!(stage.types("maintenance schedule s1 now 2h \"a third\" --incident 7"), @"no: There is no incident 7.");
}

#[test]
fn windows_are_forgotten_when_there_are_too_many_but_never_an_open_one() {
    let mut stage = stage();
    for round in 1..=230 {
        stage.types("maintenance schedule s1 22:00 1h \"a new disk\"");
        if round > 1 {
            stage.types(&format!("maintenance cancel {round}"));
        }
    }
    assert!(stage.types("maintenance show 1").starts_with("ok: 1 scheduled"));
    assert!(stage.types("maintenance show 2").contains("There is no maintenance 2"));
    assert!(stage.types("maintenance show 230").starts_with("ok: 230 cancelled"));
}
