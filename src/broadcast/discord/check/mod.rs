//! `bellwether check --discord`: whether the bot can do in its server what the configuration wants,
//! and in words what to do where it cannot.
//!
//! Asks and never writes: nothing is sent to anybody. Start at [`run`]; what is wanted of what was
//! seen is judged in `judge`, by permissions computed in `permissions`.

mod judge;
mod permissions;

use serde::Deserialize;

use crate::{
    broadcast::http::SetUpError,
    clock::Clock,
    config::DiscordConfig,
    domain::Destination,
    render::{Facts, Words},
    rests::Rests,
};

use super::{api::Api, trouble::Trouble};

pub use permissions::INVITED_WITH;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub standing: Standing,
    /// In words; of what is not as it must be, also what to do.
    pub text: String,
}

/// How a thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it must be.
    Good,
    /// Perhaps not what was meant.
    Doubtful,
    /// Something will not work.
    Wrong,
}

/// The bot's own account.
#[derive(Debug, Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    username: String,
}

#[derive(Debug, Deserialize)]
struct Application {
    id: String,
    #[serde(default)]
    flags: u64,
    #[serde(default)]
    interactions_endpoint_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Guild {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Debug, Deserialize)]
struct Role {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    permissions: String,
    #[serde(default)]
    mentionable: bool,
}

#[derive(Debug, Deserialize)]
struct Member {
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Channel {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    permission_overwrites: Vec<Overwrite>,
}

#[derive(Debug, Deserialize)]
struct Overwrite {
    id: String,
    #[serde(default)]
    allow: String,
    #[serde(default)]
    deny: String,
}

/// All that is known of a server the bot is in.
#[derive(Debug)]
struct Seen {
    own: User,
    guild: Guild,
    member: Member,
    channels: Vec<Channel>,
    /// Roles that the server's own settings let use the bot's commands.
    allowed: Vec<String>,
}

/// What the server's own settings say of one command, or of all that are the bot's.
#[derive(Debug, Deserialize)]
struct CommandRights {
    #[serde(default)]
    permissions: Vec<CommandRight>,
}

#[derive(Debug, Deserialize)]
struct CommandRight {
    id: String,
    #[serde(rename = "type")]
    kind: u8,
    permission: bool,
}

/// What a check is about, and how it speaks.
#[derive(Clone, Copy)]
struct Inquiry<'a> {
    config: &'a DiscordConfig,
    destinations: &'a [Destination],
    words: &'a Words,
    language: &'a str,
}

/// Looks at everything that `config` and the destinations of kind `discord` rely on, and says how it
/// stands, in `language`.
pub async fn run(
    config: &DiscordConfig,
    destinations: &[Destination],
    words: &Words,
    language: &str,
    clock: &Clock,
) -> Vec<Finding> {
    let inquiry = Inquiry { config, destinations, words, language };
    let api = match Api::new(config.api.clone(), config.token.clone(), clock, Rests::default()) {
        Ok(api) => api,
        Err(SetUpError::Tls(error)) => return vec![inquiry.unreachable(&error.to_string())],
        Err(SetUpError::Client(_)) => return vec![inquiry.unreachable("no client")],
    };
    let mut findings = Vec::new();
    if let Err(finding) = inquiry.look(&api, &mut findings).await {
        findings.push(finding);
    }
    findings
}

impl Inquiry<'_> {
    /// Looks at one thing after the other; ends early where nothing after it can be seen.
    async fn look(&self, api: &Api, findings: &mut Vec<Finding>) -> Result<(), Finding> {
        let own: User = api.get("users/@me").await.map_err(|trouble| self.stopped(&trouble))?;
        let name = self.tame(&own.username);
        findings.push(self.good("discord-token-good", Facts::new().text("name", name)));
        let application: Application =
            api.get("applications/@me").await.map_err(|trouble| self.stopped(&trouble))?;
        findings.extend(self.judge_application(&application));
        let id = self.config.guild;
        let guild = api.get::<Guild>(&format!("guilds/{id}")).await;
        let guild = guild.map_err(|trouble| self.no_guild(&trouble, &application.id))?;
        let name = self.tame(&guild.name);
        findings.push(self.good("discord-guild-good", Facts::new().text("name", name)));
        let member = api.get::<Member>(&format!("guilds/{id}/members/{}", own.id)).await;
        let member = member.map_err(|trouble| self.no_guild(&trouble, &application.id))?;
        let channels = api.get::<Vec<Channel>>(&format!("guilds/{id}/channels")).await;
        let channels = channels.map_err(|trouble| self.stopped(&trouble))?;
        let allowed = self.allowed(api, &application.id).await;
        findings.extend(self.judge_server(&Seen { own, guild, member, channels, allowed }));
        Ok(())
    }

    /// Roles that are let use a command of the bot's. Where that cannot be asked, there are none.
    async fn allowed(&self, api: &Api, application: &str) -> Vec<String> {
        const ROLE: u8 = 1;
        let guild = self.config.guild;
        let path = format!("applications/{application}/guilds/{guild}/commands/permissions");
        let rights: Vec<CommandRights> = api.get(&path).await.unwrap_or_default();
        let rights = rights.into_iter().flat_map(|one| one.permissions);
        rights.filter(|one| one.kind == ROLE && one.permission).map(|one| one.id).collect()
    }

    /// Nothing more can be found out.
    fn stopped(&self, trouble: &Trouble) -> Finding {
        match trouble.status() {
            Some(401) => self.wrong("discord-token-wrong", Facts::new()),
            Some(429) => self.wrong("discord-asks-to-wait", Facts::new()),
            Some(_) | None => self.unreachable(&trouble.words()),
        }
    }

    fn unreachable(&self, reason: &str) -> Finding {
        let facts = Facts::new().text("api", self.config.api.as_str()).text("reason", reason);
        self.wrong("discord-unreachable", facts)
    }

    fn no_guild(&self, trouble: &Trouble, application: &str) -> Finding {
        if !matches!(trouble.status(), Some(403 | 404)) {
            return self.stopped(trouble);
        }
        let facts = Facts::new()
            .text("guild", self.config.guild.to_string())
            .text("invite", invite(application));
        self.wrong("discord-guild-missing", facts)
    }

    fn good(&self, key: &str, facts: Facts) -> Finding {
        self.finding(Standing::Good, key, facts)
    }

    fn doubtful(&self, key: &str, facts: Facts) -> Finding {
        self.finding(Standing::Doubtful, key, facts)
    }

    fn wrong(&self, key: &str, facts: Facts) -> Finding {
        self.finding(Standing::Wrong, key, facts)
    }

    fn finding(&self, standing: Standing, key: &str, facts: Facts) -> Finding {
        Finding { standing, text: self.words.say(self.language, key, &facts) }
    }
}

/// The link by which somebody adds the bot to a server with the permissions it needs.
fn invite(application: &str) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={INVITED_WITH}"
    )
}
