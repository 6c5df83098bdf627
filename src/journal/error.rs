//! What can go wrong with a journal, each naming the directory, file or record concerned.

use std::{io, path::PathBuf};

use crate::event::ENTRY_VERSION;

use super::{Accepted, store::StoreError};

/// Why a journal cannot be opened. The directory is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or directory cannot be read or written.
    #[error("cannot use {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is none, and none is to be made.
    #[error("there is no journal in {}", dir.display())]
    Missing {
        /// The directory.
        dir: PathBuf,
    },
    /// Another process has it.
    #[error("the journal {} is in use by process {pid}", dir.display())]
    InUse {
        /// The journal's directory.
        dir: PathBuf,
        /// The other process, or "unknown".
        pid: String,
    },
    /// The directory is not a journal's and not empty.
    #[error("{} is no journal, but holds {found:?}: give a new or an empty directory", dir.display())]
    Foreign {
        /// The directory.
        dir: PathBuf,
        /// One thing found in it.
        found: String,
    },
    /// A file does not say what it must.
    #[error("{} is damaged ({what}); `bellwether journal repair` tries to rescue it", path.display())]
    Damaged {
        /// The file or directory.
        path: PathBuf,
        /// In what way.
        what: String,
    },
    /// The directory's format is of a later version.
    #[error(
        "the journal {} has format {found}, this build reads up to {reads}: use a newer build",
        dir.display()
    )]
    Newer {
        /// The journal's directory.
        dir: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format this build knows.
        reads: u32,
    },
    /// The store lacks records that were acknowledged.
    #[error(
        "the journal {} ends at record {store}, but record {mark} was acknowledged; \
         `bellwether journal repair` tries to rescue it",
        dir.display()
    )]
    Behind {
        /// The journal's directory.
        dir: PathBuf,
        /// The last record in the store.
        store: u64,
        /// The last record that was acknowledged.
        mark: u64,
    },
    /// Opening needs a copy of the store beside it, and there is no room for one.
    #[error(
        "no room to open the journal {}: {needed_bytes} bytes needed, {free_bytes} free",
        dir.display()
    )]
    NoRoom {
        /// The journal's directory.
        dir: PathBuf,
        /// Bytes that the copy takes.
        needed_bytes: u64,
        /// Bytes that are free.
        free_bytes: u64,
    },
    /// The store will not open.
    #[error(
        "the store of the journal {} cannot be opened; `bellwether journal repair` tries to rescue it",
        dir.display()
    )]
    Store {
        /// The journal's directory.
        dir: PathBuf,
        /// What the store said.
        source: StoreError,
    },
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store failed.
    #[error("cannot read the journal after record {after}")]
    Store {
        /// The last record that was read.
        after: u64,
        /// What the store said.
        source: StoreError,
    },
    /// The bytes are not what was written.
    #[error("the journal is damaged after record {after}: {what}")]
    Damaged {
        /// The last record that was read.
        after: u64,
        /// In what way.
        what: String,
    },
    /// A record was written by a later version.
    #[error("record {seq} has version {found}, this build reads up to {ENTRY_VERSION}")]
    Newer {
        /// Which.
        seq: u64,
        /// Its version.
        found: u64,
    },
    /// Records that are asked for were dropped by retention, and no snapshot covers them.
    #[error("records {first} to {last} were dropped, and no snapshot that covers them can be read")]
    Dropped {
        /// The first one.
        first: u64,
        /// The last one.
        last: u64,
    },
}

/// Why an input was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The disk is nearly full; what is left is kept for deliveries and decisions.
    #[error("the journal's disk is full")]
    Full,
    /// Too many inputs are waiting.
    #[error("too many inputs are waiting for the journal")]
    Overloaded,
    /// The same outside id came before; `0` is the place the first one got.
    #[error("this was received before, as record {}", .0.seq)]
    Duplicate(Accepted),
    /// The bot is stopping, or its journal has failed.
    #[error("the journal is stopping")]
    Stopping,
}
