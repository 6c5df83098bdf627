//! Words to subscribers: an update with the way to leave, and the letter that asks for their word.

use std::collections::BTreeSet;

use crate::{
    domain::{Destination, Limits, MaintenanceWindow, Topic, WindowNews},
    engine::records::Incident,
    render::{self, CONFIRM_PATH, Facts, LEAVE_PATH, TOKEN_MARKER},
};

use super::{Speech, Told, join_within};

impl Speech<'_> {
    /// An update as one of a destination's subscribers reads it; how to leave is never cut off.
    pub fn letter(&self, incident: &Incident, told: &Told<'_>, to: &Destination) -> String {
        self.with_leave(to, |room| self.body(incident, told, room))
    }

    /// The same of what is told of a window.
    pub fn window_letter(
        &self,
        window: &MaintenanceWindow,
        news: WindowNews,
        to: &Destination,
    ) -> String {
        self.with_leave(to, |room| self.window_body(window, news, room))
    }

    fn with_leave(&self, to: &Destination, body: impl FnOnce(&Destination) -> String) -> String {
        let facts = Facts::new().text("url", self.link(LEAVE_PATH));
        let key = if to.abilities.letters { "letter-leave" } else { "letter-leave-command" };
        let leave = format!("\n\n{}", self.say(key, facts));
        let taken = u32::try_from(render::length(&leave, &to.limits)).unwrap_or(u32::MAX);
        let length_max = to.limits.length_max.saturating_sub(taken);
        let room = Destination { limits: Limits { length_max, ..to.limits }, ..to.clone() };
        let body = body(&room);
        format!("{body}{leave}")
    }

    /// What the owner of an address reads when somebody asked in their name. The first line is the
    /// letter's subject.
    pub fn confirm_letter(&self, topics: &str, limits: &Limits) -> String {
        let facts = Facts::new()
            .text("host", self.fleet().name.clone())
            .text("topics", topics)
            .text("url", self.link(CONFIRM_PATH));
        join_within(&self.say("letter-confirm", facts), &[], limits)
    }

    /// What somebody hears of, in public words.
    pub fn topics(&self, topics: &BTreeSet<Topic>) -> String {
        let names: Vec<String> = topics.iter().map(|topic| self.topic(topic)).collect();
        self.list(&names)
    }

    fn topic(&self, topic: &Topic) -> String {
        match topic {
            Topic::All => self.say("topic-all", Facts::new()),
            Topic::Server(id) => self.public_servers(std::slice::from_ref(id)),
            Topic::Component(id) => {
                let component = self.fleet().components.iter().find(|one| one.id == *id);
                let kind = component.map_or("other", |one| one.kind.word());
                self.public_component(kind, id.as_str())
            }
        }
    }

    /// A link with the marker for its reader's token at the end.
    fn link(&self, path: &str) -> String {
        let url = self.records.settings.public_url.as_deref().unwrap_or_default();
        format!("{}{path}{TOKEN_MARKER}", url.trim_end_matches('/'))
    }
}
