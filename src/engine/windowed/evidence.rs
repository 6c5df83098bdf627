//! The table of evidence, and the heads-up below the alarm.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::{
    domain::{ServerEvidence, ServerId, Timestamp},
    engine::detect::Finding,
};

use super::{
    Windowed,
    classes::{ClassIndex, ClassSort},
    score,
    window::Counts,
};

/// Healthy neighbours that are shown.
const NEIGHBOURS_MAX: usize = 3;
/// Rows of a table at most.
const ROWS_MAX: usize = 200;
/// A group of reports that chance brings less than once in this many hours is worth a word.
const HEADS_UP_HOURS: f64 = 24.0;

impl Windowed {
    /// A row for every affected server, then some healthy ones nearby.
    pub(super) fn table(
        &self,
        now: Timestamp,
        class: ClassIndex,
        affected: &[ServerId],
        minutes: i64,
    ) -> Vec<ServerEvidence> {
        let rows = affected.iter().take(ROWS_MAX).map(|one| self.row(now, one, minutes, true));
        let near = self.neighbours(class, affected);
        rows.chain(near.iter().map(|one| self.row(now, one, minutes, false))).collect()
    }

    pub(super) fn row(
        &self,
        now: Timestamp,
        server: &ServerId,
        minutes: i64,
        affected: bool,
    ) -> ServerEvidence {
        let shape = &self.classes.classes;
        let mut counts = Counts::default();
        let (mut normal, mut targets) = (0.0, 0.0);
        for index in shape.by_server.get(server).into_iter().flatten() {
            counts.add(&self.targets[*index].window.sum(now, minutes));
            normal += self.targets[*index].normal_loss(shape.targets[*index].baseline_loss);
            targets += 1.0;
        }
        ServerEvidence {
            server: server.clone(),
            affected,
            checks: counts.checks,
            failed: counts.failed,
            slow: counts.slow,
            normal_loss: if targets > 0.0 { normal / targets } else { 0.0 },
            people: self.people(now, &BTreeSet::from([server.clone()])),
        }
    }

    /// Servers of the smallest wider class that are not affected: what the answer excludes.
    fn neighbours(&self, class: ClassIndex, affected: &[ServerId]) -> Vec<ServerId> {
        let shape = &self.classes.classes;
        let own = &shape.all[class].servers;
        let wider = affected
            .first()
            .and_then(|server| shape.above_server.get(server))
            .into_iter()
            .flatten()
            .map(|index| &shape.all[*index].servers)
            .filter(|servers| servers.len() > own.len() && servers.is_superset(own))
            .min_by_key(|servers| servers.len());
        let inside = own.iter();
        let around = wider.into_iter().flatten();
        let elsewhere = shape.above_server.keys();
        let mut near = Vec::new();
        for server in inside.chain(around).chain(elsewhere) {
            if near.len() >= NEIGHBOURS_MAX {
                break;
            }
            let has_probe = shape.by_server.contains_key(server);
            if has_probe && !affected.contains(server) && !near.contains(server) {
                near.push(server.clone());
            }
        }
        near
    }

    /// EVIDENCE.md, "When to speak", 5, for reports: as many people on two or more servers within
    /// two hours as the fleet's background brings less than once a day. With N servers at λ
    /// reports an hour, k people within two hours come Nλ·P(Poisson(2Nλ) ≥ k − 1) times an hour.
    pub(super) fn look_for_heads_up(&self, now: Timestamp) -> Option<Finding> {
        let window = TimeDelta::hours(score::REPORT_HOURS as i64);
        if self.headed_up_at.is_some_and(|at| now - at < window) {
            return None;
        }
        let recent: Vec<&ServerId> = self
            .reports
            .iter()
            .filter(|(at, _)| now - *at <= window)
            .map(|(_, server)| server)
            .filter(|server| !self.standing.values().any(|one| one.servers.contains(server)))
            .collect();
        let servers: BTreeSet<ServerId> = recent.iter().map(|one| (*one).clone()).collect();
        let people = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        if servers.len() < 2 {
            return None;
        }
        let fleet = self.classes.classes.servers;
        let others = score::tail(people - 1, score::background(fleet));
        let an_hour = score::REPORTS_PER_HOUR * fleet as f64 * (-others).exp();
        if an_hour * HEADS_UP_HOURS >= 1.0 {
            return None;
        }
        let failed = servers.iter().map(|server| {
            let row = self.row(now, server, 30, true);
            row.failed + row.slow
        });
        Some(Finding::HeadsUp {
            people,
            failed: failed.sum(),
            shared: self.shared(&servers),
            servers: servers.into_iter().collect(),
        })
    }

    /// The components of the smallest class that holds all these servers.
    fn shared(&self, servers: &BTreeSet<ServerId>) -> Vec<String> {
        let fleet = self.classes.classes.all.iter().filter(|one| one.sort == ClassSort::Fleet);
        fleet
            .filter(|class| class.servers.is_superset(servers))
            .min_by_key(|class| class.servers.len())
            .map(|class| class.members.iter().map(|member| member.id.clone()).collect())
            .unwrap_or_default()
    }
}
