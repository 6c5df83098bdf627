//! Who the classes, targets and places are: made from the fleet, never kept.
//!
//! A server without any probe is a target that is never measured, so that reports about it count.
//! Must not: know evidence. Start at [`Names::of`].

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    Component, ComponentId, ComponentKind, Fleet, Probe, ProbeId, ProbeKind, PublishedPolicy,
    ServerId, Settings,
};

use super::shape::{Class, Shape, Sort};

/// Faults per hour of a server, a vantage and a canary (EVIDENCE.md, "The model").
const SERVER_RATE: f64 = 1.0 / 2160.0;
const VANTAGE_RATE: f64 = 1.0 / 240.0;
const CANARY_RATE: f64 = 1.0 / 1440.0;
/// Our own probes look again after this, unless they look as often anyway, in milliseconds.
const LOOK_AGAIN_MS: u64 = 5_000;
/// A configured rate is kept within these: a logarithm is taken of it.
const RATE_MIN: f64 = 1e-9;
const RATE_MAX: f64 = 1e3;

/// Words for the numbers of a [`Shape`].
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// By class: its components, the likeliest to fail first.
    pub members: Vec<Vec<Member>>,
    /// By target; the probe is none for a server without one.
    pub targets: Vec<TargetName>,
    /// By place, as long as it is a server.
    pub servers: Vec<ServerId>,
    /// Monitor class and canaries' targets of each vantage.
    pub vantages: BTreeMap<String, Vantage>,
    /// What an incident that a provider publishes counts for.
    pub published: PublishedPolicy,
    by_probe: BTreeMap<ProbeId, usize>,
    by_server: BTreeMap<ServerId, usize>,
    by_member: BTreeMap<String, usize>,
    /// The places of all servers that depend on each component, whatever facets it covers.
    below: BTreeMap<String, BTreeSet<usize>>,
}

/// What a target is.
#[derive(Clone, Debug)]
pub(super) struct TargetName {
    pub probe: Option<ProbeId>,
    pub server: Option<ServerId>,
    pub vantage: String,
    pub baseline_loss: Option<f64>,
    /// One of our own that is looked at again soon after a failure.
    pub is_adaptive: bool,
    facet: Option<String>,
}

/// Where probes run from.
#[derive(Clone, Debug, Default)]
pub(super) struct Vantage {
    pub class: usize,
    pub canaries: Vec<usize>,
    pub targets: Vec<usize>,
}

/// One component, server, vantage or canary of a class.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub kind: &'static str,
    pub id: String,
    pub rate: f64,
}

type Covering = BTreeMap<Vec<usize>, Vec<Member>>;

impl Names {
    /// The shape of a fleet, and who is who in it.
    pub fn of(settings: &Settings) -> (Shape, Self) {
        let fleet = &settings.fleet;
        let mut names = Self { published: settings.policy.published, ..Self::default() };
        let place_of = names.name_targets(fleet);
        let mut targets_of = vec![Vec::new(); fleet.servers.len()];
        for (target, place) in place_of.iter().enumerate() {
            if let Some(own) = targets_of.get_mut(*place) {
                own.push(target);
            }
        }
        let below = servers_below(fleet).into_iter();
        names.below = below.map(|(id, places)| (id.to_string(), places)).collect();
        let mut classes = Vec::new();
        for (targets, members) in names.covering(fleet, &targets_of) {
            names.add_class(&mut classes, Sort::Fleet, targets, members);
        }
        names.add_canaries(&mut classes);
        names.add_vantages(fleet, &mut classes);
        (Shape::new(classes, place_of, fleet.servers.len()), names)
    }

    /// The target of a probe.
    pub fn target(&self, probe: &ProbeId) -> Option<usize> {
        self.by_probe.get(probe).copied()
    }

    /// The place of a server.
    pub fn place(&self, server: &ServerId) -> Option<usize> {
        self.by_server.get(server).copied()
    }

    /// The class of ours that a component or server belongs to.
    pub fn class(&self, id: &str) -> Option<usize> {
        self.by_member.get(id).copied()
    }

    /// Whether the fleet file has this server depend on a component.
    pub fn is_below(&self, place: usize, component: &str) -> bool {
        self.below.get(component).is_some_and(|places| places.contains(&place))
    }

    /// The vantage whose monitor class this is.
    pub fn vantage_of(&self, class: usize) -> Option<(&String, &Vantage)> {
        self.vantages.iter().find(|(_, vantage)| vantage.class == class)
    }

    /// Configured baselines by target.
    pub fn baselines(&self) -> Vec<Option<f64>> {
        self.targets.iter().map(|target| target.baseline_loss).collect()
    }

    /// By target, place and class of this fleet: which of `before` each was.
    pub fn earlier(&self, before: &Self) -> [Vec<Option<usize>>; 3] {
        let target = |name: &TargetName| match (&name.probe, &name.server) {
            (Some(probe), _) => before.target(probe),
            (None, server) => before
                .targets
                .iter()
                .position(|other| other.probe.is_none() && other.server == *server),
        };
        let ids = |members: &[Member]| -> Vec<String> {
            members.iter().map(|member| member.id.clone()).collect()
        };
        let earlier: BTreeMap<Vec<String>, usize> =
            before.members.iter().enumerate().map(|(class, own)| (ids(own), class)).collect();
        [
            self.targets.iter().map(target).collect(),
            self.servers.iter().map(|server| before.place(server)).collect(),
            self.members.iter().map(|own| earlier.get(&ids(own)).copied()).collect(),
        ]
    }

    fn name_targets(&mut self, fleet: &Fleet) -> Vec<usize> {
        self.servers = fleet.servers.iter().map(|server| server.id.clone()).collect();
        let places = self.servers.iter().cloned().enumerate();
        self.by_server = places.map(|(place, server)| (server, place)).collect();
        let mut place_of = Vec::new();
        let mut canaries = self.servers.len();
        let mut probed = vec![false; self.servers.len()];
        for probe in &fleet.probes {
            let server = probe.server.as_ref().and_then(|server| self.place(server));
            place_of.push(server.unwrap_or_else(|| {
                canaries += 1;
                canaries - 1
            }));
            if let Some(server) = server {
                probed[server] = true;
            }
            self.by_probe.insert(probe.id.clone(), self.targets.len());
            self.targets.push(TargetName::of(probe));
        }
        for (place, server) in self.servers.iter().enumerate() {
            if !probed[place] {
                place_of.push(place);
                self.targets.push(TargetName::unprobed(server));
            }
        }
        place_of
    }

    fn add_class(
        &mut self,
        classes: &mut Vec<Class>,
        sort: Sort,
        targets: Vec<usize>,
        mut members: Vec<Member>,
    ) {
        let rate = members.iter().map(|member| member.rate).sum();
        members.sort_by(|one, other| {
            other.rate.total_cmp(&one.rate).then_with(|| one.id.cmp(&other.id))
        });
        if sort == Sort::Fleet {
            let ids = members.iter().map(|member| (member.id.clone(), classes.len()));
            self.by_member.extend(ids);
        }
        self.members.push(members);
        classes.push(Class { sort, targets, rate });
    }

    fn add_canaries(&mut self, classes: &mut Vec<Class>) {
        for target in 0..self.targets.len() {
            let name = &self.targets[target];
            if let (Some(probe), None) = (&name.probe, &name.server) {
                let id = probe.to_string();
                let member = Member { kind: "other", id, rate: CANARY_RATE };
                self.add_class(classes, Sort::Canary, vec![target], vec![member]);
            }
        }
    }

    fn add_vantages(&mut self, fleet: &Fleet, classes: &mut Vec<Class>) {
        let mut vantages: BTreeMap<String, Vantage> = BTreeMap::new();
        for (target, name) in self.targets.iter().enumerate() {
            if name.probe.is_none() {
                continue;
            }
            let vantage = vantages.entry(name.vantage.clone()).or_default();
            vantage.targets.push(target);
            if name.server.is_none() {
                vantage.canaries.push(target);
            }
        }
        for (id, vantage) in &mut vantages {
            let own = fleet.vantages.iter().find(|one| one.id == *id);
            let rate = rate(own.and_then(|one| one.faults_per_hour), VANTAGE_RATE);
            vantage.class = classes.len();
            let member = Member { kind: "monitor", id: id.clone(), rate };
            self.add_class(classes, Sort::Monitor, vantage.targets.clone(), vec![member]);
        }
        self.vantages = vantages;
    }

    /// Servers and components by the targets they cover.
    fn covering(&self, fleet: &Fleet, targets_of: &[Vec<usize>]) -> Covering {
        let mut covering = Covering::new();
        for (server, targets) in fleet.servers.iter().zip(targets_of) {
            let rate = rate(server.faults_per_hour, SERVER_RATE);
            let member = Member { kind: "server", id: server.id.to_string(), rate };
            covering.entry(targets.clone()).or_default().push(member);
        }
        for component in &fleet.components {
            let Some(places) = self.below.get(component.id.as_str()) else { continue };
            let own = places.iter().flat_map(|place| &targets_of[*place]).copied();
            let mut targets: Vec<usize> =
                own.filter(|target| self.targets[*target].is_covered_by(component)).collect();
            targets.sort_unstable();
            if targets.is_empty() {
                continue;
            }
            let rate = rate(component.faults_per_hour, rate_of(component.kind));
            let member = Member { kind: component.kind.word(), id: component.id.to_string(), rate };
            covering.entry(targets).or_default().push(member);
        }
        covering
    }
}

impl TargetName {
    fn of(probe: &Probe) -> Self {
        Self {
            probe: Some(probe.id.clone()),
            server: probe.server.clone(),
            vantage: probe.vantage.clone(),
            baseline_loss: probe.baseline_loss,
            is_adaptive: probe.kind != ProbeKind::External && probe.every_ms > LOOK_AGAIN_MS,
            facet: probe.facet.clone(),
        }
    }

    fn unprobed(server: &ServerId) -> Self {
        Self {
            probe: None,
            server: Some(server.clone()),
            vantage: String::new(),
            baseline_loss: None,
            is_adaptive: false,
            facet: None,
        }
    }

    fn is_covered_by(&self, component: &Component) -> bool {
        component.facets.is_empty()
            || self.facet.as_ref().is_some_and(|facet| component.facets.contains(facet))
    }
}

/// The places of all servers that depend on each component, itself or through others.
fn servers_below(fleet: &Fleet) -> BTreeMap<&ComponentId, BTreeSet<usize>> {
    let up: BTreeMap<&ComponentId, &[ComponentId]> =
        fleet.components.iter().map(|one| (&one.id, one.depends_on.as_slice())).collect();
    let mut below: BTreeMap<&ComponentId, BTreeSet<usize>> = BTreeMap::new();
    for (place, server) in fleet.servers.iter().enumerate() {
        let mut open: Vec<&ComponentId> = server.depends_on.iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(component) = open.pop() {
            if seen.insert(component) {
                below.entry(component).or_default().insert(place);
                open.extend(up.get(component).copied().unwrap_or_default());
            }
        }
    }
    below
}

fn rate(configured: Option<f64>, usual: f64) -> f64 {
    configured.unwrap_or(usual).clamp(RATE_MIN, RATE_MAX)
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
