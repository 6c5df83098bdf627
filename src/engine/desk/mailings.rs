//! Updates for subscribers: decided once for all of them, written to them page by page.
//!
//! The public destinations' posts are decided before, with the update itself; pages come by timers,
//! so that ten thousand letters hold up neither a feed nor another decision. Must not: decide what
//! is said; that has been approved.

use std::collections::BTreeSet;

use crate::{
    domain::{Audience, MailingId, ServerId, Timestamp, Topic},
    engine::records::{Incident, MailingRecord, PAGE_MAX, Subscriber},
    event::{Mailing, Output, Post, PostAction, SUBSCRIBER_SUBJECT},
};

use super::{Desk, publishing::Statement};

/// Subscribers that are looked at for one page.
const LOOKED_AT_MAX: usize = 5_000;

impl Desk<'_> {
    /// An update sets out to everybody who wants to hear of it.
    pub(super) fn mail_out(
        &mut self,
        incident: &Incident,
        statement: &Statement<'_>,
        revision: u32,
        next: Option<Timestamp>,
    ) {
        if self.records.subscribers.count() == 0 {
            return;
        }
        let topics = self.topics_of(&incident.servers);
        let mut sources = BTreeSet::new();
        for destination in self.destinations(Audience::Reporters) {
            let Some(source) = destination.abilities.reaches.clone() else { continue };
            if !sources.insert(source.clone()) {
                continue;
            }
            let mailing = Mailing {
                id: MailingId(self.records.last_mailing.0 + 1),
                incident: incident.id,
                revision,
                kind: statement.kind,
                destination: destination.id.clone(),
                source,
                topics: topics.clone(),
                through: self.records.subscribers.last_place,
                body: self.told_at(
                    &destination,
                    statement,
                    (&incident.title, next),
                    |speech, told| speech.letter(incident, told, &destination),
                ),
            };
            let mut all = self.records.subscribers.by_place.values();
            if all.any(|one| is_for(&mailing, one)) {
                self.decide(Output::Mailing(mailing));
            }
        }
    }

    /// The next page: posts to at most [`PAGE_MAX`] of those who are left.
    pub(super) fn write_page(&mut self, id: MailingId) {
        let Some(record) = self.records.mailings.get(&id).cloned() else { return };
        let MailingRecord { mailing, next: from, .. } = record;
        let is_there = self
            .records
            .settings
            .destinations
            .iter()
            .any(|one| one.id == mailing.destination && one.audience == Audience::Reporters);
        let (mut next, mut letters) = (mailing.through + 1, Vec::new());
        if is_there && from <= mailing.through {
            let left = self.records.subscribers.by_place.range(from..=mailing.through);
            for (count, (place, subscriber)) in left.enumerate() {
                if count == LOOKED_AT_MAX || letters.len() == PAGE_MAX {
                    next = *place;
                    break;
                }
                letters.extend(self.letter_to(&mailing, subscriber));
            }
        }
        for letter in letters {
            self.decide(Output::Post(letter));
        }
        self.decide(Output::MailingPage { id, next });
    }

    fn letter_to(&self, mailing: &Mailing, subscriber: &Subscriber) -> Option<Post> {
        let person = &subscriber.subscription.person;
        let incident = mailing.incident.to_string();
        let id_of = |kind: &str, revision: u32| {
            let revision = revision.to_string();
            self.post_id(&[kind, &incident, &revision], &mailing.destination, Some(person))
        };
        // Who reported it and is told as a reporter need not hear the same twice.
        let is_told = self.records.posts.contains_key(&id_of("follow_up", mailing.revision));
        if !is_for(mailing, subscriber) || is_told {
            return None;
        }
        let first = subscriber.first_heard.get(&mailing.incident);
        Some(Post {
            id: id_of("letter", mailing.revision),
            destination: mailing.destination.clone(),
            audience: Audience::Reporters,
            action: PostAction::Post,
            subject: format!("{SUBSCRIBER_SUBJECT}{}", mailing.kind.word()),
            incident: Some(mailing.incident),
            window: None,
            recipient: Some(person.clone()),
            thread: first.map(|revision| id_of("letter", *revision)),
            body: mailing.body.clone(),
            buttons: Vec::new(),
            picture: None,
        })
    }

    /// What somebody must have asked for to hear of these servers.
    fn topics_of(&self, servers: &[ServerId]) -> BTreeSet<Topic> {
        let fleet = &self.records.settings.fleet;
        let mut topics = BTreeSet::from([Topic::All]);
        topics.extend(servers.iter().cloned().map(Topic::Server));
        let touched = fleet.servers.iter().filter(|one| servers.contains(&one.id));
        let mut above: Vec<_> = touched.flat_map(|one| &one.depends_on).collect();
        while let Some(id) = above.pop() {
            if topics.insert(Topic::Component(id.clone())) {
                let component = fleet.components.iter().find(|one| one.id == *id);
                above.extend(component.into_iter().flat_map(|one| &one.depends_on));
            }
        }
        topics
    }
}

fn is_for(mailing: &Mailing, subscriber: &Subscriber) -> bool {
    let wish = &subscriber.subscription;
    wish.source == mailing.source
        && wish.suspended.is_none()
        && !wish.topics.is_disjoint(&mailing.topics)
}
