//! Letters that came back: reports on failed delivery (RFC 3464) about letters to subscribers.
//!
//! Pure: bytes in, a [`Bounce`] out, whatever the bytes are. Anybody can write such a report, so one
//! counts only with the token of the subscriber's letter that it brings back: whoever has that could
//! take them off the list anyway. Must not: keep or repeat a report's words, which may name the
//! reader, or take a delay, a full mailbox or a server that refuses us for a reader who is gone. Start
//! at [`read`].

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::{
    domain::{MailStatus, says_nobody_is_there},
    render::{CONFIRM_PATH, LEAVE_PATH},
};

/// How much of a letter is looked at, in bytes: a report is short, and what it brings back follows soon.
pub const BOUNCE_BYTES_MAX: usize = 1 << 20;
/// How much of what it tells of each reader is looked at, in bytes.
const STATUS_BYTES_MAX: usize = 64 * 1024;
/// A token's hex digits.
const TOKEN_LENGTH: usize = 40;

/// What a letter to the sender says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// Nobody is there. Not shown: the token is a secret.
    Gone {
        /// The token of the letter that came back.
        token: String,
        /// Why, in codes alone.
        reason: String,
    },
    /// It is about a letter of ours no more than anybody can say.
    NotOurs,
    /// It may yet arrive, or failed for a reason that may pass.
    MayPass,
    /// It is no report on a delivery.
    NoReport,
}

/// What a report tells of one reader.
#[derive(Default)]
struct Told {
    action: String,
    status: Option<MailStatus>,
    /// The reply that the other server gave, and the code in its text.
    reply: Option<u16>,
    said: Option<MailStatus>,
}

/// Reads a letter to the sender.
pub fn read(bytes: &[u8]) -> Bounce {
    let message = MessageParser::default().parse(bytes).filter(is_report);
    let Some(message) = message else { return Bounce::NoReport };
    let status = message
        .parts
        .iter()
        .find(|part| is_kind(part, &["message/delivery-status", "message/global-delivery-status"]));
    let Some(status) = status else { return Bounce::NoReport };
    let text = String::from_utf8_lossy(status.contents());
    let told = told(&text[..text.floor_char_boundary(STATUS_BYTES_MAX)]);
    let Some(first) = told.first() else { return Bounce::NoReport };
    // One letter has one reader; one who passes it on to others may still be there for some.
    if !told.iter().all(Told::is_gone) {
        return Bounce::MayPass;
    }
    match message.parts.iter().find_map(token_in) {
        Some(token) => Bounce::Gone { token, reason: first.reason() },
        None => Bounce::NotOurs,
    }
}

fn is_report(message: &Message<'_>) -> bool {
    message.content_type().is_some_and(|kind| {
        let is = |text: Option<&str>, wanted: &str| {
            text.is_some_and(|text| text.eq_ignore_ascii_case(wanted))
        };
        is(Some(kind.ctype()), "multipart")
            && is(kind.subtype(), "report")
            && is(kind.attribute("report-type"), "delivery-status")
    })
}

fn is_kind(part: &MessagePart<'_>, kinds: &[&str]) -> bool {
    let Some(kind) = part.content_type() else { return false };
    let kind = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
    kinds.iter().any(|wanted| kind.eq_ignore_ascii_case(wanted))
}

/// The fields of each reader: groups of lines, the first of which is about the report itself.
fn told(text: &str) -> Vec<Told> {
    let text = text.replace("\r\n", "\n");
    let groups = text.split("\n\n").map(Told::of);
    groups.filter(|told| !told.action.is_empty()).collect()
}

impl Told {
    fn of(group: &str) -> Self {
        let mut told = Self::default();
        // A line that begins with a space goes on with the one before it; its beginning is enough.
        for (name, value) in group.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("Action") {
                let word = value.split(|sign: char| !sign.is_ascii_alphabetic()).next();
                told.action = word.unwrap_or_default().to_ascii_lowercase();
            } else if name.eq_ignore_ascii_case("Status") {
                told.status = MailStatus::read(value);
            } else if name.eq_ignore_ascii_case("Diagnostic-Code") {
                told.hear_reply(value);
            }
        }
        told
    }

    /// "smtp; 550 5.1.1 …" or "smtp; 550-5.1.1 …".
    fn hear_reply(&mut self, value: &str) {
        let Some((kind, reply)) = value.split_once(';') else { return };
        if !kind.trim().eq_ignore_ascii_case("smtp") {
            return;
        }
        let reply = reply.trim();
        let code = reply.get(..3).and_then(|code| code.parse::<u16>().ok());
        self.reply = code.filter(|code| (200..600).contains(code));
        let rest = reply.get(3..).unwrap_or_default();
        self.said = MailStatus::read(rest.trim_start_matches([' ', '-']));
    }

    fn is_gone(&self) -> bool {
        let is_lasting = self.status.is_some_and(|status| status.class == 5);
        // A bare 550 may be said to our server as well as about the reader, and a report does not say
        // to what it was the answer.
        let exact = self.exact().filter(|status| !status.is_vague());
        let says_so = exact.is_some() && says_nobody_is_there(self.reply, exact);
        self.action == "failed" && is_lasting && says_so
    }

    /// The report's own code where it says something, else the one in the reply.
    fn exact(&self) -> Option<MailStatus> {
        self.status.filter(|status| !status.is_vague()).or(self.said)
    }

    fn reason(&self) -> String {
        let reply = self.reply.map(|code| format!(" {code}")).unwrap_or_default();
        let status = self.exact().or(self.status).map_or(String::new(), |status| {
            format!(" {}.{}.{}", status.class, status.subject, status.detail)
        });
        format!("a letter came back with{reply}{status}")
    }
}

/// The token in a letter that was brought back, or in its head.
fn token_in(part: &MessagePart<'_>) -> Option<String> {
    if let PartType::Message(letter) = &part.body {
        return token_of(letter);
    }
    let heads = ["text/rfc822-headers", "message/rfc822-headers", "message/global-headers"];
    if !is_kind(part, &heads) {
        return None;
    }
    let mut bytes = part.contents().to_vec();
    bytes.extend_from_slice(b"\r\n\r\n");
    token_of(&MessageParser::default().parse(&bytes)?)
}

fn token_of(letter: &Message<'_>) -> Option<String> {
    let in_head = letter.header_raw("List-Unsubscribe").and_then(after_path);
    in_head.or_else(|| after_path(&letter.body_text(0)?))
}

/// The token at the end of a link by which somebody confirms or leaves.
fn after_path(text: &str) -> Option<String> {
    [LEAVE_PATH, CONFIRM_PATH].into_iter().find_map(|path| {
        text.split(path).skip(1).find_map(|rest| {
            let is_digit = |sign: &char| sign.is_ascii_hexdigit();
            let token: String = rest.chars().take_while(is_digit).take(TOKEN_LENGTH + 1).collect();
            (token.len() == TOKEN_LENGTH).then_some(token)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(fields: &str) -> bool {
        told(&format!("Reporting-MTA: dns; mx.example\r\n\r\n{fields}\r\n"))
            .iter()
            .all(Told::is_gone)
    }

    #[test]
    fn only_a_lasting_failure_that_is_about_the_reader_says_that_nobody_is_there() {
        for gone in [
            "Action: failed\r\nStatus: 5.1.1",
            "Action: Failed (gone)\r\nStatus: 5.1.10 (null MX)",
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 <a@b.example>\r\n no",
            "action: failed\r\nstatus: 5.4.4\r\nDiagnostic-Code: X-Postfix; host not found",
        ] {
            assert!(status(gone), "{gone}");
        }
        for may_pass in [
            "Action: delayed\r\nStatus: 4.4.1",
            "Action: failed\r\nStatus: 4.4.7",
            "Action: delivered\r\nStatus: 2.0.0",
            "Action: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 full",
            "Action: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 we refuse you",
            "Action: failed\r\nStatus: 5.1.8\r\nDiagnostic-Code: smtp; 550 5.1.8 your domain",
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 554 no",
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 192.0.2.1 is in a black list",
            "Action: failed\r\nStatus: 5.1.0\r\nDiagnostic-Code: smtp; 550 5.1.0 sender denied",
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 5é",
            "Action: failed",
            "Action: failed\r\nStatus: 5.1.1\r\n\r\nAction: relayed\r\nStatus: 2.0.0",
        ] {
            assert!(!status(may_pass), "{may_pass}");
        }
    }

    #[test]
    fn a_token_is_read_whole_or_not_at_all() {
        let token = "00112233445566778899aabbccddeeff00112233";
        let found = |text: &str| after_path(text);
        assert_eq!(
            found(&format!("<https://s.example/unsubscribe/{token}>, x")),
            Some(token.into())
        );
        assert_eq!(found(&format!("https://s.example/subscribe/{token}")), Some(token.into()));
        for other in [format!("/unsubscribe/{token}0"), format!("/unsubscribe/{}", &token[1..])] {
            assert_eq!(found(&other), None, "{other}");
        }
    }
}
