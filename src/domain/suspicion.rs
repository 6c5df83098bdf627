//! A hypothesis about what is at fault, with the numbers that speak for it.

use serde::{Deserialize, Serialize};

use super::{ServerId, SuspicionId, Timestamp};

/// What the detector believes, as data; words are made from it by `render`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspicion {
    /// Counted from 1.
    pub id: SuspicionId,
    /// True once per suspicion: the first time it is spoken of.
    pub new: bool,
    /// What is at fault: one entry for each component of each chosen class.
    pub causes: Vec<Cause>,
    /// What else could explain it. Never empty of meaning: an alternative is never a cause.
    pub alternatives: Vec<Alternative>,
    /// Servers with an affected target; for a cause known by reports alone, all of its class.
    pub servers: Vec<ServerId>,
    /// No probe speaks for it, only people do.
    pub reports_only: bool,
    /// The counted evidence, a row a server, affected ones first.
    pub evidence: Vec<ServerEvidence>,
    /// One sentence for staff, rendered from the numbers above.
    pub explanation: String,
}

impl Suspicion {
    /// The probability of the best supported class, between 0 and 1.
    pub fn probability(&self) -> f64 {
        self.causes.iter().map(|cause| cause.class_probability).fold(0.0, f64::max)
    }

    /// The earliest onset among the causes.
    pub fn since(&self) -> Option<Timestamp> {
        self.causes.iter().map(|cause| cause.since).min()
    }

    /// The distinct people whose reports count as evidence.
    pub fn people(&self) -> u32 {
        self.evidence.iter().map(|row| row.people).sum()
    }
}

/// One component that may be at fault. Components that probes cannot tell apart share a `class`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Numbers the class within its suspicion, from 1.
    pub class: u32,
    /// A component kind, `"server"`, or `"monitor"`.
    pub kind: String,
    /// The component's or server's id.
    pub id: String,
    /// How probable it is that this class is at fault, 0 to 1.
    pub class_probability: f64,
    /// This component's share of `class_probability`.
    pub probability: f64,
    /// Estimated share of checks it makes fail, 0 to 1; `None` when only reports speak.
    pub loss: Option<f64>,
    /// Estimated onset.
    pub since: Timestamp,
}

/// Something else that could explain the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// A component kind, `"server"`, `"monitor"` or `"nothing"`.
    pub kind: String,
    /// The component's or server's id; empty for `"nothing"`.
    pub id: String,
    /// 0 to 1.
    pub probability: f64,
}

/// What probes and reports say about one server in the current window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerEvidence {
    /// The server.
    pub server: ServerId,
    /// Whether the suspicion says it is affected.
    pub affected: bool,
    /// Checks in the window.
    pub checks: u32,
    /// Of these, failed.
    pub failed: u32,
    /// Of these, answered but late.
    pub slow: u32,
    /// Share of checks that are bad while all is well, 0 to 1.
    pub normal_loss: f64,
    /// Distinct people who reported it.
    pub people: u32,
}
