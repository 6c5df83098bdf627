//! What goes wrong, and what only looks like it.

use super::{
    Breaks, Extra, Manner, Plan,
    dice::Dice,
    topology::{Topology, below},
};
use crate::domain::ComponentKind;

/// Shares of bad checks that faults are drawn from.
const LOSSES: [f64; 5] = [0.05, 0.1, 0.2, 0.4, 1.0];
/// The first fault of a history of two hours or more comes within these, in seconds.
const ONSET_S: (f64, f64) = (3000.0, 4200.0);
/// A second fault comes within this long, in seconds.
const SECOND_WITHIN_S: f64 = 600.0;
/// How often a mixed history has no fault, two, a patchy or blind one, a flood.
const NO_FAULT: f64 = 0.125;
const TWO_FAULTS: f64 = 0.1;
const PATCHY: f64 = 0.12;
const BLIND: f64 = 0.12;
const FLOOD: f64 = 0.03;
/// Blips in an hour, and how long one lasts, in seconds.
const BLIPS_PER_HOUR: f64 = 1.0;
const BLIP_S: (f64, f64) = (5.0, 39.0);

/// All trouble of a history, real and not.
pub(super) struct Trouble {
    /// By when they begin.
    pub faults: Vec<Fault>,
    pub nuisances: Vec<Nuisance>,
}

/// Something broke.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub cause: Cause,
    pub at_ms: i64,
    pub until_ms: i64,
    pub loss: f64,
    pub manner: Manner,
    pub dashboard_only: bool,
    /// Servers it affects, in order.
    pub servers: Vec<usize>,
}

/// What broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Server(usize),
    Component(usize),
}

/// What looks like a fault and is none.
#[derive(Clone, Debug)]
pub(super) struct Nuisance {
    pub kind: NuisanceKind,
    pub at_ms: i64,
    pub until_ms: i64,
}

#[derive(Clone, Debug)]
pub(super) enum NuisanceKind {
    /// This many messages of one person about one server.
    Flood { server: usize, messages: usize },
    /// A vantage loses this share of its checks.
    Vantage { vantage: usize, loss: f64 },
    /// These servers fail for a moment.
    Blip { servers: Vec<usize> },
}

impl Trouble {
    pub fn draw(plan: &Plan, topology: &Topology, dice: &mut Dice) -> Self {
        let mut faults: Vec<Fault> = Vec::new();
        let is_mixed = plan.fault == Breaks::Mixed;
        let is_healthy = plan.fault == Breaks::None || (is_mixed && dice.chance(NO_FAULT));
        if !is_healthy {
            faults.push(draw_fault(plan, topology, onset_ms(plan, dice), dice));
            if is_mixed && plan.servers > 2 && dice.chance(TWO_FAULTS) {
                let later_ms = (dice.share() * SECOND_WITHIN_S * 1000.0) as i64;
                let at_ms = (faults[0].at_ms + later_ms).min(plan.length_ms());
                let second = draw_fault(plan, topology, at_ms, dice);
                if second.cause != faults[0].cause {
                    faults.push(second);
                }
            }
        }
        let nuisances = draw_nuisances(plan, topology, is_mixed, dice);
        Self { faults, nuisances }
    }
}

/// Early enough to be found, late enough for a past.
fn onset_ms(plan: &Plan, dice: &mut Dice) -> i64 {
    let scale = (plan.hours / 2.0).min(1.0);
    (dice.between(ONSET_S.0, ONSET_S.1) * scale * 1000.0) as i64
}

fn draw_fault(plan: &Plan, topology: &Topology, at_ms: i64, dice: &mut Dice) -> Fault {
    let cause = draw_cause(plan, topology, dice);
    let loss = dice.pick(&LOSSES).copied().unwrap_or(0.1);
    let loss = plan.loss.unwrap_or(loss);
    let (drawn, is_mixed) = (dice.share(), plan.fault == Breaks::Mixed);
    let manner = plan.manner.unwrap_or(match drawn {
        drawn if is_mixed && drawn < BLIND => Manner::Blind,
        drawn if is_mixed && drawn < BLIND + PATCHY => Manner::Patchy,
        _ => Manner::Even,
    });
    let (mut servers, dashboard_only) = match cause {
        Cause::Server(server) => (vec![server], false),
        Cause::Component(part) => (topology.below(part), topology.components[part].dashboard_only),
    };
    if manner == Manner::Patchy && servers.len() >= 3 {
        let kept: Vec<bool> = servers.iter().map(|_| dice.chance(0.5)).collect();
        let first = servers.clone();
        let mut kept = kept.into_iter();
        servers.retain(|_| kept.next().unwrap_or(false));
        if servers.len() < 2 {
            servers = first.into_iter().take(2).collect();
        }
    }
    Fault { cause, at_ms, until_ms: plan.length_ms(), loss, manner, dashboard_only, servers }
}

fn draw_cause(plan: &Plan, topology: &Topology, dice: &mut Dice) -> Cause {
    let server = Cause::Server(dice.below(plan.servers));
    let drawn = dice.share();
    let is_mixed = plan.fault == Breaks::Mixed;
    let kind = plan.fault.kind().or_else(|| mixed_kind(drawn).filter(|_| is_mixed));
    let Some(kind) = kind else { return server };
    // A component that nothing depends on cannot take anything down.
    let parts: Vec<usize> = topology
        .of_kind(kind)
        .into_iter()
        .filter(|part| !topology.below(*part).is_empty() && !below(&topology.map, *part).is_empty())
        .collect();
    dice.pick(&parts).map_or(server, |part| Cause::Component(*part))
}

/// Of a mixed history; `None` is one server.
fn mixed_kind(drawn: f64) -> Option<ComponentKind> {
    match drawn {
        ..0.42 => None,
        ..0.67 => Some(ComponentKind::Network),
        ..0.82 => Some(ComponentKind::Database),
        ..0.92 => Some(ComponentKind::Datacenter),
        _ => Some(ComponentKind::Provider),
    }
}

fn draw_nuisances(
    plan: &Plan,
    topology: &Topology,
    is_mixed: bool,
    dice: &mut Dice,
) -> Vec<Nuisance> {
    let mut nuisances = Vec::new();
    let length_ms = plan.length_ms();
    let is_flooded = plan.has(Extra::Flood) || (is_mixed && dice.chance(FLOOD));
    let messages = 10 + dice.below(51);
    if is_flooded {
        let server = dice.below(plan.servers);
        let kind = NuisanceKind::Flood { server, messages };
        nuisances.push(lasting(kind, length_ms, (300.0, 1200.0), dice));
    }
    if plan.has(Extra::Vantage) {
        let vantages = topology.probes.iter().map(|probe| probe.vantage + 1).max().unwrap_or(1);
        let loss = dice.pick(&[0.1, 0.3, 0.6, 1.0]).copied().unwrap_or(1.0);
        let kind = NuisanceKind::Vantage { vantage: dice.below(vantages), loss };
        nuisances.push(lasting(kind, length_ms, (60.0, 1200.0), dice));
    }
    if plan.has(Extra::Blips) {
        for _ in 0..dice.count(BLIPS_PER_HOUR * plan.hours) {
            let component = dice.below(topology.components.len());
            let servers = match dice.chance(0.5) {
                true => topology.below(component),
                false => vec![dice.below(plan.servers)],
            };
            nuisances.push(lasting(NuisanceKind::Blip { servers }, length_ms, BLIP_S, dice));
        }
    }
    nuisances.sort_by_key(|nuisance| nuisance.at_ms);
    nuisances
}

/// At any time of the history, for a time within the span, in seconds.
fn lasting(kind: NuisanceKind, length_ms: i64, span_s: (f64, f64), dice: &mut Dice) -> Nuisance {
    let at_ms = (dice.share() * length_ms as f64) as i64;
    let until_ms = at_ms + (dice.between(span_s.0, span_s.1) * 1000.0) as i64;
    Nuisance { kind, at_ms, until_ms: until_ms.min(length_ms) }
}
