//! Why a connection failed, in few words of our own: an error's own text may hold a URL, and a URL
//! may hold a token.

use std::{error::Error, io};

/// A few words for the innermost cause of `error` that is known.
pub(super) fn in_few_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timeout".to_owned();
    }
    if error.is_dns() {
        return "host name not found".to_owned();
    }
    innermost(error).unwrap_or_else(|| "connection failed".to_owned())
}

/// The same for any error; `None` where nothing is known of it.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    let mut words = None;
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(tls_words(error));
        }
        let io = error.downcast_ref::<io::Error>();
        if let Some(io) = io {
            words = Some(io.kind().to_string());
        }
        // An I/O error's `source` skips the error that it wraps.
        let wrapped = io.and_then(io::Error::get_ref);
        cause = wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    words
}

fn tls_words(error: &rustls::Error) -> String {
    let is_certificate = matches!(error, rustls::Error::InvalidCertificate(_));
    if is_certificate { "certificate not trusted" } else { "TLS handshake failed" }.to_owned()
}
