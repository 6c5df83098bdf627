//! The personal tree: accounts, addresses and words of people, apart from the chained log.
//!
//! Records and the engine's state hold random ids only; what an id stands for is here, written in the
//! same transaction as the record, and can be forgotten without touching the chain. Keys:
//!
//! ```text
//! a/ACCOUNT      the person's id
//! p/PERSON       the account, the name it told, and when it was last seen
//! r/REPORT       text, address, unknown domain, person, outside id, when
//! o/OUTSIDE_ID   the place the first input with it got, and when
//! s/PERSON       that the person wants to be written to: their token, its key, since when
//! k/KEY          the person whose token has this key
//! ```
//!
//! An account with `s/` is kept for as long as it is one: retention counts from when it leaves.
//!
//! Forgetting removes a value at once for every reader. On the disk, sled keeps the old bytes until
//! the segment they lie in is written over, which may take days on a quiet journal; whoever must be
//! sure stops the bot and runs `bellwether forget`, which writes the store afresh. Must not: be read
//! by the engine.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    domain::{PersonId, ReportId, Timestamp},
    render::{Hidden, neutralise},
};

use super::{
    Accepted, Private,
    store::{Batch, Pair, Store, StoreError, Tree},
};

/// Pairs that are read at once.
const SCAN_COUNT: usize = 256;

/// What is kept of a report's personal values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalReport {
    /// Its author.
    pub person: PersonId,
    /// When it was received.
    pub at: Timestamp,
    /// The words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where an answer goes, when that is not the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The domain that was named and is none of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_domain: Option<String>,
    /// The sender's own id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Account {
    account: String,
    /// What staff call them, where their voice told a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    seen: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Outside {
    seq: u64,
    report: Option<ReportId>,
    at: Timestamp,
}

/// Somebody who wants to be written to.
#[derive(Serialize, Deserialize)]
struct Subscriber {
    /// By which they confirm and leave.
    token: String,
    at: Timestamp,
    /// They said so themselves; else retention forgets them.
    confirmed: bool,
}

/// What stands for a token in the chain: its SHA-256 in hex, from which nobody gets it back.
pub fn token_key(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What forgetting somebody removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Accounts.
    pub accounts: u64,
    /// Reports whose words and addresses were there.
    pub reports: u64,
}

/// How much of a report's words staff are shown in a list or a post, in characters.
pub const SHOWN_LENGTH_MAX: usize = 400;
/// How much of a person's name staff are shown, in characters.
const NAME_LENGTH_MAX: usize = 64;

/// A read handle on the personal tree; cheap to clone.
#[derive(Clone, Debug)]
pub struct Personal(pub(super) Arc<dyn Store>);

impl Personal {
    /// All that is kept of a report; `None` when it was forgotten or never there.
    pub fn report(&self, report: &ReportId) -> Option<PersonalReport> {
        said(value(&*self.0, &format!("r/{report}")))
    }

    /// A report's words as staff are shown them: one harmless line, at most
    /// 400 characters of it.
    pub fn shown(&self, report: &ReportId) -> Option<String> {
        Some(neutralise(&self.report_text(report)?, SHOWN_LENGTH_MAX))
    }

    /// What staff are shown in a marker's place: a report's words, a person's name.
    pub fn behind(&self, hidden: &Hidden) -> Option<String> {
        match hidden {
            Hidden::Report(report) => self.shown(report),
            Hidden::Person(person) => self.name(person),
        }
    }

    /// A person's name, harmless, as their account last told it; the account where it told none.
    pub fn name(&self, person: &PersonId) -> Option<String> {
        let account: Account = said(value(&*self.0, &format!("p/{person}")))?;
        Some(neutralise(&account.name.unwrap_or(account.account), NAME_LENGTH_MAX))
    }

    /// A report's words, as they came.
    pub fn report_text(&self, report: &ReportId) -> Option<String> {
        self.report(report)?.text
    }

    /// The account of a person, as it was given in [`Private::account`].
    pub fn account(&self, person: &PersonId) -> Option<String> {
        let account: Option<Account> = said(value(&*self.0, &format!("p/{person}")));
        Some(account?.account)
    }

    /// Whether a person wants to be written to.
    pub fn is_subscriber(&self, person: &PersonId) -> bool {
        let found: Option<Subscriber> = said(value(&*self.0, &format!("s/{person}")));
        found.is_some()
    }

    /// The token by which a subscriber confirms and leaves. Never to be logged.
    pub fn token(&self, person: &PersonId) -> Option<String> {
        let found: Option<Subscriber> = said(value(&*self.0, &format!("s/{person}")));
        found.map(|one| one.token)
    }

    /// Whether a subscriber's token has this [key](token_key).
    pub fn knows_key(&self, key: &str) -> bool {
        self.person_with_key(key).is_some()
    }

    /// The subscriber whose token has this [key](token_key).
    pub fn person_with_key(&self, key: &str) -> Option<PersonId> {
        said(person_with_key(&*self.0, key))
    }

    /// The person of an account.
    pub fn person(&self, account: &str) -> Option<PersonId> {
        said(value(&*self.0, &format!("a/{account}")))
    }
}

/// A failure here is told where it is met: the reader only learns that there is nothing.
fn said<T>(result: Result<Option<T>, StoreError>) -> Option<T> {
    result.unwrap_or_else(|error| {
        tracing::error!(%error, "the personal tree cannot be read");
        None
    })
}

fn value<T: DeserializeOwned>(store: &dyn Store, key: &str) -> Result<Option<T>, StoreError> {
    store.get(Tree::Personal, key.as_bytes())?.map(|bytes| parse(&bytes)).transpose()
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Corrupt(format!("personal: {error}")))
}

fn put<T: Serialize>(batch: &mut Batch, key: String, value: &T) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(value).map_err(|error| StoreError::Other(error.to_string()))?;
    batch.put(Tree::Personal, key, bytes);
    Ok(())
}

/// The person an account was given, if any.
pub(super) fn person_of(store: &dyn Store, account: &str) -> Result<Option<PersonId>, StoreError> {
    value(store, &format!("a/{account}"))
}

/// The place the first input with an outside id got.
pub(super) fn first_with(
    store: &dyn Store,
    outside_id: &str,
) -> Result<Option<Accepted>, StoreError> {
    let outside: Option<Outside> = value(store, &format!("o/{outside_id}"))?;
    Ok(outside.map(|outside| Accepted { seq: outside.seq, report: outside.report }))
}

/// Adds a person's account to a batch.
pub(super) fn put_account(
    batch: &mut Batch,
    account: &str,
    name: Option<String>,
    person: &PersonId,
    seen: Timestamp,
) -> Result<(), StoreError> {
    put(batch, format!("a/{account}"), person)?;
    put(batch, format!("p/{person}"), &Account { account: account.to_owned(), name, seen })
}

/// Adds an outside id to a batch.
pub(super) fn put_outside(
    batch: &mut Batch,
    outside_id: &str,
    accepted: &Accepted,
    at: Timestamp,
) -> Result<(), StoreError> {
    let outside = Outside { seq: accepted.seq, report: accepted.report.clone(), at };
    put(batch, format!("o/{outside_id}"), &outside)
}

/// The person whose token has a key.
pub(super) fn person_with_key(
    store: &dyn Store,
    key: &str,
) -> Result<Option<PersonId>, StoreError> {
    value(store, &format!("k/{key}"))
}

/// The token that a person was given, if any.
pub(super) fn token_of(store: &dyn Store, person: &PersonId) -> Result<Option<String>, StoreError> {
    let known: Option<Subscriber> = value(store, &format!("s/{person}"))?;
    Ok(known.map(|one| one.token))
}

/// Adds to a batch that a person wants to be written to. What they confirmed stays confirmed.
pub(super) fn put_subscriber(
    store: &dyn Store,
    batch: &mut Batch,
    person: &PersonId,
    token: &str,
    (at, confirmed): (Timestamp, bool),
) -> Result<(), StoreError> {
    let known: Option<Subscriber> = value(store, &format!("s/{person}"))?;
    let confirmed = confirmed || known.is_some_and(|one| one.confirmed);
    put(batch, format!("k/{}", token_key(token)), person)?;
    put(batch, format!("s/{person}"), &Subscriber { token: token.to_owned(), at, confirmed })
}

/// Adds to a batch that a person wants to be written to no more.
pub(super) fn remove_subscriber(
    store: &dyn Store,
    batch: &mut Batch,
    person: &PersonId,
) -> Result<(), StoreError> {
    let known: Option<Subscriber> = value(store, &format!("s/{person}"))?;
    if let Some(known) = known {
        remove_token(batch, person, &known);
    }
    Ok(())
}

fn remove_token(batch: &mut Batch, person: &PersonId, known: &Subscriber) {
    batch.remove(Tree::Personal, format!("s/{person}"));
    batch.remove(Tree::Personal, format!("k/{}", token_key(&known.token)));
}

/// Adds a report's personal values to a batch.
pub(super) fn put_report(
    batch: &mut Batch,
    report: &ReportId,
    person: &PersonId,
    at: Timestamp,
    private: Private,
) -> Result<(), StoreError> {
    let Private { account: _, name: _, outside_id, text, address, unknown_domain } = private;
    let person = person.clone();
    let kept = PersonalReport { person, at, text, address, unknown_domain, outside_id };
    put(batch, format!("r/{report}"), &kept)
}

/// All pairs whose key begins with `prefix`, page by page.
fn pairs<'a>(
    store: &'a dyn Store,
    prefix: &'static str,
) -> impl Iterator<Item = Result<Pair, StoreError>> + 'a {
    let mut from = prefix.as_bytes().to_vec();
    let mut page = Vec::new().into_iter();
    let mut ended = false;
    std::iter::from_fn(move || {
        if let Some(pair) = page.next() {
            return Some(Ok(pair));
        }
        if ended {
            return None;
        }
        let mut found = match store.scan(Tree::Personal, &from, SCAN_COUNT) {
            Ok(found) => found,
            Err(error) => {
                ended = true;
                return Some(Err(error));
            }
        };
        let count = found.len();
        found.retain(|(key, _)| key.starts_with(prefix.as_bytes()));
        ended = count < SCAN_COUNT || found.len() < count;
        if let Some((last, _)) = found.last() {
            from.clone_from(last);
            from.push(0);
        }
        page = found.into_iter();
        page.next().map(Ok)
    })
}

/// What to remove so that a person (by account or by id) is forgotten.
pub(super) fn forget(store: &dyn Store, who: &str) -> Result<(Batch, Forgotten), StoreError> {
    let mut batch = Batch::default();
    let mut forgotten = Forgotten::default();
    let person = person_of(store, who)?.unwrap_or_else(|| PersonId::from(who));
    let account: Option<Account> = value(store, &format!("p/{person}"))?;
    if let Some(account) = account {
        batch.remove(Tree::Personal, format!("p/{person}"));
        batch.remove(Tree::Personal, format!("a/{}", account.account));
        forgotten.accounts += 1;
    }
    remove_subscriber(store, &mut batch, &person)?;
    for pair in pairs(store, "r/") {
        let (key, bytes) = pair?;
        let report: PersonalReport = parse(&bytes)?;
        if report.person == person {
            remove_report(&mut batch, key, &report);
            forgotten.reports += 1;
        }
    }
    Ok((batch, forgotten))
}

/// What to remove because it is older than `before`, at most `count_max` values.
pub(super) fn expire(
    store: &dyn Store,
    before: Timestamp,
    count_max: usize,
) -> Result<Batch, StoreError> {
    let mut batch = Batch::default();
    let mut writing: BTreeSet<PersonId> = BTreeSet::new();
    for pair in pairs(store, "r/") {
        let (key, bytes) = pair?;
        let report: PersonalReport = parse(&bytes)?;
        if report.at >= before {
            writing.insert(report.person);
        } else if batch.changes.len() < count_max {
            remove_report(&mut batch, key, &report);
        }
    }
    for pair in pairs(store, "s/") {
        let (key, bytes) = pair?;
        let subscriber: Subscriber = parse(&bytes)?;
        let person = PersonId::from(String::from_utf8_lossy(&key[2..]).as_ref());
        if subscriber.confirmed || subscriber.at >= before {
            writing.insert(person);
        } else if batch.changes.len() < count_max {
            remove_token(&mut batch, &person, &subscriber);
        }
    }
    for pair in pairs(store, "o/") {
        let (key, bytes) = pair?;
        let outside: Outside = parse(&bytes)?;
        if outside.at < before && batch.changes.len() < count_max {
            batch.remove(Tree::Personal, key);
        }
    }
    for pair in pairs(store, "p/") {
        let (key, bytes) = pair?;
        let account: Account = parse(&bytes)?;
        let id = PersonId::from(String::from_utf8_lossy(&key[2..]).as_ref());
        if account.seen < before && !writing.contains(&id) && batch.changes.len() < count_max {
            batch.remove(Tree::Personal, key);
            batch.remove(Tree::Personal, format!("a/{}", account.account));
        }
    }
    Ok(batch)
}

fn remove_report(batch: &mut Batch, key: Vec<u8>, report: &PersonalReport) {
    batch.remove(Tree::Personal, key);
    if let Some(outside_id) = &report.outside_id {
        batch.remove(Tree::Personal, format!("o/{outside_id}"));
    }
}
