//! Messages as a test reads them, and the history of what became of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{clock::Moment, world::Id};

/// Flags of a message, as on the wire.
pub const CROSSPOSTED: u64 = 1 << 0;
pub const SUPPRESS_EMBEDS: u64 = 1 << 2;
pub const HAS_THREAD: u64 = 1 << 5;
pub const EPHEMERAL: u64 = 1 << 6;
pub const LOADING: u64 = 1 << 7;
pub const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
pub const COMPONENTS_V2: u64 = 1 << 15;

/// A file of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    pub id: Id,
    pub name: String,
    pub content_type: String,
    pub description: Option<String>,
    pub bytes: Vec<u8>,
}

/// Whom a message makes ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pings {
    pub everyone: bool,
    pub users: BTreeSet<Id>,
    pub roles: BTreeSet<Id>,
}

impl Pings {
    /// Whether nobody is disturbed.
    pub fn is_empty(&self) -> bool {
        !self.everyone && self.users.is_empty() && self.roles.is_empty()
    }
}

/// One message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    pub id: Id,
    pub channel: Id,
    pub author: Id,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub attachments: Vec<Attachment>,
    pub flags: u64,
    pub nonce: Option<Value>,
    /// The message it replies to.
    pub reply_to: Option<Id>,
    /// As on the wire: 0, 19 a reply, 20 an answer to a command.
    pub kind: u8,
    pub pings: Pings,
    /// Emoji to who reacted with it.
    pub reactions: BTreeMap<String, BTreeSet<Id>>,
    /// Ephemeral: the only one who sees it.
    pub only_for: Option<Id>,
    /// The interaction it answers.
    pub interaction: Option<Id>,
    pub created_at: Moment,
    pub edited_at: Option<Moment>,
}

/// A button as a person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    pub label: String,
    /// Empty for a link.
    pub custom_id: String,
    pub url: Option<String>,
    /// As on the wire: 1 primary, 2 secondary, 3 success, 4 danger, 5 link.
    pub style: u64,
    pub is_disabled: bool,
}

impl Message {
    /// Its buttons, in order.
    pub fn buttons(&self) -> Vec<Button> {
        buttons(&self.components)
    }

    /// Whether it was published to the channel's followers.
    pub fn is_crossposted(&self) -> bool {
        self.flags & CROSSPOSTED != 0
    }

    /// Everything there is to read, content first, a line each.
    pub fn text(&self) -> String {
        let mut lines = vec![self.content.clone()];
        for embed in &self.embeds {
            let texts = [&embed["author"]["name"], &embed["title"], &embed["description"]];
            lines.extend(texts.into_iter().filter_map(as_text));
            for field in embed["fields"].as_array().into_iter().flatten() {
                let (name, value) = (as_text(&field["name"]), as_text(&field["value"]));
                lines.push([name, value].into_iter().flatten().collect::<Vec<_>>().join(": "));
            }
            lines.extend(as_text(&embed["footer"]["text"]));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

fn as_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The buttons among components, however deep.
pub fn buttons(components: &[Value]) -> Vec<Button> {
    let mut found = Vec::new();
    for component in components {
        if component["type"] == 2 {
            found.push(button(component));
        }
        found.extend(buttons(component["components"].as_array().map_or(&[], Vec::as_slice)));
        if component["accessory"].is_object() {
            found.extend(buttons(std::slice::from_ref(&component["accessory"])));
        }
    }
    found
}

fn button(component: &Value) -> Button {
    Button {
        label: as_text(&component["label"]).unwrap_or_default(),
        custom_id: as_text(&component["custom_id"]).unwrap_or_default(),
        url: as_text(&component["url"]),
        style: component["style"].as_u64().unwrap_or_default(),
        is_disabled: component["disabled"] == true,
    }
}

/// What happened to a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Happening {
    Posted(Message),
    Edited { before: Box<Message>, after: Message },
    Crossposted(Message),
    Deleted(Message),
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub at: Moment,
    pub what: Happening,
}

impl Record {
    /// The message as it was afterwards (before, if it is gone).
    pub fn message(&self) -> &Message {
        match &self.what {
            Happening::Posted(message)
            | Happening::Edited { after: message, .. }
            | Happening::Crossposted(message)
            | Happening::Deleted(message) => message,
        }
    }
}
