//! Which moments the engine's words may tell, for places that tell each reader their own time.

use std::collections::BTreeMap;

use crate::{
    domain::{MaintenanceWindow, Timestamp, UpdateKind},
    engine::records::{Draft, Incident, seconds},
    render::{self, ToldTime, mark_times},
};

use super::{Speech, five_minutes};

/// Moments of whole stories that are looked for in one text; the newest.
const MOMENTS_MAX: usize = 4000;
/// Maintenance windows whose times are looked for; the newest.
const WINDOWS_MAX: usize = 100;

impl Speech<'_> {
    /// `text` about an incident, with a marker for each moment of it that the words tell.
    pub fn with_times_marked(&self, text: &str, incident: &Incident) -> String {
        if !render::tells_time(text) {
            return text.to_owned();
        }
        let mut told = self.told(self.moments_of(incident));
        let windows = self.records.windows.values().map(|one| &one.window);
        let linked = windows.filter(|window| window.incident == Some(incident.id));
        told.extend(linked.flat_map(|window| self.told_of_window(window)));
        mark_times(text, &told)
    }

    /// The same of a text about anything that is known.
    pub fn with_all_times_marked(&self, text: &str) -> String {
        if !render::tells_time(text) {
            return text.to_owned();
        }
        let records = self.records;
        let incidents = || records.incidents.values().rev();
        let stories = incidents().flat_map(|one| one.story.iter().rev().map(|moment| moment.at));
        let diary = records.diary.iter().rev().map(|moment| moment.at);
        let posts = records.posts.values().map(|post| post.at);
        let reports = records.report_order.iter().rev();
        let reports = reports.filter_map(|id| Some(records.reports.get(id)?.at));
        let own = incidents().take(20).flat_map(|one| self.moments_of(one));
        let all = own.chain(stories).chain(diary).chain(reports).chain(posts);
        let mut told = self.told(all.take(MOMENTS_MAX));
        let windows = records.windows.values().rev().take(WINDOWS_MAX);
        told.extend(windows.flat_map(|one| self.told_of_window(&one.window)));
        mark_times(text, &told)
    }

    /// The same of a text about a maintenance window.
    pub fn with_times_of_window(&self, text: &str, window: &MaintenanceWindow) -> String {
        mark_times(text, &self.told_of_window(window))
    }

    /// A window's times as its words tell them, in its own zone and in UTC.
    fn told_of_window(&self, window: &MaintenanceWindow) -> Vec<ToldTime> {
        let (starts_at, ends_at, zone) = (window.starts_at, window.ends_at, window.zone);
        let dated = |at| ToldTime { words: self.window_time(at, zone, None), at, dated: true };
        let end = self.window_time(ends_at, zone, Some(starts_at));
        let is_dated = end == self.window_time(ends_at, zone, None);
        vec![
            dated(starts_at),
            dated(ends_at),
            ToldTime { words: end, at: ends_at, dated: is_dated },
        ]
    }

    fn moments_of(&self, incident: &Incident) -> Vec<Timestamp> {
        let records = self.records;
        let suspicion =
            incident.suspicion.and_then(|id| records.suspicions.get(&records.alias(id)));
        let cleared_at = suspicion.and_then(|record| record.cleared_at);
        let causes = suspicion.iter().flat_map(|record| &record.suspicion.causes);
        let drafts = records.drafts.values().filter(|draft| draft.incident == incident.id);
        let about = [Some(incident.since), cleared_at, Some(records.now)];
        let exact = [
            Some(incident.since),
            Some(incident.opened_at),
            incident.ended_at,
            incident.next_update_at,
            self.next_update(incident, UpdateKind::Update, records.now),
        ];
        let published = incident.updates.iter().flat_map(|one| [Some(one.at), one.next_update_at]);
        about
            .into_iter()
            .flatten()
            .map(five_minutes)
            .chain(exact.into_iter().chain(published).flatten())
            .chain(causes.map(|cause| cause.since))
            .chain(drafts.flat_map(|draft| self.moments_of_draft(draft)))
            .collect()
    }

    fn moments_of_draft(&self, draft: &Draft) -> impl Iterator<Item = Timestamp> {
        let promised = draft.asked_at + seconds(self.records.settings.policy.update_every_s);
        [Some(promised), draft.waits_until].into_iter().flatten()
    }

    /// Each moment with its words, and each words once.
    fn told(&self, moments: impl IntoIterator<Item = Timestamp>) -> Vec<ToldTime> {
        let mut told = BTreeMap::new();
        for at in moments {
            let (words, dated) = (self.moment(at), !self.is_today(at));
            told.entry(words).or_insert((at, dated));
        }
        told.into_iter().map(|(words, (at, dated))| ToldTime { words, at, dated }).collect()
    }
}
