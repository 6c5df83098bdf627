//! The pure heart: inputs in, decisions out. No clock, no I/O, no randomness, no async.
//!
//! [`Engine::handle`] takes one journalled input and returns every decision it leads to;
//! [`Engine::fold`] takes the same input with the decisions recorded for it and decides nothing.
//! Both change the records only by observing the input and applying outputs, so that they end in
//! the same state byte for byte. Must not: know a destination's kind, send, wait, or keep a
//! person's words.
//!
//! Start at [`Engine::handle`]; the evidence method is behind [`Detector`].

mod detect;
mod timeline;
mod view;
mod windowed;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{IncidentId, ServerStatus, Timestamp},
    event::{Happening, Output, TimerReason},
};

pub use detect::{Detector, Finding, Suspected};
pub use timeline::{Timeline, TimelineRow};
pub use view::{
    IncidentView, RESOLVED_DAYS, STRIP_SLOT_MINUTES, STRIP_SLOTS, ServerView, UpdateView, View,
};
pub use windowed::Windowed;

/// A snapshot that cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is not the JSON of a snapshot.
    #[error("snapshot of the engine cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

/// The engine with its whole state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Engine<D: Detector = Windowed> {
    detector: D,
}

impl<D: Detector> Engine<D> {
    /// An engine that knows nothing yet: its first input is `Started`.
    pub fn new() -> Self {
        Self { detector: D::default() }
    }

    /// The crate's version and the detector's: what `Input::Started` records.
    pub fn version() -> String {
        format!("{}+{}", env!("CARGO_PKG_VERSION"), D::NAME)
    }

    /// Takes one input and returns the decisions it leads to, in order, already applied.
    ///
    /// `seq` is the input's place in the journal, `received` its engine time.
    pub fn handle(&mut self, _seq: u64, received: Timestamp, happening: &Happening) -> Vec<Output> {
        self.detector.observe(received, happening);
        Vec::new()
    }

    /// Takes one input with the decisions recorded for it; decides nothing itself.
    pub fn fold(
        &mut self,
        _seq: u64,
        received: Timestamp,
        happening: &Happening,
        recorded: &[Output],
    ) {
        self.detector.observe(received, happening);
        for output in recorded {
            self.detector.accept(received, output);
        }
    }

    /// The earliest moment something is due, and what. The loop then journals
    /// `Input::Timer { reason, due }` and hands it to [`Self::handle`].
    pub fn next_deadline(&self) -> Option<(Timestamp, TimerReason)> {
        self.detector.next_check()
    }

    /// The whole state as deterministic JSON.
    pub fn snapshot(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a snapshot back. One of another detector restores the records with a fresh detector,
    /// to be fed with [`Self::warm`].
    ///
    /// # Errors
    /// When `bytes` is not the JSON of a snapshot.
    pub fn restore(bytes: &[u8]) -> Result<Self, RestoreError> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Whether [`Self::restore`] found a snapshot of another detector, which wants warming.
    pub fn wants_warming(&self) -> bool {
        false
    }

    /// Shows the detector alone an earlier input, oldest first, after [`Self::restore`] found a
    /// snapshot of another detector.
    pub fn warm(&mut self, received: Timestamp, happening: &Happening) {
        self.detector.observe(received, happening);
    }

    /// What the public may see at `now`.
    pub fn view(&self, now: Timestamp) -> View {
        View {
            generated_at: now,
            name: String::new(),
            timezone: chrono_tz::UTC,
            public_url: None,
            overall: ServerStatus::Operational,
            servers: Vec::new(),
            open: Vec::new(),
            resolved: Vec::new(),
        }
    }

    /// An incident's story, for the post-mortem.
    pub fn timeline(&self, _id: IncidentId) -> Option<Timeline> {
        None
    }
}
