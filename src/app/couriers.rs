//! Couriers: one a destination, each carrying one post at a time.
//!
//! A courier makes "sending" durable before the first byte leaves, so that a crash in between is
//! found as "may have arrived" and looked up by its key. A slow destination keeps only its own
//! courier waiting. What became of a post is decided by the outbox, not here.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use crate::{
    broadcast::{self, BuildError, Driver, Sending},
    clock::Clock,
    config::Config,
    domain::{Audience, DestinationId},
    event::{DeliveryEvent, Input, Resolution, SUBSCRIBER_SUBJECT, SendError},
    journal::{Appender, Offered, Personal},
    outbox::{Job, Step},
    render,
    rests::Rests,
};

use super::{desk::Note, run::Desktop};

/// How long a courier waits before a post that could not begin is tried again.
const AGAIN: TimeDelta = TimeDelta::seconds(2);

/// The drivers, by destination, each with who reads there.
pub type Drivers = BTreeMap<DestinationId, (Audience, Arc<dyn Driver>)>;

/// Makes the drivers of a configuration; those at Discord share `rests`.
///
/// # Errors
///
/// The first that cannot be made, and why.
pub(super) fn drivers(
    config: &Config,
    clock: &Clock,
    rests: &Rests,
) -> Result<Drivers, (String, BuildError)> {
    let made = config.settings.destinations.iter().map(|destination| {
        let driver = broadcast::build_resting(destination, &config.secrets, clock, rests)
            .map_err(|source| (destination.id.to_string(), source))?;
        Ok((destination.id.clone(), (destination.audience, driver)))
    });
    made.collect()
}

/// What a courier needs.
#[derive(Clone)]
pub struct Courier {
    /// The journal's door, for "sending".
    pub appender: Appender,
    /// Texts and accounts that only leave at the last moment.
    pub personal: Personal,
    /// The way back to the desk.
    pub desk: Desktop,
    /// The time.
    pub clock: Clock,
}

/// Hands every job to its destination's courier until the desk is gone; returns when the last
/// courier is back. A courier who is out goes on with the driver that there was.
pub async fn run(
    drivers: watch::Receiver<Drivers>,
    courier: Courier,
    mut jobs: mpsc::UnboundedReceiver<Job>,
) {
    let mut out = JoinSet::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                Some(job) => {
                    let driver = driver_for(&drivers.borrow(), &job);
                    let courier = courier.clone();
                    out.spawn(async move { courier.carry(driver, job).await });
                }
                None => break,
            },
            Some(_) = out.join_next(), if !out.is_empty() => {}
        }
    }
    while out.join_next().await.is_some() {}
}

impl Courier {
    async fn carry(&self, driver: Option<Arc<dyn Driver>>, job: Job) {
        let note = match (driver, job.step) {
            (Some(driver), Step::Send) => self.send(driver.as_ref(), job).await,
            (Some(driver), Step::Resolve) => self.resolve(driver.as_ref(), job).await,
            (None, Step::Send) => {
                Note::Sent { outcome: Err(SendError::Rejected(gone(&job))), post: job.post.id }
            }
            (None, Step::Resolve) => {
                Note::LookedUp { resolution: Resolution::CannotTell(gone(&job)), post: job.post.id }
            }
        };
        self.desk.tell(note).await;
    }

    async fn send(&self, driver: &dyn Driver, job: Job) -> Note {
        let id = job.post.id.clone();
        let leaving = Input::Delivery {
            post: id.clone(),
            event: DeliveryEvent::Sending { attempt: job.attempt },
        };
        if self.appender.submit(Offered::plain(self.clock.now(), leaving)).await.is_err() {
            // The journal is busy or gone; asking again at once would only make it busier.
            self.clock.sleep(AGAIN).await;
            return Note::NotBegun { post: id };
        }
        let outcome = match self.recipient(&job) {
            Ok(recipient) => {
                let job = self.revealed(job);
                driver.send(sending(&job, recipient.as_deref())).await
            }
            Err(forgotten) => Err(forgotten),
        };
        Note::Sent { post: id, outcome }
    }

    async fn resolve(&self, driver: &dyn Driver, job: Job) -> Note {
        let recipient = self.recipient(&job).unwrap_or_default();
        let job = self.revealed(job);
        let resolution = driver.resolve(sending(&job, recipient.as_deref())).await;
        Note::LookedUp { post: job.post.id, resolution }
    }

    /// Staff read the words behind a report's marker; they are put in only here, at the last
    /// moment, so that the stored post holds none.
    fn revealed(&self, mut job: Job) -> Job {
        if job.post.audience == Audience::Staff {
            job.post.body = render::reveal(&job.post.body, |hidden| self.personal.behind(hidden));
        }
        if let Some(person) = job.post.recipient.as_ref().filter(|_| is_to_subscriber(&job)) {
            let token = self.personal.token(person).unwrap_or_default();
            job.post.body = job.post.body.replace(render::TOKEN_MARKER, &token);
        }
        job
    }

    /// The account behind the person a post is for.
    fn recipient(&self, job: &Job) -> Result<Option<String>, SendError> {
        let Some(person) = &job.post.recipient else { return Ok(None) };
        if is_to_subscriber(job) && !self.personal.is_subscriber(person) {
            let left = "the recipient has unsubscribed".to_owned();
            return Err(SendError::Rejected(left));
        }
        match self.personal.account(person) {
            Some(account) => Ok(Some(account)),
            None => Err(SendError::Rejected("the recipient has been forgotten".to_owned())),
        }
    }
}

fn is_to_subscriber(job: &Job) -> bool {
    job.post.subject.starts_with(SUBSCRIBER_SUBJECT)
}

fn sending<'a>(job: &'a Job, recipient: Option<&'a str>) -> Sending<'a> {
    Sending {
        post: &job.post,
        decided_at: job.decided_at,
        recipient,
        reply_to: job.reply_to.as_deref(),
        first_attempt_at: job.first_attempt_at,
    }
}

/// The driver of the job's destination; none when it is gone, or when others read there now than
/// those the words were for.
fn driver_for(drivers: &Drivers, job: &Job) -> Option<Arc<dyn Driver>> {
    let (audience, driver) = drivers.get(&job.post.destination)?;
    (*audience == job.post.audience).then(|| driver.clone())
}

fn gone(job: &Job) -> String {
    let (id, audience) = (&job.post.destination, job.post.audience.word());
    format!("no destination {id} for {audience} is configured any more")
}
