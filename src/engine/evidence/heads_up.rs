//! The heads-up below the alarm, for staff alone (EVIDENCE.md, "When to speak", 5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{domain::ServerId, engine::detect::Finding};

use super::{
    Evidence,
    answer::Told,
    model::{BACKGROUND_PER_HOUR, HEADS_UP_S, WINDOW_MS},
    shape::Sort,
};

/// A group of reports that chance brings less than once in this many hours is worth a word.
const CHANCE_HOURS: f64 = 24.0;
/// Reports count for this long, in hours.
const REPORT_HOURS: f64 = 2.0;
/// The evidence must have faded to this part of the level before it can rise to it again.
const FADED: f64 = 0.1;

/// The last heads-up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct HeadsUp {
    at_ms: Option<i64>,
    servers: Vec<ServerId>,
    /// Stage 1 has not faded since.
    holds: bool,
}

impl HeadsUp {
    /// One was given.
    pub fn given(&mut self, now_ms: i64, servers: &[ServerId]) {
        *self = Self { at_ms: Some(now_ms), servers: servers.to_vec(), holds: true };
    }

    /// Stage 1 now stands at `total` seconds.
    pub fn fade(&mut self, total: f64) {
        self.holds &= total > FADED * HEADS_UP_S;
    }

    fn is_recent(&self, now_ms: i64) -> bool {
        self.at_ms.is_some_and(|at| now_ms - at < WINDOW_MS)
    }
}

impl Evidence {
    /// Stage 1 has passed a day and stage 2 names something.
    pub(super) fn find_heads_up(&mut self, told: &Told) {
        let is_new = !self.heads_up.holds && !self.heads_up.is_recent(self.now_ms);
        if is_new && self.core.stage1().total() >= HEADS_UP_S {
            self.push_heads_up(&told.servers.iter().cloned().collect());
        }
    }

    /// As many people on two or more servers within two hours as the fleet's background brings
    /// less than once a day. With N servers at λ0 reports an hour, k people within two hours come
    /// N·λ0·P(Poisson(2·N·λ0) ≥ k − 1) times an hour.
    pub(super) fn find_heads_up_of_reports(&mut self) {
        if self.heads_up.is_recent(self.now_ms) {
            return;
        }
        let from_ms = self.now_ms - WINDOW_MS;
        let recent = self.core.reports().filter(|(at, _)| *at > from_ms);
        let open: Vec<&ServerId> = recent
            .filter_map(|(_, place)| self.names.servers.get(place))
            .filter(|server| !self.standing.values().any(|one| one.servers.contains(server)))
            .collect();
        let servers: BTreeSet<ServerId> = open.iter().map(|server| (*server).clone()).collect();
        if servers.len() < 2 {
            return;
        }
        let an_hour = BACKGROUND_PER_HOUR * self.core.shape().servers() as f64;
        let chance = an_hour * at_least(open.len() - 1, REPORT_HOURS * an_hour);
        if chance * CHANCE_HOURS < 1.0 {
            self.push_heads_up(&servers);
        }
    }

    fn push_heads_up(&mut self, servers: &BTreeSet<ServerId>) {
        let places: Vec<usize> =
            servers.iter().filter_map(|server| self.names.place(server)).collect();
        let from_ms = self.now_ms - WINDOW_MS;
        let reports = self.core.reports().filter(|(at, _)| *at > from_ms);
        let people = reports.filter(|(_, place)| places.contains(place)).count();
        let counts = places.iter().map(|place| self.counts_of(*place, from_ms));
        let failed = counts.map(|counts| counts.bad()).sum();
        self.found.push(Finding::HeadsUp {
            servers: servers.iter().cloned().collect(),
            people: u32::try_from(people).unwrap_or(u32::MAX),
            shared: if places.len() > 1 { self.shared(&places) } else { Vec::new() },
            failed,
        });
    }

    /// The components of the smallest class that holds all these servers.
    fn shared(&self, places: &[usize]) -> Vec<String> {
        let shape = self.core.shape();
        let holds = |class: &usize| {
            let own = shape.places(*class);
            places.iter().all(|place| own.binary_search(place).is_ok())
        };
        let classes = 0..shape.classes().len();
        let smallest = classes
            .filter(|class| shape.class(*class).sort == Sort::Fleet)
            .filter(holds)
            .min_by_key(|class| shape.places(*class).len());
        let members = smallest.map(|class| &self.names.members[class]);
        members.into_iter().flatten().map(|member| member.id.clone()).collect()
    }
}

/// P(X ≥ count) for a Poisson X with this mean.
fn at_least(count: usize, mean: f64) -> f64 {
    let (mut term, mut below) = ((-mean).exp(), 0.0);
    for step in 0..count {
        below += term;
        term *= mean / (step + 1) as f64;
    }
    (1.0 - below).max(0.0)
}
