//! Answers about maintenance windows: to a customer only what was announced, in public words.

use crate::{
    domain::{Role, Series, WindowId},
    render::Facts,
};

use super::{answer::delivery_line, records::WindowRecord, speech::Speech};

/// Windows that are over, in the list.
const ENDED_MAX: usize = 10;

/// Windows that are open, the next first; for staff also work that comes again, and the latest
/// other windows.
pub(super) fn list(speech: &Speech<'_>, role: Role) -> String {
    let open = speech.records.open_windows_by_time().into_iter();
    let lines: Vec<String> = if role < Role::Staff {
        open.filter_map(|record| public_line(speech, record)).collect()
    } else {
        let ended = speech.records.windows.values().rev();
        let ended = ended.filter(|one| !one.window.state.is_open()).take(ENDED_MAX);
        let open = open.map(|record| line(speech, record));
        let series = speech.records.open_series().map(|one| series_line(speech, one));
        open.chain(series).chain(ended.map(|record| line(speech, record))).collect()
    };
    if lines.is_empty() { speech.say("answer-no-windows", Facts::new()) } else { lines.join("\n") }
}

/// One window with all that was said of it, what is put down to it, and what became of its posts.
pub(super) fn show(speech: &Speech<'_>, id: WindowId) -> String {
    let Some(record) = speech.records.windows.get(&id) else {
        return speech.say("reply-no-window", Facts::new().text("window", id.to_string()));
    };
    let mut lines = vec![line(speech, record)];
    if let Some(incident) = record.window.incident {
        let facts = Facts::new().text("incident", incident.to_string());
        lines.push(speech.say("answer-window-incident", facts));
    }
    if let Some(notice) = record.window.notice {
        let facts = Facts::new().text("notice", notice.to_string());
        lines.push(speech.say("answer-window-notice", facts));
    }
    let series = record.window.occurrence.and_then(|one| speech.records.series.get(&one.series));
    lines.extend(series.map(|series| speech.series(series)));
    lines.extend(record.news.iter().map(|news| {
        let facts = Facts::new()
            .text("time", speech.moment(news.at))
            .text("by", speech.tamed(&news.by))
            .text("text", news.text.clone());
        speech.say("answer-window-news", facts)
    }));
    let held = speech.records.suspicions.values();
    let held = held.filter(|one| one.held == Some(id) && one.stands());
    lines.extend(held.map(|one| {
        let facts = Facts::new().text("explanation", one.suspicion.explanation.clone());
        speech.say("answer-window-held", facts)
    }));
    let posts = record.posts.iter().filter_map(|post| speech.records.posts.get(post));
    lines.extend(posts.map(|post| delivery_line(speech, post)));
    lines.join("\n")
}

fn line(speech: &Speech<'_>, record: &WindowRecord) -> String {
    let window = &record.window;
    let facts = Facts::new()
        .text("window", window.id.to_string())
        .text("state", speech.window_state(window.state))
        .text("title", window.title.clone())
        .text("servers", speech.staff_servers(&window.servers))
        .text("when", speech.window_span(window))
        .text("announced", if record.is_announced() { "yes" } else { "no" });
    speech.say("answer-window", facts)
}

/// Work that comes again, and how to end it.
fn series_line(speech: &Speech<'_>, series: &Series) -> String {
    let facts = Facts::new()
        .text("title", series.title.clone())
        .text("series", speech.series(series))
        .text(
            "window",
            speech.records.latest_of(series.id).map(|id| id.to_string()).unwrap_or_default(),
        );
    speech.say("answer-series", facts)
}

fn public_line(speech: &Speech<'_>, record: &WindowRecord) -> Option<String> {
    let last = record.news.last()?;
    let facts = Facts::new()
        .text("title", record.window.title.clone())
        .text("when", speech.window_span(&record.window))
        .text("state", speech.window_state(record.window.state))
        .text("text", last.text.clone());
    Some(speech.say("answer-window-public", facts))
}
