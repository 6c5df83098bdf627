//! Random small fleets and what happens in them, by a seed.
//!
//! Two to twelve servers with up to four probes each, facets, canaries, up to three vantages, and
//! components in up to three layers, any of which may depend on any of the layers above: classes
//! are nested, overlap, or hold several components.

use bellwether::domain::{
    Component, ComponentId, ComponentKind, Fleet, Probe, ProbeKind, Server, Settings, Vantage,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const FACETS: [&str; 3] = ["home", "dashboard", "mail"];
const VANTAGES: [&str; 3] = ["home", "east", "west"];

/// Random numbers by a seed.
pub struct Chance(StdRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub fn share(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Any of these.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Some of these, each with this probability.
    pub fn some<T: Clone>(&mut self, all: &[T], probability: f64) -> Vec<T> {
        all.iter().filter(|_| self.happens(probability)).cloned().collect()
    }
}

/// The seeds to try: `SEED` repeats one, `ROUNDS` asks for another number of them.
pub fn seeds(usual: usize) -> Vec<u64> {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match asked("SEED") {
        Some(seed) => vec![seed],
        None => (1..=asked("ROUNDS").unwrap_or(usual as u64)).collect(),
    }
}

/// A fleet in which no two hypotheses are equally rare, so that no answer hangs on a tie.
pub fn settings(chance: &mut Chance) -> Settings {
    let servers_len = if chance.happens(0.7) { 2 + chance.below(4) } else { 2 + chance.below(11) };
    let components = components(chance);
    let servers: Vec<Server> =
        (0..servers_len).map(|number| server(chance, number, &components)).collect();
    let mut probes = Vec::new();
    let vantages = 1 + chance.below(VANTAGES.len());
    for server in &servers {
        let several = if chance.happens(0.5) { 1 } else { chance.below(5) };
        for _ in 0..several {
            probes.push(probe(chance, probes.len(), Some(server), vantages));
        }
    }
    for _ in 0..chance.below(5) {
        probes.push(probe(chance, probes.len(), None, vantages));
    }
    let own = VANTAGES.iter().take(vantages);
    let vantages = own.map(|id| Vantage {
        id: (*id).to_owned(),
        faults_per_hour: Some(rate(chance, 1.0 / 240.0)),
    });
    let vantages = vantages.collect();
    let fleet = Fleet { components, servers, probes, vantages, ..Fleet::default() };
    Settings { fleet, ..Settings::default() }
}

fn components(chance: &mut Chance) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    for layer in 0..1 + chance.below(3) {
        let above: Vec<ComponentId> = components.iter().map(|one| one.id.clone()).collect();
        for number in 0..1 + chance.below(3) {
            let kind = *chance.of(&ComponentKind::ALL);
            let depends_on = chance.some(&above, 0.5);
            let is_partial = chance.happens(0.25);
            let facets = if is_partial { chance.some(&FACETS, 0.5) } else { Vec::new() };
            components.push(Component {
                id: format!("c{layer}-{number}").into(),
                kind,
                name: None,
                public_name: None,
                depends_on,
                facets: facets.into_iter().map(str::to_owned).collect(),
                faults_per_hour: Some(rate(chance, 1.0 / 4320.0)),
                accounts: Vec::new(),
                circuits: Vec::new(),
                timezone: None,
            });
        }
    }
    components
}

fn server(chance: &mut Chance, number: usize, components: &[Component]) -> Server {
    let ids: Vec<ComponentId> = components.iter().map(|one| one.id.clone()).collect();
    Server {
        id: format!("s{number}").into(),
        name: None,
        public_name: None,
        depends_on: chance.some(&ids, 0.4),
        address: None,
        faults_per_hour: Some(rate(chance, 1.0 / 2160.0)),
    }
}

fn probe(chance: &mut Chance, number: usize, server: Option<&Server>, vantages: usize) -> Probe {
    let facet = chance.happens(0.6).then(|| (*chance.of(&FACETS)).to_owned());
    Probe {
        id: format!("p{number}").into(),
        server: server.map(|server| server.id.clone()),
        kind: ProbeKind::External,
        every_ms: 30_000,
        timeout_ms: 10_000,
        facet,
        vantage: (*chance.of(&VANTAGES[..vantages])).to_owned(),
        baseline_loss: Some(0.0005 + 0.02 * chance.share()),
    }
}

fn rate(chance: &mut Chance, usual: f64) -> f64 {
    usual * (0.5 + chance.share())
}
