//! The high-water mark: the last acknowledged record, in a small file beside the store.
//!
//! sled can come back short, or empty, without a word. The mark is written and synced after the
//! store's own sync and before any acknowledgement, so a store that ends before it has lost
//! something, and the journal will not open. Two slots, each with a checksum and a counter, are
//! written in turn, so that a torn write costs one step, never the mark. The file never changes its
//! length, so that `fdatasync` writes one sector and no metadata.
//!
//! Must not: be moved before the store is synced.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use sha2::{Digest, Sha256};

use super::frame::Hash;

const MAGIC: [u8; 8] = *b"bwmark01";
/// A slot, checksum included.
const SLOT_LENGTH: usize = 8 + 8 + 8 + 32 + 32;
/// Slots lie in pages of their own: a torn write reaches one at most.
const SLOT_DISTANCE: u64 = 4096;

/// The last acknowledged record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HighWater {
    pub seq: u64,
    pub hash: Hash,
}

/// The file, ready for the next mark.
#[derive(Debug)]
pub(super) struct MarkFile {
    file: File,
    count: u64,
}

impl MarkFile {
    /// Makes the file, with a first mark.
    pub fn create(path: &Path, first: HighWater) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        file.write_all_at(&[0; 2 * SLOT_DISTANCE as usize], 0)?;
        file.sync_all()?;
        let mut mark = Self { file, count: 0 };
        mark.set(first)?;
        mark.set(first)?;
        Ok(mark)
    }

    /// Opens the file for the next marks.
    pub fn open(path: &Path) -> io::Result<Option<(Self, HighWater)>> {
        let Some((count, high_water)) = read_slots(path)? else { return Ok(None) };
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Some((Self { file, count }, high_water)))
    }

    /// Writes and syncs a mark.
    pub fn set(&mut self, high_water: HighWater) -> io::Result<()> {
        self.count += 1;
        let offset = self.count % 2 * SLOT_DISTANCE;
        self.file.write_all_at(&slot(self.count, high_water), offset)?;
        self.file.sync_data()
    }
}

/// Reads the mark; `None` when neither slot is whole.
pub(super) fn read(path: &Path) -> io::Result<Option<HighWater>> {
    Ok(read_slots(path)?.map(|(_, high_water)| high_water))
}

fn read_slots(path: &Path) -> io::Result<Option<(u64, HighWater)>> {
    let bytes = std::fs::read(path)?;
    let slots = [0, SLOT_DISTANCE as usize];
    let whole = slots.iter().filter_map(|&at| parse(bytes.get(at..at + SLOT_LENGTH)?));
    Ok(whole.max_by_key(|(count, _)| *count))
}

fn slot(count: u64, high_water: HighWater) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SLOT_LENGTH);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&high_water.seq.to_le_bytes());
    bytes.extend_from_slice(&high_water.hash);
    let sum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

fn parse(bytes: &[u8]) -> Option<(u64, HighWater)> {
    let (body, sum) = bytes.split_at_checked(SLOT_LENGTH - 32)?;
    if Sha256::digest(body).as_slice() != sum || !body.starts_with(&MAGIC) {
        return None;
    }
    let number = |at: usize| Some(u64::from_le_bytes(body.get(at..at + 8)?.try_into().ok()?));
    let hash = body.get(24..56)?.try_into().ok()?;
    Some((number(8)?, HighWater { seq: number(16)?, hash }))
}
