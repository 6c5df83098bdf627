//! Calendars of busy times through the engine's public face: what staff are told stays short,
//! however full a calendar is.

use bellwether::{domain::*, event::*};
use insta::assert_snapshot;

use super::stage::{Stage, settings};

fn campus(times: Vec<Blackout>, left_out: u32) -> Input {
    let (name, assumed) = ("campus".to_owned(), Vec::new());
    Input::Busy { calendar: Box::new(BusyCalendar { name, times, unread: 0, left_out, assumed }) }
}

#[test]
fn of_many_reasons_against_a_time_each_is_told_once_and_only_some() {
    let mut settings = settings();
    settings.policy.busy_calendars = vec!["campus".to_owned()];
    let mut stage: Stage = Stage::with(settings);
    // The same reason every day, and one of its own for each of nine courses.
    let time = |day: u32, reason: String| Blackout {
        from: format!("2014-05-{day:02}T00:00:00Z").parse().unwrap(),
        until: format!("2014-05-{:02}T00:00:00Z", day + 1).parse().unwrap(),
        reason,
    };
    let daily = (1..=20).map(|day| time(day, "lectures".to_owned()));
    let courses = (1..=9).map(|number| time(10, format!("exam {number}")));
    stage.take(campus(daily.clone().chain(courses.clone()).collect(), 0));
    let answer = stage.types("maintenance schedule s1 2014-05-08T22:00 48h updates");
    let notes: Vec<&str> = answer.lines().filter(|line| line.starts_with("Note:")).collect();
    assert_snapshot!(notes.join("\n"), @r#"
    Note: no work should be done then: lectures.
    Note: no work should be done then: exam 1.
    Note: no work should be done then: exam 2.
    Note: no work should be done then: exam 3.
    Note: no work should be done then: exam 4.
    Note: 5 more things speak against that time.
    "#);
    for _ in 2..=12 {
        stage.types("maintenance schedule s1 2014-05-08T22:00 1h updates");
    }
    stage.take(campus(Vec::new(), 0));
    stage.forget_heard();
    stage.take(campus(daily.chain(courses).collect(), 0));
    let told = stage.posts_to("staff");
    assert_eq!(told.len(), 1, "{told:?}");
    let named = told[0].lines().filter(|line| line.starts_with("Maintenance "));
    assert_eq!(named.count(), 10, "{told:?}");
    assert!(told[0].ends_with(": lectures (and 2 more windows)"), "{told:?}");
}

#[test]
fn what_a_calendar_has_too_much_of_is_told_by_its_number() {
    let mut settings = settings();
    settings.policy.busy_calendars = vec!["campus".to_owned()];
    let mut stage: Stage = Stage::with(settings);
    for left_out in [1, 300] {
        stage.take(campus(Vec::new(), left_out));
    }
    assert_snapshot!(stage.posts_to("staff").join("\n"), @r#"
    The calendar “campus” of busy times was read: 0 times. 1 more is one too many and is not kept.
    The calendar “campus” of busy times was read: 0 times. 300 more are too many and are not kept.
    "#);
}
