//! Start-up and shutdown: opens the journal, recovers, starts every thread and task, stops them in
//! order.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use chrono::TimeDelta;
use tokio::{
    net::TcpListener,
    sync::{broadcast as watching, mpsc, watch},
    task::JoinSet,
};

use crate::{
    broadcast::{self, BuildError},
    clock::Clock,
    config::Config,
    domain::{Role, Settings, Timestamp},
    engine::{Engine, View},
    event::{Entry, Input, post_id},
    intake::{
        self, Door,
        console::{self, Console},
        form::{FormLimits, FormOptions},
        http::{BodyLimits, HttpLimits, Peers, serve},
        probes::{self, ProbesError},
    },
    journal::{self, Appender, Journal, Offered, OpenError, Personal, Refused},
    outbox::{Job, Outbox},
    pages::{self, Health, Metrics},
    render::{WordProblem, Words, reveal},
};

use super::{
    couriers::{self, Courier, Drivers},
    desk::{Desk, Note, Tools},
    door::{FrontDoor, Names},
    house,
    recovery::{self, RecoverError, Recovered},
};

/// Notes that may wait for the desk; beyond, inputs queue at the committer and are then refused.
const NOTES_WAITING_MAX: usize = 4096;
/// Decisions that a slow watcher may lag behind before it misses some.
const WATCHERS_LAG_MAX: usize = 4096;
/// How long a stop waits for posts in flight.
const STOP_PATIENCE_S: i64 = 10;
/// Retention is looked after this often.
const HOUSEKEEPING_EVERY_S: i64 = 3600;

/// Why the bot did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error("the journal in {dir} cannot be opened")]
    Open {
        /// Its directory.
        dir: String,
        /// Why.
        source: OpenError,
    },
    /// The journal's contents.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// Staff's words.
    #[error("staff's words cannot be used:\n{}", lines(.0))]
    Words(Vec<WordProblem>),
    /// A destination.
    #[error("destination {id} cannot be used")]
    Destination {
        /// Its id.
        id: String,
        /// Why.
        source: BuildError,
    },
    /// The address to listen on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The first entry.
    #[error("the journal takes no entry")]
    Begin(#[from] Refused),
    /// The bot's own probes.
    #[error("the probes cannot be started")]
    Probes(#[from] ProbesError),
    /// A thread.
    #[error("a thread cannot be started")]
    Thread(#[from] std::io::Error),
}

fn lines(problems: &[WordProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// How the bot ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Stopped {
    /// As asked, with a snapshot.
    Cleanly,
    /// The journal failed: what was accepted is safe and found again at the next start.
    JournalFailed(String),
}

/// A way to the desk from anywhere.
#[derive(Clone)]
pub struct Desktop(SyncSender<Note>);

impl Desktop {
    /// Waits until the desk has room. A desk that is gone is told nothing.
    pub async fn tell(&self, note: Note) {
        let mut note = note;
        let clock = Clock::system();
        loop {
            match self.0.try_send(note) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => return,
                Err(TrySendError::Full(back)) => note = back,
            }
            clock.sleep(TimeDelta::milliseconds(5)).await;
        }
    }
}

/// Somebody at this process's terminal.
pub struct Terminal(Console);

impl Terminal {
    /// Reads lines from standard input until it ends.
    pub async fn listen(self) {
        let input = tokio::io::BufReader::new(tokio::io::stdin());
        if let Err(error) = console::run(&self.0, input, tokio::io::stdout()).await {
            tracing::warn!(%error, "the terminal is gone");
        }
    }
}

/// The running bot.
pub struct App {
    core: Core,
    door: Arc<FrontDoor>,
    address: SocketAddr,
    words: Arc<Words>,
    clock: Clock,
    tasks: JoinSet<()>,
    shutdown: watch::Sender<bool>,
}

/// The two threads that carry everything, and the ways to them.
struct Core {
    desk: Desktop,
    appender: Appender,
    personal: Personal,
    view: watch::Receiver<Arc<View>>,
    watchers: watching::Sender<Arc<Entry>>,
    metrics: Arc<Metrics>,
    committer: JoinHandle<Result<(), journal::CommitError>>,
    /// Gives its notes back, so that the committer can end in peace.
    desk_thread: JoinHandle<Receiver<Note>>,
}

/// What is made once, before anything runs.
struct Made {
    words: Arc<Words>,
    drivers: Drivers,
    listener: TcpListener,
    address: SocketAddr,
}

impl Core {
    /// Starts committer and desk on what the journal tells.
    fn start(
        journal: Journal,
        recovered: Recovered,
        clock: &Clock,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Job>), StartError> {
        let (notes, desk_notes) = sync_channel(NOTES_WAITING_MAX);
        let desk = Desktop(notes.clone());
        let (appender, committer) = journal.start(clock.clone(), notes)?;
        let (jobs, jobs_due) = mpsc::unbounded_channel();
        let (view_in, view) = watch::channel(Arc::new(recovered.engine.view(clock.now())));
        let (watchers, _) = watching::channel(WATCHERS_LAG_MAX);
        let metrics = Arc::new(Metrics::new());
        let tools = Tools {
            appender: appender.clone(),
            clock: clock.clone(),
            jobs,
            view: view_in,
            watchers: watchers.clone(),
            metrics: metrics.clone(),
        };
        let at = Desk::new(recovered, tools);
        let desk_thread = std::thread::Builder::new().name("desk".to_owned()).spawn(move || {
            at.run(&desk_notes);
            desk_notes
        })?;
        let personal = appender.personal();
        let core =
            Self { desk, appender, personal, view, watchers, metrics, committer, desk_thread };
        Ok((core, jobs_due))
    }
}

impl App {
    /// Starts everything. When it returns, the bot listens, probes and delivers.
    ///
    /// # Errors
    ///
    /// Nothing is left running, and nothing in the journal has changed but by what it had accepted.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        let dir = config.data_dir.display().to_string();
        let options =
            journal::Options { reserve_bytes: config.journal_reserve_bytes, ..Default::default() };
        let journal = Journal::open(&config.data_dir, options)
            .map_err(|source| StartError::Open { dir, source })?;
        let made = make(&config, &clock).await?;
        let recovered = recovery::recover(&journal)?;
        let started = Input::Started {
            installation: journal.installation(),
            version: <Engine>::version(),
            settings: changed(&recovered.engine, for_the_journal(&config.settings)),
        };
        let first = [vec![started], recovered.interrupted(clock.now())].concat();
        let (core, jobs) = Core::start(journal, recovered, &clock)?;
        for input in first {
            core.appender.submit(Offered::plain(clock.now(), input)).await?;
        }
        let fleet = Arc::new(config.settings.fleet.clone());
        let door = Arc::new(FrontDoor {
            appender: core.appender.clone(),
            personal: core.personal.clone(),
            desk: core.desk.clone(),
            clock: clock.clone(),
            names: watch::channel(Arc::new(Names::of(fleet))).1,
            words: made.words.clone(),
            metrics: core.metrics.clone(),
            health: watch::channel(Health { journal_open: true, engine_caught_up: true }).0,
        });
        let mut app = Self {
            core,
            door,
            address: made.address,
            words: made.words.clone(),
            clock,
            tasks: JoinSet::new(),
            shutdown: watch::channel(false).0,
        };
        app.open_up(&config, made, jobs)?;
        Ok(app)
    }

    /// Starts what reaches outside: couriers, the web server, probes, retention.
    fn open_up(
        &mut self,
        config: &Config,
        made: Made,
        jobs: mpsc::UnboundedReceiver<Job>,
    ) -> Result<(), ProbesError> {
        let courier = Courier {
            appender: self.core.appender.clone(),
            personal: self.core.personal.clone(),
            desk: self.core.desk.clone(),
            clock: self.clock.clone(),
        };
        self.tasks.spawn(couriers::run(made.drivers, courier, jobs));
        let router = self.router(config);
        let limits = HttpLimits {
            connections_max: config.web.connections_max as usize,
            ..HttpLimits::default()
        };
        let (down, clock) = (self.going_down(), self.clock.clone());
        let peers = trusted_peers(config);
        self.tasks.spawn(async move {
            serve(made.listener, router, limits, peers, clock, down).await;
        });
        let probes = probes::run(&config.settings.fleet, self.door(), self.clock.clone())?;
        let down = self.going_down();
        self.tasks.spawn(async move {
            down.await;
            probes.stop().await;
        });
        let keeper = housekeeping(
            self.core.desk.clone(),
            self.core.appender.clone(),
            self.clock.clone(),
            (config.retention_probes_s, config.retention_personal_s),
            self.shutdown.subscribe(),
        );
        self.tasks.spawn(keeper);
        let (door, view) = (self.door.clone(), self.core.view.clone());
        self.tasks.spawn(house::live_in_discord(config, door, view, self.shutdown.subscribe()));
        Ok(())
    }

    fn router(&self, config: &Config) -> axum::Router {
        let language = config.languages.first().map_or("en", String::as_str);
        let state = pages::PageState {
            view: self.core.view.clone(),
            words: Words::clone(&self.words),
            language: language.to_owned(),
            clock: self.clock.clone(),
            metrics: self.core.metrics.clone(),
            health: self.door.health.subscribe(),
        };
        let bodies = BodyLimits {
            bytes_max: usize::try_from(config.web.body_bytes_max).unwrap_or(usize::MAX),
            ..BodyLimits::default()
        };
        let settings = &config.settings;
        let form = FormOptions {
            host: settings.fleet.name.clone(),
            language: language.to_owned(),
            words: self.words.clone(),
            limits: FormLimits {
                per_address_max: config.web.reports_per_address_max as usize,
                total_max: config.web.reports_per_hour_max as usize,
            },
            peers: trusted_peers(config),
            secure: settings.public_url.as_deref().is_some_and(|url| url.starts_with("https:")),
        };
        let (door, clock) = (self.door(), self.clock.clone());
        pages::router(state)
            .merge(intake::api::router(door.clone(), clock.clone(), &config.tokens, bodies))
            .merge(intake::form::router(door, clock, form))
    }

    /// Resolves when the bot stops.
    fn going_down(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut down = self.shutdown.subscribe();
        async move {
            let _ = down.wait_for(|down| *down).await;
        }
    }

    /// The door for voices in this process.
    pub fn door(&self) -> Arc<dyn Door> {
        self.door.clone()
    }

    /// A console for somebody at this process's terminal.
    pub fn console(&self, by: &str, role: Role) -> Terminal {
        Terminal(Console {
            door: self.door(),
            clock: self.clock.clone(),
            words: self.words.clone(),
            language: "en".to_owned(),
            by: by.to_owned(),
            role,
        })
    }

    /// Where the web server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts the words behind report markers in, for staff.
    pub fn reveal(&self, text: &str) -> String {
        reveal(text, |hidden| self.core.personal.behind(hidden))
    }

    /// Durable decisions as they come, for a console.
    pub fn watch(&self) -> watching::Receiver<Arc<Entry>> {
        self.core.watchers.subscribe()
    }

    /// Has the desk show its state to `look`, and waits for what it returns.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Engine, &Outbox) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, told) = tokio::sync::oneshot::channel();
        let look = Box::new(move |engine: &Engine, outbox: &Outbox| {
            let _ = answer.send(look(engine, outbox));
        });
        self.core.desk.tell(Note::Look(look)).await;
        told.await.ok()
    }

    /// Resolves when the journal has failed; the process should end then.
    pub async fn journal_failed(&self) {
        let system = Clock::system();
        while !self.core.committer.is_finished() {
            system.sleep(TimeDelta::milliseconds(200)).await;
        }
    }

    /// Stops intake, waits a little for posts in flight, takes a snapshot, closes the journal.
    pub async fn stop(mut self) -> Stopped {
        self.shutdown.send_replace(true);
        self.core.desk.tell(Note::Stop).await;
        let desk = self.core.desk_thread;
        let mut rest = tokio::task::spawn_blocking(move || desk.join());
        let patience = TimeDelta::seconds(STOP_PATIENCE_S);
        let system = Clock::system();
        let notes = system.timeout(patience, &mut rest).await;
        if notes.is_err() {
            tracing::warn!(
                "posts still in flight are left as unknown; they are looked up at the next start"
            );
        }
        let _ = system
            .timeout(TimeDelta::seconds(2), async {
                while self.tasks.join_next().await.is_some() {}
            })
            .await;
        self.tasks.abort_all();
        self.core.appender.stop();
        let committer = self.core.committer;
        // Inputs that are committed now are decided about at the next start; somebody must take
        // them, or the committer would wait for room.
        let drain = notes.ok().and_then(Result::ok).and_then(Result::ok);
        let _ = std::thread::Builder::new()
            .name("drain".to_owned())
            .spawn(move || drain.map(|notes: Receiver<Note>| notes.iter().for_each(drop)));
        match tokio::task::spawn_blocking(move || committer.join()).await {
            Ok(Ok(Ok(()))) => Stopped::Cleanly,
            Ok(Ok(Err(error))) => Stopped::JournalFailed(error.to_string()),
            Ok(Err(_)) | Err(_) => Stopped::JournalFailed("the committer panicked".to_owned()),
        }
    }
}

async fn make(config: &Config, clock: &Clock) -> Result<Made, StartError> {
    let words = Words::with(&config.settings.words).map_err(StartError::Words)?;
    let mut drivers = Drivers::new();
    for destination in &config.settings.destinations {
        let driver = broadcast::build(destination, &config.secrets, clock)
            .map_err(|source| StartError::Destination { id: destination.id.to_string(), source })?;
        drivers.insert(destination.id.clone(), (destination.audience, driver));
    }
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
    Ok(Made { words: Arc::new(words), drivers, listener, address })
}

/// Whose word on who asks is believed.
fn trusted_peers(config: &Config) -> Peers {
    Peers::in_front_of(config.listen, config.trusted_proxies.iter().copied())
}

/// The settings, when the engine does not have them already.
fn changed(engine: &Engine, settings: Settings) -> Option<Arc<Settings>> {
    (*engine.settings() != settings).then(|| Arc::new(settings))
}

/// The settings as the journal may keep them: a webhook's URL is often its secret, so of an option
/// that is a URL only the host stays, with a hash that shows when it changes.
fn for_the_journal(settings: &Settings) -> Settings {
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

async fn housekeeping(
    desk: Desktop,
    appender: Appender,
    clock: Clock,
    (probes_s, personal_s): (u64, u64),
    mut down: watch::Receiver<bool>,
) {
    loop {
        let now = clock.now();
        desk.tell(Note::Housekeeping { probes_before: earlier(now, probes_s) }).await;
        appender.expire_personal(earlier(now, personal_s));
        tokio::select! {
            () = clock.sleep(TimeDelta::seconds(HOUSEKEEPING_EVERY_S)) => {}
            _ = down.changed() => return,
        }
    }
}

fn earlier(now: Timestamp, seconds: u64) -> Timestamp {
    i64::try_from(seconds)
        .ok()
        .and_then(TimeDelta::try_seconds)
        .and_then(|span| now.checked_sub_signed(span))
        .unwrap_or(Timestamp::MIN_UTC)
}
