//! A copy of the store, opened in the store's place.
//!
//! Opening sled's files changes them, and may ruin damaged ones. So whatever only wants to look, or
//! to find out whether opening would go well, opens a copy. Must not: touch the store itself.

use std::{fs, io, path::PathBuf, sync::Arc};

use super::{
    OpenError, Options,
    directory::{Directory, copy_dir, ignore_missing, io_at, size_of_dir},
    open::store_at,
    space::Reserve,
    store::{Store, StoreError, Tree},
};

/// Free space that opening needs beside the copy.
const SPARE_BYTES: u64 = 2 << 20;
/// Pairs that are read at once.
const WALK_COUNT: usize = 16;

/// An opened copy, removed when it is dropped.
#[derive(Debug)]
pub(super) struct StoreCopy {
    // Fields are dropped in this order: the store is closed before its files go.
    store: Arc<dyn Store>,
    _place: Place,
}

/// A directory that is removed when this is dropped.
#[derive(Debug)]
struct Place(PathBuf);

impl StoreCopy {
    /// Copies the store, opens the copy, and reads every pair of it.
    ///
    /// # Errors
    /// When there is no room, or the copy will not open or be read.
    pub fn open(directory: &Directory, options: &Options) -> Result<Self, OpenError> {
        let (original, place) = (directory.store(), directory.trial());
        ignore_missing(fs::remove_dir_all(&place)).map_err(io_at(&place))?;
        make_room(directory, options)?;
        let place = Place(place);
        copy_dir(&original, &place.0).map_err(io_at(&original))?;
        let store = (options.store)(&place.0).map_err(store_at(directory))?;
        walk(&*store).map_err(store_at(directory))?;
        Ok(Self { store, _place: place })
    }

    /// The copy's store. Nothing may hold it longer than this copy lives.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = ignore_missing(fs::remove_dir_all(&self.0)) {
            tracing::warn!(%error, place = %self.0.display(), "a copy of the store is left over");
        }
    }
}

/// Gives back as much of the reserve as the copy needs.
fn make_room(directory: &Directory, options: &Options) -> Result<(), OpenError> {
    let store = directory.store();
    let needed_bytes = size_of_dir(&store).map_err(io_at(&store))? + SPARE_BYTES;
    let free = || -> Result<u64, OpenError> {
        let stat = rustix::fs::statvfs(&directory.0).map_err(io::Error::from);
        let stat = stat.map_err(io_at(&directory.0))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    };
    let mut free_bytes = free()?;
    if free_bytes < needed_bytes {
        let place = directory.reserve();
        let reserve = Reserve::open(&place, Some(options.reserve_bytes)).map_err(io_at(&place));
        reserve?.shrink(needed_bytes - free_bytes);
        free_bytes = free()?;
    }
    if free_bytes < needed_bytes {
        return Err(OpenError::NoRoom { dir: directory.0.clone(), needed_bytes, free_bytes });
    }
    Ok(())
}

/// Reads every pair, so that the store meets every damaged page.
fn walk(store: &dyn Store) -> Result<(), StoreError> {
    for tree in Tree::ALL {
        let mut from = Vec::new();
        while let Some((last, _)) = store.scan(tree, &from, WALK_COUNT)?.pop() {
            from = last;
            from.push(0);
        }
    }
    Ok(())
}
