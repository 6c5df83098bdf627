//! X's way to count, against what twitter-text 3.1.0 says of the same texts.
//!
//! The vectors are texts of our own, and texts made at random of what makes counting hard, with what
//! that package (Apache-2.0) answered: `[text, weighted length, links]`.

use bellwether::{
    domain::{Limits, TextUnit},
    render::{fit, length, weighted_links},
};

const VECTORS: &str = include_str!("../data/twitter-text-3.1.0.json");
const X: Limits = Limits::of(280, TextUnit::Weighted);

fn vectors() -> Vec<(String, usize, Vec<String>)> {
    serde_json::from_str(VECTORS).expect("the vectors are JSON")
}

#[test]
fn every_text_is_as_long_as_twitter_text_says_and_has_its_links() {
    let vectors = vectors();
    assert!(vectors.len() > 500, "{} vectors", vectors.len());
    let mut wrong = Vec::new();
    for (text, wanted, wanted_links) in vectors {
        let found = length(&text, &X);
        let found_links: Vec<&str> =
            weighted_links(&text).into_iter().map(|link| &text[link]).collect();
        // The links of a text that is not in normal form are spelled otherwise there.
        let is_normal = !text.contains('\u{301}');
        if found != wanted || (is_normal && found_links != wanted_links) {
            wrong.push(format!("{text:?}: {found} {found_links:?}, not {wanted} {wanted_links:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(25)].join("\n")
    );
}

#[test]
fn a_text_cut_for_x_is_never_over_its_limit_even_where_the_cut_makes_a_link() {
    for (text, _, _) in vectors() {
        for length_max in [0, 1, 2, 7, 11, 23, 24, 40] {
            let limits = Limits { length_max, ..X };
            let cut = fit(&text, &limits);
            assert!(
                length(&cut, &limits) <= length_max as usize,
                "{text:?} at {length_max}: {cut:?}"
            );
        }
    }
    let cut = fit("See host.community-of-many-words-without-end", &Limits { length_max: 20, ..X });
    insta::assert_snapshot!(cut, @"See…");
}

#[test]
fn a_link_costs_23_and_stands_whole_at_the_end() {
    let text = format!(
        "{}\nhttps://status.example.org/incidents/1?and=more",
        "Sites are slow. ".repeat(30)
    );
    let cut = fit(&text, &X);
    assert!(cut.ends_with(" …\nhttps://status.example.org/incidents/1?and=more"), "{cut}");
    assert!((260..=280).contains(&length(&cut, &X)), "{}", length(&cut, &X));
}
