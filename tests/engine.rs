//! The engine through its public face: stories with the exact words, determinism, bounds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests say what holds by failing"
)]

#[path = "engine/bounds.rs"]
mod bounds;
#[path = "engine/busy.rs"]
mod busy;
#[path = "engine/card_pace.rs"]
mod card_pace;
#[path = "engine/cards.rs"]
mod cards;
#[path = "engine/changing.rs"]
mod changing;
#[path = "engine/chats.rs"]
mod chats;
#[path = "engine/detector.rs"]
mod detector;
#[path = "engine/determinism.rs"]
mod determinism;
#[path = "engine/languages.rs"]
mod languages;
#[path = "engine/map.rs"]
mod map;
#[path = "engine/noticed.rs"]
mod noticed;
#[path = "engine/notices.rs"]
mod notices;
#[path = "engine/other.rs"]
mod other;
#[path = "engine/pictures.rs"]
mod pictures;
#[path = "engine/post_mortems.rs"]
mod post_mortems;
#[path = "engine/published.rs"]
mod published;
#[path = "engine/reload.rs"]
mod reload;
#[path = "engine/reporters.rs"]
mod reporters;
#[path = "engine/rules.rs"]
mod rules;
#[path = "engine/series.rs"]
mod series;
#[path = "engine/series_changed.rs"]
mod series_changed;
#[path = "engine/stage.rs"]
mod stage;
#[path = "engine/stories.rs"]
mod stories;
#[path = "engine/subscribers.rs"]
mod subscribers;
#[path = "engine/windows.rs"]
mod windows;
