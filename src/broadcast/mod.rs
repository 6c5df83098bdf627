//! Broadcast: one driver a kind of destination sends a post and returns a receipt.
//!
//! A driver is one file and one line of [`REGISTRY`]; `tests/destinations.rs` gets one row. It is
//! handed a post whose bytes are fixed and says what came of it: sent, or one of the three ways of
//! [`SendError`]. Must not: decide whether to speak, change a post's words, try again by itself (the
//! outbox does), follow a redirect to another host, or let a secret into an error, a log or
//! `Debug`. Start at [`Driver`].

mod attempts;
mod bluesky;
mod console;
pub mod discord;
pub mod email;
mod http;
mod json;
mod limits;
mod mastodon;
mod matrix;
mod multipart;
mod ntfy;
mod options;
mod pause;
mod picture;
mod reason;
mod slack;
mod tls;
mod webhook;
mod x;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::BoxFuture;

use crate::{
    clock::Clock,
    config::{DriverSpec, OptionSpec, Secrets},
    domain::{Abilities, Audience, Destination, DestinationId, Limits, Timestamp},
    event::{Post, Receipt, Resolution, SendError},
    rests::Rests,
};

pub use bluesky::Bluesky;
pub use console::Console;
pub use discord::Discord;
pub use email::Email;
pub use mastodon::Mastodon;
pub use matrix::Matrix;
pub use ntfy::Ntfy;
pub use slack::Slack;
pub use tls::install_crypto;
pub use webhook::Webhook;
pub use x::X;

/// Sends posts to one destination. One at a time: the outbox has never two in flight.
pub trait Driver: Send + Sync {
    /// Sends the post. Every attempt at the same post sends the same bytes.
    ///
    /// # Errors
    ///
    /// [`SendError::Unknown`] whenever the post may have arrived; the other two only when it
    /// surely has not. Always comes to an end within a minute of the clock's time.
    fn send<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Result<Receipt, SendError>>;

    /// Looks up, by its key, a post that may have arrived.
    fn resolve<'a>(&'a self, sending: Sending<'a>) -> BoxFuture<'a, Resolution>;

    /// Asks whether the credentials are good and what fits there; nothing is posted. A driver that
    /// has nothing to ask finds nothing. Always comes to an end within a minute of the clock's time.
    ///
    /// # Errors
    ///
    /// The destination cannot be used as it is, or did not answer.
    fn check(&self) -> BoxFuture<'_, Result<Checked, CheckError>> {
        Box::pin(std::future::ready(Ok(Checked::default())))
    }
}

/// What asking a destination found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The account or room that posts go to, as the other side calls it; `None`: nothing was asked.
    pub account: Option<String>,
    /// What fits there, where the other side says it.
    pub limits: Option<Limits>,
}

/// Why a destination cannot be used. Names no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The other side does not take the credentials, or what they are for is not there.
    #[error("refused: {0}")]
    Refused(String),
    /// No answer, or none that can be read: it may be well all the same.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// A post with what only the moment of sending knows. Not `Debug`: it names a person's account.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The post, as decided.
    pub post: &'a Post,
    /// When it was decided: the same for every attempt.
    pub decided_at: Timestamp,
    /// The account of the post's recipient, when it has one and it is not forgotten.
    pub recipient: Option<&'a str>,
    /// The destination's own id of the thread's first post.
    pub reply_to: Option<&'a str>,
    /// When the first attempt was made; how far back a lookup must go.
    pub first_attempt_at: Option<Timestamp>,
}

/// What the program knows of a kind of destination.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// Its name, options and limits, for `config`.
    pub spec: DriverSpec,
    /// Makes the driver of one destination.
    pub build: Build,
}

/// Makes the driver of one destination.
pub type Build = fn(&Destination, &Secrets, &Clock) -> Result<Arc<dyn Driver>, BuildError>;

/// Every kind of destination.
pub const REGISTRY: &[Registration] = &[
    bluesky::REGISTRATION,
    console::REGISTRATION,
    discord::REGISTRATION,
    email::REGISTRATION,
    mastodon::REGISTRATION,
    matrix::REGISTRATION,
    ntfy::REGISTRATION,
    slack::REGISTRATION,
    webhook::REGISTRATION,
    x::REGISTRATION,
];

/// How an incident's later updates appear where posts can be changed: as replies to the first, or in
/// its place.
const UPDATES: OptionSpec = OptionSpec {
    name: "updates",
    required: false,
    secret: false,
    expects: "\"reply\" or \"edit\"",
    fits: OptionSpec::is_way_of_updating,
    audiences: &[Audience::Public],
};

/// What can be done where posts can be changed and deleted, and can have pictures.
fn changeable(options: &BTreeMap<String, String>) -> Abilities {
    let edits = options.get(UPDATES.name).is_some_and(|way| way == "edit");
    let pictures = picture::is_on(options);
    Abilities { edits, deletes: true, pictures, ..Abilities::default() }
}

/// What destinations of one server are known to share, however its address is spelled.
fn account_at(kind: &str, address: &str) -> String {
    let spelled = || address.trim_end_matches('/').to_owned();
    let address = url::Url::parse(address)
        .map_or_else(|_| spelled(), |url| url.as_str().trim_end_matches('/').to_owned());
    format!("{kind} {address}")
}

/// Why a destination's driver cannot be made. Names options, never their values.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No driver of this name.
    #[error("destination {destination}: no driver is called {kind}")]
    UnknownKind {
        /// Which.
        destination: DestinationId,
        /// Its `kind`.
        kind: String,
    },
    /// An option is missing or not as it must be.
    #[error("destination {destination}: {option} must be {expected}")]
    Option {
        /// Which.
        destination: DestinationId,
        /// The option.
        option: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// TLS cannot be set up: above all when the machine trusts nobody.
    #[error("destination {destination}: cannot set up TLS")]
    Tls {
        /// Which.
        destination: DestinationId,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// The HTTP client cannot be set up.
    #[error("destination {destination}: cannot set up the HTTP client")]
    Client {
        /// Which.
        destination: DestinationId,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

/// What `config` must know of all drivers.
pub fn specs() -> Vec<DriverSpec> {
    REGISTRY.iter().map(|registration| registration.spec).collect()
}

/// Makes the driver of one destination.
///
/// # Errors
///
/// The kind is unknown, or an option is not as it must be.
pub fn build(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
) -> Result<Arc<dyn Driver>, BuildError> {
    let known = REGISTRY.iter().find(|known| known.spec.kind == destination.kind);
    let known = known.ok_or_else(|| BuildError::UnknownKind {
        destination: destination.id.clone(),
        kind: destination.kind.clone(),
    })?;
    (known.build)(destination, secrets, clock)
}

/// The same; one at Discord keeps `rests`, what all who use the account there were told of resting.
///
/// # Errors
///
/// The kind is unknown, or an option is not as it must be.
pub fn build_resting(
    destination: &Destination,
    secrets: &Secrets,
    clock: &Clock,
    rests: &Rests,
) -> Result<Arc<dyn Driver>, BuildError> {
    if destination.kind == discord::REGISTRATION.spec.kind {
        return discord::build_resting(destination, secrets, clock, rests.clone());
    }
    build(destination, secrets, clock)
}
