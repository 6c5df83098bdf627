//! Nanoseconds per probe result, by the size of the fleet: `cargo bench --bench engine`.
//!
//! Each server has one probe, a switch for every ten, a data centre for every hundred and one
//! provider: five classes above a target, the monitor's included.

use std::sync::Arc;

use bellwether::{
    domain::{
        Component, ComponentKind, Fleet, Probe, ProbeId, ProbeKind, Server, Settings, Timestamp,
    },
    engine::Engine,
    event::{Happening, Input},
};
use chrono::TimeDelta;
use divan::{Bencher, counter::ItemsCount};

fn main() {
    divan::main();
}

const RESULTS: u64 = 10_000;

#[divan::bench(args = [20, 200, 2_000, 20_000])]
fn all_is_well(bencher: Bencher, servers: usize) {
    results(bencher, servers, |_| true);
}

/// One check in two hundred is bad: what is normal in a large fleet.
#[divan::bench(args = [20, 200, 2_000, 20_000])]
fn with_normal_loss(bencher: Bencher, servers: usize) {
    results(bencher, servers, |number| !scattered(number).is_multiple_of(200));
}

#[divan::bench(args = [20, 2_000, 20_000])]
fn snapshot(bencher: Bencher, servers: usize) {
    let (engine, _) = started(servers);
    bencher.bench(|| engine.snapshot());
}

fn results(bencher: Bencher, servers: usize, is_ok: fn(u64) -> bool) {
    let (mut engine, start) = started(servers);
    let mut number = 0;
    // One round of a fleet takes thirty seconds.
    let step = TimeDelta::microseconds(30_000_000 / servers as i64);
    let mut at = start;
    let probes: Vec<ProbeId> = (0..servers).map(probe_id).collect();
    bencher.counter(ItemsCount::new(RESULTS)).bench_local(|| {
        for _ in 0..RESULTS {
            number += 1;
            at += step;
            let ok = is_ok(number);
            let probe = probes[number as usize % servers].clone();
            let latency_ms = ok.then_some(180);
            let input = Input::ProbeResult { probe, ok, latency_ms, error: None };
            divan::black_box(engine.handle(number + 1, at, &Happening { at, input }));
        }
    });
}

/// SplitMix64's finisher: bad checks hit every server alike.
fn scattered(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn probe_id(number: usize) -> ProbeId {
    format!("srv{number}-http").into()
}

fn started(servers: usize) -> (Engine, Timestamp) {
    let start = Timestamp::UNIX_EPOCH + TimeDelta::days(16_000);
    let mut engine = Engine::new();
    let input = Input::Started {
        installation: "bench".to_owned(),
        version: "bench".to_owned(),
        settings: Some(Arc::new(Settings { fleet: fleet(servers), ..Settings::default() })),
        reload: None,
    };
    engine.handle(1, start, &Happening { at: start, input });
    (engine, start)
}

fn fleet(servers: usize) -> Fleet {
    let component = |id: String, kind, above: Option<String>| Component {
        id: id.into(),
        kind,
        name: None,
        public_name: None,
        depends_on: above.into_iter().map(Into::into).collect(),
        facets: Vec::new(),
        faults_per_hour: None,
    };
    let mut components = vec![component("prov".to_owned(), ComponentKind::Provider, None)];
    for site in 0..servers.div_ceil(100) {
        let above = Some("prov".to_owned());
        components.push(component(format!("site{site}"), ComponentKind::Datacenter, above));
    }
    for switch in 0..servers.div_ceil(10) {
        let above = Some(format!("site{}", switch / 10));
        components.push(component(format!("sw{switch}"), ComponentKind::Network, above));
    }
    Fleet {
        components,
        servers: (0..servers)
            .map(|number| Server {
                id: format!("srv{number}").into(),
                name: None,
                public_name: None,
                depends_on: vec![format!("sw{}", number / 10).into()],
                address: None,
                faults_per_hour: None,
            })
            .collect(),
        probes: (0..servers)
            .map(|number| Probe {
                id: probe_id(number),
                server: Some(format!("srv{number}").into()),
                kind: ProbeKind::External,
                every_ms: 30_000,
                timeout_ms: 10_000,
                facet: None,
                vantage: "home".to_owned(),
                baseline_loss: Some(0.005),
            })
            .collect(),
        ..Fleet::default()
    }
}
