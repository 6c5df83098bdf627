//! What a caller sees on a good day.

use bellwether::{
    event::{Body, Input, Output},
    journal::{Accepted, Durable, Journal, Refused},
};

use crate::support::{Running, entries, options, probe, probe_number, report, start};

#[test]
fn what_is_accepted_comes_back_in_order_after_a_restart() {
    let dir = tempfile::tempdir().expect("a directory");
    let running = Running::open(dir.path()).expect("it opens");
    for number in 1..=50 {
        let accepted = running.appender.submit_blocking(probe(number)).expect("accepted");
        assert_eq!(accepted, Accepted { seq: number, report: None });
    }
    assert_eq!(running.stop().len(), 50);
    let entries = entries(dir.path());
    assert_eq!(entries.len(), 50);
    for (entry, number) in entries.iter().zip(1..) {
        let Body::Input(happening) = &entry.body else { panic!("an input") };
        assert_eq!((entry.seq, probe_number(&happening.input)), (number, Some(number)));
    }
}
