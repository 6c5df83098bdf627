//! Damaged, foreign and busy directories: a clear error, and nothing touched.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use bellwether::{
    event::Input,
    journal::{
        Journal, Offered, OpenError, inspect,
        repair::{self, RepairError},
    },
};
use chrono::TimeDelta;

use crate::{
    disk::Dice,
    power_loss::copy,
    support::{
        Running, entries, happening, note, options, probe, probe_number, report, rounds, seed,
        start,
    },
};

const FLIP_ROUNDS: u64 = 150;
const KILL_ROUNDS: u64 = 12;

/// A journal with packed and unpacked frames, snapshots, decisions and reports; its last record.
fn make(dir: &Path) -> u64 {
    let mut last = 0;
    for run in 0..2_u64 {
        let running = Running::open(dir).expect("it opens");
        for number in 0..150 {
            last = match number % 10 {
                3 => running.submit(report(&format!("discord:{number}"), None, "slow")).seq,
                _ => running.submit(probe(run * 1000 + number)).seq,
            };
            let decisions =
                if number % 20 == 0 { vec![(last, start(), note("seen"))] } else { vec![] };
            running.appender.decide(last, decisions);
            if number % 60 == 59 {
                running.appender.save_snapshot(last, vec![1; 500]);
            }
        }
        running.stop(last);
    }
    entries(dir).len() as u64
}

/// All files below a directory but those that any opening writes and that hold no data.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut waiting = vec![dir.to_path_buf()];
    let mut files = BTreeMap::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if !path.ends_with("lock") && !path.ends_with("reserve") {
                files.insert(path.clone(), fs::read(&path).expect("readable"));
            }
        }
    }
    files
}

#[test]
fn a_flipped_bit_anywhere_is_told_or_harmless_and_nothing_is_touched() {
    let dir = tempfile::tempdir().expect("a directory");
    let good = dir.path().join("good");
    let records = make(&good);
    let files: Vec<PathBuf> = contents(&good).into_keys().collect();
    let (seed, rounds) = (seed(), rounds(FLIP_ROUNDS));
    let (mut told, mut harmless) = (0, 0);
    for round in 0..rounds {
        let mut dice = Dice(seed.wrapping_add(round));
        let bad = dir.path().join("bad");
        copy(&good, &bad);
        let file = bad.join(files[dice.roll(files.len())].strip_prefix(&good).expect("below"));
        let mut bytes = fs::read(&file).expect("readable");
        let at = dice.roll(bytes.len());
        bytes[at] ^= 1 << dice.roll(8);
        fs::write(&file, &bytes).expect("writable");
        let before = contents(&bad);
        let what = format!("seed {seed}, round {round}: {} at {at}", file.display());
        match Journal::open(&bad, options()) {
            Err(error) => {
                assert!(contents(&bad) == before, "{what}: touched though {error}");
                told += 1;
            }
            Ok(journal) => {
                let mut read = 0;
                let error = journal.entries(0).find_map(|entry| entry.map(|_| read += 1).err());
                assert!(error.is_some() || read == records, "{what}: {read} of {records}");
                harmless += u32::from(error.is_none());
            }
        }
        fs::remove_dir_all(&bad).expect("removable");
    }
    println!("{rounds} flipped bits: {told} refused at opening, {harmless} harmless");
}

#[test]
fn a_journal_damaged_in_its_log_is_refused_and_repaired_without_harm_to_the_damaged_one() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = dir.path().join("journal");
    let records = make(&journal);
    // sled's snapshot of its page table: cut, it makes sled refuse or misread.
    let snap = fs::read_dir(journal.join("store")).expect("readable").flatten();
    let snap = snap.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("snap."));
    let snap = snap.expect("sled has a snapshot");
    let bytes = fs::read(&snap).expect("readable");
    fs::write(&snap, &bytes[..bytes.len() / 2]).expect("writable");
    let damaged = contents(&journal);

    let error = Journal::open(&journal, options()).expect_err("refused");
    assert!(contents(&journal) == damaged, "touched though {error}");
    let repaired = repair::repair(&journal, &options(), false).expect("repaired");
    assert_eq!(repaired.lost, 0);
    assert!(repaired.verified.is_good(), "{}", repaired.verified);
    let kept = repaired.damaged_kept_at.expect("the damaged one is kept");
    let bytes = |files: BTreeMap<PathBuf, Vec<u8>>| files.into_values().collect::<Vec<_>>();
    assert!(bytes(contents(&kept)) == bytes(damaged), "the damaged one is as it was");
    assert_eq!(entries(&journal).len() as u64, records);
    assert!(inspect::verify(&journal, &options()).expect("it opens").is_good());
}

#[test]
fn a_page_that_cannot_be_read_costs_its_own_records_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let good = dir.path().join("good");
    let running = Running::open(&good).expect("it opens");
    // Frames of several kilobytes, so that they fill many pages.
    let text: String = (0..900).map(|word| format!("{} ", word * 7919)).collect();
    for number in 0..120 {
        let text = format!("note {number} {text}");
        let (by, role) = ("tim".to_owned(), bellwether::domain::Role::Staff);
        running.submit(Offered::plain(start(), Input::Command { by, role, text }));
    }
    running.appender.decide(120, Vec::new());
    running.appender.save_snapshot(120, Vec::new());
    running.stop(120);
    // Opened again, sled has a snapshot behind all of its log, as after any restart.
    assert_eq!(entries(&good).len(), 120);
    let seed = seed();
    let (mut refused, mut recovered, mut round) = (0, 0, 0);
    while refused < 6 {
        round += 1;
        let bad = dir.path().join(format!("bad-{round}"));
        copy(&good, &bad);
        let mut bytes = fs::read(bad.join("store/db")).expect("readable");
        let at = Dice(seed.wrapping_add(round)).roll(bytes.len());
        bytes[at] ^= 4;
        fs::write(bad.join("store/db"), bytes).expect("writable");
        if Journal::open(&bad, options()).is_ok() {
            continue;
        }
        refused += 1;
        let what = format!("seed {seed}, round {round}, byte {at}");
        let before = contents(&bad);
        let lost = match repair::repair(&bad, &options(), false) {
            Ok(repaired) => repaired.lost,
            // The page held the store's own root: only a backup helps.
            Err(RepairError::Nothing { .. }) => {
                assert!(contents(&bad) == before, "{what}: touched");
                continue;
            }
            Err(error) => {
                assert!(matches!(error, RepairError::Loss { .. }), "{what}: {error}");
                let repaired = repair::repair(&bad, &options(), true);
                let repaired = repaired.unwrap_or_else(|error| panic!("{what}: {error}"));
                assert!(repaired.verified.is_good(), "{what}: {}", repaired.verified);
                repaired.lost
            }
        };
        recovered += 120 - lost;
        let mut dump = Vec::new();
        inspect::dump(&bad, &options(), false, &mut dump).expect("it can be dumped");
        let there = String::from_utf8(dump).expect("text");
        let kept = (0..120).filter(|number| there.contains(&format!("note {number} "))).count();
        assert_eq!(kept as u64, 120 - lost, "{what}");
    }
    println!("{refused} damaged journals: {recovered} of {} records recovered", refused * 120);
    assert!(recovered > refused * 60, "seed {seed}: {recovered} records of {refused} journals");
}

#[test]
fn an_opening_of_sled_that_was_cut_short_does_no_harm() {
    let dir = tempfile::tempdir().expect("a directory");
    let records = make(dir.path());
    let unfinished = dir.path().join("store/snap.00000000FFFFFFFF.generating");
    fs::write(unfinished, "cut sh").expect("writable");
    assert_eq!(entries(dir.path()).len() as u64, records);
}

#[test]
fn a_store_behind_its_mark_is_refused_and_repaired_only_with_the_loss_accepted() {
    let dir = tempfile::tempdir().expect("a directory");
    let (journal, older) = (dir.path().join("journal"), dir.path().join("older"));
    let records = make(&journal);
    copy(&journal, &older);
    let running = Running::open(&journal).expect("it opens");
    let last = running.submit(probe(9999)).seq;
    running.stop(last);
    fs::remove_dir_all(journal.join("store")).expect("removable");
    copy(&older.join("store"), &journal.join("store"));
    let before = contents(&journal);

    match Journal::open(&journal, options()) {
        Err(OpenError::Behind { store, mark, .. }) => {
            assert_eq!((store, mark), (records, records + 1));
        }
        other => panic!("refused as behind: {other:?}"),
    }
    assert!(contents(&journal) == before, "untouched");
    let refused = repair::repair(&journal, &options(), false).expect_err("a loss");
    assert!(matches!(refused, RepairError::Loss { .. }), "{refused}");
    assert!(contents(&journal) == before, "untouched");
    let repaired = repair::repair(&journal, &options(), true).expect("repaired");
    assert_eq!((repaired.lost, repaired.verified.last), (1, records));
    let running = Running::open(&journal).expect("it opens again");
    assert_eq!(running.submit(probe(1)).seq, records + 1);
    running.stop(records + 1);
}

#[test]
fn an_emptied_store_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    make(dir.path());
    let store = dir.path().join("store");
    fs::remove_dir_all(&store).expect("removable");
    fs::create_dir(&store).expect("writable");
    let error = Journal::open(dir.path(), options()).expect_err("refused");
    assert!(matches!(error, OpenError::Behind { .. }), "{error}");
    assert_eq!(fs::read_dir(&store).expect("readable").count(), 0, "untouched");
    fs::remove_dir_all(&store).expect("removable");
    let error = Journal::open(dir.path(), options()).expect_err("refused");
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
}

#[test]
fn a_foreign_directory_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("holiday.jpg"), "sheep").expect("writable");
    let before = contents(dir.path());
    let error = Journal::open(dir.path(), options()).expect_err("refused");
    assert!(error.to_string().contains("holiday.jpg"), "{error}");
    assert_eq!(contents(dir.path()), before);
    assert!(!dir.path().join("lock").exists());
    let error = inspect::verify(dir.path(), &options()).expect_err("refused");
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    let error = repair::repair(dir.path(), &options(), true).expect_err("refused");
    assert!(error.to_string().contains("holiday.jpg"), "{error}");
}

#[test]
fn a_journal_of_a_later_format_is_refused_with_both_versions() {
    let dir = tempfile::tempdir().expect("a directory");
    make(dir.path());
    let body = "bellwether journal\nformat 2\ninstallation x\nfinished\n";
    let sum: String = {
        use sha2::Digest;
        sha2::Sha256::digest(body)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    fs::write(dir.path().join("format"), format!("{body}sum {sum}\n")).expect("writable");
    let error = Journal::open(dir.path(), options()).expect_err("refused");
    assert!(matches!(error, OpenError::Newer { found: 2, reads: 1, .. }), "{error}");
}

#[test]
fn a_making_cut_short_is_made_again() {
    let dir = tempfile::tempdir().expect("a directory");
    make(dir.path());
    let format = fs::read_to_string(dir.path().join("format")).expect("readable");
    let installation = format.lines().nth(2).expect("a line").to_owned();
    let body = format!("bellwether journal\nformat 1\n{installation}\nunfinished\n");
    let sum: String = {
        use sha2::Digest;
        sha2::Sha256::digest(&body)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    };
    fs::write(dir.path().join("format"), format!("{body}sum {sum}\n")).expect("writable");
    let journal = Journal::open(dir.path(), options()).expect("made again");
    assert_eq!(journal.last_seq(), 0);
}

/// A child that writes as fast as it can and says each place it got.
fn writing_child(dir: &Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "damage::child_that_says_what_was_accepted", "--nocapture"])
        .env("JOURNAL_DIR", dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    (child, out)
}

/// The next "accepted SEQ NUMBER" line.
fn next_accepted(out: &mut impl BufRead) -> Option<(u64, u64)> {
    let mut line = String::new();
    while out.read_line(&mut line).expect("readable") > 0 {
        if let Some(rest) = line.trim_end().strip_prefix("accepted ") {
            // The kill may have cut the last line.
            let (seq, number) = rest.split_once(' ')?;
            return Some((seq.parse().ok()?, number.strip_suffix('.')?.parse().ok()?));
        }
        line.clear();
    }
    None
}

#[test]
fn a_second_process_is_refused_with_the_pid_of_the_first() {
    let dir = tempfile::tempdir().expect("a directory");
    let (mut child, mut out) = writing_child(dir.path());
    next_accepted(&mut out).expect("the child writes");
    let error = Journal::open(dir.path(), options()).expect_err("refused");
    assert!(
        matches!(&error, OpenError::InUse { pid, .. } if *pid == child.id().to_string()),
        "{error}"
    );
    assert!(error.to_string().contains(&child.id().to_string()), "{error}");
    child.kill().expect("killed");
    child.wait().expect("ended");
    Journal::open(dir.path(), options()).expect("free again");
}

#[test]
fn kill_9_at_any_moment_loses_nothing_that_was_accepted() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut accepted = BTreeMap::new();
    let rounds = rounds(KILL_ROUNDS);
    let mut dice = Dice(seed());
    for round in 0..rounds {
        let (mut child, mut out) = writing_child(dir.path());
        for _ in 0..dice.roll(300) {
            accepted.extend(next_accepted(&mut out));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        while let Some(one) = next_accepted(&mut out) {
            accepted.extend([one]);
        }
        let there: BTreeMap<u64, u64> = entries(dir.path())
            .iter()
            .filter_map(|entry| Some((entry.seq, probe_number(&happening(entry)?.input)?)))
            .collect();
        for (seq, number) in &accepted {
            assert_eq!(there.get(seq), Some(number), "round {round}: record {seq}");
        }
    }
    assert!(inspect::verify(dir.path(), &options()).expect("it opens").is_good());
    println!("{} records accepted over {rounds} kills, none lost", accepted.len());
}

/// Run in a process of its own; see [`writing_child`].
#[test]
#[ignore = "the child of other tests"]
fn child_that_says_what_was_accepted() {
    let dir = PathBuf::from(std::env::var_os("JOURNAL_DIR").expect("told where"));
    let running = Running::open(&dir).expect("it opens");
    let (appender, durable) = (&running.appender, &running.durable);
    std::thread::scope(|scope| {
        for sender in 0..4 {
            scope.spawn(move || {
                for number in 0..100_000 {
                    let number = sender * 1_000_000 + number;
                    let seq = appender.submit_blocking(probe(number)).expect("accepted").seq;
                    println!("accepted {seq} {number}.");
                }
            });
        }
        for durable in durable {
            if let bellwether::journal::Durable::Input(entry) = durable {
                appender.decide(entry.seq, Vec::new());
                if entry.seq.is_multiple_of(100) {
                    appender.save_snapshot(entry.seq, vec![1; 100]);
                }
                assert!(matches!(
                    happening(&entry).map(|h| &h.input),
                    Some(Input::ProbeResult { .. })
                ));
                assert!(entry.at - start() > TimeDelta::zero());
            }
        }
    });
}
