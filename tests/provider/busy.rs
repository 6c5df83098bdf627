//! Calendars of busy times: read as far as they say something, polled like a provider's page, and
//! their address in no message.

use std::{path::PathBuf, sync::Arc};

use bellwether::{
    clock::Clock,
    config::{BlackoutCalendar, CalendarPlace},
    domain::{Assumed, BusyCalendar},
    intake::{
        blackouts,
        notice::{BUSY_MAX, BusyReading, Unreadable, read_busy},
        upstream::Tools,
    },
    render::Words,
};
use chrono_tz::Tz;
use proptest::prelude::*;
use tokio::sync::watch;

use crate::{
    at,
    page::{Answer, Page},
    polling::{Kept, until},
};

const HOME: Tz = chrono_tz::America::New_York;

fn read(text: &str) -> Result<BusyCalendar, Unreadable> {
    read_on(text.as_bytes(), "2026-11-27T12:00:00Z")
}

fn read_on(bytes: &[u8], received: &str) -> Result<BusyCalendar, Unreadable> {
    read_busy(bytes, &BusyReading { name: "campus", received: at(received), zone: HOME })
}

/// A calendar of entries, each some lines.
fn calendar(entries: &[&str]) -> String {
    let entries = entries.iter().map(|entry| format!("BEGIN:VEVENT\r\n{entry}\r\nEND:VEVENT\r\n"));
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}END:VCALENDAR\r\n", entries.collect::<String>())
}

fn times(entry: &str) -> Vec<String> {
    let found = read(&calendar(&[entry])).unwrap();
    let times = found.times.iter();
    times.map(|one| format!("{:?}..{:?} {}", one.from, one.until, one.reason)).collect()
}

#[test]
fn each_form_of_time_is_read() {
    for (entry, wanted) in [
        (
            "SUMMARY:Final projects due\r\nDTSTART;VALUE=DATE:20261210\r\nDTEND;VALUE=DATE:20261219",
            "2026-12-10T05:00:00Z..2026-12-19T05:00:00Z Final projects due",
        ),
        (
            "SUMMARY:A day\r\nDTSTART;VALUE=DATE:20261210",
            "2026-12-10T05:00:00Z..2026-12-11T05:00:00Z A day",
        ),
        (
            "SUMMARY:Its own day\r\nDTSTART;VALUE=DATE:20261210\r\nDTEND;VALUE=DATE:20261210",
            "2026-12-10T05:00:00Z..2026-12-11T05:00:00Z Its own day",
        ),
        (
            "SUMMARY:Exam\r\nDTSTART:20261210T140000Z\r\nDTEND:20261210T170000Z",
            "2026-12-10T14:00:00Z..2026-12-10T17:00:00Z Exam",
        ),
        (
            "SUMMARY:Exam\r\nDTSTART;TZID=Europe/Berlin:20261210T140000\r\nDURATION:PT3H",
            "2026-12-10T13:00:00Z..2026-12-10T16:00:00Z Exam",
        ),
        (
            "DTSTART:20261210T235900\r\nTRANSP:TRANSPARENT",
            "2026-12-11T04:59:00Z..2026-12-11T04:59:01Z campus",
        ),
    ] {
        assert_eq!(times(entry), [wanted], "{entry}");
    }
}

#[test]
fn a_time_that_clocks_skip_or_show_twice_makes_the_longer_span() {
    assert_eq!(
        times("SUMMARY:x\r\nDTSTART:20270314T020000\r\nDTEND:20270314T030000"),
        ["2027-03-14T06:00:00Z..2027-03-14T07:00:00Z x"]
    );
    assert_eq!(
        times("SUMMARY:x\r\nDTSTART:20271107T010000\r\nDTEND:20271107T013000"),
        ["2027-11-07T05:00:00Z..2027-11-07T06:30:00Z x"]
    );
}

#[test]
fn what_comes_again_is_told_time_by_time_but_for_what_is_left_out_or_told_anew() {
    let weekly = "UID:1\r\nSUMMARY:Hand-in\r\nDTSTART;TZID=America/New_York:20260901T090000\r\n\
                  DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261223T000000Z\r\n\
                  EXDATE;TZID=America/New_York:20261124T090000,20261208T090000";
    let moved = "UID:1\r\nSUMMARY:Hand-in\r\nRECURRENCE-ID;TZID=America/New_York:20261215T090000\r\n\
                 DTSTART;TZID=America/New_York:20261217T090000\r\nDURATION:PT1H";
    let found = read(&calendar(&[weekly, moved])).unwrap();
    let begin: Vec<String> =
        found.times.iter().map(|one| one.from.format("%m-%d %H:%M").to_string()).collect();
    assert_eq!(
        begin,
        ["11-03 14:00", "11-10 14:00", "11-17 14:00", "12-01 14:00", "12-17 14:00", "12-22 14:00"]
    );
    assert_eq!((found.unread, found.left_out, found.assumed.len()), (0, 0, 0));
}

#[test]
fn what_is_left_out_is_found_in_whatever_zone_it_is_written() {
    let days = |entries: &[&str]| {
        let found = read(&calendar(entries)).unwrap();
        found.times.iter().map(|one| one.from.format("%d %H:%M").to_string()).collect::<Vec<_>>()
    };
    // Eight in the evening in New York is the next day in UTC and in Berlin.
    let nightly = "UID:1\r\nDTSTART;TZID=America/New_York:20261207T200000\r\nDURATION:PT1H\r\n\
                   RRULE:FREQ=DAILY;COUNT=4";
    assert_eq!(days(&[nightly]), ["08 01:00", "09 01:00", "10 01:00", "11 01:00"]);
    for line in [
        "EXDATE:20261209T010000Z",
        "EXDATE;TZID=Europe/Berlin:20261209T020000",
        "EXDATE;TZID=America/New_York:20261208T200000",
        "EXDATE:20261208T200000",
        "EXDATE;VALUE=DATE:20261208",
    ] {
        let entry = format!("{nightly}\r\n{line}");
        assert_eq!(days(&[&entry]), ["08 01:00", "10 01:00", "11 01:00"], "{line}");
        let moved = line.replace("EXDATE", "RECURRENCE-ID");
        let moved = format!("UID:1\r\n{moved}\r\nDTSTART:20261220T100000Z");
        assert_eq!(
            days(&[nightly, &moved]),
            ["08 01:00", "10 01:00", "11 01:00", "20 10:00"],
            "{moved}"
        );
    }
    let daily = "DTSTART;VALUE=DATE:20261207\r\nRRULE:FREQ=DAILY;COUNT=3";
    for line in ["EXDATE:20261208T000000Z", "EXDATE:20261208T050000Z", "EXDATE:20261208"] {
        let entry = format!("{daily}\r\n{line}");
        assert_eq!(days(&[&entry]), ["07 05:00", "09 05:00"], "{line}");
    }
}

#[test]
fn the_first_time_counts_also_where_the_rule_does_not_fall_on_it() {
    // A Monday, and Tuesdays.
    let entry = "SUMMARY:x\r\nDTSTART:20261207T100000Z\r\nDURATION:PT1H\r\n\
                 RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261216T000000Z";
    let all = [
        "2026-12-07T10:00:00Z..2026-12-07T11:00:00Z x",
        "2026-12-08T10:00:00Z..2026-12-08T11:00:00Z x",
        "2026-12-15T10:00:00Z..2026-12-15T11:00:00Z x",
    ];
    assert_eq!(times(entry), all);
    assert_eq!(times(&format!("{entry}\r\nEXDATE:20261207T100000Z")), all[1..]);
}

#[test]
fn what_cannot_be_read_is_counted_and_what_is_assumed_is_named() {
    let found = read(&calendar(&[
        "SUMMARY:No time",
        "SUMMARY:Nonsense\r\nDTSTART:soon",
        "SUMMARY:No such zone\r\nDTSTART;TZID=Mars/Olympus:20261210T140000",
        "SUMMARY:Ends before it begins\r\nDTSTART:20261210T140000Z\r\nDTEND:20261209T140000Z",
        "SUMMARY:For ten years\r\nDTSTART:20261210T140000Z\r\nDTEND:20361210T140000Z",
        "SUMMARY:Hourly\r\nDTSTART:20261211T140000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY",
        "SUMMARY:Cancelled\r\nDTSTART:20261210T140000Z\r\nSTATUS:CANCELLED",
        "SUMMARY:Long ago\r\nDTSTART:20161210T140000Z\r\nDTEND:20161210T150000Z",
        "SUMMARY:Floating\r\nDTSTART:20261212T140000\r\nDURATION:PT1H",
        "SUMMARY:Windows\r\nDTSTART;TZID=Eastern Standard Time:20261213T140000\r\nDURATION:PT1H",
        "SUMMARY:<@&1> **bold** \u{202e}evil\r\nDTSTART:20261214T140000Z",
    ]))
    .unwrap();
    assert_eq!(found.unread, 6);
    assert_eq!(found.assumed, [Assumed::OwnZone, Assumed::ZoneName]);
    let reasons: Vec<&str> = found.times.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons[..3], ["Hourly", "Floating", "Windows"]);
    assert!(!reasons[3].contains(['\u{202e}', '<']), "{}", reasons[3]);
}

#[test]
fn a_calendar_of_any_size_is_bounded() {
    let day = |number: usize| {
        format!(
            "SUMMARY:{number}\r\nDTSTART:202612{:02}T{:02}0000Z",
            1 + number % 28,
            number / 28 % 24
        )
    };
    let entries: Vec<String> =
        (0..1200).map(|number| format!("{}\r\nX-A:{}", day(number), number)).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let found = read(&calendar(&entries)).unwrap();
    assert_eq!((found.times.len(), found.left_out), (BUSY_MAX, 1200 - BUSY_MAX as u32));
    let again = "UID:1\r\nDTSTART:20000101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY";
    let found = read(&calendar(&[again; 150])).unwrap();
    // The same each day, from November 2026 to the end of 2028.
    assert_eq!((found.times.len(), found.left_out), (BUSY_MAX, 792 - BUSY_MAX as u32));
    assert_eq!(found.unread, 50, "of the entries beyond, the first time alone counts");
    let never =
        "UID:1\r\nDTSTART:20260101T000000Z\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2;COUNT=500";
    assert_eq!(read(&calendar(&[never; 150])).unwrap().times, []);
    let many = calendar(&["SUMMARY:x\r\nDTSTART:20261210T140000Z\r\nX-1:\r\nX-2:\r\nX-3:"; 5000]);
    assert!(read(&many).unwrap().left_out > 1000, "lines that are not looked at are named");
    assert_eq!(read(&" ".repeat(5 << 20)), Err(Unreadable::TooLong));
    for text in ["", "<html>", "BEGIN:VCARD"] {
        assert!(matches!(read(text), Err(Unreadable::Other { .. })), "{text}");
    }
}

proptest! {
    /// Whatever stands in a calendar: no panic, times that end after they begin, within bounds.
    #[test]
    fn anything_is_read_or_refused(
        lines in prop::collection::vec(
            "(DTSTART|DTEND|EXDATE|RECURRENCE-ID|RRULE|DURATION|UID|BEGIN|END|SUMMARY)(;TZID=[A-Za-z/_]{0,20})?:([0-9TZ:,;=A-Z-]{0,30}|VEVENT|[0-9]{8}T[0-9]{6}Z?|FREQ=DAILY;COUNT=[0-9]{1,3})",
            0..30,
        ),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut text = calendar(&[&lines.join("\r\n")]).into_bytes();
        let middle = text.len() / 2;
        text.splice(middle..middle, bytes);
        if let Ok(found) = read_on(&text, "2026-11-27T12:00:00Z") {
            prop_assert!(found.times.len() <= BUSY_MAX);
            for time in &found.times {
                prop_assert!(time.from < time.until);
                prop_assert!(time.reason.chars().count() <= 101);
            }
            // The same calendar reads the same all month, so that it is told once.
            prop_assert_eq!(read_on(&text, "2026-11-01T00:00:00Z"), Ok(found));
        }
    }
}

/// Reads one calendar every minute of a fast clock.
fn start(place: CalendarPlace) -> (Arc<Kept>, watch::Sender<Arc<Vec<BlackoutCalendar>>>) {
    let door = Arc::new(Kept::default());
    let calendar = BlackoutCalendar { name: "campus".to_owned(), place, every_s: 60, zone: HOME };
    let calendars = watch::channel(Arc::new(vec![calendar])).0;
    let tools = Tools {
        door: door.clone(),
        // A minute passes in about 60 ms.
        clock: Clock::paced(at("2026-11-27T12:00:00Z"), 1000.0),
        words: watch::channel(Arc::new(Words::built_in())).1,
        language: "en".to_owned(),
    };
    let mut gone = calendars.subscribe();
    tokio::spawn(blackouts::run(calendars.subscribe(), tools, async move {
        while gone.changed().await.is_ok() {}
    }));
    (door, calendars)
}

fn one(summary: &str) -> String {
    calendar(&[&format!("SUMMARY:{summary}\r\nDTSTART;VALUE=DATE:20261210")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_is_told_when_it_changes_and_not_read_again_while_it_does_not() {
    let page = Page::start(vec![Answer::Page(one("Exams"), "\"v1\"")]).await;
    let (door, _calendars) = start(CalendarPlace::Url(page.url().into()));
    until("it is asked four times", || page.asked().len() >= 4).await;
    assert_eq!(door.busy().len(), 1);
    assert!(page.asked()[1..].iter().all(|head| head.contains("if-none-match: \"v1\"")));
    page.answer(Answer::Page(one("Other exams"), "\"v2\""));
    until("the change is told", || door.busy().len() == 2).await;
    assert_eq!(door.busy()[1].times[0].reason, "Other exams");
    page.answer(Answer::Page(one("Other exams"), "\"v3\""));
    until("another version is read", || page.asked().last().unwrap().contains("\"v3\"")).await;
    assert_eq!(door.busy().len(), 2, "and says the same");
    assert_eq!(door.troubles(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_that_was_never_read_is_told_to_staff_at_once_and_without_its_address() {
    let page = Page::start(vec![Answer::Page("<html>".to_owned(), "\"v1\"")]).await;
    let url = format!("{}?token=hunter2", page.url());
    let (door, calendars) = start(CalendarPlace::Url(url.into()));
    until("staff are told", || door.troubles().len() == 1).await;
    let asked = page.asked().len();
    assert!(asked < 3, "at once: {asked}");
    until("it is asked on", || page.asked().len() >= 5).await;
    insta::assert_snapshot!(door.troubles()[0], @"The calendar “campus” of busy times cannot be read: it is not a calendar. I have not read it since I started or it was configured: please look whether its path or address is right. It is asked again more and more slowly.");
    assert!(!format!("{:?}", *calendars.borrow()).contains("hunter2"));
    page.answer(Answer::Page(one("Exams"), "\"v2\""));
    until("it is read in the end", || door.busy().len() == 1).await;
    assert_eq!(door.troubles().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_that_was_read_before_is_told_once_when_it_fails_again_and_again() {
    let page = Page::start(vec![Answer::Page(one("Exams"), "\"v1\"")]).await;
    let (door, _calendars) = start(CalendarPlace::Url(page.url().into()));
    until("it is read", || door.busy().len() == 1).await;
    page.answer(Answer::Page("<html>".to_owned(), "\"v2\""));
    let before = page.asked().len();
    until("staff are told", || door.troubles().len() == 1).await;
    let asked = page.asked().len() - before;
    assert!(asked >= 2, "not of one failure alone: {asked}");
    until("it is asked on", || page.asked().len() >= before + 5).await;
    insta::assert_snapshot!(door.troubles()[0], @"The calendar “campus” of busy times cannot be read: it is not a calendar. What it said before holds; it is asked again more and more slowly.");
    assert_eq!(door.troubles().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_followed_and_a_calendar_goes_with_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("campus.ics");
    let (door, calendars) = start(CalendarPlace::File(path.clone()));
    until("staff are told that there is none", || door.troubles().len() == 1).await;
    std::fs::write(&path, one("Exams")).unwrap();
    until("it is read", || door.busy().len() == 1).await;
    std::fs::write(&path, one("Later exams")).unwrap();
    until("it is read again", || door.busy().len() == 2).await;
    calendars.send_replace(Arc::new(Vec::new()));
    std::fs::write(&path, one("No exams")).unwrap();
    Clock::system().sleep(chrono::TimeDelta::milliseconds(300)).await;
    assert_eq!(door.busy().len(), 2, "nobody reads it any more");
}
