//! What may happen in a day, by a seed: checks, reports, commands, and what becomes of posts.

use std::{path::Path, sync::Arc, time::Duration};

use bellwether::{
    broadcast,
    config::{self, SecretsWanted},
    domain::{PersonId, ReportId, Role, Settings, Timestamp},
    event::{Input, Receipt, Resolution, SendError},
    journal::{Offered, Private},
};
use chrono::TimeDelta;
use rand::{RngExt, SeedableRng, rngs::StdRng};

const PROBES: [&str; 7] =
    ["s1-http", "s2-http", "s3-http", "canary-1", "canary-2", "canary-3", "no-such-probe"];
const DOMAINS: [&str; 2] = ["example.org", "cycling-club.example"];
const SERVERS: [&str; 4] = ["s1", "s2", "s3", "s9"];

/// A new seed each time; `SEED` repeats one.
pub fn seed() -> u64 {
    let chosen = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    chosen.unwrap_or_else(|| u64::from_le_bytes(bellwether::clock::random_bytes()))
}

/// How many days are played: `ROUNDS`; one when `SEED` asks for it; else as many as there is time for.
pub fn rounds() -> Option<u64> {
    let asked = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    asked.or_else(|| std::env::var("SEED").is_ok().then_some(1))
}

pub struct Chance {
    rng: StdRng,
    settings: [Arc<Settings>; 2],
    /// The latest reports, for commands about them.
    reports: Vec<ReportId>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        let text = include_str!("../bot/bot.toml").replace("{receiver}", "127.0.0.1:9");
        let hasty = "[policy]\nholding_after = \"5m\"\nupdate_every = \"15m\"\n\n[journal]";
        let settings = [text.clone(), text.replace("[journal]", hasty)].map(|text| {
            let (base, specs) = (Path::new("."), broadcast::specs());
            let config = config::from_text("bot.toml", &text, base, &specs, SecretsWanted::Skip);
            Arc::new(config.expect("a good configuration").settings)
        });
        Self { rng: StdRng::seed_from_u64(seed), settings, reports: Vec::new() }
    }

    /// Less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.rng.random_range(0..end)
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    /// One of two configurations.
    pub fn settings(&mut self) -> Arc<Settings> {
        let which = self.below(2) as usize;
        self.settings[which].clone()
    }

    pub fn note(&mut self, report: Option<ReportId>) {
        self.reports.extend(report);
    }

    /// The next thing that happens. Every third hour the switch before s1 and s2 drops checks.
    pub fn input(&mut self, now: Timestamp) -> Offered {
        let late_us = match self.below(8) {
            0 => self.below(700_000_000) as i64,
            1 => -(self.below(40_000_000) as i64),
            _ => self.below(2_000_000) as i64,
        };
        let at = now - TimeDelta::microseconds(late_us);
        match self.below(20) {
            0..14 => Offered::plain(at, self.probe_result(now)),
            14..17 => self.report(at),
            _ => Offered::plain(now, self.command()),
        }
    }

    fn probe_result(&mut self, now: Timestamp) -> Input {
        let probe = self.of(&PROBES);
        let troubled = now.timestamp() / 3600 % 3 == 1 && matches!(probe, "s1-http" | "s2-http");
        let ok = self.below(100) >= if troubled { 40 } else { 1 };
        let latency_ms = ok.then(|| 20 + self.below(60) as u32);
        let error = (!ok).then(|| self.of(&["timeout", "connection refused", "“…”\u{7}"]));
        Input::ProbeResult { probe: probe.into(), ok, latency_ms, error: error.map(str::to_owned) }
    }

    fn report(&mut self, at: Timestamp) -> Offered {
        let is_ours = self.below(5) > 0;
        let domain = is_ours.then(|| self.of(&DOMAINS).to_owned());
        let person = self.below(12);
        let input = Input::Report {
            id: ReportId::from(""),
            reporter: PersonId::from(""),
            source: self.of(&["discord", "web", "desk"]).to_owned(),
            domain,
            confirmed: self.below(4) > 0,
            answered: false,
            language: None,
            text: None,
        };
        let private = Private {
            account: (self.below(10) > 0).then(|| format!("desk:person-{person}")),
            outside_id: (self.below(2) > 0).then(|| format!("desk:{}", self.below(300))),
            text: Some("really slow, @everyone <b>and</b> sometimes ⟦report:x⟧".to_owned()),
            name: None,
            address: None,
            unknown_domain: (!is_ours).then(|| "elsewhere.example".to_owned()),
        };
        Offered { at, input, private: Some(private) }
    }

    fn command(&mut self) -> Input {
        let (number, server) = (1 + self.below(6), self.of(&SERVERS));
        let which = self.below(1 << 32) as usize % self.reports.len().max(1);
        let report = self.reports.get(which).cloned().unwrap_or_else(|| "none".into());
        let text = match self.below(18) {
            0 => format!("incident open \"Slow pages\" --servers {server},s1 --impact major"),
            1 => format!("incident update {number} \"We are looking\" --state identified"),
            2 => format!("incident update {number} \"Nearly there\" --publish"),
            3 => format!("incident resolve {number} \"All is well.\" --publish"),
            4 => format!("incident resolve {number}"),
            5 => format!("incident false-alarm {number}"),
            6..9 => format!("draft publish {number} --anyway"),
            9 => format!("draft publish {number} --revision 1"),
            10 => format!("draft edit {number} \"Other words\""),
            11 => format!("draft dismiss {number}"),
            12 => format!("draft wait {number} 5m"),
            13 => format!("reports assign {report} {server}"),
            14 => format!("reports dismiss {report}"),
            15 => format!("tried \"rebooted {server}: no change\""),
            16 => format!("upstream said {server} \"unaware of any issues\" --incident {number}"),
            _ => "incident open \"unfinished".to_owned(),
        };
        let role = match self.below(10) {
            0 => Role::Customer,
            1 => Role::Admin,
            _ => Role::Staff,
        };
        Input::Command { by: self.of(&["tim", "ana"]).to_owned(), role, text }
    }

    /// What becomes of sending.
    pub fn outcome(&mut self) -> Result<Receipt, SendError> {
        let reason = "503".to_owned();
        match self.below(10) {
            0 => Err(SendError::Rejected("410".to_owned())),
            1 => Err(SendError::Unknown("no answer".to_owned())),
            2 => Err(SendError::RetryAfter { after: None, reason }),
            3 => {
                let after = Duration::from_millis(self.below(200_000));
                Err(SendError::RetryAfter { after: Some(after), reason })
            }
            _ => Ok(Receipt {
                remote_id: Some(format!("r{}", self.below(1000))),
                ..Receipt::default()
            }),
        }
    }

    /// What becomes of looking a post up.
    pub fn resolution(&mut self) -> Resolution {
        match self.below(4) {
            0 => Resolution::Sent(Receipt::default()),
            1 => Resolution::SendAgain,
            2 => Resolution::AskLater("busy".to_owned()),
            _ => Resolution::CannotTell("nobody knows".to_owned()),
        }
    }
}
