//! From the form to the last letter.

use crate::harness::{Bot, Home, Receiver, eventually};

use super::{
    smtp::{Fault, Moment, Smtp, Taken},
    visitor::{Visitor, open, press},
};

/// The usual bot, which writes letters through `smtp`.
pub async fn home(smtp: &Smtp) -> (Home, Receiver) {
    let (receiver, address) = Receiver::start().await;
    let home = Home::new(address);
    let letters = format!(
        "\n[[destination]]\nid = \"letters\"\nkind = \"email\"\naudience = \"reporters\"\n\
         host = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"Example Host <status@example.net>\"\n",
        smtp.address.port()
    );
    home.edit(|config| {
        let url = "listen = \"127.0.0.1:0\"\npublic_url = \"https://status.example.net\"";
        config.replace("listen = \"127.0.0.1:0\"", url) + &letters
    });
    (home, receiver)
}

pub async fn letter(smtp: &Smtp, to: &str, words: &str) -> Taken {
    let what = format!("a letter to {to} with “{words}”");
    eventually(&what, async || {
        smtp.taken().into_iter().find(|one| {
            one.to == to && (one.header("subject").contains(words) || one.text().contains(words))
        })
    })
    .await
}

/// Asks for updates and says yes; the letter's link.
pub async fn subscribe(bot: &Bot, smtp: &Smtp, email: &str, topic: &str) -> String {
    let (status, page) = Visitor::arrives(bot).await.asks(email, topic).await;
    assert_eq!(status, 200, "{page}");
    let link = letter(smtp, email, "please confirm").await.link("/subscribe/");
    let (status, page) = press(bot, &link, "").await;
    assert!(status == 200 && page.contains("You will hear of updates"), "{status} {page}");
    link
}

#[tokio::test]
async fn somebody_subscribes_confirms_hears_once_and_leaves_by_one_click() {
    let smtp = Smtp::start().await;
    let (home, receiver) = home(&smtp).await;
    let bot = home.start();

    let visitor = Visitor::arrives(&bot).await;
    let (status, wrong) = visitor.asks("nobody", "").await;
    assert!(
        status == 422 && wrong.contains("This does not look like an e-mail address."),
        "{wrong}"
    );
    assert_eq!(visitor.asks("ann@example.org", "Server Nine").await.0, 422);
    let (status, asked) = visitor.asks("Ann@Example.org", "Server One").await;
    assert!(status == 200 && asked.contains("Please look at your mail"), "{asked}");
    let confirm = letter(&smtp, "ann@example.org", "please confirm").await;
    assert_eq!(confirm.header("subject"), "Updates from Example Host: please confirm");
    assert_eq!(confirm.header("list-unsubscribe"), "", "it is no list's letter");
    let link = confirm.link("/subscribe/");

    // A scanner opens the link, and nothing comes of it.
    let (status, page) = open(&bot, &link).await;
    assert!(status == 200 && page.contains("Yes, write to me"), "{page}");
    bot.staff("incident open \"Slow pages on Server One\" --servers s1").await;
    bot.staff("draft publish 1").await;
    subscribe(&bot, &smtp, "ben@example.org", "").await;
    let (status, done) = press(&bot, &link, "").await;
    assert!(status == 200 && done.contains("about Server One"), "{done}");
    let again = Visitor::arrives(&bot).await.asks("ann@example.org", "Server One").await;
    let without_token = |page: &str| page.to_owned();
    assert_eq!(without_token(&again.1), without_token(&asked), "a known address is answered alike");

    bot.staff("incident update 1 \"A broken disk is being replaced.\" --publish").await;
    let heard = letter(&smtp, "ann@example.org", "broken disk").await;
    letter(&smtp, "ben@example.org", "broken disk").await;
    assert_eq!(heard.header("subject"), "Slow pages on Server One");
    let leave = heard.link("/unsubscribe/");
    assert_eq!(heard.header("list-unsubscribe"), format!("<{leave}>"));
    assert_eq!(heard.header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");

    let (status, page) = open(&bot, &leave).await;
    assert!(status == 200 && page.contains("Write to me no more"), "{page}");
    let (status, page) = press(&bot, &leave, "List-Unsubscribe=One-Click").await;
    assert!(status == 200 && page.contains("You will hear nothing more from us."), "{page}");
    assert_eq!(press(&bot, &leave, "List-Unsubscribe=One-Click").await.0, 404, "it is used up");
    assert_eq!(press(&bot, &link, "").await.0, 404, "and revives nobody");
    bot.staff("incident resolve 1 \"All is well again.\" --publish").await;
    letter(&smtp, "ben@example.org", "well again").await;
    let letters = smtp.taken();
    let to = |who: &str| letters.iter().filter(|one| one.to == who).count();
    assert_eq!((to("ann@example.org"), to("ben@example.org")), (2, 3));
    assert!(receiver.counts().values().all(|count| *count == 1));

    let stopped = bot.stop();
    assert!(stopped.status.success());
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let log = String::from_utf8_lossy(&stopped.stderr).into_owned();
    let chain = format!("{:?}", home.dump());
    for secret in [token.as_str(), "ann@", "ben@"] {
        assert!(
            !log.contains(secret) && !chain.contains(secret),
            "{secret} stands where it must not"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_nobodys_is_written_to_no_more() {
    let smtp = Smtp::start().await;
    let (home, _) = home(&smtp).await;
    let bot = home.start();
    subscribe(&bot, &smtp, "ann@example.org", "").await;
    bot.staff("incident open \"Slow pages\" --servers s1").await;
    smtp.fails(Moment::Reader, Fault::Says("550 5.1.1 <ann@example.org> is nobody"));
    bot.staff("draft publish 1").await;
    eventually("the bounce", async || {
        let story = bot.staff("incident show 1").await;
        story.contains("one could not be reached").then_some(())
    })
    .await;
    bot.staff("incident update 1 \"A second word.\" --publish").await;
    subscribe(&bot, &smtp, "ben@example.org", "").await;
    bot.staff("incident update 1 \"A third word.\" --publish").await;
    letter(&smtp, "ben@example.org", "third word").await;
    assert_eq!(smtp.taken().iter().filter(|one| one.to == "ann@example.org").count(), 1);
    assert!(bot.stop().status.success());
    let chain = home.dump();
    assert!(chain.iter().any(|line| line["type"] == "bounced"), "the bounce is in the journal");
    assert!(!format!("{chain:?}").contains("ann@"));
}

#[tokio::test]
async fn where_nobody_can_be_written_to_there_is_no_form() {
    let (_, address) = Receiver::start().await;
    let home = Home::new(address);
    let bot = home.start();
    assert_eq!(bot.page("/subscribe").await.0, 404);
    assert!(bot.stop().status.success());
}
