//! A small strict JSON reader for flat objects that knows where everything stands.
//!
//! `serde_json` would do the reading, but not say which field was wrong and where. Nested values
//! are checked and passed over; depth, field count and numbers are bounded, so hostile text costs
//! no more than one pass over it. Must not: know what an input is. Start at [`object`].

use std::{borrow::Cow, ops::Range};

/// How deep arrays and objects may nest.
pub(super) const DEPTH_MAX: usize = 32;
/// How many fields an object that is read may have.
pub(super) const FIELDS_MAX: usize = 64;

/// What is wrong, and at which byte.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) byte: usize,
    pub(super) found: String,
    pub(super) expected: String,
}

/// A field's value; nested values are only named.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    List,
    Object,
}

/// One field of an object: its name, its value, and the byte each begins at.
#[derive(Debug, PartialEq)]
pub(super) struct Field<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) key_byte: usize,
    pub(super) value: Value<'a>,
    pub(super) byte: usize,
}

/// Reads text that must be one object and nothing else.
pub(super) fn object(text: &str) -> Result<Vec<Field<'_>>, Fault> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.blanks();
    cursor.expect(b'{', "an object, `{`")?;
    let mut fields = Vec::with_capacity(8);
    cursor.members(|cursor| {
        if fields.len() == FIELDS_MAX {
            return Err(cursor.fault_with("one more field", &format!("at most {FIELDS_MAX}")));
        }
        let key_byte = cursor.at;
        let key = cursor.string()?;
        cursor.colon()?;
        let byte = cursor.at;
        let value = cursor.value(1)?;
        fields.push(Field { key, key_byte, value, byte });
        Ok(())
    })?;
    cursor.end()?;
    Ok(fields)
}

/// Finds the elements of text that must be one array, or one single object. At most `count_max`
/// are looked for: `Ok(None)` says that there are more.
pub(super) fn elements(text: &str, count_max: usize) -> Result<Option<Elements>, Fault> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.blanks();
    if cursor.peek() == Some(b'{') {
        let start = cursor.at;
        cursor.value(0)?;
        let whole = start..cursor.at;
        cursor.end()?;
        return Ok(Some(Elements::One(whole)));
    }
    cursor.expect(b'[', "an object or an array of objects")?;
    let mut ranges = Vec::new();
    cursor.blanks();
    if cursor.peek() == Some(b']') {
        cursor.at += 1;
        cursor.end()?;
        return Ok(Some(Elements::Many(ranges)));
    }
    loop {
        cursor.blanks();
        if ranges.len() == count_max {
            return Ok(None);
        }
        let start = cursor.at;
        cursor.value(1)?;
        ranges.push(start..cursor.at);
        if !cursor.comma_or(b']')? {
            break;
        }
    }
    cursor.end()?;
    Ok(Some(Elements::Many(ranges)))
}

/// Where the elements of a body are.
#[derive(Debug, PartialEq)]
pub(super) enum Elements {
    One(Range<usize>),
    Many(Vec<Range<usize>>),
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn fault(&self, expected: &str) -> Fault {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => format!("`{}`", found.escape_debug()),
            None => "the end".to_owned(),
        };
        self.fault_with(&found, expected)
    }

    fn fault_with(&self, found: &str, expected: &str) -> Fault {
        Fault { byte: self.at, found: found.to_owned(), expected: expected.to_owned() }
    }

    fn expect(&mut self, byte: u8, expected: &str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(self.fault(expected));
        }
        self.at += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.blanks();
        if self.at == self.text.len() { Ok(()) } else { Err(self.fault("nothing more")) }
    }

    fn colon(&mut self) -> Result<(), Fault> {
        self.blanks();
        self.expect(b':', "`:` after the field's name")?;
        self.blanks();
        Ok(())
    }

    /// Past a comma: true. Past `close`: false.
    fn comma_or(&mut self, close: u8) -> Result<bool, Fault> {
        self.blanks();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == close => {
                self.at += 1;
                return Ok(false);
            }
            Some(_) | None => {
                return Err(self.fault(&format!("`,` or `{}`", char::from(close))));
            }
        }
        Ok(true)
    }

    /// Walks an object's members, the opening brace being behind us; `member` reads one.
    fn members(
        &mut self,
        mut member: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a field's name in double quotes"));
            }
            member(self)?;
            if !self.comma_or(b'}')? {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'{') => {
                self.deeper(depth)?;
                self.members(|cursor| {
                    cursor.string()?;
                    cursor.colon()?;
                    cursor.value(depth + 1).map(drop)
                })?;
                Ok(Value::Object)
            }
            Some(b'[') => {
                self.deeper(depth)?;
                self.list(depth)?;
                Ok(Value::List)
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) | None => Err(self.fault("a JSON value")),
        }
    }

    fn deeper(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= DEPTH_MAX {
            let expected = format!("at most {DEPTH_MAX} levels");
            return Err(self.fault_with("deeper nesting", &expected));
        }
        self.at += 1;
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<(), Fault> {
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blanks();
            self.value(depth + 1)?;
            if !self.comma_or(b']')? {
                return Ok(());
            }
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.fault("a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1
        } else {
            self.digits()?
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.fault("a digit")) } else { Ok(()) }
    }

    /// Reads a string; borrowed where it holds no escape. The opening quote is at the cursor.
    fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.at += 1;
        let start = self.at;
        self.plain()?;
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(&self.text[start..self.at - 1]));
        }
        let mut text = self.text[start..self.at].to_owned();
        while self.peek() == Some(b'\\') {
            text.push(self.escape()?);
            let plain = self.at;
            self.plain()?;
            text.push_str(&self.text[plain..self.at]);
        }
        self.at += 1;
        Ok(Cow::Owned(text))
    }

    /// On to the next quote or backslash.
    fn plain(&mut self) -> Result<(), Fault> {
        let rest = &self.text.as_bytes()[self.at..];
        let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        self.at += stop.unwrap_or(rest.len());
        match self.peek() {
            Some(b'"' | b'\\') => Ok(()),
            Some(_) => Err(self.fault("no bare control character in a string")),
            None => Err(self.fault("`\"` at the string's end")),
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) | None => return Err(self.fault("an escape such as `\\n`")),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, Fault> {
        self.at += 1;
        let first = self.hex4()?;
        let code = if (0xD800..0xDC00).contains(&first) { self.low_half(first)? } else { first };
        char::from_u32(code).ok_or_else(|| Fault {
            byte: start,
            found: "half a surrogate pair".to_owned(),
            expected: "whole characters".to_owned(),
        })
    }

    /// The second half of a pair; `first` itself, which is no character, when there is none.
    fn low_half(&mut self, first: u32) -> Result<u32, Fault> {
        if !self.text[self.at..].starts_with("\\u") {
            return Ok(first);
        }
        self.at += 2;
        let second = self.hex4()?;
        let is_low = (0xDC00..0xE000).contains(&second);
        Ok(if is_low { 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00) } else { first })
    }

    fn hex4(&mut self) -> Result<u32, Fault> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.fault("four hex digits after `\\u`"))?;
        self.at += 4;
        Ok(code)
    }
}
