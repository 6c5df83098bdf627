//! How a customer's words become an offered report, whichever way they came.
//!
//! Personal values go into [`Private`] and nowhere else; a domain that is none of ours is one.

use crate::{
    domain::{PersonId, ReportId, Timestamp},
    event::{Input, wire::domain_name},
    journal::{Offered, Private},
};

use super::Door;

/// A report as it was heard.
pub(super) struct Heard {
    pub(super) at: Timestamp,
    /// "web", "console" or a token's name.
    pub(super) source: String,
    /// Whether the author is who they say.
    pub(super) confirmed: bool,
    /// As the author wrote it; need not be a domain.
    pub(super) domain: Option<String>,
    /// The language that the author reads, where it is known.
    pub(super) language: Option<String>,
    /// Everything personal but the domain.
    pub(super) private: Private,
}

/// Makes the input; the journal gives it its random ids.
pub(super) fn offered(door: &dyn Door, heard: Heard) -> Offered {
    let mut private = heard.private;
    let domain = heard.domain.filter(|domain| !domain.trim().is_empty());
    let ours = domain.as_deref().and_then(|domain| our_domain(door, domain));
    if ours.is_none() {
        private.unknown_domain = domain;
    }
    let input = Input::Report {
        id: ReportId::from(""),
        reporter: PersonId::from(""),
        source: heard.source,
        domain: ours,
        confirmed: heard.confirmed,
        answered: false,
        language: heard.language,
        text: None,
    };
    Offered { at: heard.at, input, private: Some(private) }
}

/// The fleet's domain that `text` names: itself, or the nearest one above it (`www.example.org`
/// is on `example.org`'s server).
fn our_domain(door: &dyn Door, text: &str) -> Option<String> {
    let name = domain_name(text)?;
    let mut rest = name.as_str();
    loop {
        if door.knows_domain(rest) {
            return Some(rest.to_owned());
        }
        rest = rest.split_once('.')?.1;
    }
}
