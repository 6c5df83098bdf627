//! A vantage is blind, or a server suspected, when the bot is stopped for an upgrade: the new
//! detector begins with that.

use std::sync::mpsc::sync_channel;

use bellwether::{
    app::recovery::{self, Recovered},
    clock::Clock,
    engine::{Detector, Evidence},
    event::Output,
    journal::{Durable, Journal, Offered, Options},
    outbox::Outbox,
};

use super::stage::Stage;

#[test]
fn a_blind_vantage_in_an_earlier_detectors_journal_is_blind_to_the_new_one() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s", "canary"], 0.9);
    assert_eq!(stage.count(|one| matches!(one, Output::MonitorBlind { .. })), 1);
    let dir = tempfile::tempdir().unwrap();
    keep(dir.path(), &stage);

    let journal = Journal::open(dir.path(), options()).unwrap();
    let recovered: Recovered = recovery::recover(&journal).unwrap();
    assert!(recovered.fresh.is_empty(), "{:?}", recovered.fresh);
    let explained = recovered.engine.explain(stage.now).weighed;
    assert_eq!(explained.blind, ["home"]);
    let seen: u32 = explained.targets.iter().map(|target| target.failed).sum();
    assert_eq!(seen, 0, "what it measured is no evidence: {:?}", explained.targets);
    assert!(!recovered.engine.wants_warming());

    stage.engine = recovered.engine;
    stage.forget_heard();
    stage.probe_for(10, &["s", "canary"], 0.9);
    assert!(stage.heard.is_empty(), "{:?}", stage.heard);
    stage.probe_for(30, &[], 0.0);
    assert_eq!(stage.count(|one| matches!(one, Output::MonitorRecovered { .. })), 1);
    assert_eq!(stage.suspicions().len(), 0);
}

#[test]
fn a_suspicion_in_an_earlier_detectors_journal_stands_on_all_that_was_measured() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(20, &["s1"], 0.5);
    stage.report("anna", "one.example");
    assert!(stage.suspicions().iter().any(|one| one.servers == ["s1".into()]));
    let dir = tempfile::tempdir().unwrap();
    keep(dir.path(), &stage);

    let journal = Journal::open(dir.path(), options()).unwrap();
    let recovered: Recovered = recovery::recover(&journal).unwrap();
    let explained = recovered.engine.explain(stage.now);
    assert_eq!(explained.standing.len(), 1);
    assert_eq!(explained.weighed.reports.len(), 1, "{:?}", explained.weighed.reports);
    let own = explained.weighed.targets.iter().filter(|one| one.probe.as_str().starts_with("s1"));
    let checks: Vec<u32> = own.map(|one| one.checks).collect();
    assert_eq!(checks, [100, 100], "two probes, fifty minutes");

    stage.engine = recovered.engine;
    stage.forget_heard();
    stage.probe_for(60, &[], 0.0);
    let cleared = |one: &Output| matches!(one, Output::SuspicionCleared { .. });
    assert_eq!(stage.count(cleared), 1);
}

fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

/// The stage's inputs and decisions as a journal, with a snapshot in the name of an earlier
/// detector.
fn keep(dir: &std::path::Path, stage: &Stage) {
    let journal = Journal::open(dir, options()).unwrap();
    let clock = Clock::stepped(stage.inputs[0].1);
    let (durable, entries) = sync_channel::<Durable>(64);
    let (appender, committer) = journal.start(clock.clone(), durable).unwrap();
    let drain = std::thread::spawn(move || entries.iter().for_each(drop));
    let mut last = 0;
    for (_, received, happening, outputs) in &stage.inputs {
        clock.step(*received - clock.now());
        let input = happening.input.clone();
        let offered = Offered { at: happening.at, input, private: None };
        last = appender.submit_blocking(offered).unwrap().seq;
        let decided = outputs.iter().map(|output| (last, *received, output.clone()));
        appender.decide(last, decided.collect());
    }
    let state = String::from_utf8(recovery::freeze(&stage.engine, &Outbox::new())).unwrap();
    let own = format!("\"method\":\"{}\"", Evidence::NAME);
    assert!(state.contains(&own));
    let state = state.replace(&own, "\"method\":\"earlier.0\"");
    appender.save_snapshot(last, state.into_bytes());
    appender.stop();
    committer.join().unwrap().unwrap();
    drain.join().unwrap();
}
