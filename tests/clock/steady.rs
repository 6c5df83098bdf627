//! What is shown while the wall clock is led astray.

use bellwether::{clock::Steady, domain::Timestamp};
use chrono::TimeDelta;
use proptest::prelude::*;

fn start() -> Timestamp {
    "2014-04-24T01:00:00Z".parse().unwrap()
}

/// A machine: true time passes, and its wall clock is off by something.
struct Machine {
    steady: Steady,
    now: Timestamp,
    off: TimeDelta,
}

impl Machine {
    fn new() -> Self {
        Self { steady: Steady::new(start(), None), now: start(), off: TimeDelta::zero() }
    }

    /// Looks at the clock every second of `span`; how far it is off the true time in the end.
    fn run(&mut self, span: TimeDelta) -> TimeDelta {
        for _ in 0..span.num_seconds() {
            let before = self.steady.now();
            self.now += TimeDelta::seconds(1);
            self.steady.advance(TimeDelta::seconds(1), self.now + self.off);
            let passed = self.steady.now() - before;
            assert!(passed >= TimeDelta::milliseconds(899), "it never stands still: {passed}");
        }
        self.steady.now() - self.now
    }
}

#[test]
fn a_right_clock_is_shown_as_it_is() {
    let mut machine = Machine::new();
    assert_eq!(machine.run(TimeDelta::hours(1)), TimeDelta::zero());
    assert_eq!(machine.steady.lived(), machine.now);
    assert_eq!(machine.steady.from_outside(start()), start());
}

#[test]
fn a_jump_ahead_that_is_soon_set_right_leaves_no_trace() {
    for jump in [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(4000)] {
        let mut machine = Machine::new();
        machine.off = jump;
        assert_eq!(machine.run(TimeDelta::minutes(4)), TimeDelta::zero());
        machine.off = TimeDelta::zero();
        assert_eq!(machine.run(TimeDelta::hours(1)), TimeDelta::zero());
        assert_eq!(machine.steady.lived(), machine.now);
    }
}

#[test]
fn a_clock_that_was_wrong_before_and_is_set_right_is_followed() {
    let mut machine = Machine::new();
    machine.off = TimeDelta::hours(3);
    assert_eq!(machine.run(TimeDelta::minutes(6)), TimeDelta::hours(3));
    let unlived = machine.steady.now() - machine.steady.lived();
    assert_eq!(unlived, TimeDelta::hours(3), "nothing is three hours older for that");
    machine.run(TimeDelta::hours(25));
    assert_eq!(machine.steady.lived(), machine.steady.now(), "after a day it is");
}

#[test]
fn small_steps_ahead_are_followed_at_once_and_steps_back_are_run_down() {
    let mut machine = Machine::new();
    machine.off = TimeDelta::seconds(30);
    assert_eq!(machine.run(TimeDelta::seconds(1)), TimeDelta::seconds(30));
    machine.off = TimeDelta::zero();
    let still = machine.run(TimeDelta::minutes(4));
    assert!(still > TimeDelta::seconds(2) && still < TimeDelta::seconds(10), "{still}");
    let over = machine.run(TimeDelta::minutes(2));
    assert!(over < TimeDelta::milliseconds(101), "{over}");
}

#[test]
fn after_a_long_wrong_hour_time_goes_on_and_comes_back_slowly() {
    let mut machine = Machine::new();
    machine.off = TimeDelta::days(1);
    machine.run(TimeDelta::minutes(60));
    machine.off = TimeDelta::zero();
    let ahead = machine.run(TimeDelta::minutes(60));
    assert!(ahead > TimeDelta::hours(23) && ahead < TimeDelta::hours(24), "{ahead}");
    let told = machine.steady.from_outside(machine.now) - machine.steady.now();
    assert!(told.abs() < TimeDelta::seconds(1), "what others tell is told in our time: {told}");
    let ahead = machine.run(TimeDelta::hours(240));
    assert!(ahead < TimeDelta::seconds(1), "{ahead}");
}

#[test]
fn a_process_begins_no_earlier_than_the_one_before_it_ended() {
    let later = start() + TimeDelta::days(1);
    let mut steady = Steady::new(start(), Some(later));
    assert_eq!(steady.now(), later);
    steady.advance(TimeDelta::minutes(2), start() + TimeDelta::minutes(2));
    assert_eq!(steady.now(), later + TimeDelta::minutes(2));
    let steady = Steady::new(later, Some(start()));
    assert_eq!((steady.now(), steady.lived()), (later, start()), "the bot may have been off");
}

proptest! {
    #[test]
    fn whatever_is_done_to_the_wall_clock_time_neither_stops_nor_runs_back(
        changes in prop::collection::vec((-200_000_000i64..200_000_000, 1i64..4_000), 1..40)
    ) {
        let mut steady = Steady::new(start(), None);
        let mut now = start();
        for (off_s, steps) in changes {
            for _ in 0..steps.min(400) {
                let passed = TimeDelta::milliseconds(997 * (1 + steps % 7));
                let before = (steady.now(), steady.lived());
                now += passed;
                steady.advance(passed, now + TimeDelta::seconds(off_s));
                let gone = steady.now() - before.0;
                prop_assert!(gone >= passed - passed / 10 - TimeDelta::milliseconds(1), "{gone}");
                prop_assert!(steady.lived() <= steady.now());
                // A step that has settled counts at once; nothing else makes anything older.
                let aged = steady.lived() - before.1;
                prop_assert!(aged >= TimeDelta::zero());
            }
        }
    }
}
