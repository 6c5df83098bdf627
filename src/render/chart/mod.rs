//! A chart of an incident: how many checks of each server fail over time, and, for staff's eyes, how
//! many reports came in. Who may see it is for whoever names its rows. Pure: the same data and words give the same bytes.
//!
//! Made for a phone in a dark chat: few lines, large type, colours and dashes that are told apart
//! without red and green. Must not: read a font of the machine, or know where the picture goes.
//! Start at [`Chart::svg`] for the drawing, [`png`] for the picture, [`Chart::alt`] for who cannot
//! see it.

mod png;
mod scale;
mod svg;

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::domain::Timestamp;

use super::{Facts, Words, clock_time, list, percent};

pub use png::{PICTURE_HEIGHT_PX, PICTURE_WIDTH_PX, png};

/// Servers that are drawn; the rest are told as a number.
pub const SERVERS_DRAWN_MAX: usize = 6;
/// A point is the share of failing checks over so many minutes: one minute has too few.
const SMOOTHED_OVER_MINUTES: usize = 5;

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// When the first minute begins.
    pub from: Timestamp,
    /// The zone that its times are told in.
    pub timezone: Tz,
    /// A row a server, the most important first.
    pub servers: Vec<Row>,
}

/// One server by the minute, oldest first: three rows of the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What its readers call it.
    pub name: String,
    /// Checks of it in each minute.
    pub checks: Vec<u32>,
    /// Of these, failed or late.
    pub bad: Vec<u32>,
    /// Reports about it.
    pub reports: Vec<u32>,
}

impl Row {
    /// The share of failing checks at the end of each minute, 0 to 1; `None` where nothing was
    /// measured.
    fn shares(&self) -> Vec<Option<f64>> {
        let share = |end: usize| {
            let window = (end + 1).saturating_sub(SMOOTHED_OVER_MINUTES)..=end;
            let sum = |row: &[u32]| {
                row.get(window.clone())
                    .unwrap_or_default()
                    .iter()
                    .copied()
                    .map(u64::from)
                    .sum::<u64>()
            };
            let (checks, bad) = (sum(&self.checks), sum(&self.bad));
            (checks > 0).then(|| (bad as f64 / checks as f64).min(1.0))
        };
        (0..self.checks.len()).map(share).collect()
    }
}

impl Chart {
    fn minutes(&self) -> usize {
        self.servers.iter().map(|row| row.checks.len()).max().unwrap_or(0)
    }

    fn drawn(&self) -> &[Row] {
        &self.servers[..self.servers.len().min(SERVERS_DRAWN_MAX)]
    }

    fn time(&self, minute: usize) -> Timestamp {
        self.from + TimeDelta::minutes(i64::try_from(minute).unwrap_or(0))
    }

    /// Reports about the drawn servers in each minute.
    fn reports(&self) -> Vec<u32> {
        let of_minute = |minute: usize| {
            let all = self.drawn().iter().filter_map(|row| row.reports.get(minute));
            all.fold(0, |sum: u32, more| sum.saturating_add(*more))
        };
        (0..self.minutes()).map(of_minute).collect()
    }

    /// The same in words, in one paragraph.
    pub fn alt(&self, words: &Words, language: &str) -> String {
        let reports = self.reports().iter().fold(0, |sum: u32, more| sum.saturating_add(*more));
        let facts = self.measured(words, language).number("reports", reports);
        words.say(language, "chart-alt", &facts)
    }

    /// What was measured in words, for everybody: reports are not spoken of.
    pub fn public_alt(&self, words: &Words, language: &str) -> String {
        words.say(language, "chart-alt-public", &self.measured(words, language))
    }

    fn measured(&self, words: &Words, language: &str) -> Facts {
        let servers: Vec<String> =
            self.drawn().iter().map(|row| alt_of(row, words, language)).collect();
        Facts::new()
            .text("from", clock_time(self.from, self.timezone))
            .text("until", clock_time(self.time(self.minutes()), self.timezone))
            .text("servers", list(words, language, &servers))
    }
}

fn alt_of(row: &Row, words: &Words, language: &str) -> String {
    let shares = row.shares();
    let facts = Facts::new().text("server", row.name.clone());
    let most = shares.iter().flatten().copied().fold(0.0, f64::max);
    match shares.last().copied().flatten() {
        Some(now) => {
            let facts = facts.text("now", percent(now)).text("most", percent(most));
            words.say(language, "chart-alt-server", &facts)
        }
        None => words.say(language, "chart-alt-server-unmeasured", &facts),
    }
}

#[cfg(test)]
mod tests;
