//! The typed fields of a slash command, put together into the line that the grammar parses. Pure.
//!
//! Everything is quoted, so that no field can be read as an option or as more than itself.

use crate::command::{Arg, CommandSpec, Kind, LINE_CHARACTERS_MAX, Place};

use super::heard::Given;

/// The line that `given` stands for. Fields that the command does not have are passed over: an
/// older menu may still be on somebody's screen, and the grammar says what is missing.
pub fn line_of(spec: &CommandSpec, given: &[(String, Given)]) -> String {
    let mut line = spec.name.to_owned();
    for arg in spec.args {
        let Some((_, value)) = given.iter().find(|(name, _)| name == arg.name) else { continue };
        if let Some(part) = part_of(arg, value) {
            line.push(' ');
            line += &part;
        }
    }
    line
}

fn part_of(arg: &Arg, value: &Given) -> Option<String> {
    let text = match value {
        Given::Flag(is_set) if arg.kind == Kind::Flag => {
            return is_set.then(|| format!("--{}", arg.name));
        }
        Given::Flag(is_set) => is_set.to_string(),
        Given::Number(number) => number.to_string(),
        Given::Text(text) => text.clone(),
    };
    match arg.place {
        Place::Word | Place::Text => Some(quoted(&text)),
        Place::Option => Some(format!("--{} {}", arg.name, quoted(&text))),
        Place::Flag | Place::FlagOfText => None,
    }
}

/// `text` in quotes, so that the grammar reads back exactly it, less controls that no line may hold
/// and the accounts and roles that it mentions.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let text = without_accounts(text);
    let kept = text.chars().filter(|sign| !sign.is_control() || sign.is_whitespace());
    for sign in kept.take(LINE_CHARACTERS_MAX) {
        if matches!(sign, '\\' | '"' | '“' | '”') {
            quoted.push('\\');
        }
        quoted.push(sign);
    }
    quoted.push('"');
    quoted
}

/// `text` with "@…" for each mention of an account or a role (`<@1>`, `<@!1>`, `<@&1>`): Discord's
/// ids of people never enter the chain.
fn without_accounts(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<@") {
        kept.push_str(before);
        let id = after.strip_prefix(['!', '&']).unwrap_or(after);
        let end = id.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let is_mention = end.len() < id.len() && end.starts_with('>');
        kept.push_str(if is_mention { "@…" } else { "<@" });
        rest = if is_mention { &end[1..] } else { after };
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::{Command, Line, TABLE, parse};

    fn spec(name: &str) -> &'static CommandSpec {
        TABLE.iter().find(|spec| spec.name == name).expect("a command of the table")
    }

    fn text(name: &str, text: &str) -> (String, Given) {
        (name.to_owned(), Given::Text(text.to_owned()))
    }

    #[test]
    fn fields_in_any_order_become_the_line_that_somebody_would_type() {
        let given = [
            text("impact", "major"),
            text("servers", "s1, s2"),
            text("title", "Slow \"pages\" on s1 --publish"),
            text("unknown", "x"),
        ];
        let line = line_of(spec("incident open"), &given);
        assert_eq!(
            line,
            r#"incident open "Slow \"pages\" on s1 --publish" --servers "s1, s2" --impact "major""#
        );
        assert!(parse(&line).is_ok());
        let given = [
            ("publish".to_owned(), Given::Flag(true)),
            ("incident".to_owned(), Given::Number(3)),
            text("text", "Over."),
        ];
        assert_eq!(
            line_of(spec("incident resolve"), &given),
            r#"incident resolve "3" "Over." --publish"#
        );
        let given =
            [("anyway".to_owned(), Given::Flag(false)), ("draft".to_owned(), Given::Number(3))];
        assert_eq!(line_of(spec("draft publish"), &given), r#"draft publish "3""#);
    }

    #[test]
    fn no_field_can_be_more_than_itself() {
        let hostile = text("server", "s1\" --anyway \"x");
        let line = line_of(spec("reports assign"), &[text("report", "ab12"), hostile]);
        assert!(parse(&line).is_err(), "{line}");
    }

    #[test]
    fn who_is_mentioned_is_not_told() {
        assert_eq!(
            quoted("ask <@80123>, <@!80123> or <@&5>: 1 <@ 2, <@x>, <@80123"),
            "\"ask @…, @… or @…: 1 <@ 2, <@x>, <@80123\""
        );
        assert_eq!(quoted("<@<@7>7>"), "\"<@@…7>\"");
    }

    proptest! {
        #[test]
        fn words_arrive_as_they_were_written(words in "\\PC{1,60}") {
            prop_assume!(!words.trim().is_empty());
            let line = line_of(spec("note"), &[text("words", &words)]);
            let (read, _) = parse(&line).map_err(|error| TestCaseError::fail(format!("{line}: {error}")))?;
            let wanted = Command::Note { words: words.trim().to_owned(), incident: None };
            prop_assert_eq!(read, Line::Command(wanted));
        }
    }
}
