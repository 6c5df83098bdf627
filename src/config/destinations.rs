//! Destinations and tokens: where words go, who may speak, and the secrets of both.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::{Audience, Destination, Limits, Role, Scope, TextUnit};

use super::{
    DriverSpec, OptionSpec, Secrets, SecretsWanted, Token,
    fleet::{read_id, refuse_twice},
    keys::{DESTINATION, TOKEN},
    reader::{Root, Section, one_of},
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
    let options = driver.map(|driver| read_options(section, driver, id, around, secrets));
    let words = [Audience::Public, Audience::Staff, Audience::Reporters];
    let words = words.map(|audience| (audience.word(), audience));
    if section.place_of("audience").is_none() {
        section.missing("audience", &one_of(words.iter().map(|(word, _)| *word), None));
    }
    let unlimited = Limits { length_max: u32::MAX, unit: TextUnit::Characters };
    Destination {
        id: id.into(),
        kind: driver.map(|driver| driver.kind.to_owned()).unwrap_or_default(),
        audience: section.word("audience", &words).map_or(Audience::Staff, |at| at.value),
        language: read_language(section, around.languages),
        options: options.unwrap_or_default(),
        limits: driver.map_or(unlimited, |driver| driver.limits),
    }
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

/// Reads what only the driver understands; its secrets go to `secrets`.
fn read_options(
    section: &Section<'_>,
    driver: &DriverSpec,
    id: &str,
    around: Surroundings<'_>,
    secrets: &mut Secrets,
) -> BTreeMap<String, String> {
    let names = driver.options.iter().flat_map(OptionSpec::keys).collect::<Vec<String>>();
    let known = DESTINATION.keys.iter().copied().chain(names.iter().map(String::as_str));
    section.refuse_unknown(&known.collect::<Vec<&str>>());
    let mut options = BTreeMap::new();
    for spec in driver.options {
        if spec.secret {
            let source = Source { section, name: spec.name, expected: spec.expects };
            let secret = source.fetch(spec.required, around.base, around.wanted);
            if let Some((secret, _)) = secret {
                secrets.insert(id.into(), spec.name, secret);
            }
            continue;
        }
        if spec.required && section.place_of(spec.name).is_none() {
            section.missing(spec.name, spec.expects);
        }
        let is_url = spec.name == "url" || spec.name.ends_with("_url");
        let option = if is_url {
            section.parsed(spec.name, spec.expects, web_url)
        } else {
            section.option(spec.name, spec.expects)
        };
        options.extend(option.map(|at| (spec.name.to_owned(), at.value)));
    }
    options
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
    let words =
        [("probes", Scope::Probes), ("reports", Scope::Reports), ("commands", Scope::Commands)];
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
