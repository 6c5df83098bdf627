//! The one way in. `app` implements it; tests record through it.

use futures_util::future::BoxFuture;

use crate::{
    domain::{PersonId, Role},
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

    /// Takes an input whose sender waits for the engine's answer, and brings it. A door without an
    /// engine behind it has nothing to say.
    fn ask(&self, offered: Offered) -> BoxFuture<'_, Result<Answer, Refused>> {
        let taken = self.submit(offered);
        Box::pin(async { taken.await.map(|_| Answer { ok: true, text: String::new() }) })
    }

    /// Whether a subscriber's token has this [key](crate::journal::token_key). A door without a
    /// journal behind it knows none.
    fn knows_key(&self, _key: &str) -> bool {
        false
    }

    /// The subscriber whose token has this [key](crate::journal::token_key). A door without a journal
    /// behind it knows none.
    fn person_with_key(&self, _key: &str) -> Option<PersonId> {
        None
    }

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
