//! Bringing the desk back: the newest snapshot, then what was recorded since, then what was never
//! decided.
//!
//! A recorded decision is folded, never made again, also by a newer version with another detector
//! (DESIGN.md, invariant 1). Only inputs that nothing was decided about yet are decided now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    domain::Timestamp,
    engine::{Detector, Engine, Evidence, RestoreError},
    event::{Body, Decision, DeliveryEvent, Happening, Input, Output},
    journal::{Journal, ReadError},
    outbox::Outbox,
};

/// Entries before the snapshot that a new detector is shown.
const WARMING_INPUTS: u64 = 50_000;

/// Why the journal's contents could not be brought back to life.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// A record cannot be read.
    #[error("the journal cannot be read")]
    Read(#[from] ReadError),
    /// The snapshot holds something else.
    #[error("the snapshot through entry {through} cannot be read")]
    Snapshot {
        /// The last input it covers.
        through: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The snapshot's engine state cannot be read.
    #[error("the snapshot's state cannot be restored")]
    Restore(#[from] RestoreError),
}

/// The desk's state as the journal tells it.
pub struct Recovered<D: Detector = Evidence> {
    /// The engine, with every recorded decision in it.
    pub engine: Engine<D>,
    /// The outbox likewise.
    pub outbox: Outbox,
    /// The last input the engine has seen.
    pub handled: u64,
    /// Decisions made now, about inputs that were durable but undecided; to be journalled.
    pub fresh: Vec<(u64, Timestamp, Output)>,
}

#[derive(Serialize, Deserialize)]
struct Frozen<'a> {
    v: u32,
    #[serde(borrow)]
    engine: &'a RawValue,
    outbox: Outbox,
}

/// Both states in one snapshot, deterministic.
pub fn freeze<D: Detector>(engine: &Engine<D>, outbox: &Outbox) -> Vec<u8> {
    let mut bytes = br#"{"v":1,"engine":"#.to_vec();
    bytes.extend(engine.snapshot());
    bytes.extend(br#","outbox":"#);
    bytes.extend(serde_json::to_vec(outbox).unwrap_or_default());
    bytes.push(b'}');
    bytes
}

fn thaw<D: Detector>(through: u64, state: &[u8]) -> Result<(Engine<D>, Outbox), RecoverError> {
    let frozen: Frozen = serde_json::from_slice(state)
        .map_err(|source| RecoverError::Snapshot { through, source })?;
    Ok((Engine::restore(frozen.engine.get().as_bytes())?, frozen.outbox))
}

/// The engine of the newest snapshot, and the last input it covers; a new one and 0 without any.
///
/// # Errors
///
/// The snapshot cannot be read.
pub fn newest_snapshot<D: Detector>(journal: &Journal) -> Result<(Engine<D>, u64), RecoverError> {
    match journal.snapshot() {
        Some(snapshot) => {
            let mut engine: Engine<D> = thaw(snapshot.through, &snapshot.state)?.0;
            engine.end_warming();
            Ok((engine, snapshot.through))
        }
        None => Ok((Engine::new(), 0)),
    }
}

/// Reads all that the journal holds.
///
/// # Errors
///
/// A record or the snapshot cannot be read.
pub fn recover<D: Detector>(journal: &Journal) -> Result<Recovered<D>, RecoverError> {
    let (mut engine, outbox, through) = match journal.snapshot() {
        Some(snapshot) => {
            let (engine, outbox) = thaw(snapshot.through, &snapshot.state)?;
            (engine, outbox, snapshot.through)
        }
        None => (Engine::<D>::new(), Outbox::new(), 0),
    };
    if engine.wants_warming() {
        warm(&mut engine, journal, through)?;
        engine.end_warming();
    }
    let mut state = Recovered { engine, outbox, handled: through, fresh: Vec::new() };
    for folded in journal.recover(through) {
        let folded = folded?;
        if folded.decided {
            state.fold(folded.seq, folded.at, &folded.happening, &folded.decisions);
        } else {
            state.decide(folded.seq, folded.at, &folded.happening);
        }
    }
    Ok(state)
}

/// Shows a detector that is new to this journal the latest inputs before the snapshot and what was
/// decided about them, so that it does not begin blind, nor learn an outage as healthy time. What
/// retention has dropped it does without.
fn warm<D: Detector>(
    engine: &mut Engine<D>,
    journal: &Journal,
    through: u64,
) -> Result<(), RecoverError> {
    let from = through.saturating_sub(WARMING_INPUTS);
    let mut reported = BTreeMap::new();
    for entry in journal.entries(from) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(ReadError::Dropped { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        match &entry.body {
            // Decisions stand behind their input, perhaps behind later inputs too.
            Body::Input(_) if entry.seq > through => {}
            Body::Decision(Decision { of, .. }) if *of > through => {}
            Body::Input(happening) => {
                if let Input::Report { .. } = happening.input {
                    reported.insert(entry.seq, happening.at);
                }
                engine.warm(entry.at, happening);
            }
            Body::Decision(Decision { of, output }) => {
                let at = reported.get(of).copied().unwrap_or(entry.at);
                engine.warm_decided(entry.at, at, output);
            }
        }
    }
    Ok(())
}

impl<D: Detector> Recovered<D> {
    fn fold(&mut self, seq: u64, at: Timestamp, happening: &Happening, recorded: &[Output]) {
        self.note_delivery(at, happening);
        self.engine.fold(seq, at, happening, recorded);
        self.take_in(seq, at, recorded);
    }

    fn decide(&mut self, seq: u64, at: Timestamp, happening: &Happening) {
        self.note_delivery(at, happening);
        let outputs = self.engine.handle(seq, at, happening);
        self.take_in(seq, at, &outputs);
        self.fresh.extend(outputs.into_iter().map(|output| (seq, at, output)));
    }

    fn take_in(&mut self, seq: u64, at: Timestamp, outputs: &[Output]) {
        for output in outputs {
            self.outbox.apply_output(at, output);
        }
        self.handled = seq;
    }

    fn note_delivery(&mut self, at: Timestamp, happening: &Happening) {
        if let Input::Delivery { post, event } = &happening.input {
            self.outbox.apply_event(at, post, event);
        }
    }

    /// Posts that were leaving when the bot stopped: they may have arrived.
    pub fn interrupted(&self, now: Timestamp) -> Vec<Input> {
        self.outbox
            .interrupted(now)
            .into_iter()
            .map(|(post, event): (_, DeliveryEvent)| Input::Delivery { post, event })
            .collect()
    }
}
