//! OAuth 1.0a (RFC 5849): a request that is signed for one app and one account.
//!
//! What is sent as JSON is no part of the signature; what stands in the query is. Must not let a
//! secret into anything but the signature.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose};
use reqwest::{Method, Url};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    broadcast::options::encoded,
    clock::{self, Clock},
};

/// The secrets of one app and one account.
pub(super) struct Keys {
    pub(super) api_key: SecretString,
    pub(super) api_key_secret: SecretString,
    pub(super) access_token: SecretString,
    pub(super) access_token_secret: SecretString,
}

impl Keys {
    /// The `Authorization` of one request, good for this moment.
    pub(super) fn sign(&self, method: &Method, url: &Url, clock: &Clock) -> String {
        self.signed(method, url, &clock::random_id(), clock.wall().timestamp())
    }

    fn signed(&self, method: &Method, url: &Url, nonce: &str, at_s: i64) -> String {
        let at_s = at_s.to_string();
        let own = [
            ("oauth_consumer_key", self.api_key.expose_secret().trim()),
            ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", &at_s),
            ("oauth_token", self.access_token.expose_secret().trim()),
            ("oauth_version", "1.0"),
        ];
        let base = base_string(method, url, &own);
        let key = format!(
            "{}&{}",
            encoded(self.api_key_secret.expose_secret().trim()),
            encoded(self.access_token_secret.expose_secret().trim()),
        );
        // SHA-1 is what OAuth 1.0a has; as a MAC it still holds.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        let signature = general_purpose::STANDARD.encode(hmac::sign(&key, base.as_bytes()));
        let fields = own.into_iter().chain([("oauth_signature", signature.as_str())]);
        let fields: Vec<String> =
            fields.map(|(name, value)| format!("{name}=\"{}\"", encoded(value))).collect();
        format!("OAuth {}", fields.join(", "))
    }
}

/// RFC 5849, 3.4.1.
fn base_string(method: &Method, url: &Url, own: &[(&str, &str)]) -> String {
    let own = own.iter().map(|(name, value)| (encoded(name), encoded(value)));
    let asked = url.query_pairs().map(|(name, value)| (encoded(&name), encoded(&value)));
    let sorted: BTreeSet<(String, String)> = own.chain(asked).collect();
    let pairs: Vec<String> =
        sorted.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut bare = url.clone();
    bare.set_query(None);
    format!("{method}&{}&{}", encoded(bare.as_str()), encoded(&pairs.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_xs_own_documentation() {
        let secret = |text: &str| SecretString::from(text.to_owned());
        let keys = Keys {
            api_key: secret("xvz1evFS4wEEPTGEFPHBog"),
            api_key_secret: secret("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
            access_token: secret("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            access_token_secret: secret("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"),
        };
        let address = "https://api.twitter.com/1.1/statuses/update.json?include_entities=true\
            &status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21";
        let url = Url::parse(address).expect("an address");
        let nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
        let signed = keys.signed(&Method::POST, &url, nonce, 1_318_622_958);
        assert!(
            signed.contains("oauth_signature=\"hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D\""),
            "{signed}"
        );
        assert!(signed.starts_with("OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", "));
    }
}
