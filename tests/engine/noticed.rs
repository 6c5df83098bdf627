//! A provider's notice becomes a window for customers, and the window goes with it: by one press,
//! or by policy; never public by itself, never over what staff changed.

use bellwether::{command::Button, domain::*, event::*};
use insta::assert_snapshot;

use crate::{
    notices::{below_a_provider, notice, take},
    stage::Stage,
    windows::{folds_and_restores_alike, news, states},
};

/// Work on the switch in front of s1 and s2 at 22:00 in New York, for an hour. It is 21:00.
fn drafted() -> Stage {
    drafted_under(FollowNotices::Ask)
}

fn drafted_under(policy: FollowNotices) -> Stage {
    let mut settings = below_a_provider();
    settings.policy.maintenance.follow_notices = policy;
    for destination in &mut settings.destinations {
        destination.abilities.buttons = destination.audience == Audience::Staff;
    }
    let mut stage: Stage = Stage::with(settings);
    take(&mut stage, at("02:00", "03:00"));
    stage
}

/// The same, announced.
fn announced_under(policy: FollowNotices) -> Stage {
    let mut stage = drafted_under(policy);
    stage.types("maintenance publish 1 --revision 1");
    stage.forget_heard();
    stage
}

/// Its notice with these times, UTC on 24 April.
fn at(start: &str, end: &str) -> Notice {
    let on = |time: &str| format!("2014-04-24T{time}:00Z").parse().unwrap();
    Notice {
        window: Some(NoticeWindow { starts_at: on(start), ends_at: Some(on(end)) }),
        title: "Replacement of a switch".to_owned(),
        assumed: Vec::new(),
        ..notice("NL-1")
    }
}

fn revised(sequence: u32, notice: Notice) -> Notice {
    Notice { sequence: Some(sequence), ..notice }
}

fn with_status(sequence: u32, status: NoticeStatus) -> Notice {
    Notice { status, ..revised(sequence, at("02:00", "03:00")) }
}

/// The lines behind the buttons that staff were shown last.
fn lines(stage: &Stage) -> Vec<String> {
    let last = stage.posts().filter(|post| post.audience == Audience::Staff).last().unwrap();
    let read = last.buttons.iter().filter_map(|button| Button::read(&button.id)?.line());
    read.collect()
}

fn window(stage: &Stage) -> MaintenanceWindow {
    let windows = stage.inputs.iter().flat_map(|(_, _, _, outputs)| outputs);
    let mut windows = windows.filter_map(|output| match output {
        Output::Window { window, .. } => Some(window.clone()),
        _ => None,
    });
    windows.next_back().unwrap()
}

fn span(window: &MaintenanceWindow) -> String {
    format!("{} to {}", window.starts_at.format("%H:%M"), window.ends_at.format("%H:%M"))
}

#[test]
fn a_notice_is_drafted_as_a_window_in_our_words_and_one_press_announces_it() {
    let mut stage = drafted();
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Northline announces maintenance: notice 1 (NL-1), “Replacement of a switch”
    It is confirmed.
    When: 22:00 EDT to 23:00 EDT (02:00 UTC to 03:00 UTC).
    It names switch 1 in Atlanta; behind that: s1 and s2.
    Effect, as it says: it does not work.
    So says Northline; what is suspected rests on what is measured alone.
    ---
    Maintenance 1: Work on our provider's network (s1 and s2), not announced yet:
    “Planned maintenance on Server One and Server Two: Work on our provider's network. From 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23 April, 23:00 EDT (24 April, 03:00 UTC). Websites there may be slow or unavailable during this time.”
    "#);
    assert!(stage.posts_to("feed").is_empty(), "nothing is public yet");
    assert_eq!(lines(&stage), ["maintenance publish 1 --revision 1"]);
    let press = lines(&stage).remove(0);
    let pressed_at = stage.now;
    assert_snapshot!(stage.types(&press), @"ok: Announced maintenance 1, to 1 destination.");
    let told = stage.heard.iter().find_map(|(at, output)| match output {
        Output::Post(post) if post.audience == Audience::Public => Some((*at, post.body.clone())),
        _ => None,
    });
    let (told_at, body) = told.unwrap();
    assert_eq!(told_at, pressed_at, "followers are written to at once");
    assert!(
        !body.contains("Replacement of a switch"),
        "the provider's words stay with staff: {body}"
    );
    let shown = stage.types("maintenance show 1");
    assert!(shown.contains("made from notice 1"), "{shown}");
    stage.probe_for(62, &[], 0.0);
    assert_eq!(states(&stage), [("scheduled", 1), ("in_progress", 1)]);
    folds_and_restores_alike(&stage);
}

#[test]
fn a_draft_that_nobody_takes_up_never_begins_holds_nothing_and_is_laid_aside() {
    let mut stage = drafted();
    stage.forget_heard();
    stage.probe_for(62, &[], 0.0);
    let told = stage.posts_to("staff").join("\n---\n");
    assert!(told.contains("should begin now, and nobody has announced it"), "{told}");
    stage.probe_for(30, &["s1", "s2"], 1.0);
    assert_eq!(stage.count(|one| matches!(one, Output::Incident { .. })), 1, "it alarms as ever");
    assert_eq!(stage.count(|one| matches!(one, Output::SuspicionHeld { .. })), 0);
    stage.probe_for(40, &["s1", "s2"], 1.0);
    assert_eq!(states(&stage), [("cancelled", 1)]);
    assert!(stage.posts_to("feed").is_empty());
    folds_and_restores_alike(&stage);
}

#[test]
fn a_notice_that_work_has_begun_begins_no_draft_and_silences_no_alarm() {
    let mut stage = drafted();
    stage.probe_for(20, &[], 0.0);
    stage.forget_heard();
    take(&mut stage, with_status(2, NoticeStatus::InProgress));
    assert_eq!(window(&stage).state, WindowState::Scheduled);
    stage.probe_for(30, &["s1", "s2"], 1.0);
    assert_eq!(stage.count(|one| matches!(one, Output::Incident { .. })), 1, "it alarms as ever");
    assert_eq!(stage.count(|one| matches!(one, Output::SuspicionHeld { .. })), 0);
    assert!(stage.posts_to("feed").is_empty());
    stage.types("maintenance publish 1");
    stage.pass(1);
    assert_eq!(window(&stage).state, WindowState::InProgress);
    folds_and_restores_alike(&stage);
}

#[test]
fn a_draft_that_is_published_when_its_time_has_come_begins_then() {
    let mut stage = drafted();
    stage.pass(70);
    let press = lines(&stage).remove(0);
    stage.forget_heard();
    stage.types(&press);
    stage.pass(1);
    assert_eq!(states(&stage), [("in_progress", 1)]);
    assert_eq!(news(&stage), [("started", "tim".to_owned())]);
    folds_and_restores_alike(&stage);
}

#[test]
fn the_remedy_of_an_open_incident_is_linked_to_it() {
    let mut settings = below_a_provider();
    settings.policy.maintenance.notice_s = 0;
    let mut stage: Stage = Stage::with(settings);
    stage.types("incident open \"Slow\" --servers s1,s2");
    take(&mut stage, at("02:00", "03:00"));
    assert_eq!(window(&stage).incident, Some(IncidentId(1)));
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("Its words go out as updates of incident 1."), "{told}");
    let far = Notice { id: "NL-2".to_owned(), ..notice("NL-2") };
    let on = |text: &str| text.parse().unwrap();
    let times = NoticeWindow {
        starts_at: on("2014-05-20T02:00:00Z"),
        ends_at: Some(on("2014-05-20T03:00:00Z")),
    };
    take(&mut stage, Notice { window: Some(times), ..far });
    assert_eq!(window(&stage).incident, None, "work in a month mends nothing tonight");
    stage.types("incident open \"Elsewhere\" --servers s3");
    let wide = Notice { objects: vec!["A-1009".to_owned()], ..at("05:00", "06:00") };
    take(&mut stage, Notice { id: "NL-3".to_owned(), ..wide });
    assert_eq!(window(&stage).incident, None, "of two incidents neither is guessed");
}

#[test]
fn a_draft_goes_with_its_notice_and_is_withdrawn_with_it() {
    let mut stage = drafted();
    stage.forget_heard();
    take(&mut stage, revised(2, at("04:00", "05:00")));
    assert_eq!(
        (states(&stage), span(&window(&stage))),
        (vec![("scheduled", 2)], "04:00 to 05:00".to_owned())
    );
    assert_eq!(lines(&stage), ["maintenance publish 1 --revision 2"]);
    assert!(stage.types("maintenance publish 1 --revision 1").starts_with("no:"));
    stage.forget_heard();
    take(
        &mut stage,
        Notice { status: NoticeStatus::Cancelled, ..revised(3, at("04:00", "05:00")) },
    );
    assert_eq!(states(&stage), [("cancelled", 3)]);
    assert!(stage.posts_to("feed").is_empty(), "nobody had heard of it");
    take(&mut stage, revised(4, at("04:00", "05:00")));
    assert_eq!(window(&stage).id, WindowId(2), "taken up again by the provider");
    folds_and_restores_alike(&stage);
}

#[test]
fn an_announced_window_is_moved_by_one_press_and_by_nothing_else() {
    let mut stage = announced_under(FollowNotices::Ask);
    take(&mut stage, revised(2, at("04:00", "05:30")));
    assert_eq!(states(&stage), [], "staff are asked");
    assert_snapshot!(stage.posts_to("staff").last().unwrap(), @"Northline has changed notice 1, which maintenance 1 (Work on our provider's network, 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23:00 EDT (24 April, 03:00 UTC)) was made from: it now takes place 24 April, 00:00 EDT (04:00 UTC) to 01:30 EDT (05:30 UTC).");
    let press = lines(&stage).remove(0);
    assert_eq!(press, "upstream window 1 --revision 2");
    take(&mut stage, revised(3, at("04:30", "05:30")));
    assert_snapshot!(stage.types(&press), @"no: Notice 1 has changed since, and is now at revision 3: 1. Northline, NL-1: “Replacement of a switch”; confirmed; 24 April, 00:30 EDT to 01:30 EDT (04:30 UTC to 05:30 UTC); s1 and s2");
    assert_eq!(states(&stage), []);
    let press = lines(&stage).remove(0);
    assert_snapshot!(stage.types(&press), @"ok: Maintenance 1 is now 24 April, 00:30 EDT (04:30 UTC) to 01:30 EDT (05:30 UTC). Followers were told, at 1 destination.");
    assert_eq!(news(&stage), [("moved", "tim".to_owned())]);
    assert_snapshot!(stage.types(&press), @"no: Maintenance 1 is as notice 1 says.");
    folds_and_restores_alike(&stage);
}

#[test]
fn by_policy_an_announced_window_is_moved_extended_and_done_as_its_notice_says() {
    let mut stage = announced_under(FollowNotices::Follow);
    let policy = |word| (word, "policy:follow_notices".to_owned());
    take(&mut stage, revised(2, at("02:10", "03:10")));
    assert_eq!(news(&stage), [policy("moved")]);
    stage.probe_for(72, &[], 0.0);
    stage.forget_heard();
    take(&mut stage, revised(3, at("02:10", "04:10")));
    assert_eq!(news(&stage), [policy("extended")]);
    assert_eq!(span(&window(&stage)), "02:10 to 04:10");
    let sooner = revised(4, at("02:10", "04:00"));
    take(&mut stage, sooner.clone());
    assert_eq!(news(&stage), [policy("extended")], "an earlier end is no longer wait");
    assert_eq!(span(&window(&stage)), "02:10 to 04:00");
    take(&mut stage, Notice { status: NoticeStatus::Completed, ..revised(5, sooner) });
    assert_eq!(news(&stage), [policy("extended"), policy("verifying")]);
    stage.probe_for(3, &[], 0.0);
    assert_eq!(states(&stage).last(), Some(&("completed", 5)));
    folds_and_restores_alike(&stage);
}

#[test]
fn what_staff_changed_by_hand_is_left_and_said_so() {
    let mut stage = announced_under(FollowNotices::Follow);
    stage.types("maintenance move 1 2014-04-24T23:00");
    stage.forget_heard();
    take(&mut stage, revised(2, at("04:00", "05:00")));
    assert_eq!(states(&stage), []);
    assert_snapshot!(stage.posts_to("staff").last().unwrap(), @"Northline has changed notice 1, which maintenance 1 (Work on our provider's network, 24 April, 23:00 EDT (25 April, 03:00 UTC) to 25 April, 00:00 EDT (04:00 UTC)) was made from: it now takes place 24 April, 00:00 EDT (04:00 UTC) to 01:00 EDT (05:00 UTC). Somebody has changed this maintenance by hand, so it stays as it is unless you say otherwise.");
    let press = lines(&stage).remove(0);
    assert!(stage.types(&press).starts_with("ok:"));
    take(&mut stage, revised(3, at("04:30", "05:00")));
    assert_eq!(span(&window(&stage)), "04:30 to 05:00", "it goes with the notice again");
    folds_and_restores_alike(&stage);
}

#[test]
fn work_that_is_cancelled_while_it_goes_on_is_asked_about_even_by_policy() {
    let mut stage = announced_under(FollowNotices::Follow);
    stage.probe_for(70, &[], 0.0);
    stage.forget_heard();
    take(&mut stage, with_status(2, NoticeStatus::Cancelled));
    assert_eq!(states(&stage), []);
    assert_eq!(lines(&stage), ["upstream window 1 --revision 2"]);
    stage.types("upstream window 1 --revision 2");
    assert_eq!(news(&stage), [("cancelled", "tim".to_owned())]);
    folds_and_restores_alike(&stage);
    let mut stage = announced_under(FollowNotices::Follow);
    take(&mut stage, with_status(2, NoticeStatus::Cancelled));
    assert_eq!(news(&stage), [("cancelled", "policy:follow_notices".to_owned())]);
}

#[test]
fn work_that_begins_early_and_work_that_is_put_off_when_it_has_begun() {
    let mut stage = announced_under(FollowNotices::Ask);
    take(&mut stage, with_status(2, NoticeStatus::InProgress));
    stage.types("upstream window 1");
    assert_eq!(
        (states(&stage), span(&window(&stage))),
        (vec![("in_progress", 2)], "01:00 to 03:00".to_owned())
    );
    stage.forget_heard();
    take(&mut stage, revised(3, at("06:00", "07:00")));
    assert_eq!(states(&stage), []);
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("Maintenance 1 has begun here and is not put off"), "{told}");
    folds_and_restores_alike(&stage);
}

#[test]
fn late_repeated_and_older_notices_change_no_window() {
    let mut stage = announced_under(FollowNotices::Follow);
    take(&mut stage, revised(4, at("04:00", "05:00")));
    stage.forget_heard();
    for late in [
        revised(2, at("06:00", "07:00")),
        revised(4, at("04:00", "05:00")),
        revised(5, at("04:00", "05:00")),
    ] {
        take(&mut stage, late);
    }
    assert_eq!(states(&stage), []);
    assert!(stage.posts_to("staff").is_empty());
    folds_and_restores_alike(&stage);
}

#[test]
fn a_second_notice_about_the_same_work_makes_no_second_window() {
    let mut stage = drafted();
    stage.forget_heard();
    take(&mut stage, Notice { id: "MAIL-7".to_owned(), ..at("02:00", "03:00") });
    assert_eq!(states(&stage), []);
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("Maintenance 1 covers this already"), "{told}");
    take(&mut stage, Notice { id: "NL-2".to_owned(), ..at("02:30", "04:00") });
    assert_eq!(states(&stage), [("scheduled", 1)], "another time is other work");
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("Note: it overlaps maintenance 1"), "{told}");
    folds_and_restores_alike(&stage);
}

#[test]
fn work_that_a_provider_announces_anew_under_another_number_is_not_lost_with_the_first() {
    let mut stage = announced_under(FollowNotices::Follow);
    take(&mut stage, Notice { id: "NL-2".to_owned(), ..at("02:00", "03:00") });
    stage.forget_heard();
    take(&mut stage, with_status(2, NoticeStatus::Cancelled));
    assert_eq!(states(&stage), [("cancelled", 2), ("scheduled", 1)]);
    assert_eq!(window(&stage).notice, Some(NoticeId(2)));
    assert_eq!(news(&stage).len(), 1, "the new one waits for a press");
    take(&mut stage, with_status(3, NoticeStatus::Cancelled));
    assert_eq!(states(&stage).len(), 2, "and is drafted once");
    folds_and_restores_alike(&stage);
}

#[test]
fn what_cannot_be_read_or_is_over_or_names_nothing_is_asked_and_never_guessed() {
    let mut stage: Stage = Stage::with(below_a_provider());
    let known = at("02:00", "03:00");
    let open = NoticeWindow { ends_at: None, ..known.window.unwrap() };
    let odd = [
        Notice { window: Some(open), unread: vec![Unread::End], ..known.clone() },
        Notice { window: None, unread: vec![Unread::Zone, Unread::Start], ..known.clone() },
        Notice { unread: vec![Unread::Zone], ..known.clone() },
        Notice { objects: vec!["XX-9".to_owned()], ..known.clone() },
        Notice { status: NoticeStatus::Cancelled, ..known.clone() },
        Notice { about: NoticeAbout::Incident, ..known.clone() },
        Notice { window: at("00:00", "00:30").window, ..known.clone() },
    ];
    for (number, notice) in odd.into_iter().enumerate() {
        take(&mut stage, Notice { id: format!("NL-{number}"), ..notice });
    }
    assert_eq!(states(&stage), []);
    let lines: Vec<String> = stage
        .posts_to("staff")
        .iter()
        .flat_map(|post| post.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.contains("no window is drafted"))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    It does not say when it ends, so no window is drafted. Once you know: upstream window 1 --length HOW-LONG
    When it begins could not be read, so no window is drafted. Once you know: maintenance schedule sw-1 START HOW-LONG "title"
    When it begins could not be read, so no window is drafted. Once you know: maintenance schedule sw-1 START HOW-LONG "title"
    Its time has passed: no window is drafted.
    "#);
    assert_snapshot!(stage.types("upstream window 4"), @r#"no: Notice 4 names nothing of ours: maintenance schedule TARGETS START HOW-LONG "title""#);
    assert_snapshot!(stage.types("upstream window 9"), @"no: There is no notice 9: upstream notices");
    assert_snapshot!(stage.types("upstream window 1"), @"no: It does not say when it ends, so no window is drafted. Once you know: upstream window 1 --length HOW-LONG");
    assert_snapshot!(stage.types("upstream window 1 --length 45m"), @r#"
    ok: Maintenance 1 (Work on our provider's network) is planned from 23 April, 22:00 EDT (24 April, 02:00 UTC) to 22:45 EDT (24 April, 02:45 UTC). It covers s1 and s2. Nothing is announced yet:
    “Planned maintenance on Server One and Server Two: Work on our provider's network. From 23 April, 22:00 EDT (24 April, 02:00 UTC) to 23 April, 22:45 EDT (24 April, 02:45 UTC). Websites there may be slow or unavailable during this time.”
    maintenance publish 1 --revision 1
    "#);
    assert_eq!(span(&window(&stage)), "02:00 to 02:45");
    take(&mut stage, Notice { id: "NL-0".to_owned(), ..revised(2, at("02:00", "03:30")) });
    assert_eq!(span(&window(&stage)), "02:00 to 02:45", "a person made it: they are asked");
    stage.types("upstream window 1");
    assert_eq!(span(&window(&stage)), "02:00 to 03:30");
    folds_and_restores_alike(&stage);
}

#[test]
fn a_notice_cannot_have_trouble_put_down_to_work_for_weeks() {
    let mut stage = announced_under(FollowNotices::Follow);
    stage.probe_for(70, &[], 0.0);
    stage.forget_heard();
    let starts_at = "2014-04-24T02:00:00Z".parse().unwrap();
    let ends_at = Some("2014-06-24T02:00:00Z".parse().unwrap());
    let endless = NoticeWindow { starts_at, ends_at };
    take(&mut stage, Notice { window: Some(endless), ..revised(2, at("02:00", "03:00")) });
    take(&mut stage, Notice { window: Some(endless), ..notice("NL-2") });
    assert_eq!(states(&stage), []);
    let told = stage.posts_to("staff").join("\n");
    assert_eq!(told.matches("It lasts longer than seven days").count(), 2, "{told}");
}

#[test]
fn a_flood_of_notices_drafts_no_more_windows_than_staff_can_look_at() {
    let mut stage: Stage = Stage::with(below_a_provider());
    for number in 0..120 {
        let day = |days: i64| stage.now + chrono::TimeDelta::days(days);
        let window = NoticeWindow { starts_at: day(number + 1), ends_at: Some(day(number + 2)) };
        take(&mut stage, Notice { window: Some(window), ..notice(&format!("NL-{number}")) });
    }
    assert_eq!(states(&stage).len(), 50);
    assert!(stage.types("maintenance schedule s3 22:00 1h ours").starts_with("ok:"));
}
