//! The evidence detector: what it finds, what it leaves alone, what comes at the wrong time.

use bellwether::{domain::*, engine::Engine, event::*};
use chrono::TimeDelta;

use super::stage::{Stage, settings};

#[test]
fn what_is_normal_raises_nothing_in_ten_days() {
    let mut stage = Stage::new();
    stage.probe_for(10 * 24 * 60, &["s", "canary"], 0.003);
    assert_eq!(stage.suspicions().len(), 0);
    assert_eq!(stage.count(|output| matches!(output, Output::MonitorBlind { .. })), 0);
}

#[test]
fn a_spotty_switch_is_found_and_named() {
    let mut stage = Stage::new();
    stage.probe_for(60, &[], 0.0);
    let began = stage.now;
    stage.probe_for(60, &["s1", "s2"], 0.1);
    let last = *stage.suspicions().last().expect("10 % on two servers is found in an hour");
    assert_eq!(last.causes[0].id, "sw-1");
    let first = stage.heard.iter().find(|(_, output)| matches!(output, Output::Suspicion(_)));
    let delay = first.unwrap().0 - began;
    assert!(delay < TimeDelta::minutes(30), "{delay}");
}

#[test]
fn a_dead_server_is_found_within_three_minutes() {
    let mut stage = Stage::new();
    stage.probe_for(60, &[], 0.0);
    stage.probe_for(3, &["s3"], 1.0);
    let first = *stage.suspicions().first().expect("it is down");
    assert_eq!(first.servers, ["s3".into()]);
    let critical =
        stage.count(|output| matches!(output, Output::Incident { impact: Impact::Critical, .. }));
    assert_eq!(critical, 1);
}

#[test]
fn a_fault_that_ends_leaves_one_suspicion_and_one_clearing() {
    for loss in [1.0, 0.1] {
        let mut stage = Stage::new();
        stage.probe_for(60, &[], 0.0);
        stage.probe_for(60, &["s1", "s2"], loss);
        stage.probe_for(24 * 60, &[], 0.0);
        let ids: std::collections::BTreeSet<SuspicionId> =
            stage.suspicions().iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 1, "at {loss}");
        let cleared = stage.count(|output| matches!(output, Output::SuspicionCleared { .. }));
        assert_eq!(cleared, 1, "at {loss}");
    }
}

#[test]
fn a_short_outage_that_leaves_a_spotty_line_behind_is_not_taken_for_a_blip() {
    let mut stage = Stage::new();
    stage.probe_for(60, &[], 0.0);
    stage.round(&["s1", "s2"]);
    assert!(stage.suspicions().is_empty(), "half a minute is a blip so far");
    let over = stage.now;

    stage.probe_for(20, &["s1", "s2"], 0.05);

    let first = stage.heard.iter().find(|(_, output)| matches!(output, Output::Suspicion(_)));
    let (at, _) = first.expect("what goes on is told");
    // 811 s; were the blip held against all that comes after it, 971 s.
    assert!(*at - over <= TimeDelta::minutes(15), "after {} s", (*at - over).num_seconds());
}

#[test]
fn slow_answers_are_bad_answers() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    for _ in 0..20 {
        for (probe, latency) in
            [("s1-http", 2500), ("s1-tcp", 180), ("s2-http", 180), ("s3-http", 180)]
        {
            stage.now += TimeDelta::seconds(7);
            stage.take(Input::ProbeResult {
                probe: probe.into(),
                ok: true,
                latency_ms: Some(latency),
                error: None,
            });
        }
    }
    let last = *stage.suspicions().last().expect("s1-http takes 2.5 s each time");
    assert_eq!(last.servers, ["s1".into()]);
    assert!(last.evidence[0].slow > 0 && last.evidence[0].failed == 0);
}

#[test]
fn two_faults_apart_are_two_suspicions() {
    let mut stage = Stage::new();
    stage.probe_for(60, &[], 0.0);
    stage.probe_for(20, &["s1"], 0.5);
    stage.probe_for(20, &["s1", "s3"], 0.5);
    let ids: std::collections::BTreeSet<SuspicionId> =
        stage.suspicions().iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), 2);
}

#[test]
fn results_at_the_wrong_time_are_used_or_dropped_as_the_design_says() {
    let bad = || Input::ProbeResult {
        probe: "s1-http".into(),
        ok: false,
        latency_ms: None,
        error: Some("timeout".to_owned()),
    };
    let raised = |seconds: i64| {
        let mut stage = Stage::new();
        stage.probe_for(30, &[], 0.0);
        // What happened before the last good result would be a blip that is over.
        stage.now += TimeDelta::seconds(seconds.max(0));
        for step in 0..30 {
            stage.now += TimeDelta::seconds(4);
            for probe in ["s2-http", "s3-http", "canary-1", "canary-2"] {
                stage.result(&probe.into(), true);
            }
            let at = stage.now - TimeDelta::seconds(seconds) + TimeDelta::milliseconds(step);
            stage.take_at(at, bad());
        }
        stage.suspicions().len()
    };
    assert!(raised(0) > 0);
    assert!(raised(300) > 0, "five minutes late is used");
    assert_eq!(raised(700), 0, "more than ten minutes late is dropped");
    assert_eq!(raised(-40), 0, "more than thirty seconds early is dropped");
    assert!(raised(-20) > 0, "a little early is used");
}

#[test]
fn a_reload_keeps_standing_suspicions_and_what_is_normal() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(20, &["s1", "s2"], 0.4);
    assert!(!stage.suspicions().is_empty());
    stage.start(Some(settings()));
    stage.forget_heard();
    stage.probe_for(10, &["s1", "s2"], 0.4);
    assert_eq!(stage.suspicions().iter().filter(|one| one.new).count(), 0);
    stage.probe_for(60, &[], 0.0);
    let cleared = stage.count(|output| matches!(output, Output::SuspicionCleared { .. }));
    assert_eq!(cleared, 1);
}

#[test]
fn a_snapshot_is_taken_in_the_middle_of_a_suspicion() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(20, &["s1", "s2"], 0.4);
    stage.engine = Engine::restore(&stage.engine.snapshot()).unwrap();
    stage.forget_heard();
    stage.probe_for(60, &[], 0.0);
    assert_eq!(stage.count(|output| matches!(output, Output::SuspicionCleared { .. })), 1);
    assert_eq!(stage.suspicions().len(), 0);
}
