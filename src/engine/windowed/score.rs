//! The numbers: how surprising counts are while all is well, and how well a fault explains them.

use super::window::Counts;

/// Windows that are looked at, in minutes.
pub(super) const WINDOWS: [i64; 5] = [2, 5, 10, 20, 30];
/// Reports of a healthy server per hour.
pub(super) const REPORTS_PER_HOUR: f64 = 0.02;
/// Reports count for this long, in hours.
pub(super) const REPORT_HOURS: f64 = 2.0;
/// What naming one class costs, in nats, besides its rarity.
const CAUSE_COST: f64 = 3.5;
/// One report says at most this much, in nats.
const REPORT_NATS_MAX: f64 = 4.0;
/// Mean time between false alarms, in hours.
pub(super) const FALSE_ALARM_HOURS: f64 = 30.0 * 24.0;
/// Looks in an hour that are as good as independent, for one class over all windows.
const LOOKS_PER_HOUR: f64 = 60.0;

/// What must be reached for an alarm, in nats: with `classes` hypotheses looked at sixty times an
/// hour, chance alone reaches it once in thirty days.
pub(super) fn alarm(classes: usize) -> f64 {
    (FALSE_ALARM_HOURS * LOOKS_PER_HOUR * classes.max(1) as f64).ln()
}

/// How surprising `counts` and `people` are together while all is well, in nats: Fisher's way of
/// joining two tests, each −ln of a Poisson tail. With s the sum, −ln((1 + s)·exp(−s)).
pub(super) fn surprise(counts: &Counts, people: u32, servers: usize) -> f64 {
    let checks = tail(counts.bad(), counts.expected());
    let reports = tail(people, background(servers));
    if people == 0 {
        return checks;
    }
    let sum = checks + reports;
    sum - sum.ln_1p()
}

/// Reports that healthy servers bring in the time they count.
pub(super) fn background(servers: usize) -> f64 {
    REPORTS_PER_HOUR * REPORT_HOURS * servers.max(1) as f64
}

/// −ln P(X ≥ count) for a Poisson X with this mean; 0 where the count is no more than the mean.
pub(super) fn tail(count: u32, mean: f64) -> f64 {
    let n = f64::from(count);
    if count == 0 || n <= mean {
        return 0.0;
    }
    let mean = mean.max(1e-6);
    let mut term = 1.0;
    let mut sum = 1.0;
    for step in 1..200 {
        term *= mean / (n + f64::from(step));
        sum += term;
        if term < 1e-12 {
            break;
        }
    }
    mean - n * mean.ln() + ln_factorial(count) - f64::ln(sum)
}

/// ln n!, by Stirling's series from 16 on (error below 1e-9).
fn ln_factorial(n: u32) -> f64 {
    if n < 16 {
        return (2..=n).map(|factor| f64::from(factor).ln()).sum();
    }
    let x = f64::from(n) + 1.0;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + 1.0 / (12.0 * x)
        - 1.0 / (360.0 * x.powi(3))
}

/// ln of how much better one constant loss explains the checks than health does, at the loss that
/// explains them best: k·ln(q/p) + (n−k)·ln((1−q)/(1−p)), q = k/n, p the expected share.
pub(super) fn likelihood(counts: &Counts) -> f64 {
    let (n, k) = (f64::from(counts.checks), f64::from(counts.bad()));
    if n == 0.0 {
        return 0.0;
    }
    let (p, q) = (share(counts.expected() / n), share(k / n));
    if q <= p { 0.0 } else { ratio(n, k, p, q) }
}

/// The same for a given loss: negative where health explains the checks better.
pub(super) fn likelihood_of(counts: &Counts, loss: f64) -> f64 {
    let (n, k) = (f64::from(counts.checks), f64::from(counts.bad()));
    if n == 0.0 {
        return 0.0;
    }
    let p = share(counts.expected() / n);
    ratio(n, k, p, share(1.0 - (1.0 - p) * (1.0 - loss)))
}

/// The same for reports: m·ln(m/λ) − (m − λ), no more than four nats a report.
pub(super) fn likelihood_of_reports(people: u32, servers: usize) -> f64 {
    let (m, mean) = (f64::from(people), background(servers));
    if m <= mean { 0.0 } else { (m * (m / mean).ln() - (m - mean)).min(REPORT_NATS_MAX * m) }
}

/// What a class's rarity takes off.
pub(super) fn prior(rate: f64) -> f64 {
    rate.max(1e-9).ln() - CAUSE_COST
}

/// The loss that a fault adds to what is normal.
pub(super) fn loss(counts: &Counts) -> f64 {
    let n = f64::from(counts.checks.max(1));
    let p = share(counts.expected() / n);
    ((f64::from(counts.bad()) / n - p) / (1.0 - p)).clamp(0.0, 1.0)
}

fn ratio(n: f64, k: f64, p: f64, q: f64) -> f64 {
    k * (q / p).ln() + (n - k) * ((1.0 - q) / (1.0 - p)).ln()
}

fn share(value: f64) -> f64 {
    value.clamp(1e-5, 0.999)
}
