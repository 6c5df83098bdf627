//! What is told once an incident is over: a link or words, in its thread, by draft and approval.

use bellwether::{
    domain::*,
    engine::{Card, Evidence},
    event::*,
};
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::stage::{Stage, destination, settings};

/// A feed in each language; the switch was bad, staff told of it, and it is over.
fn it_is_over() -> Stage {
    let mut settings = settings();
    settings.languages = ["en", "de", "es", "fr"].map(str::to_owned).into();
    for language in ["de", "es", "fr"] {
        let feed = destination(language, Audience::Public);
        settings.destinations.push(Destination { language: language.to_owned(), ..feed });
    }
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.3);
    stage.types("draft publish 1 --anyway");
    stage
}

fn resolved() -> Stage {
    let mut stage = it_is_over();
    stage.probe_for(40, &[], 0.0);
    stage.types("incident resolve 1 \"It is over.\" --publish");
    stage.forget_heard();
    stage
}

fn read(stage: &Stage) -> String {
    ["feed", "de", "es", "fr"].map(|feed| stage.posts_to(feed).join("\n---\n")).join("\n\n")
}

fn last_draft(stage: &Stage) -> DraftId {
    let mut drafts = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Draft { id, .. } => Some(*id),
        _ => None,
    });
    drafts.next_back().expect("a draft")
}

#[test]
fn a_link_is_told_in_every_language_in_the_incidents_thread_once_it_is_approved() {
    let mut stage = resolved();
    let first = "https://blog.example.net/the-switch";
    let answer = stage.types(&format!("incident post-mortem 1 {first}"));
    assert_snapshot!(answer, @"
    ok: Draft 5 waits: “What happened, why, and what we change: https://blog.example.net/the-switch”
    draft publish 5
    ");
    assert_eq!(read(&stage).trim(), "");
    let draft = last_draft(&stage);
    stage.types(&format!("draft publish {draft}"));
    assert_snapshot!(read(&stage), @"
    What happened, why, and what we change: https://blog.example.net/the-switch
    https://status.example.net/incidents/1
    
    Was geschehen ist, warum, und was wir ändern: https://blog.example.net/the-switch
    https://status.example.net/incidents/1
    
    Qué pasó, por qué y qué vamos a cambiar: https://blog.example.net/the-switch
    https://status.example.net/incidents/1
    
    Ce qui s’est passé, pourquoi, et ce que nous changeons : https://blog.example.net/the-switch
    https://status.example.net/incidents/1
    ");
    let post = stage.posts().find(|post| post.destination.as_str() == "feed").expect("one");
    assert_eq!((post.subject.as_str(), post.action), ("incident.post_mortem", PostAction::Post));
    assert!(post.thread.is_some());
    let again = stage.types(&format!("draft publish {draft}"));
    assert!(again.starts_with("no: "), "{again}");
    assert!(stage.types("incident list").contains("resolved"));
}

#[test]
fn words_of_staff_leave_as_they_are_and_what_was_drafted_waits_for_no_evidence() {
    let mut stage = resolved();
    stage.types("incident post-mortem 1 \"A switch dropped packets. We replaced it.\"");
    let draft = last_draft(&stage);
    stage.probe_for(20, &["s3"], 0.3);
    let answer = stage.types(&format!("draft publish {draft}"));
    assert!(answer.starts_with("ok: "), "{answer}");
    let told = stage.posts_to("feed").join("\n");
    assert!(told.contains("A switch dropped packets. We replaced it."), "{told}");
    assert!(!told.contains("Next update"), "{told}");
}

#[test]
fn what_is_told_afterwards_takes_no_updates_place() {
    let mut settings = settings();
    settings.destinations[1].abilities.edits = true;
    let mut stage = Stage::<Evidence>::with(settings);
    stage.types("incident open \"The phone is dead\" --servers s3");
    stage.types("draft publish 1");
    stage.types("incident resolve 1 \"It is over.\" --publish");
    stage.types("incident post-mortem 1 \"It was the line.\" --publish");
    let feed = stage.posts().filter(|post| post.destination.as_str() == "feed");
    let done: Vec<(PostAction, bool)> =
        feed.map(|post| (post.action, post.thread.is_some())).collect();
    let wanted = [(PostAction::Post, false), (PostAction::Edit, true), (PostAction::Post, true)];
    assert_eq!(done, wanted);
}

#[test]
fn an_open_incident_and_one_that_nobody_heard_of_have_none() {
    let mut stage = it_is_over();
    stage.forget_heard();
    let answer = stage.types("incident post-mortem 1 \"It was the switch.\" --publish");
    assert_snapshot!(answer, @"no: Incident 1 is still open: first say that it is over, with “incident resolve 1”.");
    stage.types("incident open \"The phone is dead\" --servers s3");
    stage.types("incident resolve 2");
    let answer = stage.types("incident post-mortem 2 \"It was the line.\" --publish");
    assert_snapshot!(answer, @"no: The public never heard of incident 2, so there is no thread to tell in what happened.");
    assert_eq!(read(&stage).trim(), "");
}

/// The kind of each draft since the last time this was asked.
fn drafted(stage: &Stage) -> Vec<UpdateKind> {
    let outputs = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Draft { kind, .. } => Some(*kind),
        _ => None,
    });
    outputs.collect()
}

fn card(stage: &Stage) -> Card {
    stage.engine.cards(stage.now, stage.now - TimeDelta::hours(24), 10).remove(0)
}

#[test]
fn a_draft_for_afterwards_holds_back_no_word_on_an_incident_that_is_back() {
    let mut stage = resolved();
    stage.types("incident post-mortem 1 \"A switch dropped packets.\"");
    let afterwards = last_draft(&stage);
    assert_eq!(card(&stage).draft.map(|draft| draft.id), Some(afterwards));
    stage.probe_for(16, &["s1", "s2"], 0.3);
    let back = last_draft(&stage);
    assert_ne!(back, afterwards, "it is back");
    let shown = card(&stage);
    assert!(shown.state.is_open());
    assert_eq!((shown.draft.map(|draft| draft.id), shown.also_waiting), (Some(back), Vec::new()));
    stage.types(&format!("draft publish {back} --anyway"));
    assert_eq!(card(&stage).draft, None);
    // More servers are in it than followers were told of.
    stage.forget_heard();
    stage.probe_for(20, &["s1", "s2", "s3"], 0.9);
    assert!(drafted(&stage).contains(&UpdateKind::Update), "{:?}", drafted(&stage));
    stage.types("incident resolve 1 \"It is over.\" --publish");
    assert_eq!(card(&stage).draft.map(|draft| draft.id), Some(afterwards));
    let answer = stage.types(&format!("draft publish {afterwards}"));
    assert!(answer.starts_with("ok: "), "{answer}");
}

#[test]
fn a_promise_is_reminded_of_with_words_whatever_is_to_be_told_afterwards() {
    let mut stage = Stage::<Evidence>::with(settings());
    stage.types("incident open \"The phone is dead\" --servers s1,s2");
    stage.types("draft publish 1");
    stage.types("incident resolve 1 \"It is over.\" --publish");
    stage.types("incident post-mortem 1 \"It was the line.\"");
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.3);
    let back = last_draft(&stage);
    stage.types(&format!("draft publish {back} --anyway"));
    assert_eq!(card(&stage).incident, IncidentId(1), "it is the same incident");
    stage.forget_heard();
    stage.pass(60);
    assert!(stage.count(|output| matches!(output, Output::Reminder { .. })) > 0);
    let is_kept = |kind: &UpdateKind| matches!(kind, UpdateKind::Update | UpdateKind::Identified);
    assert!(drafted(&stage).iter().any(is_kept), "{:?}", drafted(&stage));
}

#[test]
fn days_later_staff_are_asked_and_the_card_follows_until_a_day_after_the_last_word() {
    let mut stage = resolved();
    stage.pass(3 * 24 * 60);
    let recent = |stage: &Stage| {
        let cards = stage.engine.cards(stage.now, stage.now - TimeDelta::hours(24), 10);
        cards.into_iter().next()
    };
    assert_eq!(recent(&stage), None, "it is long over");
    stage.forget_heard();
    stage.types("incident post-mortem 1 \"A switch dropped packets.\"");
    let draft = last_draft(&stage);
    let asked: Vec<&Post> =
        stage.posts().filter(|post| post.destination.as_str() == "staff").collect();
    assert_eq!((asked.len(), asked[0].subject.as_str()), (1, "draft"));
    assert_snapshot!(asked[0].body, @r#"
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    It is over, and tim wrote what happened.

    Draft 5 (post_mortem), not published yet:
    “A switch dropped packets.”
    In German, Spanish and French: a sentence of the bot’s, then these words as they are. To put in your own: draft edit, with --language.

    draft publish 5 | draft edit 5 "your words" | draft wait 5 15m | draft dismiss 5
    "#);
    let shown = recent(&stage).expect("a card");
    assert_eq!(shown.draft.map(|draft| draft.id), Some(draft));
    assert_eq!(shown.questions.last().map(|one| &one.post), Some(&asked[0].id));
    stage.pass(60);
    stage.types(&format!("draft publish {draft}"));
    let shown = recent(&stage).expect("a card");
    let told = shown.updates.first().expect("an update");
    assert_eq!((told.kind, told.receipts.len()), (UpdateKind::PostMortem, 4));
    stage.pass(23 * 60);
    assert!(recent(&stage).is_some());
    stage.pass(2 * 60);
    assert_eq!(recent(&stage), None);
}

#[test]
fn what_goes_out_at_once_is_put_before_nobody() {
    let mut stage = resolved();
    stage.types("incident post-mortem 1 \"A switch dropped packets.\" --publish");
    assert_eq!(
        stage.count(|output| matches!(output, Output::Post(post) if post.subject == "draft")),
        0
    );
}
