//! The journal's directory: what lies where, how it is recognised, made and locked.
//!
//! ```text
//! format       what this is, by whom, whether it is finished; a foreign directory has none
//! lock         the process that has it open
//! mark         the high-water mark
//! reserve      disk space kept back
//! snapshots/   the engine's state, the last two
//! store/       sled's files
//! trial/       only while opening: a copy of store/ that is opened first
//! ```
//!
//! Nothing is written before the directory is known to be ours. Must not: open the store.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::OpenError;

/// The version of the directory's layout that this build writes.
const FORMAT: u32 = 1;
/// A `format` file is not longer than this, in bytes.
const FORMAT_LENGTH_MAX: u64 = 4096;

/// A journal's directory.
#[derive(Clone, Debug)]
pub(super) struct Directory(pub PathBuf);

/// What a directory is found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or an empty directory.
    Nothing,
    /// A journal whose making was cut short: nothing was ever acknowledged from it.
    Unfinished,
    /// A journal.
    Journal { installation: String },
}

/// A journal's directory that no other process can open until this is dropped.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Directory {
    pub fn store(&self) -> PathBuf {
        self.0.join("store")
    }

    pub fn trial(&self) -> PathBuf {
        self.0.join("trial")
    }

    pub fn mark(&self) -> PathBuf {
        self.0.join("mark")
    }

    pub fn reserve(&self) -> PathBuf {
        self.0.join("reserve")
    }

    pub fn snapshots(&self) -> PathBuf {
        self.0.join("snapshots")
    }

    fn format(&self) -> PathBuf {
        self.0.join("format")
    }

    fn lock_file(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// Says what is there, and changes nothing.
    pub fn look(&self) -> Result<Found, OpenError> {
        match read_limited(&self.format()) {
            Ok(text) => parse_format(&text).map_err(|problem| self.bad_format(problem)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.look_without_format(),
            Err(error) => Err(io_at(&self.format())(error)),
        }
    }

    fn bad_format(&self, problem: FormatProblem) -> OpenError {
        match problem {
            FormatProblem::Newer(found) => {
                OpenError::Newer { dir: self.0.clone(), found, reads: FORMAT }
            }
            FormatProblem::Damaged => OpenError::Damaged {
                path: self.format(),
                what: "it does not say what a journal's format file says".to_owned(),
            },
        }
    }

    fn look_without_format(&self) -> Result<Found, OpenError> {
        let names = match fs::read_dir(&self.0) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(io_at(&self.0)(error)),
        };
        for name in names {
            let name = name.map_err(io_at(&self.0))?.file_name().to_string_lossy().into_owned();
            match name.as_str() {
                "lock" | "format.new" | "lost+found" => {}
                "store" | "mark" | "snapshots" => {
                    let what = "a journal, but its format file is missing".to_owned();
                    return Err(OpenError::Damaged { path: self.0.clone(), what });
                }
                _ => return Err(OpenError::Foreign { dir: self.0.clone(), found: name }),
            }
        }
        Ok(Found::Nothing)
    }

    /// Makes the directory itself, readable by its owner alone.
    pub fn make(&self) -> Result<(), OpenError> {
        private_dir(&self.0).map_err(io_at(&self.0))
    }

    /// Locks the directory, or says who has it.
    pub fn lock(&self) -> Result<Lock, OpenError> {
        let path = self.lock_file();
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(io_at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = read_limited(&path).unwrap_or_default().trim().to_owned();
                let pid = if pid.is_empty() { "unknown".to_owned() } else { pid };
                return Err(OpenError::InUse { dir: self.0.clone(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(io_at(&path)(error)),
        }
        // The pid is a help for whoever comes second; on a full disk it may be missing.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
        Ok(Lock(file))
    }

    /// Writes the format file: not finished yet, or finished.
    pub fn write_format(&self, installation: &str, finished: bool) -> Result<(), OpenError> {
        let state = if finished { "finished" } else { "unfinished" };
        let body =
            format!("bellwether journal\nformat {FORMAT}\ninstallation {installation}\n{state}\n");
        let text = format!("{body}sum {}\n", sum(&body));
        let new = self.0.join("format.new");
        let written = File::create(&new)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&new, self.format()))
            .and_then(|()| sync_dir(&self.0));
        written.map_err(io_at(&self.format()))
    }

    /// Removes all but the lock and the format: for a journal whose making was cut short.
    pub fn clear(&self) -> Result<(), OpenError> {
        for dir in [self.store(), self.trial(), self.snapshots()] {
            ignore_missing(fs::remove_dir_all(&dir)).map_err(io_at(&dir))?;
        }
        ignore_missing(fs::remove_file(self.mark())).map_err(io_at(&self.mark()))
    }
}

enum FormatProblem {
    Newer(u32),
    Damaged,
}

fn parse_format(text: &str) -> Result<Found, FormatProblem> {
    let parts: Option<(u32, String, bool)> = (|| {
        let (body, rest) = text.split_at(text.find("sum ")?);
        if rest.strip_prefix("sum ")?.trim_end() != sum(body) {
            return None;
        }
        let mut lines = body.lines();
        lines.next().filter(|line| *line == "bellwether journal")?;
        let format = lines.next()?.strip_prefix("format ")?.parse().ok()?;
        let installation = lines.next()?.strip_prefix("installation ")?.to_owned();
        Some((format, installation, lines.next()? == "finished"))
    })();
    match parts {
        Some((format, _, _)) if format > FORMAT => Err(FormatProblem::Newer(format)),
        Some((_, installation, true)) => Ok(Found::Journal { installation }),
        Some((_, _, false)) => Ok(Found::Unfinished),
        None => Err(FormatProblem::Damaged),
    }
}

fn sum(body: &str) -> String {
    Sha256::digest(body.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_limited(path: &Path) -> io::Result<String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    File::open(path)?.take(FORMAT_LENGTH_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// An [`OpenError`] that names `path`.
pub(super) fn io_at(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_path_buf();
    move |source| OpenError::Io { path: path.clone(), source }
}

/// Makes a directory and those above it, readable by its owner alone.
pub(super) fn private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Success, also when there was nothing to remove.
pub(super) fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Copies a directory with all that is in it.
pub(super) fn copy_dir(from: &Path, to: &Path) -> io::Result<()> {
    private_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The bytes of all files in a directory.
pub(super) fn size_of_dir(path: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => size_of_dir(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}
