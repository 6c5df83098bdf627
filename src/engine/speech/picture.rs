//! How an incident went, as a picture that everybody may see: public names alone, servers without one
//! together, and no word of who reported what. Pure. Start at [`Speech::picture`].

use crate::{
    domain::{Audience, Limits, TextUnit, Timestamp, UpdateKind},
    engine::{
        explain::{CHART_MINUTES_MAX, Chart},
        records::Incident,
    },
    event::Picture,
    render::{
        Facts,
        chart::{self, Row},
        fit,
    },
};

use super::Speech;

/// How much of the time before an incident is shown.
const BEFORE_MINUTES: i64 = 20;
/// Minutes at least.
const MINUTES_MIN: i64 = 60;
/// The longest description that every network takes.
const ALT: Limits = Limits::of(1000, TextUnit::Characters);

/// How many minutes of an incident are shown.
pub(in crate::engine) fn charted_minutes(incident: &Incident, now: Timestamp) -> usize {
    let longest = i64::try_from(CHART_MINUTES_MAX).unwrap_or(i64::MAX);
    let minutes = (now - incident.since).num_minutes() + BEFORE_MINUTES;
    usize::try_from(minutes.clamp(MINUTES_MIN, longest)).unwrap_or(CHART_MINUTES_MAX)
}

impl Speech<'_> {
    /// Whether a picture may go along with an update of this kind, somewhere: when the cause is
    /// known, when it looks well again and when it is over, of what was measured. Once a suspicion
    /// is cleared, the evidence is forgotten and there is nothing left to show.
    pub fn has_picture(&self, incident: &Incident, kind: UpdateKind) -> bool {
        let destinations = &self.records.settings.destinations;
        let takes_one = destinations
            .iter()
            .any(|one| one.audience == Audience::Public && one.abilities.pictures);
        let suspicion =
            incident.suspicion.and_then(|id| self.records.suspicions.get(&self.records.alias(id)));
        let is_measured = suspicion.is_some_and(|record| !record.suspicion.reports_only);
        let is_told =
            matches!(kind, UpdateKind::Identified | UpdateKind::Monitoring | UpdateKind::Resolved);
        takes_one && is_measured && is_told
    }

    /// The picture of an incident for these readers; `None` where no check failed in what is shown.
    pub fn picture(&self, incident: &Incident, course: &Chart) -> Option<Picture> {
        let servers = self.public_rows(course);
        let is_empty = servers.iter().flat_map(|row| &row.bad).all(|bad| *bad == 0);
        if is_empty || incident.servers.is_empty() {
            return None;
        }
        let chart = chart::Chart { from: course.from, timezone: self.timezone(), servers };
        let alt = fit(&chart.public_alt(self.words, self.language), &ALT);
        Some(Picture { svg: chart.svg(self.words, self.language), alt })
    }

    /// A row a public name, then one for all servers without.
    fn public_rows(&self, course: &Chart) -> Vec<Row> {
        let (mut named, mut others): (Vec<Row>, Option<Row>) = (Vec::new(), None);
        for measured in &course.servers {
            let server = self.fleet().servers.iter().find(|one| one.id == measured.server);
            let row = match server.and_then(|server| server.public_name.as_ref()) {
                Some(name) => match named.iter().position(|row| row.name == *name) {
                    Some(place) => &mut named[place],
                    None => {
                        named.push(Row { name: name.clone(), ..Row::default() });
                        let last = named.len() - 1;
                        &mut named[last]
                    }
                },
                None => others.get_or_insert_default(),
            };
            add(&mut row.checks, &measured.checks);
            add(&mut row.bad, &measured.bad);
        }
        if let Some(others) = others {
            let key = if named.is_empty() { "chart-ours" } else { "chart-others" };
            named.push(Row { name: self.say(key, Facts::new()), ..others });
        }
        named
    }
}

/// Adds counts by the minute.
fn add(sums: &mut Vec<u32>, counts: &[u32]) {
    sums.resize(sums.len().max(counts.len()), 0);
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum = sum.saturating_add(*count);
    }
}
