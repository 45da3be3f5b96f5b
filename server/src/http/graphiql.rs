//! GraphiQL at `/`, out of the binary: no content delivery network, no request to any other origin.
//!
//! Its files are built by `cargo xtask update` from `server/assets/graphiql`, and kept compressed.

use std::io::Read;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

/// Scripts, workers, requests and sockets of our own origin only. Monaco writes style elements, and fonts and icons
/// lie in the style sheet as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file as it lies in the binary.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    compressed: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $content_type:literal) => {
        Asset {
            name: $name,
            content_type: $content_type,
            compressed: include_bytes!(concat!("../../assets/graphiql/bundle/", $name, ".gz")),
        }
    };
}

static PAGE: Asset = asset!("index.html", "text/html; charset=utf-8");

static ASSETS: [Asset; 7] = [
    asset!("graphiql.js", "text/javascript; charset=utf-8"),
    asset!("editor.worker.js", "text/javascript; charset=utf-8"),
    asset!("graphql.worker.js", "text/javascript; charset=utf-8"),
    asset!("json.worker.js", "text/javascript; charset=utf-8"),
    asset!("graphiql.css", "text/css; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
    asset!("licenses.md", "text/markdown; charset=utf-8"),
];

/// One tag for the whole bundle: its files are only good together, and a new binary may change any of them. Weak,
/// because it stands for the compressed and the plain form alike.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS.iter().chain([&PAGE]) {
        digest.update(asset.compressed);
    }
    format!("W/\"{}\"", hex::encode(&digest.finalize()[..12]))
});

/// `/` and `/assets/graphiql/*`. The page asks `/graphql` of the same origin.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/", get(page))
        .route("/assets/graphiql/{name}", get(asset))
}

async fn page(request: HeaderMap) -> Response {
    let policy = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (policy, answer(&PAGE, &request)).into_response()
}

async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => answer(asset, &request),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The file, compressed for those who take it so, or nothing but 304 for those who have it.
fn answer(asset: &Asset, request: &HeaderMap) -> Response {
    let mut headers: HeaderMap = [
        (VARY, "accept-encoding"),
        // Kept, but asked for again each time: the names stay the same from release to release.
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
    .into_iter()
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
    .collect();
    if let Ok(tag) = HeaderValue::from_str(&TAG) {
        headers.insert(ETAG, tag);
    }
    if mentions(request, &IF_NONE_MATCH, |tag| tag == *TAG || tag == "*") {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if mentions(request, &ACCEPT_ENCODING, takes_gzip) {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return (headers, asset.compressed).into_response();
    }
    let mut plain = Vec::new();
    match GzDecoder::new(asset.compressed).read_to_end(&mut plain) {
        Ok(_) => (headers, plain).into_response(),
        Err(error) => {
            tracing::error!(%error, asset = asset.name, "a file in the binary is damaged");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whether one of the comma-separated members of a header is as wanted.
fn mentions(request: &HeaderMap, header: &HeaderName, wanted: impl Fn(&str) -> bool) -> bool {
    let lines = request
        .get_all(header)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .any(|member| wanted(member.trim()))
}

/// `gzip`, `gzip;q=0.5` or `*`, but not `gzip;q=0` (RFC 9110, 12.5.3).
fn takes_gzip(coding: &str) -> bool {
    let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
    let weight = weight
        .trim()
        .strip_prefix("q=")
        .and_then(|q| q.parse::<f32>().ok());
    matches!(name.trim(), "gzip" | "x-gzip" | "*") && weight.unwrap_or(1.0) > 0.0
}

#[cfg(test)]
mod tests;
