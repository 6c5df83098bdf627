//! The fake's own time: the machine's, moved by what a test says.
//!
//! Every window of Discord's (three seconds to answer, fifteen minutes of a token, the nonce's few
//! minutes, the limits) is measured with it, so that a test can let a quarter of an hour pass at
//! once. It is also what `Date` and `X-RateLimit-Reset` say: a moved clock is a skewed one.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A point of the fake's time.
pub type Moment = DateTime<Utc>;

/// The machine's time and how far a test has moved it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    ahead: TimeDelta,
}

impl Clock {
    /// The present moment.
    pub fn now(&self) -> Moment {
        Utc::now() + self.ahead
    }

    /// Lets time pass.
    pub fn advance(&mut self, span: Duration) {
        self.ahead += delta(span);
    }
}

/// A span as chrono has it.
pub fn delta(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).expect("a span of less than ages")
}
