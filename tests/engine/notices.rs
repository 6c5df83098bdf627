//! What providers announce and say, and the evidence packet.

use bellwether::{command::Query, domain::*, event::*};
use insta::assert_snapshot;

use crate::stage::{Stage, settings};

/// The small host, below a provider that knows its switch by a circuit.
fn below_a_provider() -> Settings {
    let mut settings = settings();
    let fleet = &mut settings.fleet;
    let mut provider = fleet.components[2].clone();
    provider.id = "northline".into();
    provider.kind = ComponentKind::Provider;
    provider.name = Some("Northline".to_owned());
    provider.accounts = vec!["A-1009".to_owned()];
    fleet.components.push(provider);
    fleet.components[2].depends_on = vec!["northline".into()];
    fleet.components[0].circuits = vec!["NLC-77-ATL-0001".to_owned()];
    settings
}

fn notice(id: &str) -> Notice {
    let at = |text: &str| text.parse().unwrap();
    Notice {
        provider: "northline".to_owned(),
        id: id.to_owned(),
        about: NoticeAbout::Maintenance,
        account: None,
        objects: vec!["nlc-77-atl-0001".to_owned()],
        window: Some(NoticeWindow {
            starts_at: at("2014-04-25T02:00:00Z"),
            ends_at: Some(at("2014-04-25T03:00:00Z")),
        }),
        impact: NoticeImpact::Outage,
        status: NoticeStatus::Confirmed,
        sequence: Some(1),
        stamped_at: None,
        title: "Replacement of a switch @here".to_owned(),
        assumed: vec![Assumed::Day],
        unread: Vec::new(),
    }
}

fn take(stage: &mut Stage, notice: Notice) -> Vec<Output> {
    stage.take(Input::Notice { notice: Box::new(notice) })
}

#[test]
fn a_notice_is_told_with_what_of_ours_it_touches() {
    let mut stage: Stage = Stage::with(below_a_provider());
    take(&mut stage, notice("NL-1"));
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"");
    assert_snapshot!(stage.types("upstream notices"), @"");
}

#[test]
fn a_later_notice_says_what_changed_and_an_earlier_one_changes_nothing() {
    let mut stage: Stage = Stage::with(below_a_provider());
    take(&mut stage, notice("NL-1"));
    stage.forget_heard();
    let moved = Notice {
        sequence: Some(3),
        status: NoticeStatus::Cancelled,
        window: None,
        unread: vec![Unread::Start, Unread::End],
        ..notice("NL-1")
    };
    take(&mut stage, moved.clone());
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"");
    let older = Notice { sequence: Some(2), title: "late".to_owned(), ..notice("NL-1") };
    assert_eq!(take(&mut stage, older), []);
    assert_eq!(take(&mut stage, moved.clone()), []);
    let repeated = Notice { sequence: Some(4), ..moved };
    assert_eq!(take(&mut stage, repeated).len(), 1, "kept, and told nobody");
    let between = Notice { sequence: Some(3), title: "late".to_owned(), ..notice("NL-1") };
    assert_eq!(take(&mut stage, between), []);
}

#[test]
fn a_notice_that_names_nothing_of_ours_says_so() {
    let mut stage: Stage = Stage::with(below_a_provider());
    let unknown = Notice {
        objects: vec!["XX-1".to_owned()],
        status: NoticeStatus::Unknown,
        unread: vec![Unread::Status],
        ..notice("NL-2")
    };
    take(&mut stage, unknown);
    let told = stage.posts_to("staff").join("\n");
    assert!(told.contains("fleet file: XX-1. Somebody has to say"), "{told}");
    let by_account =
        Notice { objects: Vec::new(), account: Some("a-1009".to_owned()), ..notice("NL-3") };
    let outputs = take(&mut stage, by_account);
    let Output::Notice { components, servers, .. } = &outputs[0] else { panic!("{outputs:?}") };
    assert_eq!(components, &[ComponentId::from("northline")]);
    assert_eq!(servers.len(), 3);
    let of_another = Notice { provider: "elsewhere".to_owned(), ..notice("NL-3") };
    let outputs = take(&mut stage, of_another);
    assert!(matches!(&outputs[0], Output::Notice { id: NoticeId(3), .. }), "{outputs:?}");
}

fn a_bad_switch() -> Stage {
    let mut stage: Stage = Stage::with(below_a_provider());
    stage.probe_for(120, &[], 0.0);
    stage.probe_for(15, &["s1", "s2"], 0.3);
    stage.report("anna", "one.example");
    stage.types("tried \"restarted the web server\non s1: no change\"");
    stage
}

#[test]
fn what_a_provider_denies_stands_beside_what_is_measured() {
    let mut stage = a_bad_switch();
    let reply = stage.types("upstream said northline \"We are unaware of any issues.\"");
    assert_snapshot!(reply, @"");
    let card = stage.engine.cards(stage.now, stage.now, 1).remove(0);
    let said = card.said.unwrap();
    assert!(said.disagrees);
    assert_snapshot!(said.text, @"");
    stage.types("upstream said northline \"we have found a bad switch\"");
    let card = stage.engine.cards(stage.now, stage.now, 1).remove(0);
    assert!(!card.said.unwrap().disagrees);
    let story = stage.engine.timeline_markdown(IncidentId(1)).unwrap();
    assert!(story.contains("unaware of any issues") && story.contains("found a bad switch"));
}

#[test]
fn a_notice_about_an_incidents_servers_is_in_its_story_and_changes_no_probability() {
    let mut stage = a_bad_switch();
    let before = stage.engine.answer(stage.now, &Query::Suspects, Role::Staff);
    let outputs = take(&mut stage, notice("NL-1"));
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::Timeline { incident: Some(IncidentId(1)), kind: TimelineKind::UpstreamSaid, .. }
    )));
    assert_eq!(stage.engine.answer(stage.now, &Query::Suspects, Role::Staff), before);
    let card = stage.engine.cards(stage.now, stage.now, 1).remove(0);
    assert_snapshot!(card.said.unwrap().text, @"");
}

#[test]
fn the_packet_fits_one_message_and_names_nobody() {
    let mut stage = a_bad_switch();
    stage.types("upstream said northline \"unaware of any issues\"");
    stage.types("upstream said elsewhere \"a word of another provider\"");
    let packet = stage.types("upstream packet");
    assert_snapshot!(packet, @"");
    assert!(!packet.contains("tim") && !packet.contains("anna") && !packet.contains("another"));
    for number in 0..40 {
        stage.types(&format!("tried \"{} {number}\"", "a long story ".repeat(30)));
    }
    let now = stage.now;
    let ask = |in_full| {
        let query = Query::UpstreamPacket { incident: Some(IncidentId(1)), in_full };
        stage.engine.answer(now, &query, Role::Staff)
    };
    assert!(ask(false).chars().count() <= 2000);
    assert!(ask(true).chars().count() > 4000);
    let customer = Query::UpstreamPacket { incident: None, in_full: false };
    let refused = stage.engine.answer(now, &customer, Role::Customer);
    assert!(!refused.contains("192.0.2.10"), "{refused}");
}

#[test]
fn the_packet_needs_an_incident_that_is_meant() {
    let mut stage: Stage = Stage::with(below_a_provider());
    assert_snapshot!(stage.types("upstream packet"), @"");
    assert_snapshot!(stage.types("upstream packet 7"), @"");
    stage.types("incident open \"One\" --servers s1");
    stage.types("incident open \"Two\" --servers s3");
    assert_snapshot!(stage.types("upstream packet"), @"");
    assert_snapshot!(stage.types("upstream packet 2"), @"");
}

#[test]
fn a_hundred_providers_fill_no_memory() {
    let mut stage: Stage = Stage::with(below_a_provider());
    for number in 0..700 {
        take(&mut stage, notice(&format!("NL-{number}")));
    }
    let listed = stage.types("upstream notices");
    assert!(listed.contains("NL-699") && !listed.contains("NL-100"));
    assert!(stage.engine.snapshot().len() < 3_000_000);
}
