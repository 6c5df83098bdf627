//! What people set off with commands, buttons and forms, and how the bot answers: once, within
//! three seconds, with a token that lives fifteen minutes.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    clock::{Moment, delta},
    errors::{self, ApiError},
    gateway::MESSAGE_CONTENT,
    wire,
    world::{Id, World},
};

/// How soon an interaction must be answered.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// How long its token is good.
pub const TOKEN_LIVES: Duration = Duration::from_secs(15 * 60);

/// What somebody did.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A slash or context-menu command, by its full name.
    Command { name: String },
    /// A button or menu on a message.
    Component { message: Id },
    /// Typing in an option that completes.
    Autocomplete,
    /// Sending a form; `message` is the one it came from.
    Modal { message: Option<Id> },
}

impl Kind {
    /// As on the wire.
    pub fn number(&self) -> u8 {
        match self {
            Self::Command { .. } => 2,
            Self::Component { .. } => 3,
            Self::Autocomplete => 4,
            Self::Modal { .. } => 5,
        }
    }

    /// The message it came from.
    pub fn message(&self) -> Option<Id> {
        match self {
            Self::Component { message } => Some(*message),
            Self::Modal { message } => *message,
            Self::Command { .. } | Self::Autocomplete => None,
        }
    }

    /// Whether it may be answered with a callback of this type.
    pub fn takes(&self, callback: u64) -> bool {
        match self {
            Self::Command { .. } => matches!(callback, 4 | 5 | 9),
            Self::Component { .. } => matches!(callback, 4..=7 | 9),
            Self::Autocomplete => callback == 8,
            Self::Modal { message } => {
                matches!(callback, 4 | 5) || (message.is_some() && matches!(callback, 6 | 7))
            }
        }
    }
}

/// One interaction and what became of it.
#[derive(Clone, Debug)]
pub struct Interaction {
    pub id: Id,
    pub token: String,
    pub user: Id,
    pub channel: Id,
    pub kind: Kind,
    pub asked_at: Moment,
    /// The callback's type and when it came.
    pub answered: Option<(u64, Moment)>,
    /// The message that the answer is, or that it changed.
    pub original: Option<Id>,
    /// Deferred, and the message is still to come.
    pub is_thinking: bool,
    pub modal: Option<Value>,
    pub choices: Vec<Value>,
    pub followups: Vec<Id>,
    /// Answers that were refused because they came late.
    pub late: usize,
    /// Answers that were refused because there was one.
    pub doubled: usize,
}

impl Interaction {
    /// How long the first answer took.
    pub fn took(&self) -> Option<Duration> {
        (self.answered?.1 - self.asked_at).to_std().ok()
    }
}

impl World {
    /// Lets `user` set something off; returns the interaction's id.
    pub fn ask(&mut self, user: Id, channel: Id, kind: Kind, data: Value) -> Id {
        let id = self.next_id();
        let token = format!("token-{id:x}-{}", "x".repeat(80));
        let payload = self.interaction_json(id, &token, (user, channel), &kind, data);
        let interaction = Interaction {
            id,
            token,
            user,
            channel,
            kind,
            asked_at: self.clock.now(),
            answered: None,
            original: None,
            is_thinking: false,
            modal: None,
            choices: Vec::new(),
            followups: Vec::new(),
            late: 0,
            doubled: 0,
        };
        self.interactions.insert(id, interaction);
        self.dispatch("INTERACTION_CREATE", payload);
        id
    }

    fn interaction_json(
        &self,
        id: Id,
        token: &str,
        (user, channel): (Id, Id),
        kind: &Kind,
        data: Value,
    ) -> Value {
        let is_direct = self.direct.contains_key(&channel);
        let mut payload = json!({
            "id": id.to_string(),
            "application_id": self.application.id.to_string(),
            "type": kind.number(),
            "data": data,
            "channel": wire::partial_channel(self, channel),
            "channel_id": channel.to_string(),
            "token": token,
            "version": 1,
            "app_permissions": wire::permissions_in(self, self.bot, channel),
            "locale": self.users[&user].locale,
            "entitlements": [],
            "authorizing_integration_owners": { "0": self.guild.id.to_string() },
            "context": u8::from(is_direct),
            "attachment_size_limit": 10 * 1024 * 1024,
        });
        if let Some(message) = kind.message().and_then(|id| self.messages.get(&id)) {
            payload["message"] = wire::message(self, message);
        }
        if is_direct {
            payload["authorizing_integration_owners"] = json!({ "0": "0" });
            payload["user"] = wire::user(&self.users[&user]);
        } else {
            payload["guild_id"] = json!(self.guild.id.to_string());
            payload["guild_locale"] = json!("en-US");
            payload["guild"] =
                json!({ "id": self.guild.id.to_string(), "locale": "en-US", "features": [] });
            let mut member = wire::member(self, user).unwrap_or_default();
            member["permissions"] = json!(wire::permissions_in(self, user, channel));
            payload["member"] = member;
        }
        payload
    }

    /// The interaction that a callback answers, if it still may.
    pub fn unanswered(&mut self, id: Id, token: &str) -> Result<&mut Interaction, ApiError> {
        let now = self.clock.now();
        let interaction = self.interactions.get_mut(&id).filter(|known| known.token == token);
        let interaction = interaction.ok_or(errors::UNKNOWN_INTERACTION)?;
        if interaction.answered.is_some() {
            interaction.doubled += 1;
            return Err(errors::ALREADY_ACKNOWLEDGED.into());
        }
        if now - interaction.asked_at > delta(ANSWER_WITHIN) {
            interaction.late += 1;
            return Err(errors::UNKNOWN_INTERACTION.into());
        }
        Ok(interaction)
    }

    /// The answered interaction that a token belongs to, while the token lives.
    pub fn by_token(&self, token: &str) -> Result<&Interaction, ApiError> {
        let interaction = self.interactions.values().find(|known| known.token == token);
        let interaction = interaction.ok_or(errors::UNKNOWN_WEBHOOK)?;
        if self.clock.now() - interaction.asked_at > delta(TOKEN_LIVES) {
            return Err(errors::BAD_WEBHOOK_TOKEN.into());
        }
        if interaction.answered.is_none() {
            return Err(errors::UNKNOWN_WEBHOOK.into());
        }
        Ok(interaction)
    }

    /// A message as `GET` shows it to the bot: without content if the application may not read it.
    pub fn readable(&self, message: &super::message::Message) -> Value {
        let mut data = wire::message(self, message);
        let may_read = self.application.privileged & MESSAGE_CONTENT != 0;
        let is_direct = self.direct.contains_key(&message.channel);
        if !may_read && !is_direct && self.hides_content(&data) {
            wire::without_content(&mut data);
        }
        data
    }
}
