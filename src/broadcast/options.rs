//! A destination's options, as the drivers of rooms and feeds need them: read once, complained of by
//! name. Must not repeat a value.

use reqwest::Url;
use secrecy::SecretString;

use crate::{
    config::{OptionSpec, Secrets},
    domain::Destination,
};

use super::{BuildError, http::safe_base};

/// The options of one destination.
pub(super) struct Options<'a> {
    pub(super) destination: &'a Destination,
    pub(super) secrets: &'a Secrets,
}

impl<'a> Options<'a> {
    /// That an option is not as it must be.
    pub(super) fn wrong(&self, option: &OptionSpec) -> BuildError {
        let destination = self.destination.id.clone();
        BuildError::Option { destination, option: option.name, expected: option.expects }
    }

    /// A text, where there is one.
    pub(super) fn text(&self, option: &OptionSpec) -> Option<&'a str> {
        self.destination.options.get(option.name).map(String::as_str)
    }

    /// A flag; off where nothing is said.
    pub(super) fn flag(&self, option: &OptionSpec) -> bool {
        self.text(option) == Some("true")
    }

    /// A text that must be there and fit, in a destination that one of the option's audiences reads.
    pub(super) fn needed(&self, option: &OptionSpec) -> Result<&'a str, BuildError> {
        let is_known = option.audiences.contains(&self.destination.audience);
        let text = self.text(option).filter(|text| is_known && (option.fits)(text));
        text.ok_or_else(|| self.wrong(option))
    }

    /// The address of a server that secrets are sent to, to which [`at`] adds paths.
    pub(super) fn server(&self, option: &OptionSpec) -> Result<Url, BuildError> {
        safe_base(self.needed(option)?).ok_or_else(|| self.wrong(option))
    }

    /// A secret that must be there and not be empty.
    pub(super) fn secret(&self, option: &OptionSpec) -> Result<&'a SecretString, BuildError> {
        self.secrets.get(&self.destination.id, option.name).ok_or_else(|| self.wrong(option))
    }
}

/// An address below a server's, each part percent-encoded where it must be.
pub(super) fn at<'p>(server: &Url, parts: impl IntoIterator<Item = &'p str>) -> Url {
    let mut url = server.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Only an address that cannot be a base has no path, and such a one is refused as an option.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(parts);
    }
    url
}

/// Every byte but letters, digits and `-._~` as `%XX` (RFC 3986, 2.1).
pub(super) fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
