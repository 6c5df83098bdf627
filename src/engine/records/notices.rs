//! What providers announced: the newest of each, with what of ours it touches.

use serde::{Deserialize, Serialize};

use crate::domain::{ComponentId, Notice, NoticeId, ServerId, Timestamp};

use super::Records;

/// How many notices are remembered.
const NOTICES_MAX: usize = 500;

/// A notice as it now stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct NoticeRecord {
    pub id: NoticeId,
    /// Grows with every change of what it says; a press names the one that was read.
    #[serde(default)]
    pub revision: u32,
    pub notice: Notice,
    /// When the first of it came.
    pub first_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
    pub components: Vec<ComponentId>,
    pub servers: Vec<ServerId>,
}

pub(super) fn is_zero(id: &NoticeId) -> bool {
    id.0 == 0
}

impl Records {
    /// What is known of the same thing.
    pub fn notice_of(&self, notice: &Notice) -> Option<&NoticeRecord> {
        self.notices.values().find(|known| known.notice.is_of(notice))
    }

    /// Notices that are not over, by number.
    pub fn open_notices(&self) -> impl Iterator<Item = &NoticeRecord> {
        self.notices.values().filter(|known| !known.notice.status.is_over())
    }

    pub(super) fn apply_notice(
        &mut self,
        at: Timestamp,
        id: NoticeId,
        notice: &Notice,
        components: &[ComponentId],
        servers: &[ServerId],
    ) {
        self.last_notice = self.last_notice.max(id);
        let known = self.notices.get(&id);
        let first_at = known.map_or(at, |known| known.first_at);
        let revision = match known {
            Some(known) if notice.says_the_same(&known.notice) => known.revision,
            Some(known) => known.revision.saturating_add(1),
            None => 1,
        };
        let record = NoticeRecord {
            id,
            revision,
            notice: notice.clone(),
            first_at,
            changed_at: at,
            components: components.to_vec(),
            servers: servers.to_vec(),
        };
        self.notices.insert(id, record);
        while self.notices.len() > NOTICES_MAX {
            let oldest = self
                .notices
                .values()
                .min_by_key(|known| (!known.notice.status.is_over(), known.changed_at, known.id))
                .map(|known| known.id);
            let Some(oldest) = oldest else { break };
            self.notices.remove(&oldest);
        }
    }
}
