//! What people do: write, use commands, press buttons, fill in forms; and what they then see.
//!
//! Each action waits (within bounds) for a bot that is ready and has registered the command, so
//! that a story needs no waits of its own. A test's own mistake (no such button, an option that the
//! command does not have) fails loudly.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    Shared,
    clock::delta,
    interactions::{ANSWER_WITHIN, Interaction, Kind},
    lock,
    message::{Button, Message, buttons},
    options, permissions,
    rules::items,
    until,
    world::{Id, World},
};

/// Somebody, in one of the channels.
#[derive(Clone)]
pub struct Person {
    shared: Arc<Shared>,
    id: Id,
    /// Where commands are used; the first channel that this person sees, if none was said.
    channel: Option<Id>,
}

/// What kind of answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// "The application did not respond."
    None,
    /// "… is thinking", and nothing after it.
    Thinking,
    /// A message.
    Message,
    /// The message it came from was changed, or will be.
    Update,
    /// A form.
    Form,
    /// What an option may be completed to.
    Choices,
}

/// What somebody sees of an answer; a picture of the moment ([`Person::again`] takes a new one).
#[derive(Clone, Debug)]
pub struct Answer {
    pub kind: AnswerKind,
    pub content: String,
    pub ephemeral: bool,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    /// How long the first answer took; nothing if none came.
    pub took: Option<Duration>,
    /// The message that it is or changed.
    pub message: Option<Message>,
    /// The form, as the bot sent it.
    pub modal: Option<Value>,
    /// Name and value of each choice.
    pub choices: Vec<(String, Value)>,
    /// What came after the first answer.
    pub followups: Vec<Message>,
    interaction: Id,
}

impl Answer {
    /// Everything there is to read in it.
    pub fn text(&self) -> String {
        self.message.as_ref().map(Message::text).unwrap_or_default()
    }

    /// Its buttons, in order.
    pub fn buttons(&self) -> Vec<Button> {
        buttons(&self.components)
    }

    /// The title of the form.
    pub fn title(&self) -> String {
        let title = self.modal.as_ref().and_then(|modal| modal["title"].as_str());
        title.unwrap_or_default().to_owned()
    }

    fn of(world: &World, interaction: &Interaction) -> Self {
        let message = interaction.original.and_then(|id| world.messages.get(&id)).cloned();
        let kind = match interaction.answered.map(|(kind, _)| kind) {
            None => AnswerKind::None,
            Some(4 | 5) if interaction.is_thinking => AnswerKind::Thinking,
            Some(4 | 5) => AnswerKind::Message,
            Some(6 | 7) => AnswerKind::Update,
            Some(8) => AnswerKind::Choices,
            Some(_) => AnswerKind::Form,
        };
        let choice = |one: &Value| {
            (one["name"].as_str().unwrap_or_default().to_owned(), one["value"].clone())
        };
        let followups = interaction.followups.iter().filter_map(|id| world.messages.get(id));
        Self {
            kind,
            content: message.as_ref().map(|one| one.content.clone()).unwrap_or_default(),
            ephemeral: message.as_ref().is_some_and(|one| one.only_for.is_some()),
            embeds: message.as_ref().map(|one| one.embeds.clone()).unwrap_or_default(),
            components: message.as_ref().map(|one| one.components.clone()).unwrap_or_default(),
            took: interaction.took(),
            message,
            modal: interaction.modal.clone(),
            choices: interaction.choices.iter().map(choice).collect(),
            followups: followups.cloned().collect(),
            interaction: interaction.id,
        }
    }
}

/// An action whose answer is awaited.
#[derive(Clone)]
pub struct Asked {
    shared: Arc<Shared>,
    id: Id,
}

impl Asked {
    /// The interaction's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Waits for the answer, the deferred one too; without one in three seconds there is none.
    pub async fn answer(&self) -> Answer {
        let mut patience = 0;
        let mut previous = AnswerKind::None;
        loop {
            let (answer, is_over) = self.look();
            let is_settled = match answer.kind {
                AnswerKind::None => is_over,
                AnswerKind::Thinking => patience > 4000,
                AnswerKind::Message
                | AnswerKind::Update
                | AnswerKind::Form
                | AnswerKind::Choices => true,
            };
            if is_settled {
                return answer;
            }
            if previous != answer.kind {
                patience = 0;
            }
            (previous, patience) = (answer.kind, patience + 1);
            tokio::time::sleep(super::LOOKS_EVERY).await;
        }
    }

    /// What is to be seen now.
    pub fn now(&self) -> Answer {
        self.look().0
    }

    fn look(&self) -> (Answer, bool) {
        let world = lock(&self.shared);
        let interaction = &world.interactions[&self.id];
        let is_over = world.clock.now() - interaction.asked_at > delta(ANSWER_WITHIN);
        (Answer::of(&world, interaction), is_over)
    }
}

impl Person {
    pub(super) fn new(shared: &Arc<Shared>, id: Id) -> Self {
        Self { shared: Arc::clone(shared), id, channel: None }
    }

    /// Their id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The same person, in a channel.
    pub fn at(&self, channel: &str) -> Self {
        let world = lock(&self.shared);
        let found = world.guild.channels.values().rfind(|one| one.name == channel);
        let channel = found.unwrap_or_else(|| panic!("no channel {channel}")).id;
        Self { channel: Some(channel), ..self.clone() }
    }

    /// The same person, in the direct message with the bot.
    pub fn in_direct(&self) -> Self {
        let channel = lock(&self.shared).direct_with(self.id);
        Self { channel: Some(channel), ..self.clone() }
    }

    /// Writes a message where they are.
    pub fn say(&self, text: &str) -> Id {
        self.write(text, None)
    }

    /// Replies to a message.
    pub fn reply(&self, to: &Message, text: &str) -> Id {
        Self { channel: Some(to.channel), ..self.clone() }.write(text, Some(to.id))
    }

    fn write(&self, text: &str, reply_to: Option<Id>) -> Id {
        let mut world = lock(&self.shared);
        let channel = self.place(&world);
        let message = world.message_by(self.id, channel, text, reply_to);
        world.post(message)
    }

    /// Uses a slash command (`"incident open"`) and waits for the answer.
    pub async fn slash(&self, command: &str, options: &[(&str, Value)]) -> Answer {
        self.start_slash(command, options).await.answer().await
    }

    /// Uses a slash command and does not wait for the answer.
    pub async fn start_slash(&self, command: &str, options: &[(&str, Value)]) -> Asked {
        self.until_known(command).await;
        let mut world = lock(&self.shared);
        let data = options::data(&world, command, options, None);
        self.start(&mut world, Kind::Command { name: command.to_owned() }, data)
    }

    /// What is offered while they type in the option `typing`.
    pub async fn autocomplete(
        &self,
        command: &str,
        options: &[(&str, Value)],
        typing: &str,
    ) -> Answer {
        self.until_known(command).await;
        let asked = {
            let mut world = lock(&self.shared);
            let data = options::data(&world, command, options, Some(typing));
            self.start(&mut world, Kind::Autocomplete, data)
        };
        asked.answer().await
    }

    /// Uses a message's context menu.
    pub async fn menu(&self, command: &str, on: &Message) -> Answer {
        self.until_known(command).await;
        let here = Self { channel: Some(on.channel), ..self.clone() };
        let asked = {
            let mut world = lock(&self.shared);
            let data = options::menu_data(&world, command, on.id);
            here.start(&mut world, Kind::Command { name: command.to_owned() }, data)
        };
        asked.answer().await
    }

    /// Presses a button, found by its label or custom id, and waits for the answer.
    pub async fn press(&self, on: &Message, button: &str) -> Answer {
        self.start_press(on, button).await.answer().await
    }

    /// Presses a button and does not wait.
    pub async fn start_press(&self, on: &Message, button: &str) -> Asked {
        self.until_connected().await;
        let mut world = lock(&self.shared);
        // People press what is there now, not what was read before.
        let now = world.messages.get(&on.id).unwrap_or_else(|| panic!("the message is gone"));
        let all = now.buttons();
        let is_it = |one: &&Button| one.label == button || one.custom_id == button;
        let found =
            all.iter().find(is_it).or_else(|| all.iter().find(|one| one.label.contains(button)));
        let found = found.unwrap_or_else(|| panic!("no button {button} among {all:?}"));
        assert!(!found.is_disabled && !found.custom_id.is_empty(), "{found:?} cannot be pressed");
        let data = json!({ "component_type": 2, "custom_id": found.custom_id, "id": 1 });
        self.use_component(&mut world, on, data)
    }

    /// Chooses from a menu, found by its custom id, and waits for the answer.
    pub async fn choose(&self, on: &Message, menu: &str, values: &[&str]) -> Answer {
        self.until_connected().await;
        let asked = {
            let data = json!({ "component_type": 3, "custom_id": menu, "values": values, "id": 1 });
            self.use_component(&mut lock(&self.shared), on, data)
        };
        asked.answer().await
    }

    fn use_component(&self, world: &mut World, on: &Message, data: Value) -> Asked {
        let is_hidden = on.only_for.is_some_and(|only| only != self.id);
        assert!(!is_hidden, "only somebody else sees this message");
        let here = Self { channel: Some(on.channel), ..self.clone() };
        here.start(world, Kind::Component { message: on.id }, data)
    }

    /// Fills in the form of an answer (custom id to text; what is left out stays as prefilled),
    /// sends it and waits for the answer.
    pub async fn submit(&self, form: &Answer, fields: &[(&str, &str)]) -> Answer {
        let asked = {
            let mut world = lock(&self.shared);
            let modal = form.modal.as_ref().unwrap_or_else(|| panic!("no form in {form:?}"));
            let data = options::form_data(modal, fields);
            let from = &world.interactions[&form.interaction];
            let (message, channel) = (from.kind.message(), from.channel);
            let here = Self { channel: Some(channel), ..self.clone() };
            here.start(&mut world, Kind::Modal { message }, data)
        };
        asked.answer().await
    }

    /// The answer as it is to be seen now: with later edits and follow-ups.
    pub fn again(&self, answer: &Answer) -> Answer {
        let world = lock(&self.shared);
        Answer::of(&world, &world.interactions[&answer.interaction])
    }

    /// Whether they are shown a command: by its default permissions and theirs.
    pub fn can_use(&self, command: &str) -> bool {
        let world = lock(&self.shared);
        let Some(known) = options::find(&world, command) else { return false };
        let bits = known.data["default_member_permissions"].as_str().map(str::parse::<u64>);
        let has = permissions::in_guild(&world.guild, self.id);
        bits.is_none_or(|bits| {
            bits.is_ok_and(|bits| (bits != 0 || has == permissions::ALL) && has & bits == bits)
        })
    }

    /// What they can read in a channel: everybody's messages and those for them alone.
    pub fn sees(&self, channel: &str) -> Vec<Message> {
        let at = self.at(channel);
        let world = lock(&self.shared);
        let id = at.place(&world);
        let is_visible = world.permissions(self.id, &world.guild.channels[&id]) != 0;
        let here = world.messages.values().filter(|one| is_visible && one.channel == id);
        here.filter(|one| one.only_for.is_none_or(|only| only == self.id)).cloned().collect()
    }

    /// Their direct messages with the bot, oldest first.
    pub fn direct_messages(&self) -> Vec<Message> {
        let mut world = lock(&self.shared);
        let id = world.direct_with(self.id);
        world.messages_in(id).cloned().collect()
    }

    /// Waits for a direct message with `text` in it.
    pub async fn until_direct(&self, text: &str) -> Message {
        let place = lock(&self.shared).direct_with(self.id);
        super::Place::new(&self.shared, place).until_message(text).await
    }

    fn start(&self, world: &mut World, kind: Kind, data: Value) -> Asked {
        let channel = self.place(world);
        let id = world.ask(self.id, channel, kind, data);
        Asked { shared: Arc::clone(&self.shared), id }
    }

    fn place(&self, world: &World) -> Id {
        let sees = |id: &Id| world.permissions(self.id, &world.guild.channels[id]) != 0;
        let first = || world.guild.channels.keys().copied().find(sees);
        self.channel.or_else(first).expect("a channel that this person sees")
    }

    async fn until_connected(&self) {
        let is_connected = |world: &World| world.gateway.is_connected().then_some(());
        until(&self.shared, "a connected bot", is_connected).await;
    }

    async fn until_known(&self, command: &str) {
        self.until_connected().await;
        let is_known = |world: &World| options::find(world, command).map(|_| ());
        until(&self.shared, &format!("the command “{command}”"), is_known).await;
    }
}

/// The custom ids of a form's inputs, with what is prefilled.
pub fn inputs(modal: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = items(&modal["components"]).iter();
    let inputs = rows.flat_map(|row| match row["component"].is_object() {
        true => vec![&row["component"]],
        false => items(&row["components"]).iter().collect(),
    });
    inputs.map(|input| (text(&input["custom_id"]), text(&input["value"]))).collect()
}
