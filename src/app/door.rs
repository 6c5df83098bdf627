//! The door that every voice is handed: submit an input, run a command, ask.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock::{Clock, Stopwatch},
    command::{self, Command, CommandSpec, Line},
    config::{Config, Traceroute},
    domain::{Fleet, IncidentId, PersonId, Role},
    engine::Engine,
    event::Input,
    intake::{Answer, Door},
    journal::{Accepted, Appender, Offered, Personal, Private, Refused},
    outbox::Outbox,
    pages::{Health, Metrics},
    render::{self, Facts, Words},
};

use super::{
    desk::Note,
    reload::{Asked, Told},
    run::Desktop,
    trace::{ADDRESSES_MAX, Tracer},
};

/// What the door reads of a configuration: which names are ours, and how their paths are traced.
#[derive(Debug, Default)]
pub struct Names {
    fleet: Arc<Fleet>,
    probes: BTreeSet<String>,
    traceroute: Traceroute,
}

impl Names {
    /// The names in `config`.
    pub fn of(config: &Config) -> Self {
        let fleet = Arc::new(config.settings.fleet.clone());
        let probes = fleet.probes.iter().map(|probe| probe.id.as_str().to_owned()).collect();
        Self { fleet, probes, traceroute: config.traceroute.clone() }
    }

    /// The whole inventory.
    pub fn fleet(&self) -> Arc<Fleet> {
        self.fleet.clone()
    }
}

/// Who gives a command.
pub(super) struct By<'a> {
    /// The name in the journal; a marker takes its place where there is a private account.
    pub(super) name: &'a str,
    /// What must not stand in the journal.
    pub(super) private: Option<Private>,
}

/// The program's [`Door`].
pub struct FrontDoor {
    /// The journal's door.
    pub appender: Appender,
    /// Texts behind report markers, for staff.
    pub personal: Personal,
    /// The desk.
    pub desk: Desktop,
    /// The time.
    pub clock: Clock,
    /// What is ours; replaced on reload.
    pub names: watch::Receiver<Arc<Names>>,
    /// All words; replaced on reload.
    pub words: watch::Receiver<Arc<Words>>,
    /// Who reads the configuration again.
    pub reloads: mpsc::Sender<Asked>,
    /// Traces paths for evidence packets.
    pub tracer: Tracer,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Whether inputs can be taken, as the last one showed.
    pub health: watch::Sender<Health>,
}

/// The language that staff are answered in.
const LANGUAGE: &str = "en";

impl FrontDoor {
    pub(super) async fn run_command(
        &self,
        by: By<'_>,
        role: Role,
        text: &str,
    ) -> Result<Answer, Refused> {
        let answer = match command::parse(text) {
            Err(error) => Answer { ok: false, text: error.say(&self.words().sayer(LANGUAGE)) },
            Ok((_, spec)) if !command::may(spec, role) => {
                Answer { ok: false, text: self.too_low(spec, role) }
            }
            Ok((Line::Query(query), _)) => self.ask(query, role).await?,
            Ok((Line::Command(Command::Reload), _)) => {
                self.reload(&self.name_for_the_journal(&by)).await?
            }
            Ok((Line::Command(Command::Retry { post, .. }), _))
                if self.is_forgotten(&post).await =>
            {
                let facts = Facts::new().text("post", post);
                Answer { ok: false, text: self.words().say(LANGUAGE, "delivery-forgotten", &facts) }
            }
            Ok((Line::Command(_), _)) => self.journal_command(by, role, text).await?,
        };
        Ok(self.reveal(role, answer))
    }

    /// Has the configuration read again; the answer says what came of it.
    ///
    /// # Errors
    ///
    /// The journal did not take it, and the configuration before stays in force.
    pub async fn reload(&self, by: &str) -> Result<Answer, Refused> {
        let (answer, told) = oneshot::channel();
        let asked = Asked { by: by.to_owned(), answer };
        self.reloads.send(asked).await.map_err(|_| Refused::Stopping)?;
        match told.await.map_err(|_| Refused::Stopping)?? {
            Told::Answered(answer) => Ok(answer),
            Told::Late(seq) => Ok(self.late(seq)),
        }
    }

    /// Whether a post is known and its words no longer are: they go some time after it came to an end.
    async fn is_forgotten(&self, beginning: &str) -> bool {
        let (answer, told) = oneshot::channel();
        let beginning = beginning.to_owned();
        let look = Box::new(move |engine: &Engine, outbox: &Outbox| {
            let named = engine.post_named(&beginning);
            let _ = answer.send(named.is_some_and(|id| outbox.delivery(&id).is_none()));
        });
        self.desk.tell(Note::Look(look)).await;
        told.await.unwrap_or_default()
    }

    /// The name of who asks, or a marker where it must not stand in the journal.
    fn name_for_the_journal(&self, by: &By<'_>) -> String {
        let account = by.private.as_ref().and_then(|private| private.account.as_deref());
        let Some(account) = account else { return by.name.to_owned() };
        let person = self.personal.person(account);
        person.map_or_else(|| "…".to_owned(), |person| render::person_marker(&person))
    }

    fn words(&self) -> Arc<Words> {
        self.words.borrow().clone()
    }

    fn too_low(&self, spec: &CommandSpec, role: Role) -> String {
        let facts = Facts::new()
            .text("command", spec.name)
            .text("needed", spec.role.word())
            .text("role", role.word());
        self.words().say(LANGUAGE, "console-role-too-low", &facts)
    }

    async fn ask(&self, query: command::Query, role: Role) -> Result<Answer, Refused> {
        let (answer, told) = oneshot::channel();
        let traced = packet_asked(&query).filter(|_| role >= Role::Staff);
        self.desk.tell(Note::Ask { query, role, answer }).await;
        let mut text = told.await.map_err(|_| Refused::Stopping)?;
        if let Some(path) = self.traced(traced).await {
            text = format!("{text}\n\n{path}");
        }
        Ok(Answer { ok: true, text })
    }

    /// The paths to the servers that a packet is about, in words; `None` where there is no packet.
    async fn traced(&self, packet: Option<(Option<IncidentId>, usize)>) -> Option<String> {
        let (incident, addresses_max) = packet?;
        let (answer, told) = oneshot::channel();
        let look = Box::new(move |engine: &Engine, _: &Outbox| {
            let _ = answer.send(engine.packet_addresses(incident));
        });
        self.desk.tell(Note::Look(look)).await;
        let addresses = told.await.ok().flatten()?;
        let how = self.names.borrow().traceroute.clone();
        let traced = self.tracer.trace(&how, addresses, addresses_max).await;
        Some(traced.say(&self.words(), LANGUAGE))
    }

    async fn journal_command(&self, by: By<'_>, role: Role, text: &str) -> Result<Answer, Refused> {
        let input = Input::Command { by: by.name.to_owned(), role, text: text.to_owned() };
        let offered = Offered { at: self.clock.now(), input, private: by.private };
        let accepted = self.submit_counted(offered).await?;
        self.reply_to(accepted.seq).await
    }

    /// The reply to the input at this place in the journal, once it is durable.
    pub(super) async fn reply_to(&self, seq: u64) -> Result<Answer, Refused> {
        match self.desk.reply_to(seq).await? {
            Some(answer) => Ok(answer),
            None => Ok(self.late(seq)),
        }
    }

    /// The command is safe in the journal, but the desk is busy.
    fn late(&self, seq: u64) -> Answer {
        let facts = Facts::new().text("seq", seq.to_string());
        Answer { ok: true, text: self.words().say(LANGUAGE, "console-answer-late", &facts) }
    }

    /// Staff see the words behind a report's marker; nobody else does.
    fn reveal(&self, role: Role, answer: Answer) -> Answer {
        if role < Role::Staff {
            return answer;
        }
        let text = render::reveal(&answer.text, |hidden| self.personal.behind(hidden));
        Answer { text, ..answer }
    }

    fn note_health(&self, result: &Result<Accepted, Refused>) {
        let journal_open = !matches!(result, Err(Refused::Full | Refused::Stopping));
        self.health.send_if_modified(|health| {
            let changed = health.journal_open != journal_open;
            health.journal_open = journal_open;
            changed
        });
    }

    pub(super) async fn submit_counted(&self, offered: Offered) -> Result<Accepted, Refused> {
        let kind = offered.input.kind();
        let waited = Stopwatch::start();
        let result = self.appender.submit(offered).await;
        self.metrics.set_commit_latency(waited.elapsed());
        self.note_health(&result);
        match &result {
            Ok(_) => self.metrics.input_accepted(kind),
            Err(refused) => self.metrics.input_refused(kind, reason(refused)),
        }
        result
    }
}

impl Door for FrontDoor {
    fn submit(&self, offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        Box::pin(self.submit_counted(offered))
    }

    fn command<'a>(
        &'a self,
        by: &'a str,
        role: Role,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Refused>> {
        Box::pin(self.run_command(By { name: by, private: None }, role, text))
    }

    fn ask(&self, offered: Offered) -> BoxFuture<'_, Result<Answer, Refused>> {
        Box::pin(async {
            let accepted = self.submit_counted(offered).await?;
            self.reply_to(accepted.seq).await
        })
    }

    fn knows_key(&self, key: &str) -> bool {
        self.personal.knows_key(key)
    }

    fn person_with_key(&self, key: &str) -> Option<PersonId> {
        self.personal.person_with_key(key)
    }

    fn knows_domain(&self, domain: &str) -> bool {
        self.names.borrow().fleet.domains.contains_key(domain)
    }

    fn knows_probe(&self, probe: &str) -> bool {
        self.names.borrow().probes.contains(probe)
    }
}

/// Whose packet is asked for, and how many paths go with it.
fn packet_asked(query: &command::Query) -> Option<(Option<IncidentId>, usize)> {
    let command::Query::UpstreamPacket { incident, in_full } = query else { return None };
    Some((*incident, if *in_full { ADDRESSES_MAX } else { 1 }))
}

fn reason(refused: &Refused) -> &'static str {
    match refused {
        Refused::Full => "full",
        Refused::Overloaded => "overloaded",
        Refused::Duplicate(_) => "duplicate",
        Refused::Stopping => "stopping",
    }
}
