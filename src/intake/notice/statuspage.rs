//! A provider's status page in the form of Statuspage: `/api/v2/summary.json`.
//!
//! Incidents and planned maintenance become notices; what the page does not say stays unread. Must
//! not: take the page's general state for an incident. Start at [`read`].

use serde::Deserialize;

use crate::domain::{Notice, NoticeAbout, NoticeImpact, NoticeStatus, NoticeWindow, Unread};

use super::{
    Found, Marks, NOTICE_BYTES_MAX, NOTICES_MAX, OBJECTS_MAX, Reading, Unreadable, mail::moment,
    tamed,
};

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    incidents: Vec<Entry>,
    #[serde(default)]
    scheduled_maintenances: Vec<Entry>,
}

/// An incident or a planned maintenance. Every field may be missing or of another type.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Loose,
    name: Loose,
    status: Loose,
    impact: Loose,
    scheduled_for: Loose,
    scheduled_until: Loose,
    started_at: Loose,
    created_at: Loose,
    updated_at: Loose,
    components: Vec<Part>,
}

/// A part of the provider's service.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    id: Loose,
    name: Loose,
}

/// A text, or anything else, which is none.
#[derive(Default)]
struct Loose(Option<String>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(value.as_str().map(str::to_owned)))
    }
}

impl Loose {
    fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// Reads the page's summary.
///
/// # Errors
///
/// It is too long, or no such page.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Result<Found, Unreadable> {
    if bytes.len() > NOTICE_BYTES_MAX {
        return Err(Unreadable::TooLong);
    }
    let expected = "a Statuspage summary";
    let summary: Summary =
        serde_json::from_slice(bytes).map_err(|_| Unreadable::Other { expected })?;
    let incidents = summary.incidents.iter().map(|entry| (entry, NoticeAbout::Incident));
    let planned = summary.scheduled_maintenances.iter();
    let planned = planned.map(|entry| (entry, NoticeAbout::Maintenance));
    let mut found = Found::default();
    for (entry, about) in incidents.chain(planned) {
        if entry.id.text().trim().is_empty() || found.notices.len() == NOTICES_MAX {
            found.left_out += 1;
            continue;
        }
        found.notices.push(tamed(notice(entry, about, reading)));
    }
    Ok(found)
}

fn notice(entry: &Entry, about: NoticeAbout, reading: &Reading<'_>) -> Notice {
    let mut marks = Marks::default();
    let provider = reading.sender(None, None, &mut marks);
    let mut objects: Vec<String> = entry
        .components
        .iter()
        .flat_map(|part| [part.id.text(), part.name.text()])
        .filter(|text| !text.trim().is_empty())
        .take(OBJECTS_MAX)
        .map(str::to_owned)
        .collect();
    objects.sort();
    objects.dedup();
    if objects.is_empty() {
        marks.unread.push(Unread::Objects);
    }
    let (status, impact) = (status(entry, &mut marks), impact(entry, &mut marks));
    Notice {
        provider,
        id: entry.id.text().to_owned(),
        about,
        account: None,
        objects,
        window: window(entry, about, &mut marks),
        impact,
        status,
        sequence: None,
        stamped_at: moment(entry.updated_at.text()),
        title: entry.name.text().to_owned(),
        assumed: marks.assumed,
        unread: marks.unread,
    }
}

fn status(entry: &Entry, marks: &mut Marks) -> NoticeStatus {
    match entry.status.text() {
        "scheduled" => NoticeStatus::Confirmed,
        "in_progress" | "verifying" | "investigating" | "identified" | "monitoring" => {
            NoticeStatus::InProgress
        }
        "completed" | "resolved" | "postmortem" => NoticeStatus::Completed,
        _ => {
            marks.unread.push(Unread::Status);
            NoticeStatus::Unknown
        }
    }
}

/// "Maintenance" is not what it does: a page that says no more leaves that open.
fn impact(entry: &Entry, marks: &mut Marks) -> NoticeImpact {
    match entry.impact.text() {
        "none" => NoticeImpact::NoImpact,
        "minor" => NoticeImpact::Degraded,
        "major" | "critical" => NoticeImpact::Outage,
        _ => {
            marks.unread.push(Unread::Impact);
            NoticeImpact::Unknown
        }
    }
}

fn window(entry: &Entry, about: NoticeAbout, marks: &mut Marks) -> Option<NoticeWindow> {
    let (starts_at, ends_at) = match about {
        NoticeAbout::Maintenance => {
            (moment(entry.scheduled_for.text()), moment(entry.scheduled_until.text()))
        }
        NoticeAbout::Incident => {
            let begins = moment(entry.started_at.text());
            return begins
                .or_else(|| moment(entry.created_at.text()))
                .map(|starts_at| NoticeWindow { starts_at, ends_at: None });
        }
    };
    let Some(starts_at) = starts_at else {
        marks.unread.extend([Unread::Start, Unread::End]);
        return None;
    };
    let ends_at = ends_at.filter(|end| *end > starts_at);
    if ends_at.is_none() {
        marks.unread.push(Unread::End);
    }
    Some(NoticeWindow { starts_at, ends_at })
}
