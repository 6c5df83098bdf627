//! People who want to hear of updates: who hears of what, how many at a time, and for how long.

use std::collections::{BTreeMap, BTreeSet};

use bellwether::{domain::*, event::*};
use insta::assert_snapshot;

use super::stage::{self, Stage};

/// The usual host, with people reached in a chat and by letter.
fn stage() -> Stage {
    let mut settings = stage::settings();
    for (id, source, letters) in [("direct", "discord", false), ("mail", "email", true)] {
        let mut destination = stage::destination(id, Audience::Reporters);
        let reaches = Some(source.to_owned());
        destination.abilities = Abilities { reaches, letters, ..Abilities::default() };
        settings.destinations.push(destination);
    }
    Stage::with(settings)
}

fn subscribe(
    stage: &mut Stage,
    person: &str,
    source: &str,
    topic: Topic,
    key: Option<&str>,
) -> String {
    let outputs = stage.take(Input::Subscribe {
        person: person.into(),
        source: source.to_owned(),
        topic,
        confirmed: key.is_none(),
        key: key.map(str::to_owned),
    });
    reply(&outputs)
}

fn confirm(stage: &mut Stage, person: &str, key: &str) -> String {
    reply(&stage.take(Input::Confirm { person: person.into(), key: key.to_owned() }))
}

fn leave(stage: &mut Stage, person: &str, key: Option<&str>) -> String {
    let key = key.map(str::to_owned);
    reply(&stage.take(Input::Unsubscribe { person: person.into(), key }))
}

fn reply(outputs: &[Output]) -> String {
    let said = outputs.iter().find_map(|output| match output {
        Output::Reply { text, .. } => Some(text.clone()),
        _ => None,
    });
    said.unwrap_or_default()
}

fn publish(stage: &mut Stage, servers: &str) {
    stage.types(&format!("incident open \"Slow pages\" --servers {servers}"));
    stage.types("draft publish 1");
}

fn update(stage: &mut Stage, words: &str) {
    stage.types(&format!("incident update 1 \"{words}\" --publish"));
}

/// Who was written to, by destination, since the last time it was forgotten.
fn readers(stage: &Stage) -> Vec<String> {
    let letters = stage.posts().filter(|post| post.subject.starts_with("subscription."));
    let reader = |post: &Post| Some(format!("{}: {}", post.destination, post.recipient.as_ref()?));
    letters.filter_map(reader).collect()
}

/// Every letter that was decided and has not been heard of arrives; how many.
fn deliver(stage: &mut Stage, arrived: &mut BTreeSet<PostId>) -> usize {
    let letters = stage.posts().filter(|post| post.subject.starts_with("subscription."));
    let new: Vec<PostId> =
        letters.map(|post| post.id.clone()).filter(|id| !arrived.contains(id)).collect();
    for post in &new {
        let event = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
        stage.take(Input::Delivery { post: post.clone(), event });
        arrived.insert(post.clone());
    }
    new.len()
}

#[test]
fn who_subscribed_to_a_server_hears_of_it_and_of_nothing_else() {
    let mut stage = stage();
    assert_snapshot!(subscribe(&mut stage, "ann", "discord", Topic::All, None), @"You will hear of updates about everything. /unsubscribe ends it.");
    assert_snapshot!(subscribe(&mut stage, "ben", "discord", Topic::Server("s1".into()), None), @"You will hear of updates about Server One. /unsubscribe ends it.");
    subscribe(&mut stage, "cat", "discord", Topic::Server("s3".into()), None);
    subscribe(&mut stage, "dan", "discord", Topic::Component("atl".into()), None);
    subscribe(&mut stage, "eve", "discord", Topic::Component("sw-2".into()), None);
    assert_snapshot!(subscribe(&mut stage, "fay", "discord", Topic::Server("s9".into()), None), @"I do not know this server. Choose one from the list, or leave it out to hear of everything.");
    assert_snapshot!(subscribe(&mut stage, "gus", "irc", Topic::All, None), @"I cannot write to you here. Please look at the status page for updates.");
    publish(&mut stage, "s1");
    stage.pass(1);
    assert_eq!(readers(&stage), ["direct: ann", "direct: ben", "direct: dan"]);
    let letter = stage.posts().find(|post| post.destination.as_str() == "direct").unwrap();
    assert_eq!(letter.subject, "subscription.investigating");
    assert_snapshot!(letter.body, @r"
    Slow pages. We are looking into it.
    Next update by 21:30 EDT.
    https://status.example.net/incidents/1

    You asked for these updates. /unsubscribe ends them.
    ");
}

#[test]
fn an_address_hears_nothing_but_one_letter_until_its_owner_says_yes() {
    let mut stage = stage();
    assert_eq!(subscribe(&mut stage, "ann", "email", Topic::All, Some("k1")), "");
    assert_eq!(readers(&stage), ["mail: ann"]);
    assert_snapshot!(stage.posts_to("mail")[0], @r"
    Updates from Example Host: please confirm
    Somebody, probably you, asked us to write to this address about everything, whenever there is something new.

    To say yes, open this page and press the button:
    https://status.example.net/subscribe/⟦token⟧

    If it was not you, you need do nothing: we will not write again.
    ");
    publish(&mut stage, "s1");
    stage.pass(1);
    assert_eq!(readers(&stage).len(), 1, "nobody said yes");
    assert_snapshot!(confirm(&mut stage, "ann", "another"), @"This link is no longer good. Please ask for a new one.");
    assert_snapshot!(confirm(&mut stage, "ann", "k1"), @"You will hear of updates about everything. Each e-mail has a link that ends it.");
    assert!(
        confirm(&mut stage, "ann", "k1").starts_with("You will hear"),
        "a second press is the same yes"
    );
    stage.forget_heard();
    update(&mut stage, "We go on.");
    stage.pass(1);
    assert_eq!(readers(&stage), ["mail: ann"]);
    assert_snapshot!(stage.posts_to("mail")[0], @r"
    We go on.
    Next update by 21:31 EDT.
    https://status.example.net/incidents/1

    You get this because you asked us to tell you of updates. To hear nothing more:
    https://status.example.net/unsubscribe/⟦token⟧
    ");
    stage.forget_heard();
    leave(&mut stage, "ann", Some("another"));
    update(&mut stage, "We still go on.");
    stage.pass(1);
    assert_eq!(readers(&stage).len(), 1, "another's key ends nothing");
    assert_snapshot!(leave(&mut stage, "ann", Some("k1")), @"You will hear nothing more from us. You can subscribe again at any time.");
    stage.forget_heard();
    update(&mut stage, "We are nearly there.");
    stage.pass(1);
    assert!(readers(&stage).is_empty());
    assert!(
        confirm(&mut stage, "ann", "k1").contains("no longer good"),
        "an old letter revives nobody"
    );
}

#[test]
fn a_stranger_cannot_have_an_address_written_to_again_and_again() {
    let mut stage = stage();
    for _ in 0..200 {
        subscribe(&mut stage, "ann", "email", Topic::All, Some("k1"));
        stage.pass(7);
    }
    let hours = 200 * 7 / 60;
    assert!(readers(&stage).len() <= 3 * (hours / 24 + 1), "{}", readers(&stage).len());
    confirm(&mut stage, "ann", "k1");
    stage.forget_heard();
    stage.pass(2 * 24 * 60);
    subscribe(&mut stage, "ann", "email", Topic::Server("s1".into()), Some("k1"));
    assert!(readers(&stage).is_empty(), "who hears of everything is not asked again");
}

#[test]
fn ten_thousand_letters_hold_up_no_feed_and_each_leaves_once() {
    const COUNT: usize = 10_000;
    let mut stage = stage();
    for number in 0..COUNT {
        subscribe(&mut stage, &format!("p{number:05}"), "discord", Topic::All, None);
    }
    stage.forget_heard();
    stage.types("incident open \"Slow pages\" --servers s1");
    let before = stage.inputs.len();
    stage.types("draft publish 1");
    let outputs = &stage.inputs[before].3;
    assert!(outputs.len() < 20, "{} decisions with the update", outputs.len());
    let place = |is_meant: &dyn Fn(&Output) -> bool| outputs.iter().position(is_meant);
    let feed = place(&|one| matches!(one, Output::Post(post) if post.audience == Audience::Public));
    let mailing = place(&|one| matches!(one, Output::Mailing(_)));
    assert!(feed.unwrap() < mailing.unwrap(), "the feed first");

    stage.meet_deadlines();
    let mut arrived = BTreeSet::new();
    let mut pages = 0;
    loop {
        let waiting = readers(&stage).len() - arrived.len();
        assert!(waiting <= 300, "{waiting} wait at once");
        if deliver(&mut stage, &mut arrived) == 0 {
            break;
        }
        stage.meet_deadlines();
        pages += 1;
    }
    let people: BTreeSet<String> = readers(&stage).into_iter().collect();
    assert_eq!((people.len(), readers(&stage).len(), arrived.len()), (COUNT, COUNT, COUNT));
    assert!(pages >= COUNT / 300);
    let story = stage.types("incident show 1");
    assert!(story.contains("Update 1 went to 10000 subscribers by direct."), "{story}");
}

#[test]
fn a_newer_update_goes_to_those_whom_the_older_one_has_not_reached() {
    let mut stage = stage();
    for number in 0..500 {
        subscribe(&mut stage, &format!("p{number:03}"), "discord", Topic::All, None);
    }
    publish(&mut stage, "s1");
    stage.meet_deadlines();
    assert_eq!(readers(&stage).len(), 200);
    update(&mut stage, "A second word.");
    let mut arrived = BTreeSet::new();
    stage.meet_deadlines();
    while deliver(&mut stage, &mut arrived) > 0 {
        stage.meet_deadlines();
    }
    let mut heard: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for post in stage.posts().filter(|post| post.subject.starts_with("subscription.")) {
        let is_second = post.body.starts_with("A second word.");
        heard.entry(post.recipient.as_ref().unwrap().to_string()).or_default().push(is_second);
    }
    assert_eq!(heard.len(), 500);
    assert_eq!(heard.values().filter(|words| **words == [false, true]).count(), 200);
    assert_eq!(heard.values().filter(|words| **words == [true]).count(), 300);
}

#[test]
fn letters_of_one_incident_answer_the_first_that_its_reader_got() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::All, None);
    publish(&mut stage, "s1");
    stage.pass(1);
    subscribe(&mut stage, "ben", "discord", Topic::All, None);
    update(&mut stage, "Two.");
    stage.pass(1);
    update(&mut stage, "Three.");
    stage.pass(1);
    let letters = |who: &str| -> Vec<(PostId, Option<PostId>)> {
        let posts = stage.posts().filter(|post| post.subject.starts_with("subscription."));
        let own = posts.filter(|post| post.recipient == Some(who.into()));
        own.map(|post| (post.id.clone(), post.thread.clone())).collect()
    };
    for (who, count) in [("ann", 3), ("ben", 2)] {
        let letters = letters(who);
        assert_eq!(letters.len(), count, "{who}");
        assert_eq!(letters[0].1, None);
        assert!(letters[1..].iter().all(|(_, first)| first.as_ref() == Some(&letters[0].0)));
    }
}

#[test]
fn who_is_told_as_a_reporter_does_not_hear_the_same_twice() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::All, None);
    subscribe(&mut stage, "ben", "discord", Topic::All, None);
    stage.report("ann", "one.example");
    publish(&mut stage, "s1");
    stage.pass(1);
    stage.forget_heard();
    stage.types("incident resolve 1 \"All is well.\" --publish");
    stage.pass(1);
    assert_eq!(readers(&stage), ["direct: ben"]);
    let told = stage.posts().filter(|post| post.subject == "follow_up.resolved");
    assert_eq!(
        told.filter_map(|post| post.recipient.as_ref()).collect::<Vec<_>>(),
        [&PersonId::from("ann")]
    );
}

#[test]
fn who_cannot_be_reached_is_written_to_no_more_until_they_ask_again() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::All, None);
    let reason = "550 no such user <b>".to_owned();
    let outputs = stage.take(Input::Bounced { person: "ann".into(), reason: reason.clone() });
    let [Output::Subscription(wish)] = &outputs[..] else { panic!("{outputs:?}") };
    assert_eq!(wish.suspended.as_deref(), Some("550 no such user ‹b›"));
    assert!(stage.take(Input::Bounced { person: "ann".into(), reason: reason.clone() }).is_empty());
    assert!(
        stage.take(Input::Bounced { person: "nobody".into(), reason: reason.clone() }).is_empty()
    );
    publish(&mut stage, "s1");
    stage.pass(1);
    assert!(readers(&stage).is_empty());
    subscribe(&mut stage, "ann", "discord", Topic::All, None);
    update(&mut stage, "We go on.");
    stage.pass(1);
    assert_eq!(readers(&stage), ["direct: ann"]);

    subscribe(&mut stage, "ben", "email", Topic::All, Some("k2"));
    stage.take(Input::Bounced { person: "ben".into(), reason });
    assert!(
        confirm(&mut stage, "ben", "k2").contains("no longer good"),
        "an address that never was"
    );
}

#[test]
fn a_destination_that_is_gone_ends_its_mailing() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::All, None);
    stage.types("incident open \"Slow pages\" --servers s1");
    stage.types("draft publish 1");
    let mut settings = stage.engine.settings().clone();
    settings.destinations.retain(|one| one.id.as_str() != "direct");
    // The reload is there before the page.
    stage.seq += 1;
    let input = Input::Started {
        installation: "installation-1".to_owned(),
        version: "x".to_owned(),
        settings: Some(std::sync::Arc::new(settings)),
        reload: None,
    };
    let happening = Happening { at: stage.now, input };
    let outputs = stage.engine.handle(stage.seq, stage.now, &happening);
    stage.inputs.push((stage.seq, stage.now, happening, outputs));
    stage.meet_deadlines();
    assert!(readers(&stage).is_empty());
    assert_eq!(
        stage.engine.next_deadline().map(|(_, why)| matches!(why, TimerReason::Mailing(_))),
        Some(false)
    );
}

#[test]
fn handled_folded_and_restored_are_the_same_in_the_middle_of_a_mailing() {
    let mut stage = stage();
    for number in 0..450 {
        let (person, key) = (format!("p{number:03}"), format!("k{number}"));
        subscribe(&mut stage, &person, "email", Topic::All, Some(&key));
        confirm(&mut stage, &person, &key);
    }
    publish(&mut stage, "s1");
    stage.meet_deadlines();
    let mut arrived = BTreeSet::new();
    let first: Vec<PostId> = stage
        .posts()
        .filter(|post| post.subject == "subscription.investigating")
        .take(70)
        .map(|post| post.id.clone())
        .collect();
    for post in first {
        let event = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
        stage.take(Input::Delivery { post: post.clone(), event });
        arrived.insert(post);
    }
    let inputs = stage.inputs.clone();
    let mut folded: bellwether::engine::Engine = bellwether::engine::Engine::new();
    for (seq, received, happening, outputs) in &inputs {
        folded.fold(*seq, *received, happening, outputs);
    }
    assert_eq!(folded.snapshot(), stage.engine.snapshot());
    let restored = bellwether::engine::Engine::restore(&stage.engine.snapshot()).unwrap();
    stage.engine = restored;
    while deliver(&mut stage, &mut arrived) > 0 {
        stage.meet_deadlines();
    }
    let all: Vec<_> =
        stage.posts().filter(|post| post.subject == "subscription.investigating").collect();
    let ids: BTreeSet<&PostId> = all.iter().map(|post| &post.id).collect();
    assert_eq!((all.len(), ids.len()), (450, 450), "none lost, none doubled");
}

/// What was written to somebody about windows: subject, words, its thread.
fn window_letters(stage: &Stage, who: &str) -> Vec<(String, String, PostId, Option<PostId>)> {
    let letters = stage.posts().filter(|post| post.subject.starts_with("subscription.maintenance"));
    letters
        .filter(|post| post.recipient.as_ref().is_some_and(|person| person.as_str() == who))
        .map(|post| {
            assert!(post.window == Some(WindowId(1)) && post.incident.is_none());
            (post.subject.clone(), post.body.clone(), post.id.clone(), post.thread.clone())
        })
        .collect()
}

#[test]
fn subscribers_of_covered_servers_are_told_of_a_windows_life_in_one_thread() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::Server("s1".into()), None);
    subscribe(&mut stage, "ben", "discord", Topic::Component("atl".into()), None);
    subscribe(&mut stage, "cat", "discord", Topic::Server("s3".into()), None);
    subscribe(&mut stage, "dan", "email", Topic::All, Some("k4"));
    confirm(&mut stage, "dan", "k4");
    stage.types("maintenance schedule sw-1 23:00 1h \"A new switch\"");
    stage.pass(1);
    assert!(window_letters(&stage, "ann").is_empty(), "nobody has published it");
    stage.types("maintenance publish 1");
    stage.types("maintenance move 1 23:30");
    stage.pass(0);
    stage.probe_for(150, &[], 0.0);
    stage.types("maintenance extend 1 1h");
    stage.probe_for(130, &[], 0.0);
    let told = |who: &str| {
        let letters = window_letters(&stage, who).into_iter();
        let words =
            letters.map(|(subject, ..)| subject["subscription.maintenance.".len()..].to_owned());
        words.collect::<Vec<_>>()
    };
    assert_eq!(told("ann"), ["scheduled", "moved", "reminder", "started", "extended", "completed"]);
    assert_eq!((told("ben"), told("dan")), (told("ann"), told("ann")));
    assert_eq!(told("cat"), Vec::<String>::new());
    let letters = window_letters(&stage, "dan");
    assert!(letters[1..].iter().all(|one| one.3.as_ref() == Some(&letters[0].2)), "one thread");
    assert_eq!(letters[0].3, None);
    assert_snapshot!(letters[0].1, @r#"
    Planned maintenance on Server One and Server Two: A new switch. From 23 April, 23:00 EDT (24 April, 03:00 UTC) to 24 April, 00:00 EDT (04:00 UTC). Websites there may be slow or unavailable during this time.
    https://status.example.net/maintenance

    You get this because you asked us to tell you of updates. To hear nothing more:
    https://status.example.net/unsubscribe/⟦token⟧
    "#);
    let ids: BTreeSet<&PostId> = stage.posts().map(|post| &post.id).collect();
    assert_eq!(ids.len(), stage.posts().count(), "each letter once");
    crate::windows::folds_and_restores_alike(&stage);
}

#[test]
fn news_of_a_window_overtake_those_that_nobody_was_written_yet() {
    let mut stage = stage();
    for number in 0..450 {
        subscribe(&mut stage, &format!("p{number:03}"), "discord", Topic::All, None);
    }
    stage.types("maintenance schedule sw-1 23:00 1h \"A new switch\"");
    stage.types("maintenance publish 1");
    stage.pass(0);
    stage.types("maintenance cancel 1");
    let mut arrived = BTreeSet::new();
    for _ in 0..20 {
        deliver(&mut stage, &mut arrived);
        stage.pass(1);
    }
    let count = |what: &str| {
        stage
            .posts()
            .filter(|post| post.subject == format!("subscription.maintenance.{what}"))
            .count()
    };
    assert_eq!((count("scheduled"), count("cancelled")), (200, 450));
    assert!(
        stage
            .engine
            .next_deadline()
            .is_none_or(|(_, reason)| !matches!(reason, TimerReason::Mailing(_)))
    );
}

#[test]
fn who_hears_of_a_window_as_news_of_its_incident_is_not_written_to_twice() {
    let mut stage = stage();
    subscribe(&mut stage, "ann", "discord", Topic::Server("s1".into()), None);
    subscribe(&mut stage, "ben", "discord", Topic::Server("s2".into()), None);
    subscribe(&mut stage, "cat", "discord", Topic::All, None);
    publish(&mut stage, "s1");
    stage.types("maintenance schedule sw-1 now 1h \"A new switch\" --incident 1");
    stage.pass(1);
    stage.forget_heard();
    stage.types("maintenance publish 1");
    stage.pass(1);
    assert_eq!(readers(&stage), ["direct: ann", "direct: cat", "direct: ben"]);
    assert_eq!(window_letters(&stage, "ben").len(), 1);
}

#[test]
fn a_letter_about_a_window_speaks_its_readers_language() {
    let mut settings = stage::settings();
    let mut mail = stage::destination("post", Audience::Reporters);
    mail.abilities =
        Abilities { reaches: Some("email".to_owned()), letters: true, ..Abilities::default() };
    mail.language = "fr".to_owned();
    mail.timezone = Some(chrono_tz::Europe::Paris);
    settings.destinations.push(mail);
    settings.languages.push("fr".to_owned());
    let mut stage = Stage::with(settings);
    subscribe(&mut stage, "ann", "email", Topic::All, Some("k1"));
    confirm(&mut stage, "ann", "k1");
    stage.types("maintenance schedule sw-1 23:00 1h \"A new switch\"");
    stage.types("maintenance publish 1");
    stage.pass(1);
    assert_snapshot!(window_letters(&stage, "ann")[0].1, @r#"
    Maintenance planifiée sur Server One et Server Two : A new switch. Début : 23 avril, 23:00 EDT (24 avril, 03:00 UTC) ; fin prévue : 24 avril, 00:00 EDT (04:00 UTC). Pendant ce temps, les sites web hébergés là peuvent être lents ou indisponibles.
    https://status.example.net/maintenance

    Vous recevez ce message parce que vous nous avez demandé des nouvelles. Pour ne plus rien recevoir :
    https://status.example.net/unsubscribe/⟦token⟧
    "#);
}
