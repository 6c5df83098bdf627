//! The seam between the evidence method and everything else in the engine.
//!
//! A [`Detector`] takes in what was measured and reported, and says what it finds; it numbers
//! nothing, writes no words and knows no incident. Must not: change anything while it decides, or
//! read a clock. [`Evidence`](super::Evidence) is the one that ships.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    domain::{
        Alternative, Cause, ComponentId, NoticeId, ProbeId, ServerEvidence, ServerId, Settings,
        SuspicionId, Timestamp,
    },
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
    /// Part of the engine's version ("evidence.1"): change it whenever the same inputs may lead to
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

    /// All that it weighs at `now`, for `explain` and the post-mortem; within the bounds that
    /// [`Explanation`] names. A detector that cannot say explains nothing.
    fn explain(&self, _now: Timestamp) -> Explanation {
        Explanation::default()
    }

    /// What was measured and reported about `servers` in each of the `minutes` up to and with that
    /// of `now`, a row each in the order given, as far back as it remembers. A detector that keeps
    /// no counts draws nothing.
    fn chart(&self, _now: Timestamp, _servers: &[ServerId], _minutes: usize) -> Vec<ServerChart> {
        Vec::new()
    }
}

/// What a detector weighs at a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// The evidence that something of ours is at fault and not yet suspected. While all is well
    /// it reaches this value about once in so many seconds.
    pub evidence_s: f64,
    /// From here on it is an alarm, in the same seconds.
    pub alarm_s: f64,
    /// From here on staff are given a heads-up, in the same seconds.
    pub heads_up_s: f64,
    /// What could be at fault, the strongest first; at most [`Self::CLASSES_MAX`].
    pub classes: Vec<ClassEvidence>,
    /// The probes with bad results, the worst first; at most [`Self::TARGETS_MAX`].
    pub targets: Vec<TargetEvidence>,
    /// Vantages that are failing: nothing they measure is evidence now.
    pub blind: Vec<String>,
    /// Reports that count, oldest first; at most the latest [`Self::REPORTS_MAX`].
    pub reports: Vec<CountedReport>,
    /// What providers publish that counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedEvidence>,
}

impl Explanation {
    /// How many classes are listed at most.
    pub const CLASSES_MAX: usize = 20;
    /// How many probes are listed at most.
    pub const TARGETS_MAX: usize = 50;
    /// How many reports are listed at most.
    pub const REPORTS_MAX: usize = 50;
}

/// A hypothesis: components that probes cannot tell apart, and what speaks for them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassEvidence {
    /// All of them, the likeliest to fail first.
    pub members: Vec<ClassMember>,
    /// How many servers they cover.
    pub servers: usize,
    /// How many probes watch these.
    pub targets: usize,
    /// Its part of [`Explanation::evidence_s`], in the same seconds.
    pub evidence_s: f64,
    /// How well this class alone explains what is seen, in nats against "nothing is wrong", its
    /// rarity taken off; `None` where the detector has not weighed it.
    pub score: Option<f64>,
    /// A standing suspicion covers it already.
    pub suspected: bool,
}

/// One component or server of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassMember {
    /// A component kind, `"server"`, or `"monitor"`.
    pub kind: String,
    /// Its id.
    pub id: String,
}

/// What one probe has seen lately.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetEvidence {
    /// The probe.
    pub probe: ProbeId,
    /// The server it watches; `None` for a canary.
    pub server: Option<ServerId>,
    /// Where it runs from.
    pub vantage: String,
    /// Results that are remembered, up to two hours back.
    pub checks: u32,
    /// Of these, failed.
    pub failed: u32,
    /// Of these, answered but late.
    pub slow: u32,
    /// Share of its checks that are bad while all is well, 0 to 1.
    pub normal_loss: f64,
}

/// A report that counts as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountedReport {
    /// When it was made.
    pub at: Timestamp,
    /// The server it is about.
    pub server: ServerId,
}

/// A component of which a provider publishes an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedEvidence {
    /// What the provider says.
    pub notice: NoticeId,
    /// The component that it names.
    pub component: ComponentId,
    /// So many times likelier it is taken to be at fault.
    pub times: u32,
    /// It counts until then, unless the provider says more, or that it is over.
    pub until: Timestamp,
}

/// One server by the minute, oldest first: three rows of the same length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerChart {
    /// The server.
    pub server: ServerId,
    /// Checks of it in each minute.
    pub checks: Vec<u32>,
    /// Of these, failed or late.
    pub bad: Vec<u32>,
    /// Reports about it that count.
    pub reports: Vec<u32>,
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
    /// Nothing that measures a standing suspicion is in the fleet any more: whether it is over can
    /// no longer be told.
    Gone(SuspicionId),
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

/// A server whose fault began together with that of components which the fleet does not put above
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The server.
    pub server: ServerId,
    /// The components' ids: no probe can tell them apart.
    pub components: Vec<String>,
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
    /// Where the fleet file may be wrong.
    pub fits: Option<Fit>,
    /// The numbers, affected servers first.
    pub evidence: Vec<ServerEvidence>,
}
