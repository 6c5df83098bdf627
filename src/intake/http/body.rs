//! Reading a request's body within bounds of size and time.

use std::time::Duration;

use axum::{body::Body, extract::Request, http::header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::clock::Clock;

/// How much body a handler reads, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// The longest body, in bytes.
    pub bytes_max: usize,
    /// How long the whole body may take, in the machine's time.
    pub timeout: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes_max: 1 << 20, timeout: Duration::from_secs(15) }
    }
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is longer than allowed; told before it is read where its length is stated.
    #[error("the body is longer than {bytes_max} bytes")]
    TooLarge {
        /// What is allowed.
        bytes_max: usize,
    },
    /// It did not arrive in time.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// The connection failed, or the body's framing is wrong.
    #[error("the body could not be read to its end")]
    Broken,
}

/// Reads the whole body, and never more than `limits.bytes_max` of it.
pub async fn read_body(
    request: Request,
    limits: BodyLimits,
    clock: &Clock,
) -> Result<Bytes, BodyError> {
    let stated = request.headers().get(header::CONTENT_LENGTH);
    let stated = stated.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > limits.bytes_max as u64) {
        return Err(BodyError::TooLarge { bytes_max: limits.bytes_max });
    }
    let span = super::real(clock, limits.timeout);
    let read = collect(request.into_body(), limits.bytes_max);
    clock.timeout(span, read).await.map_err(|_| BodyError::TooSlow)?
}

async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, BodyError> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if first.len() + whole.len() + data.len() > bytes_max {
            return Err(BodyError::TooLarge { bytes_max });
        }
        if first.is_empty() && whole.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&data);
    }
    Ok(if whole.is_empty() { first } else { whole.freeze() })
}
