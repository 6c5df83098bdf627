//! The calendar of a bot with planned, moved, cancelled, completed and repeated maintenance, read by
//! the icalendar package of Python: what an independent reader makes of it.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc};

use axum::{body::Body, http::Request};
use bellwether::{
    clock::Clock,
    pages::{Health, Metrics, PageState, router},
    render::Words,
};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use super::{
    server::installed,
    stage::{Stage, settings},
};

const ZONE: &str = "America/New_York";

/// The true page of the engine's present view.
async fn page(stage: &Stage) -> Vec<u8> {
    let state = PageState {
        subscribes: false,
        view: watch::channel(Arc::new(stage.engine.view(stage.now))).1,
        words: Words::built_in(),
        language: "en".to_owned(),
        clock: Clock::stepped(stage.now),
        metrics: Arc::new(Metrics::default()),
        health: watch::channel(Health::default()).1,
    };
    let request = Request::get("/maintenance.ics").body(Body::empty()).expect("a request");
    let answer = router(state).oneshot(request).await.expect("it answers");
    answer.into_body().collect().await.expect("a body").to_bytes().to_vec()
}

/// What the package finds in the page.
async fn read(stage: &Stage, place: &Path) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("maintenance.ics");
    std::fs::write(&file, page(stage).await).expect("a disk");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/read_calendar.py");
    let python = place.join("bin/python");
    let output = Command::new(python).arg(script).arg(file).arg(ZONE).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the calendar cannot be read: {said}");
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// The one event whose summary ends so, as sequence, status and times.
fn event<'a>(calendar: &'a Value, title: &str) -> (&'a Value, u64, &'a str, &'a str) {
    let events = calendar["events"].as_array().expect("a list");
    let is_meant = |event: &&Value| {
        let summary = event["summary"].as_str();
        summary.is_some_and(|summary| summary.ends_with(title))
    };
    let found = events.iter().find(is_meant).unwrap_or_else(|| panic!("no {title}: {calendar}"));
    let text = |name: &str| found[name].as_str().expect("a text");
    (found, found["sequence"].as_u64().expect("a number"), text("status"), text("start"))
}

/// 21:00 in New York on 23 April 2014; two weeks ahead, windows of every fate.
fn planned() -> Stage {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    let mut stage = Stage::with(settings);
    for line in [
        "maintenance schedule s1 2014-05-02T22:00 2h \"plain, with; signs \\\\ and ümläuts\"",
        "maintenance schedule s2 2014-05-03T22:00 2h moved",
        "maintenance schedule s3 2014-05-04T22:00 2h cancelled",
        "maintenance schedule s1 21:30 10m done",
        "maintenance schedule s2 2014-04-25T02:30 1h again --repeat FREQ=DAILY",
        "maintenance schedule s3 2014-05-06T22:00 2h secret",
    ] {
        let answer = stage.types(line);
        assert!(answer.starts_with("ok:"), "{answer}");
    }
    for id in 1..=5 {
        stage.types(&format!("maintenance publish {id}"));
    }
    stage
}

#[tokio::test]
async fn an_independent_reader_finds_every_window_as_it_is() {
    let Some(place) = installed("icalendar") else { return };
    let mut stage = planned();
    let before = read(&stage, &place).await;
    assert_eq!(before["version"], "2.0");
    assert_eq!(before["method"], "PUBLISH");
    assert!(before["prodid"].as_str().is_some_and(|id| id.starts_with("-//Bellwether//")));
    stage.types("maintenance move 2 2014-05-05T23:00");
    stage.types("maintenance cancel 3");
    stage.probe_for(60, &[], 0.0);
    stage.pass(30 * 60);
    stage.types("maintenance cancel 7");
    stage.pass(24 * 60);

    let after = read(&stage, &place).await;
    for calendar in [&before, &after] {
        assert_eq!(calendar["errors"], Value::Array(Vec::new()), "{calendar}");
        let events = calendar["events"].as_array().expect("a list");
        let all = events.iter().map(|event| event["uid"].as_str().expect("a UID"));
        let distinct: BTreeSet<&str> = all.filter(|uid| uid.ends_with("@bellwether")).collect();
        assert_eq!(distinct.len(), events.len(), "each has a UID of its own");
        assert!(events.iter().all(|event| event["errors"] == Value::Array(Vec::new())));
        let now = stage.now.to_rfc3339();
        assert!(events.iter().all(|event| event["stamp"].as_str().expect("a stamp") <= &*now));
    }
    assert_eq!(
        before["events"].as_array().map(Vec::len),
        Some(5),
        "what is not announced is not there"
    );
    assert_eq!(
        after["events"].as_array().map(Vec::len),
        Some(7),
        "two more days of what comes again"
    );
    for (title, sequence, status, start) in [
        ("plain, with; signs \\ and ümläuts", 0, "CONFIRMED", "2014-05-02T22:00:00-04:00"),
        ("moved", 1, "CONFIRMED", "2014-05-05T23:00:00-04:00"),
        ("cancelled", 1, "CANCELLED", "2014-05-04T22:00:00-04:00"),
        ("done", 1, "CONFIRMED", "2014-04-23T21:30:00-04:00"),
    ] {
        let (now, ..) = event(&after, title);
        let (then, ..) = event(&before, title);
        assert_eq!(now["uid"], then["uid"], "{title}: its UID is for ever");
        assert!(now["stamp"].as_str() >= then["stamp"].as_str(), "{title}");
        let (_, found_sequence, found_status, found_start) = event(&after, title);
        assert_eq!(
            (found_sequence, found_status, found_start),
            (sequence, status, start),
            "{title}"
        );
    }
    let days = after["events"].as_array().expect("a list").iter();
    let days =
        days.filter(|event| event["summary"].as_str().is_some_and(|one| one.ends_with("again")));
    let mut days: Vec<(&str, &str, u64)> = days
        .map(|event| {
            let text = |name: &str| event[name].as_str().expect("a text");
            (text("start"), text("status"), event["sequence"].as_u64().expect("a number"))
        })
        .collect();
    days.sort_unstable();
    let day = |start, status, sequence| (start, status, sequence);
    assert_eq!(days[1], day("2014-04-26T02:30:00-04:00", "CANCELLED", 1));
    assert_eq!(days[2].0, "2014-04-27T02:30:00-04:00");
}
