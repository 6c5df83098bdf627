//! The numbers of the method: grids, costs, rates (EVIDENCE.md, "The model" to "Stage 2").
//!
//! Times are in milliseconds of engine time, rates per second unless a name says otherwise.

/// Losses that stage 1 looks for.
pub const LOSSES: [f64; 6] = [0.03, 0.06, 0.12, 0.25, 0.5, 0.95];
/// Hypotheses a class has in stage 1: each loss without reports, each loss with reports at twice
/// the loss per hour, and reports alone at 0.3 and at 2 per hour.
pub const CELLS: usize = 14;
/// Prior weight of a loss without reports; of a loss with them, and of reports alone, half of it.
pub const CELL_WEIGHT: f64 = 0.1;
/// Reports of a healthy server, per hour.
pub const BACKGROUND_PER_HOUR: f64 = 0.02;
/// The same per second.
pub const BACKGROUND: f64 = BACKGROUND_PER_HOUR / 3600.0;
/// One report says at most this much, in nats.
pub const REPORT_NATS_MAX: f64 = 4.0;

/// Losses that stage 2 profiles.
pub const GRID: [f64; GRID_LEN] = [0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 0.95];
/// How many they are.
pub const GRID_LEN: usize = 10;
/// Ages of an onset that stage 2 tries first, in milliseconds.
pub const AGES_MS: [i64; 27] = [
    15_000, 20_000, 30_000, 40_000, 50_000, 60_000, 75_000, 90_000, 120_000, 150_000, 190_000,
    240_000, 300_000, 380_000, 480_000, 600_000, 760_000, 960_000, 1_200_000, 1_500_000, 1_900_000,
    2_400_000, 3_000_000, 3_800_000, 4_800_000, 6_000_000, 7_200_000,
];
/// The oldest onset, in milliseconds: older results are no evidence.
pub const WINDOW_MS: i64 = 7_200_000;
/// Finer ages around each first answer.
pub const FINE_AGES: u32 = 14;
/// Report rates that stage 2 profiles, per second; 0 is none.
pub const REPORT_RATES: [f64; 4] = [0.0, 0.2 / 3600.0, 1.0 / 3600.0, 4.0 / 3600.0];
/// A tenth of the reports name the wrong server: they are spread over the fleet.
pub const REPORTS_ASTRAY: f64 = 0.1;
/// What naming a cause costs, in nats, besides its rarity.
pub const CAUSE_COST: f64 = 3.5;
/// What naming a patchy cause costs besides.
pub const PATCHY_COST: f64 = 1.5;
/// What a report rate costs besides.
pub const REPORTS_COST: f64 = 1.0;
/// Classes of fewer targets are not patchy.
pub const PATCHY_TARGETS_MIN: usize = 4;
/// Causes in one answer.
pub const CAUSES_MAX: usize = 4;
/// Results that a target keeps.
pub const RING_LEN: usize = 256;

/// A failure makes another one soon after it likelier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burst {
    /// This likely at once …
    pub height: f64,
    /// … fading in this time, in milliseconds.
    pub fades_ms: f64,
}
/// Of a probe at a fixed rate, and of one that is looked at again soon after a failure.
pub const BURST: Burst = Burst { height: 0.3, fades_ms: 10_000.0 };
/// See [`BURST`].
pub const BURST_ADAPTIVE: Burst = Burst { height: 0.5, fades_ms: 15_000.0 };

/// Mean time between false alarms, in seconds: 30 days.
pub const ALARM_S: f64 = 30.0 * 86_400.0;
/// From here on staff are given a heads-up, in seconds: a day.
pub const HEADS_UP_S: f64 = 86_400.0;

/// The place on [`GRID`] of two losses that strike together, nearest in ln(−ln(1 − θ)).
pub fn combined() -> [[u8; GRID_LEN]; GRID_LEN] {
    let scale = |loss: f64| (-(1.0 - loss).ln()).ln();
    let mut table = [[0; GRID_LEN]; GRID_LEN];
    for (one, row) in table.iter_mut().enumerate() {
        for (other, cell) in row.iter_mut().enumerate() {
            let both = (-(1.0 - GRID[one]).ln() - (1.0 - GRID[other]).ln()).ln();
            let mut nearest = (f64::INFINITY, 0);
            for (place, loss) in (0u8..).zip(GRID) {
                let away = (scale(loss) - both).abs();
                if away < nearest.0 {
                    nearest = (away, place);
                }
            }
            *cell = nearest.1;
        }
    }
    table
}

/// The place on [`GRID`] nearest to a loss.
pub fn nearest(loss: f64) -> usize {
    let mut best = 0;
    for (place, other) in GRID.iter().enumerate() {
        if (other - loss).abs() < (GRID[best] - loss).abs() {
            best = place;
        }
    }
    best
}

/// ln of how much likelier a bad result is under a fault of this loss than in health, where it is
/// bad with probability `b`: ln((1 − (1−b)(1−θ))/b).
pub fn bad_ratio(b: f64, loss: f64) -> f64 {
    (1.0 - (1.0 - b) * (1.0 - loss)) / b
}

/// Two independent reasons to fail: 1 − (1−a)(1−b).
pub fn either(one: f64, other: f64) -> f64 {
    1.0 - (1.0 - one) * (1.0 - other)
}
