//! sled 0.34 behind [`Store`].
//!
//! What sled does not do by itself, measured in 0.34.7: `flush()` calls `sync_file_range`, which
//! does not survive a loss of power, so [`SledStore::sync`] adds `fdatasync`; files of large values
//! ("blobs") are never synced, so values are kept small and any blob is synced here; and damaged
//! files can make it panic, so every call catches that. Must not: know what the bytes mean.

use std::{
    fs::File,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use sled::transaction::{TransactionError, TransactionResult, Transactional};

use super::{
    OpenStore,
    store::{Batch, Pair, Store, StoreError, Tree},
};

/// How often a store that is still locked is tried.
const LOCK_TRIES: u32 = 40;
/// How long to wait between two tries.
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);
/// sled's cache. The tail of the log and the personal tree in use fit; everything else is read
/// rarely.
const CACHE_BYTES: u64 = 512 << 10;

/// A sled database in one directory.
pub struct SledStore {
    dir: PathBuf,
    /// `None` once closed.
    open: RwLock<Option<Open>>,
    log_file: File,
    broken: AtomicBool,
}

/// sled's handles.
struct Open {
    db: sled::Db,
    trees: Vec<sled::Tree>,
}

impl Open {
    fn tree(&self, tree: Tree) -> Result<&sled::Tree, StoreError> {
        self.trees.get(tree as usize).ok_or_else(closed)
    }
}

/// The opener that [`super::Options`] holds unless told otherwise.
pub fn opener() -> OpenStore {
    Arc::new(|dir| SledStore::open(dir).map(|store| Arc::new(store) as Arc<dyn Store>))
}

impl SledStore {
    /// Opens or makes the database in `dir` and syncs all its files. Writes to a directory even
    /// when that fails.
    ///
    /// # Errors
    /// When sled refuses, fails or panics.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        remove_unfinished_snapshots(dir)?;
        let open = caught(|| {
            let config =
                sled::Config::new().path(dir).cache_capacity(CACHE_BYTES).flush_every_ms(None);
            let db = open_unlocked(&config).map_err(convert)?;
            let trees: Result<Vec<_>, _> =
                Tree::ALL.iter().map(|tree| db.open_tree(tree.name()).map_err(convert)).collect();
            Ok(Open { db, trees: trees? })
        })?;
        let store = Self {
            dir: dir.to_path_buf(),
            open: RwLock::new(Some(open)),
            log_file: File::open(dir.join("db"))?,
            broken: AtomicBool::new(false),
        };
        store.sync()?;
        sync_files(dir)?;
        Ok(store)
    }

    fn guarded<T>(
        &self,
        work: impl FnOnce(&Open) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let open = open.as_ref().ok_or_else(closed)?;
        if self.broken.load(Ordering::Acquire) {
            return Err(StoreError::Panicked("earlier".to_owned()));
        }
        let result = caught(|| work(open));
        if matches!(result, Err(StoreError::Panicked(_))) {
            self.broken.store(true, Ordering::Release);
        }
        result
    }

    /// Syncs sled's blob files. Values are too small for any as a rule, so this reads one empty
    /// directory.
    fn sync_blobs(&self) -> Result<(), StoreError> {
        let blobs = self.dir.join("blobs");
        if blobs.read_dir()?.next().is_some() {
            sync_files(&blobs)?;
        }
        Ok(())
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.guarded(|open| {
            let value = open.tree(tree)?.get(key).map_err(convert)?;
            Ok(value.map(|value| value.to_vec()))
        })
    }

    fn scan(&self, tree: Tree, from: &[u8], count_max: usize) -> Result<Vec<Pair>, StoreError> {
        self.guarded(|open| {
            let pairs = open.tree(tree)?.range(from..).take(count_max);
            pairs.map(|pair| pair.map(owned).map_err(convert)).collect()
        })
    }

    fn last_below(&self, tree: Tree, below: Option<&[u8]>) -> Result<Option<Pair>, StoreError> {
        self.guarded(|open| {
            let tree = open.tree(tree)?;
            let pair = match below {
                Some(below) => tree.get_lt(below),
                None => tree.last(),
            };
            Ok(pair.map_err(convert)?.map(owned))
        })
    }

    fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        self.guarded(|open| {
            let result: TransactionResult<(), ()> = open.trees.as_slice().transaction(|trees| {
                for change in &batch.changes {
                    let tree = &trees[change.tree as usize];
                    match &change.value {
                        Some(value) => tree.insert(change.key.as_slice(), value.as_slice())?,
                        None => tree.remove(change.key.as_slice())?,
                    };
                }
                Ok(())
            });
            result.map_err(|error| match error {
                TransactionError::Storage(error) => convert(error),
                TransactionError::Abort(()) => StoreError::Other("aborted".to_owned()),
            })
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.guarded(|open| {
            open.db.flush().map_err(convert)?;
            self.log_file.sync_data()?;
            self.sync_blobs()
        })
    }

    fn free_bytes(&self) -> Result<u64, StoreError> {
        let stat = rustix::fs::statvfs(&self.dir).map_err(io::Error::from)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    fn close(&self) {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        if self.broken.load(Ordering::Acquire) {
            // After a panic sled's own clean-up may wait for ever; the process is about to end.
            std::mem::forget(open);
            return;
        }
        let dropped = caught(|| {
            drop(open);
            Ok(())
        });
        if let Err(error) = dropped {
            tracing::warn!(dir = %self.dir.display(), %error, "the store did not close cleanly");
        }
    }
}

impl std::fmt::Debug for SledStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SledStore").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.close();
    }
}

fn owned((key, value): (sled::IVec, sled::IVec)) -> Pair {
    (key.to_vec(), value.to_vec())
}

fn closed() -> StoreError {
    StoreError::Other("closed".to_owned())
}

fn convert(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(error) => StoreError::Io(error),
        sled::Error::Corruption { at, .. } => StoreError::Corrupt(format!("at {at:?}")),
        sled::Error::CollectionNotFound(_)
        | sled::Error::Unsupported(_)
        | sled::Error::ReportableBug(_) => StoreError::Other(error.to_string()),
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
            .unwrap_or_else(|| "without a word".to_owned());
        Err(StoreError::Panicked(said))
    })
}

/// Removes what an interrupted opening left: sled takes `snap.*.generating`, however short, for its
/// newest snapshot and will not open. The log such a file was made from is still whole.
fn remove_unfinished_snapshots(dir: &Path) -> io::Result<()> {
    let entries = match dir.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Syncs every file of a directory, then the directory itself.
pub(super) fn sync_files(dir: &Path) -> io::Result<()> {
    for entry in dir.read_dir()? {
        File::open(entry?.path())?.sync_all()?;
    }
    File::open(dir)?.sync_all()
}

/// Opens it, waiting a little for the lock: threads of a store that was closed just before let go of
/// it a moment later.
fn open_unlocked(config: &sled::Config) -> sled::Result<sled::Db> {
    for _ in 1..LOCK_TRIES {
        match config.open() {
            Err(sled::Error::Io(error)) if error.to_string().contains("acquire lock") => {
                std::thread::sleep(LOCK_PAUSE);
            }
            other => return other,
        }
    }
    config.open()
}
