//! The typed reader: takes values out of TOML tables and notes what they should have been.
//!
//! A [`Section`] refuses keys it does not know as soon as it is opened; every method below takes
//! one key, notes a problem and says `None` when the value is not what was asked for.

use std::ops::RangeInclusive;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    keys::{SECTIONS, SectionKeys},
    problem::{Problems, nearest},
    value::{
        SNOWFLAKE_EXPECTED, is_snowflake, quoted, size_bytes, size_word, snowflake, span_ms,
        span_word,
    },
};

/// The longest text of one value, in characters.
const TEXT_CHARACTERS_MAX: usize = 1000;

/// A value and the byte offset it stands at.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: usize,
}

/// The whole file, as sections.
pub(super) struct Root<'t> {
    table: &'t DeTable<'t>,
    pub(super) problems: &'t Problems,
}

impl<'t> Root<'t> {
    /// Opens the file, and refuses sections that do not exist.
    pub(super) fn new(table: &'t DeTable<'t>, problems: &'t Problems) -> Self {
        let names = || SECTIONS.iter().map(|keys| bare(keys.section));
        for key in table.keys().filter(|key| !names().any(|name| name == key.get_ref().as_ref())) {
            let meant = nearest(key.get_ref(), names()).map_or_else(
                || format!("one of {}", listed(SECTIONS.iter().map(|keys| keys.section))),
                |name| format!("a section of the file; did you mean `{name}`?"),
            );
            problems.at(key.span().start, format!("`{}`", shown_key(key.get_ref())), meant);
        }
        Self { table, problems }
    }

    /// Notes that a section must be there.
    pub(super) fn missing(&self, keys: &SectionKeys) {
        self.problems.absent(0, format!("a file without {}", keys.section), "one");
    }

    /// The one table of this name, when there is one.
    pub(super) fn section(&self, keys: &'static SectionKeys) -> Option<Section<'t>> {
        let value = self.table.get(bare(keys.section))?;
        let place = value.span().start;
        let Some(table) = value.get_ref().as_table() else {
            self.problems.at(place, shown(value.get_ref()), format!("one {}", keys.section));
            return None;
        };
        Some(Section::open(keys, table, place, self.problems))
    }

    /// All tables of this name, in the file's order.
    pub(super) fn sections(&self, keys: &'static SectionKeys) -> Vec<Section<'t>> {
        let Some(value) = self.table.get(bare(keys.section)) else { return Vec::new() };
        let wrong = |value: &Spanned<DeValue<'_>>| {
            let expected = format!("{} with double brackets", keys.section);
            self.problems.at(value.span().start, shown(value.get_ref()), expected);
        };
        let Some(array) = value.get_ref().as_array() else {
            wrong(value);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => {
                    sections.push(Section::open(keys, table, item.span().start, self.problems));
                }
                None => wrong(item),
            }
        }
        sections
    }
}

/// One table of the file.
#[derive(Clone, Copy)]
pub(super) struct Section<'t> {
    keys: &'static SectionKeys,
    table: &'t DeTable<'t>,
    place: usize,
    pub(super) problems: &'t Problems,
}

impl<'t> Section<'t> {
    fn open(
        keys: &'static SectionKeys,
        table: &'t DeTable<'t>,
        place: usize,
        problems: &'t Problems,
    ) -> Self {
        let section = Self { keys, table, place, problems };
        // A destination's keys are known only once its driver is.
        if keys.section != super::keys::DESTINATION.section {
            section.refuse_unknown(keys.keys);
        }
        section
    }

    /// Refuses every key that is not `known`. A key `x` is told apart where `x_env` is known:
    /// somebody wrote a secret into the file.
    pub(super) fn refuse_unknown(&self, known: &[&str]) {
        for key in self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let (place, name) = (key.span().start, key.get_ref().as_ref());
            if known.contains(&format!("{name}_env").as_str()) {
                let expected = format!("`{name}_env = \"VARIABLE\"` or `{name}_file = \"path\"`");
                self.problems.at(place, format!("the secret `{name}` in the file"), expected);
                continue;
            }
            let expected = match nearest(name, known.iter().copied()) {
                Some(meant) => format!("a key of {}; did you mean `{meant}`?", self.keys.section),
                None => {
                    format!("a key of {}: {}", self.keys.section, listed(known.iter().copied()))
                }
            };
            self.problems.at(place, format!("unknown key `{}`", shown_key(name)), expected);
        }
    }

    /// Where the section begins.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// Where a key's value stands, when it is there.
    pub(super) fn place_of(&self, key: &str) -> Option<usize> {
        self.table.get(key).map(|value| value.span().start)
    }

    /// Notes that a key must be there.
    pub(super) fn missing(&self, key: &str, expected: &str) {
        self.problems.absent(
            self.place,
            format!("{} without `{key}`", self.keys.section),
            expected,
        );
    }

    /// Takes a value as `take` sees it; `expected` is noted when it sees nothing.
    fn value<T>(
        &self,
        key: &str,
        expected: &str,
        take: impl FnOnce(&DeValue<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        let spanned = self.table.get(key)?;
        let place = spanned.span().start;
        let taken = take(spanned.get_ref());
        if taken.is_none() {
            self.wrong(key, place, spanned.get_ref(), expected);
        }
        taken.map(|value| At { value, place })
    }

    fn wrong(&self, key: &str, place: usize, value: &DeValue<'_>, expected: &str) {
        self.problems.at(place, format!("`{key}` = {}", shown(value)), expected);
    }

    /// A text that `parse` makes something of.
    pub(super) fn parsed<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<At<T>> {
        self.value(key, expected, |value| value.as_str().and_then(parse))
    }

    /// A text of 1 to 1000 characters without control characters.
    pub(super) fn text(&self, key: &str) -> Option<At<String>> {
        self.parsed(key, "a text of 1 to 1000 characters on one line", plain_text)
    }

    /// A text that must be there.
    pub(super) fn required(&self, key: &str, expected: &str) -> Option<At<String>> {
        if self.place_of(key).is_none() {
            self.missing(key, expected);
        }
        self.text(key)
    }

    /// One of some words. Without one of them: what the nearest is, or what there is.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<At<T>> {
        let meant = |typed: &str| words.iter().find(|(word, _)| *word == typed);
        let typed = self.table.get(key).and_then(|value| value.get_ref().as_str());
        let near = typed.and_then(|typed| nearest(typed, words.iter().map(|(word, _)| *word)));
        let expected = one_of(words.iter().map(|(word, _)| *word), near);
        self.parsed(key, &expected, |typed| meant(typed).map(|(_, value)| *value))
    }

    /// A list of texts; empty when the key is not there.
    pub(super) fn texts(&self, key: &str) -> Vec<At<String>> {
        self.list(key, "a text of 1 to 1000 characters on one line", |value| {
            value.as_str().and_then(plain_text)
        })
    }

    /// A list of whole numbers; empty when the key is not there.
    pub(super) fn wholes(&self, key: &str, range: RangeInclusive<u64>) -> Vec<At<u64>> {
        let expected = format!("whole numbers from {} to {}", range.start(), range.end());
        self.list(key, &expected, |value| whole(value).filter(|number| range.contains(number)))
    }

    /// One of Discord's ids, as a number or a text of digits.
    pub(super) fn snowflake(&self, key: &str) -> Option<At<u64>> {
        self.value(key, SNOWFLAKE_EXPECTED, snowflake_of)
    }

    /// A list of Discord's ids; empty when the key is not there.
    pub(super) fn snowflakes(&self, key: &str) -> Vec<At<u64>> {
        self.list(key, SNOWFLAKE_EXPECTED, snowflake_of)
    }

    fn list<T>(
        &self,
        key: &str,
        expected: &str,
        take: impl Fn(&DeValue<'t>) -> Option<T>,
    ) -> Vec<At<T>> {
        let Some(spanned) = self.table.get(key) else { return Vec::new() };
        let Some(array) = spanned.get_ref().as_array() else {
            let expected = format!("a list in brackets, each {expected}");
            self.wrong(key, spanned.span().start, spanned.get_ref(), &expected);
            return Vec::new();
        };
        let mut items = Vec::new();
        for item in array.iter() {
            let place = item.span().start;
            match take(item.get_ref()) {
                Some(value) => items.push(At { value, place }),
                None => self.wrong(key, place, item.get_ref(), expected),
            }
        }
        items
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str) -> Option<At<bool>> {
        self.value(key, "true or false", DeValue::as_bool)
    }

    /// A whole number within a range.
    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u64>) -> Option<At<u64>> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.value(key, &expected, |value| whole(value).filter(|number| range.contains(number)))
    }

    /// A finite number that `fits`.
    pub(super) fn number(
        &self,
        key: &str,
        expected: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        self.value(key, expected, |value| {
            number(value).filter(|number| number.is_finite() && fits(*number))
        })
        .map(|at| at.value)
    }

    /// A time within a range, all in milliseconds.
    pub(super) fn span_ms(&self, key: &str, range: RangeInclusive<u64>) -> Option<At<u64>> {
        let expected = format!(
            "a time from \"{}\" to \"{}\", such as \"30s\", \"5m\", \"2h\" or \"14d\"",
            span_word(*range.start()),
            span_word(*range.end())
        );
        self.parsed(key, &expected, |text| span_ms(text).filter(|ms| range.contains(ms)))
    }

    /// A time within a range, all in whole seconds.
    pub(super) fn span_s(&self, key: &str, range: RangeInclusive<u64>) -> Option<At<u64>> {
        let range_ms = range.start().saturating_mul(1000)..=range.end().saturating_mul(1000);
        self.span_ms(key, range_ms).map(|at| At { value: at.value / 1000, place: at.place })
    }

    /// A list of times within a range, all in whole seconds; `None` when the key is not there.
    pub(super) fn spans_s(&self, key: &str, range: RangeInclusive<u64>) -> Option<Vec<u64>> {
        self.place_of(key)?;
        let expected = format!(
            "a time from \"{}\" to \"{}\"",
            span_word(range.start().saturating_mul(1000)),
            span_word(range.end().saturating_mul(1000))
        );
        let taken = self.list(key, &expected, |value| {
            let span_s = span_ms(value.as_str()?)? / 1000;
            range.contains(&span_s).then_some(span_s)
        });
        Some(taken.into_iter().map(|at| at.value).collect())
    }

    /// A day or a local time, as TOML or in quotes.
    pub(super) fn local_time<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<At<T>> {
        self.value(key, expected, |value| match value {
            DeValue::String(text) => parse(text),
            DeValue::Datetime(moment) => parse(&moment.to_string()),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        })
    }

    /// A size within a range, in bytes.
    pub(super) fn size(&self, key: &str, range: RangeInclusive<u64>) -> Option<At<u64>> {
        let expected = format!(
            "a size from \"{}\" to \"{}\", such as \"256MB\"",
            size_word(*range.start()),
            size_word(*range.end())
        );
        self.parsed(key, &expected, |text| size_bytes(text).filter(|size| range.contains(size)))
    }

    /// A text, whole number or flag that `fits`, as text: for options that only a driver
    /// understands.
    pub(super) fn option(
        &self,
        key: &str,
        expected: &str,
        fits: fn(&str) -> bool,
    ) -> Option<At<String>> {
        let take = |value: &DeValue<'_>| match value {
            DeValue::String(text) => {
                plain_text(text).filter(|text| !super::value::may_hold_password(text))
            }
            DeValue::Integer(_) => whole(value).map(|number| number.to_string()),
            DeValue::Boolean(flag) => Some(flag.to_string()),
            DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                None
            }
        };
        self.value(key, expected, |value| take(value).filter(|text| fits(text)))
    }

    /// A text that is never printed, whatever is wrong with it.
    pub(super) fn unprinted(&self, key: &str, expected: &str) -> Option<At<&'t str>> {
        let spanned = self.table.get(key)?;
        let place = spanned.span().start;
        let text = spanned.get_ref().as_str().filter(|text| !text.is_empty() && text.len() < 4096);
        if text.is_none() {
            self.problems.at(place, format!("`{key}` that is not one"), expected);
        }
        text.map(|value| At { value, place })
    }
}

/// "one of a, b, c", with the one that was meant.
pub(super) fn one_of<'w>(words: impl Iterator<Item = &'w str>, near: Option<&str>) -> String {
    let hint = near.map(|word| format!("; did you mean \"{word}\"?")).unwrap_or_default();
    format!("one of {}{hint}", listed(words))
}

fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn bare(section: &str) -> &str {
    section.trim_matches(['[', ']'])
}

fn plain_text(text: &str) -> Option<String> {
    let fits = !text.trim().is_empty()
        && text.chars().count() <= TEXT_CHARACTERS_MAX
        && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn snowflake_of(value: &DeValue<'_>) -> Option<u64> {
    value.as_str().map_or_else(|| whole(value).filter(|id| is_snowflake(*id)), snowflake)
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let float = value.as_float().and_then(|float| float.as_str().parse::<f64>().ok());
    float.or_else(|| {
        let integer = value.as_integer().filter(|integer| integer.radix() == 10)?;
        integer.as_str().parse::<f64>().ok()
    })
}

fn shown_key(key: &str) -> String {
    key.chars().take(60).collect::<String>().escape_debug().to_string()
}

/// What a value is, for a person.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(integer) => integer.to_string().chars().take(60).collect(),
        DeValue::Float(float) => float.to_string().chars().take(60).collect(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
