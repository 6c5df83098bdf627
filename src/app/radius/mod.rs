//! How much each component can take down with it, and which move of one server would help most.
//!
//! Counts customers' domains, or servers where the fleet names no domain. Pure: a fleet in, numbers
//! and words out. Must not: know whether anything is broken now.
//!
//! Start at [`Radius::of`]; `graph` holds who depends on what, `moves` looks for the best change.

mod graph;
mod moves;
mod words;

use serde::Serialize;

use crate::domain::Fleet;

use graph::Graph;

pub use words::told;

/// What is counted as a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Customers' domains.
    Domains,
    /// Servers, in a fleet that names no domain.
    Servers,
}

/// What can take down how much.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Radius {
    /// What `customers` are.
    pub counted: Counted,
    /// All customers.
    pub customers: u64,
    /// All servers.
    pub servers: usize,
    /// Every component and server, the one that takes most down first.
    pub rows: Vec<Reach>,
    /// The change of one server's place that lowers the worst one most, if any does.
    pub change: Option<Change>,
    /// Rows that are worse than what `change` lowers: no move of one server lowers them.
    pub fixed: Vec<String>,
    /// The search for a change stopped at its bound; there may be a better one.
    pub cut_short: bool,
}

/// What one component or server can take down.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reach {
    /// Its id.
    pub id: String,
    /// A component kind, or `"server"`.
    pub kind: String,
    /// Staff's word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only these facets go down; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<String>,
    /// Servers that depend on it.
    pub servers: usize,
    /// Customers on these.
    pub customers: u64,
    /// Of all customers, 0 to 1.
    pub share: f64,
}

/// A move of one server, or of one of its services.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The server that moves.
    pub server: String,
    /// What it depends on now.
    pub from: String,
    /// What it would depend on instead.
    pub to: String,
    /// What comes with the new place, because all that stands there has it: "site1", "prov1".
    pub with: Vec<String>,
    /// What is lowered: the worst of those that can be, or several as bad.
    pub lowers: Vec<String>,
    /// The customers that these take down now.
    pub customers_before: u64,
    /// The same as a share of all, 0 to 1.
    pub share_before: f64,
    /// The most customers that any but the `fixed` ones would take down then.
    pub customers_after: u64,
    /// The same as a share of all, 0 to 1.
    pub share_after: f64,
}

impl Radius {
    /// Counts and searches.
    pub fn of(fleet: &Fleet) -> Self {
        let graph = Graph::of(fleet);
        let found = moves::best(&graph);
        let counted = if fleet.domains.is_empty() { Counted::Servers } else { Counted::Domains };
        Self {
            counted,
            customers: graph.customers(),
            servers: fleet.servers.len(),
            rows: rows(fleet, &graph),
            change: found.best.map(|best| change(&graph, &best)),
            fixed: found.fixed.iter().map(|part| graph.ids[*part].clone()).collect(),
            cut_short: found.cut_short,
        }
    }
}

fn rows(fleet: &Fleet, graph: &Graph) -> Vec<Reach> {
    let components = fleet.components.iter().enumerate().map(|(part, component)| Reach {
        id: component.id.to_string(),
        kind: component.kind.word().to_owned(),
        name: component.name.clone(),
        facets: component.facets.clone(),
        servers: graph.servers_below[part],
        customers: graph.counts[part],
        share: graph.share(graph.counts[part]),
    });
    let servers = fleet.servers.iter().zip(&graph.weights).map(|(server, weight)| Reach {
        id: server.id.to_string(),
        kind: "server".to_owned(),
        name: server.name.clone(),
        facets: Vec::new(),
        servers: 1,
        customers: *weight,
        share: graph.share(*weight),
    });
    let mut rows: Vec<Reach> = components.chain(servers).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.customers, row.servers)));
    rows
}

fn change(graph: &Graph, best: &moves::Move) -> Change {
    let name = |part: &usize| graph.ids[*part].clone();
    Change {
        server: graph.server_ids[best.server].clone(),
        from: name(&best.from),
        to: name(&best.to),
        with: best.with.iter().map(name).collect(),
        lowers: best.lowers.iter().map(name).collect(),
        customers_before: best.before,
        share_before: graph.share(best.before),
        customers_after: best.after,
        share_after: graph.share(best.after),
    }
}
