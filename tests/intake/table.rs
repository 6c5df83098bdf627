//! The table of hostile inputs, against intake alone.

use std::time::Duration;

use bellwether::event::{Input, wire::TEXT_LENGTH_MAX};

use crate::{hostile, server::Server};

const GROWTH_BYTES_MAX: u64 = 64 << 20;

#[test]
fn every_hostile_input_gets_its_expected_answer_in_bounded_memory() {
    let server = Server::start();
    let table = hostile::table();
    assert!(table.len() >= 60, "{} cases", table.len());
    let before = hostile::resident_bytes(std::process::id());
    let mut mistakes = Vec::new();
    for case in &table {
        let reply = hostile::exchange(server.address, &case.send, Duration::from_secs(5));
        mistakes.extend(hostile::mistake(case, &reply));
        let growth = hostile::resident_bytes(std::process::id()).saturating_sub(before);
        assert!(growth < GROWTH_BYTES_MAX, "{}: grown by {growth} bytes", case.name);
    }
    assert!(mistakes.is_empty(), "of {}:\n{}", table.len(), mistakes.join("\n\n"));
    let growth = hostile::resident_bytes(std::process::id()).saturating_sub(before);
    println!("{} cases, grown by {} KiB", table.len(), growth / 1024);
    only_what_may_enter_has_entered(&server);
}

fn only_what_may_enter_has_entered(server: &Server) {
    let kept = server.door.kept();
    for offered in &kept.inputs {
        match &offered.input {
            Input::ProbeResult { probe, .. } => assert_eq!(probe.as_str(), hostile::PROBE),
            Input::Report { source, domain, text, confirmed, .. } => {
                assert_eq!((source.as_str(), *confirmed, text), ("desk", true, &None));
                assert!(domain.as_deref().is_none_or(|domain| domain == hostile::DOMAIN));
                let private = offered.private.as_ref().expect("a report has a person");
                let account = private.account.as_deref().expect("a person has an account");
                assert!(account.starts_with("desk:"), "{account}");
                let text = private.text.as_deref().expect("a report has words");
                assert!(text.chars().count() <= TEXT_LENGTH_MAX && !text.contains('\u{1b}'));
            }
            Input::Started { .. }
            | Input::Command { .. }
            | Input::Timer { .. }
            | Input::Notice { .. }
            | Input::Subscribe { .. }
            | Input::Confirm { .. }
            | Input::Unsubscribe { .. }
            | Input::Bounced { .. }
            | Input::Busy { .. }
            | Input::Trouble { .. }
            | Input::Learned { .. }
            | Input::Delivery { .. } => panic!("{:?} has entered", offered.input),
        }
    }
    let angry = |offered: &&bellwether::journal::Offered| {
        let account = offered.private.as_ref().and_then(|private| private.account.as_deref());
        account == Some("desk:angry")
    };
    assert_eq!(kept.inputs.iter().filter(angry).count(), 10_000);
    assert!(kept.commands.iter().all(|(by, ..)| by == "tim"));
}
