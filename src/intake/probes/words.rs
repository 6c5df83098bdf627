//! Errors in few words, and which of them are our own machine's.

use std::{
    error::Error,
    io::{self, ErrorKind},
};

use rustls::CertificateError;

use super::check::Fault;

/// Nothing came in time.
pub(super) const TIMEOUT: &str = "timeout";

/// Linux: no file left in this process or this machine, no memory for sockets, no local port.
const OUR_OWN: [i32; 4] = [24, 23, 105, 99];

/// Whether our own machine is at its end, which says nothing about the target.
pub(super) fn is_our_own(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| OUR_OWN.contains(&code))
}

/// A connection's or handshake's error.
pub(super) fn io_fault(error: io::Error) -> Fault {
    if is_our_own(&error) {
        return Fault::NotMade(error);
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(inner) => Fault::NoAnswer(tls_words(inner)),
        None => Fault::NoAnswer(io_words(error.kind())),
    }
}

/// An HTTP exchange's error.
pub(super) fn http_fault(error: &hyper::Error) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(inner) = inner.downcast_ref::<io::Error>() {
            let tls = inner.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return Fault::NoAnswer(tls.map_or_else(|| io_words(inner.kind()), tls_words));
        }
        cause = inner.source();
    }
    Fault::NoAnswer(if error.is_parse() { "not HTTP" } else { CLOSED_EARLY }.to_owned())
}

const CLOSED_EARLY: &str = "connection closed early";

fn io_words(kind: ErrorKind) -> String {
    // Not our enum, and non-exhaustive.
    if kind == ErrorKind::TimedOut {
        TIMEOUT.to_owned()
    } else if kind == ErrorKind::UnexpectedEof {
        CLOSED_EARLY.to_owned()
    } else if kind == ErrorKind::BrokenPipe {
        ErrorKind::ConnectionReset.to_string()
    } else {
        kind.to_string()
    }
}

fn tls_words(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(reason) = error else {
        return "TLS handshake failed".to_owned();
    };
    use CertificateError as Why;
    let is_for_another =
        matches!(reason, Why::NotValidForName | Why::NotValidForNameContext { .. });
    if matches!(reason, Why::Expired | Why::ExpiredContext { .. }) {
        "certificate has expired"
    } else if matches!(reason, Why::NotValidYet | Why::NotValidYetContext { .. }) {
        "certificate is not valid yet"
    } else if is_for_another {
        "certificate is for another name"
    } else if matches!(reason, Why::Revoked) {
        "certificate is revoked"
    } else {
        "certificate is not trusted"
    }
    .to_owned()
}
