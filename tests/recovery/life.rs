//! One life of the bot: journal, committer and desk as in the real one, with chance for the world.
//!
//! It ends cleanly, or is killed: between committer and desk stands a messenger who lets a number of
//! notes through and then is gone. The committer stops at once, the desk without a snapshot, and what
//! was durable by then is all that the next life finds.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use bellwether::{
    app::{
        desk::{Desk, Note, Tools},
        recovery::Recovered,
    },
    clock::Clock,
    domain::PostId,
    engine::Engine,
    event::{DeliveryEvent, Input},
    journal::{Appender, CommitError, Durable, Journal, Offered, Options, Refused},
    outbox::{Job, Step},
    pages::Metrics,
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use tokio::sync::{broadcast, mpsc, watch};

use super::chance::Chance;

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Cleanly,
    Killed,
}

pub struct Life {
    appender: Appender,
    committer: JoinHandle<Result<(), CommitError>>,
    desk: SyncSender<Note>,
    desk_thread: JoinHandle<()>,
    jobs: mpsc::UnboundedReceiver<Job>,
    clock: Clock,
    is_last: bool,
    /// Posts that a courier has and says nothing of.
    out: Vec<(PostId, Step)>,
}

/// No reserve, so that tests need no disk space.
pub fn options() -> Options {
    Options { reserve_bytes: 0, ..Options::default() }
}

impl Life {
    /// Starts as the app does: what recovery decided, then `Started`, then what was interrupted.
    pub fn start(
        journal: Journal,
        recovered: Recovered,
        clock: Clock,
        chance: &mut Chance,
        is_last: bool,
    ) -> Self {
        let first = first_inputs(&journal, &recovered, &clock, chance);
        let (desk, notes) = sync_channel(256);
        let (durable, committed) = sync_channel::<Durable>(16);
        let notes_max = if is_last { u64::MAX } else { 10 + chance.below(800) };
        messenger(committed, desk.clone(), notes_max);
        let (appender, committer) = journal.start(clock.clone(), durable).expect("a thread");
        let (jobs_in, jobs) = mpsc::unbounded_channel();
        let tools = Tools {
            appender: appender.clone(),
            clock: clock.clone(),
            jobs: jobs_in,
            view: watch::channel(Arc::new(recovered.engine.view(clock.now()))).0,
            watchers: broadcast::channel(16).0,
            metrics: Arc::new(Metrics::new()),
        };
        let at = Desk::new(recovered, tools);
        let desk_thread = thread::spawn(move || at.run(&notes));
        let life =
            Self { appender, committer, desk, desk_thread, jobs, clock, is_last, out: Vec::new() };
        for input in first {
            // A life may end before it has begun.
            let _ = life.appender.submit_blocking(Offered::plain(life.clock.now(), input));
        }
        life
    }

    /// Lives until it is killed, or for some hundred inputs that come in bursts.
    pub fn live(mut self, chance: &mut Chance) -> End {
        let waiting = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        for _ in 0..(if self.is_last { 15 } else { 60 }) {
            self.clock.step(TimeDelta::milliseconds(chance.below(600_000) as i64));
            let now = self.clock.now();
            let burst: Vec<Offered> = (0..=chance.below(20)).map(|_| chance.input(now)).collect();
            let answers = burst.into_iter().map(|offered| self.appender.submit(offered));
            for answer in waiting.block_on(join_all(answers)) {
                match answer {
                    Ok(accepted) => chance.note(accepted.report),
                    Err(Refused::Duplicate(_)) => {}
                    Err(Refused::Stopping) => return self.end_of_killed(),
                    Err(refused @ (Refused::Full | Refused::Overloaded)) => panic!("{refused}"),
                }
            }
            self.carry(chance);
            if chance.below(12) == 0 {
                self.tell(Note::Housekeeping { probes_before: chrono::DateTime::UNIX_EPOCH });
            }
        }
        self.stop()
    }

    /// Couriers: some posts arrive, some do not, some may have, and of some nothing is heard for a while.
    fn carry(&mut self, chance: &mut Chance) {
        while let Ok(job) = self.jobs.try_recv() {
            if job.step == Step::Send && !self.begin(&job) {
                self.tell(Note::NotBegun { post: job.post.id });
                continue;
            }
            self.out.push((job.post.id, job.step));
        }
        for (post, step) in std::mem::take(&mut self.out) {
            match (chance.below(4), step) {
                (0, _) => self.out.push((post, step)),
                (_, Step::Send) => self.tell(Note::Sent { post, outcome: chance.outcome() }),
                (_, Step::Resolve) => {
                    self.tell(Note::LookedUp { post, resolution: chance.resolution() });
                }
            }
        }
    }

    fn begin(&self, job: &Job) -> bool {
        let event = DeliveryEvent::Sending { attempt: job.attempt };
        let input = Input::Delivery { post: job.post.id.clone(), event };
        self.appender.submit_blocking(Offered::plain(self.clock.now(), input)).is_ok()
    }

    fn tell(&self, note: Note) {
        // A desk that is gone is told nothing.
        let _ = self.desk.send(note);
    }

    fn stop(mut self) -> End {
        self.tell(Note::Stop);
        // The desk waits for those who are out; nobody holds anything back any more.
        while !self.desk_thread.is_finished() {
            if self.committer.is_finished() {
                return self.end_of_killed();
            }
            while let Ok(job) = self.jobs.try_recv() {
                self.tell(Note::NotBegun { post: job.post.id });
            }
            for (post, _) in std::mem::take(&mut self.out) {
                self.tell(Note::NotBegun { post });
            }
            thread::sleep(std::time::Duration::from_millis(1));
        }
        self.appender.stop();
        drop(self.desk);
        self.desk_thread.join().expect("the desk does not panic");
        match self.committer.join().expect("the committer does not panic") {
            Ok(()) => End::Cleanly,
            Err(CommitError::EngineGone) => End::Killed,
            Err(error) => panic!("{error}"),
        }
    }

    fn end_of_killed(self) -> End {
        drop((self.desk, self.jobs));
        self.desk_thread.join().expect("the desk does not panic");
        let end = self.committer.join().expect("the committer does not panic");
        assert!(matches!(end, Err(CommitError::EngineGone)), "{end:?}");
        End::Killed
    }
}

fn first_inputs(
    journal: &Journal,
    recovered: &Recovered,
    clock: &Clock,
    chance: &mut Chance,
) -> Vec<Input> {
    let settings = chance.settings();
    let is_new = recovered.engine.settings() != settings.as_ref();
    let started = Input::Started {
        installation: journal.installation(),
        version: <Engine>::version(),
        settings: is_new.then_some(settings),
        reload: None,
    };
    [vec![started], recovered.interrupted(clock.now())].concat()
}

/// Carries so many notes to the desk, then is gone.
fn messenger(committed: Receiver<Durable>, desk: SyncSender<Note>, notes_max: u64) {
    thread::spawn(move || {
        for _ in 0..notes_max {
            let Ok(durable) = committed.recv() else { return };
            if desk.send(durable.into()).is_err() {
                return;
            }
        }
    });
}
