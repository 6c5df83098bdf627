//! Retention: what has been kept long enough goes, every hour.
//!
//! Must not: delete anything itself (the journal does, and the desk says what an incident needs).

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::{clock::Clock, config::Config, domain::Timestamp, journal::Appender};

use super::{desk::Note, run::Desktop};

/// Retention is looked after this often.
const HOUSEKEEPING_EVERY_S: i64 = 3600;

/// How long things are kept, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Retention {
    pub probes_s: u64,
    pub personal_s: u64,
}

impl Retention {
    /// As `config` wants it.
    pub fn of(config: &Config) -> Self {
        Self { probes_s: config.retention_probes_s, personal_s: config.retention_personal_s }
    }
}

/// Looks after retention every hour until the bot goes down.
pub(super) async fn run(
    desk: Desktop,
    appender: Appender,
    clock: Clock,
    retention: watch::Receiver<Retention>,
    mut down: watch::Receiver<bool>,
) {
    loop {
        let now = clock.lived();
        let Retention { probes_s, personal_s } = *retention.borrow();
        desk.tell(Note::Housekeeping { probes_before: earlier(now, probes_s) }).await;
        appender.expire_personal(earlier(now, personal_s));
        tokio::select! {
            () = clock.sleep(TimeDelta::seconds(HOUSEKEEPING_EVERY_S)) => {}
            _ = down.changed() => return,
        }
    }
}

fn earlier(now: Timestamp, seconds: u64) -> Timestamp {
    i64::try_from(seconds)
        .ok()
        .and_then(TimeDelta::try_seconds)
        .and_then(|span| now.checked_sub_signed(span))
        .unwrap_or(Timestamp::MIN_UTC)
}
