//! serenity's events as plain data. Must not: decide, or send.

use serenity::all::{
    CommandDataOption, CommandDataOptionValue, CommandInteraction, CommandType,
    ComponentInteraction, ComponentInteractionDataKind, Guild, GuildChannel, Interaction,
    Message as SerenityMessage, MessageFlags, ModalInteraction, User, UserId,
};
use serenity::model::application::ActionRowComponent;

use super::{
    answer::FORM_FIELD,
    heard::{Ask, Given, Heard, Member, Message},
    respond::Ticket,
    trouble::{Room, Seen},
};

/// What an interaction asks, and the way to answer it; `None` for what needs no answer.
pub(super) fn interaction(interaction: &Interaction) -> Option<(Heard, Ticket)> {
    match interaction {
        Interaction::Command(command) => {
            Some((heard_command(command)?, ticket_of_command(command)))
        }
        Interaction::Autocomplete(command) => {
            Some((heard_typing(command)?, ticket_of_command(command)))
        }
        Interaction::Component(press) => Some((heard_press(press)?, ticket_of_press(press))),
        Interaction::Modal(form) => Some((heard_form(form)?, ticket_of_form(form))),
        Interaction::Ping(_) => None,
        _ => None,
    }
}

fn member(user: &User, member: Option<&serenity::all::Member>) -> Member {
    let roles = member.map(|one| one.roles.iter().map(|role| role.get()).collect());
    Member {
        id: user.id.get(),
        name: user.name.clone(),
        roles: roles.unwrap_or_default(),
        is_bot: user.bot,
    }
}

fn heard_command(command: &CommandInteraction) -> Option<Heard> {
    let ask = if command.data.kind == CommandType::Message {
        let target = command.data.target_id?.to_message_id();
        let found = command.data.resolved.messages.get(&target)?;
        // What a message command is used on always comes with its words.
        let channel_name = command.channel.as_ref().and_then(|channel| channel.name.clone());
        let message = Message {
            guild: command.guild_id.map(|guild| guild.get()),
            channel: command.channel_id.get(),
            channel_name: channel_name.unwrap_or_default(),
            ..message(found, None)
        };
        Ask::OnMessage { name: command.data.name.clone(), message }
    } else {
        let (name, options) = words_of(command);
        let given = options.iter().filter_map(|one| Some((one.name.clone(), given(one)?)));
        Ask::Slash { name, given: given.collect() }
    };
    Some(Heard {
        id: command.id.get(),
        who: member(&command.user, command.member.as_deref()),
        guild: command.guild_id.map(|guild| guild.get()),
        locale: command.locale.clone(),
        ask,
    })
}

/// The command's words, and its options or those of its subcommand.
fn words_of(command: &CommandInteraction) -> (String, &[CommandDataOption]) {
    let name = &command.data.name;
    if let [only] = command.data.options.as_slice()
        && let CommandDataOptionValue::SubCommand(options) = &only.value
    {
        return (format!("{name} {}", only.name), options);
    }
    (name.clone(), &command.data.options)
}

fn given(option: &CommandDataOption) -> Option<Given> {
    let value = &option.value;
    let text = value.as_str().map(|text| Given::Text(text.to_owned()));
    text.or_else(|| value.as_i64().map(Given::Number)).or_else(|| value.as_bool().map(Given::Flag))
}

fn heard_typing(command: &CommandInteraction) -> Option<Heard> {
    let (name, options) = words_of(command);
    let (field, typed) = options.iter().find_map(|one| {
        let CommandDataOptionValue::Autocomplete { value, .. } = &one.value else { return None };
        Some((one.name.clone(), value.clone()))
    })?;
    Some(Heard {
        id: command.id.get(),
        who: member(&command.user, command.member.as_deref()),
        guild: command.guild_id.map(|guild| guild.get()),
        locale: command.locale.clone(),
        ask: Ask::Complete { name, field, typed },
    })
}

fn heard_press(press: &ComponentInteraction) -> Option<Heard> {
    if !matches!(press.data.kind, ComponentInteractionDataKind::Button) {
        return None;
    }
    let ask = Ask::Press { id: press.data.custom_id.clone(), message: press.message.id.get() };
    Some(Heard {
        id: press.id.get(),
        who: member(&press.user, press.member.as_ref()),
        guild: press.guild_id.map(|guild| guild.get()),
        locale: press.locale.clone(),
        ask,
    })
}

fn heard_form(form: &ModalInteraction) -> Option<Heard> {
    let fields = form.data.components.iter().flat_map(|row| &row.components);
    let text = fields
        .filter_map(|field| {
            let ActionRowComponent::InputText(input) = field else { return None };
            input.value.clone().filter(|_| input.custom_id == FORM_FIELD)
        })
        .next()?;
    Some(Heard {
        id: form.id.get(),
        who: member(&form.user, form.member.as_ref()),
        guild: form.guild_id.map(|guild| guild.get()),
        locale: form.locale.clone(),
        ask: Ask::Submit { id: form.data.custom_id.clone(), text },
    })
}

fn ticket_of_command(command: &CommandInteraction) -> Ticket {
    Ticket { id: command.id, token: command.token.clone(), user: command.user.id }
}

fn ticket_of_press(press: &ComponentInteraction) -> Ticket {
    Ticket { id: press.id, token: press.token.clone(), user: press.user.id }
}

fn ticket_of_form(form: &ModalInteraction) -> Ticket {
    Ticket { id: form.id, token: form.token.clone(), user: form.user.id }
}

/// A message; `us`: the bot's own account.
pub(super) fn message(found: &SerenityMessage, us: Option<UserId>) -> Message {
    let answered = found.referenced_message.as_deref();
    let answers_ours = answered.filter(|one| Some(one.author.id) == us && us.is_some());
    // Of the author only what belongs to the server comes with a message: their roles.
    let roles = found.member.iter().flat_map(|one| &one.roles).map(|role| role.get()).collect();
    let is_program = found.author.bot || found.webhook_id.is_some() || found.author.system;
    let shown_elsewhere =
        found.flags.is_some_and(|flags| flags.contains(MessageFlags::IS_CROSSPOST));
    Message {
        id: found.id.get(),
        channel: found.channel_id.get(),
        channel_name: String::new(),
        under: None,
        guild: found.guild_id.map(|guild| guild.get()),
        author: Member {
            id: found.author.id.get(),
            name: found.author.name.clone(),
            roles,
            is_bot: is_program || shown_elsewhere,
        },
        text: found.content.clone(),
        written: None,
        is_edited: found.edited_timestamp.is_some(),
        mentions_us: us.is_some_and(|us| found.mentions.iter().any(|one| one.id == us)),
        answers_ours: answers_ours.map(|one| one.id.get()),
    }
}

/// A channel or thread, and the channel that a thread is under.
pub(super) fn place(place: &GuildChannel) -> (u64, Option<u64>) {
    let above = place.parent_id.filter(|_| place.thread_metadata.is_some());
    (place.id.get(), above.map(|above| above.get()))
}

/// The server as the bot finds it when it comes in.
pub(super) fn seen(guild: &Guild, us: UserId) -> Seen {
    let roles = guild.roles.keys().map(|role| role.get()).collect();
    let own = guild.members.get(&us);
    let may = |channel: &GuildChannel| {
        own.map_or(0, |own| guild.user_permissions_in(channel, own).bits())
    };
    let room = |channel: &GuildChannel| Room { name: channel.name.clone(), may: may(channel) };
    let channels = guild.channels.values().map(|channel| (channel.id.get(), room(channel)));
    Seen { roles, channels: channels.collect() }
}
