//! The configuration is read again while the bot runs, and everything follows it.
//!
//! A configuration is first read and tried in full: its words, its destinations, its probes'
//! targets. With any problem nothing changes, and staff are told. Otherwise the journal takes it as
//! `Started` (so that the engine decides under it from a known moment on), and what runs follows:
//! drivers, tokens, names, words, pages, retention, probes. One reload at a time, in the order they
//! were asked for. Must not: decide what staff are told (the engine does), or stop anything that is
//! under way. Start at [`Reloader::run`].

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use axum::Router;
use secrecy::ExposeSecret;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    broadcast,
    clock::Clock,
    config::{self, Config, DiscordConfig, SecretsWanted, Token, WebLimits},
    domain::{PostId, Settings},
    engine::Engine,
    event::{Input, Reload, post_id},
    intake::{
        Answer,
        probes::{Prepared, Probes},
    },
    journal::{Appender, Offered, Refused},
    render::Words,
    rests::Rests,
};

use super::{
    couriers::Drivers, door::Names, housekeeping::Retention, reading::Reading, run::Desktop,
    web::Web,
};

/// Problems that are told, and how long each may be; the log has all in full.
const PROBLEMS_MAX: usize = 200;
const PROBLEM_BYTES_MAX: usize = 1000;

/// Somebody wants the configuration read again.
pub struct Asked {
    /// Who: the name of their token or account, or of the signal.
    pub by: String,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Result<Told, Refused>>,
}

/// What there is to answer.
pub enum Told {
    /// What came of it, in words.
    Answered(Answer),
    /// It is in the journal at this place, and the desk is busy.
    Late(u64),
}

/// All that follows the configuration, beside the engine.
pub(super) struct Followers {
    pub drivers: watch::Sender<Drivers>,
    pub names: watch::Sender<Arc<Names>>,
    pub words: watch::Sender<Arc<Words>>,
    pub web: Web,
    pub routers: watch::Sender<Router>,
    pub retention: watch::Sender<Retention>,
    pub probes: Probes,
    pub reading: Reading,
    /// What new drivers at Discord share with the others there.
    pub rests: Rests,
}

/// Reads the configuration again when somebody asks.
pub(super) struct Reloader {
    /// In force.
    config: Config,
    /// In force until the process ends.
    fixed: Fixed,
    followers: Followers,
    appender: Appender,
    desk: Desktop,
    clock: Clock,
    installation: String,
}

/// A configuration that was tried, and can be followed without fail.
struct Ready {
    config: Config,
    words: Arc<Words>,
    drivers: Drivers,
    probes: Prepared,
}

impl Reloader {
    pub(super) fn new(
        config: Config,
        followers: Followers,
        appender: Appender,
        desk: Desktop,
        clock: Clock,
        installation: String,
    ) -> Self {
        let fixed = Fixed::of(&config);
        Self { config, fixed, followers, appender, desk, clock, installation }
    }

    /// Serves who asks until the bot goes down, then stops the probes.
    pub(super) async fn run(
        mut self,
        mut asked: mpsc::Receiver<Asked>,
        down: impl Future<Output = ()>,
    ) {
        let mut down = std::pin::pin!(down);
        loop {
            tokio::select! {
                () = &mut down => break,
                Some(Asked { by, answer }) = asked.recv() => {
                    let told = self.reload(&by).await;
                    if let Err(refused) = &told {
                        tracing::warn!(by, %refused, "the configuration was not taken over");
                    }
                    // Who no longer waits does not mind.
                    let _ = answer.send(told);
                }
            }
        }
        self.followers.probes.stop().await;
    }

    async fn reload(&mut self, by: &str) -> Result<Told, Refused> {
        match self.read().await {
            Ok(ready) => self.take_over(by, ready).await,
            Err(problems) => {
                for problem in &problems {
                    tracing::warn!("{problem}");
                }
                tracing::warn!(by, "the configuration cannot be used; the one before stays");
                let problems = bounded(problems);
                self.tell(by, None, Reload { problems, ..Reload::default() }).await
            }
        }
    }

    /// Reads the file and tries all of it; nothing has changed when this returns.
    async fn read(&self) -> Result<Ready, Vec<String>> {
        let Some(path) = self.config.file.clone() else {
            return Err(vec!["this bot was started without a configuration file".to_owned()]);
        };
        let config = load(path).await?;
        let words = Words::with(&config.settings.words)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        let drivers = self.build(&config);
        let probes = self
            .followers
            .probes
            .prepare(&config.settings.fleet)
            .map_err(|problem| vec![in_full(&problem)]);
        match (words, drivers, probes) {
            (Ok(words), Ok(drivers), Ok(probes)) => {
                Ok(Ready { words: Arc::new(words), drivers, probes, config })
            }
            (words, drivers, probes) => {
                let problems = [words.err(), drivers.err(), probes.err()];
                Err(problems.into_iter().flatten().flatten().collect())
            }
        }
    }

    /// The drivers; a destination that is as it was keeps its own, with all that it knows of the
    /// other side.
    fn build(&self, config: &Config) -> Result<Drivers, Vec<String>> {
        let (mut drivers, mut problems) = (Drivers::new(), Vec::new());
        let before = self.followers.drivers.borrow().clone();
        for destination in &config.settings.destinations {
            let is_same = self.config.settings.destinations.contains(destination)
                && self.config.secrets.same_for(&config.secrets, &destination.id);
            if let Some(kept) = before.get(&destination.id).filter(|_| is_same) {
                drivers.insert(destination.id.clone(), kept.clone());
                continue;
            }
            let (secrets, rests) = (&config.secrets, &self.followers.rests);
            match broadcast::build_resting(destination, secrets, &self.clock, rests) {
                Ok(driver) => {
                    drivers.insert(destination.id.clone(), (destination.audience, driver));
                }
                Err(problem) => problems.push(in_full(&problem)),
            }
        }
        if problems.is_empty() { Ok(drivers) } else { Err(problems) }
    }

    async fn take_over(&mut self, by: &str, ready: Ready) -> Result<Told, Refused> {
        let Ready { config, words, drivers, probes } = ready;
        let settings = for_the_journal(&config.settings);
        let is_new = settings != for_the_journal(&self.config.settings);
        let reload = Reload {
            followed: self.followed(&config),
            at_next_start: self.fixed.differing(&config),
            ..Reload::default()
        };
        // The first post to a new destination may be decided the moment the engine hears of it:
        // its driver must be there by then, and those of removed ones until then.
        let before = self.followers.drivers.borrow().clone();
        let both = before.clone().into_iter().chain(drivers.clone()).collect();
        self.followers.drivers.send_replace(both);
        let told = self.tell(by, is_new.then(|| Arc::new(settings)), reload).await;
        if told.is_err() {
            self.followers.drivers.send_replace(before);
            return told;
        }
        let followers = &self.followers;
        followers.drivers.send_replace(drivers);
        followers.names.send_replace(Arc::new(Names::of(&config)));
        followers.words.send_replace(words.clone());
        let router = followers.web.router(&config, &words);
        drop(followers.routers.send_replace(router));
        followers.retention.send_replace(Retention::of(&config));
        followers.reading.follow(&config);
        followers.probes.follow(probes).await;
        self.config = config;
        tracing::info!(by, "the configuration was read again");
        told
    }

    /// Sections whose values changed, and that the engine is not told of.
    fn followed(&self, config: &Config) -> Vec<String> {
        let before = &self.config;
        let is_secret_other = config.settings.destinations.iter().any(|destination| {
            before.settings.destinations.iter().any(|one| one.id == destination.id)
                && !before.secrets.same_for(&config.secrets, &destination.id)
        });
        let limits = |config: &Config| WebLimits { connections_max: 0, ..config.web };
        let sections = [
            ("bot.languages", before.languages != config.languages),
            ("retention", Retention::of(before) != Retention::of(config)),
            (
                "token",
                before.tokens.len() != config.tokens.len()
                    || !before
                        .tokens
                        .iter()
                        .zip(&config.tokens)
                        .all(|(one, other)| same(one, other)),
            ),
            ("blackout_calendar", before.calendars != config.calendars),
            ("provider", before.traceroute != config.traceroute),
            ("upstream", before.upstreams != config.upstreams),
            ("web", limits(before) != limits(config)),
            ("the secrets of destinations", is_secret_other),
        ];
        let other = sections.into_iter().filter(|(_, is_other)| *is_other);
        other.map(|(name, _)| name.to_owned()).collect()
    }

    /// Puts it into the journal, and waits for what the engine answers.
    async fn tell(
        &self,
        by: &str,
        settings: Option<Arc<Settings>>,
        reload: Reload,
    ) -> Result<Told, Refused> {
        let input = Input::Started {
            installation: self.installation.clone(),
            version: <Engine>::version(),
            settings,
            reload: Some(Reload { by: by.to_owned(), ..reload }),
        };
        let accepted = self.appender.submit(Offered::plain(self.clock.now(), input)).await?;
        // It is durable, and will be in force whatever becomes of the answer.
        match self.desk.reply_to(accepted.seq).await {
            Ok(Some(answer)) => Ok(Told::Answered(answer)),
            Ok(None) | Err(_) => Ok(Told::Late(accepted.seq)),
        }
    }
}

fn same(one: &Token, other: &Token) -> bool {
    (&one.name, one.role, &one.scopes) == (&other.name, other.role, &other.scopes)
        && one.secret.expose_secret() == other.secret.expose_secret()
}

/// Reads a file on a thread that may wait for a disk.
async fn load(path: PathBuf) -> Result<Config, Vec<String>> {
    let read = tokio::task::spawn_blocking(move || {
        config::load(&path, &broadcast::specs(), SecretsWanted::Resolve)
    });
    match read.await {
        Ok(read) => read.map_err(|all| all.iter().map(ToString::to_string).collect()),
        Err(error) => Err(vec![error.to_string()]),
    }
}

/// As many problems as the journal takes, each as long as it takes.
fn bounded(problems: Vec<String>) -> Vec<String> {
    let cut = |mut problem: String| {
        problem.truncate(problem.floor_char_boundary(PROBLEM_BYTES_MAX));
        problem
    };
    problems.into_iter().take(PROBLEMS_MAX).map(cut).collect()
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// What the process is built on.
#[derive(Clone, Debug, PartialEq)]
struct Fixed {
    listen: SocketAddr,
    data_dir: PathBuf,
    reserve_bytes: u64,
    connections_max: u32,
    proxies: Vec<IpAddr>,
    /// The Discord server and the account there, as a fingerprint.
    discord: Option<PostId>,
}

impl Fixed {
    fn of(config: &Config) -> Self {
        Self {
            listen: config.listen,
            data_dir: config.data_dir.clone(),
            reserve_bytes: config.journal_reserve_bytes,
            connections_max: config.web.connections_max,
            proxies: config.trusted_proxies.clone(),
            discord: config.discord.as_ref().map(fingerprint),
        }
    }

    /// The keys that `config` gives other values.
    fn differing(&self, config: &Config) -> Vec<String> {
        let other = Self::of(config);
        let keys = [
            ("bot.listen", self.listen != other.listen),
            ("bot.data_dir", self.data_dir != other.data_dir),
            ("journal.reserve", self.reserve_bytes != other.reserve_bytes),
            ("web.connections_max", self.connections_max != other.connections_max),
            ("web.trusted_proxies", self.proxies != other.proxies),
            ("discord", self.discord != other.discord),
        ];
        let differing = keys.into_iter().filter(|(_, is_other)| *is_other);
        differing.map(|(key, _)| key.to_owned()).collect()
    }
}

/// The same for the same settings and token, and nothing that can be read.
fn fingerprint(discord: &DiscordConfig) -> PostId {
    post_id(&[&format!("{discord:?}"), discord.token.expose_secret()])
}

/// The settings as the journal may keep them: a webhook's URL is often its secret, so of an option
/// that is a URL only the host stays, with a hash that shows when it changes.
pub(super) fn for_the_journal(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    for destination in &mut settings.destinations {
        for value in destination.options.values_mut() {
            if let Ok(url) = url::Url::parse(value)
                && let Some(host) = url.host_str()
            {
                let hash = post_id(&[value]);
                *value = format!("{}://{host}/…{}", url.scheme(), &hash.as_str()[..8]);
            }
        }
    }
    settings
}
