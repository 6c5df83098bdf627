//! The table of evidence: affected servers, and healthy ones nearby that exclude something.

use crate::domain::{ServerEvidence, ServerId, Timestamp};

use super::{Evidence, core::Counts, model::WINDOW_MS, shape::Sort};

/// Healthy neighbours that are shown.
const NEIGHBOURS_MAX: usize = 3;
/// Rows of a table at most.
const ROWS_MAX: usize = 200;
/// What is told of servers without a suspicion reaches back this far, in milliseconds.
const USUAL_MS: i64 = 1_800_000;

impl Evidence {
    /// A row for every affected server, then some healthy ones: of the class itself, of the
    /// smallest wider class, then any.
    pub(super) fn table(
        &self,
        classes: &[usize],
        affected: &[ServerId],
        from_ms: i64,
    ) -> Vec<ServerEvidence> {
        let rows = affected
            .iter()
            .take(ROWS_MAX)
            .filter_map(|server| Some(self.row(self.names.place(server)?, from_ms, true)));
        let near = self.neighbours(classes, affected);
        rows.chain(near.iter().map(|place| self.row(*place, from_ms, false))).collect()
    }

    /// The evidence about these servers as it stands.
    pub(super) fn current_rows(&self, now: Timestamp, servers: &[ServerId]) -> Vec<ServerEvidence> {
        let now_ms = now.timestamp_millis();
        let rows = servers.iter().filter_map(|server| {
            let place = self.names.place(server)?;
            let own = self.standing.values().filter(|one| one.servers.contains(server));
            let since = own.map(|one| one.since.timestamp_millis()).min();
            let from_ms = since.unwrap_or(now_ms - USUAL_MS).max(now_ms - WINDOW_MS);
            Some(self.row(place, from_ms, since.is_some()))
        });
        rows.collect()
    }

    fn row(&self, place: usize, from_ms: i64, affected: bool) -> ServerEvidence {
        let counts = self.counts_of(place, from_ms);
        let targets = self.core.shape().targets_of(place);
        let normal: f64 = targets.iter().map(|one| self.core.target(*one).baseline()).sum();
        let people = self.people(&[place], self.now_ms - WINDOW_MS);
        ServerEvidence {
            server: self.names.servers[place].clone(),
            affected,
            checks: counts.checks,
            failed: counts.failed,
            slow: counts.slow,
            normal_loss: normal / targets.len().max(1) as f64,
            people,
        }
    }

    /// Checks of a server since a moment.
    pub(super) fn counts_of(&self, place: usize, from_ms: i64) -> Counts {
        let mut counts = Counts::default();
        for target in self.core.shape().targets_of(place) {
            counts.add(self.core.counts(*target, from_ms, self.now_ms));
        }
        counts
    }

    /// Counted reports about these servers since a moment; each is another person's.
    pub(super) fn people(&self, places: &[usize], from_ms: i64) -> u32 {
        let recent =
            self.core.reports().filter(|(at, place)| *at > from_ms && places.contains(place));
        u32::try_from(recent.count()).unwrap_or(u32::MAX)
    }

    fn neighbours(&self, classes: &[usize], affected: &[ServerId]) -> Vec<usize> {
        let shape = self.core.shape();
        let ours = affected.iter().filter_map(|server| self.names.place(server));
        let ours: Vec<usize> = ours.collect();
        let own: Vec<usize> =
            classes.iter().flat_map(|class| shape.places(*class)).copied().collect();
        let first = ours.first().map(|place| shape.alarming_place(*place)).unwrap_or_default();
        let wider = first
            .iter()
            .filter(|class| shape.class(**class).sort == Sort::Fleet)
            .map(|class| shape.places(*class))
            .filter(|places| places.len() > own.len() && own.iter().all(|one| places.contains(one)))
            .min_by_key(|places| places.len())
            .unwrap_or_default();
        let anywhere = 0..self.names.servers.len();
        let mut near = Vec::new();
        for place in own.iter().chain(wider).copied().chain(anywhere) {
            if near.len() >= NEIGHBOURS_MAX {
                break;
            }
            let is_probed = shape
                .targets_of(place)
                .iter()
                .any(|target| !self.core.target(*target).ring().is_empty());
            if is_probed && !ours.contains(&place) && !near.contains(&place) {
                near.push(place);
            }
        }
        near
    }
}
