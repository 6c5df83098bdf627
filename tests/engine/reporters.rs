//! What people who report a problem hear.

use bellwether::{domain::*, event::*};
use insta::assert_snapshot;

use super::stage::{self, Stage};

#[test]
fn every_reporter_hears_back() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.report("ann", "one.example");
    stage.report("cat", "three.example");
    assert_snapshot!(stage.posts_to("people").join("\n---\n"), @r#"
    Thank you, your report has reached our staff. We are looking into it.
    ---
    Thank you, your report has reached our staff. We are looking into it.
    "#);
    stage.probe_for(16, &["s1", "s2"], 0.2);
    stage.types("draft publish 1 --anyway");
    stage.forget_heard();
    stage.report("ben", "two.example");
    assert_snapshot!(stage.posts_to("people").join("\n---\n"), @"Thank you, your report has reached our staff. What we know: Websites on Server One and Server Two are slow or do not always load (we are looking for the cause).");
    stage.forget_heard();
    stage.types("incident update 1 \"A switch of our network provider drops packets.\" --state identified --publish");
    let told: Vec<&Post> = stage.posts().filter(|post| post.recipient.is_some()).collect();
    let people: Vec<&str> =
        told.iter().filter_map(|post| Some(post.recipient.as_ref()?.as_str())).collect();
    assert_eq!(people, ["ann", "ben"], "cat's server is another");
    assert_snapshot!(told[0].body, @r#"
    You reported a problem to us. A switch of our network provider drops packets.
    We will write to you again when it is over.
    "#);
    stage.forget_heard();
    stage.types(
        "incident resolve 1 \"The switch was replaced; all sites load normally.\" --publish",
    );
    assert_snapshot!(stage.posts_to("people").join("\n---\n"), @r#"
    You reported a problem to us. The switch was replaced; all sites load normally.
    Is it fixed for you?
    ---
    You reported a problem to us. The switch was replaced; all sites load normally.
    Is it fixed for you?
    "#);
}

#[test]
fn a_known_and_an_unknown_domain_are_answered_alike() {
    let mut stage = Stage::new();
    stage.report("ann", "one.example");
    stage.report("ben", "nobody.example");
    let answers = stage.posts_to("people");
    assert_eq!(answers[0], answers[1]);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Report r-2 from discord names no domain of ours, so it counts for no server: ⟦report:r-2⟧

    reports assign r-2 SERVER | reports dismiss r-2
    "#);
    assert_snapshot!(stage.types("reports list"), @r#"
    ok: r-2 21:00 EDT, discord: no server known (waits for a server) ⟦report:r-2⟧
    r-1 21:00 EDT, discord: s1 (counts as evidence) ⟦report:r-1⟧
    "#);
    assert_snapshot!(stage.types("reports assign r-2 s2"), @"ok: Report r-2 is now about s2 and counts as evidence.");
    assert_snapshot!(stage.types("reports assign r-2 s7"), @"no: There is no server s7.");
    assert_snapshot!(stage.types("reports dismiss r-9"), @"no: There is no report r-9.");
    assert_snapshot!(stage.types("reports dismiss r-2"), @"ok: Report r-2 is dismissed.");
}

#[test]
fn who_reported_a_server_before_reads_how_many_others_did() {
    let mut stage = Stage::new();
    stage.report("ann", "one.example");
    stage.report("ben", "one.example");
    stage.pass(7 * 60);
    stage.report("cat", "one.example");
    stage.forget_heard();
    stage.report("ann", "one.example");
    assert_snapshot!(stage.posts_to("people").join("\n---\n"), @"Thank you, your report has reached our staff. We are looking into it. 2 people have reported Server One in the last hours.");
}

#[test]
fn a_person_counts_once_in_six_hours_and_is_answered_once_an_hour() {
    let mut stage = Stage::new();
    let counted = |outputs: &[Output]| {
        outputs.iter().any(|output| matches!(output, Output::ReportFiled { counted: true, .. }))
    };
    assert!(counted(&stage.report("ann", "one.example")));
    assert!(!counted(&stage.report("ann", "two.example")), "whatever it names");
    assert_eq!(stage.posts_to("people").len(), 1);
    stage.pass(61);
    assert!(!counted(&stage.report("ann", "one.example")));
    assert_eq!(stage.posts_to("people").len(), 2);
    stage.pass(6 * 60);
    assert!(counted(&stage.report("ann", "one.example")));
}

#[test]
fn an_unconfirmed_report_is_shown_and_counts_only_by_staffs_word() {
    let mut stage = Stage::new();
    let outputs = stage.take(Input::Report {
        id: "r-web".into(),
        reporter: "web-1".into(),
        source: "web".to_owned(),
        domain: Some("one.example".to_owned()),
        confirmed: false,
        answered: false,
        language: None,
        text: None,
    });
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::ReportFiled { counted: false, reason: Some(reason), .. } if reason == "unconfirmed"
    )));
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Report r-web from web about s1 is not confirmed, so it does not count as evidence: ⟦report:r-web⟧

    reports assign r-web SERVER | reports dismiss r-web
    "#);
    assert_snapshot!(stage.types("reports assign r-web s1"), @"ok: Report r-web is now about s1 and counts as evidence.");
}

#[test]
fn a_report_from_long_ago_or_from_the_future_is_no_evidence() {
    let mut stage = Stage::new();
    stage.pass(120);
    for (minutes, reason) in [(-11, "late"), (2, "in_the_future")] {
        let at: Timestamp = stage.now + chrono::TimeDelta::minutes(minutes);
        let input = Input::Report {
            id: format!("r-{reason}").into(),
            reporter: reason.into(),
            source: "mail".to_owned(),
            domain: Some("one.example".to_owned()),
            confirmed: true,
            answered: false,
            language: None,
            text: None,
        };
        let outputs = stage.take_at(at, input);
        assert!(outputs.iter().any(|output| matches!(
            output,
            Output::ReportFiled { counted: false, reason: Some(why), .. } if why == reason
        )));
    }
}

/// A room that can reach nobody but people who spoke there.
fn room(id: &str) -> Destination {
    let reaches = Some("discord".to_owned());
    let abilities = Abilities { reaches, ..Abilities::default() };
    Destination { abilities, ..stage::destination(id, Audience::Reporters) }
}

fn reports(stage: &mut Stage, source: &str, person: &str) {
    stage.take(Input::Report {
        id: format!("r-{person}").into(),
        reporter: person.into(),
        source: source.to_owned(),
        domain: Some("one.example".to_owned()),
        confirmed: true,
        answered: false,
        language: None,
        text: None,
    });
}

/// Who was written to, and where.
fn reached(stage: &Stage) -> Vec<String> {
    let told = stage.posts().filter_map(|post| {
        let person = post.recipient.as_ref()?;
        Some(format!("{} {person} {}", post.destination, post.subject))
    });
    told.collect()
}

#[test]
fn people_hear_back_where_they_can_be_reached_and_nowhere_else() {
    let mut settings = stage::settings();
    settings.destinations.push(room("private"));
    let mut stage: Stage = Stage::with(settings);
    stage.types("incident open \"Slow sites\" --servers s1");
    stage.types("draft publish 1");
    reports(&mut stage, "discord", "ann");
    reports(&mut stage, "web", "ben");
    assert_eq!(reached(&stage), ["private ann acknowledgement", "people ben acknowledgement"]);
    stage.forget_heard();
    stage.types("incident update 1 \"A switch drops packets.\" --state identified --publish");
    assert_eq!(
        reached(&stage),
        ["people ben follow_up.identified", "private ann follow_up.identified"]
    );
}

#[test]
fn without_a_room_of_their_own_people_hear_back_where_everybody_does() {
    let mut stage = Stage::new();
    reports(&mut stage, "discord", "ann");
    assert_eq!(reached(&stage), ["people ann acknowledgement"]);

    let mut settings = stage::settings();
    settings.destinations.retain(|one| one.audience != Audience::Reporters);
    settings.destinations.push(room("private"));
    let mut stage: Stage = Stage::with(settings);
    reports(&mut stage, "web", "ben");
    assert_eq!(reached(&stage), Vec::<String>::new(), "a room cannot reach him");
}
