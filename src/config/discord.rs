//! `[discord]`: the server that Bellwether lives in, and the account it has there.
//!
//! Destinations of kind `discord` borrow the account: its token goes into their secrets, server and
//! address into their options. Must not: put the token anywhere else, or print it.

use std::{collections::BTreeMap, path::Path};

use secrecy::SecretString;
use url::{Host, Url};

use super::{
    Secrets, SecretsWanted,
    keys::DISCORD,
    reader::{At, Root, Section},
    secret::Source,
    value::{SNOWFLAKE_EXPECTED, web_url},
};

/// Where Discord is.
const API: &str = "https://discord.com";
const API_EXPECTED: &str = "a https:// URL of nothing but a host, or a http:// one of this machine";
const TOKEN_EXPECTED: &str = "the bot's token, from the application's page “Bot”";
/// The most ids in one list.
const IDS_MAX: usize = 100;

/// A Discord server, and the account that the bot has there.
#[derive(Clone, Debug)]
pub struct DiscordConfig {
    /// The bot's token.
    pub token: SecretString,
    /// The server.
    pub guild: u64,
    /// The channel for staff's cards.
    pub staff_channel: u64,
    /// Channels whose messages are reports, where `message_content` is on.
    pub support_channels: Vec<u64>,
    /// Whether the bot reads what people write in channels: a privileged intent.
    pub message_content: bool,
    /// The roles whose members are staff.
    pub staff_roles: Vec<u64>,
    /// The roles whose members are admins. Without either kind nobody may approve anything.
    pub admin_roles: Vec<u64>,
    /// Whether the bot's presence shows how the fleet stands.
    pub presence: bool,
    /// Whether announced maintenance is shown as the server's scheduled events.
    pub events: bool,
    /// Where Discord is, without a path.
    pub api: Url,
}

/// `[discord]` as it was read; without its token where none is wanted or there was a problem.
pub(super) struct Discord {
    token: Option<SecretString>,
    config: DiscordConfig,
}

impl Discord {
    /// What the chat needs; `None` without a token.
    pub(super) fn into_config(self) -> Option<DiscordConfig> {
        let token = self.token?;
        Some(DiscordConfig { token, ..self.config })
    }

    /// Gives a destination what it needs to speak with this account.
    pub(super) fn lend(
        &self,
        destination: &str,
        options: &mut BTreeMap<String, String>,
        secrets: &mut Secrets,
    ) {
        options.insert("guild".to_owned(), self.config.guild.to_string());
        options.insert("api".to_owned(), self.config.api.to_string());
        if let Some(token) = &self.token {
            secrets.insert(destination.into(), "token", token.clone());
        }
    }
}

/// Reads `[discord]`; `None` when there is none.
pub(super) fn read(root: &Root<'_>, base: &Path, wanted: SecretsWanted) -> Option<Discord> {
    let section = root.section(&DISCORD)?;
    let source = Source { section: &section, name: "token", expected: TOKEN_EXPECTED };
    let token = source.fetch(true, base, wanted).map(|(token, _)| token);
    let staff_channel = required_id(&section, "staff_channel");
    let support_channels = ids(&section, "support_channels");
    let staff_channels = support_channels.iter().filter(|at| at.value == staff_channel);
    for at in staff_channels {
        let found = "the `staff_channel` among `support_channels`";
        section.problems.at(at.place, found, "channels that customers write in");
    }
    let guild = required_id(&section, "guild");
    let flag = |key, default| section.flag(key).map_or(default, |at| at.value);
    let roles = |key| read_roles(&section, key, guild);
    let config = DiscordConfig {
        token: SecretString::default(),
        guild,
        staff_channel,
        support_channels: support_channels.into_iter().map(|at| at.value).collect(),
        message_content: flag("message_content", false),
        staff_roles: roles("staff_roles"),
        admin_roles: roles("admin_roles"),
        presence: flag("presence", true),
        events: flag("events", true),
        api: section
            .parsed("api", API_EXPECTED, api_url)
            .map(|at| at.value)
            .or_else(default_api)?,
    };
    Some(Discord { token, config })
}

/// An id that must be there; 0, which is nobody's, where a problem was noted.
fn required_id(section: &Section<'_>, key: &str) -> u64 {
    if section.place_of(key).is_none() {
        section.missing(key, SNOWFLAKE_EXPECTED);
    }
    section.snowflake(key).map_or(0, |at| at.value)
}

/// Everybody in a server has the role that has the server's own id.
fn read_roles(section: &Section<'_>, key: &str, guild: u64) -> Vec<u64> {
    let roles = ids(section, key);
    for at in roles.iter().filter(|at| at.value == guild) {
        let found = format!("`{key}` with the id of the server, a role that everybody has");
        section.problems.at(at.place, found, "roles that you give to people");
    }
    roles.into_iter().map(|at| at.value).collect()
}

fn ids(section: &Section<'_>, key: &str) -> Vec<At<u64>> {
    let ids = section.snowflakes(key);
    if let Some(at) = ids.get(IDS_MAX) {
        section.problems.at(at.place, format!("more ids in `{key}`"), "at most 100");
    }
    for (nth, at) in ids.iter().take(IDS_MAX).enumerate() {
        if ids[..nth].iter().any(|earlier| earlier.value == at.value) {
            section.problems.at(at.place, format!("`{key}` with {} twice", at.value), "each once");
        }
    }
    ids
}

fn default_api() -> Option<Url> {
    api_url(API)
}

/// A token must not cross a network in the clear.
fn api_url(text: &str) -> Option<Url> {
    let url = Url::parse(&web_url(text)?).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_bare = url.path() == "/" && url.query().is_none();
    (is_bare && (url.scheme() == "https" || is_here)).then_some(url)
}
