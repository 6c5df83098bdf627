//! Time that never goes back, from a machine whose clock somebody may set.
//!
//! It runs with the machine's uptime and is led by its wall clock. Where the wall clock is a little
//! ahead it is followed at once. Where it is far ahead it is followed once it has stood so for five
//! minutes: a clock that is set wrong is mostly soon set right. What is ahead of the wall clock runs
//! a tenth slower until both agree, and never stands still: timers, retries and the age of results
//! go on meanwhile.
//!
//! Pure: it is told how much time has passed and what the wall clock shows. Start at
//! [`Steady::advance`].

use std::collections::VecDeque;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

type Timestamp = DateTime<Utc>;

/// The wall clock is believed at once within this.
const NEAR: TimeDelta = TimeDelta::minutes(1);
/// Further off, it is believed once it has stood so for this long.
const STOOD: TimeDelta = TimeDelta::minutes(5);
/// What is ahead runs slower by this part.
const HELD_PART: i32 = 10;
/// A step ahead counts as time that was lived through after this long.
const SETTLED: TimeDelta = TimeDelta::days(1);
/// A step smaller than this is none.
const STEP_MIN: TimeDelta = TimeDelta::seconds(1);
/// Steps that are remembered one by one; beyond, the oldest wait as long as those after them.
const STEPS_MAX: usize = 64;

/// The time as it is shown, and what is believed of the wall clock.
#[derive(Clone, Debug)]
pub struct Steady {
    shown: Timestamp,
    /// How far the wall clock was ahead when last looked at.
    off: TimeDelta,
    /// How long it has been off by about that.
    stood: TimeDelta,
    /// How far the time shown is believed to be ahead of the true one.
    ahead: TimeDelta,
    /// The uptime that passed.
    passed: TimeDelta,
    /// Steps ahead by when in `passed`, and how far; oldest first.
    steps: VecDeque<(TimeDelta, TimeDelta)>,
}

impl Steady {
    /// Begins at what the wall clock shows, or at `last`, the latest time that was shown before,
    /// if that is later.
    pub fn new(wall: Timestamp, last: Option<Timestamp>) -> Self {
        let shown = last.map_or(wall, |last| last.max(wall));
        let mut steady = Self {
            shown,
            off: wall - shown,
            stood: TimeDelta::zero(),
            ahead: TimeDelta::zero(),
            passed: TimeDelta::zero(),
            steps: VecDeque::new(),
        };
        if let Some(gone) = last.map(|last| wall - last) {
            steady.remember(gone);
        }
        steady
    }

    /// Takes in that `passed` of uptime went by since the last look, and what the wall clock shows
    /// now.
    pub fn advance(&mut self, passed: TimeDelta, wall: Timestamp) {
        let none = TimeDelta::zero();
        let passed = passed.max(none);
        let held = if self.ahead > none { passed / HELD_PART } else { none };
        self.passed += passed;
        self.shown += passed - held;
        self.ahead = (self.ahead - held).max(none);
        let off = wall - self.shown;
        let is_same = (off - self.off).abs() <= NEAR;
        self.stood = if is_same { self.stood + passed } else { none };
        self.off = off;
        if off.abs() > NEAR && self.stood < STOOD {
            return;
        }
        if off > none {
            self.shown = wall;
            self.off = none;
            self.remember(off);
        }
        self.ahead = (-off).max(none);
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        self.shown.trunc_subsecs(3)
    }

    /// The time without steps ahead that are less than a day old: for what is deleted by its age,
    /// which must not be because of a clock that is set wrong.
    pub fn lived(&self) -> Timestamp {
        let young = self.steps.iter().filter(|(when, _)| self.passed - *when < SETTLED);
        let steps = young.fold(TimeDelta::zero(), |sum, (_, span)| sum + *span);
        (self.shown - steps).trunc_subsecs(3)
    }

    /// A moment that somebody with a right clock told, in the time that is shown here.
    pub fn from_outside(&self, at: Timestamp) -> Timestamp {
        if self.ahead > NEAR { (at + self.ahead).trunc_subsecs(3) } else { at }
    }

    fn remember(&mut self, span: TimeDelta) {
        if span < STEP_MIN {
            return;
        }
        self.steps.push_back((self.passed, span));
        while self.steps.front().is_some_and(|(when, _)| self.passed - *when >= SETTLED) {
            self.steps.pop_front();
        }
        if self.steps.len() > STEPS_MAX
            && let Some((_, oldest)) = self.steps.pop_front()
            && let Some((_, next)) = self.steps.front_mut()
        {
            *next += oldest;
        }
    }
}
