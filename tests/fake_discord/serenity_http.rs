//! Serenity's builders against the fake's HTTP: what a bot like ours sends agrees with Discord's
//! description, and what the fake answers can be read.

use std::time::Duration;

use serenity::all::{
    AutoArchiveDuration, ButtonStyle, ChannelId, ChannelType, CreateActionRow,
    CreateAllowedMentions, CreateAttachment, CreateButton, CreateCommand, CreateEmbed,
    CreateEmbedFooter, CreateMessage, CreateScheduledEvent, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption, CreateThread, EditAttachments, EditMessage, EditScheduledEvent,
    EditThread, GetMessages, GuildId, HttpError, Nonce, Permissions, ReactionType,
    ScheduledEventStatus, ScheduledEventType, Timestamp,
};

use super::serenity_bot::http;
use crate::fake::Fake;

/// Status and Discord's code of a refusal.
fn refusal(error: serenity::Error) -> (u16, isize) {
    let serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) = error else {
        panic!("{error}")
    };
    (response.status_code.as_u16(), response.error.code)
}

fn card() -> CreateMessage {
    let publish = CreateButton::new("publish:1").label("Publish").style(ButtonStyle::Success);
    let page = CreateButton::new_link("https://status.example.net/").label("Status page");
    let option = CreateSelectMenuOption::new("Server One", "s1").description("web");
    let menu = CreateSelectMenuKind::String { options: vec![option] };
    let embed = CreateEmbed::new()
        .title("Proposal")
        .description("Switch 1 is at fault")
        .field("Servers", "s1, s2", true)
        .image("attachment://chart.png")
        .timestamp(Timestamp::now())
        .footer(CreateEmbedFooter::new("post-1"))
        .colour(0x00aa_ff00);
    CreateMessage::new()
        .content("Something is up")
        .embed(embed)
        .add_file(
            CreateAttachment::bytes(b"\x89PNG\r\n\x1a\n--x\r\n".as_slice(), "chart.png")
                .description("A chart"),
        )
        .components(vec![
            CreateActionRow::Buttons(vec![publish, page]),
            CreateActionRow::SelectMenu(CreateSelectMenu::new("server", menu)),
        ])
        .allowed_mentions(CreateAllowedMentions::new())
        .nonce(Nonce::String("post-1".to_owned()))
        .enforce_nonce(true)
}

#[tokio::test]
async fn a_card_with_a_chart_is_posted_once_and_edited_in_place() {
    let fake = Fake::usual().await;
    let http = http(&fake);
    let place = fake.channel("staff");
    let channel = ChannelId::new(place.id());
    let first = channel.send_message(&http, card()).await.expect("posted");
    let second = channel.send_message(&http, card()).await.expect("found again");
    assert_eq!(first.id, second.id);
    assert_eq!(first.nonce.as_ref().map(|_| ()), Some(()));
    let [message] = place.messages().try_into().expect("one message");
    let chart = &message.attachments[0];
    assert_eq!(
        (chart.bytes.as_slice(), chart.name.as_str()),
        (b"\x89PNG\r\n\x1a\n--x\r\n".as_slice(), "chart.png")
    );
    let link = first.embeds[0].image.as_ref().map(|image| image.url.clone());
    assert_eq!(link.as_deref(), Some(first.attachments[0].url.as_str()));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let fetched = reqwest::get(&first.attachments[0].url).await.expect("an answer");
    assert_eq!(fetched.bytes().await.expect("bytes"), chart.bytes);

    let chart = CreateAttachment::bytes(b"new".as_slice(), "chart-2.png");
    let edit = EditMessage::new()
        .content("It was the switch")
        .components(vec![])
        .attachments(EditAttachments::new().add(chart));
    channel.edit_message(&http, first.id, edit).await.expect("edited");
    let [message] = place.messages().try_into().expect("one message");
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0].bytes, b"new");
    assert_eq!(
        message.text(),
        "It was the switch\nProposal\nSwitch 1 is at fault\nServers: s1, s2\npost-1"
    );
    fake.finish();
}

#[tokio::test]
async fn updates_are_published_looked_up_and_threaded() {
    let fake = Fake::usual().await;
    let http = http(&fake);
    let place = fake.channel("status");
    let channel = ChannelId::new(place.id());
    let first = channel.say(&http, "We are looking into it").await.expect("posted");
    channel.crosspost(&http, first.id).await.expect("published");
    assert_eq!(refusal(channel.crosspost(&http, first.id).await.expect_err("twice")).1, 40033);
    let reply = CreateMessage::new().content("Fixed").reference_message((channel, first.id));
    channel.send_message(&http, reply).await.expect("replied");
    let read = channel.messages(&http, GetMessages::new().limit(50)).await.expect("a list");
    assert_eq!(read.len(), 2);
    let replied = read[0].referenced_message.as_ref().map(|message| message.id);
    assert_eq!(replied, Some(first.id));
    first.react(&http, ReactionType::Unicode("✅".to_owned())).await.expect("reacted");

    let thread = CreateThread::new("incident 1").auto_archive_duration(AutoArchiveDuration::OneDay);
    let staff = ChannelId::new(fake.channel("staff").id());
    let root = staff.say(&http, "Incident 1").await.expect("posted");
    let thread = staff.create_thread_from_message(&http, root.id, thread).await.expect("a thread");
    assert_eq!((thread.kind, thread.id.get()), (ChannelType::PublicThread, root.id.get()));
    thread.id.say(&http, "tried a reboot").await.expect("noted");
    thread.id.edit_thread(&http, EditThread::new().archived(true)).await.expect("archived");
    let tim = serenity::all::UserId::new(fake.user("tim").id());
    thread.id.add_thread_member(&http, tim).await.expect("added");
    let loose = CreateThread::new("loose").kind(ChannelType::PublicThread);
    staff.create_thread(&http, loose).await.expect("a thread");
    channel.delete_message(&http, first.id).await.expect("deleted");
    assert_eq!(refusal(channel.message(&http, first.id).await.expect_err("gone")).1, 10008);
    fake.finish();
}

#[tokio::test]
async fn windows_are_scheduled_moved_and_cancelled() {
    let fake = Fake::usual().await;
    let http = http(&fake);
    let guild = GuildId::new(fake.guild_id());
    let at = |hours: u64| {
        let moment = fake.with(|world| world.clock.now().timestamp()) + 3600 * hours as i64;
        Timestamp::from_unix_timestamp(moment).expect("a moment")
    };
    let event = CreateScheduledEvent::new(ScheduledEventType::External, "Maintenance", at(1))
        .end_time(at(2))
        .location("Server One")
        .description("A new switch");
    let event = guild.create_scheduled_event(&http, event).await.expect("scheduled");
    let edit = EditScheduledEvent::new().start_time(at(2)).end_time(at(3));
    guild.edit_scheduled_event(&http, event.id, edit).await.expect("moved");
    let edit = EditScheduledEvent::new().status(ScheduledEventStatus::Active);
    let running = guild.edit_scheduled_event(&http, event.id, edit).await.expect("begun");
    assert_eq!(running.status, ScheduledEventStatus::Active);
    assert_eq!(guild.scheduled_events(&http, false).await.expect("a list").len(), 1);
    guild.delete_scheduled_event(&http, event.id).await.expect("cancelled");
    assert!(fake.events().is_empty());
    fake.finish();
}

#[tokio::test]
async fn staff_commands_are_shown_to_those_who_may() {
    let fake = Fake::usual().await;
    let http = http(&fake);
    let guild = GuildId::new(fake.guild_id());
    let staff = CreateCommand::new("incident")
        .description("Incidents")
        .default_member_permissions(Permissions::MANAGE_GUILD);
    let open = CreateCommand::new("report").description("Tell us");
    guild.set_commands(&http, vec![staff, open]).await.expect("registered");
    assert_eq!(guild.get_commands(&http).await.expect("a list").len(), 2);
    let can = |name: &str, command: &str| fake.user(name).can_use(command);
    assert_eq!(
        (can("anna", "incident"), can("owner", "incident"), can("anna", "report")),
        (false, true, true)
    );
    fake.finish();
}

#[tokio::test]
async fn serenity_waits_out_no_limit_by_itself_when_told_so() {
    let fake = Fake::usual().await;
    fake.with(|world| world.limits.set("POST /channels/*/messages", 1, Duration::from_secs(60)));
    let http = http(&fake);
    let channel = ChannelId::new(fake.channel("support").id());
    channel.say(&http, "one").await.expect("posted");
    let refused = channel.say(&http, "two").await.expect_err("refused at once");
    assert_eq!(refusal(refused).0, 429);
    fake.finish();
}
