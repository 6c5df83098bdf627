//! The fields of one object, taken out one by one with strict types.
//!
//! What is left at the end is unknown, and refused with the nearest known name. Start at
//! [`Fields::read`].

use std::borrow::Cow;

use chrono::{DateTime, Datelike};

use crate::domain::Timestamp;

use super::{
    LANGUAGE_BYTES_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX, WireError,
    json::{self, Field, Value},
};

const YEARS: std::ops::RangeInclusive<i32> = 2000..=2199;

pub(super) struct Fields<'a> {
    text: &'a str,
    left: Vec<Field<'a>>,
}

impl<'a> Fields<'a> {
    /// Reads one object; a field that stands there twice is refused.
    pub(super) fn read(text: &'a str) -> Result<Self, WireError> {
        let left = json::object(text).map_err(|fault| WireError::from_fault(text, fault))?;
        for (place, field) in left.iter().enumerate() {
            if left[..place].iter().any(|earlier| earlier.key == field.key) {
                let field_name = show(&field.key);
                let found = "the field a second time";
                return Err(WireError::new(
                    text,
                    Some(&field_name),
                    field.key_byte,
                    found,
                    "it once",
                ));
            }
        }
        Ok(Self { text, left })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.left.iter().any(|field| field.key == name)
    }

    /// Passes over fields whose value doesn't matter.
    pub(super) fn forget(&mut self, names: &[&str]) {
        self.left.retain(|field| !names.contains(&&*field.key));
    }

    /// Refuses what is left; `own` and `common` are the names that it may have been meant to be.
    pub(super) fn finish(
        &self,
        own: &[&'static str],
        common: &[&'static str],
    ) -> Result<(), WireError> {
        let first = self.left.iter().min_by_key(|field| field.byte);
        let Some(field) = first else { return Ok(()) };
        let known = [own, common].concat();
        let expected = match nearest(&field.key, &known) {
            Some(name) => format!("a known field; did you mean `{name}`?"),
            None => format!("one of {}", known.join(", ")),
        };
        let name = show(&field.key);
        Err(WireError::new(self.text, Some(&name), field.key_byte, "an unknown field", &expected))
    }

    pub(super) fn unknown_word(
        &self,
        name: &str,
        place: usize,
        word: &str,
        known: &[&'static str],
    ) -> WireError {
        let expected = match nearest(word, known) {
            Some(near) => format!("one of {}; did you mean `{near}`?", known.join(", ")),
            None => format!("one of {}", known.join(", ")),
        };
        WireError::new(self.text, Some(name), place, &quoted(word), &expected)
    }

    /// An id or name: not empty, no control characters, at most [`NAME_BYTES_MAX`].
    pub(super) fn name(&mut self, name: &'static str) -> Result<String, WireError> {
        self.name_at(name).map(|(value, _)| value)
    }

    pub(super) fn name_at(&mut self, name: &'static str) -> Result<(String, usize), WireError> {
        self.optional_name_at(name)?.ok_or_else(|| self.missing(name, "a name in quotes"))
    }

    pub(super) fn optional_name(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, WireError> {
        Ok(self.optional_name_at(name)?.map(|(value, _)| value))
    }

    /// A language tag (BCP 47): letters and digits in parts of at most eight.
    pub(super) fn optional_language(
        &mut self,
        name: &'static str,
    ) -> Result<Option<String>, WireError> {
        let Some((value, byte)) = self.optional_name_at(name)? else { return Ok(None) };
        let is_part = |part: &str| {
            (1..=8).contains(&part.len()) && part.bytes().all(|one| one.is_ascii_alphanumeric())
        };
        if value.len() <= LANGUAGE_BYTES_MAX && value.split('-').all(is_part) {
            return Ok(Some(value));
        }
        Err(WireError::new(
            self.text,
            Some(name),
            byte,
            "no language tag",
            "a tag such as \"de-AT\"",
        ))
    }

    pub(super) fn optional_name_at(
        &mut self,
        name: &'static str,
    ) -> Result<Option<(String, usize)>, WireError> {
        let Some((value, byte)) = self.string(name, "a name in quotes")? else { return Ok(None) };
        let fail = |found: &str, expected: &str| {
            Err(WireError::new(self.text, Some(name), byte, found, expected))
        };
        if value.trim().is_empty() {
            return fail("an empty name", "at least one character");
        }
        if value.len() > NAME_BYTES_MAX {
            let found = format!("{} bytes", value.len());
            return fail(&found, &format!("at most {NAME_BYTES_MAX}"));
        }
        if let Some(control) = value.chars().find(|c| c.is_control()) {
            return fail(&code_point(control), "no control characters");
        }
        Ok(Some((value.into_owned(), byte)))
    }

    /// Words of a person or machine, required and not blank.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        length_max: usize,
    ) -> Result<String, WireError> {
        let place = self.left.iter().find(|field| field.key == name).map_or(0, |field| field.byte);
        let value = self.optional_text(name, length_max)?;
        let value = value.ok_or_else(|| self.missing(name, "text in quotes"))?;
        if value.trim().is_empty() {
            let expected = "at least one word";
            return Err(WireError::new(self.text, Some(name), place, "empty text", expected));
        }
        Ok(value)
    }

    /// Words of a person or machine: NUL and more than [`TEXT_BYTES_MAX`] are refused, control
    /// characters other than tab and newline become spaces, and what is over `length_max`
    /// characters is cut with a mark.
    pub(super) fn optional_text(
        &mut self,
        name: &'static str,
        length_max: usize,
    ) -> Result<Option<String>, WireError> {
        let Some((value, byte)) = self.string(name, "text in quotes")? else { return Ok(None) };
        if value.len() > TEXT_BYTES_MAX {
            let found = format!("{} bytes", value.len());
            let expected = format!("at most {TEXT_BYTES_MAX}");
            return Err(WireError::new(self.text, Some(name), byte, &found, &expected));
        }
        if value.contains('\0') {
            return Err(WireError::new(self.text, Some(name), byte, "U+0000", "no NUL characters"));
        }
        Ok(Some(tame(value, length_max)))
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, WireError> {
        match self.take(name) {
            Some(Field { value: Value::Bool(flag), .. }) => Ok(flag),
            Some(other) => Err(self.wrong(name, &other, "true or false")),
            None => Err(self.missing(name, "true or false")),
        }
    }

    /// Milliseconds from 0 to `max`, rounded; absent or null: `None`.
    pub(super) fn optional_milliseconds(
        &mut self,
        name: &'static str,
        max: u64,
    ) -> Result<Option<u32>, WireError> {
        let Some(field) = self.take(name) else { return Ok(None) };
        let number = match &field.value {
            Value::Null => return Ok(None),
            Value::Number(digits) => digits.parse::<f64>().ok(),
            Value::Bool(_) | Value::Text(_) | Value::List | Value::Object => None,
        };
        let in_range = number.filter(|ms| (0.0..=max as f64).contains(ms));
        let ms = in_range.ok_or_else(|| {
            self.wrong(name, &field, &format!("a number from 0 to {max}, or null"))
        })?;
        Ok(Some(ms.round() as u32))
    }

    /// A moment, required.
    pub(super) fn time(&mut self, name: &'static str) -> Result<Timestamp, WireError> {
        const EXPECTED: &str = "a time such as \"2014-04-24T02:40:00Z\"";
        let (value, byte) =
            self.string(name, EXPECTED)?.ok_or_else(|| self.missing(name, EXPECTED))?;
        let read = if value.len() <= 40 { DateTime::parse_from_rfc3339(&value).ok() } else { None };
        let fail =
            |expected| WireError::new(self.text, Some(name), byte, &quoted(&value), expected);
        let moment = read.ok_or_else(|| fail(EXPECTED))?.to_utc();
        if YEARS.contains(&moment.year()) {
            Ok(moment)
        } else {
            Err(fail("a time from 2000 to 2199"))
        }
    }

    fn take(&mut self, name: &str) -> Option<Field<'a>> {
        let place = self.left.iter().position(|field| field.key == name)?;
        Some(self.left.swap_remove(place))
    }

    fn string(
        &mut self,
        name: &'static str,
        expected: &str,
    ) -> Result<Option<(Cow<'a, str>, usize)>, WireError> {
        match self.take(name) {
            None | Some(Field { value: Value::Null, .. }) => Ok(None),
            Some(Field { value: Value::Text(text), byte, .. }) => Ok(Some((text, byte))),
            Some(other) => Err(self.wrong(name, &other, expected)),
        }
    }

    fn wrong(&self, name: &str, field: &Field<'_>, expected: &str) -> WireError {
        let found = match &field.value {
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(digits) => format!("the number {}", show(digits)),
            Value::Text(text) => quoted(text),
            Value::List => "an array".to_owned(),
            Value::Object => "an object".to_owned(),
        };
        WireError::new(self.text, Some(name), field.byte, &found, expected)
    }

    fn missing(&self, name: &str, expected: &str) -> WireError {
        WireError::new(self.text, Some(name), self.text.trim_end().len(), "nothing", expected)
    }
}

fn tame(text: Cow<'_, str>, length_max: usize) -> String {
    let is_kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    let text = if text.chars().all(is_kept) {
        text
    } else {
        let unix = text.replace("\r\n", "\n");
        Cow::Owned(unix.chars().map(|c| if is_kept(c) { c } else { ' ' }).collect())
    };
    if text.len() <= length_max {
        return text.into_owned();
    }
    match text.char_indices().nth(length_max) {
        None => text.into_owned(),
        Some(_) => text.chars().take(length_max - 1).chain(['…']).collect(),
    }
}

fn show(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.escape_debug().to_string()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", show(text))
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The known name that differs in at most two letters, when there is one.
fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    if word.len() > 40 {
        return None;
    }
    let near = known.iter().map(|name| (distance(word, name), *name)).min()?;
    (near.0 <= 2 && near.0 < word.chars().count()).then_some(near.1)
}

/// The Levenshtein distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let change = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
