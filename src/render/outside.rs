//! Text from outside: made harmless, or kept out altogether behind a marker.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{Limits, PersonId, ReportId, TextUnit};

use super::fit;

pub(super) const MARKER_OPEN: char = '⟦';
pub(super) const MARKER_CLOSE: char = '⟧';
const REPORT: &str = "report:";
const PERSON: &str = "person:";
/// More would be a tower of accents; no script needs it.
const GRAPHEME_CHARACTERS_MAX: usize = 8;

/// `outside` as one harmless line of at most `length_max` characters.
///
/// Characters that control, hide or reorder text go; line breaks and other spaces become one space.
/// Signs that are markup, a ping or a channel somewhere become look-alikes that are none anywhere
/// (`@` → `＠`, `<` → `‹`, `*` → `∗`, …), and a link is broken after its scheme ("https: //") so
/// that it can be read and not be clicked. What was cut off shows as "…".
pub fn neutralise(outside: &str, length_max: usize) -> String {
    let mut line = String::new();
    let (mut characters, mut space_waits) = (0, false);
    for character in outside.graphemes(true).flat_map(tame) {
        if character.is_whitespace() {
            space_waits = !line.is_empty();
            continue;
        }
        if space_waits || (character == '/' && line.ends_with(':')) {
            line.push(' ');
            characters += 1;
            space_waits = false;
        }
        line.push(character);
        characters += 1;
        if characters > length_max {
            break;
        }
    }
    let length_max = u32::try_from(length_max).unwrap_or(u32::MAX);
    fit(&line, &Limits::of(length_max, TextUnit::Characters))
}

/// What stands for a report's words in the engine's texts, so that they never enter the journal's
/// chain; [`reveal`] puts the words in where staff read.
pub fn report_marker(report: &ReportId) -> String {
    format!("{MARKER_OPEN}{REPORT}{report}{MARKER_CLOSE}")
}

/// What stands for a person's name in the engine's texts and in `by`, so that an account never
/// enters the journal's chain.
pub fn person_marker(person: &PersonId) -> String {
    format!("{MARKER_OPEN}{PERSON}{person}{MARKER_CLOSE}")
}

/// What stands, in a post to one person, for the token by which they confirm and leave.
pub const TOKEN_MARKER: &str = "⟦token⟧";
/// The path below which a subscriber leaves, before their token.
pub const LEAVE_PATH: &str = "/unsubscribe/";
/// The path below which an address' owner confirms, before their token.
pub const CONFIRM_PATH: &str = "/subscribe/";

/// The link in a letter by which its reader leaves: the last word that is one.
pub fn leave_link(body: &str) -> Option<&str> {
    let is_link = |word: &&str| word.starts_with("http") && word.contains(LEAVE_PATH);
    body.split_whitespace().rfind(is_link)
}

/// What a marker stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// A report's words.
    Report(ReportId),
    /// A person's name.
    Person(PersonId),
}

/// `text` with each marker replaced by what `lookup` has for it, or by "…" for nothing.
///
/// What is put in is not looked through again. It comes from outside: `lookup` must [`neutralise`]
/// it.
pub fn reveal(text: &str, lookup: impl Fn(&Hidden) -> Option<String>) -> String {
    let mut revealed = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARKER_OPEN) {
        let Some((inside, behind)) = after.split_once(MARKER_CLOSE) else { break };
        revealed.push_str(before);
        match hidden(inside) {
            Some(hidden) => revealed.push_str(lookup(&hidden).as_deref().unwrap_or("…")),
            None => {
                revealed.push(MARKER_OPEN);
                rest = after;
                continue;
            }
        }
        rest = behind;
    }
    revealed.push_str(rest);
    revealed
}

fn hidden(inside: &str) -> Option<Hidden> {
    let report = inside.strip_prefix(REPORT).map(|id| Hidden::Report(ReportId::from(id)));
    report.or_else(|| Some(Hidden::Person(PersonId::from(inside.strip_prefix(PERSON)?))))
}

fn tame(grapheme: &str) -> impl Iterator<Item = char> {
    grapheme.chars().filter_map(look_alike).take(GRAPHEME_CHARACTERS_MAX)
}

/// The character itself, a harmless one that looks like it, or nothing.
fn look_alike(character: char) -> Option<char> {
    Some(match character {
        '@' => '＠',
        '#' => '＃',
        '<' => '‹',
        '>' => '›',
        '*' => '∗',
        '_' => '＿',
        '~' => '∼',
        '`' => '\u{2019}',
        '|' => '¦',
        '\\' => '⧵',
        '[' | '⟦' => '(',
        ']' | '⟧' => ')',
        '{' => '❴',
        '}' => '❵',
        '\u{2028}' | '\u{2029}' => ' ',
        _ if character.is_whitespace() => ' ',
        _ if is_unseen(character) => return None,
        _ => character,
    })
}

/// Controls, formats (bidirectional overrides, zero-width and tag characters), fillers that show
/// as nothing, private use and non-characters.
///
/// Source: General_Category Cc, Cf, Co and the Default_Ignorable_Code_Point letters of Unicode 16.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..)
}
