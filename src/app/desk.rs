//! THE loop: one durable input after the other, decisions made durable before they take effect.
//!
//! ```text
//! voices ─ submit ─▶ committer ─ Durable::Input ─▶ desk ─ decide ─▶ committer ─ Durable::Decided ─▶ desk ─▶ effects
//! ```
//!
//! The desk runs on its own thread and owns [`Engine`] and [`Outbox`]; nobody else touches them.
//! It never waits for a network, and it never lets an output out that is not in the journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
};

use chrono::TimeDelta;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock::Clock,
    command::Query,
    domain::{PostId, Role, Timestamp},
    engine::{Engine, View},
    event::{
        Body, DeliveryEvent, Entry, Happening, Input, Output, Receipt, Resolution, SendError,
        TimerReason,
    },
    intake::Answer,
    journal::{Appender, Durable, Offered},
    outbox::{Job, Outbox},
    pages::Metrics,
};

use super::recovery::Recovered;

/// Replies kept for a caller who has not asked for theirs yet.
const REPLIES_KEPT_MAX: usize = 1024;
/// Inputs between two snapshots.
const SNAPSHOT_EVERY_INPUTS: u64 = 20_000;
/// The view is made anew at least this often, for its "as of".
const VIEW_EVERY_S: i64 = 15;
/// The desk looks up at least this often, whatever the clock says.
const LOOK_UP_EVERY_S: i64 = 60;

/// Reads the desk's state.
pub type Look = Box<dyn FnOnce(&Engine, &Outbox) + Send>;

/// How long the desk waits for a note while nothing else is to be done, in the machine's time.
const AWAITED: std::time::Duration = std::time::Duration::from_millis(200);

/// What the desk is told.
pub enum Note {
    /// The committer: something is on disk.
    Durable(Durable),
    /// A courier: what became of sending.
    Sent {
        /// The post.
        post: PostId,
        /// What the driver said.
        outcome: Result<Receipt, SendError>,
    },
    /// A courier: what became of looking a post up.
    LookedUp {
        /// The post.
        post: PostId,
        /// What the driver said.
        resolution: Resolution,
    },
    /// A courier could not begin: the journal refused.
    NotBegun {
        /// The post.
        post: PostId,
    },
    /// A question that changes nothing.
    Ask {
        /// What is asked.
        query: Query,
        /// With what right.
        role: Role,
        /// Where the answer goes.
        answer: oneshot::Sender<String>,
    },
    /// A caller waits for the reply to the command at this place in the journal.
    AwaitReply {
        /// The command's place.
        seq: u64,
        /// Where the reply goes.
        reply: oneshot::Sender<Answer>,
    },
    /// Time for retention.
    Housekeeping {
        /// Probe entries older than this may go.
        probes_before: Timestamp,
    },
    /// Anything with the whole engine, read only: post-mortems and tests.
    Look(Look),
    /// Finish: no new jobs; end when none is in flight.
    Stop,
}

impl From<Durable> for Note {
    fn from(durable: Durable) -> Self {
        Self::Durable(durable)
    }
}

/// What the desk is given to work with.
pub struct Tools {
    /// The journal's door.
    pub appender: Appender,
    /// The time.
    pub clock: Clock,
    /// Where jobs go; one courier a destination takes them on.
    pub jobs: mpsc::UnboundedSender<Job>,
    /// Where the pages read.
    pub view: watch::Sender<Arc<View>>,
    /// Where durable decisions are shown to whoever watches (console, demo).
    pub watchers: tokio::sync::broadcast::Sender<Arc<Entry>>,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// The desk's state; see the module.
pub struct Desk {
    engine: Engine,
    outbox: Outbox,
    tools: Tools,
    /// The last input handed to the engine.
    handled: u64,
    snapshot_at: u64,
    /// Posts decided but not yet durable.
    unsettled: BTreeSet<PostId>,
    /// Posts that a courier is out with.
    in_flight: BTreeSet<PostId>,
    timer_offered: Option<(Timestamp, TimerReason)>,
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
    replies: BTreeMap<u64, Answer>,
    viewed_at: Option<Timestamp>,
    /// This start's `Started` has been handled: what is due is due under the present settings.
    has_begun: bool,
    stopping: bool,
}

impl Desk {
    /// A desk that goes on from recovered state. Decisions that recovery made itself are given to
    /// the journal here; like any others they take effect once they are durable.
    pub fn new(recovered: Recovered, tools: Tools) -> Self {
        let Recovered { engine, outbox, handled, fresh } = recovered;
        let unsettled = fresh.iter().filter_map(|(.., output)| posted(output)).collect();
        tools.appender.decide(handled, fresh);
        Self {
            engine,
            outbox,
            tools,
            handled,
            snapshot_at: handled,
            unsettled,
            in_flight: BTreeSet::new(),
            timer_offered: None,
            waiting: BTreeMap::new(),
            replies: BTreeMap::new(),
            viewed_at: None,
            has_begun: false,
            stopping: false,
        }
    }

    /// Runs until told to stop, then saves a snapshot. Returns early when the journal is gone.
    pub fn run(mut self, notes: &Receiver<Note>) {
        self.publish_view();
        while !(self.stopping && self.in_flight.is_empty()) {
            match notes.recv_timeout(self.patience()) {
                Ok(note) => self.take(note),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Take what else is there before looking at deadlines, so that a busy desk stays fair.
            for note in notes.try_iter().take(1024) {
                self.take(note);
            }
            self.between_notes();
        }
        self.save_snapshot();
    }

    /// How long nothing will be due.
    fn patience(&self) -> std::time::Duration {
        if self.stopping || !self.has_begun {
            // Nothing is handed out now: only notes are waited for.
            return AWAITED;
        }
        let now = self.tools.clock.now();
        let deadlines = [
            self.engine
                .next_deadline()
                .map(|(due, _)| due)
                .filter(|_| self.timer_offered.is_none()),
            self.outbox.next_due().filter(|due| *due > now),
            Some(now + TimeDelta::seconds(LOOK_UP_EVERY_S)),
            self.viewed_at.map(|at| at + TimeDelta::seconds(VIEW_EVERY_S)),
        ];
        let next = deadlines.into_iter().flatten().min().unwrap_or(now);
        self.tools.clock.real(next - now)
    }

    fn between_notes(&mut self) {
        if self.stopping {
            return;
        }
        if self.has_begun {
            self.offer_timer();
            self.hand_out_jobs();
        }
        let now = self.tools.clock.now();
        if self.viewed_at.is_none_or(|at| now - at >= TimeDelta::seconds(VIEW_EVERY_S)) {
            self.publish_view();
        }
        if self.handled - self.snapshot_at >= SNAPSHOT_EVERY_INPUTS {
            self.save_snapshot();
        }
    }

    fn take(&mut self, note: Note) {
        match note {
            Note::Durable(Durable::Input(entry)) => self.handle(entry),
            Note::Durable(Durable::Decided(entries)) => self.let_out(entries),
            Note::Sent { post, outcome } => self.note_outcome(post, &outcome),
            Note::LookedUp { post, resolution } => self.note_resolution(post, &resolution),
            Note::NotBegun { post } => self.land(&post),
            Note::Ask { query, role, answer } => {
                let _ = answer.send(self.answer(&query, role));
            }
            Note::AwaitReply { seq, reply } => self.await_reply(seq, reply),
            Note::Housekeeping { probes_before } => {
                self.save_snapshot();
                self.outbox.prune(probes_before);
                self.tools.appender.compact(probes_before, self.engine.evidence_to_keep());
            }
            Note::Look(look) => look(&self.engine, &self.outbox),
            Note::Stop => self.stopping = true,
        }
    }

    /// One durable input: the engine decides, the journal is asked to keep what it decided.
    fn handle(&mut self, entry: Entry) {
        let Body::Input(happening) = entry.body else { return };
        self.note_delivery(entry.at, &happening);
        let outputs = self.engine.handle(entry.seq, entry.at, &happening);
        if matches!(happening.input, Input::Started { .. }) {
            self.outbox.share_accounts(&self.engine.settings().destinations);
        }
        self.handled = entry.seq;
        self.tools.metrics.set_journal_seq(entry.seq);
        let lag = (self.tools.clock.now() - entry.at).to_std().unwrap_or_default();
        self.tools.metrics.set_engine_lag(lag);
        for output in &outputs {
            self.tools.metrics.decided(output.kind());
            self.outbox.apply_output(entry.at, output);
            self.unsettled.extend(posted(output));
        }
        let decisions = outputs.into_iter().map(|output| (entry.seq, entry.at, output)).collect();
        self.tools.appender.decide(entry.seq, decisions);
    }

    fn note_delivery(&mut self, at: Timestamp, happening: &Happening) {
        match &happening.input {
            Input::Delivery { post, event } => {
                self.outbox.apply_event(at, post, event);
                if !matches!(event, DeliveryEvent::Sending { .. }) {
                    self.in_flight.remove(post);
                }
                self.viewed_at = None;
            }
            Input::Timer { reason, due } => {
                if self.timer_offered == Some((*due, *reason)) {
                    self.timer_offered = None;
                }
            }
            Input::Started { .. } => self.has_begun = true,
            Input::ProbeResult { .. }
            | Input::Report { .. }
            | Input::Command { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Busy { .. }
            | Input::Trouble { .. }
            | Input::Learned { .. } => {}
        }
    }

    /// Durable decisions take effect.
    fn let_out(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let Body::Decision(decision) = &entry.body else { continue };
            match &decision.output {
                Output::Post(post) => {
                    self.unsettled.remove(&post.id);
                }
                Output::Reply { ok, text } => {
                    self.reply(decision.of, Answer { ok: *ok, text: text.clone() });
                }
                Output::Suspicion(_)
                | Output::SuspicionCleared { .. }
                | Output::SuspicionHeld { .. }
                | Output::HeadsUp { .. }
                | Output::Window { .. }
                | Output::Announcement { .. }
                | Output::WindowFails { .. }
                | Output::Series { .. }
                | Output::MonitorBlind { .. }
                | Output::MonitorRecovered { .. }
                | Output::Incident { .. }
                | Output::Draft { .. }
                | Output::DraftStale { .. }
                | Output::DraftClosed { .. }
                | Output::DraftWaits { .. }
                | Output::Update { .. }
                | Output::PostAgain { .. }
                | Output::ReportFiled { .. }
                | Output::ReportSettled { .. }
                | Output::Notice { .. }
                | Output::Timeline { .. }
                | Output::Reminder { .. }
                | Output::Subscription(_)
                | Output::Mailing(_)
                | Output::MailingPage { .. }
                | Output::StaffNotice { .. } => {}
            }
            let _ = self.tools.watchers.send(Arc::new(entry));
        }
        self.publish_view();
    }

    fn reply(&mut self, seq: u64, answer: Answer) {
        if let Some(waiting) = self.waiting.remove(&seq) {
            let _ = waiting.send(answer);
            return;
        }
        self.replies.insert(seq, answer);
        while self.replies.len() > REPLIES_KEPT_MAX {
            self.replies.pop_first();
        }
    }

    fn await_reply(&mut self, seq: u64, reply: oneshot::Sender<Answer>) {
        match self.replies.remove(&seq) {
            Some(answer) => {
                let _ = reply.send(answer);
            }
            None => {
                self.waiting.retain(|_, waiting| !waiting.is_closed());
                self.waiting.insert(seq, reply);
            }
        }
    }

    fn answer(&self, query: &Query, role: Role) -> String {
        let now = self.tools.clock.now();
        if *query == Query::Deliveries {
            return super::deliveries::describe(&self.outbox, self.engine.words(), now);
        }
        self.engine.answer(now, query, role)
    }

    /// Asks the journal to take a deadline that has come; once, until it comes back as an input.
    fn offer_timer(&mut self) {
        if self.timer_offered.is_some() {
            return;
        }
        let Some((due, reason)) = self.engine.next_deadline() else { return };
        if due <= self.tools.clock.now()
            && self.tools.appender.offer(Offered::plain(due, Input::Timer { reason, due }))
        {
            self.timer_offered = Some((due, reason));
        }
    }

    fn hand_out_jobs(&mut self) {
        for (post, event) in self.outbox.overtaken() {
            // Nothing gives way to words that a crash could still take back.
            if !self.rests_on_unsettled(&post, &event) {
                self.outbox.claim(&post);
                self.offer_event(post, event);
            }
        }
        let now = self.tools.clock.now();
        for job in self.outbox.next_jobs(now) {
            if !self.unsettled.contains(&job.post.id) {
                self.outbox.claim(&job.post.id);
                self.in_flight.insert(job.post.id.clone());
                let _ = self.tools.jobs.send(job);
            }
        }
        for (post, event) in self.outbox.surplus() {
            self.outbox.claim(&post);
            self.offer_event(post, event);
        }
    }

    fn rests_on_unsettled(&self, post: &PostId, event: &DeliveryEvent) -> bool {
        let newer = if let DeliveryEvent::Superseded { by } = event { Some(by) } else { None };
        self.unsettled.contains(post) || newer.is_some_and(|by| self.unsettled.contains(by))
    }

    fn note_outcome(&mut self, post: PostId, outcome: &Result<Receipt, SendError>) {
        if let Err(SendError::Bounced(reason)) = outcome {
            self.offer_bounce(&post, reason);
        }
        let event = self.outbox.after(&post, self.tools.clock.now(), outcome, self.engine.policy());
        self.offer_event(post, event);
    }

    fn note_resolution(&mut self, post: PostId, resolution: &Resolution) {
        let now = self.tools.clock.now();
        match self.outbox.after_lookup(&post, now, resolution, self.engine.policy()) {
            Some(event) => self.offer_event(post, event),
            None => self.land(&post),
        }
    }

    /// Nobody is there where a subscriber was written to.
    fn offer_bounce(&self, post: &PostId, reason: &str) {
        let person = self.outbox.delivery(post).and_then(|one| one.post.recipient.clone());
        let Some(person) = person else { return };
        let bounced = Input::Bounced { person, reason: reason.to_owned() };
        // A journal that is gone loses nothing: the next letter comes back as well.
        let _ = self.tools.appender.offer(Offered::plain(self.tools.clock.now(), bounced));
    }

    /// What became of a post goes to the journal; the destination is free when it comes back.
    fn offer_event(&mut self, post: PostId, event: DeliveryEvent) {
        if let Some(delivery) = self.outbox.delivery(&post) {
            self.tools.metrics.delivery(&delivery.post.destination, event.kind());
        }
        let now = self.tools.clock.now();
        let offered = Offered::plain(now, Input::Delivery { post: post.clone(), event });
        if !self.tools.appender.offer(offered) {
            // The journal is gone: what is in flight is found unknown at the next start.
            self.land(&post);
        }
    }

    /// The courier is back with nothing to tell the journal.
    fn land(&mut self, post: &PostId) {
        self.in_flight.remove(post);
        self.outbox.release(post);
    }

    fn publish_view(&mut self) {
        let now = self.tools.clock.now();
        self.viewed_at = Some(now);
        self.tools.metrics.set_queue("outbox", self.outbox.waiting_count());
        self.tools.view.send_replace(Arc::new(self.engine.view(now)));
    }

    fn save_snapshot(&mut self) {
        let state = super::recovery::freeze(&self.engine, &self.outbox);
        self.tools.appender.save_snapshot(self.handled, state);
        self.snapshot_at = self.handled;
    }
}

/// The post that was decided, if it was one.
fn posted(output: &Output) -> Option<PostId> {
    if let Output::Post(post) = output { Some(post.id.clone()) } else { None }
}
