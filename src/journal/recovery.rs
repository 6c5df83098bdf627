//! What a restart does with the entries: each input with what was decided about it.
//!
//! Inputs and decisions share one log, and an input may stand before several others until the
//! decisions about it come. [`Recovery`] puts them together again, in the order of the inputs. What
//! it gives is folded (`decided`), or, at the very end of the log, handed to the engine anew: these
//! inputs were accepted, but nothing that was decided about them took effect.
//!
//! Must not: know the engine.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    domain::Timestamp,
    event::{Body, Entry, Happening, Output},
};

use super::ReadError;

/// One input, with what was decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Its place.
    pub seq: u64,
    /// When it was received.
    pub at: Timestamp,
    /// What happened.
    pub happening: Happening,
    /// What was decided about it, in order; empty when it is not decided.
    pub decisions: Vec<Output>,
    /// Whether the decisions are in the journal. Undecided inputs are the last ones, and are to be
    /// handed to the engine as new.
    pub decided: bool,
}

/// Puts the entries after a snapshot together; see [`super::Journal::recover`].
#[derive(Debug)]
pub struct Recovery<I> {
    entries: I,
    /// Inputs up to here are in the snapshot: decisions about them are passed over.
    after: u64,
    /// What the entries read so far say.
    decided: u64,
    /// What is known of the whole log; counts only at its end, since the decisions themselves may
    /// still come.
    decided_at_end: u64,
    inputs: VecDeque<(u64, Timestamp, Happening)>,
    decisions: BTreeMap<u64, Vec<Output>>,
    ended: bool,
}

impl<I: Iterator<Item = Result<Entry, ReadError>>> Recovery<I> {
    /// Reads `entries`, which come after input `after` of a snapshot (0: none). All inputs up to
    /// `decided` are known to be decided, whatever the entries say.
    pub fn new(entries: I, after: u64, decided: u64) -> Self {
        Self {
            entries,
            after,
            decided: 0,
            decided_at_end: decided,
            inputs: VecDeque::new(),
            decisions: BTreeMap::new(),
            ended: false,
        }
    }

    fn take_in(&mut self, entry: Entry) {
        match entry.body {
            Body::Input(happening) => self.inputs.push_back((entry.seq, entry.at, happening)),
            Body::Decision(decision) if decision.of > self.after => {
                self.decisions.entry(decision.of).or_default().push(decision.output);
            }
            Body::Decision(_) => {}
        }
        self.decided = self.decided.max(entry.decided);
    }

    /// The first waiting input, if it may go on.
    fn give_out(&mut self) -> Option<Folded> {
        let (seq, ..) = self.inputs.front()?;
        let decided = *seq <= self.decided;
        if !decided && !self.ended {
            return None;
        }
        let (seq, at, happening) = self.inputs.pop_front()?;
        let decisions = self.decisions.remove(&seq).unwrap_or_default();
        Some(Folded { seq, at, happening, decisions, decided })
    }
}

impl<I: Iterator<Item = Result<Entry, ReadError>>> Iterator for Recovery<I> {
    type Item = Result<Folded, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(folded) = self.give_out() {
                return Some(Ok(folded));
            }
            if self.ended {
                return None;
            }
            match self.entries.next() {
                Some(Ok(entry)) => self.take_in(entry),
                Some(Err(error)) => {
                    self.ended = true;
                    self.inputs.clear();
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    self.decided = self.decided.max(self.decided_at_end);
                }
            }
        }
    }
}
