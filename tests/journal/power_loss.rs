//! The power goes while the journal is written: nothing acknowledged is lost, nothing is shorter
//! without a word.
//!
//! A child process writes a journal with `recorder.rs` preloaded, which notes every write and sync in
//! order. From these notes `disk.rs` makes the files as a disk may hold them after a cut at any
//! moment, and the journal must open with all that was acknowledged before that moment. That the test
//! can fail is shown by a disk on which syncing sled's log does nothing, which is what sled's own
//! `flush()` amounts to. (`LD_PRELOAD`, not ptrace or a mount: it needs no right and no package, only
//! the rustc that built the test.)

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, mpsc::sync_channel},
};

use bellwether::{
    clock::Clock,
    domain::Role,
    event::Input,
    journal::{Durable, Journal, Offered, inspect},
};
use chrono::TimeDelta;

use crate::{
    disk::{self, Dice, Disk, Event},
    support::{note, options, probe, report, rounds, seed, start},
};

const ROUNDS: u64 = 120;
const CONTROL_ROUNDS: usize = 30;
const SENDERS: u64 = 6;
const INPUTS_PER_SENDER: u64 = 70;

#[test]
fn no_acknowledged_record_is_lost_when_the_power_goes() {
    let recorded = Recorded::make();
    let seed = seed();
    let recorded = &recorded;
    let play = move |rounds: std::ops::Range<u64>| {
        for round in rounds {
            let mut dice = Dice(seed.wrapping_add(round));
            let (run, cut) = recorded.cut(&mut dice);
            let result = recorded.lose_power(run, cut, &mut dice, |_| true);
            assert_eq!(result, Ok(()), "round {round} of seed {seed}: run {run} cut at {cut}");
        }
    };
    std::thread::scope(|scope| {
        let rounds = rounds(ROUNDS);
        scope.spawn(move || play(0..rounds / 2));
        play(rounds / 2..rounds);
    });
}

#[test]
fn on_a_disk_that_ignores_fdatasync_records_are_lost_so_the_test_can_fail() {
    let recorded = Recorded::make();
    let seed = seed();
    let mut dice = Dice(seed);
    let lost = (0..CONTROL_ROUNDS).filter(|_| {
        let (run, cut) = recorded.cut(&mut dice);
        recorded.lose_power(run, cut, &mut dice, |path| !path.ends_with("store/db")).is_err()
    });
    let lost = lost.count();
    println!("without fdatasync of sled's log, {lost} of {CONTROL_ROUNDS} rounds lost records");
    assert!(lost >= CONTROL_ROUNDS / 4, "only {lost} of {CONTROL_ROUNDS}, seed {seed}");
}

/// Two runs on one journal: the first makes it, the second opens it again.
struct Recorded {
    dir: tempfile::TempDir,
    runs: Vec<Vec<Event>>,
}

impl Recorded {
    fn make() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let library = compile_recorder(dir.path());
        let live = dir.path().join("live");
        fs::create_dir(&live).expect("writable");
        let mut runs = Vec::new();
        for run in 0..2 {
            let before = dir.path().join(format!("before-{run}"));
            copy(&live, &before);
            let notes = dir.path().join(format!("notes-{run}"));
            let child = Command::new(std::env::current_exe().expect("this program"))
                .args(["--ignored", "--exact", "power_loss::child_that_writes", "--nocapture"])
                .env("LD_PRELOAD", &library)
                .env("RECORD_BELOW", &live)
                .env("RECORD_TO", &notes)
                .output()
                .expect("the child starts");
            let said = String::from_utf8_lossy(&child.stderr);
            assert!(child.status.success(), "the child failed: {said}");
            runs.push(disk::read(&notes));
        }
        Self { dir, runs }
    }

    /// A run, and a moment in it.
    fn cut(&self, dice: &mut Dice) -> (usize, usize) {
        let run = dice.roll(self.runs.len());
        (run, dice.roll(self.runs[run].len()) + 1)
    }

    /// What is wrong after the power went in `run` after `cut` events, if anything is.
    fn lose_power(
        &self,
        run: usize,
        cut: usize,
        dice: &mut Dice,
        works: impl Fn(&str) -> bool,
    ) -> Result<(), String> {
        let before = self.dir.path().join(format!("before-{run}"));
        let mut disk = Disk::holding(&before);
        let mut promised = fs::read(before.join("acks")).unwrap_or_default();
        let mut acks = None;
        for event in &self.runs[run][..cut] {
            disk.happen(event, &works);
            match event {
                Event::Opened { opening, path } if path == "acks" => acks = Some(*opening),
                Event::Written { opening, data, .. } if acks == Some(*opening) => {
                    promised.extend_from_slice(data);
                }
                Event::Opened { .. }
                | Event::Written { .. }
                | Event::Truncated { .. }
                | Event::SyncBegun { .. }
                | Event::SyncEnded { .. }
                | Event::Renamed { .. }
                | Event::Unlinked { .. } => {}
            }
        }
        let after = tempfile::tempdir().expect("a directory");
        disk.lose_power(dice, after.path());
        check(&after.path().join("journal"), &String::from_utf8(promised).expect("text"))
    }
}

/// Holds a journal against the lines that were written when something was acknowledged.
fn check(dir: &Path, promised: &str) -> Result<(), String> {
    let journal = Journal::open(dir, options()).map_err(|error| format!("{error:?}"))?;
    let through = journal.snapshot().map_or(0, |snapshot| snapshot.through);
    for folded in journal.recover(through) {
        folded.map_err(|error| error.to_string())?;
    }
    drop(journal);
    let mut dump = Vec::new();
    inspect::dump(dir, &options(), false, &mut dump).map_err(|error| error.to_string())?;
    let there = lines_by_seq(&dump, through)?;
    for line in promised.lines() {
        let (seq, what) = line.split_once(' ').ok_or("an acknowledgement is two words")?;
        let seq: u64 = seq.parse().map_err(|_| "an acknowledgement begins with a number")?;
        match there.get(&seq) {
            Some(found) if found == "dropped" || found == what => {}
            found => return Err(format!("record {seq} is {found:?}, not {what}")),
        }
    }
    Ok(())
}

/// What a dump says of each record, in the words of an acknowledgement.
fn lines_by_seq(dump: &[u8], through: u64) -> Result<BTreeMap<u64, String>, String> {
    let mut there = BTreeMap::new();
    for line in dump.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: serde_json::Value =
            serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let seq = line["seq"].as_u64().ok_or("a line has a number")?;
        let kind = line["type"].as_str().ok_or("a line has a type")?;
        if kind == "dropped" {
            let last = line["through"].as_u64().ok_or("a gap has an end")?;
            if last > through {
                return Err(format!("dropped up to {last}, but the snapshot ends at {through}"));
            }
            there.extend((seq..=last).map(|seq| (seq, "dropped".to_owned())));
        } else {
            let number = line["latency_ms"].as_u64().map_or("-".to_owned(), |n| n.to_string());
            there.insert(seq, format!("{kind}:{number}"));
        }
    }
    Ok(there)
}

/// Run in a process of its own; see [`Recorded::make`].
#[test]
#[ignore = "the child of other tests"]
fn child_that_writes() {
    let live = PathBuf::from(std::env::var_os("RECORD_BELOW").expect("told where"));
    let journal = Journal::open(&live.join("journal"), options()).expect("it opens");
    let acks = fs::File::options().create(true).append(true).open(live.join("acks"));
    let acks = Arc::new(Mutex::new(acks.expect("writable")));
    let ack = |seq: u64, what: &str| {
        let line = format!("{seq} {what}\n");
        acks.lock().expect("whole").write_all(line.as_bytes()).expect("writable");
    };
    let (sender, durable) = sync_channel::<Durable>(64);
    let clock = Clock::paced(start(), 60.0);
    let (appender, committer) = journal.start(clock, sender).expect("a thread");
    let (appender, ack) = (&appender, &ack);
    std::thread::scope(|scope| {
        let engine = scope.spawn(move || {
            let mut inputs = 0;
            for durable in durable {
                match durable {
                    Durable::Decided(entries) => {
                        entries.iter().for_each(|entry| ack(entry.seq, "timeline:-"));
                    }
                    Durable::Input(entry) => {
                        inputs += 1;
                        let about = (entry.seq, entry.at, note("seen"));
                        let decisions = if inputs % 9 == 0 { vec![about] } else { Vec::new() };
                        appender.decide(entry.seq, decisions);
                        if inputs % 50 == 0 {
                            appender.save_snapshot(entry.seq, vec![7; 9000]);
                            appender.compact(entry.at - TimeDelta::seconds(6), Vec::new());
                        }
                    }
                }
            }
        });
        let senders: Vec<_> =
            (0..SENDERS).map(|sender| scope.spawn(move || send(appender, sender, ack))).collect();
        senders.into_iter().for_each(|sender| sender.join().expect("no panic"));
        appender.stop();
        engine.join().expect("no panic");
    });
    committer.join().expect("no panic").expect("a clean end");
}

fn send(appender: &bellwether::journal::Appender, sender: u64, ack: &impl Fn(u64, &str)) {
    for number in 0..INPUTS_PER_SENDER {
        let (offered, what) = match number % 35 {
            7 => (report(&format!("discord:{number}"), None, "slow"), "report:-".to_owned()),
            11 => (long_command(number), "command:-".to_owned()),
            _ => {
                let number = sender * 1000 + number;
                (probe(number), format!("probe_result:{number}"))
            }
        };
        let accepted = appender.submit_blocking(offered).expect("accepted");
        ack(accepted.seq, &what);
    }
}

/// A record of several parts.
fn long_command(number: u64) -> Offered {
    let text =
        (0..1500).map(|word| (word * 7919 + number).to_string()).collect::<Vec<_>>().join(" ");
    Offered::plain(start(), Input::Command { by: "tim".to_owned(), role: Role::Staff, text })
}

fn compile_recorder(dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journal/recorder.rs");
    let library = dir.join("recorder.so");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let status = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "cdylib", "-C", "opt-level=1", "-o"])
        .args([&library, &source])
        .status();
    assert!(status.expect("rustc is there").success(), "the recorder must compile");
    library
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("readable").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("writable");
        }
    }
}
