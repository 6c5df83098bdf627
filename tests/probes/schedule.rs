//! When probes run: pure, so in simulated time.

use bellwether::{
    domain::{Probe, ProbeId, ProbeKind, Timestamp},
    intake::probes::{JITTER_SHARE, next_start, phase_ms},
};
use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::servers::probe;

fn every(id: &str, every_ms: u64) -> Probe {
    Probe { every_ms, ..probe(id, ProbeKind::External) }
}

fn at(ms: u64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(i64::try_from(ms).expect("a small time"))
}

#[test]
fn thousands_of_probes_spread_evenly_over_their_interval() {
    let mut seconds = [0u32; 30];
    for number in 0..3_000 {
        let phase_ms = phase_ms(&ProbeId::from(format!("p{number}")), 30_000);
        seconds[usize::try_from(phase_ms / 1_000).expect("small")] += 1;
    }
    assert!(seconds.iter().all(|count| (60..140).contains(count)), "{seconds:?}");
}

#[test]
fn starts_follow_each_other_by_the_interval_give_or_take_the_jitter() {
    let probe = every("s1-http", 30_000);
    let mut start = next_start(&probe, at(1_398_307_200_000));
    let (mut shortest, mut longest) = (f64::MAX, 0f64);
    for _ in 0..1_000 {
        let next = next_start(&probe, start);
        let gap = (next - start).num_milliseconds() as f64 / 30_000.0;
        (shortest, longest) = (shortest.min(gap), longest.max(gap));
        start = next;
    }
    assert!((1.0 - JITTER_SHARE..0.95).contains(&shortest), "{shortest}");
    assert!((1.05..=1.0 + JITTER_SHARE).contains(&longest), "{longest}");
    let passed = (start - at(1_398_307_200_000)).num_seconds();
    assert!((29_990..30_040).contains(&passed), "{passed} s for a thousand rounds of 30 s");
}

proptest! {
    #[test]
    fn the_next_start_is_the_same_for_every_moment_before_it_and_never_past(
        id in "[a-z]{1,8}", every_ms in 1u64..4_000_000, now_ms in 0u64..4_000_000_000_000,
    ) {
        let probe = every(&id, every_ms);
        let start = next_start(&probe, at(now_ms));
        prop_assert!(start > at(now_ms));
        prop_assert!(start - at(now_ms) <= TimeDelta::milliseconds(2 * every_ms as i64 + 1));
        let just_before = start - TimeDelta::milliseconds(1);
        prop_assert_eq!(next_start(&probe, just_before), start);
    }
}
