//! A journal and an engine through a day on which the machine's clock is set wrong.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread::JoinHandle,
};

use bellwether::{
    clock::{Clock, Steady},
    domain::{ServerId, Timestamp},
    engine::Engine,
    event::{Body, Input, Output},
    journal::{Appender, CommitError, Durable, Journal, Offered, Options, Private},
};
use chrono::TimeDelta;

use super::stage::settings;

const STEP: TimeDelta = TimeDelta::seconds(10);

/// A bot on a machine: what it shows comes of the machine's wall clock and uptime.
pub struct Bot {
    steady: Steady,
    clock: Clock,
    /// The true time, and how far the wall clock is off it.
    pub now: Timestamp,
    pub off: TimeDelta,
    appender: Appender,
    committer: JoinHandle<Result<(), CommitError>>,
    durable: Receiver<Durable>,
    engine: Engine,
    received: Vec<Timestamp>,
    /// The true time, and the one that the bot shows, of each output.
    pub heard: Vec<(Timestamp, Timestamp, Output)>,
}

impl Bot {
    pub fn start(dir: &Path, now: Timestamp) -> Self {
        let options = Options { reserve_bytes: 0, ..Options::default() };
        let journal = Journal::open(dir, options).unwrap();
        let steady = Steady::new(now, journal.last_received());
        let clock = Clock::stepped(steady.now());
        let recovered = bellwether::app::recovery::recover(&journal).unwrap();
        let (durable, entries) = sync_channel(64);
        let (appender, committer) = journal.start::<Durable>(clock.clone(), durable).unwrap();
        let mut bot = Self {
            steady,
            clock,
            now,
            off: TimeDelta::zero(),
            appender,
            committer,
            durable: entries,
            engine: recovered.engine,
            received: Vec::new(),
            heard: Vec::new(),
        };
        bot.take(Input::Started {
            installation: "installation-1".to_owned(),
            version: <Engine>::version(),
            settings: Some(Arc::new(settings())),
            reload: None,
        });
        bot
    }

    /// It stops, and another process begins where it was; what was heard is heard still.
    pub fn restart(self, dir: &Path) -> Self {
        self.appender.stop();
        while self.durable.recv().is_ok() {}
        self.committer.join().expect("its end").expect("a clean one");
        let mut next = Self::start(dir, self.now + self.off);
        (next.now, next.off) = (self.now, self.off);
        next.heard.splice(0..0, self.heard);
        next
    }

    /// The machine sleeps: the wall clock goes on, its uptime does not.
    pub fn suspend(&mut self, span: TimeDelta) {
        self.now += span;
    }

    pub fn types(&mut self, text: &str) {
        let (by, role) = ("tim".to_owned(), bellwether::domain::Role::Staff);
        self.take(Input::Command { by, role, text: text.to_owned() });
    }

    /// Our own input, now.
    fn take(&mut self, input: Input) {
        self.put(Offered::plain(self.clock.now(), input));
    }

    fn put(&mut self, offered: Offered) {
        self.appender.submit_blocking(offered).expect("it is taken");
        loop {
            let Durable::Input(entry) = self.durable.recv().expect("the committer") else {
                continue;
            };
            let Body::Input(happening) = entry.body else { panic!("an input") };
            self.received.push(entry.at);
            let outputs = self.engine.handle(entry.seq, entry.at, &happening);
            self.heard.extend(outputs.iter().map(|output| (self.now, entry.at, output.clone())));
            let decided = outputs.into_iter().map(|output| (entry.seq, entry.at, output));
            self.appender.decide(entry.seq, decided.collect());
            return;
        }
    }

    /// Some time passes; every probe looks every half minute, those of `dead` fail.
    pub fn pass(&mut self, minutes: i64, dead: Option<&str>) {
        for step in 0..minutes * 6 {
            self.now += STEP;
            self.steady.advance(STEP, self.now + self.off);
            self.clock.step(self.steady.now() - self.clock.now());
            while let Some((due, reason)) = self.engine.next_deadline() {
                if due > self.clock.now() {
                    break;
                }
                self.put(Offered::plain(due, Input::Timer { reason, due }));
            }
            if step % 3 == 0 {
                for probe in settings().fleet.probes {
                    let is_dead = |server: &ServerId| dead == Some(server.as_str());
                    let ok = !probe.server.as_ref().is_some_and(is_dead);
                    let latency_ms = ok.then_some(80);
                    self.take(Input::ProbeResult { probe: probe.id, ok, latency_ms, error: None });
                }
            }
        }
    }

    /// How long after `since` the first output of this sort was decided.
    fn heard_after(&self, since: Timestamp, is_meant: fn(&Output) -> bool) -> Option<TimeDelta> {
        let heard = self.heard.iter().find(|(at, _, output)| *at >= since && is_meant(output));
        heard.map(|(at, _, _)| *at - since)
    }
}

pub fn start() -> Timestamp {
    "2014-04-24T01:00:00Z".parse().unwrap()
}

fn is_suspicion(output: &Output) -> bool {
    matches!(output, Output::Suspicion(_))
}

fn is_reminder(output: &Output) -> bool {
    matches!(output, Output::Reminder { .. })
}

/// The dead server is found, the word is published, and its promise is reminded of in its time.
fn all_goes_on_in_its_time(bot: &mut Bot) {
    let since = bot.now;
    bot.pass(6, Some("s1"));
    let found = bot.heard_after(since, is_suspicion).expect("it is found");
    assert!(found < TimeDelta::minutes(5), "{found}");
    bot.types("draft publish 1 --anyway");
    let published = bot.now;
    bot.pass(30, Some("s1"));
    // The promise is of half an hour, and staff are reminded five minutes before.
    let reminded = bot.heard_after(published, is_reminder).expect("they are reminded");
    let early = (reminded - TimeDelta::minutes(25)).abs();
    assert!(early < TimeDelta::minutes(4), "{reminded}");
    assert!(bot.received.is_sorted(), "what is received never runs back");
}

#[test]
fn a_day_ahead_and_back_within_minutes_is_as_if_nothing_had_been() {
    let dir = tempfile::tempdir().unwrap();
    let mut bot = Bot::start(dir.path(), start());
    bot.pass(20, None);
    bot.off = TimeDelta::days(1);
    bot.pass(3, None);
    bot.off = TimeDelta::zero();
    all_goes_on_in_its_time(&mut bot);
    assert_eq!(bot.clock.now(), bot.now);
}

#[test]
fn half_an_hour_a_day_ahead_and_then_back_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut bot = Bot::start(dir.path(), start());
    bot.pass(20, None);
    bot.off = TimeDelta::days(1);
    bot.pass(30, None);
    assert!(bot.heard.is_empty(), "nothing is wrong but the clock: {:?}", bot.heard);
    bot.off = TimeDelta::zero();
    bot.pass(10, None);
    all_goes_on_in_its_time(&mut bot);
    assert!(bot.clock.now() - bot.now > TimeDelta::hours(23), "it comes back slowly");

    // The next process goes on from where this one was.
    let shown = bot.clock.now();
    let mut bot = bot.restart(dir.path());
    assert!(bot.clock.now() >= shown - TimeDelta::minutes(1));
    bot.heard.clear();
    let since = bot.now;
    bot.pass(6, Some("s3"));
    assert!(bot.heard_after(since, is_suspicion).is_some(), "another fault is found there too");
}

#[test]
fn personal_values_do_not_expire_because_of_a_clock_that_is_set_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let mut bot = Bot::start(dir.path(), start());
    let input = Input::Report {
        id: "".into(),
        reporter: "".into(),
        source: "discord".to_owned(),
        domain: Some("one.example".to_owned()),
        confirmed: true,
        answered: false,
        language: None,
        text: None,
    };
    let private = Private {
        account: Some("ann".to_owned()),
        text: Some("my shop is down".to_owned()),
        ..Private::default()
    };
    bot.put(Offered { at: bot.clock.now(), input, private: Some(private) });
    let report = bot.heard.iter().find_map(|(_, _, output)| match output {
        Output::ReportFiled { report, .. } => Some(report.clone()),
        _ => None,
    });
    let report = report.expect("it is filed");
    let keeps = TimeDelta::days(90);
    let is_kept = |bot: &Bot, now: Timestamp| {
        bot.appender.expire_personal(now - keeps);
        // It is carried out before the second of two inputs after it is taken.
        for _ in 0..2 {
            let (by, role) = ("tim".to_owned(), bellwether::domain::Role::Staff);
            let input = Input::Command { by, role, text: "status".to_owned() };
            bot.appender.submit_blocking(Offered::plain(now, input)).expect("it is taken");
            let _ = bot.durable.recv();
        }
        bot.appender.personal().report_text(&report).is_some()
    };
    bot.off = TimeDelta::days(1000);
    bot.pass(10, None);
    assert!(bot.clock.now() - bot.now > TimeDelta::days(999), "the wrong time has stood");
    assert!(is_kept(&bot, bot.steady.lived()), "it is ten minutes old, whatever the clock says");
    bot.off = TimeDelta::zero();
    bot.pass(10, None);
    assert!(is_kept(&bot, bot.steady.lived()));
    assert!(!is_kept(&bot, bot.clock.now()), "by the time shown alone it would be gone");
}
