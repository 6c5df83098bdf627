//! Suspicions that stand: what they cover, and the evidence that they are over.
//!
//! EVIDENCE.md, "Recovery": per cause with loss θ, G ← G − ln(1 − θ/2) on a good result of an
//! affected target, G ← max(0, G + ln(b/(1 − (1−b)(1 − θ/2)))) on a bad one.

use serde::{Deserialize, Serialize};

use crate::domain::{ServerId, Suspicion, Timestamp};

use super::{core::Core, model, names::Names, ring::Outcome, worse::felt};

/// Recovery is proposed from here on, in nats: ln 100 …
pub(super) const RECOVERING: f64 = 4.605_170_185_988_092;
/// … and certain from here on: ln 1000.
const RECOVERED: f64 = 6.907_755_278_982_137;
/// Evidence of recovery beyond this says no more, in nats.
const GAINED_MAX: f64 = 20.0;
/// No end for this long after a counted report, in milliseconds.
const QUIET_MS: i64 = 300_000;
/// What reports alone tell of ends after this long without one, in milliseconds.
const REPORTS_QUIET_MS: i64 = 7_200_000;
/// Losses of causes are taken to be within these.
const LOSS_MIN: f64 = 0.02;
const LOSS_MAX: f64 = 0.98;

/// A suspicion that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Standing {
    pub causes: Vec<StandingCause>,
    pub servers: Vec<ServerId>,
    pub since: Timestamp,
    pub reports_only: bool,
    /// The last counted report about one of its servers.
    reported_ms: Option<i64>,
    /// Since when it stands.
    stands_ms: i64,
    /// Staff ended an incident of it then.
    ended_ms: Option<i64>,
    /// Every cause has reached [`RECOVERING`].
    pub is_recovering: bool,
    /// The highest class probability that was told.
    pub told_probability: f64,
    /// The highest loss that was told.
    pub told_loss: f64,
    /// When it was told that it got worse.
    worse_ms: Option<i64>,
}

/// One class of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StandingCause {
    /// Its components, by which it is known again after a reload.
    pub ids: Vec<String>,
    /// What part of the checks it makes fail; `None` where only reports speak.
    pub loss: Option<f64>,
    pub recovery: Recovery,
    /// Follows from the fleet.
    #[serde(skip)]
    pub class: Option<usize>,
    /// The affected targets, ascending; follows from the fleet.
    #[serde(skip)]
    pub targets: Vec<usize>,
    /// A probe watches one of them.
    #[serde(skip)]
    is_watched: bool,
}

/// Evidence that a loss has gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Recovery {
    pub gained: f64,
}

impl Recovery {
    /// Takes in a result, against the loss `low` that would still be a fault.
    pub fn observe(&mut self, outcome: Outcome, low: f64) {
        let gain = match outcome.bad_with() {
            None => -(1.0 - low).ln(),
            Some(b) => -model::bad_ratio(b, low).ln(),
        };
        self.gained = (self.gained + gain).clamp(0.0, GAINED_MAX);
    }
}

impl StandingCause {
    /// Whether probes see it.
    fn is_seen(&self) -> bool {
        self.loss.is_some() && self.is_watched
    }

    /// Finds class and targets in the fleet.
    fn resolve(&mut self, core: &Core, names: &Names, servers: &[ServerId]) {
        self.class = self.ids.iter().find_map(|id| names.class(id));
        let places = servers.iter().filter_map(|server| names.place(server));
        let mut targets: Vec<usize> =
            places.flat_map(|place| core.shape().targets_of(place)).copied().collect();
        targets.sort_unstable();
        if let Some(class) = self.class {
            let own = &core.shape().class(class).targets;
            targets.retain(|target| own.binary_search(target).is_ok());
        }
        self.is_watched = targets.iter().any(|target| names.targets[*target].probe.is_some());
        self.targets = targets;
    }
}

impl Standing {
    /// As it is told; recovery goes on where cause and servers are the same.
    pub fn of(suspicion: &Suspicion, before: Option<Self>, now_ms: i64, now: Timestamp) -> Self {
        let mut causes: Vec<(u32, StandingCause)> = Vec::new();
        for cause in &suspicion.causes {
            match causes.iter_mut().find(|(class, _)| *class == cause.class) {
                Some((_, known)) => known.ids.push(cause.id.clone()),
                None => causes.push((
                    cause.class,
                    StandingCause {
                        ids: vec![cause.id.clone()],
                        loss: cause.loss.map(|loss| loss.clamp(LOSS_MIN, LOSS_MAX)),
                        recovery: Recovery::default(),
                        class: None,
                        targets: Vec::new(),
                        is_watched: false,
                    },
                )),
            }
        }
        let mut causes: Vec<StandingCause> = causes.into_iter().map(|(_, cause)| cause).collect();
        let same = before.as_ref().filter(|before| before.servers == suspicion.servers);
        for cause in &mut causes {
            let earlier = same.and_then(|same| {
                same.causes.iter().find(|other| other.ids.iter().any(|id| cause.ids.contains(id)))
            });
            cause.recovery = earlier.map_or(Recovery::default(), |earlier| earlier.recovery);
        }
        let loss = suspicion.causes.iter().filter_map(|cause| cause.loss).fold(0.0, f64::max);
        let is_worse = before.as_ref().is_some_and(|before| felt(loss) > felt(before.told_loss));
        let worse_ms = before.as_ref().and_then(|before| before.worse_ms);
        Self {
            causes,
            servers: suspicion.servers.clone(),
            since: suspicion.since().unwrap_or(now),
            reports_only: suspicion.reports_only,
            reported_ms: before.as_ref().and_then(|before| before.reported_ms),
            stands_ms: before.as_ref().map_or(now_ms, |before| before.stands_ms),
            ended_ms: None,
            is_recovering: false,
            told_probability: suspicion.probability(),
            told_loss: before.map_or(0.0, |before| before.told_loss).max(loss),
            worse_ms: if is_worse { Some(now_ms) } else { worse_ms },
        }
    }

    /// Finds causes and targets in the fleet, also after a reload.
    pub fn resolve(&mut self, core: &Core, names: &Names) {
        self.servers.retain(|server| names.place(server).is_some());
        for cause in &mut self.causes {
            cause.resolve(core, names, &self.servers);
        }
    }

    /// The classes that are suspected, ascending.
    pub fn classes(&self) -> Vec<usize> {
        let mut classes: Vec<usize> = self.causes.iter().filter_map(|cause| cause.class).collect();
        classes.sort_unstable();
        classes
    }

    /// The loss it explains on a target, with the others' `so_far`.
    pub fn cover(&self, target: usize, so_far: f64) -> f64 {
        let own = self.causes.iter().filter(|cause| cause.targets.binary_search(&target).is_ok());
        own.filter_map(|cause| cause.loss).fold(so_far, model::either)
    }

    /// Takes in a result of one of its targets; whether it was one.
    pub fn observe(&mut self, target: usize, outcome: Outcome) -> bool {
        let mut is_ours = false;
        for cause in &mut self.causes {
            if cause.targets.binary_search(&target).is_ok()
                && let Some(loss) = cause.loss
            {
                cause.recovery.observe(outcome, loss / 2.0);
                is_ours = true;
            }
        }
        is_ours
    }

    /// Takes in a counted report about one of its servers.
    pub fn report(&mut self, at_ms: i64) {
        self.reported_ms = self.reported_ms.max(Some(at_ms));
    }

    /// Staff ended its incident: what reports alone told of is over.
    pub fn end(&mut self, now_ms: i64) {
        if self.reports_only {
            self.ended_ms = Some(now_ms);
        }
    }

    /// Whether nothing in the fleet can tell any more that it is over: its servers are gone, or
    /// the probes of what probes told of.
    pub fn is_gone(&self) -> bool {
        let is_unseen = || self.causes.iter().all(|cause| cause.loss.is_some() && !cause.is_seen());
        self.servers.is_empty() || (!self.reports_only && is_unseen())
    }

    /// Whether every cause that probes see has gained so much.
    pub fn has_gained(&self, nats: f64) -> bool {
        let mut seen = self.causes.iter().filter(|cause| cause.is_seen()).peekable();
        seen.peek().is_some() && seen.all(|cause| cause.recovery.gained >= nats)
    }

    /// Whether a cause of it begins to look well: its results tell of two times then, and no answer
    /// to all of them is better than the one that stands.
    pub fn is_mending(&self) -> bool {
        let mut seen = self.causes.iter().filter(|cause| cause.is_seen());
        seen.any(|cause| cause.recovery.gained >= RECOVERING)
    }

    /// When it was told that it got worse, if that is within the window.
    pub fn got_worse_ms(&self, now_ms: i64) -> Option<i64> {
        self.worse_ms.filter(|at| now_ms - at < model::WINDOW_MS)
    }

    /// When nothing but time is missing for its end, in milliseconds.
    pub fn quiet_at_ms(&self) -> Option<i64> {
        if self.ended_ms.is_some() {
            return self.ended_ms;
        }
        let is_blind = self.causes.iter().all(|cause| !cause.is_seen());
        if self.reports_only || is_blind {
            return Some(self.reported_ms.unwrap_or(self.stands_ms) + REPORTS_QUIET_MS);
        }
        let has_recovered = self.has_gained(RECOVERED);
        has_recovered.then(|| self.reported_ms.map_or(self.stands_ms, |last| last + QUIET_MS))
    }
}
