//! A bot that lives in a fake Discord, with a receiver of webhooks beside it.

use serde_json::{Value, json};

use crate::{
    fake::{Answer, Fake, Person, Setup},
    harness::{Bot, Home, Receiver},
};

/// Everything a story needs.
pub struct Scene {
    pub fake: Fake,
    pub receiver: Receiver,
    pub home: Home,
}

/// The privileged intent to read messages.
pub const MESSAGE_CONTENT: u64 = 1 << 15;

impl Scene {
    /// The usual people and places; messages are read where `message_content` is on.
    pub async fn new(message_content: bool) -> Self {
        let setup = if message_content {
            Setup::usual().privileged(MESSAGE_CONTENT)
        } else {
            Setup::usual()
        };
        Self::with(setup, message_content, "").await
    }

    /// The same with a set-up of its own, and more configuration at the end.
    pub async fn with(setup: Setup, message_content: bool, more: &str) -> Self {
        let fake = Fake::start(setup).await;
        let (receiver, address) = Receiver::start().await;
        let home = Home::new(address);
        let config = include_str!("../bot/bot.toml").replace("{receiver}", &address.to_string());
        let discord = format!(
            "\n[discord]\ntoken_file = \"secret-discord\"\nguild = \"{}\"\nstaff_channel = \"{}\"\n\
             support_channels = [\"{}\"]\nmessage_content = {message_content}\n\
             staff_roles = [\"{}\"]\napi = \"{}\"\n",
            fake.guild_id(),
            fake.channel("staff").id(),
            fake.channel("support").id(),
            fake.role("staff"),
            fake.http_url(),
        );
        home.write("bellwether.toml", &format!("{config}{discord}{more}"));
        home.write("secret-discord", &fake.token());
        Self { fake, receiver, home }
    }

    /// The bot, started and ready in Discord.
    pub async fn start(&self) -> Bot {
        let bot = self.home.start();
        self.fake.until_ready().await;
        bot
    }

    /// A customer reports.
    pub async fn report(&self, who: &str, domain: &str, what: &str) -> Answer {
        let fields = [("domain", json!(domain)), ("what", json!(what))];
        self.fake.user(who).at("support").slash("report", &fields).await
    }

    /// Somebody of the staff, in their room.
    pub fn staff(&self, name: &str) -> Person {
        self.fake.user(name).at("staff")
    }

    /// An incident about s1, opened by tim; what he was answered.
    pub async fn open_incident(&self) -> Answer {
        let fields = [("title", json!("Slow pages on Server One")), ("servers", json!("s1"))];
        self.staff("tim").slash("incident open", &fields).await
    }

    /// What stands in the journal.
    pub fn journal(&self) -> Vec<Value> {
        self.home.dump()
    }
}

/// A command's answer to read: its words, and its buttons in brackets.
pub fn shown(answer: &Answer) -> String {
    let mut shown = answer.content.clone();
    for followup in &answer.followups {
        shown += &format!("\n---\n{}", followup.content);
    }
    let buttons: Vec<String> =
        answer.buttons().iter().map(|button| format!("[{}]", button.label)).collect();
    if buttons.is_empty() { shown } else { format!("{shown}\n{}", buttons.join(" ")) }
}
