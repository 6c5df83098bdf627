//! What spares a search most of its work: bounds on what a class can gain, and what classes gain
//! alone, worked out once for all searches over the same tables. Must not change an answer.

use crate::engine::evidence::{model, shape::Sort};

use super::{Explained, Profile, Search};

/// Classes of which an answer tells what they gain alone: those that gain most, and every vantage.
/// Thousands of servers that lost a check or two would say no more.
pub(super) const SINGLES_MAX: usize = 512;
/// What rounding may take from a bound.
const BOUND_MARGIN: f64 = 1e-6;

impl Search<'_> {
    /// What the candidates gain alone, as far as it can be among the best: the same for all
    /// searches over these tables, whatever they exclude.
    pub(super) fn weigh_singles(&self) -> Vec<Option<(f64, Profile)>> {
        let mut fresh = Search::new(self.shape, self.tables, &[]);
        let mut gains = vec![None; self.shape.classes().len()];
        let mut open: Vec<(f64, usize)> = Vec::new();
        for class in fresh.candidates.clone() {
            let is_first = fresh.is_vantage(class);
            open.push((if is_first { f64::INFINITY } else { fresh.bound(class) }, class));
        }
        open.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut best: Vec<f64> = Vec::new();
        for (bound, class) in open {
            if best.len() == SINGLES_MAX || best.len() >= 2 * SINGLES_MAX {
                best.sort_by(|one, other| other.total_cmp(one));
                best.truncate(SINGLES_MAX);
            }
            if best.len() == SINGLES_MAX && best.last().is_some_and(|least| bound < *least) {
                break;
            }
            let single = fresh.best(class);
            best.push(single.0);
            gains[class] = Some(single);
        }
        gains
    }

    pub(super) fn is_vantage(&self, class: usize) -> bool {
        self.shape.class(class).sort == Sort::Monitor
    }

    /// No profile of this class gains more: a target adds at most the largest difference within
    /// its table, one without bad results nothing, a report four nats.
    pub(super) fn bound(&mut self, class: usize) -> f64 {
        let mut bound = self.prior(class) + BOUND_MARGIN;
        for target in &self.shape.class(class).targets {
            if self.tables.is_noisy(*target) {
                let known = self.bounds[*target];
                let own = known.unwrap_or_else(|| self.bound_of(*target));
                self.bounds[*target] = Some(own);
                bound += own;
            }
        }
        let (reports, _) = self.unexplained_reports(&self.state, class);
        bound + f64::from(reports.last().copied().unwrap_or(0)) * model::REPORT_NATS_MAX
    }

    fn bound_of(&self, target: usize) -> f64 {
        let Explained::By { loss, age: since } = self.state.targets[target] else {
            return self.tables.highest(target).max(0.0);
        };
        let (own, since) = (usize::from(loss), usize::from(since));
        let shorter = self.tables.ell(target, since);
        let (mut within, mut beyond) = (0.0f64, 0.0f64);
        // Between two bad results nothing is gained, so that it is enough to look where one comes in.
        for row in self.tables.rows(target) {
            let ell = self.tables.ell(target, row.age);
            for (other, both) in self.combined[own].iter().enumerate() {
                if row.age <= since {
                    within = within.max(ell[usize::from(*both)] - ell[own]);
                } else {
                    beyond = beyond.max(ell[other] - shorter[other]);
                }
            }
        }
        within + beyond
    }

    /// The same of several, infinite where one was not worked out.
    pub(in crate::engine::evidence) fn known_bound(&self, targets: &[usize]) -> f64 {
        let noisy = targets.iter().filter(|target| self.tables.is_noisy(**target));
        noisy.map(|target| self.bounds[*target].unwrap_or(f64::INFINITY)).sum()
    }
}
