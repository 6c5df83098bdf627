//! A small bot on serenity, configured as ours must be: everything goes to the fake.

use std::sync::Arc;

use serenity::{
    all::{
        ActionRowComponent, ComponentInteractionDataKind, Context, CreateActionRow,
        CreateAllowedMentions, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed,
        CreateInputText, CreateInteractionResponse, CreateInteractionResponseFollowup,
        CreateInteractionResponseMessage, CreateMessage, CreateModal, CreateSelectMenu,
        CreateSelectMenuKind, CreateSelectMenuOption, EditInteractionResponse, EventHandler,
        GatewayIntents, GuildId, Http, HttpBuilder, InputTextStyle, Interaction, Message, Ready,
        ResumedEvent, ShardManager,
    },
    all::{
        AutocompleteChoice, ButtonStyle, CommandInteraction, CommandOptionType, CommandType,
        ComponentInteraction, CreateAutocompleteResponse, ModalInteraction,
    },
    async_trait,
    client::ClientBuilder,
};
use tokio::task::JoinHandle;

use crate::fake::Fake;

/// A client for HTTP alone.
pub fn http(fake: &Fake) -> Arc<Http> {
    let builder = HttpBuilder::new(fake.token());
    let http = builder.proxy(fake.http_url()).ratelimiter_disabled(true).build();
    http.set_application_id(fake.application_id().into());
    Arc::new(http)
}

/// The bot; it ends when it is stopped, or with the test.
pub struct Bot {
    shards: Arc<ShardManager>,
    task: JoinHandle<()>,
}

impl Bot {
    /// Ends it and all its connections.
    pub async fn stop(self) {
        self.shards.shutdown_all().await;
        self.task.await.expect("an end without a panic");
    }
}

/// Starts the bot and waits until it is ready.
pub async fn start(fake: &Fake) -> Bot {
    let intents = GatewayIntents::non_privileged() | GatewayIntents::MESSAGE_CONTENT;
    let http = HttpBuilder::new(fake.token()).proxy(fake.http_url()).ratelimiter_disabled(true);
    let builder = ClientBuilder::new_with_http(http.build(), intents);
    let guild = fake.guild_id();
    let builder = builder.event_handler(Handler { guild: GuildId::new(guild) });
    let mut client = builder.await.expect("a client");
    let shards = Arc::clone(&client.shard_manager);
    let task = tokio::spawn(async move {
        client.start().await.expect("a run without an error");
    });
    fake.until_ready().await;
    Bot { shards, task }
}

struct Handler {
    guild: GuildId,
}

fn commands() -> Vec<CreateCommand> {
    let domain = CreateCommandOption::new(CommandOptionType::String, "domain", "Which site")
        .required(true)
        .set_autocomplete(true);
    let by = CreateCommandOption::new(CommandOptionType::User, "by", "Who");
    let open = CreateCommandOption::new(CommandOptionType::SubCommand, "open", "Open one");
    vec![
        CreateCommand::new("report").description("Tell us").add_option(domain).add_option(by),
        CreateCommand::new("incident").description("Incidents").add_option(open),
        CreateCommand::new("slow").description("Thinks first"),
        CreateCommand::new("mute").description("Never answers"),
        CreateCommand::new("ask").description("Asks in a direct message"),
        CreateCommand::new("card").description("Makes a card"),
        CreateCommand::new("File as outage report").kind(CommandType::Message),
    ]
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, _: Ready) {
        self.guild.set_commands(&context.http, commands()).await.expect("registered");
    }

    async fn resume(&self, context: Context, _: ResumedEvent) {
        context.set_activity(Some(serenity::all::ActivityData::custom("resumed")));
    }

    async fn message(&self, context: Context, message: Message) {
        if message.content == "ping" {
            let reply = CreateMessage::new()
                .content("pong")
                .reference_message(&message)
                .allowed_mentions(CreateAllowedMentions::new());
            message.channel_id.send_message(&context.http, reply).await.expect("sent");
        }
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        match interaction {
            Interaction::Command(command) => command_used(&context, &command).await,
            Interaction::Autocomplete(command) => {
                let typed = command.data.autocomplete().expect("an option").value.to_owned();
                let choice =
                    AutocompleteChoice::new(format!("{typed}.org"), format!("{typed}.org"));
                let choices = CreateAutocompleteResponse::new().set_choices(vec![choice]);
                let answer = CreateInteractionResponse::Autocomplete(choices);
                command.create_response(&context.http, answer).await.expect("answered");
            }
            Interaction::Component(component) => button_pressed(&context, &component).await,
            Interaction::Modal(modal) => form_sent(&context, &modal).await,
            Interaction::Ping(_) | _ => {}
        }
    }
}

fn private(text: &str) -> CreateInteractionResponse {
    let message = CreateInteractionResponseMessage::new().content(text).ephemeral(true);
    CreateInteractionResponse::Message(message)
}

async fn command_used(context: &Context, command: &CommandInteraction) {
    match command.data.name.as_str() {
        "report" => {
            let told = command.data.options[0].value.as_str().expect("a domain");
            let by = command.data.resolved.users.values().next().map(|user| user.name.clone());
            let text = format!("Noted: {told}, by {}", by.unwrap_or_default());
            command.create_response(&context.http, private(&text)).await.expect("answered");
        }
        "slow" => {
            command.defer_ephemeral(&context.http).await.expect("deferred");
            let edit = EditInteractionResponse::new().content("Thought.");
            command.edit_response(&context.http, edit).await.expect("edited");
            let more = CreateInteractionResponseFollowup::new().content("And more.");
            command.create_followup(&context.http, more).await.expect("followed up");
        }
        "card" => {
            let publish =
                CreateButton::new("publish:1").label("Publish").style(ButtonStyle::Success);
            let edit = CreateButton::new("edit:1").label("Edit");
            let row = CreateActionRow::Buttons(vec![publish, edit]);
            let option = CreateSelectMenuOption::new("Server One", "s1");
            let menu = CreateSelectMenuKind::String { options: vec![option] };
            let menu = CreateActionRow::SelectMenu(CreateSelectMenu::new("server", menu));
            let embed = CreateEmbed::new().title("Proposal").field("Servers", "s1, s2", true);
            let message =
                CreateInteractionResponseMessage::new().embed(embed).components(vec![row, menu]);
            let answer = CreateInteractionResponse::Message(message);
            command.create_response(&context.http, answer).await.expect("answered");
        }
        "ask" => {
            let fixed = CreateButton::new("fixed:1").label("Fixed for me");
            let row = CreateActionRow::Buttons(vec![fixed]);
            let asked = CreateMessage::new().content("Is it fixed?").components(vec![row]);
            let sent = command.user.direct_message(&context.http, asked).await;
            let told = if sent.is_ok() { "Asked." } else { "You take no messages." };
            command.create_response(&context.http, private(told)).await.expect("answered");
        }
        "mute" => {}
        name => {
            let target = command.data.resolved.messages.values().next();
            let content = target.map(|message| message.content.clone()).unwrap_or_default();
            let text = format!("{name}: {content}");
            command.create_response(&context.http, private(&text)).await.expect("answered");
        }
    }
}

async fn button_pressed(context: &Context, component: &ComponentInteraction) {
    let answer = if let ComponentInteractionDataKind::StringSelect { values } = &component.data.kind
    {
        private(&format!("Chosen by {} in {}: {values:?}", component.user.name, component.locale))
    } else if component.data.custom_id.starts_with("edit") {
        let input = CreateInputText::new(InputTextStyle::Paragraph, "Draft", "draft").value("Old");
        let modal = CreateModal::new("edited:1", "Edit the draft");
        CreateInteractionResponse::Modal(modal.components(vec![CreateActionRow::InputText(input)]))
    } else {
        let by = &component.user.name;
        let message = CreateInteractionResponseMessage::new().content(format!("Published by {by}"));
        CreateInteractionResponse::UpdateMessage(message.embeds(vec![]).components(vec![]))
    };
    component.create_response(&context.http, answer).await.expect("answered");
}

async fn form_sent(context: &Context, modal: &ModalInteraction) {
    let inputs = modal.data.components.iter().flat_map(|row| &row.components);
    let value = |component: &ActionRowComponent| {
        if let ActionRowComponent::InputText(input) = component {
            input.value.clone()
        } else {
            None
        }
    };
    let text: String = inputs.filter_map(value).collect();
    let message = CreateInteractionResponseMessage::new().content(format!("Draft: {text}"));
    let answer = CreateInteractionResponse::UpdateMessage(message);
    modal.create_response(&context.http, answer).await.expect("answered");
}
