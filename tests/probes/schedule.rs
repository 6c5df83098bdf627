//! When probes run: pure, so in simulated time.

use bellwether::{
    domain::{Probe, ProbeId, ProbeKind, Timestamp},
    intake::probes::{AGAIN_AFTER_MS, Burst, JITTER_SHARE, Usual, next_start, phase_ms},
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

/// When checks start, in seconds from the first, whose results come `took_ms` after their start and
/// are bad where `is_bad` says so of their place.
fn starts_s(probe: &Probe, took_ms: u64, count: usize, is_bad: impl Fn(usize) -> bool) -> Vec<f64> {
    let first = next_start(probe, at(1_398_307_200_000));
    let (mut start, mut burst, mut starts) = (first, Burst::default(), Vec::new());
    for place in 0..count {
        starts.push((start - first).num_milliseconds() as f64 / 1000.0);
        burst.note(is_bad(place));
        let told = start + TimeDelta::milliseconds(took_ms as i64);
        let turn = next_start(probe, told);
        start = burst.again(probe, told).map_or(turn, |again| again.min(turn));
    }
    starts
}

#[test]
fn a_bad_result_is_looked_at_six_times_more_at_five_seconds() {
    // Every ten minutes, so that no turn falls into it.
    let probe = every("s1-http", 600_000);
    let starts = starts_s(&probe, 0, 10, |place| place == 1);
    let gaps: Vec<f64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps[0] > 500.0, "nothing is wrong yet: {gaps:?}");
    assert!(gaps[1..7].iter().all(|gap| (5.0..5.5).contains(gap)), "six times: {gaps:?}");
    assert!(gaps[7..].iter().all(|gap| *gap > 500.0), "and in its turn again: {gaps:?}");
    assert!(gaps[1..7].iter().any(|gap| *gap != gaps[1]), "with a jitter: {gaps:?}");
}

#[test]
fn each_bad_result_counts_anew() {
    let probe = every("s1-http", 600_000);
    let starts = starts_s(&probe, 0, 20, |place| place == 0 || place == 4 || place == 10);
    let again = starts.windows(2).take_while(|pair| pair[1] - pair[0] < 6.0).count();
    assert_eq!(again, 16, "four, six and six: {starts:?}");
}

#[test]
fn a_dead_target_that_times_out_is_left_alone_between_two_looks() {
    let probe = every("s1-http", 30_000);
    let starts = starts_s(&probe, 10_000, 30, |_| true);
    let gaps: Vec<f64> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap > 10.0 && *gap < 15.5), "{gaps:?}");
}

#[test]
fn a_short_interval_stays_as_it_is() {
    for every_ms in [1_000, 3_000, AGAIN_AFTER_MS] {
        let probe = every("s1-http", every_ms);
        assert_eq!(starts_s(&probe, 0, 50, |_| true), starts_s(&probe, 0, 50, |_| false));
    }
}

#[test]
fn an_answer_far_later_than_usual_is_slow_until_it_is_usual() {
    let mut usual = Usual::default();
    assert!(!usual.note(5_000), "nothing is known yet");
    let mut usual = Usual::default();
    assert!((0..100).all(|count| !usual.note(80 + count % 7)));
    assert!(!usual.note(1_000), "late, but not a second more than usual");
    assert!(usual.note(1_300), "a packet was lost");
    assert!(!usual.note(90));
    let slow = (0..5_000).take_while(|_| usual.note(1_500)).count();
    assert!((50..2_000).contains(&slow), "a target that stays slow is usual after {slow} answers");
}

proptest! {
    #[test]
    fn looking_again_only_ever_adds_looks_and_never_more_than_its_share(
        id in "[a-z]{1,8}", every_ms in 1_000u64..400_000, bad in prop::collection::vec(any::<bool>(), 60),
    ) {
        let probe = every(&id, every_ms);
        let starts = starts_s(&probe, 50, 60, |place| bad[place]);
        let plain = starts_s(&probe, 50, 60, |_| false);
        let shortest = every_ms.min(AGAIN_AFTER_MS) as f64 / 1000.0 * (1.0 - JITTER_SHARE);
        for span in starts.windows(3) {
            // A turn may come right after a look out of turn; three looks never come together.
            prop_assert!(span[2] - span[0] >= shortest - 0.001, "{:?}", span);
        }
        prop_assert!(starts.last() <= plain.last());
    }

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
