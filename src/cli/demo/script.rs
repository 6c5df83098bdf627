//! The story: what customers, staff and the provider do, and when. All of it enters as it would in
//! earnest, over the HTTP API.
//!
//! The story's moments are those of an evening in 2014; a [`Timetable`] says when each comes on the
//! demo's clock.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{America::New_York, Tz};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{clock::Clock, domain::Timestamp};

use super::{approval::Waiting, screen::Screen, world::Switch};

/// The demo's day, in the host's own zone.
pub const ZONE: Tz = New_York;

/// A moment of the demo's day.
pub fn at(hour: u32, minute: u32) -> Timestamp {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let day = chrono::NaiveDate::from_ymd_opt(2014, 4, 24).unwrap_or_default();
    ZONE.from_local_datetime(&day.and_time(time))
        .earliest()
        .map_or(Timestamp::UNIX_EPOCH, |moment| moment.to_utc())
}

/// When the story begins.
pub fn start() -> Timestamp {
    at(18, 15)
}

/// When it must be over.
pub fn end() -> Timestamp {
    at(23, 30)
}

/// When the story's moments come on the clock of a demo.
#[derive(Clone, Copy, Debug)]
pub struct Timetable {
    /// When the story begins.
    pub begins: Timestamp,
    /// How many of the story's seconds are told in one of the clock's.
    pub shrink: f64,
    /// Where the story waits for people, it waits no longer than this; `None`: it does not wait.
    pub waits: Option<TimeDelta>,
}

impl Timetable {
    /// The story in its own time, on a clock that shows that time.
    pub fn as_it_was() -> Self {
        Self { begins: start(), shrink: 1.0, waits: None }
    }

    /// When a moment of the story comes.
    pub fn when(&self, moment: Timestamp) -> Timestamp {
        let passed_ms = (moment - start()).num_milliseconds() as f64 / self.shrink;
        self.begins + TimeDelta::milliseconds(passed_ms as i64)
    }

    /// The story's words with the times that readers see on the clock. `late`: how far behind the
    /// story is.
    fn filled(&self, words: &str, late: TimeDelta) -> String {
        let told = |moment| (self.when(moment) + late).with_timezone(&ZONE);
        words
            .replace("{work}", &told(at(22, 0)).format("%H:%M %Z").to_string())
            .replace("{back}", &told(at(22, 9)).format("%H:%M").to_string())
    }
}

/// One step of the story.
enum Step {
    /// Somebody tells us what happens in the world.
    Narrate(&'static str),
    /// The switch drops this share of connections from now on.
    Lose(f64),
    /// A customer reports: person, domain, words.
    Report(&'static str, &'static str, &'static str),
    /// Staff type a command.
    Staff(&'static str),
    /// Where people take part, the story goes on once the bot has seen that something is wrong.
    UntilAlarm,
    /// Where people take part, the story goes on once no draft waits for them.
    UntilDecided,
}

/// The day: hour, minute, step.
const DAY: &[(u32, u32, Step)] = &[
    (18, 16, Step::Narrate("A quiet evening: three servers, all is well.")),
    (
        19,
        0,
        Step::Narrate(
            "(Nobody knows yet: switch 1 in Atlanta begins to drop one connection in eight.)",
        ),
    ),
    (19, 0, Step::Lose(0.12)),
    (
        19,
        6,
        Step::Report("anna", "bakery.example", "my site is really slow and sometimes unavailable"),
    ),
    (19, 12, Step::Report("ben", "cycling-club.example", "pages only load after a refresh or two")),
    (19, 29, Step::UntilAlarm),
    (19, 30, Step::Staff("tried \"restarted Apache on s1: no change\"")),
    (19, 40, Step::Narrate("Staff ask the provider.")),
    (19, 41, Step::Staff("upstream said provider \"unaware of any issues\"")),
    (
        20,
        5,
        Step::Report("carla", "pottery.example", "the dashboard does not load without refreshing"),
    ),
    (20, 20, Step::Staff("tried \"rebooted s2: no change\"")),
    (20, 39, Step::UntilDecided),
    (
        20,
        40,
        Step::Narrate(
            "The provider writes: a bad network switch, emergency maintenance at {work}.",
        ),
    ),
    (
        20,
        41,
        Step::Staff(
            "upstream said provider \"we have narrowed it down to a bad network switch; emergency maintenance at {work}\"",
        ),
    ),
    (
        20,
        42,
        Step::Staff(
            "incident update 1 \"Our network provider has found a faulty switch in front of Server One and Server Two. It will be replaced at {work}. Until then, pages may load slowly or fail now and then; a refresh usually helps. Your data is safe.\" --state identified --publish",
        ),
    ),
    (22, 0, Step::Narrate("{work}: the switch is taken out. Both servers are offline.")),
    (22, 0, Step::Lose(1.0)),
    (
        22,
        1,
        Step::Staff(
            "incident update 1 \"The switch is being replaced now. Server One and Server Two are offline for the length of this work.\" --publish",
        ),
    ),
    (22, 9, Step::Narrate("{back}: the new switch is in.")),
    (22, 9, Step::Lose(0.0)),
    (22, 10, Step::Staff("note \"new switch in place since {back}\"")),
];

/// Who tells the story.
pub struct Narrator {
    /// The demo's time.
    pub clock: Clock,
    /// What fails.
    pub switch: Switch,
    /// Where the bot listens.
    pub bot: SocketAddr,
    /// What staff show.
    pub staff_token: String,
    /// What the ticket system shows.
    pub ticket_token: String,
    /// Where the viewer looks.
    pub screen: Screen,
    /// A client of the API.
    pub client: reqwest::Client,
    /// When what is told.
    pub timetable: Timetable,
    /// What waits for somebody to decide.
    pub waiting: watch::Receiver<Waiting>,
}

impl Narrator {
    /// Tells the whole day.
    pub async fn tell(&self) -> anyhow::Result<()> {
        let mut late = TimeDelta::zero();
        for (number, (hour, minute, step)) in DAY.iter().enumerate() {
            self.clock.sleep_until(self.timetable.when(at(*hour, *minute)) + late).await;
            match step {
                Step::Narrate(words) => self.screen.narrate(&self.timetable.filled(words, late)),
                Step::Lose(share) => self.switch.lose(*share),
                Step::Report(person, domain, text) => {
                    self.report(number, (person, domain, text)).await?;
                }
                Step::Staff(text) => {
                    self.staff(&self.timetable.filled(text, late)).await?;
                }
                Step::UntilAlarm => late += self.wait_for(|waiting| waiting.is_alarmed).await,
                Step::UntilDecided => late += self.wait_for(Waiting::is_nothing).await,
            }
        }
        Ok(())
    }

    /// Waits for what people or the bot must do first, where the story waits at all; how long it did.
    async fn wait_for(&self, is_done: impl Fn(&Waiting) -> bool) -> TimeDelta {
        let Some(longest) = self.timetable.waits else { return TimeDelta::zero() };
        let (since, mut waiting) = (self.clock.now(), self.waiting.clone());
        // What is not done by then is told all the same.
        let _ = self.clock.timeout(longest, waiting.wait_for(is_done)).await;
        self.clock.now() - since
    }

    /// The people who report in the story.
    pub fn reporters() -> usize {
        DAY.iter().filter(|(_, _, step)| matches!(step, Step::Report(..))).count()
    }

    async fn report(
        &self,
        number: usize,
        (person, domain, text): (&str, &str, &str),
    ) -> anyhow::Result<()> {
        self.screen.customer(person, &format!("{domain}: {text}"));
        let report = json!({
            "at": self.clock.now(), "type": "report", "id": format!("ticket-{number}"),
            "reporter": person, "domain": domain, "text": text,
        });
        let answer = self.post("/api/v1/inputs", &self.ticket_token, &report).await?;
        ensure!(answer["ok"] == true, "the report was refused: {answer}");
        Ok(())
    }

    /// Types one staff command and shows the answer.
    pub async fn staff(&self, text: &str) -> anyhow::Result<()> {
        self.screen.staff("tim", text);
        let answer =
            self.post("/api/v1/commands", &self.staff_token, &json!({"text": text})).await?;
        self.screen.answer(answer["text"].as_str().unwrap_or_default());
        Ok(())
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self
            .client
            .post(format!("http://{}{path}", self.bot))
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .context("the bot does not answer")?;
        response.json().await.context("the bot's answer is no JSON")
    }
}
