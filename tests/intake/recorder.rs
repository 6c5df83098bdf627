//! A door that keeps what goes through it.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use bellwether::{
    domain::{ReportId, Role},
    event::Input,
    intake::{Answer, Door},
    journal::{Accepted, Offered, Refused},
};
use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::hostile::{DOMAIN, PROBE};

/// Records inputs and commands, recognises duplicates, and is full when told so.
#[derive(Default)]
pub struct Recorder {
    kept: Mutex<Kept>,
    full: AtomicBool,
}

/// What went through.
#[derive(Default)]
pub struct Kept {
    pub inputs: Vec<Offered>,
    pub commands: Vec<(String, Role, String)>,
    by_outside_id: BTreeMap<String, Accepted>,
}

impl Recorder {
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test panics with the lock held")
    }

    pub fn set_full(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    fn take(&self, offered: Offered) -> Result<Accepted, Refused> {
        if self.full.load(Ordering::Relaxed) {
            return Err(Refused::Full);
        }
        let mut kept = self.kept();
        let outside_id = offered.private.as_ref().and_then(|private| private.outside_id.clone());
        let first = outside_id.as_ref().and_then(|id| kept.by_outside_id.get(id));
        if let Some(first) = first {
            return Err(Refused::Duplicate(first.clone()));
        }
        let seq = kept.inputs.len() as u64 + 1;
        let is_report = matches!(offered.input, Input::Report { .. });
        let report = is_report.then(|| ReportId::from(format!("report-{seq}")));
        let accepted = Accepted { seq, report };
        if let Some(id) = outside_id {
            kept.by_outside_id.insert(id, accepted.clone());
        }
        kept.inputs.push(offered);
        Ok(accepted)
    }
}

impl Door for Recorder {
    fn submit(&self, offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        async move { self.take(offered) }.boxed()
    }

    fn command<'a>(
        &'a self,
        by: &'a str,
        role: Role,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Answer, Refused>> {
        self.kept().commands.push((by.to_owned(), role, text.to_owned()));
        let ok = text == "status";
        ready(Ok(Answer { ok, text: format!("heard: {text}") })).boxed()
    }

    fn knows_domain(&self, domain: &str) -> bool {
        domain == DOMAIN
    }

    fn knows_probe(&self, probe: &str) -> bool {
        probe == PROBE
    }
}
