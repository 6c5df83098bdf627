//! Servers, what they share, and the probes that watch them.
//!
//! Switches stand in data centres, data centres belong to providers, databases serve servers
//! anywhere. Numbers grow with the fleet as in the fleets that the method was measured on: 5
//! switches, 3 data centres, 2 providers, 2 databases at 20 servers; 24, 8, 4, 6 at 200.

use std::io::{self, Write};

use crate::domain::ComponentKind;

use super::{EVERY_MS, Extra, Plan, dice::Dice};

/// Healthy checks from which a probe's configured baseline was learned: a day's.
const LEARNED_CHECKS: f64 = 2880.0;
/// The median share of checks that fail while all is well, and its spread from probe to probe.
const HEALTHY_LOSS: f64 = 0.0031;
const HEALTHY_SPREAD: f64 = 0.7;
/// Things that are not ours, for each vantage.
const CANARIES: usize = 3;
/// Servers in a rack, and on a virtualisation host.
const RACK_SERVERS: usize = 8;
const HOST_SERVERS: usize = 4;
/// Which of ten servers stands elsewhere than the map says.
const WRONG_SHARE: f64 = 0.1;

/// The fleet as it is, and as its file says it is.
pub(super) struct Topology {
    pub components: Vec<Part>,
    /// For each server its components, in truth.
    pub truth: Vec<Vec<usize>>,
    /// The same as the fleet file has it.
    pub map: Vec<Vec<usize>>,
    pub probes: Vec<Watch>,
    /// Whether probes name a facet.
    facets: bool,
}

/// Something that servers share.
pub(super) struct Part {
    pub id: String,
    pub kind: ComponentKind,
    /// Matters to dashboards only.
    pub dashboard_only: bool,
}

/// A probe.
pub(super) struct Watch {
    pub id: String,
    /// `None` for a canary.
    pub server: Option<usize>,
    pub vantage: usize,
    pub dashboard: bool,
    /// The share of its checks that fail while all is well.
    pub healthy_loss: f64,
    /// What its owner believes this share is.
    baseline_loss: f64,
    /// A usual answer's time, in milliseconds.
    pub median_ms: f64,
}

impl Topology {
    pub fn draw(plan: &Plan, dice: &mut Dice) -> Self {
        let facets = plan.has(Extra::Facets);
        let mut topology = Self {
            components: Vec::new(),
            truth: vec![Vec::new(); plan.servers],
            map: Vec::new(),
            probes: Vec::new(),
            facets,
        };
        topology.place(plan.servers, dice);
        topology.add_services(plan.servers, dice);
        if let Some(kind) = plan.fault.kind() {
            topology.add_missing(kind, dice);
        }
        topology.map = topology.truth.clone();
        if plan.has(Extra::WrongMap) {
            topology.confuse(dice);
        }
        topology.watch(plan, dice);
        topology
    }

    /// Components of this kind.
    pub fn of_kind(&self, kind: ComponentKind) -> Vec<usize> {
        let parts = self.components.iter().enumerate();
        parts.filter(|(_, part)| part.kind == kind).map(|(index, _)| index).collect()
    }

    /// Servers that depend on a component, in truth.
    pub fn below(&self, component: usize) -> Vec<usize> {
        below(&self.truth, component)
    }

    fn add(&mut self, prefix: &str, kind: ComponentKind, count: usize) -> usize {
        let first = self.components.len();
        let dashboard_only = self.facets && kind == ComponentKind::Database;
        let parts = (0..count).map(|n| Part { id: format!("{prefix}{n}"), kind, dashboard_only });
        self.components.extend(parts);
        first
    }

    /// Switches in data centres of providers: each has at least one of the smaller.
    fn place(&mut self, servers: usize, dice: &mut Dice) {
        let (switches, sites) = (grown(servers, 0.65, 0.681), grown(servers, 0.838, 0.426));
        let providers = grown(servers, 0.812, 0.301);
        let first_switch = self.add("sw", ComponentKind::Network, switches);
        let first_site = self.add("site", ComponentKind::Datacenter, sites);
        let first_provider = self.add("prov", ComponentKind::Provider, providers);
        let mut above = |count: usize, of: usize| -> Vec<usize> {
            (0..count).map(|n| if n < of { n } else { dice.below(of) }).collect()
        };
        let site_of = above(switches, sites);
        let provider_of = above(sites, providers);
        let switch_of = above(servers, switches);
        for (server, switch) in switch_of.into_iter().enumerate() {
            let site = site_of[switch];
            self.truth[server] =
                vec![first_switch + switch, first_site + site, first_provider + provider_of[site]];
        }
    }

    /// Databases: each serves a tenth to a third of a small fleet, less of a large one, so that a
    /// server has about one.
    fn add_services(&mut self, servers: usize, dice: &mut Dice) {
        let count = if servers < 6 { 0 } else { grown(servers, 0.479, 0.477) };
        let first = self.add("svc", ComponentKind::Database, count);
        let usual = (1.2 / count.max(1) as f64).min(0.2);
        for service in first..first + count {
            self.serve(service, usual, dice);
        }
    }

    fn serve(&mut self, service: usize, usual: f64, dice: &mut Dice) {
        let servers = self.truth.len();
        let share = usual * dice.between(0.5, 1.5);
        let count = ((share * servers as f64).round() as usize).max(2);
        for server in dice.choose(count, servers) {
            self.truth[server].push(service);
        }
    }

    /// A fault's kind that fleets do not have by themselves.
    fn add_missing(&mut self, kind: ComponentKind, dice: &mut Dice) {
        if !self.of_kind(kind).is_empty() {
            return;
        }
        let servers = self.truth.len();
        let groups = |size: usize| servers.div_ceil(size);
        match kind {
            ComponentKind::Rack => {
                let first = self.add("rack", kind, groups(RACK_SERVERS));
                for server in 0..servers {
                    self.truth[server].push(first + server / RACK_SERVERS);
                }
            }
            ComponentKind::Hypervisor => {
                let first = self.add("host", kind, groups(HOST_SERVERS));
                for server in 0..servers {
                    self.truth[server].push(first + server / HOST_SERVERS);
                }
            }
            ComponentKind::Provider
            | ComponentKind::Datacenter
            | ComponentKind::Network
            | ComponentKind::Database
            | ComponentKind::Dns
            | ComponentKind::Mail
            | ComponentKind::Other => {
                let service = self.add(kind.word(), kind, 1);
                self.serve(service, 0.3, dice);
            }
        }
    }

    /// Some servers were moved and nobody wrote it down.
    fn confuse(&mut self, dice: &mut Dice) {
        let places: Vec<Vec<usize>> = self.truth.iter().map(|parts| parts[..3].to_vec()).collect();
        for server in 0..self.map.len() {
            if dice.chance(WRONG_SHARE)
                && let Some(other) = dice.pick(&places)
            {
                self.map[server].splice(..3, other.iter().copied());
            }
        }
    }

    fn watch(&mut self, plan: &Plan, dice: &mut Dice) {
        let vantages = if plan.has(Extra::TwoVantages) { 2 } else { 1 };
        for server in 0..plan.servers {
            for vantage in 0..vantages {
                for dashboard in if self.facets { vec![false, true] } else { vec![false] } {
                    let what = if dashboard { "dashboard" } else { "http" };
                    let id = format!("srv{server}-{what}");
                    self.add_probe(id, Some(server), vantage, dashboard, dice);
                }
            }
        }
        for vantage in 0..vantages {
            for canary in 0..CANARIES {
                self.add_probe(format!("canary{canary}"), None, vantage, false, dice);
            }
        }
    }

    fn add_probe(
        &mut self,
        id: String,
        server: Option<usize>,
        vantage: usize,
        dashboard: bool,
        dice: &mut Dice,
    ) {
        let healthy_loss = (HEALTHY_LOSS * dice.factor(HEALTHY_SPREAD)).min(0.05);
        let learned = f64::from(dice.count(healthy_loss * LEARNED_CHECKS));
        let share = (learned + 0.5) / (LEARNED_CHECKS + 100.0);
        let baseline_loss = share + (share / (LEARNED_CHECKS + 100.0)).sqrt();
        let median_ms = dice.between(120.0, 300.0);
        let id = if vantage == 0 { id } else { format!("{id}-{}", vantage_id(vantage)) };
        self.probes.push(Watch {
            id,
            server,
            vantage,
            dashboard,
            healthy_loss,
            baseline_loss,
            median_ms,
        });
    }

    /// The fleet file, as its owner believes it to be.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "[bot]\nname = \"Example Host\"\ntimezone = \"UTC\"")?;
        for part in &self.components {
            let (id, kind) = (&part.id, part.kind.word());
            writeln!(out, "\n[[component]]\nid = \"{id}\"\nkind = \"{kind}\"")?;
            if part.dashboard_only {
                writeln!(out, "facets = [\"dashboard\"]")?;
            }
        }
        for (server, parts) in self.map.iter().enumerate() {
            let parts: Vec<String> =
                parts.iter().map(|part| format!("\"{}\"", self.components[*part].id)).collect();
            writeln!(
                out,
                "\n[[server]]\nid = \"srv{server}\"\ndepends_on = [{}]\n\
                 domains = [\"site{server}.example\"]",
                parts.join(", ")
            )?;
        }
        self.probes.iter().try_for_each(|probe| self.write_probe(probe, out))
    }

    fn write_probe(&self, probe: &Watch, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\n[[probe]]\nid = \"{}\"", probe.id)?;
        match probe.server {
            Some(server) => writeln!(out, "server = \"srv{server}\"")?,
            None => writeln!(out, "canary = true")?,
        }
        writeln!(out, "kind = \"external\"\nevery = \"{}s\"", EVERY_MS / 1000)?;
        if probe.vantage > 0 {
            writeln!(out, "vantage = \"{}\"", vantage_id(probe.vantage))?;
        }
        if self.facets && probe.server.is_some() {
            writeln!(out, "facet = \"{}\"", if probe.dashboard { "dashboard" } else { "home" })?;
        }
        writeln!(out, "baseline_loss = {:.6}", probe.baseline_loss)
    }
}

/// Servers that depend on a component, by this map.
pub(super) fn below(map: &[Vec<usize>], component: usize) -> Vec<usize> {
    let servers = map.iter().enumerate();
    servers.filter(|(_, parts)| parts.contains(&component)).map(|(server, _)| server).collect()
}

/// The first is what the configuration takes for granted.
pub(super) fn vantage_id(vantage: usize) -> String {
    if vantage == 0 { "home".to_owned() } else { format!("away{vantage}") }
}

/// How many there are among so many servers.
fn grown(servers: usize, factor: f64, power: f64) -> usize {
    ((factor * (servers as f64).powf(power)).round() as usize).max(1)
}
