//! The form's pages as HTML. Everything typed is escaped by the template.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use chrono::TimeDelta;
use minijinja::{Value, context};

use crate::{
    event::wire::TEXT_LENGTH_MAX,
    render::{Facts, Words},
};

use super::{
    Typed,
    guard::Ticket,
    sheet::{BUSY_WAIT, Sheet, with_ticket, with_wait},
};

const TEMPLATE: &str = include_str!("page.html");

/// Words and template, ready to be shown.
pub(super) struct Page(Sheet);

/// What stands between the visitor and a report, by message key.
#[derive(Default)]
pub(super) struct Errors {
    pub(super) expired: bool,
    pub(super) domain: Option<&'static str>,
    pub(super) what: Option<&'static str>,
    pub(super) email: Option<&'static str>,
}

impl Errors {
    pub(super) fn is_empty(&self) -> bool {
        !self.expired && !self.has_field()
    }

    fn has_field(&self) -> bool {
        self.domain.is_some() || self.what.is_some() || self.email.is_some()
    }
}

impl Page {
    pub(super) fn new(words: Arc<Words>, language: String, host: String) -> Self {
        Self(Sheet::new(TEMPLATE, words, language, host))
    }

    /// The form, with what was typed and what is wrong with it.
    pub(super) fn form(&self, ticket: &Ticket, typed: &Typed, errors: &Errors) -> Response {
        let notice = match errors {
            errors if errors.has_field() => Some(self.say("form-errors")),
            Errors { expired: true, .. } => Some(self.say("form-expired")),
            _ => None,
        };
        let status = match errors {
            errors if errors.has_field() => StatusCode::UNPROCESSABLE_ENTITY,
            Errors { expired: true, .. } => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        };
        let fields = [
            self.field("domain", "text", 253, &typed.domain, errors.domain),
            self.field("what", "text", TEXT_LENGTH_MAX, &typed.what, errors.what),
            self.field("email", "email", 254, &typed.email, errors.email),
        ];
        let form = context! { token => ticket.token.as_str(), fields => fields };
        let words = context! { intro => self.say("form-intro"), send => self.say("form-send") };
        let body = context! { form => form, notice => notice, words => words };
        with_ticket(self.show(status, "form-heading", body), ticket)
    }

    /// The report was taken.
    pub(super) fn thanks(&self) -> Response {
        self.message(StatusCode::OK, "form-thanks-title", &["form-thanks", "form-thanks-next"])
    }

    /// A limit was reached, for so long.
    pub(super) fn limited(&self, wait: TimeDelta) -> Response {
        let status = StatusCode::TOO_MANY_REQUESTS;
        with_wait(self.message(status, "form-limit-title", &["form-limit"]), wait)
    }

    /// The journal took nothing.
    pub(super) fn busy(&self) -> Response {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        with_wait(self.message(status, "form-busy-title", &["form-busy"]), BUSY_WAIT)
    }

    /// What was sent is no form of ours.
    pub(super) fn broken(&self) -> Response {
        self.message(StatusCode::BAD_REQUEST, "form-broken-title", &["form-broken"])
    }

    fn message(&self, status: StatusCode, heading: &str, keys: &[&str]) -> Response {
        let paragraphs: Vec<String> = keys.iter().map(|key| self.say(key)).collect();
        let back = (status != StatusCode::OK).then(|| self.say("form-back"));
        let words = context! { back => back };
        self.show(status, heading, context! { paragraphs => paragraphs, words => words })
    }

    fn show(&self, status: StatusCode, heading: &str, body: Value) -> Response {
        self.0.show(status, (self.say("form-title"), self.say(heading)), body)
    }

    fn field(
        &self,
        name: &str,
        kind: &str,
        length_max: usize,
        value: &str,
        error: Option<&str>,
    ) -> Value {
        context! {
            name => name,
            kind => kind,
            rows => (name == "what").then_some(6),
            length_max => length_max,
            value => value,
            required => name != "email",
            autocomplete => if name == "email" { "email" } else { "off" },
            label => self.say(&format!("form-{name}-label")),
            hint => self.say(&format!("form-{name}-hint")),
            error => error.map(|key| self.say(key)),
        }
    }

    fn say(&self, key: &str) -> String {
        self.0.say(key, Facts::new().number("max", TEXT_LENGTH_MAX as f64))
    }
}
