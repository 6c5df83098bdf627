//! A standing fault that gets much worse is said so at once, without waiting for an answer that
//! tells its two times apart.
//!
//! The last three minutes of its targets are held against the loss that was told: for each loss of
//! the grid, Σ ln(P(result | that loss) / P(result | loss told)).

use crate::domain::SuspicionId;

use super::{
    Evidence,
    model::{self, GRID},
    standing::Standing,
};

/// How far back, in milliseconds.
const LATELY_MS: i64 = 180_000;
/// How much a larger loss must be more likely than the one told, in nats.
const SURE: f64 = 10.0;
/// Losses from which on customers feel more of it.
pub(super) const FELT: [f64; 2] = [0.4, 0.9];

/// How much customers feel of a loss, as a number that grows.
pub(super) fn felt(loss: f64) -> usize {
    FELT.iter().filter(|level| loss >= **level).count()
}

impl Evidence {
    /// Standing suspicions whose loss has grown so that customers feel more of it, and to what.
    pub(super) fn grown_worse(&self) -> Vec<(SuspicionId, f64)> {
        let standing = self.standing.iter().filter(|(_, one)| !one.is_mending());
        standing.filter_map(|(id, one)| Some((*id, self.loss_lately(one)?))).collect()
    }

    fn loss_lately(&self, standing: &Standing) -> Option<f64> {
        let mut gains = [0.0; GRID.len()];
        let told = standing.told_loss.clamp(0.02, 0.98);
        for target in standing.causes.iter().flat_map(|cause| &cause.targets) {
            let ring = self.core.target(*target).ring();
            let entries = ring.entries_back(ring.until(self.now_ms));
            for (_, outcome) in entries.take_while(|(at, _)| self.now_ms - at <= LATELY_MS) {
                for (gain, loss) in gains.iter_mut().zip(GRID) {
                    *gain += match outcome.bad_with() {
                        None => ((1.0 - loss) / (1.0 - told)).ln(),
                        Some(b) => (model::either(b, loss) / model::either(b, told)).ln(),
                    };
                }
            }
        }
        let best = gains.iter().zip(GRID).max_by(|one, other| one.0.total_cmp(other.0))?;
        (*best.0 >= SURE && felt(best.1) > felt(standing.told_loss)).then_some(best.1)
    }
}
