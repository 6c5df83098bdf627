//! A disk that forgets: from the notes of `recorder.rs`, the files as they might be after the power
//! went at some moment.
//!
//! What was synced is there. Of everything else, each page of a file is as it was at the last sync
//! or as it was left by any of the writes since (the page cache writes whole pages, whenever it
//! likes, in any order), and names have changed up to some moment since the last sync of a
//! directory.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const PAGE: usize = 4096;

/// One note of the recorder.
#[derive(Debug)]
pub enum Event {
    Opened { opening: u64, path: String },
    Written { opening: u64, offset: usize, data: Vec<u8> },
    Truncated { opening: u64, length: usize },
    SyncBegun { sync: u64 },
    SyncEnded { opening: u64, sync: u64 },
    Renamed { from: String, to: String },
    Unlinked { path: String },
}

/// Reads the recorder's notes.
pub fn read(path: &Path) -> Vec<Event> {
    let bytes = fs::read(path).expect("the recorder wrote");
    let mut rest = bytes.as_slice();
    let mut events = Vec::new();
    while !rest.is_empty() {
        let kind = rest[0];
        let number = number(&rest[1..9]);
        let offset = number_at(rest, 9);
        let length = u32::from_le_bytes(rest[17..21].try_into().expect("four bytes")) as usize;
        let parts = parts(&rest[21..21 + length]);
        rest = &rest[21 + length..];
        let text = |at: usize| String::from_utf8(parts[at].clone()).expect("a path is text");
        events.push(match kind {
            1 => Event::Opened { opening: number, path: text(0) },
            2 => Event::Written { opening: number, offset, data: parts[0].clone() },
            3 => Event::Truncated { opening: number, length: offset },
            4 => Event::SyncBegun { sync: offset as u64 },
            5 => Event::SyncEnded { opening: number, sync: offset as u64 },
            6 => Event::Renamed { from: text(0), to: text(1) },
            7 => Event::Unlinked { path: text(0) },
            other => panic!("a note of kind {other}"),
        });
    }
    events
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

fn number_at(bytes: &[u8], at: usize) -> usize {
    number(&bytes[at..at + 8]) as usize
}

fn parts(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at(4);
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        parts.push(rest[..length].to_vec());
        bytes = &rest[length..];
    }
    parts
}

/// A source of chance that is the same for the same seed.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

#[derive(Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Truncate(usize),
}

#[derive(Clone, Default)]
struct File {
    synced: Vec<u8>,
    /// With the number of the event.
    since: Vec<(usize, Change)>,
}

impl File {
    fn sync(&mut self, until: usize) {
        for (at, change) in std::mem::take(&mut self.since) {
            if at < until {
                apply(&mut self.synced, &change);
            } else {
                self.since.push((at, change));
            }
        }
    }

    /// The bytes after the power went.
    fn survive(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        // One of three tempers: everything lost, everything kept, or each page for itself.
        let temper = dice.roll(3);
        let mut pages: BTreeMap<usize, Vec<(usize, &[u8])>> = BTreeMap::new();
        for (_, change) in &self.since {
            match change {
                Change::Write { offset, data } => {
                    for (start, piece) in pieces(*offset, data) {
                        pages.entry(start / PAGE).or_default().push((start, piece));
                    }
                }
                Change::Truncate(_) if temper == 1 || (temper == 2 && dice.roll(2) == 0) => {
                    apply(&mut bytes, change);
                }
                Change::Truncate(_) => {}
            }
        }
        for writes in pages.into_values() {
            let kept = match temper {
                0 => 0,
                1 => writes.len(),
                _ => dice.roll(writes.len() + 1),
            };
            for (start, piece) in &writes[..kept] {
                apply(&mut bytes, &Change::Write { offset: *start, data: piece.to_vec() });
            }
        }
        bytes
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { offset, data } => {
            let end = offset + data.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[*offset..end].copy_from_slice(data);
        }
        Change::Truncate(length) => bytes.resize(*length, 0),
    }
}

/// A write cut at the borders of pages.
fn pieces(offset: usize, data: &[u8]) -> Vec<(usize, &[u8])> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let start = offset + at;
        let length = (PAGE - start % PAGE).min(data.len() - at);
        pieces.push((start, &data[at..at + length]));
        at += length;
    }
    pieces
}

/// Names of files, by their path.
type Names = BTreeMap<String, usize>;

/// The disk, event by event.
pub struct Disk {
    files: Vec<File>,
    names: Names,
    /// Names as they were after each change since the last sync of a directory, the oldest synced.
    names_since: Vec<(usize, Names)>,
    openings: BTreeMap<u64, Option<usize>>,
    syncs: BTreeMap<u64, usize>,
    next: usize,
}

impl Disk {
    /// A disk that holds the files below a directory, all of them synced.
    pub fn holding(dir: &Path) -> Self {
        let mut disk = Self {
            files: Vec::new(),
            names: Names::new(),
            names_since: Vec::new(),
            openings: BTreeMap::new(),
            syncs: BTreeMap::new(),
            next: 0,
        };
        for (name, bytes) in files_below(dir) {
            disk.names.insert(name, disk.files.len());
            disk.files.push(File { synced: bytes, since: Vec::new() });
        }
        disk.names_since.push((0, disk.names.clone()));
        disk
    }

    /// Lets an event happen. `works` says whether a sync of this path does what it should.
    pub fn happen(&mut self, event: &Event, works: impl Fn(&str) -> bool) {
        self.next += 1;
        match event {
            Event::Opened { opening, path } => self.open(*opening, path),
            Event::Written { opening, offset, data } => {
                self.change(*opening, Change::Write { offset: *offset, data: data.clone() });
            }
            Event::Truncated { opening, length } => {
                self.change(*opening, Change::Truncate(*length));
            }
            Event::SyncBegun { sync } => {
                self.syncs.insert(*sync, self.next);
            }
            Event::SyncEnded { opening, sync } => self.synced(*opening, *sync, works),
            Event::Renamed { from, to } => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
                self.names_since.push((self.next, self.names.clone()));
            }
            Event::Unlinked { path } => {
                self.names.remove(path);
                self.names_since.push((self.next, self.names.clone()));
            }
        }
    }

    fn open(&mut self, opening: u64, path: &str) {
        if path.contains("trial") {
            return;
        }
        let known = self.names.get(path).copied();
        let file = known.unwrap_or(self.files.len());
        if known.is_none() {
            self.files.push(File::default());
            self.names.insert(path.to_owned(), file);
            self.names_since.push((self.next, self.names.clone()));
        }
        self.openings.insert(opening, Some(file));
    }

    fn change(&mut self, opening: u64, change: Change) {
        if let Some(Some(file)) = self.openings.get(&opening) {
            self.files[*file].since.push((self.next, change));
        }
    }

    fn synced(&mut self, opening: u64, sync: u64, works: impl Fn(&str) -> bool) {
        let (Some(Some(file)), Some(begun)) = (self.openings.get(&opening), self.syncs.get(&sync))
        else {
            return;
        };
        let name = self.names.iter().find(|(_, of)| *of == file).map(|(name, _)| name.as_str());
        if !works(name.unwrap_or("")) {
            return;
        }
        self.files[*file].sync(*begun);
        // Syncing a directory, or a file that is new, makes the names so far durable.
        let kept = self.names_since.iter().rposition(|(at, _)| at < begun).unwrap_or(0);
        self.names_since.drain(..kept);
    }

    /// Writes what is there after the power went to a directory.
    pub fn lose_power(&self, dice: &mut Dice, to: &Path) {
        let (_, names) = &self.names_since[dice.roll(self.names_since.len())];
        for (name, file) in names {
            // Directories were noted as files, since they are opened to be synced.
            let bytes = self.files[*file].survive(dice);
            let is_directory = names.keys().any(|other| other.starts_with(&format!("{name}/")));
            let path: PathBuf = to.join(name);
            if is_directory || name.is_empty() || is_folder(name) {
                fs::create_dir_all(&path).expect("writable");
            } else {
                fs::create_dir_all(path.parent().expect("below")).expect("writable");
                fs::write(&path, bytes).expect("writable");
            }
        }
    }
}

/// The folders of a journal, which may be empty.
fn is_folder(name: &str) -> bool {
    ["journal", "journal/store", "journal/store/blobs", "journal/snapshots"].contains(&name)
}

fn files_below(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut waiting = vec![dir.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("below").to_string_lossy().into_owned();
                files.push((name, fs::read(&path).expect("readable")));
            }
        }
    }
    files
}
