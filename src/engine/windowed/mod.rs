//! The simplest honest detector: bad checks in windows of up to half an hour against what is
//! normal, and distinct people.
//!
//! A check is bad when it failed or came back far later than usual. For each class of components
//! that the probes cannot tell apart, the number of bad checks in the last 2, 5, 10, 20 and 30
//! minutes is held against a Poisson count of what is normal, together with the people who
//! reported its servers ([`score`]). When chance would do the same less than once in thirty days,
//! the class that explains the evidence best is named ([`localise`]). Must not: be told of
//! incidents, or decide more than once about the same thing. Start at [`Windowed`].

mod classes;
mod evidence;
mod explain;
mod localise;
mod score;
mod target;
mod window;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ServerEvidence, ServerId, Settings, Suspicion, SuspicionId, Timestamp},
    event::{Happening, Input, Output, TimerReason},
};

use super::detect::{Detector, Explanation, Finding, ServerChart};
use classes::{ClassIndex, ClassSort, Classes, TargetIndex};
use target::Target;
use window::{Counts, Window};

/// A standing suspicion is looked at again this often, in seconds.
const LOOK_AGAIN_S: i64 = 60;
/// A result older than this when it is received is dropped, in seconds.
const LATE_S_MAX: i64 = 600;
/// One that is further in the future is dropped, in seconds.
const EARLY_S_MAX: i64 = 30;
/// A suspicion is not cleared for this long after a counted report, in seconds.
const QUIET_S: i64 = 300;
/// One known by reports alone is cleared after this long without one, in seconds.
const REPORTS_QUIET_S: i64 = 2 * 3600;
/// Recovery's evidence from which it is proposed, and from which it is certain, in nats.
const RECOVERING: f64 = 4.605_170_185_988_092;
const RECOVERED: f64 = 6.907_755_278_982_137;
/// The same for a blind vantage.
const VANTAGE_RECOVERED: f64 = 5.0;
/// Reports that are remembered at most.
const REPORTS_MAX: usize = 4096;

/// Windowed failure rates against their normal, and distinct people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Windowed {
    /// In the order of the fleet's probes.
    targets: Vec<Target>,
    /// Counted reports of the last two hours, by when they were made.
    reports: VecDeque<(Timestamp, ServerId)>,
    standing: BTreeMap<SuspicionId, Standing>,
    blind: BTreeMap<String, Recovery>,
    headed_up_at: Option<Timestamp>,
    /// Results that came too late or from the future.
    dropped: u64,
    #[serde(skip)]
    classes: Shape,
    /// The target of the present input, when its result was bad.
    #[serde(skip)]
    just_bad: Option<TargetIndex>,
    #[serde(skip)]
    may_have_recovered: bool,
}

/// The classes with their windows; both follow from the fleet and the targets.
#[derive(Clone, Debug, Default)]
struct Shape {
    classes: Classes,
    windows: Vec<Window>,
}

/// Two shapes of the same targets and fleet are the same.
impl PartialEq for Shape {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A suspicion that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Standing {
    /// A member of the suspected class.
    cause: String,
    targets: BTreeSet<TargetIndex>,
    servers: Vec<ServerId>,
    since: Timestamp,
    reports_only: bool,
    recovery: Recovery,
    looked_at: Timestamp,
    reported_at: Option<Timestamp>,
}

/// Evidence that a loss has gone (EVIDENCE.md, "Recovery").
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Recovery {
    loss: f64,
    gained: f64,
}

impl Recovery {
    fn new(loss: f64) -> Self {
        Self { loss: loss.clamp(0.02, 0.99), gained: 0.0 }
    }

    /// G − ln(1 − θ/2) on success; max(0, G + ln(b/(1 − (1−b)(1 − θ/2)))) on failure.
    fn observe(&mut self, is_bad: bool, b: f64) {
        let half = self.loss / 2.0;
        if is_bad {
            let under_fault = 1.0 - (1.0 - b) * (1.0 - half);
            self.gained = (self.gained + (b / under_fault).ln()).max(0.0);
        } else {
            self.gained = (self.gained - (1.0 - half).ln()).min(100.0);
        }
    }
}

impl Detector for Windowed {
    const NAME: &'static str = "windowed.1";

    fn configure(&mut self, settings: &Settings) {
        let classes = Classes::of(settings);
        let before = std::mem::take(&mut self.classes.classes);
        let mut earlier: BTreeMap<_, Target> = before
            .targets
            .into_iter()
            .zip(std::mem::take(&mut self.targets))
            .map(|(place, target)| (place.probe, target))
            .collect();
        self.targets = classes
            .targets
            .iter()
            .map(|place| earlier.remove(&place.probe).unwrap_or_default())
            .collect();
        self.classes = Shape { classes, windows: Vec::new() };
        self.reports.retain(|(_, server)| self.classes.classes.above_server.contains_key(server));
        let known: BTreeSet<String> =
            self.classes.classes.targets.iter().map(|place| place.vantage.clone()).collect();
        self.blind.retain(|vantage, _| known.contains(vantage));
        let classes = &self.classes.classes;
        for standing in self.standing.values_mut() {
            standing.servers.retain(|server| classes.above_server.contains_key(server));
            standing.targets = affected_targets(classes, &standing.cause, &standing.servers);
        }
        self.recount();
    }

    fn restored(&mut self, settings: &Settings) {
        self.classes = Shape { classes: Classes::of(settings), windows: Vec::new() };
        self.targets.resize_with(self.classes.classes.targets.len(), Target::default);
        self.recount();
    }

    fn observe(&mut self, received: Timestamp, happening: &Happening) {
        self.just_bad = None;
        self.may_have_recovered = false;
        match &happening.input {
            Input::ProbeResult { probe, ok, latency_ms, .. } => {
                let Some(target) = self.classes.classes.target(probe) else { return };
                self.measure(received, happening.at, target, *ok, *latency_ms);
            }
            Input::Timer { reason: TimerReason::Evidence, .. } => {
                for standing in self.standing.values_mut() {
                    standing.looked_at = received;
                }
            }
            Input::Timer { .. }
            | Input::Started { .. }
            | Input::Report { .. }
            | Input::Command { .. }
            | Input::Delivery { .. } => {}
        }
    }

    fn count(&mut self, at: Timestamp, server: &ServerId) {
        let place = self.reports.partition_point(|(earlier, _)| *earlier <= at);
        self.reports.insert(place, (at, server.clone()));
        if self.reports.len() > REPORTS_MAX {
            self.reports.pop_front();
        }
        for standing in self.standing.values_mut() {
            if standing.servers.contains(server) {
                standing.reported_at = standing.reported_at.max(Some(at));
            }
        }
    }

    fn discount(&mut self, at: Timestamp, server: &ServerId) {
        let found = self.reports.iter().position(|report| report.0 == at && report.1 == *server);
        if let Some(place) = found {
            self.reports.remove(place);
        }
    }

    fn decide(&self, now: Timestamp, happening: &Happening) -> Vec<Finding> {
        match &happening.input {
            Input::ProbeResult { .. } => self.decide_on_result(now),
            Input::Report { .. } | Input::Command { .. } => self.decide_on_reports(now),
            Input::Timer { reason: TimerReason::Evidence, .. } => self.look_again(now),
            Input::Timer { reason: TimerReason::Recovery(_), .. } => self.recoveries(now),
            Input::Timer { .. } | Input::Started { .. } | Input::Delivery { .. } => Vec::new(),
        }
    }

    fn accept(&mut self, now: Timestamp, output: &Output) {
        if let Output::Suspicion(suspicion) = output {
            self.stand(now, suspicion);
        } else if let Output::SuspicionCleared { id, merged_into } = output {
            let ended = self.standing.remove(id);
            if let (Some(ended), None) = (ended, merged_into) {
                self.forget(now, &ended);
            }
        } else if let Output::MonitorBlind { vantage } = output {
            self.go_blind(now, vantage);
        } else if let Output::MonitorRecovered { vantage } = output {
            self.blind.remove(vantage);
        } else if let Output::HeadsUp { .. } = output {
            self.headed_up_at = Some(now);
        }
    }

    fn next_check(&self) -> Option<(Timestamp, TimerReason)> {
        let again = self.standing.values().map(|standing| {
            (standing.looked_at + TimeDelta::seconds(LOOK_AGAIN_S), TimerReason::Evidence)
        });
        let quiet = self
            .standing
            .iter()
            .filter_map(|(id, standing)| Some((standing.quiet_at()?, TimerReason::Recovery(*id))));
        again.chain(quiet).min()
    }

    fn evidence(&self, now: Timestamp, servers: &[ServerId]) -> Vec<ServerEvidence> {
        const MINUTES: i64 = 30;
        servers.iter().map(|server| self.row(now, server, MINUTES, true)).collect()
    }

    fn explain(&self, now: Timestamp) -> Explanation {
        self.explanation(now)
    }

    fn chart(&self, now: Timestamp, servers: &[ServerId], minutes: usize) -> Vec<ServerChart> {
        servers.iter().map(|server| self.chart_row(now, server, minutes)).collect()
    }
}

impl Standing {
    /// When nothing but time is missing for its end.
    fn quiet_at(&self) -> Option<Timestamp> {
        if self.reports_only {
            let last = self.reported_at.unwrap_or(self.since);
            return Some(last + TimeDelta::seconds(REPORTS_QUIET_S));
        }
        if self.recovery.gained < RECOVERED {
            return None;
        }
        Some(self.reported_at? + TimeDelta::seconds(QUIET_S))
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let has_recovered = self.reports_only || self.recovery.gained >= RECOVERED;
        has_recovered && self.quiet_at().is_none_or(|at| now >= at)
    }
}

impl Windowed {
    fn measure(
        &mut self,
        received: Timestamp,
        at: Timestamp,
        index: TargetIndex,
        ok: bool,
        latency_ms: Option<u32>,
    ) {
        let age_s = (received - at).num_seconds();
        if !(-EARLY_S_MAX..=LATE_S_MAX).contains(&age_s) {
            self.dropped += 1;
            return;
        }
        let place = &self.classes.classes.targets[index];
        let is_covered = self.standing.values().any(|one| one.targets.contains(&index));
        let is_blind = self.blind.contains_key(&place.vantage);
        let target = &mut self.targets[index];
        let healthy_time = !is_covered && !is_blind;
        let measured = target.take(at, ok, latency_ms, place.baseline_loss, healthy_time);
        let is_bad = measured.counts.bad() > 0;
        if is_blind {
            let has_canaries = self.has_canaries(index);
            let speaks = !has_canaries || self.classes.classes.targets[index].server.is_none();
            let vantage = self.classes.classes.targets[index].vantage.clone();
            if let Some(recovery) = self.blind.get_mut(&vantage).filter(|_| speaks) {
                recovery.observe(is_bad, measured.b);
                self.may_have_recovered = recovery.gained >= VANTAGE_RECOVERED;
            }
            return;
        }
        self.targets[index].window.add(at, &measured.counts);
        for class in &self.classes.classes.targets[index].above {
            self.classes.windows[*class].add(at, &measured.counts);
        }
        for standing in self.standing.values_mut() {
            if standing.targets.contains(&index) {
                standing.recovery.observe(is_bad, measured.b);
                self.may_have_recovered |= standing.recovery.gained >= RECOVERING;
            }
        }
        if is_bad {
            self.just_bad = Some(index);
        }
    }

    fn has_canaries(&self, index: TargetIndex) -> bool {
        let classes = &self.classes.classes;
        let above = &classes.targets[index].above;
        let monitor =
            above.iter().find(|class| matches!(classes.all[**class].sort, ClassSort::Monitor(_)));
        monitor.is_some_and(|class| {
            classes.all[*class].targets.iter().any(|one| classes.targets[*one].server.is_none())
        })
    }

    /// Makes the classes' windows from the targets'.
    fn recount(&mut self) {
        let Shape { classes, windows } = &mut self.classes;
        *windows = vec![Window::default(); classes.all.len()];
        for (target, place) in self.targets.iter().zip(&classes.targets) {
            for class in &place.above {
                windows[*class].absorb(&target.window);
            }
        }
    }

    fn stand(&mut self, now: Timestamp, suspicion: &Suspicion) {
        let Some(first) = suspicion.causes.first() else { return };
        let classes = &self.classes.classes;
        let targets = affected_targets(classes, &first.id, &suspicion.servers);
        let loss = suspicion.causes.iter().filter_map(|cause| cause.loss).fold(0.0, f64::max);
        let before = self.standing.get(&suspicion.id);
        let recovery = before
            .filter(|before| before.servers == suspicion.servers)
            .map_or(Recovery::new(loss), |before| before.recovery);
        let reported_at = self
            .reports
            .iter()
            .filter(|(_, server)| suspicion.servers.contains(server))
            .map(|(at, _)| *at)
            .max();
        let standing = Standing {
            cause: first.id.clone(),
            targets,
            servers: suspicion.servers.clone(),
            since: suspicion.since().unwrap_or(now),
            reports_only: suspicion.reports_only,
            recovery,
            looked_at: now,
            reported_at,
        };
        self.standing.insert(suspicion.id, standing);
    }

    /// What was seen of a fault that is over speaks no more.
    fn forget(&mut self, now: Timestamp, ended: &Standing) {
        let class = self.classes.classes.holding(&ended.cause);
        let more = class.map(|class| self.classes.classes.all[class].targets.clone());
        for index in ended.targets.iter().chain(more.iter().flatten()) {
            if let Some(target) = self.targets.get_mut(*index) {
                target.forget();
            }
        }
        self.reports.retain(|(at, server)| *at > now || !ended.servers.contains(server));
        self.recount();
    }

    fn go_blind(&mut self, now: Timestamp, vantage: &str) {
        let classes = &self.classes.classes;
        let sort = ClassSort::Monitor(vantage.to_owned());
        let Some(monitor) = classes.all.iter().position(|class| class.sort == sort) else {
            return;
        };
        let seen = self.classes.windows[monitor].sum(now, 5);
        self.blind.insert(vantage.to_owned(), Recovery::new(score::loss(&seen)));
        for index in &classes.all[monitor].targets {
            self.targets[*index].forget();
        }
        self.recount();
    }

    /// Counts of a class over the last minutes, without what standing suspicions explain.
    fn unexplained(&self, now: Timestamp, class: ClassIndex, minutes: i64) -> Counts {
        let mut counts = self.classes.windows[class].sum(now, minutes);
        for standing in self.standing.values() {
            for index in &standing.targets {
                if self.classes.classes.targets[*index].above.contains(&class) {
                    counts.subtract(&self.targets[*index].window.sum(now, minutes));
                }
            }
        }
        counts
    }

    /// Counted reports on these servers in the last two hours.
    fn people(&self, now: Timestamp, servers: &BTreeSet<ServerId>) -> u32 {
        let people = self.reported(now).filter(|server| servers.contains(*server)).count();
        u32::try_from(people).unwrap_or(u32::MAX)
    }

    /// The servers of the reports of the last two hours, one a report.
    fn reported(&self, now: Timestamp) -> impl Iterator<Item = &ServerId> {
        let from = now - TimeDelta::hours(score::REPORT_HOURS as i64);
        self.reports.iter().rev().take_while(move |(at, _)| *at >= from).map(|(_, server)| server)
    }
}

/// The targets of a suspicion: those of its servers that its class covers, or all of them.
fn affected_targets(classes: &Classes, cause: &str, servers: &[ServerId]) -> BTreeSet<TargetIndex> {
    let of_servers: BTreeSet<TargetIndex> = servers
        .iter()
        .filter_map(|server| classes.by_server.get(server))
        .flatten()
        .copied()
        .collect();
    let Some(class) = classes.holding(cause) else { return of_servers };
    let covered: BTreeSet<TargetIndex> = classes.all[class].targets.iter().copied().collect();
    of_servers.intersection(&covered).copied().collect()
}
