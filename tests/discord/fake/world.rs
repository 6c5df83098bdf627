//! The state: one guild with its channels, people and roles, every message, command and event, and
//! the history of what became of them.
//!
//! Everything is plain data behind one lock, so that a request is one step: nothing is half done
//! when a fault cuts the connection. Look here for what there is, at `wire` for how it is written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    clock::{Clock, Moment},
    contract::Contract,
    errors::{self, ApiError},
    faults::Faults,
    gateway::Gateway,
    interactions::Interaction,
    limits::Limits,
    mentions,
    message::{Happening, Message, Record},
    permissions::{self, Overwrites},
    wire,
};

/// A snowflake.
pub type Id = u64;

/// The first millisecond of Discord's time, in Unix milliseconds.
pub const EPOCH_MS: i64 = 1_420_070_400_000;

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

/// A request that came, for tests to look at.
#[derive(Clone, Debug)]
pub struct Seen {
    pub at: Moment,
    pub method: String,
    pub path: String,
    pub body: Value,
    /// The status that was decided; a fault may have kept it from arriving.
    pub status: u16,
}

/// All of it.
pub struct World {
    pub clock: Clock,
    last_id: Id,
    pub application: Application,
    pub bot: Id,
    pub guild: Guild,
    /// Whether the bot is in the guild; its roles go when it is kicked.
    pub bot_is_in: bool,
    pub users: BTreeMap<Id, User>,
    pub direct: BTreeMap<Id, Channel>,
    pub messages: BTreeMap<Id, Message>,
    pub history: Vec<Record>,
    pub commands: Vec<Command>,
    /// When commands were created, for the daily limit.
    pub command_creates: Vec<Moment>,
    pub events: BTreeMap<Id, Event>,
    pub interactions: BTreeMap<Id, Interaction>,
    /// How long a nonce is remembered.
    pub nonce_window_ms: i64,
    pub gateway: Gateway,
    pub limits: Limits,
    pub faults: Faults,
    pub contract: Contract,
    pub requests: Vec<Seen>,
}

impl World {
    /// A guild with its owner and the bot.
    pub fn new(guild_name: &str) -> Self {
        let clock = Clock::default();
        let mut last_id = snowflake_at(clock.now(), 0) - (1 << 40);
        let mut next = || {
            last_id += 1 << 22;
            last_id
        };
        let (guild_id, owner, application_id) = (next(), next(), next());
        // The bot's user id is its application's id, as for every application since 2016.
        let (bot, bot_role) = (application_id, next());
        let user = |id, name: &str, is_bot| User {
            id,
            name: name.to_owned(),
            is_bot,
            locale: "en-US".to_owned(),
            takes_direct_messages: true,
        };
        let users = [(owner, user(owner, "owner", false)), (bot, user(bot, "Bellwether", true))];
        let role = |id, name: &str, permissions| Role {
            id,
            name: name.to_owned(),
            permissions,
            is_mentionable: false,
        };
        let roles = [
            (guild_id, role(guild_id, "@everyone", permissions::EVERYONE)),
            (bot_role, role(bot_role, "Bellwether", permissions::BOT)),
        ];
        let member = |roles| Member { roles, joined_at: clock.now(), nick: None };
        let members = [(owner, member(Vec::new())), (bot, member(vec![bot_role]))];
        Self {
            clock,
            last_id,
            application: Application {
                id: application_id,
                name: "Bellwether".to_owned(),
                token: format!("{application_id}.fake.token-of-the-tests"),
                privileged: super::gateway::PRIVILEGED,
            },
            bot,
            guild: Guild {
                id: guild_id,
                name: guild_name.to_owned(),
                owner,
                roles: roles.into(),
                members: members.into(),
                channels: BTreeMap::new(),
            },
            bot_is_in: true,
            users: users.into(),
            direct: BTreeMap::new(),
            messages: BTreeMap::new(),
            history: Vec::new(),
            commands: Vec::new(),
            command_creates: Vec::new(),
            events: BTreeMap::new(),
            interactions: BTreeMap::new(),
            nonce_window_ms: 3 * 60 * 1000,
            gateway: Gateway::default(),
            limits: Limits::default(),
            faults: Faults::default(),
            contract: Contract::find(),
            requests: Vec::new(),
        }
    }

    /// A new id, greater than all before, that tells the time as Discord's do.
    pub fn next_id(&mut self) -> Id {
        self.last_id = (self.last_id + 1).max(snowflake_at(self.clock.now(), 0));
        self.last_id
    }

    /// A channel, thread or direct message that exists.
    pub fn channel(&self, id: Id) -> Option<&Channel> {
        self.guild.channels.get(&id).or_else(|| self.direct.get(&id))
    }

    /// What `user` may do in a channel.
    pub fn permissions(&self, user: Id, channel: &Channel) -> u64 {
        if user == self.bot && !self.bot_is_in && !channel.is_direct() {
            return 0;
        }
        permissions::in_channel(&self.guild, channel, user)
    }

    /// A channel in which the bot may do all of `needed`.
    pub fn allowed_channel(&self, id: Id, needed: u64) -> Result<&Channel, ApiError> {
        let channel = self.channel(id).ok_or(errors::UNKNOWN_CHANNEL)?;
        let has = self.permissions(self.bot, channel);
        if has & permissions::VIEW_CHANNEL == 0 {
            return Err(errors::MISSING_ACCESS.into());
        }
        if has & needed != needed {
            return Err(errors::MISSING_PERMISSIONS.into());
        }
        Ok(channel)
    }

    /// The guild, if the bot is in it and may do all of `needed`.
    pub fn allowed_guild(&self, id: Id, needed: u64) -> Result<&Guild, ApiError> {
        if id != self.guild.id {
            return Err(errors::UNKNOWN_GUILD.into());
        }
        if !self.bot_is_in {
            return Err(errors::MISSING_ACCESS.into());
        }
        let has = permissions::in_guild(&self.guild, self.bot);
        if has & needed != needed {
            return Err(errors::MISSING_PERMISSIONS.into());
        }
        Ok(&self.guild)
    }

    /// The messages of a channel that everybody there can see, oldest first.
    pub fn messages_in(&self, channel: Id) -> impl DoubleEndedIterator<Item = &Message> {
        let here =
            move |message: &&Message| message.channel == channel && message.only_for.is_none();
        self.messages.values().filter(here)
    }

    /// A plain message of somebody's.
    pub fn message_by(
        &mut self,
        author: Id,
        channel: Id,
        text: &str,
        reply_to: Option<Id>,
    ) -> Message {
        let mut message = Message {
            id: self.next_id(),
            channel,
            author,
            content: text.to_owned(),
            reply_to,
            kind: if reply_to.is_some() { 19 } else { 0 },
            created_at: self.clock.now(),
            ..Message::default()
        };
        message.pings = mentions::pings(self, &message, &Value::Null);
        mentions::ring_replied(self, &mut message, &Value::Null);
        message
    }

    /// Keeps a new message and tells the gateway.
    pub fn post(&mut self, message: Message) -> Id {
        let id = message.id;
        self.record(Happening::Posted(message.clone()));
        self.messages.insert(id, message.clone());
        if message.only_for.is_none() {
            self.announce(&message, "MESSAGE_CREATE");
        }
        id
    }

    /// Puts a changed message in the place of what it was.
    pub fn replace(&mut self, after: Message) {
        let Some(before) = self.messages.insert(after.id, after.clone()) else { return };
        let is_public = after.only_for.is_none();
        self.record(Happening::Edited { before: Box::new(before), after: after.clone() });
        if is_public {
            self.announce(&after, "MESSAGE_UPDATE");
        }
    }

    /// Takes a message away.
    pub fn delete_message(&mut self, id: Id) -> Option<Message> {
        let message = self.messages.remove(&id)?;
        self.record(Happening::Deleted(message.clone()));
        if message.only_for.is_none() {
            let data = json!({
                "id": id.to_string(),
                "channel_id": message.channel.to_string(),
                "guild_id": self.guild_id_of(message.channel),
            });
            self.dispatch_in(message.channel, "MESSAGE_DELETE", data);
        }
        Some(message)
    }

    /// Takes a channel or thread away, with what is in it.
    pub fn delete_channel(&mut self, id: Id) {
        let Some(channel) = self.guild.channels.remove(&id) else { return };
        let gone: Vec<Id> =
            self.messages.values().filter(|one| one.channel == id).map(|one| one.id).collect();
        for message in gone {
            if let Some(message) = self.messages.remove(&message) {
                self.record(Happening::Deleted(message));
            }
        }
        let name = if channel.is_thread() { "THREAD_DELETE" } else { "CHANNEL_DELETE" };
        let data = wire::channel(self, &channel);
        self.dispatch(name, data);
        let threads: Vec<Id> = self
            .guild
            .channels
            .values()
            .filter(|one| one.parent == Some(id))
            .map(|one| one.id)
            .collect();
        for thread in threads {
            self.delete_channel(thread);
        }
    }

    /// Puts the bot out of the guild.
    pub fn kick_bot(&mut self) {
        self.bot_is_in = false;
        let data = json!({ "id": self.guild.id.to_string() });
        self.dispatch("GUILD_DELETE", data);
        self.guild.members.remove(&self.bot);
    }

    /// Takes permissions from every role that somebody has, and from everybody's.
    pub fn take_permissions(&mut self, user: Id, permissions: u64) {
        let own = self.guild.members.get(&user).map(|member| member.roles.clone());
        for id in own.into_iter().flatten().chain([self.guild.id]) {
            let Some(role) = self.guild.roles.get_mut(&id) else { continue };
            role.permissions &= !permissions;
            let written = wire::role(self, &self.guild.roles[&id]);
            let guild = self.guild.id.to_string();
            self.dispatch("GUILD_ROLE_UPDATE", json!({ "guild_id": guild, "role": written }));
        }
    }

    /// The direct message with somebody; made when there is none.
    pub fn direct_with(&mut self, user: Id) -> Id {
        let known = self.direct.values().find(|channel| channel.recipient == Some(user));
        if let Some(channel) = known {
            return channel.id;
        }
        let id = self.next_id();
        let bot = Some(self.bot);
        let channel = Channel { id, kind: 1, recipient: Some(user), bot, ..Channel::default() };
        self.direct.insert(id, channel);
        id
    }

    /// A guild's id for a message's JSON; null in a direct message.
    pub fn guild_id_of(&self, channel: Id) -> Value {
        match self.direct.contains_key(&channel) {
            true => Value::Null,
            false => json!(self.guild.id.to_string()),
        }
    }

    /// Adds to the history.
    pub fn record(&mut self, what: Happening) {
        self.history.push(Record { at: self.clock.now(), what });
    }

    fn announce(&mut self, message: &Message, name: &str) {
        let mut data = wire::message(self, message);
        data["guild_id"] = self.guild_id_of(message.channel);
        let author = self.guild.members.get(&message.author);
        if let (Some(member), true) = (author, data["guild_id"].is_string()) {
            data["member"] = wire::partial_member(member);
        }
        if data["guild_id"].is_null() {
            data.as_object_mut().expect("an object").remove("guild_id");
        }
        self.dispatch_in(message.channel, name, data);
    }
}

/// The id that a moment would have, with a count within the millisecond.
pub fn snowflake_at(moment: Moment, count: u64) -> Id {
    let passed_ms = (moment.timestamp_millis() - EPOCH_MS).max(0);
    (u64::try_from(passed_ms).expect("not negative") << 22) | count
}
