//! The pure heart: inputs in, decisions out. No clock, no I/O, no randomness, no async.
//!
//! [`Engine::handle`] takes one journalled input and returns every decision it leads to;
//! [`Engine::fold`] takes the same input with the decisions recorded for it and decides nothing.
//! Both change the records only by observing the input and applying outputs, so that they end in
//! the same state byte for byte. Must not: know a destination's kind, send, wait, or keep a
//! person's words.
//!
//! Start at [`Engine::handle`]; decisions are taken at a `desk`, the evidence method is behind
//! [`Detector`].

mod access;
mod answer;
mod card;
mod desk;
mod detect;
pub mod evidence;
mod explain;
mod open;
mod packet;
mod records;
mod snapshot;
mod speech;
mod timeline;
mod view;
mod window_answer;
mod window_view;

use crate::{
    command::Query,
    domain::{IncidentId, Role, ServerId, Timestamp},
    event::{Happening, Input, Output, TimerReason},
    render::Words,
};

use answer::Look;
use desk::Desk;
use records::{Context, EvidenceChange, Records};
use speech::Speech;

pub use self::evidence::Evidence;
pub use card::{Card, CardDraft, CardReceipt, CardSaid, CardUpdate, DroppedDraft, Question};
pub use detect::{
    ClassEvidence, ClassMember, CountedReport, Detector, Explanation, Finding, Fit,
    PublishedEvidence, ServerChart, Suspected, TargetEvidence,
};
pub use explain::{CHART_MINUTES_MAX, CHART_SERVERS_MAX, Chart, Explained, Standing};
pub use open::{Link, OPEN_REPORTS_MAX, Open, OpenDraft, OpenIncident, OpenReport, OpenWindow};
pub use packet::PacketAddress;
pub use snapshot::RestoreError;
pub use timeline::{Timeline, TimelineRow};
pub use view::{
    IncidentView, RESOLVED_DAYS, STRIP_SLOT_MINUTES, STRIP_SLOTS, ServerView, UpdateView, View,
};
pub use window_view::{NewsView, WindowView};

/// The engine with its whole state.
#[derive(Clone, Debug)]
pub struct Engine<D: Detector = Evidence> {
    detector: D,
    records: Records,
    words: Words,
    /// The records' own next deadline; follows from the records.
    deadline: Option<(Timestamp, TimerReason)>,
    wants_warming: bool,
}

impl<D: Detector> Default for Engine<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Detector> Engine<D> {
    /// An engine that knows nothing yet: its first input is `Started`.
    pub fn new() -> Self {
        Self {
            detector: D::default(),
            records: Records::default(),
            words: Words::built_in(),
            deadline: None,
            wants_warming: false,
        }
    }

    /// The crate's version and the detector's: what `Input::Started` records.
    pub fn version() -> String {
        format!("{}+{}", env!("CARGO_PKG_VERSION"), D::NAME)
    }

    /// Takes one input and returns the decisions it leads to, in order, already applied.
    ///
    /// `seq` is the input's place in the journal, `received` its engine time.
    pub fn handle(&mut self, seq: u64, received: Timestamp, happening: &Happening) -> Vec<Output> {
        let context = Context { seq, received, happening };
        self.observe(&context);
        let mut desk = Desk::new(&mut self.records, &self.words, context);
        let detector = &self.detector;
        desk.work_on_input(&|servers, minutes| {
            explain::chart(detector, received, servers, minutes)
        });
        let asked = desk.outputs.len();
        for change in std::mem::take(&mut desk.changes) {
            count(&mut self.detector, change);
        }
        for output in &desk.outputs {
            self.detector.accept(received, output);
        }
        desk.work_on_findings(self.detector.decide(received, happening));
        for change in std::mem::take(&mut desk.changes) {
            count(&mut self.detector, change);
        }
        let outputs = desk.outputs;
        for output in &outputs[asked..] {
            self.detector.accept(received, output);
        }
        self.look_ahead(happening, !outputs.is_empty());
        outputs
    }

    /// Takes one input with the decisions recorded for it; decides nothing itself.
    pub fn fold(
        &mut self,
        seq: u64,
        received: Timestamp,
        happening: &Happening,
        recorded: &[Output],
    ) {
        let context = Context { seq, received, happening };
        self.observe(&context);
        for output in recorded {
            for change in self.records.apply(&context, output) {
                count(&mut self.detector, change);
            }
            self.detector.accept(received, output);
        }
        self.look_ahead(happening, !recorded.is_empty());
    }

    /// The earliest moment something is due, and what. The loop then journals
    /// `Input::Timer { reason, due }` and hands it to [`Self::handle`].
    pub fn next_deadline(&self) -> Option<(Timestamp, TimerReason)> {
        [self.deadline, self.detector.next_check()].into_iter().flatten().min()
    }

    /// Whether [`Self::restore`] found a snapshot of another detector, which wants warming.
    pub fn wants_warming(&self) -> bool {
        self.wants_warming
    }

    /// Shows the detector alone an earlier input, oldest first, after [`Self::restore`] found a
    /// snapshot of another detector. [`Self::end_warming`] comes after the last one.
    pub fn warm(&mut self, received: Timestamp, happening: &Happening) {
        self.detector.observe(received, happening);
    }

    /// Shows the detector alone what was decided at `received` about an earlier input, which
    /// happened at `at`: what was suspected then was no healthy time, and reports counted.
    pub fn warm_decided(&mut self, received: Timestamp, at: Timestamp, output: &Output) {
        if let Output::ReportFiled { counted: true, server: Some(server), .. } = output {
            self.detector.count(at, server);
        }
        self.detector.accept(received, output);
    }

    /// What the public may see at `now`.
    pub fn view(&self, now: Timestamp) -> View {
        view::of(&self.records, now)
    }

    /// The answer to a question, for somebody of `role`. `now` is the moment it is asked.
    pub fn answer(&self, now: Timestamp, query: &Query, role: Role) -> String {
        let fresh = |servers: &[ServerId]| self.detector.evidence(now, servers);
        let chart =
            |servers: &[ServerId], minutes| explain::chart(&self.detector, now, servers, minutes);
        answer::answer(&self.speech(), query, role, &Look { now, fresh: &fresh, chart: &chart })
    }

    /// The addresses of the servers that the evidence packet of an incident is about, as the fleet
    /// file has them; `None` where there is no such packet.
    pub fn packet_addresses(&self, incident: Option<IncidentId>) -> Option<Vec<PacketAddress>> {
        packet::addresses(&self.speech(), incident)
    }

    /// What the evidence says at `now`, as data: what stands, what is weighed, what was measured.
    pub fn explain(&self, now: Timestamp) -> Explained {
        explain::of(&self.detector, &self.records, now)
    }

    /// Loss and reports of `servers` by the minute, for cards and pages; the last `minutes`
    /// before `now`. At most [`CHART_SERVERS_MAX`] servers and [`CHART_MINUTES_MAX`] minutes.
    pub fn chart(&self, now: Timestamp, servers: &[ServerId], minutes: usize) -> Chart {
        explain::chart(&self.detector, now, servers, minutes)
    }

    /// An incident's story, for the post-mortem.
    pub fn timeline(&self, id: IncidentId) -> Option<Timeline> {
        Some(timeline::of(&self.speech(), self.records.incidents.get(&id)?))
    }

    /// The story as markdown, with markers for reports' words.
    pub fn timeline_markdown(&self, id: IncidentId) -> Option<String> {
        Some(self.timeline(id)?.markdown(&self.speech()))
    }

    fn speech(&self) -> Speech<'_> {
        Speech::new(&self.words, &self.records)
    }

    fn observe(&mut self, context: &Context<'_>) {
        self.records.observe(context);
        if let Input::Started { settings: Some(settings), .. } = &context.happening.input {
            // Config refuses words that cannot be used; should some slip through, the built-in
            // ones speak.
            self.words = Words::with(&settings.words).unwrap_or_default();
            self.detector.configure(settings);
        }
        self.detector.observe(context.received, context.happening);
    }

    /// Most inputs are probe results that change no record.
    fn look_ahead(&mut self, happening: &Happening, decided: bool) {
        if decided || !matches!(happening.input, Input::ProbeResult { .. }) {
            self.deadline = self.records.next_deadline();
        }
    }
}

fn count<D: Detector>(detector: &mut D, change: EvidenceChange) {
    match change {
        EvidenceChange::Count(at, server) => detector.count(at, &server),
        EvidenceChange::Discount(at, server) => detector.discount(at, &server),
    }
}
