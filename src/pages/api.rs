//! What programs that know Statuspage ask for: `/api/v2/…`, readable from any other page.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::ACCESS_CONTROL_ALLOW_ORIGIN},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    Pages, http,
    present::{Document, Incidents, Presenter, Windows},
};

/// One document of the interface.
type Make = fn(&Presenter<'_>) -> Document;

/// Each path and what it gives.
const DOCUMENTS: [(&str, Make); 8] = [
    ("/api/v2/summary.json", |all| all.summary()),
    ("/api/v2/status.json", |all| all.status_document()),
    ("/api/v2/components.json", |all| all.components_document()),
    ("/api/v2/incidents.json", |all| all.incidents_document(Incidents::All)),
    ("/api/v2/incidents/unresolved.json", |all| all.incidents_document(Incidents::Unresolved)),
    ("/api/v2/scheduled-maintenances.json", |all| all.windows_document(Windows::All)),
    ("/api/v2/scheduled-maintenances/upcoming.json", |all| all.windows_document(Windows::Upcoming)),
    ("/api/v2/scheduled-maintenances/active.json", |all| all.windows_document(Windows::Active)),
];

pub(super) fn routes() -> Router<Arc<Pages>> {
    DOCUMENTS.into_iter().fold(Router::new(), |router, (path, make)| {
        let answer = move |State(pages): State<Arc<Pages>>, headers: HeaderMap| async move {
            answer(&pages, make, &headers)
        };
        router.route(path, get(answer))
    })
}

fn answer(pages: &Pages, make: Make, headers: &HeaderMap) -> Response {
    let view = pages.view();
    let Ok(body) = serde_json::to_string(&make(&pages.presenter_in(&view, &pages.state.language)))
    else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = http::tagged(StatusCode::OK, "application/json", body, headers);
    // Nothing here is for some readers only.
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
