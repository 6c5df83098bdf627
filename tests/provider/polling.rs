//! Providers' pages, asked over a real connection: what is new is told once, trouble is survived.

use std::sync::{Arc, Mutex};

use bellwether::{
    clock::Clock,
    config::{Upstream, UpstreamKind},
    domain::{BusyCalendar, Notice, NoticeStatus, Role},
    event::Input,
    intake::{
        Answer as Told, Door,
        upstream::{self, FetchError, Fetched, Fetcher, Stamps, Tools, Upstreams},
    },
    journal::{Accepted, Offered, Refused},
    render::Words,
};
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::{
    at, known,
    page::{Answer, Page},
};

/// Keeps what it is given, and is full when told so.
#[derive(Default)]
pub struct Kept {
    inputs: Mutex<Vec<Input>>,
    full: Mutex<bool>,
}

impl Door for Kept {
    fn submit(&self, offered: Offered) -> BoxFuture<'_, Result<Accepted, Refused>> {
        let result = if *self.full.lock().unwrap() {
            Err(Refused::Full)
        } else {
            let mut inputs = self.inputs.lock().unwrap();
            inputs.push(offered.input);
            Ok(Accepted { seq: inputs.len() as u64, report: None })
        };
        Box::pin(std::future::ready(result))
    }

    fn command<'a>(
        &'a self,
        _by: &'a str,
        _role: Role,
        _text: &'a str,
    ) -> BoxFuture<'a, Result<Told, Refused>> {
        Box::pin(std::future::ready(Err(Refused::Stopping)))
    }

    fn knows_domain(&self, _domain: &str) -> bool {
        false
    }

    fn knows_probe(&self, _probe: &str) -> bool {
        false
    }
}

impl Kept {
    /// From now on nothing more is taken.
    pub fn fill(&self) {
        *self.full.lock().unwrap() = true;
    }

    pub fn notices(&self) -> Vec<Notice> {
        let inputs = self.inputs.lock().unwrap();
        inputs
            .iter()
            .filter_map(|input| match input {
                Input::Notice { notice } => Some(Notice::clone(notice)),
                _ => None,
            })
            .collect()
    }

    pub fn busy(&self) -> Vec<BusyCalendar> {
        let inputs = self.inputs.lock().unwrap();
        inputs
            .iter()
            .filter_map(|input| match input {
                Input::Busy { calendar } => Some(BusyCalendar::clone(calendar)),
                _ => None,
            })
            .collect()
    }

    pub fn troubles(&self) -> Vec<String> {
        let inputs = self.inputs.lock().unwrap();
        inputs
            .iter()
            .filter_map(|input| match input {
                Input::Trouble { text } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }
}

/// A bot that asks one page every half a minute of a fast clock.
struct Bot {
    door: Arc<Kept>,
    pages: watch::Sender<Arc<Upstreams>>,
    stop: watch::Sender<bool>,
}

impl Bot {
    fn start(url: String) -> Self {
        let door = Arc::new(Kept::default());
        let page = Upstream {
            provider: "northline".into(),
            kind: UpstreamKind::Statuspage,
            url,
            every_s: 30,
        };
        let upstreams = Upstreams { pages: vec![page], known: known() };
        let pages = watch::channel(Arc::new(upstreams)).0;
        let stop = watch::channel(false).0;
        let tools = Tools {
            door: door.clone(),
            // Half a minute passes in about 60 ms.
            clock: Clock::paced(at("2026-11-27T12:00:00Z"), 500.0),
            words: watch::channel(Arc::new(Words::built_in())).1,
            language: "en".to_owned(),
        };
        let mut stopped = stop.subscribe();
        tokio::spawn(upstream::run(pages.subscribe(), tools, async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        }));
        Self { door, pages, stop }
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Looks until it holds, for at most ten seconds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let clock = Clock::system();
    for _ in 0..500 {
        if holds() {
            return;
        }
        clock.sleep(TimeDelta::milliseconds(20)).await;
    }
    panic!("did not come to hold: {what}");
}

fn summary(incidents: &[(&str, &str)]) -> String {
    let entries: Vec<serde_json::Value> = incidents
        .iter()
        .map(|(id, status)| {
            serde_json::json!({"id": id, "name": "Packet loss", "status": status, "impact": "major",
                "created_at": "2026-11-27T11:00:00Z", "updated_at": "2026-11-27T11:30:00Z",
                "components": [{"id": "c1", "name": "NLC-77-ATL-0001"}]})
        })
        .collect();
    serde_json::json!({"incidents": entries, "scheduled_maintenances": []}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_new_is_told_once_and_an_unchanged_page_is_not_read_again() {
    let page = Page::start(vec![Answer::Page(summary(&[("i1", "investigating")]), "\"v1\"")]).await;
    let bot = Bot::start(page.url());
    until("the page is asked four times", || page.asked().len() >= 4).await;
    assert_eq!(bot.door.notices().len(), 1);
    assert!(!page.asked()[0].contains("if-none-match"));
    assert!(page.asked()[1..].iter().all(|head| head.contains("if-none-match: \"v1\"")));

    page.answer(Answer::Page(summary(&[("i1", "identified"), ("i2", "investigating")]), "\"v2\""));
    until("the second incident is told", || bot.door.notices().len() == 2).await;

    page.answer(Answer::Page(summary(&[("i2", "investigating")]), "\"v3\""));
    until("what is gone is told", || bot.door.notices().len() == 3).await;
    let gone = bot.door.notices().pop().unwrap();
    assert_eq!((gone.id.as_str(), gone.status), ("i1", NoticeStatus::Completed));
    assert_eq!(bot.door.troubles(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_fails_is_told_to_staff_once_and_asked_on() {
    let error = b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".to_vec();
    let page = Page::start(vec![Answer::Raw(error)]).await;
    let bot = Bot::start(page.url());
    until("staff are told", || bot.door.troubles().len() == 1).await;
    until("it is asked on", || page.asked().len() >= 5).await;
    insta::assert_snapshot!(bot.door.troubles()[0], @"The page of northline that is asked for notices was not readable 3 times: status 500. It is asked on, ever more slowly; what it says is not known until then.");
    page.answer(Answer::Page(summary(&[("i1", "investigating")]), "\"v1\""));
    until("it is read again", || bot.door.notices().len() == 1).await;
    assert_eq!(bot.door.troubles().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_journal_loses_no_notice() {
    let page = Page::start(vec![Answer::Page(summary(&[("i1", "investigating")]), "\"v1\"")]).await;
    let bot = Bot::start(page.url());
    bot.door.fill();
    let before = page.asked().len();
    until("it is asked while the journal is full", || page.asked().len() >= before + 3).await;
    bot.door.inputs.lock().unwrap().clear();
    *bot.door.full.lock().unwrap() = false;
    page.answer(Answer::Page(summary(&[("i1", "identified"), ("i3", "identified")]), "\"v2\""));
    until("both are told", || bot.door.notices().iter().any(|one| one.id == "i3")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_come_and_go_with_the_configuration() {
    let page = Page::start(vec![Answer::Page(summary(&[("i1", "investigating")]), "\"v1\"")]).await;
    let bot = Bot::start(page.url());
    until("it is asked", || !page.asked().is_empty()).await;
    bot.pages.send_replace(Arc::new(Upstreams::default()));
    let clock = Clock::system();
    clock.sleep(TimeDelta::milliseconds(200)).await;
    let asked = page.asked().len();
    clock.sleep(TimeDelta::milliseconds(400)).await;
    assert!(page.asked().len() <= asked + 1, "a removed page is asked no more");
}

async fn fetched(answer: Answer) -> Result<Fetched, FetchError> {
    let page = Page::start(vec![answer]).await;
    // The patience of half a minute passes in a third of a second, the connection's in a tenth.
    let clock = Clock::paced(at("2026-11-27T12:00:00Z"), 90.0);
    Fetcher::new(&page.url(), &clock)?.fetch(&Stamps::default()).await
}

#[tokio::test]
async fn every_kind_of_bad_answer_has_its_name() {
    let raw = |text: &str| Answer::Raw(text.as_bytes().to_vec());
    assert_eq!(fetched(Answer::Silence).await.unwrap_err(), FetchError::TooSlow);
    let long = fetched(Answer::Endless).await.unwrap_err();
    assert!(matches!(long, FetchError::TooLong | FetchError::TooSlow), "{long:?}");
    assert_eq!(fetched(raw("no HTTP at all\r\n\r\n")).await.unwrap_err(), FetchError::Broken);
    let asks = raw("HTTP/1.1 429 Slow down\r\nretry-after: 900\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(fetched(asks).await.unwrap_err().pause_s(), Some(900));
    let elsewhere =
        raw("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2:9/\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(fetched(elsewhere).await.unwrap_err(), FetchError::Elsewhere { status: 302 });
    let cut = raw("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"incidents\":");
    assert_eq!(fetched(cut).await.unwrap_err(), FetchError::Broken);
}

#[tokio::test]
async fn a_page_may_point_on_within_its_own_host_and_not_for_ever() {
    let round = b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n".to_vec();
    let page =
        Page::start(vec![Answer::Raw(round.clone()), Answer::Page("{}".to_owned(), "\"e\"")]).await;
    let clock = Clock::system();
    let fetcher = Fetcher::new(&page.url(), &clock).unwrap();
    let fetched = fetcher.fetch(&Stamps::default()).await.unwrap();
    assert!(matches!(fetched, Fetched::Page { ref bytes, .. } if bytes == b"{}"));
    page.answer(Answer::Raw(round));
    let error = fetcher.fetch(&Stamps::default()).await.unwrap_err();
    assert_eq!(error, FetchError::Elsewhere { status: 302 });
    assert!(page.asked().len() <= 8, "{} times", page.asked().len());
}
