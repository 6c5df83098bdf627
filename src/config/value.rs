//! Values out of words: times, sizes, addresses, names. Pure; each says `None` to what it is not.

use url::Url;

/// A time such as "500ms", "30s", "5m", "2h" or "14d", in milliseconds.
pub(super) fn span_ms(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit_ms)
}

/// The shortest way to write a time that [`span_ms`] reads.
pub(super) fn span_word(ms: u64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let whole = units.into_iter().find(|(unit_ms, _)| ms > 0 && ms.is_multiple_of(*unit_ms));
    let (unit_ms, unit) = whole.unwrap_or((1, "ms"));
    format!("{}{unit}", ms / unit_ms)
}

/// A size such as "512KB", "256MB" or "2GB", in bytes; the units are powers of 1024.
pub(super) fn size_bytes(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit {
        "B" => 0,
        "KB" => 10,
        "MB" => 20,
        "GB" => 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The shortest way to write a size that [`size_bytes`] reads.
pub(super) fn size_word(bytes: u64) -> String {
    let units = [(30, "GB"), (20, "MB"), (10, "KB")];
    let whole = units.into_iter().find(|(shift, _)| bytes > 0 && bytes.is_multiple_of(1 << shift));
    let (shift, unit) = whole.unwrap_or((0, "B"));
    format!("{}{unit}", bytes >> shift)
}

/// A `http` or `https` URL with a host, and without user, password or fragment.
pub(super) fn web_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (web && bare).then(|| text.to_owned())
}

/// Whether a text holds a URL with something before an `@`: it may be a password.
pub(super) fn may_hold_password(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| rest.contains('@'))
}

/// `host:port`, an IPv6 host in brackets. Gives the host without brackets, and the port.
pub(super) fn host_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse::<u16>().ok().filter(|port| *port > 0)?;
    let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
        None => crate::domain::domain_name(host)?,
    };
    Some((host, port))
}

/// Whether a text can be an id: 1 to 64 letters, digits, `-`, `_` and `.`, the first a letter or
/// digit. Commands list ids with commas, and logs quote them bare.
pub(super) fn is_id(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    first && rest && text.len() <= 64
}

/// What is expected of one of Discord's ids.
pub(super) const SNOWFLAKE_EXPECTED: &str =
    "an id such as \"1034567890123456789\", which Discord copies when its developer mode is on";

/// One of Discord's ids, in digits.
pub fn snowflake(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && is_snowflake(*id))
}

/// Whether a number can be one of Discord's ids: Discord's own stores them as positive `i64`.
pub(super) fn is_snowflake(id: u64) -> bool {
    id > 0 && i64::try_from(id).is_ok()
}

/// Whether a text looks like a language tag ("en", "pt-BR").
pub(super) fn is_language(text: &str) -> bool {
    text.len() <= 35 && text.parse::<unic_langid::LanguageIdentifier>().is_ok()
}

/// A text as it may be printed: in quotes, cut after 60 characters, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    if may_hold_password(text) {
        return "a URL with a user or password".to_owned();
    }
    let short: String = text.chars().take(60).collect();
    let mark = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{mark}\"", short.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_read_and_written() {
        assert_eq!(span_ms("30s"), Some(30_000));
        assert_eq!(span_ms("14d"), Some(1_209_600_000));
        assert_eq!(size_bytes("256MB"), Some(268_435_456));
        for text in ["", "s", "30", "30 s", "-1s", "1.5h", "30S", "99999999999999999999d"] {
            assert_eq!(span_ms(text), None, "{text:?}");
            assert_eq!(size_bytes(text), None, "{text:?}");
        }
        for text in ["0ms", "500ms", "90s", "5m", "2h", "14d"] {
            assert_eq!(span_ms(text).map(span_word).as_deref(), Some(text));
        }
        for text in ["0B", "1500B", "512KB", "256MB", "2GB"] {
            assert_eq!(size_bytes(text).map(size_word).as_deref(), Some(text));
        }
    }

    #[test]
    fn addresses_have_a_host_and_a_port() {
        assert_eq!(host_port("S1.example:443"), Some(("s1.example".into(), 443)));
        assert_eq!(host_port("[2001:db8::1]:443"), Some(("2001:db8::1".into(), 443)));
        for text in ["s1", "s1:0", "s1:65536", ":443", "2001:db8::1:443", "http://s1:80", "s 1:80"]
        {
            assert_eq!(host_port(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_url_with_a_password_is_neither_taken_nor_printed() {
        for text in ["https://u:hunter2@s1.example/", "https://u:hunter2@s 1/", "x://hunter2@"] {
            assert_eq!(web_url(text), None, "{text:?}");
            assert!(!quoted(text).contains("hunter2"), "{text:?}");
        }
        assert_eq!(web_url("https://s1.example/a@b").as_deref(), Some("https://s1.example/a@b"));
    }
}
