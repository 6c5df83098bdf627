//! The pages as programs read them that know Statuspage: its shape, and read back by our own reader
//! of other hosts' pages.

use bellwether::{
    domain::{NoticeAbout, NoticeStatus},
    engine::View,
    intake::notice::{Reading, read_statuspage},
};
use serde_json::Value;

use super::{at, long_day, pages, quiet, windows::evening};

const PATHS: [&str; 8] = [
    "/api/v2/summary.json",
    "/api/v2/status.json",
    "/api/v2/components.json",
    "/api/v2/incidents.json",
    "/api/v2/incidents/unresolved.json",
    "/api/v2/scheduled-maintenances.json",
    "/api/v2/scheduled-maintenances/upcoming.json",
    "/api/v2/scheduled-maintenances/active.json",
];

async fn document(view: View, path: &str) -> Value {
    let (_, text) = pages(view, 0).get(path).await;
    serde_json::from_str(&text).expect("it is JSON")
}

/// The ids in a list of a document.
fn ids(document: &Value, list: &str) -> Vec<String> {
    let all = document[list].as_array().expect("a list");
    all.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

/// The evening with an incident beside the work.
fn busy_evening() -> View {
    let day = long_day();
    View { open: day.open, resolved: day.resolved, ..evening() }
}

#[tokio::test]
async fn each_list_of_maintenance_has_what_its_name_says() {
    let all = "/api/v2/scheduled-maintenances.json";
    for (path, wanted) in [
        (all, vec!["window-3", "window-4"]),
        ("/api/v2/scheduled-maintenances/upcoming.json", vec!["window-4"]),
        ("/api/v2/scheduled-maintenances/active.json", vec!["window-3"]),
        ("/api/v2/summary.json", vec!["window-3", "window-4"]),
    ] {
        assert_eq!(
            ids(&document(evening(), path).await, "scheduled_maintenances"),
            wanted,
            "{path}"
        );
        let none = document(quiet(), path).await;
        assert_eq!(ids(&none, "scheduled_maintenances"), Vec::<String>::new(), "{path}");
    }
}

#[tokio::test]
async fn a_window_has_its_times_its_servers_and_what_was_said() {
    let all = document(evening(), "/api/v2/scheduled-maintenances.json").await;
    let window = &all["scheduled_maintenances"][0];
    insta::assert_snapshot!(serde_json::to_string_pretty(window).expect("JSON"), @r#"
    {
      "components": [
        {
          "created_at": "1970-01-01T00:00:00.000Z",
          "description": null,
          "group": false,
          "group_id": null,
          "id": "29a661377a53",
          "name": "Server One",
          "only_show_if_degraded": false,
          "page_id": "8cf688e13318",
          "position": 1,
          "showcase": true,
          "start_date": null,
          "status": "under_maintenance",
          "updated_at": "1970-01-01T00:00:00.000Z"
        },
        {
          "created_at": "1970-01-01T00:00:00.000Z",
          "description": null,
          "group": false,
          "group_id": null,
          "id": "e6dbcc7aa7a8",
          "name": "Server Two",
          "only_show_if_degraded": false,
          "page_id": "8cf688e13318",
          "position": 2,
          "showcase": true,
          "start_date": null,
          "status": "operational",
          "updated_at": "1970-01-01T00:00:00.000Z"
        },
        {
          "created_at": "1970-01-01T00:00:00.000Z",
          "description": null,
          "group": false,
          "group_id": null,
          "id": "4ad28e4a6461",
          "name": "Other servers",
          "only_show_if_degraded": false,
          "page_id": "8cf688e13318",
          "position": 3,
          "showcase": true,
          "start_date": null,
          "status": "operational",
          "updated_at": "1970-01-01T00:00:00.000Z"
        }
      ],
      "created_at": "2014-04-24T21:33:00.000Z",
      "id": "window-3",
      "impact": "maintenance",
      "incident_updates": [
        {
          "affected_components": null,
          "body": "Maintenance on Server One has begun.\nÄpfel und Öl — 🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑🐑.",
          "created_at": "2014-04-25T02:00:00.000Z",
          "custom_tweet": null,
          "deliver_notifications": true,
          "display_at": "2014-04-25T02:00:00.000Z",
          "id": "window-3-2",
          "incident_id": "window-3",
          "status": "in_progress",
          "tweet_id": null,
          "updated_at": "2014-04-25T02:00:00.000Z"
        },
        {
          "affected_components": null,
          "body": "Planned maintenance on Server One.",
          "created_at": "2014-04-24T21:33:00.000Z",
          "custom_tweet": null,
          "deliver_notifications": true,
          "display_at": "2014-04-24T21:33:00.000Z",
          "id": "window-3-1",
          "incident_id": "window-3",
          "status": "scheduled",
          "tweet_id": null,
          "updated_at": "2014-04-24T21:33:00.000Z"
        }
      ],
      "monitoring_at": null,
      "name": "A faulty switch, replaced; \"at last\"",
      "page_id": "8cf688e13318",
      "reminder_intro": null,
      "resolved_at": null,
      "scheduled_for": "2014-04-25T02:00:00.000Z",
      "scheduled_until": "2014-04-25T02:30:00.500Z",
      "shortlink": "https://status.example.net/maintenance#window-3",
      "started_at": "2014-04-24T21:33:00.000Z",
      "status": "in_progress",
      "updated_at": "2014-04-25T02:00:00.000Z"
    }
    "#);
    let summary = document(evening(), "/api/v2/summary.json").await;
    assert_eq!(&summary["scheduled_maintenances"][0], window);
    for component in window["components"].as_array().expect("a list") {
        assert!(summary["components"].as_array().expect("a list").contains(component));
    }
}

#[tokio::test]
async fn the_summary_tells_incidents_and_how_things_stand() {
    let summary = document(busy_evening(), "/api/v2/summary.json").await;
    assert_eq!(summary["page"]["name"], "Example Host");
    assert_eq!(summary["status"]["indicator"], "maintenance");
    assert_eq!(ids(&summary, "incidents"), ["incident-2"]);
    let states: Vec<&Value> =
        (0..3).map(|place| &summary["incidents"][0]["incident_updates"][place]["status"]).collect();
    assert_eq!(states, ["identified", "identified", "investigating"]);
    assert_eq!(summary["components"][0]["status"], "under_maintenance");
    let all = document(busy_evening(), "/api/v2/incidents.json").await;
    assert_eq!(ids(&all, "incidents"), ["incident-2", "incident-1"]);
    assert_eq!(all["incidents"][1]["resolved_at"], "2014-04-19T14:25:00.000Z");
    let open = document(busy_evening(), "/api/v2/incidents/unresolved.json").await;
    assert_eq!(ids(&open, "incidents"), ["incident-2"]);
}

#[tokio::test]
async fn every_key_is_there_that_such_pages_always_have() {
    let nowhere = View { public_url: None, ..busy_evening() };
    let summary = document(nowhere, "/api/v2/summary.json").await;
    assert_eq!(summary["page"]["url"], "", "without an address there is none");
    let has = |one: &Value, keys: &[&str]| {
        let one = one.as_object().expect("an object");
        for key in keys {
            assert!(one.contains_key(*key), "{key}: {one:?}");
        }
    };
    has(&summary["page"], &["id", "name", "url", "time_zone", "updated_at"]);
    for component in summary["components"].as_array().expect("a list") {
        has(component, &["description", "group_id", "start_date"]);
        for key in ["created_at", "updated_at"] {
            let date = component[key].as_str().expect("a date");
            assert!(date.parse::<chrono::DateTime<chrono::Utc>>().is_ok(), "{key}: {date}");
        }
    }
    for list in ["incidents", "scheduled_maintenances"] {
        let all = summary[list].as_array().expect("a list");
        assert!(!all.is_empty(), "{list}");
        for one in all {
            has(one, &["monitoring_at", "resolved_at", "shortlink", "reminder_intro"]);
            for update in one["incident_updates"].as_array().expect("a list") {
                has(update, &["affected_components", "custom_tweet", "tweet_id"]);
                assert_eq!(update["deliver_notifications"], true);
            }
        }
    }
}

#[tokio::test]
async fn our_own_reader_of_such_pages_reads_ours() {
    let (_, text) = pages(busy_evening(), 0).get("/api/v2/summary.json").await;
    let received = at("2014-04-25T02:05:00Z");
    let reading = Reading { received, provider: Some("host"), known: &[] };
    let found = read_statuspage(text.as_bytes(), &reading).expect("it is such a page");
    let about = |id: &str| {
        let notice = found.notices.iter().find(|one| one.id == id).expect("it is told");
        (
            notice.about,
            notice.status,
            notice.window.map(|window| (window.starts_at, window.ends_at)),
        )
    };
    let times = |from, until| Some((at(from), Some(at(until))));
    assert_eq!(
        about("window-4"),
        (
            NoticeAbout::Maintenance,
            NoticeStatus::Confirmed,
            times("2014-05-20T02:00:00Z", "2014-05-20T04:00:00Z")
        )
    );
    assert_eq!(about("window-3").1, NoticeStatus::InProgress);
    assert_eq!(about("incident-2").0, NoticeAbout::Incident);
}

#[tokio::test]
async fn programs_elsewhere_may_read_it_and_ask_only_for_what_is_new() {
    let pages = pages(evening(), 0);
    for path in PATHS {
        let asked = || axum::http::Request::get(path);
        let request = asked().body(axum::body::Body::empty()).expect("a request");
        let answer = pages.ask(request).await;
        assert_eq!(answer.headers()["content-type"], "application/json", "{path}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{path}");
        let tag = answer.headers()["etag"].clone();
        let again = asked().header("if-none-match", tag).body(axum::body::Body::empty());
        assert_eq!(pages.ask(again.expect("a request")).await.status(), 304, "{path}");
    }
}
