//! From the secret of a key to an actor. Like sessions, keys are looked up for many requests at once, each after it
//! arrived, so that revoking works at once.

use std::collections::HashMap;

use bursar_entities::api_key::Model;
use secrecy::SecretString;

use super::{addresses, held, secret, uses};
use crate::actor::{Actor, ApiKeyIdentity, Identity, Origin};
use crate::app::App;
use crate::domain::access::{KeyScope, SecretHash, open_keys, opening};
use crate::error::{Error, Result};
use crate::gather::Gather;
use crate::remember::Answered;

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
    let question = app.open_keys.ask(hash, find);
    let (key, confirmed) = match app.known_keys.ask(app, hash, question).await? {
        Answered::Now(found) => (found, true),
        Answered::Before(known) => {
            let open = opening(&known, app.now()).any(|secret| secret == hash);
            (Some(known).filter(|_| open), false)
        }
    };
    let key = key
        .filter(|key| secret::opens(key, &presented))
        .ok_or_else(Error::unauthenticated)?;
    if !addresses::admit(&key.allowed_ips, origin.ip) {
        uses::note_denied(app, key, origin);
        return Err(Error::unauthenticated());
    }
    let identity = Identity::ApiKey(ApiKeyIdentity {
        id: key.id,
        scope: KeyScope {
            organization: key.organization_id,
            permissions: held(&key),
        },
        secret: hash,
    });
    let identity = if confirmed {
        uses::note(app, &key);
        identity
    } else {
        Identity::Unconfirmed(Box::new(identity))
    };
    Ok(Actor { identity, origin })
}

async fn find(app: App, hashes: Vec<SecretHash>) -> Result<HashMap<SecretHash, Model>> {
    open_keys(app.db.reader(), &hashes, app.now()).await
}
