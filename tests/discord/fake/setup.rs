//! Who and what is there when the fake starts.

use super::{
    permissions::{Overwrite, Overwrites, VIEW_CHANNEL},
    world::{Channel, Id, Member, Role, User, World},
};

/// A guild in the making.
pub struct Setup(World);

impl Setup {
    /// A guild with nobody but its owner and the bot.
    pub fn new(guild_name: &str) -> Self {
        Self(World::new(guild_name))
    }

    /// What most stories need: `support` and `status` (announcements) for all, `staff` for the
    /// role of that name; the customers `anna` and `bert`, and `tim` and `sue` of the staff.
    pub fn usual() -> Self {
        Self::new("Example Host")
            .role("staff", 0)
            .text("support")
            .announcement("status")
            .private_text("staff", &["staff", "Bellwether"])
            .member("anna", &[])
            .member("bert", &[])
            .member("tim", &["staff"])
            .member("sue", &["staff"])
    }

    /// A role with permissions beyond everybody's.
    pub fn role(mut self, name: &str, permissions: u64) -> Self {
        let id = self.0.next_old_id();
        self.0.guild.roles.insert(id, Role::new(id, name, permissions));
        self
    }

    /// Gives a role permissions beyond everybody's.
    pub fn may(mut self, role: &str, permissions: u64) -> Self {
        let id = self.role_id(role);
        if let Some(role) = self.0.guild.roles.get_mut(&id) {
            role.permissions = permissions;
        }
        self
    }

    /// A text channel for all.
    pub fn text(self, name: &str) -> Self {
        self.channel(name, 0, Overwrites::new())
    }

    /// An announcement channel for all.
    pub fn announcement(self, name: &str) -> Self {
        self.channel(name, 5, Overwrites::new())
    }

    /// A text channel that only some roles see.
    pub fn private_text(self, name: &str, roles: &[&str]) -> Self {
        let hidden = Overwrite { allow: 0, deny: VIEW_CHANNEL };
        let open = Overwrite { allow: VIEW_CHANNEL, deny: 0 };
        let mut overwrites = Overwrites::from([(self.0.guild.id, hidden)]);
        overwrites.extend(roles.iter().map(|role| (self.role_id(role), open)));
        self.channel(name, 0, overwrites)
    }

    /// A member with roles.
    pub fn member(mut self, name: &str, roles: &[&str]) -> Self {
        let roles = roles.iter().map(|role| self.role_id(role)).collect();
        let joined_at = self.0.guild.members[&self.0.bot].joined_at;
        let id = self.stranger_id(name);
        self.0.guild.members.insert(id, Member { roles, joined_at, nick: None });
        self
    }

    /// Somebody who is not in the guild.
    pub fn stranger(mut self, name: &str) -> Self {
        self.stranger_id(name);
        self
    }

    /// Speaks another language: what the interactions of this person say of it.
    pub fn speaks(mut self, name: &str, locale: &str) -> Self {
        for user in self.0.users.values_mut().filter(|user| user.name == name) {
            user.locale = locale.to_owned();
        }
        self
    }

    /// Takes no direct messages from the bot.
    pub fn without_direct_messages(mut self, name: &str) -> Self {
        for user in self.0.users.values_mut().filter(|user| user.name == name) {
            user.takes_direct_messages = false;
        }
        self
    }

    /// Switches privileged intents on in the portal: these and no others.
    pub fn privileged(mut self, intents: u64) -> Self {
        self.0.application.privileged = intents;
        self
    }

    /// The world as set up.
    pub fn into_world(self) -> World {
        self.0
    }

    fn channel(mut self, name: &str, kind: u8, overwrites: Overwrites) -> Self {
        let id = self.0.next_old_id();
        let name = name.to_owned();
        let channel = Channel { id, name, kind, overwrites, ..Channel::default() };
        self.0.guild.channels.insert(id, channel);
        self
    }

    fn stranger_id(&mut self, name: &str) -> Id {
        let id = self.0.next_old_id();
        self.0.users.insert(id, User::new(id, name));
        id
    }

    fn role_id(&self, name: &str) -> Id {
        let found = self.0.guild.roles.values().find(|role| role.name == name);
        found.unwrap_or_else(|| panic!("no role {name}")).id
    }
}
