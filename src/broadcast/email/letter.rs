//! A letter's bytes: head, plain text and simple HTML (RFC 5322, 2045–2047). Pure.
//!
//! The same post to the same reader is the same bytes: date and boundary come from the decision.
//! Letters of one incident thread below the first that their reader got. Must not: name anybody but
//! the reader.

use lettre::{
    Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};

use crate::{
    domain::{Audience, Limits, PostId, TextUnit, Timestamp},
    event::Post,
    render::{fit, leave_link},
};

const SUBJECT: Limits = Limits::of(120, TextUnit::Characters);

/// What readers' mail programs are told of the list.
pub(super) struct List {
    /// Its name (RFC 2919).
    pub(super) id: String,
    /// An address at which somebody takes readers off the list by hand.
    pub(super) mail: Option<String>,
}

/// One post on its way to one reader.
pub(super) struct Letter<'a> {
    pub(super) post: &'a Post,
    pub(super) decided_at: Timestamp,
    pub(super) from: &'a Mailbox,
    pub(super) to: &'a Mailbox,
    pub(super) list: &'a List,
    pub(super) language: &'a str,
}

impl Letter<'_> {
    /// Whom it is from and to, and its bytes.
    pub(super) fn written(&self) -> Result<(Envelope, Vec<u8>), lettre::error::Error> {
        let body = self.post.body.trim();
        let (first, rest) = body.split_once('\n').unwrap_or((body, body));
        let text = rest.trim();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(self.to.clone())
            .subject(fit(first, &SUBJECT))
            .date(self.decided_at.into())
            .message_id(Some(self.message_id(&self.post.id)));
        if let Some(first) = self.post.thread.as_ref().filter(|first| **first != self.post.id) {
            let first = self.message_id(first);
            builder = builder.in_reply_to(first.clone()).references(first);
        }
        for (name, value) in self.further_headers() {
            builder = builder.raw_header(HeaderValue::new(name, value));
        }
        let parts = MultiPart::alternative()
            .boundary(format!("bellwether-{}", self.post.id))
            .singlepart(SinglePart::plain(text.to_owned()))
            .singlepart(SinglePart::html(html(self.language, text)));
        let message = builder.multipart(parts)?;
        Ok((message.envelope().clone(), message.formatted()))
    }

    /// The same on every attempt, and another for every reader.
    fn message_id(&self, post: &PostId) -> String {
        let address = self.to.email.to_string();
        let reader: String = Sha256::digest(address.as_bytes())[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("<{post}.{reader}@{}>", self.from.email.domain())
    }

    fn further_headers(&self) -> Vec<(HeaderName, String)> {
        let name = HeaderName::new_from_ascii_str;
        let mut all = vec![(name("Auto-Submitted"), "auto-generated".to_owned())];
        let leave =
            leave_link(&self.post.body).filter(|_| self.post.audience == Audience::Reporters);
        if leave.is_some() || self.post.audience == Audience::Public {
            all.push((name("List-Id"), format!("<{}>", self.list.id)));
        }
        let Some(leave) = leave else { return all };
        let by_mail = self.list.mail.as_ref();
        let by_mail = by_mail.map(|mail| format!(", <mailto:{mail}?subject=unsubscribe>"));
        let ways = format!("<{leave}>{}", by_mail.unwrap_or_default());
        all.push((name("List-Unsubscribe"), ways));
        // RFC 8058 wants HTTPS for it.
        if leave.starts_with("https:") {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            all.push((name("List-Unsubscribe-Post"), one_click));
        }
        all
    }
}

/// Paragraphs, line breaks and links, and nothing else.
fn html(language: &str, text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<String> = paragraph.trim().lines().map(line).collect();
        format!("<p>{}</p>\n", lines.join("<br>\n"))
    });
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<body>\n{}</body>\n</html>\n",
        escaped(language),
        paragraphs.collect::<String>()
    )
}

fn line(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let is_link = word.starts_with("https://") || word.starts_with("http://");
        let word = escaped(word);
        if is_link { format!("<a href=\"{word}\">{word}</a>") } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
