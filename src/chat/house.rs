//! What the chat asks of the bot. `app` implements it; tests may as well.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::{
    domain::{Fleet, IncidentId, PostId, ReportId, Role, ServerId},
    engine::{Link, Open, View},
    journal::{Offered, Refused},
};

use super::cards::Shown;

/// The bot, as its chat knows it.
pub trait House: Send + Sync + 'static {
    /// Takes a report, or a person's wish to hear of updates or of nothing more; answers when it is
    /// durable, and with the engine's words where the input says that its voice waits for them. The words are empty while the bot is too busy for it.
    fn report(&self, offered: Offered) -> BoxFuture<'_, Result<Told, Refused>>;

    /// Carries out a line of the staff grammar, and says what came of it. Permission is checked
    /// behind the door once more.
    fn command<'a>(
        &'a self,
        caller: &'a Caller,
        role: Role,
        line: &'a str,
    ) -> BoxFuture<'a, Result<Told, Refused>>;

    /// What is open now; nothing while the bot stops.
    fn open(&self) -> BoxFuture<'_, Option<Open>>;

    /// The domains that an account is linked to.
    fn links<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Vec<Link>>;

    /// The servers that an account is linked to: those it reported about, and those that staff said
    /// it did.
    fn linked_servers<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Vec<ServerId>>;

    /// The accounts that spoke with us or were written to in the last day, the last first; bounded.
    fn lately_spoken_with(&self) -> BoxFuture<'_, Vec<String>>;

    /// The servers that an incident is about.
    fn servers_of(&self, incident: IncidentId) -> BoxFuture<'_, Vec<ServerId>>;

    /// An answer with a marker for each moment that it tells; as it is while the bot stops.
    fn with_times_marked(&self, text: String) -> BoxFuture<'_, String>;

    /// The fleet as it is configured now.
    fn fleet(&self) -> Arc<Fleet>;

    /// What the public sees, as it changes.
    fn view(&self) -> watch::Receiver<Arc<View>>;

    /// The cards that staff may still look at, with what stands where.
    fn cards(&self) -> BoxFuture<'_, Vec<Shown>>;

    /// A message with a draft was deleted in Discord.
    fn card_is_gone(&self, post: PostId) -> BoxFuture<'_, ()>;

    /// Tells staff, wherever they are, of something they must see to.
    fn tell_staff(&self, text: String) -> BoxFuture<'_, ()>;
}

/// Who gives a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account, which the journal keeps apart from the chain; `None`: the chat itself.
    pub account: Option<String>,
    /// What staff call them.
    pub name: String,
    /// The command's own id: the same one again is not carried out again.
    pub outside_id: String,
}

/// What came of something that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether it was done.
    pub ok: bool,
    /// In words, for whoever asked.
    pub text: String,
    /// The report that was filed, if it was one.
    pub report: Option<ReportId>,
}
