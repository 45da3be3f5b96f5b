//! Fetching the issuer's keys: the discovery document, and the set that it names (OpenID Connect Discovery 1.0, section 4).
//! Nothing is followed elsewhere, and what comes is bounded in time and size.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::{Request, StatusCode, header};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use url::Url;

use super::keys::{self, Key};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of either document.
const LARGEST: usize = 256 * 1024;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The keys of `issuer` as they are now.
pub(super) async fn keys(issuer: &str) -> Result<Vec<Key>, Failure> {
    tokio::time::timeout(PATIENCE, discover(issuer))
        .await
        .map_err(|_| "it took too long")?
}

async fn discover(issuer: &str) -> Result<Vec<Key>, Failure> {
    let issuer_url = Url::parse(issuer)?;
    let address = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    let document = get(&Url::parse(&address)?).await?;
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err("its discovery document is of another issuer".into());
    }
    let set = document.get("jwks_uri").and_then(Value::as_str);
    let set = Url::parse(set.ok_or("its discovery document names no keys")?)?;
    // Without TLS only from an issuer that is configured so.
    if set.scheme() != "https" && set.scheme() != issuer_url.scheme() {
        return Err("its keys are not at an https address".into());
    }
    let keys = keys::read(&get(&set).await?).filter(|keys| !keys.is_empty());
    keys.ok_or_else(|| "what should be its keys is no set of keys that can be used".into())
}

async fn get(address: &Url) -> Result<Value, Failure> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let request = Request::get(address.as_str())
        .header(header::ACCEPT, "application/json")
        .body(Empty::<Bytes>::new())?;
    let answer = client.request(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(format!("{address} answered {}", answer.status()).into());
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await?;
    Ok(serde_json::from_slice(&body.to_bytes())?)
}
