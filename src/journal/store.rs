//! The small trait that an engine of storage is put behind.
//!
//! Four ordered trees of bytes, changed by one atomic batch at a time. The committer is the only
//! writer; readers may read at the same time. Must not: know what the bytes mean.

use std::{fmt, io};

/// A key with its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// The trees of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// Frames of chained records.
    Log,
    /// Personal values, which can be forgotten.
    Personal,
    /// Per-minute counts of dropped probe results.
    Counts,
    /// A few facts about the journal itself.
    Meta,
}

impl Tree {
    /// All of them, in the order of their index.
    pub const ALL: [Self; 4] = [Self::Log, Self::Personal, Self::Counts, Self::Meta];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Personal => "personal",
            Self::Counts => "counts",
            Self::Meta => "meta",
        }
    }
}

/// One change: put (`Some`) or remove (`None`) a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub tree: Tree,
    /// Which key.
    pub key: Vec<u8>,
    /// Its new value; `None` removes it.
    pub value: Option<Vec<u8>>,
}

/// Changes that are made together or not at all, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The changes; the last one of a key counts.
    pub changes: Vec<Change>,
}

impl Batch {
    /// Adds "this key has this value".
    pub fn put(&mut self, tree: Tree, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push(Change { tree, key: key.into(), value: Some(value.into()) });
    }

    /// Adds "this key is gone".
    pub fn remove(&mut self, tree: Tree, key: impl Into<Vec<u8>>) {
        self.changes.push(Change { tree, key: key.into(), value: None });
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What a store said when it failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file failed.
    #[error("i/o: {0}")]
    Io(#[from] io::Error),
    /// The store's bytes make no sense to it.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// Anything else it said.
    #[error("{0}")]
    Other(String),
    /// It panicked, which it does on some damaged files; nothing more is asked of it.
    #[error("panicked: {0}")]
    Panicked(String),
}

/// An engine of storage. Values are at most [`VALUE_LENGTH_MAX`] bytes.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `count_max` pairs from `from` (included) on, in order of their keys.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn scan(&self, tree: Tree, from: &[u8], count_max: usize) -> Result<Vec<Pair>, StoreError>;

    /// The pair with the greatest key below `below`; the last pair of all for `None`.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn last_below(&self, tree: Tree, below: Option<&[u8]>) -> Result<Option<Pair>, StoreError>;

    /// Makes the changes visible to readers, all or none, also after a crash. Not yet durable.
    ///
    /// # Errors
    /// When they cannot be written; the store is then not to be used further.
    fn apply(&self, batch: &Batch) -> Result<(), StoreError>;

    /// Makes all that was applied survive a loss of power.
    ///
    /// # Errors
    /// When it cannot; what was applied may or may not be there after a restart.
    fn sync(&self) -> Result<(), StoreError>;

    /// Free bytes of the disk it is on.
    ///
    /// # Errors
    /// When the system does not say.
    fn free_bytes(&self) -> Result<u64, StoreError>;

    /// Closes its files; everything fails from then on. The committer calls this at its end, so that
    /// a reader who still holds a handle does not keep the next start from opening the store.
    fn close(&self);
}

/// The longest value a store takes, in bytes.
///
/// sled writes a node (up to 17 of our values) larger than a quarter of its 512 KiB segment to a
/// file of its own, which it never syncs. 17 values of this length stay well below that.
pub const VALUE_LENGTH_MAX: usize = 6 * 1024;
