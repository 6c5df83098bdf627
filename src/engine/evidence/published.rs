//! Incidents that providers publish: they make their components likelier causes, and nothing more.
//!
//! The weight is policy's (`Policy::published`). It moves the prior of stage 2 alone, so that it can
//! tip the scales between causes of what is measured; stage 1, which raises the alarm, does not know
//! of it. Without one, every number is what it was. Must not: raise or end a suspicion.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{ComponentId, Notice, NoticeAbout, NoticeId, Timestamp},
    engine::detect::PublishedEvidence,
};

use super::{Evidence, timestamp};

/// Published incidents that are weighed at once; the oldest give way.
const PUBLISHED_MAX: usize = 100;

/// An incident that a provider publishes and has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Published {
    components: Vec<ComponentId>,
    /// When the provider was last heard of it.
    at_ms: i64,
}

impl Evidence {
    /// Takes in what a provider says, as it now stands.
    pub(super) fn hear_provider(
        &mut self,
        now: Timestamp,
        id: NoticeId,
        notice: &Notice,
        components: &[ComponentId],
    ) {
        let at_ms = self.now_ms.min(now.timestamp_millis());
        let end = notice.window.and_then(|window| window.ends_at);
        let is_over = notice.status.is_over() || end.is_some_and(|end| end <= now);
        if notice.about != NoticeAbout::Incident || is_over || components.is_empty() {
            if self.published.remove(&id).is_some() {
                self.lean();
            }
            return;
        }
        self.published.insert(id, Published { components: components.to_vec(), at_ms });
        while self.published.len() > PUBLISHED_MAX {
            let oldest = self.published.iter().min_by_key(|(id, one)| (one.at_ms, **id));
            let Some(oldest) = oldest.map(|(id, _)| *id) else { break };
            self.published.remove(&oldest);
        }
        self.lean();
    }

    /// Of what a provider has said nothing for too long nothing is known.
    pub(super) fn forget_stale(&mut self) {
        let (now_ms, stale_ms) = (self.now_ms, self.stale_ms());
        let before = self.published.len();
        self.published.retain(|_, one| now_ms - one.at_ms < stale_ms);
        if self.published.len() != before {
            self.lean();
        }
    }

    fn stale_ms(&self) -> i64 {
        i64::try_from(self.names.published.stale_after_s).unwrap_or(i64::MAX / 1000) * 1000
    }

    /// Works out anew how much likelier each class is.
    pub(super) fn lean(&mut self) {
        let classes = self.core.shape().classes().len();
        let leanings = if self.published.is_empty() {
            Vec::new()
        } else {
            let of = |class: usize| {
                let rate = self.core.shape().class(class).rate;
                let more =
                    self.names.members[class].iter().filter(|one| self.is_published(&one.id));
                let more: f64 = more.map(|one| one.rate * (self.times() - 1.0)).sum();
                (1.0 + more / rate).ln()
            };
            (0..classes).map(of).collect()
        };
        self.core.set_leanings(leanings);
    }

    fn times(&self) -> f64 {
        f64::from(self.names.published.times)
    }

    fn is_published(&self, id: &str) -> bool {
        let mut all = self.published.values();
        all.any(|one| one.components.iter().any(|component| component.as_str() == id))
    }

    /// How often each member of a class is at fault, and all of them together: in these shares they
    /// have the class's probability.
    pub(super) fn rates(&self, class: usize) -> (Vec<f64>, f64) {
        let members = &self.names.members[class];
        if !members.iter().any(|one| self.is_published(&one.id)) {
            let rate = self.core.shape().class(class).rate;
            return (members.iter().map(|one| one.rate).collect(), rate);
        }
        let weight = |id: &str| if self.is_published(id) { self.times() } else { 1.0 };
        let rates: Vec<f64> = members.iter().map(|one| one.rate * weight(&one.id)).collect();
        let all = rates.iter().sum();
        (rates, all)
    }

    /// What is counted now, for `explain`.
    pub(super) fn published_rows(&self, now: Timestamp) -> Vec<PublishedEvidence> {
        let rows = self.published.iter().flat_map(|(notice, one)| {
            let until = timestamp(one.at_ms.saturating_add(self.stale_ms()));
            one.components.iter().map(move |component| (*notice, component, until))
        });
        rows.filter(|(_, component, until)| {
            *until > now && self.names.class(component.as_str()).is_some()
        })
        .map(|(notice, component, until)| PublishedEvidence {
            notice,
            component: component.clone(),
            times: self.names.published.times,
            until,
        })
        .collect()
    }
}
