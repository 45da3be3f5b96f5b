//! One TLS configuration for HTTP and WebSocket.
//!
//! Certificates are judged by the operating system, so that the authority a company installed on
//! its machines is trusted here as in its browsers. The cryptography is `ring`, as on the server.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

/// The configuration, without ALPN: both users speak HTTP/1.1.
///
/// # Errors
/// The operating system's trust store cannot be used.
pub fn client_config() -> Result<Arc<ClientConfig>, rustls::Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(Arc::new(config))
}
