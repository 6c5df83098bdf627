//! Staff's commands, and the two of a message's menu that keep a timeline.

use crate::{
    command::{self, Button, Command, CommandSpec, Line, may},
    domain::{DraftId, Role},
    engine::{Open, OpenDraft},
    journal::Refused,
    render::{self, Facts},
};

use super::{
    Caller, Face, Told,
    answer::{Answer, Reply},
    heard::{self, Given, Heard, Message},
    line,
};

/// How much of a message is kept in a timeline, in characters.
const NOTE_LENGTH_MAX: usize = 1000;

impl Face {
    /// A command of the grammar, its fields put together into the line that somebody would type.
    pub(super) async fn command(
        &self,
        heard: &Heard,
        spec: &'static CommandSpec,
        given: &[(String, Given)],
    ) -> Reply {
        let role = self.role(heard);
        if !may(spec, role) {
            return self.not_allowed(heard, spec.role);
        }
        let line = line::line_of(spec, given);
        match self.run(heard, role, &line).await {
            Ok(told) => {
                let open = self.open().await;
                match draft_after(spec.name, given, &told, &open) {
                    Some(draft) if is_told(draft, &told) => Reply::Say(Answer::about(draft, &told)),
                    // Their own words were not repeated to them; what can be pressed stands under
                    // the words that it means.
                    Some(draft) if told.ok && draft.by_person => Reply::Say(Answer {
                        text: words_of(self, draft),
                        buttons: buttons_of(draft),
                    }),
                    Some(_) | None => Reply::say(told.text),
                }
            }
            Err(refused) => Reply::say(self.not_done(&refused)),
        }
    }

    /// *Add to timeline*. Staff's own words are kept; of a customer's message only where it stands,
    /// because what customers write never enters the chain.
    pub(super) async fn add_to_timeline(&self, heard: &Heard, message: &Message) -> Reply {
        let role = self.role(heard);
        if role < Role::Staff {
            return self.not_allowed(heard, Role::Staff);
        }
        let is_own = message.author.id == heard.who.id;
        let note = if is_own && !message.text.trim().is_empty() {
            message.text.trim().chars().take(NOTE_LENGTH_MAX).collect()
        } else {
            self.words_of_place(message)
        };
        let line = format!("note {}", line::quoted(&note));
        match self.run(heard, role, &line).await {
            Ok(told) => Reply::say(told.text),
            Err(refused) => Reply::say(self.not_done(&refused)),
        }
    }

    /// Runs a line in somebody's name. The interaction's id makes a repeat harmless.
    pub(super) async fn run(&self, heard: &Heard, role: Role, line: &str) -> Result<Told, Refused> {
        let caller = Caller {
            account: Some(heard.who.account()),
            name: heard.who.name.clone(),
            outside_id: format!("discord:interaction:{}", heard.id),
        };
        self.house.command(&caller, role, line).await
    }

    pub(super) fn not_done(&self, refused: &Refused) -> String {
        match refused {
            Refused::Duplicate(_) => self.say("chat-done-already", Facts::new()),
            Refused::Full | Refused::Overloaded | Refused::Stopping => {
                self.say("chat-busy", Facts::new())
            }
        }
    }

    /// Where and when a message was written; no link, for that leads to its author for ever.
    fn words_of_place(&self, message: &Message) -> String {
        let timezone = self.house.fleet().timezone;
        let written = heard::made_at(message.id).unwrap_or_else(|| self.setup.clock.now());
        let time = render::date_time(&self.words(), &self.setup.language, written, timezone);
        let facts = Facts::new().text("channel", message.channel_name.clone()).text("time", time);
        let is_named = !message.channel_name.is_empty();
        self.say(if is_named { "chat-note-message" } else { "chat-note-message-somewhere" }, facts)
    }

    /// Words for somebody who lacks a role, and for those who could give it.
    pub(super) fn not_allowed(&self, heard: &Heard, needed: Role) -> Reply {
        let key = if self.setup.rights.is_nobody() {
            "chat-nobody-is-staff"
        } else if heard.guild != Some(self.setup.rights.guild) {
            "chat-only-in-guild"
        } else {
            "chat-not-allowed"
        };
        Reply::say(self.say(key, Facts::new().text("needed", needed.word())))
    }
}

/// The draft that somebody would want to act on after a command, if it waits.
fn draft_after<'o>(
    command: &str,
    given: &[(String, Given)],
    told: &Told,
    open: &'o Open,
) -> Option<&'o OpenDraft> {
    let number = |name: &str| {
        given.iter().find_map(|(one, value)| match value {
            Given::Number(number) if one == name => u64::try_from(*number).ok(),
            Given::Number(_) | Given::Text(_) | Given::Flag(_) => None,
        })
    };
    match command {
        "draft show" | "draft edit" | "draft publish" => {
            let id = number("draft")?;
            open.drafts.iter().find(|draft| draft.id.0 == id)
        }
        "incident open" if told.ok => open.drafts.first(),
        "incident update" | "incident resolve" | "incident false-alarm" if told.ok => {
            let id = number("incident")?;
            open.drafts.iter().find(|draft| draft.incident.0 == id)
        }
        _ => None,
    }
}

impl Answer {
    /// What was told of a draft, with what can be pressed under it. Nobody has to type what a button
    /// stands for: such lines are left out.
    pub(super) fn about(draft: &OpenDraft, told: &Told) -> Self {
        let lines = told.text.lines().filter_map(|line| without_typed(line, draft.id));
        let text = lines.collect::<Vec<_>>().join("\n");
        Self { text: text.trim_end().to_owned(), buttons: buttons_of(draft) }
    }
}

/// A line without the command that publishes the draft; `None`: it was nothing else.
fn without_typed(line: &str, draft: DraftId) -> Option<String> {
    let publishes = |words: &str| {
        let read = command::parse(words).map(|(line, _)| line);
        matches!(read, Ok(Line::Command(Command::DraftPublish { draft: id, .. })) if id == draft)
    };
    if publishes(line) {
        return None;
    }
    match line.rsplit_once(": ") {
        Some((before, typed)) if publishes(typed) => Some(format!("{before}.")),
        Some(_) | None => Some(line.to_owned()),
    }
}

/// Whether a draft's words stand in what somebody was told: what can be approved with a press was
/// read. The draft is looked up after the words were made, and may be a newer one.
pub(super) fn is_told(draft: &OpenDraft, told: &Told) -> bool {
    !draft.body.trim().is_empty() && told.text.contains(draft.body.trim())
}

/// What can be pressed under a draft's words.
pub(super) fn buttons_of(draft: &OpenDraft) -> Vec<Button> {
    let OpenDraft { id, revision, .. } = draft;
    let (draft, revision) = (*id, *revision);
    vec![
        Button::Publish { draft, revision },
        Button::Edit { draft, revision },
        Button::Wait { draft },
    ]
}

/// A draft's newest words in quotes.
pub(super) fn words_of(face: &Face, draft: &OpenDraft) -> String {
    let facts = Facts::new()
        .text("draft", draft.id.to_string())
        .number("revision", draft.revision)
        .text("text", draft.body.clone());
    face.say("chat-draft-words", facts)
}
