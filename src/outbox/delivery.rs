//! One post and what became of it so far.
//!
//! Changes only by [`Delivery::take_in`], which trusts the event it is given: whether an event may
//! come is decided in `schedule`, whether it still counts in the outbox.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{PostId, Timestamp},
    event::{DeliveryEvent, Post},
};

/// One post and what became of it so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// The post, as decided.
    pub post: Post,
    /// Its place in the order of decisions, from 1.
    pub place: u64,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// How often sending was begun.
    pub attempt: u32,
    /// How often it was looked up since the last attempt without an answer.
    pub lookups: u32,
    /// When sending was first begun.
    pub first_attempt_at: Option<Timestamp>,
    /// An earlier attempt may have arrived.
    pub in_doubt: bool,
    /// When staff last asked for it to be sent again: patience is counted anew from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_again_at: Option<Timestamp>,
    /// Where it stands.
    pub state: DeliveryState,
}

/// Where a delivery stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent.
    Due {
        /// Not before this.
        not_before: Timestamp,
        /// Why the last attempt did not arrive, if there was one.
        reason: Option<String>,
    },
    /// About to leave or leaving.
    Sending {
        /// Since when.
        since: Timestamp,
    },
    /// It may have arrived: to be looked up.
    Unknown {
        /// Not before this.
        not_before: Timestamp,
        /// What was seen.
        reason: String,
    },
    /// It arrived.
    Sent {
        /// When that was known.
        at: Timestamp,
        /// The other side's id.
        remote_id: Option<String>,
        /// Where it can be seen.
        link: Option<String>,
    },
    /// It may have arrived and nothing can tell: staff must look.
    Unresolved {
        /// When that was known.
        at: Timestamp,
        /// What was seen.
        reason: String,
    },
    /// It will not arrive.
    Failed {
        /// When that was known.
        at: Timestamp,
        /// What the other side said.
        reason: String,
    },
    /// It never left: a newer post says it better.
    Superseded {
        /// When that was known.
        at: Timestamp,
        /// The newer post.
        by: PostId,
        /// The other side's id of the first post of its thread that did arrive, if it was to open
        /// the thread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened: Option<String>,
    },
}

impl Delivery {
    /// A post that is due at once.
    pub(super) fn new(post: Post, place: u64, at: Timestamp) -> Self {
        Self {
            post,
            place,
            decided_at: at,
            attempt: 0,
            lookups: 0,
            first_attempt_at: None,
            in_doubt: false,
            asked_again_at: None,
            state: DeliveryState::Due { not_before: at, reason: None },
        }
    }

    /// The id of the post.
    pub fn id(&self) -> &PostId {
        &self.post.id
    }

    /// Whether nothing more will be done about it.
    pub fn is_finished(&self) -> bool {
        self.finished_at().is_some()
    }

    /// Whether it may have arrived and is to be looked up.
    pub fn is_unknown(&self) -> bool {
        matches!(self.state, DeliveryState::Unknown { .. })
    }

    /// When it was over; `None` while it is not.
    pub fn finished_at(&self) -> Option<Timestamp> {
        match &self.state {
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. } => None,
            DeliveryState::Sent { at, .. }
            | DeliveryState::Unresolved { at, .. }
            | DeliveryState::Failed { at, .. }
            | DeliveryState::Superseded { at, .. } => Some(*at),
        }
    }

    /// When its next step may be taken; `None` when none is waiting.
    pub fn ready_at(&self) -> Option<Timestamp> {
        match &self.state {
            DeliveryState::Due { not_before, .. } | DeliveryState::Unknown { not_before, .. } => {
                Some(*not_before)
            }
            DeliveryState::Sending { .. }
            | DeliveryState::Sent { .. }
            | DeliveryState::Unresolved { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Superseded { .. } => None,
        }
    }

    /// The other side's id for it, once it arrived and if one was given.
    pub fn remote_id(&self) -> Option<&str> {
        match &self.state {
            DeliveryState::Sent { remote_id, .. } => remote_id.as_deref(),
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Unresolved { .. }
            | DeliveryState::Failed { .. }
            | DeliveryState::Superseded { .. } => None,
        }
    }

    /// The other side's id that a reply in the thread which this post opens is made to.
    pub(super) fn opened(&self) -> Option<&str> {
        match &self.state {
            DeliveryState::Superseded { opened, .. } => opened.as_deref(),
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Sent { .. }
            | DeliveryState::Unresolved { .. }
            | DeliveryState::Failed { .. } => self.remote_id(),
        }
    }

    /// Whether it surely has not arrived, and is not about to leave.
    pub(super) fn can_give_way(&self) -> bool {
        matches!(self.state, DeliveryState::Due { .. }) && !self.in_doubt
    }

    /// Whether a newer post took its place.
    pub(super) fn is_superseded(&self) -> bool {
        matches!(self.state, DeliveryState::Superseded { .. })
    }

    /// Another post opened the thread that this one, superseded, was to open.
    pub(super) fn let_open(&mut self, remote_id: &str) {
        if let DeliveryState::Superseded { opened, .. } = &mut self.state
            && opened.is_none()
        {
            *opened = Some(remote_id.to_owned());
        }
    }

    /// Whether staff can have it sent again: it did not arrive, or nobody can tell.
    pub fn can_be_sent_again(&self) -> bool {
        match self.state {
            DeliveryState::Failed { .. } | DeliveryState::Unresolved { .. } => true,
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Sent { .. }
            | DeliveryState::Superseded { .. } => false,
        }
    }

    /// Makes it due again, where it [can be](Self::can_be_sent_again). One in doubt is looked up
    /// first, unless somebody looked and it is `not_there`.
    pub(super) fn is_due_again(&mut self, at: Timestamp, not_there: bool) -> bool {
        let not_before = at;
        let state = match &self.state {
            DeliveryState::Failed { .. } => DeliveryState::Due { not_before, reason: None },
            DeliveryState::Unresolved { .. } if not_there => {
                self.in_doubt = false;
                DeliveryState::Due { not_before, reason: None }
            }
            DeliveryState::Unresolved { reason, .. } => {
                DeliveryState::Unknown { not_before, reason: reason.clone() }
            }
            DeliveryState::Due { .. }
            | DeliveryState::Sending { .. }
            | DeliveryState::Unknown { .. }
            | DeliveryState::Sent { .. }
            | DeliveryState::Superseded { .. } => return false,
        };
        self.state = state;
        self.asked_again_at = Some(at);
        true
    }

    /// Moves to the state that `event` says.
    pub(super) fn take_in(&mut self, at: Timestamp, event: &DeliveryEvent) {
        self.state = match event.clone() {
            DeliveryEvent::Sending { attempt } => {
                self.attempt = attempt.max(self.attempt.saturating_add(1));
                self.lookups = 0;
                self.first_attempt_at = self.first_attempt_at.or(Some(at));
                DeliveryState::Sending { since: at }
            }
            DeliveryEvent::Sent { remote_id, link, .. } => {
                DeliveryState::Sent { at, remote_id, link }
            }
            DeliveryEvent::Retry { not_before, reason, .. } => {
                DeliveryState::Due { not_before, reason: Some(reason) }
            }
            DeliveryEvent::Unknown { reason, not_before } => {
                self.lookups = self.lookups.saturating_add(u32::from(self.is_unknown()));
                self.in_doubt = true;
                DeliveryState::Unknown { not_before, reason }
            }
            DeliveryEvent::Unresolved { reason } => DeliveryState::Unresolved { at, reason },
            DeliveryEvent::Failed { reason } => DeliveryState::Failed { at, reason },
            DeliveryEvent::Superseded { by } => DeliveryState::Superseded { at, by, opened: None },
            // What stands elsewhere has changed, and not what became of sending it.
            DeliveryEvent::Gone => return,
        };
    }
}
