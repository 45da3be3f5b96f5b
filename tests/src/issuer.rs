//! An issuer of external tokens: a server of its own that publishes its keys as OpenID Connect Discovery says, with keys
//! made for the test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::pkcs8::EncodePrivateKey as _;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::rand_core::{OsRng, RngCore as _};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::TestApp;

/// What tokens are for.
pub const AUDIENCE: &str = "bursar-of-the-test";

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const ED25519_PKCS8: &[u8] = &[
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A key that tokens can be signed with.
#[derive(Clone)]
pub struct IssuerKey {
    id: String,
    algorithm: Algorithm,
    private: EncodingKey,
}

impl IssuerKey {
    /// A new key called `id`, for `RS256`, `ES256` or `EdDSA`.
    pub fn new(id: &str, algorithm: Algorithm) -> Self {
        let private = match algorithm {
            Algorithm::RS256 => {
                let key = rsa::RsaPrivateKey::new(&mut OsRng, 2048).expect("a key");
                EncodingKey::from_rsa_der(key.to_pkcs1_der().expect("DER").as_bytes())
            }
            Algorithm::ES256 => {
                let key = p256::SecretKey::random(&mut OsRng);
                EncodingKey::from_ec_der(key.to_pkcs8_der().expect("DER").as_bytes())
            }
            _ => {
                let mut seed = [0; 32];
                OsRng.fill_bytes(&mut seed);
                EncodingKey::from_ed_der(&[ED25519_PKCS8, &seed].concat())
            }
        };
        Self {
            id: id.to_owned(),
            algorithm,
            private,
        }
    }

    /// Its public half, as the issuer publishes it.
    pub fn public(&self) -> Value {
        let jwk = Jwk::from_encoding_key(&self.private, self.algorithm).expect("a public half");
        let mut jwk = serde_json::to_value(jwk).expect("JSON");
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    /// A token that says `claims`.
    pub fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.private).expect("a token")
    }
}

/// What an issuer publishes at the moment, and how often it was asked.
#[derive(Default)]
struct Published {
    keys: Mutex<Value>,
    issuer: Mutex<String>,
    fails: Mutex<bool>,
    fetches: AtomicUsize,
}

/// A running issuer.
pub struct Issuer {
    /// Its address, and what its tokens say in `iss`.
    pub url: String,
    published: Arc<Published>,
}

impl Issuer {
    /// Starts one that publishes these keys.
    pub async fn start(keys: &[&IssuerKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let issuer = Self {
            url: format!("http://{address}"),
            published: Arc::default(),
        };
        issuer.publish(keys);
        issuer.call_itself(&issuer.url);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(published_keys))
            .with_state((
                format!("{}/keys", issuer.url),
                Arc::clone(&issuer.published),
            ));
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// Publishes these keys, and no others any more.
    pub fn publish(&self, keys: &[&IssuerKey]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.public()).collect();
        self.publish_raw(json!({ "keys": keys }));
    }

    /// Publishes this in place of keys.
    pub fn publish_raw(&self, keys: Value) {
        *lock(&self.published.keys) = keys;
    }

    /// Says in its discovery document that it is this.
    pub fn call_itself(&self, issuer: &str) {
        issuer.clone_into(&mut lock(&self.published.issuer));
    }

    /// Answers everything with an error, or no longer.
    pub fn fail(&self, fails: bool) {
        *lock(&self.published.fails) = fails;
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    /// Good claims about `subject`, whose address is `email`; `more` is laid over them.
    pub fn claims(&self, app: &TestApp, subject: &str, email: &str, more: Value) -> Value {
        let now = app.app.now().timestamp();
        let mut claims = json!({
            "iss": self.url, "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 600,
            "email": email, "email_verified": true,
        });
        if let (Some(claims), Value::Object(more)) = (claims.as_object_mut(), more) {
            claims.extend(more);
            claims.retain(|_, value| !value.is_null());
        }
        claims
    }
}

type Shared = State<(String, Arc<Published>)>;

async fn discovery(State((keys, published)): Shared) -> Response {
    let issuer = lock(&published.issuer).clone();
    answer(&published, json!({ "issuer": issuer, "jwks_uri": keys }))
}

async fn published_keys(State((_, published)): Shared) -> Response {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    let keys = lock(&published.keys).clone();
    answer(&published, keys)
}

fn answer(published: &Published, document: Value) -> Response {
    if *lock(&published.fails) {
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else {
        axum::Json(document).into_response()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
