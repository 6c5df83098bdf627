//! Running events through the real engine in their own time, without a journal.
//!
//! Events are ordered by `received`, in file order for equals; a timer due before an event fires
//! before it; the run ends at the last event. A dump says when the bot started, and the run starts
//! then; else with the first event. `by`, `role`, `source` and ids are trusted here and
//! only here.

use std::{
    io::{BufRead, Write},
    sync::Arc,
};

use chrono::TimeDelta;
use serde::Serialize;

use crate::{
    config::Config,
    domain::{Role, Settings, Timestamp},
    engine::Engine,
    event::{
        Happening, Input, Output,
        wire::{self, WireBody, WireInput, WireLine},
    },
    render::Words,
};

use super::tell::Teller;

/// How outputs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// One readable line an output.
    Text,
}

/// A line of the events that was skipped.
#[derive(Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its number, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// What a run came to.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "summary")]
pub struct Summary {
    /// Events that were run.
    pub events: u64,
    /// Lines that could not be read.
    pub rejected: u64,
    /// Incidents that were opened.
    pub incidents: u64,
    /// Posts that were decided.
    pub posts: u64,
    /// What was skipped, in order.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Line<'a> {
    at: Timestamp,
    #[serde(flatten)]
    output: &'a Output,
}

/// Runs `events` (JSON lines) and writes every output to `out`, then the summary.
pub fn replay(
    config: &Config,
    events: impl BufRead,
    format: Format,
    out: &mut impl Write,
) -> std::io::Result<Summary> {
    let found = read(events)?;
    let teller = teller(&config.settings);
    let steps = Steps { engine: <Engine>::new(), seq: 0 };
    let mut run = Run { steps, incidents: 0, posts: 0, format, teller, out };
    if let Some(at) = found.begins() {
        let outputs = run.steps.start(at, &config.settings);
        run.show(at, &outputs)?;
    }
    let events = found.happenings.len() as u64;
    for (received, happening) in found.happenings {
        run.fire_timers(received)?;
        let outputs = run.steps.step(received, &happening);
        run.show(received, &outputs)?;
    }
    let summary = Summary {
        events,
        rejected: found.skipped.len() as u64,
        incidents: run.incidents,
        posts: run.posts,
        skipped: found.skipped,
    };
    match format {
        Format::Json => writeln!(run.out, "{}", serde_json::to_string(&summary)?)?,
        Format::Text => writeln!(run.out, "{}", run.teller.summary(&summary))?,
    }
    run.out.flush()?;
    Ok(summary)
}

/// The engine as it was at a moment.
pub struct Reached {
    /// With all that had been received.
    pub engine: Engine,
    /// The moment.
    pub at: Timestamp,
    /// Lines that were skipped.
    pub skipped: Vec<Skipped>,
}

/// Runs what was received up to `until`, or all of `events`, and shows no decision. `None` when
/// nothing had been received by then.
pub fn reach(
    config: &Config,
    events: impl BufRead,
    until: Option<Timestamp>,
) -> std::io::Result<Option<Reached>> {
    let mut found = read(events)?;
    if let Some(until) = until {
        found.happenings.retain(|(received, _)| *received <= until);
    }
    let (Some(begins), Some(last)) = (found.begins(), found.happenings.last()) else {
        return Ok(None);
    };
    let at = until.unwrap_or(last.0);
    let mut steps = Steps { engine: <Engine>::new(), seq: 0 };
    steps.start(begins, &config.settings);
    for (received, happening) in &found.happenings {
        while steps.timer(*received).is_some() {}
        steps.step(*received, happening);
    }
    while steps.timer(at + TimeDelta::milliseconds(1)).is_some() {}
    Ok(Some(Reached { engine: steps.engine, at, skipped: found.skipped }))
}

/// The engine and the place of its last input.
struct Steps {
    engine: Engine,
    seq: u64,
}

impl Steps {
    fn start(&mut self, at: Timestamp, settings: &Settings) -> Vec<Output> {
        let input = Input::Started {
            installation: "replay".to_owned(),
            version: <Engine>::version(),
            settings: Some(Arc::new(settings.clone())),
            reload: None,
        };
        self.step(at, &Happening { at, input })
    }

    /// The next deadline strictly before `until`, in its own time, and what comes of it.
    fn timer(&mut self, until: Timestamp) -> Option<(Timestamp, Vec<Output>)> {
        let (due, reason) = self.engine.next_deadline().filter(|(due, _)| *due < until)?;
        let input = Input::Timer { reason, due };
        Some((due, self.step(due, &Happening { at: due, input })))
    }

    fn step(&mut self, received: Timestamp, happening: &Happening) -> Vec<Output> {
        self.seq += 1;
        self.engine.handle(self.seq, received, happening)
    }
}

struct Run<'a, W> {
    steps: Steps,
    incidents: u64,
    posts: u64,
    format: Format,
    teller: Teller,
    out: &'a mut W,
}

impl<W: Write> Run<'_, W> {
    /// Every deadline strictly before `until` comes in its own time.
    fn fire_timers(&mut self, until: Timestamp) -> std::io::Result<()> {
        while let Some((due, outputs)) = self.steps.timer(until) {
            self.show(due, &outputs)?;
        }
        Ok(())
    }

    fn show(&mut self, received: Timestamp, outputs: &[Output]) -> std::io::Result<()> {
        for output in outputs {
            self.count(output);
            self.print(received, output)?;
        }
        Ok(())
    }

    fn count(&mut self, output: &Output) {
        if let Output::Incident { id, .. } = output {
            self.incidents = self.incidents.max(id.0);
        }
        if matches!(output, Output::Post(_)) {
            self.posts += 1;
        }
    }

    fn print(&mut self, at: Timestamp, output: &Output) -> std::io::Result<()> {
        match self.format {
            Format::Json => {
                writeln!(self.out, "{}", serde_json::to_string(&Line { at, output })?)
            }
            Format::Text => writeln!(self.out, "{}", self.teller.line(at, output)),
        }
    }
}

fn teller(settings: &Settings) -> Teller {
    // Broken words are `check`'s matter; a replay is readable with the built-in ones.
    let words = Words::with(&settings.words).unwrap_or_else(|_| Words::built_in());
    Teller::new(words, "en", settings.fleet.timezone)
}

/// What stands in a file of events.
#[derive(Default)]
struct Events {
    /// In order of `received`.
    happenings: Vec<(Timestamp, Happening)>,
    /// When the bot of a dump was first started.
    started: Option<Timestamp>,
    skipped: Vec<Skipped>,
}

impl Events {
    /// When the run begins; `None` without an event.
    fn begins(&self) -> Option<Timestamp> {
        let (first, _) = self.happenings.first()?;
        Some(self.started.map_or(*first, |started| started.min(*first)))
    }
}

/// Reads all lines, in order of `received`; what cannot be read is named and skipped.
fn read(mut events: impl BufRead) -> std::io::Result<Events> {
    let mut found = Events::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if events.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            continue;
        }
        match wire::parse_line(text) {
            Ok(WireLine::Input(input)) => found.happenings.push(happening(input, number)),
            Ok(WireLine::Started(at)) => {
                found.started.get_or_insert(at);
            }
            Ok(WireLine::Learned(received, learned)) => found.happenings.push((received, learned)),
            Ok(WireLine::Decision | WireLine::Own) => {}
            Err(error) => found.skipped.push(Skipped { line: number, reason: error.to_string() }),
        }
    }
    found.happenings.sort_by_key(|(received, _)| *received);
    Ok(found)
}

fn happening(input: WireInput, line: usize) -> (Timestamp, Happening) {
    let received = input.received.unwrap_or(input.at);
    let at = input.at;
    let input = match input.body {
        WireBody::ProbeResult { probe, ok, latency_ms, error } => {
            Input::ProbeResult { probe: probe.into(), ok, latency_ms, error }
        }
        WireBody::Report { id, reporter, source, domain, text, confirmed, answered, language } => {
            Input::Report {
                id: id.unwrap_or_else(|| format!("line-{line}")).into(),
                reporter: reporter.unwrap_or_else(|| format!("line-{line}")).into(),
                source: source.unwrap_or_else(|| "replay".to_owned()),
                domain,
                confirmed: confirmed.unwrap_or(true),
                answered: answered.unwrap_or(false),
                language,
                text,
            }
        }
        WireBody::Notice(notice) => {
            Input::Notice { notice: Box::new(crate::intake::notice::tamed(*notice)) }
        }
        WireBody::Command { by, role, text } => Input::Command {
            by: by.unwrap_or_else(|| "replay".to_owned()),
            role: role.unwrap_or(Role::Staff),
            text,
        },
        WireBody::Subscribe { person, source, topic, confirmed, key } => {
            Input::Subscribe { person: person.into(), source, topic, confirmed, key }
        }
        WireBody::Confirm { person, key } => Input::Confirm { person: person.into(), key },
        WireBody::Unsubscribe { person, key } => Input::Unsubscribe { person: person.into(), key },
        WireBody::Bounced { person, reason } => Input::Bounced { person: person.into(), reason },
    };
    (received, Happening { at, input })
}
