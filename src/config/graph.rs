//! What refers to what: unknown ids, ids given twice, and dependencies that run in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    fleet::{Inventory, refuse_twice},
    problem::{Problems, nearest},
    reader::At,
};

/// The longest circle that is written out, in ids.
const CIRCLE_SHOWN_MAX: usize = 20;

/// Notes every reference that leads nowhere, every id given twice, and every circle.
pub(super) fn check(inventory: &Inventory, problems: &Problems) {
    let components = first_places(
        inventory.components.iter().map(|placed| (placed.item.id.as_str(), placed.place)),
    );
    let servers = first_places(
        inventory.servers.iter().map(|placed| (placed.item.id.as_str(), placed.place)),
    );
    check_ids(inventory, &components, &servers, problems);
    let named = |id: &str| components.contains_key(id);
    let depending = inventory.components.iter().map(|placed| &placed.references);
    let hosting = inventory.servers.iter().map(|placed| &placed.references);
    for references in depending.chain(hosting) {
        for at in references.iter().filter(|at| !named(&at.value)) {
            let what = if servers.contains_key(at.value.as_str()) { "a server" } else { "unknown" };
            unknown(problems, at, what, "component", components.keys().copied());
        }
        refuse_repeats(references, problems);
    }
    for at in inventory.probes.iter().flat_map(|placed| &placed.references) {
        if !servers.contains_key(at.value.as_str()) {
            let what = if named(&at.value) { "a component" } else { "unknown" };
            unknown(problems, at, what, "server", servers.keys().copied());
        }
    }
    check_facets(inventory, problems);
    for circle in circles(inventory, &components) {
        let found = format!("dependencies in a circle: {}", circle.path.join(" → "));
        problems.at(circle.place, found, "none");
    }
}

fn first_places<'i>(items: impl Iterator<Item = (&'i str, usize)>) -> BTreeMap<&'i str, usize> {
    let mut places = BTreeMap::new();
    for (id, place) in items {
        places.entry(id).or_insert(place);
    }
    places
}

fn check_ids(
    inventory: &Inventory,
    components: &BTreeMap<&str, usize>,
    servers: &BTreeMap<&str, usize>,
    problems: &Problems,
) {
    for placed in &inventory.components {
        let id = placed.item.id.as_str();
        refuse_twice(problems, placed.place, "component", id, components.get(id).copied());
    }
    for placed in &inventory.servers {
        let id = placed.item.id.as_str();
        let first = components.get(id).or(servers.get(id)).copied();
        refuse_twice(problems, placed.place, "server", id, first);
    }
    let ids = inventory.probes.iter().map(|placed| (placed.item.id.as_str(), placed.place));
    let probes = first_places(ids);
    for placed in &inventory.probes {
        let id = placed.item.id.as_str();
        refuse_twice(problems, placed.place, "probe", id, probes.get(id).copied());
    }
}

fn unknown<'c>(
    problems: &Problems,
    at: &At<String>,
    what: &str,
    noun: &str,
    candidates: impl Iterator<Item = &'c str>,
) {
    let near = nearest(&at.value, candidates);
    let hint = near.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
    let found = format!("{}, which is {what}", super::value::quoted(&at.value));
    problems.absent(at.place, found, format!("the id of a [[{noun}]]{hint}"));
}

fn refuse_repeats(references: &[At<String>], problems: &Problems) {
    let mut before = BTreeSet::new();
    for at in references {
        if !before.insert(at.value.as_str()) {
            let found = format!("{} twice in one list", super::value::quoted(&at.value));
            problems.at(at.place, found, "each once");
        }
    }
}

/// A component that covers only a facet that no probe has covers nothing: a typo.
fn check_facets(inventory: &Inventory, problems: &Problems) {
    let places = inventory.probes.iter().flat_map(|placed| &placed.facets);
    let known = first_places(places.map(|at| (at.value.as_str(), at.place)));
    for at in inventory.components.iter().flat_map(|placed| &placed.facets) {
        if !known.contains_key(at.value.as_str()) {
            let near = nearest(&at.value, known.keys().copied());
            let hint = near.map(|facet| format!("; did you mean \"{facet}\"?")).unwrap_or_default();
            let found = format!("the facet {}", super::value::quoted(&at.value));
            problems.absent(at.place, found, format!("the facet of a [[probe]]{hint}"));
        }
    }
}

/// Dependencies that lead back to where they began.
struct Circle<'i> {
    /// a → b → a: the first id is the last. A long one is cut, and ends in "…".
    path: Vec<&'i str>,
    /// Where the reference stands that closes it.
    place: usize,
}

/// How far the search has come with a component.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Untouched,
    OnPath,
    Done,
}

/// Every circle that a depth-first walk in file order closes; without recursion, because a chain
/// may be as long as the file.
fn circles<'i>(inventory: &'i Inventory, first: &BTreeMap<&str, usize>) -> Vec<Circle<'i>> {
    let nodes: Vec<_> = inventory
        .components
        .iter()
        .filter(|placed| first.get(placed.item.id.as_str()) == Some(&placed.place))
        .collect();
    let index_of: BTreeMap<&str, usize> =
        nodes.iter().enumerate().map(|(index, node)| (node.item.id.as_str(), index)).collect();
    let mut visits = vec![Visit::Untouched; nodes.len()];
    let mut found = Vec::new();
    for start in 0..nodes.len() {
        // The path: a component, and which of its references comes next.
        let mut path: Vec<(usize, usize)> = Vec::new();
        if visits[start] == Visit::Untouched {
            visits[start] = Visit::OnPath;
            path.push((start, 0));
        }
        while let Some((node, next)) = path.last_mut() {
            let Some(reference) = nodes[*node].references.get(*next) else {
                visits[*node] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let Some(&target) = index_of.get(reference.value.as_str()) else { continue };
            match visits[target] {
                Visit::Done => {}
                Visit::Untouched => {
                    visits[target] = Visit::OnPath;
                    path.push((target, 0));
                }
                Visit::OnPath => {
                    let from = path.iter().position(|(node, _)| *node == target).unwrap_or(0);
                    let around = path[from..].iter().map(|(node, _)| *node).chain([target]);
                    let ids = around.map(|node| nodes[node].item.id.as_str());
                    let mut path: Vec<&str> = ids.take(CIRCLE_SHOWN_MAX + 1).collect();
                    if let Some(last) = path.get_mut(CIRCLE_SHOWN_MAX) {
                        *last = "…";
                    }
                    found.push(Circle { path, place: reference.place });
                }
            }
        }
    }
    found
}
