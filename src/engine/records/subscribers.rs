//! Who wants to hear of updates, and which updates are on their way to them.
//!
//! A mailing is one decision, whoever it is for. Its posts are decided a page at a time, each page
//! when the one before has nearly left: so a mailing of any size keeps a few hundred posts waiting
//! and no more, and everything else is decided and sent in between. Must not: decide who hears of
//! what (`desk::mailings` does).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{DestinationId, IncidentId, MailingId, PersonId, PostId, Timestamp, WindowId},
    event::{DeliveryEvent, Mailing, Output, Post, Subscription},
};

use super::{Moment, Records, Step};

/// The most posts that a page of a mailing has.
pub(in crate::engine) const PAGE_MAX: usize = 200;
/// The next page is written when no more than so many posts of those before still wait.
const WAITING_LOW: usize = 100;
/// The subject of the letter that asks an address' owner for their word.
pub(in crate::engine) const CONFIRM_SUBJECT: &str = "subscription.confirm";
/// Incidents, and windows, of which a subscriber's first letter is remembered, for threads.
const THREADS_MAX: usize = 8;
/// Letters to one person that are remembered for their limit.
const ASKED_MAX: usize = 8;
/// Addresses that may wait for their owner's word; above it the oldest are forgotten.
const UNCONFIRMED_MAX: usize = 10_000;

/// Everybody who wants to hear of updates, in the order in which they first asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Subscribers {
    pub by_place: BTreeMap<u64, Subscriber>,
    pub last_place: u64,
    places: BTreeMap<PersonId, u64>,
    /// Those that hear of nothing yet, oldest first; some may have been heard from since.
    unconfirmed: VecDeque<u64>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Subscriber {
    pub subscription: Subscription,
    /// When letters that ask for their word were decided, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub asked_at: VecDeque<Timestamp>,
    /// The first update of each incident that was written to them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub first_heard: BTreeMap<IncidentId, u32>,
    /// The same of each window.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub first_heard_of_windows: BTreeMap<WindowId, u32>,
}

impl Subscriber {
    /// The first that was written to them of what a mailing is about.
    pub fn first_heard_of(&self, mailing: &Mailing) -> Option<u32> {
        match (mailing.incident, mailing.window) {
            (Some(incident), _) => self.first_heard.get(&incident).copied(),
            (None, Some(window)) => self.first_heard_of_windows.get(&window).copied(),
            (None, None) => None,
        }
    }

    fn hears_of(&mut self, mailing: &Mailing) {
        match (mailing.incident, mailing.window) {
            (Some(incident), _) => keep_first(&mut self.first_heard, incident, mailing.revision),
            (None, Some(window)) => {
                keep_first(&mut self.first_heard_of_windows, window, mailing.revision);
            }
            (None, None) => {}
        }
    }
}

fn keep_first<K: Ord>(known: &mut BTreeMap<K, u32>, about: K, revision: u32) {
    known.entry(about).or_insert(revision);
    if known.len() > THREADS_MAX {
        known.pop_first();
    }
}

/// An update on its way to many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct MailingRecord {
    pub mailing: Mailing,
    /// The place among subscribers at which the next page begins.
    pub next: u64,
    /// Posts that were decided and have not left.
    pub waiting: BTreeSet<PostId>,
    /// The next page may be written from then on; `None`: posts are waited for.
    pub ready_at: Option<Timestamp>,
    pub sent: u32,
    pub failed: u32,
}

impl Subscribers {
    /// Whether nobody ever asked.
    pub fn is_new(&self) -> bool {
        self.last_place == 0
    }

    pub fn of(&self, person: &PersonId) -> Option<&Subscriber> {
        self.by_place.get(self.places.get(person)?)
    }

    pub fn count(&self) -> usize {
        self.by_place.len()
    }

    fn of_mut(&mut self, person: &PersonId) -> Option<&mut Subscriber> {
        self.by_place.get_mut(self.places.get(person)?)
    }

    /// Takes in what somebody hears of from now on.
    pub fn put(&mut self, subscription: &Subscription) {
        if subscription.topics.is_empty() && subscription.wanted.is_empty() {
            if let Some(place) = self.places.remove(&subscription.person) {
                self.by_place.remove(&place);
            }
            return;
        }
        if let Some(known) = self.of_mut(&subscription.person) {
            known.subscription = subscription.clone();
            return;
        }
        self.last_place += 1;
        self.places.insert(subscription.person.clone(), self.last_place);
        let subscriber = Subscriber {
            subscription: subscription.clone(),
            asked_at: VecDeque::new(),
            first_heard: BTreeMap::new(),
            first_heard_of_windows: BTreeMap::new(),
        };
        self.by_place.insert(self.last_place, subscriber);
        if subscription.topics.is_empty() {
            self.unconfirmed.push_back(self.last_place);
            self.forget_unconfirmed();
        }
    }

    fn forget_unconfirmed(&mut self) {
        while self.unconfirmed.len() > UNCONFIRMED_MAX {
            let Some(place) = self.unconfirmed.pop_front() else { return };
            let is_waiting = |one: &Subscriber| one.subscription.topics.is_empty();
            if self.by_place.get(&place).is_some_and(is_waiting)
                && let Some(gone) = self.by_place.remove(&place)
            {
                self.places.remove(&gone.subscription.person);
            }
        }
    }
}

impl Records {
    /// Takes in a decision that is about subscribers.
    pub(super) fn apply_subscribers(&mut self, at: Timestamp, output: &Output) {
        if let Output::Subscription(subscription) = output {
            self.subscribers.put(subscription);
        }
        if let Output::Mailing(mailing) = output {
            self.begin_mailing(at, mailing);
        }
        if let Output::MailingPage { id, next } = output {
            self.turn_page(at, *id, *next);
        }
    }

    /// An update sets out. What an earlier one of the same incident or window has not written yet, it never
    /// will: whoever is left hears the newer one.
    fn begin_mailing(&mut self, at: Timestamp, mailing: &Mailing) {
        self.last_mailing = self.last_mailing.max(mailing.id);
        let overtaken: Vec<MailingId> = self
            .mailings
            .iter_mut()
            .filter(|(_, one)| one.is_of(mailing.incident, mailing.window, &mailing.destination))
            .map(|(id, one)| {
                one.next = one.mailing.through + 1;
                one.ready_at = None;
                *id
            })
            .collect();
        let record = MailingRecord {
            mailing: mailing.clone(),
            next: 1,
            waiting: BTreeSet::new(),
            ready_at: Some(at),
            sent: 0,
            failed: 0,
        };
        self.mailings.insert(mailing.id, record);
        for id in overtaken {
            self.end_if_over(at, id);
        }
    }

    pub(super) fn page_is_due(&mut self, id: MailingId) {
        if let Some(record) = self.mailings.get_mut(&id) {
            record.ready_at = None;
        }
    }

    fn turn_page(&mut self, at: Timestamp, id: MailingId, next: u64) {
        let Some(record) = self.mailings.get_mut(&id) else { return };
        record.next = next;
        record.look_ahead(at);
        self.end_if_over(at, id);
    }

    /// A post to a subscriber was decided.
    pub(super) fn apply_letter(&mut self, at: Timestamp, post: &Post) {
        let Some(person) = &post.recipient else { return };
        if post.subject == CONFIRM_SUBJECT {
            if let Some(subscriber) = self.subscribers.of_mut(person) {
                subscriber.asked_at.push_back(at);
                if subscriber.asked_at.len() > ASKED_MAX {
                    subscriber.asked_at.pop_front();
                }
            }
            return;
        }
        let newest = self.mailings.values_mut().rev();
        let mut own = newest.filter(|one| one.is_of(post.incident, post.window, &post.destination));
        let Some(record) = own.next() else { return };
        record.waiting.insert(post.id.clone());
        if let Some(subscriber) = self.subscribers.of_mut(person) {
            subscriber.hears_of(&record.mailing);
        }
    }

    /// What became of a post to a subscriber, if it is one.
    pub(super) fn hear_of_letter(&mut self, at: Timestamp, post: &PostId, event: &DeliveryEvent) {
        let (sent, failed) = match event {
            DeliveryEvent::Sent { .. } => (1, 0),
            DeliveryEvent::Failed { .. } | DeliveryEvent::Unresolved { .. } => (0, 1),
            // They are told by the newer letter.
            DeliveryEvent::Superseded { .. } => (0, 0),
            DeliveryEvent::Sending { .. }
            | DeliveryEvent::Retry { .. }
            | DeliveryEvent::Unknown { .. }
            | DeliveryEvent::Gone => return,
        };
        self.posts.remove(post);
        let mut all = self.mailings.iter_mut();
        let Some((id, record)) = all.find(|(_, one)| one.waiting.contains(post)) else { return };
        let id = *id;
        record.waiting.remove(post);
        record.sent = record.sent.saturating_add(sent);
        record.failed = record.failed.saturating_add(failed);
        record.look_ahead(at);
        self.end_if_over(at, id);
    }

    fn end_if_over(&mut self, at: Timestamp, id: MailingId) {
        let is_over = |one: &MailingRecord| !one.has_more() && one.waiting.is_empty();
        if !self.mailings.get(&id).is_some_and(is_over) {
            return;
        }
        let Some(record) = self.mailings.remove(&id) else { return };
        if record.sent + record.failed == 0 {
            return;
        }
        // A window has no story of its own.
        let Some(incident) = record.mailing.incident else { return };
        let step = Step::Mailed {
            destination: record.mailing.destination,
            revision: record.mailing.revision,
            sent: record.sent,
            failed: record.failed,
        };
        self.tell(incident, Moment { at, step });
    }
}

impl MailingRecord {
    fn is_of(
        &self,
        incident: Option<IncidentId>,
        window: Option<WindowId>,
        destination: &DestinationId,
    ) -> bool {
        let own = &self.mailing;
        (own.incident, own.window) == (incident, window) && own.destination == *destination
    }

    fn has_more(&self) -> bool {
        self.next <= self.mailing.through
    }

    /// Has the next page written when few posts wait.
    fn look_ahead(&mut self, at: Timestamp) {
        if self.has_more() && self.ready_at.is_none() && self.waiting.len() <= WAITING_LOW {
            self.ready_at = Some(at);
        }
    }
}
