//! The naive outbox: a list of posts, each with all its events, walked from the start every time.
//!
//! No queues, no pruning, no stored states: what is true is read off the history.

use bellwether::{
    domain::{Audience, DestinationId, IncidentId, PersonId, PostId, Timestamp},
    event::{DeliveryEvent, Post, PostAction},
    outbox::Step,
};
use chrono::{DateTime, TimeDelta};

/// The story's time after `ms` milliseconds.
pub fn at(ms: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(16_000) + TimeDelta::milliseconds(ms)
}

/// A post of the given identity; equal arguments make equal posts. Every sixth is one passed on.
pub fn post(
    destination: &str,
    incident: Option<u64>,
    recipient: Option<&str>,
    number: usize,
) -> Post {
    Post {
        id: PostId::from(format!("{destination}-{incident:?}-{recipient:?}-{number}")),
        destination: DestinationId::from(destination),
        audience: Audience::Public,
        action: if number % 6 == 5 { PostAction::Crosspost } else { PostAction::Post },
        subject: "incident.update".to_owned(),
        incident: incident.map(IncidentId),
        window: None,
        recipient: recipient.map(PersonId::from),
        thread: None,
        body: format!("word {number}"),
        buttons: Vec::new(),
        picture: None,
    }
}

/// A post and all that happened to it.
#[derive(Clone, Debug)]
pub struct Story {
    pub post: Post,
    pub decided_at: Timestamp,
    pub events: Vec<(Timestamp, DeliveryEvent)>,
    pub claimed: bool,
}

impl Story {
    pub fn is_over(&self) -> bool {
        self.events.iter().any(|(_, event)| {
            matches!(
                event,
                DeliveryEvent::Sent { .. }
                    | DeliveryEvent::Failed { .. }
                    | DeliveryEvent::Unresolved { .. }
                    | DeliveryEvent::Superseded { .. }
            )
        })
    }

    pub fn was_sent(&self) -> bool {
        self.events.iter().any(|(_, event)| matches!(event, DeliveryEvent::Sent { .. }))
    }

    pub fn attempts(&self) -> usize {
        let is_sending = |event: &DeliveryEvent| matches!(event, DeliveryEvent::Sending { .. });
        self.events.iter().filter(|(_, event)| is_sending(event)).count()
    }

    pub fn is_sending(&self) -> bool {
        matches!(self.events.last(), Some((_, DeliveryEvent::Sending { .. })))
    }

    fn passes_on(&self) -> bool {
        self.post.action == PostAction::Crosspost
    }

    /// The next step and when it may be taken.
    fn next(&self) -> Option<(Timestamp, Step)> {
        match self.events.last().map(|(_, event)| event) {
            None => Some((self.decided_at, Step::Send)),
            Some(DeliveryEvent::Retry { not_before, .. }) => Some((*not_before, Step::Send)),
            Some(DeliveryEvent::Unknown { not_before, .. }) => Some((*not_before, Step::Resolve)),
            Some(
                DeliveryEvent::Sending { .. }
                | DeliveryEvent::Sent { .. }
                | DeliveryEvent::Unresolved { .. }
                | DeliveryEvent::Failed { .. }
                | DeliveryEvent::Superseded { .. }
                | DeliveryEvent::Gone,
            ) => None,
        }
    }
}

/// The naive outbox.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub stories: Vec<Story>,
}

impl Model {
    pub fn decide(&mut self, at: Timestamp, post: &Post) {
        if self.story(&post.id).is_none() {
            let (post, events) = (post.clone(), Vec::new());
            self.stories.push(Story { post, decided_at: at, events, claimed: false });
        }
    }

    pub fn happen(&mut self, at: Timestamp, id: &PostId, event: &DeliveryEvent) {
        for story in self.stories.iter_mut().filter(|story| story.post.id == *id) {
            story.claimed = false;
            if !story.is_over() {
                story.events.push((at, event.clone()));
            }
        }
    }

    pub fn claim(&mut self, id: &PostId, claimed: bool) {
        for story in self.stories.iter_mut().filter(|story| story.post.id == *id) {
            story.claimed = claimed;
        }
    }

    pub fn story(&self, id: &PostId) -> Option<&Story> {
        self.stories.iter().find(|story| story.post.id == *id)
    }

    /// What the outbox must answer to `next_jobs`, sorted by destination.
    pub fn jobs(&self, now: Timestamp) -> Vec<(PostId, Step, usize)> {
        let mut destinations: Vec<&DestinationId> =
            self.stories.iter().map(|story| &story.post.destination).collect();
        destinations.sort();
        destinations.dedup();
        destinations.into_iter().filter_map(|destination| self.job(destination, now)).collect()
    }

    fn job(&self, destination: &DestinationId, now: Timestamp) -> Option<(PostId, Step, usize)> {
        let here: Vec<&Story> =
            self.stories.iter().filter(|story| story.post.destination == *destination).collect();
        let is_busy = here.iter().any(|story| story.claimed || story.is_sending());
        let pausing = here.iter().filter(|story| !story.passes_on());
        let is_paused = pausing.flat_map(|story| &story.events).any(|(_, event)| {
            matches!(event, DeliveryEvent::Retry { not_before, asked: true, .. } if *not_before > now)
        });
        if is_busy || is_paused {
            return None;
        }
        let mut ready: Vec<(usize, usize, Step)> = Vec::new();
        for (place, story) in here.iter().enumerate() {
            let waits = here[..place].iter().any(|earlier| {
                let same_lane = earlier.post.incident == story.post.incident
                    && earlier.post.recipient == story.post.recipient
                    && earlier.passes_on() == story.passes_on();
                let opens_thread = story.post.thread.as_ref() == Some(&earlier.post.id);
                !earlier.is_over() && (same_lane || opens_thread)
            });
            if let Some((_, step)) = story.next().filter(|(at, _)| *at <= now)
                && !waits
            {
                ready.push((story.attempts(), place, step));
            }
        }
        let (attempts, place, step) = ready.into_iter().min_by_key(|(n, place, _)| (*n, *place))?;
        let attempt = attempts + usize::from(step == Step::Send);
        Some((here[place].post.id.clone(), step, attempt))
    }
}
