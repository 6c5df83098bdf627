//! Maintenance on the pages and in the calendar.

use bellwether::{
    domain::{WindowId, WindowNews, WindowState},
    engine::{NewsView, View, WindowView},
};

use super::{ServerStatus, at, page, pages, quiet, text_of};

fn news(revision: u32, news: WindowNews, time: &str, text: &str) -> NewsView {
    NewsView { revision, news, text: text.to_owned(), at: at(time) }
}

/// 22:04 in New York: the switch is being replaced; disks are planned, and a kernel was not updated.
pub fn evening() -> View {
    let mut view = quiet();
    view.public_url = Some("https://status.example.net/".to_owned());
    view.overall = ServerStatus::UnderMaintenance;
    view.servers[0].status = ServerStatus::UnderMaintenance;
    let switch = WindowView {
        id: WindowId(3),
        uid: "0123456789abcdef0123456789abcdef".to_owned(),
        title: "A faulty switch, replaced; \"at last\"".to_owned(),
        words: None,
        state: WindowState::InProgress,
        starts_at: at("2014-04-25T02:00:00Z"),
        ends_at: at("2014-04-25T02:30:00.5Z"),
        zone: chrono_tz::America::New_York,
        servers: vec!["Server One".to_owned(), "Server Two".to_owned()],
        other_servers: true,
        sequence: 2,
        announced_at: at("2014-04-24T21:33:00Z"),
        changed_at: at("2014-04-25T02:00:00Z"),
        ended_at: None,
        incident: None,
        news: vec![
            news(
                2,
                WindowNews::Started,
                "2014-04-25T02:00:00Z",
                "Maintenance on Server One has begun.\nÄpfel und Öl — 🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑.",
            ),
            news(
                1,
                WindowNews::Scheduled,
                "2014-04-24T21:33:00Z",
                "Planned maintenance on Server One.",
            ),
        ],
    };
    let disks = WindowView {
        id: WindowId(4),
        uid: "4444456789abcdef0123456789abcdef".to_owned(),
        title: "New disks".to_owned(),
        state: WindowState::Scheduled,
        starts_at: at("2014-05-20T02:00:00Z"),
        ends_at: at("2014-05-20T04:00:00Z"),
        zone: chrono_tz::Europe::Berlin,
        servers: Vec::new(),
        sequence: 0,
        changed_at: at("2014-04-24T20:00:00Z"),
        news: vec![news(1, WindowNews::Scheduled, "2014-04-24T20:00:00Z", "New disks.")],
        ..switch.clone()
    };
    let kernel = WindowView {
        id: WindowId(2),
        uid: "2222256789abcdef0123456789abcdef".to_owned(),
        title: "Kernel".to_owned(),
        state: WindowState::Cancelled,
        starts_at: at("2014-04-22T02:00:00Z"),
        ends_at: at("2014-04-22T02:00:00Z"),
        ended_at: Some(at("2014-04-21T02:00:00Z")),
        news: vec![news(2, WindowNews::Cancelled, "2014-04-21T02:00:00Z", "It is cancelled.")],
        ..switch.clone()
    };
    view.windows = vec![switch, disks, kernel];
    view
}

#[tokio::test]
async fn the_page_tells_what_is_under_way_planned_and_over() {
    insta::assert_snapshot!(text_of(&page(evening(), "/maintenance").await), @r#"
    Maintenance
    What is planned, what is under way, and what was done lately.
    As a calendar
    A faulty switch, replaced; &quot;at last&quot;
    Under way
    Affects Server One, Server Two and other servers
    24 April, 22:00 EDT (25 April, 02:00 UTC) to 22:30 EDT (25 April, 02:30 UTC)
    Begun
    22:00 EDT
    Maintenance on Server One has begun.
    Äpfel und Öl — 🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑.
    Announced
    17:33 EDT
    Planned maintenance on Server One.
    New disks
    Planned
    Affects some of our servers
    20 May, 04:00 CEST (02:00 UTC) to 06:00 CEST (04:00 UTC)
    Announced
    16:00 EDT
    New disks.
    Over
    Kernel
    Cancelled
    Affects Server One, Server Two and other servers
    21 April, 22:00 EDT (22 April, 02:00 UTC) to 22:00 EDT (22 April, 02:00 UTC)
    Cancelled
    20 April, 22:00 EDT
    It is cancelled.
    As of 24 April 2014, 22:04 EDT. This page refreshes by itself every minute.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
    insta::assert_snapshot!(text_of(&page(quiet(), "/maintenance").await), @r#"
    Maintenance
    What is planned, what is under way, and what was done lately.
    As a calendar
    No maintenance is planned.
    As of 24 April 2014, 22:04 EDT. This page refreshes by itself every minute.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
}

#[tokio::test]
async fn the_status_page_shows_what_is_under_way_or_near() {
    let text = text_of(&page(evening(), "/").await);
    assert!(text.starts_with("Planned maintenance is under way\n"), "{text}");
    assert!(text.contains("A faulty switch, replaced"), "{text}");
    assert!(!text.contains("New disks"), "that is weeks ahead: {text}");
    assert!(!text.contains("Kernel"), "that is over: {text}");
}

/// The calendar's content lines, unfolded.
fn lines(calendar: &str) -> Vec<(String, String)> {
    assert!(calendar.ends_with("\r\n") && !calendar.replace("\r\n", "").contains(['\r', '\n']));
    for line in calendar.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    let unfolded = calendar.replace("\r\n ", "");
    let split = |line: &str| {
        let (name, value) = line.split_once(':').expect("a name and a value");
        (name.to_owned(), value.to_owned())
    };
    unfolded.lines().map(split).collect()
}

fn values(lines: &[(String, String)], name: &str) -> Vec<String> {
    lines.iter().filter(|(one, _)| one == name).map(|(_, value)| value.clone()).collect()
}

#[tokio::test]
async fn the_calendar_has_all_that_the_standard_asks_for() {
    let pages = pages(evening(), 0);
    let request = axum::http::Request::get("/maintenance.ics").body(axum::body::Body::empty());
    let response = pages.ask(request.expect("a request")).await;
    assert_eq!(response.headers()["content-type"], "text/calendar; charset=utf-8");
    let (_, calendar) = pages.get("/maintenance.ics").await;
    let lines = lines(&calendar);
    assert_eq!(values(&lines, "BEGIN"), ["VCALENDAR", "VEVENT", "VEVENT", "VEVENT"]);
    assert_eq!(values(&lines, "VERSION"), ["2.0"]);
    assert_eq!(values(&lines, "PRODID").len(), 1);
    assert!(values(&lines, "PRODID")[0].starts_with("-//Bellwether//"));
    assert_eq!(
        values(&lines, "UID"),
        [
            "0123456789abcdef0123456789abcdef@bellwether",
            "4444456789abcdef0123456789abcdef@bellwether",
            "2222256789abcdef0123456789abcdef@bellwether"
        ]
    );
    assert_eq!(values(&lines, "SEQUENCE"), ["2", "0", "2"]);
    assert_eq!(values(&lines, "STATUS"), ["CONFIRMED", "CONFIRMED", "CANCELLED"]);
    assert_eq!(
        values(&lines, "DTSTAMP"),
        ["20140425T020000Z", "20140424T200000Z", "20140425T020000Z"]
    );
    assert_eq!(values(&lines, "DTSTART")[0], "20140425T020000Z");
    assert_eq!(values(&lines, "DTEND")[0], "20140425T023000Z");
    assert!(values(&lines, "DTEND")[2] > values(&lines, "DTSTART")[2]);
    assert_eq!(
        values(&lines, "SUMMARY")[0],
        "Maintenance: A faulty switch\\, replaced\\; \"at last\""
    );
    assert!(values(&lines, "DESCRIPTION")[0].contains("has begun.\\nÄpfel und Öl — 🐑"));
    assert_eq!(values(&lines, "URL")[0], "https://status.example.net/maintenance#window-3");
}

#[tokio::test]
async fn a_calendar_without_windows_is_one_too() {
    let (_, calendar) = pages(quiet(), 0).get("/maintenance.ics").await;
    assert_eq!(values(&lines(&calendar), "BEGIN"), ["VCALENDAR"]);
}
