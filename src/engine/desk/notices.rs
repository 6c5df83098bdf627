//! What a provider announces: matched to what of ours it touches, told to staff, kept in the story of
//! the incidents it may explain.
//!
//! A notice is never proof: it changes no probability and opens no incident. It stands beside what
//! is measured (`docs/evidence.md`, "What providers say"). Must not: read a letter (the intake does).
//! Start at [`Desk::hear_notice`].

use crate::{
    domain::{
        Component, ComponentId, Fleet, IncidentId, Notice, NoticeAbout, NoticeAge, NoticeId,
        ServerId,
    },
    engine::records::NoticeRecord,
    event::{Output, TimelineKind},
};

use super::{Desk, windows::Wish};

impl Desk<'_> {
    /// Takes a notice: what is new in it is told once; a late one that was written earlier, or one
    /// that says the same again, changes nothing for staff.
    pub(super) fn hear_notice(&mut self, notice: &Notice) {
        let known = self.records.notice_of(notice).cloned();
        let age = known.as_ref().map_or(NoticeAge::Newer, |known| notice.against(&known.notice));
        match age {
            NoticeAge::Same | NoticeAge::Older => {}
            NoticeAge::Repeated => {
                self.keep_notice(notice, known.as_ref());
            }
            NoticeAge::Newer => {
                let id = self.keep_notice(notice, known.as_ref());
                self.tell_notice(id, known.as_ref());
            }
        }
    }

    fn keep_notice(&mut self, notice: &Notice, known: Option<&NoticeRecord>) -> NoticeId {
        let id = known.map_or(NoticeId(self.records.last_notice.0 + 1), |known| known.id);
        let fleet = &self.records.settings.fleet;
        let components = touched(fleet, notice);
        let servers = behind(fleet, &components);
        let notice = Box::new(notice.clone());
        self.decide(Output::Notice { id, notice, components, servers });
        id
    }

    fn tell_notice(&mut self, id: NoticeId, before: Option<&NoticeRecord>) {
        let Some(now) = self.records.notices.get(&id).cloned() else { return };
        let wish = self.wish_of_notice(&now);
        let hint = match wish {
            Wish::Nothing(why) if why.is_worth_a_word() => Some(self.why_no_window(&now, why)),
            Wish::Nothing(_) | Wish::Draft { .. } | Wish::Change { .. } => None,
        };
        let text = self.speech().notice(&now, before, hint);
        let concerned = self.concerned_by(&now);
        let said = self.speech().notice_said(&now);
        let by = self.speech().provider(&now.notice.provider);
        for incident in &concerned {
            let (kind, by, text) = (TimelineKind::UpstreamSaid, by.clone(), said.clone());
            self.decide(Output::Timeline { incident: Some(*incident), kind, by, text });
        }
        self.tell_staff("notice", concerned.first().copied(), &text, None);
        self.heed_notice(&now, wish);
    }

    /// Open incidents that a notice may have to do with: some of their servers are behind what it
    /// names, and it is not of another time.
    fn concerned_by(&self, record: &NoticeRecord) -> Vec<IncidentId> {
        let is_touched =
            |servers: &[ServerId]| servers.iter().any(|one| record.servers.contains(one));
        self.records
            .open_incidents()
            .filter(|incident| is_touched(&incident.servers))
            .filter(|incident| match record.notice.about {
                NoticeAbout::Maintenance => true,
                // Trouble that ended before ours began is another.
                NoticeAbout::Incident => {
                    let end = record.notice.window.and_then(|window| window.ends_at);
                    end.is_none_or(|end| end >= incident.since)
                }
            })
            .map(|incident| incident.id)
            .collect()
    }
}

/// Our components that a notice names: by circuit, else by account. Of a provider that is one of
/// ours, only what is its own or below it; names of circuits are not the same everywhere.
pub(super) fn touched(fleet: &Fleet, notice: &Notice) -> Vec<ComponentId> {
    let provider = fleet.components.iter().find(|one| one.id.as_str() == notice.provider);
    let may_be = |one: &&Component| {
        provider.is_none_or(|provider| fleet.is_at_or_below(&one.id, &provider.id))
    };
    let of_ours = || fleet.components.iter().filter(may_be);
    let is_same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
    let named = |names: &[String]| {
        names.iter().any(|name| notice.objects.iter().any(|object| is_same(name, object)))
    };
    let by_circuit: Vec<ComponentId> =
        of_ours().filter(|one| named(&one.circuits)).map(|one| one.id.clone()).collect();
    if !by_circuit.is_empty() {
        return by_circuit;
    }
    let has_account = |one: &&Component| {
        named(&one.accounts)
            || notice
                .account
                .as_deref()
                .is_some_and(|account| one.accounts.iter().any(|own| is_same(own, account)))
    };
    of_ours().filter(has_account).map(|one| one.id.clone()).collect()
}

/// The servers that depend on any of `components`.
fn behind(fleet: &Fleet, components: &[ComponentId]) -> Vec<ServerId> {
    let depends = |server: &&crate::domain::Server| {
        components.iter().any(|component| fleet.is_behind(server, component))
    };
    let mut servers: Vec<ServerId> =
        fleet.servers.iter().filter(depends).map(|server| server.id.clone()).collect();
    servers.sort();
    servers
}
