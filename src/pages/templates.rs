//! The embedded templates. Must not hold words: they come from `messages/*/page.ftl`.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_LANGUAGE},
    response::{IntoResponse, Response},
};
use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::Serialize;

use crate::render::{Facts, Words};

use super::http;

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("templates/base.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("status.html", include_str!("templates/status.html")),
    ("history.html", include_str!("templates/history.html")),
    ("incident.html", include_str!("templates/incident.html")),
    ("maintenance.html", include_str!("templates/maintenance.html")),
    ("missing.html", include_str!("templates/missing.html")),
];

pub(super) struct Templates {
    environment: Environment<'static>,
    language: HeaderValue,
}

impl Templates {
    /// All templates in one language, with `say(key)` for words that need no facts. Every other text
    /// is escaped.
    pub(super) fn new(words: Words, language: &str, subscribes: bool) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in TEMPLATES {
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(template = name, %error, "cannot read an embedded template");
            }
        }
        let said_in = language.to_owned();
        let say = move |key: &str| words.say(&said_in, key, &Facts::new());
        environment.add_function("say", say);
        environment.add_global("language", language);
        environment.add_global("subscribes", subscribes);
        // Ours, and CSS: nothing in it may be escaped.
        environment.add_global("style", Value::from_safe_string(http::STYLE.to_owned()));
        let language = HeaderValue::from_str(language).unwrap_or(HeaderValue::from_static("en"));
        Self { environment, language }
    }

    /// The page, or "not modified", or a plain sentence if the template is broken.
    pub(super) fn answer(
        &self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
        asked: &HeaderMap,
    ) -> Response {
        let page = Value::from(Serde(page));
        let html = self.environment.get_template(template).and_then(|found| found.render(page));
        match html {
            Ok(html) => {
                let mut answer = http::tagged(status, "text/html; charset=utf-8", html, asked);
                answer.headers_mut().insert(CONTENT_LANGUAGE, self.language.clone());
                answer
            }
            Err(error) => {
                tracing::error!(template, %error, "cannot render a page");
                (StatusCode::INTERNAL_SERVER_ERROR, "this page cannot be shown\n").into_response()
            }
        }
    }
}
