//! `POST /api/v1/notices`: a provider's letter or calendar, as it is; what was read is answered.
//!
//! The letter itself is not kept. `?provider=ID` says whose it is, where the sender does not. Must
//! not: keep or log any of it.

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    domain::{Notice, Scope},
    event::Input,
    intake::notice::{self, KnownProvider, Reading, Unreadable},
    journal::Offered,
};

use super::{Api, error::ApiError, read_body};

/// What was read.
#[derive(Serialize)]
struct Read {
    ok: bool,
    notices: Vec<Taken>,
    /// Further notices in it that were not taken.
    left_out: usize,
}

/// One notice, with its place in the journal.
#[derive(Serialize)]
struct Taken {
    seq: u64,
    notice: Notice,
}

pub(super) async fn post(api: &Api, known: &[KnownProvider], request: Request) -> Response {
    match take(api, known, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn take(api: &Api, known: &[KnownProvider], request: Request) -> Result<Response, ApiError> {
    let identity = api.tokens.identify(request.headers())?;
    identity.must_have(Scope::Notices)?;
    let provider = provider(&request, known)?;
    let body = read_body(request, api.body, &api.clock).await?;
    let received = api.clock.now();
    let reading = Reading { received, provider: provider.as_deref(), known };
    let found = notice::read(&body, &reading)?;
    let mut read = Read { ok: true, notices: Vec::new(), left_out: found.left_out };
    for notice in found.notices {
        let input = Input::Notice { notice: Box::new(notice.clone()) };
        let accepted = api.door.submit(Offered::plain(received, input)).await?;
        read.notices.push(Taken { seq: accepted.seq, notice });
    }
    Ok((StatusCode::ACCEPTED, Json(read)).into_response())
}

/// The provider that the sender names; it must be one of ours.
fn provider(request: &Request, known: &[KnownProvider]) -> Result<Option<String>, ApiError> {
    let query = request.uri().query().unwrap_or_default();
    let stated = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "provider");
    let Some((_, stated)) = stated else { return Ok(None) };
    if known.iter().any(|one| one.id == stated) {
        return Ok(Some(stated.into_owned()));
    }
    let shown: String = stated.chars().take(60).collect();
    let message = format!(
        "provider: `{}` is no component of kind provider, nor one with accounts or a timezone",
        shown.escape_debug()
    );
    Err(ApiError::field("unknown_provider", "provider", message))
}

impl From<Unreadable> for ApiError {
    fn from(why: Unreadable) -> Self {
        let status = match why {
            Unreadable::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Unreadable::Nothing | Unreadable::Other { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, "unreadable", why.to_string())
    }
}
