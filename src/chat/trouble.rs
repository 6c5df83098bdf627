//! What is amiss between the bot and Discord, in words that say what to do. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config::DiscordConfig,
    render::{self, Facts, Words},
};

use super::rights::Rights;

/// Something that staff must see to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Discord cannot be reached, or does not answer as it should.
    Unreachable {
        /// What was seen.
        reason: String,
    },
    /// The connection has been gone for minutes.
    Lost,
    /// The token is not taken.
    TokenRefused,
    /// The application may not read messages.
    MessageContentRefused,
    /// The bot is no member of the configured server.
    NotInGuild,
    /// The bot was removed from it.
    Kicked,
    /// Commands cannot be registered.
    CommandsRefused {
        /// What Discord said.
        reason: String,
    },
    /// Maintenance cannot be shown as events of the server.
    EventsRefused,
    /// Nobody is staff.
    NoRoles,
    /// A configured role does not exist.
    RoleMissing {
        /// Which.
        role: u64,
    },
    /// A configured channel does not exist, or cannot be seen.
    ChannelMissing {
        /// Which.
        channel: u64,
    },
    /// The bot may not do what it must in a channel.
    PermissionsMissing {
        /// Which.
        channel: u64,
        /// What it is called.
        name: String,
        /// Bits of [`PERMISSIONS`].
        missing: u64,
    },
    /// Many new accounts report at once.
    Raid,
}

/// The permissions that the bot needs somewhere, with the key of Discord's own word for each.
pub const PERMISSIONS: [(u64, &str); 7] = [
    (1 << 10, "chat-permission-view"),
    (1 << 11, "chat-permission-send"),
    (1 << 14, "chat-permission-embed"),
    (1 << 15, "chat-permission-attach"),
    (1 << 16, "chat-permission-history"),
    (1 << 35, "chat-permission-threads"),
    (1 << 38, "chat-permission-send-threads"),
];
const VIEW: u64 = 1 << 10;
const NEEDED_FOR_STAFF: u64 = VIEW | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 35 | 1 << 38;
const NEEDED_FOR_SUPPORT: u64 = VIEW | 1 << 11 | 1 << 16;

/// The configured server as the bot finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The roles there are.
    pub roles: BTreeSet<u64>,
    /// The channels there are.
    pub channels: BTreeMap<u64, Room>,
}

/// A channel as the bot finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// What it is called.
    pub name: String,
    /// What the bot may do in it.
    pub may: u64,
}

/// Everything that is not as the configuration says.
pub fn survey(config: &DiscordConfig, seen: &Seen) -> Vec<Trouble> {
    let mut found = Vec::new();
    if Rights::of(config).is_nobody() {
        found.push(Trouble::NoRoles);
    }
    let roles = config.staff_roles.iter().chain(&config.admin_roles);
    found.extend(
        roles
            .filter(|role| !seen.roles.contains(role))
            .map(|role| Trouble::RoleMissing { role: *role }),
    );
    let mut channels = vec![(config.staff_channel, NEEDED_FOR_STAFF)];
    if config.message_content {
        channels.extend(config.support_channels.iter().map(|one| (*one, NEEDED_FOR_SUPPORT)));
    }
    for (channel, needed) in channels {
        match seen.channels.get(&channel) {
            None => found.push(Trouble::ChannelMissing { channel }),
            Some(Room { name, may }) if may & needed != needed => {
                let (name, missing) = (name.clone(), needed & !may);
                found.push(Trouble::PermissionsMissing { channel, name, missing });
            }
            Some(_) => {}
        }
    }
    found
}

impl Trouble {
    /// In words, with what to do.
    pub fn say(&self, words: &Words, language: &str) -> String {
        let say = |key: &str, facts: Facts| words.say(language, key, &facts);
        match self {
            Self::Unreachable { reason } => {
                let reason = render::neutralise(reason, 200);
                say("chat-trouble-unreachable", Facts::new().text("reason", reason))
            }
            Self::Lost => say("chat-trouble-lost", Facts::new()),
            Self::TokenRefused => say("chat-trouble-token", Facts::new()),
            Self::MessageContentRefused => say("chat-trouble-content", Facts::new()),
            Self::NotInGuild => say("chat-trouble-not-in-guild", Facts::new()),
            Self::Kicked => say("chat-trouble-kicked", Facts::new()),
            Self::CommandsRefused { reason } => {
                let reason = render::neutralise(reason, 200);
                say("chat-trouble-commands", Facts::new().text("reason", reason))
            }
            Self::EventsRefused => say("chat-trouble-events", Facts::new()),
            Self::NoRoles => say("chat-trouble-no-roles", Facts::new()),
            Self::RoleMissing { role } => {
                say("chat-trouble-role", Facts::new().text("role", role.to_string()))
            }
            Self::ChannelMissing { channel } => {
                say("chat-trouble-channel", Facts::new().text("channel", channel.to_string()))
            }
            Self::PermissionsMissing { name, missing, .. } => {
                let names: Vec<String> = PERMISSIONS
                    .iter()
                    .filter(|(bit, _)| missing & bit != 0)
                    .map(|(_, key)| say(key, Facts::new()))
                    .collect();
                let facts = Facts::new()
                    .text("channel", render::neutralise(name, 100))
                    .text("permissions", render::list(words, language, &names));
                say("chat-trouble-permissions", facts)
            }
            Self::Raid => say("chat-trouble-raid", Facts::new()),
        }
    }

    /// What it is without what was seen of it: told once in a while, however often it is met.
    pub fn kind(&self) -> Self {
        match self {
            Self::Unreachable { .. } => Self::Unreachable { reason: String::new() },
            Self::CommandsRefused { .. } => Self::CommandsRefused { reason: String::new() },
            Self::Lost
            | Self::TokenRefused
            | Self::MessageContentRefused
            | Self::NotInGuild
            | Self::Kicked
            | Self::EventsRefused
            | Self::NoRoles
            | Self::RoleMissing { .. }
            | Self::ChannelMissing { .. }
            | Self::PermissionsMissing { .. }
            | Self::Raid => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> DiscordConfig {
        DiscordConfig {
            token: secrecy::SecretString::default(),
            guild: 1,
            staff_channel: 100,
            support_channels: vec![101],
            message_content: true,
            staff_roles: vec![10],
            admin_roles: vec![11],
            presence: true,
            events: true,
            api: "https://discord.com".parse().expect("an address"),
        }
    }

    fn room(name: &str, may: u64) -> Room {
        Room { name: name.to_owned(), may }
    }

    #[test]
    fn what_is_as_configured_is_no_trouble() {
        let all = PERMISSIONS.iter().map(|(bit, _)| bit).sum();
        let seen = Seen {
            roles: [10, 11].into(),
            channels: [(100, room("staff", all)), (101, room("help", all))].into(),
        };
        assert_eq!(survey(&config(), &seen), []);
    }

    #[test]
    fn everything_missing_is_said_with_what_to_do() {
        let seen = Seen { roles: [10].into(), channels: [(100, room("staff", VIEW))].into() };
        let words = Words::built_in();
        let said: Vec<String> =
            survey(&config(), &seen).iter().map(|one| one.say(&words, "en")).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].contains("11"), "{said:?}");
        assert!(said[1].contains("#staff") && said[1].contains("Attach Files"), "{said:?}");
        assert!(said[2].contains("101"), "{said:?}");
        let nobody = DiscordConfig { staff_roles: vec![], admin_roles: vec![], ..config() };
        assert!(survey(&nobody, &seen).contains(&Trouble::NoRoles));
    }
}
