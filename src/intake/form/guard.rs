//! What keeps other people's pages and robots from sending reports in a visitor's name.
//!
//! A double-submit token: the cookie (`SameSite=Strict`, out of scripts' reach) holds a random
//! nonce; the form holds the time and an HMAC over both, with a key that lives as long as the
//! process. Must not: remember visitors.

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use axum::http::{HeaderMap, header};

use crate::{
    clock::{Clock, random_id},
    domain::Timestamp,
};

const COOKIE: &str = "bellwether_form";
const AGE_MAX: TimeDelta = TimeDelta::hours(2);
const NONCE_LENGTH: usize = 20;

/// Makes and checks tokens.
pub(in crate::intake) struct Guard {
    key: [u8; 32],
    clock: Clock,
    secure: bool,
    /// The form's own: its cookie goes nowhere else.
    path: &'static str,
}

/// A form's token and the cookie it belongs to.
pub(in crate::intake) struct Ticket {
    pub(in crate::intake) token: String,
    /// The value of `Set-Cookie`.
    pub(in crate::intake) cookie: String,
}

impl Guard {
    /// `key` signs tokens; `secure`: the cookie is for HTTPS alone.
    pub(in crate::intake) fn new(
        key: [u8; 32],
        clock: Clock,
        secure: bool,
        path: &'static str,
    ) -> Self {
        Self { key, clock, secure, path }
    }

    /// A token for a new form; a visitor who has a cookie keeps it, so that two open forms work.
    pub(in crate::intake) fn issue(&self, headers: &HeaderMap) -> Ticket {
        let nonce = nonce_of(headers).map_or_else(random_id, str::to_owned);
        let issued = self.clock.now().timestamp_millis();
        let token = format!("{issued}.{}", hex(&self.tag(issued, &nonce).finalize().into_bytes()));
        let secure = if self.secure { "; Secure" } else { "" };
        let (age_s, path) = (AGE_MAX.num_seconds(), self.path);
        let cookie = format!(
            "{COOKIE}={nonce}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}"
        );
        Ticket { token, cookie }
    }

    /// What makes this form one of ours, and unique: the same again is the same form sent twice.
    /// `None` for a token that is forged, too old, or another visitor's.
    pub(in crate::intake) fn check(&self, headers: &HeaderMap, token: &str) -> Option<String> {
        let nonce = nonce_of(headers)?;
        let (issued, tag) = token.split_once('.')?;
        let issued: i64 = issued.parse().ok()?;
        self.tag(issued, nonce).verify_slice(&unhex(tag)?).ok()?;
        let age = self.clock.now() - Timestamp::from_timestamp_millis(issued)?;
        let fresh = (TimeDelta::zero()..=AGE_MAX).contains(&age);
        fresh.then(|| format!("{nonce}.{issued}"))
    }

    /// A name for somebody who gave none, the same for the same address while the process lives;
    /// the address itself is kept nowhere.
    pub(in crate::intake) fn pseudonym(&self, address: &str) -> String {
        let mut tag = self.mac();
        tag.update(b"address:");
        tag.update(address.as_bytes());
        hex(&tag.finalize().into_bytes()[..10])
    }

    fn tag(&self, issued: i64, nonce: &str) -> Hmac<Sha256> {
        let mut tag = self.mac();
        tag.update(b"form:");
        tag.update(&issued.to_be_bytes());
        tag.update(nonce.as_bytes());
        tag
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.key).expect("HMAC takes keys of any length")
    }
}

fn nonce_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let nonce = pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    let is_ours = nonce.len() == NONCE_LENGTH && nonce.bytes().all(|b| b.is_ascii_hexdigit());
    is_ours.then_some(nonce)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
