//! The status page, its health checks and metrics.
//!
//! Reads the last [`View`] from memory: it never asks the engine and never waits for the loop, so it
//! goes on serving when everything else is down. No JavaScript, nothing from elsewhere. Must not
//! change anything but by a new input, and must not show what a `View` does not hold. Start at
//! [`router`]; `api` answers programs; what is shown is put into words in `present`, and into HTML by `templates/`.

mod api;
mod calendar;
mod health;
mod http;
mod language;
mod metrics;
mod present;
mod strip;
mod templates;

pub use health::Health;
pub use metrics::Metrics;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::get,
};
use tokio::sync::watch;

use crate::{
    clock::Clock,
    domain::{IncidentId, LANGUAGES},
    engine::View,
    render::Words,
};

use self::{present::Presenter, templates::Templates};

/// What the pages read.
#[derive(Clone)]
pub struct PageState {
    /// The latest state that the public may see. The app renews it at every change and at least
    /// once a minute; an older one is shown with a warning.
    pub view: watch::Receiver<Arc<View>>,
    /// All words.
    pub words: Words,
    /// The language the pages are written in where a reader wants no other that there is ("en").
    pub language: String,
    /// Whether there is a page where people can ask for updates.
    pub subscribes: bool,
    /// For telling how old the view is.
    pub clock: Clock,
    /// What the app counts.
    pub metrics: Arc<Metrics>,
    /// Whether inputs can be taken.
    pub health: watch::Receiver<Health>,
}

struct Pages {
    state: PageState,
    /// By language: the pages' own, and all that have every word.
    templates: BTreeMap<String, Templates>,
    /// The pages' own.
    own: Templates,
}

/// `/`, `/history`, `/incidents/{id}`, `/maintenance`, `/maintenance.ics`, `/api/v2/…`, `/style.css`,
/// `/healthz`, `/readyz`, `/metrics`, and a page of its own for every other path: no router that this one is merged with may have a fallback.
pub fn router(state: PageState) -> Router {
    let made = |language: &str| Templates::new(state.words.clone(), language, state.subscribes);
    let templates = LANGUAGES.map(|language| (language.to_owned(), made(language))).into();
    let own = made(&state.language);
    let checks = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).with_state(state.health.clone()))
        .route("/metrics", get(metrics::show).with_state(state.metrics.clone()));
    let pages = Arc::new(Pages { state, templates, own });
    Router::new()
        .route("/", get(status))
        .route("/history", get(history))
        .route("/incidents/{id}", get(incident))
        .route("/maintenance", get(maintenance))
        .route("/maintenance.ics", get(maintenance_calendar))
        .merge(api::routes())
        .route("/style.css", get(http::style))
        .fallback(missing)
        .with_state(pages)
        .merge(checks)
        .layer(middleware::map_response(http::secure))
}

async fn status(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let (language, templates) = pages.read_in(&view, &headers);
    let page = pages.presenter_in(&view, language).status();
    templates.answer(StatusCode::OK, "status.html", &page, &headers)
}

async fn history(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let (language, templates) = pages.read_in(&view, &headers);
    let page = pages.presenter_in(&view, language).history();
    templates.answer(StatusCode::OK, "history.html", &page, &headers)
}

async fn incident(
    State(pages): State<Arc<Pages>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let view = pages.view();
    let (language, templates) = pages.read_in(&view, &headers);
    let presenter = pages.presenter_in(&view, language);
    match id.parse().ok().and_then(|id| presenter.incident(IncidentId(id))) {
        Some(page) => templates.answer(StatusCode::OK, "incident.html", &page, &headers),
        None => pages.missing(&view, &headers),
    }
}

async fn maintenance(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let (language, templates) = pages.read_in(&view, &headers);
    let page = pages.presenter_in(&view, language).maintenance();
    templates.answer(StatusCode::OK, "maintenance.html", &page, &headers)
}

async fn maintenance_calendar(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let text = calendar::of(&view, &pages.state.words, &pages.state.language);
    http::tagged(StatusCode::OK, "text/calendar; charset=utf-8", text, &headers)
}

async fn missing(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    pages.missing(&pages.view(), &headers)
}

impl Pages {
    fn view(&self) -> Arc<View> {
        self.state.view.borrow().clone()
    }

    /// The language that a reader gets, and the templates in it.
    fn read_in<'a>(&'a self, view: &'a View, headers: &HeaderMap) -> (&'a str, &'a Templates) {
        let wished = language::wished(headers, &view.languages);
        let found = wished.filter(|language| *language != self.state.language);
        let found = found.and_then(|language| Some((language, self.templates.get(language)?)));
        found.unwrap_or((&self.state.language, &self.own))
    }

    fn presenter_in<'a>(&'a self, view: &'a View, language: &'a str) -> Presenter<'a> {
        Presenter::new(&self.state.words, language, view, self.state.clock.now())
    }

    fn missing(&self, view: &View, headers: &HeaderMap) -> Response {
        let (language, templates) = self.read_in(view, headers);
        let page = self.presenter_in(view, language).missing();
        templates.answer(StatusCode::NOT_FOUND, "missing.html", &page, &HeaderMap::new())
    }
}
