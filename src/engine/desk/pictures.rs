//! The picture that may go along with an update: how the incident went, as the public may see it.
//! Drawn at the moment of publishing, and fixed with the post. Must not: draw what is not public.

use crate::{
    domain::{Audience, Destination, IncidentId, UpdateKind},
    engine::{explain::Chart, records::Incident, speech::charted_minutes},
    event::{Picture, PostAction},
};

use super::{Counts, Desk, publishing::Statement};

impl Desk<'_> {
    /// How the incident's servers did; `None` where no picture of it goes along with such an update.
    pub(super) fn course(
        &self,
        id: IncidentId,
        kind: UpdateKind,
        counts: Counts<'_>,
    ) -> Option<Chart> {
        let incident = self.records.incidents.get(&id)?;
        let is_wanted = self.speech().has_picture(incident, kind);
        let minutes = charted_minutes(incident, self.now());
        is_wanted.then(|| counts(&incident.servers, minutes))
    }

    /// The picture beside a statement's words at one destination. A change of a post has none: what
    /// stood there before would be lost with it.
    pub(super) fn picture_beside(
        &self,
        statement: &Statement<'_>,
        incident: &Incident,
        destination: &Destination,
        action: PostAction,
    ) -> Option<Picture> {
        let takes_one = destination.abilities.pictures && destination.audience == Audience::Public;
        let course = statement.course.as_ref().filter(|_| takes_one);
        let course = course.filter(|_| action == PostAction::Post)?;
        let locale = self.records.settings.locale_of(destination);
        self.speech().to(&locale).picture(incident, course)
    }
}
