//! A page that visitors type into: its frame, its words, and the answers that every such page has.
//! Everything typed is escaped by the templates.

use std::sync::Arc;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use chrono::TimeDelta;
use minijinja::{Environment, Value, context};

use crate::render::{Facts, Words};

use super::guard::Ticket;

/// How long to wait when the journal takes nothing.
pub(in crate::intake) const BUSY_WAIT: TimeDelta = TimeDelta::seconds(60);

const FRAME: &str = include_str!("sheet.html");

/// Words and a template, ready to be shown.
pub(in crate::intake) struct Sheet {
    words: Arc<Words>,
    language: String,
    host: String,
    templates: Environment<'static>,
}

impl Sheet {
    /// With a template that fills the frame in.
    #[expect(clippy::expect_used, reason = "the templates are part of the program and tested")]
    pub(in crate::intake) fn new(
        template: &'static str,
        words: Arc<Words>,
        language: String,
        host: String,
    ) -> Self {
        let mut templates = Environment::new();
        templates.add_template("sheet.html", FRAME).expect("the built-in frame is right");
        templates.add_template("page.html", template).expect("the built-in template is right");
        Self { words, language, host, templates }
    }

    /// What a message says of this host.
    pub(in crate::intake) fn say(&self, key: &str, facts: Facts) -> String {
        self.words.say(&self.language, key, &facts.text("host", self.host.as_str()))
    }

    /// The page, with a title of its own for the window and a heading.
    pub(in crate::intake) fn show(
        &self,
        status: StatusCode,
        (title, heading): (String, String),
        body: Value,
    ) -> Response {
        let say = |key| self.say(key, Facts::new());
        let frame = context! {
            language => self.language.as_str(),
            title => title,
            heading => heading,
            host => say("form-brand"),
            skip => say("form-skip"),
            status_link => say("form-status-link"),
            trap_label => say("form-trap-label"),
        };
        let all = context! { frame => frame, ..body };
        let html = self.templates.get_template("page.html").and_then(|page| page.render(all));
        match html {
            Ok(html) => (status, headers(), Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page to type into cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The answer, with the cookie that its form's token belongs to.
pub(in crate::intake) fn with_ticket(mut response: Response, ticket: &Ticket) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(&ticket.cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The answer, with how long to wait before another try.
pub(in crate::intake) fn with_wait(mut response: Response, wait: TimeDelta) -> Response {
    let seconds = HeaderValue::from(wait.num_seconds().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

fn headers() -> [(HeaderName, &'static str); 5] {
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
