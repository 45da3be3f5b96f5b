//! From the secret of a key to an actor. Like sessions, keys are looked up for many requests at once, each after it
//! arrived, so that revoking works at once.

use std::collections::HashMap;

use bursar_entities::api_key::Model;
use secrecy::SecretString;

use super::{addresses, held, secret, uses};
use crate::actor::{Actor, ApiKeyIdentity, Identity, Origin};
use crate::app::App;
use crate::domain::access::{KeyScope, SecretHash, open_keys};
use crate::error::{Error, Result};
use crate::gather::Gather;

/// Questions for keys by the hash of a secret.
pub type OpenKeys = Gather<SecretHash, Model>;

/// The key that `token` is the secret of, used from `origin`.
///
/// # Errors
/// `UNAUTHENTICATED` for an unknown, revoked or expired key, a secret whose overlap is over, and a foreign address; the
/// reason is not told.
pub(crate) async fn authenticate(app: &App, token: &str, origin: Origin) -> Result<Actor> {
    let presented = SecretString::from(token);
    let hash = secret::hash(&presented);
    let shared = app.clone();
    let find = move |hashes| find(shared.clone(), hashes);
    let key = app.open_keys.ask(hash, find).await?;
    let key = key
        .filter(|key| secret::opens(key, &presented))
        .ok_or_else(Error::unauthenticated)?;
    if !addresses::admit(&key.allowed_ips, origin.ip) {
        uses::note_denied(app, key, origin);
        return Err(Error::unauthenticated());
    }
    uses::note(app, &key);
    let identity = ApiKeyIdentity {
        id: key.id,
        scope: KeyScope {
            organization: key.organization_id,
            permissions: held(&key),
        },
        secret: hash,
    };
    Ok(Actor {
        identity: Identity::ApiKey(identity),
        origin,
    })
}

async fn find(app: App, hashes: Vec<SecretHash>) -> Result<HashMap<SecretHash, Model>> {
    open_keys(app.db.reader(), &hashes, app.now()).await
}
