//! The other side of the demo's destinations: takes webhooks, checks their signatures, counts
//! their ids, and shows what arrived.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

/// One post that arrived for the first time.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The destination.
    pub room: String,
    /// Who it is for, where it is for one person.
    pub recipient: Option<String>,
    /// The words.
    pub text: String,
}

/// What has arrived so far: room and `webhook-id` to how often.
pub type Counts = BTreeMap<(String, String), u32>;

/// The running sink.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    secret: Vec<u8>,
    counts: Mutex<Counts>,
    arrivals: mpsc::UnboundedSender<Arrival>,
}

impl Sink {
    /// Listens on loopback; `secret` is what webhooks are signed with.
    pub async fn start(
        secret: Vec<u8>,
    ) -> std::io::Result<(Self, mpsc::UnboundedReceiver<Arrival>)> {
        let (arrivals, arrived) = mpsc::unbounded_channel();
        let state = Arc::new(Shared { secret, counts: Mutex::default(), arrivals });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().route("/{room}", post(take)).with_state(state.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok((Self { address, state, task }, arrived))
    }

    /// How often each post came.
    pub fn counts(&self) -> Counts {
        self.state.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends it.
    pub fn stop(self) {
        self.task.abort();
    }
}

async fn take(
    State(state): State<Arc<Shared>>,
    Path(room): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(at), Some(signature)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return StatusCode::BAD_REQUEST;
    };
    if !is_signed(&state.secret, (id, at, &body), signature) {
        return StatusCode::UNAUTHORIZED;
    }
    let times = {
        let mut counts = state.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let times = counts.entry((room.clone(), id.to_owned())).or_insert(0);
        *times += 1;
        *times
    };
    if times == 1 {
        let arrival = Arrival {
            room,
            recipient: header("bellwether-recipient").map(plain),
            text: text_of(&body),
        };
        let _ = state.arrivals.send(arrival);
    }
    StatusCode::NO_CONTENT
}

/// Standard Webhooks: base64 of HMAC-SHA256 over `id.timestamp.body`, behind `v1,`.
fn is_signed(secret: &[u8], (id, at, body): (&str, &str, &[u8]), signature: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    signature
        .split(' ')
        .filter_map(|part| part.strip_prefix("v1,"))
        .filter_map(|part| STANDARD.decode(part).ok())
        .any(|given| mac.clone().verify_slice(&given).is_ok())
}

/// The account, which is percent-encoded to fit a header.
fn plain(recipient: &str) -> String {
    let pair = format!("to={recipient}");
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(|| recipient.to_owned(), |(_, account)| account.into_owned())
}

fn text_of(body: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .and_then(|json| {
            json.pointer("/data/body").and_then(|text| text.as_str().map(str::to_owned))
        })
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}
