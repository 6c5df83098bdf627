//! Which language a reader gets: what their browser asks for (RFC 9110, 12.5.4), of what there is.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// Wishes of one reader that are looked at.
const WISHES_MAX: usize = 20;
const HEADER_BYTES_MAX: usize = 500;

/// The language among `offered` that is wished for most; the first where none is.
pub(super) fn wished<'a>(headers: &HeaderMap, offered: &'a [String]) -> Option<&'a str> {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let header = header.filter(|text| text.len() <= HEADER_BYTES_MAX).unwrap_or_default();
    let mut best: Option<(u32, &str)> = None;
    for (range, weight) in header.split(',').take(WISHES_MAX).filter_map(wish) {
        // `*` is no wish: who takes any language gets the first.
        let found = offered.iter().find(|one| primary(one).eq_ignore_ascii_case(primary(range)));
        let is_better = weight > 0 && best.is_none_or(|(most, _)| weight > most);
        best = found.filter(|_| is_better).map(|one| (weight, one.as_str())).or(best);
    }
    best.map(|(_, language)| language).or_else(|| offered.first().map(String::as_str))
}

/// A language and how much it is wished for, in thousandths.
fn wish(text: &str) -> Option<(&str, u32)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let weight = parts.next().and_then(|part| part.split_once('='));
    let weight = match weight.filter(|(name, _)| name.eq_ignore_ascii_case("q")) {
        None => 1000,
        Some((_, number)) => {
            let number: f64 = number.trim().parse().ok()?;
            (number.clamp(0.0, 1.0) * 1000.0).round() as u32
        }
    };
    Some((range, weight))
}

/// "de" of "de-CH".
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_wished_for_most_is_found() {
        let offered = ["en", "de", "fr"].map(str::to_owned);
        let given = |header: &str| {
            let mut headers = HeaderMap::new();
            headers.extend(header.parse().ok().map(|value| (ACCEPT_LANGUAGE, value)));
            wished(&headers, &offered).expect("one").to_owned()
        };
        for (header, language) in [
            ("", "en"),
            ("de", "de"),
            ("DE-ch", "de"),
            ("es, fr;q=0.3, de;q=0.9", "de"),
            ("fr;q=0.8,de;q=0.8", "fr"),
            ("es", "en"),
            ("*", "en"),
            ("de;q=0, *", "en"),
            ("de;q=much, fr;q=0.1", "fr"),
            ("de;q=7", "de"),
            ("de;Q=0.1, fr;q=0.5", "fr"),
            (";;,,;q=1", "en"),
            (&"x,".repeat(400), "en"),
        ] {
            assert_eq!(given(header), language, "{header}");
        }
        assert_eq!(wished(&HeaderMap::new(), &[]), None);
    }
}
