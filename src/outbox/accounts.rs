//! Destinations that post with one account: they take turns, and none sends while a post of another
//! is in doubt, because what is looked up then is all that the account said since.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::domain::{Destination, DestinationId, Timestamp};

use super::{Delivery, DeliveryState, Outbox, Queue};

/// A doubt that cannot be resolved (an account that is closed, a server that is down) holds back the
/// others no longer than this: most are resolved within a minute, and news must not wait for a day.
const DOUBT_HOLDS: TimeDelta = TimeDelta::minutes(15);

impl Outbox {
    /// Has destinations that post with one account take turns from now on. A pause that was asked
    /// for stays its destination's own.
    pub fn share_accounts(&mut self, destinations: &[Destination]) {
        let named = destinations.iter().filter_map(|one| {
            let account = one.abilities.account.clone()?;
            Some((one.id.clone(), account))
        });
        self.accounts = named.collect();
    }

    /// The queues of which nothing is in flight, nor of another destination with the same account.
    pub(super) fn free_queues(&self) -> impl Iterator<Item = &Queue> {
        let shared = self.queues.iter().filter_map(|(id, queue)| {
            let account = self.accounts.get(id)?;
            self.is_in_flight(queue).then_some(account)
        });
        let busy: BTreeSet<&String> = shared.collect();
        self.queues
            .iter()
            .filter(move |(id, queue)| match self.accounts.get(*id) {
                Some(account) => !busy.contains(account),
                None => !self.is_in_flight(queue),
            })
            .map(|(_, queue)| queue)
    }

    /// What of a queue waits for nothing but its time, and that time: while a post of another of the
    /// account's destinations is in doubt, only what is in doubt itself is looked up.
    pub(super) fn ready<'a>(
        &'a self,
        queue: &'a Queue,
    ) -> impl Iterator<Item = (&'a Delivery, Timestamp)> {
        let own = self.waiting(queue).next().map(|delivery| &delivery.post.destination);
        let held = own.and_then(|own| self.held_until(own));
        self.heads(queue).filter_map(move |delivery| {
            let ready = delivery.ready_at()?;
            let held = held.filter(|_| !is_in_doubt(delivery));
            Some((delivery, held.map_or(ready, |held| held.max(ready))))
        })
    }

    pub(super) fn account_of(&self, delivery: &Delivery) -> Option<&str> {
        self.accounts.get(&delivery.post.destination).map(String::as_str)
    }

    /// Until when the doubts of the account's other destinations hold this one back.
    fn held_until(&self, own: &DestinationId) -> Option<Timestamp> {
        let account = self.accounts.get(own)?;
        let others = self.accounts.iter().filter(|(id, one)| *id != own && *one == account);
        others
            .filter_map(|(id, _)| self.queues.get(id))
            .flat_map(|queue| self.waiting(queue).filter(|delivery| is_in_doubt(delivery)))
            .filter_map(|delivery| Some(delivery.first_attempt_at? + DOUBT_HOLDS))
            .max()
    }

    fn waiting<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Delivery> {
        queue.waiting.values().filter_map(|id| self.deliveries.get(id))
    }
}

fn is_in_doubt(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Unknown { .. })
}
