//! What the windows hold, as data. Must not decide.
//!
//! Surprise is in nats against an alarm in nats that stands for one false alarm in thirty days; it
//! is told in the seconds after which chance alone would bring as much.

use chrono::TimeDelta;

use crate::{
    domain::{ServerId, Timestamp},
    engine::detect::{
        ClassEvidence, ClassMember, CountedReport, Explanation, ServerChart, TargetEvidence,
    },
};

use super::{Windowed, classes::ClassSort, score, target::Target, window::Counts};

/// Minutes that count for a probe's row.
const MINUTES: i64 = 30;

impl Windowed {
    pub(super) fn explanation(&self, now: Timestamp) -> Explanation {
        let mut classes = self.class_rows(now);
        classes.truncate(Explanation::CLASSES_MAX);
        let skipped = self.reports.len().saturating_sub(Explanation::REPORTS_MAX);
        let reports = self.reports.iter().skip(skipped);
        Explanation {
            evidence_s: classes.first().map_or(0.0, |class| class.evidence_s),
            alarm_s: score::FALSE_ALARM_HOURS * 3600.0,
            heads_up_s: 86_400.0,
            classes,
            targets: self.target_rows(now),
            blind: self.blind.keys().cloned().collect(),
            reports: reports
                .map(|(at, server)| CountedReport { at: *at, server: server.clone() })
                .collect(),
        }
    }

    /// Classes with anything unexplained, the most surprising first.
    fn class_rows(&self, now: Timestamp) -> Vec<ClassEvidence> {
        let alarm = score::alarm(self.classes.classes.suspects);
        let alarm_s = score::FALSE_ALARM_HOURS * 3600.0;
        let mut rows = Vec::new();
        for (index, class) in self.classes.classes.all.iter().enumerate() {
            if class.sort != ClassSort::Fleet {
                continue;
            }
            let surprise = self.surprise(now, index);
            let suspected = class.servers.iter().any(|server| self.is_suspected(server));
            if surprise <= 0.0 && !suspected {
                continue;
            }
            let member = |one: &super::classes::Member| ClassMember {
                kind: one.kind.to_owned(),
                id: one.id.clone(),
            };
            rows.push(ClassEvidence {
                members: class.members.iter().map(member).collect(),
                servers: class.servers.len(),
                targets: class.targets.len(),
                evidence_s: alarm_s * (surprise - alarm).min(300.0).exp(),
                score: None,
                suspected,
            });
        }
        rows.sort_by(|one, other| other.evidence_s.total_cmp(&one.evidence_s));
        rows
    }

    /// Probes with bad results, the worst first.
    fn target_rows(&self, now: Timestamp) -> Vec<TargetEvidence> {
        let targets = self.targets.iter().zip(&self.classes.classes.targets);
        let mut bad: Vec<(Counts, &Target, _)> = targets
            .map(|(target, place)| (target.window.sum(now, MINUTES), target, place))
            .filter(|(counts, ..)| counts.bad() > 0)
            .collect();
        bad.sort_by_key(|(counts, ..)| std::cmp::Reverse(counts.bad()));
        bad.into_iter()
            .take(Explanation::TARGETS_MAX)
            .map(|(counts, target, place)| TargetEvidence {
                probe: place.probe.clone(),
                server: place.server.clone(),
                vantage: place.vantage.clone(),
                checks: counts.checks,
                failed: counts.failed,
                slow: counts.slow,
                normal_loss: target.normal_loss(place.baseline_loss),
            })
            .collect()
    }

    pub(super) fn chart_row(
        &self,
        now: Timestamp,
        server: &ServerId,
        minutes: usize,
    ) -> ServerChart {
        let targets = self.classes.classes.by_server.get(server).into_iter().flatten();
        let mut cells = vec![Counts::default(); minutes];
        for target in targets.filter_map(|index| self.targets.get(*index)) {
            for (ago, cell) in cells.iter_mut().rev().enumerate() {
                cell.add(&target.window.cell(now, ago));
            }
        }
        let mut reports = vec![0; minutes];
        for (at, _) in self.reports.iter().filter(|(_, reported)| reported == server) {
            let ago = minute(now) - minute(*at);
            let place = usize::try_from(ago).ok().and_then(|ago| minutes.checked_sub(ago + 1));
            if let Some(cell) = place.and_then(|place| reports.get_mut(place)) {
                *cell += 1;
            }
        }
        ServerChart {
            server: server.clone(),
            checks: cells.iter().map(|cell| cell.checks).collect(),
            bad: cells.iter().map(Counts::bad).collect(),
            reports,
        }
    }
}

fn minute(at: Timestamp) -> i64 {
    at.timestamp().div_euclid(TimeDelta::minutes(1).num_seconds())
}
