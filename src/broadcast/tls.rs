//! TLS for drivers: trusts what the machine trusts, read once however many destinations there are.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;

/// The machine's list of authorities is large: it is read when the first destination needs it.
static TRUSTING: OnceLock<ClientConfig> = OnceLock::new();

/// Makes ring the process's cryptography, which reqwest asks for where it sets TLS up by itself.
/// Harmless when called again.
pub fn install_crypto() {
    // An error says that there is a provider already, which is all that is wanted.
    let _ = ring::default_provider().install_default();
}

/// What a client needs: the machine's trust where `is_needed`, else nobody's.
pub(super) fn client_config(is_needed: bool) -> Result<ClientConfig, rustls::Error> {
    if let Some(config) = TRUSTING.get().filter(|_| is_needed) {
        return Ok(config.clone());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    if !is_needed {
        let nobody = builder.with_root_certificates(RootCertStore::empty());
        return Ok(nobody.with_no_client_auth());
    }
    let config = builder.with_platform_verifier()?.with_no_client_auth();
    Ok(TRUSTING.get_or_init(|| config).clone())
}
