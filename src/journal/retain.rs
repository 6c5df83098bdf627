//! Upkeep: small frames are packed together, and old probe results are dropped.
//!
//! Both rewrite a run of frames as one, in one transaction and in small steps between commits. The
//! chain does not change: a packed record keeps its bytes, and dropped ones leave a gap that says
//! what the chain was after them. Dropped are probe results, and timers that only woke the detector, when
//! they are old, no decision is about them, staff asked to keep no span they lie in, and both kept
//! snapshots lie behind them. Must not: drop anything else.

use std::{collections::BTreeSet, ops::RangeInclusive};

use crate::{
    domain::Timestamp,
    event::{Body, Entry, Input, TimerReason},
};

use super::{
    counts::Counts,
    frame::{Frame, Header, Item, Packing, chain},
    group::Head,
    log::{self, FrameError, Frames},
    store::{Batch, Store, StoreError, Tree},
};

/// The last record of the frames at rest, and where dropping goes on (meta tree).
const PACKED: &[u8] = b"packed";
const COMPACTED: &[u8] = b"compacted";
/// Packing begins when this many frames, or bytes, wait for it.
const PACK_FROM_FRAMES: u64 = 256;
const PACK_FROM_BYTES: u64 = 128 << 10;
/// A frame at rest is made of about this many bytes of items, and of frames at most.
const REST_BYTES: usize = 64 << 10;
const REST_FRAMES: usize = 256;
/// How far ahead decisions about a record are looked for, in frames.
const LOOK_AHEAD_FRAMES: usize = 4096;

/// What waits to be done.
#[derive(Debug)]
pub(super) struct Upkeep {
    /// Frames up to this record are at rest.
    packed: u64,
    waiting_frames: u64,
    waiting_bytes: u64,
    dropping: Option<Dropping>,
}

#[derive(Debug)]
struct Dropping {
    /// The first record of the frame that is next.
    next: u64,
    before: Timestamp,
    /// Both snapshots go at least this far.
    covered: u64,
    keep: Vec<RangeInclusive<Timestamp>>,
}

impl Upkeep {
    /// Finds what waits since the last run.
    pub fn resume(store: &dyn Store, last: u64) -> Result<Self, StoreError> {
        let packed = read_number(store, PACKED)?;
        // How many frames wait is not worth reading them all: their records are a bound.
        let waiting_frames = last.saturating_sub(packed);
        Ok(Self { packed, waiting_frames, waiting_bytes: 0, dropping: None })
    }

    /// Takes note of a new frame.
    pub fn committed(&mut self, frame_length: usize) {
        self.waiting_frames += 1;
        self.waiting_bytes += frame_length as u64;
    }

    /// Asks for old records to be dropped.
    pub fn compact(
        &mut self,
        before: Timestamp,
        covered: u64,
        keep: Vec<RangeInclusive<Timestamp>>,
    ) {
        self.dropping = Some(Dropping { next: 0, before, covered, keep });
    }

    /// Whether [`Upkeep::step`] has something to do.
    pub fn has_work(&self) -> bool {
        self.dropping.is_some()
            || self.waiting_frames >= PACK_FROM_FRAMES
            || self.waiting_bytes >= PACK_FROM_BYTES
    }

    /// Does a little. An old part of the log that cannot be read is left as it is: the bot can go on
    /// without it, and the next start tells what is damaged.
    pub fn step(&mut self, store: &dyn Store, head: &Head) -> Result<(), StoreError> {
        let done = match self.dropping.take() {
            Some(dropping) => self.drop_some(store, head, dropping),
            None => self.pack(store, head),
        };
        match done {
            Err(StoreError::Corrupt(what)) => {
                tracing::error!(what, "old records are left as they are: the log is damaged");
                (self.waiting_frames, self.waiting_bytes) = (0, 0);
                Ok(())
            }
            done => done,
        }
    }

    fn pack(&mut self, store: &dyn Store, head: &Head) -> Result<(), StoreError> {
        let (frames, parts) =
            read_run(store, self.packed + 1, 1, |header| header.last <= head.last)?;
        let count = frames.len() as u64;
        let bytes: usize = frames.iter().map(Frame::items_length).sum();
        let Some(frame) = join(frames) else {
            (self.waiting_frames, self.waiting_bytes) = (0, 0);
            return Ok(());
        };
        self.packed = frame.header.last;
        let mut batch = replace(&parts, &frame);
        batch.put(Tree::Meta, PACKED, self.packed.to_be_bytes());
        self.waiting_frames = self.waiting_frames.saturating_sub(count);
        self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes as u64);
        if self.packed >= head.last {
            (self.waiting_frames, self.waiting_bytes) = (0, 0);
        }
        write(store, &batch)
    }

    fn drop_some(
        &mut self,
        store: &dyn Store,
        head: &Head,
        mut dropping: Dropping,
    ) -> Result<(), StoreError> {
        if dropping.next == 0 {
            dropping.next = read_number(store, COMPACTED)?.max(1);
        }
        let before_ms = dropping.before.timestamp_millis();
        let (frames, parts) = read_run(store, dropping.next, 2, |header| {
            header.last <= dropping.covered && header.received_ms < before_ms
        })?;
        let decided_about = decided_about(store, head, &frames)?;
        let (Some(decided_about), Some(mut frame)) = (decided_about, join(frames)) else {
            return Ok(());
        };
        let mut counts = Counts::default();
        thin(&mut frame, |entry| {
            let droppable = dropping.may_drop(entry) && !decided_about.contains(&entry.seq);
            if droppable && let Body::Input(happening) = &entry.body {
                count(&mut counts, entry.at, &happening.input);
            }
            droppable
        });
        // A frame that became small is joined with those after it.
        let small = frame.items_length() < REST_BYTES / 2;
        let more = parts.len() > 1 || !small;
        dropping.next = if small { frame.header.first } else { frame.header.last + 1 };
        let mut batch = replace(&parts, &frame);
        counts.put(store, &mut batch)?;
        batch.put(Tree::Meta, COMPACTED, dropping.next.to_be_bytes());
        if frame.header.last > self.packed {
            self.packed = frame.header.last;
            batch.put(Tree::Meta, PACKED, self.packed.to_be_bytes());
        }
        write(store, &batch)?;
        self.dropping = more.then_some(dropping);
        Ok(())
    }
}

impl Dropping {
    fn may_drop(&self, entry: &Entry) -> bool {
        let Body::Input(happening) = &entry.body else { return false };
        let kind = match &happening.input {
            Input::ProbeResult { .. } | Input::Timer { reason: TimerReason::Evidence, .. } => true,
            Input::Started { .. }
            | Input::Report { .. }
            | Input::Command { .. }
            | Input::Timer { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Busy { .. }
            | Input::Trouble { .. }
            | Input::Learned { .. }
            | Input::Delivery { .. } => false,
        };
        kind && entry.at < self.before && !self.keep.iter().any(|span| span.contains(&entry.at))
    }
}

fn count(counts: &mut Counts, at: Timestamp, input: &Input) {
    if let Input::ProbeResult { probe, ok, .. } = input {
        counts.add(probe, at, *ok);
    }
}

/// A frame's first record and the number of its parts.
type Parts = Vec<(u64, u16)>;

/// Reads frames from record `first` on while they `may` be touched, up to about [`REST_BYTES`], but at
/// least `count_min`.
fn read_run(
    store: &dyn Store,
    first: u64,
    count_min: usize,
    may: impl Fn(&Header) -> bool,
) -> Result<(Vec<Frame>, Parts), StoreError> {
    let first = log::frame_at(store, first)?.map_or(first, |frame| frame.header.first);
    let (mut frames, mut parts, mut bytes) = (Vec::new(), Vec::new(), 0);
    for read in Frames::at(store, first) {
        let (frame, count) = read?;
        let full = bytes + frame.items_length() > REST_BYTES && frames.len() >= count_min;
        if full || frames.len() >= REST_FRAMES || !may(&frame.header) {
            break;
        }
        bytes += frame.items_length();
        parts.push((frame.header.first, count));
        frames.push(frame);
    }
    Ok((frames, parts))
}

/// One frame with the items of all.
fn join(frames: Vec<Frame>) -> Option<Frame> {
    frames.into_iter().reduce(|mut joined, next| {
        joined.header.last = next.header.last;
        joined.header.after = next.header.after;
        joined.header.decided = next.header.decided;
        joined.header.received_ms = next.header.received_ms;
        joined.items.extend(next.items);
        joined
    })
}

/// The batch that puts `frame` in the place of others.
fn replace(parts: &Parts, frame: &Frame) -> Batch {
    let mut batch = Batch::default();
    for (first, count) in parts {
        for part in 0..*count {
            batch.remove(Tree::Log, log::key(*first, part));
        }
    }
    log::put_frame(&mut batch, frame.header.first, &frame.encode(Packing::Small));
    batch
}

/// The records of `frames` that decisions are about; `None` when not all of these are in the log.
fn decided_about(
    store: &dyn Store,
    head: &Head,
    frames: &[Frame],
) -> Result<Option<BTreeSet<u64>>, FrameError> {
    let Some((first, last)) = frames.first().zip(frames.last()) else { return Ok(None) };
    let (first, last) = (first.header.first, last.header.last);
    let mut about = BTreeSet::new();
    for read in Frames::at(store, first).take(frames.len() + LOOK_AHEAD_FRAMES) {
        let (frame, _) = read?;
        for (_, entry) in entries(&frame) {
            if let Body::Decision(decision) = &entry.body {
                about.insert(decision.of);
            }
        }
        if frame.header.decided >= last {
            return Ok(Some(about));
        }
    }
    Ok((head.decided >= last).then_some(about))
}

/// The entries of a frame that can be read, with their places.
fn entries(frame: &Frame) -> impl Iterator<Item = (u64, Entry)> + '_ {
    let mut seq = frame.header.first;
    frame.items.iter().filter_map(move |item| {
        let at = seq;
        match item {
            Item::Record(bytes) => {
                seq += 1;
                log::entry(at, bytes).ok().map(|entry| (at, entry))
            }
            Item::Gap { last, .. } => {
                seq = last + 1;
                None
            }
        }
    })
}

/// Replaces records by gaps, one for each run of them; what cannot be read stays.
fn thin(frame: &mut Frame, mut may_drop: impl FnMut(&Entry) -> bool) {
    let mut seq = frame.header.first;
    let mut hash = frame.header.before;
    let mut kept: Vec<Item> = Vec::with_capacity(frame.items.len());
    for item in std::mem::take(&mut frame.items) {
        let item = match item {
            Item::Record(bytes) => {
                hash = chain(&hash, &bytes);
                match log::entry(seq, &bytes) {
                    Ok(entry) if may_drop(&entry) => {
                        Item::Gap { first: seq, last: seq, after: hash }
                    }
                    Ok(_) | Err(_) => Item::Record(bytes),
                }
            }
            gap @ Item::Gap { .. } => gap,
        };
        seq = match &item {
            Item::Record(_) => seq + 1,
            Item::Gap { last, after, .. } => {
                hash = *after;
                last + 1
            }
        };
        match (kept.last_mut(), item) {
            (
                Some(Item::Gap { last: earlier, after: hash_then, .. }),
                Item::Gap { last, after, .. },
            ) => {
                *earlier = last;
                *hash_then = after;
            }
            (_, item) => kept.push(item),
        }
    }
    frame.items = kept;
}

/// Writes durably. Failing here is never a matter of old damage alone.
fn write(store: &dyn Store, batch: &Batch) -> Result<(), StoreError> {
    store.apply(batch).and_then(|()| store.sync()).map_err(|error| match error {
        StoreError::Corrupt(what) => StoreError::Other(format!("while writing: {what}")),
        other @ (StoreError::Io(_) | StoreError::Other(_) | StoreError::Panicked(_)) => other,
    })
}

fn read_number(store: &dyn Store, key: &[u8]) -> Result<u64, StoreError> {
    let bytes = store.get(Tree::Meta, key)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}
