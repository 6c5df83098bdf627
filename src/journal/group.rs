//! One commit in the making: decisions and inputs become records, a frame, and one batch.
//!
//! Here an input gets its `seq`, its time, and the random ids that stand for a person and a report.
//! Must not: write anything; the committer does, once, with what [`Group::finish`] gives.

use std::collections::BTreeMap;

use crate::{
    clock,
    domain::{PersonId, ReportId, Timestamp},
    event::{Body, Decision, ENTRY_VERSION, Entry, Happening, Input, Output},
    render::person_marker,
};

use super::{
    Accepted, Offered, Private, Refused,
    frame::{Frame, Hash, Header, Item, Packing, chain},
    log, personal,
    store::{Batch, Store, StoreError},
};

/// A report's words are kept up to this length, in bytes.
const TEXT_LENGTH_MAX: usize = 16 << 10;
/// An account, address, domain or outside id is kept up to this length, in bytes.
const NAME_LENGTH_MAX: usize = 512;

/// Where the log ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The last record; 0 while there is none.
    pub last: u64,
    /// The chain after it.
    pub hash: Hash,
    /// The latest `received` of an input.
    pub received: Option<Timestamp>,
    /// All decisions about inputs up to here are in the log.
    pub decided: u64,
    /// The last input since the journal was opened; 0 while there is none.
    pub last_input: u64,
}

/// A commit in the making.
pub(super) struct Group<'a> {
    store: &'a dyn Store,
    head: Head,
    before: Head,
    batch: Batch,
    items: Vec<Item>,
    /// What this group adds to the personal tree, for those that come again within it.
    people: BTreeMap<String, PersonId>,
    outside: BTreeMap<String, Accepted>,
    tokens: BTreeMap<PersonId, String>,
}

/// A commit ready to be written.
#[derive(Debug)]
pub(super) struct Finished {
    pub batch: Batch,
    pub head: Head,
    /// The length of its frame in bytes; 0 when it has no records.
    pub frame_length: usize,
}

impl<'a> Group<'a> {
    pub fn new(store: &'a dyn Store, head: &Head) -> Self {
        Self {
            store,
            head: head.clone(),
            before: head.clone(),
            batch: Batch::default(),
            items: Vec::new(),
            people: BTreeMap::new(),
            outside: BTreeMap::new(),
            tokens: BTreeMap::new(),
        }
    }

    /// Adds the decisions about inputs up to `through`. The last of them carries the word that
    /// there are no more.
    pub fn decide(
        &mut self,
        through: u64,
        decisions: Vec<(u64, Timestamp, Output)>,
    ) -> Result<Vec<Entry>, StoreError> {
        let count = decisions.len();
        let mut entries = Vec::with_capacity(count);
        for (number, (of, at, output)) in decisions.into_iter().enumerate() {
            if number + 1 == count {
                self.head.decided = self.head.decided.max(through);
            }
            entries.push(self.record(at, Body::Decision(Decision { of, output }))?);
        }
        self.head.decided = self.head.decided.max(through);
        Ok(entries)
    }

    /// Adds an input received at `now`, or finds that it came before.
    pub fn input(
        &mut self,
        now: Timestamp,
        offered: Offered,
    ) -> Result<Result<(Accepted, Entry), Refused>, StoreError> {
        let private = offered.private.unwrap_or_default().bounded();
        if let Some(first) = self.first_with(&private)? {
            return Ok(Err(Refused::Duplicate(first)));
        }
        let received = self.head.received.map_or(now, |latest| latest.max(now));
        self.head.received = Some(received);
        let mut accepted = Accepted { seq: self.head.last + 1, report: None };
        let outside_id = private.outside_id.clone();
        let mut input = offered.input;
        self.detach(&mut input, &mut accepted, received, private)?;
        if let Some(outside_id) = outside_id {
            personal::put_outside(&mut self.batch, &outside_id, &accepted, received)?;
            self.outside.insert(outside_id, accepted.clone());
        }
        self.head.last_input = accepted.seq;
        let entry = self.record(received, Body::Input(Happening { at: offered.at, input }))?;
        Ok(Ok((accepted, entry)))
    }

    /// The batch that writes all of it.
    pub fn finish(mut self) -> Finished {
        let mut frame_length = 0;
        if !self.items.is_empty() {
            let header = Header {
                first: self.before.last + 1,
                last: self.head.last,
                received_ms: self.head.received.map_or(i64::MIN, |at| at.timestamp_millis()),
                decided: self.head.decided,
                before: self.before.hash,
                after: self.head.hash,
            };
            let first = header.first;
            let bytes = Frame { header, items: self.items }.encode(Packing::Quick);
            frame_length = bytes.len();
            log::put_frame(&mut self.batch, first, &bytes);
        }
        Finished { batch: self.batch, head: self.head, frame_length }
    }

    fn first_with(&self, private: &Private) -> Result<Option<Accepted>, StoreError> {
        let Some(outside_id) = &private.outside_id else { return Ok(None) };
        match self.outside.get(outside_id) {
            Some(accepted) => Ok(Some(accepted.clone())),
            None => personal::first_with(self.store, outside_id),
        }
    }

    /// Gives a report random ids, and moves its personal values out of it; puts a marker in the
    /// place of the account that a command came from.
    fn detach(
        &mut self,
        input: &mut Input,
        accepted: &mut Accepted,
        received: Timestamp,
        mut private: Private,
    ) -> Result<(), StoreError> {
        if let Input::Command { by, .. } = input {
            if private.account.is_some() {
                *by = person_marker(&self.person(&mut private, received)?);
            }
            return Ok(());
        }
        self.detach_subscriber(input, received, &mut private)?;
        let Input::Report { id, reporter, text, .. } = input else { return Ok(()) };
        let person = self.person(&mut private, received)?;
        let report = ReportId::from(clock::random_id());
        if let Some(text) = text.take() {
            private.text.get_or_insert(cut(text, TEXT_LENGTH_MAX));
        }
        personal::put_report(&mut self.batch, &report, &person, received, private)?;
        *id = report.clone();
        *reporter = person;
        accepted.report = Some(report);
        Ok(())
    }

    /// Who wants to be written to, or no longer, by a random id; they get a token to leave by.
    fn detach_subscriber(
        &mut self,
        input: &mut Input,
        received: Timestamp,
        private: &mut Private,
    ) -> Result<(), StoreError> {
        if let Input::Subscribe { person, confirmed, key, .. } = input {
            *person = self.person(private, received)?;
            let token = self.token(person)?;
            *key = Some(personal::token_key(&token));
            let since = (received, *confirmed);
            personal::put_subscriber(self.store, &mut self.batch, person, &token, since)?;
        }
        if let Input::Confirm { person, key } = input {
            *person = self.person_with_key(key)?;
            if let Some(token) = personal::token_of(self.store, person)? {
                let since = (received, true);
                personal::put_subscriber(self.store, &mut self.batch, person, &token, since)?;
            }
        }
        if let Input::Unsubscribe { person, key } = input {
            *person = match key {
                Some(key) => self.person_with_key(key)?,
                None => self.person(private, received)?,
            };
            personal::remove_subscriber(self.store, &mut self.batch, person)?;
        }
        Ok(())
    }

    /// The token of a person: the one they have, or a new one.
    fn token(&mut self, person: &PersonId) -> Result<String, StoreError> {
        let known = match self.tokens.get(person) {
            Some(token) => Some(token.clone()),
            None => personal::token_of(self.store, person)?,
        };
        let token = known.unwrap_or_else(|| clock::random_id() + &clock::random_id());
        self.tokens.insert(person.clone(), token.clone());
        Ok(token)
    }

    /// Nobody's random id where nobody has it: the engine knows them not.
    fn person_with_key(&self, key: &str) -> Result<PersonId, StoreError> {
        let known = personal::person_with_key(self.store, key)?;
        Ok(known.unwrap_or_else(|| PersonId::from(clock::random_id())))
    }

    fn person(
        &mut self,
        private: &mut Private,
        received: Timestamp,
    ) -> Result<PersonId, StoreError> {
        let name = private.name.take();
        let Some(account) = &private.account else {
            return Ok(PersonId::from(clock::random_id()));
        };
        let known = match self.people.get(account) {
            Some(person) => Some(person.clone()),
            None => personal::person_of(self.store, account)?,
        };
        let person = known.unwrap_or_else(|| PersonId::from(clock::random_id()));
        personal::put_account(&mut self.batch, account, name, &person, received)?;
        self.people.insert(account.to_owned(), person.clone());
        Ok(person)
    }

    fn record(&mut self, at: Timestamp, body: Body) -> Result<Entry, StoreError> {
        let seq = self.head.last + 1;
        let entry = Entry { v: ENTRY_VERSION, seq, at, decided: self.head.decided, body };
        let bytes =
            serde_json::to_vec(&entry).map_err(|error| StoreError::Other(error.to_string()))?;
        self.head.hash = chain(&self.head.hash, &bytes);
        self.head.last = seq;
        self.items.push(Item::Record(bytes));
        Ok(entry)
    }
}

impl Private {
    /// The same, each value cut to the length that is kept.
    fn bounded(self) -> Self {
        let name = |text: Option<String>| text.map(|text| cut(text, NAME_LENGTH_MAX));
        Self {
            account: name(self.account),
            name: name(self.name),
            outside_id: name(self.outside_id),
            text: self.text.map(|text| cut(text, TEXT_LENGTH_MAX)),
            address: name(self.address),
            unknown_domain: name(self.unknown_domain),
        }
    }
}

fn cut(mut text: String, length_max: usize) -> String {
    if text.len() > length_max {
        text.truncate(text.floor_char_boundary(length_max));
    }
    text
}
