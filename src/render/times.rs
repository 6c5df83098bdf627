//! Moments that stand in words, for places that tell each reader their own time.
//!
//! The engine's words tell a moment in its own zone ("22:00 EDT"). For a destination that can do
//! better, [`mark_times`] puts a neutral marker in the place of those words, so that what is kept
//! and sent stays the same bytes; whoever sends turns the markers into its own signs
//! ([`discord_times`](super::discord_times)). Must not: guess; what is no known moment stays words.

use crate::domain::Timestamp;

use super::outside::{MARKER_CLOSE, MARKER_OPEN};

const MOMENT: &str = "at:";
/// How far before a time of day its date may stand, in bytes.
const DATE_REACH_BYTES: usize = 12;

/// A moment, and how it is told in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldTime {
    /// As it is told: "22:00 EDT", "24 April 2014, 22:00 EDT".
    pub words: String,
    /// When it is.
    pub at: Timestamp,
    /// The words tell the day too.
    pub dated: bool,
}

/// Whether a time of day stands in `text`.
pub fn tells_time(text: &str) -> bool {
    text.as_bytes().windows(5).any(|five| {
        let is_digit = |place: usize| five[place].is_ascii_digit();
        five[2] == b':' && is_digit(0) && is_digit(1) && is_digit(3) && is_digit(4)
    })
}

/// `text` with a marker for the words of each moment of `told`, the longest words first.
pub fn mark_times(text: &str, told: &[ToldTime]) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|sign: char| sign.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        marked.push_str(before);
        let found = told
            .iter()
            .filter(|one| stands_alone(&marked, from, one))
            .max_by_key(|one| one.words.len());
        let taken = match found {
            Some(one) => {
                marked += &marker(one);
                one.words.len()
            }
            None => {
                let end = from.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(from.len());
                marked.push_str(&from[..end]);
                end
            }
        };
        rest = &from[taken..];
    }
    marked + rest
}

fn marker(told: &ToldTime) -> String {
    let style = if told.dated { 'f' } else { 't' };
    format!("{MARKER_OPEN}{MOMENT}{}:{style}{MARKER_CLOSE}", told.at.timestamp())
}

/// Whether `from` begins with the words and they are no part of longer ones: a time of day is not
/// taken out of another day's.
fn stands_alone(before: &str, from: &str, told: &ToldTime) -> bool {
    let Some(after) = from.strip_prefix(told.words.as_str()) else { return false };
    let goes_on = after.starts_with(|sign: char| sign.is_alphanumeric());
    let is_inside = before.ends_with(|sign: char| sign.is_alphanumeric() || sign == ':');
    !told.words.is_empty() && !goes_on && !is_inside && (told.dated || !ends_in_date(before))
}

/// Whether a date stands just before: a year, or a day and a month with a comma after it.
fn ends_in_date(before: &str) -> bool {
    // A marker is no date, whatever second it holds.
    let before = before.rsplit(MARKER_CLOSE).next().unwrap_or(before);
    let bytes = before.as_bytes();
    let near = &bytes[bytes.len().saturating_sub(DATE_REACH_BYTES)..];
    let has_day = || {
        let mut words = before.trim_end_matches(", ").rsplit(' ');
        let month = words.next().is_some_and(|word| word.chars().all(char::is_alphabetic));
        month && words.next().is_some_and(|day| day.starts_with(|one: char| one.is_ascii_digit()))
    };
    near.windows(4).any(|four| four.iter().all(u8::is_ascii_digit))
        || (before.ends_with(", ") && has_day())
}

/// `text` with what `show` makes of each moment's marker, given its second and its style; a marker
/// that was cut off goes.
pub(super) fn with_moments(text: &str, show: impl Fn(i64, char) -> String) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARKER_OPEN) {
        shown.push_str(before);
        let inside = after.strip_prefix(MOMENT);
        let whole = inside.and_then(|inside| inside.split_once(MARKER_CLOSE));
        match (whole.and_then(|(inside, behind)| Some((moment(inside)?, behind))), inside) {
            (Some(((second, style), behind)), _) => {
                shown += &show(second, style);
                rest = behind;
            }
            (None, Some(inside)) if is_cut_off(inside) => {
                shown.push('…');
                rest = "";
            }
            (None, _) => {
                shown.push(MARKER_OPEN);
                rest = after;
            }
        }
    }
    shown + rest
}

fn moment(inside: &str) -> Option<(i64, char)> {
    let (second, style) = inside.split_once(':')?;
    let style = match style {
        "t" => 't',
        "f" => 'f',
        _ => return None,
    };
    let is_plain = !second.is_empty() && second.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| second.parse().ok()).flatten().map(|second| (second, style))
}

fn is_cut_off(inside: &str) -> bool {
    inside.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, ':' | 't' | 'f' | '…' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::discord_times;

    fn told(words: &str, second: i64, dated: bool) -> ToldTime {
        let at = Timestamp::from_timestamp(second, 0).expect("a moment");
        ToldTime { words: words.to_owned(), at, dated }
    }

    fn shown(text: &str) -> String {
        let told = [
            told("22:00 EDT", 1_398_391_200, false),
            told("23 April 2014, 22:00 EDT", 1_398_304_800, true),
        ];
        discord_times(&mark_times(text, &told))
    }

    #[test]
    fn a_moment_that_is_known_is_marked_and_nothing_else() {
        assert_eq!(shown("Next update by 22:00 EDT."), "Next update by <t:1398391200:t>.");
        assert_eq!(shown("since 23 April 2014, 22:00 EDT"), "since <t:1398304800:f>");
        assert_eq!(shown("22:00 EDT, 22:00 EDT"), "<t:1398391200:t>, <t:1398391200:t>");
        for plain in [
            "22:05 EDT",
            "22 April 2014, 22:00 EDT",
            "le 22 avril 2014 à 22:00 EDT",
            "122:00 EDT",
            "22:00 EDTs",
            "10:22:00 EDT",
            "24 of 48 checks",
            "",
        ] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn what_is_no_marker_of_ours_stays_and_half_a_one_goes() {
        for text in ["⟦at:x:t⟧", "⟦at:1:R⟧", "⟦at:-1:t⟧", "⟦report:1⟧", "⟦", "a ⟧ b"]
        {
            assert_eq!(discord_times(text), text);
        }
        assert_eq!(discord_times("by ⟦at:13983…"), "by …");
        assert_eq!(discord_times("⟦⟦at:7:f⟧"), "⟦<t:7:f>");
    }

    #[test]
    fn a_time_of_day_is_seen() {
        assert!(tells_time("at 22:00 EDT") && tells_time("00:05"));
        assert!(!tells_time("3 of 4: yes") && !tells_time("é1:2") && !tells_time(""));
    }
}
