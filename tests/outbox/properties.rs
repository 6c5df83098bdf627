//! Any sequence of decisions, outcomes, crashes and forgetting, against the model and a receiver.

use std::{collections::BTreeMap, time::Duration};

use bellwether::{
    domain::{
        DestinationId, Impact, IncidentId, IncidentState, Policy, PostId, ServerId, Timestamp,
    },
    event::{DeliveryEvent, Output, Post, Receipt, Resolution, SendError},
    outbox::{Job, Outbox, Step},
};
use chrono::TimeDelta;
use proptest::prelude::*;

use super::model::{Model, at, post};

/// One thing that happens. Numbers pick among what there is.
#[derive(Clone, Debug)]
enum Act {
    Decide { destination: u8, incident: u8, recipient: bool, number: u8, reply: bool },
    Pass { ms: u32 },
    Work { pick: u8, arrives: bool, said: Said },
    Crash { pick: u8, moment: Moment },
    Release { pick: u8 },
    Stray { pick: u8 },
    Prune,
    Incident { incident: u8, open: bool },
}

/// What the other side answers.
#[derive(Clone, Copy, Debug)]
enum Said {
    Yes,
    No,
    Later { asked_s: Option<u32> },
    Nothing,
}

/// How far a job had come when the process died.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Claimed,
    Sending,
    Arrived,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let said = prop_oneof![
        4 => Just(Said::Yes),
        1 => Just(Said::No),
        3 => prop::option::of(0u32..100_000).prop_map(|asked_s| Said::Later { asked_s }),
        2 => Just(Said::Nothing),
    ];
    let moment = prop_oneof![Just(Moment::Claimed), Just(Moment::Sending), Just(Moment::Arrived)];
    let act = prop_oneof![
        6 => (0u8..3, 0u8..4, any::<bool>(), 0u8..6, any::<bool>()).prop_map(
            |(destination, incident, recipient, number, reply)| Act::Decide {
                destination, incident, recipient, number, reply
            }
        ),
        4 => (0u32..1_000_000).prop_map(|ms| Act::Pass { ms }),
        8 => (any::<u8>(), any::<bool>(), said)
            .prop_map(|(pick, arrives, said)| Act::Work { pick, arrives, said }),
        2 => (any::<u8>(), moment).prop_map(|(pick, moment)| Act::Crash { pick, moment }),
        1 => any::<u8>().prop_map(|pick| Act::Release { pick }),
        1 => any::<u8>().prop_map(|pick| Act::Stray { pick }),
        1 => Just(Act::Prune),
        1 => (1u8..4, any::<bool>())
            .prop_map(|(incident, open)| Act::Incident { incident, open }),
    ];
    prop::collection::vec(act, 1..120)
}

/// The outbox, its model, and a receiver that counts arrivals.
struct World {
    now: Timestamp,
    outbox: Outbox,
    model: Model,
    policy: Policy,
    arrivals: BTreeMap<PostId, u32>,
    /// How often a lookup said that sending again does no harm.
    allowed_again: BTreeMap<PostId, u32>,
}

impl World {
    fn new() -> Self {
        Self {
            now: at(0),
            outbox: Outbox::new(),
            model: Model::default(),
            policy: Policy { give_up_after_s: 7_200, ..Policy::default() },
            arrivals: BTreeMap::new(),
            allowed_again: BTreeMap::new(),
        }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Decide { destination, incident, recipient, number, reply } => {
                self.decide(*destination, *incident, *recipient, *number, *reply);
            }
            Act::Pass { ms } => self.now += TimeDelta::milliseconds(i64::from(*ms)),
            Act::Work { pick, arrives, said } => self.work(*pick, *arrives, *said),
            Act::Crash { pick, moment } => self.crash(*pick, *moment),
            Act::Release { pick } => self.release(*pick),
            Act::Stray { pick } => self.stray(*pick),
            // The reopening window is an hour.
            Act::Prune => self.outbox.prune(self.now - TimeDelta::hours(1)),
            Act::Incident { incident, open } => self.turn(*incident, *open),
        }
        self.agree();
    }

    fn decide(&mut self, destination: u8, incident: u8, recipient: bool, number: u8, reply: bool) {
        let name = format!("d{destination}");
        let incident = (incident > 0).then_some(u64::from(incident));
        let person = recipient.then_some("p");
        let mut post = post(&name, incident, person, usize::from(number));
        if reply && incident.is_some() {
            post.thread = Some(super::model::post(&name, incident, None, 0).id);
        }
        // The model never forgets; the outbox may once an incident is over for good, and then
        // nobody decides for it any more.
        let is_forgotten = self.model.story(&post.id).is_some() && !self.outbox.knows(&post.id);
        if !is_forgotten {
            self.outbox.apply_output(self.now, &Output::Post(post.clone()));
            self.model.decide(self.now, &post);
        }
    }

    fn turn(&mut self, incident: u8, open: bool) {
        let state = if open { IncidentState::Investigating } else { IncidentState::Resolved };
        let output = Output::Incident {
            id: IncidentId(u64::from(incident)),
            state,
            impact: Impact::Minor,
            suspicion: None,
            servers: vec![ServerId::from("s1")],
            title: "slow".to_owned(),
            reopened: false,
            by: None,
        };
        self.outbox.apply_output(self.now, &output);
    }

    fn pick(&self, pick: u8) -> Option<Job> {
        let jobs = self.outbox.next_jobs(self.now);
        let place = usize::from(pick).checked_rem(jobs.len())?;
        jobs.into_iter().nth(place)
    }

    fn take(&mut self, pick: u8) -> Option<Job> {
        let job = self.pick(pick)?;
        self.outbox.claim(&job.post.id);
        self.model.claim(&job.post.id, true);
        Some(job)
    }

    fn release(&mut self, pick: u8) {
        if let Some(job) = self.take(pick) {
            self.agree();
            self.outbox.release(&job.post.id);
            self.model.claim(&job.post.id, false);
        }
    }

    fn happen(&mut self, id: &PostId, event: &DeliveryEvent) {
        self.outbox.apply_event(self.now, id, event);
        self.model.happen(self.now, id, event);
    }

    /// An event that comes after its post was over.
    fn stray(&mut self, pick: u8) {
        let over: Vec<&PostId> = self
            .model
            .stories
            .iter()
            .filter(|story| story.is_over())
            .map(|story| &story.post.id)
            .collect();
        if let Some(place) = usize::from(pick).checked_rem(over.len()) {
            let id = over[place].clone();
            let (not_before, reason) = (self.now, "late".to_owned());
            self.happen(&id, &DeliveryEvent::Retry { not_before, reason, asked: false });
        }
    }

    fn begin(&mut self, job: &Job) {
        assert!(
            !self.model.story(&job.post.id).is_some_and(|story| story.was_sent()),
            "sent once more after it was sent: {}",
            job.post.id
        );
        self.happen(&job.post.id, &DeliveryEvent::Sending { attempt: job.attempt });
        self.agree();
    }

    fn arrive(&mut self, post: &Post) {
        let again = self.allowed_again.get(&post.id).copied().unwrap_or_default();
        let count = self.arrivals.entry(post.id.clone()).or_default();
        *count += 1;
        assert!(*count <= 1 + again, "{} arrived {count} times", post.id);
    }

    fn work(&mut self, pick: u8, arrives: bool, said: Said) {
        let Some(job) = self.take(pick) else { return };
        self.agree();
        match job.step {
            Step::Send => self.send(&job, arrives, said),
            Step::Resolve => self.look_up(&job, said),
        }
    }

    fn send(&mut self, job: &Job, arrives: bool, said: Said) {
        self.begin(job);
        let outcome = match said {
            Said::Yes => Ok(Receipt { remote_id: Some("r".to_owned()), ..Receipt::default() }),
            Said::No => Err(SendError::Rejected("no".to_owned())),
            Said::Later { asked_s } => Err(SendError::RetryAfter {
                after: asked_s.map(|s| Duration::from_secs(u64::from(s))),
                reason: "later".to_owned(),
            }),
            Said::Nothing => Err(SendError::Unknown("timeout".to_owned())),
        };
        if outcome.is_ok() || (matches!(said, Said::Nothing) && arrives) {
            self.arrive(&job.post);
        }
        let event = self.outbox.after(&job.post.id, self.now, &outcome, &self.policy);
        self.happen(&job.post.id, &event);
    }

    fn look_up(&mut self, job: &Job, said: Said) {
        let is_there = self.arrivals.contains_key(&job.post.id);
        let resolution = match said {
            Said::Yes if is_there => Resolution::Sent(Receipt::default()),
            Said::Yes | Said::No => Resolution::SendAgain,
            Said::Later { .. } => Resolution::AskLater("busy".to_owned()),
            Said::Nothing => Resolution::CannotTell("no key".to_owned()),
        };
        if resolution == Resolution::SendAgain {
            *self.allowed_again.entry(job.post.id.clone()).or_default() += 1;
        }
        let event = self.outbox.after_lookup(&job.post.id, self.now, &resolution, &self.policy);
        let event = event.expect("a post that is looked up is in doubt");
        self.happen(&job.post.id, &event);
    }

    fn crash(&mut self, pick: u8, moment: Moment) {
        let job = self.take(pick);
        if let Some(job) = job.filter(|job| job.step == Step::Send) {
            match moment {
                Moment::Claimed => {}
                Moment::Sending => self.begin(&job),
                Moment::Arrived => {
                    self.begin(&job);
                    self.arrive(&job.post);
                }
            }
        }
        let kept = serde_json::to_string(&self.outbox).expect("an outbox is plain data");
        self.outbox = serde_json::from_str(&kept).expect("what was written reads back");
        let again = serde_json::to_string(&self.outbox).expect("an outbox is plain data");
        assert_eq!(kept, again);
        for story in &mut self.model.stories {
            story.claimed = false;
        }
        for (id, event) in self.outbox.interrupted(self.now) {
            self.happen(&id, &event);
        }
    }

    /// The clever outbox and the naive one say the same, now and at the next deadline.
    fn agree(&self) {
        let due = self.outbox.next_due();
        let moments = [Some(self.now), due.filter(|due| *due > self.now)];
        for moment in moments.into_iter().flatten() {
            let jobs: Vec<_> = self
                .outbox
                .next_jobs(moment)
                .into_iter()
                .map(|job| (job.post.id, job.step, job.attempt as usize))
                .collect();
            assert_eq!(jobs, self.model.jobs(moment), "at {moment}");
            let in_time = due.is_some_and(|due| due <= moment);
            assert_eq!(!jobs.is_empty(), in_time, "due {due:?}, jobs {jobs:?} at {moment}");
        }
        if let Some(due) = due.filter(|due| *due > self.now) {
            let before = due - TimeDelta::milliseconds(1);
            assert!(self.model.jobs(before).is_empty(), "something was due before {due}");
        } else if due.is_none() {
            let later = self.now + TimeDelta::days(30);
            assert!(self.model.jobs(later).is_empty(), "something will be due");
        }
    }

    /// From now on every destination works: all that was decided comes to its end.
    fn heal(&mut self) {
        self.crash(0, Moment::Claimed);
        for _ in 0..10_000 {
            let Some(due) = self.outbox.next_due() else { break };
            self.now = self.now.max(due);
            self.work(0, true, Said::Yes);
        }
        for story in &self.model.stories {
            assert!(story.is_over(), "lost: {story:?}");
            if story.was_sent() {
                assert!(self.arrivals.contains_key(&story.post.id), "never arrived: {story:?}");
            }
        }
        assert_eq!(self.outbox.waiting_count(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_post_is_sent_after_it_was_sent_and_none_is_lost(acts in acts()) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
        }
        world.heal();
    }

    #[test]
    fn folding_the_same_entries_gives_the_same_outbox(acts in acts()) {
        let mut world = World::new();
        for act in acts.iter().filter(|act| !matches!(act, Act::Prune | Act::Incident { .. })) {
            world.act(act);
        }
        world.heal();
        let mut entries: Vec<(Timestamp, usize, Option<DeliveryEvent>)> = Vec::new();
        for (place, story) in world.model.stories.iter().enumerate() {
            entries.push((story.decided_at, place, None));
            entries.extend(
                story.events.iter().map(|(at, event)| (*at, place, Some(event.clone()))),
            );
        }
        // Within one moment: decisions first, in their order; a story's events keep theirs.
        entries.sort_by_key(|(at, place, event)| (*at, event.is_some(), *place));
        let mut folded = Outbox::new();
        for (at, place, event) in entries {
            let post = &world.model.stories[place].post;
            match event {
                None => folded.apply_output(at, &Output::Post(post.clone())),
                Some(event) => folded.apply_event(at, &post.id, &event),
            }
        }
        let states = |outbox: &Outbox| -> Vec<_> {
            outbox.listing().into_iter().map(|delivery| delivery.state.clone()).collect()
        };
        prop_assert_eq!(states(&folded), states(&world.outbox));
    }
}

#[test]
fn a_destination_that_never_answers_delays_no_other() {
    let mut outbox = Outbox::new();
    for number in 0..50 {
        for destination in ["dead", "alive"] {
            let post = post(destination, Some(1), None, number);
            outbox.apply_output(at(0), &Output::Post(post));
        }
    }
    let mut sent = 0;
    let dead = DestinationId::from("dead");
    for _ in 0..60 {
        for job in outbox.next_jobs(at(10)) {
            let event = DeliveryEvent::Sending { attempt: job.attempt };
            outbox.apply_event(at(10), &job.post.id, &event);
            if job.post.destination != dead {
                let event = DeliveryEvent::Sent { remote_id: None, link: None, remark: None };
                outbox.apply_event(at(10), &job.post.id, &event);
                sent += 1;
            }
        }
    }
    assert_eq!(sent, 50);
}
