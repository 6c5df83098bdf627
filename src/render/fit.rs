//! Cuts text to what a destination takes, where a reader would cut it.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{Limits, TextUnit};

const ELLIPSIS: &str = "…";
const ELLIPSIS_AFTER_SENTENCE: &str = " …";

/// `text` within `limits`.
///
/// A text that is too long loses its end: after the last whole sentence if that keeps half of what
/// fits, else after the last whole word, else after the last whole grapheme; "…" shows the cut
/// where it fits. A last line that is nothing but a link stays whole if it fits at all. The result
/// is never over the limit and no grapheme is ever split.
pub fn fit(text: &str, limits: &Limits) -> String {
    let limit = limits.length_max as usize;
    if length(text, limits.unit) <= limit {
        return text.to_owned();
    }
    let Some((body, link)) = link_line(text) else { return cut(text, limit, limits.unit) };
    let tail = length(link, limits.unit);
    if tail > limit {
        return cut(text, limit, limits.unit);
    }
    // The line break before the link counts one in every unit.
    let body = cut(body, limit.saturating_sub(tail + 1), limits.unit);
    if body.is_empty() { link.to_owned() } else { format!("{body}\n{link}") }
}

/// How long a destination that counts in `unit` takes `text` to be.
pub fn length(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Bytes => text.len(),
        TextUnit::Characters => text.chars().count(),
        TextUnit::Graphemes => text.graphemes(true).count(),
    }
}

/// The text before a last line that is a link, and the link.
fn link_line(text: &str) -> Option<(&str, &str)> {
    let (body, last) = text.trim_end().rsplit_once('\n')?;
    let link = last.trim();
    let is_link = ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme));
    (is_link && !link.contains(char::is_whitespace)).then(|| (body.trim_end(), link))
}

fn cut(text: &str, limit: usize, unit: TextUnit) -> String {
    if length(text, unit) <= limit {
        return text.to_owned();
    }
    let room = |sign: &str| limit.checked_sub(length(sign, unit));
    let Some(room_after_word) = room(ELLIPSIS) else {
        return Prefix::of(text, limit, unit).whole().to_owned();
    };
    if let Some(sentences) = room(ELLIPSIS_AFTER_SENTENCE)
        .and_then(|room| Prefix::of(text, room, unit).at(text.split_sentence_bound_indices()))
        .filter(|kept| length(kept, unit) * 2 >= limit)
    {
        return format!("{sentences}{ELLIPSIS_AFTER_SENTENCE}");
    }
    let prefix = Prefix::of(text, room_after_word, unit);
    let words = prefix.at(text.split_word_bound_indices()).unwrap_or_else(|| prefix.whole());
    format!("{words}{ELLIPSIS}")
}

/// As much of a text as fits, with every place where it may be cut: between graphemes and outside
/// a `⟦marker⟧`, and not after a space.
struct Prefix<'a> {
    text: &'a str,
    places: Vec<usize>,
}

impl<'a> Prefix<'a> {
    fn of(text: &'a str, room: usize, unit: TextUnit) -> Self {
        let mut places = Vec::new();
        let (mut used, mut in_marker) = (0, false);
        for (start, grapheme) in text.grapheme_indices(true) {
            used += match unit {
                TextUnit::Graphemes => 1,
                TextUnit::Bytes | TextUnit::Characters => length(grapheme, unit),
            };
            if used > room {
                break;
            }
            in_marker = (in_marker || grapheme.contains('⟦')) && !grapheme.contains('⟧');
            if !in_marker && !grapheme.trim().is_empty() {
                places.push(start + grapheme.len());
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
