//! When a card is put again: at once when something has happened, now and then when only counts and
//! the picture go on, never when nothing does. Pure; it takes the time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    domain::{PostId, Timestamp},
    engine::Card,
    render::chart::Chart,
};

/// Between two edits of a message.
const EDIT_EVERY: TimeDelta = TimeDelta::seconds(2);
/// Between two edits that only change counts and the picture, by how long the message was looked
/// after: in the first minutes all is new, and Discord lets old messages be edited only now and then.
const COUNTS_EVERY: [(TimeDelta, TimeDelta); 2] = [
    (TimeDelta::minutes(10), TimeDelta::seconds(15)),
    (TimeDelta::hours(1), TimeDelta::seconds(60)),
];
const COUNTS_EVERY_AT_LAST: TimeDelta = TimeDelta::minutes(5);
/// After a refusal a message is left alone for so long.
const REFUSED_FOR: TimeDelta = TimeDelta::minutes(10);
/// After Discord took nothing, all wait; twice as long each time, up to the second.
const HOLD_MIN_S: i64 = 5;
const HOLD_MAX_S: i64 = 300;

/// What is put in a message's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    /// Words and buttons.
    pub body: Value,
    /// What of the card staff must see at once.
    pub gist: Card,
    /// The picture's data; `None`: the picture stays as it is.
    pub chart: Option<Chart>,
}

/// What was put, and what must wait.
#[derive(Debug, Default)]
pub struct Pace {
    messages: BTreeMap<PostId, Known>,
    holds: u32,
    held_until: Option<Timestamp>,
}

#[derive(Debug)]
enum Known {
    Stands { first_at: Timestamp, at: Timestamp, put: Box<Put> },
    Refused { until: Timestamp },
    Gone,
}

impl Pace {
    /// Whether a message is to be changed into `wanted` now.
    pub fn is_due(&self, now: Timestamp, post: &PostId, wanted: &Put) -> bool {
        if self.held_until.is_some_and(|until| now < until) {
            return false;
        }
        match self.messages.get(post) {
            None => true,
            Some(Known::Gone) => false,
            Some(Known::Refused { until }) => now >= *until,
            Some(Known::Stands { first_at, at, put }) => {
                let (age, since) = (now - *first_at, now - *at);
                let is_other = put.body != wanted.body;
                let has_happened = is_other && put.gist != wanted.gist;
                let goes_on = wanted.chart.is_some() && put.chart != wanted.chart;
                (has_happened && since >= EDIT_EVERY)
                    || (wanted.gist.state.is_open()
                        && (is_other || goes_on)
                        && since >= counts_every(age))
            }
        }
    }

    /// It stands there.
    pub fn put(&mut self, now: Timestamp, post: &PostId, put: Put) {
        self.holds = 0;
        self.held_until = None;
        let first_at = match self.messages.get(post) {
            Some(Known::Stands { first_at, .. }) => *first_at,
            Some(Known::Refused { .. } | Known::Gone) | None => now,
        };
        let stands = Known::Stands { first_at, at: now, put: Box::new(put) };
        self.messages.insert(post.clone(), stands);
    }

    /// The message was deleted: it is not touched again.
    pub fn gone(&mut self, post: &PostId) {
        self.messages.insert(post.clone(), Known::Gone);
    }

    /// Discord does not take it.
    pub fn refused(&mut self, now: Timestamp, post: &PostId) {
        self.messages.insert(post.clone(), Known::Refused { until: now + REFUSED_FOR });
    }

    /// Discord takes nothing for now.
    pub fn hold_on(&mut self, now: Timestamp) {
        let wait_s = (HOLD_MIN_S << self.holds.min(16)).min(HOLD_MAX_S);
        self.holds = self.holds.saturating_add(1);
        self.held_until = Some(now + TimeDelta::seconds(wait_s));
    }

    /// Discord takes nothing for now, and says for how long.
    pub fn rest(&mut self, now: Timestamp, pause: TimeDelta) {
        self.held_until = now.checked_add_signed(pause).max(self.held_until);
    }

    /// How long nothing is due, where a card had to wait; no time at all once it need not.
    pub fn held_for(&self, now: Timestamp) -> Option<TimeDelta> {
        self.held_until.map(|until| (until - now).max(TimeDelta::zero()))
    }

    /// Forgets messages that are no longer looked after.
    pub fn forget_all_but(&mut self, kept: &BTreeSet<&PostId>) {
        self.messages.retain(|post, _| kept.contains(post));
    }
}

fn counts_every(age: TimeDelta) -> TimeDelta {
    let found = COUNTS_EVERY.iter().find(|(until, _)| age < *until);
    found.map_or(COUNTS_EVERY_AT_LAST, |(_, every)| *every)
}
