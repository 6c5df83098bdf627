//! Frames: the records of one commit, or many packed together, as bytes; and the chain of hashes.
//!
//! A frame's bytes, numbers little-endian:
//!
//! ```text
//! 1   format (1)
//! 1   encoding of the items: 0 as they are, 1 deflate
//! 8   seq of the first item        8   seq of the last item
//! 8   latest `received` of an input so far, ms since 1970 (i64::MIN: none yet)
//! 8   `decided` of the last record
//! 32  chain before the first item  32  chain after the last item
//! 8   length of the items when they are not deflated
//! …   items: 0, length (4), record    or    1, first (8), last (8), chain after (32): dropped
//! ```
//!
//! The chain after a record is SHA-256 over the chain before it and the record's bytes; the chain
//! after dropped records is what it was when they were dropped. Must not: touch the store.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use sha2::{Digest, Sha256};

/// A link of the chain.
pub(super) type Hash = [u8; 32];

/// The items of a frame may not be longer than this, in bytes: larger is damage.
pub(super) const ITEMS_LENGTH_MAX: usize = 256 << 20;

const FORMAT: u8 = 1;
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;
/// A commit of fewer bytes is written as it is, to keep the time of a commit short.
const DEFLATE_FROM_BYTES: usize = 256 << 10;
const HEADER_LENGTH: usize = 2 + 4 * 8 + 2 * 32 + 8;

/// What a frame says before its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub first: u64,
    pub last: u64,
    /// Milliseconds since 1970; `i64::MIN` while there was no input.
    pub received_ms: i64,
    pub decided: u64,
    pub before: Hash,
    pub after: Hash,
}

/// One record, or the place of dropped ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Record(Vec<u8>),
    Gap { first: u64, last: u64, after: Hash },
}

/// A header with its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub header: Header,
    pub items: Vec<Item>,
}

/// Whether a frame is made as small as it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// A commit: time matters.
    Quick,
    /// At rest: size matters.
    Small,
}

/// The chain before the first record of an installation.
pub(super) fn genesis(installation: &str) -> Hash {
    chain(&[0; 32], format!("bellwether journal {installation}").as_bytes())
}

/// The chain after a record.
pub(super) fn chain(before: &Hash, record: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(record);
    hash.finalize().into()
}

/// A hash in hex, for reports.
pub(super) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Item {
    fn length(&self) -> usize {
        match self {
            Self::Record(bytes) => 5 + bytes.len(),
            Self::Gap { .. } => 49,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Record(bytes) => {
                out.push(0);
                out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
                out.extend_from_slice(bytes);
            }
            Self::Gap { first, last, after } => {
                out.push(1);
                out.extend_from_slice(&first.to_le_bytes());
                out.extend_from_slice(&last.to_le_bytes());
                out.extend_from_slice(after);
            }
        }
    }
}

impl Frame {
    /// The length of its items in bytes, not deflated.
    pub fn items_length(&self) -> usize {
        self.items.iter().map(Item::length).sum()
    }

    /// Its bytes.
    pub fn encode(&self, packing: Packing) -> Vec<u8> {
        let items_length = self.items_length();
        let mut items = Vec::with_capacity(items_length);
        for item in &self.items {
            item.write(&mut items);
        }
        let deflated = (packing == Packing::Small || items_length >= DEFLATE_FROM_BYTES)
            .then(|| deflate(&items, packing))
            .filter(|deflated| deflated.len() < items.len());
        let mut out = Vec::with_capacity(HEADER_LENGTH + items.len());
        out.extend([FORMAT, if deflated.is_some() { DEFLATED } else { PLAIN }]);
        out.extend_from_slice(&self.header.first.to_le_bytes());
        out.extend_from_slice(&self.header.last.to_le_bytes());
        out.extend_from_slice(&self.header.received_ms.to_le_bytes());
        out.extend_from_slice(&self.header.decided.to_le_bytes());
        out.extend_from_slice(&self.header.before);
        out.extend_from_slice(&self.header.after);
        out.extend_from_slice(&(items_length as u64).to_le_bytes());
        out.extend_from_slice(deflated.as_deref().unwrap_or(&items));
        out
    }

    /// Reads a frame and checks its chain.
    ///
    /// # Errors
    /// Says what is amiss, if anything is.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut input = Input(bytes);
        let [format, encoding] = input.array()?;
        if format != FORMAT {
            return Err(format!("a frame of unknown format {format}"));
        }
        let header = Header {
            first: input.number()?,
            last: input.number()?,
            received_ms: i64::from_le_bytes(input.array()?),
            decided: input.number()?,
            before: input.array()?,
            after: input.array()?,
        };
        let items_length = usize::try_from(input.number()?).unwrap_or(usize::MAX);
        if items_length > ITEMS_LENGTH_MAX {
            return Err(format!("a frame of {items_length} bytes"));
        }
        let items = match encoding {
            PLAIN => input.0.to_vec(),
            DEFLATED => inflate(input.0, items_length)?,
            other => return Err(format!("a frame of unknown encoding {other}")),
        };
        if items.len() != items_length {
            return Err(format!("{} bytes of items instead of {items_length}", items.len()));
        }
        let frame = Self { header, items: read_items(&items)? };
        frame.check()?;
        Ok(frame)
    }

    /// The chain after record `seq`, if this frame knows it.
    pub fn chain_at(&self, seq: u64) -> Option<Hash> {
        let mut at = self.header.first;
        let mut hash = self.header.before;
        for item in &self.items {
            let last = match item {
                Item::Record(bytes) => {
                    hash = chain(&hash, bytes);
                    at
                }
                Item::Gap { last, after, .. } => {
                    hash = *after;
                    *last
                }
            };
            if last == seq {
                return Some(hash);
            }
            at = last + 1;
        }
        None
    }

    fn check(&self) -> Result<(), String> {
        let mut next = self.header.first;
        let mut hash = self.header.before;
        for item in &self.items {
            match item {
                Item::Record(bytes) => {
                    hash = chain(&hash, bytes);
                    next += 1;
                }
                Item::Gap { first, last, after } => {
                    if *first != next || last < first || *last > self.header.last {
                        return Err(format!("a gap from {first} to {last} at record {next}"));
                    }
                    hash = *after;
                    next = last + 1;
                }
            }
        }
        if next != self.header.last.wrapping_add(1) || self.items.is_empty() {
            return Err(format!("a frame that ends before {next} instead of {}", self.header.last));
        }
        if hash != self.header.after {
            return Err(format!("the chain of hashes is broken before record {next}"));
        }
        Ok(())
    }
}

fn deflate(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let level = match packing {
        Packing::Quick => Compression::fast(),
        Packing::Small => Compression::default(),
    };
    let mut encoder = DeflateEncoder::new(Vec::new(), level);
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(deflated) => deflated,
        // Writing to memory does not fail; if it did, the items would be kept as they are.
        Err(_) => bytes.to_vec(),
    }
}

fn inflate(bytes: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    DeflateDecoder::new(bytes)
        .take(length as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|error| format!("a frame that cannot be inflated: {error}"))?;
    Ok(out)
}

fn read_items(bytes: &[u8]) -> Result<Vec<Item>, String> {
    let mut input = Input(bytes);
    let mut items = Vec::new();
    while !input.0.is_empty() {
        let [kind] = input.array()?;
        items.push(match kind {
            0 => {
                let length = u32::from_le_bytes(input.array()?) as usize;
                Item::Record(input.bytes(length)?.to_vec())
            }
            1 => Item::Gap { first: input.number()?, last: input.number()?, after: input.array()? },
            other => return Err(format!("an item of unknown kind {other}")),
        });
    }
    Ok(items)
}

/// Bytes that are read from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn bytes(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| "a frame cut short".to_owned())?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    fn number(&mut self) -> Result<u64, String> {
        self.array().map(u64::from_le_bytes)
    }
}
