//! The cards of incidents as Discord shows them: what the engine says of each, what can be sent
//! again, and which messages stand where. Pure. Must not: decide anything, or make words of what the
//! engine says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::{
    chat::cards::{Place, Shown},
    domain::{Audience, Destination, DestinationId, PostId, ServerId, Timestamp},
    engine::{self, Card, Engine, Question},
    outbox::{Delivery, Outbox},
    render::chart::{Chart, Row},
};

/// The kind of destination that has cards.
const KIND: &str = "discord";
/// Cards of incidents that ended longer ago, with no word since, are left as they are.
const ENDED_WITHIN: TimeDelta = TimeDelta::hours(24);
/// The picture of an incident that ended longer ago is left as it is.
const CHARTED_AFTER_END: TimeDelta = TimeDelta::minutes(30);
/// Cards that are kept at once; the newest.
const CARDS_MAX: usize = 10;
/// How much of the time before an incident its chart shows.
const BEFORE_MINUTES: i64 = 20;
/// Minutes of a chart at least.
const MINUTES_MIN: i64 = 60;

/// Every card that staff may still look at in Discord.
pub(super) fn shown(engine: &Engine, outbox: &Outbox, now: Timestamp) -> Vec<Shown> {
    let destinations = &engine.settings().destinations;
    let channels: BTreeMap<&DestinationId, u64> = destinations
        .iter()
        .filter(|one| one.kind == KIND && one.audience == Audience::Staff)
        .filter_map(|one| Some((&one.id, one.options.get("channel")?.parse().ok()?)))
        .collect();
    if channels.is_empty() {
        return Vec::new();
    }
    let rooms: BTreeMap<DestinationId, String> =
        destinations.iter().filter_map(|one| Some((one.id.clone(), room(one)?))).collect();
    let cards = engine.cards(now, now - ENDED_WITHIN, CARDS_MAX).into_iter();
    cards
        .map(|card| Shown {
            messages: card.questions.iter().filter_map(|one| place(one, &channels)).collect(),
            can_be_sent_again: sendable(&card, outbox),
            rooms: rooms.clone(),
            chart: None,
            card,
        })
        .filter(|shown| !shown.messages.is_empty())
        .map(|shown| Shown { chart: chart(engine, &shown.card, now), ..shown })
        .collect()
}

fn place(question: &Question, channels: &BTreeMap<&DestinationId, u64>) -> Option<Place> {
    Some(Place {
        post: question.post.clone(),
        destination: question.destination.clone(),
        channel: *channels.get(&question.destination)?,
        message: question.remote_id.as_ref()?.parse().ok().filter(|id| *id > 0)?,
    })
}

/// A channel's address.
fn room(destination: &Destination) -> Option<String> {
    let id = |name: &str| {
        let text = destination.options.get(name)?;
        text.parse::<u64>().ok()
    };
    let (guild, channel) = (id("guild")?, id("channel")?);
    (destination.kind == KIND).then(|| format!("https://discord.com/channels/{guild}/{channel}"))
}

/// Posts of the card's updates that did not arrive and are still kept.
fn sendable(card: &Card, outbox: &Outbox) -> BTreeSet<PostId> {
    let receipts = card.updates.iter().flat_map(|update| &update.receipts);
    let is_sendable = |id: &PostId| outbox.delivery(id).is_some_and(Delivery::can_be_sent_again);
    receipts.map(|receipt| receipt.post.clone()).filter(is_sendable).collect()
}

fn chart(engine: &Engine, card: &Card, now: Timestamp) -> Option<Chart> {
    if card.ended_at.is_some_and(|ended| now - ended > CHARTED_AFTER_END) {
        return None;
    }
    let longest = i64::try_from(engine::CHART_MINUTES_MAX).unwrap_or(i64::MAX);
    let minutes = ((now - card.since).num_minutes() + BEFORE_MINUTES).clamp(MINUTES_MIN, longest);
    let minutes = usize::try_from(minutes).unwrap_or(engine::CHART_MINUTES_MAX);
    let measured = engine.chart(now, &card.charted, minutes);
    let fleet = &engine.settings().fleet;
    let name_of = |id: &ServerId| {
        let server = fleet.servers.iter().find(|server| server.id == *id);
        server.and_then(|server| server.name.clone()).unwrap_or_else(|| id.to_string())
    };
    let rows = measured.servers.into_iter().map(|row| Row {
        name: name_of(&row.server),
        checks: row.checks,
        bad: row.bad,
        reports: row.reports,
    });
    Some(Chart { from: measured.from, timezone: fleet.timezone, servers: rows.collect() })
}
