//! A driver, an outbox and a fake: what a post meets from its decision to its end.

use bellwether::{
    broadcast::{Discord, Driver, Sending},
    clock::Clock,
    config::Secrets,
    domain::{
        Abilities, Audience, Destination, DestinationId, IncidentId, Limits, Policy, PostId,
        TextUnit, Timestamp,
    },
    event::{DeliveryEvent, Output, Post, PostAction},
    outbox::{DeliveryState, Job, Outbox, Step},
};
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::fake::Fake;

/// Steps after which a post must have come to an end.
const STEPS_MAX: usize = 60;

/// One destination and what is on its way there.
pub struct Stage {
    pub driver: Discord,
    pub outbox: Outbox,
    /// Simulated, so that no test waits for a pause; what the driver waits for is real.
    pub now: Timestamp,
    pub recipient: Option<String>,
}

impl Stage {
    /// Speaks in a channel of the fake's.
    pub fn in_channel(fake: &Fake, channel: &str, audience: Audience) -> Self {
        let mut destination = destination(fake, audience);
        let id = fake.channel(channel).id().to_string();
        destination.options.insert("channel".to_owned(), id);
        Self::with(fake, &destination, Clock::system())
    }

    /// Writes to somebody.
    pub fn to_person(fake: &Fake, name: &str) -> Self {
        let recipient = Some(format!("discord:{}", fake.user(name).id()));
        let stage = Self::with(fake, &destination(fake, Audience::Reporters), Clock::system());
        Self { recipient, ..stage }
    }

    pub fn with(fake: &Fake, destination: &Destination, clock: Clock) -> Self {
        let mut secrets = Secrets::default();
        secrets.insert(destination.id.clone(), "token", SecretString::from(fake.token()));
        let driver = Discord::new(destination, &secrets, &clock).expect("it is whole");
        Self { driver, outbox: Outbox::new(), now: clock.now(), recipient: None }
    }

    pub fn decide(&mut self, post: &Post) {
        self.outbox.apply_output(self.now, &Output::Post(post.clone()));
    }

    /// Carries everything to its end, as the couriers do.
    pub async fn deliver(&mut self) {
        for _ in 0..STEPS_MAX {
            let Some(job) = self.outbox.next_jobs(self.now).pop() else {
                let Some(due) = self.outbox.next_due() else { return };
                self.now = due.max(self.now + TimeDelta::milliseconds(1));
                continue;
            };
            let (id, event) = (job.post.id.clone(), self.step(&job).await);
            self.outbox.apply_event(self.now, &id, &event);
        }
        panic!("it came to no end: {:#?}", self.outbox.listing());
    }

    /// Does the next thing that is to be done, whenever that is.
    pub async fn go_on(&mut self) {
        let due = self.outbox.next_due().expect("something is to be done");
        self.now = self.now.max(due);
        let job = self.outbox.next_jobs(self.now).pop().expect("it is due");
        let (id, event) = (job.post.id.clone(), self.step(&job).await);
        self.outbox.apply_event(self.now, &id, &event);
    }

    /// Makes one attempt, and dies before what came of it is known.
    pub async fn die_sending(&mut self) {
        let job = self.outbox.next_jobs(self.now).pop().expect("a job is due");
        let _ = self.step(&job).await;
        for (id, event) in self.outbox.interrupted(self.now) {
            self.outbox.apply_event(self.now, &id, &event);
        }
    }

    async fn step(&mut self, job: &Job) -> DeliveryEvent {
        let (id, policy) = (&job.post.id, Policy::default());
        let sending = Sending {
            post: &job.post,
            decided_at: job.decided_at,
            recipient: self.recipient.as_deref(),
            reply_to: job.reply_to.as_deref(),
            first_attempt_at: job.first_attempt_at,
        };
        match job.step {
            Step::Send => {
                let leaving = DeliveryEvent::Sending { attempt: job.attempt };
                self.outbox.apply_event(self.now, id, &leaving);
                let outcome = self.driver.send(sending).await;
                self.outbox.after(id, self.now, &outcome, &policy)
            }
            Step::Resolve => {
                let resolution = self.driver.resolve(sending).await;
                let event = self.outbox.after_lookup(id, self.now, &resolution, &policy);
                event.expect("it is in doubt")
            }
        }
    }

    /// How a post ended, in a line.
    pub fn end_of(&self, post: &Post) -> String {
        match &self.outbox.delivery(&post.id).expect("kept").state {
            DeliveryState::Sent { link, .. } => {
                format!("sent {}", link.as_deref().unwrap_or("without a link"))
            }
            DeliveryState::Failed { reason, .. } => format!("failed: {reason}"),
            DeliveryState::Superseded { by, .. } => format!("gave way to {by}"),
            DeliveryState::Unresolved { reason, .. } => format!("unresolved: {reason}"),
            waits @ (DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }) => format!("no end: {waits:?}"),
        }
    }
}

pub fn destination(fake: &Fake, audience: Audience) -> Destination {
    let options = [("api", fake.http_url()), ("guild", fake.guild_id().to_string())];
    Destination {
        id: DestinationId::from("d"),
        kind: "discord".to_owned(),
        audience,
        language: "en".to_owned(),
        timezone: None,
        options: options.map(|(name, value)| (name.to_owned(), value)).into(),
        limits: Limits::of(1900, TextUnit::Characters),
        abilities: Abilities::default(),
    }
}

/// Another post for every number.
pub fn post(audience: Audience, number: u64, body: &str) -> Post {
    Post {
        id: PostId::from(format!("{number:08x}2233445566778899aabbccdd")),
        destination: DestinationId::from("d"),
        audience,
        action: PostAction::Post,
        subject: "incident.update".to_owned(),
        incident: Some(IncidentId(7)),
        window: None,
        recipient: None,
        thread: None,
        body: body.to_owned(),
        buttons: Vec::new(),
        picture: None,
    }
}
