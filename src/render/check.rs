//! Finds what is broken in staff's own words, all of it at once. Must not change or use them.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use unic_langid::LanguageIdentifier;

use crate::domain::WordFiles;

use super::{
    WordProblem,
    files::{self, LANGUAGE},
};

/// Every problem in `files`, by language, file and line.
pub(super) fn problems(files: &WordFiles) -> Vec<WordProblem> {
    let known = Known::built_in();
    let mut problems: Vec<WordProblem> =
        files.iter().flat_map(|(language, files)| in_language(&known, language, files)).collect();
    problems.sort_by_key(|problem| (problem.language.clone(), problem.file.clone(), problem.line));
    problems
}

fn in_language(
    known: &Known,
    language: &str,
    files: &BTreeMap<String, String>,
) -> Vec<WordProblem> {
    let mut check = Check { known, language, file: "", text: "", problems: Vec::new() };
    if language.parse::<LanguageIdentifier>().is_err() {
        check.found(1, format!("the folder `{language}`"), "a language such as `en` or `de`");
        return check.problems;
    }
    let terms: BTreeSet<String> = files.values().flat_map(|text| terms_of(text)).collect();
    let mut seen = BTreeMap::new();
    for (file, text) in files {
        check.file = file;
        check.text = text;
        check.file_text(&terms, &mut seen);
    }
    check.problems
}

/// What the built-in messages are and are given.
struct Known(BTreeMap<String, Names>);

impl Known {
    fn built_in() -> Self {
        let entries = files::texts(LANGUAGE).into_iter().flat_map(body_of);
        let mut known = BTreeMap::new();
        for entry in entries {
            if let Entry::Message(message) = entry
                && let Some(value) = &message.value
            {
                known.insert(message.id.name.to_owned(), Names::of(value));
            }
        }
        Self(known)
    }

    fn facts_list(&self, key: &str) -> String {
        let facts = self.0.get(key).map(|names| &names.facts);
        match facts {
            Some(facts) if !facts.is_empty() => {
                let facts: Vec<String> =
                    facts.iter().map(|fact| format!("`{{ ${fact} }}`")).collect();
                format!("one of {}", facts.join(", "))
            }
            Some(_) | None => "no placeholder: this message is given none".to_owned(),
        }
    }
}

struct Check<'a> {
    known: &'a Known,
    language: &'a str,
    file: &'a str,
    text: &'a str,
    problems: Vec<WordProblem>,
}

impl<'a> Check<'a> {
    fn found(&mut self, line: usize, found: impl Into<String>, expected: impl Into<String>) {
        self.problems.push(WordProblem {
            language: self.language.to_owned(),
            file: self.file.to_owned(),
            line,
            found: found.into(),
            expected: expected.into(),
        });
    }

    fn file_text(&mut self, terms: &BTreeSet<String>, seen: &mut BTreeMap<String, String>) {
        let resource = match parser::parse(self.text) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                for error in errors {
                    let line = line_at(self.text, error.pos.start);
                    self.found(line, excerpt(self.text, line), format!("Fluent: {}", error.kind));
                }
                resource
            }
        };
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let key = message.id.name;
                    let line = line_of(self.text, 1, |line| begins(line, key));
                    if let Some(first) = seen.insert(key.to_owned(), self.file.to_owned()) {
                        self.found(
                            line,
                            format!("`{key}` again"),
                            format!("it once: it stands in {first}"),
                        );
                    }
                    match &message.value {
                        Some(value) => self.message(key, line, value, terms),
                        None => {
                            self.found(line, format!("`{key}` without a text"), "a text after `=`")
                        }
                    }
                }
                Entry::Term(_)
                | Entry::Comment(_)
                | Entry::GroupComment(_)
                | Entry::ResourceComment(_)
                | Entry::Junk { .. } => {}
            }
        }
    }

    fn message(&mut self, key: &str, line: usize, value: &Pattern<&str>, terms: &BTreeSet<String>) {
        let Some(given) = self.known.0.get(key) else {
            let keys = self.known.0.keys().map(String::as_str);
            let expected = match closest(key, keys) {
                Some(near) => format!("a message that the bot has, such as `{near}`"),
                None => "a message that the bot has".to_owned(),
            };
            return self.found(line, format!("the message `{key}`"), expected);
        };
        let names = Names::of(value);
        for fact in names.facts.difference(&given.facts) {
            let at = line_of(self.text, line, |text| text.contains(&format!("${fact}")));
            self.found(at, format!("`{{ ${fact} }}` in `{key}`"), self.known.facts_list(key));
        }
        for other in names.others.difference(&given.others) {
            if !other.strip_prefix('-').is_some_and(|term| terms.contains(term)) {
                let at = line_of(self.text, line, |text| text.contains(other.as_str()));
                self.found(at, format!("`{{ {other} }}` in `{key}`"), "text and placeholders");
            }
        }
    }
}

/// The names a text refers to.
#[derive(Default)]
struct Names {
    facts: BTreeSet<String>,
    /// Messages, `-terms` and `FUNCTIONS`.
    others: BTreeSet<String>,
}

impl Names {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut names = Self::default();
        names.pattern(pattern);
        names
    }

    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { .. } => {}
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::VariableReference { id } => {
                self.facts.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.others.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, arguments, .. } => {
                self.others.insert(format!("-{}", id.name));
                arguments.iter().for_each(|arguments| self.arguments(arguments));
            }
            InlineExpression::FunctionReference { id, arguments } => {
                self.others.insert(id.name.to_owned());
                self.arguments(arguments);
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
        }
    }

    fn arguments(&mut self, arguments: &CallArguments<&str>) {
        arguments.positional.iter().for_each(|argument| self.inline(argument));
        arguments.named.iter().for_each(|argument| self.inline(&argument.value));
    }
}

fn body_of(text: &str) -> Vec<Entry<&str>> {
    match parser::parse(text) {
        Ok(resource) | Err((resource, _)) => resource.body,
    }
}

fn terms_of(text: &str) -> Vec<String> {
    let terms = body_of(text).into_iter().filter_map(|entry| match entry {
        Entry::Term(term) => Some(term.id.name.to_owned()),
        Entry::Message(_)
        | Entry::Comment(_)
        | Entry::GroupComment(_)
        | Entry::ResourceComment(_)
        | Entry::Junk { .. } => None,
    });
    terms.collect()
}

fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// The first line from `from` on that `matches`, else `from`.
fn line_of(text: &str, from: usize, matches: impl Fn(&str) -> bool) -> usize {
    let mut lines = text.lines().enumerate().skip(from - 1);
    lines.find(|(_, line)| matches(line)).map_or(from, |(index, _)| index + 1)
}

fn begins(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn excerpt(text: &str, line: usize) -> String {
    let line: String = text.lines().nth(line - 1).unwrap_or_default().chars().take(60).collect();
    if line.trim().is_empty() {
        "the end of a message".to_owned()
    } else {
        format!("`{}`", line.trim())
    }
}

/// The key that shares the longest beginning, if it shares at least half.
fn closest<'a>(key: &str, keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let shared = |other: &str| key.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    keys.max_by_key(|other| shared(other)).filter(|other| shared(other) * 2 >= key.len())
}
