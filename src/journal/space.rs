//! The reserve: disk space kept back, so that deliveries and decisions go on when the disk is full.
//!
//! A preallocated file holds the space. While the free space and the reserve together are less than
//! what is wanted, inputs from outside are refused, and the file is shrunk step by step as the rest
//! needs room; when space returns it grows again and inputs are accepted again. Must not: judge
//! what an input is worth; it only says whether there is room.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use rustix::fs::{FallocateFlags, fallocate};

/// Free space that a commit may need at once: sled's segments, the mark, a snapshot's start.
const HEADROOM_BYTES: u64 = 4 << 20;

/// The reserve's file.
#[derive(Debug)]
pub(super) struct Reserve {
    file: File,
    held_bytes: u64,
    wanted_bytes: u64,
    accepting: bool,
}

impl Reserve {
    /// Opens or makes the file; [`Reserve::check`] fills it.
    pub fn open(path: &Path, wanted_bytes: Option<u64>) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut held_bytes = file.metadata()?.len();
        let wanted_bytes = wanted_bytes.unwrap_or(held_bytes);
        if held_bytes > wanted_bytes {
            file.set_len(wanted_bytes)?;
            held_bytes = wanted_bytes;
        }
        Ok(Self { file, held_bytes, wanted_bytes, accepting: true })
    }

    /// Looks at the free space, moves the reserve accordingly, and says whether inputs from
    /// outside may be accepted.
    pub fn check(&mut self, free_bytes: u64) -> bool {
        // Accepting again asks for more than going on does, so that it does not flicker.
        let spare = if self.accepting { HEADROOM_BYTES } else { 2 * HEADROOM_BYTES };
        let accepting = free_bytes.saturating_add(self.held_bytes) >= self.wanted_bytes + spare;
        if accepting != self.accepting {
            tracing::warn!(
                free_bytes,
                accepting,
                "the journal's disk: room for inputs has changed"
            );
        }
        self.accepting = accepting;
        if accepting && self.held_bytes < self.wanted_bytes {
            self.grow();
        } else if !accepting && free_bytes < HEADROOM_BYTES {
            self.shrink(HEADROOM_BYTES - free_bytes);
        }
        accepting
    }

    /// Gives back up to `bytes`; how many it were.
    pub fn shrink(&mut self, bytes: u64) -> u64 {
        let given = bytes.min(self.held_bytes);
        let left = self.held_bytes - given;
        if given == 0 || self.file.set_len(left).is_err() {
            return 0;
        }
        self.held_bytes = left;
        given
    }

    fn grow(&mut self) {
        match fallocate(&self.file, FallocateFlags::empty(), 0, self.wanted_bytes) {
            Ok(()) => self.held_bytes = self.wanted_bytes,
            Err(error) => {
                // A file system without preallocation: the limit still counts, only nothing is
                // held. A disk that filled meanwhile: the next check sees it.
                tracing::debug!(%error, "the journal's reserve could not be allocated");
            }
        }
    }
}
