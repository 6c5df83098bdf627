//! Per-minute counts of a probe's results, kept when the results themselves are dropped.
//!
//! One row per probe and day (UTC): key the day's number (big-endian) and the probe's id; value, deflated, a
//! list of minute (distance from the one before), ok, failed, each a varint. Must not: count a
//! result twice; rows change in the same transaction that drops the results.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use chrono::{DateTime, TimeDelta};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use crate::domain::{ProbeId, Timestamp};

use super::store::{Batch, Store, StoreError, Tree};

const MINUTES_PER_DAY: i64 = 1440;
/// A row is not longer than this, in bytes: three numbers a minute.
const ROW_LENGTH_MAX: u64 = 1440 * 3 * 5;

/// How often a probe was ok and failed in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteCount {
    /// The minute's beginning.
    pub minute: Timestamp,
    /// Results that were ok.
    pub ok: u32,
    /// Results that were not.
    pub failed: u32,
}

/// Minute of the day to (ok, failed).
type Row = BTreeMap<u32, (u32, u32)>;

/// Counts that are to be added to the store.
#[derive(Debug, Default)]
pub(super) struct Counts(BTreeMap<(u32, ProbeId), Row>);

impl Counts {
    /// Counts one result received at `at`.
    pub fn add(&mut self, probe: &ProbeId, at: Timestamp, ok: bool) {
        let minutes = at.timestamp().div_euclid(60);
        let day = u32::try_from(minutes.div_euclid(MINUTES_PER_DAY)).unwrap_or(0);
        let minute = u32::try_from(minutes.rem_euclid(MINUTES_PER_DAY)).unwrap_or(0);
        let row = self.0.entry((day, probe.clone())).or_default();
        let (oks, faileds) = row.entry(minute).or_default();
        *(if ok { oks } else { faileds }) += 1;
    }

    /// Adds the rows, each with what the store has of it already, to a batch.
    pub fn put(self, store: &dyn Store, batch: &mut Batch) -> Result<(), StoreError> {
        for ((day, probe), added) in self.0 {
            let mut row = read_row(store, day, &probe)?;
            for (minute, (ok, failed)) in added {
                let (oks, faileds) = row.entry(minute).or_default();
                *oks = oks.saturating_add(ok);
                *faileds = faileds.saturating_add(failed);
            }
            batch.put(Tree::Counts, key(day, &probe), encode(&row)?);
        }
        Ok(())
    }
}

/// The counts of a probe on the day of `day`.
pub(super) fn read_day(
    store: &dyn Store,
    probe: &ProbeId,
    day: Timestamp,
) -> Result<Vec<MinuteCount>, StoreError> {
    let days = day.timestamp().div_euclid(60 * MINUTES_PER_DAY);
    let number = u32::try_from(days).unwrap_or(0);
    let start = DateTime::from_timestamp(i64::from(number) * 60 * MINUTES_PER_DAY, 0);
    let Some(start) = start else { return Ok(Vec::new()) };
    let row = read_row(store, number, probe)?;
    let counts = row.into_iter().map(|(minute, (ok, failed))| MinuteCount {
        minute: start + TimeDelta::minutes(minute.into()),
        ok,
        failed,
    });
    Ok(counts.collect())
}

fn key(day: u32, probe: &ProbeId) -> Vec<u8> {
    let mut key = day.to_be_bytes().to_vec();
    key.extend_from_slice(probe.as_str().as_bytes());
    key
}

fn read_row(store: &dyn Store, day: u32, probe: &ProbeId) -> Result<Row, StoreError> {
    let Some(bytes) = store.get(Tree::Counts, &key(day, probe))? else { return Ok(Row::new()) };
    let mut plain = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).take(ROW_LENGTH_MAX).read_to_end(&mut plain)?;
    let mut numbers = plain.as_slice();
    let mut row = Row::new();
    let mut minute = 0;
    while !numbers.is_empty() {
        minute += read_varint(&mut numbers)?;
        row.insert(minute, (read_varint(&mut numbers)?, read_varint(&mut numbers)?));
    }
    Ok(row)
}

fn encode(row: &Row) -> Result<Vec<u8>, StoreError> {
    let mut plain = Vec::new();
    let mut before = 0;
    for (minute, (ok, failed)) in row {
        for number in [minute - before, *ok, *failed] {
            write_varint(&mut plain, number);
        }
        before = *minute;
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&plain)?;
    Ok(encoder.finish()?)
}

fn write_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_varint(input: &mut &[u8]) -> Result<u32, StoreError> {
    let mut number = 0_u32;
    for shift in (0..32).step_by(7) {
        let bad = || StoreError::Corrupt("a row of counts is cut short".to_owned());
        let (byte, rest) = input.split_first().ok_or_else(bad)?;
        *input = rest;
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(StoreError::Corrupt("a row of counts holds a number that is too long".to_owned()))
}
