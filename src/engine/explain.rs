//! The evidence at a moment, as data: what stands, what is weighed against it, what was measured.
//!
//! For `bellwether explain`, the post-mortem, and charts on cards and pages. Staff only: it names
//! servers and components. Must not: change anything, or make words. Start at [`Explained`].

use chrono::{DurationRound, TimeDelta};
use serde::Serialize;

use crate::domain::{ServerId, Suspicion, Timestamp};

use super::{
    detect::{Detector, Explanation, ServerChart},
    records::Records,
};

/// Servers of a chart at most.
pub const CHART_SERVERS_MAX: usize = 50;
/// Minutes of a chart at most.
pub const CHART_MINUTES_MAX: usize = 120;

/// What the evidence says at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The moment.
    pub at: Timestamp,
    /// Suspicions that stand, oldest first.
    pub standing: Vec<Standing>,
    /// What the detector weighs.
    pub weighed: Explanation,
    /// The servers of what stands and of what is weighed, by the minute.
    pub chart: Chart,
}

/// A suspicion that stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// When it was first raised.
    pub raised_at: Timestamp,
    /// As it was last said.
    pub suspicion: Suspicion,
}

/// Loss and reports by the minute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// When the first minute begins.
    pub from: Timestamp,
    /// How many minutes there are; the last one may not be over.
    pub minutes: usize,
    /// A row a server.
    pub servers: Vec<ServerChart>,
}

/// What `detector` and `records` say at `now`.
pub(super) fn of<D: Detector>(detector: &D, records: &Records, now: Timestamp) -> Explained {
    let standing: Vec<Standing> = records
        .suspicions
        .values()
        .filter(|record| record.stands())
        .map(|record| Standing { raised_at: record.raised_at, suspicion: record.suspicion.clone() })
        .collect();
    let weighed = detector.explain(now);
    let servers = concerned(&standing, &weighed);
    let chart = chart(detector, now, &servers, CHART_MINUTES_MAX);
    Explained { at: now, standing, weighed, chart }
}

/// The chart of `servers` over the last `minutes`.
pub(super) fn chart<D: Detector>(
    detector: &D,
    now: Timestamp,
    servers: &[ServerId],
    minutes: usize,
) -> Chart {
    let minutes = minutes.clamp(1, CHART_MINUTES_MAX);
    let servers = &servers[..servers.len().min(CHART_SERVERS_MAX)];
    let back = TimeDelta::minutes(i64::try_from(minutes).unwrap_or(i64::MAX) - 1);
    // A moment too far from 1970 to be cut to the minute is shown as it is.
    let this_minute = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
    Chart { from: this_minute - back, minutes, servers: detector.chart(now, servers, minutes) }
}

/// Servers worth a row: first the suspected ones, then those with bad checks or reports.
fn concerned(standing: &[Standing], weighed: &Explanation) -> Vec<ServerId> {
    let suspected = standing.iter().flat_map(|one| &one.suspicion.evidence).map(|row| &row.server);
    let bad = weighed.targets.iter().filter_map(|target| target.server.as_ref());
    let reported = weighed.reports.iter().map(|report| &report.server);
    let mut servers: Vec<ServerId> = Vec::new();
    for server in suspected.chain(bad).chain(reported) {
        if servers.len() < CHART_SERVERS_MAX && !servers.contains(server) {
            servers.push(server.clone());
        }
    }
    servers
}
