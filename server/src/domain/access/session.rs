//! Whether whoever asks is still signed in: streams outlive the request that began them (ACC-8).

use bursar_entities::session;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::actor::{Actor, Identity};
use crate::error::{Error, Result};

/// Lets an actor go on whose session has neither ended nor been revoked at `now`.
///
/// # Errors
/// `UNAUTHENTICATED` otherwise.
pub async fn require_open_session(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let Identity::User(user) = &actor.identity else {
        return actor.require_identity();
    };
    let open = session::Entity::find_by_id(user.session_id)
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .one(connection)
        .await?;
    open.map(drop).ok_or_else(Error::unauthenticated)
}
