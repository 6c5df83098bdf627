//! Days at a small host, with every word that is read.

use bellwether::{command::Query, domain::*, engine::Evidence, event::*};
use insta::assert_snapshot;

use super::stage::{Stage, settings};

/// A quiet half hour, then the switch in front of s1 and s2 drops one check in five.
fn a_bad_switch(settings: Settings) -> Stage {
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    assert_eq!(stage.suspicions().len(), 0, "nothing is wrong yet");
    stage.probe_for(16, &["s1", "s2"], 0.2);
    stage
}

fn incidents(stage: &Stage) -> usize {
    stage.count(|output| matches!(output, Output::Incident { .. }))
}

#[test]
fn two_servers_behind_one_switch_open_one_incident() {
    let stage = a_bad_switch(settings());
    let last = (*stage.suspicions().last().unwrap()).clone();
    assert_eq!(last.causes[0].id, "sw-1");
    assert_eq!(last.servers, ["s1".into(), "s2".into()]);
    let opened =
        stage.count(|output| matches!(output, Output::Incident { id, .. } if *id == IncidentId(1)));
    assert_eq!(opened, incidents(&stage), "there is one incident only");
    assert_snapshot!(last.explanation, @"s1 30 % of 23 checks bad (normally 0.3 %), s2 17 % of 24 checks bad (normally 0.3 %); since about 21:30 EDT. They share switch 1 in Atlanta (network) (97 %). Healthy: s3 0 of 24 failed. Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.");
    assert_snapshot!(stage.posts_to("staff")[0], @r#"
    Incident 1: Websites on Server One are slow or do not always load
    s1 32 % of 19 checks bad (normally 0.3 %); since about 21:29 EDT. It is most likely s1 itself (80 %). Healthy: s2 1 of 18 failed and s3 0 of 18 failed. Else: switch 1 in Atlanta (network) 15 %, home (our own monitoring) 3.4 % and atl (data centre) 1.4 %.
    s1: 6 of 19 checks bad (6 failed, 0 slow), normally 0.3 %
    s2: 1 of 18 checks bad (1 failed, 0 slow), normally 0.3 %
    s3: 0 of 18 checks bad (0 failed, 0 slow), normally 0.3 %

    Draft 1 (investigating), not published yet:
    “Websites on Server One are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.
    Next update by 22:04 EDT.”

    draft publish 1 | draft edit 1 "your words" | draft wait 1 15m | draft dismiss 1
    Not an incident: incident false-alarm 1
    "#);
    assert!(stage.posts_to("feed").is_empty(), "nothing is public before somebody approves");
}

#[test]
fn staff_approve_and_the_public_reads_it() {
    let mut stage = a_bad_switch(settings());
    assert_snapshot!(stage.types("draft publish 1 --anyway"), @"ok: Published as update 1 of incident 1, to 1 destination.");
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.
    Next update by 22:16 EDT.
    https://status.example.net/incidents/1
    "#);
    assert_snapshot!(stage.command("ann", Role::Staff, "draft publish 1"), @"no: Draft 1 was published already, by tim at 21:46 EDT.");
    assert_snapshot!(stage.types("status"), @r#"
    ok: Websites on Server One and Server Two are slow or do not always load: we are looking for the cause.
    Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.
    Next update by 22:16 EDT.
    "#);
    let suspects = stage.engine.answer(stage.now, &Query::Suspects, Role::Staff);
    assert_snapshot!(suspects, @r#"
    Suspicion 1: s1 30 % of 23 checks bad (normally 0.3 %), s2 17 % of 24 checks bad (normally 0.3 %); since about 21:30 EDT. They share switch 1 in Atlanta (network) (97 %). Healthy: s3 0 of 24 failed. Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.
    s1: 16 of 63 checks bad (16 failed, 0 slow), normally 0.3 %
    s2: 12 of 64 checks bad (12 failed, 0 slow), normally 0.3 %
    "#);
    let view = stage.engine.view(stage.now);
    assert_eq!(view.overall, ServerStatus::DegradedPerformance);
    assert_eq!(view.open[0].servers, ["Server One", "Server Two"]);
}

#[test]
fn a_stale_draft_is_refused_with_what_changed() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s1"], 0.5);
    assert_eq!(stage.suspicions().last().unwrap().servers, ["s1".into()]);
    stage.probe_for(25, &["s1", "s2"], 0.5);
    assert_snapshot!(stage.types("draft publish 1"), @r#"
    no: Draft 1 was not published: since you were shown it, the servers are now s1 and s2 (before: s1); the cause is now atl and s1 (before: s1).
    Newest words (revision 2):
    “Websites on Server One and Server Two often do not load. It began at about 21:30 EDT. We are looking for the cause.
    Next update by 22:11 EDT.”
    draft publish 1 --revision 2
    "#);
    assert!(stage.posts_to("feed").is_empty());
    assert_snapshot!(stage.types("draft publish 1 --revision 1"), @r#"
    no: Draft 1 is now at revision 2: “Websites on Server One and Server Two often do not load. It began at about 21:30 EDT. We are looking for the cause.
    Next update by 22:11 EDT.”
    "#);
    let newest = stage
        .heard
        .iter()
        .filter_map(|(_, output)| match output {
            Output::Draft { revision, .. } => Some(*revision),
            _ => None,
        })
        .max()
        .unwrap();
    assert_snapshot!(stage.types(&format!("draft publish 1 --revision {newest}")), @"ok: Published as update 1 of incident 1, to 1 destination.");
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    Websites on Server One and Server Two often do not load. It began at about 21:30 EDT. We are looking for the cause.
    Next update by 22:35 EDT.
    https://status.example.net/incidents/1
    "#);
}

#[test]
fn trouble_that_reaches_more_servers_than_were_told_of_is_proposed() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s1"], 0.5);
    stage.types("draft publish 1");
    stage.probe_for(18, &["s1", "s2"], 0.5);
    let draft = stage.heard.iter().rev().find_map(|(_, output)| match output {
        Output::Draft { kind: UpdateKind::Update, text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_snapshot!(draft.expect("the public knows of Server One only"), @r#"
    Websites on Server One and Server Two often do not load. More servers are affected than we told before. We are working on it.
    Next update by 22:11 EDT.
    "#);
    assert_eq!(stage.posts_to("feed").len(), 1, "nothing goes out unasked");
}

#[test]
fn nobody_answers_so_the_holding_statement_speaks() {
    let mut settings = settings();
    settings.policy.holding_after_s = Some(600);
    let mut stage = a_bad_switch(settings);
    stage.probe_for(15, &["s1", "s2"], 0.3);
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. Our monitoring noticed it and has alerted our staff.
    Next update by 22:14 EDT.
    https://status.example.net/incidents/1
    "#);
    let by = stage.heard.iter().find_map(|(_, output)| match output {
        Output::Update { by, role, draft, .. } => Some((by.clone(), *role, *draft)),
        _ => None,
    });
    assert_eq!(by, Some(("policy:holding_after".to_owned(), None, None)));
    let told = stage.posts_to("staff");
    assert_snapshot!(told.iter().find(|body| body.contains("holding")).unwrap(), @"Nobody answered draft 1 in time, so the holding statement was published by policy.holding_after. The draft still waits.");
}

#[test]
fn a_draft_that_is_put_off_is_not_spoken_for() {
    let mut settings = settings();
    settings.policy.holding_after_s = Some(600);
    let mut stage = a_bad_switch(settings);
    assert_snapshot!(stage.types("draft wait 1 15m"), @"ok: You will be asked about draft 1 again at 22:01 EDT.");
    stage.forget_heard();
    stage.probe_for(14, &["s1", "s2"], 0.3);
    assert!(stage.posts_to("feed").is_empty());
    stage.probe_for(2, &["s1", "s2"], 0.3);
    assert_snapshot!(stage.posts_to("staff").last().unwrap(), @r#"
    Draft 1 has waited as you asked:
    “Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.
    Next update by 22:05 EDT.”

    draft publish 1 | draft edit 1 "your words" | draft wait 1 15m | draft dismiss 1
    "#);
}

#[test]
fn reports_alone_never_speak_by_themselves() {
    let mut settings = settings();
    settings.policy.holding_after_s = Some(60);
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    for (person, domain) in [
        ("ann", "one.example"),
        ("ben", "two.example"),
        ("cat", "one.example"),
        ("dan", "two.example"),
        ("eve", "one.example"),
    ] {
        stage.report(person, domain);
        stage.probe_for(3, &[], 0.0);
    }
    let suspicion = (*stage.suspicions().last().expect("four or five people are enough")).clone();
    assert!(suspicion.reports_only);
    assert_snapshot!(suspicion.explanation, @"4 people reported s1 (2) and s2 (2); since about 21:29 EDT; probes see nothing. They share atl (data centre) (41 %). Else: switch 1 in Atlanta (network) 38 % and nothing at all 21 %.");
    stage.probe_for(60, &[], 0.0);
    assert!(stage.posts_to("feed").is_empty());
    let heads_up = stage.heard.iter().find_map(|(_, output)| match output {
        Output::HeadsUp { explanation, .. } => Some(explanation.clone()),
        _ => None,
    });
    assert_snapshot!(heads_up.expect("two people on two servers"), @"2 people, 2 servers (s1 and s2), all behind switch 1 in Atlanta; probes see nothing yet.");
}

#[test]
fn a_broken_vantage_is_no_outage_of_the_fleet() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s", "canary"], 0.9);
    assert_eq!(stage.suspicions().len(), 0);
    assert_eq!(stage.count(|output| matches!(output, Output::MonitorBlind { .. })), 1);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"Our own vantage “home” is failing: what it measures is not evidence until it has recovered. Nothing is said about the fleet.");
    stage.probe_for(30, &[], 0.0);
    assert_eq!(stage.count(|output| matches!(output, Output::MonitorRecovered { .. })), 1);
    assert_eq!(stage.suspicions().len(), 0);
}

#[test]
fn it_gets_well_and_staff_say_so() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    stage.types("tried \"rebooted s1: no change\"");
    stage.types("upstream said sw-1 \"unaware of any issues\"");
    stage.forget_heard();
    stage.probe_for(25, &[], 0.0);
    let drafts: Vec<String> = stage
        .heard
        .iter()
        .filter_map(|(_, output)| match output {
            Output::Draft { kind, text, .. } => Some(format!("{}: {text}", kind.word())),
            _ => None,
        })
        .collect();
    assert_snapshot!(drafts.join("\n---\n"), @r#"
    monitoring: Websites on Server One and Server Two load normally again. We go on watching until we are sure.
    Next update by 22:21 EDT.
    ---
    resolved: It is over: websites on Server One and Server Two have fully recovered. The trouble lasted from about 21:25 EDT to about 21:50 EDT. If your site still fails, please tell us.
    "#);
    assert!(stage.posts_to("feed").is_empty(), "it never says so by itself");
    assert_snapshot!(stage.types("draft list"), @"ok: Draft 3 of incident 1 (resolved, revision 1, by the bot): “It is over: websites on Server One and Server Two have fully recovered. The trouble lasted from about 21:25 EDT to about 21:50 EDT. If your site still fails, please tell us.”");
    assert_snapshot!(stage.types("draft publish 3"), @"ok: Published as update 2 of incident 1, to 1 destination.");
    let post = stage.posts().find(|post| post.destination.as_str() == "feed").unwrap();
    assert_eq!(post.subject, "incident.resolved");
    assert!(post.thread.is_some(), "it answers the incident's first post");
    assert_eq!(stage.engine.view(stage.now).overall, ServerStatus::Operational);
    assert_eq!(stage.engine.view(stage.now).resolved.len(), 1);
    assert_snapshot!(stage.engine.timeline_markdown(IncidentId(1)).unwrap(), @r#"
    # Incident 1: Websites on Server One and Server Two are slow or do not always load

    resolved, impact minor, from 23 April 2014, 21:29 EDT to 23 April 2014, 22:11 EDT.

    | Time | What happened |
    |---|---|
    | 23 April 2014, 21:34 EDT | Suspicion 1: s1 32 % of 19 checks bad (normally 0.3 %); since about 21:29 EDT. It is most likely s1 itself (80 %). Healthy: s2 1 of 18 failed and s3 0 of 18 failed. Else: switch 1 in Atlanta (network) 15 %, home (our own monitoring) 3.4 % and atl (data centre) 1.4 %. |
    | 23 April 2014, 21:34 EDT | State investigating, impact minor. |
    | 23 April 2014, 21:34 EDT | Servers: s1. |
    | 23 April 2014, 21:34 EDT | Draft 1, revision 1 (investigating). |
    | 23 April 2014, 21:35 EDT | Suspicion 1: s1 32 % of 22 checks bad (normally 0.3 %), s2 9.1 % of 22 checks bad (normally 0.3 %); since about 21:30 EDT. They share switch 1 in Atlanta (network) (79 %). Healthy: s3 0 of 22 failed. Else: s1 (server) 14 %, home (our own monitoring) 3.9 % and atl (data centre) 3 %. |
    | 23 April 2014, 21:35 EDT | Servers: s1 and s2. |
    | 23 April 2014, 21:35 EDT | Draft 1 became stale: the servers are now s1 and s2 (before: s1); the cause is now switch 1 in Atlanta (before: s1). |
    | 23 April 2014, 21:35 EDT | Draft 1, revision 2 (investigating). |
    | 23 April 2014, 21:35 EDT | Suspicion 1: s1 30 % of 23 checks bad (normally 0.3 %), s2 17 % of 24 checks bad (normally 0.3 %); since about 21:30 EDT. They share switch 1 in Atlanta (network) (97 %). Healthy: s3 0 of 24 failed. Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %. |
    | 23 April 2014, 21:46 EDT | **tim** Published update 1 (investigating): “Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.<br>Next update by 22:16 EDT.” |
    | 23 April 2014, 21:46 EDT | Post to feed. |
    | 23 April 2014, 21:46 EDT | **tim** Tried: rebooted s1: no change |
    | 23 April 2014, 21:46 EDT | **tim** switch 1 in Atlanta said: “unaware of any issues” We measured: s1: 7 of 23 checks bad (7 failed, 0 slow), normally 0.3 %; s2: 4 of 24 checks bad (4 failed, 0 slow), normally 0.3 %. |
    | 23 April 2014, 21:51 EDT | Draft 2, revision 1 (monitoring). |
    | 23 April 2014, 21:54 EDT | Suspicion 1 was cleared. |
    | 23 April 2014, 21:54 EDT | Draft 2 gave way to a newer one. |
    | 23 April 2014, 21:54 EDT | Draft 3, revision 1 (resolved). |
    | 23 April 2014, 22:11 EDT | Reminder: Incident 1 (Websites on Server One and Server Two are slow or do not always load): the next update is promised by 22:16 EDT. |
    | 23 April 2014, 22:11 EDT | **tim** Published update 2 (resolved): “It is over: websites on Server One and Server Two have fully recovered. The trouble lasted from about 21:25 EDT to about 21:50 EDT. If your site still fails, please tell us.” |
    | 23 April 2014, 22:11 EDT | Post to feed. |
    | 23 April 2014, 22:11 EDT | **tim** State resolved, impact minor. |
    "#);
}

#[test]
fn a_persons_words_that_became_stale_are_a_new_revision_that_has_to_be_read() {
    let mut stage = Stage::new();
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(10, &["s1"], 0.5);
    assert_snapshot!(stage.types("draft edit 1 \"We look at s1.\""), @"ok: Draft 1 is now revision 2: draft publish 1");
    stage.probe_for(25, &["s1", "s2"], 0.5);
    let unseen = stage.types("draft publish 1");
    assert!(unseen.contains("since you were shown it"), "{unseen}");
    let unread = stage.types("draft publish 1 --revision 2");
    assert!(unread.starts_with("no: Draft 1 is now at revision 3: “We look at s1."), "{unread}");
    assert!(stage.posts_to("feed").is_empty());
    let published = stage.types("draft publish 1 --revision 3");
    assert!(!published.contains("no: "), "{published}");
    assert!(!stage.posts_to("feed").is_empty());
}

#[test]
fn what_comes_back_within_the_hour_is_the_same_incident() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    stage.probe_for(40, &[], 0.0);
    stage.types("incident resolve 1 \"The switch was replaced.\" --publish");
    stage.forget_heard();
    stage.probe_for(16, &["s1", "s2"], 0.3);
    let first = (*stage.suspicions().first().expect("it is back")).clone();
    assert_eq!((first.id, first.new), (SuspicionId(1), false));
    let reopened = stage.count(|output| {
        matches!(output, Output::Incident { id: IncidentId(1), reopened: true, .. })
    });
    assert_eq!(reopened, 1);
    let draft = stage.heard.iter().find_map(|(_, output)| match output {
        Output::Draft { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert_snapshot!(draft.unwrap(), @r#"
    The trouble has come back. Websites on Server One and Server Two are slow, and some visits fail. We are working on it.
    Next update by 23:02 EDT.
    "#);
}

#[test]
fn a_promise_is_kept_or_staff_hear_of_it() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    stage.forget_heard();
    stage.pass(26);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @r#"
    Incident 1 (Websites on Server One and Server Two are slow or do not always load): the next update is promised by 22:16 EDT.
    ---
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    An update is promised by 22:16 EDT, and the evidence names the cause. Please check this draft before it goes out.

    Draft 2 (identified), not published yet:
    “Websites on Server One and Server Two are slow, and some visits fail. We have traced it to our network provider and are working on it.
    Next update by 22:41 EDT.”

    draft publish 2 | draft edit 2 "your words" | draft wait 2 15m | draft dismiss 2
    "#);
    stage.forget_heard();
    stage.pass(300);
    let reminders = stage.count(|output| matches!(output, Output::Reminder { .. }));
    assert_eq!(reminders, 4, "when it is due, and three times more");
}

#[test]
fn staff_open_update_and_resolve_by_hand() {
    let mut stage = Stage::new();
    stage.probe_for(5, &[], 0.0);
    assert_snapshot!(
        stage.types("incident open \"Mail is delayed\" --servers s1,s3 --impact minor"), @r#"
    ok: Incident 1 is open. Draft 1 waits: “Mail is delayed. We are looking into it.
    Next update by 21:35 EDT.”
    draft publish 1
    "#);
    assert_snapshot!(stage.types("incident open \"Mail\" --servers s9"), @"no: There are no such servers: s9.");
    assert_snapshot!(stage.types("draft publish 1"), @"ok: Published as update 1 of incident 1, to 1 destination.");
    assert_snapshot!(
        stage.types("incident update 1 \"The queue is full of spam.\" --state identified --publish"), @"ok: Published as update 2 of incident 1, to 1 destination.");
    assert_snapshot!(stage.types("incident resolve 1"), @r#"
    ok: Draft 3 waits: ““Mail is delayed”: this is over, and everything has fully recovered. If something still fails, please tell us.”
    draft publish 3
    "#);
    assert_snapshot!(stage.types("draft publish 3"), @"ok: Published as update 3 of incident 1, to 1 destination.");
    assert_snapshot!(stage.posts_to("feed").join("\n---\n"), @r#"
    Mail is delayed. We are looking into it.
    Next update by 21:35 EDT.
    https://status.example.net/incidents/1
    ---
    The queue is full of spam.
    Next update by 21:35 EDT.
    https://status.example.net/incidents/1
    ---
    “Mail is delayed”: this is over, and everything has fully recovered. If something still fails, please tell us.
    https://status.example.net/incidents/1
    "#);
    assert_snapshot!(stage.types("incident update 1 \"More\""), @"no: Incident 1 has ended already (it is over).");
    let view = stage.engine.view(stage.now);
    assert!(view.resolved[0].other_servers, "s3 has no public name");
    assert_eq!(view.resolved[0].servers, ["Server One"]);
}

#[test]
fn a_false_alarm_that_was_never_published_ends_without_a_word() {
    let mut stage = a_bad_switch(settings());
    assert_snapshot!(stage.types("incident false-alarm 1"), @"ok: Incident 1 is closed as a false alarm. Nothing had been published, so nothing was said.");
    stage.probe_for(10, &["s1", "s2"], 0.2);
    assert!(stage.posts_to("feed").is_empty());
    assert_eq!(stage.types("draft list"), "ok: No draft waits.", "it does not nag");
}

#[test]
fn a_false_alarm_that_was_published_is_corrected() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    assert_snapshot!(stage.types("incident false-alarm 1"), @r#"
    ok: Draft 2 waits: “We told you of trouble with websites on Server One and Server Two. That was a false alarm: they worked normally all the time. Sorry.”
    draft publish 2
    "#);
    stage.types("draft publish 2");
    assert_snapshot!(stage.posts_to("feed").last().unwrap(), @r#"
    We told you of trouble with websites on Server One and Server Two. That was a false alarm: they worked normally all the time. Sorry.
    https://status.example.net/incidents/1
    "#);
    assert_eq!(stage.engine.view(stage.now).overall, ServerStatus::Operational);
}

#[test]
fn a_customer_may_read_the_status_and_nothing_more() {
    let mut stage = a_bad_switch(settings());
    assert_snapshot!(stage.command("ann", Role::Customer, "status"), @"ok: No trouble is announced at the moment.");
    assert_snapshot!(stage.command("ann", Role::Customer, "draft publish 1"), @"no: “draft publish” is for staff and above.");
    assert_snapshot!(stage.types("draft publish"), @r#"
    no: Missing: ID.
    Usage: draft publish ID [--revision N] [--anyway]
    "#);
    assert!(stage.posts_to("feed").is_empty());
}

#[test]
fn a_failed_delivery_is_told_elsewhere_and_shown() {
    let mut settings = settings();
    settings.destinations.push(super::stage::destination("staff-2", Audience::Staff));
    let mut stage = a_bad_switch(settings);
    stage.types("draft publish 1 --anyway");
    let feed = stage.posts().find(|post| post.destination.as_str() == "feed").unwrap().id.clone();
    let staff = stage.posts().find(|post| post.destination.as_str() == "staff").unwrap().id.clone();
    stage.forget_heard();
    let reason = "403 <b>no</b> @everyone".to_owned();
    stage.take(Input::Delivery { post: feed, event: DeliveryEvent::Failed { reason } });
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"Not delivered to feed (incident.investigating): 403 ‹b›no‹/b› ＠everyone. It will not be tried again. Further failures there are not told for 10 minutes: see “deliveries”.");
    assert_eq!(stage.posts_to("staff-2").len(), 1);
    stage.forget_heard();
    let reason = "gone".to_owned();
    stage.take(Input::Delivery { post: staff, event: DeliveryEvent::Failed { reason } });
    assert!(stage.posts_to("staff").is_empty(), "never to the one that fails");
    assert_eq!(stage.posts_to("staff-2").len(), 1);
    let notices: Vec<PostId> = stage.posts().map(|post| post.id.clone()).collect();
    stage.forget_heard();
    for post in notices {
        let reason = "gone too".to_owned();
        stage.take(Input::Delivery { post, event: DeliveryEvent::Failed { reason } });
    }
    assert_eq!(stage.posts().count(), 0, "no notice about a notice");
    assert!(stage.types("incident show 1").contains("feed"));
}

#[test]
fn a_long_pause_of_a_destination_is_told_once_until_something_arrives_there() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    let feed = stage.posts().find(|post| post.destination.as_str() == "feed").unwrap().id.clone();
    stage.forget_heard();
    let pause = |stage: &mut Stage, seconds| {
        let not_before = stage.now + chrono::TimeDelta::seconds(seconds);
        let reason = "status 401".to_owned();
        let event = DeliveryEvent::Retry { not_before, reason, asked: true };
        stage.take(Input::Delivery { post: feed.clone(), event });
        stage.pass(5);
    };
    pause(&mut stage, 30);
    assert_eq!(stage.posts_to("staff"), [""; 0]);
    pause(&mut stage, 300);
    pause(&mut stage, 300);
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"feed takes no posts for now (status 401). Nothing is lost: the next try is at 21:56 EDT, and tries go on. This is told once.");
    let event = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
    stage.take(Input::Delivery { post: feed.clone(), event });
    pause(&mut stage, 300);
    assert_eq!(stage.posts_to("staff").len(), 2);
}

#[test]
fn a_destination_where_a_link_costs_too_much_gets_none() {
    let bodies = [false, true].map(|linkless| {
        let mut settings = settings();
        settings.destinations[1].abilities.linkless = linkless;
        let mut stage = a_bad_switch(settings);
        stage.types("draft publish 1 --anyway");
        stage.posts_to("feed")[0].to_owned()
    });
    let link = bodies[0].lines().last().unwrap();
    assert!(link.starts_with("https://"), "{link}");
    assert_eq!(format!("{}\n{link}", bodies[1]), bodies[0]);
}

#[test]
fn what_arrived_otherwise_than_asked_is_told() {
    let mut stage = a_bad_switch(settings());
    stage.types("draft publish 1 --anyway");
    let feed = stage.posts().find(|post| post.destination.as_str() == "feed").unwrap().id.clone();
    stage.forget_heard();
    let remark = Some("it is public there and not unlisted".to_owned());
    let event = DeliveryEvent::Sent { remote_id: None, link: None, remark };
    stage.take(Input::Delivery { post: feed, event });
    assert_snapshot!(stage.posts_to("staff").join("\n---\n"), @"Delivered to feed (incident.investigating), though not quite as was asked: it is public there and not unlisted.");
}

#[test]
fn words_fit_what_a_destination_said_of_itself_and_never_more_than_the_configuration_says() {
    let lengths = [100, 5000].map(|length_max| {
        let mut stage = a_bad_switch(settings());
        let limits =
            Limits { url_length: Some(23), ..Limits::of(length_max, TextUnit::Characters) };
        stage.take(Input::Learned { destination: "feed".into(), limits });
        stage.take(Input::Learned { destination: "nobody".into(), limits });
        stage.types(&format!("incident update 1 \"{}\" --publish", "word ".repeat(700)));
        stage.posts_to("feed")[0].chars().count()
    });
    assert!(lengths[0] < 120 && lengths[1] > 1900 && lengths[1] <= 2020, "{lengths:?}");
}

#[test]
fn what_a_destination_said_is_forgotten_when_it_is_configured_otherwise() {
    let mut stage = a_bad_switch(settings());
    let limits = Limits::of(60, TextUnit::Characters);
    stage.take(Input::Learned { destination: "feed".into(), limits });
    let mut other = settings();
    other.destinations[1].options.insert("url".to_owned(), "another".to_owned());
    stage.start(Some(other));
    stage.types("draft publish 1 --anyway");
    assert!(stage.posts_to("feed")[0].chars().count() > 100);
}

#[test]
fn a_reload_that_drops_a_server_keeps_the_incident() {
    let mut stage = a_bad_switch(settings());
    let mut fewer = settings();
    fewer.fleet.servers.retain(|server| server.id.as_str() != "s2");
    fewer.fleet.probes.retain(|probe| probe.server.as_ref().is_none_or(|id| id.as_str() != "s2"));
    fewer.fleet.domains.remove("two.example");
    stage.forget_heard();
    stage.start(Some(fewer));
    let servers = stage.heard.iter().find_map(|(_, output)| match output {
        Output::Incident { servers, .. } => Some(servers.clone()),
        _ => None,
    });
    assert_eq!(servers, Some(vec!["s1".into()]));
    assert!(stage.types("incident list").contains("investigating"));
    stage.probe_for(10, &["s1"], 0.3);
}

#[test]
fn a_post_keeps_its_promise_and_link_where_little_fits() {
    let mut settings = settings();
    settings.destinations[1].limits = Limits::of(140, TextUnit::Characters);
    let mut stage = a_bad_switch(settings);
    stage.types("draft publish 1 --anyway");
    let body = &stage.posts_to("feed")[0];
    assert!(body.chars().count() <= 140, "{body}");
    assert_snapshot!(body, @r#"
    Websites on Server One and Server Two are slow or fail at times. …
    Next update by 22:16 EDT.
    https://status.example.net/incidents/1
    "#);
}

#[test]
fn a_destination_with_room_for_it_gets_a_headline_and_passes_updates_on() {
    let mut settings = super::stage::settings();
    let abilities = Abilities { headline: true, passes_on: true, ..Abilities::default() };
    let news = super::stage::destination("news", Audience::Public);
    settings.destinations.push(Destination { abilities, ..news });
    let mut stage: Stage = Stage::with(settings);
    stage.types("incident open \"Slow sites\" --servers s1");
    stage.types("incident update 1 \"Some sites are slow.\" --publish");
    stage.types("incident update 1 \"They still are.\" --publish");
    let news: Vec<&Post> =
        stage.posts().filter(|post| post.destination.as_str() == "news").collect();
    let actions: Vec<PostAction> = news.iter().map(|post| post.action).collect();
    use PostAction::{Crosspost, Post as Say};
    assert_eq!(actions, [Say, Crosspost, Say, Crosspost]);
    assert!(news[0].body.starts_with("Slow sites\nSome sites are slow.\n"), "{}", news[0].body);
    assert_eq!(news[1].thread.as_ref(), Some(&news[0].id));
    assert_eq!(news[2].thread.as_ref(), Some(&news[0].id));
    assert_eq!(news[3].thread.as_ref(), Some(&news[2].id), "each passes on its own update");
    assert!(news[1].body.is_empty() && news[1].id != news[0].id);
    let plain = stage.posts_to("site");
    assert!(plain.iter().all(|body| !body.contains("Slow sites")), "{plain:?}");
}
