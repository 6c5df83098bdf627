//! Whether the day came out as it should: what was decided, held against what arrived.

use std::collections::BTreeSet;

use crate::{
    domain::{DestinationId, IncidentId, IncidentState, PersonId, Timestamp},
    event::{Body, Entry, Output, Post},
    outbox::Outbox,
};

use super::{script::Narrator, sink::Counts};

/// What the bot decided, as far as the day is judged by it.
#[derive(Default)]
pub struct Seen {
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    causes: BTreeSet<String>,
}

impl Seen {
    /// Takes in one entry.
    pub fn note(&mut self, entry: &Entry) {
        let Body::Decision(decision) = &entry.body else { return };
        if let Output::Suspicion(suspicion) = &decision.output {
            self.causes.extend(suspicion.causes.iter().map(|cause| cause.id.clone()));
        }
        if let Output::Incident { id: IncidentId(1), state, .. } = &decision.output {
            self.resolved_at = (*state == IncidentState::Resolved).then_some(entry.at);
        }
    }
}

/// A post that was decided, and therefore must have arrived.
pub struct Decided {
    key: (String, String),
    heard_back: Option<PersonId>,
}

/// What must have arrived at the sink: all but what went to `elsewhere`.
pub fn posts(outbox: &Outbox, elsewhere: &BTreeSet<DestinationId>) -> Vec<Decided> {
    let resolved = |post: &Post| post.subject == "follow_up.resolved";
    outbox
        .listing()
        .into_iter()
        .map(|delivery| &delivery.post)
        .filter(|post| !elsewhere.contains(&post.destination))
        .map(|post| Decided {
            key: (post.destination.to_string(), post.id.to_string()),
            heard_back: post.recipient.clone().filter(|_| resolved(post)),
        })
        .collect()
}

/// Everything that did not come out as promised.
pub fn judge(seen: &Seen, decided: &[Decided], counts: &Counts) -> Vec<String> {
    let mut findings = Vec::new();
    if seen.resolved_at.is_none() {
        findings.push("the incident was not resolved by the end of the day".to_owned());
    }
    if !seen.causes.contains("sw-atl-1") {
        findings.push(format!("switch 1 was not named; named were {:?}", seen.causes));
    }
    let heard: BTreeSet<_> = decided.iter().filter_map(|post| post.heard_back.as_ref()).collect();
    if heard.len() < Narrator::reporters() {
        findings.push(format!("only {} reporters heard back", heard.len()));
    }
    for post in decided {
        if !counts.contains_key(&post.key) {
            findings.push(format!("post {} did not reach {}", post.key.1, post.key.0));
        }
    }
    for (room, id) in counts.keys() {
        if !decided.iter().any(|post| post.key == (room.clone(), id.clone())) {
            findings.push(format!("{room} received {id}, which nobody decided"));
        }
    }
    findings
}
