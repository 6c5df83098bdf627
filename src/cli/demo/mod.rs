//! `bellwether demo`: the long day, live, in a few minutes, without any account.
//!
//! Everything is real but the world: two small web servers behind a switch that drops connections
//! and a third behind a healthy one ([`world`]), probed over the network; customers and staff speak
//! over the HTTP API ([`script`]); posts arrive at a webhook receiver that checks signatures and
//! counts ids ([`sink`]). Only the clock runs faster.

mod screen;
mod script;
mod sink;
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
use tokio::{sync::broadcast::error::RecvError, task::JoinHandle};

use crate::{
    app::App,
    broadcast,
    clock::{Clock, random_id},
    config::{self, Config, SecretsWanted},
    domain::{DraftId, IncidentId, IncidentState, PersonId, Role, Timestamp},
    event::{Body, Entry, Output, Post},
    outbox::Outbox,
};

use screen::Screen;
use script::Narrator;
use sink::{Counts, Sink};
use world::World;

/// Demo seconds in a second.
const PACE: f64 = 80.0;
/// The same with `--fast`.
const PACE_FAST: f64 = 120.0;
/// How long a viewer has to approve a draft before staff of the story do: six seconds.
const PAUSE: TimeDelta = TimeDelta::minutes(8);

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
}

/// Shows the day; exit status 1 when it did not come out as it should.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    super::log_to_stderr("error");
    broadcast::install_crypto();
    let pace = if args.fast { PACE_FAST } else { PACE };
    let clock = Clock::paced(script::start(), pace);
    let screen = Screen::new(clock.clone());
    let home = Home::make(args.keep.as_deref())?;
    let world = World::start(&clock).await?;
    let (sink, arrivals) = Sink::start(home.webhook_secret.as_bytes().to_vec()).await?;
    let config = configure(&home, &world, sink.address, (args.port, args.fast))?;
    let app = App::start(config, clock.clone()).await.context("the bot did not start")?;
    introduce(&screen, &app, pace);
    let narrator = Arc::new(Narrator {
        clock: clock.clone(),
        switch: world.switch.clone(),
        bot: app.address(),
        staff_token: home.staff_token.clone(),
        ticket_token: home.ticket_token.clone(),
        screen: screen.clone(),
        client: reqwest::Client::new(),
    });
    let day = Day { app, narrator, screen, clock, sink, arrivals, pace };
    let mut stop = super::serve::StopSignals::listen()?;
    let outcome = tokio::select! {
        outcome = day.run() => outcome,
        () = stop.any() => Err(anyhow::anyhow!("the demo was stopped before its end")),
    };
    world.stop().await;
    let (page, findings) = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            home.leave(args.keep.is_some())?;
            return Err(error);
        }
    };
    if args.keep.is_some() {
        fs::write(home.dir.join("status.html"), page.status)?;
        fs::write(home.dir.join("post-mortem.md"), page.post_mortem)?;
        println!(
            "\nkept in {}: status.html, post-mortem.md, data (the journal)",
            home.dir.display()
        );
    }
    home.leave(args.keep.is_some())?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn introduce(screen: &Screen, app: &App, pace: f64) {
    screen.heading("Bellwether: the long day, made short");
    screen.plain(&format!(
        "status page: http://{}   ·   {pace:.0} demo seconds a second",
        app.address()
    ));
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
    sink: SocketAddr,
    (port, fast): (u16, bool),
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
        ("{timeout}", if fast { "25s" } else { "15s" }.to_owned()),
    ];
    let text = filled.iter().fold(include_str!("demo.toml").to_owned(), |text, (name, value)| {
        text.replace(name, value)
    });
    let specs = broadcast::specs();
    config::from_text("demo.toml", &text, &home.dir, &specs, SecretsWanted::Resolve).map_err(
        |problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the demo's own configuration is broken:\n{}", lines.join("\n"))
        },
    )
}

fn free_address(port: u16) -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()
}

struct Day {
    app: App,
    narrator: Arc<Narrator>,
    screen: Screen,
    clock: Clock,
    sink: Sink,
    arrivals: tokio::sync::mpsc::UnboundedReceiver<sink::Arrival>,
    pace: f64,
}

struct Pages {
    status: String,
    post_mortem: String,
}

impl Day {
    async fn run(mut self) -> anyhow::Result<(Pages, Vec<String>)> {
        let mut telling = {
            let narrator = self.narrator.clone();
            tokio::spawn(async move { narrator.tell().await })
        };
        let approving = tokio::spawn(approve(self.app.watch(), self.narrator.clone()));
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
        let (limit, mut told) = (script::end(), false);
        loop {
            let tick = self.clock.sleep(TimeDelta::milliseconds((self.pace * 200.0) as i64));
            tokio::select! {
                Some(arrival) = self.arrivals.recv() => self.screen.arrival(&arrival),
                entry = watch.recv() => {
                    if let Ok(entry) = entry {
                        seen.note(&entry);
                    }
                }
                end = &mut *telling, if !told => {
                    end??;
                    told = true;
                }
                () = tick => self.screen.progress("day in progress"),
            }
            let now = self.clock.now();
            let heard = seen.resolved_at.is_some_and(|at| now - at > TimeDelta::minutes(6));
            if heard && told || now > limit {
                return Ok(seen);
            }
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
        let decided = self.app.look(|_, outbox| posts(outbox)).await.unwrap_or_default();
        self.screen.heading("The post-mortem's timeline, from the journal");
        self.screen.plain(&post_mortem);
        let counts = self.sink.counts();
        let findings = judge(&seen, &decided, &counts);
        self.screen.heading("What was promised, and what came");
        match findings.as_slice() {
            [] => self.screen.plain(&format!(
                "✔ switch named, every approved update at each destination exactly once, all {} reporters heard back ({} posts, none twice)",
                Narrator::reporters(),
                counts.len(),
            )),
            findings => {
                for finding in findings {
                    self.screen.plain(&format!("✘ {finding}"));
                }
            }
        }
        self.app.stop().await;
        self.sink.stop();
        Ok((Pages { status, post_mortem }, findings))
    }
}

/// What the bot decided, as far as the day is judged by it.
#[derive(Default)]
struct Seen {
    resolved_at: Option<Timestamp>,
    causes: BTreeSet<String>,
}

impl Seen {
    fn note(&mut self, entry: &Entry) {
        let Body::Decision(decision) = &entry.body else { return };
        if let Output::Suspicion(suspicion) = &decision.output {
            self.causes.extend(suspicion.causes.iter().map(|cause| cause.id.clone()));
        }
        if let Output::Incident { id: IncidentId(1), state, .. } = &decision.output {
            self.resolved_at = (*state == IncidentState::Resolved).then_some(entry.at);
        }
    }
}

/// A post that was decided, and therefore must have arrived.
struct Decided {
    key: (String, String),
    heard_back: Option<PersonId>,
}

fn posts(outbox: &Outbox) -> Vec<Decided> {
    let resolved = |post: &Post| post.subject == "follow_up.resolved";
    outbox
        .listing()
        .into_iter()
        .map(|delivery| &delivery.post)
        .map(|post| Decided {
            key: (post.destination.to_string(), post.id.to_string()),
            heard_back: post.recipient.clone().filter(|_| resolved(post)),
        })
        .collect()
}

/// Everything that did not come out as promised.
fn judge(seen: &Seen, decided: &[Decided], counts: &Counts) -> Vec<String> {
    let mut findings = Vec::new();
    if seen.resolved_at.is_none() {
        findings.push("the incident was not resolved by the end of the day".to_owned());
    }
    if !seen.causes.contains("sw-atl-1") {
        findings.push(format!("switch 1 was not named; named were {:?}", seen.causes));
    }
    let heard: BTreeSet<_> = decided.iter().filter_map(|post| post.heard_back.as_ref()).collect();
    if heard.len() < Narrator::reporters() {
        findings.push(format!("only {} reporters heard back", heard.len()));
    }
    for post in decided {
        if !counts.contains_key(&post.key) {
            findings.push(format!("post {} did not reach {}", post.key.1, post.key.0));
        }
    }
    for (room, id) in counts.keys() {
        if !decided.iter().any(|post| post.key == (room.clone(), id.clone())) {
            findings.push(format!("{room} received {id}, which nobody decided"));
        }
    }
    findings
}

/// Staff of the story approve what the viewer leaves waiting.
async fn approve(mut watch: tokio::sync::broadcast::Receiver<Arc<Entry>>, narrator: Arc<Narrator>) {
    loop {
        let entry = match watch.recv().await {
            Ok(entry) => entry,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let Body::Decision(decision) = &entry.body else { continue };
        if let Output::Draft { id, revision, by: None, .. } = &decision.output {
            let (narrator, id, revision) = (narrator.clone(), *id, *revision);
            tokio::spawn(async move { approve_later(&narrator, id, revision).await });
        }
    }
}

async fn approve_later(narrator: &Narrator, id: DraftId, revision: u32) {
    narrator.clock.sleep(PAUSE).await;
    // A refusal (approved by the viewer, superseded) is on the screen already.
    let _ = narrator.staff(&format!("draft publish {id} --revision {revision}")).await;
}
