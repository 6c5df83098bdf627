//! The move of one server that lowers the worst component most.
//!
//! A move puts one thing that a server names in another's place, of the same kind: a switch for a
//! switch, a database for a database. Where fleets name the data centre beside the switch, they
//! move together: what all servers at the new place have comes along, and what the old place
//! decides cannot be moved alone.
//!
//! The search is exact: servers with most customers first, and it stops where no other can do
//! better. What no move lowers is set aside, and the next worst is looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ComponentKind;

use super::graph::Graph;

/// Moves that are looked at, at most, so that an odd fleet does not take for ever.
const MOVES_MAX: u64 = 1_000_000;
/// Worst components that are set aside at most.
const FIXED_MAX: usize = 20;

/// What the search came to.
#[derive(Default)]
pub(super) struct Found {
    pub best: Option<Move>,
    /// Worse than what `best` lowers, and not to be lowered.
    pub fixed: Vec<usize>,
    pub cut_short: bool,
}

/// One server's move.
#[derive(Clone, Debug)]
pub(super) struct Move {
    pub server: usize,
    pub from: usize,
    pub to: usize,
    pub with: Vec<usize>,
    pub lowers: Vec<usize>,
    pub before: u64,
    /// The largest count then, but for what is fixed.
    pub after: u64,
}

pub(super) fn best(graph: &Graph) -> Found {
    let mut search = Search::new(graph);
    let mut fixed: Vec<usize> = Vec::new();
    while fixed.len() <= FIXED_MAX {
        let standing = search.ranked.iter().filter(|part| !fixed.contains(part));
        let Some(most) = standing.clone().map(|part| graph.counts[*part]).next() else { break };
        if most == 0 {
            break;
        }
        let worst: Vec<usize> =
            standing.copied().take_while(|part| graph.counts[*part] == most).collect();
        if let Some(best) = search.lower(&worst, most, &fixed) {
            return Found { best: Some(best), fixed, cut_short: search.moves >= MOVES_MAX };
        }
        fixed.extend(worst);
    }
    Found { best: None, fixed: Vec::new(), cut_short: search.moves >= MOVES_MAX }
}

struct Search<'a> {
    graph: &'a Graph,
    /// Components by customers, most first.
    ranked: Vec<usize>,
    /// Components of a kind by customers, fewest first.
    by_kind: BTreeMap<ComponentKind, Vec<usize>>,
    /// Servers by customers, most first.
    servers: Vec<usize>,
    moves: u64,
}

impl<'a> Search<'a> {
    fn new(graph: &'a Graph) -> Self {
        let mut ranked: Vec<usize> = (0..graph.ids.len()).collect();
        ranked.sort_by_key(|part| std::cmp::Reverse(graph.counts[*part]));
        let mut by_kind: BTreeMap<ComponentKind, Vec<usize>> = BTreeMap::new();
        for part in ranked.iter().rev() {
            by_kind.entry(graph.kinds[*part]).or_default().push(*part);
        }
        let mut servers: Vec<usize> = (0..graph.direct.len()).collect();
        servers.sort_by_key(|server| std::cmp::Reverse(graph.weights[*server]));
        Self { graph, ranked, by_kind, servers, moves: 0 }
    }

    /// The move that lowers all of `worst`, each with `most` customers, and with them the largest
    /// count but for what is `fixed`.
    fn lower(&mut self, worst: &[usize], most: u64, fixed: &[usize]) -> Option<Move> {
        let mut best: Option<Move> = None;
        let graph = self.graph;
        for at in 0..self.servers.len() {
            let server = self.servers[at];
            let weight = graph.weights[server];
            let to_beat = best.as_ref().map_or(most, |best| best.after);
            if most - weight.min(most) >= to_beat {
                break;
            }
            if worst.iter().all(|part| graph.above[server].binary_search(part).is_ok()) {
                for from in &graph.direct[server] {
                    self.place_elsewhere(server, *from, worst, fixed, &mut best);
                }
            }
        }
        best
    }

    /// Tries every other component of the same kind in the place of `from`.
    fn place_elsewhere(
        &mut self,
        server: usize,
        from: usize,
        worst: &[usize],
        fixed: &[usize],
        best: &mut Option<Move>,
    ) {
        let graph = self.graph;
        let before = graph.counts[worst[0]];
        for to in self.by_kind.get(&graph.kinds[from]).into_iter().flatten() {
            let to_beat = best.as_ref().map_or(before, |best| best.after);
            if graph.counts[*to] + graph.weights[server] >= to_beat || self.moves >= MOVES_MAX {
                break;
            }
            self.moves += 1;
            let Some(direct) = moved(graph, server, from, *to) else { continue };
            let above = graph.closure(&direct);
            if worst.iter().any(|part| above.binary_search(part).is_ok()) {
                continue;
            }
            let Some(after) = self.most_after(server, &above, fixed) else { continue };
            if after < to_beat {
                let named = graph.direct[server].iter().copied().chain([*to]);
                let named: BTreeSet<usize> = named.collect();
                let with = direct.into_iter().filter(|part| !named.contains(part)).collect();
                let lowers = worst.to_vec();
                *best = Some(Move { server, from, to: *to, with, lowers, before, after });
            }
        }
    }

    /// The largest count once the server depends on `above`; `None` if that raised what is fixed.
    fn most_after(&self, server: usize, above: &[usize], fixed: &[usize]) -> Option<u64> {
        let (graph, weight) = (self.graph, self.graph.weights[server]);
        let before = &graph.above[server];
        let gained = above.iter().filter(|part| before.binary_search(part).is_err());
        if gained.clone().any(|part| fixed.contains(part)) {
            return None;
        }
        let lost = before.iter().filter(|part| above.binary_search(part).is_err());
        let touched: BTreeSet<usize> = gained.clone().chain(lost.clone()).copied().collect();
        let others = self
            .ranked
            .iter()
            .find(|part| !touched.contains(part) && !fixed.contains(part))
            .map(|part| graph.counts[*part]);
        let fewer = lost.filter(|part| !fixed.contains(part));
        gained
            .map(|part| graph.counts[*part] + weight)
            .chain(fewer.map(|part| graph.counts[*part] - weight))
            .chain(others)
            .max()
    }
}

/// What the server names once `to` is in the place of `from`; `None` when that cannot be.
fn moved(graph: &Graph, server: usize, from: usize, to: usize) -> Option<Vec<usize>> {
    let named = &graph.direct[server];
    if named.contains(&to) {
        return None;
    }
    let common = |part: usize| graph.companions[part].as_ref();
    let mut moved = Vec::with_capacity(named.len());
    for part in named {
        if *part == from {
            moved.push(to);
        } else if !graph.is_place(from) || !graph.is_place(*part) {
            moved.push(*part);
        } else if common(from).is_some_and(|all| all.contains(part)) {
            // It follows from the old place. Nobody stands at the new one: take it to be near.
            let Some(there) = common(to) else {
                moved.push(*part);
                continue;
            };
            moved.push(there.iter().copied().find(|one| graph.kinds[*one] == graph.kinds[*part])?);
        } else if common(*part).is_some_and(|all| all.contains(&from)) {
            // The old place follows from it: it cannot be moved alone.
            return None;
        } else {
            moved.push(*part);
        }
    }
    Some(moved)
}
