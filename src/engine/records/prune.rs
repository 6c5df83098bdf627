//! What is forgotten, so that the state stays bounded.

use chrono::TimeDelta;

use crate::domain::{IncidentId, PostId, SuspicionId};

use super::{Incident, Moment, Records};

const ENDED_INCIDENTS_MAX: usize = 500;
const SUSPICIONS_MAX: usize = 500;
const STORY_MAX: usize = 2000;
const DIARY_MAX: usize = 500;
const REPORTS_MAX: usize = 20_000;
const REPORT_DAYS_MAX: i64 = 30;
const PEOPLE_MAX: usize = 50_000;
const OTHER_POSTS_MAX: usize = 5000;

impl Records {
    /// Puts a moment into an incident's story.
    pub(super) fn tell(&mut self, id: IncidentId, moment: Moment) {
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        if incident.story.len() < STORY_MAX {
            incident.story.push(moment);
        } else {
            incident.story_left_out += 1;
        }
    }

    /// Puts a moment into the diary of what belongs to no incident.
    pub(super) fn note(&mut self, moment: Moment) {
        self.diary.push_back(moment);
        if self.diary.len() > DIARY_MAX {
            self.diary.pop_front();
        }
    }

    /// Forgets what is old and over.
    pub(super) fn prune(&mut self) {
        self.prune_incidents();
        self.prune_windows();
        self.prune_suspicions();
        self.prune_reports();
        self.prune_people();
        while self.post_order.len() > OTHER_POSTS_MAX {
            if let Some(id) = self.post_order.pop_front() {
                self.posts.remove(&id);
            }
        }
    }

    fn prune_incidents(&mut self) {
        let ended: Vec<IncidentId> = self
            .incidents
            .values()
            .filter(|incident| !incident.state.is_open())
            .map(|incident| incident.id)
            .collect();
        let surplus = ended.len().saturating_sub(ENDED_INCIDENTS_MAX);
        for id in &ended[..surplus] {
            let posts: Vec<PostId> = self
                .incidents
                .remove(id)
                .map(|incident: Incident| incident.posts)
                .unwrap_or_default();
            for post in posts {
                self.posts.remove(&post);
            }
            self.drafts.retain(|_, draft| draft.incident != *id);
        }
    }

    fn prune_suspicions(&mut self) {
        let over: Vec<SuspicionId> = self
            .suspicions
            .values()
            .filter(|record| !record.stands())
            .map(|record| record.suspicion.id)
            .collect();
        for id in &over[..over.len().saturating_sub(SUSPICIONS_MAX)] {
            self.suspicions.remove(id);
        }
    }

    fn prune_reports(&mut self) {
        let oldest = self.now - TimeDelta::days(REPORT_DAYS_MAX);
        while let Some(id) = self.report_order.front() {
            let is_old = self.reports.get(id).is_none_or(|report| report.at < oldest);
            if !is_old && self.report_order.len() <= REPORTS_MAX {
                break;
            }
            if let Some(id) = self.report_order.pop_front() {
                self.reports.remove(&id);
            }
        }
    }

    fn prune_people(&mut self) {
        while self.people.len() > PEOPLE_MAX {
            let Some(id) = self.person_order.pop_front() else { break };
            self.people.remove(&id);
        }
    }
}
