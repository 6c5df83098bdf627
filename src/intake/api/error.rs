//! The API's one shape of refusal: `{"error":{"code":…,"message":…,"field":…}}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{event::wire::WireError, intake::http::BodyError, journal::Refused};

/// Why a request, or one item of it, was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    /// For programs; the values are listed in the OpenAPI document.
    pub(super) code: &'static str,
    /// For developers.
    pub(super) message: String,
    pub(super) field: Option<String>,
    pub(super) retry_after_s: Option<u32>,
}

/// The refusal as JSON.
#[derive(Serialize)]
pub(super) struct ErrorBody<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None, retry_after_s: None }
    }

    /// A field that is well-formed and still cannot be taken.
    pub(super) fn field(code: &'static str, field: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message);
        error.field = Some(field.to_owned());
        error
    }

    /// The token may not do or say this.
    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn body(&self) -> ErrorBody<'_> {
        ErrorBody { code: self.code, message: &self.message, field: self.field.as_deref() }
    }
}

/// The whole body could not be read: 400.
pub(super) fn unreadable(error: &WireError) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "unreadable", error.to_string())
}

impl From<WireError> for ApiError {
    /// 422 where a field is wrong, 400 where it is no JSON object at all.
    fn from(error: WireError) -> Self {
        match &error.field {
            Some(field) => Self::field("invalid", field, error.to_string()),
            None => unreadable(&error),
        }
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too_slow"),
            BodyError::Broken => (StatusCode::BAD_REQUEST, "broken"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<Refused> for ApiError {
    /// Why the journal took nothing. A duplicate is no refusal to its sender and is answered
    /// before this.
    fn from(refused: Refused) -> Self {
        let (code, retry_after_s) = match refused {
            Refused::Full => ("full", 60),
            Refused::Overloaded => ("overloaded", 1),
            Refused::Stopping => ("stopping", 5),
            Refused::Duplicate(_) => ("duplicate", 1),
        };
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, refused.to_string());
        error.retry_after_s = Some(retry_after_s);
        error
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Whole<'a> {
            error: ErrorBody<'a>,
        }
        let mut response = (self.status, Json(Whole { error: self.body() })).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
