//! Snapshots: the state of engine and outbox after some input, so that a restart need not read all.
//!
//! The last two are kept; one that is damaged is passed over for the older. A file is written beside
//! its place, synced and renamed into it. Must not: know what the state means.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    directory::{private_dir, sync_dir},
    frame::Hash,
};

const MAGIC: [u8; 8] = *b"bwsnap01";
const HEADER_LENGTH: usize = 8 + 8 + 32;
/// How many are kept.
pub(super) const KEPT: usize = 2;

/// The state after an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The `seq` of the last input in it. Every decision about inputs up to this one is in the
    /// state, though its record may come later in the log.
    pub through: u64,
    /// The state, as it was given to [`super::Appender::save_snapshot`].
    pub state: Vec<u8>,
}

/// What a snapshot is called while it is written: one name, so that none is ever left over twice.
const UNFINISHED: &str = "unfinished.new";

/// Writes a snapshot and removes all but the last two.
pub(super) fn save(dir: &Path, installation: &str, snapshot: &Snapshot) -> io::Result<()> {
    private_dir(dir)?;
    let path = dir.join(format!("{:020}.snap", snapshot.through));
    let new = dir.join(UNFINISHED);
    if let Err(error) = write(&new, installation, snapshot) {
        // Half of it is of no use, and takes space that may be what was missing.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    fs::rename(&new, &path)?;
    sync_dir(dir)?;
    for old in list(dir)?.into_iter().skip(KEPT) {
        fs::remove_file(old.1)?;
    }
    Ok(())
}

fn write(path: &Path, installation: &str, snapshot: &Snapshot) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(&MAGIC)?;
    file.write_all(&snapshot.through.to_le_bytes())?;
    file.write_all(&sum(installation, snapshot.through, &snapshot.state))?;
    file.write_all(&snapshot.state)?;
    file.sync_all()
}

/// The newest snapshot that is whole and not beyond `last`.
pub(super) fn load(dir: &Path, installation: &str, last: u64) -> io::Result<Option<Snapshot>> {
    for (through, path) in list(dir)? {
        match read(&path, installation)? {
            Some(snapshot) if snapshot.through == through && through <= last => {
                return Ok(Some(snapshot));
            }
            Some(_) | None => {
                tracing::warn!(path = %path.display(), "a snapshot is damaged; an older one is used");
            }
        }
    }
    Ok(None)
}

/// The inputs that the snapshots go through, newest first, without looking into them.
pub(super) fn list(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    let names = match fs::read_dir(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for name in names {
        let path = name?.path();
        let through = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let (Some(through), Some("snap")) = (through, path.extension().and_then(|e| e.to_str()))
        {
            found.push((through, path));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found)
}

/// Reads a snapshot's file; `None` when it is damaged or another installation's.
pub(super) fn read(path: &Path, installation: &str) -> io::Result<Option<Snapshot>> {
    let mut bytes = fs::read(path)?;
    let header = bytes.get(..HEADER_LENGTH).and_then(|header| {
        let through = u64::from_le_bytes(header.get(8..16)?.try_into().ok()?);
        let expected: Hash = header.get(16..48)?.try_into().ok()?;
        header.starts_with(&MAGIC).then_some((through, expected))
    });
    let Some((through, expected)) = header else { return Ok(None) };
    let state = bytes.split_off(HEADER_LENGTH);
    Ok((sum(installation, through, &state) == expected).then_some(Snapshot { through, state }))
}

fn sum(installation: &str, through: u64, state: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update((installation.len() as u64).to_le_bytes());
    hash.update(installation);
    hash.update(through.to_le_bytes());
    hash.update(state);
    hash.finalize().into()
}
