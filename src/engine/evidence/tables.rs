//! Stage 2's tables: for each age of an onset, what the results since then say about each loss.
//!
//! ell[i, a, j] = Σ over the ring entries of target i no older than age a of
//! ln((1 − (1−b)(1−θ_j))/b) for a bad result and ln(1 − θ_j) for a good one. Good results are
//! counted by age; of the bad ones there is a row with their sums for each age at which one comes
//! in, which for most targets are few. A whole table would be large and say no more.

use std::{collections::BTreeMap, sync::OnceLock};

use super::{
    core::Core,
    members::{LARGE_MIN, Members},
    model::{self, AGES_MS, GRID, GRID_LEN, RING_LEN, WINDOW_MS},
    search::Profile,
};

/// Products are brought back to logarithms after so many factors, each at most 1/b ≤ 10⁴.
const FACTORS_MAX: u32 = 64;
/// Larger exponents are cut: exp overflows at 709.
const EXPONENT_MAX: f64 = 600.0;
/// A product of factors between ½ and this …
const FACTOR_MAX: f64 = 1e100;
/// … becomes a logarithm outside of these.
const PRODUCT_MIN: f64 = 1e-100;

/// What the results say at a moment, by age of onset.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Ages of an onset in milliseconds, ascending.
    pub ages_ms: Vec<i64>,
    /// Good results by target and age.
    good: Vec<u16>,
    /// The rows of each target: from its number here up to the next one's.
    rows_from: Vec<usize>,
    rows: Vec<Row>,
    /// ½ + ½·mean exp(ell) by target and age.
    patchy: Vec<f64>,
    /// The largest ell of each target.
    highest: Vec<f64>,
    /// ln(1 − θ) by place on the grid.
    good_nats: [f64; GRID_LEN],
    /// Counted reports by age, for each place that has any, ascending.
    reports: Vec<(usize, Vec<u32>)>,
    /// Background of reports per server-second, wrong names included.
    pub background: f64,
    /// By class: how much likelier it is than by its rarity, in nats; empty where nothing is.
    leanings: Vec<f64>,
    /// By class: what it gains alone; worked out by the first search that asks.
    pub(super) singles: OnceLock<Vec<Option<(f64, Profile)>>>,
    /// Targets of large classes, added up; by the first search that asks.
    pub(super) large: BTreeMap<usize, OnceLock<Members>>,
}

/// The bad results of a target since an age.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Place of the age from which on this row holds.
    pub age: usize,
    /// Σ ln((1 − (1−b)(1−θ))/b) by loss.
    pub nats: [f64; GRID_LEN],
}

impl Tables {
    /// The 27 ages, 14 finer ones around each of `found`, and `known` ones, all in milliseconds.
    pub fn new(core: &Core, now_ms: i64, found: &[i64], known: &[i64]) -> Self {
        let mut ages_ms = AGES_MS.to_vec();
        for age in found {
            for step in 0..model::FINE_AGES {
                let age_s = *age as f64 / 1000.0 * (0.78 + 0.5 * f64::from(step) / 13.0);
                let tenths = (age_s * 10.0).round_ties_even() as i64;
                ages_ms.push(tenths * 100);
            }
        }
        ages_ms.extend(known);
        ages_ms.retain(|age| (1..=WINDOW_MS).contains(age));
        ages_ms.sort_unstable();
        ages_ms.dedup();
        let targets = core.shape().targets();
        let classes = core.shape().classes().iter().enumerate();
        let large = classes.filter(|(_, class)| class.targets.len() >= LARGE_MIN);
        let mut tables = Self {
            good: vec![0; targets * ages_ms.len()],
            rows_from: Vec::with_capacity(targets + 1),
            rows: Vec::new(),
            patchy: Vec::with_capacity(targets * ages_ms.len()),
            highest: Vec::with_capacity(targets),
            good_nats: GRID.map(|loss| (1.0 - loss).ln()),
            reports: Vec::new(),
            background: 0.0,
            leanings: core.leanings().to_vec(),
            singles: OnceLock::new(),
            large: large.map(|(class, _)| (class, OnceLock::new())).collect(),
            ages_ms,
        };
        tables.read_reports(core, now_ms);
        let powers = Powers::new(tables.good_nats);
        for target in 0..targets {
            tables.rows_from.push(tables.rows.len());
            tables.read(core, now_ms, target, &powers);
        }
        tables.rows_from.push(tables.rows.len());
        tables
    }

    /// How much likelier a class is than by its rarity, in nats.
    pub fn leaning(&self, class: usize) -> f64 {
        self.leanings.get(class).copied().unwrap_or(0.0)
    }

    /// Targets with a bad result in the window.
    pub fn noisy(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.highest.len()).filter(|target| self.is_noisy(*target))
    }

    /// Places with a counted report in the window.
    pub fn reported(&self) -> impl Iterator<Item = usize> + '_ {
        self.reports.iter().map(|(place, _)| *place)
    }

    /// Whether a target has a bad result in the window.
    pub fn is_noisy(&self, target: usize) -> bool {
        !self.highest[target].is_nan()
    }

    /// ell of a target at an age and all losses.
    pub fn ell(&self, target: usize, age: usize) -> [f64; GRID_LEN] {
        let count = f64::from(self.good(target, age));
        let mut ell = self.good_nats.map(|nats| nats * count);
        if let Some(row) = self.row(target, age) {
            for (cell, nats) in ell.iter_mut().zip(row.nats) {
                *cell += nats;
            }
        }
        ell
    }

    /// ell of a target at an age and one loss.
    pub fn ell_at(&self, target: usize, age: usize, loss: usize) -> f64 {
        let bad = self.row(target, age).map_or(0.0, |row| row.nats[loss]);
        f64::from(self.good(target, age)) * self.good_nats[loss] + bad
    }

    /// ln(½ + ½·mean exp(ell)): a target that a patchy cause hits with probability ½.
    pub fn patchy(&self, target: usize, age: usize) -> f64 {
        self.patchy[target * self.ages_ms.len() + age].ln()
    }

    /// exp of [`Self::patchy`] by age.
    pub(super) fn patchy_factors(&self, target: usize) -> &[f64] {
        let ages = self.ages_ms.len();
        &self.patchy[target * ages..][..ages]
    }

    /// No ell of this target is larger; 0 for one without bad results.
    pub fn highest(&self, target: usize) -> f64 {
        if self.is_noisy(target) { self.highest[target] } else { 0.0 }
    }

    /// Good results of a target.
    pub fn good(&self, target: usize, age: usize) -> u16 {
        self.good[target * self.ages_ms.len() + age]
    }

    /// The same by age.
    pub(super) fn good_by_age(&self, target: usize) -> &[u16] {
        let ages = self.ages_ms.len();
        &self.good[target * ages..][..ages]
    }

    /// A target's rows, by ascending age.
    pub(super) fn rows(&self, target: usize) -> &[Row] {
        &self.rows[self.rows_from[target]..self.rows_from[target + 1]]
    }

    /// What comes in at each of their ages.
    pub(super) fn entering(&self, target: usize) -> impl Iterator<Item = (usize, [f64; GRID_LEN])> {
        let mut last = [0.0; GRID_LEN];
        self.rows(target).iter().map(move |row| {
            let mut more = row.nats;
            more.iter_mut().zip(last).for_each(|(cell, last)| *cell -= last);
            last = row.nats;
            (row.age, more)
        })
    }

    fn row(&self, target: usize, age: usize) -> Option<&Row> {
        let rows = self.rows(target);
        let after = rows.partition_point(|row| row.age <= age);
        rows[..after].last()
    }

    /// The loss that explains the results of these targets best, over all onsets; the middle of
    /// the grid where nothing speaks for one.
    pub fn likeliest_loss(&self, targets: &[usize]) -> f64 {
        let mut best = (0.0, GRID[GRID_LEN / 2]);
        for age in 0..self.ages_ms.len() {
            let mut sums = [0.0; GRID_LEN];
            for target in targets {
                for (sum, nats) in sums.iter_mut().zip(self.ell(*target, age)) {
                    *sum += nats;
                }
            }
            for (sum, loss) in sums.into_iter().zip(GRID) {
                if sum > best.0 {
                    best = (sum, loss);
                }
            }
        }
        best.1
    }

    /// ln(1 − θ) by place on the grid.
    pub fn good_nats(&self) -> &[f64; GRID_LEN] {
        &self.good_nats
    }

    /// Counted reports about a place, by age.
    pub fn reports(&self) -> &[(usize, Vec<u32>)] {
        &self.reports
    }

    /// What one report says for a report rate of the grid, in nats.
    pub fn report_nats(&self, rate: usize) -> f64 {
        (model::REPORT_RATES[rate] / self.background).ln_1p().min(model::REPORT_NATS_MAX)
    }

    fn read_reports(&mut self, core: &Core, now_ms: i64) {
        let mut all: BTreeMap<usize, Vec<u32>> = Default::default();
        let mut count = 0u32;
        for (at_ms, place) in core.reports() {
            let age_ms = now_ms - at_ms;
            if !(0..WINDOW_MS).contains(&age_ms) {
                continue;
            }
            count += 1;
            let counts = all.entry(place).or_insert_with(|| vec![0; self.ages_ms.len()]);
            for (cell, age) in counts.iter_mut().zip(&self.ages_ms) {
                *cell += u32::from(age_ms <= *age);
            }
        }
        self.reports = all.into_iter().collect();
        let servers = core.shape().servers().max(1) as f64;
        let window_s = WINDOW_MS as f64 / 1000.0;
        self.background =
            model::BACKGROUND + model::REPORTS_ASTRAY * f64::from(count) / window_s / servers;
    }

    fn read(&mut self, core: &Core, now_ms: i64, target: usize, powers: &Powers) {
        let ring = core.target(target).ring();
        let until = ring.until(now_ms);
        let ages = self.ages_ms.len();
        let good = &mut self.good[target * ages..][..ages];
        ring.count_by_age(until, now_ms, &self.ages_ms, good);
        if !ring.has_bad_since(now_ms - WINDOW_MS) {
            self.highest.push(f64::NAN);
            self.patchy.extend(good.iter().map(|count| powers.mixed(*count, None)));
            return;
        }
        let mut entries = ring.bad_back(until).peekable();
        let (mut sum, mut bad, mut highest) = (Logarithm::default(), 0, f64::NEG_INFINITY);
        let mut last: Option<(Row, Odds)> = None;
        for (age, (age_ms, good)) in self.ages_ms.iter().zip(good).enumerate() {
            let known = bad;
            while let Some((_, outcome)) = entries.next_if(|(at, _)| now_ms - at <= *age_ms) {
                sum.multiply(outcome.bad_with().unwrap_or(1.0));
                bad += 1;
            }
            *good -= bad;
            if bad > known {
                let row = Row { age, nats: sum.take() };
                self.rows.push(row);
                last = Some((row, odds(&row.nats)));
            }
            if bad > known || age == 0 {
                let count = f64::from(*good);
                let ell = |loss: usize| {
                    count * self.good_nats[loss] + last.map_or(0.0, |(row, _)| row.nats[loss])
                };
                highest = (0..GRID_LEN).map(ell).fold(highest, f64::max);
            }
            self.patchy.push(powers.mixed(*good, last.as_ref()));
        }
        self.highest.push(highest);
    }
}

/// ln(½ + ½·mean exp(gain)).
pub fn patchy(gains: &[f64; GRID_LEN]) -> f64 {
    mixed(gains).ln()
}

/// ½ + ½·mean exp(gain).
fn mixed(gains: &[f64; GRID_LEN]) -> f64 {
    let sum: f64 = gains.iter().map(|gain| gain.min(EXPONENT_MAX).exp()).sum();
    0.5 + 0.5 * sum / GRID_LEN as f64
}

/// exp of a row's sums; none where that could overflow.
type Odds = Option<[f64; GRID_LEN]>;

fn odds(nats: &[f64; GRID_LEN]) -> Odds {
    nats.iter().all(|nats| *nats < EXPONENT_MAX).then(|| nats.map(f64::exp))
}

/// (1 − θ)ⁿ by number of good results and loss: exponentials of what the good ones say.
struct Powers {
    nats: [f64; GRID_LEN],
    by_count: Vec<[f64; GRID_LEN]>,
}

impl Powers {
    fn new(nats: [f64; GRID_LEN]) -> Self {
        let power = |count: usize| nats.map(|nats| (nats * count as f64).exp());
        Self { nats, by_count: (0..=RING_LEN).map(power).collect() }
    }

    /// ½ + ½·mean exp(ell) of so many good results and the bad ones of a row.
    fn mixed(&self, good: u16, bad: Option<&(Row, Odds)>) -> f64 {
        let powers = &self.by_count[usize::from(good)];
        let sum: f64 = match bad {
            None => powers.iter().sum(),
            Some((_, Some(odds))) => {
                powers.iter().zip(odds).map(|(power, odds)| power * odds).sum()
            }
            Some((row, None)) => {
                let mut ell = row.nats;
                for (cell, nats) in ell.iter_mut().zip(self.nats) {
                    *cell += nats * f64::from(good);
                }
                return mixed(&ell);
            }
        };
        0.5 + 0.5 * sum / GRID_LEN as f64
    }
}

/// Σ ln of factors from ½ on, as products that are made logarithms where they get too large.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    nats: f64,
    product: f64,
}

impl Product {
    pub const ONE: Self = Self { nats: 0.0, product: 1.0 };

    pub fn multiply(&mut self, factor: f64) {
        if factor > FACTOR_MAX {
            self.nats += factor.ln();
            return;
        }
        self.product *= factor;
        if !(PRODUCT_MIN..=FACTOR_MAX).contains(&self.product) {
            self.nats += self.product.ln();
            self.product = 1.0;
        }
    }

    pub fn divide(&mut self, factor: f64) {
        if factor > FACTOR_MAX {
            self.nats -= factor.ln();
        } else {
            self.multiply(1.0 / factor);
        }
    }

    pub fn nats(self) -> f64 {
        self.nats + self.product.ln()
    }
}

/// Σ ln of bad results' ratios by loss, as products that are made logarithms now and then.
struct Logarithm {
    nats: [f64; GRID_LEN],
    products: [f64; GRID_LEN],
    factors: u32,
}

impl Default for Logarithm {
    fn default() -> Self {
        Self { nats: [0.0; GRID_LEN], products: [1.0; GRID_LEN], factors: 0 }
    }
}

impl Logarithm {
    fn multiply(&mut self, b: f64) {
        let inverse = 1.0 / b;
        for (product, loss) in self.products.iter_mut().zip(GRID) {
            *product *= (1.0 - (1.0 - b) * (1.0 - loss)) * inverse;
        }
        self.factors += 1;
        if self.factors >= FACTORS_MAX {
            self.take();
        }
    }

    fn take(&mut self) -> [f64; GRID_LEN] {
        if self.factors > 0 {
            for (nats, product) in self.nats.iter_mut().zip(&mut self.products) {
                *nats += product.ln();
                *product = 1.0;
            }
            self.factors = 0;
        }
        self.nats
    }
}
