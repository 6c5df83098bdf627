//! Destinations that post with one account: they take turns, and none sends while a post of another
//! is in doubt, because what is looked up then is all that the account said since.

use std::collections::BTreeSet;

use crate::domain::{Destination, DestinationId};

use super::{Delivery, DeliveryState, Outbox, Queue};

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

    /// What of a free queue may go as far as its account is concerned: while a post of another of
    /// the account's destinations is in doubt, only what is in doubt itself is looked up.
    pub(super) fn may_go<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Delivery> {
        let own = self.waiting(queue).next().map(|delivery| &delivery.post.destination);
        let waits = own.is_some_and(|own| self.is_in_doubt_beside(own));
        self.heads(queue).filter(move |delivery| !waits || is_in_doubt(delivery))
    }

    pub(super) fn account_of(&self, delivery: &Delivery) -> Option<&str> {
        self.accounts.get(&delivery.post.destination).map(String::as_str)
    }

    fn is_in_doubt_beside(&self, own: &DestinationId) -> bool {
        let Some(account) = self.accounts.get(own) else { return false };
        let others = self.accounts.iter().filter(|(id, one)| *id != own && *one == account);
        let mut queues = others.filter_map(|(id, _)| self.queues.get(id));
        queues.any(|queue| self.waiting(queue).any(is_in_doubt))
    }

    fn waiting<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Delivery> {
        queue.waiting.values().filter_map(|id| self.deliveries.get(id))
    }
}

fn is_in_doubt(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Unknown { .. })
}
