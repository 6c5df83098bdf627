//! The evidence method: how Bellwether knows.
//!
//! Stage 1 ([`stage1`]) hears every result and counted report and says when something is wrong;
//! stage 2 ([`search`]) then finds the most probable set of causes; gates decide when to speak
//! (`look`), recovery when it is over (`standing`). Sources of every formula: EVIDENCE.md, here
//! told where it is used. The mathematics alone is [`core::Core`], held against golden numbers and
//! a second implementation by `tests/evidence.rs`.
//!
//! All that changes the state happens while an input is observed, counted or accepted, looks
//! included: [`Detector::decide`] only hands out what the last look found, so that folding recorded
//! decisions ends in the same state. Must not: number suspicions, make words, read a clock.

pub mod core;
pub mod model;
pub mod ring;
pub mod search;
pub mod shape;
pub mod stage1;
pub mod tables;
pub mod target;

mod answer;
mod course;
mod explain;
mod heads_up;
mod look;
mod members;
mod names;
mod published;
mod rows;
mod standing;
mod worse;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        MaintenanceWindow, NoticeId, ServerEvidence, ServerId, Settings, Suspicion, SuspicionId,
        Timestamp, WindowId, WindowState,
    },
    event::{Happening, Input, Output, TimerReason},
};

use self::{core::Core, tables::Tables};
use super::detect::{Detector, Explanation, Finding, ServerChart};
use names::Names;
use standing::{Recovery, Standing};

/// While a suspicion stands it is looked at again this often, in milliseconds.
const LOOK_AGAIN_MS: i64 = 60_000;
/// The first input ends an observation of this long, in milliseconds: results that were made
/// before the bot began, and reach it at once, find evidence that they can multiply.
const HEAD_START_MS: i64 = 60_000;
/// A result older than this when it is received is dropped, in milliseconds.
const LATE_MS_MAX: i64 = 600_000;
/// One that is further in the future is dropped, in milliseconds.
const EARLY_MS_MAX: i64 = 30_000;
/// A blind vantage has recovered at this, in nats.
const VANTAGE_RECOVERED: f64 = 5.0;
/// The loss that announced work explains on its servers (EVIDENCE.md, "The model").
const WORK_COVER: f64 = 0.95;
/// The least loss of a vantage that its recovery is held against.
const VANTAGE_LOSS_MIN: f64 = 0.05;

/// The detector.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    core: Core,
    standing: BTreeMap<SuspicionId, Standing>,
    blind: BTreeMap<String, Blind>,
    /// The servers that are worked on, by window.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    worked_on: BTreeMap<WindowId, Vec<ServerId>>,
    /// What providers publish and have not ended, by notice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    published: BTreeMap<NoticeId, published::Published>,
    /// Engine time of the last input.
    now_ms: i64,
    looks: look::Looks,
    heads_up: heads_up::HeadsUp,
    /// Results that came too late or from the future.
    dropped: u64,
    /// Follows from the fleet.
    #[serde(skip)]
    names: Names,
    /// What the present input led to.
    #[serde(skip)]
    found: Vec<Finding>,
}

/// A vantage that is failing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Blind {
    loss: f64,
    recovery: Recovery,
}

impl Detector for Evidence {
    const NAME: &'static str = "evidence.3";

    fn configure(&mut self, settings: &Settings) {
        let (shape, names) = Names::of(settings);
        let before = std::mem::take(&mut self.core);
        let known = std::mem::replace(&mut self.names, names);
        self.core = Core::new(shape, &self.names.baselines(), self.now_ms);
        self.core.set_adaptive(self.names.targets.iter().map(|target| target.is_adaptive));
        let [targets, places, classes] = self.names.earlier(&known);
        self.core.adopt(before, &targets, &places, &classes);
        let vantages = &self.names.vantages;
        self.blind.retain(|vantage, _| vantages.contains_key(vantage));
        self.resolve();
    }

    fn restored(&mut self, settings: &Settings) {
        let (shape, names) = Names::of(settings);
        self.names = names;
        self.core.restore(shape, &self.names.baselines());
        self.core.set_adaptive(self.names.targets.iter().map(|target| target.is_adaptive));
        self.resolve();
    }

    fn observe(&mut self, received: Timestamp, happening: &Happening) {
        self.found.clear();
        // A timer fires a little after it was due; what is found then must not depend on how much.
        let now = match &happening.input {
            Input::Timer { due, .. } => received.min(*due),
            Input::Started { .. }
            | Input::ProbeResult { .. }
            | Input::Report { .. }
            | Input::Command { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Busy { .. }
            | Input::Trouble { .. }
            | Input::Learned { .. }
            | Input::Delivery { .. } => received,
        };
        self.advance(now);
        match &happening.input {
            Input::ProbeResult { probe, ok, latency_ms, .. } => {
                let at_ms = happening.at.timestamp_millis();
                if let Some(target) = self.names.target(probe) {
                    self.measure(at_ms, target, *ok, *latency_ms);
                    self.look_if_due();
                }
            }
            Input::Timer { reason: TimerReason::Evidence, .. } => self.look_again(),
            Input::Timer { reason: TimerReason::Recovery(_), .. } => self.find_ends(),
            Input::Started { .. } => self.find_gone(),
            Input::Timer { .. }
            | Input::Report { .. }
            | Input::Command { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Busy { .. }
            | Input::Trouble { .. }
            | Input::Learned { .. }
            | Input::Delivery { .. } => {}
        }
    }

    fn count(&mut self, at: Timestamp, server: &ServerId) {
        let Some(place) = self.names.place(server) else { return };
        let at_ms = at.timestamp_millis();
        if self
            .core
            .shape()
            .targets_of(place)
            .iter()
            .any(|one| self.core.target(*one).is_void(at_ms))
        {
            return;
        }
        self.core.report(at_ms, place);
        for standing in self.standing.values_mut() {
            if standing.servers.contains(server) {
                standing.report(at_ms);
            }
        }
        self.look_if_due();
        if self.found.is_empty() {
            self.find_heads_up_of_reports();
        }
    }

    fn discount(&mut self, at: Timestamp, server: &ServerId) {
        if let Some(place) = self.names.place(server) {
            self.core.take_back(at.timestamp_millis(), place);
        }
    }

    fn decide(&self, _now: Timestamp, _happening: &Happening) -> Vec<Finding> {
        self.found.clone()
    }

    fn accept(&mut self, now: Timestamp, output: &Output) {
        if self.now_ms == 0 {
            self.advance(now);
        }
        if let Output::Suspicion(suspicion) = output {
            self.stand(now, suspicion);
        } else if let Output::SuspicionCleared { id, merged_into } = output {
            let ended = self.standing.remove(id);
            if let (Some(ended), None) = (ended, merged_into) {
                self.forget(&ended);
            }
            self.cover();
        } else if let Output::MonitorBlind { vantage } = output {
            self.go_blind(vantage);
        } else if let Output::MonitorRecovered { vantage } = output {
            self.blind.remove(vantage);
        } else if let Output::Window { window, .. } = output {
            self.work(window);
        } else if let Output::Notice { id, notice, components, .. } = output {
            self.hear_provider(now, *id, notice, components);
        } else if let Output::HeadsUp { servers, .. } = output {
            // At an upgrade it was given earlier.
            self.heads_up.given(self.now_ms.min(now.timestamp_millis()), servers);
        } else if let Output::Incident { state, suspicion: Some(id), by: Some(_), .. } = output
            && !state.is_open()
            && let Some(standing) = self.standing.get_mut(id)
        {
            standing.end(self.now_ms);
        }
    }

    fn next_check(&self) -> Option<(Timestamp, TimerReason)> {
        let again = self.next_look_ms().map(|at| (timestamp(at), TimerReason::Evidence));
        let quiet = self.standing.iter().filter_map(|(id, standing)| {
            Some((timestamp(standing.quiet_at_ms()?), TimerReason::Recovery(*id)))
        });
        again.into_iter().chain(quiet).min()
    }

    fn evidence(&self, now: Timestamp, servers: &[ServerId]) -> Vec<ServerEvidence> {
        self.current_rows(now, servers)
    }

    fn explain(&self, now: Timestamp) -> Explanation {
        self.explanation(now)
    }

    fn chart(&self, now: Timestamp, servers: &[ServerId], minutes: usize) -> Vec<ServerChart> {
        servers.iter().map(|server| self.chart_row(now, server, minutes)).collect()
    }
}

impl Evidence {
    fn advance(&mut self, now: Timestamp) {
        let now_ms = now.timestamp_millis();
        if self.now_ms == 0 {
            self.core.begin(now_ms - HEAD_START_MS);
        }
        self.now_ms = self.now_ms.max(now_ms);
        self.forget_stale();
    }

    /// Takes in a result; DESIGN.md, section 5: a late one changes no time and no last failure.
    fn measure(&mut self, at_ms: i64, target: usize, ok: bool, latency_ms: Option<u32>) {
        let age_ms = self.now_ms - at_ms;
        if !(-EARLY_MS_MAX..=LATE_MS_MAX).contains(&age_ms) {
            self.dropped += 1;
            return;
        }
        let measured = self.core.target_mut(target).take(self.now_ms, at_ms, ok, latency_ms);
        let vantage = &self.names.targets[target].vantage;
        if let Some(blind) = self.blind.get_mut(vantage) {
            let own = &self.names.vantages[vantage];
            if own.canaries.is_empty() || own.canaries.binary_search(&target).is_ok() {
                let low = (blind.loss / 2.0).max(VANTAGE_LOSS_MIN);
                blind.recovery.observe(measured.outcome, low);
                if blind.recovery.gained >= VANTAGE_RECOVERED {
                    self.found.push(Finding::Sees { vantage: vantage.clone() });
                }
            }
            return;
        }
        if self.core.target(target).is_void(at_ms) {
            return;
        }
        let mut may_have_ended = false;
        let mut is_suspected = false;
        for standing in self.standing.values_mut() {
            if standing.observe(target, measured.outcome) {
                is_suspected = true;
                may_have_ended |=
                    standing.has_gained(standing::RECOVERING) || standing.is_recovering;
            }
        }
        if !is_suspected && self.core.target(target).work == 0.0 {
            self.core.target_mut(target).learn(at_ms, measured.outcome, latency_ms);
        }
        self.core.weigh(self.now_ms, at_ms, target, measured);
        if may_have_ended {
            self.find_ends();
        }
    }

    /// Suspicions that are over, or begin to look it.
    fn find_ends(&mut self) {
        for (id, standing) in &mut self.standing {
            let is_over = standing.quiet_at_ms().is_some_and(|at| at <= self.now_ms);
            let looks_well = standing.has_gained(standing::RECOVERING);
            if is_over {
                self.found.push(Finding::Cleared(*id));
            } else if looks_well && !standing.is_recovering {
                self.found.push(Finding::Recovering(*id));
            }
            standing.is_recovering = looks_well;
        }
    }

    /// Suspicions that nothing in the fleet measures any more.
    fn find_gone(&mut self) {
        let gone = self.standing.iter().filter(|(_, standing)| standing.is_gone());
        self.found.extend(gone.map(|(id, _)| Finding::Gone(*id)));
    }

    /// Takes in what was said of a suspicion: it covers its targets from now on.
    fn stand(&mut self, now: Timestamp, suspicion: &Suspicion) {
        let before = self.standing.remove(&suspicion.id);
        let mut standing = Standing::of(suspicion, before, self.now_ms, now);
        standing.resolve(&self.core, &self.names);
        for (at_ms, place) in self.core.reports() {
            if self.names.servers.get(place).is_some_and(|one| standing.servers.contains(one)) {
                standing.report(at_ms);
            }
        }
        for target in standing.causes.iter().flat_map(|cause| &cause.targets) {
            self.core.target_mut(*target).unlearn();
        }
        self.standing.insert(suspicion.id, standing);
        self.cover();
        self.core.stage1_mut().reset();
        self.looks.said(self.now_ms);
    }

    /// Servers that are worked on may fail for that reason alone, until the work is over.
    fn work(&mut self, window: &MaintenanceWindow) {
        if window.state == WindowState::InProgress {
            self.worked_on.insert(window.id, window.servers.clone());
        } else if self.worked_on.remove(&window.id).is_none() {
            return;
        }
        self.cover();
    }

    /// Works out anew what standing suspicions and announced work explain on each target.
    fn cover(&mut self) {
        for target in 0..self.core.shape().targets() {
            let server = self.names.targets[target].server.as_ref();
            let works = |one: &Vec<ServerId>| server.is_some_and(|server| one.contains(server));
            let is_worked_on = self.worked_on.values().any(works);
            self.core.target_mut(target).work = if is_worked_on { WORK_COVER } else { 0.0 };
            let cover = self.standing.values().fold(0.0, |so_far, one| one.cover(target, so_far));
            self.core.target_mut(target).cover = cover;
        }
    }

    fn resolve(&mut self) {
        for standing in self.standing.values_mut() {
            standing.resolve(&self.core, &self.names);
        }
        self.cover();
        self.lean();
    }

    /// What was seen of a fault that is over speaks no more.
    fn forget(&mut self, ended: &Standing) {
        let shape = self.core.shape();
        let classes = ended.causes.iter().filter_map(|cause| cause.class);
        let of_classes = classes.flat_map(|class| &shape.class(class).targets).copied();
        let own = ended.causes.iter().flat_map(|cause| &cause.targets).copied();
        let mut targets: Vec<usize> = of_classes.chain(own).collect();
        targets.sort_unstable();
        targets.dedup();
        self.void(&targets);
        let places = ended.servers.iter().filter_map(|server| self.names.place(server));
        self.core.void_reports(self.now_ms, &places.collect::<Vec<_>>());
    }

    fn void(&mut self, targets: &[usize]) {
        let mut above: Vec<usize> =
            targets.iter().flat_map(|target| self.core.shape().above(*target)).copied().collect();
        above.sort_unstable();
        above.dedup();
        for class in above {
            self.core.stage1_mut().reset_class(class);
        }
        for target in targets {
            self.core.target_mut(*target).void(self.now_ms);
        }
    }

    /// EVIDENCE.md, "When to speak", 1: this vantage's evidence is discarded. Its loss, which its
    /// recovery is held against, is the likeliest one since the likeliest onset.
    fn go_blind(&mut self, vantage: &str) {
        let Some(own) = self.names.vantages.get(vantage).cloned() else { return };
        if self.blind.contains_key(vantage) {
            return;
        }
        let seen = if own.canaries.is_empty() { &own.targets } else { &own.canaries };
        let loss = Tables::new(&self.core, self.now_ms, &[], &[]).likeliest_loss(seen);
        self.blind.insert(vantage.to_owned(), Blind { loss, recovery: Recovery::default() });
        self.void(&own.targets);
    }
}

/// A moment of engine time.
fn timestamp(at_ms: i64) -> Timestamp {
    DateTime::from_timestamp_millis(at_ms).unwrap_or_default()
}

/// So long before a moment.
fn before(now: Timestamp, age_ms: i64) -> Timestamp {
    now - TimeDelta::milliseconds(age_ms)
}
