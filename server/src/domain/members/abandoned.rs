//! Invitations that nobody has accepted, and nobody has sent again (ACC-4): they are revoked, so that they do not hold a
//! place in the members quota for ever.

use bursar_entities::ids::InvitationId;
use bursar_entities::invitation;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::lock::invitation_in_tx;
use super::revoke::close_in_tx;
use crate::actor::Actor;
use crate::app::App;
use crate::error::Result;

/// How long an invitation that has expired can still be sent again.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Most invitations that one run revokes; the next takes the rest.
const AT_ONCE: u64 = 1_000;

/// Revokes the invitations that expired thirty days ago or earlier; how many.
///
/// # Errors
/// When they cannot be read.
pub async fn revoke_abandoned(app: &App) -> Result<u64> {
    let before = app.now() - KEPT;
    let ids: Vec<InvitationId> = invitation::Entity::find()
        .select_only()
        .column(invitation::Column::Id)
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .filter(invitation::Column::ExpiresAt.lte(before))
        .order_by_asc(invitation::Column::ExpiresAt)
        .limit(AT_ONCE)
        .into_tuple()
        .all(app.db.reader())
        .await?;
    let mut revoked = 0;
    for id in ids {
        match revoke(app, id, before).await {
            Ok(done) => revoked += u64::from(done),
            // One that cannot be revoked must not keep the younger ones open.
            Err(error) => {
                tracing::warn!(invitation = %id, %error, cause = ?error.cause, "an abandoned invitation stays");
            }
        }
    }
    Ok(revoked)
}

/// Revokes one, unless something has become of it meanwhile.
async fn revoke(app: &App, id: InvitationId, before: DateTime<Utc>) -> Result<bool> {
    let tx = app.db.begin().await?;
    let row = invitation_in_tx(&*tx, id).await?;
    let is_open = row.accepted_at.is_none() && row.revoked_at.is_none();
    if !is_open || row.expires_at > before {
        return Ok(false);
    }
    let (_, change) = close_in_tx(&*tx, app, &Actor::system(), row).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(true)
}
