//! Made-up fleets: what was asked for is in them, and the bot can read them. Each test prints its
//! seeds.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::{collections::BTreeMap, io::BufReader, path::Path};

use bellwether::{
    app::{
        replay::{Format, replay},
        simulate::{
            BACKGROUND_PER_HOUR, Breaks, Extra, Manner, Plan, REPORTS_PER_HOUR, Simulation,
            WRONG_DOMAIN_SHARE,
        },
    },
    config::{self, Config, SecretsWanted},
    domain::Timestamp,
};
use serde_json::Value;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let plan = Plan { extras: vec![Extra::Late, Extra::Flood], ..plan(20, 11, Breaks::Mixed) };
    let (one, again) = (Made::of(&plan), Made::of(&plan));
    let other = Made::of(&Plan { seed: 12, ..plan });
    assert!(one.fleet == again.fleet && one.events == again.events && one.truth == again.truth);
    assert!(one.fleet != other.fleet && one.events != other.events);
}

#[test]
fn one_thing_more_does_not_change_the_rest() {
    let calm = Made::of(&plan(20, 4, Breaks::None));
    let plan = Plan { extras: vec![Extra::Flood], ..plan(20, 4, Breaks::None) };
    let flooded = Made::of(&plan);
    let checks = |made: &Made| made.lines().into_iter().filter(is_check).collect::<Vec<_>>();
    assert_eq!(calm.fleet, flooded.fleet);
    assert!(checks(&calm) == checks(&flooded));
}

#[test]
fn every_fault_and_every_extra_gives_a_fleet_the_bot_can_read_and_run() {
    let all = [
        Extra::Flood,
        Extra::Vantage,
        Extra::Blips,
        Extra::Bursts,
        Extra::Slow,
        Extra::Late,
        Extra::WrongMap,
        Extra::Facets,
        Extra::TwoVantages,
    ];
    for (seed, fault) in (1..).zip(FAULTS) {
        println!("{fault:?}: seed {seed}");
        let extras = all[..usize::try_from(seed).expect("small") % (all.len() + 1)].to_vec();
        let made = Made::of(&Plan { hours: 0.5, extras, ..plan(12, seed, fault) });
        let config = made.config();
        let mut out = Vec::new();
        let events = BufReader::new(made.events.as_slice());
        let summary = replay(&config, events, Format::Json, &mut out).expect("a run in memory");
        assert_eq!(summary.rejected, 0);
        let causes = made.truth["faults"].as_array().expect("a list").iter();
        for cause in causes.map(|fault| text(&fault["cause"])) {
            assert!(made.truth["members"][&cause].is_array(), "{cause} covers nothing");
        }
    }
}

#[test]
fn a_fault_makes_the_share_of_checks_bad_that_was_asked_for() {
    for (fault, loss) in [(Breaks::Server, 0.05), (Breaks::Network, 0.2), (Breaks::Provider, 1.0)] {
        let mut seen = Share::default();
        for seed in 1..=6 {
            let made = Made::of(&Plan { loss: Some(loss), ..plan(20, seed, fault) });
            seen.add(&made.bad_in_fault(|check| check["ok"] == false));
        }
        println!("{fault:?} at {loss}: {} of {} (seeds 1 to 6)", seen.hits, seen.all);
        // What healthy probes lose comes on top: up to about 1 %.
        assert!(seen.is_near(loss, 0.01), "{} instead of {loss}", seen.value());
    }
}

#[test]
fn lost_packets_make_answers_late_and_hardly_any_fail() {
    let (mut late, mut failed) = (Share::default(), Share::default());
    for seed in 1..=6 {
        let slow = plan(20, seed, Breaks::Network);
        let made = Made::of(&Plan { loss: Some(0.11), extras: vec![Extra::Slow], ..slow });
        late.add(&made.bad_in_fault(|check| check["latency_ms"].as_u64() > Some(1000)));
        failed.add(&made.bad_in_fault(|check| check["ok"] == false));
    }
    println!("late {:.4}, failed {:.4} (seeds 1 to 6)", late.value(), failed.value());
    assert!(late.is_near(0.11, 0.0), "{}", late.value());
    assert!(failed.value() < 0.012, "{}", failed.value());
}

#[test]
fn customers_write_in_as_often_as_they_should() {
    let (mut background, mut healthy_hours) = (0.0, 0.0);
    let (mut complaints, mut wrong, mut expected) = (0.0, 0.0, 0.0);
    for seed in 1..=60 {
        let made = Made::of(&Plan { loss: Some(1.0), ..plan(20, seed, Breaks::Datacenter) });
        let fault = &made.truth["faults"][0];
        let began = moment(&fault["at"]);
        let hours = (moment(&made.truth["end"]) - began).num_seconds() as f64 / 3600.0;
        let affected = fault["servers"].as_array().expect("a list").clone();
        expected += hours * affected.len() as f64 * REPORTS_PER_HOUR;
        let before = began - moment(&made.truth["start"]);
        healthy_hours += 20.0 * before.num_seconds() as f64 / 3600.0;
        healthy_hours += (20 - affected.len()) as f64 * hours;
        for report in made.lines().iter().filter(|line| line["type"] == "report") {
            let customer = text(&report["reporter"]);
            let number: usize = customer[2..].parse().expect("u- and a number");
            let server = text(&report["domain"]).replace("site", "srv").replace(".example", "");
            let of = format!("srv{}", number / 100);
            let is_affected = affected.contains(&Value::from(of.clone()));
            if moment(&report["at"]) >= began && is_affected {
                complaints += 1.0;
                wrong += if of == server { 0.0 } else { 1.0 };
            } else {
                background += 1.0;
            }
        }
    }
    let rate = background / healthy_hours;
    println!(
        "background {rate:.4}, faults {complaints} of {expected:.0}, wrong {wrong} (seeds 1 to 60)"
    );
    assert!((0.65..1.35).contains(&(rate / BACKGROUND_PER_HOUR)), "{rate} per server-hour");
    // Some are still to write in at the end, and faults differ.
    assert!((0.6..1.2).contains(&(complaints / expected)), "{complaints} of {expected}");
    assert!((0.7..1.3).contains(&(wrong / complaints / WRONG_DOMAIN_SHARE)), "{wrong} wrong");
}

/// Measured on the fleets that the method was measured on: 120 checks an hour and probe; a
/// baseline's quarters at 0.26, 0.38 and 0.65 %; 0.74 of the bad checks that baselines expect.
#[test]
fn healthy_probes_are_like_those_the_method_was_measured_on() {
    let (mut bad, mut expected, mut checks, mut baselines) = (0.0, 0.0, 0, Vec::new());
    for seed in 1..=10 {
        let made = Made::of(&plan(20, seed, Breaks::None));
        let probes = made.config().settings.fleet.probes;
        let usual: BTreeMap<String, f64> = probes
            .iter()
            .map(|probe| (probe.id.to_string(), probe.baseline_loss.expect("it is given")))
            .collect();
        baselines.extend(usual.values().copied());
        for check in made.lines().iter().filter(|line| is_check(line)) {
            checks += 1;
            expected += usual[&text(&check["probe"])];
            bad += if check["ok"] == false { 1.0 } else { 0.0 };
        }
    }
    baselines.sort_by(f64::total_cmp);
    let quarter = |n: usize| baselines[baselines.len() * n / 4];
    println!("quarters {:.4} {:.4} {:.4} (seeds 1 to 10)", quarter(1), quarter(2), quarter(3));
    assert!((0.998..1.002).contains(&(f64::from(checks) / (10.0 * 23.0 * 360.0))), "{checks}");
    assert!((0.67..0.82).contains(&(bad / expected)), "{bad} of {expected}");
    assert!((0.0018..0.0034).contains(&quarter(1)));
    assert!((0.003..0.005).contains(&quarter(2)));
    assert!((0.005..0.008).contains(&quarter(3)));
}

#[test]
fn a_blind_fault_is_seen_by_customers_alone() {
    let mut reports = 0;
    for seed in 1..=4 {
        let blind = plan(20, seed, Breaks::Provider);
        let made = Made::of(&Plan { loss: Some(1.0), manner: Some(Manner::Blind), ..blind });
        assert!(made.bad_in_fault(|check| check["ok"] == false).value() < 0.02);
        assert_eq!(made.truth["faults"][0]["blind"], true);
        reports += made.lines().iter().filter(|line| line["type"] == "report").count();
    }
    println!("{reports} reports (seeds 1 to 4)");
    assert!(reports > 40, "{reports}");
}

#[test]
fn a_failing_vantage_loses_canaries_too() {
    println!("seed 5");
    let made = Made::of(&Plan { extras: vec![Extra::Vantage], ..plan(20, 5, Breaks::None) });
    let outage = &made.truth["nuisance"][0];
    let start = moment(&made.truth["start"]);
    let from = start + chrono::TimeDelta::seconds(outage["t0"].as_f64().expect("a number") as i64);
    let until = start + chrono::TimeDelta::seconds(outage["t1"].as_f64().expect("a number") as i64);
    for whose in ["canary", "srv"] {
        let mut lost = Share::default();
        for check in made.lines().iter().filter(|line| is_check(line)) {
            if text(&check["probe"]).starts_with(whose)
                && (from..until).contains(&moment(&check["at"]))
            {
                lost.count(check["ok"] == false);
            }
        }
        let loss = outage["loss"].as_f64().expect("a number");
        assert!(lost.all > 5.0 && lost.is_near(loss, 0.02), "{whose}: {lost:?} at {loss}");
    }
}

#[test]
fn a_flood_is_one_person_about_one_server() {
    println!("seed 8");
    let made = Made::of(&Plan { extras: vec![Extra::Flood], ..plan(20, 8, Breaks::None) });
    let mut by_person: BTreeMap<String, usize> = BTreeMap::new();
    for report in made.lines().iter().filter(|line| line["type"] == "report") {
        *by_person.entry(text(&report["reporter"])).or_default() += 1;
    }
    let most = by_person.values().max().copied().unwrap_or_default();
    assert_eq!(Some(most as u64), made.truth["nuisance"][0]["messages"].as_u64());
}

#[test]
fn late_results_come_after_others_and_the_file_is_in_the_order_they_come() {
    println!("seed 9");
    let made = Made::of(&Plan { extras: vec![Extra::Late], ..plan(20, 9, Breaks::None) });
    let lines = made.lines();
    let received = |line: &Value| moment(line.get("received").unwrap_or(&line["at"]));
    assert!(lines.is_sorted_by_key(received));
    assert!(!lines.is_sorted_by_key(|line| moment(&line["at"])));
    let mut late = Share::default();
    lines
        .iter()
        .filter(|line| is_check(line))
        .for_each(|line| late.count(line.get("received").is_some()));
    assert!(late.is_near(0.1, 0.0), "{late:?}");
}

#[test]
fn numbers_out_of_range_are_brought_into_it() {
    let made = Made::of(&Plan { hours: f64::NAN, loss: Some(7.0), ..plan(0, 1, Breaks::Server) });
    assert_eq!(made.config().settings.fleet.servers.len(), 2);
    assert_eq!(made.truth["faults"][0]["loss"], 1.0);
}

const FAULTS: [Breaks; 12] = [
    Breaks::None,
    Breaks::Mixed,
    Breaks::Server,
    Breaks::Network,
    Breaks::Datacenter,
    Breaks::Provider,
    Breaks::Database,
    Breaks::Rack,
    Breaks::Hypervisor,
    Breaks::Dns,
    Breaks::Mail,
    Breaks::Other,
];

fn plan(servers: usize, seed: u64, fault: Breaks) -> Plan {
    Plan { servers, seed, hours: 3.0, fault, loss: None, manner: None, extras: Vec::new() }
}

/// A simulation's three files.
struct Made {
    fleet: Vec<u8>,
    events: Vec<u8>,
    truth: Value,
}

impl Made {
    fn of(plan: &Plan) -> Self {
        let simulation = Simulation::of(plan);
        let (mut fleet, mut events, mut truth) = (Vec::new(), Vec::new(), Vec::new());
        simulation.write_fleet(&mut fleet).expect("memory takes it");
        let count = simulation.write_events(&mut events).expect("memory takes it");
        simulation.write_truth(&mut truth).expect("memory takes it");
        assert_eq!(count, events.iter().filter(|byte| **byte == b'\n').count() as u64);
        Self { fleet, events, truth: serde_json::from_slice(&truth).expect("it is JSON") }
    }

    fn config(&self) -> Config {
        let text = std::str::from_utf8(&self.fleet).expect("it is text");
        config::from_text("fleet.toml", text, Path::new(""), &[], SecretsWanted::Skip)
            .unwrap_or_else(|problems| panic!("{}", problems[0]))
    }

    fn lines(&self) -> Vec<Value> {
        let lines = self.events.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).expect("it is JSON")).collect()
    }

    /// How many checks of the only fault's servers were bad while it lasted.
    fn bad_in_fault(&self, is_bad: impl Fn(&Value) -> bool) -> Share {
        let fault = &self.truth["faults"][0];
        let (from, until) = (moment(&fault["at"]), moment(&fault["until"]));
        let servers = fault["servers"].as_array().expect("a list");
        let mut share = Share::default();
        for check in self.lines().iter().filter(|line| is_check(line)) {
            let probe = text(&check["probe"]);
            let server = Value::from(probe.split('-').next().unwrap_or_default());
            if servers.contains(&server) && (from..until).contains(&moment(&check["at"])) {
                share.count(is_bad(check));
            }
        }
        share
    }
}

#[derive(Debug, Default)]
struct Share {
    hits: f64,
    all: f64,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.all += 1.0;
        self.hits += if hit { 1.0 } else { 0.0 };
    }

    fn add(&mut self, other: &Self) {
        self.hits += other.hits;
        self.all += other.all;
    }

    fn value(&self) -> f64 {
        self.hits / self.all.max(1.0)
    }

    /// Within four standard errors of `share`, or above by `more`.
    fn is_near(&self, share: f64, more: f64) -> bool {
        let error = 4.0 * (share * (1.0 - share) / self.all.max(1.0)).sqrt() + 1e-9;
        (share - error..=share + error + more).contains(&self.value())
    }
}

fn is_check(line: &Value) -> bool {
    line["type"] == "probe_result"
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn moment(value: &Value) -> Timestamp {
    text(value).parse().expect("a moment")
}
