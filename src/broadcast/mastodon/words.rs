//! Whether a status that stands at a server says what was sent.
//!
//! Servers turn a text into HTML, each in its own way: links are shortened, stars become bold,
//! quotes are curled. What survives everywhere are letters, digits and where links lead; that is
//! compared. Pure.

/// What a text says, however it is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Saying {
    /// Letters and digits outside links and mentions, in lower case; of a text without any, all its
    /// signs.
    letters: String,
    /// Where its links lead, in order.
    links: Vec<String>,
}

impl Saying {
    /// Of plain text.
    pub(super) fn of_text(text: &str) -> Self {
        let (mut rest, mut links) = (String::new(), Vec::new());
        let mut at = 0;
        while let Some(begins) = next_link(&text[at..]) {
            rest.push_str(&text[at..at + begins]);
            rest.push(' ');
            at += begins;
            let end = text[at..].find(|sign: char| sign.is_whitespace() || sign == '<');
            let link = &text[at..at + end.unwrap_or(text.len() - at)];
            let link =
                link.trim_end_matches(|sign: char| sign.is_ascii_punctuation() || sign == '…');
            at += link.len().max(1);
            links.push(link.to_owned());
        }
        rest.push_str(&text[at..]);
        let words = rest.split_whitespace().filter(|word| !is_mention(word));
        let words: Vec<&str> = words.collect();
        let signs = words.iter().flat_map(|word| word.chars());
        let letters = signs.clone().filter(|sign| sign.is_alphanumeric());
        let letters: String = letters.flat_map(char::to_lowercase).collect();
        let letters = if letters.is_empty() { signs.collect() } else { letters };
        Self { letters, links }
    }

    /// Whether a status's content says what was sent. Some servers take a text's own `<` and `&` as
    /// they are, so that it is read as HTML as well.
    pub(super) fn is_in(&self, html: &str, sent: &str) -> bool {
        let there = Self::of_html(html);
        there == *self || there == Self::of_html(sent)
    }

    /// Of a status's content.
    fn of_html(html: &str) -> Self {
        Self::of_text(&text_of(html))
    }
}

/// Where the next link begins.
fn next_link(text: &str) -> Option<usize> {
    ["https://", "http://"].into_iter().filter_map(|scheme| text.find(scheme)).min()
}

/// Networks show a mention by its first half, or by the person's name.
fn is_mention(word: &str) -> bool {
    word.trim_start_matches(['(', '"', '.']).starts_with('@')
}

/// The text that a reader sees; a link that is shown shortened stands there whole.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(&unescaped(before));
        let Some((tag, after)) = after.split_once('>') else { return text };
        rest = after;
        let name: String = tag.chars().take_while(|sign| !sign.is_whitespace()).collect();
        match name.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "a" => link = Some((attribute(tag, "href"), text.len())),
            "/a" => {
                if let Some((href, from)) = link.take() {
                    let shown = text.get(from..).unwrap_or_default();
                    if is_shortened(shown, &href) {
                        text.truncate(from);
                        text.push_str(&href);
                    }
                }
            }
            "br" | "p" | "/p" | "/li" | "/div" => text.push(' '),
            _ => {}
        }
    }
    text.push_str(&unescaped(rest));
    text
}

fn is_shortened(shown: &str, href: &str) -> bool {
    let is_link = next_link(href) == Some(0);
    is_link && (next_link(shown) == Some(0) || shown.ends_with('…') || shown.ends_with("..."))
}

/// The value of a tag's attribute.
fn attribute(tag: &str, name: &str) -> String {
    let Some((_, after)) = tag.split_once(&format!("{name}=")) else { return String::new() };
    let quote = after.chars().next().filter(|sign| matches!(sign, '"' | '\''));
    let value = match quote {
        Some(quote) => after[1..].split(quote).next(),
        None => after.split_whitespace().next(),
    };
    unescaped(value.unwrap_or_default())
}

/// HTML's references as what they stand for.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let sign = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        match sign.and_then(|(name, after)| Some((reference(name)?, after))) {
            Some((sign, after)) => {
                out.push(sign);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "Sites on s1 & s2 \"may\" load *slowly* <again>.\nNext update by 22:00 EST.\n\
                        https://status.example.org/incidents/1?a=1&b=2";

    #[test]
    fn every_servers_way_of_laying_a_text_out_is_recognised() {
        let ways = [
            // Mastodon
            "<p>Sites on s1 &amp; s2 &quot;may&quot; load *slowly* &lt;again&gt;.<br />Next update by \
             22:00 EST.<br /><a href=\"https://status.example.org/incidents/1?a=1&amp;b=2\" \
             target=\"_blank\" rel=\"nofollow noopener\"><span class=\"invisible\">https://</span>\
             <span class=\"ellipsis\">status.example.org/incidents/</span>\
             <span class=\"invisible\">1?a=1&amp;b=2</span></a></p>",
            // a server that reads markdown and curls quotes
            "<p>Sites on s1 &amp; s2 “may” load <b>slowly</b> &lt;again&gt;.</p><p>Next update by \
             22:00 EST.</p><p><a href='https://status.example.org/incidents/1?a=1&#38;b=2'>\
             status.example.org/inci…</a></p>",
            // one that makes no links
            "Sites on s1 &amp; s2 &#34;may&#34; load *slowly* &lt;again&gt;.<br>Next update by 22:00 \
             EST.<br>https://status.example.org/incidents/1?a=1&amp;b=2",
        ];
        for html in ways {
            assert_eq!(Saying::of_html(html), Saying::of_text(SENT), "{html}");
        }
    }

    #[test]
    fn other_words_another_link_or_none_are_something_else() {
        let sent = Saying::of_text(SENT);
        for other in [
            SENT.replace("22:00", "22:30"),
            SENT.replace("incidents/1", "incidents/2"),
            SENT.replace("https://status.example.org/incidents/1?a=1&b=2", ""),
            SENT.replace("may", "do"),
            String::new(),
        ] {
            assert_ne!(Saying::of_text(&other), sent, "{other}");
        }
    }

    #[test]
    fn a_mention_a_hashtag_and_signs_alone_are_recognised() {
        let pairs = [
            (
                "Thanks @hivelocity@social.example #outage!",
                "<p>Thanks <span class=\"h-card\"><a href=\"https://social.example/@hivelocity\">\
                 @<span>hivelocity</span></a></span> <a href=\"https://s.example/tags/outage\" \
                 class=\"mention hashtag\">#<span>outage</span></a>!</p>",
            ),
            ("✅ 👍", "<p>✅ 👍</p>"),
        ];
        for (text, html) in pairs {
            assert_eq!(Saying::of_html(html), Saying::of_text(text), "{html}");
        }
        assert_ne!(Saying::of_text("✅"), Saying::of_text("👍"));
    }

    #[test]
    fn html_that_is_none_is_read_to_its_end() {
        for html in
            ["<", "<a", "a < b", "&", "&#x;", "&#99999999;", "<a href=>x</a>", "</a>", "<a href='"]
        {
            let _ = Saying::of_html(html);
        }
    }
}
