//! The story of an incident for the post-mortem: all that happened, in order.
//!
//! Data first ([`Timeline`]), markdown from it. For staff: it may hold internal names and markers
//! of reports ([`crate::render::report_marker`]), never a report's words.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{DraftId, Impact, IncidentId, IncidentState, ReportId, ServerId, Timestamp},
    event::{DraftEnd, TimelineKind},
    render::{Facts, report_marker},
};

use super::{
    answer::standing_of,
    records::{Incident, Moment, Step},
    speech::Speech,
};

/// An incident's story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Which incident.
    pub incident: IncidentId,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: IncidentState,
    /// How much customers felt of it.
    pub impact: Impact,
    /// When it began, as far as the evidence tells.
    pub since: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What happened, oldest first.
    pub rows: Vec<TimelineRow>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// When.
    pub at: Timestamp,
    /// What sort of thing, as a word for machines ("suspicion", "update", "tried", "delivery", …).
    pub kind: String,
    /// Who did or said it, when a person or a policy did.
    pub by: Option<String>,
    /// In words.
    pub text: String,
}

impl Timeline {
    /// The story as markdown: a title, a summary, a table.
    pub(super) fn markdown(&self, speech: &Speech<'_>) -> String {
        let id = || Facts::new().text("id", self.incident.to_string());
        let title = speech.say("timeline-title", id().text("title", self.title.clone()));
        let until = self.ended.map(|ended| {
            speech.say("timeline-until", Facts::new().text("time", moment(speech, ended)))
        });
        let facts = id()
            .text("state", self.state.word())
            .text("impact", speech.impact(self.impact))
            .text("since", moment(speech, self.since))
            .text("until", until.unwrap_or_default());
        let mut page = format!(
            "# {title}\n\n{}\n\n| {} | {} |\n|---|---|\n",
            speech.say("timeline-summary", facts),
            speech.say("timeline-heading-time", Facts::new()),
            speech.say("timeline-heading-what", Facts::new()),
        );
        for row in &self.rows {
            let text = row.text.replace('|', "\\|").replace('\n', "<br>");
            let by = row.by.as_deref().map(|by| format!("**{by}** ")).unwrap_or_default();
            page += &format!("| {} | {by}{text} |\n", moment(speech, row.at));
        }
        page
    }
}

/// With the date always: a post-mortem is read on another day.
fn moment(speech: &Speech<'_>, at: Timestamp) -> String {
    crate::render::date_time(speech.words, speech.language, at, speech.timezone())
}

/// How long before its opening what staff noted without an incident is part of its story.
const DIARY_REACH: TimeDelta = TimeDelta::hours(12);

/// The story of an incident.
pub(super) fn of(speech: &Speech<'_>, incident: &Incident) -> Timeline {
    let told = incident.story.iter().map(|moment| row(speech, moment));
    let reports = speech
        .records
        .reports_of(incident)
        .filter(|(_, report)| report.at < incident.opened_at)
        .filter_map(|(id, report)| {
            let (report, server, counted) =
                (id.clone(), report.server.clone()?, (report.at, report.counted));
            let (at, counted) = counted;
            Some(row(speech, &Moment { at, step: Step::Reported { report, server, counted } }))
        });
    // What staff tried and heard before anybody had opened an incident belongs to its story.
    let before = incident.opened_at - DIARY_REACH..incident.opened_at;
    let diary = speech.records.diary.iter().filter(|moment| before.contains(&moment.at));
    let diary = diary.map(|moment| row(speech, moment));
    let mut rows: Vec<TimelineRow> = reports.chain(diary).chain(told).collect();
    rows.sort_by_key(|row| row.at);
    if incident.story_left_out > 0 {
        let facts = Facts::new().number("count", incident.story_left_out);
        rows.push(TimelineRow {
            at: speech.records.now,
            kind: "left_out".to_owned(),
            by: None,
            text: speech.say("timeline-left-out", facts),
        });
    }
    Timeline {
        incident: incident.id,
        title: incident.title.clone(),
        state: incident.state,
        impact: incident.impact,
        since: incident.since,
        ended: incident.ended_at,
        rows,
    }
}

type Row = (&'static str, Option<String>, String);

fn row(speech: &Speech<'_>, moment: &Moment) -> TimelineRow {
    let say = |key: &str, facts: Facts| speech.say(key, facts);
    let (kind, by, text): Row = match &moment.step {
        Step::Suspected { suspicion, explanation } => {
            let facts = Facts::new()
                .text("suspicion", suspicion.to_string())
                .text("explanation", explanation.clone());
            ("suspicion", None, say("timeline-suspected", facts))
        }
        Step::SuspicionCleared { suspicion, merged_into } => {
            let facts = Facts::new().text("suspicion", suspicion.to_string());
            let text = match merged_into {
                Some(into) => say("timeline-merged", facts.text("into", into.to_string())),
                None => say("timeline-cleared", facts),
            };
            ("suspicion_cleared", None, text)
        }
        Step::State { state, impact, reopened, by } => {
            let facts =
                Facts::new().text("state", state.word()).text("impact", speech.impact(*impact));
            let key = if *reopened { "timeline-state-reopened" } else { "timeline-state" };
            ("incident", by.clone(), say(key, facts))
        }
        Step::Servers { servers } => {
            let facts = Facts::new().text("servers", speech.staff_servers(servers));
            ("servers", None, say("timeline-servers", facts))
        }
        Step::Drafted { draft, revision, kind, by } => {
            let facts =
                draft_facts(*draft).number("revision", *revision).text("kind", speech.kind(*kind));
            ("draft", by.clone(), say("timeline-drafted", facts))
        }
        Step::Stale { draft, changed } => {
            let facts = draft_facts(*draft).text("changed", changed.clone());
            ("draft_stale", None, say("timeline-stale", facts))
        }
        Step::DraftClosed { draft, how, by } => {
            let key = match how {
                DraftEnd::Dismissed => "timeline-draft-dismissed",
                DraftEnd::Superseded => "timeline-draft-superseded",
            };
            ("draft_closed", by.clone(), say(key, draft_facts(*draft)))
        }
        Step::DraftWaits { draft, until, by } => {
            let facts = draft_facts(*draft).text("time", speech.moment(*until));
            ("draft_waits", Some(by.clone()), say("timeline-waits", facts))
        }
        Step::Update { .. }
        | Step::Posted { .. }
        | Step::Delivery { .. }
        | Step::Mailed { .. }
        | Step::Told { .. } => said(speech, &moment.step),
        Step::Reported { report, server, counted } => {
            ("report", None, reported(speech, report, server, *counted))
        }
        Step::Settled { report, server, by } => {
            ("report_settled", Some(by.clone()), settled(speech, report, server.as_ref()))
        }
        Step::PostedAgain { destination, by } => {
            let facts = Facts::new().text("destination", destination.to_string());
            ("post", Some(by.clone()), say("timeline-posted-again", facts))
        }
        Step::Reminded { text } => {
            ("reminder", None, say("timeline-reminded", Facts::new().text("text", text.clone())))
        }
    };
    TimelineRow { at: moment.at, kind: kind.to_owned(), by, text }
}

/// What was said: in public, by staff, by a provider; and where it arrived.
fn said(speech: &Speech<'_>, step: &Step) -> Row {
    if let Step::Update { revision, kind, text, by, .. } = step {
        let facts = Facts::new()
            .number("revision", *revision)
            .text("kind", speech.kind(*kind))
            .text("text", text.clone());
        return ("update", Some(by.clone()), speech.say("timeline-update", facts));
    }
    if let Step::Posted { destination, .. } = step {
        let facts = Facts::new().text("destination", destination.to_string());
        return ("post", None, speech.say("timeline-posted", facts));
    }
    if let Step::Delivery { destination, event } = step {
        let facts = Facts::new()
            .text("destination", destination.to_string())
            .text("standing", standing_of(speech, Some(event)));
        return ("delivery", None, speech.say("timeline-delivery", facts));
    }
    if let Step::Mailed { destination, revision, sent, failed } = step {
        let facts = Facts::new()
            .text("destination", destination.to_string())
            .number("revision", *revision)
            .number("sent", *sent)
            .number("failed", *failed);
        return ("mailing", None, speech.say("timeline-mailed", facts));
    }
    let Step::Told { kind, by, text } = step else { return ("note", None, String::new()) };
    let (word, key) = match kind {
        TimelineKind::Tried => ("tried", "timeline-tried"),
        TimelineKind::UpstreamSaid => ("upstream_said", "timeline-upstream"),
        TimelineKind::Note => ("note", "timeline-note"),
    };
    (word, Some(by.clone()), speech.say(key, Facts::new().text("text", text.clone())))
}

fn draft_facts(draft: DraftId) -> Facts {
    Facts::new().text("draft", draft.to_string())
}

fn reported(speech: &Speech<'_>, report: &ReportId, server: &ServerId, counted: bool) -> String {
    let facts = Facts::new()
        .text("report", report.to_string())
        .text("server", speech.staff_name(server.as_str()))
        .text("counted", if counted { "yes" } else { "no" })
        .text("words", report_marker(report));
    speech.say("timeline-reported", facts)
}

fn settled(speech: &Speech<'_>, report: &ReportId, server: Option<&ServerId>) -> String {
    let facts = Facts::new().text("report", report.to_string());
    match server {
        Some(server) => {
            let name = speech.staff_name(server.as_str());
            speech.say("timeline-assigned", facts.text("server", name))
        }
        None => speech.say("timeline-report-dismissed", facts),
    }
}
