//! URLs and hashtags in a text, as far as networks take them for that.

use std::ops::Range;

/// Where the URLs of `text` are, in bytes, in order.
pub fn links(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = text[at..].find("http") {
        let start = at + next;
        let is_start = !text[..start].ends_with(char::is_alphanumeric);
        let url = url_at(&text[start..]).filter(|_| is_start);
        at = start + url.map_or("http".len(), str::len);
        found.extend(url.map(|_| start..at));
    }
    found
}

/// Where the hashtags of `text` are, in bytes, in order, their `#` included.
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    let links = links(text);
    let starts = text.match_indices('#').map(|(start, _)| start);
    let starts = starts.filter(|start| text[..*start].chars().next_back().is_none_or(is_gap));
    let tags = starts.filter_map(|start| {
        let name = &text[start + 1..];
        let is_name = |sign: char| sign.is_alphanumeric() || sign == '_';
        let length = name.find(|sign| !is_name(sign)).unwrap_or(name.len());
        let is_word = name[..length].contains(char::is_alphabetic);
        (is_word && length <= TAG_BYTES_MAX).then_some(start..start + 1 + length)
    });
    tags.filter(|tag| !links.iter().any(|link| link.contains(&tag.start))).collect()
}

/// The URL that `text` begins with: with a dotted host, and without the signs after it that belong
/// to the sentence.
pub(super) fn url_at(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let end = text.find(|sign: char| sign.is_whitespace() || sign.is_control() || sign == '…');
    let url = &text[..end.unwrap_or(text.len())];
    let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"', '”']);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.split(char::is_whitespace).next().unwrap_or_default();
    let host = host.trim_end_matches(|sign: char| !sign.is_ascii_alphanumeric());
    let (name, ending) = host.rsplit_once('.')?;
    let is_ending = ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_whole = url.is_ascii() && url.len() >= text.len() - rest.len() + host.len();
    (is_ending && !name.is_empty() && is_whole).then_some(url)
}

/// The longest hashtag, in bytes.
const TAG_BYTES_MAX: usize = 128;

fn is_gap(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '(' | '[' | '"' | '“')
}
