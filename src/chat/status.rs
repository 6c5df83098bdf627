//! `/status`: how things stand, from what the public sees and nothing else. Pure.
//!
//! Which server a domain is on is told only to somebody who is linked to it; for everybody else a
//! known and an unknown domain have the same answer. Servers without a public name share one row,
//! which says nothing of one of them: who asks about such a one has the general answer too.

use crate::{
    domain::{Fleet, ServerStatus},
    engine::{IncidentView, Link, View},
    render::{Facts, Words},
};

/// The most incidents that are told.
const INCIDENTS_MAX: usize = 5;

/// What the answer is made from.
pub(super) struct Known<'a> {
    pub(super) view: &'a View,
    pub(super) fleet: &'a Fleet,
    pub(super) links: &'a [Link],
    pub(super) words: &'a Words,
    pub(super) language: &'a str,
}

impl Known<'_> {
    /// How things stand, or how it stands with the server that `about` is, or its domain is on.
    pub(super) fn answer(&self, about: Option<&str>) -> String {
        let about = about.map(str::trim).filter(|about| !about.is_empty());
        let mut lines = Vec::new();
        let row = about.and_then(|about| self.row(about));
        if let Some((name, status)) = row {
            let standing = self.say("chat-standing", Facts::new().text("status", status.word()));
            let facts = Facts::new().text("server", name.clone()).text("standing", standing);
            lines.push(self.say("chat-status-server", facts));
            let touched = |incident: &&IncidentView| incident.servers.contains(name);
            lines.extend(self.incidents(self.view.open.iter().filter(touched)));
        } else {
            lines.extend(self.incidents(self.view.open.iter()));
            if lines.is_empty() {
                lines.push(self.say("answer-status-well", Facts::new()));
            }
        }
        if let Some(url) = &self.view.public_url {
            lines.push(self.say("chat-status-page", Facts::new().text("url", url.clone())));
        }
        lines.join("\n")
    }

    /// Its public name, and how it stands.
    fn row(&self, about: &str) -> Option<(&String, ServerStatus)> {
        let by_name = self.view.servers.iter().find(|row| {
            row.name.as_ref().is_some_and(|name| name.to_lowercase() == about.to_lowercase())
        });
        if let Some(row) = by_name {
            return Some((row.name.as_ref()?, row.status));
        }
        let domain = crate::event::wire::domain_name(about)?;
        let domain = self.fleet.domain_above(&domain)?;
        let link = self.links.iter().find(|link| link.domain == domain)?;
        let server = self.fleet.servers.iter().find(|server| server.id == link.server)?;
        let name = server.public_name.as_ref()?;
        let row = self.view.servers.iter().find(|row| row.name.as_ref() == Some(name))?;
        Some((name, row.status))
    }

    fn incidents<'a>(&self, incidents: impl Iterator<Item = &'a IncidentView>) -> Vec<String> {
        incidents
            .take(INCIDENTS_MAX)
            .map(|incident| {
                let state = Facts::new().text("state", incident.state.word());
                let text = incident.updates.first().map(|update| update.text.clone());
                let facts = Facts::new()
                    .text("title", incident.title.clone())
                    .text("state", self.say("state", state))
                    .text("text", text.unwrap_or_default());
                self.say("answer-status-incident", facts)
            })
            .collect()
    }

    fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(self.language, key, &facts)
    }
}
