//! A line in its parts, and the ways commands take them.

use std::ops::RangeInclusive;

use crate::domain::{AsShown, DraftId, IncidentId, NoticeId, ReportId, ServerId, WindowId};

use super::{Expected, LINE_CHARACTERS_MAX, Problem, problem};

/// The longest id that can be typed, in characters.
const ID_CHARACTERS_MAX: usize = 64;
/// How much of a post's id names it, and how long it is whole.
const POST_ID_CHARACTERS: RangeInclusive<usize> = 8..=32;
/// The longest wait that can be typed.
const SPAN_S_MAX: u64 = 7 * 86400;

/// What follows a command's name. A command takes its options first, then its arguments in order;
/// what is left over at the end is an error.
#[derive(Clone, Debug)]
pub struct Args {
    tokens: Vec<Token>,
    options: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
struct Token {
    text: String,
    quoted: bool,
}

impl Args {
    pub(super) fn split(text: &str) -> Result<Self, Problem> {
        let mut rest = text.trim();
        rest = rest.strip_prefix('/').unwrap_or(rest);
        if rest.chars().nth(LINE_CHARACTERS_MAX).is_some() {
            return Err(Problem::TooLong { max: LINE_CHARACTERS_MAX });
        }
        let stray = |c: &char| c.is_control() && !c.is_whitespace();
        if let Some(stray) = rest.chars().find(stray) {
            return Err(Problem::ControlCharacter { code: stray.into() });
        }
        let mut tokens = Vec::new();
        while !rest.is_empty() {
            let token;
            (token, rest) = next_token(rest)?;
            tokens.extend(token);
            rest = rest.trim_start();
        }
        Ok(Self { tokens, options: Vec::new() })
    }

    /// The word in this place in lower case, unless it is quoted or an option.
    pub(super) fn word(&self, place: usize) -> Option<String> {
        let token = self.tokens.get(place).filter(|token| !token.quoted)?;
        (!token.is_option()).then(|| token.text.to_lowercase())
    }

    /// How the line begins, for telling what was found.
    pub(super) fn beginning(&self) -> Option<&str> {
        self.tokens.first().map(|token| token.text.as_str())
    }

    pub(super) fn skip(&mut self, words: usize) {
        self.tokens.drain(..words.min(self.tokens.len()));
    }

    /// Takes `--name`, wherever it stands.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Problem> {
        self.options.push(name);
        let found = self.position(name)?;
        if let Some(at) = found {
            self.tokens.remove(at);
        }
        Ok(found.is_some())
    }

    /// Takes `--name value`, wherever it stands.
    pub(super) fn option(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        self.options.push(name);
        let Some(at) = self.position(name)? else { return Ok(None) };
        self.tokens.remove(at);
        match self.tokens.get(at) {
            Some(value) if !value.is_option() && !value.text.is_empty() => {
                Ok(Some(self.tokens.remove(at).text))
            }
            Some(_) | None => Err(Problem::ValueMissing { option: name }),
        }
    }

    /// Takes one of `words` given as `--name word`.
    pub(super) fn option_of<T: Copy>(
        &mut self,
        name: &'static str,
        words: &'static [&'static str],
        values: &[T],
    ) -> Result<Option<T>, Problem> {
        let Some(found) = self.option(name)? else { return Ok(None) };
        let lower = found.to_lowercase();
        let value = words.iter().zip(values).find(|(word, _)| **word == lower);
        match value {
            Some((_, value)) => Ok(Some(*value)),
            None => Err(unreadable(name, &found, Expected::OneOf(words))),
        }
    }

    /// Takes `--incident ID`.
    pub(super) fn incident_option(&mut self) -> Result<Option<IncidentId>, Problem> {
        let found = self.option("incident")?;
        found.map(|found| number("incident", &found).map(IncidentId)).transpose()
    }

    /// Takes `--revision N`.
    pub(super) fn revision_option(&mut self) -> Result<Option<u32>, Problem> {
        let Some(found) = self.option("revision")? else { return Ok(None) };
        let number = number("revision", &found)?;
        let narrow = u32::try_from(number);
        narrow.map(Some).map_err(|_| unreadable("revision", &found, Expected::Number))
    }

    /// Takes `--seen STATE`.
    pub(super) fn seen_option(&mut self) -> Result<Option<AsShown>, Problem> {
        let Some(found) = self.option("seen")? else { return Ok(None) };
        let seen = AsShown::read(&found);
        seen.map(Some).ok_or_else(|| unreadable("seen", &found, Expected::Seen))
    }

    /// Takes `--servers s1,s2`, which must be there; a command takes it after all other options.
    pub(super) fn servers_option(&mut self) -> Result<Vec<ServerId>, Problem> {
        let Some(found) = self.option("servers")? else {
            // A slip in its name is more helpful to hear of than its absence.
            self.unknown_option()?;
            return Err(Problem::Missing { what: "--servers" });
        };
        let mut servers = Vec::new();
        for name in found.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let server = ServerId::from(id("servers", name, Expected::Ids)?);
            if !servers.contains(&server) {
                servers.push(server);
            }
        }
        if servers.is_empty() {
            return Err(unreadable("servers", &found, Expected::Ids));
        }
        Ok(servers)
    }

    /// Takes an incident's id.
    pub(super) fn incident(&mut self) -> Result<IncidentId, Problem> {
        number("ID", &self.next("ID")?).map(IncidentId)
    }

    /// Takes a draft's id.
    pub(super) fn draft(&mut self) -> Result<DraftId, Problem> {
        number("ID", &self.next("ID")?).map(DraftId)
    }

    /// Takes a maintenance window's id.
    pub(super) fn window(&mut self) -> Result<WindowId, Problem> {
        number("ID", &self.next("ID")?).map(WindowId)
    }

    pub(super) fn notice(&mut self) -> Result<NoticeId, Problem> {
        number("NOTICE", &self.next("NOTICE")?).map(NoticeId)
    }

    /// Takes ids of servers and components, each once.
    pub(super) fn targets(&mut self) -> Result<Vec<String>, Problem> {
        let found = self.next("targets")?;
        let mut targets = Vec::new();
        for name in found.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let target = id("targets", name, Expected::Targets)?;
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        if targets.is_empty() {
            Err(unreadable("targets", &found, Expected::Targets))
        } else {
            Ok(targets)
        }
    }

    /// Takes a report's id.
    pub(super) fn report(&mut self) -> Result<ReportId, Problem> {
        id("REPORT", &self.next("REPORT")?, Expected::Id).map(ReportId::from)
    }

    /// Takes a post's id, or enough of its beginning, in lower case.
    pub(super) fn post(&mut self) -> Result<String, Problem> {
        let found = self.next("POST")?;
        let fits = POST_ID_CHARACTERS.contains(&found.len());
        if fits && found.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(found.to_ascii_lowercase());
        }
        Err(unreadable("POST", &found, Expected::Post))
    }

    /// Takes a server's id.
    pub(super) fn server(&mut self) -> Result<ServerId, Problem> {
        id("SERVER", &self.next("SERVER")?, Expected::Id).map(ServerId::from)
    }

    /// Takes a span of time ("15m", "1h30m"), in seconds.
    pub(super) fn span_s(&mut self, what: &'static str) -> Result<u64, Problem> {
        let found = self.next(what)?;
        span_s(&found).ok_or_else(|| unreadable(what, &found, Expected::Span))
    }

    /// Takes a span of time given as `--name span`, in seconds.
    pub(super) fn span_option_s(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        let Some(found) = self.option(name)? else { return Ok(None) };
        span_s(&found).map(Some).ok_or_else(|| unreadable(name, &found, Expected::Span))
    }

    /// Takes one argument as it is.
    pub(super) fn next(&mut self, what: &'static str) -> Result<String, Problem> {
        self.unknown_option()?;
        if self.tokens.is_empty() {
            return Err(Problem::Missing { what });
        }
        let text = self.tokens.remove(0).text;
        if text.trim().is_empty() { Err(Problem::Missing { what }) } else { Ok(text) }
    }

    /// Takes the last argument: one quoted text, or all that is left without quotes.
    pub(super) fn text(&mut self, what: &'static str) -> Result<String, Problem> {
        self.optional_text()?.ok_or(Problem::Missing { what })
    }

    /// As [`text`](Self::text), where there may be none. An empty quote is none.
    pub(super) fn optional_text(&mut self) -> Result<Option<String>, Problem> {
        self.unknown_option()?;
        let plain = self.tokens.iter().all(|token| !token.quoted);
        let taken = if plain { self.tokens.len() } else { 1 };
        let taken: Vec<String> = self.tokens.drain(..taken).map(|token| token.text).collect();
        let text = taken.join(" ").trim().to_owned();
        Ok((!text.is_empty()).then_some(text))
    }

    /// That nothing is left over.
    pub(super) fn end(&self) -> Result<(), Problem> {
        self.unknown_option()?;
        match self.tokens.first() {
            Some(token) => Err(Problem::Unexpected { found: problem::shown(&token.text) }),
            None => Ok(()),
        }
    }

    /// An option that is left once the command has taken its own.
    fn unknown_option(&self) -> Result<(), Problem> {
        let Some(token) = self.tokens.iter().find(|token| token.is_option()) else { return Ok(()) };
        let name = token.text.trim_start_matches('-');
        let near = problem::nearest(&name.to_lowercase(), self.options.iter().copied());
        Err(Problem::UnknownOption { found: problem::shown(&token.text), near })
    }

    /// Where `--name` stands, if it does so once.
    fn position(&self, name: &'static str) -> Result<Option<usize>, Problem> {
        let mut found = self.tokens.iter().enumerate().filter(|(_, token)| token.is(name));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => Err(Problem::Repeated { option: name }),
            (found, _) => Ok(found.map(|(at, _)| at)),
        }
    }
}

impl Token {
    fn is_option(&self) -> bool {
        !self.quoted && self.text.starts_with("--")
    }

    fn is(&self, name: &str) -> bool {
        self.is_option() && self.text[2..].eq_ignore_ascii_case(name)
    }
}

/// One or, for `--name=value`, two tokens, and what follows them. `text` does not begin with space.
fn next_token(text: &str) -> Result<(Vec<Token>, &str), Problem> {
    if let Some(quote) = text.chars().next().filter(|sign| closers(*sign).is_some()) {
        let (text, rest) = quoted(text, quote)?;
        return Ok((vec![Token { text, quoted: true }], rest));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let word = &text[..end];
    let Some(option) = option_name(word) else {
        return Ok((vec![Token { text: word.to_owned(), quoted: false }], &text[end..]));
    };
    match option.split_once('=') {
        Some((name, _)) => {
            let after = &text[word.len() - option.len() + name.len() + 1..];
            let mut tokens = vec![Token { text: format!("--{name}"), quoted: false }];
            if after.is_empty() || after.starts_with(char::is_whitespace) {
                tokens.push(Token { text: String::new(), quoted: true });
                return Ok((tokens, after));
            }
            let (value, rest) = next_token(after)?;
            tokens.extend(value);
            Ok((tokens, rest))
        }
        None => {
            let token = Token { text: format!("--{option}"), quoted: false };
            Ok((vec![token], &text[end..]))
        }
    }
}

/// The name of an option: two hyphens, or the dash that a phone makes of them.
fn option_name(word: &str) -> Option<&str> {
    ["--", "—", "–"].iter().find_map(|dash| word.strip_prefix(dash)).filter(|name| !name.is_empty())
}

/// The signs that close a quote opened by `sign`; `None` when it opens none.
fn closers(sign: char) -> Option<&'static [char]> {
    match sign {
        '"' | '“' | '”' | '„' => Some(&['"', '“', '”']),
        '«' => Some(&['»']),
        '\'' | '‘' => Some(&['\'', '’']),
        _ => None,
    }
}

/// The quoted text at the start of `text`, and what follows it. A backslash keeps the sign after it;
/// a single quote closes only at the end of a word, because it is also an apostrophe.
fn quoted(text: &str, quote: char) -> Result<(String, &str), Problem> {
    let closers = closers(quote).unwrap_or_default();
    let inside = &text[quote.len_utf8()..];
    let (mut kept, mut escaped) = (String::new(), false);
    for (at, sign) in inside.char_indices() {
        let rest = &inside[at + sign.len_utf8()..];
        if !escaped
            && sign == '\\'
            && rest.starts_with(|next| next == '\\' || closers.contains(&next))
        {
            escaped = true;
            continue;
        }
        let ends = closers != ['\'', '’'] || rest.chars().next().is_none_or(char::is_whitespace);
        if !escaped && ends && closers.contains(&sign) {
            return Ok((kept, rest));
        }
        escaped = false;
        kept.push(sign);
    }
    Err(Problem::QuoteOpen { quote })
}

fn number(what: &'static str, found: &str) -> Result<u64, Problem> {
    let digits = found.strip_prefix('#').unwrap_or(found);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|number| *number > 0 && plain);
    number.ok_or_else(|| unreadable(what, found, Expected::Number))
}

fn id(what: &'static str, found: &str, expected: Expected) -> Result<String, Problem> {
    let fits = found.chars().nth(ID_CHARACTERS_MAX).is_none();
    let plain = found.chars().all(|c| c.is_alphanumeric() || "-_.:".contains(c));
    if fits && plain { Ok(found.to_owned()) } else { Err(unreadable(what, found, expected)) }
}

/// "90s", "15m", "1h30m", "2d": whole numbers, each unit once, larger units first.
fn span_s(found: &str) -> Option<u64> {
    let lower = found.trim().to_ascii_lowercase();
    let (mut rest, mut total_s) = (lower.as_str(), 0u64);
    for (unit, unit_s) in [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)] {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let Some(after) = rest[digits..].strip_prefix(unit) {
            let count: u64 = rest[..digits].parse().ok()?;
            total_s = total_s.checked_add(count.checked_mul(unit_s)?)?;
            rest = after;
        }
    }
    (rest.is_empty() && (1..=SPAN_S_MAX).contains(&total_s)).then_some(total_s)
}

pub(super) fn unreadable(what: &'static str, found: &str, expected: Expected) -> Problem {
    Problem::Unreadable { what, found: problem::shown(found), expected }
}
