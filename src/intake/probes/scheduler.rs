//! Starts each probe at its moments: in its turn, and soon after a bad result.
//!
//! One task owns every probe's place; checks are tasks of their own and come back to it with what
//! they found. Must not: wait for a check, or have two of one probe under way. Start at
//! [`Scheduler::run`].

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    domain::{Probe, ProbeId, Timestamp},
    event::Input,
    journal::Offered,
};

use super::{
    Prepared, Shared,
    check::{Outcome, Target},
    count,
    schedule::{Burst, next_start},
    usual::Usual,
};

/// How long nothing happens when there is no probe.
const NOTHING_DUE: TimeDelta = TimeDelta::hours(1);

/// Every probe, and when each starts next.
pub(super) struct Scheduler {
    shared: Arc<Shared>,
    /// By a number that no other probe gets, before or after.
    slots: BTreeMap<u64, Slot>,
    slots_made: u64,
    /// The next starts; one that is no longer its slot's next is passed over.
    starts: BinaryHeap<Reverse<(Timestamp, u64)>>,
    checks: JoinSet<(u64, Option<Found>)>,
}

/// One probe.
struct Slot {
    watched: Arc<Watched>,
    next: Timestamp,
    /// The next start is out of turn.
    is_again: bool,
    /// Its last check is still going, or waits for its turn.
    is_busy: bool,
    burst: Burst,
    usual: Usual,
}

/// What a check of it needs.
struct Watched {
    probe: Probe,
    target: Target,
    /// The fleet has it no more: what it is at is not told.
    is_gone: AtomicBool,
}

/// What a check found, and when.
struct Found {
    at: Timestamp,
    ok: bool,
    latency_ms: Option<u32>,
}

impl Scheduler {
    pub(super) fn new(shared: Arc<Shared>, fleet: Prepared) -> Self {
        let mut scheduler = Self {
            shared,
            slots: BTreeMap::new(),
            slots_made: 0,
            starts: BinaryHeap::new(),
            checks: JoinSet::new(),
        };
        scheduler.follow(fleet);
        scheduler
    }

    /// Starts each probe at its moments until nobody can send another fleet.
    pub(super) async fn run(mut self, mut fleets: mpsc::Receiver<Prepared>) {
        let clock = self.shared.clock.clone();
        loop {
            self.begin_due();
            let wait = self.wait();
            tokio::select! {
                fleet = fleets.recv() => match fleet {
                    Some(fleet) => self.follow(fleet),
                    None => return,
                },
                Some(ended) = self.checks.join_next() => match ended {
                    Ok((place, found)) => self.note(place, found),
                    Err(error) => tracing::error!(%error, "a check's task failed"),
                },
                () = clock.sleep(wait) => {}
            }
        }
    }

    /// Goes on with another fleet.
    fn follow(&mut self, Prepared(probes): Prepared) {
        let mut before: BTreeMap<ProbeId, u64> = BTreeMap::new();
        for (place, slot) in &self.slots {
            before.insert(slot.watched.probe.id.clone(), *place);
        }
        let now = self.shared.clock.now();
        let mut kept = BTreeMap::new();
        for (probe, target) in probes {
            let same = before.get(&probe.id).filter(|place| {
                self.slots.get(place).is_some_and(|slot| slot.watched.probe == probe)
            });
            if let Some((place, slot)) = same.and_then(|place| self.slots.remove_entry(place)) {
                kept.insert(place, slot);
                continue;
            }
            self.slots_made += 1;
            let next = next_start(&probe, now);
            self.starts.push(Reverse((next, self.slots_made)));
            kept.insert(self.slots_made, Slot::new(probe, target, next));
        }
        for gone in std::mem::replace(&mut self.slots, kept).into_values() {
            gone.watched.is_gone.store(true, Ordering::Release);
        }
    }

    /// How long nothing is to be started.
    fn wait(&mut self) -> TimeDelta {
        let now = self.shared.clock.now();
        while let Some(Reverse((start, place))) = self.starts.peek().copied() {
            let Some(slot) = self.slots.get(&place).filter(|slot| slot.next == start) else {
                self.starts.pop();
                continue;
            };
            let wait = start - now;
            if wait.num_milliseconds() <= longest_wait_ms(&slot.watched.probe) {
                return wait;
            }
            // Somebody set the machine's clock back: don't wait until it is then again.
            self.starts.pop();
            let next = next_start(&slot.watched.probe, now);
            self.plan(place, next, false);
        }
        NOTHING_DUE
    }

    fn plan(&mut self, place: u64, next: Timestamp, is_again: bool) {
        if let Some(slot) = self.slots.get_mut(&place) {
            slot.next = next;
            slot.is_again = is_again;
            self.starts.push(Reverse((next, place)));
        }
    }

    /// Starts all whose moment has come.
    fn begin_due(&mut self) {
        let now = self.shared.clock.now();
        while let Some(Reverse((start, place))) = self.starts.peek().copied() {
            if start > now {
                return;
            }
            self.starts.pop();
            let Some(slot) = self.slots.get_mut(&place).filter(|slot| slot.next == start) else {
                continue;
            };
            if !slot.is_again || has_room(&self.shared) {
                begin(&self.shared, &mut self.checks, place, slot);
            }
            // After a pause of the machine, moments that are gone are gone.
            let next = next_start(&slot.watched.probe, start.max(now));
            self.plan(place, next, false);
        }
    }

    /// A check is over: after a bad one the probe starts again before its turn.
    fn note(&mut self, place: u64, found: Option<Found>) {
        let Some(slot) = self.slots.get_mut(&place) else { return };
        slot.is_busy = false;
        let Some(Found { at, ok, latency_ms }) = found else { return };
        let is_slow = ok && latency_ms.is_some_and(|latency_ms| slot.usual.note(latency_ms));
        slot.burst.note(!ok || is_slow);
        let again = slot.burst.again(&slot.watched.probe, at);
        if let Some(again) = again.filter(|again| *again < slot.next) {
            self.plan(place, again, true);
        }
    }
}

impl Slot {
    fn new(probe: Probe, target: Target, next: Timestamp) -> Self {
        Self {
            watched: Arc::new(Watched { probe, target, is_gone: AtomicBool::new(false) }),
            next,
            is_again: false,
            is_busy: false,
            burst: Burst::default(),
            usual: Usual::default(),
        }
    }
}

/// Looking again must not take the turns that others need: half of them are left.
fn has_room(shared: &Shared) -> bool {
    shared.turns.available_permits() * 2 >= shared.turns_max
}

fn begin(
    shared: &Arc<Shared>,
    checks: &mut JoinSet<(u64, Option<Found>)>,
    place: u64,
    slot: &mut Slot,
) {
    if std::mem::replace(&mut slot.is_busy, true) {
        count(&shared.tally.skipped);
        return;
    }
    if slot.is_again {
        count(&shared.tally.again);
    }
    let (shared, watched) = (Arc::clone(shared), Arc::clone(&slot.watched));
    checks.spawn(async move {
        // A check that panics must not keep its probe busy for ever.
        let found = AssertUnwindSafe(measure(&shared, &watched)).catch_unwind().await;
        let found = found.unwrap_or_else(|_| {
            tracing::error!(probe = %watched.probe.id, "a check panicked");
            None
        });
        (place, found)
    });
}

/// No next start is further off than this.
fn longest_wait_ms(probe: &Probe) -> i64 {
    i64::try_from(probe.every_ms.saturating_mul(2)).unwrap_or(i64::MAX).max(1_000)
}

/// One check of one probe, from waiting for its turn to handing over what it found.
async fn measure(shared: &Shared, watched: &Watched) -> Option<Found> {
    let _turn = shared.turns.acquire().await.ok()?;
    // Boxed, so that a check that waits for its turn is small.
    let check = Box::pin(shared.checker.look_at(&watched.target, watched.probe.timeout_ms));
    match check.await {
        Ok(outcome) => {
            let at = shared.clock.now();
            let found = Found { at, ok: outcome.ok, latency_ms: outcome.latency_ms };
            if !watched.is_gone.load(Ordering::Acquire) {
                tell(shared, &watched.probe, at, outcome).await;
            }
            Some(found)
        }
        Err(not_made) => {
            count(&shared.tally.not_made);
            tracing::warn!(probe = %watched.probe.id, %not_made, "a check could not be made");
            None
        }
    }
}

async fn tell(shared: &Shared, probe: &Probe, at: Timestamp, outcome: Outcome) {
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
    if let Err(refused) = shared.door.submit(Offered { at, input, private: None }).await {
        count(&shared.tally.refused);
        tracing::debug!(probe = %probe.id, %refused, "a result was refused");
    }
}
