//! `POST /api/v1/bounces`: a letter that came back to the sender, as it is.
//!
//! Whoever reports it need not be believed: the letter that it brings back names its reader by a
//! secret. Must not: keep or log any of it, or say who the reader is.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::sync::Arc;

use crate::{
    domain::Scope,
    event::Input,
    intake::bounce::{self, Bounce},
    journal::{Offered, Private, Refused, token_key},
};

use super::{Api, error::ApiError, read_body};

pub(super) async fn post(State(api): State<Arc<Api>>, request: Request) -> Response {
    match take(&api, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn take(api: &Api, request: Request) -> Result<Response, ApiError> {
    let identity = api.tokens.identify(request.headers())?;
    identity.must_have(Scope::Notices)?;
    let body = read_body(request, api.body, &api.clock).await?;
    let (token, reason) = match bounce::read(&body) {
        Bounce::Gone { token, reason } => (token, reason),
        Bounce::NotOurs => return Ok(passed_over("not_ours")),
        Bounce::MayPass => return Ok(passed_over("may_pass")),
        Bounce::NoReport => return Ok(passed_over("no_report")),
    };
    let key = token_key(&token);
    let Some(person) = api.door.person_with_key(&key) else { return Ok(passed_over("not_ours")) };
    let now = api.clock.now();
    // Whoever got a letter can have it come back as often as they like: once a day is enough.
    let outside_id = Some(format!("bounce:{key}:{}", now.date_naive()));
    let offered = Offered {
        at: now,
        input: Input::Bounced { person, reason },
        private: Some(Private { outside_id, ..Private::default() }),
    };
    match api.door.submit(offered).await {
        Ok(_) | Err(Refused::Duplicate(_)) => {
            Ok((StatusCode::ACCEPTED, Json(json!({ "ok": true, "taken": true }))).into_response())
        }
        Err(refused @ (Refused::Full | Refused::Overloaded | Refused::Stopping)) => {
            Err(refused.into())
        }
    }
}

/// It was read, and nothing follows from it.
fn passed_over(why: &str) -> Response {
    Json(json!({ "ok": true, "taken": false, "why": why })).into_response()
}
