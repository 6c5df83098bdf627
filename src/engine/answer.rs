//! Answers to questions: the state in words, nothing changed.
//!
//! A customer reads only what is published. Start at [`answer`].

use crate::{
    command::{self, Query},
    domain::{DraftId, IncidentId, Role, ServerEvidence, ServerId, Timestamp, UpdateKind},
    event::DeliveryEvent,
    render::{self, Facts},
};

use super::{
    explain::Chart,
    packet::packet,
    records::{Draft, Incident, PostRecord, ReportRecord},
    speech::{Course, Speech, charted_minutes},
    timeline, window_answer,
};

/// Incidents that have ended, in the list.
const ENDED_MAX: usize = 10;
/// Reports in the list.
const REPORTS_MAX: usize = 20;
/// Posts in the list.
const DELIVERIES_MAX: usize = 50;
/// Notices of providers in the list.
const NOTICES_MAX: usize = 20;
/// Rows of evidence under a suspicion.
const ROWS_MAX: usize = 20;

/// Gives the evidence about servers as it stands now; nothing from a detector that has none.
pub(super) type Fresh<'a> = &'a dyn Fn(&[ServerId]) -> Vec<ServerEvidence>;

/// What an answer may look at beside the records.
pub(super) struct Look<'a> {
    /// When it is asked.
    pub now: Timestamp,
    pub fresh: Fresh<'a>,
    /// Counts of servers by the minute.
    pub chart: &'a dyn Fn(&[ServerId], usize) -> Chart,
}

/// The answer to `query` for somebody of `role`.
pub(super) fn answer(speech: &Speech<'_>, query: &Query, role: Role, look: &Look<'_>) -> String {
    match query {
        Query::Status => status(speech),
        Query::Help { topic } => {
            command::help(&speech.words.sayer(speech.language), role, topic.as_deref())
        }
        Query::IncidentShow(_)
        | Query::IncidentList
        | Query::DraftShow(_)
        | Query::DraftList
        | Query::ReportsList
        | Query::Suspects
        | Query::MaintenanceShow(_)
        | Query::Deliveries
        | Query::UpstreamPacket { .. }
        | Query::UpstreamNotices
            if role < Role::Staff =>
        {
            speech.say("answer-staff-only", Facts::new())
        }
        Query::IncidentShow(id) => show_incident(speech, *id),
        Query::IncidentList => list_incidents(speech),
        Query::DraftShow(id) => show_draft(speech, *id, look),
        Query::DraftList => list_drafts(speech),
        Query::ReportsList => list_reports(speech),
        Query::Suspects => suspects(speech, look.fresh),
        Query::Deliveries => deliveries(speech),
        Query::MaintenanceShow(id) => window_answer::show(speech, *id),
        Query::MaintenanceList => window_answer::list(speech, role),
        Query::UpstreamPacket { incident, in_full } => packet(speech, *incident, *in_full, look),
        Query::UpstreamNotices => notices(speech),
    }
}

fn status(speech: &Speech<'_>) -> String {
    let told: Vec<String> = speech
        .records
        .open_incidents()
        .filter_map(|incident| incident.updates.last())
        .map(|last| {
            let state = Facts::new().text("state", last.state.word());
            let facts = Facts::new()
                .text("title", last.title.clone())
                .text("state", speech.say("state", state))
                .text("text", last.text.clone());
            speech.say("answer-status-incident", facts)
        })
        .collect();
    if told.is_empty() { speech.say("answer-status-well", Facts::new()) } else { told.join("\n\n") }
}

fn show_incident(speech: &Speech<'_>, id: IncidentId) -> String {
    let Some(incident) = speech.records.incidents.get(&id) else {
        return speech.say("reply-no-incident", Facts::new().text("id", id.to_string()));
    };
    let mut lines = vec![incident_line(speech, incident)];
    match incident.next_update_at {
        Some(next) => {
            let facts = Facts::new().text("time", speech.moment(next));
            lines.push(speech.say("answer-next", facts));
        }
        None if incident.is_published() => {}
        None => lines.push(speech.say("answer-never-published", Facts::new())),
    }
    let drafts = speech.records.open_drafts().filter(|draft| draft.incident == id);
    lines.extend(drafts.map(|draft| draft_line(speech, draft)));
    let posts = incident.posts.iter().filter_map(|post| speech.records.posts.get(post));
    lines.extend(posts.map(|post| delivery_line(speech, post)));
    lines.extend(timeline::of(speech, incident).rows.iter().map(|row| {
        let time = speech.moment(row.at);
        match &row.by {
            Some(by) => format!("{time}  {by}: {}", row.text),
            None => format!("{time}  {}", row.text),
        }
    }));
    lines.join("\n")
}

fn incident_line(speech: &Speech<'_>, incident: &Incident) -> String {
    let facts = Facts::new()
        .text("id", incident.id.to_string())
        .text("state", incident.state.word())
        .text("impact", speech.impact(incident.impact))
        .text("title", incident.title.clone());
    speech.say("answer-incident", facts)
}

fn list_incidents(speech: &Speech<'_>) -> String {
    let open = speech.records.open_incidents();
    let ended = speech.records.incidents.values().rev().filter(|one| !one.state.is_open());
    let lines: Vec<String> =
        open.chain(ended.take(ENDED_MAX)).map(|one| incident_line(speech, one)).collect();
    or_none(speech, "answer-no-incidents", lines)
}

fn show_draft(speech: &Speech<'_>, id: DraftId, look: &Look<'_>) -> String {
    match speech.records.drafts.get(&id) {
        Some(draft) => {
            let mut lines = vec![draft_line(speech, draft)];
            if draft.end.is_none() {
                let incident = speech.records.incidents.get(&draft.incident);
                let course = incident
                    .filter(|one| speech.has_picture(one, draft.kind))
                    .map(|one| (look.chart)(&one.servers, charted_minutes(one, look.now)));
                let course = course.as_ref().map_or(Course::Unknown, Course::Told);
                lines.extend(speech.plan(draft, &course));
            }
            lines.extend(speech.elsewhere(&draft.wordings));
            lines.extend(speech.wording_lines(&draft.wordings));
            lines.join("\n")
        }
        None => speech.say("reply-no-draft", Facts::new().text("id", id.to_string())),
    }
}

fn list_drafts(speech: &Speech<'_>) -> String {
    let lines = speech.records.open_drafts().map(|draft| draft_line(speech, draft)).collect();
    or_none(speech, "answer-no-drafts", lines)
}

fn draft_line(speech: &Speech<'_>, draft: &Draft) -> String {
    let by = draft.by.clone().unwrap_or_else(|| speech.say("answer-draft-by-bot", Facts::new()));
    let kind: UpdateKind = draft.kind;
    let facts = Facts::new()
        .text("draft", draft.id.to_string())
        .text("incident", draft.incident.to_string())
        .text("kind", speech.kind(kind))
        .number("revision", draft.revision)
        .text("by", by)
        .text("text", draft.text.clone());
    let line = speech.say("answer-draft", facts);
    match &draft.stale {
        Some(changed) => {
            let stale = Facts::new().text("changed", changed.clone());
            format!("{line}\n{}", speech.say("answer-draft-stale", stale))
        }
        None => line,
    }
}

/// Those that wait for staff first, then the latest others.
fn list_reports(speech: &Speech<'_>) -> String {
    let all = || {
        let order = speech.records.report_order.iter().rev();
        order.filter_map(|id| Some((id, speech.records.reports.get(id)?)))
    };
    let lines: Vec<String> = all()
        .filter(|(_, report)| waits(report))
        .chain(all().filter(|(_, report)| !waits(report)))
        .take(REPORTS_MAX)
        .map(|(id, report)| {
            let about = report.server.as_ref().map_or_else(
                || speech.say("answer-report-no-server", Facts::new()),
                |server| speech.staff_name(server.as_str()),
            );
            let facts = Facts::new()
                .text("report", id.to_string())
                .text("time", speech.moment(report.at))
                .text("source", speech.tamed(&report.source))
                .text("about", about)
                .text("standing", speech.say(standing(report), Facts::new()))
                .text("words", render::report_marker(id));
            speech.say("answer-report", facts)
        })
        .collect();
    or_none(speech, "answer-no-reports", lines)
}

fn waits(report: &ReportRecord) -> bool {
    !report.dismissed
        && report.settled_by.is_none()
        && matches!(report.reason.as_deref(), Some("unknown_domain" | "unconfirmed"))
}

fn standing(report: &ReportRecord) -> &'static str {
    match report.reason.as_deref() {
        _ if report.dismissed => "answer-report-dismissed",
        _ if report.counted => "answer-report-counted",
        Some("unconfirmed") => "answer-report-unconfirmed",
        Some("unknown_domain") => "answer-report-waits",
        Some("repeat") => "answer-report-repeat",
        _ => "answer-report-no-evidence",
    }
}

/// The evidence of this moment, or, where there is none, that of when it was last said.
fn suspects(speech: &Speech<'_>, fresh: Fresh<'_>) -> String {
    let blind =
        speech.records.blind.iter().map(|vantage| {
            speech.say("answer-blind", Facts::new().text("vantage", vantage.clone()))
        });
    let standing = speech.records.suspicions.values().filter(|record| record.stands());
    let suspicions = standing.map(|record| {
        let line = speech.suspicion_line(&record.suspicion);
        let now = fresh(&record.suspicion.servers);
        let evidence = if now.is_empty() { &record.suspicion.evidence } else { &now };
        let rows = speech.evidence_rows(evidence, ROWS_MAX);
        let held = record.held.map_or_else(String::new, |window| {
            let facts = Facts::new().text("window", window.to_string());
            format!(" {}", speech.say("answer-suspicion-held", facts))
        });
        format!("{line}{held}\n{rows}").trim_end().to_owned()
    });
    or_none(speech, "answer-no-suspicions", blind.chain(suspicions).collect())
}

/// Those that are not over first, each kind newest first.
fn notices(speech: &Speech<'_>) -> String {
    let all = &speech.records.notices;
    let open = speech.records.open_notices();
    let over = all.values().filter(|known| known.notice.status.is_over());
    let (mut open, mut over): (Vec<_>, Vec<_>) = (open.collect(), over.collect());
    open.sort_by_key(|known| std::cmp::Reverse((known.changed_at, known.id)));
    over.sort_by_key(|known| std::cmp::Reverse((known.changed_at, known.id)));
    let rows = open.into_iter().chain(over).take(NOTICES_MAX);
    or_none(speech, "notices-none", rows.map(|known| speech.notice_row(known)).collect())
}

fn deliveries(speech: &Speech<'_>) -> String {
    let mut open: Vec<&PostRecord> =
        speech.records.posts.values().filter(|post| !has_arrived(post)).collect();
    open.sort_by_key(|post| post.at);
    let lines: Vec<String> =
        open.iter().rev().take(DELIVERIES_MAX).map(|post| delivery_line(speech, post)).collect();
    or_none(speech, "answer-no-deliveries", lines)
}

fn has_arrived(post: &PostRecord) -> bool {
    matches!(post.last, Some(DeliveryEvent::Sent { .. }))
}

pub(super) fn delivery_line(speech: &Speech<'_>, post: &PostRecord) -> String {
    let facts = Facts::new()
        .text("time", speech.moment(post.at))
        .text("destination", post.destination.to_string())
        .text("subject", post.subject.clone())
        .text("standing", standing_of(speech, post.last.as_ref()));
    speech.say("answer-delivery", facts)
}

/// What is known of a delivery, in words.
pub(super) fn standing_of(speech: &Speech<'_>, last: Option<&DeliveryEvent>) -> String {
    let because = |reason: &str| Facts::new().text("reason", speech.tamed(reason));
    match last {
        None => speech.say("receipt-due", Facts::new()),
        Some(DeliveryEvent::Sending { attempt }) => {
            speech.say("receipt-sending", Facts::new().number("attempt", *attempt))
        }
        Some(DeliveryEvent::Sent { link, .. }) => {
            let link = link.as_deref().map(|link| format!(" ({link})")).unwrap_or_default();
            speech.say("receipt-sent", Facts::new().text("link", link))
        }
        Some(DeliveryEvent::Retry { not_before, reason, .. }) => {
            let facts = because(reason).text("time", speech.moment(*not_before));
            speech.say("receipt-retry", facts)
        }
        Some(DeliveryEvent::Unknown { reason, .. }) => {
            speech.say("receipt-unknown", because(reason))
        }
        Some(DeliveryEvent::Unresolved { reason }) => {
            speech.say("receipt-unresolved", because(reason))
        }
        Some(DeliveryEvent::Failed { reason }) => speech.say("receipt-failed", because(reason)),
        Some(DeliveryEvent::Superseded { .. }) => speech.say("receipt-superseded", Facts::new()),
        Some(DeliveryEvent::Gone) => speech.say("receipt-gone", Facts::new()),
    }
}

fn or_none(speech: &Speech<'_>, key: &str, lines: Vec<String>) -> String {
    if lines.is_empty() { speech.say(key, Facts::new()) } else { lines.join("\n") }
}
