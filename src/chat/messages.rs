//! What a message counts as: a report, something to ask about, or nothing. Pure.

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::{
    domain::{Fleet, Timestamp},
    event::wire::domain_name,
};

use super::heard::Message;

/// Domains of one message that become reports.
pub const DOMAINS_MAX: usize = 3;
/// Words of a message that are looked at.
const WORDS_MAX: usize = 600;
/// Questions of ours that are remembered.
const QUESTIONS_MAX: usize = 256;
/// An answer comes within this time.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// What a message counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Reports about these domains of ours.
    Report {
        /// Each once, in the order named; none: what is named is no domain of ours.
        domains: Vec<String>,
        /// What is named instead, where no domain is ours.
        other: String,
        /// What they said before we asked, if we did.
        before: Option<String>,
    },
    /// It speaks to us and names no domain: we ask which one.
    Question,
    /// Not for us.
    Nothing,
}

/// What `message` counts as. `asked`: what its author said before we asked them which domain it is
/// about, if we did lately.
///
/// Every domain counts alike, ours or not: the answer tells nobody which ones are ours.
pub fn count(message: &Message, fleet: &Fleet, asked: Option<String>) -> Counts {
    if message.author.is_bot {
        return Counts::Nothing;
    }
    let speaks_to_us = message.mentions_us || message.guild.is_none();
    // Others may speak in between: words without a domain answer us where they are said to us.
    let is_answer = asked.is_some() && (message.answers_ours.is_some() || speaks_to_us);
    let named = first_domain(&message.text);
    if named.is_some() || (is_answer && !message.text.trim().is_empty()) {
        let domains = our_domains(&message.text, fleet);
        let other = named.unwrap_or_else(|| message.text.clone());
        return Counts::Report { domains, other, before: asked };
    }
    if speaks_to_us && !message.text.trim().is_empty() { Counts::Question } else { Counts::Nothing }
}

/// The domains of ours that a text names, each once, at most [`DOMAINS_MAX`].
pub fn our_domains(text: &str, fleet: &Fleet) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in hosts(text) {
        let ours = fleet.domain_above(&name);
        if let Some(domain) = ours.filter(|domain| !found.iter().any(|one| one == domain)) {
            found.push(domain.to_owned());
            if found.len() == DOMAINS_MAX {
                break;
            }
        }
    }
    found
}

/// The first word of a text that has the form of a domain, whosever it is.
fn first_domain(text: &str) -> Option<String> {
    hosts(text).next()
}

/// The words of a text that have the form of a domain: the last label is no number ("2.5") and no
/// single letter ("e.g.").
fn hosts(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(between_words).filter(|word| word.contains('.')).take(WORDS_MAX);
    words.filter_map(|word| {
        let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        let host = word.rsplit_once('@').map_or(word, |(_, host)| host);
        domain_name(host).filter(|name| {
            let last = name.rsplit('.').next().unwrap_or_default();
            last.len() > 1 && last.bytes().any(|byte| byte.is_ascii_alphabetic())
        })
    })
}

/// Signs that no host name holds and that people put around one.
fn between_words(sign: char) -> bool {
    sign.is_whitespace() || "<>()[]{}*_~|`\"'“”„«»‘’,;!?。，、".contains(sign)
}

/// The questions that we asked, and what their askers had said.
#[derive(Debug, Default)]
pub struct Questions(VecDeque<Question>);

#[derive(Debug)]
struct Question {
    at: Timestamp,
    person: u64,
    channel: u64,
    said: String,
}

impl Questions {
    /// Remembers that somebody was asked; whether to ask (nobody is asked twice at once).
    pub fn ask(&mut self, now: Timestamp, message: &Message) -> bool {
        self.forget(now);
        let (person, channel) = (message.author.id, message.channel);
        if self.0.iter().any(|one| one.person == person && one.channel == channel) {
            return false;
        }
        if self.0.len() == QUESTIONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(Question { at: now, person, channel, said: message.text.clone() });
        true
    }

    /// What the author of `message` said before we asked them there.
    pub fn asked(&mut self, now: Timestamp, message: &Message) -> Option<String> {
        self.forget(now);
        let (person, channel) = (message.author.id, message.channel);
        let question = self.0.iter().find(|one| one.person == person && one.channel == channel)?;
        Some(question.said.clone())
    }

    /// The same, once.
    pub fn take(&mut self, now: Timestamp, message: &Message) -> Option<String> {
        self.forget(now);
        let (person, channel) = (message.author.id, message.channel);
        let place = self.0.iter().position(|one| one.person == person && one.channel == channel)?;
        self.0.remove(place).map(|question| question.said)
    }

    fn forget(&mut self, now: Timestamp) {
        self.0.retain(|one| one.at > now - ANSWERED_WITHIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::heard::Member;

    fn fleet() -> Fleet {
        let domains = ["example.org", "xn--bcher-kva.example", "blog.example.net"]
            .map(|domain| (domain.to_owned(), "s1".into()));
        Fleet { domains: domains.into(), ..Fleet::default() }
    }

    fn found(text: &str) -> Vec<String> {
        our_domains(text, &fleet())
    }

    #[test]
    fn a_domain_of_ours_is_found_however_people_write_it() {
        for text in [
            "example.org is slow",
            "is https://www.example.org/shop?x=1 down?",
            "**example.org**, it's gone.",
            "(<https://example.org>)",
            "EXAMPLE.ORG!!!",
            "mail to info@example.org bounces",
            "[my site](http://example.org:8080/)",
            "サイト example.org、が遅い",
        ] {
            assert_eq!(found(text), ["example.org"], "{text}");
        }
        assert_eq!(found("bücher.example geht nicht"), ["xn--bcher-kva.example"]);
        assert_eq!(
            found("blog.example.net and example.org and example.org"),
            ["blog.example.net", "example.org"]
        );
    }

    #[test]
    fn nothing_else_is_found() {
        for text in [
            "",
            "example",
            "e.g. this... and example.com",
            "notexample.org",
            "example.org.evil.example",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        assert!(found(&"example.com ".repeat(100_000)).is_empty());
    }

    fn message(text: &str) -> Message {
        let author = Member { id: 7, ..Member::default() };
        Message { channel: 3, guild: Some(1), author, text: text.to_owned(), ..Message::default() }
    }

    #[test]
    fn a_message_counts_when_it_names_a_domain_or_answers_us() {
        let one = |domains: &[&str], other: &str, before: Option<&str>| Counts::Report {
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            other: other.to_owned(),
            before: before.map(str::to_owned),
        };
        let fleet = fleet();
        assert_eq!(
            count(&message("example.org is slow"), &fleet, None),
            one(&["example.org"], "example.org", None)
        );
        assert_eq!(count(&message("good morning"), &fleet, None), Counts::Nothing);
        let to_us = Message { mentions_us: true, ..message("my site is slow") };
        assert_eq!(count(&to_us, &fleet, None), Counts::Question);
        let direct = Message { guild: None, ..message("my site is slow") };
        assert_eq!(count(&direct, &fleet, None), Counts::Question);
        let asked = || Some("slow".to_owned());
        let unknown = message("it is example.com");
        assert_eq!(count(&unknown, &fleet, asked()), one(&[], "example.com", Some("slow")));
        assert_eq!(count(&unknown, &fleet, None), one(&[], "example.com", None), "alike");
        assert_eq!(count(&message("version 2.5, e.g."), &fleet, asked()), Counts::Nothing);
        let reply = Message { answers_ours: Some(9), ..message("my blog") };
        assert_eq!(count(&reply, &fleet, asked()), one(&[], "my blog", Some("slow")));
        assert_eq!(count(&reply, &fleet, None), Counts::Nothing);
        let program = Member { is_bot: true, ..Member::default() };
        let other = Message { author: program, ..message("example.org is down") };
        assert_eq!(count(&other, &fleet, None), Counts::Nothing);
    }

    #[test]
    fn a_question_is_asked_once_and_answered_once() {
        let mut questions = Questions::default();
        let now = Timestamp::UNIX_EPOCH;
        assert!(questions.ask(now, &message("slow")));
        assert!(!questions.ask(now, &message("slow!")));
        let elsewhere = Message { channel: 4, ..message("x") };
        assert_eq!(questions.take(now, &elsewhere), None);
        assert_eq!(questions.take(now, &message("x")).as_deref(), Some("slow"));
        assert_eq!(questions.take(now, &message("x")), None);
        assert!(questions.ask(now, &message("slow")));
        assert_eq!(questions.take(now + TimeDelta::hours(1), &message("x")), None, "long ago");
    }
}
