//! Somebody with a browser, at the pages for subscribers.

use crate::harness::Bot;

/// A visitor with the form open.
pub struct Visitor<'b> {
    bot: &'b Bot,
    cookie: String,
    token: String,
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).expect("the text has it");
    rest.split(after).next().unwrap_or_default()
}

impl<'b> Visitor<'b> {
    pub async fn arrives(bot: &'b Bot) -> Self {
        let url = format!("{}/subscribe", bot.url);
        let response = bot.client.get(url).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let cookie = response.headers()["set-cookie"].to_str().expect("text").to_owned();
        let page = response.text().await.expect("a page");
        let token = between(&page, "name=\"token\" value=\"", "\"").to_owned();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { bot, cookie, token }
    }

    pub async fn asks(&self, email: &str, topic: &str) -> (u16, String) {
        let request = self.bot.client.post(format!("{}/subscribe", self.bot.url));
        let form = [("token", &*self.token), ("email", email), ("topic", topic)];
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| {
                let coded: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
                format!("{name}={coded}")
            })
            .collect();
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &self.cookie)
            .body(body.join("&"));
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a page"))
    }
}

/// Presses the button behind a letter's link, as the bot sees it at its own address.
pub async fn press(bot: &Bot, link: &str, body: &'static str) -> (u16, String) {
    let response = bot.client.post(at(bot, link)).body(body).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a page"))
}

/// Opens a letter's link.
pub async fn open(bot: &Bot, link: &str) -> (u16, String) {
    let response = bot.client.get(at(bot, link)).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a page"))
}

fn at(bot: &Bot, link: &str) -> String {
    let path = link.strip_prefix("https://status.example.net").expect("the public address");
    format!("{}{path}", bot.url)
}
