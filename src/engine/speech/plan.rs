//! What staff should know of a draft's way out beside its words: where a picture goes along, and what
//! the posts cost. Must not: name what costs nothing and is as anywhere. Start at [`Speech::plan`].

use crate::{
    domain::{Audience, Destination},
    engine::{
        desk::body_of,
        explain::Chart,
        records::{Draft, Incident},
    },
    render::{Facts, dollars, weighted_links},
};

use super::{Speech, Spoken};

/// What is known of how an incident went until now.
pub(in crate::engine) enum Course<'a> {
    /// Nothing here.
    Unknown,
    /// This: a picture goes along if it shows anything.
    Known(&'a Chart),
    /// The same, and the picture is told in words.
    Told(&'a Chart),
}

impl Speech<'_> {
    /// A line each.
    pub fn plan(&self, draft: &Draft, course: &Course<'_>) -> Vec<String> {
        let Some(incident) = self.records.incidents.get(&draft.incident) else { return Vec::new() };
        let public: Vec<&Destination> = self
            .records
            .settings
            .destinations
            .iter()
            .filter(|one| one.audience == Audience::Public)
            .collect();
        let picture = self.picture_line(draft, incident, &public, course);
        let costs = public.iter().filter_map(|one| self.cost_line(draft, incident, one));
        picture.into_iter().chain(costs).collect()
    }

    fn picture_line(
        &self,
        draft: &Draft,
        incident: &Incident,
        public: &[&Destination],
        course: &Course<'_>,
    ) -> Option<String> {
        // Where the first post is changed in place, no new one is made.
        let takes_one = |one: &&&Destination| {
            let is_changed = one.abilities.edits && incident.first_posts.contains_key(&one.id);
            one.abilities.pictures && !is_changed
        };
        let takers: Vec<&str> =
            public.iter().filter(takes_one).map(|one| one.id.as_str()).collect();
        if takers.is_empty() || !self.has_picture(incident, draft.kind) {
            return None;
        }
        let facts = Facts::new().text("destinations", self.list(&takers));
        match course {
            Course::Unknown => Some(self.say("plan-picture-perhaps", facts)),
            Course::Known(course) => {
                self.picture(incident, course).map(|_| self.say("plan-picture", facts))
            }
            Course::Told(course) => {
                let picture = self.picture(incident, course)?;
                Some(self.say("plan-picture-told", facts.text("alt", picture.alt)))
            }
        }
    }

    fn cost_line(&self, draft: &Draft, incident: &Incident, to: &Destination) -> Option<String> {
        let prices = to.abilities.prices?;
        let body = body_of(draft);
        let spoken =
            Spoken { body: &body, short: draft.short.as_deref(), wordings: &draft.wordings };
        let next = self.next_update(incident, draft.kind, self.records.now);
        let told = self.told_at(to, &spoken, (&incident.title, next), |speech, told| {
            speech.body(incident, told, to)
        });
        let has_link = !weighted_links(&told).is_empty();
        let facts = Facts::new()
            .text("destination", to.id.to_string())
            .text("cost", dollars(prices.of(has_link)))
            .text("link", if has_link { "yes" } else { "no" });
        Some(self.say("plan-cost", facts))
    }
}
