//! One page over HTTP: bounded in size and time, only when it has changed, never from another host.
//!
//! Must not: read what came, or let a URL into an error.

use std::sync::Arc;

use chrono::TimeDelta;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{self, HeaderMap, HeaderName},
    redirect::{Attempt, Policy},
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::clock::Clock;

use super::notice::NOTICE_BYTES_MAX;

const USER_AGENT: &str = concat!("bellwether/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT_S: i64 = 10;
/// How long a whole page may take.
const PAGE_TIMEOUT_S: i64 = 30;
/// How often a page may point on, on its own host.
const REDIRECTS_MAX: usize = 3;
/// The longest ETag or date that is sent back, in bytes.
const STAMP_BYTES_MAX: usize = 500;

/// What a page said of its own version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamps {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub modified: Option<String>,
}

/// What came.
#[derive(Debug)]
pub enum Fetched {
    /// The page is as it was.
    Unchanged,
    /// A page.
    Page {
        /// All of it.
        bytes: Vec<u8>,
        /// Its version.
        stamps: Stamps,
    },
}

/// Why no page came.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address cannot be used.
    #[error("the address cannot be used")]
    Address,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls,
    /// It did not come in time.
    #[error("no answer in time")]
    TooSlow,
    /// It is too long.
    #[error("longer than {NOTICE_BYTES_MAX} bytes")]
    TooLong,
    /// The connection failed.
    #[error("the connection failed")]
    Broken,
    /// It points to another host, or on and on.
    #[error("it points elsewhere (status {status})")]
    Elsewhere {
        /// The status.
        status: u16,
    },
    /// Another answer than a page.
    #[error("status {status}")]
    Status {
        /// The status.
        status: u16,
        /// For how long it asks to be left alone, in seconds.
        pause_s: Option<u64>,
    },
}

impl FetchError {
    /// For how long the other side asks to be left alone, in seconds.
    pub fn pause_s(&self) -> Option<u64> {
        match self {
            Self::Status { pause_s, .. } => *pause_s,
            Self::Address
            | Self::Tls
            | Self::TooSlow
            | Self::TooLong
            | Self::Broken
            | Self::Elsewhere { .. } => None,
        }
    }
}

/// Fetches one page.
#[derive(Clone)]
pub struct Fetcher {
    client: Client,
    url: Url,
    clock: Clock,
}

impl Fetcher {
    /// For the page at `url`.
    ///
    /// # Errors
    ///
    /// The address is none, or TLS cannot be set up.
    pub fn new(url: &str, clock: &Clock) -> Result<Self, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Address)?;
        let tls = tls(url.scheme() == "https").map_err(|_| FetchError::Tls)?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(USER_AGENT)
            .redirect(Policy::custom(stay))
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .connect_timeout(clock.real(TimeDelta::seconds(CONNECT_TIMEOUT_S)))
            .build()
            .map_err(|_| FetchError::Tls)?;
        Ok(Self { client, url, clock: clock.clone() })
    }

    /// Fetches the page, unless it is still that of `stamps`.
    ///
    /// # Errors
    ///
    /// There is no page, or it is too long or too slow.
    pub async fn fetch(&self, stamps: &Stamps) -> Result<Fetched, FetchError> {
        let patience = TimeDelta::seconds(PAGE_TIMEOUT_S);
        let whole = self.clock.timeout(patience, self.ask(stamps)).await;
        whole.map_err(|_| FetchError::TooSlow)?
    }

    async fn ask(&self, stamps: &Stamps) -> Result<Fetched, FetchError> {
        let mut request = self.client.get(self.url.clone());
        if let Some(etag) = &stamps.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(modified) = &stamps.modified {
            request = request.header(header::IF_MODIFIED_SINCE, modified);
        }
        let response = request.send().await.map_err(|_| FetchError::Broken)?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if status.is_redirection() {
            return Err(FetchError::Elsewhere { status: status.as_u16() });
        }
        if status != StatusCode::OK {
            let pause = text(response.headers(), &header::RETRY_AFTER);
            let pause_s = pause.and_then(|pause| pause.trim().parse().ok());
            return Err(FetchError::Status { status: status.as_u16(), pause_s });
        }
        let stamps = Stamps {
            etag: text(response.headers(), &header::ETAG),
            modified: text(response.headers(), &header::LAST_MODIFIED),
        };
        Ok(Fetched::Page { bytes: body(response).await?, stamps })
    }
}

/// Follows a page on its own host alone, and from an encrypted one to no other.
fn stay(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let is_home = attempt.previous().first().is_some_and(|first| {
        first.host_str() == attempt.url().host_str()
            && first.port_or_known_default() == attempt.url().port_or_known_default()
            && first.scheme() == attempt.url().scheme()
    });
    if is_home && attempt.previous().len() <= REDIRECTS_MAX {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= STAMP_BYTES_MAX).then(|| value.to_owned())
}

async fn body(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Broken)? {
        if bytes.len() + chunk.len() > NOTICE_BYTES_MAX {
            return Err(FetchError::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The machine's trust where `is_needed`, else nobody's.
fn tls(is_needed: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    if is_needed {
        Ok(builder.with_platform_verifier()?.with_no_client_auth())
    } else {
        Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
    }
}
