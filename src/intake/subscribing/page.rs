//! The pages for subscribers as HTML. Everything typed is escaped by the template.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use chrono::TimeDelta;
use minijinja::{Value, context};

use crate::render::{Facts, Words};

use super::{
    super::form::{
        guard::Ticket,
        sheet::{BUSY_WAIT, Sheet, with_ticket, with_wait},
    },
    Typed,
};

const TEMPLATE: &str = include_str!("page.html");

/// What a letter's link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Confirm,
    Leave,
}

/// What stands between the visitor and their wish.
#[derive(Default)]
pub(super) struct Errors {
    pub(super) expired: bool,
    pub(super) email: bool,
    pub(super) topic: bool,
}

/// Words and template, ready to be shown.
pub(super) struct Page(Sheet);

impl Page {
    pub(super) fn new(words: Arc<Words>, language: String, host: String) -> Self {
        Self(Sheet::new(TEMPLATE, words, language, host))
    }

    /// The form, with what was typed and what is wrong with it.
    pub(super) fn form(
        &self,
        ticket: &Ticket,
        topics: &[&str],
        typed: &Typed,
        errors: &Errors,
    ) -> Response {
        let (status, notice) = if errors.email || errors.topic {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(self.say("subscribe-errors")))
        } else if errors.expired {
            (StatusCode::FORBIDDEN, Some(self.say("subscribe-expired")))
        } else {
            (StatusCode::OK, None)
        };
        let form = context! {
            token => ticket.token.as_str(),
            email => typed.email.as_str(),
            chosen => typed.topic.as_str(),
            topics => topics.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>(),
            email_label => self.say("form-email-short"),
            email_hint => self.say("subscribe-email-hint"),
            email_error => errors.email.then(|| self.say("subscribe-email-wrong")),
            topic_label => self.say("subscribe-topic-label"),
            topic_error => errors.topic.then(|| self.say("subscribe-topic-wrong")),
            everything => self.say("subscribe-topic-all"),
            send => self.say("subscribe-send"),
        };
        let intro = vec![self.say("subscribe-intro")];
        let body = context! { form => form, notice => notice, paragraphs => intro };
        with_ticket(self.show(status, "subscribe-heading", body), ticket)
    }

    /// A letter is on its way, or was not needed: nobody is told which.
    pub(super) fn asked(&self) -> Response {
        let body = ["subscribe-asked", "subscribe-asked-next"];
        self.message(StatusCode::OK, "subscribe-asked-title", &body)
    }

    /// A button that does what the letter's link is for.
    pub(super) fn button(&self, deed: Deed) -> Response {
        let (heading, text, button) = match deed {
            Deed::Confirm => ("confirm-heading", "confirm-intro", "confirm-button"),
            Deed::Leave => ("leave-heading", "leave-intro", "leave-button"),
        };
        let paragraphs = vec![self.say(text)];
        let body = context! { button => self.say(button), paragraphs => paragraphs };
        self.show(StatusCode::OK, heading, body)
    }

    /// No token of ours.
    pub(super) fn unknown(&self, deed: Deed) -> Response {
        let text = match deed {
            Deed::Confirm => "subscription-link-old",
            Deed::Leave => "leave-unknown",
        };
        self.message(StatusCode::NOT_FOUND, "link-unknown-title", &[text])
    }

    /// What came of it, in the engine's words.
    pub(super) fn done(&self, deed: Deed, ok: bool, said: &str) -> Response {
        let heading = match (deed, ok) {
            (_, false) => "link-unknown-title",
            (Deed::Confirm, true) => "confirm-done-title",
            (Deed::Leave, true) => "leave-done-title",
        };
        let status = if ok { StatusCode::OK } else { StatusCode::GONE };
        let said = if said.is_empty() { self.say("subscription-noted") } else { said.to_owned() };
        self.show(status, heading, context! { paragraphs => vec![said] })
    }

    /// A limit was reached, for so long.
    pub(super) fn limited(&self, wait: TimeDelta) -> Response {
        let status = StatusCode::TOO_MANY_REQUESTS;
        with_wait(self.message(status, "subscribe-limit-title", &["subscribe-limit"]), wait)
    }

    /// The journal took nothing.
    pub(super) fn busy(&self) -> Response {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        with_wait(self.message(status, "form-busy-title", &["subscribe-busy"]), BUSY_WAIT)
    }

    /// What was sent is no form of ours.
    pub(super) fn broken(&self) -> Response {
        self.message(StatusCode::BAD_REQUEST, "form-broken-title", &["form-broken"])
    }

    fn message(&self, status: StatusCode, heading: &str, keys: &[&str]) -> Response {
        let paragraphs: Vec<String> = keys.iter().map(|key| self.say(key)).collect();
        self.show(status, heading, context! { paragraphs => paragraphs })
    }

    fn show(&self, status: StatusCode, heading: &str, body: Value) -> Response {
        self.0.show(status, (self.say("subscribe-title"), self.say(heading)), body)
    }

    fn say(&self, key: &str) -> String {
        self.0.say(key, Facts::new())
    }
}
