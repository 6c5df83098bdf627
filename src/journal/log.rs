//! Reading the log: frames in order, each checked against the chain, and the entries in them.
//!
//! A frame longer than one value of the store is cut in parts: the key is the frame's first `seq`
//! and the part's number, both big-endian; the first part begins with the frame's length. Must not:
//! skip what it cannot read.

use std::{collections::VecDeque, sync::Arc};

use serde::Deserialize;

use crate::event::{ENTRY_VERSION, Entry};

use super::{
    ReadError,
    frame::{Frame, Hash, ITEMS_LENGTH_MAX, Item},
    store::{Batch, Pair, Store, StoreError, Tree, VALUE_LENGTH_MAX},
};

/// Parts that are asked of the store at once.
const SCAN_PARTS: usize = 32;

/// The key of a frame's part.
pub(super) fn key(first: u64, part: u16) -> Vec<u8> {
    let mut key = first.to_be_bytes().to_vec();
    key.extend_from_slice(&part.to_be_bytes());
    key
}

/// Adds the parts of a frame to a batch; how many there are.
pub(super) fn put_frame(batch: &mut Batch, first: u64, frame: &[u8]) -> u16 {
    let mut bytes = (frame.len() as u32).to_le_bytes().to_vec();
    bytes.extend_from_slice(frame);
    let mut parts = 0;
    for (number, part) in (0..=u16::MAX).zip(bytes.chunks(VALUE_LENGTH_MAX)) {
        batch.put(Tree::Log, key(first, number), part);
        parts = number + 1;
    }
    parts
}

/// Why a frame cannot be read.
#[derive(Debug)]
pub(super) enum FrameError {
    Store(StoreError),
    Damaged(String),
}

impl FrameError {
    /// The same, with the place.
    pub fn after(self, after: u64) -> ReadError {
        match self {
            Self::Store(source) => ReadError::Store { after, source },
            Self::Damaged(what) => ReadError::Damaged { after, what },
        }
    }
}

impl From<StoreError> for FrameError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Reads the last frame of the log; `None` when it is empty.
pub(super) fn last_frame(store: &dyn Store) -> Result<Option<Frame>, FrameError> {
    frame_below(store, None)
}

/// Reads the frame that holds record `seq`, or the last one before it.
pub(super) fn frame_at(store: &dyn Store, seq: u64) -> Result<Option<Frame>, FrameError> {
    match seq.checked_add(1) {
        Some(next) => frame_below(store, Some(&key(next, 0))),
        None => last_frame(store),
    }
}

fn frame_below(store: &dyn Store, below: Option<&[u8]>) -> Result<Option<Frame>, FrameError> {
    let Some((last_key, _)) = store.last_below(Tree::Log, below)? else { return Ok(None) };
    let (first, _) = split_key(&last_key)?;
    let read = Frames::at(store, first).next();
    match read {
        Some(Ok((frame, _))) => Ok(Some(frame)),
        Some(Err(error)) => Err(error),
        None => Err(FrameError::Damaged(format!("the frame of record {first} is not there"))),
    }
}

fn split_key(key: &[u8]) -> Result<(u64, u16), FrameError> {
    let bad = || FrameError::Damaged("a key of the log has a wrong length".to_owned());
    let (first, part) = key.split_first_chunk::<8>().ok_or_else(bad)?;
    let part: [u8; 2] = part.try_into().map_err(|_| bad())?;
    Ok((u64::from_be_bytes(*first), u16::from_be_bytes(part)))
}

/// The frames of a store from one on, each with the number of its parts. Checks each by itself,
/// and that it follows the one before.
pub(super) struct Frames<S> {
    store: S,
    next_key: Vec<u8>,
    pairs: VecDeque<Pair>,
    follows: Option<(u64, Hash)>,
    scan_parts: usize,
    ended: bool,
}

impl<S: std::ops::Deref<Target = dyn Store>> Frames<S> {
    /// From the frame that begins with record `first` on.
    pub fn at(store: S, first: u64) -> Self {
        let (next_key, pairs) = (key(first, 0), VecDeque::new());
        Self { store, next_key, pairs, follows: None, scan_parts: SCAN_PARTS, ended: false }
    }

    /// The same, asking the store for one part at a time: slower, but an unreadable one costs no other.
    pub fn one_by_one(store: S, first: u64) -> Self {
        Self { scan_parts: 1, ..Self::at(store, first) }
    }

    /// The next part, if there is one.
    fn pair(&mut self) -> Result<Option<Pair>, FrameError> {
        if self.pairs.is_empty() {
            self.pairs = self.store.scan(Tree::Log, &self.next_key, self.scan_parts)?.into();
            if let Some((last, _)) = self.pairs.back() {
                self.next_key.clone_from(last);
                self.next_key.push(0);
            }
        }
        Ok(self.pairs.pop_front())
    }

    fn read(&mut self) -> Result<Option<(Frame, u16)>, FrameError> {
        let Some((key, part)) = self.pair()? else { return Ok(None) };
        let (first, number) = split_key(&key)?;
        let cut = || FrameError::Damaged(format!("the frame of record {first} is cut short"));
        let (length, start) = part.split_first_chunk::<4>().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        if number != 0 || length > ITEMS_LENGTH_MAX + 1024 {
            return Err(cut());
        }
        let mut bytes = start.to_vec();
        let mut parts = 1;
        while bytes.len() < length {
            let (key, part) = self.pair()?.ok_or_else(cut)?;
            if split_key(&key)? != (first, parts) {
                return Err(cut());
            }
            parts += 1;
            bytes.extend_from_slice(&part);
        }
        let frame = Frame::decode(&bytes).map_err(FrameError::Damaged)?;
        if frame.header.first != first {
            return Err(FrameError::Damaged(format!("a frame of another place at {first}")));
        }
        self.follow(&frame)?;
        Ok(Some((frame, parts)))
    }

    fn follow(&mut self, frame: &Frame) -> Result<(), FrameError> {
        let header = &frame.header;
        if let Some((last, hash)) = self.follows
            && (last.wrapping_add(1), hash) != (header.first, header.before)
        {
            let what = format!("record {} does not follow record {last}", header.first);
            return Err(FrameError::Damaged(what));
        }
        self.follows = Some((header.last, header.after));
        Ok(())
    }
}

impl<S: std::ops::Deref<Target = dyn Store>> Iterator for Frames<S> {
    type Item = Result<(Frame, u16), FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

/// One thing read from the log.
#[derive(Debug)]
pub(super) enum Read {
    Record(u64, Vec<u8>),
    Gap(u64, u64),
}

/// All records and gaps after one, in order. Ends after the first error.
pub(super) struct Records {
    frames: Frames<Arc<dyn Store>>,
    waiting: VecDeque<Read>,
    /// The last record that was read.
    pub after: u64,
    /// Where the log must end: fewer records are an error too.
    last: u64,
    ended: bool,
}

impl Records {
    /// The records after `after`, up to `last`, which must be there.
    pub fn new(store: Arc<dyn Store>, after: u64, last: u64) -> Result<Self, ReadError> {
        let first = match frame_at(&*store, after.saturating_add(1)) {
            Ok(Some(frame)) => frame.header.first,
            Ok(None) => 0,
            Err(error) => return Err(error.after(after)),
        };
        let frames = Frames::at(store, first);
        Ok(Self { frames, waiting: VecDeque::new(), after, last, ended: false })
    }

    fn unfold(&mut self, frame: Frame) {
        let mut seq = frame.header.first;
        for item in frame.items {
            let (read, last) = match item {
                Item::Record(bytes) => (Read::Record(seq, bytes), seq),
                Item::Gap { first, last, .. } => (Read::Gap(first, last), last),
            };
            seq = last + 1;
            if last > self.after && last <= self.last {
                self.waiting.push_back(read);
            }
        }
    }

    fn read(&mut self) -> Result<Option<Read>, ReadError> {
        loop {
            if let Some(read) = self.waiting.pop_front() {
                let (Read::Record(first, _) | Read::Gap(first, _)) = &read;
                if *first > self.after + 1 {
                    let what = format!("record {} is missing", self.after + 1);
                    return Err(ReadError::Damaged { after: self.after, what });
                }
                let (Read::Record(last, _) | Read::Gap(_, last)) = &read;
                self.after = *last;
                return Ok(Some(read));
            }
            if self.after >= self.last {
                return Ok(None);
            }
            match self.frames.next() {
                Some(Ok((frame, _))) => self.unfold(frame),
                Some(Err(error)) => return Err(error.after(self.after)),
                None => {
                    let what = format!("it ends there, but record {} was written", self.last);
                    return Err(ReadError::Damaged { after: self.after, what });
                }
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<Read, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

/// The entries of a journal in order of their `seq`. Ends after the first error.
pub struct Entries(pub(super) Result<Records, Option<ReadError>>);

impl Iterator for Entries {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let records = match &mut self.0 {
            Ok(records) => records,
            Err(error) => return error.take().map(Err),
        };
        let entry = records.next()?.and_then(|read| match read {
            Read::Record(seq, bytes) => entry(seq, &bytes),
            Read::Gap(first, last) => Err(ReadError::Dropped { first, last }),
        });
        if entry.is_err() {
            self.0 = Err(None);
        }
        Some(entry)
    }
}

impl std::fmt::Debug for Entries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entries").finish_non_exhaustive()
    }
}

/// Reads a record.
///
/// # Errors
/// When it was written by a later version, is no entry, or belongs elsewhere.
pub(super) fn entry(seq: u64, bytes: &[u8]) -> Result<Entry, ReadError> {
    #[derive(Deserialize)]
    struct Version {
        v: u64,
    }
    let damaged = |what: String| ReadError::Damaged { after: seq.saturating_sub(1), what };
    let newer = |found: u64| ReadError::Newer { seq, found };
    match serde_json::from_slice::<Entry>(bytes) {
        Ok(entry) if entry.v > ENTRY_VERSION => Err(newer(entry.v.into())),
        Ok(entry) if entry.seq != seq => Err(damaged(format!("it says it is {}", entry.seq))),
        Ok(entry) => Ok(entry),
        Err(error) => match serde_json::from_slice::<Version>(bytes) {
            Ok(Version { v }) if v > ENTRY_VERSION.into() => Err(newer(v)),
            Ok(_) | Err(_) => Err(damaged(format!("it is no entry: {error}"))),
        },
    }
}
