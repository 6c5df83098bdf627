//! Many probes at once: none piles up, none delays another, all of it counted.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bellwether::{
    clock::Clock,
    domain::{Probe, ProbeKind},
    intake::probes::{Options, Probes, ProbesError, run, run_with},
};

use super::servers::{Kept, fleet, get, http, probe, says, silent, until};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn start(probes: Vec<Probe>, door: &Kept, concurrency_max: usize) -> Probes {
    let options = Options { concurrency_max, ..Options::default() };
    run_with(&fleet(probes), Arc::new(door.clone()), Clock::system(), &options)
        .expect("targets that can be read")
}

#[tokio::test]
async fn thousands_of_probes_run_on_one_core_in_their_time() {
    let (address, seen) = says(OK).await;
    let probes: Vec<Probe> = (0..2_000)
        .map(|number| Probe { every_ms: 6_000, ..probe(&format!("p{number}"), get(address)) })
        .collect();
    let door = Kept::default();
    let running = start(probes, &door, 512);
    until("each has run", || running.counts().run >= 2_000).await;
    let counts = running.counts();
    assert_eq!((counts.bad, counts.refused, counts.not_made), (0, 0, 0), "{counts:?}");
    assert!(seen.open_max.load(Ordering::SeqCst) <= 512);
    assert_eq!(door.count() as u64, counts.run);
}

#[tokio::test]
async fn a_probe_whose_last_check_still_runs_is_skipped_and_counted() {
    let (address, seen) = silent().await;
    let probes = (0..3)
        .map(|number| Probe { every_ms: 50, ..probe(&format!("p{number}"), get(address)) })
        .collect();
    let running = start(probes, &Kept::default(), 512);
    until("skips are counted", || running.counts().skipped >= 30).await;
    assert_eq!(seen.connections.load(Ordering::SeqCst), 3);
    assert_eq!(running.counts().run, 0);
}

#[tokio::test]
async fn never_more_checks_at_once_than_allowed() {
    let (address, seen) = silent().await;
    let probes = (0..40)
        .map(|number| Probe {
            every_ms: 100,
            timeout_ms: 200,
            ..probe(&format!("p{number}"), get(address))
        })
        .collect();
    let running = start(probes, &Kept::default(), 5);
    until("every turn was used", || running.counts().bad >= 20).await;
    let open_max = seen.open_max.load(Ordering::SeqCst);
    // The server sees a closed connection a moment later than the probe that closed it.
    assert!((5..=10).contains(&open_max), "{open_max} at once");
}

#[tokio::test]
async fn a_server_that_is_silent_delays_no_other_probe() {
    let (dead, _) = silent().await;
    let (alive, _) = says(OK).await;
    let mut probes: Vec<Probe> =
        (0..200).map(|n| Probe { every_ms: 100, ..probe(&format!("d{n}"), get(dead)) }).collect();
    probes.push(Probe { every_ms: 100, ..probe("alive", get(alive)) });
    let door = Kept::default();
    let running = start(probes, &door, 512);
    until("the other goes on", || door.of("alive").len() >= 10).await;
    assert!(door.of("alive").iter().all(|ok| *ok));
    assert_eq!(running.counts().bad, 0, "no silent one is over yet");
}

#[tokio::test]
async fn what_the_door_refuses_is_counted_and_not_kept() {
    let (address, _) = says(OK).await;
    let door = Kept { refuses: true, ..Kept::default() };
    let running = start(vec![Probe { every_ms: 50, ..probe("p", get(address)) }], &door, 1);
    until("refusals are counted", || running.counts().refused >= 3).await;
    assert_eq!(door.count(), 0);
}

#[tokio::test]
async fn stopping_stops_every_probe() {
    let (address, seen) = says(OK).await;
    let door = Kept::default();
    let running = start(vec![Probe { every_ms: 20, ..probe("p", get(address)) }], &door, 1);
    until("it runs", || door.count() >= 3).await;
    running.stop().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (before, told) = (seen.connections.load(Ordering::SeqCst), door.count());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((seen.connections.load(Ordering::SeqCst), door.count()), (before, told));
}

#[tokio::test]
async fn what_somebody_else_measures_is_left_to_them() {
    let running = start(vec![probe("p", ProbeKind::External)], &Kept::default(), 1);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(running.counts(), Default::default());
}

#[tokio::test]
async fn a_target_that_cannot_be_read_is_named() {
    let bad = [
        http("ftp://example.org/".to_owned()),
        http("no url".to_owned()),
        ProbeKind::Tcp { address: "example.org".to_owned() },
        ProbeKind::Tcp { address: "example.org:99999".to_owned() },
        ProbeKind::Tls {
            address: "example.org:443".to_owned(),
            server_name: "not a name".to_owned(),
            days_left_min: 0,
        },
    ];
    for kind in bad {
        let fleet = fleet(vec![probe("p", kind.clone())]);
        let error = run(&fleet, Arc::new(Kept::default()), Clock::system()).err();
        let error = error.unwrap_or_else(|| panic!("{kind:?} was taken"));
        assert!(matches!(error, ProbesError::Target { .. }), "{kind:?}: {error}");
        assert!(error.to_string().starts_with("probe p: "), "{error}");
    }
}
