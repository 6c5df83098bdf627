//! What staff read on an incident's card, and posts that are sent again.

use std::collections::BTreeMap;

use bellwether::{
    chat::cards::{Place, Shown, words},
    domain::*,
    engine::{Card, Evidence},
    event::*,
    render::Words,
};
use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::Value;

use super::stage::{Stage, destination, settings};

const LONG: TimeDelta = TimeDelta::hours(24);

/// A quiet half hour, then the switch in front of s1 and s2 drops one check in five; what staff are
/// asked arrives.
fn a_bad_switch() -> Stage {
    let mut stage = Stage::<Evidence>::with(two_feeds());
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.2);
    arrive(&mut stage, "staff");
    stage
}

fn two_feeds() -> Settings {
    let mut settings = settings();
    settings.destinations.push(destination("*chat*", Audience::Public));
    settings
}

/// Every post to a destination arrives, each under its own number.
fn arrive(stage: &mut Stage, destination: &str) {
    let posts: Vec<PostId> = stage
        .posts()
        .filter(|post| post.destination.as_str() == destination)
        .map(|post| post.id.clone())
        .collect();
    for (number, post) in posts.into_iter().enumerate() {
        let remote_id = Some((number + 1).to_string());
        let link = Some(format!("https://{}.example/{number}", destination.trim_matches('*')));
        happens(stage, post, DeliveryEvent::Sent { remote_id, link, remark: None });
    }
}

fn happens(stage: &mut Stage, post: PostId, event: DeliveryEvent) -> Vec<Output> {
    stage.take(Input::Delivery { post, event })
}

fn post_at(stage: &Stage, destination: &str) -> PostId {
    let mut there = stage.posts().filter(|post| post.destination.as_str() == destination);
    there.next().expect("a post there").id.clone()
}

fn card(stage: &Stage) -> Card {
    stage.engine.cards(stage.now, stage.now - LONG, 10).remove(0)
}

fn shown(stage: &Stage) -> Shown {
    let card = card(stage);
    let place = |question: &bellwether::engine::Question| {
        let message = question.remote_id.as_ref()?.parse().ok()?;
        let (post, destination) = (question.post.clone(), question.destination.clone());
        Some(Place { post, destination, channel: 7, message })
    };
    Shown {
        chart: None,
        messages: card.questions.iter().filter_map(place).collect(),
        can_be_sent_again: stage.posts().map(|post| post.id.clone()).collect(),
        rooms: BTreeMap::from([("staff".into(), "https://discord.com/channels/1/7".to_owned())]),
        card,
    }
}

/// A message as a person reads it, its buttons in brackets.
fn read(message: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![text(&message["content"])];
    let embed = &message["embeds"][0];
    lines.extend([text(&embed["title"]), text(&embed["description"])]);
    for field in embed["fields"].as_array().into_iter().flatten() {
        lines.push(format!("[{}]\n{}", text(&field["name"]), text(&field["value"])));
    }
    lines.push(text(&embed["footer"]["text"]));
    for row in message["components"].as_array().into_iter().flatten() {
        let buttons = row["components"].as_array().into_iter().flatten();
        let labels: Vec<String> =
            buttons.map(|button| format!("[{}]", text(&button["label"]))).collect();
        lines.push(labels.join(" "));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn newest(stage: &Stage) -> String {
    let shown = shown(stage);
    let place = shown.messages.last().expect("a message");
    read(&words::message(&shown, place, &Words::built_in(), "en"))
}

#[test]
fn the_card_says_what_is_suspected_since_when_by_what_evidence_and_what_would_be_said() {
    let mut stage = a_bad_switch();
    for person in ["anna", "bert"] {
        stage.report(person, "one.example");
    }
    assert_snapshot!(newest(&stage), @r#"
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    **Investigating** · impact minor · since <t:1398302997:f> (<t:1398302997:R>)
    Servers: s1 and s2
    **They share switch 1 in Atlanta (network) (97 %).**
    • s1: 16 of 63 checks bad (16 failed, 0 slow), normally 0.3 %, 2 people reported it
    • s2: 12 of 64 checks bad (12 failed, 0 slow), normally 0.3 %
    Healthy: s3 0 of 120 failed.
    Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.
    [Draft 1, revision 2 (investigating): not published yet]
    ⚠️ New since you last looked: the servers are now s1 and s2 (before: s1); the cause is now switch 1 in Atlanta (before: s1).
    > Websites on Server One and Server Two are slow, and some visits fail. It began at about <t:1398302700:t>. We are looking for the cause.
    /incident show 1 tells the whole story
    [Publish] [Edit] [Wait 15 min] [Not an incident]
    "#);
}

#[test]
fn only_the_newest_message_is_the_card_and_older_ones_lead_to_it() {
    let stage = a_bad_switch();
    let shown = shown(&stage);
    assert!(shown.messages.len() > 1, "the draft went stale: staff were asked again");
    let old = words::message(&shown, &shown.messages[0], &Words::built_in(), "en");
    assert_snapshot!(read(&old), @"Incident 1, Websites on Server One and Server Two are slow or do not always load: goes on below. https://discord.com/channels/1/7/2");
    assert!(!words::is_newest(&shown, &shown.messages[0]));
}

#[test]
fn each_destination_has_its_receipt_and_what_failed_its_button() {
    let mut stage = a_bad_switch();
    stage.types("draft publish 1 --anyway");
    assert_snapshot!(newest(&stage), @r#"
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    **Investigating** · impact minor · since <t:1398302997:f> (<t:1398302997:R>)
    Servers: s1 and s2
    **They share switch 1 in Atlanta (network) (97 %).**
    • s1: 16 of 63 checks bad (16 failed, 0 slow), normally 0.3 %
    • s2: 12 of 64 checks bad (12 failed, 0 slow), normally 0.3 %
    Healthy: s3 0 of 120 failed.
    Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.
    [Update 1 (investigating)]
    Published by tim, <t:1398303960:f>
    ⏳ feed
    ⏳ \*chat\*
    /incident show 1 tells the whole story
    "#);
    arrive(&mut stage, "*chat*");
    let feed = post_at(&stage, "feed");
    let reason = "403 *no* <@1> [x](y)".to_owned();
    happens(&mut stage, feed.clone(), DeliveryEvent::Failed { reason });
    assert_snapshot!(newest(&stage), @r#"
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    **Investigating** · impact minor · since <t:1398302997:f> (<t:1398302997:R>)
    Servers: s1 and s2
    **They share switch 1 in Atlanta (network) (97 %).**
    • s1: 16 of 63 checks bad (16 failed, 0 slow), normally 0.3 %
    • s2: 12 of 64 checks bad (12 failed, 0 slow), normally 0.3 %
    Healthy: s3 0 of 120 failed.
    Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.
    [Update 1 (investigating)]
    Published by tim, <t:1398303960:f>
    ⚠️ feed: 403 \*no\* \<@1> \[x](y)
    ✅ [\*chat\*](https://chat.example/0)
    /incident show 1 tells the whole story
    [Retry feed]
    "#);
    let shown_before = stage.types(&format!("retry {}", &feed.as_str()[..8]));
    assert_snapshot!(shown_before, @"ok: feed (incident.investigating) is tried again.");
    assert!(newest(&stage).contains("⏳ feed"), "{}", newest(&stage));
    assert!(!newest(&stage).contains("[Retry"), "{}", newest(&stage));
    let again = stage.types(&format!("retry {feed}"));
    assert_snapshot!(again, @"no: feed (incident.investigating) is being tried as it is: there is nothing to do.");
    let reason = "lost".to_owned();
    happens(&mut stage, feed.clone(), DeliveryEvent::Unresolved { reason });
    assert!(newest(&stage).contains("❔ feed: may have been posted"), "{}", newest(&stage));
    assert_snapshot!(stage.types(&format!("retry {feed}")).replace(feed.as_str(), "POST"), @"ok: feed (incident.investigating) may stand there already: it is looked up, and sent again only if it is not there. If you looked and it is not: retry POST --not-there");
    arrive(&mut stage, "feed");
    assert_snapshot!(stage.types(&format!("retry {feed}")), @"no: feed (incident.investigating) has arrived: there is nothing to try again.");
    assert_snapshot!(stage.types("retry 00000000"), @"no: There is no post 00000000 that I still know.");
    assert!(stage.types("incident show 1").contains("tim: Post to feed, once more."));
}

#[test]
fn a_card_of_an_incident_that_ended_has_no_buttons() {
    let mut stage = a_bad_switch();
    stage.types("incident false-alarm 1");
    assert_snapshot!(newest(&stage), @r#"
    Incident 1: Websites on Server One and Server Two are slow or do not always load
    **False alarm** at <t:1398303960:f> by tim · impact minor · from <t:1398302997:f>
    Servers: s1 and s2
    **They share switch 1 in Atlanta (network) (97 %).**
    • s1: 16 of 63 checks bad (16 failed, 0 slow), normally 0.3 %
    • s2: 12 of 64 checks bad (12 failed, 0 slow), normally 0.3 %
    Healthy: s3 0 of 120 failed.
    Else: atl (data centre) 1.6 % and home (our own monitoring) 1 %.
    Draft 1 was dismissed by tim.
    /incident show 1 tells the whole story
    "#);
    for _ in 0..25 {
        stage.pass(60);
    }
    assert!(stage.engine.cards(stage.now, stage.now - LONG, 10).is_empty());
}

#[test]
fn a_draft_that_was_put_off_or_dismissed_says_so() {
    let mut stage = a_bad_switch();
    stage.types("draft edit 1 \"In *our* own words.\"");
    stage.types("draft wait 1 15m");
    let put_off = newest(&stage);
    assert!(put_off.contains("> In \\*our\\* own words."), "{put_off}");
    assert!(put_off.contains("Words by tim") && put_off.contains("Put off until <t:"), "{put_off}");
    stage.types("draft dismiss 1");
    let dismissed = newest(&stage);
    assert!(dismissed.contains("Draft 1 was dismissed by tim."), "{dismissed}");
    assert!(!dismissed.contains("[Publish]"), "{dismissed}");
}

#[test]
fn a_deleted_message_is_put_anew_while_a_draft_waits_and_only_the_newest() {
    let mut stage = a_bad_switch();
    let asked: Vec<PostId> =
        card(&stage).questions.iter().map(|question| question.post.clone()).collect();
    let (newest, older) = asked.split_last().expect("questions");
    assert_eq!(happens(&mut stage, older[0].clone(), DeliveryEvent::Gone), []);
    let outputs = happens(&mut stage, newest.clone(), DeliveryEvent::Gone);
    let [Output::Post(post)] = outputs.as_slice() else { panic!("{outputs:?}") };
    assert_eq!(post.destination.as_str(), "staff");
    assert!(post.body.contains("was deleted in staff, so here it is again"), "{}", post.body);
    assert_eq!(happens(&mut stage, newest.clone(), DeliveryEvent::Gone), [], "told once");
    let id = post.id.clone();
    stage.types("draft publish 1 --anyway");
    assert_eq!(happens(&mut stage, id, DeliveryEvent::Gone), [], "nothing waits");
}

#[test]
fn no_card_is_longer_than_discord_takes() {
    let mut settings = settings();
    for number in 0..40 {
        let id = format!("{}-{number}", "*_`[".repeat(12));
        settings.destinations.push(destination(&id, Audience::Public));
    }
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.2);
    arrive(&mut stage, "staff");
    for _ in 0..5 {
        stage.types(&format!("incident update 1 \"{}\" --publish", "_*".repeat(1000)));
    }
    stage.types(&format!("incident update 1 \"{}\"", "[~]\n".repeat(900)));
    let is_public = |post: &&Post| post.audience == Audience::Public;
    let posts: Vec<PostId> = stage.posts().filter(is_public).map(|post| post.id.clone()).collect();
    for post in posts {
        let reason = "**".repeat(500);
        happens(&mut stage, post, DeliveryEvent::Failed { reason });
    }
    let shown = shown(&stage);
    let newest = shown.messages.last().expect("a message");
    let message = words::message(&shown, newest, &Words::built_in(), "en");
    let embed = &message["embeds"][0];
    let length = |value: &Value| value.as_str().unwrap_or_default().chars().count();
    let mut total = length(&embed["title"]) + length(&embed["description"]);
    total += length(&embed["footer"]["text"]);
    assert!(length(&embed["title"]) <= 256 && length(&embed["description"]) <= 4096);
    for field in embed["fields"].as_array().expect("fields") {
        assert!((1..=256).contains(&length(&field["name"])), "{field}");
        assert!((1..=1024).contains(&length(&field["value"])), "{field}");
        total += length(&field["name"]) + length(&field["value"]);
    }
    assert!(total <= 6000, "{total}");
    let rows = message["components"].as_array().expect("rows");
    assert!(
        rows.len() <= 5
            && rows
                .iter()
                .all(|row| row["components"].as_array().is_some_and(|all| all.len() <= 5))
    );
}

#[test]
fn where_there_are_threads_an_incident_has_one_with_what_staff_note_and_say() {
    let mut settings = settings();
    settings.destinations[0].abilities.threads = true;
    settings.destinations.push(destination("staff-2", Audience::Staff));
    let mut stage = Stage::<Evidence>::with(settings);
    stage.types("tried \"rebooted s1: no change\"");
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.2);
    let first = post_at(&stage, "staff");
    stage.forget_heard();
    stage.types("upstream said hivelocity \"unaware of any issues\"");
    stage.types("note \"on a *plane*\"");
    stage.types("draft publish 1 --anyway");
    stage.types("incident resolve 1 \"It is over.\" --publish");
    let entries: Vec<&Post> =
        stage.posts().filter(|post| post.subject.starts_with("timeline")).collect();
    assert!(entries.iter().all(|post| post.thread.as_ref() == Some(&first)), "{entries:#?}");
    assert!(entries.iter().all(|post| post.destination.as_str() == "staff"));
    let read: Vec<String> =
        entries.iter().map(|post| format!("({}) {}", post.subject, post.body)).collect();
    assert_snapshot!(read.join("\n---\n"), @r#"
    (timeline) Incident 1: Websites on Server One and Server Two are slow or do not always load
    tim: hivelocity said: “unaware of any issues” We measured: s1: 7 of 23 checks bad (7 failed, 0 slow), normally 0.3 %; s2: 4 of 24 checks bad (4 failed, 0 slow), normally 0.3 %.
    ---
    (timeline) Incident 1: Websites on Server One and Server Two are slow or do not always load
    tim: Note: on a *plane*
    ---
    (timeline) Incident 1: Websites on Server One and Server Two are slow or do not always load
    tim: Published update 1 (investigating): “Websites on Server One and Server Two are slow, and some visits fail. It began at about 21:25 EDT. We are looking for the cause.
    Next update by 22:16 EDT.”
    ---
    (timeline) Incident 1: Websites on Server One and Server Two are slow or do not always load
    tim: Published update 2 (resolved): “It is over.”
    ---
    (timeline.end) Incident 1: Websites on Server One and Server Two are slow or do not always load
    It is over.
    "#);
}
