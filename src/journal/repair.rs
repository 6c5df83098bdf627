//! Rescuing a damaged journal: `bellwether journal repair`.
//!
//! Everything happens in a new directory beside the journal. The store is copied and opened as it
//! is; if that fails, or comes back short, it is copied again and opened without sled's own
//! snapshots (`snap.*`), which makes sled read its whole log: in our trials that recovered every record. What
//! was recovered is held against the high-water mark. What lies behind a page that cannot be read is
//! recovered too. Only a whole journal takes the place of the
//! damaged one, which is kept under another name; a shorter one only when told to accept the loss.
//!
//! Must not: change or remove the damaged journal.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    OpenError, Options,
    directory::{Directory, Found, copy_dir, ignore_missing, private_dir, sync_dir},
    frame::{Hash, Packing},
    inspect::{self, Verified},
    log,
    mark::{self, HighWater, MarkFile},
    open::INSTALLATION,
    salvage::Salvage,
    snapshots,
    store::{Batch, Store, StoreError, Tree},
};

/// Pairs that are copied at once.
const COPY_COUNT: usize = 64;
/// Names that are tried for the damaged journal.
const NAMES_MAX: u32 = 1000;

/// What a repair came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// What the repaired journal holds.
    pub verified: Verified,
    /// Acknowledged records that could not be recovered.
    pub lost: u64,
    /// Where the damaged journal is kept; `None` when nothing was amiss and nothing was changed.
    pub damaged_kept_at: Option<PathBuf>,
}

/// Why a journal could not be repaired. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    /// It cannot be opened at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file cannot be read or written.
    #[error("cannot repair into {}", path.display())]
    Io {
        /// The directory that is written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The store gives nothing, with or without its own snapshots.
    #[error("nothing can be recovered from the store of {}", dir.display())]
    Nothing {
        /// The journal's directory.
        dir: PathBuf,
        /// What the store said last.
        source: StoreError,
    },
    /// Not all acknowledged records can be recovered.
    #[error(
        "records up to {recovered} but for {lost} among them can be recovered from {}, though records up to \
         {acknowledged} were acknowledged; --accept-loss takes what there is",
        dir.display()
    )]
    Loss {
        /// The journal's directory.
        dir: PathBuf,
        /// The last record that can be recovered.
        recovered: u64,
        /// Records before that one that cannot.
        lost: u64,
        /// The last record that was acknowledged.
        acknowledged: u64,
    },
    /// The mark cannot be read, so nobody can say whether all acknowledged records are there.
    #[error(
        "records up to {recovered} can be recovered from {}, but its mark is damaged: whether more were \
         acknowledged cannot be told; --accept-loss takes what there is",
        dir.display()
    )]
    NoMark {
        /// The journal's directory.
        dir: PathBuf,
        /// The last record that can be recovered.
        recovered: u64,
    },
}

/// A store that could be opened, and how far it can be read.
struct Opened {
    store: Arc<dyn Store>,
    last: u64,
    hash: Hash,
    /// Whether the record that the mark names is there and is the one acknowledged.
    reaches_mark: bool,
    /// Records that cannot be read though later ones can.
    lost: u64,
}

impl Opened {
    fn is_whole(&self) -> bool {
        self.reaches_mark && self.lost == 0
    }
}

/// Repairs the journal in `dir`. A good one is left alone.
///
/// # Errors
/// When nothing, or without `accept_loss` not everything, can be recovered.
pub fn repair(dir: &Path, options: &Options, accept_loss: bool) -> Result<Repaired, RepairError> {
    let dir = dir.canonicalize().map_err(|source| RepairError::Io { path: dir.into(), source })?;
    match inspect::verify(&dir, options) {
        Ok(verified) if verified.is_good() => {
            return Ok(Repaired { verified, lost: 0, damaged_kept_at: None });
        }
        Err(
            error @ (OpenError::Missing { .. }
            | OpenError::InUse { .. }
            | OpenError::Foreign { .. }
            | OpenError::Newer { .. }),
        ) => {
            return Err(error.into());
        }
        Ok(_) | Err(_) => {}
    }
    let directory = Directory(dir.clone());
    let _lock = directory.lock()?;
    let place = beside(&dir, "repairing");
    let io_at = |source| RepairError::Io { path: place.clone(), source };
    ignore_missing(fs::remove_dir_all(&place)).map_err(io_at)?;
    let result = recover_into(&Directory(place.clone()), &directory, options, accept_loss);
    let (verified, lost) = match result {
        Ok(recovered) => recovered,
        Err(error) => {
            ignore_missing(fs::remove_dir_all(&place)).map_err(io_at)?;
            return Err(error);
        }
    };
    let kept = take_place(&dir, &place).map_err(io_at)?;
    Ok(Repaired { verified, lost, damaged_kept_at: Some(kept) })
}

/// Writes a good journal afresh, so that nothing that was forgotten is left in its files.
///
/// # Errors
/// When the journal is not good, or the new one cannot be written. It is then as it was.
pub fn rewrite(dir: &Path, options: &Options) -> Result<Verified, RepairError> {
    let dir = dir.canonicalize().map_err(|source| RepairError::Io { path: dir.into(), source })?;
    let directory = Directory(dir.clone());
    directory.look()?;
    let _lock = directory.lock()?;
    let place = beside(&dir, "rewriting");
    let io_at = |source| RepairError::Io { path: place.clone(), source };
    ignore_missing(fs::remove_dir_all(&place)).map_err(io_at)?;
    let rewritten = recover_into(&Directory(place.clone()), &directory, options, false);
    if rewritten.is_ok() {
        exchange(&dir, &place).map_err(io_at)?;
    }
    ignore_missing(fs::remove_dir_all(&place)).map_err(io_at)?;
    rewritten.map(|(verified, _)| verified)
}

/// Makes a whole journal in `new` of what can be read of `old`; what it holds, and how many acknowledged
/// records it lacks.
fn recover_into(
    new: &Directory,
    old: &Directory,
    options: &Options,
    accept_loss: bool,
) -> Result<(Verified, u64), RepairError> {
    let io_at = |source| RepairError::Io { path: new.0.clone(), source };
    private_dir(&new.0).map_err(io_at)?;
    let marked = mark::read(&old.mark()).ok().flatten();
    let opened = best_attempt(old, new, options, marked)?;
    let (dir, recovered) = (old.0.clone(), opened.last);
    let lost = match marked {
        None if !accept_loss => return Err(RepairError::NoMark { dir, recovered }),
        None => opened.lost,
        Some(_) if opened.is_whole() => 0,
        Some(marked) if !accept_loss => {
            let (lost, acknowledged) = (opened.lost, marked.seq);
            return Err(RepairError::Loss { dir, recovered, lost, acknowledged });
        }
        Some(marked) => (opened.lost + marked.seq.saturating_sub(opened.last)).max(1),
    };
    let installation = installation(old, &*opened.store)
        .ok_or_else(|| nothing(old, "it does not know its installation"))?;
    rebuild(old, new, options, &opened, &installation)?;
    drop(opened);
    for attempt in Attempt::ALL {
        ignore_missing(fs::remove_dir_all(attempt.place(new))).map_err(io_at)?;
    }
    Ok((inspect::verify(&new.0, options)?, lost))
}

/// One way of opening a copy of the store.
#[derive(Clone, Copy)]
enum Attempt {
    AsItIs,
    WithoutSnapshots,
}

impl Attempt {
    const ALL: [Self; 2] = [Self::AsItIs, Self::WithoutSnapshots];

    fn place(self, new: &Directory) -> PathBuf {
        new.0.join(match self {
            Self::AsItIs => "as-it-is",
            Self::WithoutSnapshots => "without-snapshots",
        })
    }
}

/// The first attempt that gives the whole journal, else the one that gives most of it.
fn best_attempt(
    old: &Directory,
    new: &Directory,
    options: &Options,
    marked: Option<HighWater>,
) -> Result<Opened, RepairError> {
    let mut best: Option<Opened> = None;
    let mut failed = StoreError::Other("it was not opened".to_owned());
    let readable = |opened: &Opened| opened.last - opened.lost;
    for attempt in Attempt::ALL {
        match open_copy(old, &attempt.place(new), attempt, options, marked) {
            Ok(opened) if opened.is_whole() => return Ok(opened),
            Ok(opened) if best.as_ref().is_none_or(|best| readable(&opened) > readable(best)) => {
                best = Some(opened);
            }
            Ok(_) => {}
            Err(error) => failed = error,
        }
    }
    best.ok_or_else(|| RepairError::Nothing { dir: old.0.clone(), source: failed })
}

fn open_copy(
    old: &Directory,
    place: &Path,
    attempt: Attempt,
    options: &Options,
    marked: Option<HighWater>,
) -> Result<Opened, StoreError> {
    copy_dir(&old.store(), place)?;
    match attempt {
        Attempt::AsItIs => {}
        Attempt::WithoutSnapshots => move_snapshots_aside(place)?,
    }
    let store = (options.store)(place)?;
    let start = installation(old, &*store).unwrap_or_default();
    let mut salvage = Salvage::new(&*store, &start);
    let (_, before_all) = salvage.reached();
    let mut reaches_mark = marked.is_some_and(|marked| marked.hash == before_all);
    for frame in &mut salvage {
        if let Some(marked) = marked {
            reaches_mark |= frame.chain_at(marked.seq) == Some(marked.hash);
        }
    }
    let (last, hash) = salvage.reached();
    let lost = salvage.lost;
    Ok(Opened { store, last, hash, reaches_mark, lost })
}

/// Moves sled's own snapshots out of its sight, so that it reads its whole log.
fn move_snapshots_aside(place: &Path) -> io::Result<()> {
    let aside = place.join("aside");
    private_dir(&aside)?;
    for entry in fs::read_dir(place)? {
        let name = entry?.file_name();
        if name.to_string_lossy().starts_with("snap.") {
            fs::rename(place.join(&name), aside.join(&name))?;
        }
    }
    Ok(())
}

/// The installation's id, from whatever still tells it.
fn installation(old: &Directory, store: &dyn Store) -> Option<String> {
    if let Ok(Found::Journal { installation }) = old.look() {
        return Some(installation);
    }
    let stored = store.get(Tree::Meta, INSTALLATION).ok()??;
    String::from_utf8(stored).ok()
}

fn nothing(old: &Directory, what: &str) -> RepairError {
    RepairError::Nothing { dir: old.0.clone(), source: StoreError::Other(what.to_owned()) }
}

/// Writes a fresh journal of what can be read.
fn rebuild(
    old: &Directory,
    new: &Directory,
    options: &Options,
    opened: &Opened,
    installation: &str,
) -> Result<(), RepairError> {
    let io_at = |source| RepairError::Io { path: new.0.clone(), source };
    let store_at = |source| RepairError::Nothing { dir: new.0.clone(), source };
    private_dir(&new.store()).map_err(io_at)?;
    let store = (options.store)(&new.store()).map_err(store_at)?;
    for frame in Salvage::new(&*opened.store, installation) {
        let mut batch = Batch::default();
        log::put_frame(&mut batch, frame.header.first, &frame.encode(Packing::Small));
        store.apply(&batch).map_err(store_at)?;
    }
    for tree in [Tree::Personal, Tree::Counts, Tree::Meta] {
        if let Err(error) = copy_tree(&*opened.store, &*store, tree) {
            // What cannot be read of these is lost, but no record is.
            tracing::warn!(%error, tree = tree.name(), "a tree could not be copied whole");
        }
    }
    let mut batch = Batch::default();
    batch.put(Tree::Meta, INSTALLATION, installation.as_bytes());
    store.apply(&batch).and_then(|()| store.sync()).map_err(store_at)?;
    copy_snapshots(old, new, installation, opened.last).map_err(io_at)?;
    let mark = HighWater { seq: opened.last, hash: opened.hash };
    MarkFile::create(&new.mark(), mark).map_err(io_at)?;
    Ok(new.write_format(installation, true)?)
}

/// Copies the snapshots that are whole and not beyond `last`.
fn copy_snapshots(
    old: &Directory,
    new: &Directory,
    installation: &str,
    last: u64,
) -> io::Result<()> {
    private_dir(&new.snapshots())?;
    for (through, path) in snapshots::list(&old.snapshots())? {
        if let Ok(Some(snapshot)) = snapshots::read(&path, installation)
            && through == snapshot.through
            && through <= last
        {
            snapshots::save(&new.snapshots(), installation, &snapshot)?;
        }
    }
    Ok(())
}

fn copy_tree(from: &dyn Store, to: &dyn Store, tree: Tree) -> Result<(), StoreError> {
    let mut next = Vec::new();
    loop {
        let pairs = from.scan(tree, &next, COPY_COUNT)?;
        let Some((last, _)) = pairs.last() else { return Ok(()) };
        next.clone_from(last);
        next.push(0);
        let mut batch = Batch::default();
        for (key, value) in pairs {
            batch.put(tree, key, value);
        }
        to.apply(&batch)?;
    }
}

/// Puts the new journal in the old one's place; where the old one is now.
fn take_place(dir: &Path, place: &Path) -> io::Result<PathBuf> {
    let free = (1..=NAMES_MAX).map(|number| beside(dir, &format!("damaged-{number}")));
    let kept = free.into_iter().find(|kept| !kept.exists());
    let kept = kept.ok_or_else(|| io::Error::other("too many damaged journals are kept"))?;
    exchange(dir, place)?;
    fs::rename(place, &kept)?;
    // It holds nothing but space.
    ignore_missing(fs::remove_file(Directory(kept.clone()).reserve()))?;
    dir.parent().map_or(Ok(()), sync_dir)?;
    Ok(kept)
}

/// Exchanges two directories at once: at no moment is there no journal, which a starting bot would
/// take for a new installation.
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?;
    one.parent().map_or(Ok(()), sync_dir)
}

/// `DIR.suffix`, beside DIR.
fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(suffix);
    dir.with_file_name(name)
}
