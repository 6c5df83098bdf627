//! The evidence packet: what a provider's ticket desk must read to look in the right place.
//!
//! Plain text out of the records and the minute counts: which servers and addresses, how bad, since
//! when, what is healthy beside them, what was tried, what the provider said. It leaves the house:
//! no name of a person and no words of a customer stand in it. Must not: change anything. Start at
//! [`packet`].

use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::{
    domain::{
        Component, ComponentKind, IncidentId, Limits, ServerEvidence, ServerId, TextUnit, Timestamp,
    },
    event::TimelineKind,
    render::{self, Facts},
};

use super::{
    answer::Look,
    explain::{CHART_MINUTES_MAX, Chart},
    records::{Incident, Moment, Step},
    speech::Speech,
};

/// The longest packet in short, which fits one message of a chat, in characters.
const SHORT_LENGTH_MAX: u32 = 2000;
/// The longest one in full, in characters.
const FULL_LENGTH_MAX: u32 = 16_000;
/// How long before an incident's opening what staff noted belongs to it.
const DIARY_REACH: TimeDelta = TimeDelta::hours(12);
/// Servers that are looked at for healthy ones.
const NEIGHBOURS_MAX: usize = 50;
/// The longest note that is quoted, in characters.
const NOTE_LENGTH_MAX: u32 = 200;

/// A server of a packet, by staff's name, and its address as the fleet file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketAddress {
    /// Staff's name for it.
    pub server: String,
    /// Any text that somebody took for an address.
    pub address: String,
}

/// When something was said or done, and what.
type Note = (Timestamp, String);

/// How much of each part is told.
#[derive(Clone, Copy)]
struct Measure {
    servers: usize,
    healthy: usize,
    notes: usize,
    cells: usize,
}

/// The short packet, made shorter until it fits.
const SHORT: [Measure; 4] = [
    Measure { servers: 8, healthy: 4, notes: 6, cells: 12 },
    Measure { servers: 6, healthy: 3, notes: 4, cells: 12 },
    Measure { servers: 4, healthy: 2, notes: 2, cells: 8 },
    Measure { servers: 3, healthy: 1, notes: 1, cells: 6 },
];
const FULL: Measure = Measure { servers: 50, healthy: 12, notes: 40, cells: CHART_MINUTES_MAX };

/// The packet of an incident: the one that is named, else the only open one.
pub(super) fn packet(
    speech: &Speech<'_>,
    incident: Option<IncidentId>,
    in_full: bool,
    look: &Look<'_>,
) -> String {
    let incident = match find(speech, incident) {
        Ok(incident) => incident,
        Err(why) => return why,
    };
    let writer = Writer::new(speech, incident, look);
    let length_max = if in_full { FULL_LENGTH_MAX } else { SHORT_LENGTH_MAX };
    let limits = Limits::of(length_max, TextUnit::Characters);
    let measures = if in_full { &[FULL][..] } else { &SHORT[..] };
    let mut text = String::new();
    for measure in measures {
        text = writer.text(*measure);
        if render::length(&text, &limits) <= length_max as usize {
            return text;
        }
    }
    render::fit(&text, &limits)
}

fn find<'r>(speech: &Speech<'r>, named: Option<IncidentId>) -> Result<&'r Incident, String> {
    let records = speech.records;
    if let Some(id) = named {
        let no_such = || speech.say("reply-no-incident", Facts::new().text("id", id.to_string()));
        return records.incidents.get(&id).ok_or_else(no_such);
    }
    let open: Vec<&Incident> = records.open_incidents().collect();
    match open.as_slice() {
        [only] => Ok(only),
        [] => Err(speech.say("packet-no-incident", Facts::new())),
        several => {
            let ids: Vec<String> = several.iter().map(|one| one.id.to_string()).collect();
            Err(speech.say("packet-several", Facts::new().text("ids", ids.join(", "))))
        }
    }
}

/// What a packet is about.
struct Concerned<'a> {
    causes: Vec<&'a Component>,
    providers: Vec<&'a Component>,
    servers: Vec<ServerId>,
}

fn concerned<'a>(speech: &'a Speech<'_>, incident: &Incident) -> Concerned<'a> {
    let fleet = speech.fleet();
    let record = incident.suspicion.map(|id| speech.records.alias(id));
    let suspicion = record.and_then(|id| speech.records.suspicions.get(&id));
    let ids: Vec<&str> = suspicion
        .map(|record| record.suspicion.causes.iter().map(|cause| cause.id.as_str()).collect())
        .unwrap_or_default();
    let causes: Vec<&Component> =
        fleet.components.iter().filter(|one| ids.contains(&one.id.as_str())).collect();
    let is_provider = |one: &&Component| one.kind == ComponentKind::Provider;
    let own: Vec<&crate::domain::Server> =
        fleet.servers.iter().filter(|one| incident.servers.contains(&one.id)).collect();
    let is_above = |one: &&Component| {
        causes.iter().any(|cause| fleet.is_at_or_below(&cause.id, &one.id))
            || (causes.is_empty() && own.iter().any(|server| fleet.is_behind(server, &one.id)))
    };
    let providers: Vec<&Component> =
        fleet.components.iter().filter(is_provider).filter(is_above).collect();
    let is_theirs = |server: &&&crate::domain::Server| {
        providers.is_empty() || providers.iter().any(|one| fleet.is_behind(server, &one.id))
    };
    let servers = own.iter().filter(is_theirs).map(|server| server.id.clone()).collect();
    Concerned { causes, providers, servers }
}

/// The addresses of the servers that the packet of an incident is about; `None` where there is no
/// such packet.
pub(super) fn addresses(
    speech: &Speech<'_>,
    incident: Option<IncidentId>,
) -> Option<Vec<PacketAddress>> {
    let incident = find(speech, incident).ok()?;
    let servers = concerned(speech, incident).servers;
    let theirs = speech.fleet().servers.iter().filter(|server| servers.contains(&server.id));
    let addressed = theirs.filter_map(|server| {
        let name = speech.staff_name(server.id.as_str());
        Some(PacketAddress { server: name, address: server.address.clone()? })
    });
    Some(addressed.collect())
}

struct Writer<'a> {
    speech: &'a Speech<'a>,
    incident: &'a Incident,
    look: &'a Look<'a>,
    /// The components that are suspected, and the providers above them.
    causes: Vec<&'a Component>,
    providers: Vec<&'a Component>,
    /// The incident's servers that are with these providers.
    servers: Vec<ServerId>,
}

impl<'a> Writer<'a> {
    fn new(speech: &'a Speech<'a>, incident: &'a Incident, look: &'a Look<'a>) -> Self {
        let Concerned { causes, providers, servers } = concerned(speech, incident);
        Self { speech, incident, look, causes, providers, servers }
    }

    fn text(&self, measure: Measure) -> String {
        let mut lines = vec![self.title(), self.cause()];
        lines.extend(self.reference());
        lines.extend(self.affected(measure));
        lines.extend(self.table(measure));
        lines.extend(self.healthy(measure));
        lines.extend(self.vantages());
        let (tried, said) = self.notes();
        lines.extend(self.quoted("packet-tried", &tried, measure.notes));
        lines.extend(self.quoted("packet-said", &said, measure.notes));
        lines.push(self.say("packet-question", Facts::new()));
        if self.providers.len() > 1 {
            let names: Vec<String> =
                self.providers.iter().map(|one| self.speech.staff_name(one.id.as_str())).collect();
            let facts = Facts::new().text("list", self.speech.list(&names));
            lines.push(self.say("packet-several-providers", facts));
        }
        lines.join("\n")
    }

    /// The provider's own zone, where it is known, else ours.
    fn timezone(&self) -> Tz {
        let own = self.providers.iter().find_map(|one| one.timezone);
        own.unwrap_or(self.speech.timezone())
    }

    fn title(&self) -> String {
        let timezone = self.timezone();
        let local = if timezone == Tz::UTC {
            String::new()
        } else {
            let time = render::clock_time(self.incident.since, timezone);
            self.say("packet-local", Facts::new().text("time", time))
        };
        let facts = Facts::new()
            .text("host", self.speech.fleet().name.clone())
            .text("now", self.utc(self.look.now))
            .text("since", self.near_utc(self.incident.since))
            .text("local", local);
        self.say("packet-title", facts)
    }

    fn cause(&self) -> String {
        let record = self.incident.suspicion.map(|id| self.speech.records.alias(id));
        let suspicion = record.and_then(|id| self.speech.records.suspicions.get(&id));
        let Some(record) = suspicion else {
            return self.say("packet-cause-none", Facts::new());
        };
        let facts = Facts::new()
            .text("names", self.speech.list(&self.speech.cause_names(&record.suspicion.causes)))
            .percent("probability", record.suspicion.probability());
        self.say("packet-cause", facts)
    }

    /// Circuits and accounts by which the provider knows what is suspected.
    fn reference(&self) -> Option<String> {
        let circuits = self.causes.iter().flat_map(|one| &one.circuits);
        let accounts = self.causes.iter().chain(&self.providers).flat_map(|one| &one.accounts);
        let mut list: Vec<String> = Vec::new();
        for reference in circuits.chain(accounts) {
            if !list.contains(reference) && list.len() < 8 {
                list.push(reference.clone());
            }
        }
        let facts = Facts::new().text("list", self.speech.list(&list));
        (!list.is_empty()).then(|| self.say("packet-reference", facts))
    }

    fn affected(&self, measure: Measure) -> Vec<String> {
        let shown = &self.servers[..self.servers.len().min(measure.servers)];
        let rows = self.rows(shown);
        let mut lines = vec![self.say("packet-servers", Facts::new())];
        lines.extend(shown.iter().map(|server| {
            let row = rows.iter().find(|row| row.server == *server);
            format!("- {}", self.server(server, row))
        }));
        let more = self.servers.len() - shown.len();
        if more > 0 {
            lines.push(self.say("packet-more", Facts::new().number("count", more as f64)));
        }
        lines
    }

    /// The evidence of this moment; where there is none, that of when it was last said.
    fn rows(&self, servers: &[ServerId]) -> Vec<ServerEvidence> {
        let fresh = (self.look.fresh)(servers);
        if !fresh.is_empty() {
            return fresh;
        }
        let told = self.speech.records.suspicion_of(self.incident);
        told.map(|record| record.suspicion.evidence.clone()).unwrap_or_default()
    }

    fn server(&self, server: &ServerId, row: Option<&ServerEvidence>) -> String {
        let fleet = self.speech.fleet();
        let address = fleet.servers.iter().find(|one| one.id == *server);
        let address = address.and_then(|one| one.address.clone()).map_or_else(String::new, |one| {
            self.say("packet-address", Facts::new().text("address", one))
        });
        let people = row.map_or(0, |row| row.people);
        let people = self.say("packet-people", Facts::new().number("people", people));
        let facts = Facts::new()
            .text("server", self.speech.staff_name(server.as_str()))
            .text("address", address)
            .text("people", people);
        match row.filter(|row| row.checks > 0) {
            Some(row) => {
                let facts = facts
                    .number("bad", row.failed + row.slow)
                    .number("checks", row.checks)
                    .number("failed", row.failed)
                    .number("slow", row.slow)
                    .percent("normal", row.normal_loss);
                self.say("packet-server", facts)
            }
            None => self.say("packet-server-uncounted", facts),
        }
    }

    /// Bad of all checks, a row a server, over the time since it began as far as it is counted.
    fn table(&self, measure: Measure) -> Vec<String> {
        let since = (self.look.now - self.incident.since).num_minutes().max(0);
        let wanted = usize::try_from(since).unwrap_or(CHART_MINUTES_MAX) + 5;
        let minutes = wanted.clamp(10, CHART_MINUTES_MAX);
        let step = step(minutes, measure.cells);
        let shown = &self.servers[..self.servers.len().min(measure.servers)];
        let chart = (self.look.chart)(shown, minutes.div_ceil(step) * step);
        let is_counted =
            chart.servers.iter().any(|row| row.checks.iter().any(|checks| *checks > 0));
        if !is_counted {
            return vec![self.say("packet-table-none", Facts::new())];
        }
        let facts =
            Facts::new().number("minutes", step as f64).text("from", self.near_utc(chart.from));
        let mut lines = vec![self.say("packet-table", facts)];
        lines.extend(self.table_rows(&chart, step));
        lines
    }

    fn table_rows(&self, chart: &Chart, step: usize) -> Vec<String> {
        let row = |row: &super::ServerChart| {
            let cells: Vec<String> = row
                .checks
                .chunks(step)
                .zip(row.bad.chunks(step))
                .map(|(checks, bad)| match checks.iter().sum::<u32>() {
                    0 => "–".to_owned(),
                    checks => format!("{}/{checks}", bad.iter().sum::<u32>()),
                })
                .collect();
            let facts = Facts::new()
                .text("server", self.speech.staff_name(row.server.as_str()))
                .text("cells", cells.join(" "));
            self.say("packet-table-row", facts)
        };
        chart.servers.iter().map(row).collect()
    }

    /// Healthy servers, those of the same provider first.
    fn healthy(&self, measure: Measure) -> Option<String> {
        let fleet = self.speech.fleet();
        let mut others: Vec<&crate::domain::Server> =
            fleet.servers.iter().filter(|one| !self.incident.servers.contains(&one.id)).collect();
        others.sort_by_key(|server| {
            !self.providers.iter().any(|provider| fleet.is_behind(server, &provider.id))
        });
        let ids: Vec<ServerId> =
            others.iter().take(NEIGHBOURS_MAX).map(|server| server.id.clone()).collect();
        let rows = self.rows(&ids);
        let list: Vec<String> = rows
            .iter()
            .filter(|row| {
                !self.incident.servers.contains(&row.server) && !row.affected && row.checks > 0
            })
            .take(measure.healthy)
            .map(|row| {
                let facts = Facts::new()
                    .text("server", self.speech.staff_name(row.server.as_str()))
                    .number("bad", row.failed + row.slow)
                    .number("checks", row.checks);
                self.say("packet-healthy-row", facts)
            })
            .collect();
        let facts = Facts::new().text("list", self.speech.list(&list));
        (!list.is_empty()).then(|| self.say("packet-healthy", facts))
    }

    /// Where the checks run from, and that this is not where the trouble is.
    fn vantages(&self) -> Vec<String> {
        let probes = &self.speech.fleet().probes;
        let mut seeing: Vec<String> = Vec::new();
        for probe in probes.iter().filter(|probe| {
            probe.server.as_ref().is_some_and(|server| self.servers.contains(server))
        }) {
            if !seeing.contains(&probe.vantage) {
                seeing.push(probe.vantage.clone());
            }
        }
        let blind = &self.speech.records.blind;
        let (left_out, seeing): (Vec<String>, Vec<String>) =
            seeing.into_iter().partition(|vantage| blind.contains(vantage));
        let has_canary = |vantage: &String| {
            probes.iter().any(|probe| probe.is_canary() && probe.vantage == *vantage)
        };
        let key = if seeing.iter().all(has_canary) {
            "packet-vantages-canaries"
        } else {
            "packet-vantages"
        };
        [(key, seeing), ("packet-blind", left_out)]
            .into_iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(key, list)| self.say(key, Facts::new().text("list", self.speech.list(&list))))
            .collect()
    }

    /// What was tried, and what this provider said, oldest first.
    fn notes(&self) -> (Vec<Note>, Vec<Note>) {
        let before = self.incident.opened_at - DIARY_REACH..self.incident.opened_at;
        let diary = self.speech.records.diary.iter().filter(|moment| before.contains(&moment.at));
        let (mut tried, mut said) = (Vec::new(), Vec::new());
        for Moment { at, step } in diary.chain(&self.incident.story) {
            let Step::Told { kind, text, .. } = step else { continue };
            match kind {
                TimelineKind::Tried => tried.push((*at, text.clone())),
                TimelineKind::UpstreamSaid if self.is_theirs(text) => {
                    said.push((*at, text.clone()))
                }
                TimelineKind::UpstreamSaid | TimelineKind::Note => {}
            }
        }
        (tried, said)
    }

    /// What one provider said is not another's to read.
    fn is_theirs(&self, text: &str) -> bool {
        self.providers.iter().any(|one| text.starts_with(&self.speech.staff_name(one.id.as_str())))
    }

    /// The newest notes under a heading.
    fn quoted(&self, key: &str, notes: &[Note], notes_max: usize) -> Vec<String> {
        let newest = &notes[notes.len().saturating_sub(notes_max)..];
        if newest.is_empty() {
            return Vec::new();
        }
        let limits = Limits::of(NOTE_LENGTH_MAX, TextUnit::Characters);
        let mut lines = vec![self.say(key, Facts::new())];
        lines.extend(newest.iter().map(|(at, text)| {
            let text = render::fit(&text.replace('\n', " "), &limits);
            let facts = Facts::new().text("time", self.near_utc(*at)).text("text", text);
            format!("- {}", self.say("packet-row", facts))
        }));
        lines
    }

    fn utc(&self, at: Timestamp) -> String {
        render::date_time(self.speech.words, self.speech.language, at, Tz::UTC)
    }

    fn near_utc(&self, at: Timestamp) -> String {
        let (words, language) = (self.speech.words, self.speech.language);
        render::near_time(words, language, at, self.look.now, Tz::UTC)
    }

    fn say(&self, key: &str, facts: Facts) -> String {
        self.speech.say(key, facts)
    }
}

/// Minutes a cell, so that there are at most `cells`.
fn step(minutes: usize, cells: usize) -> usize {
    let least = minutes.div_ceil(cells.max(1));
    let round = [1, 2, 5, 10, 15, 20, 30].into_iter().find(|step| *step >= least);
    round.unwrap_or(CHART_MINUTES_MAX)
}
