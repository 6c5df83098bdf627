//! Floods: the state stays bounded, the answers few.

use bellwether::{domain::*, event::*};
use chrono::TimeDelta;

use super::stage::Stage;

#[test]
fn ten_thousand_reports_by_one_person_are_one_report() {
    let mut stage = Stage::new();
    stage.report("ann", "one.example");
    let before = stage.engine.snapshot().len();
    for _ in 0..10_000 {
        stage.now += TimeDelta::milliseconds(300);
        stage.report("ann", "nobody.example");
    }
    assert_eq!(stage.posts_to("people").len(), 1, "fifty minutes, one acknowledgement");
    assert!(stage.posts_to("staff").len() <= 10, "{}", stage.posts_to("staff").len());
    let counted = stage.count(|output| matches!(output, Output::ReportFiled { counted: true, .. }));
    assert_eq!(counted, 1);
    let grown = stage.engine.snapshot().len() - before;
    assert!(grown < 10_000, "the state grew by {grown} bytes");
}

#[test]
fn ten_thousand_people_do_not_drown_staff() {
    let mut stage = Stage::new();
    for person in 0..10_000 {
        stage.now += TimeDelta::milliseconds(50);
        stage.report(&format!("person-{person}"), "nobody.example");
    }
    assert!(stage.posts_to("staff").len() <= 10);
    assert!(stage.engine.snapshot().len() < 8_000_000);
}

#[test]
fn a_million_probe_results_leave_the_state_as_large_as_it_was() {
    let mut stage = Stage::new();
    stage.probe_for(60, &["s1"], 0.01);
    let before = stage.engine.snapshot().len();
    let happening = |at: Timestamp, ok: bool| Happening {
        at,
        input: Input::ProbeResult {
            probe: "s1-http".into(),
            ok,
            latency_ms: ok.then_some(180),
            error: None,
        },
    };
    let mut engine = stage.engine.clone();
    for number in 0..1_000_000_u64 {
        let at = stage.now + TimeDelta::microseconds(100 * number as i64);
        engine.handle(stage.seq + number, at, &happening(at, number % 2 == 0));
    }
    let after = engine.snapshot();
    assert!(after.len() < before + 20_000, "{before} bytes became {}", after.len());
    let text = String::from_utf8(after).unwrap();
    assert!(!text.contains("null,null,null"), "no number went out of bounds");
}

#[test]
fn what_nobody_configured_changes_nothing() {
    let mut stage = Stage::new();
    let before = stage.engine.snapshot();
    for probe in ["unknown", "", "s1-http "] {
        assert!(stage.result(&ProbeId::from(probe), false).is_empty());
    }
    assert!(
        stage
            .take(Input::Delivery {
                post: "0".repeat(32).into(),
                event: DeliveryEvent::Failed { reason: "gone".to_owned() },
            })
            .is_empty()
    );
    let due = stage.now;
    for reason in [
        TimerReason::Evidence,
        TimerReason::Holding(DraftId(9)),
        TimerReason::Reminder(IncidentId(9)),
        TimerReason::Recovery(SuspicionId(9)),
    ] {
        assert!(stage.take(Input::Timer { reason, due }).is_empty());
    }
    assert_eq!(before.len(), stage.engine.snapshot().len());
}
