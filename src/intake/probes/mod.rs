//! Our own probes: what is measured, when, and how the outcome becomes an input.
//!
//! [`run`] starts every probe of the fleet that is not somebody else's. Each has its own place in
//! its interval (`schedule`); each check opens a fresh connection (`check`), because a pooled
//! one hides what a customer would feel. A probe whose last check is still going is skipped and
//! counted, and at most [`Options::concurrency_max`] checks run at once, so nothing piles up
//! however slow the world is. A check that our own machine could not make (no free socket) is
//! counted and not told: it says nothing about a server.
//!
//! Must not: judge (a bad result is handed over as it is), repeat a check that failed, or keep a
//! result that the door refused: the next one is fresher. EVIDENCE.md's adaptive re-probing
//! belongs into `schedule`, which then needs the last outcome. Start at [`run`].

mod check;
mod http;
mod schedule;
mod target;
mod tls;
mod words;

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use chrono::TimeDelta;
use rustls::RootCertStore;
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
};

use crate::{
    clock::Clock,
    domain::{Fleet, Probe, ProbeId, Timestamp},
    event::Input,
    journal::Offered,
};

use super::Door;

pub use check::{Checker, Outcome};
pub use schedule::{JITTER_SHARE, next_start, phase_ms};

/// How probes run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Checks that run at once; more wait for their turn.
    pub concurrency_max: usize,
    /// Whose certificates are trusted.
    pub trust: Trust,
}

impl Default for Options {
    fn default() -> Self {
        Self { concurrency_max: 512, trust: Trust::Platform }
    }
}

/// Whose certificates are trusted.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The machine's own list (on Linux `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured).
    Platform,
    /// These alone.
    Roots(RootCertStore),
}

/// Why probes cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ProbesError {
    /// A target that cannot be spoken to.
    #[error("probe {probe}: {target} is not {expected}")]
    Target {
        /// Which.
        probe: ProbeId,
        /// What it is to look at.
        target: String,
        /// What is expected.
        expected: &'static str,
    },
    /// TLS cannot be set up: above all when the machine trusts nobody.
    #[error("cannot set up TLS for probes")]
    Tls(#[source] rustls::Error),
}

/// How many checks came to what, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks that ran, whatever they found.
    pub run: u64,
    /// Checks that found something wrong.
    pub bad: u64,
    /// Starts that were left out because the probe's last check was still going.
    pub skipped: u64,
    /// Checks that our own machine could not make.
    pub not_made: u64,
    /// Results that the door refused.
    pub refused: u64,
}

/// Probes that run until this is dropped or [stopped](Self::stop).
#[derive(Debug)]
pub struct Probes {
    scheduler: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Probes {
    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.shared.tally.counts()
    }

    /// Stops every probe; checks under way are dropped and tell nothing.
    pub async fn stop(mut self) {
        self.scheduler.abort();
        // It was aborted just now: how it ended says nothing.
        let _ = (&mut self.scheduler).await;
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        self.scheduler.abort();
    }
}

/// Starts the fleet's own probes. Within a tokio runtime only.
///
/// # Errors
///
/// A target cannot be read, or a probe needs TLS and it cannot be set up.
pub fn run(fleet: &Fleet, door: Arc<dyn Door>, clock: Clock) -> Result<Probes, ProbesError> {
    run_with(fleet, door, clock, &Options::default())
}

/// [`run`] with other limits or other trust.
///
/// # Errors
///
/// As [`run`].
pub fn run_with(
    fleet: &Fleet,
    door: Arc<dyn Door>,
    clock: Clock,
    options: &Options,
) -> Result<Probes, ProbesError> {
    let checker = Checker::new(clock.clone(), options.trust.clone());
    let mut watched = Vec::new();
    for probe in &fleet.probes {
        if let Some(target) = checker.target(probe)? {
            watched.push(Watched { probe: probe.clone(), target, busy: AtomicBool::new(false) });
        }
    }
    let shared = Arc::new(Shared {
        watched,
        checker,
        door,
        clock,
        turns: Semaphore::new(options.concurrency_max.max(1)),
        tally: Tally::default(),
    });
    let scheduler = tokio::spawn(schedule_all(Arc::clone(&shared)));
    Ok(Probes { scheduler, shared })
}

struct Shared {
    watched: Vec<Watched>,
    checker: Checker,
    door: Arc<dyn Door>,
    clock: Clock,
    turns: Semaphore,
    tally: Tally,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} probes, {:?}", self.watched.len(), self.tally.counts())
    }
}

struct Watched {
    probe: Probe,
    target: check::Target,
    /// Its last check is still going, or waits for its turn.
    busy: AtomicBool,
}

#[derive(Debug, Default)]
struct Tally {
    run: AtomicU64,
    bad: AtomicU64,
    skipped: AtomicU64,
    not_made: AtomicU64,
    refused: AtomicU64,
}

impl Tally {
    fn counts(&self) -> Counts {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Counts {
            run: read(&self.run),
            bad: read(&self.bad),
            skipped: read(&self.skipped),
            not_made: read(&self.not_made),
            refused: read(&self.refused),
        }
    }
}

fn count(number: &AtomicU64) {
    number.fetch_add(1, Ordering::Relaxed);
}

/// Starts each probe at its moments, for ever.
async fn schedule_all(shared: Arc<Shared>) {
    let now = shared.clock.now();
    let next = |place: usize, after: Timestamp| next_start(&shared.watched[place].probe, after);
    let mut starts: BinaryHeap<Reverse<(Timestamp, usize)>> =
        (0..shared.watched.len()).map(|place| Reverse((next(place, now), place))).collect();
    let mut checks = JoinSet::new();
    while let Some(Reverse((start, place))) = starts.pop() {
        let wait = start - shared.clock.now();
        if wait.num_milliseconds() > longest_wait_ms(&shared.watched[place].probe) {
            // Somebody set the machine's clock back: don't wait until it is then again.
            starts.push(Reverse((next(place, shared.clock.now()), place)));
            continue;
        }
        if wait > TimeDelta::zero() {
            shared.clock.sleep(wait).await;
        } else {
            // Even a sleep of nothing lasts until the timer's next millisecond.
            tokio::task::coop::consume_budget().await;
        }
        begin(&shared, &mut checks, place);
        // After a pause of the machine, moments that are gone are gone.
        starts.push(Reverse((next(place, start.max(shared.clock.now())), place)));
    }
}

fn begin(shared: &Arc<Shared>, checks: &mut JoinSet<()>, place: usize) {
    // Finished checks are only let go of: what they found they have told already.
    while checks.try_join_next().is_some() {}
    if shared.watched[place].busy.swap(true, Ordering::AcqRel) {
        count(&shared.tally.skipped);
    } else {
        checks.spawn(measure(Arc::clone(shared), place));
    }
}

/// No next start is further off than this.
fn longest_wait_ms(probe: &Probe) -> i64 {
    i64::try_from(probe.every_ms.saturating_mul(2)).unwrap_or(i64::MAX).max(1_000)
}

/// One check of one probe, from waiting for its turn to handing over what it found.
async fn measure(shared: Arc<Shared>, place: usize) {
    let watched = &shared.watched[place];
    if let Ok(_turn) = shared.turns.acquire().await {
        // Boxed, so that a check that waits for its turn is small.
        let check = Box::pin(shared.checker.look_at(&watched.target, watched.probe.timeout_ms));
        match check.await {
            Ok(outcome) => tell(&shared, &watched.probe, outcome).await,
            Err(not_made) => {
                count(&shared.tally.not_made);
                tracing::warn!(probe = %watched.probe.id, %not_made, "a check could not be made");
            }
        }
    }
    watched.busy.store(false, Ordering::Release);
}

async fn tell(shared: &Shared, probe: &Probe, outcome: Outcome) {
    count(&shared.tally.run);
    if !outcome.ok {
        count(&shared.tally.bad);
    }
    let input = Input::ProbeResult {
        probe: probe.id.clone(),
        ok: outcome.ok,
        latency_ms: outcome.latency_ms,
        error: outcome.error,
    };
    let offered = Offered { at: shared.clock.now(), input, private: None };
    if let Err(refused) = shared.door.submit(offered).await {
        count(&shared.tally.refused);
        tracing::debug!(probe = %probe.id, %refused, "a result was refused");
    }
}
