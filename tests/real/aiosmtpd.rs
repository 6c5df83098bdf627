//! aiosmtpd, a mail server: letters arrive as they should be read, and one in doubt arrives again under
//! the same id.

use std::{
    collections::BTreeSet,
    fs,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use bellwether::{
    broadcast::{CheckError, Driver, Email, Sending},
    config::Secrets,
    domain::{Audience, Destination, DestinationId},
    event::{Post, Resolution, SendError},
};
use mail_parser::{Message, MessageParser};

use super::{
    lossy::Wire,
    server::{Server, clock, destination, free_port, installed, loopback, post, sending},
};

const PASSWORD: &str = "a-password-of-the-test";
const LETTER_BYTES_MAX: usize = 10_000;
const LEAVE: &str =
    "https://status.example.net/unsubscribe/00112233445566778899aabbccddeeff00112233";

/// A mail server.
struct Aiosmtpd {
    _server: Server,
    folder: tempfile::TempDir,
    port: u16,
}

impl Aiosmtpd {
    async fn start(place: &Path) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real/mailbox.py");
        let mut command = Command::new(place.join("bin/python"));
        command.arg(script).arg(folder.path());
        let server = Server::start(command.args([port.to_string(), LETTER_BYTES_MAX.to_string()]));
        for _ in 0..600 {
            if TcpStream::connect(loopback(port)).is_ok() {
                return Self { _server: server, folder, port };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing answers for a minute");
    }

    /// Every letter that it keeps, in the order in which they came.
    fn letters(&self) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        let paths = entries.map(|entry| entry.expect("a file").path());
        let kept = |path: &PathBuf| path.extension().is_some_and(|end| end == "letter");
        let paths: BTreeSet<PathBuf> = paths.filter(kept).collect();
        paths.iter().map(|path| fs::read(path).expect("a file")).collect()
    }
}

fn driver(address: SocketAddr, password: &str) -> Email {
    let options = [
        ("host", address.ip().to_string()),
        ("port", address.port().to_string()),
        ("tls", "none".to_owned()),
        ("from", "Beispiel & Söhne <status@example.net>".to_owned()),
        ("username", "status".to_owned()),
        ("list_id", "updates.example.net".to_owned()),
        ("unsubscribe_to", "out@example.net".to_owned()),
    ];
    let mut secrets = Secrets::default();
    secrets.insert(DestinationId::from("d"), "password", password.into());
    let people = Destination { audience: Audience::Reporters, ..destination("email", &options) };
    Email::new(&people, &secrets, &clock()).expect("whole")
}

fn letter(id: &str, body: &str) -> Post {
    Post { audience: Audience::Reporters, recipient: Some("p-1".into()), ..post(id, body) }
}

fn to<'a>(post: &'a Post, account: &'a str) -> Sending<'a> {
    let decided_at = "2014-04-24T02:40:00Z".parse().expect("a moment");
    Sending { recipient: Some(account), ..sending(post, decided_at) }
}

fn read(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).expect("a letter")
}

/// The values of every header with this name.
fn all<'m>(letter: &'m Message<'_>, name: &str) -> Vec<&'m str> {
    let raw = letter.headers_raw().filter(|(own, _)| own.eq_ignore_ascii_case(name));
    raw.map(|(_, value)| value.trim()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_whose_answer_was_lost_comes_again_under_the_same_id() {
    let Some(place) = installed("aiosmtpd") else { return };
    let server = Aiosmtpd::start(&place).await;
    let wire = Wire::to(loopback(server.port)).await;
    let driver = driver(wire.address, PASSWORD);
    let checked = driver.check().await.expect("it is well");
    assert_eq!(checked.account.as_deref(), Some("status@example.net"));

    let body = format!("Sites are “slow”\n.A dot, and <more> & more.\n\nTo hear no more:\n{LEAVE}");
    let first = letter("first", &body);
    wire.lose_the_answer_to(b"\r\n.\r\n");
    let sent = driver.send(to(&first, "email:ann@example.org")).await;
    assert!(matches!(sent, Err(SendError::Unknown(_))) && !wire.is_waiting(), "{sent:?}");
    let again = driver.resolve(to(&first, "email:ann@example.org")).await;
    assert_eq!(again, Resolution::SendAgain);
    for reader in ["email:ann@example.org", "email:ben@example.org"] {
        driver.send(to(&first, reader)).await.expect("it is taken");
    }

    let kept = server.letters();
    let kept: Vec<Message<'_>> = kept.iter().map(|bytes| read(bytes)).collect();
    let readers: Vec<&str> = kept.iter().map(|one| all(one, "X-To")[0]).collect();
    assert_eq!(readers, ["ann@example.org", "ann@example.org", "ben@example.org"]);
    let ids: Vec<Option<&str>> = kept.iter().map(|one| one.message_id()).collect();
    assert!(ids[0].is_some() && ids[0] == ids[1] && ids[1] != ids[2], "{ids:?}");
    for one in &kept {
        for name in ["Message-ID", "From", "To", "Subject", "Date", "List-Id", "MIME-Version"] {
            assert_eq!(all(one, name).len(), 1, "{name}");
        }
        assert_eq!(all(one, "X-To"), all(one, "To"), "nobody reads who else gets it");
        let leave = format!("<{LEAVE}>, <mailto:out@example.net?subject=unsubscribe>");
        assert_eq!(all(one, "List-Unsubscribe").len(), 1);
        assert_eq!(unfolded(&all(one, "List-Unsubscribe")), leave);
        assert_eq!(all(one, "List-Unsubscribe-Post"), ["List-Unsubscribe=One-Click"]);
        assert_eq!(all(one, "List-Id"), ["<updates.example.net>"]);
        assert_eq!(one.subject(), Some("Sites are “slow”"));
        assert_eq!(one.from().and_then(|from| from.first()?.name()), Some("Beispiel & Söhne"));
        let text = one.body_text(0).expect("plain text").replace("\r\n", "\n");
        let said = body.split_once('\n').expect("lines").1;
        assert_eq!(text.trim_end(), said);
        let html = one.body_html(0).expect("HTML");
        assert!(html.contains(".A dot, and &lt;more&gt; &amp; more."), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiosmtpd_takes_many_letters_over_one_line_and_refuses_by_code() {
    let Some(place) = installed("aiosmtpd") else { return };
    let server = Aiosmtpd::start(&place).await;
    let denied = driver(loopback(server.port), "another-password").check().await;
    assert!(matches!(denied, Err(CheckError::Refused(_))), "{denied:?}");
    let driver = driver(loopback(server.port), PASSWORD);

    let short = letter("short", &format!("Slow\nWords.\n{LEAVE}"));
    let nobody = driver.send(to(&short, "email:nobody@example.org")).await;
    let Err(SendError::Bounced(reason)) = nobody else { panic!("{nobody:?}") };
    assert_eq!(reason, "the mail server answered 550 5.1.1 to the reader");
    let grey = driver.send(to(&short, "email:grey@example.org")).await;
    assert!(matches!(grey, Err(SendError::RetryAfter { .. })), "{grey:?}");
    driver.send(to(&short, "email:grey@example.org")).await.expect("the second time");
    let long = letter("long", &format!("Slow\n{}\n{LEAVE}", "Many words. ".repeat(500)));
    let refused = driver.send(to(&long, "email:ann@example.org")).await;
    let Err(SendError::Rejected(reason)) = refused else { panic!("{refused:?}") };
    assert_eq!(reason, "the mail server answered 552 to the letter");
    // Addresses beyond ASCII, and one line for all.
    for number in 0..20 {
        let account = format!("email:jörg{number}@example.org");
        driver.send(to(&short, &account)).await.expect("it is taken");
    }

    let kept = server.letters();
    let kept: Vec<Message<'_>> = kept.iter().map(|bytes| read(bytes)).collect();
    let readers: BTreeSet<&str> = kept.iter().map(|one| all(one, "X-To")[0]).collect();
    assert_eq!((kept.len(), readers.len()), (21, 21), "each once: {readers:?}");
    let lines: BTreeSet<&str> = kept[1..].iter().map(|one| all(one, "X-Port")[0]).collect();
    assert_eq!(lines.len(), 1, "all went over one line");
}

/// A header's value without its line breaks.
fn unfolded(values: &[&str]) -> String {
    values.concat().split_whitespace().collect::<Vec<_>>().join(" ")
}
