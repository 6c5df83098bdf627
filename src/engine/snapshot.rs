//! The whole state as deterministic JSON, and back, also into another detector.

use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{event::Output, render::Words};

use super::{
    Detector, Engine,
    records::{HeadsUpRecord, Records},
};

/// A snapshot that cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It is not the JSON of a snapshot.
    #[error("snapshot of the engine cannot be read")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a, D> {
    method: &'a str,
    records: &'a Records,
    detector: &'a D,
}

#[derive(Deserialize)]
struct Method {
    method: String,
}

#[derive(Deserialize)]
struct Read<D> {
    records: Records,
    detector: D,
}

impl<D: Detector> Engine<D> {
    /// The whole state as deterministic JSON.
    pub fn snapshot(&self) -> Vec<u8> {
        let written = Written { method: D::NAME, records: &self.records, detector: &self.detector };
        // Plain data with text keys and finite numbers always serialises; an empty snapshot is
        // refused by `restore`.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// Reads a snapshot back. One of another detector restores the records with a fresh detector,
    /// which wants to be fed with [`Self::warm`] and [`Self::warm_decided`], and then
    /// [told the rest](Self::end_warming).
    ///
    /// # Errors
    /// When `bytes` is not the JSON of a snapshot.
    pub fn restore(bytes: &[u8]) -> Result<Self, RestoreError> {
        let found: Method = serde_json::from_slice(bytes)?;
        let is_same = found.method == D::NAME;
        let (records, mut detector) = if is_same {
            let read: Read<D> = serde_json::from_slice(bytes)?;
            (read.records, read.detector)
        } else {
            let read: Read<IgnoredAny> = serde_json::from_slice(bytes)?;
            (read.records, D::default())
        };
        let settings = records.settings.clone();
        if is_same {
            detector.restored(&settings);
        } else {
            detector.configure(&settings);
        }
        let words = Words::with(&settings.words).unwrap_or_default();
        let deadline = records.next_deadline();
        Ok(Self { detector, records, words, deadline, wants_warming: !is_same })
    }

    /// Tells a detector that is new to this journal what stands, which vantages are blind, and of the
    /// last heads-up, as far as that is older than what it was warmed with. Told before, suspicions
    /// and vantages would be taken to have recovered by results from before they failed.
    pub fn end_warming(&mut self) {
        if !std::mem::take(&mut self.wants_warming) {
            return;
        }
        let now = self.records.now;
        for record in self.records.suspicions.values().filter(|record| record.stands()) {
            self.detector.accept(now, &Output::Suspicion(record.suspicion.clone()));
        }
        for record in self.records.windows_under_way() {
            let window = record.window.clone();
            self.detector.accept(now, &Output::Window { window, by: None });
        }
        for vantage in &self.records.blind {
            self.detector.accept(now, &Output::MonitorBlind { vantage: vantage.clone() });
        }
        for record in self.records.open_notices() {
            let notice = Box::new(record.notice.clone());
            let (components, servers) = (record.components.clone(), record.servers.clone());
            let output = Output::Notice { id: record.id, notice, components, servers };
            self.detector.accept(record.changed_at, &output);
        }
        if let Some(HeadsUpRecord { at, servers }) = self.records.heads_up.clone() {
            // What it said then is not kept; a detector needs to know when, and of which servers.
            let given = Output::HeadsUp { servers, people: 0, explanation: String::new() };
            self.detector.accept(at, &given);
        }
    }
}
