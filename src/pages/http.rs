//! What every answer has in common: headers that keep a page harmless, and entity tags.

use std::sync::LazyLock;

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

/// The pages' one style sheet: within each page, so that a saved one looks the same, and at
/// `/style.css` for a form elsewhere.
pub(super) const STYLE: &str = include_str!("templates/style.css");

/// A page may be fifteen seconds old, and a cache before us may go on serving it when we are down.
const CACHING: &str = "public, max-age=15, stale-if-error=86400";

/// Nothing is loaded and nothing is styled but by our own sheet, nothing runs, nobody may frame it.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'self' 'sha256-{hash}'; img-src data:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

pub(super) async fn style(headers: HeaderMap) -> Response {
    tagged(StatusCode::OK, "text/css; charset=utf-8", STYLE.to_owned(), &headers)
}

/// Puts the headers on that every answer has.
pub(super) async fn secure(mut response: Response) -> Response {
    let always = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), "interest-cohort=()"),
    ];
    for (name, value) in always {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    let caching = response.headers_mut().entry(CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The answer with its entity tag, or "not modified" to a reader who has it already.
pub(super) fn tagged(
    status: StatusCode,
    content_type: &'static str,
    body: String,
    asked: &HeaderMap,
) -> Response {
    let hash: String =
        Sha256::digest(&body)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{hash}\"");
    let known = asked.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|known| same(known, &tag)));
    let mut response = if is_known && status == StatusCode::OK {
        (StatusCode::NOT_MODIFIED, Body::empty()).into_response()
    } else {
        (status, [(CONTENT_TYPE, content_type)], body).into_response()
    };
    if status == StatusCode::OK {
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHING));
        // A cache before us must not give one reader's language to another.
        headers.insert(VARY, HeaderValue::from_static("accept-language"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
    }
    response
}

/// Weak comparison (RFC 9110, 8.8.3.2): a cache that compresses marks our tag weak.
fn same(known: &str, tag: &str) -> bool {
    let known = known.trim();
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}
