//! The state: one guild with its channels, people and roles, every message, command and event, and
//! the history of what became of them.
//!
//! Everything is plain data behind one lock, so that a request is one step: nothing is half done
//! when a fault cuts the connection. Look here for what there is, at `wire` for how it is written.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    clock::{Clock, Moment, delta},
    contract::Contract,
    errors::{self, ApiError},
    faults::Faults,
    gateway::Gateway,
    interactions::Interaction,
    limits::Limits,
    mentions,
    message::{Happening, Message, Record},
    permissions, wire,
};

pub use super::guild::{
    Application, Channel, Command, Event, Guild, Id, Member, Role, User, snowflake_at,
};

/// The bot's name and its role's.
const NAME: &str = "Bellwether";

/// How old the guild is.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

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
    last_old_id: Id,
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
    /// Roles that the server's own settings let use all of the bot's commands.
    pub command_roles: Vec<Id>,
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
    /// A guild with its owner and the bot, a year old.
    pub fn new(guild_name: &str) -> Self {
        let clock = Clock::default();
        let mut last_old_id = snowflake_at(clock.now() - delta(YEAR));
        let mut next = || {
            last_old_id += 1 << 22;
            last_old_id
        };
        // The bot's user id is its application's id, as for every application since 2016.
        let [guild_id, owner, bot, bot_role] = [next(), next(), next(), next()];
        let users = [User::new(owner, "owner"), User { is_bot: true, ..User::new(bot, NAME) }];
        let roles = [
            Role::new(guild_id, "@everyone", permissions::EVERYONE),
            Role::new(bot_role, NAME, permissions::BOT),
        ];
        let member = |roles| Member { roles, joined_at: clock.now() - delta(YEAR), nick: None };
        let members = [(owner, member(Vec::new())), (bot, member(vec![bot_role]))];
        Self {
            clock,
            last_id: 0,
            last_old_id,
            application: Application {
                id: bot,
                name: NAME.to_owned(),
                token: format!("{bot}.fake.token-of-the-tests"),
                privileged: super::gateway::PRIVILEGED,
            },
            bot,
            guild: Guild {
                id: guild_id,
                name: guild_name.to_owned(),
                owner,
                roles: roles.into_iter().map(|role| (role.id, role)).collect(),
                members: members.into(),
                channels: BTreeMap::new(),
            },
            bot_is_in: true,
            users: users.into_iter().map(|user| (user.id, user)).collect(),
            direct: BTreeMap::new(),
            messages: BTreeMap::new(),
            history: Vec::new(),
            command_roles: Vec::new(),
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

    /// An id of a year ago, for what was there before the test began.
    pub fn next_old_id(&mut self) -> Id {
        self.last_old_id += 1 << 22;
        self.last_old_id
    }

    /// A new id, greater than all before, that tells the time as Discord's do.
    pub fn next_id(&mut self) -> Id {
        self.last_id = (self.last_id + 1).max(snowflake_at(self.clock.now()));
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

    /// Puts an edited message in the place of what it was.
    pub fn replace(&mut self, after: Message) {
        if let Some(before) = self.put(after.clone()) {
            self.record(Happening::Edited { before: Box::new(before), after });
        }
    }

    /// Notes that a message was published to the channel's followers.
    pub fn crosspost(&mut self, after: Message) {
        if self.put(after.clone()).is_some() {
            self.record(Happening::Crossposted(after));
        }
    }

    fn put(&mut self, after: Message) -> Option<Message> {
        let before = self.messages.insert(after.id, after.clone())?;
        if after.only_for.is_none() {
            self.announce(&after, "MESSAGE_UPDATE");
        }
        Some(before)
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
        let data = json!({ "id": self.guild.id.to_string() });
        self.dispatch("GUILD_DELETE", data);
        self.bot_is_in = false;
        self.guild.members.remove(&self.bot);
    }

    /// Takes the bot into the guild again, with its role.
    pub fn invite_bot(&mut self) {
        let own = self.guild.roles.values().find(|role| role.name == NAME).map(|role| role.id);
        let (roles, joined_at) = (own.into_iter().collect(), self.clock.now());
        self.guild.members.insert(self.bot, Member { roles, joined_at, nick: None });
        self.bot_is_in = true;
        let data = wire::whole_guild(self);
        self.dispatch("GUILD_CREATE", data);
    }

    /// Gives a role permissions.
    pub fn give_permissions(&mut self, role: &str, permissions: u64) {
        let named: Vec<Id> =
            self.guild.roles.values().filter(|one| one.name == role).map(|one| one.id).collect();
        for id in named {
            self.change_role(id, |bits| bits | permissions);
        }
    }

    fn change_role(&mut self, id: Id, change: impl Fn(u64) -> u64) {
        let Some(role) = self.guild.roles.get_mut(&id) else { return };
        role.permissions = change(role.permissions);
        let written = wire::role(self, &self.guild.roles[&id]);
        let guild = self.guild.id.to_string();
        self.dispatch("GUILD_ROLE_UPDATE", json!({ "guild_id": guild, "role": written }));
    }

    /// Takes permissions from every role that somebody has, and from everybody's.
    pub fn take_permissions(&mut self, user: Id, permissions: u64) {
        let own = self.guild.members.get(&user).map(|member| member.roles.clone());
        for id in own.into_iter().flatten().chain([self.guild.id]) {
            self.change_role(id, |bits| bits & !permissions);
        }
    }

    /// Takes a role away, also from who has it.
    pub fn delete_role(&mut self, id: Id) {
        self.guild.roles.remove(&id);
        for member in self.guild.members.values_mut() {
            member.roles.retain(|role| *role != id);
        }
        for channel in self.guild.channels.values_mut() {
            channel.overwrites.remove(&id);
        }
        let guild = self.guild.id.to_string();
        let data = json!({ "guild_id": guild, "role_id": id.to_string() });
        self.dispatch("GUILD_ROLE_DELETE", data);
    }

    /// Lets somebody with an account made this moment join.
    pub fn join(&mut self, name: &str) -> Id {
        let id = self.next_id();
        self.users.insert(id, User::new(id, name));
        let joined_at = self.clock.now();
        self.guild.members.insert(id, Member { roles: Vec::new(), joined_at, nick: None });
        let mut data = wire::member(self, id).unwrap_or_default();
        data["guild_id"] = json!(self.guild.id.to_string());
        self.dispatch("GUILD_MEMBER_ADD", data);
        id
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
