//! What providers announce and say, and the evidence packet.

use bellwether::{command::Query, domain::*, event::*};
use insta::assert_snapshot;

use crate::stage::{Stage, settings};

/// The small host, below a provider that knows its switch by a circuit.
pub fn below_a_provider() -> Settings {
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

pub fn notice(id: &str) -> Notice {
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

pub fn take(stage: &mut Stage, notice: Notice) -> Vec<Output> {
    stage.take(Input::Notice { notice: Box::new(notice) })
}

#[test]
fn a_notice_is_told_with_what_of_ours_it_touches() {
    let mut stage: Stage = Stage::with(below_a_provider());
    take(&mut stage, notice("NL-1"));
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Northline announces maintenance: notice 1 (NL-1), “Replacement of a switch ＠here”
    It is confirmed.
    When: 24 April, 22:00 EDT to 23:00 EDT (25 April, 02:00 UTC to 03:00 UTC).
    It names switch 1 in Atlanta; behind that: s1 and s2.
    Effect, as it says: it does not work.
    Taken for granted: “tonight” and the like count from when it was written.
    So says Northline; what is suspected rests on what is measured alone.
    ---
    Maintenance 1: Work on our provider's network (s1 and s2), not announced yet:
    “Planned maintenance on Server One and Server Two: Work on our provider's network. From 24 April, 22:00 EDT (25 April, 02:00 UTC) to 24 April, 23:00 EDT (25 April, 03:00 UTC). Websites there may be slow or unavailable during this time.”

    maintenance publish 1 --revision 1 | maintenance words 1 "more public words" | maintenance move 1 START | maintenance cancel 1
    "#);
    assert_snapshot!(stage.types("upstream notices"), @"ok: 1. Northline, NL-1: “Replacement of a switch ＠here”; confirmed; 24 April, 22:00 EDT to 23:00 EDT (25 April, 02:00 UTC to 03:00 UTC); s1 and s2");
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
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Northline has changed notice 1 (NL-1), “Replacement of a switch ＠here”
    It is cancelled; before: confirmed.
    When: not readable; before: 24 April, 22:00 EDT to 23:00 EDT (25 April, 02:00 UTC to 03:00 UTC).
    It names switch 1 in Atlanta; behind that: s1 and s2.
    Effect, as it says: it does not work.
    Taken for granted: “tonight” and the like count from when it was written.
    Not readable: when it begins and when it ends. The original says more, or Northline does.
    So says Northline; what is suspected rests on what is measured alone.
    ---
    The provider's work of maintenance 1 (Work on our provider's network) is off, or over, and nothing was announced of it: it is laid aside.
    "#);
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
    assert_snapshot!(reply, @r#"
    ok: Kept in the timeline of incident 1.
    That is not what we measure: s1: 4 of 11 checks bad (4 failed, 0 slow), normally 0.3 %; s2: 5 of 12 checks bad (5 failed, 0 slow), normally 0.3 %. For their ticket: upstream packet 1
    "#);
    let card = stage.engine.cards(stage.now, stage.now, 1).remove(0);
    let said = card.said.unwrap();
    assert!(said.disagrees);
    assert_snapshot!(said.text, @"Northline said: “We are unaware of any issues.” We measured: s1: 4 of 11 checks bad (4 failed, 0 slow), normally 0.3 %; s2: 5 of 12 checks bad (5 failed, 0 slow), normally 0.3 %.");
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
    assert_snapshot!(card.said.unwrap().text, @"Northline announced: “Replacement of a switch ＠here” (confirmed; 24 April, 22:00 EDT to 23:00 EDT (25 April, 02:00 UTC to 03:00 UTC))");
}

#[test]
fn the_packet_fits_one_message_and_names_nobody() {
    let mut stage = a_bad_switch();
    stage.types("upstream said northline \"unaware of any issues\"");
    stage.types("upstream said elsewhere \"a word of another provider\"");
    let packet = stage.types("upstream packet");
    assert_snapshot!(packet, @r#"
    ok: Evidence of Example Host, 24 April 2014, 03:15 UTC. Trouble since about 03:00 UTC (23:00 EDT).
    Our checks point at switch 1 in Atlanta (network) (94 %).
    Your reference: NLC-77-ATL-0001 and A-1009.
    Affected:
    - s1 (192.0.2.10): 4 of 11 checks bad lately (4 failed, 0 late), normally 0.3 %
    - s2 (192.0.2.10): 5 of 12 checks bad lately (5 failed, 0 late), normally 0.3 %
    Bad of all checks in each 2 minutes from 02:56 UTC on:
    s1 0/8 0/8 2/8 4/8 3/8 2/8 2/8 3/8 4/8 2/4
    s2 0/8 0/8 4/8 1/8 4/8 4/8 0/8 2/8 3/8 1/4
    Healthy at the same time: s3 (0 of 12 bad).
    The checks run from home; from there other networks answer as usual.
    Ruled out so far:
    - 03:15 UTC: restarted the web server on s1: no change
    What you said:
    - 03:15 UTC: Northline said: “unaware of any issues” We measured: s1: 4 of 11 checks bad (4 failed, 0 slow), normally 0.3 %; s2: 5 of 12 checks bad (5 failed, 0 slow), normally 0.3 %.
    Please check what these servers share on your side.
    "#);
    let mut words = packet.split(|sign: char| !sign.is_alphanumeric());
    assert!(!words.any(|word| ["tim", "anna", "another"].contains(&word)), "{packet}");
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
    assert_snapshot!(stage.types("upstream packet"), @"ok: No incident is open. Which one: upstream packet ID");
    assert_snapshot!(stage.types("upstream packet 7"), @"ok: There is no incident 7.");
    stage.types("incident open \"One\" --servers s1");
    stage.types("incident open \"Two\" --servers s3");
    assert_snapshot!(stage.types("upstream packet"), @"ok: Several incidents are open (1, 2). Which one: upstream packet ID");
    assert_snapshot!(stage.types("upstream packet 2"), @r#"
    ok: Evidence of Example Host, 24 April 2014, 01:00 UTC. Trouble since about 01:00 UTC (21:00 EDT).
    Our checks point at nothing in particular yet.
    Your reference: A-1009.
    Affected:
    - s3 (192.0.2.10): not measured lately
    No counts by the minute are at hand now.
    The checks run from home; from there other networks answer as usual.
    Please check what these servers share on your side.
    "#);
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
