//! A bot that lives in a fake Discord, with a receiver of webhooks beside it.

use serde_json::{Value, json};

use crate::{
    fake::{Answer, Fake, Happening, Message, Person, Setup, World},
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
        let destinations = format!(
            "\n[[destination]]\nid = \"status\"\nkind = \"discord\"\naudience = \"public\"\nchannel = \"{}\"\n\
             \n[[destination]]\nid = \"staff\"\nkind = \"discord\"\naudience = \"staff\"\nchannel = \"{}\"\n\
             \n[[destination]]\nid = \"people\"\nkind = \"discord\"\naudience = \"reporters\"\n",
            fake.channel("status").id(),
            fake.channel("staff").id(),
        );
        home.write("bellwether.toml", &format!("{config}{destinations}{discord}{more}"));
        home.write("secret-discord", &fake.token());
        Self { fake, receiver, home }
    }

    /// The bot, started and ready in Discord.
    pub async fn start(&self) -> Bot {
        let bot = self.home.start();
        self.fake.until_ready().await;
        bot
    }

    /// `kill -9`, and Discord has noticed.
    pub async fn kill(&self, bot: Bot) {
        bot.kill();
        let is_gone = |world: &World| (!world.gateway.is_connected()).then_some(());
        self.fake.until("the end of the bot", is_gone).await;
    }

    /// The message in which staff are first asked about a draft, as it was posted: later it is a card.
    pub async fn card(&self, draft: u32) -> Message {
        let (staff, asks) = (self.fake.channel("staff").id(), format!("Draft {draft} ("));
        let look = |world: &World| {
            world.history.iter().find_map(|record| {
                let Happening::Posted(message) = &record.what else { return None };
                let is_for_all = message.channel == staff && message.only_for.is_none();
                let asks = is_for_all && message.content.contains(&asks);
                asks.then(|| message.clone())
            })
        };
        self.fake.until(&format!("a message with “{asks}”"), look).await
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
    let mut shown = timeless(&answer.content);
    for followup in &answer.followups {
        shown += &format!("\n---\n{}", timeless(&followup.content));
    }
    let buttons: Vec<String> =
        answer.buttons().iter().map(|button| format!("[{}]", button.label)).collect();
    if buttons.is_empty() { shown } else { format!("{shown}\n{}", buttons.join(" ")) }
}

/// A message to read: its words, and its buttons in brackets.
pub fn words(message: &Message) -> String {
    let text = timeless(&message.text());
    let buttons: Vec<String> =
        message.buttons().iter().map(|button| format!("[{}]", button.label)).collect();
    if buttons.is_empty() { text } else { format!("{text}\n{}", buttons.join(" ")) }
}

/// Discord's own signs for moments as a reader in a zone of their own sees them.
fn in_words(text: &str) -> String {
    let mut parts = text.split("<t:");
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sign, rest) = part.split_once('>').expect("a whole sign");
        let (second, style) = sign.split_once(':').expect("a style");
        let second: i64 = second.parse().expect("a second");
        let off = (second - chrono::Utc::now().timestamp()).abs();
        assert!(off < 86_400 && matches!(style, "t" | "f" | "R"), "{sign}");
        words += &format!("READER’S TIME{rest}");
    }
    words
}

/// The words with TIME for a time of day and REF for a post's reference.
pub fn timeless(text: &str) -> String {
    let text = &in_words(text);
    let is_time = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits == 4 && word.len() == 5 && word.as_bytes()[2] == b':'
    };
    let is_year = |word: &str| {
        let year = word.strip_suffix(',').filter(|year| year.len() == 4);
        year.is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_reference = |word: &str| {
        let hash = word.strip_prefix('#').filter(|hash| hash.len() == 12);
        hash.is_some_and(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let lines = text.split('\n').map(|line| {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            if is_time(word) {
                // A time that is not today's has its date before it: "27 November 2026, 00:05".
                let is_dated = words.last().is_some_and(|last| is_year(last));
                words.truncate(words.len().saturating_sub(if is_dated { 3 } else { 0 }));
            }
            words.push(match word {
                word if is_time(word) => "TIME",
                word if is_reference(word) => "#REF",
                word => word,
            });
        }
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n").replace("TIME EST", "TIME").replace("TIME EDT", "TIME")
}
