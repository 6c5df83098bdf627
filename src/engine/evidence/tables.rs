//! Stage 2's tables: for each age of an onset, what the results since then say about each loss.
//!
//! ell[i, a, j] = Σ over the ring entries of target i no older than age a of
//! ln((1 − (1−b)(1−θ_j))/b) for a bad result and ln(1 − θ_j) for a good one. Only targets with a
//! bad result get the whole table; of the others the counts of good results say the same. Each
//! ring is walked once from its newest entry, and logarithms are taken once an age, of products.

use super::{
    core::Core,
    model::{self, AGES_MS, GRID, GRID_LEN, RING_LEN, WINDOW_MS},
};

/// Products are brought back to logarithms after so many factors, each at most 1/b ≤ 10⁴.
const FACTORS_MAX: u32 = 64;
/// Larger exponents are cut: exp overflows at 709.
const EXPONENT_MAX: f64 = 600.0;

/// What the results say at a moment, by age of onset.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Ages of an onset in milliseconds, ascending.
    pub ages_ms: Vec<i64>,
    /// The row of each target in `ell` and `patchy`, or none for one without bad results.
    rows: Vec<Option<usize>>,
    /// Good results by target and age.
    good: Vec<u16>,
    ell: Vec<[f64; GRID_LEN]>,
    patchy: Vec<f64>,
    /// The largest value of each row.
    highest: Vec<f64>,
    /// ln(1 − θ) by place on the grid.
    good_nats: [f64; GRID_LEN],
    /// ln(½ + ½·mean exp(ell)) of a target with so many good results and no bad one.
    patchy_good: Vec<f64>,
    /// Counted reports by age, for each place that has any, ascending.
    reports: Vec<(usize, Vec<u32>)>,
    /// Background of reports per server-second, wrong names included.
    pub background: f64,
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
        let good_nats = GRID.map(|loss| (1.0 - loss).ln());
        let patchy_good = (0..=RING_LEN)
            .map(|count| patchy(&good_nats.map(|nats| nats * count as f64)))
            .collect();
        let targets = core.shape().targets();
        let mut tables = Self {
            rows: vec![None; targets],
            good: vec![0; targets * ages_ms.len()],
            ell: Vec::new(),
            patchy: Vec::new(),
            highest: Vec::new(),
            good_nats,
            patchy_good,
            reports: Vec::new(),
            background: 0.0,
            ages_ms,
        };
        tables.read_reports(core, now_ms);
        for target in 0..targets {
            if core.target(target).ring().has_bad_since(now_ms - WINDOW_MS) {
                tables.read_noisy(core, now_ms, target);
            } else {
                tables.read_quiet(core, now_ms, target);
            }
        }
        tables
    }

    /// Targets with a bad result in the window.
    pub fn noisy(&self) -> impl Iterator<Item = usize> + '_ {
        self.rows.iter().enumerate().filter(|(_, row)| row.is_some()).map(|(target, _)| target)
    }

    /// Places with a counted report in the window.
    pub fn reported(&self) -> impl Iterator<Item = usize> + '_ {
        self.reports.iter().map(|(place, _)| *place)
    }

    /// Whether a target has a bad result in the window.
    pub fn is_noisy(&self, target: usize) -> bool {
        self.rows[target].is_some()
    }

    /// ell of a target at an age and all losses.
    pub fn ell(&self, target: usize, age: usize) -> [f64; GRID_LEN] {
        match self.rows[target] {
            Some(row) => self.ell[row * self.ages_ms.len() + age],
            None => {
                let count = f64::from(self.good(target, age));
                self.good_nats.map(|nats| nats * count)
            }
        }
    }

    /// ell of a target at an age and one loss.
    pub fn ell_at(&self, target: usize, age: usize, loss: usize) -> f64 {
        match self.rows[target] {
            Some(row) => self.ell[row * self.ages_ms.len() + age][loss],
            None => f64::from(self.good(target, age)) * self.good_nats[loss],
        }
    }

    /// ln(½ + ½·mean exp(ell)): a target that a patchy cause hits with probability ½.
    pub fn patchy(&self, target: usize, age: usize) -> f64 {
        match self.rows[target] {
            Some(row) => self.patchy[row * self.ages_ms.len() + age],
            None => self.patchy_good[usize::from(self.good(target, age))],
        }
    }

    /// No ell of this target is larger; 0 for one without bad results.
    pub fn highest(&self, target: usize) -> f64 {
        self.rows[target].map_or(0.0, |row| self.highest[row])
    }

    /// Good results of a target without bad ones.
    pub fn good(&self, target: usize, age: usize) -> u16 {
        self.good[target * self.ages_ms.len() + age]
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
        let mut all: std::collections::BTreeMap<usize, Vec<u32>> = Default::default();
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

    fn read_quiet(&mut self, core: &Core, now_ms: i64, target: usize) {
        let ring = core.target(target).ring();
        let until = ring.until(now_ms);
        let row = target * self.ages_ms.len();
        for (place, age) in self.ages_ms.iter().enumerate() {
            let count = until - ring.before(now_ms - age).min(until);
            self.good[row + place] = u16::try_from(count).unwrap_or(u16::MAX);
        }
    }

    fn read_noisy(&mut self, core: &Core, now_ms: i64, target: usize) {
        let ring = core.target(target).ring();
        let mut entries = ring.entries_back(ring.until(now_ms)).peekable();
        let (mut good, mut sum, mut highest) = (0u32, Logarithm::default(), f64::NEG_INFINITY);
        for age in &self.ages_ms {
            while let Some((_, outcome)) = entries.next_if(|(at, _)| now_ms - at <= *age) {
                match outcome.bad_with() {
                    None => good += 1,
                    Some(b) => sum.multiply(b),
                }
            }
            let bad = sum.take();
            let mut ell = [0.0; GRID_LEN];
            for (loss, cell) in ell.iter_mut().enumerate() {
                *cell = f64::from(good) * self.good_nats[loss] + bad[loss];
                highest = highest.max(*cell);
            }
            self.patchy.push(patchy(&ell));
            self.ell.push(ell);
        }
        self.rows[target] = Some(self.highest.len());
        self.highest.push(highest);
    }
}

/// ln(½ + ½·mean exp(gain)).
pub fn patchy(gains: &[f64; GRID_LEN]) -> f64 {
    let sum: f64 = gains.iter().map(|gain| gain.min(EXPONENT_MAX).exp()).sum();
    (0.5 + 0.5 * sum / GRID_LEN as f64).ln()
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
