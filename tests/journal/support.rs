//! What the journal's tests share: inputs, and a journal with whoever takes what is durable.

use std::{
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread::JoinHandle,
};

use bellwether::{
    clock::Clock,
    domain::{PersonId, ReportId, Timestamp},
    event::{Entry, Happening, Input, Output, TimelineKind},
    journal::{
        Accepted, Appender, CommitError, Durable, Journal, Offered, OpenError, Options, Private,
    },
};
use chrono::{DateTime, TimeDelta};

/// How many rounds a test by chance plays: `ROUNDS` plays more than CI has time for.
pub fn rounds(by_default: u64) -> u64 {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(by_default)
}

/// A new seed each time, printed when a round fails; `SEED` repeats one.
pub fn seed() -> u64 {
    let chosen = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    chosen.unwrap_or_else(|| u64::from_le_bytes(bellwether::clock::random_bytes()))
}

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
        ok: !number.is_multiple_of(7),
        latency_ms: Some(number as u32),
        error: number.is_multiple_of(7).then(|| "timeout".to_owned()),
    };
    Offered { at, input, private: None }
}

/// The number of a [`probe`].
pub fn probe_number(input: &Input) -> Option<u64> {
    if let Input::ProbeResult { latency_ms, .. } = input { latency_ms.map(u64::from) } else { None }
}

/// A report by an account.
pub fn report(account: &str, outside_id: Option<&str>, text: &str) -> Offered {
    let input = Input::Report {
        id: ReportId::from(""),
        reporter: PersonId::from(""),
        source: "discord".to_owned(),
        domain: Some("example.org".to_owned()),
        confirmed: true,
        answered: false,
        language: None,
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

/// A decision that is easily told from others.
pub fn note(text: &str) -> Output {
    let (by, text) = ("tim".to_owned(), text.to_owned());
    Output::Timeline { incident: None, kind: TimelineKind::Note, by, text }
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

    pub fn submit(&self, offered: Offered) -> Accepted {
        self.appender.submit_blocking(offered).expect("accepted")
    }

    /// Stops without waiting for decisions that will not come; what was durable and not taken.
    pub fn stop(self, decided: u64) -> Vec<Durable> {
        self.appender.decide(decided, Vec::new());
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

/// The input of an entry.
pub fn happening(entry: &Entry) -> Option<&Happening> {
    match &entry.body {
        bellwether::event::Body::Input(happening) => Some(happening),
        bellwether::event::Body::Decision(_) => None,
    }
}
