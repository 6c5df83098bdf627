//! What the engine costs, beside its goals: `cargo bench --bench engine`.
//!
//! First nanoseconds for a probe result and a snapshot, by the size of the fleet; then, with the
//! goal behind each figure, what a result costs with four classes above a target, the longest
//! single input while a data centre of 2,000 servers fails in a fleet of 20,000, and the memory of
//! a target with a full ring. `-- --goals` leaves the first part out, a filter the second.
//!
//! Each server has one probe, a switch for every ten, a data centre for every hundred (two
//! thousand in the fleet whose data centre fails) and one provider: four classes above a target
//! that may be at fault, and the monitor's.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops when something is amiss"
)]

use std::{sync::Arc, time::Duration};

use bellwether::{
    clock::Stopwatch,
    domain::{
        Component, ComponentKind, Fleet, Probe, ProbeId, ProbeKind, Server, Settings, Timestamp,
    },
    engine::Engine,
    event::{Happening, Input, Output},
};
use chrono::TimeDelta;
use divan::{Bencher, counter::ItemsCount};

/// Nanoseconds for a result at 200 servers.
const GOAL_RESULT_NS: f64 = 500.0;
/// At 20,000 servers a result may cost this many times what it costs at 20: four classes above a
/// target instead of three.
const GOAL_GROWTH: f64 = 4.0 / 3.0;
/// Milliseconds for a look at 20,000 servers.
const GOAL_LOOK_MS: f64 = 200.0;
/// Bytes a target, ring included.
const GOAL_TARGET_BYTES: f64 = 8192.0;

/// One check in so many is bad when all is well.
const BAD_ONE_IN: u64 = 200;
/// From one check of a probe to the next.
const EVERY_S: i64 = 30;
/// A full ring and a little more.
const ROUNDS_TO_FILL: usize = 260;
/// The fleet in which a data centre fails.
const SERVERS: usize = 20_000;
const IN_DATA_CENTRE: usize = 2_000;
/// Rounds of checks while it fails: ten minutes.
const ROUNDS_OF_FAILURE: usize = 20;
/// Results of one measurement.
const RESULTS: u64 = 10_000;
/// An input that always takes this long held a look.
const LOOK_MIN: Duration = Duration::from_millis(3);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    if arguments.is_empty() || arguments == ["--goals"] {
        let memory = memory();
        if arguments.is_empty() {
            divan::main();
        }
        goals(&memory);
    } else {
        divan::main();
    }
}

#[divan::bench(args = [20, 200, 2_000, 20_000])]
fn all_is_well(bencher: Bencher, servers: usize) {
    results(bencher, servers, |_| true);
}

#[divan::bench(args = [20, 200, 2_000, 20_000])]
fn with_normal_loss(bencher: Bencher, servers: usize) {
    results(bencher, servers, is_normally_ok);
}

#[divan::bench(args = [20, 2_000, 20_000])]
fn snapshot(bencher: Bencher, servers: usize) {
    let run = Run::new(servers, 100);
    bencher.bench(|| run.engine.snapshot());
}

fn results(bencher: Bencher, servers: usize, is_ok: fn(u64) -> bool) {
    let mut run = Run::new(servers, 100);
    bencher.counter(ItemsCount::new(RESULTS)).bench_local(|| {
        for _ in 0..RESULTS {
            run.result(is_ok(run.number));
        }
    });
}

fn goals(memory: &str) {
    println!("\nfigure and goal");
    let costs = [20, 200, 2_000, 20_000].map(|servers| (servers, result_ns(servers)));
    for (servers, ns) in costs {
        let goal = if servers == 200 { verdict(ns, GOAL_RESULT_NS) } else { String::new() };
        println!("  a result at {servers:>6} servers  {ns:>8.0} ns{goal}");
    }
    let growth = costs[3].1 / costs[0].1;
    println!("  growth, 20 to 20,000       {growth:>8.2} x {}", verdict(growth, GOAL_GROWTH));
    for (what, loss) in [("fails", 100), ("loses 20 %", 20), ("loses 5 %", 5)] {
        looks(what, loss);
    }
    println!("{memory}");
}

fn verdict(figure: f64, goal: f64) -> String {
    format!("  (goal {goal:.2}: {})", if figure <= goal { "met" } else { "MISSED" })
}

/// CPU time, rings full: what else the machine does costs cache misses only.
fn result_ns(servers: usize) -> f64 {
    const RESULTS: u64 = 400_000;
    let mut run = Run::new(servers, 100);
    run.rounds(ROUNDS_TO_FILL, is_normally_ok);
    let before = cpu_ns();
    for _ in 0..RESULTS {
        run.result(is_normally_ok(run.number));
    }
    (cpu_ns() - before) / RESULTS as f64
}

/// What this thread has used of a processor.
fn cpu_ns() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).expect("a number")
}

/// One data centre of ten fails after two hours in which all was well. The same is played three
/// times and the quickest of the three counts for each look.
fn looks(what: &str, loss_percent: u64) {
    let mut calm = Run::new(SERVERS, IN_DATA_CENTRE);
    calm.rounds(ROUNDS_TO_FILL, is_normally_ok);
    calm.long.clear();
    let first = calm.clone().fail(loss_percent);
    let mut looks = first.long;
    for _ in 0..2 {
        let again = calm.clone().fail(loss_percent);
        looks.retain_mut(|(seq, took)| {
            let same = again.long.iter().find(|(other, _)| other == seq);
            same.is_some_and(|(_, other)| {
                *took = (*took).min(*other);
                true
            })
        });
    }
    let mut took: Vec<f64> = looks.iter().map(|(_, took)| took.as_secs_f64() * 1000.0).collect();
    took.sort_by(f64::total_cmp);
    let longest = took.last().copied().unwrap_or(f64::NAN);
    println!(
        "  {IN_DATA_CENTRE} of {SERVERS} servers, their data centre {what}: suspected after {} s, {} looks, median {:.0} ms",
        first.suspected.map_or(-1, |at| (at - calm.at).num_seconds()),
        took.len(),
        took.get(took.len() / 2).copied().unwrap_or(f64::NAN),
    );
    println!("  longest look               {longest:>8.0} ms{}", verdict(longest, GOAL_LOOK_MS));
}

/// What the process grows by with an engine of 20,000 targets.
fn memory() -> String {
    let before = resident_bytes();
    let mut run = Run::new(SERVERS, 100);
    run.rounds(ROUNDS_TO_FILL, is_normally_ok);
    let bytes = (resident_bytes() - before) / SERVERS as f64;
    format!("  memory of a target         {bytes:>8.0} B {}", verdict(bytes, GOAL_TARGET_BYTES))
}

fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    let kib = line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number");
    kib * 1024.0
}

/// An engine and what it is fed with.
#[derive(Clone)]
struct Run {
    engine: Engine,
    probes: Vec<ProbeId>,
    number: u64,
    seq: u64,
    at: Timestamp,
    step: TimeDelta,
    /// Inputs that took long.
    long: Vec<(u64, Duration)>,
    /// The first suspicion.
    suspected: Option<Timestamp>,
}

impl Run {
    fn new(servers: usize, in_data_centre: usize) -> Self {
        let start = Timestamp::UNIX_EPOCH + TimeDelta::days(16_000);
        let mut engine = Engine::new();
        let fleet = fleet(servers, in_data_centre);
        let input = Input::Started {
            installation: "bench".to_owned(),
            version: "bench".to_owned(),
            settings: Some(Arc::new(Settings { fleet, ..Settings::default() })),
            reload: None,
        };
        engine.handle(1, start, &Happening { at: start, input });
        let step = TimeDelta::microseconds(EVERY_S * 1_000_000 / servers as i64);
        let probes = (0..servers).map(probe_id).collect();
        Self {
            engine,
            probes,
            number: 0,
            seq: 1,
            at: start,
            step,
            long: Vec::new(),
            suspected: None,
        }
    }

    /// The next check's result, timers before it.
    fn result(&mut self, ok: bool) {
        self.at += self.step;
        while let Some((due, reason)) = self.engine.next_deadline() {
            if due > self.at {
                break;
            }
            self.input(due, Input::Timer { reason, due });
        }
        let probe = self.probes[self.number as usize % self.probes.len()].clone();
        self.number += 1;
        let latency_ms = ok.then_some(180);
        self.input(self.at, Input::ProbeResult { probe, ok, latency_ms, error: None });
    }

    fn input(&mut self, at: Timestamp, input: Input) {
        self.seq += 1;
        let happening = Happening { at, input };
        let watch = Stopwatch::start();
        let outputs = divan::black_box(self.engine.handle(self.seq, at, &happening));
        let took = watch.elapsed();
        if took >= LOOK_MIN {
            self.long.push((self.seq, took));
        }
        if self.suspected.is_none()
            && outputs.iter().any(|output| matches!(output, Output::Suspicion(_)))
        {
            self.suspected = Some(at);
        }
    }

    /// The first data centre loses so many checks of a hundred.
    fn fail(mut self, loss_percent: u64) -> Self {
        for _ in 0..ROUNDS_OF_FAILURE * SERVERS {
            let number = self.number;
            let is_hit = (number as usize % SERVERS) < IN_DATA_CENTRE
                && scattered(number + 1_000_000_007) % 100 < loss_percent;
            self.result(!is_hit && is_normally_ok(number));
        }
        self
    }

    fn rounds(&mut self, rounds: usize, is_ok: fn(u64) -> bool) {
        for _ in 0..rounds * self.probes.len() {
            self.result(is_ok(self.number));
        }
    }
}

fn is_normally_ok(number: u64) -> bool {
    !scattered(number).is_multiple_of(BAD_ONE_IN)
}

/// SplitMix64's finisher: bad checks hit every server alike.
fn scattered(number: u64) -> u64 {
    let z = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn probe_id(number: usize) -> ProbeId {
    format!("srv{number}-http").into()
}

fn fleet(servers: usize, in_data_centre: usize) -> Fleet {
    let component = |id: String, kind, above: Option<String>| Component {
        id: id.into(),
        kind,
        name: None,
        public_name: None,
        depends_on: above.into_iter().map(Into::into).collect(),
        facets: Vec::new(),
        faults_per_hour: None,
        accounts: Vec::new(),
        circuits: Vec::new(),
        timezone: None,
    };
    let mut components = vec![component("prov".to_owned(), ComponentKind::Provider, None)];
    for site in 0..servers.div_ceil(in_data_centre) {
        let above = Some("prov".to_owned());
        components.push(component(format!("site{site}"), ComponentKind::Datacenter, above));
    }
    for switch in 0..servers.div_ceil(10) {
        let above = Some(format!("site{}", switch * 10 / in_data_centre));
        components.push(component(format!("sw{switch}"), ComponentKind::Network, above));
    }
    let server = |number: usize| Server {
        id: format!("srv{number}").into(),
        name: None,
        public_name: None,
        depends_on: vec![format!("sw{}", number / 10).into()],
        address: None,
        faults_per_hour: None,
    };
    let probe = |number: usize| Probe {
        id: probe_id(number),
        server: Some(format!("srv{number}").into()),
        kind: ProbeKind::External,
        every_ms: EVERY_S as u64 * 1000,
        timeout_ms: 10_000,
        facet: None,
        vantage: "home".to_owned(),
        baseline_loss: Some(0.005),
    };
    Fleet {
        components,
        servers: (0..servers).map(server).collect(),
        probes: (0..servers).map(probe).collect(),
        ..Fleet::default()
    }
}
