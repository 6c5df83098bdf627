//! Many probes at once: none piles up, none delays another, all of it counted.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bellwether::{
    clock::Clock,
    domain::{Probe, ProbeKind},
    intake::probes::{AGAIN_COUNT, Options, Probes, ProbesError, next_start, run, run_with},
};
use chrono::TimeDelta;
use tokio::io::AsyncWriteExt;

use super::servers::{
    Kept, fleet, get, http, nobody, probe, read_head, says, server, silent, until,
};

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

/// Fifty minutes of the clock in one of the machine's; the first turn of `probe` is two seconds off.
fn hurried(probe: &Probe) -> Clock {
    let first = next_start(probe, "2014-04-24T01:00:00Z".parse().expect("a moment"));
    Clock::paced(first - TimeDelta::seconds(2), 50.0)
}

#[tokio::test]
async fn one_failure_is_looked_at_six_times_more_and_then_left_to_its_turn() {
    let answers = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (address, _) = server(move |mut stream| {
        let count = answers.fetch_add(1, Ordering::SeqCst);
        async move {
            read_head(&mut stream).await;
            let text = if count == 0 { "HTTP/1.1 500 no\r\ncontent-length: 0\r\n\r\n" } else { OK };
            let _ = stream.write_all(text.as_bytes()).await;
        }
    })
    .await;
    let probe = Probe { every_ms: 600_000, ..probe("p", get(address)) };
    let (door, clock) = (Kept::default(), hurried(&probe));
    let running = run(&fleet(vec![probe]), Arc::new(door.clone()), clock).expect("it can be read");
    let wanted = 1 + usize::from(AGAIN_COUNT);
    until("each look was told", || door.of("p").len() >= wanted).await;
    // Twenty more seconds of the clock.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let told = door.of("p");
    assert_eq!(told.len(), wanted, "{told:?}");
    assert!(!told[0] && told[1..].iter().all(|ok| *ok), "{told:?}");
    let counts = running.counts();
    assert_eq!((counts.again, counts.skipped), (u64::from(AGAIN_COUNT), 0), "{counts:?}");
    let moments: Vec<_> = door.results.lock().expect("results").iter().map(|one| one.at).collect();
    assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::seconds(5)));
}

#[tokio::test]
async fn another_fleet_is_followed_and_what_is_the_same_keeps_its_schedule() {
    let (address, seen) = says(OK).await;
    let dead = nobody();
    let stays = Probe { every_ms: 600_000, ..probe("stays", get(dead)) };
    let goes = Probe { every_ms: 20, ..probe("goes", get(address)) };
    let other = |address| Probe { every_ms: 20, ..probe("changes", get(address)) };
    let (door, clock) = (Kept::default(), hurried(&stays));
    let before = fleet(vec![stays.clone(), goes, other(address)]);
    let running = run(&before, Arc::new(door.clone()), clock).expect("targets that can be read");
    until("all run", || ["stays", "goes", "changes"].iter().all(|id| !door.of(id).is_empty()))
        .await;

    let unreadable = fleet(vec![probe("new", http("no url".to_owned()))]);
    assert!(running.prepare(&unreadable).is_err());
    let new = Probe { every_ms: 20, ..probe("new", get(address)) };
    let after = running.prepare(&fleet(vec![stays, other(dead), new]));
    running.follow(after.unwrap_or_else(|error| panic!("{error}"))).await;
    until("the new one runs", || door.of("new").len() > 2).await;
    until("the changed one looks elsewhere", || door.of("changes").last() == Some(&false)).await;
    let (gone, looked) = (door.of("goes").len(), door.of("stays").len());
    until("a bad result goes on being looked at", || door.of("stays").len() > looked + 1).await;
    assert_eq!(door.of("goes").len(), gone, "what is gone is told no more");
    assert!(seen.connections.load(Ordering::SeqCst) > 3);
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
