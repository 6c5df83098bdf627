//! What readers of each language are told, with the words that staff approve in their own.

use bellwether::{domain::*, engine::Evidence, event::*};
use insta::assert_snapshot;

use super::stage::{self, Stage, destination, settings};

const LANGUAGES: [&str; 4] = ["en", "de", "es", "fr"];

/// A host whose staff write English, with a public feed and reporters in each language.
fn a_host_of_four_languages() -> Settings {
    let mut settings = settings();
    settings.languages = LANGUAGES.map(str::to_owned).into();
    settings.destinations.retain(|one| one.audience == Audience::Staff);
    for language in LANGUAGES {
        let mut feed = destination(language, Audience::Public);
        feed.language = language.to_owned();
        let mut people = destination(&format!("people-{language}"), Audience::Reporters);
        people.language = language.to_owned();
        settings.destinations.extend([feed, people]);
    }
    settings
}

/// `failing` servers lose that share of their checks for 16 minutes, after a quiet half hour.
fn with_loss(settings: Settings, failing: &[&str], loss: f64) -> Stage {
    let mut stage = Stage::<Evidence>::with(settings);
    stage.probe_for(30, &[], 0.0);
    stage.probe_for(16, failing, loss);
    stage
}

/// All that was said in public since it was last asked, in each language.
fn read(stage: &mut Stage) -> String {
    let said = LANGUAGES.map(|language| stage.posts_to(language).join("\n---\n"));
    stage.forget_heard();
    said.join("\n\n")
}

fn drafts(stage: &Stage) -> Vec<(DraftId, UpdateKind)> {
    let all = stage.heard.iter().filter_map(|(_, output)| match output {
        Output::Draft { id, kind, .. } => Some((*id, *kind)),
        _ => None,
    });
    all.collect()
}

#[test]
fn one_server_with_partial_loss_is_told_in_every_language() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s1"], 0.3);
    stage.types("draft publish 1 --anyway");
    assert_snapshot!("one_server", read(&mut stage));
}

#[test]
fn one_server_that_is_down_is_told_in_every_language() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s3"], 1.0);
    stage.types("draft publish 1 --anyway");
    assert_snapshot!("one_server_down_without_a_public_name", read(&mut stage));
}

/// The switch in front of s1 and s2 is bad for three quarters of an hour; the bot's own words, from first to last.
fn a_day(settings: Settings) -> String {
    let mut stage = with_loss(settings, &["s1", "s2"], 0.2);
    stage.types("draft publish 1 --anyway");
    let mut told = vec![read(&mut stage)];
    stage.probe_for(30, &["s1", "s2"], 0.2);
    let (id, kind) = *drafts(&stage).last().expect("an update is promised");
    assert_eq!(kind, UpdateKind::Identified, "the evidence names the cause");
    stage.types(&format!("draft publish {id} --anyway"));
    told.push(read(&mut stage));
    stage.probe_for(90, &[], 0.0);
    for (id, kind) in drafts(&stage) {
        if matches!(kind, UpdateKind::Monitoring | UpdateKind::Resolved) {
            stage.types(&format!("draft publish {id} --anyway"));
        }
    }
    told.push(read(&mut stage));
    told.join("\n\n=====\n\n")
}

#[test]
fn several_servers_behind_an_unnamed_provider_from_first_word_to_last() {
    assert_snapshot!("unnamed_provider", a_day(a_host_of_four_languages()));
}

#[test]
fn a_provider_with_a_public_name_is_named_in_every_language() {
    let mut settings = a_host_of_four_languages();
    for component in &mut settings.fleet.components {
        component.public_name = Some("Hivelocity".to_owned());
    }
    let told = a_day(settings);
    assert_eq!(told.matches("Hivelocity").count(), LANGUAGES.len(), "{told}");
    assert_snapshot!("named_provider", told);
}

#[test]
fn what_only_customers_tell_us_is_told_as_that_in_every_language() {
    let mut stage: Stage = Stage::with(a_host_of_four_languages());
    stage.probe_for(30, &[], 0.0);
    stage.types("incident open \"Mail is slow\" --servers s1,s2");
    stage.types("draft publish 1");
    assert_snapshot!("opened_by_hand", read(&mut stage));
}

#[test]
fn a_persons_words_go_out_as_they_are_with_a_sentence_in_the_readers_language() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s1"], 0.3);
    stage.types("draft edit 1 \"Our router drops packets. Sorry!\"");
    stage.types("draft publish 1");
    assert_snapshot!("words_of_staff", read(&mut stage));
}

#[test]
fn staff_see_how_a_draft_leaves_in_each_language_and_may_translate_it_themselves() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s1"], 0.3);
    let asked = stage.posts_to("staff").into_iter().find(|text| text.contains("not published yet"));
    let asked = asked.expect("staff are asked");
    assert!(asked.contains("In German, Spanish and French: the bot’s own"), "{asked}");
    assert_snapshot!("draft_by_the_bot", stage.types("draft show 1"));
    let body = "Websites on Server One often do not load. It began at about 21:30 EDT. \
        We are looking for the cause.";
    stage.types(&format!("draft edit 1 \"{body}\""));
    let same = stage.types("draft show 1");
    assert!(same.contains("German, Spanish and French: the bot’s own words"), "{same}");
    stage.types("draft edit 1 \"Our router drops packets.\"");
    let answer = stage.types("draft edit 1 \"Nuestro router pierde paquetes.\" --language es");
    assert!(answer.starts_with("ok: Draft 1 is now revision "), "{answer}");
    assert_snapshot!("draft_with_one_translation", stage.types("draft show 1"));
    stage.types("draft publish 1");
    let said = stage.posts_to("es");
    assert!(said[0].starts_with("Nuestro router pierde paquetes.\nPróximo aviso"), "{said:?}");
    assert!(stage.posts_to("en")[0].starts_with("Our router drops packets.\nNext update"));
}

#[test]
fn a_translation_that_nobody_would_read_is_refused() {
    let mut stage: Stage = Stage::with(settings());
    stage.types("incident open \"Mail is slow\" --servers s1");
    assert_snapshot!(stage.types("draft edit 1 \"Die Mail ist langsam.\" --language de"), @"no: No destination for the public or for reporters is in “de”: nobody would read these words.");
}

#[test]
fn what_was_approved_is_what_leaves_in_every_language() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s1", "s2"], 0.2);
    let approved = stage.heard.iter().rev().find_map(|(_, output)| match output {
        Output::Draft { wordings, .. } => Some(wordings.clone()),
        _ => None,
    });
    let approved = approved.expect("a draft waits");
    assert_eq!(approved.len(), LANGUAGES.len() - 1);
    stage.forget_heard();
    stage.types("draft publish 1 --anyway");
    for wording in approved {
        let posts = stage.posts_to(&wording.locale.language);
        assert!(posts[0].starts_with(&wording.text), "{posts:?} is not {wording:?}");
    }
}

#[test]
fn reporters_are_acknowledged_and_told_in_their_language() {
    let mut stage = with_loss(a_host_of_four_languages(), &["s1"], 0.3);
    stage.types("draft publish 1 --anyway");
    stage.forget_heard();
    stage.report("ann", "one.example");
    let heard = LANGUAGES.map(|language| stage.posts_to(&format!("people-{language}")).join("\n"));
    assert_snapshot!("acknowledged", heard.join("\n\n"));
    stage.forget_heard();
    stage.types("incident resolve 1");
    let (id, _) = *drafts(&stage).last().expect("the bot has words for the end");
    stage.types(&format!("draft publish {id} --anyway"));
    let heard = LANGUAGES.map(|language| stage.posts_to(&format!("people-{language}")).join("\n"));
    assert_snapshot!("followed_up", heard.join("\n\n"));
}

#[test]
fn times_are_told_in_the_readers_zone() {
    let mut settings = stage::settings();
    let mut berlin = destination("berlin", Audience::Public);
    berlin.timezone = Some(chrono_tz::Europe::Berlin);
    settings.destinations.push(berlin);
    let mut stage = with_loss(settings, &["s1"], 0.3);
    stage.types("draft publish 1 --anyway");
    let told = [stage.posts_to("feed").join("\n"), stage.posts_to("berlin").join("\n")];
    assert_snapshot!(told.join("\n\n"), @r#"
    Websites on Server One often do not load. It began at about 21:30 EDT. We are looking for the cause.
    Next update by 22:16 EDT.
    https://status.example.net/incidents/1

    Websites on Server One often do not load. It began at about 03:30 CEST. We are looking for the cause.
    Next update by 04:16 CEST.
    https://status.example.net/incidents/1
    "#);
}

#[test]
fn the_short_form_is_said_where_the_long_one_does_not_fit() {
    let mut settings = a_host_of_four_languages();
    for destination in &mut settings.destinations {
        destination.limits.length_max = 200;
    }
    let mut stage = with_loss(settings, &["s1", "s2"], 0.2);
    stage.types("draft publish 1 --anyway");
    let told = read(&mut stage);
    assert!(!told.contains('…'), "{told}");
    assert_snapshot!("in_short", told);
}

fn reports_in(stage: &mut Stage, person: &str, language: &str, answered: bool) -> Vec<Output> {
    stage.take(Input::Report {
        id: format!("r-{person}").into(),
        reporter: person.into(),
        source: "discord".to_owned(),
        domain: Some("one.example".to_owned()),
        confirmed: true,
        answered,
        language: Some(language.to_owned()),
        text: None,
    })
}

#[test]
fn who_reports_is_thanked_and_hears_back_in_their_own_language() {
    let mut settings = settings();
    settings.languages = LANGUAGES.map(str::to_owned).into();
    let mut feed = destination("feed-de", Audience::Public);
    feed.language = "de".to_owned();
    settings.destinations.push(feed);
    let mut stage = Stage::<Evidence>::with(settings);
    let mut thanks = Vec::new();
    for (person, language) in [("ann", "en-US"), ("ute", "de-AT"), ("léo", "fr"), ("joe", "xx")] {
        let outputs = reports_in(&mut stage, person, language, true);
        thanks.extend(outputs.into_iter().find_map(|output| match output {
            Output::Reply { text, .. } => Some(format!("{person}: {text}")),
            _ => None,
        }));
    }
    assert_snapshot!(thanks.join("\n"), @"
    ann: Thank you, your report has reached our staff. We are looking into it.
    ute: Vielen Dank, Ihre Meldung ist bei unserem Team angekommen. Wir gehen der Sache nach.
    léo: Merci, votre signalement est bien parvenu à notre équipe. Nous examinons la situation.
    joe: Thank you, your report has reached our staff. We are looking into it.
    ");
    stage.types("incident open \"Slow pages\" --servers s1");
    stage.types("draft publish 1 --anyway");
    stage.forget_heard();
    stage.types("incident resolve 1");
    stage.types("draft publish 2 --anyway");
    let told = stage.posts().filter_map(|post| {
        let question = post.body.lines().last()?;
        Some(format!("{}: {question}", post.recipient.as_ref()?))
    });
    // French was not approved: what went out in public is what léo reads, in the host's language.
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    ann: Is it fixed for you?
    joe: Is it fixed for you?
    léo: Est-ce résolu pour vous ?
    ute: Ist es für Sie behoben?
    ");
}
