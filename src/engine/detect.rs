//! The seam between the evidence method and everything else in the engine.
//!
//! A [`Detector`] takes in what was measured and reported, and says what it finds; it numbers
//! nothing, writes no words and knows no incident. Must not: change anything while it decides, or
//! read a clock. [`Windowed`](super::Windowed) is the simplest honest one.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    domain::{Alternative, Cause, ServerEvidence, ServerId, Settings, SuspicionId, Timestamp},
    event::{Happening, Output, TimerReason},
};

/// A method that finds faults in what is measured and reported.
///
/// The engine calls, for every input: [`observe`](Self::observe), then, unless it folds recorded
/// decisions, [`decide`](Self::decide); each decision that comes of it, decided or recorded, is
/// given back to [`accept`](Self::accept). A detector therefore keeps the same state whether it
/// decides or follows what was decided: all that changes it passes through `configure`, `observe`,
/// `count`, `discount` and `accept`.
pub trait Detector:
    Clone + Debug + Default + Serialize + DeserializeOwned + Send + 'static
{
    /// Part of the engine's version ("windowed.1"): change it whenever the same inputs may lead to
    /// other decisions or another state.
    const NAME: &'static str;

    /// Takes in the fleet, at start-up and reload; what is known of probes that stay is kept.
    fn configure(&mut self, settings: &Settings);

    /// Rebuilds what is not serialised after the detector was read from a snapshot.
    fn restored(&mut self, settings: &Settings);

    /// Takes in an input: a probe's result, or its own timer (`Evidence`, `Recovery`).
    fn observe(&mut self, received: Timestamp, happening: &Happening);

    /// Takes in a report that counts as evidence, with the time it was made.
    fn count(&mut self, at: Timestamp, server: &ServerId);

    /// Takes back a report that staff dismissed or moved to another server.
    fn discount(&mut self, at: Timestamp, server: &ServerId);

    /// What there is to say now. Called after each input, so it must be cheap when nothing is new.
    fn decide(&self, now: Timestamp, happening: &Happening) -> Vec<Finding>;

    /// Takes in a decision about suspicions or vantages, decided now or recorded.
    fn accept(&mut self, now: Timestamp, output: &Output);

    /// When it wants to look again even if nothing comes in.
    fn next_check(&self) -> Option<(Timestamp, TimerReason)>;

    /// The evidence as it stands about `servers`, a row each, for staff.
    fn evidence(&self, now: Timestamp, servers: &[ServerId]) -> Vec<ServerEvidence>;
}

/// What a detector found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// Something is at fault.
    Suspected(Suspected),
    /// A standing suspicion is explained by another as well.
    Merged {
        /// The one that ends.
        id: SuspicionId,
        /// The one that stays.
        into: SuspicionId,
    },
    /// A standing suspicion's servers look well again; not yet certain.
    Recovering(SuspicionId),
    /// A standing suspicion is over.
    Cleared(SuspicionId),
    /// Too little for a suspicion, enough for staff to know.
    HeadsUp {
        /// The servers concerned.
        servers: Vec<ServerId>,
        /// Distinct people who reported them.
        people: u32,
        /// What the servers share: component ids, or nothing.
        shared: Vec<String>,
        /// Bad checks of these servers in the window.
        failed: u32,
    },
    /// A vantage is failing: nothing it measures is evidence now.
    Blind {
        /// Which.
        vantage: String,
    },
    /// A blind vantage works again.
    Sees {
        /// Which.
        vantage: String,
    },
}

/// A suspicion as the detector finds it, before it has a number and words.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspected {
    /// The standing suspicion it says anew; `None` for another.
    pub of: Option<SuspicionId>,
    /// What is at fault, most probable first.
    pub causes: Vec<Cause>,
    /// What else could explain it.
    pub alternatives: Vec<Alternative>,
    /// The affected servers.
    pub servers: Vec<ServerId>,
    /// No probe speaks for it, only people do.
    pub reports_only: bool,
    /// The numbers, affected servers first.
    pub evidence: Vec<ServerEvidence>,
}
