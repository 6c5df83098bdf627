//! The committer: the one thread that writes.
//!
//! Take what waits, write it as one transaction, sync the store, move and sync the mark; then answer the
//! senders, then tell the engine's thread. Between commits, one small step of upkeep (packing,
//! retention). An error of the store or the mark ends the thread, and with it the process: what is
//! on disk then is for the next start to find out. Must not: answer anybody before the mark stands.

use std::{io, sync::mpsc::SyncSender, time::Duration};

use tokio::sync::oneshot;

use crate::{
    clock::Clock,
    domain::Timestamp,
    event::{Entry, Input},
};

use super::{
    Accepted, Durable, Forgotten, Offered, Refused, Snapshot,
    directory::{Directory, Lock},
    group::{Group, Head},
    mark::{HighWater, MarkFile},
    open, personal,
    queue::{Queue, Request, Submission, Taken},
    retain::Upkeep,
    snapshots,
    space::Reserve,
    store::{Batch, Store, StoreError, Tree},
};

/// While stopping, how often and how long the engine's last decisions are waited for.
const LATE_TRIES: u32 = 20;
const LATE_PATIENCE: Duration = Duration::from_millis(50);
/// While inputs keep coming, one step of upkeep is taken after this many commits.
const UPKEEP_EVERY: u32 = 16;
/// Personal values that are removed in one transaction.
const EXPIRE_COUNT: usize = 1024;

/// Why the committer ended before it was told to. Always fatal for the process.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The store failed.
    #[error("the journal's store failed")]
    Store(#[from] StoreError),
    /// A file beside the store failed.
    #[error("the journal's {what} failed")]
    File {
        /// Which.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Nobody takes what is durable any more.
    #[error("the engine no longer takes entries from the journal")]
    EngineGone,
}

/// What the thread owns.
pub(super) struct Committer<'a, T> {
    pub queue: &'a Queue,
    pub store: &'a dyn Store,
    pub mark: MarkFile,
    pub reserve: Reserve,
    pub head: Head,
    pub upkeep: Upkeep,
    pub directory: Directory,
    pub installation: String,
    pub clock: Clock,
    pub durable: SyncSender<T>,
    #[expect(dead_code, reason = "held until the thread ends")]
    pub lock: Lock,
}

/// An input that was put in the group, and whom to tell.
type Answer = (oneshot::Sender<Result<Accepted, Refused>>, Result<Accepted, Refused>);

impl<T: From<Durable>> Committer<'_, T> {
    /// Works until told to stop, or until something fails.
    pub fn run(mut self) -> Result<(), CommitError> {
        let result = self.work();
        self.queue.close();
        self.store.close();
        if let Err(error) = &result {
            tracing::error!(%error, "the journal has failed");
        }
        result
    }

    fn work(&mut self) -> Result<(), CommitError> {
        let mut since_upkeep = 0;
        loop {
            // On a full disk upkeep waits, and so does this thread.
            let busy = self.upkeep.has_work() && self.has_room();
            let taken = self.queue.take(busy.then_some(Duration::ZERO));
            if taken.stopping && taken.submissions.is_empty() && taken.requests.is_empty() {
                break;
            }
            let idle = taken.submissions.is_empty() && taken.requests.is_empty();
            self.carry_out(taken)?;
            since_upkeep += 1;
            if busy && (idle || since_upkeep >= UPKEEP_EVERY) {
                since_upkeep = 0;
                self.upkeep.step(self.store, &self.head)?;
            }
        }
        self.finish()
    }

    /// The last decisions, and the word that they are all there.
    fn finish(&mut self) -> Result<(), CommitError> {
        for _ in 0..LATE_TRIES {
            if self.head.decided >= self.head.last_input {
                break;
            }
            let taken = self.queue.take_late(LATE_PATIENCE);
            self.carry_out(taken)?;
        }
        let mut batch = Batch::default();
        open::put_decided(&mut batch, self.head.decided);
        self.store.apply(&batch)?;
        Ok(self.store.sync()?)
    }

    fn has_room(&mut self) -> bool {
        match self.store.free_bytes() {
            Ok(free_bytes) => self.reserve.check(free_bytes),
            Err(error) => {
                tracing::warn!(%error, "the journal's disk does not say how much is free");
                true
            }
        }
    }

    fn carry_out(&mut self, taken: Taken) -> Result<(), CommitError> {
        if taken.submissions.is_empty() && taken.requests.is_empty() {
            return Ok(());
        }
        let room = self.has_room();
        let mut group = Group::new(self.store, &self.head);
        let now = self.clock.now();
        let mut later = Vec::new();
        let mut durable = Vec::new();
        for request in taken.requests {
            match request {
                Request::Decide { through, decisions } => {
                    let entries = group.decide(through, decisions)?;
                    if !entries.is_empty() {
                        durable.push(Durable::Decided(entries));
                    }
                }
                Request::Own(offered) => add_own(&mut group, now, *offered, &mut durable)?,
                later_one @ (Request::Snapshot(_)
                | Request::Compact { .. }
                | Request::Forget { .. }
                | Request::Expire { .. }) => later.push(later_one),
            }
        }
        let answers = add_inputs(&mut group, now, room, taken.submissions, &mut durable)?;
        self.commit(group)?;
        for (sender, answer) in answers {
            // A sender that no longer waits does not mind.
            let _ = sender.send(answer);
        }
        for entry in durable {
            self.durable.send(entry.into()).map_err(|_| CommitError::EngineGone)?;
        }
        later.into_iter().try_for_each(|request| self.tend(request, room))
    }

    fn commit(&mut self, group: Group<'_>) -> Result<(), CommitError> {
        let finished = group.finish();
        if !finished.batch.is_empty() {
            self.store.apply(&finished.batch)?;
            self.store.sync()?;
            let high_water = HighWater { seq: finished.head.last, hash: finished.head.hash };
            self.mark
                .set(high_water)
                .map_err(|source| CommitError::File { what: "mark", source })?;
            self.upkeep.committed(finished.frame_length);
        }
        self.head = finished.head;
        Ok(())
    }

    /// What is asked beside decisions, after the commit.
    fn tend(&mut self, request: Request, room: bool) -> Result<(), CommitError> {
        match request {
            Request::Decide { .. } | Request::Own(_) => Ok(()),
            Request::Snapshot(snapshot) => {
                if room {
                    self.save_snapshot(&snapshot);
                }
                Ok(())
            }
            Request::Compact { before, keep } => {
                let listed = snapshots::list(&self.directory.snapshots());
                let listed = listed.map_err(snapshot_error)?;
                let covered = listed.get(snapshots::KEPT - 1).map_or(0, |(through, _)| *through);
                self.upkeep.compact(before, covered, keep);
                Ok(())
            }
            Request::Forget { who, answer } => {
                let forgotten = forget(self.store, &who)?;
                let _ = answer.send(Ok(forgotten));
                Ok(())
            }
            Request::Expire { before } => Ok(expire(self.store, before)?),
        }
    }

    fn save_snapshot(&self, snapshot: &Snapshot) {
        let dir = self.directory.snapshots();
        // Without it the next start reads more of the log; nothing is lost.
        if let Err(error) = snapshots::save(&dir, &self.installation, snapshot) {
            tracing::error!(%error, dir = %dir.display(), "a snapshot cannot be saved");
        }
    }
}

fn snapshot_error(source: io::Error) -> CommitError {
    CommitError::File { what: "snapshots", source }
}

/// Adds inputs to the group; what is on its way to the engine is added to `durable`.
fn add_inputs(
    group: &mut Group<'_>,
    now: Timestamp,
    room: bool,
    submissions: Vec<Submission>,
    durable: &mut Vec<Durable>,
) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::with_capacity(submissions.len());
    for Submission { offered, answer } in submissions {
        let result = if room || is_ours(&offered.input) {
            group.input(now, offered)?.map(|(accepted, entry): (Accepted, Entry)| {
                durable.push(Durable::Input(entry));
                accepted
            })
        } else {
            Err(Refused::Full)
        };
        answers.push((answer, result));
    }
    Ok(answers)
}

/// Adds an input of the bot's own; nobody waits for an answer.
fn add_own(
    group: &mut Group<'_>,
    now: Timestamp,
    offered: Offered,
    durable: &mut Vec<Durable>,
) -> Result<(), StoreError> {
    if let Ok((_, entry)) = group.input(now, offered)? {
        durable.push(Durable::Input(entry));
    }
    Ok(())
}

/// Whether an input is the bot's own, and is taken also when the disk is nearly full.
fn is_ours(input: &Input) -> bool {
    match input {
        Input::Started { .. }
        | Input::Learned { .. }
        | Input::Timer { .. }
        | Input::Delivery { .. }
        | Input::Bounced { .. } => true,
        Input::ProbeResult { .. }
        | Input::Report { .. }
        | Input::Command { .. }
        | Input::Notice { .. }
        | Input::Subscribe { .. }
        | Input::Confirm { .. }
        | Input::Unsubscribe { .. }
        | Input::Busy { .. }
        | Input::Trouble { .. } => false,
    }
}

/// Forgets a person, durably.
pub(super) fn forget(store: &dyn Store, who: &str) -> Result<Forgotten, StoreError> {
    let (batch, forgotten) = personal::forget(store, who)?;
    for changes in batch.changes.chunks(EXPIRE_COUNT) {
        store.apply(&Batch { changes: changes.to_vec() })?;
    }
    store.sync()?;
    Ok(forgotten)
}

/// Removes personal values older than `before`, durably.
fn expire(store: &dyn Store, before: Timestamp) -> Result<(), StoreError> {
    loop {
        let batch = personal::expire(store, before, EXPIRE_COUNT)?;
        if batch.is_empty() {
            return Ok(());
        }
        debug_assert!(batch.changes.iter().all(|change| change.tree == Tree::Personal));
        store.apply(&batch)?;
        store.sync()?;
    }
}
