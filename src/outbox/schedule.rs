//! When to try again, and when to stop: pure functions from what happened to the event it leads to.
//!
//! Own waits are exponential, 2 s doubling to 10 min, each ±20 % by a hash of post and attempt: many
//! posts that failed together don't come back together, and the same post waits the same in every
//! replay. A pause the other side asks for is obeyed, up to a day: to the moment for the first
//! attempts of a post, so that a limiter costs no more than it must, and never below our own schedule
//! after those. Giving up is counted from the first attempt (`Policy::give_up_after_s`): the last try on
//! our own schedule is made at that moment; a pause that ends after it is not waited for. A post of
//! which an earlier attempt may have arrived is never called failed, but left to staff's eyes.

use std::time::Duration;

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::{
    domain::{Audience, Policy, PostId, Timestamp, UpdateKind},
    event::{DeliveryEvent, Post, PostAction, Receipt, Resolution, SendError},
};

use super::{Delivery, Outbox};

/// The first wait, before its jitter.
pub const BACKOFF_MIN_MS: u64 = 2_000;

/// The longest wait, before its jitter.
pub const BACKOFF_MAX_MS: u64 = 600_000;

/// The longest pause that the other side may ask for.
pub const ASKED_PAUSE_MAX_S: u64 = 24 * 3600;

/// So many times a post waits no longer than the other side asks.
const TAKEN_AT_ITS_WORD: u32 = 5;

/// The shortest wait before another attempt, whatever was asked.
const ASKED_PAUSE_MIN_MS: i64 = 100;

/// How long to wait after `attempt` (from 1) of `post`: `2 s · 2^(attempt−1)`, at most 10 min, times
/// 0.8 to 1.2 by the first 32 bits of `SHA-256(post id, attempt)`.
pub fn backoff(post: &PostId, attempt: u32) -> TimeDelta {
    let doublings = attempt.saturating_sub(1).min(32);
    let base_ms = (BACKOFF_MIN_MS << doublings).min(BACKOFF_MAX_MS);
    let hash = Sha256::new().chain_update(post.as_str()).chain_update(attempt.to_be_bytes());
    let hash = hash.finalize();
    let share = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    // 0.8 + 0.4 · share, in whole numbers.
    let jittered_ms = base_ms * 4 / 5 + ((base_ms * 2 / 5 * u64::from(share)) >> 32);
    TimeDelta::milliseconds(i64::try_from(jittered_ms).unwrap_or(i64::MAX))
}

/// The event that an attempt leads to. Without a delivery the attempt counts as the first.
pub(super) fn after_send(
    delivery: Option<&Delivery>,
    id: &PostId,
    now: Timestamp,
    outcome: &Result<Receipt, SendError>,
    policy: &Policy,
) -> DeliveryEvent {
    let attempt = delivery.map_or(1, |delivery| delivery.attempt.max(1));
    let end = end_of_patience(delivery, now, policy);
    match outcome {
        Ok(receipt) => sent(receipt),
        Err(SendError::Rejected(reason) | SendError::Bounced(reason)) => {
            given_up(delivery, reason.clone())
        }
        Err(SendError::RetryAfter { after, reason }) => {
            retry(delivery, now + backoff(id, attempt), *after, reason, now, end)
        }
        Err(SendError::Unknown(reason)) if now >= end => {
            DeliveryEvent::Unresolved { reason: reason.clone() }
        }
        Err(SendError::Unknown(reason)) => {
            let not_before = (now + backoff(id, attempt)).min(end);
            DeliveryEvent::Unknown { reason: reason.clone(), not_before }
        }
    }
}

/// The event that a lookup leads to.
pub(super) fn after_lookup(
    delivery: &Delivery,
    now: Timestamp,
    resolution: &Resolution,
    policy: &Policy,
) -> DeliveryEvent {
    let end = end_of_patience(Some(delivery), now, policy);
    match resolution {
        Resolution::Sent(receipt) => sent(receipt),
        Resolution::SendAgain => {
            let reason = "not there, or recognised by its key if it is".to_owned();
            DeliveryEvent::Retry { not_before: now, reason, asked: false }
        }
        Resolution::AskLater(reason) if now >= end => {
            DeliveryEvent::Unresolved { reason: reason.clone() }
        }
        Resolution::AskLater(reason) => {
            let wait = backoff(delivery.id(), delivery.lookups.saturating_add(1));
            DeliveryEvent::Unknown { reason: reason.clone(), not_before: (now + wait).min(end) }
        }
        Resolution::CannotTell(reason) => DeliveryEvent::Unresolved { reason: reason.clone() },
    }
}

impl Outbox {
    /// The same, with a word to staff where what is told afterwards arrived outside its thread: ids
    /// are not kept for ever, and the thread's first post may never have come to be. A destination
    /// that gives no ids has no threads by them.
    pub(super) fn noted(&self, id: &PostId, mut event: DeliveryEvent) -> DeliveryEvent {
        let delivery = self.deliveries.get(id).filter(|one| is_afterwards(&one.post));
        let stands_alone = delivery.is_some_and(|one| self.reply_to(one).is_none());
        if let DeliveryEvent::Sent { remote_id: Some(_), remark, .. } = &mut event
            && stands_alone
        {
            let alone = "it stands alone, as the place of its thread is not known any more";
            let remarks: Vec<String> =
                remark.take().into_iter().chain([alone.to_owned()]).collect();
            *remark = Some(remarks.join("; "));
        }
        event
    }
}

fn is_afterwards(post: &Post) -> bool {
    let kind = post.subject.strip_prefix("incident.");
    kind == Some(UpdateKind::PostMortem.word())
        && post.audience == Audience::Public
        && post.action == PostAction::Post
        && post.thread.is_some()
}

/// The end of a delivery that did not arrive: failed, or left to staff when an earlier attempt may
/// have arrived.
pub(super) fn given_up(delivery: Option<&Delivery>, reason: String) -> DeliveryEvent {
    if delivery.is_some_and(|delivery| delivery.in_doubt) {
        DeliveryEvent::Unresolved { reason }
    } else {
        DeliveryEvent::Failed { reason }
    }
}

fn sent(receipt: &Receipt) -> DeliveryEvent {
    let Receipt { remote_id, link, remark } = receipt.clone();
    DeliveryEvent::Sent { remote_id, link, remark }
}

fn retry(
    delivery: Option<&Delivery>,
    own: Timestamp,
    asked: Option<Duration>,
    reason: &str,
    now: Timestamp,
    end: Timestamp,
) -> DeliveryEvent {
    let asked_until = asked.map(|after| now + bounded(after));
    if now >= end || asked_until.is_some_and(|until| until > end) {
        return given_up(delivery, reason.to_owned());
    }
    let own = own.min(end);
    let attempt = delivery.map_or(1, |delivery| delivery.attempt);
    let soonest = if attempt <= TAKEN_AT_ITS_WORD {
        own.min(now + TimeDelta::milliseconds(ASKED_PAUSE_MIN_MS))
    } else {
        own
    };
    DeliveryEvent::Retry {
        not_before: asked_until.map_or(own, |until| until.max(soonest)),
        reason: reason.to_owned(),
        asked: asked.is_some(),
    }
}

fn bounded(asked: Duration) -> TimeDelta {
    let asked = asked.min(Duration::from_secs(ASKED_PAUSE_MAX_S));
    TimeDelta::from_std(asked).unwrap_or_default()
}

fn end_of_patience(delivery: Option<&Delivery>, now: Timestamp, policy: &Policy) -> Timestamp {
    let first = delivery.and_then(|one| one.asked_again_at.or(one.first_attempt_at)).unwrap_or(now);
    let patience = i64::try_from(policy.give_up_after_s).ok().and_then(TimeDelta::try_seconds);
    patience.and_then(|patience| first.checked_add_signed(patience)).unwrap_or(Timestamp::MAX_UTC)
}
