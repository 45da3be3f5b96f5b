//! The configured issuer of external tokens (OpenID Connect): whether a token is one of its, still good, and meant for
//! this server. Whose account it stands for is `domain::identity`'s to say.

mod claims;
mod fetch;
mod keys;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use jsonwebtoken::{DecodingKey, Header, Validation};
use tokio::sync::OwnedMutexGuard;

use claims::Claims;
use keys::{Keys, is_accepted};

use crate::config::OidcConfig;
use crate::error::{Code, Error, Result};

pub use claims::ExternalToken;

/// The issuer, and its keys as they were last fetched.
pub struct Issuer {
    config: Option<OidcConfig>,
    keys: Arc<Mutex<Arc<Keys>>>,
    /// Held by whoever fetches, so that one does for all who wait.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

impl Issuer {
    /// As configured. Nothing is fetched before the first token comes.
    #[must_use]
    pub fn new(config: Option<OidcConfig>) -> Self {
        Self {
            config,
            keys: Arc::default(),
            fetching: Arc::default(),
        }
    }

    /// What `token` says, when it was signed by the issuer with one of its keys, for this server, and is good at `now`.
    ///
    /// # Errors
    /// `PROVIDER_UNAVAILABLE` when it may be such a token, but the issuer's keys are not known and cannot be fetched.
    pub async fn verify(&self, now: DateTime<Utc>, token: &str) -> Result<Option<ExternalToken>> {
        let Some(config) = &self.config else {
            return Ok(None);
        };
        let Some(header) = header(token, config) else {
            return Ok(None);
        };
        let Some(key) = self.key(config, &header, now).await? else {
            return Ok(None);
        };
        let mut validation = Validation::new(header.alg);
        // Time is compared below: the library knows only the system's clock.
        validation.validate_exp = false;
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&[&config.audience]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        let read = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok();
        Ok(read.and_then(|read| read.claims.at(now)))
    }

    /// The issuer's key for a token with `header`. Fetched when none is known, when those that are known are old, and when
    /// it is not among them; but not again soon, so that tokens that anybody can make up cannot have it asked all day.
    async fn key(
        &self,
        config: &OidcConfig,
        header: &Header,
        now: DateTime<Utc>,
    ) -> Result<Option<DecodingKey>> {
        if let Some(key) = self.known().fresh(header, now) {
            return Ok(Some(key));
        }
        let alone = Arc::clone(&self.fetching).lock_owned().await;
        // Whoever was first has fetched for all who waited.
        if let Some(key) = self.known().fresh(header, now) {
            return Ok(Some(key));
        }
        if self.known().may_fetch(now) {
            // A task of its own: a caller may go away, and must not have the issuer asked once more by doing so.
            let fetch = fetch_all(config.issuer.clone(), Arc::clone(&self.keys), now, alone);
            if let Err(error) = tokio::spawn(fetch).await {
                tracing::error!(%error, "fetching the keys of external tokens ended by a panic");
            }
        }
        let known = self.known();
        if known.is_usable(now) {
            return Ok(known.find(header));
        }
        Err(Error::new(
            Code::ProviderUnavailable,
            "The issuer of this token does not answer at the moment; try again later",
        ))
    }

    fn known(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Fetches the keys of `issuer` and puts them in the place of those that were `known`; `_alone` until that is done.
async fn fetch_all(
    issuer: String,
    known: Arc<Mutex<Arc<Keys>>>,
    now: DateTime<Utc>,
    _alone: OwnedMutexGuard<()>,
) {
    let fetched = fetch::keys(&issuer).await;
    if let Err(error) = &fetched {
        tracing::warn!(issuer, %error, "the keys of the issuer of external tokens could not be fetched");
    }
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    *known = Arc::new(known.next(fetched.ok(), now));
}

/// The header of what may be a token of the issuer; nothing that it says is believed yet.
fn header(token: &str, config: &OidcConfig) -> Option<Header> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    let claims = jsonwebtoken::dangerous::insecure_decode::<claims::Origin>(token).ok()?;
    (is_accepted(header.alg) && claims.claims.iss == config.issuer).then_some(header)
}
