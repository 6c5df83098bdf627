//! The outbox: which post leaves next, and what becomes of it. Pure and serialisable.
//!
//! A post is decided once (`Output::Post`) and then goes due → sending → sent | unknown | failed,
//! or superseded before it leaves.
//! Every step is a journalled [`DeliveryEvent`], so folding the same entries gives the same outbox,
//! and a crash at any moment leaves a state from which nothing is lost and nothing is doubled.
//!
//! Must not: read a clock, do I/O, or change a post. Start at [`Outbox::next_jobs`].
//!
//! ## How it is driven
//!
//! 1. [`Outbox::next_jobs`] names at most one job a destination. Take it with [`Outbox::claim`].
//! 2. [`Step::Send`]: make `Sending` durable, [`apply_event`](Outbox::apply_event) it, only then let
//!    the first byte leave. [`Step::Resolve`] needs no such event: looking changes nothing.
//! 3. Turn what came of it into an event ([`Outbox::after`], [`Outbox::after_lookup`]), make it
//!    durable, apply it. An event that could not be made durable: [`Outbox::release`].
//! 4. After a restart apply [`Outbox::interrupted`] before asking for jobs.
//!
//! ## Order
//!
//! Each destination has one post in flight at most (sent or looked up), so a slow destination delays
//! nobody else. Destinations that post with one account have one among them
//! ([`Outbox::share_accounts`]), and while one of its posts is in doubt the others wait a while: it is known
//! again by what the account said since. Within a destination posts about the same incident or window to the same reader form a
//! *lane*: a later one waits until every earlier one is over, so that "resolved" never arrives before
//! "investigating". Lanes don't wait for each other: a post that is retried on our own schedule
//! holds back its lane alone, and among lanes that are ready the one tried least goes first, then
//! the one decided first. Only a pause that the other side asked for (`Retry-After`) holds back
//! the whole destination. Passing on (`PostAction::Crosspost`) has lanes of its own, and a pause asked
//! for it holds back nothing else: its limits are far narrower, and an update must not wait for
//! them. An update that is overtaken by a newer one of its lane while it waits, surely unsent, gives
//! way to it ([`Outbox::overtaken`]): followers read the newest state first, and no old news after
//! it. A reply waits for its thread's first post whatever its lane. The price:
//! a post that a destination never quite takes keeps its lane waiting until it is given up.

mod accounts;
mod delivery;
mod lane;
mod let_go;
mod schedule;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{DestinationId, IncidentId, Policy, PostId, Timestamp, UpdateKind, WindowId},
    event::{DeliveryEvent, Output, Post, PostAction, Receipt, Resolution, SendError},
};

use lane::{Lane, Life, PastKey, day_of};

pub use delivery::{Delivery, DeliveryState};
pub use schedule::{ASKED_PAUSE_MAX_S, BACKOFF_MAX_MS, BACKOFF_MIN_MS, backoff};

/// Posts that may wait for one destination; above it [`Outbox::surplus`] gives up the oldest.
pub const WAITING_MAX: usize = 10_000;

/// Finished deliveries kept in full; above it the oldest shrink to their id.
pub const FINISHED_MAX: usize = 2_000;

/// All deliveries that are not over, the latest that are, and the ids of the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outbox {
    places: u64,
    deliveries: BTreeMap<PostId, Delivery>,
    queues: BTreeMap<DestinationId, Queue>,
    /// Finished deliveries, in the order in which they were decided.
    finished: BTreeMap<u64, PostId>,
    /// Ids of deliveries that are no longer kept in full, with the other side's id where a reply may
    /// still need it.
    past: BTreeMap<PastKey, BTreeMap<PostId, Option<String>>>,
    incidents: BTreeMap<IncidentId, Life>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    windows: BTreeMap<WindowId, Life>,
    /// Jobs handed out whose event has not come yet; a restart forgets them.
    #[serde(skip)]
    claimed: BTreeSet<PostId>,
    /// The accounts that destinations post with, where several may have one; told at each start.
    #[serde(skip)]
    accounts: BTreeMap<DestinationId, String>,
}

/// One destination's posts that are not over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Queue {
    /// By place: the order in which they were decided.
    waiting: BTreeMap<u64, PostId>,
    /// The destination asked for a pause until then.
    paused_until: Option<Timestamp>,
}

/// One thing to do at a destination.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The post, as decided.
    pub post: Post,
    /// When it was decided: the same for every attempt.
    pub decided_at: Timestamp,
    /// Send: the number of this attempt, from 1. Resolve: that of the attempt in doubt.
    pub attempt: u32,
    /// When the first attempt was made; how far back a lookup must go.
    pub first_attempt_at: Option<Timestamp>,
    /// The destination's own id of the thread's first post, if it arrived and gave one.
    pub reply_to: Option<String>,
    /// What to do.
    pub step: Step,
}

/// What a [`Job`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send it.
    Send,
    /// It may have arrived: look it up.
    Resolve,
}

impl Outbox {
    /// An empty outbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a decision: a new post becomes due; an incident's life is followed, to know how
    /// long ids must be kept. A post that is already known, in whatever state, changes nothing.
    pub fn apply_output(&mut self, at: Timestamp, output: &Output) {
        match output {
            Output::Post(post) => self.add(at, post),
            Output::PostAgain { post, not_there, .. } => self.send_again(at, post, *not_there),
            Output::Incident { id, state, .. } => {
                self.incidents.insert(*id, Life::of(at, state.is_open()));
            }
            // Its posts come after the end: their ids go a while after them.
            Output::Update { incident, kind: UpdateKind::PostMortem, .. } => {
                self.incidents.insert(*incident, Life::of(at, false));
            }
            Output::Window { window, .. } => {
                self.windows.insert(window.id, Life::of(at, window.state.is_open()));
            }
            Output::Suspicion(_)
            | Output::SuspicionCleared { .. }
            | Output::SuspicionHeld { .. }
            | Output::Announcement { .. }
            | Output::WindowFails { .. }
            | Output::Series { .. }
            | Output::HeadsUp { .. }
            | Output::MonitorBlind { .. }
            | Output::MonitorRecovered { .. }
            | Output::Draft { .. }
            | Output::DraftStale { .. }
            | Output::DraftClosed { .. }
            | Output::DraftWaits { .. }
            | Output::Update { .. }
            | Output::ReportFiled { .. }
            | Output::ReportSettled { .. }
            | Output::Timeline { .. }
            | Output::Reply { .. }
            | Output::Reminder { .. }
            | Output::Notice { .. }
            | Output::Subscription(_)
            | Output::Mailing(_)
            | Output::MailingPage { .. }
            | Output::StaffNotice { .. } => {}
        }
    }

    /// Takes in what happened to a post. An event about an unknown or finished post changes nothing:
    /// what was sent stays sent.
    pub fn apply_event(&mut self, at: Timestamp, id: &PostId, event: &DeliveryEvent) {
        self.claimed.remove(id);
        let Some(delivery) = self.deliveries.get_mut(id) else { return };
        if delivery.is_finished() || *event == DeliveryEvent::Gone {
            return;
        }
        delivery.take_in(at, event);
        let (place, destination) = (delivery.place, delivery.post.destination.clone());
        let finished = delivery.is_finished();
        let queue = self.queues.entry(destination.clone()).or_default();
        let pauses_all = delivery.post.action != PostAction::Crosspost;
        let opened = delivery.remote_id().map(str::to_owned).zip(delivery.post.thread.clone());
        let key = PastKey::of(&delivery.post, delivery.decided_at);
        if let DeliveryEvent::Retry { not_before, asked: true, .. } = event
            && pauses_all
        {
            queue.paused_until = queue.paused_until.max(Some(*not_before));
        }
        if let Some((remote_id, first)) = opened {
            self.let_open(&key, &first, &remote_id);
        }
        if finished {
            let queue = self.queues.entry(destination.clone()).or_default();
            queue.waiting.remove(&place);
            if queue.waiting.is_empty() && queue.paused_until.is_none_or(|until| until <= at) {
                self.queues.remove(&destination);
            }
            self.finished.insert(place, id.clone());
            self.shrink_to(FINISHED_MAX);
        }
    }

    /// What may be done now: at most one job a destination and one an account, none where one is in
    /// flight or claimed.
    /// Costs a walk over what waits at destinations that are free: ask after a change and when
    /// [`next_due`](Self::next_due) has come.
    pub fn next_jobs(&self, now: Timestamp) -> Vec<Job> {
        let ready: Vec<&Delivery> = self
            .free_queues()
            .filter(|queue| queue.paused_until.is_none_or(|until| until <= now))
            .filter_map(|queue| {
                let ready = self.ready(queue).filter(|(_, ready)| *ready <= now);
                ready.map(|(delivery, _)| delivery).min_by_key(|delivery| turn(delivery))
            })
            .collect();
        let mut turns: BTreeMap<&str, (u32, u64)> = BTreeMap::new();
        for delivery in &ready {
            if let Some(account) = self.account_of(delivery) {
                let first = turns.entry(account).or_insert_with(|| turn(delivery));
                *first = turn(delivery).min(*first);
            }
        }
        let has_turn = |delivery: &&&Delivery| {
            let first = self.account_of(delivery).and_then(|account| turns.get(account));
            first.is_none_or(|first| *first == turn(delivery))
        };
        ready.iter().filter(has_turn).filter_map(|delivery| self.job(delivery)).collect()
    }

    /// When [`next_jobs`](Self::next_jobs) may next have something, unless an event comes first;
    /// not after now if it has something already.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.free_queues()
            .filter_map(|queue| {
                let ready = self.ready(queue).map(|(_, ready)| ready).min()?;
                Some(queue.paused_until.map_or(ready, |until| until.max(ready)))
            })
            .min()
    }

    /// Marks a job as taken: its destination has no other until an event about the post is applied
    /// or it is [released](Self::release).
    pub fn claim(&mut self, id: &PostId) {
        if self.deliveries.get(id).is_some_and(|delivery| !delivery.is_finished()) {
            self.claimed.insert(id.clone());
        }
    }

    /// Gives a claimed job back untouched (its `Sending` could not be made durable, or a lookup
    /// changed nothing).
    pub fn release(&mut self, id: &PostId) {
        self.claimed.remove(id);
    }

    /// The event that an attempt to send leads to. See [`schedule`](backoff) for the waits.
    pub fn after(
        &self,
        id: &PostId,
        now: Timestamp,
        outcome: &Result<Receipt, SendError>,
        policy: &Policy,
    ) -> DeliveryEvent {
        self.noted(id, schedule::after_send(self.deliveries.get(id), id, now, outcome, policy))
    }

    /// The event that a lookup leads to; `None` when the post is no longer in doubt.
    pub fn after_lookup(
        &self,
        id: &PostId,
        now: Timestamp,
        resolution: &Resolution,
        policy: &Policy,
    ) -> Option<DeliveryEvent> {
        let delivery = self.deliveries.get(id).filter(|delivery| delivery.is_unknown())?;
        Some(self.noted(id, schedule::after_lookup(delivery, now, resolution, policy)))
    }

    /// After a restart: every post that was being sent may have arrived. Apply these before asking
    /// for jobs.
    pub fn interrupted(&self, now: Timestamp) -> Vec<(PostId, DeliveryEvent)> {
        self.unfinished()
            .filter(|delivery| matches!(delivery.state, DeliveryState::Sending { .. }))
            .map(|delivery| {
                let reason = "interrupted by a restart".to_owned();
                let event = DeliveryEvent::Unknown { reason, not_before: now };
                (delivery.post.id.clone(), event)
            })
            .collect()
    }

    /// One delivery, if it is still kept in full.
    pub fn delivery(&self, id: &PostId) -> Option<&Delivery> {
        self.deliveries.get(id)
    }

    /// Whether this post was ever taken in and not forgotten since.
    pub fn knows(&self, id: &PostId) -> bool {
        self.deliveries.contains_key(id) || self.past.values().any(|ids| ids.contains_key(id))
    }

    /// Everything kept in full, in the order in which it was decided, for staff.
    pub fn listing(&self) -> Vec<&Delivery> {
        let mut all: Vec<&Delivery> = self.deliveries.values().collect();
        all.sort_unstable_by_key(|delivery| delivery.place);
        all
    }

    /// How many posts are not over.
    pub fn waiting_count(&self) -> usize {
        self.queues.values().map(|queue| queue.waiting.len()).sum()
    }

    /// Forgets what finished before `before`: the delivery shrinks to its id, and the ids go with
    /// their incident, once that ended before `before` and has nothing left to send. `before` must
    /// be no later than `Policy::reopen_within_s` ago, so that an incident that opens again finds
    /// its ids. Ids of posts without an incident go a day after they were decided, counted from
    /// `before`.
    pub fn prune(&mut self, before: Timestamp) {
        let old: Vec<u64> = self
            .finished
            .iter()
            .filter(|(_, id)| {
                let ended = self.deliveries.get(*id).and_then(Delivery::finished_at);
                ended.is_none_or(|at| at < before)
            })
            .map(|(place, _)| *place)
            .collect();
        for place in old {
            self.shrink(place);
        }
        let speaking: BTreeSet<PastKey> =
            self.deliveries.values().filter_map(|one| PastKey::of_subject(&one.post)).collect();
        let stays = |key: PastKey, life: &Life| {
            speaking.contains(&key) || life.ended_at.is_none_or(|ended| ended >= before)
        };
        self.incidents.retain(|id, life| stays(PastKey::Incident(*id), life));
        self.windows.retain(|id, life| stays(PastKey::Window(*id), life));
        let (incidents, windows) = (&self.incidents, &self.windows);
        self.past.retain(|key, _| match key {
            PastKey::Incident(id) => incidents.contains_key(id),
            PastKey::Window(id) => windows.contains_key(id),
            PastKey::Day(day) => *day >= day_of(before),
        });
    }

    fn add(&mut self, at: Timestamp, post: &Post) {
        let key = PastKey::of(post, at);
        let is_past = match key {
            PastKey::Incident(_) | PastKey::Window(_) => {
                self.past.get(&key).is_some_and(|ids| ids.contains_key(&post.id))
            }
            PastKey::Day(_) => self.knows(&post.id),
        };
        if is_past || self.deliveries.contains_key(&post.id) {
            return;
        }
        self.places += 1;
        match key {
            PastKey::Incident(id) => _ = self.incidents.entry(id).or_default(),
            PastKey::Window(id) => _ = self.windows.entry(id).or_default(),
            PastKey::Day(_) => {}
        }
        let queue = self.queues.entry(post.destination.clone()).or_default();
        queue.waiting.insert(self.places, post.id.clone());
        self.deliveries.insert(post.id.clone(), Delivery::new(post.clone(), self.places, at));
    }

    /// A post that did not arrive, or may not have, is due again at its old place. Any other, or one
    /// that is no longer kept in full, stays as it is.
    fn send_again(&mut self, at: Timestamp, id: &PostId, not_there: bool) {
        let Some(delivery) = self.deliveries.get_mut(id) else { return };
        if !delivery.is_due_again(at, not_there) {
            return;
        }
        let (place, destination) = (delivery.place, delivery.post.destination.clone());
        self.finished.remove(&place);
        self.queues.entry(destination).or_default().waiting.insert(place, id.clone());
    }

    fn unfinished(&self) -> impl Iterator<Item = &Delivery> {
        let ids = self.queues.values().flat_map(|queue| queue.waiting.values());
        ids.filter_map(|id| self.deliveries.get(id))
    }

    fn is_in_flight(&self, queue: &Queue) -> bool {
        queue.waiting.values().any(|id| {
            self.claimed.contains(id)
                || self
                    .deliveries
                    .get(id)
                    .is_some_and(|delivery| matches!(delivery.state, DeliveryState::Sending { .. }))
        })
    }

    /// The first post of each lane of `queue` that does not wait for its thread's first post.
    fn heads<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Delivery> {
        let mut lanes: BTreeSet<Lane<'_>> = BTreeSet::new();
        queue
            .waiting
            .values()
            .filter_map(|id| self.deliveries.get(id))
            .filter(move |delivery| lanes.insert(Lane::of(&delivery.post)))
            .filter(|delivery| !self.waits_for_thread(delivery))
    }

    fn waits_for_thread(&self, delivery: &Delivery) -> bool {
        let first = delivery.post.thread.as_ref().filter(|first| **first != delivery.post.id);
        let first = first.and_then(|first| self.deliveries.get(first));
        first.is_some_and(|first| !first.is_finished() && first.place < delivery.place)
    }

    fn job(&self, delivery: &Delivery) -> Option<Job> {
        let (step, attempt) = match delivery.state {
            DeliveryState::Due { .. } => (Step::Send, delivery.attempt.saturating_add(1)),
            DeliveryState::Unknown { .. } => (Step::Resolve, delivery.attempt),
            DeliveryState::Sending { .. }
            | DeliveryState::Sent { .. }
            | DeliveryState::Unresolved { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Superseded { .. } => return None,
        };
        Some(Job {
            post: delivery.post.clone(),
            decided_at: delivery.decided_at,
            attempt,
            first_attempt_at: delivery.first_attempt_at,
            reply_to: self.reply_to(delivery),
            step,
        })
    }

    /// The destination's own id of the thread's first post.
    fn reply_to(&self, delivery: &Delivery) -> Option<String> {
        let first = delivery.post.thread.as_ref()?;
        if let Some(first) = self.deliveries.get(first) {
            return first.opened().map(str::to_owned);
        }
        let key = PastKey::of(&delivery.post, delivery.decided_at);
        self.past.get(&key)?.get(first)?.clone()
    }

    fn shrink_to(&mut self, kept_max: usize) {
        while self.finished.len() > kept_max {
            // What did not arrive may yet be tried again: what did goes first.
            let arrived = self.finished.iter().find(|(_, id)| {
                self.deliveries.get(*id).is_none_or(|one| !one.can_be_sent_again())
            });
            let oldest = arrived.or_else(|| self.finished.first_key_value());
            let Some(place) = oldest.map(|(place, _)| *place) else { return };
            self.shrink(place);
        }
    }

    /// Keeps of a finished delivery its id, and what a reply would need.
    fn shrink(&mut self, place: u64) {
        let Some(id) = self.finished.remove(&place) else { return };
        if let Some(delivery) = self.deliveries.remove(&id) {
            let key = PastKey::of(&delivery.post, delivery.decided_at);
            let is_told_on = PastKey::of_subject(&delivery.post).is_some();
            let may_open_thread = is_told_on && delivery.post.thread.is_none();
            let remote_id = delivery.opened().filter(|_| may_open_thread).map(str::to_owned);
            self.past.entry(key).or_default().insert(id, remote_id);
        }
    }
}

/// Among posts that are ready: the one tried least goes first, then the one decided first.
fn turn(delivery: &Delivery) -> (u32, u64) {
    (delivery.attempt, delivery.place)
}
