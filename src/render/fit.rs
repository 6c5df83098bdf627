//! Cuts text to what a destination takes, where a reader would cut it.
//!
//! A text is measured in pieces: a grapheme each, save that a URL is one piece where the destination
//! counts every URL alike. Both what a text costs and where it may be cut follow from them.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{Limits, TextUnit};

use super::{links::url_at, weighted};

const ELLIPSIS: &str = "…";
const ELLIPSIS_AFTER_SENTENCE: &str = " …";

/// `text` within `limits`.
///
/// A text that is too long loses its end: after the last whole sentence if that keeps half of what
/// fits, else after the last whole word, else after the last whole grapheme; "…" shows the cut
/// where it fits. A last line that is nothing but a link stays whole if it fits at all. The result
/// is never over the limit and no grapheme is ever split.
pub fn fit(text: &str, limits: &Limits) -> String {
    if holds(text, limits) {
        return text.to_owned();
    }
    let Some((body, link)) = link_line(text) else { return cut(text, limits) };
    if !holds(link, limits) {
        return cut(text, limits);
    }
    let mut room = beside(limits, &format!("\n{link}"));
    loop {
        let kept = cut(body, &room);
        let whole = if kept.is_empty() { link.to_owned() } else { format!("{kept}\n{link}") };
        // Side by side the two can count more than each by itself.
        if holds(&whole, limits) {
            return whole;
        }
        if kept.is_empty() || room.length_max == 0 {
            return link.to_owned();
        }
        room.length_max -= 1;
    }
}

/// How long a destination with these limits takes `text` to be, in their unit.
pub fn length(text: &str, limits: &Limits) -> usize {
    if limits.url_length.is_none() || limits.unit == TextUnit::Weighted {
        return plain_length(text, limits.unit);
    }
    pieces(text, limits).map(|piece| piece.length).sum()
}

/// What is left of `limits` beside `text`.
pub fn beside(limits: &Limits, text: &str) -> Limits {
    let less = |max: u32, taken: usize| max.saturating_sub(u32::try_from(taken).unwrap_or(max));
    Limits {
        length_max: less(limits.length_max, length(text, limits)),
        bytes_max: limits.bytes_max.map(|max| less(max, text.len())),
        ..*limits
    }
}

fn holds(text: &str, limits: &Limits) -> bool {
    length(text, limits) <= limits.length_max as usize
        && limits.bytes_max.is_none_or(|max| text.len() <= max as usize)
}

fn plain_length(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Bytes => text.len(),
        TextUnit::Characters => text.chars().count(),
        TextUnit::Graphemes => text.graphemes(true).count(),
        TextUnit::Weighted => weighted::length(text),
    }
}

/// The text before a last line that is a link, and the link.
fn link_line(text: &str) -> Option<(&str, &str)> {
    let (body, last) = text.trim_end().rsplit_once('\n')?;
    let link = last.trim();
    let is_link = ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme));
    (is_link && !link.contains(char::is_whitespace)).then(|| (body.trim_end(), link))
}

fn cut(text: &str, limits: &Limits) -> String {
    let mut room = *limits;
    loop {
        let kept = cut_once(text, &room);
        // What a word is cut to can be a link by itself ("host.com|puter"), which may count more.
        if holds(&kept, limits) || room.length_max == 0 {
            return kept;
        }
        room.length_max -= 1;
    }
}

fn cut_once(text: &str, limits: &Limits) -> String {
    if holds(text, limits) {
        return text.to_owned();
    }
    let room = |sign: &str| holds(sign, limits).then(|| beside(limits, sign));
    let Some(room_after_word) = room(ELLIPSIS) else {
        return Prefix::of(text, limits).whole().to_owned();
    };
    if let Some(sentences) = room(ELLIPSIS_AFTER_SENTENCE)
        .and_then(|room| Prefix::of(text, &room).at(text.split_sentence_bound_indices()))
        .filter(|kept| length(kept, limits) * 2 >= limits.length_max as usize)
    {
        return format!("{sentences}{ELLIPSIS_AFTER_SENTENCE}");
    }
    let prefix = Prefix::of(text, &room_after_word);
    let words = prefix.at(text.split_word_bound_indices()).unwrap_or_else(|| prefix.whole());
    format!("{words}{ELLIPSIS}")
}

/// What is counted, and never cut in two.
struct Piece<'a> {
    start: usize,
    text: &'a str,
    /// In the destination's unit.
    length: usize,
}

/// A text's pieces, in order.
fn pieces<'a>(text: &'a str, limits: &'a Limits) -> Box<dyn Iterator<Item = Piece<'a>> + 'a> {
    if limits.unit == TextUnit::Weighted {
        let piece = |(range, length): (std::ops::Range<usize>, usize)| Piece {
            start: range.start,
            text: &text[range],
            length,
        };
        return Box::new(weighted::pieces(text).into_iter().map(piece));
    }
    let mut at = 0;
    Box::new(std::iter::from_fn(move || {
        let rest = &text[at..];
        let is_start = !text[..at].ends_with(char::is_alphanumeric);
        let url = limits.url_length.filter(|_| is_start).zip(url_at(rest));
        let (piece, length) = match url {
            Some((length, url)) => (url, length as usize),
            None => {
                let grapheme = rest.graphemes(true).next()?;
                (grapheme, plain_length(grapheme, limits.unit))
            }
        };
        let start = at;
        at += piece.len();
        Some(Piece { start, text: piece, length })
    }))
}

/// As much of a text as fits, with every place where it may be cut: between pieces and outside
/// a `⟦marker⟧`, and not after a space.
struct Prefix<'a> {
    text: &'a str,
    places: Vec<usize>,
}

impl<'a> Prefix<'a> {
    fn of(text: &'a str, room: &Limits) -> Self {
        let mut places = Vec::new();
        let (mut used, mut in_marker) = (0, false);
        for Piece { start, text: piece, length } in pieces(text, room) {
            used += length;
            let end = start + piece.len();
            let is_over = used > room.length_max as usize;
            if is_over || room.bytes_max.is_some_and(|max| end > max as usize) {
                break;
            }
            in_marker = (in_marker || piece.contains('⟦')) && !piece.contains('⟧');
            if !in_marker && !piece.trim().is_empty() {
                places.push(end);
            }
        }
        Self { text, places }
    }

    fn whole(&self) -> &'a str {
        self.places.last().map_or("", |end| &self.text[..*end])
    }

    /// Up to the last of `pieces` that ends within the prefix; spaces at its end are dropped.
    fn at(&self, pieces: impl Iterator<Item = (usize, &'a str)>) -> Option<&'a str> {
        let last = *self.places.last()?;
        pieces
            .map(|(start, piece)| (start, start + piece.trim_end().len()))
            .take_while(|(start, _)| *start < last)
            .filter(|(start, end)| end > start && self.places.binary_search(end).is_ok())
            .last()
            .map(|(_, end)| &self.text[..end])
    }
}
