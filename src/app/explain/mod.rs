//! The evidence of a moment, from a stopped bot's journal: what was believed then, and why.
//!
//! Recorded decisions are folded, not made again, so what stands is what the bot said. Recorded
//! events without a journal are run by [`replay::reach`](super::replay::reach). Must not: write.

mod words;

use crate::{
    domain::Timestamp,
    engine::Engine,
    journal::{Journal, ReadError},
};

use super::recovery::{self, RecoverError};

pub use words::told;

/// Why the past cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The journal cannot be brought back to life.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// Nothing had happened yet.
    #[error("the journal holds nothing from before {0}")]
    Before(Timestamp),
    /// The checks of that time have been dropped, as `retention.probes` says.
    #[error("the checks of {at} are no longer kept; the journal goes back to {from}")]
    Dropped {
        /// The moment that was asked for.
        at: Timestamp,
        /// The first moment that can be shown.
        from: Timestamp,
    },
}

/// The engine as it was at `at`, or as it last was.
///
/// # Errors
///
/// The journal cannot be read, or does not go back that far.
pub fn reach(
    journal: &Journal,
    at: Option<Timestamp>,
) -> Result<(Engine, Timestamp), ExplainError> {
    match from(journal, Engine::new(), 0, at) {
        Err(ExplainError::Recover(RecoverError::Read(ReadError::Dropped { .. }))) => {
            let (engine, through) = recovery::newest_snapshot(journal)?;
            let taken = journal.entries(through.saturating_sub(1)).next().transpose();
            let taken = taken.map_err(RecoverError::Read)?.map(|entry| entry.at);
            match (taken, at) {
                (Some(from), Some(at)) if at < from => Err(ExplainError::Dropped { at, from }),
                (Some(_) | None, _) => from(journal, engine, through, at),
            }
        }
        reached => reached,
    }
}

/// Goes on from input `through`.
fn from(
    journal: &Journal,
    mut engine: Engine,
    through: u64,
    at: Option<Timestamp>,
) -> Result<(Engine, Timestamp), ExplainError> {
    let mut last = None;
    for folded in journal.recover(through) {
        let folded = folded.map_err(RecoverError::Read)?;
        if at.is_some_and(|at| folded.at > at) {
            break;
        }
        last = Some(folded.at);
        if folded.decided {
            engine.fold(folded.seq, folded.at, &folded.happening, &folded.decisions);
        } else {
            engine.handle(folded.seq, folded.at, &folded.happening);
        }
    }
    match at.or(last) {
        Some(at) if last.is_some() || through > 0 => Ok((engine, at)),
        at => Err(ExplainError::Before(at.unwrap_or_default())),
    }
}
