//! The picture that goes along with an update: where, when, and that it shows nothing that is not
//! public. And what staff are told of it, and of what posts cost, before they publish.

use bellwether::{
    chat::cards::{Place, Shown, words},
    domain::*,
    engine::Evidence,
    event::*,
    render::{Words, chart},
};
use chrono::TimeDelta;
use insta::assert_snapshot;

use super::stage::{Stage, destination, settings};

/// Two feeds that take pictures, one in German; one that takes none; one where posts cost.
fn feeds() -> Settings {
    let mut settings = settings();
    settings.languages = vec!["en".to_owned(), "de".to_owned()];
    let pictured = Abilities { pictures: true, ..Abilities::default() };
    let shown = |id: &str, language: &str| Destination {
        abilities: pictured.clone(),
        language: language.to_owned(),
        ..destination(id, Audience::Public)
    };
    let prices = Some(Prices { post_millidollars: 15, link_millidollars: 200 });
    let mut paid = destination("paid", Audience::Public);
    paid.abilities = Abilities { linkless: true, prices, ..Abilities::default() };
    settings.destinations.extend([shown("toots", "en"), shown("tröts", "de"), paid]);
    settings.fleet.servers[0].name = Some("web-internal-7".to_owned());
    settings.fleet.servers[1].public_name = None;
    settings.fleet.servers[1].name = Some("db-internal-9".to_owned());
    settings
}

fn a_bad_switch(settings: Settings) -> Stage {
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, &["s1", "s2"], 0.3);
    stage
}

fn pictures(stage: &Stage, destination: &str) -> Vec<Option<Picture>> {
    let there = stage.posts().filter(|post| post.destination.as_str() == destination);
    there.map(|post| post.picture.clone()).collect()
}

fn one_at(stage: &Stage, destination: &str) -> Picture {
    let mut there = pictures(stage, destination);
    assert_eq!(there.len(), 1, "{destination}");
    there.remove(0).expect("a picture")
}

#[test]
fn it_goes_along_when_the_cause_is_known_and_when_it_is_over_and_shows_public_names_alone() {
    let mut stage = a_bad_switch(feeds());
    stage.types("draft publish 1 --anyway");
    assert_eq!(pictures(&stage, "toots"), [None]);
    stage.forget_heard();
    stage.types("incident update 1 \"It is the switch.\" --state identified --publish");
    let (english, german) = (one_at(&stage, "toots"), one_at(&stage, "tröts"));
    assert_eq!(pictures(&stage, "feed"), [None]);
    assert_snapshot!(english.alt, @"Chart: the share of failing checks from 20:47 EDT to 21:47 EDT. Server One: 50 % at the end (at most 50 %) and others: 38 % at the end (at most 40 %).");
    assert_snapshot!(german.alt, @"Diagramm: Anteil fehlgeschlagener Prüfungen von 20:47 EDT bis 21:47 EDT. Server One: 50 % am Ende (höchstens 50 %) und die übrigen: 38 % am Ende (höchstens 40 %).");
    for picture in [&english, &german] {
        let said = format!("{}{}", picture.svg, picture.alt);
        for internal in ["internal", "s1", "s2", "sw-1", "Server Two", "one.example", "Report"] {
            assert!(!said.contains(internal), "{internal}: {said}");
        }
        assert!(said.contains("Server One"), "{said}");
    }
    assert!(chart::png(&english.svg).is_some_and(|png| png.len() < 1_000_000));
    let mut minutes = 0;
    let monitoring = loop {
        stage.forget_heard();
        stage.probe_for(1, &[], 0.0);
        minutes += 1;
        assert!(minutes < 60, "it never looks well again");
        if let Some(draft) = last_draft(&stage) {
            break draft;
        }
    };
    stage.types(&format!("draft publish {monitoring} --anyway"));
    let again = one_at(&stage, "toots");
    assert_snapshot!(again.alt, @"Chart: the share of failing checks from 20:51 EDT to 21:51 EDT. Server One: 0 % at the end (at most 45 %) and others: 0 % at the end (at most 40 %).");
}

#[test]
fn nothing_is_drawn_of_what_was_not_measured_or_in_place_of_a_post_that_stands() {
    let mut stage = Stage::<Evidence>::with(feeds());
    stage.probe_for(30, &[], 0.0);
    stage.types("incident open \"The phone is dead\" --servers s1");
    stage.types("incident update 1 \"We know why.\" --state identified --publish");
    assert_eq!(pictures(&stage, "toots"), [None]);
    let mut edits = feeds();
    for destination in &mut edits.destinations {
        destination.abilities.edits = true;
    }
    let mut stage = a_bad_switch(edits);
    stage.types("draft publish 1 --anyway");
    stage.types("incident update 1 \"It is the switch.\" --state identified --publish");
    assert_eq!(pictures(&stage, "toots"), [None, None]);
}

#[test]
fn staff_read_where_a_picture_goes_and_what_posts_cost_before_they_publish() {
    let mut stage = a_bad_switch(feeds());
    assert_snapshot!(plan(&stage.types("draft show 1")), @"paid: this post costs $0.015, without a link.");
    stage.types("incident update 1 \"See https://example.net/why\" --state identified");
    let last = last_draft(&stage).expect("a draft");
    assert_snapshot!(plan(&stage.types(&format!("draft show {last}"))), @"
    A chart of the failed checks goes along to toots and tröts. For who cannot see it: “Chart: the share of failing checks from 20:47 EDT to 21:47 EDT. Server One: 50 % at the end (at most 50 %) and others: 38 % at the end (at most 40 %).”
    paid: this post costs $0.20, as it has a link.
    ");
    let card = stage.engine.cards(stage.now, stage.now - TimeDelta::hours(1), 1).remove(0);
    let draft = card.draft.clone().expect("it waits");
    assert_snapshot!(draft.plan.join("\n"), @"
    A chart of the failed checks goes along to toots and tröts.
    paid: this post costs $0.20, as it has a link.
    ");
    let place =
        Place { post: PostId::from("p"), destination: "staff".into(), channel: 1, message: 2 };
    let shown = Shown {
        card,
        messages: vec![place],
        can_be_sent_again: Default::default(),
        rooms: Default::default(),
        chart: None,
    };
    let said = words::message(&shown, &shown.messages[0], &Words::built_in(), "en").to_string();
    for line in ["goes along to toots and tröts", "this post costs $0.20, as it has a link"] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

/// The lines of an answer that are about the way out.
fn plan(answer: &str) -> String {
    let is_one = |line: &&str| line.contains("chart") || line.contains('$');
    answer.lines().filter(is_one).collect::<Vec<_>>().join("\n")
}

fn last_draft(stage: &Stage) -> Option<DraftId> {
    let mut drafts = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Draft { id, .. } => Some(*id),
        _ => None,
    });
    drafts.next_back()
}
