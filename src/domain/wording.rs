//! Public words for readers of another language or time zone than the bot's own.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The languages that the bot speaks without staff's own words, sorted.
pub const LANGUAGES: [&str; 4] = ["de", "en", "es", "fr"];

/// How a destination's readers read: their language, and the zone of the times they are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locale {
    /// A language tag ("de").
    pub language: String,
    /// Where their clocks are.
    pub timezone: Tz,
}

impl Locale {
    /// Whether somebody whose language is `tag` reads it: the same language, of whatever region.
    pub fn is_read_by(&self, tag: &str) -> bool {
        let parent = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        parent(&self.language) == parent(tag)
    }
}

/// What readers of one locale are told; decided and approved together with the main words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Who it is for.
    #[serde(flatten)]
    pub locale: Locale,
    /// Where the words come from.
    pub origin: WordingOrigin,
    /// The incident's title.
    pub title: String,
    /// The words, without the promise of the next update.
    pub text: String,
    /// The same in short, for destinations where `text` does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
}

/// Where the words of another locale come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordingOrigin {
    /// The bot's own words, from the same facts as the main ones.
    Bot,
    /// Staff's words in this very language.
    Same,
    /// A sentence of the bot's about how things stand, and staff's words in their own language.
    Quoted,
    /// Staff's own translation.
    Person,
}
