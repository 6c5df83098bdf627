//! The pages for subscribers as HTML. Everything typed is escaped by the template.

use std::sync::Arc;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use chrono::TimeDelta;
use minijinja::{Environment, Value, context};

use crate::render::{Facts, Words};

use super::{
    super::form::{guard::Ticket, headers},
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
pub(super) struct Page {
    words: Arc<Words>,
    language: String,
    host: String,
    templates: Environment<'static>,
}

impl Page {
    #[expect(clippy::expect_used, reason = "the template is part of the program and tested")]
    pub(super) fn new(words: Arc<Words>, language: String, host: String) -> Self {
        let mut templates = Environment::new();
        templates.add_template("page.html", TEMPLATE).expect("the built-in template is right");
        Self { words, language, host, templates }
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
            trap_label => self.say("form-trap-label"),
        };
        let intro = vec![self.say("subscribe-intro")];
        let body = context! { form => form, notice => notice, paragraphs => intro };
        let mut response = self.show(status, &self.say("subscribe-heading"), body);
        if let Ok(cookie) = HeaderValue::from_str(&ticket.cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
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
        self.show(StatusCode::OK, &self.say(heading), body)
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
        self.show(status, &self.say(heading), context! { paragraphs => vec![said] })
    }

    /// A limit was reached, for so long.
    pub(super) fn limited(&self, wait: TimeDelta) -> Response {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut response = self.message(status, "subscribe-limit-title", &["subscribe-limit"]);
        let seconds = HeaderValue::from(wait.num_seconds().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        response
    }

    /// The journal took nothing.
    pub(super) fn busy(&self) -> Response {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut response = self.message(status, "form-busy-title", &["subscribe-busy"]);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        response
    }

    /// What was sent is no form of ours.
    pub(super) fn broken(&self) -> Response {
        self.message(StatusCode::BAD_REQUEST, "form-broken-title", &["form-broken"])
    }

    fn message(&self, status: StatusCode, heading: &str, keys: &[&str]) -> Response {
        let paragraphs: Vec<String> = keys.iter().map(|key| self.say(key)).collect();
        self.show(status, &self.say(heading), context! { paragraphs => paragraphs })
    }

    fn show(&self, status: StatusCode, heading: &str, body: Value) -> Response {
        let words = context! {
            title => self.say("subscribe-title"),
            heading => heading,
            host => self.say("form-brand"),
            skip => self.say("form-skip"),
            status_link => self.say("form-status-link"),
        };
        let all = context! { language => self.language.as_str(), words => words, ..body };
        let html = self.templates.get_template("page.html").and_then(|page| page.render(all));
        match html {
            Ok(html) => (status, headers(), Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page for subscribers cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    fn say(&self, key: &str) -> String {
        self.words.say(&self.language, key, &Facts::new().text("host", self.host.as_str()))
    }
}
