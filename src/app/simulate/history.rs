//! The events: every check with its outcome, every customer who writes in.
//!
//! Checks are made one after the other in time from a heap that holds the next one of each probe,
//! so that a fleet of any size needs little memory. Reports are few and drawn beforehand.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    io::{self, Write},
};

use super::{
    BACKGROUND_PER_HOUR, EVERY_MS, Extra, Manner, Plan, REPORT_DELAY_S, REPORTS_PER_HOUR,
    WRONG_DOMAIN_SHARE,
    dice::Dice,
    faults::{Fault, NuisanceKind, Trouble},
    topology::{Topology, Watch},
    written,
};

/// A check starts this much before or after its turn, in milliseconds.
const JITTER_MS: f64 = 1000.0;
/// How much answers' times differ.
const LATENCY_SPREAD: f64 = 0.12;
/// Packets that a check cannot do without, and how long it waits, in milliseconds.
const PACKETS: i32 = 4;
const TIMEOUT_MS: f64 = 10_000.0;
/// A healthy probe that has just failed fails again this often, fading in this many seconds.
const BURST: f64 = 0.3;
const BURST_FADES_S: f64 = 10.0;
/// Results that arrive late, how late on average, and at most, in milliseconds.
const LATE_SHARE: f64 = 0.1;
const LATE_MS: f64 = 30_000.0;
const LATE_MS_MAX: f64 = 300_000.0;
/// How much faults, and servers, differ in how many customers write in.
const REPORT_SPREAD: f64 = 0.7;
/// Customers of a server.
const CUSTOMERS: usize = 100;

/// Writes all events, in the order they are received; says how many there are.
pub(super) fn write(
    plan: &Plan,
    topology: &Topology,
    trouble: &Trouble,
    out: &mut impl Write,
) -> io::Result<u64> {
    let mut count = 0;
    let mut reports = reports(plan, topology, trouble).into_iter().peekable();
    let mut filed = 0;
    let mut checks = Checks::new(plan, topology, trouble);
    loop {
        let next = checks.next_at();
        while let Some((at_ms, report)) =
            reports.next_if(|(at_ms, _)| next.is_none_or(|next| *at_ms <= next))
        {
            filed += 1;
            count += 1;
            writeln!(
                out,
                "{{\"at\":\"{}\",\"type\":\"report\",\"id\":\"r-{filed}\",\"reporter\":\"u-{}\",\
                 \"source\":\"chat\",\"domain\":\"site{}.example\",\
                 \"text\":\"my site is slow and sometimes unavailable\"}}",
                written(at_ms),
                report.customer,
                report.server,
            )?;
        }
        if next.is_none() {
            return Ok(count);
        }
        count += u64::from(checks.step(out)?);
    }
}

/// A customer writes in.
struct Report {
    customer: usize,
    /// The server they name.
    server: usize,
}

/// All reports, by when they are made.
fn reports(plan: &Plan, topology: &Topology, trouble: &Trouble) -> Vec<(i64, Report)> {
    let root = Dice::new(plan.seed, "reports");
    let servers = topology.truth.len();
    let mut made: Vec<(i64, Report)> = Vec::new();
    for server in 0..servers {
        let mut dice = root.fork(server);
        for _ in 0..dice.count(BACKGROUND_PER_HOUR * plan.hours) {
            let at_ms = (dice.share() * plan.length_ms() as f64) as i64;
            let customer = dice.below(servers * CUSTOMERS);
            made.push((at_ms, Report { customer, server }));
        }
    }
    for (index, fault) in trouble.faults.iter().enumerate() {
        complain(plan, servers, fault, &mut root.fork(servers + index), &mut made);
    }
    for (index, nuisance) in trouble.nuisances.iter().enumerate() {
        if let NuisanceKind::Flood { server, messages } = nuisance.kind {
            let mut dice = root.fork(2 * servers + 16 + index);
            let customer = server * CUSTOMERS + dice.below(CUSTOMERS);
            for _ in 0..messages {
                let share = dice.share();
                let span_ms = (nuisance.until_ms - nuisance.at_ms) as f64;
                let at_ms = nuisance.at_ms + (share * span_ms) as i64;
                made.push((at_ms, Report { customer, server }));
            }
        }
    }
    made.retain(|(at_ms, _)| *at_ms < plan.length_ms());
    made.sort_by_key(|(at_ms, report)| (*at_ms, report.customer));
    made
}

/// Customers of a fault's servers, later than it and in their own number.
fn complain(
    plan: &Plan,
    servers: usize,
    fault: &Fault,
    dice: &mut Dice,
    made: &mut Vec<(i64, Report)>,
) {
    let hours = (fault.until_ms - fault.at_ms).max(0) as f64 / 3_600_000.0;
    // A factor's mean is e^(spread²/2); what is asked for is the mean.
    let mean = (-REPORT_SPREAD * REPORT_SPREAD).exp();
    let this_fault = dice.factor(REPORT_SPREAD) * mean;
    for server in &fault.servers {
        let rate = REPORTS_PER_HOUR * fault.loss * this_fault * dice.factor(REPORT_SPREAD);
        for _ in 0..dice.count(rate * hours) {
            let felt_ms = dice.share() * (fault.until_ms - fault.at_ms) as f64;
            let delay_ms = dice.wait(REPORT_DELAY_S * 1000.0);
            let at_ms = fault.at_ms + (felt_ms + delay_ms) as i64;
            let customer = server * CUSTOMERS + dice.below(CUSTOMERS);
            let is_wrong = dice.chance(WRONG_DOMAIN_SHARE);
            let server = if is_wrong { dice.below(servers) } else { *server };
            if at_ms < plan.length_ms() {
                made.push((at_ms, Report { customer, server }));
            }
        }
    }
}

/// What is next: a check to be made, or the line of one that arrives now.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Check { probe: usize, turn: i64 },
    Line(String),
}

/// All probes with their next checks.
struct Checks<'a> {
    plan: &'a Plan,
    topology: &'a Topology,
    trouble: &'a Trouble,
    /// Indices of faults and blips by server.
    touched: BTreeMap<usize, Vec<Touch<'a>>>,
    heap: BinaryHeap<Reverse<(i64, u64, Next)>>,
    order: u64,
    states: Vec<State>,
}

/// What makes a server's checks fail.
enum Touch<'a> {
    Fault(&'a Fault),
    Blip { at_ms: i64, until_ms: i64 },
}

struct State {
    dice: Dice,
    phase_ms: f64,
    failed_ms: Option<i64>,
}

/// How a check ended: the time of the answer, in milliseconds, or none.
type Answer = Option<u32>;

impl<'a> Checks<'a> {
    fn new(plan: &'a Plan, topology: &'a Topology, trouble: &'a Trouble) -> Self {
        let mut touched: BTreeMap<usize, Vec<Touch<'_>>> = BTreeMap::new();
        for fault in trouble.faults.iter().filter(|fault| fault.manner != Manner::Blind) {
            for server in &fault.servers {
                touched.entry(*server).or_default().push(Touch::Fault(fault));
            }
        }
        for nuisance in &trouble.nuisances {
            if let NuisanceKind::Blip { servers } = &nuisance.kind {
                let (at_ms, until_ms) = (nuisance.at_ms, nuisance.until_ms);
                for server in servers {
                    touched.entry(*server).or_default().push(Touch::Blip { at_ms, until_ms });
                }
            }
        }
        let root = Dice::new(plan.seed, "checks");
        let states = (0..topology.probes.len()).map(|probe| {
            let mut dice = root.fork(probe);
            let phase_ms = dice.between(0.0, EVERY_MS as f64);
            State { dice, phase_ms, failed_ms: None }
        });
        let states = states.collect();
        let mut checks =
            Self { plan, topology, trouble, touched, heap: BinaryHeap::new(), order: 0, states };
        for probe in 0..topology.probes.len() {
            checks.schedule(probe, 0);
        }
        checks
    }

    fn next_at(&self) -> Option<i64> {
        self.heap.peek().map(|Reverse((at_ms, ..))| *at_ms)
    }

    fn schedule(&mut self, probe: usize, turn: i64) {
        let state = &mut self.states[probe];
        let jitter_ms = state.dice.between(-JITTER_MS, JITTER_MS);
        let at_ms = ((turn * EVERY_MS) as f64 + state.phase_ms + jitter_ms).max(0.0) as i64;
        if at_ms < self.plan.length_ms() {
            self.push(at_ms, Next::Check { probe, turn });
        }
    }

    fn push(&mut self, at_ms: i64, next: Next) {
        self.order += 1;
        self.heap.push(Reverse((at_ms, self.order, next)));
    }

    /// Makes the next check or lets the next line arrive; whether a line was written.
    fn step(&mut self, out: &mut impl Write) -> io::Result<bool> {
        let Some(Reverse((at_ms, _, next))) = self.heap.pop() else { return Ok(false) };
        match next {
            Next::Line(line) => {
                writeln!(out, "{line}")?;
                Ok(true)
            }
            Next::Check { probe, turn } => {
                let answer = self.check(probe, at_ms);
                self.schedule(probe, turn + 1);
                let late_ms = self.lateness_ms(probe);
                let watch = &self.topology.probes[probe];
                if late_ms == 0 {
                    writeln!(out, "{}", line(watch, at_ms, None, answer))?;
                    return Ok(true);
                }
                let text = line(watch, at_ms, Some(at_ms + late_ms), answer);
                self.push(at_ms + late_ms, Next::Line(text));
                Ok(false)
            }
        }
    }

    fn lateness_ms(&mut self, probe: usize) -> i64 {
        if !self.plan.has(Extra::Late) {
            return 0;
        }
        let dice = &mut self.states[probe].dice;
        if dice.chance(LATE_SHARE) { dice.wait(LATE_MS).min(LATE_MS_MAX) as i64 + 1 } else { 0 }
    }

    fn check(&mut self, probe: usize, at_ms: i64) -> Answer {
        let (loss, is_down) = self.loss(probe, at_ms);
        let watch = &self.topology.probes[probe];
        let is_bursty = self.plan.has(Extra::Bursts);
        let is_slow = self.plan.has(Extra::Slow);
        let state = &mut self.states[probe];
        let since_s = state.failed_ms.filter(|_| is_bursty).map(|ms| (at_ms - ms) as f64 / 1000.0);
        let again = since_s.map_or(0.0, |since_s| BURST * (-since_s / BURST_FADES_S).exp());
        let is_noise = state.dice.chance(watch.healthy_loss.max(again));
        let usual_ms = watch.median_ms * state.dice.factor(LATENCY_SPREAD);
        let answer_ms = if is_slow {
            usual_ms + resent_ms(loss, &mut state.dice)
        } else if state.dice.chance(loss) {
            f64::INFINITY
        } else {
            usual_ms
        };
        let is_answered = !is_noise && !is_down && answer_ms < TIMEOUT_MS;
        let is_bad = !is_answered || answer_ms > usual_ms + 999.0;
        state.failed_ms = is_bad.then_some(at_ms);
        is_answered.then_some(answer_ms as u32)
    }

    /// The share of checks that what is broken makes bad now, and whether nothing gets through.
    fn loss(&self, probe: usize, at_ms: i64) -> (f64, bool) {
        let watch = &self.topology.probes[probe];
        let mut passes = 1.0;
        let touches = watch.server.and_then(|server| self.touched.get(&server));
        for touch in touches.into_iter().flatten() {
            match touch {
                Touch::Blip { at_ms: from, until_ms } => {
                    if (*from..*until_ms).contains(&at_ms) {
                        return (1.0, true);
                    }
                }
                Touch::Fault(fault) => {
                    let is_on = (fault.at_ms..fault.until_ms).contains(&at_ms);
                    if is_on && (watch.dashboard || !fault.dashboard_only) {
                        passes *= 1.0 - fault.loss;
                    }
                }
            }
        }
        for nuisance in &self.trouble.nuisances {
            if let NuisanceKind::Vantage { vantage, loss } = nuisance.kind
                && vantage == watch.vantage
                && (nuisance.at_ms..nuisance.until_ms).contains(&at_ms)
            {
                passes *= 1.0 - loss;
            }
        }
        (1.0 - passes, false)
    }
}

/// How much lost packets delay an answer, in milliseconds, when `loss` of all checks lose one: a
/// packet is sent again after 1 s, 2 s, 4 s …
fn resent_ms(loss: f64, dice: &mut Dice) -> f64 {
    if loss <= 0.0 {
        return 0.0;
    }
    let packet_loss = 1.0 - (1.0 - loss).powf(1.0 / f64::from(PACKETS));
    let mut waited_ms = 0.0;
    for _ in 0..PACKETS {
        let mut wait_ms = 1000.0;
        while waited_ms < TIMEOUT_MS && dice.chance(packet_loss) {
            waited_ms += wait_ms;
            wait_ms *= 2.0;
        }
    }
    waited_ms
}

fn line(watch: &Watch, at_ms: i64, received_ms: Option<i64>, answer: Answer) -> String {
    let at = written(at_ms);
    let received =
        received_ms.map(|ms| format!("\"received\":\"{}\",", written(ms))).unwrap_or_default();
    let outcome = match answer {
        Some(latency_ms) => format!("true,\"latency_ms\":{latency_ms}"),
        None => "false,\"latency_ms\":null,\"error\":\"timeout\"".to_owned(),
    };
    let id = &watch.id;
    format!(
        "{{\"at\":\"{at}\",{received}\"type\":\"probe_result\",\"probe\":\"{id}\",\"ok\":{outcome}}}"
    )
}
