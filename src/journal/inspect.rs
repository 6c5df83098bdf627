//! Looking into a journal without changing it: `bellwether journal dump` and `verify`.
//!
//! Both take the journal's lock, so that no running bot is disturbed, and work on a copy of the
//! store. Must not: change the journal; print a personal value unless told to.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use serde::Serialize;

use crate::{
    domain::{PersonId, Timestamp},
    event::{Body, Decision, Entry, Happening, Input},
};

use super::{
    OpenError, Options, Personal, ReadError,
    directory::{Directory, Found, Lock},
    frame::{Item, genesis, hex},
    log::{self, Frames, Read, Records},
    mark::HighWater,
    open::{check, read_mark},
    snapshots,
    store::Store,
    store_copy::StoreCopy,
};

/// Problems that a report lists at most.
const PROBLEMS_MAX: usize = 100;

/// Why a journal cannot be dumped.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A record cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The output cannot be written.
    #[error("cannot write the dump")]
    Write(#[from] io::Error),
}

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The installation's id.
    pub installation: String,
    /// The last record that was read.
    pub last: u64,
    /// Inputs read.
    pub inputs: u64,
    /// Decisions read.
    pub decisions: u64,
    /// Records dropped by retention.
    pub dropped: u64,
    /// Places where records were dropped.
    pub gaps: u64,
    /// Snapshots that are whole, by the input they go through.
    pub snapshots: Vec<u64>,
    /// The chain after the last record, in hex.
    pub chain: String,
    /// All that is amiss; empty for a good journal.
    pub problems: Vec<String>,
}

impl Verified {
    /// Whether all is well.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(what);
        }
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "installation {}", self.installation)?;
        writeln!(
            f,
            "{} inputs, {} decisions up to record {}; {} records dropped in {} places",
            self.inputs, self.decisions, self.last, self.dropped, self.gaps
        )?;
        writeln!(f, "chain {}", self.chain)?;
        let snapshots: Vec<String> = self.snapshots.iter().map(u64::to_string).collect();
        let snapshots =
            if snapshots.is_empty() { "none".to_owned() } else { snapshots.join(" and ") };
        writeln!(f, "snapshots through: {snapshots}")?;
        for problem in &self.problems {
            writeln!(f, "problem: {problem}")?;
        }
        write!(f, "{}", if self.is_good() { "all is well" } else { "this journal is damaged" })
    }
}

/// A journal's copy, opened for looking.
struct Looked {
    copy: StoreCopy,
    directory: Directory,
    installation: String,
    mark: HighWater,
    _lock: Lock,
}

fn look(dir: &Path, options: &Options) -> Result<Looked, OpenError> {
    let directory = Directory(dir.to_path_buf());
    let Found::Journal { installation } = directory.look()? else {
        return Err(OpenError::Missing { dir: directory.0 });
    };
    let lock = directory.lock()?;
    let mark = read_mark(&directory)?;
    let copy = StoreCopy::open(&directory, options)?;
    Ok(Looked { copy, directory, installation, mark, _lock: lock })
}

/// Reads a whole journal and checks everything that can be checked.
///
/// # Errors
/// When it cannot be opened at all; everything else is told as a problem.
pub fn verify(dir: &Path, options: &Options) -> Result<Verified, OpenError> {
    let looked = look(dir, options)?;
    let mut found = Verified { installation: looked.installation.clone(), ..Verified::default() };
    let checked =
        check(&looked.directory, &**looked.copy.store(), &looked.installation, looked.mark);
    if let Err(error) = checked {
        found.problem(error.to_string());
    }
    read_through(&**looked.copy.store(), &mut found);
    check_snapshots(&looked, &mut found);
    Ok(found)
}

/// Reads all frames and holds every entry against those before it.
pub(super) fn read_through(store: &dyn Store, found: &mut Verified) {
    let mut latest: Option<Timestamp> = None;
    let mut after = genesis(&found.installation);
    found.chain = hex(&after);
    let mut follows = 0;
    for read in Frames::at(store, 0) {
        let frame = match read {
            Ok((frame, _)) => frame,
            Err(error) => return found.problem(error.after(found.last).to_string()),
        };
        if frame.header.before != after || frame.header.first != follows + 1 {
            found.problem(format!("record {} does not follow {follows}", frame.header.first));
        }
        let mut seq = frame.header.first;
        for item in &frame.items {
            match item {
                Item::Record(bytes) => {
                    check_record(seq, bytes, &mut latest, found);
                    seq += 1;
                }
                Item::Gap { first, last, .. } => {
                    found.dropped += last - first + 1;
                    found.gaps += 1;
                    seq = last + 1;
                }
            }
        }
        (follows, after) = (frame.header.last, frame.header.after);
        (found.last, found.chain) = (follows, hex(&after));
    }
}

fn check_record(seq: u64, bytes: &[u8], latest: &mut Option<Timestamp>, found: &mut Verified) {
    match log::entry(seq, bytes) {
        Err(error) => found.problem(error.to_string()),
        Ok(Entry { at, body: Body::Input(_), .. }) => {
            found.inputs += 1;
            if latest.is_some_and(|latest| at < latest) {
                found.problem(format!("record {seq} was received before an earlier one"));
            }
            *latest = Some(at);
        }
        Ok(Entry { body: Body::Decision(decision), .. }) => {
            found.decisions += 1;
            if decision.of == 0 || decision.of >= seq {
                found.problem(format!("record {seq} decides about record {}", decision.of));
            }
        }
    }
}

fn check_snapshots(looked: &Looked, found: &mut Verified) {
    let listed = match snapshots::list(&looked.directory.snapshots()) {
        Ok(listed) => listed,
        Err(error) => return found.problem(format!("the snapshots cannot be read: {error}")),
    };
    for (through, path) in listed {
        match snapshots::read(&path, &looked.installation) {
            Ok(Some(snapshot)) if snapshot.through == through => found.snapshots.push(through),
            Ok(_) => found.problem(format!("the snapshot {} is damaged", path.display())),
            Err(error) => found.problem(format!("{}: {error}", path.display())),
        }
    }
    if found.gaps > 0 && found.snapshots.is_empty() {
        found.problem("records were dropped, and no snapshot covers them".to_owned());
    }
}

/// A line of a dump. Inputs are the design's JSON vocabulary, so that a dump can be replayed.
#[derive(Serialize)]
#[serde(untagged)]
enum Line {
    Input {
        seq: u64,
        received: Timestamp,
        #[serde(flatten)]
        happening: Happening,
        #[serde(flatten)]
        personal: BTreeMap<&'static str, String>,
    },
    Decision {
        seq: u64,
        at: Timestamp,
        #[serde(flatten)]
        decision: Decision,
    },
    Dropped {
        seq: u64,
        through: u64,
        #[serde(rename = "type")]
        kind: &'static str,
    },
}

/// Writes all entries as JSON, one a line; how many lines.
///
/// A dump holds random ids in the place of people and their words; `personal` adds what the personal
/// tree still knows.
///
/// # Errors
/// When the journal cannot be opened or read to its end, or `out` not be written.
pub fn dump(
    dir: &Path,
    options: &Options,
    personal: bool,
    out: &mut impl Write,
) -> Result<u64, DumpError> {
    let looked = look(dir, options)?;
    let store = looked.copy.store();
    let head = check(&looked.directory, &**store, &looked.installation, looked.mark)?;
    let people = personal.then(|| Personal(Arc::clone(store)));
    let mut lines = 0;
    for read in Records::new(Arc::clone(store), 0, head.last)? {
        let line = match read? {
            Read::Record(seq, bytes) => entry_line(log::entry(seq, &bytes)?, people.as_ref()),
            Read::Gap(seq, through) => Line::Dropped { seq, through, kind: "dropped" },
        };
        serde_json::to_writer(&mut *out, &line).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        lines += 1;
    }
    out.flush()?;
    Ok(lines)
}

fn entry_line(entry: Entry, people: Option<&Personal>) -> Line {
    let (seq, at) = (entry.seq, entry.at);
    match entry.body {
        Body::Decision(decision) => Line::Decision { seq, at, decision },
        Body::Input(mut happening) => {
            let personal =
                people.map_or_else(BTreeMap::new, |people| reveal(&mut happening.input, people));
            Line::Input { seq, received: at, happening, personal }
        }
    }
}

/// Puts a report's words back, and says what else is known of its sender.
fn reveal(input: &mut Input, people: &Personal) -> BTreeMap<&'static str, String> {
    let Input::Report { id, reporter, text, .. } = input else { return BTreeMap::new() };
    let account = people.account(&PersonId::clone(reporter));
    let kept = people.report(id);
    let mut known = BTreeMap::new();
    known.extend(account.map(|account| ("account", account)));
    if let Some(kept) = kept {
        *text = kept.text;
        known.extend(kept.address.map(|address| ("address", address)));
        known.extend(kept.unknown_domain.map(|domain| ("unknown_domain", domain)));
    }
    known
}
