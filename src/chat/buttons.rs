//! What a press does. Staff's presses are lines of the grammar; the engine decides who was first.

use crate::{
    command::Button,
    domain::{AsShown, DraftId, IncidentId, Role},
    engine::{Open, OpenDraft},
    render::{Facts, list},
};

use super::{
    Caller, Face,
    answer::{Answer, Form, Reply},
    commands::{buttons_of, is_told, words_of},
    heard::Heard,
    line,
};

impl Face {
    /// A button with this id was pressed under the message `on`.
    pub(super) async fn press(&self, heard: &Heard, id: &str, on: u64) -> Reply {
        let Some(button) = Button::read(id) else {
            return Reply::say(self.say("chat-button-unknown", Facts::new()));
        };
        match button {
            Button::Fixed { incident } => return self.fixed(heard, incident, on).await,
            Button::StillBroken { incident } => {
                return self.still_broken(heard, incident, on).await;
            }
            Button::Publish { .. }
            | Button::PublishAnyway { .. }
            | Button::Edit { .. }
            | Button::Wait { .. }
            | Button::PublishWindow { .. }
            | Button::ExtendWindow { .. }
            | Button::CompleteWindow { .. }
            | Button::FollowNotice { .. }
            | Button::Retry { .. }
            | Button::EndQuietly { .. }
            | Button::AssignReport { .. }
            | Button::DismissReport { .. }
            | Button::NotAnIncident { .. }
            | Button::ReallyNone { .. } => {}
        }
        let role = self.role(heard);
        if role < Role::Staff {
            return self.not_allowed(heard, Role::Staff);
        }
        match button {
            Button::Edit { draft, .. } => self.open_form(heard, role, draft).await,
            Button::AssignReport { .. } => Reply::Form(self.form_for_report(button)),
            Button::Publish { draft, revision } => {
                if let Some(stale) = self.unseen_change(draft, revision).await {
                    return stale;
                }
                self.press_line(heard, role, &button).await
            }
            Button::NotAnIncident { incident, seen } => {
                self.ask_once_more(heard, role, incident, seen, true).await
            }
            Button::ReallyNone { incident, seen } => {
                self.ask_once_more(heard, role, incident, Some(seen), false).await
            }
            Button::PublishAnyway { .. }
            | Button::Wait { .. }
            | Button::PublishWindow { .. }
            | Button::ExtendWindow { .. }
            | Button::CompleteWindow { .. }
            | Button::FollowNotice { .. }
            | Button::Retry { .. }
            | Button::EndQuietly { .. }
            | Button::DismissReport { .. }
            | Button::Fixed { .. }
            | Button::StillBroken { .. } => self.press_line(heard, role, &button).await,
        }
    }

    async fn press_line(&self, heard: &Heard, role: Role, button: &Button) -> Reply {
        let Some(line) = button.line() else {
            return Reply::say(self.say("chat-button-unknown", Facts::new()));
        };
        self.press_for(heard, role, button, &line).await
    }

    async fn press_for(&self, heard: &Heard, role: Role, button: &Button, line: &str) -> Reply {
        let is_none = matches!(button, Button::ReallyNone { .. } | Button::NotAnIncident { .. });
        match self.run(heard, role, line).await {
            Ok(told) => {
                // Where it was refused because there are newer words, these can be pressed.
                let open = self.open().await;
                let draft = open
                    .drafts
                    .iter()
                    .find(|one| after(button, one))
                    .filter(|_| !told.ok || is_none)
                    .filter(|draft| is_told(draft, &told));
                Reply::Say(match draft {
                    Some(draft) => Answer::about(draft, &told),
                    None => Answer { buttons: once_more(button, &open, told.ok), text: told.text },
                })
            }
            Err(refused) => Reply::say(self.not_done(&refused)),
        }
    }

    /// To say that it was none ends an incident, perhaps in public: the first press asks, and so does
    /// one for an incident that has changed since, with what changed. The engine says so where it is
    /// over.
    async fn ask_once_more(
        &self,
        heard: &Heard,
        role: Role,
        id: IncidentId,
        seen: Option<AsShown>,
        is_first: bool,
    ) -> Reply {
        let open = self.open().await;
        let found = open.incidents.iter().find(|one| one.id == id);
        let must_ask = is_first || seen != found.map(|one| one.as_shown);
        let Some(incident) = found.filter(|_| must_ask) else {
            let button = match seen {
                Some(seen) => Button::ReallyNone { incident: id, seen },
                None => Button::NotAnIncident { incident: id, seen },
            };
            // Over by now: the engine says so.
            let line = button.line().unwrap_or_else(|| format!("incident false-alarm {id}"));
            return self.press_for(heard, role, &button, &line).await;
        };
        let facts = Facts::new()
            .text("incident", id.to_string())
            .text("title", incident.title.clone())
            .number("updates", incident.as_shown.updates);
        let mut text = self.say("chat-no-incident-ask", facts);
        let changes = seen.map(|seen| self.changes(&seen, &incident.as_shown)).unwrap_or_default();
        if !changes.is_empty() {
            let changes = list(&self.words(), &self.setup.language, &changes);
            let changed =
                self.say("chat-no-incident-changed", Facts::new().text("changes", changes));
            text = format!("{changed}\n{text}");
        }
        let buttons = vec![Button::ReallyNone { incident: id, seen: incident.as_shown }];
        Reply::Say(Answer { text, buttons })
    }

    /// What is different, a phrase each.
    fn changes(&self, before: &AsShown, after: &AsShown) -> Vec<String> {
        let mut changes = Vec::new();
        if before.state != after.state {
            let facts = Facts::new().text("state", after.state.word());
            changes.push(self.say("chat-changed-state", facts));
        }
        if before.impact != after.impact {
            let facts = Facts::new()
                .text("before", before.impact.word())
                .text("after", after.impact.word());
            changes.push(self.say("chat-changed-impact", facts));
        }
        if before.servers != after.servers {
            let facts =
                Facts::new().number("before", before.servers).number("after", after.servers);
            changes.push(self.say("chat-changed-servers", facts));
        }
        if before.updates != after.updates {
            let count = after.updates.saturating_sub(before.updates);
            changes.push(self.say("chat-changed-updates", Facts::new().number("count", count)));
        }
        changes
    }

    /// A person's own draft keeps its words when the evidence changes under it, as a new revision:
    /// who presses for the one before is shown what changed.
    async fn unseen_change(&self, id: DraftId, revision: u32) -> Option<Reply> {
        let open = self.open().await;
        let draft = open.drafts.iter().find(|one| one.id == id && one.revision > revision)?;
        let revision = draft.revision;
        let changed = draft.stale.clone().filter(|_| draft.by_person)?;
        let facts = Facts::new()
            .text("draft", draft.id.to_string())
            .text("changed", changed)
            .text("text", draft.body.clone());
        let text = self.say("chat-draft-stale", facts);
        let buttons = vec![
            Button::PublishAnyway { draft: id, revision },
            Button::Edit { draft: id, revision },
        ];
        Some(Reply::Say(Answer { text, buttons }))
    }

    /// The form holds the newest words, and its id their revision.
    async fn open_form(&self, heard: &Heard, role: Role, id: DraftId) -> Reply {
        let open = self.open().await;
        let Some(draft) = open.drafts.iter().find(|one| one.id == id) else {
            return self.outcome(heard, role, id).await;
        };
        let facts =
            || Facts::new().text("draft", draft.id.to_string()).number("revision", draft.revision);
        Reply::Form(Form {
            button: Button::Edit { draft: id, revision: draft.revision },
            title: self.say("chat-form-title", facts()),
            label: self.say("chat-form-label", facts()),
            text: draft.body.clone(),
        })
    }

    /// What became of a draft that no longer waits: the engine says so to whoever would edit it. No
    /// draft has such a revision, so nothing is edited.
    async fn outcome(&self, heard: &Heard, role: Role, id: DraftId) -> Reply {
        let line = format!("draft edit {id} \"…\" --revision {}", u32::MAX);
        match self.run(heard, role, &line).await {
            Ok(told) => Reply::say(told.text),
            Err(refused) => Reply::say(self.not_done(&refused)),
        }
    }

    /// Asks which server a report is about.
    fn form_for_report(&self, button: Button) -> Form {
        Form {
            button,
            title: self.say("chat-form-report", Facts::new()),
            label: self.say("chat-form-report-label", Facts::new()),
            text: String::new(),
        }
    }

    /// A form came back. A draft's words are put in, unless there are newer ones than those it held.
    pub(super) async fn submit(&self, heard: &Heard, id: &str, text: &str) -> Reply {
        let role = self.role(heard);
        match Button::read(id) {
            Some(Button::Edit { .. } | Button::AssignReport { .. }) if role < Role::Staff => {
                self.not_allowed(heard, Role::Staff)
            }
            Some(Button::Edit { draft, revision }) => {
                self.put_words(heard, role, draft, revision, text).await
            }
            Some(Button::AssignReport { report }) => {
                let line = format!("reports assign {report:020x} {}", line::quoted(text.trim()));
                match self.run(heard, role, &line).await {
                    Ok(told) => Reply::say(told.text),
                    Err(refused) => Reply::say(self.not_done(&refused)),
                }
            }
            Some(_) | None => Reply::say(self.say("chat-button-unknown", Facts::new())),
        }
    }

    async fn put_words(
        &self,
        heard: &Heard,
        role: Role,
        draft: DraftId,
        revision: u32,
        text: &str,
    ) -> Reply {
        let line = format!("draft edit {draft} {} --revision {revision}", line::quoted(text));
        let told = match self.run(heard, role, &line).await {
            Ok(told) => told,
            Err(refused) => return Reply::say(self.not_done(&refused)),
        };
        let open = self.open().await;
        let newest = open.drafts.iter().find(|one| one.id == draft);
        let text = match newest {
            Some(newest) if told.ok => words_of(self, newest),
            // What was typed is not lost.
            Some(_) | None => {
                let facts = Facts::new().text("refusal", told.text).text("text", text);
                self.say("chat-edit-refused", facts)
            }
        };
        Reply::Say(Answer { text, buttons: newest.map(buttons_of).unwrap_or_default() })
    }

    /// **Fixed for me**: kept in the timeline in the chat's own name, once for each word we sent.
    async fn fixed(&self, heard: &Heard, incident: IncidentId, on: u64) -> Reply {
        let note = self.say("chat-fixed-note", Facts::new());
        let line = format!("note {} --incident {incident}", line::quoted(&note));
        let caller = Caller {
            account: None,
            name: "discord".to_owned(),
            outside_id: format!("discord:press:{on}:fixed"),
        };
        let told = self.house.command(&caller, Role::Staff, &line).await;
        match told {
            Ok(_) | Err(crate::journal::Refused::Duplicate(_)) => {
                Reply::say(self.say_in(&heard.locale, "chat-fixed"))
            }
            Err(refused) => Reply::say(self.not_done(&refused)),
        }
    }
}

/// Whether a draft is what a press was about.
fn after(button: &Button, draft: &OpenDraft) -> bool {
    match button {
        Button::Publish { draft: id, .. }
        | Button::PublishAnyway { draft: id, .. }
        | Button::Edit { draft: id, .. }
        | Button::Wait { draft: id } => draft.id == *id,
        Button::NotAnIncident { incident, .. }
        | Button::ReallyNone { incident, .. }
        | Button::EndQuietly { incident, .. }
        | Button::Fixed { incident }
        | Button::StillBroken { incident } => draft.incident == *incident,
        Button::PublishWindow { .. }
        | Button::ExtendWindow { .. }
        | Button::CompleteWindow { .. }
        | Button::FollowNotice { .. }
        | Button::AssignReport { .. }
        | Button::DismissReport { .. }
        | Button::Retry { .. } => false,
    }
}

/// What was refused because things had changed can be pressed for as they are now.
fn once_more(button: &Button, open: &Open, done: bool) -> Vec<Button> {
    let stands = |id| open.incidents.iter().find(|one| one.id == id).map(|one| one.as_shown);
    let newest = |id| open.windows.iter().find(|one| one.id == id).map(|one| Some(one.revision));
    let newer = match *button {
        Button::ReallyNone { incident, .. } => {
            stands(incident).map(|seen| Button::ReallyNone { incident, seen })
        }
        Button::EndQuietly { incident, .. } => stands(incident)
            .filter(|seen| seen.updates == 0)
            .map(|seen| Button::EndQuietly { incident, seen }),
        Button::ExtendWindow { window, .. } => {
            newest(window).map(|revision| Button::ExtendWindow { window, revision })
        }
        Button::CompleteWindow { window, .. } => {
            newest(window).map(|revision| Button::CompleteWindow { window, revision })
        }
        Button::Publish { .. }
        | Button::PublishAnyway { .. }
        | Button::Edit { .. }
        | Button::Wait { .. }
        | Button::NotAnIncident { .. }
        | Button::PublishWindow { .. }
        | Button::FollowNotice { .. }
        | Button::AssignReport { .. }
        | Button::DismissReport { .. }
        | Button::Retry { .. }
        | Button::Fixed { .. }
        | Button::StillBroken { .. } => None,
    };
    newer.filter(|newer| !done && newer != button).into_iter().collect()
}
