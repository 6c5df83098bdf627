//! Letters that come back to the sender after the mail server took them.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use bellwether::intake::bounce::{self, Bounce};

use crate::harness::{Bot, Home};

use super::{
    smtp::{Smtp, Taken},
    story,
    story::{letter, subscribe},
    visitor::{Visitor, press},
};

const SECRET: &str = "secret-of-the-letters-0004";

/// The usual bot, with a token for what comes back.
async fn home(smtp: &Smtp) -> Home {
    let (home, _) = story::home(smtp).await;
    let token = "\n[[token]]\nname = \"letters\"\nrole = \"customer\"\nscopes = [\"notices\"]\n\
                 secret_file = \"secret-letters\"\n";
    home.write("secret-letters", SECRET);
    home.edit(|config| config + token);
    home
}

/// What a mail server writes to the sender about a letter, of which it gives the head back.
fn report(letter: &Taken, fields: &str) -> String {
    let head = letter.bytes.split("\r\n\r\n").next().expect("a head");
    report_with(fields, &format!("Content-Type: text/rfc822-headers\r\n\r\n{head}"))
}

fn report_with(fields: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\nTo: status@example.net\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B1\"\r\n\r\n\
         --B1\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\r\n\
         --B1\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\nArrival-Date: Thu, 24 Apr 2014 02:40:00 +0000\r\n\r\n\
         Final-Recipient: rfc822; ann@example.org\r\n{fields}\r\n\r\n\
         --B1\r\n{returned}\r\n\r\n--B1--\r\n"
    )
}

const GONE: &str = "Action: failed\r\nStatus: 5.1.1\r\n\
                    Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org> no such user";

/// Pipes a letter into `bellwether bounce` or `notice`.
fn pipe(home: &Home, into: &str, url: &str, letter: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellwether"));
    command.args([into, "--url", url, "--token-file"]).arg(home.path().join("secret-letters"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary");
    child.stdin.take().expect("piped").write_all(letter.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

/// What it says.
fn piped(home: &Home, bot: &Bot, letter: &str) -> String {
    let output = pipe(home, "bounce", &bot.url, letter);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

const TAKEN: &str =
    "Nobody is there any more: this reader is written to no more, until they ask again.";
const MAY_PASS: &str = "Nothing to do: it may yet arrive, or failed for a reason that may pass.";
const NOT_OURS: &str = "Nothing to do: it brings back no letter to a subscriber of ours.";
const NO_REPORT: &str = "Nothing to do: it is no report on a delivery.";

#[tokio::test]
async fn a_reader_whose_letter_comes_back_for_good_is_written_to_no_more_until_they_ask_again() {
    let smtp = Smtp::start().await;
    let home = home(&smtp).await;
    let bot = home.start();
    let confirm = subscribe(&bot, &smtp, "ann@example.org", "").await;
    subscribe(&bot, &smtp, "ben@example.org", "").await;
    bot.staff("incident open \"Slow pages\" --servers s1").await;
    bot.staff("draft publish 1").await;
    let first = letter(&smtp, "ann@example.org", "Slow pages").await;
    letter(&smtp, "ben@example.org", "Slow pages").await;

    // What may pass, what anybody can write, and what is no report change nothing.
    let full = "Action: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full";
    assert_eq!(piped(&home, &bot, &report(&first, full)), MAY_PASS);
    let late = "Action: delayed\r\nStatus: 4.4.1";
    assert_eq!(piped(&home, &bot, &report(&first, late)), MAY_PASS);
    let link = first.link("/unsubscribe/");
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let forged = Taken { bytes: first.bytes.replace(&token, &"0".repeat(40)), ..first.clone() };
    assert_eq!(piped(&home, &bot, &report(&forged, GONE)), NOT_OURS);
    let by_id = format!(
        "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {}",
        first.header("message-id")
    );
    assert_eq!(piped(&home, &bot, &report_with(GONE, &by_id)), NOT_OURS);
    assert_eq!(piped(&home, &bot, &first.bytes), NO_REPORT);
    let away = format!("Subject: away\r\n\r\n{}", "I am away.\r\n".repeat(200_000));
    assert_eq!(piped(&home, &bot, &away), NO_REPORT);
    bot.staff("incident update 1 \"A second word.\" --publish").await;
    letter(&smtp, "ann@example.org", "second word").await;

    for _ in 0..2 {
        assert_eq!(piped(&home, &bot, &report(&first, GONE)), TAKEN);
    }
    bot.staff("incident update 1 \"A third word.\" --publish").await;
    letter(&smtp, "ben@example.org", "third word").await;
    let to_ann = |words: &str| {
        let all = smtp.taken();
        all.iter().filter(|one| one.to == "ann@example.org" && one.text().contains(words)).count()
    };
    assert_eq!((to_ann("second word"), to_ann("third word")), (1, 0));
    assert!(bot.stop().status.success());
    let chain = home.dump();
    let bounced: Vec<_> = chain.iter().filter(|line| line["type"] == "bounced").collect();
    assert_eq!(bounced.len(), 1, "once a day is enough: {bounced:#?}");
    assert_eq!(bounced[0]["reason"], "a letter came back with 550 5.1.1");
    let told = format!("{chain:?}");
    assert!(!told.contains("ann@") && !told.contains(&token), "a secret is in the journal");

    // Who asks again is written to again; a whole letter that comes back counts like its head.
    let bot = home.start();
    assert_eq!(Visitor::arrives(&bot).await.asks("ann@example.org", "").await.0, 200);
    let (status, page) = press(&bot, &confirm, "").await;
    assert!(status == 200 && page.contains("You will hear of updates"), "{status} {page}");
    let bens = letter(&smtp, "ben@example.org", "third word").await;
    let whole = report_with(GONE, &format!("Content-Type: message/rfc822\r\n\r\n{}", bens.bytes));
    assert_eq!(piped(&home, &bot, &whole), TAKEN);
    bot.staff("incident update 1 \"A fourth word.\" --publish").await;
    letter(&smtp, "ann@example.org", "fourth word").await;
    assert!(bot.stop().status.success());
    let fourth = |one: &Taken| one.text().contains("fourth word");
    assert_eq!(smtp.taken().iter().filter(|one| fourth(one)).count(), 1);
}

#[test]
fn a_report_that_is_cut_or_garbled_anywhere_is_read_without_harm() {
    let token = "00112233445566778899aabbccddeeff00112233";
    let head = format!("List-Unsubscribe: <https://status.example.net/unsubscribe/{token}>");
    let report = report_with(GONE, &format!("Content-Type: text/rfc822-headers\r\n\r\n{head}"));
    let gone = |bytes: &[u8]| match bounce::read(bytes) {
        Bounce::Gone { token, .. } => Some(token),
        Bounce::NotOurs | Bounce::MayPass | Bounce::NoReport => None,
    };
    assert_eq!(gone(report.as_bytes()).as_deref(), Some(token));
    for place in 0..report.len() {
        let cut = gone(&report.as_bytes()[..place]);
        assert!(cut.is_none_or(|found| found == token), "cut at {place}");
        for sign in [0, b'\n', b';', 0xff] {
            let mut garbled = report.clone().into_bytes();
            garbled[place] = sign;
            assert!(gone(&garbled).is_none_or(|found| found == token), "{sign} at {place}");
        }
    }
}

#[tokio::test]
async fn a_mail_server_is_asked_to_come_again_with_letters_when_no_bot_takes_them_now() {
    let smtp = Smtp::start().await;
    let home = home(&smtp).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let nobody = format!("http://{}", free.local_addr().expect("bound"));
    drop(free);
    // A bot that is being started, a token that is being changed: no letter is lost meanwhile.
    let comes_again = |url: &str| {
        for into in ["bounce", "notice"] {
            let output = pipe(&home, into, url, "Subject: x\r\n\r\ny");
            assert_eq!(output.status.code(), Some(75), "{into}: {output:?}");
        }
    };
    comes_again(&nobody);
    let bot = home.start();
    let read = pipe(&home, "notice", &bot.url, "Subject: Maintenance\r\n\r\ny");
    assert!(read.status.success(), "{read:?}");
    home.write("secret-letters", "another-secret-0000000000");
    comes_again(&bot.url);
    std::fs::remove_file(home.path().join("secret-letters")).expect("it was there");
    comes_again(&bot.url);
    assert!(bot.stop().status.success());
}
