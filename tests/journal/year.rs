//! A simulated year: what is kept stays small, and a restart quick.

use std::{
    fs,
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
};

use bellwether::{
    clock::{Clock, Stopwatch},
    domain::Timestamp,
    event::Input,
    journal::{Appender, Durable, Journal, Offered, inspect},
};
use chrono::TimeDelta;
use futures_util::future::join_all;

use crate::support::{note, options, report, start};

const DAYS: i64 = 365;
const PROBES: u64 = 3;
/// A result every three hours of each probe; a real fleet has more of the same.
const RESULTS_PER_DAY: u64 = 8;
const KEPT_DAYS: i64 = 14;
/// What the store may hold at any time: fourteen days of entries, the year's counts and decisions, and
/// as much again that sled has not yet written over.
const SIZE_MAX_BYTES: u64 = 8 << 20;
const OPEN_MAX_S: u64 = 3;

#[test]
fn a_year_stays_small_and_a_restart_quick() {
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Clock::stepped(start());
    let mut sizes = Vec::new();
    // A quarter a run, so that restarts are part of the year.
    for quarter in 0..4 {
        let journal = Journal::open(dir.path(), options()).expect("it opens");
        let (sender, durable) = sync_channel::<Durable>(4096);
        let (appender, committer) = journal.start(clock.clone(), sender).expect("a thread");
        for day in quarter * DAYS / 4..(quarter + 1) * DAYS / 4 {
            let last = live(&appender, &durable, &clock, day);
            appender.save_snapshot(last, format!("{:0>4000}", day).into_bytes());
            appender.compact(clock.now() - TimeDelta::days(KEPT_DAYS), Vec::new());
            appender.expire_personal(clock.now() - TimeDelta::days(90));
        }
        // Upkeep is done between commits: let it come to its end.
        std::thread::sleep(std::time::Duration::from_millis(500));
        appender.stop();
        committer.join().expect("no panic").expect("a clean end");
        sizes.push(size(dir.path()));
    }
    println!("bytes at the end of each quarter: {sizes:?}");
    assert!(sizes.iter().all(|size| *size < SIZE_MAX_BYTES), "{sizes:?}");

    let opening = Stopwatch::start();
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let through = journal.snapshot().expect("a snapshot").through;
    let replayed = journal.recover(through).inspect(|folded| assert!(folded.is_ok())).count();
    println!("opened and replayed {replayed} inputs in {:?}", opening.elapsed());
    assert!(opening.elapsed().as_secs() < OPEN_MAX_S);
    assert!(replayed as u64 <= PROBES * RESULTS_PER_DAY * 2);
    drop(journal);
    let verified = inspect::verify(dir.path(), &options()).expect("it opens");
    assert!(verified.is_good(), "{verified}");
    let kept_results = PROBES * RESULTS_PER_DAY * (KEPT_DAYS as u64 + 3);
    assert!(verified.inputs < kept_results + 2 * DAYS as u64, "{verified}");
    assert_eq!(verified.decisions, DAYS as u64, "{verified}");
    check_counts(dir.path(), &clock);
}

/// One day of probe results, one report and a decision; the last input.
fn live(appender: &Appender, durable: &Receiver<Durable>, clock: &Clock, day: i64) -> u64 {
    let step = TimeDelta::hours(3);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut last = 0;
    for part in 0..RESULTS_PER_DAY {
        let mut offered: Vec<Offered> =
            (0..PROBES).map(|probe| result(probe, clock.now())).collect();
        if part == 3 {
            offered.push(report(&format!("discord:{}", day % 40), None, "slow"));
        }
        let submitted =
            runtime.block_on(join_all(offered.into_iter().map(|one| appender.submit(one))));
        let seqs = submitted.into_iter().map(|accepted| accepted.expect("accepted").seq);
        last = seqs.max().expect("some");
        let decisions =
            if part == 3 { vec![(last, clock.now(), note("a report"))] } else { vec![] };
        appender.decide(last, decisions);
        clock.step(step);
    }
    while durable.try_recv().is_ok() {}
    last
}

fn result(probe: u64, at: Timestamp) -> Offered {
    let ok = (at.timestamp() / 10_800 + probe as i64) % 5 != 0;
    let latency_ms = ok.then_some((at.timestamp() % 97) as u32);
    let error = (!ok).then(|| "timeout".to_owned());
    Offered::plain(
        at,
        Input::ProbeResult { probe: name(probe).as_str().into(), ok, latency_ms, error },
    )
}

fn name(probe: u64) -> String {
    format!("s{probe}-http")
}

/// Every result of a day long past is counted, though no entry of it is left.
fn check_counts(dir: &Path, clock: &Clock) {
    let journal = Journal::open(dir, options()).expect("it opens");
    let (sender, _durable) = sync_channel::<Durable>(16);
    let (appender, committer) = journal.start(clock.clone(), sender).expect("a thread");
    for day in [0, 100, 300] {
        for probe in 0..PROBES {
            let day = start() + TimeDelta::days(day);
            let counts =
                appender.minute_counts(&name(probe).as_str().into(), day).expect("readable");
            assert_eq!(counts.len() as u64, RESULTS_PER_DAY, "{day}");
            assert!(counts.iter().all(|count| count.ok + count.failed == 1));
            assert!(counts.iter().any(|count| count.failed == 1));
        }
    }
    appender.stop();
    committer.join().expect("no panic").expect("a clean end");
}

fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).expect("readable").flatten();
    let sizes = entries.map(|entry| {
        let path = entry.path();
        if path.is_dir() { size(&path) } else { path.metadata().expect("there").len() }
    });
    sizes.sum()
}
