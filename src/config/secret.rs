//! Secrets: where they come from, and the one place they are kept.
//!
//! Must not: print, compare in an error, or put into `Settings` any value it fetched.

use std::{collections::BTreeMap, fmt, path::Path};

use secrecy::{ExposeSecret, SecretString};

use crate::domain::DestinationId;

use super::{SecretsWanted, read_bounded, reader::Section};

/// The longest secret, in bytes.
const SECRET_BYTES_MAX: u64 = 16 << 10;

/// The drivers' secrets, by destination and option. Its `Debug` says only how many there are.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<(DestinationId, String), SecretString>);

impl Secrets {
    /// The secret of a destination's option, when one was given.
    pub fn get(&self, destination: &DestinationId, option: &str) -> Option<&SecretString> {
        self.0.get(&(destination.clone(), option.to_owned()))
    }

    /// Keeps a secret.
    pub fn insert(&mut self, destination: DestinationId, option: &str, secret: SecretString) {
        self.0.insert((destination, option.to_owned()), secret);
    }

    /// Whether a destination's secrets are the same here and there.
    pub fn same_for(&self, other: &Self, destination: &DestinationId) -> bool {
        let own = |secrets: &Self| -> Vec<(String, String)> {
            let of = secrets.0.iter().filter(|((of, _), _)| of == destination);
            of.map(|((_, name), secret)| (name.clone(), secret.expose_secret().to_owned()))
                .collect()
        };
        own(self) == own(other)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} not shown)", self.0.len())
    }
}

/// The keys that give the secret `name` in a file.
pub(super) fn keys(name: &str) -> [String; 2] {
    [format!("{name}_env"), format!("{name}_file")]
}

/// Where one secret is to be found.
pub(super) struct Source<'s, 't> {
    pub(super) section: &'s Section<'t>,
    /// The secret's name ("secret"); its keys are `secret_env` and `secret_file`.
    pub(super) name: &'s str,
    /// What is expected, for the person who left it out.
    pub(super) expected: &'s str,
}

impl Source<'_, '_> {
    /// The secret and where the file refers to it; `None` when it is not there, not wanted, or a
    /// problem was noted.
    pub(super) fn fetch(
        &self,
        required: bool,
        base: &Path,
        wanted: SecretsWanted,
    ) -> Option<(SecretString, usize)> {
        let section = self.section;
        let [env, file] = keys(self.name);
        let variable = section.unprinted(&env, "the name of an environment variable");
        let path = section.unprinted(&file, "the path of a file that holds the secret");
        match (section.place_of(&env), section.place_of(&file)) {
            (Some(_), Some(place)) => {
                section.problems.at(place, format!("`{env}` and `{file}`"), "one of them");
                return None;
            }
            (None, None) => {
                // A secret in the file itself was noted when the keys were checked.
                if required && section.place_of(self.name).is_none() {
                    let expected = format!("`{env}` or `{file}`: {}", self.expected);
                    section.missing(&env, &expected);
                }
                return None;
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        let (place, fetched) = match (variable, path) {
            (Some(at), _) => (at.place, from_environment(at.value, wanted)),
            (None, Some(at)) => (at.place, from_file(&base.join(at.value), wanted)),
            (None, None) => return None,
        };
        match fetched {
            Ok(secret) => secret.map(|secret| (secret, place)),
            Err(Lost { found, expected }) => {
                section.problems.at(place, found, expected);
                None
            }
        }
    }
}

/// A secret that could not be fetched, in words without it.
struct Lost {
    found: String,
    expected: &'static str,
}

/// A name is printed only when it looks like nothing but a name: somebody may have written the
/// secret in its place.
fn from_environment(name: &str, wanted: SecretsWanted) -> Result<Option<SecretString>, Lost> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.bytes().all(letters) || name.starts_with(|letter: char| letter.is_ascii_digit()) {
        let found = "a name (not shown) that no environment variable has".to_owned();
        return Err(Lost { found, expected: "letters, digits and `_`, such as BELLWETHER_TOKEN" });
    }
    if wanted == SecretsWanted::Skip {
        return Ok(None);
    }
    let plain = name.contains('_') && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let shown =
        if plain { format!("{name}, which is") } else { "a variable (not shown) that is".into() };
    let lost = |what: &str| Lost {
        found: format!("{shown} {what}"),
        expected: "an environment variable that holds the secret",
    };
    let text = std::env::var(name).map_err(|error| match error {
        std::env::VarError::NotPresent => lost("not set"),
        std::env::VarError::NotUnicode(_) => lost("not UTF-8"),
    })?;
    if text.trim().is_empty() || text.len() as u64 > SECRET_BYTES_MAX {
        return Err(lost("empty or longer than 16 KB"));
    }
    Ok(Some(text.trim().to_owned().into()))
}

fn from_file(path: &Path, wanted: SecretsWanted) -> Result<Option<SecretString>, Lost> {
    if wanted == SecretsWanted::Skip {
        return Ok(None);
    }
    let lost = |found: String| Lost { found, expected: "the path of a file that holds the secret" };
    let text = read_bounded(path, SECRET_BYTES_MAX).map_err(lost)?;
    if text.trim().is_empty() {
        return Err(lost("an empty file".to_owned()));
    }
    Ok(Some(text.trim().to_owned().into()))
}
