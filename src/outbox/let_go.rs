//! Posts that are let go before they are sent: too many for one destination, or overtaken by newer
//! words. Must not: let go what may have arrived.

use std::collections::BTreeMap;

use crate::{
    domain::PostId,
    event::{DeliveryEvent, Post, PostAction, SUBSCRIBER_SUBJECT},
};

use super::{Delivery, DeliveryState, Lane, Outbox, PastKey, Queue, WAITING_MAX, schedule};

/// How the subject of a post begins that tells where things stand: the newest says it best.
const UPDATES: [&str; 3] = ["incident.", "maintenance.", SUBSCRIBER_SUBJECT];

impl Outbox {
    /// Posts above [`WAITING_MAX`] at one destination, the oldest first: given up, to be journalled
    /// like any event. Posts in flight are left alone.
    pub fn surplus(&self) -> Vec<(PostId, DeliveryEvent)> {
        let over = |queue: &Queue| queue.waiting.len().saturating_sub(WAITING_MAX);
        self.queues
            .values()
            .flat_map(|queue| queue.waiting.values().take(over(queue)))
            .filter(|id| !self.claimed.contains(*id))
            .filter_map(|id| self.deliveries.get(id))
            .filter(|delivery| !matches!(delivery.state, DeliveryState::Sending { .. }))
            .map(|delivery| {
                let reason = format!("more than {WAITING_MAX} posts wait for this destination");
                (delivery.post.id.clone(), schedule::given_up(Some(delivery), reason))
            })
            .collect()
    }

    /// Updates that wait, surely unsent, while a newer one of their lane and kind waits too, and what was to be
    /// done to their posts: they give way, to be journalled like any event. No words are ever joined.
    pub fn overtaken(&self) -> Vec<(PostId, DeliveryEvent)> {
        self.queues.values().flat_map(|queue| self.overtaken_in(queue)).collect()
    }

    fn overtaken_in(&self, queue: &Queue) -> Vec<(PostId, DeliveryEvent)> {
        if queue.waiting.len() < 2 {
            return Vec::new();
        }
        let waiting: Vec<&Delivery> =
            queue.waiting.values().filter_map(|id| self.deliveries.get(id)).collect();
        let mut newest: BTreeMap<(Lane<'_>, &str), &PostId> = BTreeMap::new();
        let mut old: BTreeMap<&PostId, &PostId> = BTreeMap::new();
        for delivery in waiting.iter().rev().filter(|one| is_update(&one.post)) {
            let key = (Lane::of(&delivery.post), delivery.post.action.word());
            let newer = *newest.entry(key).or_insert(delivery.id());
            if newer != delivery.id() && self.gives_way(delivery) {
                old.insert(delivery.id(), newer);
            }
        }
        let follows = waiting.iter().filter(|one| one.post.action == PostAction::Crosspost);
        let follows = follows.filter_map(|one| Some((*one, one.post.thread.as_ref()?)));
        let follows: Vec<(&PostId, &PostId)> = follows
            .filter(|(one, first)| self.gives_way(one) && self.is_let_go(first, &old))
            .map(|(one, first)| (one.id(), first))
            .collect();
        let all = old.into_iter().chain(follows);
        all.map(|(id, by)| (id.clone(), DeliveryEvent::Superseded { by: by.clone() })).collect()
    }

    fn gives_way(&self, delivery: &Delivery) -> bool {
        delivery.can_give_way() && !self.claimed.contains(delivery.id())
    }

    fn is_let_go(&self, id: &PostId, old: &BTreeMap<&PostId, &PostId>) -> bool {
        old.contains_key(id) || self.deliveries.get(id).is_some_and(Delivery::is_superseded)
    }

    /// A reply arrived; where the thread's first post gave way, later ones reply to this.
    pub(super) fn let_open(&mut self, key: &PastKey, first: &PostId, remote_id: &str) {
        if let Some(first) = self.deliveries.get_mut(first) {
            first.let_open(remote_id);
        } else if let Some(opened) = self.past.get_mut(key).and_then(|ids| ids.get_mut(first)) {
            opened.get_or_insert_with(|| remote_id.to_owned());
        }
    }
}

fn is_update(post: &Post) -> bool {
    let says = matches!(post.action, PostAction::Post | PostAction::Edit);
    says && UPDATES.iter().any(|start| post.subject.starts_with(start))
}
