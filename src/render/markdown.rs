//! Plain text for a place that reads Markdown: every sign shows as itself.

use super::times::with_moments;

/// `text` with a backslash before each sign that Discord's Markdown would take for markup, a mention
/// or a time; links stay as they are, for inside them nothing is markup.
///
/// The result is at most twice as long. Source: the Markdown that Discord's help pages list.
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let begins = line.trim_start();
        escaped.push_str(&line[..line.len() - begins.len()]);
        // A quotation, a heading, small print or a list: markup only where a line begins.
        if begins.starts_with(['>', '#']) || begins.starts_with("-#") || begins.starts_with("- ") {
            escaped.push('\\');
        }
        for piece in begins.split_inclusive(char::is_whitespace) {
            escape_piece(piece, &mut escaped);
        }
    }
    escaped
}

/// `text`, escaped, with Discord's sign for each moment that is marked in it: everybody reads it in
/// their own zone. Not for names and labels, where Discord shows the sign itself.
pub fn discord_times(text: &str) -> String {
    with_moments(text, |second, style| format!("<t:{second}:{style}>"))
}

/// What stands between two spaces: a link in it goes from its scheme to its end or a `<`.
fn escape_piece(piece: &str, escaped: &mut String) {
    let link = piece.find("https://").or_else(|| piece.find("http://"));
    let (before, link) = piece.split_at(link.unwrap_or(piece.len()));
    let (link, after) = link.split_at(link.find('<').unwrap_or(link.len()));
    escape_signs(before, escaped);
    escaped.push_str(link);
    escape_signs(after, escaped);
}

fn escape_signs(text: &str, escaped: &mut String) {
    for sign in text.chars() {
        if matches!(sign, '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '[') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
}
