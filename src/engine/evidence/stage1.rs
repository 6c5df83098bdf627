//! Stage 1, is something wrong? A mixture of Shiryaev–Roberts statistics, one a class and cell.
//!
//! R ← (R·exp(−ν·n·Δ) + w·v·Δ)·L on every event of a class, and S = Σ R. While nothing is wrong
//! S grows like the time observed, so that S ≥ A is a false alarm at most once in A seconds on
//! average (EVIDENCE.md, "Stage 1"). Start at [`Stage1::result`].

use serde::{Deserialize, Serialize};

use super::{
    model::{self, BACKGROUND, CELL_WEIGHT, CELLS, LOSSES},
    shape::Shape,
};

/// No cell grows beyond this.
const CELL_MAX: f64 = 1e200;
/// Children of a node in the tree of sums.
const FAN: usize = 8;

/// What an event multiplies a class's cells with.
#[derive(Clone, Copy, Debug)]
pub struct Likelihoods([f64; CELLS]);

impl Likelihoods {
    /// A good result: 1 − θ.
    pub fn good() -> Self {
        Self::of_losses(LOSSES.map(|loss| 1.0 - loss))
    }

    /// A bad one that health brings with probability `b`: (1 − (1−b)(1−θ))/b.
    pub fn bad(b: f64) -> Self {
        Self::of_losses(LOSSES.map(|loss| model::bad_ratio(b, loss)))
    }

    /// A counted report: min(1 + ν/λ0, e⁴).
    pub fn report() -> Self {
        let mut all = [1.0; CELLS];
        for (cell, factor) in all.iter_mut().enumerate() {
            let ratio = 1.0 + rate_per_hour(cell) / 3600.0 / BACKGROUND;
            *factor = ratio.min(model::REPORT_NATS_MAX.exp());
        }
        Self(all)
    }

    fn of_losses(factors: [f64; 6]) -> Self {
        let mut all = [1.0; CELLS];
        all[..6].copy_from_slice(&factors);
        all[6..12].copy_from_slice(&factors);
        Self(all)
    }
}

/// R of every class and cell, and when each class last heard something.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stage1 {
    cells: Vec<[f64; CELLS]>,
    last_ms: Vec<i64>,
    #[serde(skip)]
    sums: SumTree,
    #[serde(skip)]
    good: Option<Likelihoods>,
}

impl Stage1 {
    /// Nothing was heard before `now_ms`.
    pub fn new(classes: usize, now_ms: i64) -> Self {
        let mut new = Self {
            cells: vec![[0.0; CELLS]; classes],
            last_ms: vec![now_ms; classes],
            ..Self::default()
        };
        new.rebuild(classes, now_ms);
        new
    }

    /// Makes what is not serialised; classes that a damaged snapshot lacks begin at `now_ms`.
    pub fn rebuild(&mut self, classes: usize, now_ms: i64) {
        self.cells.resize(classes, [0.0; CELLS]);
        self.last_ms.resize(classes, now_ms);
        let sums: Vec<f64> = self.cells.iter().map(sum).collect();
        self.sums = SumTree::new(&sums);
        self.good = Some(Likelihoods::good());
    }

    /// Takes a class's cells over from before a reload.
    pub fn adopt(&mut self, class: usize, before: &Self, earlier: usize) {
        self.cells[class] = before.cells[earlier];
        self.last_ms[class] = before.last_ms[earlier];
        self.sums.set(class, sum(&self.cells[class]));
    }

    /// A result of `target` at `at_ms`; `bad_with` is the probability of a bad one in health,
    /// `None` for a good result.
    pub fn result(&mut self, shape: &Shape, target: usize, at_ms: i64, bad_with: Option<f64>) {
        let factors = match bad_with {
            Some(b) => Likelihoods::bad(b),
            None => *self.good.get_or_insert_with(Likelihoods::good),
        };
        for class in shape.alarming(target) {
            self.advance(shape, *class, at_ms, &factors);
        }
    }

    /// A counted report about a server.
    pub fn report(&mut self, shape: &Shape, place: usize, at_ms: i64) {
        let factors = Likelihoods::report();
        for class in shape.alarming_place(place) {
            self.advance(shape, *class, at_ms, &factors);
        }
    }

    /// The evidence that something is wrong, in seconds of observation.
    pub fn total(&self) -> f64 {
        self.sums.total()
    }

    /// A class's part of it.
    pub fn sum(&self, class: usize) -> f64 {
        self.sums.leaf(class)
    }

    /// The class with the largest part, and the loss of its largest cell (0: reports alone).
    pub fn strongest(&self) -> Option<(usize, f64)> {
        let mut best: Option<usize> = None;
        for class in 0..self.cells.len() {
            if best.is_none_or(|best| self.sum(class) > self.sum(best)) {
                best = Some(class);
            }
        }
        let class = best?;
        let mut cell = 0;
        for (other, value) in self.cells[class].iter().enumerate() {
            if *value > self.cells[class][cell] {
                cell = other;
            }
        }
        Some((class, if cell < 12 { LOSSES[cell % 6] } else { 0.0 }))
    }

    /// Forgets what was seen of every class.
    pub fn reset(&mut self) {
        self.cells.fill([0.0; CELLS]);
        self.sums = SumTree::new(&vec![0.0; self.cells.len()]);
    }

    /// Forgets what was seen of one class.
    pub fn reset_class(&mut self, class: usize) {
        self.cells[class] = [0.0; CELLS];
        self.sums.set(class, 0.0);
    }

    fn advance(&mut self, shape: &Shape, class: usize, at_ms: i64, factors: &Likelihoods) {
        let passed_ms = (at_ms - self.last_ms[class]).max(0);
        self.last_ms[class] = self.last_ms[class].max(at_ms);
        let passed_s = passed_ms as f64 / 1000.0;
        let decays = decays(shape.places(class).len() as f64 * passed_s);
        let grown = shape.weight(class) * passed_s * CELL_WEIGHT;
        let cells = &mut self.cells[class];
        let (blind, reporting) = cells.split_at_mut(6);
        for (cell, factor) in blind.iter_mut().zip(factors.0) {
            *cell = ((*cell + grown) * factor).min(CELL_MAX);
        }
        for ((cell, factor), decay) in reporting.iter_mut().zip(&factors.0[6..]).zip(decays) {
            *cell = ((*cell * decay + grown / 2.0) * factor).min(CELL_MAX);
        }
        let sum = sum(cells);
        self.sums.set(class, sum);
    }
}

/// Reports per server-hour that a cell expects.
fn rate_per_hour(cell: usize) -> f64 {
    match cell {
        0..6 => 0.0,
        6..12 => 2.0 * LOSSES[cell - 6],
        12 => 0.3,
        _ => 2.0,
    }
}

/// exp(−ν·s) for the cells with reports, s in server-seconds. All ν are whole multiples of 0.02
/// per hour (3, 6, 12, 25, 50, 95, 15 and 100 of them), so that one exponential is enough.
fn decays(server_s: f64) -> [f64; 8] {
    let x1 = (-BACKGROUND * server_s).exp();
    let x3 = x1 * x1 * x1;
    let x6 = x3 * x3;
    let x12 = x6 * x6;
    let x15 = x12 * x3;
    let x20 = x15 * x3 * x1 * x1;
    let x25 = x20 * x3 * x1 * x1;
    let x50 = x25 * x25;
    [x3, x6, x12, x25, x50, x50 * x25 * x20, x15, x50 * x50]
}

fn sum(cells: &[f64; CELLS]) -> f64 {
    cells.iter().sum()
}

/// Sums of sums, eight children a node: S without adding up all classes, and without drift.
#[derive(Clone, Debug, Default)]
struct SumTree {
    /// Leaves first, the root last; each level filled up to whole nodes.
    levels: Vec<Vec<f64>>,
}

impl SumTree {
    fn new(leaves: &[f64]) -> Self {
        let mut level = leaves.to_vec();
        let mut levels = Vec::new();
        while level.len() > 1 {
            level.resize(level.len().div_ceil(FAN) * FAN, 0.0);
            let above = level.chunks_exact(FAN).map(|node| node.iter().sum()).collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { levels }
    }

    fn set(&mut self, leaf: usize, value: f64) {
        let (mut place, mut value) = (leaf, value);
        for level in &mut self.levels {
            level[place] = value;
            place /= FAN;
            let node = place * FAN;
            value = level.iter().skip(node).take(FAN).sum();
        }
    }

    fn leaf(&self, leaf: usize) -> f64 {
        self.levels.first().and_then(|level| level.get(leaf)).copied().unwrap_or(0.0)
    }

    fn total(&self) -> f64 {
        self.levels.last().and_then(|root| root.first()).copied().unwrap_or(0.0)
    }
}
