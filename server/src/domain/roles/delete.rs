//! Deleting a role that nobody has.

use bursar_entities::ids::OrganizationId;
use bursar_entities::{invitation, membership, role};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::RoleError;
use super::update::own_in_tx;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::quotas;
use crate::error::Result;

/// Deletes the role called `key`.
///
/// # Errors
/// As [`authorize_change`] for `org.permissions.manage`; `NOT_FOUND` for an unknown role; `PRECONDITION_FAILED` for a
/// system role, and while members have it or open invitations promise it.
pub async fn delete_role(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    key: &str,
) -> Result<()> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    // Whoever gives a role holds this lock too, so nobody gets it while it goes.
    quotas::lock_in_tx(&*tx, organization).await?;
    authorize_change(&*tx, actor, organization, Permission::PermissionsManage).await?;
    let row = own_in_tx(&*tx, organization, key).await?;
    refuse_in_use_in_tx(&*tx, &row).await?;
    role::Entity::delete_many()
        .filter(role::Column::OrganizationId.eq(organization))
        .filter(role::Column::Id.eq(row.id))
        .exec(&*tx)
        .await?;
    let entry = Entry::new("role_deleted", "role")
        .organization(organization)
        .resource(row.id.0, &row.name)
        .change("key", row.key.as_str(), serde_json::Value::Null);
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(())
}

async fn refuse_in_use_in_tx(tx: &impl ConnectionTrait, row: &role::Model) -> Result<()> {
    let members = membership::Entity::find_in(row.organization_id)
        .filter(membership::Column::RoleKey.eq(row.key.as_str()))
        .count(tx)
        .await?;
    let invitations = invitation::Entity::find_in(row.organization_id)
        .filter(invitation::Column::RoleKey.eq(row.key.as_str()))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .count(tx)
        .await?;
    if members + invitations == 0 {
        Ok(())
    } else {
        Err(RoleError::InUse {
            members,
            invitations,
        }
        .into())
    }
}
