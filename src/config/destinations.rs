//! Destinations and tokens: where words go, who may speak, and the secrets of both.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::{Audience, Destination, Limits, Role, Scope, TextUnit};

use super::{
    DriverSpec, OptionSpec, Secrets, SecretsWanted, Token,
    bot::read_timezone,
    discord::Discord,
    fleet::{read_id, refuse_twice},
    keys::{DESTINATION, TOKEN},
    reader::{At, Root, Section, one_of},
    secret::{self, Source},
    value::web_url,
};

/// The shortest secret of a token, in characters.
const TOKEN_SECRET_LENGTH_MIN: usize = 16;

/// What reading a destination or token needs beside its section.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'s> {
    pub(super) base: &'s Path,
    pub(super) drivers: &'s [DriverSpec],
    pub(super) languages: &'s [String],
    pub(super) wanted: SecretsWanted,
    pub(super) discord: Option<&'s Discord>,
    /// `bot.public_url` is given: links have somewhere to lead.
    pub(super) has_public_url: bool,
}

/// Reads `[[destination]]`.
pub(super) fn read_destinations(
    root: &Root<'_>,
    around: Surroundings<'_>,
) -> (Vec<Destination>, Secrets) {
    let (mut destinations, mut secrets) = (Vec::new(), Secrets::default());
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for section in root.sections(&DESTINATION) {
        let id = read_id(&section, "id");
        if let Some(id) = &id {
            let first = *places.entry(id.value.clone()).or_insert(id.place);
            refuse_twice(section.problems, id.place, "destination", &id.value, Some(first));
        }
        let id = id.map(|at| at.value).unwrap_or_default();
        destinations.push(read_destination(&section, &id, around, &mut secrets));
    }
    (destinations, secrets)
}

fn read_destination(
    section: &Section<'_>,
    id: &str,
    around: Surroundings<'_>,
    secrets: &mut Secrets,
) -> Destination {
    let driver = read_driver(section, around.drivers);
    let audience = read_audience(section);
    let reading = Reading { section, id, audience, around };
    let options = driver.map(|driver| reading.options(driver, secrets)).unwrap_or_default();
    let abilities = driver.map(|driver| (driver.abilities)(&options)).unwrap_or_default();
    if abilities.letters && audience == Some(Audience::Reporters) && !around.has_public_url {
        let place = section.place_of("kind").unwrap_or(section.place());
        let found = "letters to subscribers without `public_url` in [bot]";
        section.problems.absent(place, found, "that URL: the links in each letter lead there");
    }
    if abilities.edits && abilities.pictures {
        let place = section.place_of("pictures").unwrap_or(section.place());
        let found = "`pictures = true` with `updates = \"edit\"`";
        section.problems.at(place, found, "one of them: a changed post gets no picture");
    }
    let unlimited = Limits::of(u32::MAX, TextUnit::Characters);
    Destination {
        id: id.into(),
        kind: driver.map(|driver| driver.kind.to_owned()).unwrap_or_default(),
        audience: audience.unwrap_or(Audience::Staff),
        language: read_language(section, around.languages),
        timezone: read_timezone(section),
        abilities,
        options,
        limits: driver.map_or(unlimited, |driver| driver.limits),
    }
}

fn read_audience(section: &Section<'_>) -> Option<Audience> {
    let words = OptionSpec::EVERY_AUDIENCE.iter().map(|audience| (audience.word(), *audience));
    let words: Vec<(&str, Audience)> = words.collect();
    if section.place_of("audience").is_none() {
        section.missing("audience", &one_of(words.iter().map(|(word, _)| *word), None));
    }
    section.word("audience", &words).map(|at| at.value)
}

fn read_driver<'d>(section: &Section<'_>, drivers: &'d [DriverSpec]) -> Option<&'d DriverSpec> {
    let words: Vec<(&str, &DriverSpec)> =
        drivers.iter().map(|driver| (driver.kind, driver)).collect();
    if section.place_of("kind").is_none() {
        section.missing("kind", &one_of(words.iter().map(|(word, _)| *word), None));
    }
    section.word("kind", &words).map(|at| at.value)
}

fn read_language(section: &Section<'_>, languages: &[String]) -> String {
    let usual = languages.first().cloned().unwrap_or_else(|| "en".to_owned());
    let Some(typed) = section.text("language") else { return usual };
    if !languages.contains(&typed.value) {
        let found = format!("`language` = {}", super::value::quoted(&typed.value));
        section.problems.at(
            typed.place,
            found,
            format!("one of `bot.languages`: {}", languages.join(", ")),
        );
    }
    typed.value
}

/// One destination whose driver is known.
struct Reading<'r, 't> {
    section: &'r Section<'t>,
    id: &'r str,
    /// `None` where a problem was noted.
    audience: Option<Audience>,
    around: Surroundings<'r>,
}

impl Reading<'_, '_> {
    /// Reads what only the driver understands; its secrets go to `secrets`.
    fn options(&self, driver: &DriverSpec, secrets: &mut Secrets) -> BTreeMap<String, String> {
        let section = self.section;
        let names = driver.options.iter().flat_map(OptionSpec::keys).collect::<Vec<String>>();
        let known = DESTINATION.keys.iter().copied().chain(names.iter().map(String::as_str));
        section.refuse_unknown(&known.collect::<Vec<&str>>());
        let mut options = BTreeMap::new();
        for spec in driver.options {
            if self.audience.is_some_and(|audience| !spec.audiences.contains(&audience)) {
                self.refuse(spec);
            } else if spec.secret {
                let source = Source { section, name: spec.name, expected: spec.expects };
                let secret = source.fetch(spec.required, self.around.base, self.around.wanted);
                if let Some((secret, _)) = secret {
                    secrets.insert(self.id.into(), spec.name, secret);
                }
            } else {
                options.extend(self.option(spec).map(|value| (spec.name.to_owned(), value)));
            }
        }
        self.borrow_account(driver, &mut options, secrets);
        options
    }

    fn option(&self, spec: &OptionSpec) -> Option<String> {
        let section = self.section;
        // Whether a destination without an audience needs the option, nobody can say.
        let is_needed = spec.required && self.audience.is_some();
        if is_needed && section.place_of(spec.name).is_none() {
            section.missing(spec.name, spec.expects);
        }
        let is_url = spec.name == "url" || spec.name.ends_with("_url");
        let option = if is_url {
            section.parsed(spec.name, spec.expects, web_url)
        } else {
            section.option(spec.name, spec.expects, spec.fits)
        };
        option.map(|at| at.value)
    }

    /// An option that this destination's audience has no use for.
    fn refuse(&self, spec: &OptionSpec) {
        for key in spec.keys() {
            let Some(place) = self.section.place_of(&key) else { continue };
            let audience = self.audience.map_or("", Audience::word);
            let words = spec.audiences.iter().map(|audience| audience.word());
            let found = format!("`{key}` on a destination for {audience}");
            let expected = format!("it only for {}", words.collect::<Vec<_>>().join(" and "));
            self.section.problems.at(place, found, expected);
        }
    }

    /// What a section of the file lends to every destination of this kind.
    fn borrow_account(
        &self,
        driver: &DriverSpec,
        options: &mut BTreeMap<String, String>,
        secrets: &mut Secrets,
    ) {
        let Some(account) = driver.account else { return };
        match self.around.discord {
            Some(discord) => discord.lend(self.id, options, secrets),
            None => {
                let place = self.section.place_of("kind").unwrap_or(self.section.place());
                let found = format!("a destination of kind \"{}\" without {account}", driver.kind);
                self.section.problems.absent(place, found, "that section, with the bot's token");
            }
        }
    }
}

impl OptionSpec {
    /// The keys that give this option in a file.
    fn keys(&self) -> Vec<String> {
        if self.secret { secret::keys(self.name).into() } else { vec![self.name.to_owned()] }
    }
}

/// Reads `[[token]]`. None is given under [`SecretsWanted::Skip`], but all are checked.
pub(super) fn read_tokens(root: &Root<'_>, around: Surroundings<'_>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for section in root.sections(&TOKEN) {
        let name = read_id(&section, "name");
        if let Some(name) = &name {
            let first = *places.entry(name.value.clone()).or_insert(name.place);
            refuse_twice(section.problems, name.place, "token", &name.value, Some(first));
        }
        if let Some(name) = &name {
            refuse_reserved(&section, name, around.drivers);
        }
        let roles = [Role::Customer, Role::Staff, Role::Admin].map(|role| (role.word(), role));
        if section.place_of("role").is_none() {
            section.missing("role", &one_of(roles.iter().map(|(word, _)| *word), None));
        }
        let role = section.word("role", &roles);
        let scopes = read_scopes(&section);
        let expected = "a secret of at least 16 characters";
        let source = Source { section: &section, name: "secret", expected };
        let Some((secret, place)) = source.fetch(true, around.base, around.wanted) else {
            continue;
        };
        refuse_weak(&section, place, &secret, &tokens);
        let (name, role) = (name.map(|at| at.value), role.map(|at| at.value));
        tokens.push(Token {
            name: name.unwrap_or_default(),
            role: role.unwrap_or(Role::Customer),
            scopes,
            secret,
        });
    }
    tokens
}

/// What a token reports is kept under its name, and must not pass for what came another way.
fn refuse_reserved(section: &Section<'_>, name: &At<String>, drivers: &[DriverSpec]) {
    let reached = drivers.iter().filter_map(|driver| (driver.abilities)(&BTreeMap::new()).reaches);
    if reached.into_iter().any(|source| source == name.value) {
        let found = format!("a token called `{}`", name.value);
        section.problems.at(name.place, found, "another name: reports from there have this one");
    }
}

fn refuse_weak(section: &Section<'_>, place: usize, secret: &SecretString, others: &[Token]) {
    let text = secret.expose_secret();
    if text.chars().count() < TOKEN_SECRET_LENGTH_MIN {
        let expected = format!("at least {TOKEN_SECRET_LENGTH_MIN} characters");
        section.problems.at(place, "a secret that is too short", expected);
    }
    if let Some(other) = others.iter().find(|other| other.secret.expose_secret() == text) {
        let found = format!("the secret of the token `{}` again", other.name);
        section.problems.at(place, found, "a secret of its own for each token");
    }
}

fn read_scopes(section: &Section<'_>) -> BTreeSet<Scope> {
    let words = [
        ("probes", Scope::Probes),
        ("reports", Scope::Reports),
        ("commands", Scope::Commands),
        ("notices", Scope::Notices),
    ];
    let expected = |near| one_of(words.iter().map(|(word, _)| *word), near);
    let typed = section.texts("scopes");
    if typed.is_empty() {
        section.missing("scopes", &format!("a list, each {}", expected(None)));
    }
    let mut scopes = BTreeSet::new();
    for at in typed {
        match words.iter().find(|(word, _)| *word == at.value) {
            Some((_, scope)) => {
                scopes.insert(*scope);
            }
            None => {
                let near = super::problem::nearest(&at.value, words.iter().map(|(word, _)| *word));
                let found = format!("the scope {}", super::value::quoted(&at.value));
                section.problems.at(at.place, found, expected(near));
            }
        }
    }
    scopes
}
