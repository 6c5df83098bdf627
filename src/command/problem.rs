//! What can be wrong with a line, and how it is told.

use super::Say;

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ParseError {
    /// What is wrong.
    pub problem: Problem,
    /// How the command is typed, once it is clear which one is meant.
    pub usage: Option<String>,
}

/// What is wrong with a line. `Display` is for logs; people are told through [`ParseError::say`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing was typed.
    #[error("empty command line")]
    Empty,
    /// The line is longer than [`LINE_CHARACTERS_MAX`](super::LINE_CHARACTERS_MAX) characters.
    #[error("command line of more than {max} characters")]
    TooLong {
        /// What is allowed.
        max: usize,
    },
    /// A control character other than a line break or tab stands in the line.
    #[error("control character U+{code:04X} in command line")]
    ControlCharacter {
        /// Which.
        code: u32,
    },
    /// A quote has no end.
    #[error("quote {quote} without an end")]
    QuoteOpen {
        /// The sign that opened it.
        quote: char,
    },
    /// The line begins with no command.
    #[error("unknown command {found}")]
    UnknownCommand {
        /// What it begins with.
        found: String,
        /// The command that is written most like it.
        near: Option<&'static str>,
    },
    /// A noun stands alone.
    #[error("{noun} needs a second word")]
    VerbMissing {
        /// The noun.
        noun: String,
        /// The commands that begin with it.
        commands: Vec<&'static str>,
    },
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// As the usage calls it.
        what: &'static str,
    },
    /// An option stands without what belongs to it.
    #[error("--{option} has no value")]
    ValueMissing {
        /// Without the hyphens.
        option: &'static str,
    },
    /// Something cannot be read.
    #[error("{what} is {found}")]
    Unreadable {
        /// As the usage calls it.
        what: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: Expected,
    },
    /// Something is there that does not belong.
    #[error("unexpected {found}")]
    Unexpected {
        /// What stands there.
        found: String,
    },
    /// The command has no such option.
    #[error("unknown option {found}")]
    UnknownOption {
        /// With its hyphens.
        found: String,
        /// The option that is written most like it, without hyphens.
        near: Option<&'static str>,
    },
    /// An option stands twice.
    #[error("--{option} twice")]
    Repeated {
        /// Without the hyphens.
        option: &'static str,
    },
}

/// What should have stood in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A number from 1.
    Number,
    /// How an incident stood: `investigating.major.2.1`.
    Seen,
    /// A span of time, up to 7 days.
    Span,
    /// One or more ids with commas between.
    Ids,
    /// One id.
    Id,
    /// A post's id, or its beginning.
    Post,
    /// Ids of servers and components with commas between.
    Targets,
    /// A local time, or `now`.
    Moment,
    /// A time zone's name.
    Zone,
    /// On which days something comes again.
    Rule,
    /// The same, at most once a day.
    RarerRule,
    /// The same, without parts that are not read.
    PlainRule,
    /// The same, with smaller numbers.
    SmallerRule,
    /// Days with commas between.
    Days,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl ParseError {
    pub(super) fn of_line(problem: Problem) -> Self {
        Self { problem, usage: None }
    }

    /// The answer for the person who typed it: what was found, what was expected, the usage.
    pub fn say(&self, say: Say) -> String {
        let problem = self.problem.say(say);
        match &self.usage {
            Some(usage) => {
                let facts = [("problem", problem), ("usage", usage.to_owned())];
                say("command-problem-with-usage", &facts)
            }
            None => problem,
        }
    }
}

impl Problem {
    fn say(&self, say: Say) -> String {
        let one = |key, name, fact: &str| say(key, &[(name, fact.to_owned())]);
        match self {
            Self::Empty => say("command-problem-empty", &[]),
            Self::TooLong { max } => one("command-problem-too-long", "max", &max.to_string()),
            Self::ControlCharacter { code } => {
                one("command-problem-control", "code", &format!("U+{code:04X}"))
            }
            Self::QuoteOpen { quote } => one("command-problem-quote", "quote", &quote.to_string()),
            Self::UnknownCommand { found, near } => {
                say_near(say, "command-problem-unknown", found, near.map(str::to_owned))
            }
            Self::VerbMissing { noun, commands } => {
                let facts = [("noun", noun.clone()), ("commands", commands.join(", "))];
                say("command-problem-verb", &facts)
            }
            Self::Missing { what } => one("command-problem-missing", "what", what),
            Self::ValueMissing { option } => one("command-problem-value", "option", option),
            Self::Unreadable { what, found, expected } => {
                let facts = [
                    ("what", (*what).to_owned()),
                    ("found", found.clone()),
                    ("expected", expected.say(say)),
                ];
                say("command-problem-unreadable", &facts)
            }
            Self::Unexpected { found } => one("command-problem-unexpected", "found", found),
            Self::UnknownOption { found, near } => {
                let near = near.map(|near| format!("--{near}"));
                say_near(say, "command-problem-option", found, near)
            }
            Self::Repeated { option } => one("command-problem-repeated", "option", option),
        }
    }
}

impl Expected {
    fn say(self, say: Say) -> String {
        match self {
            Self::Number => say("command-expected-number", &[]),
            Self::Seen => say("command-expected-seen", &[]),
            Self::Span => say("command-expected-span", &[]),
            Self::Ids => say("command-expected-ids", &[]),
            Self::Id => say("command-expected-id", &[]),
            Self::Post => say("command-expected-post", &[]),
            Self::Targets => say("command-expected-targets", &[]),
            Self::Moment => say("command-expected-moment", &[]),
            Self::Zone => say("command-expected-zone", &[]),
            Self::Rule => say("command-expected-rule", &[]),
            Self::RarerRule => say("command-expected-rarer-rule", &[]),
            Self::PlainRule => say("command-expected-plain-rule", &[]),
            Self::SmallerRule => say("command-expected-smaller-rule", &[]),
            Self::Days => say("command-expected-days", &[]),
            Self::OneOf(words) => say("command-expected-one-of", &[("words", words.join(", "))]),
        }
    }
}

/// A problem, with "did you mean" when something is near.
fn say_near(say: Say, key: &str, found: &str, near: Option<String>) -> String {
    let problem = say(key, &[("found", found.to_owned())]);
    match near {
        Some(near) => say("command-did-you-mean", &[("problem", problem), ("near", near)]),
        None => problem,
    }
}

/// What was typed, short enough to repeat.
pub(super) fn shown(found: &str) -> String {
    const SHOWN_CHARACTERS_MAX: usize = 40;
    let mut start: String = found.chars().take(SHOWN_CHARACTERS_MAX).collect();
    if start.len() < found.len() {
        start.push('…');
    }
    start
}

/// The known word with the fewest slips between it and `found`: at most one for every three
/// characters, and at least one is allowed. Of equals, the first.
pub(super) fn nearest(
    found: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let found: Vec<char> = found.chars().take(64).collect();
    let allowed = (found.len() / 3).max(1);
    known
        .map(|word| (slips(&found, word), word))
        .filter(|(slips, _)| *slips <= allowed)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, word)| word)
}

/// Characters to add, drop or change to make one from the other (Levenshtein, 1965).
fn slips(found: &[char], word: &str) -> usize {
    let mut row: Vec<usize> = (0..=found.len()).collect();
    for (index, wanted) in word.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (at, typed) in found.iter().enumerate() {
            let changed = diagonal + usize::from(*typed != wanted);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[found.len()]
}
