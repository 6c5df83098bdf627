//! The status page, as a reader and a browser meet it.
#![allow(clippy::expect_used, reason = "tests")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bellwether::{
    clock::Clock,
    domain::{
        DestinationId, Impact, IncidentId, IncidentState, ServerStatus, Timestamp, UpdateKind,
    },
    engine::{IncidentView, STRIP_SLOTS, ServerView, UpdateView, View},
    pages::{Health, Metrics, PageState, router},
    render::Words,
};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tower::ServiceExt;

use ServerStatus::{DegradedPerformance, Operational, PartialOutage};

#[path = "pages/statuspage.rs"]
mod statuspage;
#[path = "pages/windows.rs"]
mod windows;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time in the test is RFC 3339")
}

/// A quiet day: two servers with a public name, the others together, nothing ever happened.
fn quiet() -> View {
    let server = |name: Option<&str>| ServerView {
        name: name.map(str::to_owned),
        status: Operational,
        strip: vec![Operational; STRIP_SLOTS],
    };
    View {
        generated_at: at("2014-04-25T02:04:30Z"),
        name: "Example Host".to_owned(),
        timezone: chrono_tz::America::New_York,
        public_url: None,
        languages: vec!["en".to_owned()],
        overall: Operational,
        servers: vec![server(Some("Server One")), server(Some("Server Two")), server(None)],
        open: Vec::new(),
        resolved: Vec::new(),
        windows: Vec::new(),
    }
}

fn said(revision: u32, kind: UpdateKind, time: &str, text: &str) -> UpdateView {
    UpdateView { revision, kind, text: text.to_owned(), texts: BTreeMap::new(), at: at(time) }
}

/// The long day of DESIGN.md, at 22:04: the switch is being replaced.
fn long_day() -> View {
    let mut view = quiet();
    view.overall = PartialOutage;
    for server in &mut view.servers[..2] {
        server.status = PartialOutage;
        server.strip[3..45].fill(DegradedPerformance);
        server.strip[47..].fill(PartialOutage);
    }
    view.open.push(IncidentView {
        id: IncidentId(2),
        title: "Some sites load slowly or not at all".to_owned(),
        titles: BTreeMap::new(),
        state: IncidentState::Identified,
        impact: Impact::Major,
        servers: vec!["Server One".to_owned(), "Server Two".to_owned()],
        other_servers: false,
        started_at: at("2014-04-24T02:45:00Z"),
        resolved_at: None,
        next_update_at: Some(at("2014-04-25T02:30:00Z")),
        updates: vec![
            said(3, UpdateKind::Update, "2014-04-25T02:00:00Z", "Emergency maintenance has begun: the faulty switch is being replaced. Sites on Server One and Server Two may be unreachable for up to half an hour. Nothing on your side needs to be changed."),
            said(2, UpdateKind::Identified, "2014-04-24T21:34:00Z", "The cause is a faulty network switch in front of both servers. Our network provider replaces it at 22:00 EDT tonight."),
            said(1, UpdateKind::Investigating, "2014-04-24T02:45:00Z", "Some sites on Server One and Server Two load slowly or not at all; a second try often works.\nWe are working on it."),
        ],
    });
    view.resolved.push(IncidentView {
        id: IncidentId(1),
        title: "Mail was delivered late".to_owned(),
        titles: BTreeMap::new(),
        state: IncidentState::Resolved,
        impact: Impact::Minor,
        servers: Vec::new(),
        other_servers: true,
        started_at: at("2014-04-19T13:10:00Z"),
        resolved_at: Some(at("2014-04-19T14:25:00Z")),
        next_update_at: None,
        updates: vec![
            said(
                2,
                UpdateKind::Resolved,
                "2014-04-19T14:25:00Z",
                "All delayed mail has been delivered. No mail was lost.",
            ),
            said(
                1,
                UpdateKind::Investigating,
                "2014-04-19T13:10:00Z",
                "Incoming mail is late. We are working on it.",
            ),
        ],
    });
    view
}

/// The pages over one view, `age_s` seconds after it was made, and what feeds them.
struct Pages {
    router: Router,
    metrics: Arc<Metrics>,
    health: watch::Sender<Health>,
    view: watch::Sender<Arc<View>>,
}

fn pages(view: View, age_s: i64) -> Pages {
    pages_where(view, age_s, false)
}

/// The same where people may or may not subscribe.
fn pages_where(view: View, age_s: i64, subscribes: bool) -> Pages {
    let clock = Clock::paced(view.generated_at + chrono::TimeDelta::seconds(age_s), 1e-9);
    let (view, latest) = watch::channel(Arc::new(view));
    let (health, latest_health) = watch::channel(Health::default());
    let metrics = Arc::new(Metrics::new());
    let state = PageState {
        view: latest,
        words: Words::built_in(),
        language: "en".to_owned(),
        subscribes,
        clock,
        metrics: metrics.clone(),
        health: latest_health,
    };
    Pages { router: router(state), metrics, health, view }
}

impl Pages {
    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("a router cannot fail")
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = self.ask(request).await;
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body in memory").to_bytes();
        (status, String::from_utf8(body.into()).expect("pages are UTF-8"))
    }
}

async fn page(view: View, path: &str) -> String {
    let (status, html) = pages(view, 0).get(path).await;
    assert_eq!(status, StatusCode::OK);
    html
}

/// The text that a reader sees, a line an element.
fn text_of(html: &str) -> String {
    let body = html.split_once("<main").expect("a page has a main part").1;
    let mut lines = Vec::new();
    for part in body.split('<').filter_map(|part| part.split_once('>')) {
        let line = part.1.trim().replace("&#x27;", "'").replace("&amp;", "&");
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines.join("\n")
}

#[tokio::test]
async fn a_quiet_day_says_that_all_is_well() {
    let html = page(quiet(), "/").await;
    insta::assert_snapshot!(text_of(&html), @r#"
    All systems are working
    As of 24 April 2014, 22:04 EDT. This page refreshes by itself every minute.
    Servers
    Server One
    Operational
    Server Two
    Operational
    Other servers
    Operational
    24 hours ago
    now
    Recently resolved
    No incidents in the last 14 days.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
    assert!(html.contains("aria-label=\"The last 24 hours: Operational all the time\""));
    assert!(html.contains("<title>All systems are working · Example Host status</title>"));
}

#[tokio::test]
async fn an_open_incident_stands_first_with_its_updates_and_promise() {
    let html = page(long_day(), "/").await;
    insta::assert_snapshot!(text_of(&html), @r#"
    Some sites are unavailable
    As of 24 April 2014, 22:04 EDT. This page refreshes by itself every minute.
    Happening now
    Some sites load slowly or not at all
    Cause found
    Affects Server One and Server Two
    Since 23 April, 22:45 EDT
    Next update by 22:30 EDT
    Update
    22:00 EDT
    Emergency maintenance has begun: the faulty switch is being replaced. Sites on Server One and Server Two may be unreachable for up to half an hour. Nothing on your side needs to be changed.
    Cause found
    17:34 EDT
    The cause is a faulty network switch in front of both servers. Our network provider replaces it at 22:00 EDT tonight.
    Investigating
    23 April, 22:45 EDT
    Some sites on Server One and Server Two load slowly or not at all; a second try often works.
    We are working on it.
    Servers
    Server One
    Partial outage
    Server Two
    Partial outage
    Other servers
    Operational
    24 hours ago
    now
    Recently resolved
    Mail was delivered late
    Resolved
    19 April, 09:10 EDT to 10:25 EDT (1 hour 15 minutes)
    All delayed mail has been delivered. No mail was lost.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
    let story = "aria-label=\"The last 24 hours: Slow or unreliable from 00:00 EDT to 21:00 EDT, \
        Partial outage since 22:00 EDT, otherwise Operational\"";
    assert!(html.contains(story), "{html}");
}

#[tokio::test]
async fn each_incident_has_a_page_of_its_own_and_the_history_lists_all() {
    insta::assert_snapshot!(text_of(&page(long_day(), "/incidents/1").await), @r#"
    Mail was delivered late
    Resolved
    Affects some of our servers
    19 April, 09:10 EDT to 10:25 EDT (1 hour 15 minutes)
    Updates, newest first
    Resolved
    19 April, 10:25 EDT
    All delayed mail has been delivered. No mail was lost.
    Investigating
    19 April, 09:10 EDT
    Incoming mail is late. We are working on it.
    As of 24 April 2014, 22:04 EDT.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
    insta::assert_snapshot!(text_of(&page(long_day(), "/history").await), @r#"
    Past incidents
    The last 14 days.
    Some sites load slowly or not at all
    Cause found
    Since 23 April, 22:45 EDT
    Emergency maintenance has begun: the faulty switch is being replaced. Sites on Server One and Server Two may be unreachable for up to half an hour. Nothing on your side needs to be changed.
    Mail was delivered late
    Resolved
    19 April, 09:10 EDT to 10:25 EDT (1 hour 15 minutes)
    All delayed mail has been delivered. No mail was lost.
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
    insta::assert_snapshot!(text_of(&page(quiet(), "/history").await), @r#"
    Past incidents
    None
    Is something wrong with your site that you don’t see here?
    Report a problem
    All times are New York time.
    "#);
}

#[tokio::test]
async fn only_pages_that_change_refresh_themselves() {
    let refreshes = "http-equiv=\"refresh\" content=\"60\"";
    assert!(page(long_day(), "/").await.contains(refreshes));
    assert!(page(long_day(), "/incidents/2").await.contains(refreshes));
    assert!(!page(long_day(), "/incidents/1").await.contains(refreshes));
    assert!(!page(long_day(), "/history").await.contains(refreshes));
}

#[tokio::test]
async fn an_unknown_address_is_answered_with_a_way_back() {
    let pages = pages(long_day(), 0);
    for path in ["/incidents/3", "/incidents/one", "/incidents/-1", "/nowhere", "/incidents/%00"] {
        let (status, html) = pages.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("<a href=\"/\">"), "{path}");
    }
}

#[tokio::test]
async fn an_old_view_says_that_it_is_old() {
    let (_, fresh) = pages(quiet(), 170).get("/").await;
    assert!(!fresh.contains("role=\"alert\""));
    let (_, old) = pages(quiet(), 190).get("/").await;
    let warning =
        "It shows the state as of 24 April 2014, 22:04 EDT; nothing newer has reached it since.";
    assert!(old.contains("role=\"alert\"") && old.contains(warning), "{old}");
}

#[tokio::test]
async fn a_promise_that_was_not_kept_is_admitted() {
    let mut view = long_day();
    view.open[0].next_update_at = Some(at("2014-04-25T02:00:00Z"));
    let html = page(view, "/").await;
    assert!(html.contains("An update was due at 22:00 EDT. We are late with it."));
}

#[tokio::test]
async fn an_incident_that_is_only_watched_does_not_claim_an_outage() {
    let mut view = quiet();
    view.open = long_day().open;
    view.open[0].state = IncidentState::Monitoring;
    assert!(page(view, "/").await.contains("Working, and being watched closely"));
}

#[tokio::test]
async fn many_servers_that_work_are_folded_away_and_troubled_ones_are_not() {
    let mut view = quiet();
    let template = view.servers[0].clone();
    view.servers = (1..=40)
        .map(|n| ServerView { name: Some(format!("Server {n}")), ..template.clone() })
        .collect();
    view.servers[30].status = PartialOutage;
    let html = page(view, "/").await;
    let (shown, folded) = html.split_once("<details>").expect("some are folded");
    assert!(shown.contains("Server 31") && !shown.contains("Server 30"));
    assert!(folded.contains("39 servers working normally") && folded.contains("Server 30"));
}

#[tokio::test]
async fn hostile_words_are_shown_and_never_run() {
    let mut view = long_day();
    let hostile =
        "</style><script>alert(1)</script><img src=x onerror='x'>\" {{ 7*7 }} {% raw %} &";
    view.name = hostile.to_owned();
    view.servers[0].name = Some(hostile.to_owned());
    view.open[0].title = hostile.to_owned();
    view.open[0].servers = vec![hostile.to_owned()];
    view.open[0].updates[0].text = hostile.to_owned();
    for path in ["/", "/incidents/2", "/history", "/nowhere"] {
        let (_, html) = pages(view.clone(), 0).get(path).await;
        assert!(!html.contains("<script") && !html.contains("<img"), "{path}: {html}");
        assert!(html.contains("&lt;script&gt;") && html.contains("{{ 7*7 }}"), "{path}");
        assert_eq!(html.matches("</style>").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_headers_that_keep_it_harmless() {
    let pages = pages(long_day(), 0);
    for path in ["/", "/history", "/incidents/2", "/nowhere", "/style.css", "/healthz", "/metrics"]
    {
        let response = pages.ask(Request::get(path).body(Body::empty()).expect("a request")).await;
        let headers = response.headers();
        let value = |name| headers[&name].to_str().expect("our headers are text").to_owned();
        let policy = value(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; style-src 'self' 'sha256-"), "{policy}");
        assert!(
            !policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(value(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(value(header::REFERRER_POLICY), "no-referrer");
        let caching = value(header::CACHE_CONTROL);
        let is_page = !["/nowhere", "/healthz", "/metrics"].contains(&path);
        assert_eq!(caching.contains("max-age=15"), is_page, "{path}: {caching}");
        assert_eq!(caching == "no-store", !is_page, "{path}: {caching}");
    }
}

#[tokio::test]
async fn the_policy_allows_the_style_that_the_page_carries() {
    let pages = pages(long_day(), 0);
    let response = pages.ask(Request::get("/").body(Body::empty()).expect("a request")).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].clone();
    let (_, html) = pages.get("/").await;
    let style = html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.expect("the page carries its style")));
    let policy = policy.to_str().expect("our headers are text");
    assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let pages = pages(long_day(), 0);
    let ask = |tag: Option<String>| {
        let mut request = Request::get("/");
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        pages.ask(request.body(Body::empty()).expect("a request"))
    };
    let first = ask(None).await;
    let tag = first.headers()[header::ETAG].to_str().expect("a tag is text").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = ask(Some(known)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG].to_str().expect("text"), tag);
    }
    pages.view.send_replace(Arc::new(quiet()));
    assert_eq!(ask(Some(tag)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn readiness_follows_the_journal_and_the_engine_and_life_does_not() {
    let pages = pages(quiet(), 0);
    let feed = |journal_open, engine_caught_up| {
        pages.health.send_replace(Health { journal_open, engine_caught_up });
    };
    assert_eq!(pages.get("/healthz").await, (StatusCode::OK, "alive\n".to_owned()));
    let (status, text) = pages.get("/readyz").await;
    assert_eq!((status, text.contains("journal")), (StatusCode::SERVICE_UNAVAILABLE, true));
    feed(true, false);
    let (status, text) = pages.get("/readyz").await;
    assert_eq!((status, text.contains("engine")), (StatusCode::SERVICE_UNAVAILABLE, true));
    feed(true, true);
    assert_eq!(pages.get("/readyz").await, (StatusCode::OK, "ready\n".to_owned()));
}

#[tokio::test]
async fn what_the_app_counts_is_read_by_prometheus() {
    let pages = pages(quiet(), 0);
    let metrics = &pages.metrics;
    metrics.input_accepted("probe_result");
    metrics.input_accepted("probe_result");
    metrics.input_refused("report", "full");
    metrics.decided("draft");
    metrics.delivery(&DestinationId::from("hook \"1\""), "sent");
    metrics.set_queue("commit", 7);
    metrics.set_journal_seq(1234);
    metrics.set_commit_latency(Duration::from_micros(5800));
    metrics.set_engine_lag(Duration::from_millis(15));
    let (status, text) = pages.get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with("# HELP")).collect();
    insta::assert_snapshot!(samples.join("\n"), @r#"
    # TYPE bellwether_build info
    bellwether_build_info{version="0.1.0"} 1
    # TYPE bellwether_inputs_accepted counter
    bellwether_inputs_accepted_total{type="probe_result"} 2
    # TYPE bellwether_inputs_refused counter
    bellwether_inputs_refused_total{type="report",reason="full"} 1
    # TYPE bellwether_decisions counter
    bellwether_decisions_total{type="draft"} 1
    # TYPE bellwether_deliveries counter
    bellwether_deliveries_total{destination="hook \"1\"",state="sent"} 1
    # TYPE bellwether_queue_length gauge
    bellwether_queue_length{queue="commit"} 7
    # TYPE bellwether_journal_seq gauge
    bellwether_journal_seq 1234
    # TYPE bellwether_journal_commit_seconds gauge
    # UNIT bellwether_journal_commit_seconds seconds
    bellwether_journal_commit_seconds 0.0058
    # TYPE bellwether_engine_lag_seconds gauge
    # UNIT bellwether_engine_lag_seconds seconds
    bellwether_engine_lag_seconds 0.015
    # EOF
    "#);
}

#[test]
fn every_key_that_a_template_says_exists() {
    let words = Words::built_in();
    let mut said = 0;
    for entry in std::fs::read_dir("src/pages/templates").expect("templates are there") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("readable");
        for key in text.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(words.has(key), "{}: {key}", path.display());
            said += 1;
        }
    }
    assert!(said > 5, "the templates say hardly anything");
}

/// Relative luminance contrast (WCAG 2.2, 1.4.3): 4.5 for text, in both colour schemes.
#[test]
fn every_text_colour_stands_out_from_its_ground() {
    let style = std::fs::read_to_string("src/pages/templates/style.css").expect("readable");
    for scheme in style.split(":root {").skip(1).map(|rest| rest.split('}').next()) {
        let scheme = scheme.expect("a block ends");
        let colour = |name: &str| {
            let start = scheme.split(&format!("--{name}: #")).nth(1).expect("a colour");
            [0, 2, 4].map(|at| u8::from_str_radix(&start[at..at + 2], 16).expect("hex"))
        };
        let tint: f64 = scheme
            .split("--tint: ")
            .nth(1)
            .and_then(|rest| rest.split('%').next()?.parse().ok())
            .expect("a share");
        let card = colour("card");
        for name in [
            "text",
            "soft",
            "link",
            "operational",
            "under-maintenance",
            "degraded-performance",
            "partial-outage",
            "major-outage",
        ] {
            for ground in [card, colour("ground")] {
                let ratio = contrast(colour(name), ground);
                assert!(ratio >= 4.5, "--{name} on {ground:?}: {ratio:.2}");
            }
        }
        for hue in [
            "operational",
            "under-maintenance",
            "degraded-performance",
            "partial-outage",
            "major-outage",
        ] {
            let hue = colour(hue);
            let mixed = [0, 1, 2].map(|i| {
                let (hue, card) = (f64::from(hue[i]), f64::from(card[i]));
                (hue * tint / 100.0 + card * (1.0 - tint / 100.0)).round() as u8
            });
            for name in ["text", "soft"] {
                let ratio = contrast(colour(name), mixed);
                assert!(ratio >= 4.5, "--{name} on the tint {mixed:?}: {ratio:.2}");
            }
        }
    }
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |colour: [u8; 3]| {
        let [red, green, blue] = colour.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// `PAGES_OUT=folder cargo test --test pages` writes the pages for looking at them.
#[tokio::test]
async fn pages_can_be_written_out_to_look_at() {
    let Some(folder) = std::env::var_os("PAGES_OUT").map(std::path::PathBuf::from) else { return };
    for (name, view, path) in [
        ("quiet", quiet(), "/"),
        ("long-day", long_day(), "/"),
        ("incident", long_day(), "/incidents/2"),
        ("history", long_day(), "/history"),
        ("working", windows::evening(), "/"),
        ("maintenance", windows::evening(), "/maintenance"),
    ] {
        std::fs::write(folder.join(format!("{name}.html")), page(view, path).await)
            .expect("the folder can be written");
    }
    let (_, old) = pages(long_day(), 3600).get("/").await;
    std::fs::write(folder.join("old.html"), old).expect("the folder can be written");
    let (_, calendar) = pages(windows::evening(), 0).get("/maintenance.ics").await;
    std::fs::write(folder.join("maintenance.ics"), calendar).expect("the folder can be written");
}

#[tokio::test]
async fn a_reader_gets_the_page_in_their_language_with_the_words_that_were_approved_for_it() {
    let mut view = long_day();
    view.languages = ["en", "de", "fr"].map(str::to_owned).into();
    view.open[0].titles.insert("de".to_owned(), "Manche Seiten laden langsam".to_owned());
    let told = "Der Austausch hat begonnen.".to_owned();
    view.open[0].updates[0].texts.insert("de".to_owned(), told);
    let pages = pages(view, 0);
    let ask = |wish: &'static str| {
        let request = Request::get("/").header(header::ACCEPT_LANGUAGE, wish);
        pages.ask(request.body(Body::empty()).expect("a request"))
    };
    let mut tags = Vec::new();
    for (wish, given) in [("de-AT, en;q=0.5", "de"), ("en", "en"), ("es", "en"), ("fr", "fr")] {
        let response = ask(wish).await;
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], given);
        assert_eq!(response.headers()[header::VARY], "accept-language");
        tags.push(response.headers()[header::ETAG].clone());
        let body = response.into_body().collect().await.expect("a body in memory").to_bytes();
        let html = String::from_utf8(body.into()).expect("UTF-8");
        assert!(html.contains(&format!("<html lang=\"{given}\">")), "{html}");
        assert_eq!(html.contains("Der Austausch hat begonnen."), given == "de");
        assert_eq!(html.contains("Manche Seiten laden langsam"), given == "de");
        // What was only said in English says so to who reads the page in another language.
        assert_eq!(html.contains("<p class=\"words\" lang=\"en\">"), given != "en");
    }
    assert_ne!(tags[0], tags[1]);
    assert_eq!(tags[1], tags[2]);
}

#[tokio::test]
async fn the_way_to_subscribe_is_on_every_page_where_there_is_one() {
    for subscribes in [true, false] {
        for path in ["/", "/history", "/maintenance", "/nowhere"] {
            let (_, html) = pages_where(quiet(), 0, subscribes).get(path).await;
            let link = "<a href=\"/subscribe\">Get updates by e-mail</a>";
            assert_eq!(html.contains(link), subscribes, "{path}: {html}");
        }
    }
}
