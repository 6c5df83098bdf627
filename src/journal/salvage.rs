//! Reading what can be read of a damaged log, past the parts that cannot.
//!
//! Where [`Frames`] ends with an error, this looks for the next frame that can be read and puts a
//! gap in the place of what lies between, so that a flipped bit in an old page costs the records of that
//! page, not all that came after. Only [`super::repair`] may use it. Must not: write.

use super::{
    frame::{Frame, Hash, Header, Item, genesis},
    log::Frames,
    store::Store,
};

/// All frames that can be read, with gaps for what cannot.
pub(super) struct Salvage<'a> {
    store: &'a dyn Store,
    frames: Frames<&'a dyn Store>,
    /// The last record so far, and the header it came with.
    last: Header,
    /// A frame that was found behind a gap.
    next: Option<Frame>,
    /// Records that lie in the gaps put here, not by retention.
    pub lost: u64,
}

impl<'a> Salvage<'a> {
    /// From the first record on.
    pub fn new(store: &'a dyn Store, installation: &str) -> Self {
        let hash = genesis(installation);
        let last = Header {
            first: 0,
            last: 0,
            received_ms: i64::MIN,
            decided: 0,
            before: hash,
            after: hash,
        };
        Self { store, frames: Frames::one_by_one(store, 0), last, next: None, lost: 0 }
    }

    /// The last record so far, and the chain after it.
    pub fn reached(&self) -> (u64, Hash) {
        (self.last.last, self.last.after)
    }

    fn follows(&self, frame: &Frame) -> bool {
        frame.header.first == self.last.last + 1 && frame.header.before == self.last.after
    }

    /// The first frame that can be read among those that begin after record `after`.
    fn find_after(&self, after: u64) -> Option<Frame> {
        let read =
            |from: u64| Frames::one_by_one(self.store, from).next()?.ok().map(|(frame, _)| frame);
        let (mut unreadable, mut step) = (after, 1_u64);
        let mut found = loop {
            let from = after.checked_add(step)?;
            match read(from) {
                Some(frame) => break frame,
                // Beyond the last frame nothing is there; a damaged page says so with an error.
                None if Frames::one_by_one(self.store, from).next().is_none() => return None,
                None => (unreadable, step) = (from, step.checked_mul(2)?),
            }
        };
        while found.header.first - unreadable > 1 {
            let middle = unreadable + (found.header.first - unreadable) / 2;
            match read(middle) {
                Some(frame) if frame.header.first < found.header.first => found = frame,
                Some(_) | None => unreadable = middle,
            }
        }
        Some(found)
    }

    fn gap_before(&mut self, frame: Frame) -> Option<Frame> {
        let (first, last) = (self.last.last + 1, frame.header.first.checked_sub(1)?);
        if last < first {
            return None;
        }
        self.lost += last - first + 1;
        let after = frame.header.before;
        let before = self.last.after;
        let header = Header { first, last, before, after, ..self.last.clone() };
        self.frames = Frames::one_by_one(self.store, frame.header.last + 1);
        self.next = Some(frame);
        Some(Frame { header, items: vec![Item::Gap { first, last, after }] })
    }
}

impl Iterator for Salvage<'_> {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let frame = match self.next.take() {
            Some(frame) => frame,
            None => match self.frames.next()? {
                Ok((frame, _)) if self.follows(&frame) => frame,
                Ok((frame, _)) => self.gap_before(frame)?,
                Err(_) => {
                    let found = self.find_after(self.last.last)?;
                    self.gap_before(found)?
                }
            },
        };
        self.last = frame.header.clone();
        Some(frame)
    }
}
