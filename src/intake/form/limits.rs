//! How many reports strangers may send within an hour: from one address, and from everybody.
//!
//! Must not grow: it holds no more moments than the limit for everybody.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::TimeDelta;

use crate::domain::Timestamp;

const WINDOW: TimeDelta = TimeDelta::hours(1);

/// The last hour's reports.
pub(in crate::intake) struct Limits {
    per_address_max: usize,
    total_max: usize,
    taken: Arc<Mutex<Taken>>,
}

/// What was taken within the last hour.
#[derive(Default)]
pub(in crate::intake) struct Taken {
    moments: VecDeque<(Timestamp, IpAddr)>,
    by_address: BTreeMap<IpAddr, usize>,
}

impl Limits {
    /// Goes on counting from what was `taken`.
    pub(in crate::intake) fn new(
        per_address_max: usize,
        total_max: usize,
        taken: Arc<Mutex<Taken>>,
    ) -> Self {
        Self { per_address_max, total_max, taken }
    }

    /// Counts one more report, unless a limit is reached: then says how long until it isn't.
    pub(in crate::intake) fn count(
        &self,
        now: Timestamp,
        address: IpAddr,
    ) -> Result<(), TimeDelta> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.forget_before(now - WINDOW);
        let from_here = taken.by_address.get(&address).copied().unwrap_or(0);
        let wait_for = if from_here >= self.per_address_max {
            taken.moments.iter().find(|(_, from)| *from == address)
        } else if taken.moments.len() >= self.total_max {
            taken.moments.front()
        } else {
            taken.moments.push_back((now, address));
            taken.by_address.insert(address, from_here + 1);
            return Ok(());
        };
        Err(wait_for.map_or(WINDOW, |(moment, _)| *moment + WINDOW - now))
    }
}

impl Taken {
    fn forget_before(&mut self, earliest: Timestamp) {
        while let Some((_, address)) = self.moments.pop_front_if(|(at, _)| *at <= earliest) {
            if let Some(count) = self.by_address.get_mut(&address) {
                *count -= 1;
                if *count == 0 {
                    self.by_address.remove(&address);
                }
            }
        }
    }
}
