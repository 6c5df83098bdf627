//! A calendar's lines: unfolded, each in its parts, however badly it was written.
//!
//! The calendar libraries refuse a whole file at the first line that breaks the grammar; notices are
//! written by many hands, and one bad line must not cost the others. So this reads each line by
//! itself (RFC 5545, section 3.1) and takes what fits. Must not: know what a property means. Start
//! at [`unfolded`].

/// The longest line that is kept, in bytes, after unfolding.
const LINE_BYTES_MAX: usize = 8 * 1024;
/// The most lines that are looked at.
const LINES_MAX: usize = 20_000;
/// The most parameters of one line.
const PARAMETERS_MAX: usize = 20;

/// One line in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In upper case.
    pub name: String,
    /// Names in upper case, values without quotes.
    pub parameters: Vec<(String, String)>,
    /// As it stands there, still escaped.
    pub value: String,
}

impl Line {
    /// The parameter's value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value with its escapes read.
    pub fn text(&self) -> String {
        let (mut text, mut escaped) = (String::new(), false);
        for sign in self.value.chars() {
            match (escaped, sign) {
                (false, '\\') => escaped = true,
                (true, 'n' | 'N') => {
                    text.push('\n');
                    escaped = false;
                }
                (_, sign) => {
                    text.push(sign);
                    escaped = false;
                }
            }
        }
        text.trim().to_owned()
    }
}

/// The lines of a calendar, and whether some were folded wrongly: broken without the space that
/// says so, and taken for a part of the line before.
pub(super) fn unfolded(calendar: &str) -> (Vec<Line>, bool) {
    let mut folded: Vec<String> = Vec::new();
    for line in calendar.split(['\n', '\r']).filter(|line| !line.is_empty()).take(LINES_MAX) {
        match (line.strip_prefix([' ', '\t']), folded.last_mut()) {
            (Some(rest), Some(last)) => append(last, rest),
            (Some(_), None) => {}
            (None, _) => folded.push(line[..line.floor_char_boundary(LINE_BYTES_MAX)].to_owned()),
        }
    }
    let (mut whole, mut wrong): (Vec<String>, bool) = (Vec::new(), false);
    for line in folded {
        match whole.last_mut() {
            Some(last) if !begins_a_line(&line) => {
                wrong = wrong || !line.trim().is_empty();
                append(last, &line);
            }
            Some(_) | None => whole.push(line),
        }
    }
    (whole.iter().filter_map(|line| parts(line)).collect(), wrong)
}

fn append(line: &mut String, rest: &str) {
    let room = LINE_BYTES_MAX.saturating_sub(line.len());
    line.push_str(&rest[..rest.floor_char_boundary(room)]);
}

/// Whether a line begins with a name as calendars write them, and not with a word of a text or a
/// link that went on from the line before.
fn begins_a_line(line: &str) -> bool {
    let Some(end) = line.find([':', ';']) else { return false };
    let name = &line[..end];
    let is_name = !name.is_empty()
        && name.len() <= 60
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_upper = name.bytes().all(|byte| !byte.is_ascii_lowercase());
    let upper = name.to_ascii_uppercase();
    let is_usual = upper.starts_with("X-")
        || ["BEGIN", "END", "DTSTART", "DTEND", "DTSTAMP", "SUMMARY", "UID", "SEQUENCE", "STATUS"]
            .contains(&upper.as_str());
    is_name && (is_upper || is_usual)
}

fn parts(line: &str) -> Option<Line> {
    let end = line.find([':', ';'])?;
    let name = line[..end].trim().to_ascii_uppercase();
    let mut rest = &line[end..];
    let mut parameters = Vec::new();
    while let Some(after) = rest.strip_prefix(';') {
        let (parameter, behind) = parameter(after)?;
        rest = behind;
        if parameters.len() < PARAMETERS_MAX {
            parameters.push(parameter);
        }
    }
    let value = rest.strip_prefix(':')?.to_owned();
    Some(Line { name, parameters, value })
}

/// `NAME=value` or `NAME="value"`, and what follows it.
fn parameter(text: &str) -> Option<((String, String), &str)> {
    let (name, after) = text.split_once('=')?;
    if name.contains([':', ';']) {
        // A parameter without a value: the line goes on at its sign.
        let end = text.find([':', ';'])?;
        return Some(((text[..end].to_ascii_uppercase(), String::new()), &text[end..]));
    }
    let name = name.trim().to_ascii_uppercase();
    if let Some(inside) = after.strip_prefix('"') {
        let (value, behind) = inside.split_once('"')?;
        let behind = &behind[behind.find([':', ';'])?..];
        return Some(((name, value.to_owned()), behind));
    }
    let end = after.find([':', ';'])?;
    Some(((name, after[..end].to_owned()), &after[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_apart_into_name_parameters_and_value() {
        let (lines, wrong) = unfolded(
            "DTSTART;TZID=\"America/New York\";X=:20140424T220000\r\nSUM\r\n MARY:a\\, b\\nc\r\n",
        );
        assert!(!wrong);
        assert_eq!(lines[0].parameter("TZID"), Some("America/New York"));
        assert_eq!(lines[0].value, "20140424T220000");
        assert_eq!(lines[1].name, "SUMMARY");
        assert_eq!(lines[1].text(), "a, b\nc");
    }

    #[test]
    fn a_line_that_was_broken_without_a_space_goes_on() {
        let (lines, wrong) = unfolded("SUMMARY:see\nhttp://noc.example/x for more\nUID:1\n");
        assert!(wrong);
        assert_eq!(lines[0].value, "seehttp://noc.example/x for more");
        assert_eq!(lines[1].name, "UID");
    }
}
