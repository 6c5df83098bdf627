//! Configuration: one TOML file becomes a [`Config`], or a list of every problem it has.
//!
//! A file is read in three steps: `reader` takes values out of tables and notes typos and wrong
//! types, the files named after sections (`bot`, `fleet`, `domains`, `destinations`) give
//! them their meaning, and `graph` checks what refers to what. Each step notes problems and goes
//! on, so that a person mends a file in one go.
//!
//! Must not: stop at the first problem, know a driver (their options are handed in as
//! [`DriverSpec`]), print a secret, or start anything. Start at [`from_text`].

mod bot;
mod calendars;
mod destinations;
mod discord;
mod domains;
mod fleet;
mod graph;
mod keys;
mod maintenance;
mod problem;
mod provider;
mod reader;
mod secret;
mod upstream;
mod value;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Read,
    net::{IpAddr, SocketAddr},
    path::Path,
    path::PathBuf,
};

use secrecy::SecretString;
use toml::de::DeTable;

use crate::domain::{Abilities, Audience, Fleet, Limits, Policy, Role, Scope, Settings};

pub use calendars::{BlackoutCalendar, CalendarPlace};
pub use discord::DiscordConfig;
pub use keys::{SECTIONS, SectionKeys};
pub use problem::Problem;
pub use provider::Traceroute;
pub use secret::Secrets;
pub use upstream::{Upstream, UpstreamKind};
pub use value::snowflake;

use destinations::Surroundings;
use problem::Problems;
use reader::Root;

/// The longest configuration file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// What a driver says about its own part of a `[[destination]]`.
#[derive(Clone, Copy, Debug)]
pub struct DriverSpec {
    /// The word for `kind`: "console", "webhook".
    pub kind: &'static str,
    /// The keys it knows beside the ones that every destination has.
    pub options: &'static [OptionSpec],
    /// What fits into one of its posts.
    pub limits: Limits,
    /// The section whose account it speaks with (`[discord]`): without it there can be no such
    /// destination.
    pub account: Option<&'static str>,
    /// What a destination with these options can do.
    pub abilities: fn(&BTreeMap<String, String>) -> Abilities,
}

impl DriverSpec {
    /// [`abilities`](Self::abilities) of a driver that takes texts and no more.
    pub fn plain(_options: &BTreeMap<String, String>) -> Abilities {
        Abilities::default()
    }
}

/// One key of a driver.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// The key ("url"). A secret one is given as `NAME_env` or `NAME_file` instead.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether its value must never stand in the file, the journal or a log.
    pub secret: bool,
    /// What is expected, in a few words, for the person who got it wrong.
    pub expects: &'static str,
    /// Whether a value, as text, is what is expected. A secret is for the driver to judge.
    pub fits: fn(&str) -> bool,
    /// The audiences for which it is known, and required where it is.
    pub audiences: &'static [Audience],
}

impl OptionSpec {
    /// The audiences of a place where many read.
    pub const ROOMS: &'static [Audience] = &[Audience::Public, Audience::Staff];
    /// The audiences of an option that every destination of its kind has.
    pub const EVERY_AUDIENCE: &'static [Audience] =
        &[Audience::Public, Audience::Staff, Audience::Reporters];

    /// [`fits`](Self::fits) of an option of which any text will do, or that is read elsewhere.
    pub fn any_text(_text: &str) -> bool {
        true
    }

    /// [`fits`](Self::fits) of how later updates appear.
    pub fn is_way_of_updating(text: &str) -> bool {
        matches!(text, "reply" | "edit")
    }

    /// [`fits`](Self::fits) of `true` or `false`.
    pub fn is_flag(text: &str) -> bool {
        matches!(text, "true" | "false")
    }

    /// [`fits`](Self::fits) of a `http` or `https` URL without user, password or fragment.
    pub fn is_web_url(text: &str) -> bool {
        value::web_url(text).is_some()
    }

    /// [`fits`](Self::fits) of one of Discord's ids.
    pub fn is_snowflake(text: &str) -> bool {
        snowflake(text).is_some()
    }
}

/// Somebody who may speak to the API.
#[derive(Clone, Debug)]
pub struct Token {
    /// Who; what they send is journalled under this name.
    pub name: String,
    /// With what right.
    pub role: Role,
    /// What they may send.
    pub scopes: BTreeSet<Scope>,
    /// What they show to prove it; at least 16 characters, and no two tokens share one.
    pub secret: SecretString,
}

/// What the web server grants to strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebLimits {
    /// The longest request body, in bytes (`web.body_max`).
    pub body_bytes_max: u64,
    /// Connections served at once; more wait (`web.connections_max`).
    pub connections_max: u32,
    /// Web reports from one address within an hour (`web.reports_per_address`).
    pub reports_per_address_max: u32,
    /// Web reports from everybody within an hour (`web.reports_per_hour`).
    pub reports_per_hour_max: u32,
}

impl Default for WebLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1 << 20,
            connections_max: 512,
            reports_per_address_max: 5,
            reports_per_hour_max: 200,
        }
    }
}

/// A configuration without a problem.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from, to be read again on a reload; none for a text.
    pub file: Option<PathBuf>,
    /// What the engine and the journal are told; holds no secret.
    pub settings: Settings,
    /// The languages posts are written in, the usual one first. Never empty.
    pub languages: Vec<String>,
    /// Where the journal is kept. A relative path is taken from the file's own folder.
    pub data_dir: PathBuf,
    /// Where the web server listens.
    pub listen: SocketAddr,
    /// Who may speak to the API. Empty under [`SecretsWanted::Skip`].
    pub tokens: Vec<Token>,
    /// The drivers' secrets. Empty under [`SecretsWanted::Skip`].
    pub secrets: Secrets,
    /// Disk space kept free for finishing what was accepted, in bytes.
    pub journal_reserve_bytes: u64,
    /// Personal values are forgotten after this long, in seconds.
    pub retention_personal_s: u64,
    /// Single probe results are dropped after this long, in seconds.
    pub retention_probes_s: u64,
    /// What the web server grants to strangers.
    pub web: WebLimits,
    /// Proxies in front of us, whose word on who asks is believed (`web.trusted_proxies`).
    pub trusted_proxies: Vec<IpAddr>,
    /// The Discord server it lives in; `None` without one, and under [`SecretsWanted::Skip`].
    pub discord: Option<DiscordConfig>,
    /// Providers' pages that are asked regularly.
    pub upstreams: Vec<Upstream>,
    /// Calendars whose times are blackouts.
    pub calendars: Vec<BlackoutCalendar>,
    /// How paths are traced for evidence packets (`provider.traceroute`).
    pub traceroute: Traceroute,
}

/// Whether secrets are fetched from the environment and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsWanted {
    /// Fetch them; one that is missing is a problem.
    Resolve,
    /// Leave them, and the tokens, out: `replay` and checks on another machine need none.
    Skip,
}

/// Reads the file at `path`, and the files it names.
///
/// # Errors
///
/// Every problem of the file and of those it names, sorted by file and line.
pub fn load(
    path: &Path,
    drivers: &[DriverSpec],
    secrets: SecretsWanted,
) -> Result<Config, Vec<Problem>> {
    let name = path.display().to_string();
    let base = path.parent().unwrap_or(Path::new(""));
    match read_bounded(path, FILE_BYTES_MAX) {
        Ok(text) => {
            let config = from_text(&name, &text, base, drivers, secrets)?;
            Ok(Config { file: Some(path.to_owned()), ..config })
        }
        Err(found) => Err(vec![Problem {
            file: name,
            line: 1,
            found,
            expected: format!("a text file of at most {} MB", FILE_BYTES_MAX >> 20),
        }]),
    }
}

/// Reads `text`; `file_name` is what problems call it, and `base` is the folder that relative
/// paths in it are taken from.
///
/// # Errors
///
/// Every problem of the text and of the files it names, sorted by file and line.
pub fn from_text(
    file_name: &str,
    text: &str,
    base: &Path,
    drivers: &[DriverSpec],
    secrets: SecretsWanted,
) -> Result<Config, Vec<Problem>> {
    let problems = Problems::new(file_name, text);
    let (table, torn) = DeTable::parse_recoverable(text);
    for error in &torn {
        problems.tear();
        let offset = error.span().map_or(text.len(), |span| span.start);
        problems.at(offset, format!("no TOML ({})", error.message()), "TOML");
    }
    let root = Root::new(table.get_ref(), &problems);
    let config = assemble(&root, base, drivers, secrets);
    if problems.is_empty() { Ok(config) } else { Err(problems.into_sorted()) }
}

/// Reads every section. Where there was a problem, the result is of no use.
fn assemble(root: &Root<'_>, base: &Path, drivers: &[DriverSpec], wanted: SecretsWanted) -> Config {
    let bot = bot::read_bot(root, base);
    let inventory = fleet::read(root);
    graph::check(&inventory, root.problems);
    let domains = domains::read(root, base, &inventory, root.problems);
    let discord = discord::read(root, base, wanted);
    let around = Surroundings {
        base,
        drivers,
        languages: &bot.languages,
        wanted,
        discord: discord.as_ref(),
        has_public_url: bot.public_url.is_some(),
    };
    let (destinations, secrets) = destinations::read_destinations(root, around);
    let tokens = destinations::read_tokens(root, around);
    let words = bot.words.map(|(folder, place)| words::read(&folder, place, root.problems));
    let upstreams = upstream::read(root, &inventory);
    let calendars = calendars::read(root, base, bot.timezone, wanted);
    let (retention_personal_s, retention_probes_s) = bot::read_retention(root);
    let fleet = Fleet {
        name: bot.name,
        timezone: bot.timezone,
        components: inventory.components.into_iter().map(|placed| placed.item).collect(),
        servers: inventory.servers.into_iter().map(|placed| placed.item).collect(),
        probes: inventory.probes.into_iter().map(|placed| placed.item).collect(),
        vantages: inventory.vantages,
        domains,
    };
    let policy = Policy {
        maintenance: maintenance::read(root),
        blackouts: maintenance::read_blackouts(root, bot.timezone),
        busy_calendars: calendars.names,
        ..bot::read_policy(root)
    };
    let words = words.unwrap_or_default();
    bot::refuse_unspoken(root, &bot.languages, &words);
    let languages = bot.languages.clone();
    let public_url = bot.public_url;
    let settings = Settings { fleet, policy, destinations, words, public_url, languages };
    Config {
        file: None,
        settings,
        languages: bot.languages,
        data_dir: bot.data_dir,
        listen: bot.listen,
        tokens,
        secrets,
        journal_reserve_bytes: bot::read_journal(root),
        retention_personal_s,
        retention_probes_s,
        web: bot::read_web(root),
        trusted_proxies: bot::read_proxies(root),
        discord: discord.and_then(discord::Discord::into_config),
        upstreams,
        calendars: calendars.calendars,
        traceroute: provider::read(root),
    }
}

/// The text of a file of at most `bytes_max` bytes, or what was found instead.
fn read_bounded(path: &Path, bytes_max: u64) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("a file that cannot be read ({error})");
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err("a folder".to_owned());
    }
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("more than {bytes_max} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "bytes that are not UTF-8".to_owned())
}
