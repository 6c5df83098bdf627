//! X's weighted length: most signs of Latin, Greek, Cyrillic, Hebrew or Arabic count one, others two;
//! an emoji two, however many characters it is made of; a link 23.
//!
//! Source: X's documentation on counting characters, and the configuration (version 3) and behaviour
//! of twitter-text 3.1.0, which `tests/weighted.rs` compares it with. An emoji that is newer than
//! that counts as its parts, which is never too little. Pure. Start at [`pieces`].

mod emoji;
mod links;

use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;
use unicode_segmentation::UnicodeSegmentation;

pub use links::links;

/// What a link counts.
const LINK_LENGTH: usize = 23;
/// Characters that count one.
const LIGHT: [(char, char); 4] = [
    ('\u{0}', '\u{10ff}'),
    ('\u{2000}', '\u{200d}'),
    ('\u{2010}', '\u{201f}'),
    ('\u{2032}', '\u{2037}'),
];

/// A text's pieces, in order, each with what it counts: links, and graphemes between them.
pub(super) fn pieces(text: &str) -> Vec<(Range<usize>, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for link in links(text) {
        pieces.extend(graphemes(text, at..link.start));
        at = link.end;
        pieces.push((link, LINK_LENGTH));
    }
    pieces.extend(graphemes(text, at..text.len()));
    pieces
}

/// How long X takes a text to be.
pub(super) fn length(text: &str) -> usize {
    let normal = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    pieces(&normal).into_iter().map(|(_, length)| length).sum()
}

fn graphemes(text: &str, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, usize)> {
    let start = range.start;
    text[range].grapheme_indices(true).map(move |(at, grapheme)| {
        let at = start + at;
        (at..at + grapheme.len(), grapheme_length(grapheme))
    })
}

fn grapheme_length(grapheme: &str) -> usize {
    if grapheme.len() == 1 {
        return 1;
    }
    let normal = ComposingNormalizerBorrowed::new_nfc().normalize(grapheme);
    let signs: Vec<char> = normal.chars().collect();
    let (mut at, mut length) = (0, 0);
    while at < signs.len() {
        let taken = emoji::taken(&signs[at..]);
        length += if taken > 0 { 2 } else { weight(signs[at]) };
        at += taken.max(1);
    }
    length
}

fn weight(sign: char) -> usize {
    if LIGHT.iter().any(|(first, last)| (*first..=*last).contains(&sign)) { 1 } else { 2 }
}
