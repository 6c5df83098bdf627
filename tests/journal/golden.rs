//! A journal written by version 0.1.0, committed as it lay on the disk: every later version must open
//! it and find every entry.

use std::{fs, path::PathBuf};

use bellwether::{
    clock::Clock,
    event::{Input, Output},
    journal::{Journal, Offered, inspect},
};
use chrono::TimeDelta;

use crate::{
    power_loss::copy,
    support::{Running, options, probe, report, start},
};

/// One of each, in the JSON of version 1.
const INPUTS: &[&str] = &[
    r#"{"type":"started","installation":"golden","version":"0.1.0+windowed.1","settings":null}"#,
    r#"{"type":"probe_result","probe":"s1-http","ok":false,"latency_ms":null,"error":"timeout"}"#,
    r#"{"type":"command","by":"tim","role":"staff","text":"tried \"rebooted s1: no change\""}"#,
    r#"{"type":"timer","reason":{"promised_update":1},"due":"2014-04-24T03:00:00Z"}"#,
    r#"{"type":"timer","reason":"evidence","due":"2014-04-24T03:00:00Z"}"#,
    r#"{"type":"delivery","post":"00112233445566778899aabbccddeeff","event":"sending","attempt":1}"#,
    r#"{"type":"delivery","post":"00112233445566778899aabbccddeeff","event":"sent","remote_id":"7"}"#,
];
const OUTPUTS: &[&str] = &[
    r#"{"type":"suspicion","id":1,"new":true,"causes":[{"class":1,"kind":"network","id":"sw-atl-1","class_probability":0.97,"probability":0.61,"loss":0.12,"since":"2014-04-24T02:40:00Z"}],"alternatives":[{"kind":"server","id":"s1","probability":0.02}],"servers":["s1","s2"],"reports_only":false,"evidence":[{"server":"s1","affected":true,"checks":30,"failed":4,"slow":0,"normal_loss":0.003,"people":1}],"explanation":"s1 and s2 fail and share sw-atl-1"}"#,
    r#"{"type":"heads_up","servers":["s1"],"people":2,"explanation":"two people"}"#,
    r#"{"type":"monitor_blind","vantage":"home"}"#,
    r#"{"type":"incident","id":1,"state":"investigating","impact":"minor","suspicion":1,"servers":["s1","s2"],"title":"Server One and Server Two"}"#,
    r#"{"type":"draft","id":1,"incident":1,"kind":"investigating","text":"We are looking into it.","revision":1}"#,
    r#"{"type":"update","incident":1,"draft":1,"revision":1,"kind":"investigating","text":"We are looking into it.","by":"tim","role":"staff","next_update_at":"2014-04-24T03:30:00Z"}"#,
    r#"{"type":"post","id":"00112233445566778899aabbccddeeff","destination":"console","audience":"public","action":"post","subject":"incident.investigating","incident":1,"body":"We are looking into it."}"#,
    r#"{"type":"timeline","incident":1,"kind":"tried","by":"tim","text":"rebooted s1: no change"}"#,
    r#"{"type":"reply","ok":true,"text":"noted"}"#,
];

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

#[test]
fn the_golden_journal_opens_and_holds_every_entry() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = dir.path().join("journal");
    copy(&data().join("golden-journal"), &place);
    let mut dump = Vec::new();
    inspect::dump(&place, &options(), true, &mut dump).expect("it can be dumped");
    let expected = fs::read_to_string(data().join("golden-journal.jsonl")).expect("readable");
    assert_eq!(String::from_utf8(dump).expect("text"), expected);
    let verified = inspect::verify(&place, &options()).expect("it opens");
    assert!(verified.is_good(), "{verified}");
    assert!(verified.dropped > 0, "it has a gap: {verified}");

    let journal = Journal::open(&place, options()).expect("it opens");
    let snapshot = journal.snapshot().expect("it has a snapshot");
    assert_eq!(snapshot.state, b"a state of 0.1.0");
    let recovered = journal.recover(snapshot.through);
    let outputs = recovered.map(|folded| folded.expect("readable").decisions.len());
    assert_eq!(outputs.sum::<usize>(), OUTPUTS.len());
    let last = journal.last_seq();
    let running = Running::start(journal, Clock::system());
    assert_eq!(running.submit(probe(1)).seq, last + 1);
    running.stop(last + 1);
}

/// Writes the golden journal; for the version that begins a new one. Never write over an old one.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_golden_journal() {
    let place = data().join("golden-journal");
    assert!(!place.exists(), "an old golden journal is kept as it is");
    let journal = Journal::open(&place, options()).expect("it opens");
    let running = Running::start(journal, Clock::paced(start(), 1.0));
    let submit = |offered| {
        let seq = running.submit(offered).seq;
        running.appender.decide(seq, Vec::new());
        seq
    };
    let mut last = 0;
    for number in 1..=60 {
        last = submit(probe(number));
    }
    running.appender.save_snapshot(last, b"an older state".to_vec());
    last =
        submit(report("discord:1234", Some("discord:m1"), "really slow and sometimes unavailable"));
    running.appender.save_snapshot(last, b"a state of 0.1.0".to_vec());
    running.appender.compact(start() + TimeDelta::days(1), Vec::new());
    for text in INPUTS {
        let input: Input = serde_json::from_str(text).expect("an input");
        last = submit(Offered::plain(start(), input));
    }
    let last = running.submit(probe(61)).seq.max(last);
    let outputs = OUTPUTS.iter().map(|text| {
        let output: Output = serde_json::from_str(text).expect("an output");
        (last, start() + TimeDelta::seconds(1), output)
    });
    running.appender.decide(last, outputs.collect());
    std::thread::sleep(std::time::Duration::from_millis(500));
    running.stop(last);
    for name in ["lock", "reserve"] {
        fs::remove_file(place.join(name)).expect("removable");
    }
    let mut dump = Vec::new();
    inspect::dump(&place, &options(), true, &mut dump).expect("it can be dumped");
    fs::write(data().join("golden-journal.jsonl"), dump).expect("writable");
    for name in ["lock", "reserve"] {
        let _ = fs::remove_file(place.join(name));
    }
}
