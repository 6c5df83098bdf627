//! What staff are told when they ask for deliveries: what waits, what may have arrived, what
//! failed. Must not: decide what becomes of any.

use crate::{
    domain::Timestamp,
    outbox::{Delivery, DeliveryState, Outbox},
    render::{Facts, Words, neutralise, span},
};

/// The language that staff are answered in.
const LANGUAGE: &str = "en";
/// Rows of one answer.
const ROWS_MAX: usize = 40;
const REASON_LENGTH_MAX: usize = 160;
/// How much of a post's id is shown: enough to name it.
const ID_SHOWN: usize = 12;

/// Every delivery that is not simply sent, the oldest first; those that gave way as a number.
pub fn describe(outbox: &Outbox, words: &Words, now: Timestamp) -> String {
    let listing = outbox.listing();
    let open: Vec<(&Delivery, Standing<'_>)> =
        listing.iter().filter_map(|one| Some((*one, standing(one)?))).collect();
    let shown = open.iter().take(ROWS_MAX);
    let mut rows: Vec<String> =
        shown.map(|(delivery, standing)| row(delivery, standing, words, now)).collect();
    if open.is_empty() {
        rows.push(words.say(LANGUAGE, "delivery-none", &Facts::new()));
    }
    if open.len() > ROWS_MAX {
        let more = Facts::new().number("count", (open.len() - ROWS_MAX) as f64);
        rows.push(words.say(LANGUAGE, "delivery-more", &more));
    }
    let gave_way = listing.iter().filter(|one| is_superseded(one)).count();
    if gave_way > 0 {
        let facts = Facts::new().number("count", gave_way as f64);
        rows.push(words.say(LANGUAGE, "delivery-superseded", &facts));
    }
    rows.join("\n")
}

/// How a delivery stands: its message's key, since when, and why.
struct Standing<'a> {
    key: &'static str,
    since: Timestamp,
    reason: &'a str,
}

fn is_superseded(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Superseded { .. })
}

/// `None`: there is nothing to tell of it.
fn standing(delivery: &Delivery) -> Option<Standing<'_>> {
    let (key, since, reason) = match &delivery.state {
        DeliveryState::Due { reason: None, .. } => ("delivery-due", delivery.decided_at, ""),
        DeliveryState::Due { reason: Some(reason), .. } => {
            ("delivery-retry", delivery.decided_at, reason.as_str())
        }
        DeliveryState::Sending { since } => ("delivery-sending", *since, ""),
        DeliveryState::Unknown { reason, .. } => {
            ("delivery-unknown", delivery.decided_at, reason.as_str())
        }
        DeliveryState::Unresolved { at, reason } => ("delivery-unresolved", *at, reason.as_str()),
        DeliveryState::Failed { at, reason } => ("delivery-failed", *at, reason.as_str()),
        DeliveryState::Sent { .. } | DeliveryState::Superseded { .. } => return None,
    };
    Some(Standing { key, since, reason })
}

fn row(delivery: &Delivery, standing: &Standing<'_>, words: &Words, now: Timestamp) -> String {
    let age_s = u64::try_from((now - standing.since).num_seconds()).unwrap_or(0);
    let facts = Facts::new()
        .text("destination", delivery.post.destination.as_str())
        .text("subject", &*delivery.post.subject)
        .text("age", span(words, LANGUAGE, age_s))
        .text("post", delivery.post.id.as_str().get(..ID_SHOWN).unwrap_or_default())
        .number("attempt", delivery.attempt)
        .text("reason", neutralise(standing.reason, REASON_LENGTH_MAX));
    words.say(LANGUAGE, standing.key, &facts)
}
