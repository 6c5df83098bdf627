//! What the journal's tests share: inputs, a journal with a thread that takes what is durable.

use std::{
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread::JoinHandle,
};

use bellwether::{
    clock::Clock,
    domain::{PersonId, ReportId, Timestamp},
    event::{Entry, Input},
    journal::{Appender, CommitError, Durable, Journal, Offered, OpenError, Options, Private},
};
use chrono::{DateTime, TimeDelta};

/// Midnight before the long day.
pub fn start() -> Timestamp {
    DateTime::from_timestamp(1_398_297_600, 0).expect("a valid time")
}

/// Options without a reserve, so that tests need no disk space.
pub fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

/// A probe result; `number` makes it recognisable.
pub fn probe(number: u64) -> Offered {
    let at = start() + TimeDelta::milliseconds(number as i64);
    let input = Input::ProbeResult {
        probe: format!("p{}", number % 5).as_str().into(),
        ok: number % 7 != 0,
        latency_ms: Some(number as u32),
        error: (number % 7 == 0).then(|| "timeout".to_owned()),
    };
    Offered { at, input, private: None }
}

/// The number of a [`probe`].
pub fn probe_number(input: &Input) -> Option<u64> {
    match input {
        Input::ProbeResult { latency_ms, .. } => latency_ms.map(u64::from),
        _ => None,
    }
}

/// A report by an account.
pub fn report(account: &str, outside_id: Option<&str>, text: &str) -> Offered {
    let input = Input::Report {
        id: ReportId::from(""),
        reporter: PersonId::from(""),
        source: "discord".to_owned(),
        domain: Some("example.org".to_owned()),
        confirmed: true,
        text: None,
    };
    let private = Private {
        account: Some(account.to_owned()),
        outside_id: outside_id.map(str::to_owned),
        text: Some(text.to_owned()),
        ..Private::default()
    };
    Offered { at: start(), input, private: Some(private) }
}

/// A started journal.
pub struct Running {
    pub appender: Appender,
    pub durable: Receiver<Durable>,
    pub committer: JoinHandle<Result<(), CommitError>>,
}

impl Running {
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Journal::open(dir, options()).map(|journal| Self::start(journal, Clock::system()))
    }

    pub fn start(journal: Journal, clock: Clock) -> Self {
        let (sender, durable) = sync_channel(100_000);
        let (appender, committer) = journal.start(clock, sender).expect("a thread");
        Self { appender, durable, committer }
    }

    /// Stops, and gives what came out of the journal and was not taken.
    pub fn stop(self) -> Vec<Durable> {
        self.appender.stop();
        self.committer.join().expect("no panic").expect("a clean end");
        self.durable.iter().collect()
    }
}

/// All entries of a journal.
pub fn entries(dir: &Path) -> Vec<Entry> {
    let journal = Journal::open(dir, options()).expect("it opens");
    journal.entries(0).map(|entry| entry.expect("it is readable")).collect()
}
