//! What providers write and publish: read as far as it says something, never guessed, never a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests say what holds by failing"
)]

#[path = "provider/api.rs"]
mod api;
#[path = "provider/busy.rs"]
mod busy;
#[path = "provider/chance.rs"]
mod chance;
#[path = "provider/corpus.rs"]
mod corpus;
#[path = "provider/order.rs"]
mod order;
#[path = "provider/page.rs"]
mod page;
#[path = "provider/polling.rs"]
mod polling;
#[path = "provider/when.rs"]
mod when;

use bellwether::{
    domain::Timestamp,
    intake::notice::{KnownProvider, Reading},
};

/// The one provider that is known.
pub fn known() -> Vec<KnownProvider> {
    vec![KnownProvider {
        id: "northline".to_owned(),
        name: Some("Northline Networks".to_owned()),
        timezone: Some(chrono_tz::America::New_York),
        objects: ["A-1009", "NLC-77-ATL-0001", "NLC-78-ATL-0002"].map(str::to_owned).into(),
    }]
}

pub fn reading<'a>(known: &'a [KnownProvider], provider: Option<&'a str>) -> Reading<'a> {
    Reading { received: at("2026-11-27T12:00:00Z"), provider, known }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
