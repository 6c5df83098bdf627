//! How long ago a post was last attempted, for drivers whose only key is reading back.
//!
//! An attempt that came to no answer may still be at work on the other side: what is not there now
//! may be there in a moment. So nothing is called missing before that time is over. Must not: hold
//! more than a bounded number of posts.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;

use crate::{
    clock::Clock,
    domain::{PostId, Timestamp},
};

/// How long an attempt may still be at work after it was given up here.
const SETTLES_S: i64 = 30;
const POSTS_MAX: usize = 1000;

/// The last attempts of one destination's posts.
pub(super) struct Attempts {
    clock: Clock,
    last: Mutex<Last>,
}

struct Last {
    /// Of a post that is not in here the last attempt was before this.
    others_before: Timestamp,
    by_post: BTreeMap<PostId, Timestamp>,
}

impl Attempts {
    /// Nothing is known of earlier attempts but that they were earlier.
    pub(super) fn new(clock: &Clock) -> Self {
        let last = Last { others_before: clock.now(), by_post: BTreeMap::new() };
        Self { clock: clock.clone(), last: Mutex::new(last) }
    }

    /// Notes that an attempt at a post was under way just now.
    pub(super) fn note(&self, post: &PostId) {
        let now = self.clock.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.by_post.len() >= POSTS_MAX {
            last.by_post.clear();
            last.others_before = now;
        }
        last.by_post.insert(post.clone(), now);
    }

    /// Whether the last attempt at a post may still be at work on the other side.
    pub(super) fn is_unsettled(&self, post: &PostId) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let at = last.by_post.get(post).copied().unwrap_or(last.others_before);
        self.clock.now() - at < TimeDelta::seconds(SETTLES_S)
    }
}
