//! The guild as plain data: channels, people, roles; and the application with its commands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{clock::Moment, permissions::Overwrites};

/// A snowflake.
pub type Id = u64;

/// The first millisecond of Discord's time, in Unix milliseconds.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// The first id that a moment would have.
pub fn snowflake_at(moment: Moment) -> Id {
    let passed_ms = (moment.timestamp_millis() - EPOCH_MS).max(0);
    u64::try_from(passed_ms).expect("not negative") << 22
}

/// A text channel, an announcement channel, a thread or a direct message.
#[derive(Clone, Debug, Default)]
pub struct Channel {
    pub id: Id,
    pub name: String,
    /// As on the wire: 0 text, 1 direct message, 5 announcement, 10 to 12 threads.
    pub kind: u8,
    pub topic: Option<String>,
    pub overwrites: Overwrites,
    /// For a thread.
    pub parent: Option<Id>,
    /// For a direct message.
    pub recipient: Option<Id>,
    /// For a direct message: the bot.
    pub bot: Option<Id>,
    pub archived: bool,
    pub locked: bool,
    pub auto_archive_minutes: u64,
    /// For a thread: who made it and who is in it.
    pub owner: Option<Id>,
    pub members: BTreeSet<Id>,
}

impl Channel {
    /// Whether it is a thread.
    pub fn is_thread(&self) -> bool {
        (10..=12).contains(&self.kind)
    }

    /// Whether it is a direct message.
    pub fn is_direct(&self) -> bool {
        self.recipient.is_some()
    }

    /// Whether `user` is one of the two of a direct message.
    pub fn is_open_to(&self, user: Id) -> bool {
        self.recipient == Some(user) || self.bot == Some(user)
    }
}

/// A role; the one with the guild's id is `@everyone`.
#[derive(Clone, Debug)]
pub struct Role {
    pub id: Id,
    pub name: String,
    pub permissions: u64,
    pub is_mentionable: bool,
}

impl Role {
    /// A role that nobody can ring.
    pub fn new(id: Id, name: &str, permissions: u64) -> Self {
        Self { id, name: name.to_owned(), permissions, is_mentionable: false }
    }
}

/// A person or the bot.
#[derive(Clone, Debug)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub is_bot: bool,
    pub locale: String,
    /// Whether they take direct messages from the bot.
    pub takes_direct_messages: bool,
}

impl User {
    /// Somebody with nothing special.
    pub fn new(id: Id, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            is_bot: false,
            locale: "en-US".to_owned(),
            takes_direct_messages: true,
        }
    }
}

/// A user in the guild.
#[derive(Clone, Debug)]
pub struct Member {
    pub roles: Vec<Id>,
    pub joined_at: Moment,
    pub nick: Option<String>,
}

/// The guild.
#[derive(Clone, Debug)]
pub struct Guild {
    pub id: Id,
    pub name: String,
    pub owner: Id,
    pub roles: BTreeMap<Id, Role>,
    pub members: BTreeMap<Id, Member>,
    pub channels: BTreeMap<Id, Channel>,
}

/// The bot's application and what it may.
#[derive(Clone, Debug)]
pub struct Application {
    pub id: Id,
    pub name: String,
    pub token: String,
    /// The privileged intents that are switched on in the portal.
    pub privileged: u64,
}

/// An application command as it was registered.
#[derive(Clone, Debug)]
pub struct Command {
    pub id: Id,
    /// `None` for a global one.
    pub guild: Option<Id>,
    /// What was sent, with the defaults filled in.
    pub data: Value,
}

/// A scheduled event, as on the wire.
pub type Event = Value;
