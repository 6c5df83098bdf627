//! What a chat needs of the engine: replies to reports, what is open, links, a No that counts.

use bellwether::{
    domain::{Abilities, Audience, IncidentId, Role, WindowState},
    engine::Evidence,
    event::{Input, Output},
};

use crate::stage::{Stage, destination, settings};

fn report(id: &str, person: &str, domain: &str) -> Input {
    Input::Report {
        id: id.into(),
        reporter: person.into(),
        source: "discord".to_owned(),
        domain: Some(domain.to_owned()),
        confirmed: true,
        answered: true,
        language: None,
        text: None,
    }
}

fn reply(outputs: &[Output]) -> Option<String> {
    outputs.iter().find_map(|output| match output {
        Output::Reply { text, .. } => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn a_report_whose_voice_waits_is_answered_there_every_time_and_nowhere_else() {
    let mut stage = Stage::new();
    let known = stage.take(report("r-1", "ann", "one.example"));
    let unknown = stage.take(report("r-2", "bob", "elsewhere.example"));
    assert_eq!(reply(&known).expect("an answer"), reply(&unknown).expect("an answer"));
    let again = stage.take(report("r-3", "ann", "one.example"));
    let text = reply(&again).expect("an answer within the hour too");
    assert!(text.contains("Server One"), "who is linked is told more: {text}");
    assert!(stage.posts_to("people").is_empty());
}

#[test]
fn a_person_is_linked_to_the_domains_they_named_and_no_others() {
    let mut stage = Stage::new();
    stage.take(report("r-1", "ann", "one.example"));
    stage.take(report("r-2", "ann", "elsewhere.example"));
    let links = stage.engine.links(&"ann".into());
    let links: Vec<_> =
        links.iter().map(|one| (one.domain.as_str(), one.server.as_str())).collect();
    assert_eq!(links, [("one.example", "s1")]);
    assert!(stage.engine.links(&"bob".into()).is_empty());
}

#[test]
fn who_was_asked_whether_it_is_fixed_may_say_no_and_it_counts() {
    let mut stage = Stage::new();
    stage.take(report("r-1", "ann", "one.example"));
    let counted = |outputs: &[Output]| {
        outputs.iter().any(|one| matches!(one, Output::ReportFiled { counted: true, .. }))
    };
    assert!(!counted(&stage.take(report("r-2", "ann", "one.example"))), "a repeat");
    stage.types("incident open \"Trouble\" --servers s1");
    stage.types("draft publish 1");
    stage.pass(5);
    stage.types("incident resolve 1 \"It is over.\" --publish");
    stage.pass(1);
    assert!(counted(&stage.take(report("r-3", "ann", "one.example"))), "they were asked");
    assert!(!counted(&stage.take(report("r-4", "ann", "one.example"))), "once");
}

#[test]
fn what_is_open_can_be_named_and_words_are_only_changed_as_they_were_read() {
    let mut stage = Stage::new();
    stage.types("incident open \"Trouble\" --servers s1");
    let open = stage.engine.open();
    assert_eq!((open.incidents[0].id.0, open.incidents[0].title.as_str()), (1, "Trouble"));
    let draft = &open.drafts[0];
    assert!(!draft.body.contains("Next update"), "without the promise: {}", draft.body);
    assert_eq!((draft.revision, draft.by_person), (1, false));
    assert_eq!(stage.engine.servers_of(IncidentId(1)), ["s1".into()]);

    let edited = stage.types("draft edit 1 \"Other words.\" --revision 1");
    assert!(edited.starts_with("ok:"), "{edited}");
    let late = stage.types("draft edit 1 \"Late words.\" --revision 1");
    assert!(late.starts_with("no: Draft 1 is now at revision 2: “Other words."), "{late}");
    assert_eq!(stage.engine.open().drafts[0].body, "Other words.");
}

#[test]
fn buttons_stand_only_where_a_destination_has_them() {
    let mut settings = settings();
    for destination in &mut settings.destinations {
        let buttons = destination.audience == Audience::Staff;
        destination.abilities = Abilities { buttons, ..Abilities::default() };
    }
    let mut stage = Stage::<Evidence>::with(settings);
    stage.report("ann", "one.example");
    stage.types("incident open \"Trouble\" --servers s1");
    stage.types("draft publish 1");
    stage.types("incident resolve 1 \"It is over.\" --publish");
    for post in stage.posts() {
        let ids: Vec<&str> = post.buttons.iter().map(|button| button.id.as_str()).collect();
        match (post.audience, post.subject.as_str()) {
            (Audience::Staff, "draft") => assert_eq!(
                ids,
                [
                    "bw1:publish:1:1",
                    "bw1:edit:1:1",
                    "bw1:wait:1",
                    "bw1:no-incident:1:investigating.minor.1.0"
                ]
            ),
            _ => assert!(ids.is_empty(), "{post:?}"),
        }
    }
}

#[test]
fn trouble_is_told_to_staff_as_it_is() {
    let mut stage = Stage::new();
    stage.take(Input::Trouble { text: "The room is gone.".to_owned() });
    assert_eq!(stage.posts_to("staff"), ["The room is gone."]);
    assert!(stage.command("ann", Role::Customer, "status").starts_with("ok:"));
}

#[test]
fn moments_are_marked_where_each_reader_can_be_told_their_own_and_nowhere_else() {
    let mut settings = settings();
    for destination in &mut settings.destinations {
        let abilities = Abilities { headline: true, threads: true, ..Abilities::default() };
        destination.abilities = Abilities { times: true, ..abilities };
    }
    settings.destinations.push(destination("plain", Audience::Public));
    let mut stage = Stage::<Evidence>::with(settings);
    stage.report("ann", "one.example");
    stage.types("incident open \"Trouble since 22:00 EDT\" --servers s1");
    stage.types("draft publish 1");
    stage.pass(5);
    stage.types("note seen");
    stage.types("incident resolve 1 \"It is over.\" --publish");
    insta::assert_snapshot!(stage.posts_to("feed")[0], @r"
    Trouble since 22:00 EDT
    Trouble since 22:00 EDT. We are looking into it.
    Next update by ⟦at:1398303000:t⟧.
    https://status.example.net/incidents/1
    ");
    insta::assert_snapshot!(stage.posts_to("plain")[0], @r"
    Trouble since 22:00 EDT. We are looking into it.
    Next update by 21:30 EDT.
    https://status.example.net/incidents/1
    ");
    let staff = stage.posts_to("staff");
    let draft = staff.iter().find(|text| text.contains("not published yet")).expect("a draft");
    assert!(draft.contains("Next update by ⟦at:1398303000:t⟧.”"), "{draft}");
    assert!(
        draft.starts_with("Incident 1: Trouble since 22:00 EDT\n"),
        "no moment of ours: {draft}"
    );
}

#[test]
fn what_was_decided_by_an_incident_as_it_was_is_not_done_to_it_as_it_is() {
    let mut stage = Stage::new();
    stage.types("incident open \"Trouble\" --servers s1");
    let seen = stage.engine.open().incidents[0].as_shown.word();
    stage.types("draft publish 1");
    let refused = "no: Incident 1 is no longer as you saw it, so nothing was done. It is investigating now (impact minor), with 1 server and 1 update published.";
    assert_eq!(stage.types(&format!("incident false-alarm 1 --seen {seen}")), refused);
    assert_eq!(stage.types(&format!("incident resolve 1 --seen {seen}")), refused);
    let now = stage.engine.open().incidents[0].as_shown.word();
    let done = stage.types(&format!("incident false-alarm 1 --seen {now}"));
    assert!(done.starts_with("ok: Draft 2"), "{done}");
    stage.types("draft publish 2");
    let over = stage.types(&format!("incident false-alarm 1 --seen {seen}"));
    assert!(over.contains("has ended already"), "whoever is late hears that it is over: {over}");
}

#[test]
fn two_who_press_for_half_an_hour_more_give_half_an_hour() {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    let mut stage = Stage::<Evidence>::with(settings);
    stage.types("maintenance schedule sw-1 22:00 1h \"a new switch\"");
    stage.types("maintenance publish 1");
    stage.types("maintenance start 1");
    let read = stage.engine.open().windows[0].revision;
    let first = stage.types(&format!("maintenance extend 1 30m --revision {read}"));
    assert!(first.starts_with("ok:"), "{first}");
    for late in ["extend 1 30m", "complete 1"] {
        let second =
            stage.command("sue", Role::Staff, &format!("maintenance {late} --revision {read}"));
        assert!(second.starts_with("no: Maintenance 1 is now at revision"), "{second}");
    }
    let read = stage.engine.open().windows[0].revision;
    let done = stage.types(&format!("maintenance complete 1 --revision {read}"));
    assert!(done.starts_with("ok:"), "{done}");
}

#[test]
fn it_is_done_pressed_of_the_work_does_not_say_that_all_is_well_after_it() {
    let mut settings = settings();
    settings.policy.maintenance.notice_s = 0;
    let mut stage = Stage::<Evidence>::with(settings);
    stage.types("maintenance schedule sw-1 22:00 1h \"a new switch\"");
    stage.types("maintenance publish 1");
    stage.probe_for(119, &[], 0.0);
    let read = stage.engine.open().windows[0].revision;
    stage.probe_for(5, &["s1"], 1.0);
    let late = stage.types(&format!("maintenance complete 1 --revision {read}"));
    assert!(late.starts_with("no: Maintenance 1 is now at revision"), "{late}");
    let states: Vec<_> = stage.engine.view(stage.now).windows.iter().map(|one| one.state).collect();
    assert_eq!(states, [WindowState::Verifying]);
}
