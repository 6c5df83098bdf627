//! A channel, thread or direct message as a test reads and changes it.

use std::sync::Arc;

use super::{
    Shared, lock,
    message::{Message, Record},
    permissions::Overwrite,
    until, wire,
    world::{Channel, Id, World},
};

/// One place.
#[derive(Clone)]
pub struct Place {
    shared: Arc<Shared>,
    id: Id,
}

impl Place {
    pub(super) fn new(shared: &Arc<Shared>, id: Id) -> Self {
        Self { shared: Arc::clone(shared), id }
    }

    /// Its id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The messages that everybody there sees, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.shared).messages_in(self.id).cloned().collect()
    }

    /// Everything there is to read in each message, oldest first.
    pub fn texts(&self) -> Vec<String> {
        self.messages().iter().map(Message::text).collect()
    }

    /// The newest message that everybody there sees.
    pub fn last(&self) -> Option<Message> {
        self.messages().pop()
    }

    /// Everything that happened to messages here, also those that only one sees.
    pub fn history(&self) -> Vec<Record> {
        let world = lock(&self.shared);
        let here = world.history.iter().filter(|record| record.message().channel == self.id);
        here.cloned().collect()
    }

    /// Waits for a message that has `text` among its words or on a button.
    pub async fn until_message(&self, text: &str) -> Message {
        let has = |message: &&Message| {
            let buttons = message.buttons();
            message.text().contains(text)
                || buttons.iter().any(|button| button.label.contains(text))
        };
        let id = self.id;
        let look = |world: &World| world.messages_in(id).rev().find(has).cloned();
        until(&self.shared, &format!("a message with “{text}”"), look).await
    }

    /// Waits until there are so many messages.
    pub async fn until_count(&self, count: usize) -> Vec<Message> {
        let id = self.id;
        let look = |world: &World| {
            let here: Vec<Message> = world.messages_in(id).cloned().collect();
            (here.len() >= count).then_some(here)
        };
        until(&self.shared, &format!("{count} messages"), look).await
    }

    /// The threads under it.
    pub fn threads(&self) -> Vec<Channel> {
        let world = lock(&self.shared);
        let under = world.guild.channels.values().filter(|one| one.parent == Some(self.id));
        under.cloned().collect()
    }

    /// Begins a thread here, as anybody would.
    pub fn begin_thread(&self, name: &str) -> Self {
        let mut world = lock(&self.shared);
        let id = world.next_id();
        let (name, parent) = (name.to_owned(), Some(self.id));
        let (owner, auto_archive_minutes) = (Some(world.bot), 1440);
        let thread = Channel {
            id,
            name,
            kind: 11,
            parent,
            owner,
            auto_archive_minutes,
            ..Channel::default()
        };
        world.guild.channels.insert(id, thread);
        let mut data = wire::channel(&world, &world.guild.channels[&id]);
        data["newly_created"] = serde_json::json!(true);
        world.dispatch("THREAD_CREATE", data);
        Self::new(&self.shared, id)
    }

    /// Takes the place away, as an administrator would.
    pub fn delete(&self) {
        lock(&self.shared).delete_channel(self.id);
    }

    /// Takes one message away, as a moderator would.
    pub fn delete_message(&self, id: Id) {
        lock(&self.shared).delete_message(id);
    }

    /// Denies permissions here to the bot alone.
    pub fn deny_bot(&self, permissions: u64) {
        self.set_for_bot(Overwrite { allow: 0, deny: permissions });
    }

    /// Lets the bot do here what its roles allow, and `permissions`.
    pub fn allow_bot(&self, permissions: u64) {
        self.set_for_bot(Overwrite { allow: permissions, deny: 0 });
    }

    fn set_for_bot(&self, overwrite: Overwrite) {
        let mut world = lock(&self.shared);
        let bot = world.bot;
        let Some(channel) = world.guild.channels.get_mut(&self.id) else { return };
        channel.overwrites.insert(bot, overwrite);
        let data = wire::channel(&world, &world.guild.channels[&self.id]);
        world.dispatch("CHANNEL_UPDATE", data);
    }
}
