//! What is told once an incident is over: in its thread, or with a word to staff.

use bellwether::{
    domain::{IncidentState, Policy, UpdateKind},
    event::{DeliveryEvent, Output, Post, Receipt},
    outbox::Outbox,
};

use super::{
    model::{at, post},
    rules::incident,
};

const HOUR_MS: i64 = 3_600_000;

/// A receipt with the other side's id, where it gives one.
fn arrived(id: Option<&str>) -> Receipt {
    Receipt { remote_id: id.map(str::to_owned), ..Receipt::default() }
}

/// Sends a post at this moment, and what that comes to.
fn send(outbox: &mut Outbox, post: &Post, ms: i64, receipt: Receipt) -> DeliveryEvent {
    outbox.apply_output(at(ms), &Output::Post(post.clone()));
    outbox.apply_event(at(ms), &post.id, &DeliveryEvent::Sending { attempt: 1 });
    let event = outbox.after(&post.id, at(ms), &Ok(receipt), &Policy::default());
    outbox.apply_event(at(ms), &post.id, &event);
    event
}

/// What staff are told of words that came an hour after the end, when ids were let go by then or not.
fn remark(lets_go: bool, receipt: Receipt) -> Option<String> {
    let first = post("d", Some(1), None, 1);
    let afterwards = Post {
        subject: format!("incident.{}", UpdateKind::PostMortem.word()),
        thread: Some(first.id.clone()),
        ..post("d", Some(1), None, 2)
    };
    let mut outbox = Outbox::new();
    send(&mut outbox, &first, 0, arrived(Some("remote-1")));
    outbox.apply_output(at(1), &incident(IncidentState::Resolved));
    if lets_go {
        outbox.prune(at(2));
        assert!(!outbox.knows(&first.id));
    }
    let event = send(&mut outbox, &afterwards, HOUR_MS, receipt);
    let DeliveryEvent::Sent { remark, .. } = event else { panic!("it arrived: {event:?}") };
    remark
}

#[test]
fn staff_hear_when_it_stands_outside_its_thread() {
    assert_eq!(remark(false, arrived(Some("remote-2"))), None);
    let alone = remark(true, arrived(Some("remote-2"))).expect("a remark");
    assert!(alone.contains("stands alone"), "{alone}");
    let also = Receipt { remark: Some("it is unlisted".to_owned()), ..arrived(Some("remote-2")) };
    let both = remark(true, also).expect("a remark");
    assert!(both.starts_with("it is unlisted; ") && both.contains("alone"), "{both}");
}

#[test]
fn where_no_ids_are_given_nobody_misses_a_thread() {
    assert_eq!(remark(true, arrived(None)), None);
}
