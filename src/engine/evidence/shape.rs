//! What probes can tell apart, as numbers alone: targets, places that people report, and classes.
//!
//! A class is a set of components that cover exactly the same targets. Who they are is told by
//! `names`; the mathematics needs indices only. Must not: change once it is made.

use super::model;

/// What a class is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Ours: may be suspected.
    Fleet,
    /// A vantage: explains failures, never raises an alarm about the fleet.
    Monitor,
    /// Something that is not ours: likewise.
    Canary,
}

/// Components that cover exactly the same targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// What it is made of.
    pub sort: Sort,
    /// The targets it covers, ascending.
    pub targets: Vec<usize>,
    /// Faults per hour, summed over its components.
    pub rate: f64,
}

/// The fleet as the method sees it.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    classes: Vec<Class>,
    /// Distinct servers and canaries of each class, ascending.
    places: Vec<Vec<usize>>,
    /// The place of each target: a server, or the canary itself.
    place_of: Vec<usize>,
    targets_of: Vec<Vec<usize>>,
    /// Every class above a target.
    above: Vec<Vec<usize>>,
    /// Those of them that may raise an alarm.
    alarming: Vec<Vec<usize>>,
    /// Classes with a target on a place that may raise an alarm.
    alarming_place: Vec<Vec<usize>>,
    /// Each class's share of the prior; 0 where it may not raise an alarm.
    weights: Vec<f64>,
    /// Faults of ours per second.
    rate: f64,
    servers: usize,
}

impl Shape {
    /// `place_of` gives each target's server, or a place of its own; the first `servers` places
    /// are servers.
    pub fn new(classes: Vec<Class>, place_of: Vec<usize>, servers: usize) -> Self {
        let places_len = place_of.iter().map(|place| place + 1).max().unwrap_or(0).max(servers);
        let mut targets_of = vec![Vec::new(); places_len];
        for (target, place) in place_of.iter().enumerate() {
            targets_of[*place].push(target);
        }
        let mut above = vec![Vec::new(); place_of.len()];
        let mut places = Vec::with_capacity(classes.len());
        for (index, class) in classes.iter().enumerate() {
            let mut own = Vec::new();
            for target in &class.targets {
                above[*target].push(index);
                own.push(place_of[*target]);
            }
            own.sort_unstable();
            own.dedup();
            places.push(own);
        }
        let ours = |list: &Vec<usize>| -> Vec<usize> {
            list.iter().copied().filter(|class| classes[*class].sort == Sort::Fleet).collect()
        };
        let alarming: Vec<Vec<usize>> = above.iter().map(ours).collect();
        let alarming_place = targets_of.iter().map(|own| union(own, &alarming)).collect();
        let fleet = |class: &&Class| class.sort == Sort::Fleet;
        let total: f64 = classes.iter().filter(fleet).map(|class| class.rate).sum();
        let weight =
            |class: &Class| if class.sort == Sort::Fleet { class.rate / total } else { 0.0 };
        let weights = classes.iter().map(weight).collect();
        Self {
            classes,
            places,
            place_of,
            targets_of,
            above,
            alarming,
            alarming_place,
            weights,
            rate: total / 3600.0,
            servers,
        }
    }

    /// All classes.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// One class.
    pub fn class(&self, class: usize) -> &Class {
        &self.classes[class]
    }

    /// How many targets there are.
    pub fn targets(&self) -> usize {
        self.place_of.len()
    }

    /// How many servers there are.
    pub fn servers(&self) -> usize {
        self.servers
    }

    /// How many servers and canaries there are.
    pub fn places_len(&self) -> usize {
        self.targets_of.len()
    }

    /// Distinct servers and canaries of a class, ascending.
    pub fn places(&self, class: usize) -> &[usize] {
        &self.places[class]
    }

    /// The server of a target, or its own place.
    pub fn place_of(&self, target: usize) -> usize {
        self.place_of[target]
    }

    /// The targets of a server.
    pub fn targets_of(&self, place: usize) -> &[usize] {
        &self.targets_of[place]
    }

    /// Every class above a target, ascending.
    pub fn above(&self, target: usize) -> &[usize] {
        &self.above[target]
    }

    /// The classes above a target that may raise an alarm.
    pub fn alarming(&self, target: usize) -> &[usize] {
        &self.alarming[target]
    }

    /// The classes with a target on a server that may raise an alarm.
    pub fn alarming_place(&self, place: usize) -> &[usize] {
        &self.alarming_place[place]
    }

    /// A class's share of the prior of an alarm.
    pub fn weight(&self, class: usize) -> f64 {
        self.weights[class]
    }

    /// Faults of all that may raise an alarm, per second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// What a class's rarity and being named costs, in nats (negative).
    pub fn prior(&self, class: usize) -> f64 {
        self.classes[class].rate.ln() - model::CAUSE_COST
    }

    /// Whether a class may be patchy.
    pub fn may_be_patchy(&self, class: usize) -> bool {
        let class = &self.classes[class];
        class.targets.len() >= model::PATCHY_TARGETS_MIN && class.sort != Sort::Monitor
    }
}

fn union(targets: &[usize], above: &[Vec<usize>]) -> Vec<usize> {
    let mut all: Vec<usize> = targets.iter().flat_map(|target| &above[*target]).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
