//! `bellwether demo`: the long day, live, in a few minutes, without any account.
//!
//! Everything is real but the world: two small web servers behind a switch that drops connections
//! and a third behind a healthy one ([`world`]), probed over the network; customers and staff speak
//! over the HTTP API ([`script`]); posts arrive at a webhook receiver that checks signatures and
//! counts ids ([`sink`]). Only the clock runs faster.
//!
//! With `--discord` cards and updates go to a server of the viewer's ([`server`]), where people press
//! the buttons. Discord's limits and deadlines, and people, keep to real time: so the clock is the
//! machine's, and it is the story that is told faster (`script::Timetable`). Nothing else differs.

mod approval;
mod screen;
mod script;
mod server;
mod sink;
mod verdict;
mod world;

use std::{
    collections::BTreeSet,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use chrono::TimeDelta;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    app::App,
    broadcast,
    clock::{Clock, random_id},
    config::{self, Config, SecretsWanted},
    domain::{DestinationId, IncidentId, Role, Timestamp},
    engine::Engine,
    event::{Body, Entry, Output},
    outbox::Outbox,
};

use approval::{Approver, Waiting};
use screen::Screen;
use script::{Narrator, Timetable};
use server::{Server, Standing, standing};
use sink::Sink;
use verdict::{Seen, judge, posts};
use world::World;

/// Demo seconds in a second.
const PACE: f64 = 80.0;
/// The same with `--fast`.
const PACE_FAST: f64 = 120.0;
/// Seconds of the story in a second of real time.
const SHRINK: f64 = 30.0;
/// The same with `--fast`.
const SHRINK_FAST: f64 = 120.0;

const CHECKS: &str = "every = \"30s\"\ntimeout = \"15s\"";
const CHECKS_FAST: &str = "every = \"30s\"\ntimeout = \"25s\"";
/// In minutes of real time as much must be seen as in the story's hour, and there is no quiet hour in
/// which to learn what is normal.
const CHECKS_REAL: &str = "every = \"2s\"\ntimeout = \"4s\"\nbaseline_loss = 0.003";

/// Flags of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One and a half times as fast, for CI.
    #[arg(long)]
    fast: bool,
    /// Keep the status page's HTML, the post-mortem and the journal in this directory.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// The status page's port on loopback; any free one unless told.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Play the story in a Discord server of yours, in real time: the file holds [discord] and its
    /// destinations. Take a server for trying out.
    #[arg(long, value_name = "FILE")]
    discord: Option<PathBuf>,
}

/// How a story is told.
struct Telling {
    clock: Clock,
    timetable: Timetable,
    /// Clock seconds in a second of the viewer's.
    pace: f64,
    /// How long a draft waits for a viewer before the story's staff publish it.
    patience: TimeDelta,
    /// How long everybody has to hear that it is over.
    linger: TimeDelta,
    /// When it must be over.
    limit: Timestamp,
    /// How often a probe looks, and for how long; lines of its configuration.
    checks: &'static str,
}

impl Telling {
    /// In minutes, on a clock that runs faster.
    fn fast(args: &Args) -> Self {
        let pace = if args.fast { PACE_FAST } else { PACE };
        Self {
            clock: Clock::paced(script::start(), pace),
            timetable: Timetable::as_it_was(),
            pace,
            patience: TimeDelta::minutes(8),
            linger: TimeDelta::minutes(6),
            limit: script::end(),
            checks: if args.fast { CHECKS_FAST } else { CHECKS },
        }
    }

    /// In real time, with a shorter story that waits for people.
    fn real(args: &Args) -> Self {
        let clock = Clock::system();
        let (shrink, patience) = if args.fast {
            (SHRINK_FAST, TimeDelta::seconds(30))
        } else {
            (SHRINK, TimeDelta::minutes(3))
        };
        let begins = clock.now();
        let timetable = Timetable { begins, shrink, waits: Some(TimeDelta::minutes(5)) };
        let limit = begins + TimeDelta::minutes(30);
        let (pace, linger) = (1.0, TimeDelta::seconds(20));
        Self { clock, timetable, pace, patience, linger, limit, checks: CHECKS_REAL }
    }
}

/// Shows the day; exit status 1 when it did not come out as it should.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    super::log_to_stderr("error");
    broadcast::install_crypto();
    let server = args.discord.as_deref().map(Server::read).transpose()?;
    let telling = if server.is_some() { Telling::real(&args) } else { Telling::fast(&args) };
    let home = Home::make(args.keep.as_deref())?;
    let played = play(&args, &home, telling, server).await;
    let findings = match played {
        Ok(Some((pages, findings))) => {
            if args.keep.is_some() {
                pages.keep(&home.dir)?;
            }
            findings
        }
        Ok(None) => {
            home.leave(args.keep.is_some())?;
            return Ok(ExitCode::from(1));
        }
        Err(error) => {
            home.leave(args.keep.is_some())?;
            return Err(error);
        }
    };
    home.leave(args.keep.is_some())?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Starts everything and tells the story; nothing where the viewer's server is not ready for it.
async fn play(
    args: &Args,
    home: &Home,
    telling: Telling,
    server: Option<Server>,
) -> anyhow::Result<Option<(Pages, Vec<String>)>> {
    let clock = telling.clock.clone();
    let world = World::start(&clock).await?;
    let (sink, arrivals) = Sink::start(home.webhook_secret.as_bytes().to_vec()).await?;
    let config = configure(home, &world, (sink.address, args.port), (&telling, server.as_ref()))?;
    if let Some(server) = &server
        && !server.is_ready(&config).await?
    {
        return Ok(None);
    }
    let rooms = config.settings.destinations.iter().filter(|one| one.kind == "discord");
    let rooms = rooms.map(|one| one.id.clone()).collect();
    let app = App::start(config, clock.clone()).await.context("the bot did not start")?;
    let screen = Screen::new(clock.clone(), (telling.timetable.begins, telling.limit));
    introduce(&screen, &app, &telling, server.is_some());
    let (waiting, waits) = watch::channel(Waiting::default());
    let narrator = Arc::new(Narrator {
        clock,
        switch: world.switch.clone(),
        bot: app.address(),
        staff_token: home.staff_token.clone(),
        ticket_token: home.ticket_token.clone(),
        screen: screen.clone(),
        client: reqwest::Client::new(),
        timetable: telling.timetable,
        waiting: waits,
    });
    let day = Day { app, narrator, screen, telling, waiting, rooms, sink, arrivals };
    let mut stop = super::serve::StopSignals::listen()?;
    let outcome = tokio::select! {
        outcome = day.run() => outcome,
        () = stop.any() => Err(anyhow::anyhow!("the demo was stopped before its end")),
    };
    world.stop().await;
    outcome.map(Some)
}

fn introduce(screen: &Screen, app: &App, telling: &Telling, in_discord: bool) {
    screen.heading("Bellwether: the long day, made short");
    let page = format!("status page: http://{}", app.address());
    if in_discord {
        screen.plain(&format!(
            "{page}   ·   real time, {:.0} times shorter",
            telling.timetable.shrink
        ));
        screen.plain(
            "Look at your Discord server: the cards in staff's channel have buttons for you.",
        );
    } else {
        screen.plain(&format!("{page}   ·   {:.0} demo seconds a second", telling.pace));
    }
    screen.plain("Type staff commands (help, draft list, draft publish 1), or just watch.");
    screen.plain("");
}

/// Where the demo keeps its files.
struct Home {
    dir: PathBuf,
    webhook_secret: String,
    staff_token: String,
    ticket_token: String,
}

impl Home {
    fn make(keep: Option<&Path>) -> anyhow::Result<Self> {
        let dir = match keep {
            Some(dir) => dir.to_owned(),
            None => std::env::temp_dir().join(format!("bellwether-demo-{}", random_id())),
        };
        fs::create_dir_all(dir.join("secrets"))
            .with_context(|| format!("cannot make {}", dir.display()))?;
        if dir.join("data").exists() {
            bail!("{} holds an earlier demo's journal: give another directory", dir.display());
        }
        let home = Self {
            webhook_secret: random_id(),
            staff_token: random_id(),
            ticket_token: random_id(),
            dir: dir.canonicalize()?,
        };
        for (name, secret) in [
            ("webhook", &home.webhook_secret),
            ("tim", &home.staff_token),
            ("tickets", &home.ticket_token),
        ] {
            fs::write(home.dir.join("secrets").join(name), secret)?;
        }
        Ok(home)
    }

    fn leave(self, keep: bool) -> std::io::Result<()> {
        fs::remove_dir_all(self.dir.join("secrets"))?;
        if keep { Ok(()) } else { fs::remove_dir_all(self.dir) }
    }
}

fn configure(
    home: &Home,
    world: &World,
    (sink, port): (SocketAddr, u16),
    (telling, server): (&Telling, Option<&Server>),
) -> anyhow::Result<Config> {
    let filled = [
        ("{data}", home.dir.join("data").display().to_string()),
        ("{secrets}", home.dir.join("secrets").display().to_string()),
        ("{listen}", free_address(port)?.to_string()),
        ("{s1}", world.s1.to_string()),
        ("{s2}", world.s2.to_string()),
        ("{s3}", world.s3.to_string()),
        ("{canary}", world.canary.to_string()),
        ("{sink}", sink.to_string()),
        ("{checks}", telling.checks.to_owned()),
    ];
    let fill = |text: &str| {
        filled.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    let own = fill(include_str!("demo.toml"));
    let (name, text, base) = match server {
        // The viewer's part comes first, so that its problems are told with its own lines.
        Some(server) => (server.name(), format!("{}\n{own}", server.text), server.base()),
        None => {
            let rooms = fill(include_str!("rooms.toml"));
            ("demo.toml".to_owned(), format!("{own}\n{rooms}"), home.dir.as_path())
        }
    };
    let specs = broadcast::specs();
    config::from_text(&name, &text, base, &specs, SecretsWanted::Resolve).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the configuration cannot be used:\n{}", lines.join("\n"))
    })
}

fn free_address(port: u16) -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()
}

struct Day {
    app: App,
    narrator: Arc<Narrator>,
    screen: Screen,
    telling: Telling,
    waiting: watch::Sender<Waiting>,
    /// The destinations in the viewer's Discord server.
    rooms: BTreeSet<DestinationId>,
    sink: Sink,
    arrivals: tokio::sync::mpsc::UnboundedReceiver<sink::Arrival>,
}

struct Pages {
    status: String,
    post_mortem: String,
}

impl Pages {
    fn keep(&self, dir: &Path) -> std::io::Result<()> {
        fs::write(dir.join("status.html"), &self.status)?;
        fs::write(dir.join("post-mortem.md"), &self.post_mortem)?;
        println!("\nkept in {}: status.html, post-mortem.md, data (the journal)", dir.display());
        Ok(())
    }
}

impl Day {
    async fn run(mut self) -> anyhow::Result<(Pages, Vec<String>)> {
        let mut telling = {
            let narrator = self.narrator.clone();
            tokio::spawn(async move { narrator.tell().await })
        };
        let approver = Approver {
            patience: self.telling.patience,
            asks: !self.rooms.is_empty(),
            narrator: self.narrator.clone(),
            waiting: self.waiting.clone(),
        };
        let approving = tokio::spawn(approver.run(self.app.watch()));
        let console = self.app.console("you", Role::Staff);
        let typing = tokio::spawn(async move { console.listen().await });
        let seen = self.show_until_over(&mut telling).await?;
        approving.abort();
        typing.abort();
        telling.abort();
        self.finish(seen).await
    }

    /// Shows what arrives until the incident is resolved and everybody has heard.
    async fn show_until_over(
        &mut self,
        telling: &mut JoinHandle<anyhow::Result<()>>,
    ) -> anyhow::Result<Seen> {
        let mut watch = self.app.watch();
        let mut seen = Seen::default();
        let mut told = false;
        let clock = self.telling.clock.clone();
        loop {
            let tick_ms = (self.telling.pace * 200.0) as i64;
            let tick = clock.sleep(TimeDelta::milliseconds(tick_ms));
            tokio::select! {
                Some(arrival) = self.arrivals.recv() => self.screen.arrival(&arrival),
                entry = watch.recv() => {
                    if let Ok(entry) = entry {
                        seen.note(&entry);
                        self.show(&entry);
                    }
                }
                end = &mut *telling, if !told => {
                    end??;
                    told = true;
                }
                () = tick => self.screen.progress("day in progress"),
            }
            let now = clock.now();
            let heard = seen.resolved_at.is_some_and(|at| now - at > self.telling.linger);
            if heard && told || now > self.telling.limit {
                return Ok(seen);
            }
        }
    }

    /// Shows what goes to the viewer's server, and by whose word.
    fn show(&self, entry: &Entry) {
        let Body::Decision(decision) = &entry.body else { return };
        if let Output::Update { by, text, .. } = &decision.output
            && !self.rooms.is_empty()
        {
            self.screen.discord(&format!("{text}\n(by {})", self.app.reveal(by)));
        }
    }

    async fn finish(self, seen: Seen) -> anyhow::Result<(Pages, Vec<String>)> {
        let post_mortem = self
            .app
            .look(|engine, _| engine.timeline_markdown(IncidentId(1)))
            .await
            .flatten()
            .map(|story| self.app.reveal(&story))
            .unwrap_or_default();
        let status = self
            .narrator
            .client
            .get(format!("http://{}/", self.app.address()))
            .send()
            .await?
            .text()
            .await?;
        let rooms = self.rooms.clone();
        let look =
            move |_: &Engine, outbox: &Outbox| (posts(outbox, &rooms), standing(outbox, &rooms));
        let (decided, stands) = self.app.look(look).await.unwrap_or_default();
        self.screen.heading("The post-mortem's timeline, from the journal");
        self.screen.plain(&post_mortem);
        let counts = self.sink.counts();
        let mut findings = judge(&seen, &decided, &counts);
        findings.extend(stands.missing.iter().cloned());
        self.screen.heading("What was promised, and what came");
        match findings.as_slice() {
            [] => self.screen.plain(&format!(
                "✔ switch named, every approved update at each destination exactly once, all {} reporters heard back ({} posts, none twice)",
                Narrator::reporters(),
                counts.len() + stands.count,
            )),
            findings => {
                for finding in findings {
                    self.screen.plain(&format!("✘ {finding}"));
                }
            }
        }
        self.tell_what_stands(&stands);
        self.app.stop().await;
        self.sink.stop();
        Ok((Pages { status, post_mortem }, findings))
    }

    /// The viewer's server keeps what was written: it is theirs to delete.
    fn tell_what_stands(&self, stands: &Standing) {
        if self.rooms.is_empty() {
            return;
        }
        self.screen.heading("What stands in your Discord server now");
        for (room, place) in &stands.places {
            let (count, first) = (place.count, &place.first);
            self.screen.plain(&format!("{room}: {count} posts, the first at {first}"));
        }
        self.screen.plain("Delete what you do not want to keep, with the thread under the card. The commands stay for “serve”, and answer nobody until then.");
    }
}
