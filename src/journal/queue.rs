//! The way to the committer: a bounded queue of inputs, and what the engine's thread asks for.
//!
//! Inputs are refused when too many wait. What the engine's thread asks never waits for room: there is at
//! most one answer for every input it was handed, and those are bounded; so the committer may wait
//! for the engine, and the engine never for the committer. Must not: write anything.

use std::{
    collections::VecDeque,
    ops::RangeInclusive,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;

use crate::{
    domain::{ProbeId, Timestamp},
    event::{Input, Output},
};

use super::{
    Accepted, Forgotten, MinuteCount, Offered, Personal, Refused, Snapshot, counts,
    store::{Store, StoreError},
};

/// Inputs that may wait; more are refused as [`Refused::Overloaded`].
pub(super) const WAITING_MAX: usize = 8192;
/// Bytes that waiting inputs may hold, roughly; a single one may be longer.
const WAITING_MAX_BYTES: usize = 16 << 20;
/// Inputs that one commit takes.
pub(super) const GROUP_MAX: usize = 1024;

/// An input with the way to answer its sender.
pub(super) struct Submission {
    pub offered: Offered,
    pub answer: oneshot::Sender<Result<Accepted, Refused>>,
}

/// What the engine's thread and staff ask of the committer.
pub(super) enum Request {
    Decide { through: u64, decisions: Vec<(u64, Timestamp, Output)> },
    Own(Box<Offered>),
    Snapshot(Snapshot),
    Compact { before: Timestamp, keep: Vec<RangeInclusive<Timestamp>> },
    Forget { who: String, answer: oneshot::Sender<Result<Forgotten, Refused>> },
    Expire { before: Timestamp },
}

/// What the committer takes at once.
#[derive(Default)]
pub(super) struct Taken {
    pub requests: Vec<Request>,
    pub submissions: Vec<Submission>,
    pub stopping: bool,
}

#[derive(Default)]
struct Waiting {
    submissions: VecDeque<Submission>,
    /// What the submissions hold, roughly.
    bytes: usize,
    requests: VecDeque<Request>,
    stopping: bool,
    closed: bool,
}

/// The queue; shared by the committer and every [`Appender`].
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submit(&self, submission: Submission) -> Result<(), Refused> {
        let mut waiting = self.lock();
        if waiting.stopping || waiting.closed {
            return Err(Refused::Stopping);
        }
        let bytes = waiting.bytes + size(&submission.offered);
        let too_long = bytes > WAITING_MAX_BYTES && !waiting.submissions.is_empty();
        if waiting.submissions.len() >= WAITING_MAX || too_long {
            return Err(Refused::Overloaded);
        }
        waiting.bytes = bytes;
        waiting.submissions.push_back(submission);
        drop(waiting);
        self.wake.notify_one();
        Ok(())
    }

    /// Once closed, requests go nowhere: their senders' channels close.
    fn request(&self, request: Request) -> bool {
        let mut waiting = self.lock();
        let open = !waiting.closed;
        if open {
            waiting.requests.push_back(request);
            drop(waiting);
            self.wake.notify_one();
        }
        open
    }

    /// Refuses inputs from now on; what waits is still committed.
    fn stop(&self) {
        self.lock().stopping = true;
        self.wake.notify_one();
    }

    /// Refuses everything, also what waits.
    pub fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.requests.clear();
        for submission in waiting.submissions.drain(..) {
            let _ = submission.answer.send(Err(Refused::Stopping));
        }
    }

    /// Takes what waits, after waiting for something for at most `patience` (`None`: for ever).
    pub fn take(&self, patience: Option<Duration>) -> Taken {
        let mut waiting = self.lock();
        let idle = |waiting: &mut Waiting| {
            waiting.submissions.is_empty() && waiting.requests.is_empty() && !waiting.stopping
        };
        waiting = match patience {
            None => self.wake.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner),
            Some(time) if !time.is_zero() => {
                let timed_out = self.wake.wait_timeout_while(waiting, time, idle);
                timed_out.unwrap_or_else(PoisonError::into_inner).0
            }
            Some(_) => waiting,
        };
        let count = waiting.submissions.len().min(GROUP_MAX);
        let submissions: Vec<_> = waiting.submissions.drain(..count).collect();
        let taken: usize = submissions.iter().map(|one| size(&one.offered)).sum();
        waiting.bytes = waiting.bytes.saturating_sub(taken);
        Taken {
            submissions,
            requests: waiting.requests.drain(..).collect(),
            stopping: waiting.stopping,
        }
    }

    /// Waits a little for requests alone: while stopping, for the engine's last decisions.
    pub fn take_late(&self, patience: Duration) -> Taken {
        let waiting = self.lock();
        let (mut waiting, _) = self
            .wake
            .wait_timeout_while(waiting, patience, |waiting| waiting.requests.is_empty())
            .unwrap_or_else(PoisonError::into_inner);
        let requests = waiting.requests.drain(..).collect();
        Taken { requests, submissions: Vec::new(), stopping: true }
    }
}

/// What an input holds in memory, roughly, in bytes. Only what others write can be long.
fn size(offered: &Offered) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let input = match &offered.input {
        Input::Report { text, domain, .. } => length(text) + length(domain),
        Input::ProbeResult { error, .. } => length(error),
        Input::Command { text, .. } | Input::Trouble { text } => text.len(),
        Input::Busy { calendar } => {
            let times = calendar.times.iter();
            times.map(|one| size_of_val(one) + one.reason.len()).sum::<usize>()
                + calendar.name.len()
        }
        Input::Notice { notice } => {
            let objects: usize = notice.objects.iter().map(String::len).sum();
            size_of_val(&**notice) + notice.title.len() + notice.id.len() + objects
        }
        Input::Subscribe { .. }
        | Input::Confirm { .. }
        | Input::Unsubscribe { .. }
        | Input::Bounced { .. }
        | Input::Started { .. }
        | Input::Learned { .. }
        | Input::Timer { .. }
        | Input::Delivery { .. } => 0,
    };
    let private = offered.private.as_ref().map_or(0, |private| {
        length(&private.text)
            + length(&private.name)
            + length(&private.address)
            + length(&private.account)
            + length(&private.outside_id)
            + length(&private.unknown_domain)
    });
    size_of::<Submission>() + input + private
}

/// Gives inputs, decisions and upkeep to the committer. Cheap to clone.
#[derive(Clone)]
pub struct Appender {
    pub(super) queue: Arc<Queue>,
    pub(super) store: Arc<dyn Store>,
}

impl Appender {
    /// Gives an input to the journal; resolves when it is durable.
    ///
    /// # Errors
    /// When it is not taken: disk full, too many waiting, received before, or stopping.
    pub async fn submit(&self, offered: Offered) -> Result<Accepted, Refused> {
        let (answer, answered) = oneshot::channel();
        self.queue.submit(Submission { offered, answer })?;
        answered.await.unwrap_or(Err(Refused::Stopping))
    }

    /// The same, for a thread that may wait.
    ///
    /// # Errors
    /// As [`Appender::submit`].
    pub fn submit_blocking(&self, offered: Offered) -> Result<Accepted, Refused> {
        let (answer, answered) = oneshot::channel();
        self.queue.submit(Submission { offered, answer })?;
        answered.blocking_recv().unwrap_or(Err(Refused::Stopping))
    }

    /// Gives the decisions about all inputs up to `through`, each with the input it is about. They come
    /// back as [`super::Durable::Decided`] once they are on disk; no decisions at all come back as
    /// nothing. Does not wait.
    pub fn decide(&self, through: u64, decisions: Vec<(u64, Timestamp, Output)>) {
        self.queue.request(Request::Decide { through, decisions });
    }

    /// Gives an input of the bot's own (a timer, what became of a post) to the journal, also while
    /// stopping. It comes back as [`super::Durable::Input`]. Does not wait; the caller bounds how
    /// many are on their way. `false` when the journal is closed.
    pub fn offer(&self, offered: Offered) -> bool {
        self.queue.request(Request::Own(Box::new(offered)))
    }

    /// Keeps a state as the snapshot after input `through`. Every decision given before this call
    /// is durable first. Does not wait.
    pub fn save_snapshot(&self, through: u64, state: Vec<u8>) {
        self.queue.request(Request::Snapshot(Snapshot { through, state }));
    }

    /// Drops probe results received before `before` that no decision is about and that were not
    /// received within one of the `keep` spans, as far as both snapshots cover them. Counts per
    /// minute are kept. Works in small steps between commits; does not wait.
    pub fn compact(&self, before: Timestamp, keep: Vec<RangeInclusive<Timestamp>>) {
        self.queue.request(Request::Compact { before, keep });
    }

    /// Forgets a person, given by account or by id; resolves when that is durable.
    ///
    /// # Errors
    /// When the journal is stopping.
    pub async fn forget(&self, who: &str) -> Result<Forgotten, Refused> {
        let (answer, answered) = oneshot::channel();
        self.queue.request(Request::Forget { who: who.to_owned(), answer });
        answered.await.unwrap_or(Err(Refused::Stopping))
    }

    /// Removes personal values older than `before`. Does not wait.
    pub fn expire_personal(&self, before: Timestamp) {
        self.queue.request(Request::Expire { before });
    }

    /// A read handle on the personal tree.
    pub fn personal(&self) -> Personal {
        Personal(Arc::clone(&self.store))
    }

    /// The counts kept of a probe's dropped results on the day (UTC) of `day`, minute by minute;
    /// minutes without any are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn minute_counts(
        &self,
        probe: &ProbeId,
        day: Timestamp,
    ) -> Result<Vec<MinuteCount>, StoreError> {
        counts::read_day(&*self.store, probe, day)
    }

    /// Refuses inputs from now on, commits what waits, waits a little for the decisions about it,
    /// and ends the committer; its [`super::Durable`] channel then closes. Does not wait itself.
    pub fn stop(&self) {
        self.queue.stop();
    }
}

impl std::fmt::Debug for Appender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Appender").field("store", &self.store).finish_non_exhaustive()
    }
}
