//! Providers' own pages, asked regularly: what is new on one becomes an input.
//!
//! A page that has not changed is not read again (ETag, Last-Modified); one that does not answer is
//! asked ever more slowly, and staff are told once. Each page is asked by itself: a slow one delays
//! no other. Must not: follow a page to another host, or keep one. Start at [`run`].

mod fetch;
mod pace;

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
};

use crate::{
    clock::{self, Clock},
    config::{Upstream, UpstreamKind},
    domain::{Assumed, Notice, NoticeAbout, NoticeStatus, Timestamp, Unread},
    event::Input,
    journal::{Offered, Refused},
    render::{Facts, Words},
};

use super::{
    Door,
    notice::{self, Found, KnownProvider, Reading},
};

pub use fetch::{FetchError, Fetched, Fetcher, Stamps};
pub use pace::wait_s;

/// Failures one after the other after which staff are told.
const FAILURES_TOLD: u32 = 3;
/// Notices of one page that are remembered, so that each is told once.
const REMEMBERED_MAX: usize = 500;

/// What is asked, and what can be named there.
#[derive(Clone, Debug, Default)]
pub struct Upstreams {
    /// The pages.
    pub pages: Vec<Upstream>,
    /// Whose they are.
    pub known: Vec<KnownProvider>,
}

/// What asking needs.
#[derive(Clone)]
pub struct Tools {
    /// Where notices go.
    pub door: Arc<dyn Door>,
    /// The time.
    pub clock: Clock,
    /// All words; replaced on reload.
    pub words: watch::Receiver<Arc<Words>>,
    /// The language that staff are told in.
    pub language: String,
}

/// Asks every page until `down`; pages that come, change or go with the configuration follow it.
pub async fn run(
    upstreams: watch::Receiver<Arc<Upstreams>>,
    tools: Tools,
    down: impl Future<Output = ()>,
) {
    let (mut asked, mut tasks) = (BTreeMap::<Upstream, AbortHandle>::new(), JoinSet::new());
    let mut changes = upstreams.clone();
    let mut down = std::pin::pin!(down);
    loop {
        let wanted = changes.borrow_and_update().pages.clone();
        asked.retain(|page, task| {
            let stays = wanted.contains(page);
            if !stays {
                task.abort();
            }
            stays
        });
        for page in wanted {
            asked.entry(page.clone()).or_insert_with(|| {
                tasks.spawn(Asking::new(page, upstreams.clone(), tools.clone()).run())
            });
        }
        tokio::select! {
            () = &mut down => return,
            changed = changes.changed() => if changed.is_err() { return },
        }
        while tasks.try_join_next().is_some() {}
    }
}

/// One page.
struct Asking {
    page: Upstream,
    upstreams: watch::Receiver<Arc<Upstreams>>,
    tools: Tools,
    stamps: Stamps,
    /// What was told of each of its notices.
    told: BTreeMap<String, Notice>,
    failures: u32,
}

impl Asking {
    fn new(page: Upstream, upstreams: watch::Receiver<Arc<Upstreams>>, tools: Tools) -> Self {
        let (told, stamps) = (BTreeMap::new(), Stamps::default());
        Self { page, upstreams, tools, stamps, told, failures: 0 }
    }

    async fn run(mut self) {
        let fetcher = match Fetcher::new(&self.page.url, &self.tools.clock) {
            Ok(fetcher) => fetcher,
            Err(error) => return self.tell_trouble(&error.to_string()).await,
        };
        loop {
            let pause_s = self.ask(&fetcher).await;
            let wait_s = wait_s(self.page.every_s, self.failures, pause_s, clock::random_share());
            let wait = TimeDelta::seconds(i64::try_from(wait_s).unwrap_or(i64::MAX / 1000));
            self.tools.clock.sleep(wait).await;
        }
    }

    /// Asks once; for how long the other side asks to be left alone.
    async fn ask(&mut self, fetcher: &Fetcher) -> Option<u64> {
        let failure = match fetcher.fetch(&self.stamps).await {
            Ok(Fetched::Unchanged) => None,
            Ok(Fetched::Page { bytes, stamps }) => match self.read(&bytes) {
                Ok(found) => {
                    // A page of which something was not taken is read again.
                    let is_taken = self.tell_new(found).await;
                    self.stamps = if is_taken { stamps } else { Stamps::default() };
                    None
                }
                Err(why) => Some((why.to_string(), None)),
            },
            Err(error) => Some((error.to_string(), error.pause_s())),
        };
        let Some((reason, pause_s)) = failure else {
            self.failures = 0;
            return None;
        };
        self.failures = self.failures.saturating_add(1);
        tracing::debug!(provider = %self.page.provider, reason, "a provider's page was not read");
        if self.failures == FAILURES_TOLD {
            self.tell_trouble(&reason).await;
        }
        pause_s
    }

    fn read(&self, bytes: &[u8]) -> Result<Found, notice::Unreadable> {
        let upstreams = self.upstreams.borrow().clone();
        let reading = Reading {
            received: self.tools.clock.now(),
            provider: Some(self.page.provider.as_str()),
            known: &upstreams.known,
        };
        match self.page.kind {
            UpstreamKind::Statuspage => notice::read_statuspage(bytes, &reading),
            UpstreamKind::Feed => notice::read_feed(bytes, &reading),
        }
    }

    /// Hands over what changed; whether all of it was taken.
    async fn tell_new(&mut self, found: Found) -> bool {
        let mut all = found.notices;
        if self.page.kind == UpstreamKind::Statuspage && found.left_out == 0 {
            all.extend(gone(&self.told, &all, self.tools.clock.now()));
        }
        let mut is_taken = true;
        for notice in all {
            if self.told.get(&notice.id) == Some(&notice) {
                continue;
            }
            match self.submit(Input::Notice { notice: Box::new(notice.clone()) }).await {
                Ok(()) => {
                    self.told.insert(notice.id.clone(), notice);
                }
                Err(refused) => {
                    tracing::warn!(%refused, "a provider's notice could not be kept");
                    is_taken = false;
                }
            }
        }
        while self.told.len() > REMEMBERED_MAX {
            self.told.pop_first();
        }
        is_taken
    }

    async fn tell_trouble(&self, reason: &str) {
        let facts = Facts::new()
            .text("provider", self.page.provider.to_string())
            .number("count", self.failures.max(1))
            .text("reason", crate::render::neutralise(reason, 200));
        let words = self.tools.words.borrow().clone();
        let text = words.say(&self.tools.language, "upstream-unreachable", &facts);
        if let Err(refused) = self.submit(Input::Trouble { text }).await {
            tracing::warn!(%refused, "staff could not be told of a provider's page");
        }
    }

    async fn submit(&self, input: Input) -> Result<(), Refused> {
        let offered = Offered::plain(self.tools.clock.now(), input);
        self.tools.door.submit(offered).await.map(|_| ())
    }
}

/// What was on the page before and is not any more. What had begun is over; of work that had not,
/// nobody can tell whether it will come.
fn gone(told: &BTreeMap<String, Notice>, present: &[Notice], now: Timestamp) -> Vec<Notice> {
    let is_gone =
        |known: &&Notice| !known.status.is_over() && !present.iter().any(|one| one.id == known.id);
    let ended = |known: &Notice| {
        let has_begun = known.about == NoticeAbout::Incident
            || known.window.is_some_and(|window| window.starts_at <= now);
        let mut notice = Notice { stamped_at: Some(now), ..known.clone() };
        if has_begun {
            notice.status = NoticeStatus::Completed;
            notice.assumed.push(Assumed::Gone);
        } else {
            notice.status = NoticeStatus::Unknown;
            notice.unread.push(Unread::Status);
        }
        notice::tamed(notice)
    };
    // One that is not known to be over is not told again as long as it stays away.
    let is_new =
        |notice: &Notice| told.get(&notice.id).is_none_or(|known| known.status != notice.status);
    told.values().filter(is_gone).map(ended).filter(is_new).collect()
}
