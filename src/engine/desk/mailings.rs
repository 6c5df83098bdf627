//! Updates for subscribers: decided once for all of them, written to them page by page.
//!
//! The public destinations' posts are decided before, with the update itself; pages come by timers,
//! so that ten thousand letters hold up neither a feed nor another decision. Must not: decide what
//! is said; that has been approved.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Audience, Destination, DestinationId, IncidentId, MailingId, ServerId, Timestamp, Topic,
        WindowNews,
    },
    engine::records::{Incident, MailingRecord, PAGE_MAX, Subscriber, WindowRecord},
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
        let about = Mailing {
            incident: Some(incident.id),
            revision,
            kind: Some(statement.kind),
            topics: self.topics_of(&incident.servers),
            ..nothing_yet()
        };
        self.set_out(&about, |desk, destination| {
            let title = (&*incident.title, next);
            desk.told_at(destination, statement, title, |speech, told| {
                speech.letter(incident, told, destination)
            })
        });
    }

    /// News of a window sets out likewise. Who hears of them as news of the window's `incident` is
    /// not written to twice.
    pub(super) fn mail_news(
        &mut self,
        record: &WindowRecord,
        news: WindowNews,
        revision: u32,
        incident: Option<IncidentId>,
    ) {
        if !is_worth_a_letter(news) {
            return;
        }
        let incident = incident.and_then(|id| self.records.incidents.get(&id));
        let besides = incident.map(|incident| self.topics_of(&incident.servers));
        let about = Mailing {
            window: Some(record.window.id),
            revision,
            news: Some(news),
            topics: self.topics_of(&record.window.servers),
            besides: besides.unwrap_or_default(),
            ..nothing_yet()
        };
        self.set_out(&about, |desk, destination| {
            let locale = desk.records.settings.locale_of(destination);
            desk.speech().to(&locale).window_letter(&record.window, news, destination)
        });
    }

    /// A mailing leaves each destination that writes to people one by one, where anybody waits for
    /// it.
    fn set_out(&mut self, about: &Mailing, body: impl Fn(&Self, &Destination) -> String) {
        if self.records.subscribers.count() == 0 {
            return;
        }
        let mut sources = BTreeSet::new();
        for destination in self.destinations(Audience::Reporters) {
            let Some(source) = destination.abilities.reaches.clone() else { continue };
            if !sources.insert(source.clone()) {
                continue;
            }
            let mailing = Mailing {
                id: MailingId(self.records.last_mailing.0 + 1),
                destination: destination.id.clone(),
                source,
                through: self.records.subscribers.last_place,
                body: body(self, &destination),
                ..about.clone()
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
        let id_of = |kind: &str, about: &str, revision: u32| {
            let revision = revision.to_string();
            self.post_id(&[kind, about, &revision], &mailing.destination, Some(person))
        };
        let (letter, about, what) = subject_of(mailing)?;
        // Who reported it and is told as a reporter need not hear the same twice.
        let is_told = mailing.incident.is_some()
            && self.records.posts.contains_key(&id_of("follow_up", &about, mailing.revision));
        if !is_for(mailing, subscriber) || is_told {
            return None;
        }
        let first = subscriber.first_heard_of(mailing);
        Some(Post {
            id: id_of(letter, &about, mailing.revision),
            destination: mailing.destination.clone(),
            audience: Audience::Reporters,
            action: PostAction::Post,
            subject: format!("{SUBSCRIBER_SUBJECT}{what}"),
            incident: mailing.incident,
            window: mailing.window,
            recipient: Some(person.clone()),
            thread: first.map(|revision| id_of(letter, &about, revision)),
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
        && wish.topics.is_disjoint(&mailing.besides)
}

/// The kind of a mailing's letters and what they are about, for their ids, and what they tell.
fn subject_of(mailing: &Mailing) -> Option<(&'static str, String, String)> {
    match (mailing.incident, mailing.window) {
        (Some(incident), _) => {
            Some(("letter", incident.to_string(), mailing.kind?.word().to_owned()))
        }
        (None, Some(window)) => {
            let what = format!("maintenance.{}", mailing.news?.word());
            Some(("window_letter", window.to_string(), what))
        }
        (None, None) => None,
    }
}

/// That the work is being checked is said when it is complete.
fn is_worth_a_letter(news: WindowNews) -> bool {
    match news {
        WindowNews::Scheduled
        | WindowNews::Reminder
        | WindowNews::Started
        | WindowNews::Moved
        | WindowNews::Extended
        | WindowNews::Delayed
        | WindowNews::Completed
        | WindowNews::Cancelled => true,
        WindowNews::Verifying => false,
    }
}

fn nothing_yet() -> Mailing {
    Mailing {
        id: MailingId(0),
        incident: None,
        window: None,
        revision: 0,
        kind: None,
        news: None,
        destination: DestinationId::from(""),
        source: String::new(),
        topics: BTreeSet::new(),
        besides: BTreeSet::new(),
        through: 0,
        body: String::new(),
    }
}
