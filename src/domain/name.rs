//! Domain names in their one form: ASCII, lower case, no dot at the end.

/// The one form of a domain name, or `None` when `text` is none.
///
/// International names become their `xn--` form (UTS #46). A name has at most 253 characters in
/// labels of 1 to 63 letters, digits, hyphens and underscores (RFC 1035, with the underscore that
/// real customers use).
pub fn domain_name(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 1000 {
        return None;
    }
    let plain = text.is_ascii() && !text.contains("--");
    let name = if plain { text.to_ascii_lowercase() } else { idna::domain_to_ascii(text).ok()? };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
    (name.len() <= 253 && name.split('.').all(label)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_has_one_form() {
        let form = |text| domain_name(text).unwrap_or_default();
        assert_eq!(form("Example.ORG."), "example.org");
        assert_eq!(form(" Bücher.example "), "xn--bcher-kva.example");
        assert_eq!(form("XN--BCHER-KVA.example"), "xn--bcher-kva.example");
        assert_eq!(form("_dmarc.example.org"), "_dmarc.example.org");
    }

    #[test]
    fn what_is_no_domain_has_none() {
        for text in ["", ".", "a..b", "*.example.org", "two words", "a/b", "<b>", "a@b.example"] {
            assert_eq!(domain_name(text), None, "{text:?}");
        }
        assert_eq!(domain_name(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(domain_name(&"a.".repeat(127)), Some("a.".repeat(126) + "a"));
        assert_eq!(domain_name(&"a.".repeat(128)), None);
    }
}
