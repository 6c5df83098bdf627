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
    sync::{broadcast as watching, mpsc, oneshot, watch},
    task::JoinSet,
};

use crate::{
    broadcast::BuildError,
    clock::Clock,
    config::Config,
    domain::Role,
    engine::{Engine, View},
    event::{Entry, Input},
    intake::{
        Answer, Door,
        console::{self, Console},
        form::FormMemory,
        http::{HttpLimits, serve},
        probes::{self, ProbesError},
        upstream,
    },
    journal::{self, Appender, Journal, Offered, OpenError, Personal, Refused},
    outbox::{Job, Outbox},
    pages::{Health, Metrics},
    render::{WordProblem, Words, reveal},
    rests::Rests,
};

use super::{
    checks::Asker,
    couriers::{self, Courier, Drivers},
    desk::{Desk, Note, Tools},
    door::{FrontDoor, Names},
    house,
    housekeeping::{self, Retention},
    reading::Reading,
    recovery::{self, RecoverError, Recovered},
    reload::{self, Asked, Followers, Reloader},
    trace::Tracer,
    web::{self, Web},
};

/// Notes that may wait for the desk; beyond, inputs queue at the committer and are then refused.
const NOTES_WAITING_MAX: usize = 4096;
/// Decisions that a slow watcher may lag behind before it misses some.
const WATCHERS_LAG_MAX: usize = 4096;
/// How long a stop waits for posts in flight.
const STOP_PATIENCE_S: i64 = 10;
/// How long somebody who typed a command waits for its reply, in the machine's time.
const REPLY_PATIENCE: TimeDelta = TimeDelta::seconds(20);
/// Who asks for a reload while one is under way waits; more wait to ask.
const RELOADS_WAITING_MAX: usize = 8;

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

    /// The reply to the input at this place in the journal; `None` when it takes too long.
    pub(super) async fn reply_to(&self, seq: u64) -> Result<Option<Answer>, Refused> {
        let (reply, told) = oneshot::channel();
        self.tell(Note::AwaitReply { seq, reply }).await;
        match Clock::system().timeout(REPLY_PATIENCE, told).await {
            Ok(told) => told.map(Some).map_err(|_| Refused::Stopping),
            Err(_) => Ok(None),
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

/// Has the configuration read again.
#[derive(Clone)]
pub struct Reloads(Arc<FrontDoor>);

impl Reloads {
    /// Reads it from its file; the answer says what came of it.
    ///
    /// # Errors
    ///
    /// The journal did not take it, and the configuration before stays in force.
    pub async fn ask(&self, by: &str) -> Result<Answer, Refused> {
        self.0.reload(by).await
    }
}

/// The running bot.
pub struct App {
    core: Core,
    door: Arc<FrontDoor>,
    installation: String,
    address: SocketAddr,
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

/// What the door reads, and who has it changed.
type Followed = (watch::Sender<Arc<Names>>, watch::Sender<Arc<Words>>, mpsc::Receiver<Asked>);

/// What is made once, before anything runs.
struct Made {
    words: Arc<Words>,
    drivers: Drivers,
    rests: Rests,
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
        let clock = clock.steady(journal.last_received());
        let made = make(&config, &clock).await?;
        let recovered = recovery::recover(&journal)?;
        let settings = reload::for_the_journal(&config.settings);
        let is_new = *recovered.engine.settings() != settings;
        let installation = journal.installation();
        let started = Input::Started {
            installation: installation.clone(),
            version: <Engine>::version(),
            settings: is_new.then(|| Arc::new(settings)),
            reload: None,
        };
        let first = [vec![started], recovered.interrupted(clock.now())].concat();
        let (core, jobs) = Core::start(journal, recovered, &clock)?;
        for input in first {
            core.appender.submit(Offered::plain(clock.now(), input)).await?;
        }
        let names = watch::channel(Arc::new(Names::of(&config))).0;
        let words = watch::channel(made.words.clone()).0;
        let (reloads, asked) = mpsc::channel(RELOADS_WAITING_MAX);
        let door = Arc::new(FrontDoor {
            appender: core.appender.clone(),
            personal: core.personal.clone(),
            desk: core.desk.clone(),
            clock: clock.clone(),
            names: names.subscribe(),
            words: words.subscribe(),
            reloads,
            tracer: Tracer::default(),
            metrics: core.metrics.clone(),
            health: watch::channel(Health { journal_open: true, engine_caught_up: true }).0,
        });
        let mut app = Self {
            core,
            door,
            installation,
            address: made.address,
            clock,
            tasks: JoinSet::new(),
            shutdown: watch::channel(false).0,
        };
        app.open_up(config, made, jobs, (names, words, asked))?;
        Ok(app)
    }

    /// Starts what reaches outside: couriers, the web server, probes, retention; and who has all of
    /// it follow the configuration.
    fn open_up(
        &mut self,
        config: Config,
        made: Made,
        jobs: mpsc::UnboundedReceiver<Job>,
        (names, words, asked): Followed,
    ) -> Result<(), ProbesError> {
        let courier = Courier {
            appender: self.core.appender.clone(),
            personal: self.core.personal.clone(),
            desk: self.core.desk.clone(),
            clock: self.clock.clone(),
        };
        let drivers = watch::channel(made.drivers).0;
        self.tasks.spawn(couriers::run(drivers.subscribe(), courier, jobs));
        let asker = Asker {
            appender: self.core.appender.clone(),
            clock: self.clock.clone(),
            words: self.door.words.clone(),
            language: config.languages.first().map_or("en", String::as_str).to_owned(),
        };
        self.tasks.spawn(asker.watch(drivers.subscribe()));
        let web = self.web(&config);
        let routers = watch::channel(web.router(&config, &made.words)).0;
        let limits = HttpLimits {
            connections_max: config.web.connections_max as usize,
            ..HttpLimits::default()
        };
        let (down, clock) = (self.going_down(), self.clock.clone());
        let (peers, router) = (web.peers.clone(), web::latest(routers.subscribe()));
        self.tasks.spawn(async move {
            serve(made.listener, router, limits, peers, clock, down).await;
        });
        let probes = probes::run(&config.settings.fleet, self.door(), self.clock.clone())?;
        let retention = watch::channel(Retention::of(&config)).0;
        let keeper = housekeeping::run(
            self.core.desk.clone(),
            self.core.appender.clone(),
            self.clock.clone(),
            retention.subscribe(),
            self.shutdown.subscribe(),
        );
        self.tasks.spawn(keeper);
        let (door, view) = (self.door.clone(), self.core.view.clone());
        let (down, rests) = (self.shutdown.subscribe(), made.rests);
        self.tasks.spawn(house::live_in_discord(&config, door, view, rests.clone(), down));
        let tools = upstream::Tools {
            door: self.door(),
            clock: self.clock.clone(),
            words: words.subscribe(),
            language: "en".to_owned(),
        };
        let reading = Reading::of(&config);
        self.tasks.spawn(reading.run(tools, [self.going_down(), self.going_down()]));
        let (appender, desk) = (self.core.appender.clone(), self.core.desk.clone());
        let followers =
            Followers { drivers, names, words, web, routers, retention, probes, reading, rests };
        let (clock, installation) = (self.clock.clone(), self.installation.clone());
        let reloader = Reloader::new(config, followers, appender, desk, clock, installation);
        self.tasks.spawn(reloader.run(asked, self.going_down()));
        Ok(())
    }

    fn web(&self, config: &Config) -> Web {
        Web {
            view: self.core.view.clone(),
            metrics: self.core.metrics.clone(),
            health: self.door.health.subscribe(),
            door: self.door(),
            clock: self.clock.clone(),
            memory: FormMemory::new(),
            subscribing: FormMemory::new(),
            peers: web::trusted_peers(config),
        }
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

    /// The way to have the configuration read again.
    pub fn reloads(&self) -> Reloads {
        Reloads(self.door.clone())
    }

    /// A console for somebody at this process's terminal.
    pub fn console(&self, by: &str, role: Role) -> Terminal {
        Terminal(Console {
            door: self.door(),
            clock: self.clock.clone(),
            words: self.door.words.clone(),
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
    let rests = Rests::default();
    let drivers = couriers::drivers(config, clock, &rests)
        .map_err(|(id, source)| StartError::Destination { id, source })?;
    let address = config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })?;
    let address = listener.local_addr().map_err(|source| StartError::Listen { address, source })?;
    Ok(Made { words: Arc::new(words), drivers, rests, listener, address })
}
