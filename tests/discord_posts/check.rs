//! `bellwether check --discord` against servers that are right, and wrong in every way.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use crate::fake::{Fake, Setup, permissions};

/// A configuration for a fake's server.
struct Home {
    folder: tempfile::TempDir,
    text: String,
}

impl Home {
    fn of(fake: &Fake) -> Self {
        let channel = |name: &str| fake.channel(name).id();
        let text = format!(
            r#"
[bot]
name = "Example Host"

[discord]
token_env = "CHECK_TOKEN"
guild = {}
staff_channel = {}
support_channels = [{}]
message_content = true
staff_roles = [{}]
api = "{}"

[[destination]]
id = "news"
kind = "discord"
audience = "public"
channel = {}
crosspost = true

[[destination]]
id = "room"
kind = "discord"
audience = "staff"
channel = {}
"#,
            fake.guild_id(),
            channel("staff"),
            channel("support"),
            fake.role("staff"),
            fake.http_url(),
            channel("status"),
            channel("staff"),
        );
        Self { folder: tempfile::tempdir().expect("a folder"), text }
    }

    /// The same with a line changed.
    fn but(mut self, line: &str, other: &str) -> Self {
        assert!(self.text.contains(line), "{line}");
        self.text = self.text.replace(line, other);
        self
    }

    /// Exit status and words, with what differs from run to run named.
    async fn check(&self, fake: &Fake) -> String {
        self.check_with(fake, &fake.token()).await
    }

    async fn check_with(&self, fake: &Fake, token: &str) -> String {
        let path: PathBuf = self.folder.path().join("bellwether.toml");
        std::fs::write(&path, &self.text).expect("written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        command.args(["check", "--discord"]).arg(&path).env("CHECK_TOKEN", token);
        let run = tokio::task::spawn_blocking(move || command.output());
        let output: Output = run.await.expect("it ran").expect("the binary");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains(token) && !errors.contains(token), "{said}{errors}");
        let said = said
            .replace(&fake.http_url(), "API")
            .replace(&fake.application_id().to_string(), "APP")
            .replace(&fake.guild_id().to_string(), "GUILD");
        format!("{errors}{said}exit {}", output.status.code().unwrap_or(-1))
    }
}

/// The bot may read messages.
fn setup() -> Setup {
    Setup::usual().privileged(1 << 15).may("staff", permissions::MANAGE_MESSAGES)
}

#[tokio::test]
async fn a_server_that_is_right_is_told_to_be() {
    let fake = Fake::start(setup()).await;
    let said = Home::of(&fake).check(&fake).await;
    insta::assert_snapshot!(said, @r#"
    ✓ The token is that of the bot Bellwether.
    ✓ The bot may read messages (“Message Content Intent”).
    ✓ The bot is in the server “Example Host”.
    ✓ staff_channel: #staff is there, with every permission it needs.
    ✓ support_channels: #support is there, with every permission it needs.
    ✓ destination news: #status is there, with every permission it needs.
    ✓ destination room: #staff is there, with every permission it needs.
    ✓ staff_roles: the role “staff” is there.
    8 things were looked at and are as they must be.
    exit 0
    "#);
    assert!(fake.history().is_empty(), "nothing was sent");
    fake.finish();
}

#[tokio::test]
async fn a_wrong_token_a_kick_and_silence_end_the_check_with_what_to_do() {
    let fake = Fake::start(setup()).await;
    let home = Home::of(&fake);
    let mut said = vec![home.check_with(&fake, "another-token-altogether").await];
    fake.kick_bot();
    said.push(home.check(&fake).await);
    let nobody = home.but(&fake.http_url(), "http://127.0.0.1:9");
    said.push(nobody.check(&fake).await);
    insta::assert_snapshot!(said.join("\n---\n"), @r#"
    ✗ Discord does not know this token. In the developer portal open the application, then “Bot”, press “Reset Token”, and put the new token where token_env or token_file says.
    One thing is not as it must be.
    exit 1
    ---
    ✓ The token is that of the bot Bellwether.
    ✓ The bot may read messages (“Message Content Intent”).
    ✗ The bot is not in the server GUILD, or `guild` is not that server's id. Somebody who may manage the server adds it with
      https://discord.com/oauth2/authorize?client_id=APP&scope=bot+applications.commands&permissions=17901423807488
    One thing is not as it must be.
    exit 1
    ---
    ✗ Discord at http://127.0.0.1:9/ cannot be asked: connection refused. Look at the network between here and there, and at `api`.
    One thing is not as it must be.
    exit 1
    "#);
}

#[tokio::test]
async fn everything_that_is_missing_is_told_at_once_with_what_to_do() {
    let fake = Fake::start(Setup::usual().privileged(0).text("rules")).await;
    fake.channel("staff").deny_bot(permissions::ATTACH_FILES | permissions::EMBED_LINKS);
    fake.channel("support").deny_bot(permissions::VIEW_CHANNEL);
    let (status, rules) = (fake.channel("status").id(), fake.channel("rules").id());
    let staff = fake.role("staff");
    let home = Home::of(&fake)
        .but(&format!("channel = {status}"), &format!("channel = {rules}\nping_role = {staff}"))
        .but(&format!("staff_roles = [{staff}]"), "admin_roles = [4242]");
    insta::assert_snapshot!(home.check(&fake).await, @r#"
    ✓ The token is that of the bot Bellwether.
    ✗ message_content is true, but the bot may not read messages. In the developer portal open the application, then “Bot”, and switch on “Message Content Intent”; or set message_content to false.
    ✓ The bot is in the server “Example Host”.
    ✗ staff_channel: in #staff the bot lacks “Embed Links” and “Attach Files”. Open “Edit Channel”, “Permissions”, add the role of Bellwether, and allow these.
    ✗ support_channels: in #support the bot lacks “View Channel”, “Send Messages” and “Read Message History”. Open “Edit Channel”, “Permissions”, add the role of Bellwether, and allow these.
    ✗ destination news: #rules is no announcement channel, so nothing there can be passed on. Make it one (“Edit Channel”, “Announcement Channel”), or leave `crosspost` out.
    ✗ destination room: in #staff the bot lacks “Embed Links”. Open “Edit Channel”, “Permissions”, add the role of Bellwether, and allow these.
    ✗ admin_roles: the server has no role 4242. It was deleted, or the id is that of something else: copy the role's id again.
    ✗ destination news: the role “staff” would be named but not pinged. Allow anyone to mention it (“Edit Role”, “Allow anyone to @mention this role”), or give the bot “Mention @everyone, @here, and All Roles”.
    7 things are not as they must be.
    exit 1
    "#);
    assert!(fake.history().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_channel_that_is_gone_and_nobody_who_may_approve_are_wrong_too() {
    let fake = Fake::start(setup()).await;
    let home = Home::of(&fake)
        .but("audience = \"staff\"\n", "audience = \"public\"\n")
        .but(&format!("staff_roles = [{}]\n", fake.role("staff")), "")
        .but("message_content = true", "message_content = false");
    let status = fake.channel("status").id().to_string();
    fake.channel("status").delete();
    let said = home.check(&fake).await.replace(&status, "STATUS");
    insta::assert_snapshot!(said, @r#"
    ✓ The token is that of the bot Bellwether.
    ? There are support_channels, but message_content is false: what people write there is not read as a report.
    ✓ The bot is in the server “Example Host”.
    ✓ staff_channel: #staff is there, with every permission it needs.
    ✓ support_channels: #support is there, with every permission it needs.
    ✗ destination news: the server has no channel STATUS that the bot knows of. It was deleted, or the id is that of something else: copy the channel's id again.
    ✓ destination room: #staff is there, with every permission it needs.
    ? No destination of kind "discord" has the audience "staff": drafts, and the buttons under them, are shown nowhere in Discord.
    ✗ There are neither staff_roles nor admin_roles: nobody may approve anything in Discord. Name the roles of those who may.
    2 things are not as they must be.
    exit 1
    "#);
}

#[tokio::test]
async fn where_pictures_go_along_the_bot_must_be_allowed_to_attach_them() {
    let fake = Fake::start(setup()).await;
    fake.channel("status").deny_bot(permissions::ATTACH_FILES);
    let plain = Home::of(&fake).check(&fake).await;
    assert!(plain.ends_with("exit 0"), "{plain}");
    let shown = Home::of(&fake).but("crosspost = true", "crosspost = true\npictures = true");
    let said = shown.check(&fake).await;
    let wanted = "✗ destination news: in #status the bot lacks “Attach Files”.";
    assert!(said.contains(wanted) && said.ends_with("exit 1"), "{said}");
}

#[test]
fn the_readme_invites_with_the_permissions_that_are_checked() {
    let readme = include_str!("../../README.md");
    let number = bellwether::broadcast::discord::check::INVITED_WITH.to_string();
    assert!(readme.contains(&format!("permissions={number}`")), "{number}");
}

#[tokio::test]
async fn without_the_section_there_is_nothing_to_check() {
    let fake = Fake::start(setup()).await;
    let mut home = Home::of(&fake);
    home.text = "[bot]\nname = \"Example Host\"\n".to_owned();
    let said = home.check(&fake).await;
    assert_eq!(said, "The file has no [discord] section: there is nothing to check.\nexit 1");
}

#[tokio::test]
async fn a_bot_that_may_make_no_events_is_told_so_unless_it_is_to_make_none() {
    let lacking = permissions::BOT & !permissions::CREATE_EVENTS;
    let fake = Fake::start(setup().may("Bellwether", lacking)).await;
    let home = Home::of(&fake);
    let said = home.check(&fake).await;
    let doubts: Vec<&str> = said.lines().filter(|line| line.starts_with('?')).collect();
    insta::assert_snapshot!(doubts.join("\n"), @"? the bot may not “Create Events”, so announced maintenance is not shown among the server’s events. Open “Server Settings”, “Roles”, the role of Bellwether, and allow it; or set `events` to false.");
    let quiet = home.but("[discord]\n", "[discord]\nevents = false\n");
    assert!(!quiet.check(&fake).await.contains("Create Events"));
    fake.finish();
}

#[tokio::test]
async fn commands_that_staff_would_not_see_and_a_room_that_everybody_sees_are_told() {
    let setup = Setup::usual().privileged(1 << 15).text("room");
    let fake = Fake::start(setup).await;
    let (staff, room) = (fake.channel("staff").id(), fake.channel("room").id());
    let home = Home::of(&fake).but(&staff.to_string(), &room.to_string());
    let said = home.check(&fake).await;
    let doubts: Vec<&str> = said.lines().filter(|line| line.starts_with('?')).collect();
    insta::assert_snapshot!(doubts.join("\n"), @r#"
    ? staff's commands are hidden from the role “staff”, because it may not “Manage Messages”. Open “Server Settings”, “Integrations”, Bellwether, and add the role there; or allow it to manage messages. Buttons and forms work in any case.
    ? Everybody on the server reads #room, where drafts, names of servers and customers' words are shown. Open “Edit Channel”, “Permissions”, deny “View Channel” to @everyone, and allow it to staff's roles and the bot.
    "#);
    assert!(said.ends_with("exit 0"), "{said}");
    let role = fake.role("staff");
    fake.with(|world| world.command_roles = vec![role]);
    assert!(!home.check(&fake).await.contains("hidden"));
    fake.finish();
}
