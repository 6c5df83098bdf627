//! Who depends on what, by number, and how many customers that concerns.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{ComponentId, ComponentKind, Fleet, ServerId};

/// A fleet by numbers: components in the order of the file, servers likewise.
pub(super) struct Graph {
    pub ids: Vec<String>,
    pub kinds: Vec<ComponentKind>,
    /// What each component depends on.
    up: Vec<Vec<usize>>,
    pub server_ids: Vec<String>,
    /// What each server names, and all it depends on in the end, sorted.
    pub direct: Vec<Vec<usize>>,
    pub above: Vec<Vec<usize>>,
    /// Customers of each server, and of each component's servers.
    pub weights: Vec<u64>,
    pub counts: Vec<u64>,
    pub servers_below: Vec<usize>,
    /// For each component, the places that all servers that name it name too; itself included.
    /// `None` where no server names it.
    pub companions: Vec<Option<BTreeSet<usize>>>,
}

impl Graph {
    pub fn of(fleet: &Fleet) -> Self {
        let number: BTreeMap<&ComponentId, usize> =
            fleet.components.iter().enumerate().map(|(part, one)| (&one.id, part)).collect();
        let numbers = |ids: &[ComponentId]| -> Vec<usize> {
            ids.iter().filter_map(|id| number.get(id).copied()).collect()
        };
        let parts = fleet.components.len();
        let mut graph = Self {
            ids: fleet.components.iter().map(|one| one.id.to_string()).collect(),
            kinds: fleet.components.iter().map(|one| one.kind).collect(),
            up: fleet.components.iter().map(|one| numbers(&one.depends_on)).collect(),
            server_ids: fleet.servers.iter().map(|one| one.id.to_string()).collect(),
            direct: fleet.servers.iter().map(|one| numbers(&one.depends_on)).collect(),
            above: Vec::new(),
            weights: weights(fleet),
            counts: vec![0; parts],
            servers_below: vec![0; parts],
            companions: vec![None; parts],
        };
        graph.above = graph.direct.iter().map(|direct| graph.closure(direct)).collect();
        for (above, weight) in graph.above.iter().zip(&graph.weights) {
            for part in above {
                graph.counts[*part] += weight;
                graph.servers_below[*part] += 1;
            }
        }
        graph.find_companions();
        graph
    }

    pub fn customers(&self) -> u64 {
        self.weights.iter().sum()
    }

    /// Of all customers, 0 to 1.
    pub fn share(&self, customers: u64) -> f64 {
        customers as f64 / self.customers().max(1) as f64
    }

    /// All that `direct` depends on, itself included, sorted.
    pub fn closure(&self, direct: &[usize]) -> Vec<usize> {
        let mut open = direct.to_vec();
        let mut all = BTreeSet::new();
        while let Some(part) = open.pop() {
            if all.insert(part) {
                open.extend(&self.up[part]);
            }
        }
        all.into_iter().collect()
    }

    /// Whether it is a place that a machine stands in; services can be anywhere.
    pub fn is_place(&self, part: usize) -> bool {
        match self.kinds[part] {
            ComponentKind::Provider
            | ComponentKind::Datacenter
            | ComponentKind::Network
            | ComponentKind::Rack
            | ComponentKind::Hypervisor => true,
            ComponentKind::Database
            | ComponentKind::Dns
            | ComponentKind::Mail
            | ComponentKind::Other => false,
        }
    }

    fn find_companions(&mut self) {
        for direct in &self.direct {
            let places: BTreeSet<usize> =
                direct.iter().copied().filter(|part| self.is_place(*part)).collect();
            for part in &places {
                match &mut self.companions[*part] {
                    Some(common) => common.retain(|one| places.contains(one)),
                    none @ None => *none = Some(places.clone()),
                }
            }
        }
    }
}

/// Domains of each server; where there are none at all, each server is one customer.
fn weights(fleet: &Fleet) -> Vec<u64> {
    if fleet.domains.is_empty() {
        return vec![1; fleet.servers.len()];
    }
    let mut domains: BTreeMap<&ServerId, u64> = BTreeMap::new();
    for server in fleet.domains.values() {
        *domains.entry(server).or_default() += 1;
    }
    fleet.servers.iter().map(|one| domains.get(&one.id).copied().unwrap_or_default()).collect()
}
