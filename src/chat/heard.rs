//! What came from Discord, as plain data.

use crate::domain::Timestamp;

/// Discord counts its time from here, in milliseconds of ours.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// Somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub id: u64,
    /// The account's own name, unique on Discord; not what they call themselves here.
    pub name: String,
    /// Their roles in the server that the words came from; none in a direct message.
    pub roles: Vec<u64>,
    /// A program.
    pub is_bot: bool,
}

impl Member {
    /// The account as the journal's personal tree knows it.
    pub fn account(&self) -> String {
        format!("discord:{}", self.id)
    }

    /// When the account was made.
    pub fn made_at(&self) -> Option<Timestamp> {
        made_at(self.id)
    }
}

/// When Discord made an id.
pub fn made_at(id: u64) -> Option<Timestamp> {
    Timestamp::from_timestamp_millis(EPOCH_MS + i64::try_from(id >> 22).ok()?)
}

/// An interaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Its id, unique for ever.
    pub id: u64,
    /// Who.
    pub who: Member,
    /// The server; none in a direct message.
    pub guild: Option<u64>,
    /// The language that they read Discord in: "de", "es-ES".
    pub locale: String,
    /// What they ask.
    pub ask: Ask,
}

/// What somebody asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A slash command.
    Slash {
        /// Its words: "incident open".
        name: String,
        /// What was put into its fields.
        given: Vec<(String, Given)>,
    },
    /// A field is being typed, and wants suggestions.
    Complete {
        /// The command's words.
        name: String,
        /// The field.
        field: String,
        /// What stands there so far.
        typed: String,
    },
    /// A command of a message's own menu.
    OnMessage {
        /// The command's name.
        name: String,
        /// The message.
        message: Message,
    },
    /// A button.
    Press {
        /// Its id.
        id: String,
        /// The message it stood under.
        message: u64,
    },
    /// A form was sent.
    Submit {
        /// The form's id.
        id: String,
        /// The words in it.
        text: String,
    },
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// Words.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: u64,
    /// Where it stands.
    pub channel: u64,
    /// What that place is called; empty where Discord does not say.
    pub channel_name: String,
    /// The channel that this place is a thread of, where it is one.
    pub under: Option<u64>,
    /// The server; none in a direct message.
    pub guild: Option<u64>,
    /// Who wrote it.
    pub author: Member,
    /// What.
    pub text: String,
    /// When it was written, where it is read later than that; none: just now.
    pub written: Option<Timestamp>,
    /// Whether its words are no longer the first ones.
    pub is_edited: bool,
    /// Whether it speaks to us.
    pub mentions_us: bool,
    /// The message it answers, where that is one of ours.
    pub answers_ours: Option<u64>,
}
