//! Words: said, overridden, cut to fit, and made harmless.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests say what holds by failing"
)]

#[path = "render/languages.rs"]
mod languages;

mod render {
    pub mod weighted;
}

use std::collections::{BTreeMap, BTreeSet};

use bellwether::{
    domain::{Limits, ReportId, TextUnit, Timestamp, WordFiles},
    render::{
        Facts, Hidden, Words, clock_time, date_time, fit, hashtags, length, links, list,
        neutralise, percent, person_marker, report_marker, reveal, span,
    },
};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a time in the test is RFC 3339")
}

fn overrides(language: &str, text: &str) -> WordFiles {
    let files = BTreeMap::from([("own.ftl".to_owned(), text.to_owned())]);
    BTreeMap::from([(language.to_owned(), files)])
}

fn problems(text: &str) -> String {
    let problems = Words::with(&overrides("en", text)).expect_err("these words are broken");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_built_in_file_is_fluent_and_listed_and_has_each_key_once() {
    let mut keys = BTreeSet::new();
    for entry in std::fs::read_dir("messages/en").expect("the folder is in the repository") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).expect("readable");
        let resource = match fluent_syntax::parser::parse(text.as_str()) {
            Ok(resource) => resource,
            Err((_, errors)) => panic!("{}: {errors:?}", path.display()),
        };
        for entry in resource.body {
            if let fluent_syntax::ast::Entry::Message(message) = entry {
                let key = message.id.name.to_owned();
                assert!(Words::built_in().has(&key), "{}: not embedded", path.display());
                assert!(keys.insert(key), "{}: `{}` twice", path.display(), message.id.name);
            }
        }
    }
    assert!(keys.contains("list-and"));
}

#[test]
fn an_unknown_language_falls_back_to_english_and_an_unknown_key_to_itself() {
    let words = Words::built_in();
    let facts = || Facts::new().number("count", 2);
    assert_eq!(words.say("xx", "span-hours", &facts()), "2 hours");
    assert_eq!(words.say("not a language", "span-hours", &facts()), "2 hours");
    assert_eq!(words.say("en", "no-such-message", &facts()), "no-such-message");
    assert_eq!(words.say("en", "", &facts()), "");
}

#[test]
fn numbers_are_plain_and_plural_forms_follow_them() {
    let words = Words::built_in();
    let hours = |count: u64| words.say("en", "span-hours", &Facts::new().number("count", count));
    assert_eq!(hours(1), "1 hour");
    assert_eq!(hours(0), "0 hours");
    assert_eq!(hours(1_234_567), "1234567 hours");
    let broken = Facts::new().number("count", f64::NAN);
    assert_eq!(words.say("en", "span-hours", &broken), "? hours");
}

#[test]
fn shares_read_as_percentages_that_never_claim_too_much() {
    let read = |shares: &[f64]| shares.iter().map(|share| percent(*share)).collect::<Vec<_>>();
    assert_eq!(read(&[0.0, 0.00001, 0.003, 0.0304]), ["0 %", "< 0.1 %", "0.3 %", "3 %"]);
    assert_eq!(read(&[0.0996, 0.11, 0.995, 0.99999]), ["10 %", "11 %", "99.5 %", "99.9 %"]);
    assert_eq!(read(&[1.0, 7.0, -1.0, f64::NAN]), ["100 %", "100 %", "0 %", "? %"]);
}

#[test]
fn lists_times_and_spans_read_as_people_say_them() {
    let words = Words::built_in();
    assert_eq!(list::<&str>(&words, "en", &[]), "");
    assert_eq!(list(&words, "en", &["s1"]), "s1");
    assert_eq!(list(&words, "en", &["s1", "s2"]), "s1 and s2");
    assert_eq!(list(&words, "en", &["s1", "s2", "s3", "s4"]), "s1, s2, s3 and s4");
    let night = moment("2014-01-24T03:00:00Z");
    assert_eq!(clock_time(night, chrono_tz::America::New_York), "22:00 EST");
    assert_eq!(clock_time(night, chrono_tz::Europe::Istanbul), "05:00 EET");
    assert_eq!(clock_time(night, chrono_tz::America::Sao_Paulo), "01:00 UTC-02");
    let said = date_time(&words, "en", night, chrono_tz::America::New_York);
    assert_eq!(said, "23 January 2014, 22:00 EST");
    let spans = [1, 59, 60, 900, 3600, 5400, 86400, 90_000].map(|s| span(&words, "en", s));
    assert_eq!(
        spans.join(" | "),
        "1 second | 59 seconds | 1 minute | 15 minutes | 1 hour | \
        1 hour 30 minutes | 1 day | 1 day 1 hour"
    );
}

#[test]
fn staffs_own_words_replace_the_built_in_ones_and_leave_the_rest() {
    let words = Words::with(&overrides("en", "list-and = { $first } & { $last }\n"))
        .expect("these words are whole");
    assert_eq!(list(&words, "en", &["s1", "s2", "s3"]), "s1, s2 & s3");
    let words = Words::with(&overrides("de", "list-and = { $first } und { $last }\n"))
        .expect("these words are whole");
    assert_eq!(list(&words, "de-AT", &["s1", "s2", "s3"]), "s1, s2 und s3");
    let hours = |language| words.say(language, "span-hours", &Facts::new().number("count", 2));
    assert_eq!(hours("de"), "2 Stunden", "what a language's own files leave out stays built in");
    assert_eq!(hours("fr"), "2 heures");
    assert_eq!(list(&words, "en", &["s1", "s2"]), "s1 and s2");
    Words::with(&overrides("en", "-us = we\nlist-and = { -us }: { $first }\n"))
        .expect("a term of their own is theirs, and a fact may be left out");
}

#[test]
fn broken_words_are_refused_with_file_and_line_all_at_once() {
    let found = problems(
        "# ours\nlist-and = { $first } & { $lst }\n\nlist-more = { $first\n\nlist-ad = x\nspan-days =\n    { $count ->\n       *[other] { NUMBER($count) } days\n    }\nspan-days = { list-and }\n",
    );
    insta::assert_snapshot!(found, @r#"
    en/own.ftl:2: found `{ $lst }` in `list-and`, expected one of `{ $first }`, `{ $last }`
    en/own.ftl:6: found `list-ad = x`, expected Fluent: Expected a token starting with "}"
    en/own.ftl:6: found the message `list-ad`, expected a message that the bot has, such as `list-and`
    en/own.ftl:7: found `span-days` again, expected it once: it stands in own.ftl
    en/own.ftl:9: found `{ NUMBER }` in `span-days`, expected text and placeholders
    en/own.ftl:11: found `{ list-and }` in `span-days`, expected text and placeholders
    "#);
}

#[test]
fn a_language_that_is_none_is_refused() {
    let found = Words::with(&overrides("not a language", "")).expect_err("this is no language");
    insta::assert_snapshot!(found[0], @r#"not a language/:1: found the folder `not a language`, expected a language such as `en` or `de`"#);
}

const LONG: &str = "We see packet loss in front of two servers. Sites may load slowly. \
    We are working on it with our provider. Next update at 22:00 EST.\nhttps://status.example.org/incidents/1";

fn fitted(length_max: u32) -> String {
    fit(LONG, &Limits::of(length_max, TextUnit::Characters))
}

#[test]
fn a_text_too_long_is_cut_where_a_reader_would_and_keeps_its_link() {
    let at = |length_max| fitted(length_max).replace('\n', "⏎");
    let cuts = [500, 150, 110, 80, 45, 39, 38, 20, 2, 1, 0].map(at).join("\n");
    insta::assert_snapshot!(cuts, @r#"
    We see packet loss in front of two servers. Sites may load slowly. We are working on it with our provider. Next update at 22:00 EST.⏎https://status.example.org/incidents/1
    We see packet loss in front of two servers. Sites may load slowly. We are working on it with our provider. …⏎https://status.example.org/incidents/1
    We see packet loss in front of two servers. Sites may load slowly. …⏎https://status.example.org/incidents/1
    We see packet loss in front of two…⏎https://status.example.org/incidents/1
    We…⏎https://status.example.org/incidents/1
    https://status.example.org/incidents/1
    https://status.example.org/incidents/1
    We see packet loss…
    W…
    …
    "#);
}

#[test]
fn a_marker_is_kept_whole_or_left_out() {
    let text = format!("she wrote {} and we looked", report_marker(&ReportId::from("r-1")));
    for length_max in 0..40 {
        let cut = fit(&text, &Limits::of(length_max, TextUnit::Characters));
        assert_eq!(cut.contains('⟦'), cut.contains('⟧'), "{cut}");
    }
}

#[test]
fn hostile_text_becomes_one_harmless_line() {
    let cases = [
        "@everyone @here <@123> <@&9> <#5> <!channel>",
        "<script>alert('x')</script><img src=x onerror=y>",
        "**bold** _it_ ~~gone~~ `code` ||spoiler|| # head\n> quote\n- [link](https://evil.example)",
        "safe\u{202e}gpj.exe\u{202c} a\u{200b}b\u{feff}c\u{ad}d",
        "nul\0 bell\u{7} esc\u{1b}[31m tab\tline\r\nnext\u{2028}more",
        "  \n\t  ",
        "z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
        "⟦report:r-2⟧ {{ 7*7 }} ${x} \\n",
        "\u{e0041}tag \u{e000}private 👩\u{200d}👩\u{200d}👧 ok",
        "really slow and sometimes unavailable",
    ];
    insta::assert_snapshot!(cases.map(|case| neutralise(case, 80)).join("\n"), @r#"
    ＠everyone ＠here ‹＠123› ‹＠&9› ‹＃5› ‹!channel›
    ‹script›alert('x')‹/script›‹img src=x onerror=y›
    ∗∗bold∗∗ ＿it＿ ∼∼gone∼∼ ’code’ ¦¦spoiler¦¦ ＃ head › quote - (link)(https: //…
    safegpj.exe abcd
    nul bell esc(31m tab line next more

    ź́́́́́́
    (report:r-2) ❴❴ 7∗7 ❵❵ $❴x❵ ⧵n
    tag private 👩👩👧 ok
    really slow and sometimes unavailable
    "#);
    let long = neutralise(&"word ".repeat(800), 100);
    assert!(long.chars().count() <= 100 && long.ends_with("word…"), "{long}");
}

#[test]
fn markers_are_replaced_once_and_an_unknown_one_shows_nothing() {
    let id = ReportId::from("r-1");
    let text = format!("first {}, then {}", report_marker(&id), report_marker(&"r-9".into()));
    let lookup = |hidden: &Hidden| {
        (*hidden == Hidden::Report(id.clone())).then(|| "sad ⟦report:r-1⟧ site".to_owned())
    };
    assert_eq!(reveal(&text, lookup), "first sad ⟦report:r-1⟧ site, then …");
    let by = person_marker(&"p-1".into());
    assert_eq!(reveal(&format!("by {by}, ⟦other⟧"), lookup), "by …, ⟦other⟧");
    assert_eq!(reveal("no end ⟦report:r-1", lookup), "no end ⟦report:r-1");
}

#[test]
fn where_every_url_counts_alike_a_long_one_costs_no_more_and_a_short_one_no_less() {
    let limits = Limits { url_length: Some(23), ..Limits::of(500, TextUnit::Characters) };
    let lengths = [
        "https://status.example.org/incidents/1?a-very-long=query-that-goes-on-and-on",
        "See https://a.example/1.",
        "(https://a.example/1), https://b.example/2!",
        "https://localhost/1",
        "shttps://a.example/1",
        "https://a.example/…",
        "https://",
    ]
    .map(|text| length(text, &limits));
    assert_eq!(lengths, [23, 4 + 23 + 1, 1 + 23 + 3 + 23 + 1, 19, 20, 24, 8]);
}

#[test]
fn links_and_hashtags_are_found_where_they_are_and_not_in_each_other() {
    let text =
        "Lé #outage, see (https://a.example/x#top), http://b.example. #1 a#b #größe https://c";
    let shown = |found: Vec<std::ops::Range<usize>>| {
        found.into_iter().map(|range| &text[range]).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(links(text)), "https://a.example/x#top http://b.example");
    assert_eq!(shown(hashtags(text)), "#outage #größe");
}

#[test]
fn a_url_that_counts_little_leaves_room_for_words_and_is_never_cut() {
    let limits = |length_max| Limits {
        url_length: Some(10),
        ..Limits::of(length_max, TextUnit::Characters)
    };
    let text = "Sites may load slowly, see https://status.example.org/incidents/1 for more of it.";
    let at = |length_max| fit(text, &limits(length_max));
    let cuts = [60, 45, 38, 37, 36].map(at).join("\n");
    insta::assert_snapshot!(cuts, @r"
    Sites may load slowly, see https://status.example.org/incidents/1 for more of it.
    Sites may load slowly, see https://status.example.org/incidents/1 for…
    Sites may load slowly, see https://status.example.org/incidents/1…
    Sites may load slowly, see…
    Sites may load slowly, see…
    ");
}

#[test]
fn a_second_limit_of_bytes_holds_beside_the_first() {
    let limits = Limits { bytes_max: Some(60), ..Limits::of(300, TextUnit::Graphemes) };
    let family = "👩\u{200d}👩\u{200d}👧".repeat(5);
    let cut = fit(&format!("{family}\nhttps://a.example/1"), &limits);
    assert!(cut.len() <= 60 && cut.ends_with("\nhttps://a.example/1"), "{cut}");
    assert!(cut.starts_with(&format!("{}…", "👩\u{200d}👩\u{200d}👧".repeat(2))), "{cut}");
}

fn any_limits() -> impl Strategy<Value = Limits> {
    let unit = prop_oneof![
        Just(TextUnit::Bytes),
        Just(TextUnit::Characters),
        Just(TextUnit::Graphemes),
        Just(TextUnit::Weighted),
    ];
    let url_length = prop::option::of(0u32..40);
    let bytes_max = prop::option::of(0u32..200);
    (0u32..80, unit, url_length, bytes_max).prop_map(|(length_max, unit, url_length, bytes_max)| {
        Limits { length_max, unit, url_length, bytes_max }
    })
}

/// Texts of what makes cutting hard: joined emoji, accents, prepended signs, markers, links.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        "[a-z]{1,9}",
        Just(". ".to_owned()),
        Just("! ".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just(" ".to_owned()),
        Just("e\u{301}\u{327}".to_owned()),
        Just("👩\u{200d}👩\u{200d}👧🏽".to_owned()),
        Just("🇩🇪🇫🇷".to_owned()),
        Just("\u{600}1".to_owned()),
        Just("각".to_owned()),
        Just("⟦report:r1⟧".to_owned()),
        Just("\nhttps://status.example.org/1".to_owned()),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_fitted_is_never_over_the_limit(text in any_text(), limits in any_limits()) {
        let holds = |text: &str| length(text, &limits) <= limits.length_max as usize
            && limits.bytes_max.is_none_or(|max| text.len() <= max as usize);
        let cut = fit(&text, &limits);
        prop_assert!(holds(&cut), "{cut:?}");
        if holds(&text) {
            prop_assert_eq!(cut, text);
        }
    }

    #[test]
    fn no_grapheme_is_ever_split(text in any_text(), limits in any_limits()) {
        let cut = fit(&text, &limits);
        let places: BTreeSet<usize> =
            text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let kept = cut.lines().filter(|line| !line.starts_with("https://")).collect::<Vec<_>>();
        let body = cut.strip_suffix('…').map(str::trim_end);
        let body = body.or_else(|| text.starts_with(&cut).then_some(cut.as_str()));
        let whole = body.is_some_and(|body| text.starts_with(body) && places.contains(&body.len()));
        let with_link = cut.rsplit_once('\n').is_some_and(|(body, link)| {
            let body = body.strip_suffix('…').map_or(body, str::trim_end);
            link.starts_with("https://") && text.starts_with(body) && places.contains(&body.len())
        });
        prop_assert!(whole || with_link || kept.is_empty(), "{cut:?} of {text:?}");
    }

    #[test]
    fn what_is_neutralised_has_no_control_and_no_ping(text in "(\\PC|@|<|\u{202e}|\n|\0|https://|.){0,60}", length_max in 0usize..60) {
        let line = neutralise(&text, length_max);
        prop_assert!(line.chars().count() <= length_max);
        prop_assert!(!line.contains(['@', '<', '>', '`', '*', '\n', '\0', '\u{202e}', '\u{200b}']), "{line:?}");
        prop_assert!(!line.contains("://"), "{line:?}");
    }

    #[test]
    fn no_words_and_no_facts_make_saying_panic(language in "\\PC{0,12}", key in "\\PC{0,12}", text in any_text()) {
        let files = overrides(&language, &text);
        if let Ok(words) = Words::with(&files) {
            words.say(&language, &key, &Facts::new().text("first", text));
        }
    }
}
