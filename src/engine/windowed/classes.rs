//! What probes can tell apart: targets, and the classes of components that cover the same ones.
//!
//! Follows from the fleet alone, so it is rebuilt and never kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ComponentId, ComponentKind, Fleet, Probe, ProbeId, ServerId, Settings};

/// A class's place in [`Classes::all`].
pub(super) type ClassIndex = usize;
/// A target's place in [`Classes::targets`].
pub(super) type TargetIndex = usize;

/// The fleet as the detector sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    pub all: Vec<Class>,
    pub targets: Vec<TargetPlace>,
    by_probe: BTreeMap<ProbeId, TargetIndex>,
    pub by_server: BTreeMap<ServerId, Vec<TargetIndex>>,
    /// Classes that hold a server, also those without a probe on it.
    pub above_server: BTreeMap<ServerId, Vec<ClassIndex>>,
    pub servers: usize,
    /// How many classes may raise an alarm.
    pub suspects: usize,
}

/// Where a target belongs.
#[derive(Clone, Debug)]
pub(super) struct TargetPlace {
    pub probe: ProbeId,
    pub server: Option<ServerId>,
    pub vantage: String,
    pub baseline_loss: Option<f64>,
    /// Every class that covers it.
    pub above: Vec<ClassIndex>,
}

/// Components that cover exactly the same targets.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub sort: ClassSort,
    pub members: Vec<Member>,
    pub targets: Vec<TargetIndex>,
    pub servers: BTreeSet<ServerId>,
    /// Faults per hour, summed over the members.
    pub rate: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ClassSort {
    /// Ours: may be suspected.
    Fleet,
    /// A vantage: explains failures, never raises an alarm about the fleet.
    Monitor(String),
    /// Something that is not ours: likewise.
    Canary,
}

/// One component, server, vantage or canary of a class.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub kind: &'static str,
    pub id: String,
    pub rate: f64,
}

impl Classes {
    pub fn of(settings: &Settings) -> Self {
        let fleet = &settings.fleet;
        let mut classes = Self { servers: fleet.servers.len(), ..Self::default() };
        for probe in &fleet.probes {
            classes.add_target(probe);
        }
        for (key, members) in covering(fleet, &classes) {
            classes.add(ClassSort::Fleet, key, members);
        }
        classes.add_nuisances(fleet);
        classes
    }

    pub fn target(&self, probe: &ProbeId) -> Option<TargetIndex> {
        self.by_probe.get(probe).copied()
    }

    /// The class that holds a member of this id.
    pub fn holding(&self, id: &str) -> Option<ClassIndex> {
        self.all.iter().position(|class| {
            class.sort == ClassSort::Fleet && class.members.iter().any(|member| member.id == id)
        })
    }

    fn add_target(&mut self, probe: &Probe) {
        let index = self.targets.len();
        self.by_probe.insert(probe.id.clone(), index);
        if let Some(server) = &probe.server {
            self.by_server.entry(server.clone()).or_default().push(index);
        }
        self.targets.push(TargetPlace {
            probe: probe.id.clone(),
            server: probe.server.clone(),
            vantage: probe.vantage.clone(),
            baseline_loss: probe.baseline_loss,
            above: Vec::new(),
        });
    }

    fn add(&mut self, sort: ClassSort, covered: Covered, members: Vec<Member>) {
        let index = self.all.len();
        self.suspects += usize::from(sort == ClassSort::Fleet);
        for target in &covered.targets {
            self.targets[*target].above.push(index);
        }
        for server in &covered.servers {
            self.above_server.entry(server.clone()).or_default().push(index);
        }
        let rate = members.iter().map(|member| member.rate).sum();
        let Covered { targets, servers } = covered;
        self.all.push(Class { sort, members, targets, servers, rate });
    }

    fn add_nuisances(&mut self, fleet: &Fleet) {
        let mut vantages: BTreeMap<String, Vec<TargetIndex>> = BTreeMap::new();
        for (index, target) in self.targets.iter().enumerate() {
            vantages.entry(target.vantage.clone()).or_default().push(index);
        }
        for (vantage, targets) in vantages {
            let own = fleet.vantages.iter().find(|one| one.id == vantage);
            let rate = own.and_then(|one| one.faults_per_hour).unwrap_or(1.0 / 240.0);
            let member = Member { kind: "monitor", id: vantage.clone(), rate };
            let covered = Covered { targets, servers: BTreeSet::new() };
            self.add(ClassSort::Monitor(vantage), covered, vec![member]);
        }
        for index in 0..self.targets.len() {
            if self.targets[index].server.is_none() {
                let id = self.targets[index].probe.to_string();
                let covered = Covered { targets: vec![index], servers: BTreeSet::new() };
                let member = Member { kind: "other", id, rate: 1.0 / 1440.0 };
                self.add(ClassSort::Canary, covered, vec![member]);
            }
        }
    }
}

/// What a component covers. Servers count where it has no probe, for reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Covered {
    targets: Vec<TargetIndex>,
    servers: BTreeSet<ServerId>,
}

fn covering(fleet: &Fleet, classes: &Classes) -> BTreeMap<Covered, Vec<Member>> {
    let mut covering: BTreeMap<Covered, Vec<Member>> = BTreeMap::new();
    let mut below: BTreeMap<&ComponentId, BTreeSet<&ServerId>> = BTreeMap::new();
    for server in &fleet.servers {
        let targets = classes.by_server.get(&server.id).cloned().unwrap_or_default();
        let covered = Covered { targets, servers: BTreeSet::from([server.id.clone()]) };
        let rate = server.faults_per_hour.unwrap_or(1.0 / 2160.0);
        let member = Member { kind: "server", id: server.id.to_string(), rate };
        covering.entry(covered).or_default().push(member);
    }
    let up: BTreeMap<&ComponentId, &[ComponentId]> =
        fleet.components.iter().map(|one| (&one.id, one.depends_on.as_slice())).collect();
    for server in &fleet.servers {
        let mut open: Vec<&ComponentId> = server.depends_on.iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(component) = open.pop() {
            if seen.insert(component) {
                below.entry(component).or_default().insert(&server.id);
                open.extend(up.get(component).copied().unwrap_or_default());
            }
        }
    }
    let facet_of: BTreeMap<&ProbeId, Option<&String>> =
        fleet.probes.iter().map(|probe| (&probe.id, probe.facet.as_ref())).collect();
    for component in &fleet.components {
        let Some(servers) = below.get(&component.id) else { continue };
        let mut targets: Vec<TargetIndex> = servers
            .iter()
            .filter_map(|server| classes.by_server.get(*server))
            .flatten()
            .copied()
            .filter(|index| {
                let facet = facet_of.get(&classes.targets[*index].probe).copied().flatten();
                component.facets.is_empty()
                    || facet.is_some_and(|one| component.facets.contains(one))
            })
            .collect();
        targets.sort_unstable();
        let servers = servers.iter().map(|server| (*server).clone()).collect();
        let rate = component.faults_per_hour.unwrap_or_else(|| rate_of(component.kind));
        let member = Member { kind: component.kind.word(), id: component.id.to_string(), rate };
        covering.entry(Covered { targets, servers }).or_default().push(member);
    }
    covering
}

/// Faults per hour by kind (EVIDENCE.md, "The model").
fn rate_of(kind: ComponentKind) -> f64 {
    match kind {
        ComponentKind::Network | ComponentKind::Provider => 1.0 / 8760.0,
        ComponentKind::Datacenter
        | ComponentKind::Rack
        | ComponentKind::Hypervisor
        | ComponentKind::Database
        | ComponentKind::Dns
        | ComponentKind::Mail
        | ComponentKind::Other => 1.0 / 4320.0,
    }
}
