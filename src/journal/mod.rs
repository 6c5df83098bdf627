//! The journal: an append-only, hash-chained log of inputs and decisions, durable before visible.
//!
//! One committer thread owns all writes. It takes up to 1024 waiting inputs, writes them in one
//! transaction, makes that transaction durable with one sync, moves the high-water mark, and only
//! then answers every sender and hands the entries to the engine's thread. Start reading at
//! [`Journal`] (opening, reading), then [`Appender`] (writing) and [`recovery`] (what a restart
//! does with the entries). Below these:
//!
//! * [`inspect`] and [`repair`]: what `bellwether journal` does.
//! * [`store`]: the small trait that an engine of storage is put behind; [`sled`](sled_store) today.
//! * `frame`: one commit as bytes, and the chain of hashes; `log`: reading frames in order.
//! * `directory`, `mark`, `space`, `snapshots`: the files beside the store.
//! * `personal`: names, addresses and words of people, apart from the chain, so that they can be
//!   forgotten. `retain`: what is dropped when it is old.
//!
//! Must not: decide anything about an incident, read a clock of its own, or let a personal value
//! into a record.

mod committer;
mod counts;
mod directory;
mod error;
mod frame;
mod group;
pub mod inspect;
mod log;
mod mark;
mod open;
mod personal;
mod queue;
pub mod recovery;
pub mod repair;
mod retain;
mod salvage;
pub mod sled_store;
mod snapshots;
mod space;
pub mod store;
mod store_copy;

pub use committer::CommitError;
pub use counts::MinuteCount;
pub use error::{OpenError, ReadError, Refused};
pub use log::Entries;
pub use open::Journal;
pub use personal::{Forgotten, Personal, PersonalReport, token_key};
pub use queue::Appender;
pub use recovery::{Folded, Recovery};
pub use snapshots::Snapshot;

use std::{fmt, path::Path, sync::Arc};

use crate::{
    domain::{ReportId, Timestamp},
    event::{Entry, Input},
};

use store::{Store, StoreError};

/// Opens a store in a directory; what [`Options::store`] holds.
pub type OpenStore = Arc<dyn Fn(&Path) -> Result<Arc<dyn Store>, StoreError> + Send + Sync>;

/// How a journal is opened.
#[derive(Clone)]
pub struct Options {
    /// Disk space kept back for deliveries and decisions; inputs from outside are refused while
    /// less than this is left (`journal.reserve`, 256 MB unless told).
    pub reserve_bytes: u64,
    /// Open only what is there, and leave its reserve as it is: for commands that look into a
    /// stopped bot's journal.
    pub existing_only: bool,
    /// The engine of storage: sled unless told, another or a failing one in tests.
    pub store: OpenStore,
}

impl Default for Options {
    fn default() -> Self {
        Self { reserve_bytes: 256 << 20, existing_only: false, store: sled_store::opener() }
    }
}

impl Options {
    /// For commands that look into a stopped bot's journal.
    pub fn looking() -> Self {
        Self { existing_only: true, ..Self::default() }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("reserve_bytes", &self.reserve_bytes)
            .finish_non_exhaustive()
    }
}

/// What the committer hands to the engine's thread, in the order of the log.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time is handed over, and none is kept")]
pub enum Durable {
    /// An input is on disk: the engine may see it.
    Input(Entry),
    /// These decisions are on disk: they may take effect outside.
    Decided(Vec<Entry>),
}

/// An input as intake gives it, with what must not stand in a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// When it happened, as the sender says.
    pub at: Timestamp,
    /// What happened. A report's `id` and `reporter` are replaced by random ones, and its `text`
    /// goes to the personal tree. A subscriber's `person` and `key` are filled in. Where there is a
    /// private account, a command's `by` is replaced by a marker for the person.
    pub input: Input,
    /// Personal values that belong to it.
    pub private: Option<Private>,
}

impl Offered {
    /// An input without personal values.
    pub fn plain(at: Timestamp, input: Input) -> Self {
        Self { at, input, private: None }
    }
}

/// Personal values of one input. Kept apart from the chained log; forgotten on request or by age.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    /// Who sent it ("discord:1234", "web:mail@example.org"); the same account is the same person.
    pub account: Option<String>,
    /// What staff call the person, where the account told a name.
    pub name: Option<String>,
    /// The sender's own id of it, with its namespace: the same one again is a duplicate.
    pub outside_id: Option<String>,
    /// The words.
    pub text: Option<String>,
    /// Where an answer goes, when that is not the account.
    pub address: Option<String>,
    /// The domain that was named and is none of ours.
    pub unknown_domain: Option<String>,
}

/// The place an input got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its `seq`.
    pub seq: u64,
    /// The random id of the report, if it was one.
    pub report: Option<ReportId>,
}
