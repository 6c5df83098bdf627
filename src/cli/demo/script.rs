//! The story: what customers, staff and the provider do, and when. All of it enters as it would in
//! earnest, over the HTTP API.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use chrono::{NaiveTime, TimeZone};
use chrono_tz::{America::New_York, Tz};
use serde_json::{Value, json};

use crate::{clock::Clock, domain::Timestamp};

use super::{screen::Screen, world::Switch};

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
    (19, 30, Step::Staff("tried \"restarted Apache on s1: no change\"")),
    (19, 40, Step::Narrate("Staff ask the provider.")),
    (19, 41, Step::Staff("upstream said provider \"unaware of any issues\"")),
    (
        20,
        5,
        Step::Report("carla", "pottery.example", "the dashboard does not load without refreshing"),
    ),
    (20, 20, Step::Staff("tried \"rebooted s2: no change\"")),
    (
        20,
        40,
        Step::Narrate("The provider writes: a bad network switch, emergency maintenance at 22:00."),
    ),
    (
        20,
        41,
        Step::Staff(
            "upstream said provider \"we have narrowed it down to a bad network switch; emergency maintenance tonight at 10pm\"",
        ),
    ),
    (
        20,
        42,
        Step::Staff(
            "incident update 1 \"Our network provider has found a faulty switch in front of Server One and Server Two. It will be replaced tonight at 22:00 EDT. Until then, pages may load slowly or fail now and then; a refresh usually helps. Your data is safe.\" --state identified --publish",
        ),
    ),
    (22, 0, Step::Narrate("22:00: the switch is taken out. Both servers are offline.")),
    (22, 0, Step::Lose(1.0)),
    (
        22,
        1,
        Step::Staff(
            "incident update 1 \"The switch is being replaced now. Server One and Server Two are offline for the length of this work.\" --publish",
        ),
    ),
    (22, 9, Step::Narrate("22:09: the new switch is in.")),
    (22, 9, Step::Lose(0.0)),
    (22, 10, Step::Staff("note \"new switch in place since 22:09\"")),
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
}

impl Narrator {
    /// Tells the whole day.
    pub async fn tell(&self) -> anyhow::Result<()> {
        for (number, (hour, minute, step)) in DAY.iter().enumerate() {
            self.clock.sleep_until(at(*hour, *minute)).await;
            match step {
                Step::Narrate(words) => self.screen.narrate(words),
                Step::Lose(share) => self.switch.lose(*share),
                Step::Report(person, domain, text) => {
                    self.report(number, (person, domain, text)).await?;
                }
                Step::Staff(text) => {
                    self.staff(text).await?;
                }
            }
        }
        Ok(())
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
