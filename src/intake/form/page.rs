//! The form's pages as HTML. Everything typed is escaped by the template.

use std::sync::Arc;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use chrono::TimeDelta;
use minijinja::{Environment, Value, context};

use crate::{
    event::wire::TEXT_LENGTH_MAX,
    render::{Facts, Words},
};

use super::{Typed, guard::Ticket};

const TEMPLATE: &str = include_str!("page.html");

/// Words and template, ready to be shown.
pub(super) struct Page {
    words: Arc<Words>,
    language: String,
    host: String,
    templates: Environment<'static>,
}

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
    #[expect(clippy::expect_used, reason = "the template is part of the program and tested")]
    pub(super) fn new(words: Arc<Words>, language: String, host: String) -> Self {
        let mut templates = Environment::new();
        templates.add_template("page.html", TEMPLATE).expect("the built-in template is right");
        Self { words, language, host, templates }
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
        let mut response = self.show(
            status,
            "form-title",
            "form-heading",
            context! { form => form, notice => notice },
        );
        if let Ok(cookie) = HeaderValue::from_str(&ticket.cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The report was taken.
    pub(super) fn thanks(&self) -> Response {
        self.message(StatusCode::OK, "form-thanks-title", &["form-thanks", "form-thanks-next"])
    }

    /// A limit was reached, for so long.
    pub(super) fn limited(&self, wait: TimeDelta) -> Response {
        let mut response =
            self.message(StatusCode::TOO_MANY_REQUESTS, "form-limit-title", &["form-limit"]);
        let seconds = HeaderValue::from(wait.num_seconds().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
        response
    }

    /// The journal took nothing.
    pub(super) fn busy(&self) -> Response {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut response = self.message(status, "form-busy-title", &["form-busy"]);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        response
    }

    /// What was sent is no form of ours.
    pub(super) fn broken(&self) -> Response {
        self.message(StatusCode::BAD_REQUEST, "form-broken-title", &["form-broken"])
    }

    fn message(&self, status: StatusCode, heading: &str, keys: &[&str]) -> Response {
        let paragraphs: Vec<String> = keys.iter().map(|key| self.say(key)).collect();
        let back = status != StatusCode::OK;
        self.show(
            status,
            "form-title",
            heading,
            context! { paragraphs => paragraphs, back => back },
        )
    }

    fn show(&self, status: StatusCode, title: &str, heading: &str, body: Value) -> Response {
        let words = context! {
            title => self.say(title),
            heading => self.say(heading),
            host => self.say("form-brand"),
            skip => self.say("form-skip"),
            intro => self.say("form-intro"),
            status_link => self.say("form-status-link"),
            trap_label => self.say("form-trap-label"),
            send => self.say("form-send"),
            back => self.say("form-back"),
        };
        let all = context! { language => self.language.as_str(), words => words, ..body };
        let html = self.templates.get_template("page.html").and_then(|page| page.render(all));
        match html {
            Ok(html) => (status, headers(), Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "the report form cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
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
        let facts = Facts::new().text("host", self.host.as_str());
        self.words.say(&self.language, key, &facts.number("max", TEXT_LENGTH_MAX as f64))
    }
}

pub(in crate::intake) fn headers() -> [(HeaderName, &'static str); 5] {
    [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}
