//! `/api/v1`: machines and staff hand in inputs and commands as JSON, with a bearer token.
//!
//! `POST /api/v1/inputs` takes one input (202; 200 when it was received before or is a command) or
//! an array of up to 1000, each accepted or refused by itself: 200 when all were taken, 207 when
//! some were refused, 503 when none was taken for lack of room. `POST /api/v1/commands` takes one
//! line of the staff grammar. `POST /api/v1/notices` takes a provider's letter or calendar as it is, and
//! answers what was read out of it; `POST /api/v1/bounces` a letter that came back to the sender. The OpenAPI document is at [`OPENAPI_PATH`]. Must not: let a sender
//! choose who they are, or hold a body larger than allowed in memory. Start at [`router`].

mod auth;
mod bounces;
mod error;
mod inputs;
mod notices;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, post},
};
use bytes::Bytes;
use serde_json::json;

use crate::{clock::Clock, config::Token, domain::Scope, event::wire};

use super::{
    Door,
    http::{BodyLimits, read_body},
    notice::KnownProvider,
};
use auth::{Identity, Tokens};
use error::ApiError;

/// Where the OpenAPI document is served.
pub const OPENAPI_PATH: &str = "/api/v1/openapi.json";
/// The OpenAPI document.
pub const OPENAPI: &str = include_str!("openapi.json");
/// The most inputs of one request.
pub const ITEMS_MAX: usize = 1000;
/// Every path, with the methods it has: what the OpenAPI document must list.
pub const ROUTES: &[(&str, &[&str])] = &[
    ("/api/v1/inputs", &["post"]),
    ("/api/v1/commands", &["post"]),
    ("/api/v1/notices", &["post"]),
    ("/api/v1/bounces", &["post"]),
    (OPENAPI_PATH, &["get"]),
];

/// What the handlers need.
struct Api {
    door: Arc<dyn Door>,
    clock: Clock,
    tokens: Tokens,
    body: BodyLimits,
}

/// The API's routes. Everything under `/api/v1/` answers in JSON, also what is not there.
pub fn router(door: Arc<dyn Door>, clock: Clock, tokens: &[Token], body: BodyLimits) -> Router {
    let api = Arc::new(Api { door, clock, tokens: Tokens::new(tokens), body });
    Router::new()
        .route("/api/v1/inputs", only(post(inputs::post)))
        .route("/api/v1/commands", only(post(command)))
        .route("/api/v1/bounces", only(post(bounces::post)))
        .route(OPENAPI_PATH, only(get(openapi)))
        .route("/api/v1/{*rest}", any(nothing_here))
        .with_state(api)
}

/// The route for providers' letters. `known` are those whose letters there can be.
pub fn notices_router(
    door: Arc<dyn Door>,
    clock: Clock,
    tokens: &[Token],
    body: BodyLimits,
    known: Vec<KnownProvider>,
) -> Router {
    let api = Arc::new(Api { door, clock, tokens: Tokens::new(tokens), body });
    let known: Arc<[KnownProvider]> = known.into();
    let take = move |state: State<Arc<Api>>, request: Request| {
        let known = known.clone();
        async move { notices::post(&state, &known, request).await }
    };
    Router::new().route("/api/v1/notices", only(post(take))).with_state(api)
}

fn only(methods: MethodRouter<Arc<Api>>) -> MethodRouter<Arc<Api>> {
    methods.fallback(|| async {
        let message = "this path has other methods: see /api/v1/openapi.json";
        ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method", message)
    })
}

async fn nothing_here() -> ApiError {
    let message = "no such path: see /api/v1/openapi.json";
    ApiError::new(StatusCode::NOT_FOUND, "not_found", message)
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

async fn command(State(api): State<Arc<Api>>, request: Request) -> Response {
    match carry_out(&api, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn carry_out(api: &Api, request: Request) -> Result<Response, ApiError> {
    let (identity, body) = api.admit(request).await?;
    identity.must_have(Scope::Commands)?;
    let text = wire::single_text(&body, "text")?;
    let answer = api.door.command(&identity.name, identity.role, &text).await?;
    Ok(Json(json!({ "ok": answer.ok, "text": answer.text })).into_response())
}

impl Api {
    /// Who asks, and the whole body: a token first, then JSON, then within the limits.
    async fn admit(&self, request: Request) -> Result<(&Identity, Bytes), ApiError> {
        let identity = self.tokens.identify(request.headers())?;
        must_be_json(request.headers())?;
        let body = read_body(request, self.body, &self.clock).await?;
        Ok((identity, body))
    }
}

fn must_be_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = "expected `Content-Type: application/json`";
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message))
}
