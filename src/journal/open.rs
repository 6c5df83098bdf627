//! Opening a journal: first a trial on a copy, then the journal itself; and reading it.
//!
//! sled writes to its files whenever it opens them, and on a damaged file it may cut the log short
//! and overwrite the rest. So the store is copied, the copy is opened, read through, and held
//! against the high-water mark; the store itself is opened only when all that went well. Must not:
//! change a directory that it then refuses.

use std::{
    io,
    path::Path,
    sync::{Arc, mpsc::SyncSender},
    thread::{self, JoinHandle},
};

use chrono::DateTime;

use crate::{
    clock::{self, Clock},
    domain::Timestamp,
};

use super::{
    Appender, CommitError, Durable, Entries, Forgotten, OpenError, Options, Personal, ReadError,
    Recovery, Snapshot,
    committer::{self, Committer},
    directory::{Directory, Found, Lock, io_at, private_dir},
    frame::genesis,
    group::Head,
    log::{self, FrameError, Records},
    mark::{self, HighWater, MarkFile},
    queue::Queue,
    retain::Upkeep,
    snapshots,
    space::Reserve,
    store::{Batch, Store, StoreError, Tree},
    store_copy::StoreCopy,
};

/// Keys of the meta tree.
pub(super) const INSTALLATION: &[u8] = b"installation";
const DECIDED: &[u8] = b"decided";

/// An open journal, before its committer is started: the time for reading.
#[derive(Debug)]
pub struct Journal {
    directory: Directory,
    lock: Lock,
    installation: String,
    store: Arc<dyn Store>,
    mark: MarkFile,
    reserve: Reserve,
    head: Head,
    upkeep: Upkeep,
}

impl Journal {
    /// Opens the journal in `dir`, or makes one if there is nothing.
    ///
    /// # Errors
    /// When the directory is another process's, foreign, damaged, or lacks acknowledged records. It
    /// is then as it was.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let directory = Directory(dir.to_path_buf());
        let found = directory.look()?;
        if options.existing_only && !matches!(found, Found::Journal { .. }) {
            return Err(OpenError::Missing { dir: directory.0 });
        }
        directory.make()?;
        let lock = directory.lock()?;
        match directory.look()? {
            Found::Nothing | Found::Unfinished => create(&directory, &options)?,
            Found::Journal { .. } => {}
        }
        let Found::Journal { installation } = directory.look()? else {
            let what = "it was not finished".to_owned();
            return Err(OpenError::Damaged { path: directory.0, what });
        };
        let high_water = read_mark(&directory)?;
        try_on_copy(&directory, &options, &installation, high_water)?;
        let store = (options.store)(&directory.store()).map_err(store_at(&directory))?;
        let mut head = check(&directory, &*store, &installation, high_water)?;
        head.decided = head.decided.max(read_decided(&*store).map_err(store_at(&directory))?);
        let mark = open_mark(&directory, &head)?;
        let wanted_bytes = (!options.existing_only).then_some(options.reserve_bytes);
        let mut reserve = Reserve::open(&directory.reserve(), wanted_bytes)
            .map_err(io_at(&directory.reserve()))?;
        if let Ok(free_bytes) = store.free_bytes() {
            reserve.check(free_bytes);
        }
        let upkeep = Upkeep::resume(&*store, head.last).map_err(store_at(&directory))?;
        Ok(Self { directory, lock, installation, store, mark, reserve, head, upkeep })
    }

    /// The installation's id, made once with the journal.
    pub fn installation(&self) -> String {
        self.installation.clone()
    }

    /// The last record's `seq`; 0 while there is none.
    pub fn last_seq(&self) -> u64 {
        self.head.last
    }

    /// When the latest input was received; `None` while there is none.
    pub fn last_received(&self) -> Option<Timestamp> {
        self.head.received
    }

    /// The newest snapshot that is whole.
    ///
    /// `None` on a new journal, and when none can be read: [`Journal::entries`] then gives an error
    /// if records that only a snapshot covers were dropped.
    pub fn snapshot(&self) -> Option<Snapshot> {
        let dir = self.directory.snapshots();
        snapshots::load(&dir, &self.installation, self.head.last).unwrap_or_else(|error| {
            tracing::warn!(%error, dir = %dir.display(), "the snapshots cannot be read");
            None
        })
    }

    /// All entries after `after`, in order.
    pub fn entries(&self, after: u64) -> Entries {
        let records = Records::new(Arc::clone(&self.store), after, self.head.last);
        Entries(records.map_err(Some))
    }

    /// All inputs after `after` (a snapshot's `through`, or 0), each with what was decided about it.
    pub fn recover(&self, after: u64) -> Recovery<Entries> {
        Recovery::new(self.entries(after), after, self.head.decided)
    }

    /// A read handle on the personal tree.
    pub fn personal(&self) -> Personal {
        Personal(Arc::clone(&self.store))
    }

    /// Forgets a person, given by account or by id, durably.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget(&self, who: &str) -> Result<Forgotten, StoreError> {
        committer::forget(&*self.store, who)
    }

    /// Starts the committer. It hands what is durable to `durable`, which must be bounded; whoever
    /// takes from it may call any method of [`Appender`] that does not wait. When the thread ends,
    /// `durable` closes, and the handle says why.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<T: From<Durable> + Send + 'static>(
        self,
        clock: Clock,
        durable: SyncSender<T>,
    ) -> io::Result<(Appender, JoinHandle<Result<(), CommitError>>)> {
        let queue = Arc::new(Queue::default());
        let appender = Appender { queue: Arc::clone(&queue), store: Arc::clone(&self.store) };
        let handle = thread::Builder::new().name("journal".to_owned()).spawn(move || {
            let committer = Committer {
                queue: &queue,
                store: &*self.store,
                mark: self.mark,
                reserve: self.reserve,
                head: self.head,
                upkeep: self.upkeep,
                directory: self.directory,
                installation: self.installation,
                clock,
                durable,
                lock: self.lock,
            };
            committer.run()
        })?;
        Ok((appender, handle))
    }
}

pub(super) fn store_at(directory: &Directory) -> impl Fn(StoreError) -> OpenError {
    let dir = directory.0.clone();
    move |source| OpenError::Store { dir: dir.clone(), source }
}

fn create(directory: &Directory, options: &Options) -> Result<(), OpenError> {
    let installation = clock::random_id();
    directory.write_format(&installation, false)?;
    directory.clear()?;
    private_dir(&directory.store()).map_err(io_at(&directory.store()))?;
    private_dir(&directory.snapshots()).map_err(io_at(&directory.snapshots()))?;
    let store = (options.store)(&directory.store()).map_err(store_at(directory))?;
    let mut batch = Batch::default();
    batch.put(Tree::Meta, INSTALLATION, installation.as_bytes());
    store.apply(&batch).and_then(|()| store.sync()).map_err(store_at(directory))?;
    let first = HighWater { seq: 0, hash: genesis(&installation) };
    MarkFile::create(&directory.mark(), first).map_err(io_at(&directory.mark()))?;
    directory.write_format(&installation, true)
}

/// Opens a copy of the store, reads all of it, and holds it against the mark.
fn try_on_copy(
    directory: &Directory,
    options: &Options,
    installation: &str,
    high_water: HighWater,
) -> Result<(), OpenError> {
    let copy = StoreCopy::open(directory, options)?;
    check(directory, &**copy.store(), installation, high_water).map(|_| ())
}

pub(super) fn read_mark(directory: &Directory) -> Result<HighWater, OpenError> {
    let path = directory.mark();
    mark::read(&path).map_err(io_at(&path))?.ok_or_else(|| OpenError::Damaged {
        path,
        what: "neither of its two marks is whole".to_owned(),
    })
}

/// Opens the mark's file, and moves the mark to the end of the store, which may be one commit
/// further: durable, but not yet acknowledged when the power went.
fn open_mark(directory: &Directory, head: &Head) -> Result<MarkFile, OpenError> {
    let path = directory.mark();
    let opened = MarkFile::open(&path).map_err(io_at(&path))?;
    let (mut mark, _) = opened.ok_or_else(|| OpenError::Damaged {
        path: path.clone(),
        what: "neither of its two marks is whole".to_owned(),
    })?;
    let high_water = HighWater { seq: head.last, hash: head.hash };
    mark.set(high_water).and_then(|()| mark.set(high_water)).map_err(io_at(&path))?;
    Ok(mark)
}

/// Holds a store against its installation and mark; where its log ends.
pub(super) fn check(
    directory: &Directory,
    store: &dyn Store,
    installation: &str,
    high_water: HighWater,
) -> Result<Head, OpenError> {
    let damaged = |what: String| OpenError::Damaged { path: directory.store(), what };
    let stored = store.get(Tree::Meta, INSTALLATION).map_err(store_at(directory))?;
    let head = read_head(store, installation).map_err(|error| match error {
        FrameError::Store(source) => store_at(directory)(source),
        FrameError::Damaged(what) => damaged(what),
    })?;
    if head.last < high_water.seq {
        let (store, mark) = (head.last, high_water.seq);
        return Err(OpenError::Behind { dir: directory.0.clone(), store, mark });
    }
    if stored.as_deref() != Some(installation.as_bytes()) {
        return Err(damaged("it is not the store of this installation".to_owned()));
    }
    let at_mark = if high_water.seq == 0 {
        Some(genesis(installation))
    } else {
        log::frame_at(store, high_water.seq)
            .map_err(|error| damaged(format!("record {}: {error:?}", high_water.seq)))?
            .and_then(|frame| frame.chain_at(high_water.seq))
    };
    if at_mark != Some(high_water.hash) {
        return Err(damaged(format!("record {} is not the one acknowledged", high_water.seq)));
    }
    Ok(head)
}

fn read_head(store: &dyn Store, installation: &str) -> Result<Head, FrameError> {
    let Some(frame) = log::last_frame(store)? else {
        let hash = genesis(installation);
        return Ok(Head { last: 0, hash, received: None, decided: 0, last_input: 0 });
    };
    let header = frame.header;
    Ok(Head {
        last: header.last,
        hash: header.after,
        received: DateTime::from_timestamp_millis(header.received_ms),
        decided: header.decided,
        last_input: 0,
    })
}

fn read_decided(store: &dyn Store) -> Result<u64, StoreError> {
    let bytes = store.get(Tree::Meta, DECIDED)?;
    let number = bytes.and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes);
    Ok(number.unwrap_or(0))
}

/// Adds the word that all inputs up to `decided` are decided; for when no entry follows to say it.
pub(super) fn put_decided(batch: &mut Batch, decided: u64) {
    batch.put(Tree::Meta, DECIDED, decided.to_be_bytes());
}

impl From<FrameError> for StoreError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Store(error) => error,
            FrameError::Damaged(what) => StoreError::Corrupt(what),
        }
    }
}

impl From<ReadError> for StoreError {
    fn from(error: ReadError) -> Self {
        StoreError::Corrupt(error.to_string())
    }
}
