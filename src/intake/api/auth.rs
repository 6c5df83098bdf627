//! Who speaks: bearer tokens, compared in constant time.

use std::collections::BTreeSet;

use axum::http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    config::Token,
    domain::{Role, Scope},
};

use super::error::ApiError;

/// Every token, by the digest of its secret.
pub(super) struct Tokens(Vec<(Identity, [u8; 32])>);

/// Who a token speaks for.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) role: Role,
    scopes: BTreeSet<Scope>,
}

impl Tokens {
    pub(super) fn new(tokens: &[Token]) -> Self {
        let known = tokens.iter().map(|token| {
            let identity = Identity {
                name: token.name.clone(),
                role: token.role,
                scopes: token.scopes.clone(),
            };
            (identity, Sha256::digest(token.secret.expose_secret()).into())
        });
        Self(known.collect())
    }

    /// Whose request this is. Every token is compared, so that the time taken tells nothing.
    pub(super) fn identify(&self, headers: &HeaderMap) -> Result<&Identity, ApiError> {
        let refusal = |message| ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(refusal("expected one header `Authorization: Bearer TOKEN`"));
        };
        let (scheme, secret) = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .ok_or_else(|| refusal("expected `Authorization: Bearer TOKEN`"))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refusal("expected `Authorization: Bearer TOKEN`"));
        }
        let digest: [u8; 32] = Sha256::digest(secret.trim()).into();
        let mut found = None;
        for (identity, known) in &self.0 {
            if bool::from(digest.ct_eq(known)) {
                found = Some(identity);
            }
        }
        found.ok_or_else(|| refusal("this token is not known"))
    }
}

impl Identity {
    /// Refuses what the token's scopes do not hold.
    pub(super) fn must_have(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let word = match scope {
            Scope::Probes => "probes",
            Scope::Reports => "reports",
            Scope::Commands => "commands",
            Scope::Notices => "notices",
        };
        let message = format!("the token `{}` lacks the scope `{word}`", self.name);
        Err(ApiError::forbidden("scope", message))
    }

    /// Refuses a field that states somebody else than the token does.
    pub(super) fn must_be(
        &self,
        field: &str,
        stated: Option<&str>,
        own: &str,
    ) -> Result<(), ApiError> {
        if stated.is_none_or(|stated| stated == own) {
            return Ok(());
        }
        let message = format!("{field}: set from the token, where it is `{own}`: leave it out");
        let mut error = ApiError::forbidden("forged", message);
        error.field = Some(field.to_owned());
        Err(error)
    }
}
