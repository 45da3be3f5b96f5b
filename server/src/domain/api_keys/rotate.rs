//! `rotateApiKey`: a new secret for the same key, while the old one works on for as long as it takes to hand it out.

use bursar_entities::api_key::Model;
use bursar_entities::ids::ApiKeyId;
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::create::Shown;
use super::lookup::load_in_tx;
use super::{ApiKeyError, held, secret};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::Result;

/// How long both secrets work when nothing is said.
const USUAL: TimeDelta = TimeDelta::days(1);
/// The longest that both may work.
const LONGEST: TimeDelta = TimeDelta::days(30);

/// Gives a key a new secret. The present one works for `overlap_seconds` more (a day when absent), and one that an
/// earlier rotation left open ends now. Whoever sees the new secret holds what the key holds, so nobody rotates a key
/// that may do what they may not.
///
/// # Errors
/// `NOT_FOUND` for an unknown key or another tenant's; `FORBIDDEN` for an API key, without `org.api_keys.manage`, and
/// with the permission of the key that the caller lacks; `PRECONDITION_FAILED` for a key that has been revoked or has
/// expired; `VALIDATION` for an overlap out of range.
pub async fn rotate(
    app: &App,
    actor: &Actor,
    id: ApiKeyId,
    overlap_seconds: Option<i64>,
) -> Result<Shown> {
    actor.user()?;
    let tx = app.db.begin().await?;
    let (key, access) = load_in_tx(&*tx, actor, id).await?;
    let overlap = overlap(overlap_seconds)?;
    access.require_held(held(&key))?;
    require_open(app, &key)?;
    let secret = secret::generate(app);
    let until = app.now() + overlap;
    let entry = Entry::new("api_key_rotated", "api_key")
        .organization(key.organization_id)
        .resource(key.id.0, &key.name)
        .change("prefix", key.prefix.as_str(), secret::prefix(&secret))
        .value("previousUntil", until.to_rfc3339());
    let (organization, prefix, hash) = (
        key.organization_id,
        key.prefix.clone(),
        key.secret_hash.clone(),
    );
    let mut row = key.into_active_model();
    row.prefix = Set(secret::prefix(&secret));
    row.secret_hash = Set(secret::hash(&secret).0.to_vec());
    row.previous_prefix = Set(Some(prefix));
    row.previous_hash = Set(Some(hash));
    row.previous_until = Set(Some(until));
    let key = row.update(&*tx).await?;
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    // Streams of a secret that ended now end with it.
    app.hub.publish(Signal::AccessChanged { organization });
    Ok(Shown { key, secret })
}

fn require_open(app: &App, key: &Model) -> Result<(), ApiKeyError> {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => Err(ApiKeyError::Revoked),
        (None, Some(at)) if at <= app.now() => Err(ApiKeyError::Expired),
        _ => Ok(()),
    }
}

fn overlap(seconds: Option<i64>) -> Result<TimeDelta, ApiKeyError> {
    let Some(seconds) = seconds else {
        return Ok(USUAL);
    };
    TimeDelta::try_seconds(seconds)
        .filter(|overlap| (TimeDelta::zero()..=LONGEST).contains(overlap))
        .ok_or(ApiKeyError::Overlap {
            most: LONGEST.num_seconds(),
        })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{LONGEST, USUAL, overlap};

    #[test]
    fn an_overlap_lasts_up_to_a_month() {
        assert_eq!(overlap(None), Ok(USUAL));
        assert_eq!(overlap(Some(0)), Ok(TimeDelta::zero()));
        assert_eq!(overlap(Some(LONGEST.num_seconds())), Ok(LONGEST));
        for wrong in [-1, LONGEST.num_seconds() + 1, i64::MAX, i64::MIN] {
            assert!(overlap(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
