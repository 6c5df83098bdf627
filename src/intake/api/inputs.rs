//! `POST /api/v1/inputs`: every item is read, checked against its token and handed to the door by
//! itself; the items of one array are handed over together, so that they share a commit.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::future::join_all;
use serde::Serialize;

use crate::{
    domain::{ReportId, Role, Scope},
    event::{
        Input,
        wire::{self, Items, WireBody, WireInput},
    },
    intake::{
        Answer, Door,
        filing::{self, Heard},
        notice,
    },
    journal::{Accepted, Offered, Private, Refused},
};

use super::{
    Api, ITEMS_MAX,
    auth::Identity,
    error::{ApiError, ErrorBody, unreadable},
};

pub(super) async fn post(State(api): State<Arc<Api>>, request: Request) -> Response {
    match take(&api, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// What became of one item.
enum Outcome {
    Taken(Accepted),
    Repeated(Accepted),
    Answered(Answer),
    Refused(ApiError),
}

/// An item that may go through the door.
#[expect(clippy::large_enum_variant, reason = "lives for one call; a box would cost every item")]
enum Step {
    Submit(Offered),
    Command(String),
}

async fn take(api: &Api, request: Request) -> Result<Response, ApiError> {
    let (identity, body) = api.admit(request).await?;
    match wire::items(&body, ITEMS_MAX).map_err(|error| unreadable(&error))? {
        Items::One(place) => Ok(one(offer(api, identity, &body[place]).await)),
        Items::Many(places) => {
            let items = places.into_iter().map(|place| offer(api, identity, &body[place]));
            Ok(many(&join_all(items).await))
        }
        Items::TooMany => {
            let message = format!("more than {ITEMS_MAX} inputs: send them in parts");
            Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many", message))
        }
    }
}

async fn offer(api: &Api, identity: &Identity, item: &[u8]) -> Outcome {
    let step = wire::parse(item)
        .map_err(ApiError::from)
        .map(|input| WireInput { at: api.clock.from_outside(input.at), ..input })
        .and_then(|input| check(api.door.as_ref(), identity, input));
    let result = match step {
        Ok(Step::Submit(offered)) => api.door.submit(offered).await.map(Outcome::Taken),
        Ok(Step::Command(text)) => {
            let answer = api.door.command(&identity.name, identity.role, &text).await;
            answer.map(Outcome::Answered)
        }
        Err(error) => return Outcome::Refused(error),
    };
    match result {
        Ok(outcome) => outcome,
        Err(Refused::Duplicate(first)) => Outcome::Repeated(first),
        Err(refused) => Outcome::Refused(refused.into()),
    }
}

/// Sets who says it from the token, and refuses what states otherwise.
fn check(door: &dyn Door, identity: &Identity, input: WireInput) -> Result<Step, ApiError> {
    let WireInput { at, received, body } = input;
    if received.is_some() {
        let message = "received: set by us when it arrives: leave it out";
        return Err(ApiError::field("forged", "received", message));
    }
    match body {
        WireBody::ProbeResult { probe, ok, latency_ms, error } => {
            identity.must_have(Scope::Probes)?;
            if !door.knows_probe(&probe) {
                let message = format!("probe: `{}` is not in the fleet", probe.escape_debug());
                return Err(ApiError::field("unknown_probe", "probe", message));
            }
            let input = Input::ProbeResult { probe: probe.into(), ok, latency_ms, error };
            Ok(Step::Submit(Offered { at, input, private: None }))
        }
        WireBody::Report { id, reporter, source, domain, text, confirmed, answered, language } => {
            identity.must_have(Scope::Reports)?;
            identity.must_be("source", source.as_deref(), &identity.name)?;
            if confirmed.is_some() {
                let message = "confirmed: set from the token: leave it out";
                return Err(ApiError::field("forged", "confirmed", message));
            }
            if answered.is_some() {
                let message = "answered: a token's reports are never answered here: leave it out";
                return Err(ApiError::field("forged", "answered", message));
            }
            let private = private(identity, id, reporter, text)?;
            let source = identity.name.clone();
            let heard = Heard { at, source, confirmed: true, domain, language, private };
            Ok(Step::Submit(filing::offered(door, heard)))
        }
        WireBody::Notice(read) => {
            identity.must_have(Scope::Notices)?;
            let input = Input::Notice { notice: Box::new(notice::tamed(*read)) };
            Ok(Step::Submit(Offered { at, input, private: None }))
        }
        WireBody::Command { by, role, text } => {
            identity.must_have(Scope::Commands)?;
            identity.must_be("by", by.as_deref(), &identity.name)?;
            identity.must_be("role", role.map(Role::word), identity.role.word())?;
            Ok(Step::Command(text))
        }
        WireBody::Subscribe { .. }
        | WireBody::Confirm { .. }
        | WireBody::Unsubscribe { .. }
        | WireBody::Bounced { .. } => {
            let message = "type: people subscribe for themselves, in a chat or by the form";
            Err(ApiError::field("invalid", "type", message))
        }
    }
}

/// The personal values of a report, in the token's own namespace. Without a reporter, the token
/// itself is the person.
fn private(
    identity: &Identity,
    id: Option<String>,
    reporter: Option<String>,
    text: Option<String>,
) -> Result<Private, ApiError> {
    let text = text.filter(|text| !text.trim().is_empty());
    if text.is_none() {
        let message = "text: found nothing, expected what the customer said";
        return Err(ApiError::field("invalid", "text", message));
    }
    let own = |name: String| format!("{}:{name}", identity.name);
    Ok(Private {
        account: Some(own(reporter.unwrap_or_default())),
        name: None,
        outside_id: id.map(own),
        text,
        address: None,
        unknown_domain: None,
    })
}

/// One item's outcome as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a ReportId>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody<'a>>,
}

/// What became of an array.
#[derive(Serialize)]
struct Results<'a> {
    accepted: usize,
    refused: usize,
    results: Vec<Shown<'a>>,
}

impl Outcome {
    fn shown(&self, index: Option<usize>) -> Shown<'_> {
        let none = Shown {
            index,
            ok: true,
            seq: None,
            report: None,
            duplicate: false,
            text: None,
            error: None,
        };
        match self {
            Self::Taken(accepted) => {
                Shown { seq: Some(accepted.seq), report: accepted.report.as_ref(), ..none }
            }
            Self::Repeated(first) => Shown {
                seq: Some(first.seq),
                report: first.report.as_ref(),
                duplicate: true,
                ..none
            },
            Self::Answered(answer) => Shown { ok: answer.ok, text: Some(&answer.text), ..none },
            Self::Refused(error) => Shown { ok: false, error: Some(error.body()), ..none },
        }
    }

    fn refusal(&self) -> Option<&ApiError> {
        match self {
            Self::Refused(error) => Some(error),
            Self::Taken(_) | Self::Repeated(_) | Self::Answered(_) => None,
        }
    }
}

fn one(outcome: Outcome) -> Response {
    let status = match outcome {
        Outcome::Taken(_) => StatusCode::ACCEPTED,
        Outcome::Repeated(_) | Outcome::Answered(_) => StatusCode::OK,
        Outcome::Refused(error) => return error.into_response(),
    };
    (status, Json(outcome.shown(None))).into_response()
}

fn many(outcomes: &[Outcome]) -> Response {
    let refusals: Vec<&ApiError> = outcomes.iter().filter_map(Outcome::refusal).collect();
    let results = Results {
        accepted: outcomes.len() - refusals.len(),
        refused: refusals.len(),
        results: outcomes.iter().enumerate().map(|(n, outcome)| outcome.shown(Some(n))).collect(),
    };
    let retry = refusals.iter().filter_map(|error| error.retry_after_s).max();
    let no_room = refusals.iter().all(|error| error.retry_after_s.is_some());
    let status = if refusals.is_empty() {
        StatusCode::OK
    } else if results.accepted == 0 && no_room {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::MULTI_STATUS
    };
    let mut response = (status, Json(results)).into_response();
    if let Some(seconds) = retry {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
