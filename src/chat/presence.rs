//! The bot's presence: one line on how the fleet stands, as the public sees it. Pure.

use crate::{
    domain::ServerStatus,
    engine::View,
    render::{Facts, Words},
};

/// The dot beside the bot's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dot {
    /// All is well.
    Green,
    /// Something is not.
    Yellow,
    /// There is an outage.
    Red,
}

/// What the presence shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Presence {
    pub(super) dot: Dot,
    pub(super) line: String,
}

/// How `view` is shown.
pub(super) fn of(view: &View, words: &Words, language: &str) -> Presence {
    let dot = match view.overall {
        ServerStatus::Operational => Dot::Green,
        ServerStatus::DegradedPerformance | ServerStatus::UnderMaintenance => Dot::Yellow,
        ServerStatus::PartialOutage | ServerStatus::MajorOutage => Dot::Red,
    };
    let facts = Facts::new()
        .text("status", view.overall.word())
        .number("incidents", u32::try_from(view.open.len()).unwrap_or(u32::MAX));
    Presence { dot, line: words.say(language, "chat-presence", &facts) }
}
