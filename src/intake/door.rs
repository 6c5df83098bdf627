//! The one way in. `app` implements it; tests record through it.

use futures_util::future::BoxFuture;

use crate::{
    domain::Role,
    journal::{Accepted, Offered, Refused},
};

/// Where intake hands over what it heard.
pub trait Door: Send + Sync + 'static {
    /// Takes an input; the answer comes when it is durable. Inputs handed over one after the
    /// other, without waiting, keep their order and share a commit.
    fn submit(&self, offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>>;

    /// Carries out a line of the staff grammar, and says what came of it. Permission is checked
    /// behind the door.
    fn command<'a>(
        &'a self,
        by: &'a str,
        role: Role,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Refused>>;

    /// Whether this domain, as [`domain_name`](crate::event::wire::domain_name) writes it, is in
    /// the fleet.
    fn knows_domain(&self, domain: &str) -> bool;

    /// Whether a probe of this id is in the fleet.
    fn knows_probe(&self, probe: &str) -> bool;
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it was carried out.
    pub ok: bool,
    /// In words, for whoever typed it.
    pub text: String,
}
