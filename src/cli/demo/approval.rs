//! What waits for somebody to decide, and the story's staff, who decide what nobody else does.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

use crate::{
    domain::DraftId,
    event::{Body, Entry, Output},
};

use super::script::Narrator;

/// What waits for somebody to decide.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The bot has opened an incident.
    pub is_alarmed: bool,
    /// The drafts that the bot made, each with its newest revision.
    drafts: BTreeMap<DraftId, u32>,
}

impl Waiting {
    /// Whether nothing does.
    pub fn is_nothing(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Takes in one decision of the bot's; the draft that waits anew, if one does.
    fn note(&mut self, output: &Output) -> Option<(DraftId, u32)> {
        if let Output::Incident { .. } = output {
            self.is_alarmed = true;
        } else if let Output::Update { draft: Some(id), .. } | Output::DraftClosed { id, .. } =
            output
        {
            self.drafts.remove(id);
        } else if let Output::Draft { id, revision, by, .. } = output {
            if by.is_none() {
                self.drafts.insert(*id, *revision);
                return Some((*id, *revision));
            }
            // A person's own words are theirs to publish.
            self.drafts.remove(id);
        }
        None
    }
}

/// The story's staff: they publish what has waited for `patience`.
pub struct Approver {
    /// How long others have.
    pub patience: TimeDelta,
    /// Whether somebody is asked to press: they are told so.
    pub asks: bool,
    /// How the story's staff speak.
    pub narrator: Arc<Narrator>,
    /// Where it is told what waits.
    pub waiting: watch::Sender<Waiting>,
}

impl Approver {
    /// Watches until the bot ends.
    pub async fn run(self, mut decisions: Receiver<Arc<Entry>>) {
        let this = Arc::new(self);
        loop {
            let entry = match decisions.recv().await {
                Ok(entry) => entry,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            let Body::Decision(decision) = &entry.body else { continue };
            let mut asked = None;
            this.waiting.send_modify(|waiting| asked = waiting.note(&decision.output));
            if let Some((id, revision)) = asked {
                let this = this.clone();
                tokio::spawn(async move { this.decide_later(id, revision).await });
            }
        }
    }

    async fn decide_later(&self, id: DraftId, revision: u32) {
        if self.asks {
            self.narrator.screen.ask(&format!(
                "Draft {id} waits in your staff channel for somebody to press “Publish”. In {} seconds the story's staff do.",
                self.patience.num_seconds()
            ));
        }
        self.narrator.clock.sleep(self.patience).await;
        let still_waits = self.waiting.borrow().drafts.get(&id) == Some(&revision);
        if still_waits {
            // A refusal is on the screen already.
            let _ = self.narrator.staff(&format!("draft publish {id} --revision {revision}")).await;
        }
    }
}
