//! What a caller sees on a good day.

use std::{collections::BTreeSet, time::Duration};

use bellwether::{
    clock::Clock,
    domain::{IncidentId, PersonId, ReportId, Role},
    event::{Body, Input, TimerReason},
    journal::{
        Accepted, Durable, Journal, Offered, Private, ReadError, Refused, Snapshot, inspect, repair,
    },
    render::{person_marker, reveal},
};
use chrono::TimeDelta;
use futures_util::FutureExt;

use crate::support::{
    Running, entries, happening, note, options, probe, probe_number, report, start,
};

#[test]
fn what_is_accepted_comes_back_in_order_after_a_restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    for number in 1..=50 {
        assert_eq!(running.submit(probe(number)), Accepted { seq: number, report: None });
    }
    assert_eq!(running.stop(50).len(), 50);
    let entries = entries(dir.path());
    assert_eq!(entries.len(), 50);
    for (entry, number) in entries.iter().zip(1..) {
        let input = &happening(entry).expect("an input").input;
        assert_eq!((entry.seq, probe_number(input)), (number, Some(number)));
    }
}

#[test]
fn many_senders_at_once_get_places_without_gap_or_double() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let seqs: Vec<u64> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..16)
            .map(|sender| {
                let appender = &running.appender;
                scope.spawn(move || -> Vec<u64> {
                    let offered = (0..40).map(|number| probe(sender * 1000 + number));
                    offered
                        .map(|offered| appender.submit_blocking(offered).expect("accepted").seq)
                        .collect()
                })
            })
            .collect();
        senders.into_iter().flat_map(|sender| sender.join().expect("no panic")).collect()
    });
    let distinct: BTreeSet<u64> = seqs.iter().copied().collect();
    assert_eq!(distinct, (1..=640).collect());
    running.stop(640);
    assert_eq!(entries(dir.path()).len(), 640);
}

#[test]
fn received_never_goes_back_though_the_clock_does() {
    let dir = tempfile::tempdir().expect("a directory");
    let ahead = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(ahead, Clock::paced(start() + TimeDelta::hours(1), 1.0));
    running.submit(probe(1));
    running.stop(1);
    let behind = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(behind, Clock::paced(start(), 1.0));
    running.submit(probe(2));
    running.stop(2);
    let at: Vec<_> = entries(dir.path()).iter().map(|entry| entry.at).collect();
    assert!(at[1] >= at[0] && at[0] >= start() + TimeDelta::hours(1), "{at:?}");
}

#[test]
fn a_report_is_journalled_with_random_ids_and_its_words_apart() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let first = running.submit(report("discord:1234", Some("discord:m1"), "really slow"));
    let second = running.submit(report("discord:1234", Some("discord:m2"), "still slow"));
    let other = running.submit(report("discord:99", None, "me too"));
    let personal = running.appender.personal();
    let id = first.report.expect("a report has an id");
    assert_eq!(personal.report_text(&id).as_deref(), Some("really slow"));
    let person = personal.person("discord:1234").expect("known");
    assert_eq!(personal.account(&person).as_deref(), Some("discord:1234"));
    running.stop(3);

    let entries = entries(dir.path());
    let people: Vec<PersonId> = entries.iter().map(reporter).collect();
    assert_eq!(people[0], person);
    assert_eq!(people[1], person);
    assert_ne!(people[2], person);
    assert_ne!(second.report, other.report);
    let mut dump = Vec::new();
    inspect::dump(dir.path(), &options(), false, &mut dump).expect("it can be dumped");
    let dump = String::from_utf8(dump).expect("text");
    for secret in ["1234", "slow", "m1", "me too"] {
        assert!(!dump.contains(secret), "{secret} in {dump}");
    }
    let mut dump = Vec::new();
    inspect::dump(dir.path(), &options(), true, &mut dump).expect("it can be dumped");
    let dump = String::from_utf8(dump).expect("text");
    assert!(dump.contains("really slow") && dump.contains("discord:1234"), "{dump}");
}

fn reporter(entry: &bellwether::event::Entry) -> PersonId {
    let Some(Input::Report { reporter, .. }) = happening(entry).map(|happening| &happening.input)
    else {
        panic!("a report: {entry:?}")
    };
    reporter.clone()
}

#[test]
fn the_same_outside_id_again_is_a_duplicate_of_the_first() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let first = running.submit(report("discord:1", Some("discord:m1"), "slow"));
    let again = report("discord:1", Some("discord:m1"), "slow");
    assert_eq!(
        running.appender.submit_blocking(again.clone()),
        Err(Refused::Duplicate(first.clone()))
    );
    running.stop(1);
    let running = Running::open(dir.path()).expect("it opens");
    assert_eq!(running.appender.submit_blocking(again), Err(Refused::Duplicate(first)));
    running.stop(1);
    assert_eq!(entries(dir.path()).len(), 1);
}

#[test]
fn the_same_outside_id_within_one_commit_is_a_duplicate_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let results: Vec<_> = std::thread::scope(|scope| {
        let appender = &running.appender;
        let send = || appender.submit_blocking(report("a:1", Some("a:m"), "slow"));
        let senders: Vec<_> = (0..32).map(|_| scope.spawn(send)).collect();
        senders.into_iter().map(|sender| sender.join().expect("no panic")).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    running.stop(1);
}

#[test]
fn a_forgotten_person_leaves_the_chain_whole_and_no_words() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let theirs =
        running.submit(report("discord:1", Some("discord:m1"), "slow")).report.expect("an id");
    let others = running.submit(report("discord:2", None, "slow too")).report.expect("an id");
    let personal = running.appender.personal();
    let person = personal.person("discord:1").expect("known");
    let forgotten = block_on(running.appender.forget("discord:1")).expect("forgotten");
    assert_eq!((forgotten.accounts, forgotten.reports), (1, 1));
    assert_eq!(personal.report(&theirs), None);
    assert_eq!(personal.account(&person), None);
    assert_eq!(personal.person("discord:1"), None);
    assert!(personal.report_text(&others).is_some());
    let nobody = block_on(running.appender.forget("discord:1")).expect("nothing to do");
    assert_eq!((nobody.accounts, nobody.reports), (0, 0));
    running.stop(2);
    let verified = inspect::verify(dir.path(), &options()).expect("it opens");
    assert!(verified.is_good(), "{verified}");
    assert_eq!(verified.inputs, 2);
}

#[test]
fn a_journal_written_afresh_holds_nothing_of_whom_it_forgot() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = dir.path().join("journal");
    let running = Running::open(&place).expect("it opens");
    running.submit(report("discord:4711", None, "my tractor shop is slow"));
    running.submit(report("discord:2", None, "mine too"));
    running.appender.decide(2, Vec::new());
    running.appender.save_snapshot(2, b"a state".to_vec());
    running.stop(2);
    let holds = |what: &str| {
        let bytes = std::fs::read(place.join("store/db")).expect("readable");
        bytes.windows(what.len()).any(|window| window == what.as_bytes())
    };
    Journal::open(&place, options()).expect("it opens").forget("discord:4711").expect("forgotten");
    assert!(holds("tractor"), "sled keeps old bytes; if it no longer does, rewriting can go");
    let verified = repair::rewrite(&place, &options()).expect("rewritten");
    assert!(verified.is_good() && verified.inputs == 2, "{verified}");
    assert!(!holds("tractor") && !holds("4711"), "forgotten in the files too");
    assert!(holds("mine too"));
    assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 1, "nothing is left over");
    let journal = Journal::open(&place, options()).expect("it opens");
    assert_eq!(journal.snapshot().map(|snapshot| snapshot.state), Some(b"a state".to_vec()));
}

#[test]
fn personal_values_expire_by_age() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start(), 1.0));
    let old =
        running.submit(report("discord:1", Some("discord:m1"), "slow")).report.expect("an id");
    running.stop(1);
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start() + TimeDelta::days(91), 1.0));
    let young = running.submit(report("discord:2", None, "slow")).report.expect("an id");
    running.appender.expire_personal(start() + TimeDelta::days(1));
    let personal = running.appender.personal();
    wait_for(|| personal.report(&old).is_none() && personal.person("discord:1").is_none());
    assert!(personal.report_text(&young).is_some());
    assert!(personal.person("discord:2").is_some());
    running.stop(2);
}

#[test]
fn decisions_come_back_with_their_input_and_the_tail_undecided() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    (1..=3).for_each(|number| assert_eq!(running.submit(probe(number)).seq, number));
    running
        .appender
        .decide(2, vec![(1, start(), note("a")), (2, start(), note("b")), (2, start(), note("c"))]);
    let decided = running.durable.iter().find_map(|durable| match durable {
        Durable::Decided(entries) => Some(entries),
        Durable::Input(_) => None,
    });
    assert_eq!(decided.expect("they are durable").len(), 3);
    running.submit(probe(4));
    running.appender.stop();
    running.committer.join().expect("no panic").expect("a clean end");

    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let folded: Vec<_> = journal.recover(0).map(|folded| folded.expect("readable")).collect();
    let told: Vec<_> = folded
        .iter()
        .map(|folded| (folded.seq, folded.decisions.clone(), folded.decided))
        .collect();
    assert_eq!(
        told,
        [
            (1, vec![note("a")], true),
            (2, vec![note("b"), note("c")], true),
            (3, vec![], false),
            (7, vec![], false),
        ]
    );
}

#[test]
fn a_clean_stop_remembers_that_nothing_was_decided() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    running.submit(probe(1));
    running.stop(1);
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let folded: Vec<_> = journal.recover(0).map(|folded| folded.expect("readable")).collect();
    assert!(folded.len() == 1 && folded[0].decided, "{folded:?}");
}

#[test]
fn a_snapshot_stands_for_what_came_before_and_a_damaged_one_for_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    for number in 1..=3 {
        let seq = running.submit(probe(number)).seq;
        running.appender.decide(seq, Vec::new());
        running.appender.save_snapshot(seq, format!("state {seq}").into_bytes());
    }
    running.submit(probe(4));
    running.stop(4);
    let opened = || Journal::open(dir.path(), options()).expect("it opens");
    let snapshot = opened().snapshot();
    assert_eq!(snapshot, Some(Snapshot { through: 3, state: b"state 3".to_vec() }));
    assert_eq!(opened().recover(3).count(), 1);
    let newest = dir.path().join("snapshots").join(format!("{:020}.snap", 3));
    let mut bytes = std::fs::read(&newest).expect("readable");
    bytes[50] ^= 1;
    std::fs::write(&newest, bytes).expect("writable");
    assert_eq!(opened().snapshot().map(|snapshot| snapshot.through), Some(2));
    assert_eq!(opened().recover(2).count(), 2);
    assert_eq!(std::fs::read_dir(dir.path().join("snapshots")).expect("a folder").count(), 2);
}

/// Submits probe results and keeps the engine's part of the bargain; the last place.
fn fill(running: &Running, count: u64) -> u64 {
    let numbers: Vec<u64> = (1..=count).collect();
    let appender = &running.appender;
    let mut last = 0;
    for numbers in numbers.chunks(64) {
        std::thread::scope(|scope| {
            for number in numbers {
                scope.spawn(|| appender.submit_blocking(probe(*number)).expect("accepted"));
            }
        });
        last += numbers.len() as u64;
        running.appender.decide(last, Vec::new());
    }
    last
}

#[test]
fn old_probe_results_are_dropped_behind_two_snapshots_and_counted() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start(), 1.0));
    let last = fill(&running, 1000);
    let reported = running.submit(report("discord:1", None, "slow")).seq;
    let bad = running.submit(probe(1001)).seq;
    running.appender.decide(reported, Vec::new());
    running.appender.decide(bad, vec![(bad, start(), note("about this one"))]);
    let through = running.submit(probe(2000)).seq;
    running.appender.decide(through, Vec::new());
    running.appender.save_snapshot(through - 1, b"older".to_vec());
    running.appender.compact(start() + TimeDelta::days(1), Vec::new());
    running.appender.save_snapshot(through, b"newer".to_vec());
    running.appender.compact(start() + TimeDelta::days(1), Vec::new());
    let appender = running.appender.clone();
    wait_for(|| dropped(&appender) > 900);
    running.stop(through);

    let verified = inspect::verify(dir.path(), &options()).expect("it opens");
    assert!(verified.is_good(), "{verified}");
    assert_eq!(verified.dropped, last, "all but the one decided about: {verified}");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let first = journal.entries(0).next().expect("something").expect_err("dropped");
    assert!(matches!(first, ReadError::Dropped { first: 1, .. }), "{first}");
    assert_eq!(journal.recover(through).count(), 0);
    assert_eq!(
        journal.recover(through - 1).map(|read| read.expect("readable").seq).collect::<Vec<_>>(),
        [through]
    );
}

/// Results that are in the counts of the first day.
fn dropped(appender: &bellwether::journal::Appender) -> u32 {
    let counts = (0..5).flat_map(|probe| {
        appender.minute_counts(&format!("p{probe}").as_str().into(), start()).expect("readable")
    });
    counts.map(|count| count.ok + count.failed).sum()
}

#[test]
fn spans_to_keep_are_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start(), 1.0));
    let through = fill(&running, 300);
    running.appender.save_snapshot(through - 1, Vec::new());
    running.appender.save_snapshot(through, Vec::new());
    let all_day = start()..=start() + TimeDelta::days(1);
    running.appender.compact(start() + TimeDelta::days(1), vec![all_day]);
    std::thread::sleep(Duration::from_millis(300));
    running.stop(through);
    assert_eq!(entries(dir.path()).len() as u64, through);
}

#[test]
fn timers_of_incidents_are_kept_and_those_of_the_detector_dropped() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start(), 1.0));
    let timer = |reason| Offered {
        at: start(),
        input: Input::Timer { reason, due: start() },
        private: None,
    };
    running.submit(timer(TimerReason::Evidence));
    running.submit(timer(TimerReason::PromisedUpdate(IncidentId(1))));
    let through = fill(&running, 10) + 2;
    let last = running.submit(probe(11)).seq;
    running.appender.decide(last, Vec::new());
    running.appender.save_snapshot(through, Vec::new());
    running.appender.save_snapshot(last, Vec::new());
    running.appender.compact(start() + TimeDelta::days(1), Vec::new());
    wait_for(|| dropped(&running.appender) == 10);
    running.stop(last);
    let mut dump = Vec::new();
    inspect::dump(dir.path(), &options(), false, &mut dump).expect("it can be dumped");
    let dump = String::from_utf8(dump).expect("text");
    let lines: Vec<&str> = dump.lines().collect();
    assert!(lines[0].contains(r#""type":"dropped""#), "{dump}");
    assert!(lines[1].contains("promised_update"), "{dump}");
}

#[test]
fn a_stopping_journal_refuses_and_a_full_queue_says_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    // Nobody takes what is durable, so the committer waits and the queue fills.
    let (sender, durable) = std::sync::mpsc::sync_channel::<Durable>(1);
    let (appender, committer) = journal.start(Clock::system(), sender).expect("a thread");
    let refused = (0..20_000).find_map(|number| {
        // Whoever stops waiting has still submitted.
        appender.submit(probe(number)).now_or_never().and_then(Result::err)
    });
    assert_eq!(refused, Some(Refused::Overloaded));
    appender.stop();
    assert_eq!(appender.submit_blocking(probe(1)), Err(Refused::Stopping));
    let taken = durable.iter().count();
    committer.join().expect("no panic").expect("a clean end");
    assert_eq!(entries(dir.path()).len(), taken, "all that was durable was told");
}

#[test]
fn records_larger_than_a_page_of_the_store_come_back_whole() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let noise: String = (0..300_000_u32)
        .map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26))
        .collect();
    let large = |text: &str| Offered {
        at: start(),
        input: Input::Command {
            by: "tim".to_owned(),
            role: bellwether::domain::Role::Staff,
            text: text.to_owned(),
        },
        private: None,
    };
    running.submit(probe(1));
    running.submit(large(&noise));
    running.submit(large(&noise[..40_000]));
    running.submit(probe(2));
    running.stop(4);
    let entries = entries(dir.path());
    assert_eq!(entries.len(), 4);
    let Body::Input(happening) = &entries[1].body else { panic!("an input") };
    assert!(matches!(&happening.input, Input::Command { text, .. } if *text == noise));
}

#[test]
fn an_unknown_report_is_nobodys() {
    let dir = tempfile::tempdir().expect("a directory");
    let journal = Journal::open(dir.path(), options()).expect("it opens");
    assert_eq!(journal.personal().report(&ReportId::from("nothing")), None);
    assert!(journal.snapshot().is_none());
    assert_eq!(journal.installation().len(), 20);
}

fn wait_for(mut done: impl FnMut() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it did not happen within ten seconds");
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

#[test]
fn an_account_that_gives_a_command_is_a_marker_in_the_chain_and_a_name_for_staff() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    let command = |outside_id: &str| Offered {
        at: start(),
        input: Input::Command {
            by: "discord".to_owned(),
            role: Role::Staff,
            text: "draft publish 1".to_owned(),
        },
        private: Some(Private {
            account: Some("discord:4711".to_owned()),
            name: Some("tim_*b*".to_owned()),
            outside_id: Some(outside_id.to_owned()),
            ..Private::default()
        }),
    };
    running.submit(command("discord:interaction:1"));
    running.submit(command("discord:interaction:2"));
    let again = running.appender.submit_blocking(command("discord:interaction:1"));
    assert!(matches!(again, Err(Refused::Duplicate(Accepted { seq: 1, .. }))), "{again:?}");
    let personal = running.appender.personal();
    let person = personal.person("discord:4711").expect("a person");
    let shown = reveal(&format!("by {}", person_marker(&person)), |hidden| personal.behind(hidden));
    assert_eq!(shown, "by tim＿∗b∗");
    running.stop(2);
    let by: BTreeSet<String> = entries(dir.path())
        .iter()
        .filter_map(|entry| {
            let Input::Command { by, .. } = &happening(entry)?.input else { return None };
            Some(by.clone())
        })
        .collect();
    assert_eq!(by, BTreeSet::from([person_marker(&person)]), "one person, and no account");
}
