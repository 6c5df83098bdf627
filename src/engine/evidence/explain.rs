//! All that is weighed, as data for `explain`, the post-mortem and charts. Must not decide.

use crate::{
    domain::{ServerId, Timestamp},
    engine::detect::{
        ClassEvidence, ClassMember, CountedReport, Explanation, ServerChart, TargetEvidence,
    },
};

use super::{
    Evidence,
    model::{ALARM_S, HEADS_UP_S, WINDOW_MS},
    ring::Outcome,
    shape::Sort,
    timestamp,
};

impl Evidence {
    pub(super) fn explanation(&self, now: Timestamp) -> Explanation {
        let reports: Vec<CountedReport> = self
            .core
            .reports()
            .filter_map(|(at_ms, place)| {
                let server = self.names.servers.get(place)?.clone();
                Some(CountedReport { at: timestamp(at_ms), server })
            })
            .collect();
        let skipped = reports.len().saturating_sub(Explanation::REPORTS_MAX);
        Explanation {
            evidence_s: self.core.stage1().total(),
            alarm_s: ALARM_S,
            heads_up_s: HEADS_UP_S,
            classes: self.class_rows(now.timestamp_millis()),
            targets: self.target_rows(now.timestamp_millis()),
            blind: self.blind.keys().cloned().collect(),
            reports: reports.into_iter().skip(skipped).collect(),
            published: self.published_rows(now),
        }
    }

    /// Classes with anything to say, those that explain most first.
    fn class_rows(&self, now_ms: i64) -> Vec<ClassEvidence> {
        let singles = self.core.localise(now_ms, &[]).answer.singles;
        let suspected: Vec<usize> = self.standing.values().flat_map(|one| one.classes()).collect();
        let shape = self.core.shape();
        let score_of = |class: usize| {
            let found = singles.binary_search_by_key(&class, |single| single.0).ok()?;
            Some(singles[found].1)
        };
        let mut rows: Vec<(usize, Option<f64>)> = (0..shape.classes().len())
            .map(|class| (class, score_of(class)))
            .filter(|(class, score)| score.is_some() || suspected.contains(class))
            .filter(|(class, _)| shape.class(*class).sort != Sort::Canary)
            .collect();
        let key = |row: &(usize, Option<f64>)| row.1.unwrap_or(f64::NEG_INFINITY);
        rows.sort_by(|one, other| key(other).total_cmp(&key(one)));
        rows.truncate(Explanation::CLASSES_MAX);
        rows.into_iter()
            .map(|(class, score)| ClassEvidence {
                members: self.class_members(class),
                servers: shape.places(class).iter().filter(|one| **one < shape.servers()).count(),
                targets: shape.class(class).targets.len(),
                evidence_s: self.core.stage1().sum(class),
                score: score.filter(|score| score.is_finite()),
                suspected: suspected.contains(&class),
            })
            .collect()
    }

    fn class_members(&self, class: usize) -> Vec<ClassMember> {
        let members = self.names.members[class].iter();
        members.map(|one| ClassMember { kind: one.kind.to_owned(), id: one.id.clone() }).collect()
    }

    /// Probes with bad results, the worst first.
    fn target_rows(&self, now_ms: i64) -> Vec<TargetEvidence> {
        let mut bad: Vec<_> = (0..self.core.shape().targets())
            .map(|target| (self.core.counts(target, now_ms - WINDOW_MS, now_ms), target))
            .filter(|(counts, _)| counts.bad() > 0)
            .collect();
        bad.sort_by_key(|(counts, _)| std::cmp::Reverse(counts.bad()));
        bad.into_iter()
            .take(Explanation::TARGETS_MAX)
            .filter_map(|(counts, target)| {
                let name = &self.names.targets[target];
                Some(TargetEvidence {
                    probe: name.probe.clone()?,
                    server: name.server.clone(),
                    vantage: name.vantage.clone(),
                    checks: counts.checks,
                    failed: counts.failed,
                    slow: counts.slow,
                    normal_loss: self.core.target(target).baseline(),
                })
            })
            .collect()
    }

    pub(super) fn chart_row(
        &self,
        now: Timestamp,
        server: &ServerId,
        minutes: usize,
    ) -> ServerChart {
        let (mut checks, mut bad, mut reports) =
            (vec![0; minutes], vec![0; minutes], vec![0; minutes]);
        let cell = |at_ms: i64| {
            let ago = minute(now.timestamp_millis()) - minute(at_ms);
            usize::try_from(ago).ok().and_then(|ago| minutes.checked_sub(ago + 1))
        };
        let place = self.names.place(server);
        let targets = place.map(|place| self.core.shape().targets_of(place)).unwrap_or_default();
        for target in targets {
            let ring = self.core.target(*target).ring();
            for (at_ms, outcome) in ring.entries_back(ring.until(now.timestamp_millis())) {
                let Some(cell) = cell(at_ms) else { break };
                checks[cell] += 1;
                bad[cell] += u32::from(outcome != Outcome::Good);
            }
        }
        for (at_ms, _) in self.core.reports().filter(|(_, other)| Some(*other) == place) {
            if let Some(cell) = cell(at_ms) {
                reports[cell] += 1;
            }
        }
        ServerChart { server: server.clone(), checks, bad, reports }
    }
}

fn minute(at_ms: i64) -> i64 {
    at_ms.div_euclid(60_000)
}
