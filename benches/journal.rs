//! The journal beside its limit: grouped appends against a plain file with `fdatasync`, and opening a
//! million entries. Run with `cargo bench --bench journal`.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark measures, prints, and stops when something is amiss"
)]

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    sync::mpsc::sync_channel,
    time::Duration,
};

use bellwether::{
    clock::{Clock, Stopwatch},
    event::{Body, ENTRY_VERSION, Entry, Happening, Input},
    journal::{Appender, Durable, Journal, Offered, Options},
};
use chrono::DateTime;
use futures_util::future::join_all;

const MEASURE: Duration = Duration::from_secs(4);
const ENTRIES: u64 = 1_000_000;
const GOAL_OPEN_S: f64 = 1.0;

fn main() {
    if let Some(dir) = std::env::var_os("BENCH_OPEN") {
        return open_and_tell(Path::new(&dir));
    }
    let base = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    println!("append, inputs per second, and p50/p99 of one commit in ms");
    println!(
        "{:>6} {:>12} {:>16} {:>12} {:>16} {:>7}",
        "group", "journal", "", "plain file", "", "ratio"
    );
    for group in [1, 64, 1024] {
        let journal = append_to_journal(&base.path().join(format!("j{group}")), group);
        let plain = append_to_file(&base.path().join(format!("f{group}")), group);
        println!(
            "{group:>6} {:>12.0} {:>16} {:>12.0} {:>16} {:>7.2}",
            journal.rate,
            journal.latency(),
            plain.rate,
            plain.latency(),
            journal.rate / plain.rate
        );
    }
    open_a_million(&base.path().join("million"));
}

struct Measured {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Measured {
    fn of(mut times: Vec<Duration>, group: usize) -> Self {
        let total: Duration = times.iter().sum();
        times.sort();
        let at = |share: f64| times[(times.len() as f64 * share) as usize].as_secs_f64() * 1000.0;
        let rate = (times.len() * group) as f64 / total.as_secs_f64();
        Self { rate, p50_ms: at(0.5), p99_ms: at(0.99) }
    }

    fn latency(&self) -> String {
        format!("{:.2}/{:.2}", self.p50_ms, self.p99_ms)
    }
}

fn probe(number: u64) -> Offered {
    let at =
        DateTime::from_timestamp_millis(1_398_297_600_000 + number as i64 * 10).expect("a time");
    let ok = !number.is_multiple_of(50);
    let input = Input::ProbeResult {
        probe: format!("s{}-http", number % 200).as_str().into(),
        ok,
        latency_ms: ok.then_some((number * 7919 % 400) as u32),
        error: (!ok).then(|| "timeout".to_owned()),
    };
    Offered::plain(at, input)
}

fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

/// Runs `work` on a journal whose entries are taken and decided about as an engine would.
fn with_journal<T>(dir: &Path, work: impl FnOnce(&Appender) -> T) -> T {
    let journal = Journal::open(dir, options()).expect("it opens");
    let (sender, durable) = sync_channel::<Durable>(16_384);
    let (appender, committer) = journal.start(Clock::system(), sender).expect("a thread");
    let engine = std::thread::spawn({
        let appender = appender.clone();
        move || {
            for durable in durable {
                if let Durable::Input(entry) = durable {
                    appender.decide(entry.seq, Vec::new());
                }
            }
        }
    });
    let result = work(&appender);
    appender.stop();
    committer.join().expect("no panic").expect("a clean end");
    engine.join().expect("no panic");
    result
}

fn append_to_journal(dir: &Path, group: usize) -> Measured {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    with_journal(dir, |appender| {
        let mut times = Vec::new();
        let mut number = 0;
        let whole = Stopwatch::start();
        while whole.elapsed() < MEASURE {
            let inputs: Vec<Offered> = (0..group as u64).map(|one| probe(number + one)).collect();
            number += group as u64;
            let commit = Stopwatch::start();
            let accepted =
                runtime.block_on(join_all(inputs.into_iter().map(|one| appender.submit(one))));
            times.push(commit.elapsed());
            assert!(accepted.iter().all(Result::is_ok));
        }
        Measured::of(times, group)
    })
}

fn append_to_file(path: &Path, group: usize) -> Measured {
    let mut file = File::create(path).expect("writable");
    let mut times = Vec::new();
    let mut seq = 0;
    let whole = Stopwatch::start();
    while whole.elapsed() < MEASURE {
        let inputs: Vec<Offered> = (0..group as u64).map(|one| probe(seq + one)).collect();
        let commit = Stopwatch::start();
        let mut lines = Vec::new();
        for Offered { at, input, .. } in inputs {
            seq += 1;
            let body = Body::Input(Happening { at, input });
            let entry = Entry { v: ENTRY_VERSION, seq, at, decided: seq - 1, body };
            serde_json::to_writer(&mut lines, &entry).expect("it is JSON");
            lines.push(b'\n');
        }
        file.write_all(&lines).expect("writable");
        file.sync_data().expect("it syncs");
        times.push(commit.elapsed());
    }
    Measured::of(times, group)
}

fn open_a_million(dir: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let filling = Stopwatch::start();
    with_journal(dir, |appender| {
        for first in (0..ENTRIES).step_by(1000) {
            let inputs = (first..first + 1000).map(|number| appender.submit(probe(number)));
            let accepted = runtime.block_on(join_all(inputs));
            if first + 2000 == ENTRIES || first + 1000 == ENTRIES {
                let last = accepted.last().and_then(|one| one.as_ref().ok()).expect("accepted").seq;
                appender.save_snapshot(last - 500, vec![b'x'; 200_000]);
            }
        }
        // Upkeep packs what is left.
        std::thread::sleep(Duration::from_secs(5));
    });
    println!(
        "\nfilled {ENTRIES} entries in {:.1} s; {:.1} MB on disk",
        filling.elapsed().as_secs_f64(),
        size(dir) as f64 / 1e6
    );
    for _ in 0..3 {
        let child = Command::new(std::env::current_exe().expect("this program"))
            .env("BENCH_OPEN", dir)
            .output()
            .expect("the child starts");
        print!("{}", String::from_utf8_lossy(&child.stdout));
        eprint!("{}", String::from_utf8_lossy(&child.stderr));
    }
    println!("goal: open within {GOAL_OPEN_S} s");
}

/// In a process of its own, so that its memory is that of opening alone.
fn open_and_tell(dir: &Path) {
    let before = resident_mb();
    let opening = Stopwatch::start();
    let journal = Journal::open(dir, options()).expect("it opens");
    let opened = opening.elapsed();
    let through = journal.snapshot().expect("a snapshot").through;
    let replayed = journal.recover(through).inspect(|folded| assert!(folded.is_ok())).count();
    let ready = opening.elapsed();
    let (sender, durable) = sync_channel::<Durable>(16_384);
    let (appender, committer) = journal.start(Clock::system(), sender).expect("a thread");
    std::thread::sleep(Duration::from_millis(500));
    println!(
        "opened in {:.3} s, with snapshot and {replayed} inputs after it in {:.3} s; memory {:.1} MB more than the {before:.1} MB at start",
        opened.as_secs_f64(),
        ready.as_secs_f64(),
        resident_mb() - before
    );
    appender.stop();
    drop(durable);
    committer.join().expect("no panic").expect("a clean end");
}

fn resident_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}

fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).expect("readable").flatten();
    let sizes = entries.map(|entry| {
        let path = entry.path();
        if path.is_dir() { size(&path) } else { path.metadata().expect("there").len() }
    });
    sizes.sum()
}
