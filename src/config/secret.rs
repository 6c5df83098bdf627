//! Secrets: where they come from, and the one place they are kept.
//!
//! Must not: print, compare in an error, or put into `Settings` any value it fetched.

use std::{collections::BTreeMap, fmt};

use secrecy::SecretString;

use crate::domain::DestinationId;

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
