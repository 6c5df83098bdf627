//! What X makes a link: an address with or without its scheme, if its ending is a top-level domain.
//!
//! The rules are those that twitter-text 3.1.0 shows, with its own list of top-level domains.

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

/// The longest address, in characters.
const LINK_LENGTH_MAX: usize = 4096;
/// The longest label of a host name, in ASCII.
const LABEL_LENGTH_MAX: usize = 63;
/// The longest name in the list, in characters.
const TLD_LENGTH_MAX: usize = 24;
const TLDS: &str = include_str!("tlds.txt");

/// Where the links of a text are, in bytes, from left to right.
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut at = 0;
    let mut before = None;
    // At the very start an address may begin after the first sign, or else with it.
    if let Some(found) = first(text) {
        links.extend(found.links(text));
        at = found.end;
    }
    while let Some(sign) = text[at..].chars().next() {
        // X sees a sign beyond the first 65,536 as two: an address may begin with its second half.
        let half = (sign > '\u{ffff}').then_some(sign);
        let before_it = before.filter(|before| may_precede(*before)).or(half);
        if before_it.is_some()
            && let Some(found) = Found::at(text, at, before_it)
        {
            links.extend(found.links(text));
            at = found.end;
            before = None;
        } else {
            at += sign.len_utf8();
            before = Some(sign);
        }
    }
    links
}

fn first(text: &str) -> Option<Found> {
    let sign = text.chars().next()?;
    let after = may_precede(sign).then(|| Found::at(text, sign.len_utf8(), Some(sign)));
    after.flatten().or_else(|| Found::at(text, 0, None))
}

/// What looks like an address.
struct Found {
    before: Option<char>,
    has_scheme: bool,
    host: Range<usize>,
    has_path: bool,
    start: usize,
    end: usize,
}

impl Found {
    fn at(text: &str, start: usize, before: Option<char>) -> Option<Self> {
        let scheme = scheme(&text[start..]);
        let with_scheme = scheme.and_then(|length| {
            let end = host(text, start + length)?;
            Some((true, start + length..end))
        });
        let (has_scheme, host) =
            with_scheme.or_else(|| Some((false, start..host(text, start)?)))?;
        let port_end = host.end + port(&text[host.end..]);
        let path_end = port_end + path(&text[port_end..]);
        let end = path_end + query(&text[path_end..]);
        Some(Self { before, has_scheme, has_path: path_end > port_end, host, start, end })
    }

    /// The link it is: whole with a scheme, else what is ASCII of its host, and what follows that.
    fn links(&self, text: &str) -> Vec<Range<usize>> {
        let host = &text[self.host.clone()];
        let is_short = text[self.start..self.end].chars().count() <= LINK_LENGTH_MAX;
        let mut plain = plain_hosts(text, self.host.clone());
        let is_encoded = host.starts_with("xn--") && plain.is_empty();
        if !is_short || is_encoded || !host.split('.').all(is_label) {
            return Vec::new();
        }
        if self.has_scheme {
            return std::iter::once(self.start..self.end).collect();
        }
        if self.before.is_some_and(|sign| matches!(sign, '-' | '_' | '.' | '/')) {
            return Vec::new();
        }
        if self.has_path
            && let Some(last) = plain.last_mut()
        {
            // As many signs as host and path have, also where the path does not follow the host.
            let signs = text[last.clone()].chars().chain(text[self.host.end..self.end].chars());
            last.end = last.start + signs_on(&text[last.start..], signs.count());
        }
        plain
    }
}

/// The bytes of so many signs.
fn signs_on(text: &str, count: usize) -> usize {
    text.chars().take(count).map(char::len_utf8).sum()
}

/// The hosts of plain letters within a host.
fn plain_hosts(text: &str, host: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = host.start;
    while at < host.end {
        let end = plain_host(&text[..host.end], at);
        match end {
            Some(end) => {
                found.push(at..end);
                at = end;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// The end of the longest host of plain letters that begins at `start`.
fn plain_host(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    let mut end = None;
    loop {
        let rest = &text[at..];
        let length: usize =
            rest.chars().take_while(|sign| is_plain(*sign)).map(char::len_utf8).sum();
        if length == 0 || !rest[length..].starts_with('.') {
            return end;
        }
        at += length + 1;
        end = tld(&text[at..]).map(|length| at + length).or(end);
    }
}

/// The end of the host that begins at `start`: the longest that ends with a top-level domain.
fn host(text: &str, start: usize) -> Option<usize> {
    let run: usize =
        text[start..].chars().take_while(|sign| in_host(*sign)).map(char::len_utf8).sum();
    let run = start + run;
    let (mut at, mut end, mut is_well) = (start, None, true);
    while is_well {
        let label = text[at..run].split('.').next().unwrap_or_default();
        let next = at + label.len() + 1;
        if next > run {
            break;
        }
        is_well = begins_and_ends_well(label);
        if is_well && !label.contains('_') {
            end = tld(&text[next..]).map(|length| next + length).or(end);
        }
        at = next;
    }
    end
}

fn begins_and_ends_well(label: &str) -> bool {
    !label.is_empty() && !label.starts_with(['-', '_']) && !label.ends_with(['-', '_'])
}

/// How much of `text`, from its start on, is a top-level domain.
fn tld(text: &str) -> Option<usize> {
    static KNOWN: OnceLock<BTreeSet<&str>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| TLDS.lines().filter(|line| !line.starts_with('#')).collect());
    let ends = text.char_indices().map(|(at, sign)| at + sign.len_utf8()).take(TLD_LENGTH_MAX);
    let ends: Vec<usize> = ends.collect();
    let is_one = |end: &&usize| {
        let goes_on = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '@' | '+' | '-');
        !text[**end..].starts_with(goes_on) && known.contains(text[..**end].to_lowercase().as_str())
    };
    let found = ends.iter().rev().find(is_one).copied();
    found.or_else(|| {
        let name = text.get(..4).filter(|begin| begin.eq_ignore_ascii_case("xn--"))?;
        let is_more = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let more = text.bytes().skip(name.len()).take_while(is_more).count();
        (more > 0).then_some(name.len() + more)
    })
}

fn is_label(label: &str) -> bool {
    let length = if label.is_ascii() {
        Some(label.len())
    } else {
        idna::punycode::encode_str(label).map(|encoded| encoded.len() + "xn--".len())
    };
    length.is_some_and(|length| (1..=LABEL_LENGTH_MAX).contains(&length))
}

fn scheme(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().map(str::len).find(|length| {
        let begin = text.get(..*length);
        begin.is_some_and(|begin| {
            begin.eq_ignore_ascii_case("https://") || begin.eq_ignore_ascii_case("http://")
        })
    })
}

fn port(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(':') else { return 0 };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    if count > 0 { count + 1 } else { 0 }
}

/// How much of `text` is a path: up to the last sign that may end one.
fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let (mut at, mut end) = (1, 1);
    while let Some(sign) = text[at..].chars().next() {
        let length = if sign == '(' {
            match brackets(&text[at..], 2) {
                Some(length) => length,
                None => break,
            }
        } else if in_path(sign) {
            sign.len_utf8()
        } else {
            break;
        };
        at += length;
        if sign == '(' || ends_path(sign) {
            end = at;
        }
    }
    end
}

/// How much of `text` is a pair of round brackets with something in it, nested at most so deep, and
/// one pair within at most.
fn brackets(text: &str, depth: usize) -> Option<usize> {
    let (mut at, mut has_inner) = (1, false);
    while let Some(sign) = text[at..].chars().next() {
        match sign {
            ')' if at > 1 => return Some(at + 1),
            '(' if depth > 1 && !has_inner => {
                at += brackets(&text[at..], depth - 1)?;
                has_inner = true;
            }
            _ if in_path(sign) => at += sign.len_utf8(),
            _ => return None,
        }
    }
    None
}

/// How much of `text` is a query: up to the last sign that may end one.
fn query(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('?') else { return 0 };
    let in_query =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"!?*'@();:&=+$/%#[]-_.,~|".contains(byte);
    let ends_query = |byte: u8| byte.is_ascii_alphanumeric() || b"-_&=#/".contains(&byte);
    let all = rest.bytes().take_while(in_query).count();
    let end = rest.as_bytes()[..all].iter().rposition(|byte| ends_query(*byte));
    end.map_or(0, |end| end + 2)
}

fn in_path(sign: char) -> bool {
    let is_mark = "!*';:=+,.$/%#[]-\u{2013}_~@|&".contains(sign);
    sign.is_ascii_alphanumeric() || is_mark || is_cyrillic(sign) || is_accented(sign)
}

fn ends_path(sign: char) -> bool {
    let is_mark = "+-=_#/".contains(sign);
    sign.is_ascii_alphanumeric() || is_mark || is_cyrillic(sign) || is_accented(sign)
}

fn is_plain(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '-' || is_accented(sign)
}

/// Whether a sign can stand in a host, or between its labels.
fn in_host(sign: char) -> bool {
    let is_mark = "!'#%&()*+,\\/:;<=>?@[]^{|}~$".contains(sign);
    !(is_mark || is_space(sign) || is_unusable(sign) || is_directional(sign))
}

/// Whether an address can begin after a sign.
fn may_precede(sign: char) -> bool {
    let is_part = sign.is_ascii_alphanumeric() || "@\u{ff20}$#\u{ff03}".contains(sign);
    !(is_part || is_unusable(sign))
}

fn is_space(sign: char) -> bool {
    matches!(sign, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{180e}'
        | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_unusable(sign: char) -> bool {
    matches!(sign, '\u{fffe}' | '\u{feff}' | '\u{ffff}')
}

fn is_directional(sign: char) -> bool {
    matches!(sign, '\u{202a}'..='\u{202e}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2066}'..='\u{2069}')
}

fn is_cyrillic(sign: char) -> bool {
    ('\u{400}'..='\u{4ff}').contains(&sign)
}

fn is_accented(sign: char) -> bool {
    matches!(sign, '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' | '\u{253}'
        | '\u{254}' | '\u{256}' | '\u{257}' | '\u{259}' | '\u{25b}' | '\u{263}' | '\u{268}'
        | '\u{26f}' | '\u{272}' | '\u{289}' | '\u{28b}' | '\u{2bb}' | '\u{300}'..='\u{36f}'
        | '\u{1e00}'..='\u{1eff}')
}
