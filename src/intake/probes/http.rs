//! One GET over one connection. A redirect is an answer; nothing is followed.

use std::pin::pin;

use futures_util::future::{Either, select};
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::{Body, Incoming},
    client::conn::http1,
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{check::Fault, target::Get, words};

/// How much of a body is read.
const BODY_BYTES_MAX: usize = 64 << 10;
/// How much of a wanted text is repeated in an error.
const TEXT_SHOWN_MAX: usize = 40;

/// What counts as healthy.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Statuses; empty: 200 to 399.
    pub(super) statuses: Vec<u16>,
    /// Text that the body's first 64 KiB must contain.
    pub(super) text: Option<String>,
}

/// Asks once and reads the answer, body included up to its limit: half a page is no page.
pub(super) async fn exchange<S>(stream: S, get: &Get, wanted: &Wanted) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(BODY_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| words::http_fault(&error))?;
    let request = get.request().map_err(|_| Fault::NoAnswer("no request".to_owned()))?;
    let talk = pin!(async {
        let response =
            sender.send_request(request).await.map_err(|error| words::http_fault(&error))?;
        judge(response, wanted).await
    });
    // The connection is driven here, without a task of its own: it ends with the check.
    match select(talk, pin!(connection)).await {
        Either::Left((found, _)) => found,
        Either::Right((Ok(()), talk)) => talk.await,
        Either::Right((Err(error), talk)) => match talk.await {
            // What the connection saw says more than that it is gone.
            Err(Fault::NoAnswer(_)) => Err(words::http_fault(&error)),
            found => found,
        },
    }
}

async fn judge(response: Response<Incoming>, wanted: &Wanted) -> Result<(), Fault> {
    let status = response.status().as_u16();
    let is_wanted = match wanted.statuses.as_slice() {
        [] => (200..400).contains(&status),
        statuses => statuses.contains(&status),
    };
    if !is_wanted {
        return Err(Fault::WrongAnswer(format!("status {status}")));
    }
    let body = read(response.into_body()).await?;
    match &wanted.text {
        Some(text) if !contains(&body, text.as_bytes()) => {
            let shown: String = text.chars().take(TEXT_SHOWN_MAX).collect();
            Err(Fault::WrongAnswer(format!("body lacks \"{shown}\"")))
        }
        Some(_) | None => Ok(()),
    }
}

async fn read(mut body: Incoming) -> Result<Vec<u8>, Fault> {
    let mut bytes =
        Vec::with_capacity(body.size_hint().lower().min(BODY_BYTES_MAX as u64) as usize);
    while bytes.len() < BODY_BYTES_MAX {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| words::http_fault(&error))?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
    }
    bytes.truncate(BODY_BYTES_MAX);
    Ok(bytes)
}

fn contains(body: &[u8], text: &[u8]) -> bool {
    text.is_empty() || body.windows(text.len()).any(|window| window == text)
}
