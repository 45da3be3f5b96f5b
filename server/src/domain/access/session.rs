//! Whether whoever asks is still signed in: streams outlive the request that began them (ACC-8).

use bursar_entities::session;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::open_keys;
use crate::actor::{Actor, Identity};
use crate::error::{Error, Result};

/// Lets an actor go on whose session, or API key, has neither ended nor been revoked at `now`.
///
/// # Errors
/// `UNAUTHENTICATED` otherwise.
pub async fn require_open_session(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = match &actor.identity {
        Identity::User(user) => session::Entity::find_by_id(user.session_id)
            .filter(session::Column::RevokedAt.is_null())
            .filter(session::Column::ExpiresAt.gt(now))
            .one(connection)
            .await?
            .is_some(),
        Identity::ApiKey(key) => !open_keys(connection, &[key.secret], now).await?.is_empty(),
        Identity::System => true,
        Identity::Anonymous | Identity::Unconfirmed(_) => false,
    };
    if open {
        Ok(())
    } else {
        Err(Error::unauthenticated())
    }
}
