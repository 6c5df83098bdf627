//! A library that `power_loss.rs` has compiled and preloaded into a writing process: it notes every
//! write, sync and change of name below one directory, in the order in which they are made.
//!
//! Not part of the test binary: it is C's calling convention and raw pointers, and nothing else.
#![allow(non_camel_case_types, unused_unsafe)]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

type size_t = usize;
type ssize_t = isize;
type off_t = i64;
type mode_t = u32;

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn lseek(fd: c_int, offset: off_t, whence: c_int) -> off_t;
}

const RTLD_NEXT: *mut c_void = -1_isize as *mut c_void;
const SEEK_CUR: c_int = 1;
const O_WRONLY: c_int = 1;
const O_CREAT: c_int = 0o100;
const O_APPEND: c_int = 0o2000;

const OPENED: u8 = 1;
const WRITTEN: u8 = 2;
const TRUNCATED: u8 = 3;
const SYNC_BEGUN: u8 = 4;
const SYNC_ENDED: u8 = 5;
const RENAMED: u8 = 6;
const UNLINKED: u8 = 7;

/// The next function of this name: the C library's.
macro_rules! real {
    ($name:literal, fn($($arg:ty),*) -> $ret:ty) => {{
        static REAL: OnceLock<usize> = OnceLock::new();
        let address = *REAL.get_or_init(|| {
            unsafe { dlsym(RTLD_NEXT, concat!($name, "\0").as_ptr().cast()) as usize }
        });
        unsafe { std::mem::transmute::<usize, unsafe extern "C" fn($($arg),*) -> $ret>(address) }
    }};
}

#[derive(Default)]
struct State {
    /// By descriptor: the number of its opening.
    open: Vec<Option<u64>>,
    openings: u64,
    syncs: u64,
    log: Option<c_int>,
}

static STATE: Mutex<State> = Mutex::new(State { open: Vec::new(), openings: 0, syncs: 0, log: None });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The directory that is watched, and the file that is written.
fn places() -> Option<&'static (Vec<u8>, Vec<u8>)> {
    static PLACES: OnceLock<Option<(Vec<u8>, Vec<u8>)>> = OnceLock::new();
    PLACES
        .get_or_init(|| {
            let watched = std::env::var_os("RECORD_BELOW")?;
            let mut log = std::env::var_os("RECORD_TO")?.as_os_str().as_bytes().to_vec();
            log.push(0);
            Some((watched.as_os_str().as_bytes().to_vec(), log))
        })
        .as_ref()
}

/// The path below the watched directory, if it is there.
fn below(path: *const c_char) -> Option<Vec<u8>> {
    let path: &OsStr = OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes());
    let rest = path.as_bytes().strip_prefix(places()?.0.as_slice())?;
    Some(rest.strip_prefix(b"/").unwrap_or(rest).to_vec())
}

impl State {
    fn of(&self, fd: c_int) -> Option<u64> {
        self.open.get(usize::try_from(fd).ok()?).copied().flatten()
    }

    fn note(&mut self, kind: u8, number: u64, offset: u64, data: &[&[u8]]) {
        let Some((_, log)) = places() else { return };
        let open = real!("open64", fn(*const c_char, c_int, mode_t) -> c_int);
        let log = *self.log.get_or_insert_with(|| unsafe {
            open(log.as_ptr().cast(), O_WRONLY | O_CREAT | O_APPEND, 0o600)
        });
        let mut record = vec![kind];
        record.extend_from_slice(&number.to_le_bytes());
        record.extend_from_slice(&offset.to_le_bytes());
        let length: usize = data.iter().map(|part| part.len() + 4).sum();
        record.extend_from_slice(&(length as u32).to_le_bytes());
        for part in data {
            record.extend_from_slice(&(part.len() as u32).to_le_bytes());
            record.extend_from_slice(part);
        }
        let write = real!("write", fn(c_int, *const c_void, size_t) -> ssize_t);
        let written = unsafe { write(log, record.as_ptr().cast(), record.len()) };
        if written != record.len() as ssize_t {
            std::process::abort();
        }
    }

    fn opened(&mut self, fd: c_int, path: Option<Vec<u8>>) {
        let (Ok(index), Some(path)) = (usize::try_from(fd), path) else { return };
        self.openings += 1;
        if self.open.len() <= index {
            self.open.resize(index + 1, None);
        }
        self.open[index] = Some(self.openings);
        self.note(OPENED, self.openings, 0, &[&path]);
    }
}

unsafe fn open_as(
    open: unsafe extern "C" fn(*const c_char, c_int, mode_t) -> c_int,
    path: *const c_char,
    flags: c_int,
    mode: mode_t,
) -> c_int {
    let below = below(path);
    if below.is_none() {
        return unsafe { open(path, flags, mode) };
    }
    let mut state = state();
    let fd = unsafe { open(path, flags, mode) };
    state.opened(fd, below);
    fd
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    unsafe { open_as(real!("open64", fn(*const c_char, c_int, mode_t) -> c_int), path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    unsafe { open_as(real!("open", fn(*const c_char, c_int, mode_t) -> c_int), path, flags, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(fd: c_int) -> c_int {
    let mut state = state();
    if let Some(slot) = usize::try_from(fd).ok().and_then(|fd| state.open.get_mut(fd)) {
        *slot = None;
    }
    unsafe { real!("close", fn(c_int) -> c_int)(fd) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, data: *const c_void, length: size_t) -> ssize_t {
    let write = real!("write", fn(c_int, *const c_void, size_t) -> ssize_t);
    let mut state = state();
    let Some(number) = state.of(fd) else {
        drop(state);
        return unsafe { write(fd, data, length) };
    };
    let offset = unsafe { lseek(fd, 0, SEEK_CUR) };
    let written = unsafe { write(fd, data, length) };
    if let Ok(length) = usize::try_from(written) {
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) };
        state.note(WRITTEN, number, offset as u64, &[bytes]);
    }
    written
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    fd: c_int,
    data: *const c_void,
    length: size_t,
    offset: off_t,
) -> ssize_t {
    let write = real!("pwrite64", fn(c_int, *const c_void, size_t, off_t) -> ssize_t);
    let mut state = state();
    let written = unsafe { write(fd, data, length, offset) };
    if let (Some(number), Ok(length)) = (state.of(fd), usize::try_from(written)) {
        let bytes = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) };
        state.note(WRITTEN, number, offset as u64, &[bytes]);
    }
    written
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    let mut state = state();
    let result = unsafe { real!("ftruncate64", fn(c_int, off_t) -> c_int)(fd, length) };
    if let (Some(number), 0) = (state.of(fd), result) {
        state.note(TRUNCATED, number, length as u64, &[]);
    }
    result
}

/// A sync covers what was written before it began, and counts once it has ended.
unsafe fn sync_as(sync: unsafe extern "C" fn(c_int) -> c_int, fd: c_int) -> c_int {
    let mut begun = state();
    let Some(number) = begun.of(fd) else {
        drop(begun);
        return unsafe { sync(fd) };
    };
    begun.syncs += 1;
    let this = begun.syncs;
    begun.note(SYNC_BEGUN, number, this, &[]);
    drop(begun);
    let result = unsafe { sync(fd) };
    if result == 0 {
        state().note(SYNC_ENDED, number, this, &[]);
    }
    result
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    unsafe { sync_as(real!("fsync", fn(c_int) -> c_int), fd) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    unsafe { sync_as(real!("fdatasync", fn(c_int) -> c_int), fd) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    let mut state = state();
    let result = unsafe { real!("rename", fn(*const c_char, *const c_char) -> c_int)(from, to) };
    if let (0, Some(from), Some(to)) = (result, below(from), below(to)) {
        state.note(RENAMED, 0, 0, &[&from, &to]);
    }
    result
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    let mut state = state();
    let result = unsafe { real!("unlink", fn(*const c_char) -> c_int)(path) };
    if let (0, Some(path)) = (result, below(path)) {
        state.note(UNLINKED, 0, 0, &[&path]);
    }
    result
}
