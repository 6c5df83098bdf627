//! Calendars of busy times, read regularly: what is new in one becomes an input.
//!
//! A file is read again each time; an address only when it has changed (ETag, Last-Modified). One
//! that cannot be read is asked ever more slowly, staff are told once, and what it said before holds.
//! Where it was never read its path or address may be wrong, so that staff are told at once.
//! Must not: let an address into a log or an error, or keep a calendar. Start at [`run`].

use std::{fs::File, io::Read, path::Path, sync::Arc};

use chrono::{Datelike, NaiveDate, TimeDelta};
use secrecy::ExposeSecret;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet, spawn_blocking},
};

use crate::{
    clock,
    config::{BlackoutCalendar, CalendarPlace},
    domain::BusyCalendar,
    event::Input,
    journal::{Offered, Refused},
    render::{Facts, neutralise},
};

use super::{
    notice::{BusyReading, NOTICE_BYTES_MAX, read_busy},
    upstream::{FetchError, Fetched, Fetcher, Stamps, Tools, wait_s},
};

/// Failures one after the other after which staff are told of a calendar that was read before.
const FAILURES_TOLD: u32 = 3;
const REASON_LENGTH_MAX: usize = 200;

/// Why a calendar was not read.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the file cannot be read ({0})")]
    File(#[source] std::io::Error),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("it is {0}")]
    Read(#[from] super::notice::Unreadable),
    #[error("reading it was given up")]
    GivenUp,
}

/// Reads every calendar until `down`; those that come, change or go with the configuration follow it.
pub async fn run(
    calendars: watch::Receiver<Arc<Vec<BlackoutCalendar>>>,
    tools: Tools,
    down: impl Future<Output = ()>,
) {
    let mut asked: Vec<(BlackoutCalendar, AbortHandle)> = Vec::new();
    let (mut changes, mut tasks) = (calendars, JoinSet::new());
    let mut down = std::pin::pin!(down);
    loop {
        let wanted = changes.borrow_and_update().clone();
        asked.retain(|(calendar, task)| {
            let stays = wanted.contains(calendar);
            if !stays {
                task.abort();
            }
            stays
        });
        for calendar in wanted.iter() {
            if !asked.iter().any(|(known, _)| known == calendar) {
                let asking = Asking::new(calendar.clone(), tools.clone());
                asked.push((calendar.clone(), tasks.spawn(asking.run())));
            }
        }
        tokio::select! {
            () = &mut down => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
        while tasks.try_join_next().is_some() {}
    }
}

/// One calendar.
struct Asking {
    calendar: BlackoutCalendar,
    tools: Tools,
    stamps: Stamps,
    /// The month in which it was last read: what comes again is told so far ahead of that.
    month: Option<NaiveDate>,
    /// What was told of it.
    told: Option<BusyCalendar>,
    failures: u32,
    /// Staff know of these failures.
    is_trouble_told: bool,
}

impl Asking {
    fn new(calendar: BlackoutCalendar, tools: Tools) -> Self {
        Self {
            calendar,
            tools,
            stamps: Stamps::default(),
            month: None,
            told: None,
            failures: 0,
            is_trouble_told: false,
        }
    }

    async fn run(mut self) {
        let fetcher = match &self.calendar.place {
            CalendarPlace::File(_) => None,
            CalendarPlace::Url(url) => match Fetcher::new(url.expose_secret(), &self.tools.clock) {
                Ok(fetcher) => Some(fetcher),
                Err(error) => return self.tell_trouble(&error.to_string()).await,
            },
        };
        loop {
            let pause_s = match self.ask(fetcher.as_ref()).await {
                Ok(()) => {
                    self.failures = 0;
                    self.is_trouble_told = false;
                    None
                }
                Err(failure) => self.fail(&failure).await,
            };
            let every_s = self.calendar.every_s;
            let wait_s = wait_s(every_s, self.failures, pause_s, clock::random_share());
            let wait = TimeDelta::seconds(i64::try_from(wait_s).unwrap_or(i64::MAX / 1000));
            self.tools.clock.sleep(wait).await;
        }
    }

    async fn ask(&mut self, fetcher: Option<&Fetcher>) -> Result<(), Failure> {
        let month = self.tools.clock.now().date_naive().with_day(1);
        if self.month != month {
            self.stamps = Stamps::default();
        }
        let (bytes, stamps) = match (&self.calendar.place, fetcher) {
            (CalendarPlace::File(path), _) => {
                let path = path.clone();
                let bytes = spawn_blocking(move || bounded(&path)).await;
                (bytes.map_err(|_| Failure::GivenUp)?.map_err(Failure::File)?, Stamps::default())
            }
            (CalendarPlace::Url(_), None) => return Ok(()),
            (CalendarPlace::Url(_), Some(fetcher)) => match fetcher.fetch(&self.stamps).await? {
                Fetched::Unchanged => return Ok(()),
                Fetched::Page { bytes, stamps } => (bytes, stamps),
            },
        };
        let busy = self.read(bytes).await?;
        self.stamps = if self.tell(busy).await { stamps } else { Stamps::default() };
        self.month = month;
        Ok(())
    }

    /// A calendar may hold much that comes again; other work does not wait for it.
    async fn read(&self, bytes: Vec<u8>) -> Result<BusyCalendar, Failure> {
        let (name, zone) = (self.calendar.name.clone(), self.calendar.zone);
        let received = self.tools.clock.now();
        let reading =
            spawn_blocking(move || read_busy(&bytes, &BusyReading { name: &name, received, zone }));
        Ok(reading.await.map_err(|_| Failure::GivenUp)??)
    }

    /// Hands over what changed; whether it was taken.
    async fn tell(&mut self, busy: BusyCalendar) -> bool {
        if self.told.as_ref() == Some(&busy) {
            return true;
        }
        match self.submit(Input::Busy { calendar: Box::new(busy.clone()) }).await {
            Ok(()) => {
                self.told = Some(busy);
                true
            }
            Err(refused) => {
                tracing::warn!(%refused, "a calendar of busy times could not be kept");
                false
            }
        }
    }

    /// Counts a failure; for how long the other side asks to be left alone.
    async fn fail(&mut self, failure: &Failure) -> Option<u64> {
        self.failures = self.failures.saturating_add(1);
        let (name, reason) = (&self.calendar.name, failure.to_string());
        tracing::debug!(calendar = name, reason, "a calendar of busy times was not read");
        let is_enough = self.told.is_none() || self.failures >= FAILURES_TOLD;
        if is_enough && !self.is_trouble_told {
            self.is_trouble_told = true;
            self.tell_trouble(&reason).await;
        }
        match failure {
            Failure::Fetch(error) => error.pause_s(),
            Failure::File(_) | Failure::Read(_) | Failure::GivenUp => None,
        }
    }

    async fn tell_trouble(&self, reason: &str) {
        let facts = Facts::new()
            .text("calendar", neutralise(&self.calendar.name, REASON_LENGTH_MAX))
            .text("reason", neutralise(reason, REASON_LENGTH_MAX));
        let words = self.tools.words.borrow().clone();
        let key = if self.told.is_none() { "calendar-never-read" } else { "calendar-unreadable" };
        let text = words.say(&self.tools.language, key, &facts);
        if let Err(refused) = self.submit(Input::Trouble { text }).await {
            tracing::warn!(%refused, "staff could not be told of a calendar of busy times");
        }
    }

    async fn submit(&self, input: Input) -> Result<(), Refused> {
        let offered = Offered::plain(self.tools.clock.now(), input);
        self.tools.door.submit(offered).await.map(|_| ())
    }
}

/// A file, and one byte more than may be read of it.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(NOTICE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
