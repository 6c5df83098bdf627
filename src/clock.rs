//! The only reader of time and randomness. Everything else is handed a `now`.
//!
//! A [`Clock`] runs at a pace: the demo lets a minute of its story pass in a second of the
//! viewer's. Every wait in the program goes through the clock, so intervals and time-outs scale
//! alike. The bot's own time never goes back, whoever sets the machine's clock: see [`Steady`].
//! Must not: be known to `engine`, `outbox` state or `render`.

#![expect(
    clippy::disallowed_methods,
    reason = "the one place that reads time and randomness for everybody else"
)]

mod steady;

pub use steady::Steady;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::RngExt;

/// The same as `domain::Timestamp`: both stand on the lowest floor, and do not know each other.
type Timestamp = DateTime<Utc>;

/// A source of time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    System,
    Steady(Mutex<(Steady, Instant)>),
    Paced { started: Instant, start: Timestamp, pace: f64 },
    Stepped(Mutex<Timestamp>),
}

/// The clock's time ran out before the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("timed out")]
pub struct TimedOut;

impl Clock {
    /// The machine's own time.
    pub fn system() -> Self {
        Self(Arc::new(Kind::System))
    }

    /// The machine's time as [`Steady`] shows it, from no earlier than `last` on. A clock that is not
    /// the machine's stays as it is.
    pub fn steady(&self, last: Option<Timestamp>) -> Self {
        match &*self.0 {
            Kind::System => {
                let steady = Steady::new(wall(), last);
                Self(Arc::new(Kind::Steady(Mutex::new((steady, Instant::now())))))
            }
            Kind::Steady(_) | Kind::Paced { .. } | Kind::Stepped(_) => self.clone(),
        }
    }

    /// A clock that shows `start` now and runs `pace` times as fast as the machine's.
    ///
    /// `pace` must be positive and finite; anything else runs at 1.
    pub fn paced(start: Timestamp, pace: f64) -> Self {
        let pace = if pace.is_finite() && pace > 0.0 { pace } else { 1.0 };
        Self(Arc::new(Kind::Paced { started: Instant::now(), start, pace }))
    }

    /// A clock that stands still until it is [stepped](Clock::step), for simulated days. Waits take
    /// the machine's time.
    pub fn stepped(start: Timestamp) -> Self {
        Self(Arc::new(Kind::Stepped(Mutex::new(start))))
    }

    /// Moves a [stepped](Clock::stepped) clock on; any other goes by itself.
    pub fn step(&self, span: TimeDelta) {
        if let Kind::Stepped(now) = &*self.0 {
            *now.lock().unwrap_or_else(PoisonError::into_inner) += span;
        }
    }

    /// The present moment, to the millisecond.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            Kind::System => wall(),
            Kind::Steady(steady) => look(steady, Steady::now),
            Kind::Paced { started, start, pace } => {
                let passed_ms = started.elapsed().as_secs_f64() * pace * 1000.0;
                *start + TimeDelta::milliseconds(passed_ms as i64)
            }
            Kind::Stepped(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// What the machine's clock shows, for those who compare it with their own: signatures,
    /// certificates.
    pub fn wall(&self) -> Timestamp {
        match &*self.0 {
            Kind::System | Kind::Steady(_) => wall(),
            Kind::Paced { .. } | Kind::Stepped(_) => self.now(),
        }
    }

    /// The present moment for what is deleted by its age: a clock that was set ahead makes nothing
    /// older than it is.
    pub fn lived(&self) -> Timestamp {
        match &*self.0 {
            Kind::Steady(steady) => look(steady, Steady::lived),
            Kind::System | Kind::Paced { .. } | Kind::Stepped(_) => self.now(),
        }
    }

    /// A moment that somebody else told, in the time of this clock.
    pub fn from_outside(&self, at: Timestamp) -> Timestamp {
        match &*self.0 {
            Kind::Steady(steady) => look(steady, |steady| steady.from_outside(at)),
            Kind::System | Kind::Paced { .. } | Kind::Stepped(_) => at,
        }
    }

    /// Clock seconds that pass in one second of the machine's time.
    pub fn pace(&self) -> f64 {
        match &*self.0 {
            Kind::System | Kind::Steady(_) | Kind::Stepped(_) => 1.0,
            Kind::Paced { pace, .. } => *pace,
        }
    }

    /// How long `span` of this clock takes in the machine's time; nothing for a negative span.
    pub fn real(&self, span: TimeDelta) -> Duration {
        span.to_std().unwrap_or_default().div_f64(self.pace())
    }

    /// How much of this clock's time `real` is.
    pub fn scaled(&self, real: Duration) -> Duration {
        real.mul_f64(self.pace())
    }

    /// Waits until `span` of this clock has passed.
    pub async fn sleep(&self, span: TimeDelta) {
        tokio::time::sleep(self.real(span)).await;
    }

    /// Waits until the clock shows `moment`.
    pub async fn sleep_until(&self, moment: Timestamp) {
        self.sleep(moment - self.now()).await;
    }

    /// Runs `work` for at most `span` of this clock.
    pub async fn timeout<F: Future>(
        &self,
        span: TimeDelta,
        work: F,
    ) -> Result<F::Output, TimedOut> {
        tokio::time::timeout(self.real(span), work).await.map_err(|_| TimedOut)
    }
}

fn wall() -> Timestamp {
    DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(3)
}

/// Brings a steady clock up to now, and reads it.
fn look<T>(steady: &Mutex<(Steady, Instant)>, read: impl FnOnce(&Steady) -> T) -> T {
    let mut steady = steady.lock().unwrap_or_else(PoisonError::into_inner);
    let (steady, looked) = &mut *steady;
    let now = Instant::now();
    let passed = TimeDelta::from_std(now - *looked).unwrap_or_default();
    *looked = now;
    steady.advance(passed, wall());
    read(steady)
}

/// A stopwatch of the machine's time, for latencies.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The machine's time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A random number in `0.0..1.0`, for jitter.
pub fn random_share() -> f64 {
    rand::rng().random()
}

/// `N` random bytes from the system's generator, for ids, keys and tokens.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    rand::rng().random()
}

/// A random id of 20 hex digits (80 bits): unguessable and free of meaning.
pub fn random_id() -> String {
    random_bytes::<10>().iter().map(|byte| format!("{byte:02x}")).collect()
}
