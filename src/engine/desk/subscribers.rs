//! People who want to hear of updates: they ask, confirm, leave, or cannot be reached.
//!
//! Whoever the chat knows is believed; an address that a stranger typed gets one letter and nothing
//! more until its owner says yes. Must not: tell a stranger whether an address is known.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::{
    domain::{Audience, Destination, PersonId, Topic},
    engine::records::{CONFIRM_SUBJECT, Subscriber},
    event::{Input, Output, Post, PostAction, Subscription},
    render::Facts,
};

use super::Desk;

/// People who may subscribe.
const SUBSCRIBERS_MAX: usize = 100_000;
/// Topics of one person.
const TOPICS_MAX: usize = 16;
/// Letters that ask one person for their word, within a day, and the least time between two.
const ASKED_MAX: usize = 3;
const ASKED_WITHIN: TimeDelta = TimeDelta::days(1);
const ASKED_EVERY: TimeDelta = TimeDelta::minutes(10);
/// How much of why something came back is kept, in characters.
const REASON_LENGTH_MAX: usize = 120;

impl Desk<'_> {
    pub(super) fn take_subscription(&mut self) {
        let Input::Subscribe { person, source, topic, confirmed, key } =
            &self.context.happening.input
        else {
            return;
        };
        let known = self.records.subscribers.of(person).cloned();
        let refused = self.why_not(known.as_ref(), source, topic);
        // A stranger learns nothing of an address that need not be theirs.
        match (refused, *confirmed) {
            (Some(why), true) => self.reply(false, self.speech().say(why, Facts::new())),
            (Some(_), false) => {}
            (None, true) => {
                let mut wish = self.wish_of(known, person, source);
                wish.key = key.clone().or(wish.key);
                self.subscribe(wish, topic);
            }
            (None, false) => {
                let Some(key) = key else { return };
                let letters = known.as_ref().map(|one| one.asked_at.clone()).unwrap_or_default();
                let may_ask = self.may_ask(letters.iter().copied());
                let mut wish = self.wish_of(known, person, source);
                wish.key = Some(key.clone());
                self.ask_for_word(wish, topic, may_ask);
            }
        }
    }

    /// The message that says why somebody cannot subscribe.
    fn why_not(
        &self,
        known: Option<&Subscriber>,
        source: &str,
        topic: &Topic,
    ) -> Option<&'static str> {
        let fleet = &self.records.settings.fleet;
        let is_there = match topic {
            Topic::All => true,
            Topic::Server(id) => fleet.servers.iter().any(|one| one.id == *id),
            Topic::Component(id) => fleet.components.iter().any(|one| one.id == *id),
        };
        let has_room = known.map_or(self.records.subscribers.count() < SUBSCRIBERS_MAX, |one| {
            one.subscription.topics.len() + one.subscription.wanted.len() < TOPICS_MAX
                || *topic == Topic::All
        });
        if self.letterbox(source).is_none() {
            Some("subscribe-nowhere")
        } else if !is_there {
            Some("subscribe-unknown")
        } else if !has_room {
            Some("subscribe-full")
        } else {
            None
        }
    }

    fn wish_of(&self, known: Option<Subscriber>, person: &PersonId, source: &str) -> Subscription {
        known.map_or_else(
            || Subscription {
                person: person.clone(),
                source: source.to_owned(),
                topics: BTreeSet::new(),
                wanted: BTreeSet::new(),
                key: None,
                suspended: None,
            },
            |one| one.subscription,
        )
    }

    fn subscribe(&mut self, wish: Subscription, topic: &Topic) {
        let topics = wish.topics.iter().cloned().chain([topic.clone()]);
        let wish = Subscription { topics: joined(topics), suspended: None, ..wish };
        self.settle(wish, "subscribed");
    }

    /// Keeps a wish and says what the person hears of.
    fn settle(&mut self, wish: Subscription, key: &str) {
        let facts = Facts::new().text("topics", self.speech().topics(&wish.topics));
        let is_new =
            self.records.subscribers.of(&wish.person).map(|one| &one.subscription) != Some(&wish);
        if is_new {
            self.decide(Output::Subscription(wish));
        }
        let text = self.speech().say(key, facts);
        self.reply(true, text);
    }

    fn may_ask(&self, letters: impl Iterator<Item = crate::domain::Timestamp>) -> bool {
        let lately: Vec<_> = letters.filter(|at| self.now() - *at < ASKED_WITHIN).collect();
        let is_over = |at: &crate::domain::Timestamp| self.now() - *at >= ASKED_EVERY;
        lately.len() < ASKED_MAX && lately.last().is_none_or(is_over)
    }

    fn ask_for_word(&mut self, mut wish: Subscription, topic: &Topic, may_ask: bool) {
        let hears = wish.topics.contains(topic) || wish.topics.contains(&Topic::All);
        if hears && wish.suspended.is_none() {
            return;
        }
        let wanted = wish.wanted.iter().cloned().chain([topic.clone()]);
        wish.wanted = joined(wanted);
        let is_known =
            self.records.subscribers.of(&wish.person).map(|one| &one.subscription) == Some(&wish);
        let (person, source) = (wish.person.clone(), wish.source.clone());
        let wanted = wish.wanted.clone();
        if !is_known {
            self.decide(Output::Subscription(wish));
        }
        let Some(destination) = self.letterbox(&source).filter(|_| may_ask) else { return };
        let locale = self.records.settings.locale_of(&destination);
        let speech = self.speech().to(&locale);
        let body = speech.confirm_letter(&speech.topics(&wanted), &destination.limits);
        let seq = self.context.seq.to_string();
        let post = Post {
            id: self.post_id(&["confirm", &seq, "1"], &destination.id, Some(&person)),
            destination: destination.id.clone(),
            audience: Audience::Reporters,
            action: PostAction::Post,
            subject: CONFIRM_SUBJECT.to_owned(),
            incident: None,
            window: None,
            recipient: Some(person),
            thread: None,
            body,
            buttons: Vec::new(),
            picture: None,
        };
        self.decide(Output::Post(post));
    }

    /// Only who has read the letter knows the key.
    pub(super) fn hear_confirmation(&mut self, person: &PersonId, key: &str) {
        let known = self.records.subscribers.of(person).map(|one| one.subscription.clone());
        let known = known.filter(|one| one.key.as_deref() == Some(key));
        let Some(wish) = known else {
            return self.reply(false, self.speech().say("subscription-link-old", Facts::new()));
        };
        let topics = joined(wish.topics.iter().chain(&wish.wanted).cloned());
        let suspended = wish.suspended.clone().filter(|_| wish.wanted.is_empty());
        let wish = Subscription { topics, wanted: BTreeSet::new(), suspended, ..wish };
        self.settle(wish, "subscription-confirmed");
    }

    pub(super) fn unsubscribe(&mut self, person: &PersonId, key: Option<&str>) {
        let known = self.records.subscribers.of(person).map(|one| one.subscription.clone());
        let is_theirs = |one: &Subscription| key.is_none() || one.key.as_deref() == key;
        if let Some(wish) = known.filter(is_theirs) {
            self.decide(Output::Subscription(ended(wish)));
        }
        let text = self.speech().say("unsubscribed", Facts::new());
        self.reply(true, text);
    }

    /// Nothing more is written to somebody whom nothing reaches; one who never confirmed is
    /// forgotten.
    pub(super) fn suspend(&mut self, person: &PersonId, reason: &str) {
        let known = self.records.subscribers.of(person).map(|one| one.subscription.clone());
        let Some(wish) = known.filter(|one| one.suspended.is_none()) else { return };
        let wish = if wish.topics.is_empty() {
            ended(wish)
        } else {
            let reason = crate::render::neutralise(reason, REASON_LENGTH_MAX);
            Subscription { suspended: Some(reason), ..wish }
        };
        self.decide(Output::Subscription(wish));
    }

    /// The destination that writes to subscribers of this source: the first that reaches them.
    pub(super) fn letterbox(&self, source: &str) -> Option<Destination> {
        let all = self.records.settings.destinations.iter();
        let mut own = all.filter(|one| {
            one.audience == Audience::Reporters && one.abilities.reaches.as_deref() == Some(source)
        });
        own.next().cloned()
    }
}

fn ended(wish: Subscription) -> Subscription {
    Subscription { topics: BTreeSet::new(), wanted: BTreeSet::new(), ..wish }
}

/// Who hears of everything needs to hear of nothing else.
fn joined(topics: impl Iterator<Item = Topic>) -> BTreeSet<Topic> {
    let topics: BTreeSet<Topic> = topics.collect();
    if topics.contains(&Topic::All) { BTreeSet::from([Topic::All]) } else { topics }
}
