//! The evidence of a moment: from recorded events, and from the journal of a bot that has stopped.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::{
    io::BufReader,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread::JoinHandle,
};

use bellwether::{
    app::{
        explain::{self, ExplainError},
        replay,
        simulate::{Breaks, Plan, Simulation},
    },
    clock::Clock,
    config::{self, Config, SecretsWanted},
    domain::Timestamp,
    engine::{CHART_MINUTES_MAX, CHART_SERVERS_MAX, Engine, Explained},
    event::{Body, Input},
    journal::{Appender, CommitError, Durable, Journal, Offered, Options},
    render::Words,
};
use chrono::TimeDelta;

#[test]
fn before_a_fault_nothing_stands_and_after_it_the_suspicion_does() {
    let world = World::failing();
    let before = world.explained(world.began - TimeDelta::minutes(1));
    let after = world.explained(world.began + TimeDelta::minutes(10));
    assert!(before.standing.is_empty());
    assert!(before.weighed.evidence_s < before.weighed.alarm_s);
    let standing = &after.standing[0];
    assert!(standing.suspicion.servers.iter().any(|server| server.as_str() == world.server));
    assert!(standing.raised_at > world.began);
    let worst = &after.weighed.targets[0];
    assert_eq!(worst.server.as_ref().map(|server| server.as_str()), Some(&*world.server));
    let suspected = after.weighed.classes.iter().find(|class| class.suspected);
    assert!(suspected.is_some(), "{:?}", after.weighed.classes);
}

#[test]
fn a_chart_counts_checks_bad_ones_and_people_by_the_minute() {
    let world = World::failing();
    let at = world.began + TimeDelta::minutes(10);
    let explained = world.explained(at);
    let chart = &explained.chart;
    assert!(chart.from <= at && chart.servers.len() <= CHART_SERVERS_MAX);
    let row = chart.servers.iter().find(|row| row.server.as_str() == world.server).expect("a row");
    for minutes in [&row.checks, &row.bad, &row.reports] {
        assert_eq!(minutes.len(), chart.minutes);
    }
    // Two checks a minute, all lost since the fault began: nine minutes are over, one has begun.
    let lately = |minutes: &[u32]| minutes[minutes.len() - 9..].iter().sum::<u32>();
    assert!((15..=20).contains(&lately(&row.bad)), "{:?}", row.bad);
    assert_eq!(lately(&row.bad), lately(&row.checks));
    let bounded = world.engine(at).chart(at, &[], usize::MAX);
    assert_eq!(bounded.minutes, CHART_MINUTES_MAX);
}

#[test]
fn the_words_name_what_stands_what_is_weighed_and_what_was_measured() {
    let world = World::failing();
    let words = world.words(world.began + TimeDelta::minutes(10));
    let server = &world.server;
    for part in [
        "The evidence at 2 March 2026, ",
        "\n\nSuspicion 1, raised at ",
        "  server ",
        "\n\nNot yet suspected: as much evidence as chance alone brings once in ",
        "Staff get a heads-up from 1 day, an alarm is raised from 30 days.",
        &format!("{server} (server), suspected"),
        "\n\nProbes with bad checks:\n  probe ",
        &format!("\n  {server}-http "),
        "\n\nBad checks by the minute since ",
        "█████",
    ] {
        assert!(words.contains(part), "no “{part}” in:\n{words}");
    }
    let calm = world.words(world.began - TimeDelta::minutes(1));
    assert!(calm.contains("\n\nNothing is suspected.\n\n"), "{calm}");
}

#[test]
fn before_the_first_event_there_is_nothing_to_explain() {
    let world = World::failing();
    let events = BufReader::new(world.events.as_slice());
    let early = world.began - TimeDelta::days(1);
    let reached = replay::reach(&world.config, events, Some(early)).expect("memory can be read");
    assert!(reached.is_none());
}

#[test]
fn a_stopped_bots_journal_tells_the_same_as_its_events() {
    let world = World::failing();
    let folder = tempfile::tempdir().expect("a folder");
    world.live(folder.path());
    let journal = Journal::open(folder.path(), options()).expect("the journal");
    for minutes in [-1, 10] {
        let at = world.began + TimeDelta::minutes(minutes);
        let (engine, reached) = explain::reach(&journal, Some(at)).expect("it goes back that far");
        assert_eq!(reached, at);
        let (told, expected) = (engine.explain(at), world.explained(at));
        assert_eq!(told.weighed, expected.weighed);
        assert_eq!(told.chart, expected.chart);
        assert_eq!(told.standing, expected.standing);
    }
    let early = world.began - TimeDelta::days(1);
    let refused = explain::reach(&journal, Some(early)).map(|_| ());
    assert!(matches!(refused, Err(ExplainError::Before(at)) if at == early), "{refused:?}");
}

/// Twelve servers, one of which fails altogether after half an hour.
struct World {
    config: Config,
    events: Vec<u8>,
    began: Timestamp,
    server: String,
}

impl World {
    fn failing() -> Self {
        let plan = Plan {
            servers: 12,
            seed: 5,
            hours: 1.0,
            fault: Breaks::Server,
            loss: Some(1.0),
            manner: None,
            extras: Vec::new(),
        };
        println!("seed {}", plan.seed);
        let simulation = Simulation::of(&plan);
        let (mut fleet, mut events, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        simulation.write_fleet(&mut fleet).expect("memory takes it");
        simulation.write_events(&mut events).expect("memory takes it");
        simulation.write_truth(&mut truth).expect("memory takes it");
        let fleet = std::str::from_utf8(&fleet).expect("it is text");
        let config =
            config::from_text("fleet.toml", fleet, Path::new(""), &[], SecretsWanted::Skip)
                .unwrap_or_else(|problems| panic!("{}", problems[0]));
        // Reports would get random ids in a journal; here customers are quiet.
        let checks = events.split_inclusive(|byte| *byte == b'\n');
        let checks = checks.filter(|line| !line.windows(8).any(|part| part == b"\"report\""));
        let events = checks.flatten().copied().collect();
        let truth: serde_json::Value = serde_json::from_slice(&truth).expect("it is JSON");
        let fault = &truth["faults"][0];
        let began = fault["at"].as_str().and_then(|at| at.parse().ok()).expect("a moment");
        let server = fault["cause"].as_str().expect("an id").to_owned();
        Self { config, events, began, server }
    }

    fn engine(&self, at: Timestamp) -> Engine {
        let events = BufReader::new(self.events.as_slice());
        let reached = replay::reach(&self.config, events, Some(at)).expect("memory can be read");
        reached.expect("something had happened").engine
    }

    fn explained(&self, at: Timestamp) -> Explained {
        self.engine(at).explain(at)
    }

    fn words(&self, at: Timestamp) -> String {
        explain::told(&Words::built_in(), "en", &self.config.settings.fleet, &self.explained(at))
    }

    /// Puts the checks into a journal, with the timers and decisions they lead to.
    fn live(&self, folder: &Path) {
        let checks = self.events.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut desk = Desk::open(folder, self.began - TimeDelta::hours(1));
        let started = Input::Started {
            installation: "replay".to_owned(),
            version: <Engine>::version(),
            settings: Some(Arc::new(self.config.settings.clone())),
            reload: None,
        };
        for (place, line) in checks.enumerate() {
            let check: serde_json::Value = serde_json::from_slice(line).expect("it is JSON");
            let at: Timestamp = check["at"].as_str().expect("a text").parse().expect("a moment");
            if place == 0 {
                desk.put(at, started.clone());
            }
            while let Some((due, reason)) = desk.engine.next_deadline().filter(|one| one.0 < at) {
                desk.put(due, Input::Timer { reason, due });
            }
            let latency_ms = check["latency_ms"].as_u64().and_then(|ms| u32::try_from(ms).ok());
            let probe = check["probe"].as_str().expect("a text").into();
            let ok = check["ok"] == true;
            desk.put(at, Input::ProbeResult { probe, ok, latency_ms, error: None });
        }
        desk.close();
    }
}

/// An engine on a journal, as plain as can be.
struct Desk {
    engine: Engine,
    clock: Clock,
    appender: Appender,
    durable: Receiver<Durable>,
    committer: JoinHandle<Result<(), CommitError>>,
}

impl Desk {
    fn open(folder: &Path, now: Timestamp) -> Self {
        let clock = Clock::stepped(now);
        let (sender, durable) = sync_channel(1024);
        let journal = Journal::open(folder, options()).expect("a new journal");
        let (appender, committer) = journal.start(clock.clone(), sender).expect("a thread");
        Self { engine: Engine::new(), clock, appender, durable, committer }
    }

    fn put(&mut self, at: Timestamp, input: Input) {
        self.clock.step(at - self.clock.now());
        let offered = Offered { at, input, private: None };
        self.appender.submit_blocking(offered).expect("it is taken");
        let entry = loop {
            if let Durable::Input(entry) = self.durable.recv().expect("the committer lives") {
                break entry;
            }
        };
        let Body::Input(happening) = &entry.body else { panic!("{entry:?}") };
        let outputs = self.engine.handle(entry.seq, entry.at, happening);
        let decided = outputs.into_iter().map(|output| (entry.seq, entry.at, output)).collect();
        self.appender.decide(entry.seq, decided);
    }

    fn close(self) {
        self.appender.stop();
        while self.durable.recv().is_ok() {}
        self.committer.join().expect("no panic").expect("no error");
    }
}

fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}
