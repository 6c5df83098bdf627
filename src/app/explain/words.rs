//! The evidence of a moment in words, for a terminal.

use chrono::TimeDelta;

use crate::{
    app::table::{Side, aligned},
    domain::{Alternative, Fleet, ServerEvidence},
    engine::{Chart, ClassEvidence, Explained, ServerChart, Standing},
    render::{Facts, Words, clock_time, date_time, list, percent, span},
};

/// Rows of each table at most.
const ROWS_MAX: usize = 20;
/// Members of a class that are named at most.
const MEMBERS_MAX: usize = 6;
/// Minutes of the chart, and servers in it, at most.
const MINUTES_SHOWN: usize = 60;
const CHARTED_MAX: usize = 12;
/// From here on, a span of time is "more than 100 years", in seconds.
const LONG_S: f64 = 100.0 * 365.0 * 86_400.0;
/// Shares of bad checks from none to all.
const BARS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// All of it: what stands, what else is weighed, what was measured.
pub fn told(words: &Words, language: &str, fleet: &Fleet, explained: &Explained) -> String {
    let teller = Teller { words, language, fleet };
    let weighed = &explained.weighed;
    let mut parts = vec![teller.title(explained)];
    parts.extend(weighed.blind.iter().map(|vantage| {
        teller.say("explained-blind", Facts::new().text("vantage", vantage.clone()))
    }));
    parts.extend(explained.standing.iter().map(|standing| teller.standing(standing)));
    if explained.standing.is_empty() {
        parts.push(teller.say("explained-nothing-stands", Facts::new()));
    }
    parts.push(teller.total(explained));
    parts.extend(teller.classes(&weighed.classes));
    parts.extend(teller.targets(explained));
    parts.extend(teller.reports(explained));
    parts.extend(teller.published(explained));
    parts.extend(teller.chart(&explained.chart));
    parts.join("\n\n")
}

struct Teller<'a> {
    words: &'a Words,
    language: &'a str,
    fleet: &'a Fleet,
}

impl Teller<'_> {
    fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(self.language, key, &facts)
    }

    fn head<const N: usize>(&self, columns: [&str; N]) -> Vec<String> {
        let say = |column: &str| self.say("explained-column", Facts::new().text("column", column));
        columns.map(say).to_vec()
    }

    fn title(&self, explained: &Explained) -> String {
        let at = date_time(self.words, self.language, explained.at, self.fleet.timezone);
        self.say("explained-title", Facts::new().text("time", at))
    }

    fn standing(&self, standing: &Standing) -> String {
        let suspicion = &standing.suspicion;
        let raised = clock_time(standing.raised_at, self.fleet.timezone);
        let facts = Facts::new()
            .text("id", suspicion.id.to_string())
            .text("raised", raised)
            .text("explanation", suspicion.explanation.clone());
        let mut lines = vec![self.say("explained-suspicion", facts)];
        let columns = ["server", "bad", "checks", "failed", "slow", "normal", "people"];
        let mut rows = vec![self.head(columns)];
        rows.extend(suspicion.evidence.iter().take(ROWS_MAX).map(|row| self.evidence(row)));
        let sides = sides("lrrrrrr");
        lines.push(aligned(&sides, &rows));
        let others: Vec<String> =
            suspicion.alternatives.iter().map(|other| self.alternative(other)).collect();
        if !others.is_empty() {
            let others = list(self.words, self.language, &others);
            lines.push(self.say("explained-alternatives", Facts::new().text("list", others)));
        }
        lines.join("\n")
    }

    fn evidence(&self, row: &ServerEvidence) -> Vec<String> {
        let key = if row.affected { "explained-affected" } else { "explained-healthy" };
        vec![
            self.say(key, Facts::new().text("server", row.server.to_string())),
            share(row.failed + row.slow, row.checks),
            row.checks.to_string(),
            row.failed.to_string(),
            row.slow.to_string(),
            percent(row.normal_loss),
            row.people.to_string(),
        ]
    }

    fn alternative(&self, other: &Alternative) -> String {
        let name = match other.id.is_empty() {
            true => self.say("explain-nothing", Facts::new()),
            false => self.member(&other.kind, &other.id),
        };
        let facts = Facts::new().text("name", name).percent("probability", other.probability);
        self.say("explained-alternative", facts)
    }

    fn member(&self, kind: &str, id: &str) -> String {
        let kind = self.say("kind", Facts::new().text("kind", kind));
        self.say("explained-member", Facts::new().text("id", id).text("kind", kind))
    }

    fn total(&self, explained: &Explained) -> String {
        let weighed = &explained.weighed;
        let facts = Facts::new()
            .text("evidence", self.long(weighed.evidence_s))
            .text("alarm", self.long(weighed.alarm_s))
            .text("heads_up", self.long(weighed.heads_up_s));
        self.say("explained-total", facts)
    }

    /// A span that may be no span any more.
    fn long(&self, seconds: f64) -> String {
        if seconds >= LONG_S {
            return self.say("explained-long", Facts::new());
        }
        // Below 100 years it fits.
        span(self.words, self.language, seconds.max(0.0) as u64)
    }

    fn classes(&self, classes: &[ClassEvidence]) -> Option<String> {
        if classes.is_empty() {
            return None;
        }
        let mut rows = vec![self.head(["score", "evidence", "servers", "probes", "hypothesis"])];
        rows.extend(classes.iter().take(ROWS_MAX).map(|class| {
            vec![
                class.score.map_or_else(String::new, |score| format!("{score:.1}")),
                self.long(class.evidence_s),
                class.servers.to_string(),
                class.targets.to_string(),
                self.hypothesis(class),
            ]
        }));
        let title = self.say("explained-classes", Facts::new());
        Some(format!("{title}\n{}", aligned(&sides("rrrrl"), &rows)))
    }

    fn hypothesis(&self, class: &ClassEvidence) -> String {
        let shown = class.members.iter().take(MEMBERS_MAX);
        let mut names: Vec<String> = shown.map(|one| self.member(&one.kind, &one.id)).collect();
        let more = class.members.len().saturating_sub(MEMBERS_MAX);
        if more > 0 {
            names.push(self.say("explained-more", Facts::new().number("count", more as f64)));
        }
        let names = list(self.words, self.language, &names);
        let key = if class.suspected { "explained-suspected" } else { "explained-weighed" };
        self.say(key, Facts::new().text("names", names))
    }

    fn targets(&self, explained: &Explained) -> Option<String> {
        let targets = &explained.weighed.targets;
        if targets.is_empty() {
            return None;
        }
        let columns = ["probe", "bad", "checks", "failed", "slow", "normal"];
        let mut rows = vec![self.head(columns)];
        rows.extend(targets.iter().take(ROWS_MAX).map(|row| {
            vec![
                row.probe.to_string(),
                share(row.failed + row.slow, row.checks),
                row.checks.to_string(),
                row.failed.to_string(),
                row.slow.to_string(),
                percent(row.normal_loss),
            ]
        }));
        let title = self.say("explained-targets", Facts::new());
        Some(format!("{title}\n{}", aligned(&sides("lrrrrr"), &rows)))
    }

    fn reports(&self, explained: &Explained) -> Option<String> {
        let reports = &explained.weighed.reports;
        if reports.is_empty() {
            return None;
        }
        let skipped = reports.len().saturating_sub(ROWS_MAX);
        let rows: Vec<Vec<String>> = reports
            .iter()
            .skip(skipped)
            .map(|report| {
                let time = clock_time(report.at, self.fleet.timezone);
                vec![time, report.server.to_string()]
            })
            .collect();
        let title =
            self.say("explained-reports", Facts::new().number("count", reports.len() as f64));
        Some(format!("{title}\n{}", aligned(&sides("ll"), &rows)))
    }

    /// What providers publish that counts, a line each.
    fn published(&self, explained: &Explained) -> Option<String> {
        let rows = explained.weighed.published.iter().take(ROWS_MAX);
        let lines: Vec<String> = rows
            .map(|row| {
                let id = row.component.as_str();
                let component = self.fleet.components.iter().find(|one| one.id == row.component);
                let kind = component.map_or("other", |one| one.kind.word());
                let until = date_time(self.words, self.language, row.until, self.fleet.timezone);
                let facts = Facts::new()
                    .text("component", self.member(kind, id))
                    .text("notice", row.notice.to_string())
                    .number("times", row.times)
                    .text("until", until);
                self.say("explained-published", facts)
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// The last hour of each server, a character a minute.
    fn chart(&self, chart: &Chart) -> Option<String> {
        let shown = chart.minutes.min(MINUTES_SHOWN);
        let skipped = chart.minutes - shown;
        let rows: Vec<Vec<String>> = chart
            .servers
            .iter()
            .take(CHARTED_MAX)
            .map(|row| vec![row.server.to_string(), bars(row, skipped), reported(row, skipped)])
            .collect();
        if rows.is_empty() {
            return None;
        }
        let from = chart.from + TimeDelta::minutes(i64::try_from(skipped).unwrap_or(0));
        let facts = Facts::new().time("from", from, self.fleet.timezone);
        Some(format!("{}\n{}", self.say("explained-chart", facts), aligned(&sides("lll"), &rows)))
    }
}

fn sides(letters: &str) -> Vec<Side> {
    letters.chars().map(|one| if one == 'l' { Side::Left } else { Side::Right }).collect()
}

fn share(bad: u32, checks: u32) -> String {
    if checks == 0 { "–".to_owned() } else { percent(f64::from(bad) / f64::from(checks)) }
}

fn bars(row: &ServerChart, skipped: usize) -> String {
    let minutes = row.bad.iter().zip(&row.checks).skip(skipped);
    minutes.map(|(bad, checks)| bar(*bad, *checks)).collect()
}

fn bar(bad: u32, checks: u32) -> char {
    if checks == 0 {
        return ' ';
    }
    let top = BARS.len() - 1;
    let height = (f64::from(bad) / f64::from(checks) * top as f64).ceil() as usize;
    BARS[height.min(top)]
}

/// People by the minute, where there were any.
fn reported(row: &ServerChart, skipped: usize) -> String {
    let minutes = row.reports.iter().skip(skipped);
    if minutes.clone().all(|people| *people == 0) {
        return String::new();
    }
    minutes
        .map(|people| char::from_digit((*people).min(9), 10).filter(|_| *people > 0).unwrap_or('·'))
        .collect()
}
