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
mod metrics;
mod present;
mod strip;
mod templates;

pub use health::Health;
pub use metrics::Metrics;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    middleware,
    response::Response,
    routing::get,
};
use tokio::sync::watch;

use crate::{clock::Clock, domain::IncidentId, engine::View, render::Words};

use self::{present::Presenter, templates::Templates};

/// What the pages read.
#[derive(Clone)]
pub struct PageState {
    /// The latest state that the public may see. The app renews it at every change and at least
    /// once a minute; an older one is shown with a warning.
    pub view: watch::Receiver<Arc<View>>,
    /// All words.
    pub words: Words,
    /// The language the pages are written in ("en").
    pub language: String,
    /// For telling how old the view is.
    pub clock: Clock,
    /// What the app counts.
    pub metrics: Arc<Metrics>,
    /// Whether inputs can be taken.
    pub health: watch::Receiver<Health>,
}

struct Pages {
    state: PageState,
    templates: Templates,
}

/// `/`, `/history`, `/incidents/{id}`, `/maintenance`, `/maintenance.ics`, `/api/v2/…`, `/style.css`,
/// `/healthz`, `/readyz`, `/metrics`, and a page of its own for every other path: no router that this one is merged with may have a fallback.
pub fn router(state: PageState) -> Router {
    let templates = Templates::new(state.words.clone(), &state.language);
    let checks = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready).with_state(state.health.clone()))
        .route("/metrics", get(metrics::show).with_state(state.metrics.clone()));
    let pages = Arc::new(Pages { state, templates });
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
    let page = pages.presenter(&view).status();
    pages.templates.answer(StatusCode::OK, "status.html", &page, &headers)
}

async fn history(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let page = pages.presenter(&view).history();
    pages.templates.answer(StatusCode::OK, "history.html", &page, &headers)
}

async fn incident(
    State(pages): State<Arc<Pages>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let view = pages.view();
    let page = id.parse().ok().and_then(|id| pages.presenter(&view).incident(IncidentId(id)));
    match page {
        Some(page) => pages.templates.answer(StatusCode::OK, "incident.html", &page, &headers),
        None => pages.missing(&view),
    }
}

async fn maintenance(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let page = pages.presenter(&view).maintenance();
    pages.templates.answer(StatusCode::OK, "maintenance.html", &page, &headers)
}

async fn maintenance_calendar(State(pages): State<Arc<Pages>>, headers: HeaderMap) -> Response {
    let view = pages.view();
    let text = calendar::of(&view, &pages.state.words, &pages.state.language);
    http::tagged(StatusCode::OK, "text/calendar; charset=utf-8", text, &headers)
}

async fn missing(State(pages): State<Arc<Pages>>) -> Response {
    pages.missing(&pages.view())
}

impl Pages {
    fn view(&self) -> Arc<View> {
        self.state.view.borrow().clone()
    }

    fn presenter<'a>(&'a self, view: &'a View) -> Presenter<'a> {
        let state = &self.state;
        Presenter::new(&state.words, &state.language, view, state.clock.now())
    }

    fn missing(&self, view: &View) -> Response {
        let page = self.presenter(view).missing();
        self.templates.answer(StatusCode::NOT_FOUND, "missing.html", &page, &HeaderMap::new())
    }
}
