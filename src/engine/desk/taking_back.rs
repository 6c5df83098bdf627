//! A post that an admin has deleted where it stands. The status page keeps the update: what was said
//! was said.

use crate::{
    domain::{Audience, PostId},
    engine::records::PostRecord,
    event::{DeliveryEvent, Output, Post, PostAction, TimelineKind},
    render::Facts,
};

use super::Desk;

/// The subject of a post that deletes another.
const SUBJECT: &str = "delete";

impl Desk<'_> {
    /// A person has the public post deleted whose id begins so.
    pub(super) fn take_back(&mut self, beginning: &str, by: &str) {
        let Some((id, post)) = self.post_that_begins(beginning) else { return };
        let facts = || {
            Facts::new()
                .text("destination", post.destination.to_string())
                .text("subject", post.subject.clone())
                .text("post", beginning)
        };
        if let Some(key) = self.cannot_take_back(&post) {
            return self.reply(false, self.speech().say(key, facts()));
        }
        let subject = [SUBJECT, id.as_str(), "1"];
        let deletion = self.id_of(PostAction::Delete, &subject, &post.destination, None);
        match self.records.posts.get(&deletion).map(|known| known.last.clone()) {
            None => self.decide_deletion(deletion, id, &post),
            Some(Some(DeliveryEvent::Failed { .. } | DeliveryEvent::Unresolved { .. })) => {
                let (not_there, by) = (false, by.to_owned());
                self.decide(Output::PostAgain { post: deletion, not_there, by });
            }
            // It is under way.
            Some(_) => return self.reply(true, self.speech().say("reply-delete", facts())),
        }
        let text = self.speech().say("timeline-taken-back", facts());
        let (kind, by) = (TimelineKind::Note, by.to_owned());
        self.decide(Output::Timeline { incident: post.incident, kind, by, text });
        self.reply(true, self.speech().say("reply-delete", facts()));
    }

    fn decide_deletion(&mut self, deletion: PostId, of: PostId, post: &PostRecord) {
        self.decide(Output::Post(Post {
            id: deletion,
            destination: post.destination.clone(),
            audience: post.audience,
            action: PostAction::Delete,
            subject: SUBJECT.to_owned(),
            incident: post.incident,
            window: post.window,
            recipient: None,
            thread: Some(of),
            body: String::new(),
            buttons: Vec::new(),
            picture: None,
        }));
    }

    /// The key of why not.
    fn cannot_take_back(&self, post: &PostRecord) -> Option<&'static str> {
        let mut destinations = self.records.settings.destinations.iter();
        let there = destinations.find(|one| one.id == post.destination);
        if post.audience != Audience::Public || post.subject == SUBJECT {
            return Some("reply-delete-not-public");
        }
        if !there.is_some_and(|one| one.abilities.deletes) {
            return Some("reply-delete-cannot");
        }
        match &post.last {
            Some(DeliveryEvent::Sent { .. }) => None,
            Some(DeliveryEvent::Gone) => Some("reply-delete-gone"),
            Some(
                DeliveryEvent::Sending { .. }
                | DeliveryEvent::Retry { .. }
                | DeliveryEvent::Unknown { .. }
                | DeliveryEvent::Unresolved { .. }
                | DeliveryEvent::Failed { .. }
                | DeliveryEvent::Superseded { .. },
            )
            | None => Some("reply-delete-not-there"),
        }
    }

    /// The one post whose id begins so; when there is none or more, that is the answer.
    pub(super) fn post_that_begins(&mut self, beginning: &str) -> Option<(PostId, PostRecord)> {
        let from = PostId::from(beginning);
        let posts = self.records.posts.range(from..);
        let mut found = posts.take_while(|(id, _)| id.as_str().starts_with(beginning));
        let key = match (found.next(), found.next()) {
            (Some((id, post)), None) => return Some((id.clone(), post.clone())),
            (None, _) => "reply-no-post",
            (Some(_), Some(_)) => "reply-posts-several",
        };
        self.reply(false, self.speech().say(key, Facts::new().text("post", beginning)));
        None
    }
}
