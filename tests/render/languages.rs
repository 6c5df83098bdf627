//! Every language says everything that the public may hear, completely and within every limit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use bellwether::{
    domain::{LANGUAGES, Limits, TextUnit, Timestamp},
    render::{Facts, Words, date_time, fit, length, list, span},
};
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

/// The two destinations that take least: 280 with every link counted as 23 (our letters weigh one
/// each there), and 300 with links counted as they are.
const SHORT: [Limits; 2] = [
    Limits { url_length: Some(23), ..Limits::of(280, TextUnit::Characters) },
    Limits::of(300, TextUnit::Graphemes),
];
const LINK: &str = "https://status.hosting-example.net/incidents/12345";

/// One message as far as languages must agree on it.
#[derive(Debug, Default)]
struct Shape {
    facts: BTreeSet<String>,
    /// What is selected by, and the variants: numbers and plural forms, or words.
    selects: Vec<(String, BTreeSet<String>)>,
}

type Shapes = BTreeMap<String, Shape>;

fn shapes(language: &str, file: &str) -> Shapes {
    let path = format!("messages/{language}/{file}");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let resource =
        parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
    let messages = resource.body.into_iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        _ => None,
    });
    let shape = |value: Option<Pattern<&str>>| {
        let mut shape = Shape::default();
        shape.read(&value.expect("each message has a text"));
        shape
    };
    messages.map(|message| (message.id.name.to_owned(), shape(message.value))).collect()
}

impl Shape {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            match expression {
                Expression::Inline(inline) => self.fact(inline),
                Expression::Select { selector, variants } => {
                    self.fact(selector);
                    let keys = variants.iter().map(|variant| match variant.key {
                        VariantKey::Identifier { name } => name.to_owned(),
                        VariantKey::NumberLiteral { value } => value.to_owned(),
                    });
                    let InlineExpression::VariableReference { id } = selector else {
                        panic!("selects by something other than a fact: {selector:?}")
                    };
                    self.selects.push((id.name.to_owned(), keys.collect()));
                    variants.iter().for_each(|variant| self.read(&variant.value));
                }
            }
        }
    }

    fn fact(&mut self, inline: &InlineExpression<&str>) {
        if let InlineExpression::VariableReference { id } = inline {
            self.facts.insert(id.name.to_owned());
        }
    }

    fn selects_by_word(&self) -> BTreeSet<(String, BTreeSet<String>)> {
        let is_plural = |keys: &BTreeSet<String>| {
            keys.iter().all(|key| key == "one" || key == "other" || key.parse::<u32>().is_ok())
        };
        self.selects.iter().filter(|(_, keys)| !is_plural(keys)).cloned().collect()
    }
}

/// The files that a language other than English has: those that the public reads.
fn public_files() -> Vec<String> {
    let files = fs::read_dir("messages/de").expect("the folder is in the repository");
    let mut files: Vec<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    files
}

/// Every language with every public file's messages beside the English ones.
fn translations() -> impl Iterator<Item = (String, Shapes, Shapes)> {
    let others = LANGUAGES.into_iter().filter(|language| *language != "en");
    others.flat_map(|language| {
        public_files().into_iter().map(move |file| {
            (format!("{language}/{file}"), shapes("en", &file), shapes(language, &file))
        })
    })
}

#[test]
fn the_languages_that_a_configuration_may_name_are_those_that_have_words() {
    assert_eq!(Words::built_in().languages().collect::<Vec<_>>(), LANGUAGES);
    for language in LANGUAGES {
        for file in public_files() {
            assert!(!shapes(language, &file).is_empty(), "{language}/{file}");
        }
    }
    let folders = fs::read_dir("messages").expect("readable").count();
    assert_eq!(folders, LANGUAGES.len());
}

#[test]
fn every_language_has_every_public_message_with_the_same_facts() {
    for (name, english, other) in translations() {
        let keys = |shapes: &Shapes| shapes.keys().cloned().collect::<BTreeSet<_>>();
        let (english_keys, other_keys) = (keys(&english), keys(&other));
        let difference: Vec<_> = english_keys.symmetric_difference(&other_keys).collect();
        assert!(difference.is_empty(), "{name}: {difference:?}");
        for (key, shape) in &english {
            assert_eq!(shape.facts, other[key].facts, "{name}: {key}");
        }
    }
}

#[test]
fn every_language_tells_the_same_cases_apart() {
    for (name, english, other) in translations() {
        for (key, shape) in &english {
            assert_eq!(shape.selects_by_word(), other[key].selects_by_word(), "{name}: {key}");
        }
    }
}

/// English, German, Spanish and French need "one" and "other" of every count in whole numbers
/// below a million.
#[test]
fn every_count_has_each_plural_form_that_its_language_needs() {
    for language in LANGUAGES {
        for file in public_files() {
            for (key, shape) in shapes(language, &file) {
                for (fact, keys) in &shape.selects {
                    let counted = ["count", "people", "days"].contains(&fact.as_str());
                    let complete = keys.contains("one") && keys.contains("other");
                    assert!(!counted || complete, "{language}/{file}: {key} lacks a form");
                }
            }
        }
    }
}

#[test]
fn every_embedded_word_is_the_one_in_its_file() {
    let words = Words::built_in();
    let mut looked_at = 0;
    for language in LANGUAGES {
        for file in public_files() {
            for (key, shape) in shapes(language, &file) {
                if shape.facts.is_empty() {
                    let text = fs::read_to_string(format!("messages/{language}/{file}")).unwrap();
                    let said = words.say(language, &key, &Facts::new());
                    assert!(text.contains(&format!("{key} = {said}\n")), "{language}: {key}");
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 300, "{looked_at}");
}

#[test]
fn no_public_message_is_given_an_internal_id() {
    let internal =
        ["id", "incident", "draft", "suspicion", "report", "post", "revision", "by", "component"];
    for file in public_files() {
        for (key, shape) in shapes("en", &file) {
            let told = shape.facts.iter().find(|fact| internal.contains(&fact.as_str()));
            assert_eq!(told, None, "{key}");
        }
    }
}

/// The longest that a message is reasonably given.
fn longest(words: &Words, language: &str) -> Facts {
    let night: Timestamp = "2014-09-25T02:00:00Z".parse().unwrap();
    let dated = || date_time(words, language, night, chrono_tz::America::New_York);
    let names = ["Web Server Amsterdam 12", "Web Server Frankfurt 14"];
    Facts::new()
        .text("servers", list(words, language, &names))
        .text("impact", "minor")
        .text(
            "title",
            "Websites with a shop cannot take any orders, and their owners cannot log in",
        )
        .text("cause", "our network provider Hivelocity in Atlanta")
        .text("since", dated())
        .text("until", dated())
        .text("from", dated())
        .text("time", dated())
}

/// What a short form becomes in the end: with the promise and the link.
fn whole(words: &Words, language: &str, key: &str) -> String {
    let trouble = words.say(language, "trouble-short", &longest(words, language));
    let facts = longest(words, language).text("trouble", trouble);
    let said = words.say(language, key, &facts);
    let is_last = ["resolved", "false-alarm", "maintenance"].iter().any(|one| key.contains(one));
    let promise = words.say(language, "promise", &facts);
    if is_last { format!("{said}\n{LINK}") } else { format!("{said}\n{promise}\n{LINK}") }
}

#[test]
fn every_short_form_fits_where_least_fits_with_promise_and_link() {
    let words = Words::built_in();
    let mut too_long = Vec::new();
    for file in ["incident-public.ftl", "maintenance-public.ftl"] {
        let keys: Vec<String> = shapes("en", file).into_keys().collect();
        let said = |key: &&String| key.starts_with("draft-") || key.starts_with("maintenance-");
        let has_shorter = |key: &&String| keys.contains(&format!("{key}-short"));
        for key in keys.iter().filter(said).filter(|key| !has_shorter(key)) {
            for language in LANGUAGES {
                let whole = whole(&words, language, key);
                for limits in SHORT.iter().filter(|limits| fit(&whole, limits) != whole) {
                    let (length, max) = (length(&whole, limits), limits.length_max);
                    too_long.push(format!("{language} {key}: {length} of {max}"));
                }
            }
        }
    }
    assert!(too_long.is_empty(), "{too_long:#?}");
}

#[test]
fn lists_dates_and_spans_read_as_in_each_language() {
    let words = Words::built_in();
    let first: Timestamp = "2014-03-02T03:00:00Z".parse().unwrap();
    let said = LANGUAGES.map(|language| {
        let zone = chrono_tz::America::New_York;
        let names = list(&words, language, &["Server One", "Server Two", "Server Three"]);
        let spans = [0, 1, 60, 120, 3600, 5400, 90_000].map(|s| span(&words, language, s));
        let date = date_time(&words, language, first, zone);
        format!("{language}: {names} | {date} | {}", spans.join(" | "))
    });
    insta::assert_snapshot!(said.join("\n"), @r#"
    de: Server One, Server Two und Server Three | 1. März 2014, 22:00 EST | 0 Sekunden | 1 Sekunde | 1 Minute | 2 Minuten | 1 Stunde | 1 Stunde 30 Minuten | 1 Tag 1 Stunde
    en: Server One, Server Two and Server Three | 1 March 2014, 22:00 EST | 0 seconds | 1 second | 1 minute | 2 minutes | 1 hour | 1 hour 30 minutes | 1 day 1 hour
    es: Server One, Server Two y Server Three | 1 de marzo de 2014, 22:00 EST | 0 segundos | 1 segundo | 1 minuto | 2 minutos | 1 hora | 1 hora y 30 minutos | 1 día y 1 hora
    fr: Server One, Server Two et Server Three | 1er mars 2014, 22:00 EST | 0 seconde | 1 seconde | 1 minute | 2 minutes | 1 heure | 1 heure 30 minutes | 1 jour 1 heure
    "#);
}
