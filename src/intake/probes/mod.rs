//! Our own probes: what is measured, when, and how the outcome becomes an input.
//!
//! [`run`] starts every probe of the fleet that is not somebody else's. Each has its own place in
//! its interval (`schedule`), and after a bad result is looked at again sooner (`scheduler`); each
//! check opens a fresh connection (`check`), because a pooled one hides what a customer would feel.
//! A probe whose last check is still going is skipped and counted, and at most
//! [`Options::concurrency_max`] checks run at once, so nothing piles up however slow the world is.
//! A check that our own machine could not make (no free socket) is counted and not told: it says
//! nothing about a server.
//!
//! Must not: judge (a bad result is handed over as it is), hide a check that failed behind one that
//! did not, or keep a result that the door refused: the next one is fresher. Start at [`run`].

mod check;
mod http;
mod schedule;
mod scheduler;
mod target;
mod tls;
mod usual;
mod words;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rustls::RootCertStore;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};

use crate::{
    clock::Clock,
    domain::{Fleet, Probe, ProbeId},
};

use super::Door;

pub use check::{Checker, Outcome};
pub use schedule::{AGAIN_AFTER_MS, AGAIN_COUNT, Burst, JITTER_SHARE, next_start, phase_ms};
pub use usual::Usual;

use scheduler::Scheduler;

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
    /// Starts out of turn, after a bad result.
    pub again: u64,
    /// Checks that our own machine could not make.
    pub not_made: u64,
    /// Results that the door refused.
    pub refused: u64,
}

/// Probes that run until this is dropped or [stopped](Self::stop).
#[derive(Debug)]
pub struct Probes {
    scheduler: JoinHandle<()>,
    fleets: mpsc::Sender<Prepared>,
    shared: Arc<Shared>,
}

/// The probes of a fleet, each with a target that can be spoken to.
pub struct Prepared(Vec<(Probe, check::Target)>);

impl Probes {
    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.shared.tally.counts()
    }

    /// Reads the targets of another fleet, and changes nothing.
    ///
    /// # Errors
    ///
    /// As [`run`].
    pub fn prepare(&self, fleet: &Fleet) -> Result<Prepared, ProbesError> {
        prepare(&self.shared.checker, fleet)
    }

    /// Goes on with another fleet: a probe that is the same in both keeps its schedule and the
    /// check it is at; what a removed or changed one is at is told no more.
    pub async fn follow(&self, fleet: Prepared) {
        // A scheduler that is gone was stopped: there is nothing to follow.
        let _ = self.fleets.send(fleet).await;
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
    let prepared = prepare(&checker, fleet)?;
    let turns_max = options.concurrency_max.max(1);
    let turns = Semaphore::new(turns_max);
    let tally = Tally::default();
    let shared = Arc::new(Shared { checker, door, clock, turns, turns_max, tally });
    let (fleets, followed) = mpsc::channel(1);
    let scheduler = tokio::spawn(Scheduler::new(Arc::clone(&shared), prepared).run(followed));
    Ok(Probes { scheduler, fleets, shared })
}

fn prepare(checker: &Checker, fleet: &Fleet) -> Result<Prepared, ProbesError> {
    let mut own = Vec::new();
    for probe in &fleet.probes {
        if let Some(target) = checker.target(probe)? {
            own.push((probe.clone(), target));
        }
    }
    Ok(Prepared(own))
}

/// What every check needs.
struct Shared {
    checker: Checker,
    door: Arc<dyn Door>,
    clock: Clock,
    turns: Semaphore,
    turns_max: usize,
    tally: Tally,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "probes, {:?}", self.tally.counts())
    }
}

#[derive(Debug, Default)]
struct Tally {
    run: AtomicU64,
    bad: AtomicU64,
    skipped: AtomicU64,
    again: AtomicU64,
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
            again: read(&self.again),
            not_made: read(&self.not_made),
            refused: read(&self.refused),
        }
    }
}

fn count(number: &AtomicU64) {
    number.fetch_add(1, Ordering::Relaxed);
}
