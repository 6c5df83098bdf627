//! Desk and journal, killed at any moment and brought back: the state and the decisions are those of a run
//! that nothing interrupted, byte for byte.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "tests take a new seed each time and stop at the first surprise"
)]

#[path = "recovery/chance.rs"]
mod chance;
#[path = "recovery/life.rs"]
mod life;
#[path = "recovery/uninterrupted.rs"]
mod uninterrupted;

use std::time::{Duration, Instant};

use bellwether::{
    app::recovery::{self, Recovered},
    clock::Clock,
    event::Body,
    journal::Journal,
};
use chrono::{DateTime, TimeDelta};

use chance::Chance;
use life::{End, Life, options};
use uninterrupted::Uninterrupted;

/// New days are begun until this has passed.
const BUDGET: Duration = Duration::from_secs(10);
/// A day is not left before so many lives have ended.
const LIVES: u32 = 5;

#[test]
fn any_day_killed_anywhere_ends_in_the_state_of_one_that_was_not() {
    let (first, rounds) = (chance::seed(), chance::rounds());
    let (started, mut days, mut counts) = (Instant::now(), 0, Counts::default());
    while rounds.map_or(days == 0 || started.elapsed() < BUDGET, |rounds| days < rounds) {
        let seed = first.wrapping_add(days);
        println!("SEED={seed}");
        counts.add(live_through_a_day(seed));
        days += 1;
    }
    println!("{days} days from SEED={first}: {counts:?}");
    assert!(counts.kills > 0 && counts.decisions > 0, "{counts:?}");
}

/// What the days were made of, so that an empty one does not pass for a proof.
#[derive(Debug, Default)]
struct Counts {
    inputs: usize,
    decisions: usize,
    kills: u32,
    decided_anew: usize,
    from_snapshots: u32,
    interrupted: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.decisions += other.decisions;
        self.kills += other.kills;
        self.decided_anew += other.decided_anew;
        self.from_snapshots += other.from_snapshots;
        self.interrupted += other.interrupted;
    }
}

fn live_through_a_day(seed: u64) -> Counts {
    let dir = tempfile::tempdir().expect("a directory");
    let mut chance = Chance::new(seed);
    let midnight = DateTime::from_timestamp(1_398_297_600, 0).expect("a time");
    let clock = Clock::stepped(midnight);
    let mut counts = Counts::default();
    for life in 1..=LIVES {
        let journal = Journal::open(dir.path(), options()).expect("it opens");
        let recovered = compare(&journal, seed, life);
        counts.decided_anew += recovered.fresh.len();
        counts.from_snapshots += u32::from(journal.snapshot().is_some());
        counts.interrupted += recovered.interrupted(clock.now()).len();
        let last = life == LIVES;
        let life = Life::start(journal, recovered, clock.clone(), &mut chance, last);
        counts.kills += u32::from(life.live(&mut chance) == End::Killed);
        clock.step(TimeDelta::seconds(chance.below(900) as i64));
    }
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    compare(&journal, seed, LIVES + 1);
    for entry in journal.entries(0) {
        match entry.expect("readable").body {
            Body::Input(_) => counts.inputs += 1,
            Body::Decision(_) => counts.decisions += 1,
        }
    }
    counts
}

/// What recovery makes of the journal must be what an engine makes of its inputs that was never
/// interrupted, and every decision on record must be one that this engine takes.
fn compare(journal: &Journal, seed: u64, life: u32) -> Recovered {
    let recovered: Recovered = recovery::recover(journal).expect("it can be recovered");
    let entries: Vec<_> = journal.entries(0).map(|entry| entry.expect("readable")).collect();
    let uninterrupted = Uninterrupted::run(&entries);
    if let Some(mistake) = uninterrupted.differs_from(&entries, &recovered) {
        panic!("SEED={seed}, at the start of life {life}: {mistake}");
    }
    recovered
}
