//! Taking an invitation back.

use bursar_entities::enums::MeterCounts;
use bursar_entities::ids::InvitationId;
use bursar_entities::invitation;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Set};

use super::MemberError;
use super::lock::{hide, invitation_in_tx, no_invitation};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_in_any_mode};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::quotas;
use crate::error::{Error, Result};

/// Revokes an invitation that is pending or has expired, and frees its place in the members quota. Works in read-only
/// mode, as [`super::remove_member`].
///
/// # Errors
/// `NOT_FOUND` for an unknown invitation or another tenant's; `FORBIDDEN` without `org.members.invite`;
/// `PRECONDITION_FAILED` when it has been accepted or revoked.
pub async fn revoke_invitation(
    app: &App,
    actor: &Actor,
    id: InvitationId,
) -> Result<invitation::Model> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let row = invitation_in_tx(&*tx, id).await?;
    let organization = row.organization_id;
    authorize_in_any_mode(&*tx, actor, organization, Permission::MembersInvite)
        .await
        .map_err(hide(no_invitation))?;
    refuse_closed(&row)?;
    let (row, change) = close_in_tx(&*tx, app, actor, row).await?;
    tx.commit().await?;
    change.publish(app);
    Ok(row)
}

/// Revokes an open invitation whose organization is locked, and frees its place; publish the change after the commit.
pub(super) async fn close_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    actor: &Actor,
    row: invitation::Model,
) -> Result<(invitation::Model, quotas::Change)> {
    let organization = row.organization_id;
    let mut new = row.into_active_model();
    new.revoked_at = Set(Some(app.now()));
    let row = new.update(tx).await?;
    let change =
        quotas::count_in_tx(tx, app, actor, organization, MeterCounts::Members, -1).await?;
    let entry = Entry::new("org_invitation_revoked", "invitation")
        .organization(organization)
        .resource(row.id.0, &row.email)
        .value("email", row.email.as_str())
        .value("roleKey", row.role_key.as_str());
    append_in_tx(tx, app, actor, entry).await?;
    Ok((row, change))
}

/// Lets an invitation go on that holds a place: one that is pending, or has expired.
///
/// # Errors
/// `PRECONDITION_FAILED` when it has been accepted or revoked.
pub(super) fn refuse_closed(row: &invitation::Model) -> Result<()> {
    match (row.accepted_at, row.revoked_at) {
        (Some(_), _) => Err(Error::from(MemberError::Accepted).at(&["invitationId"])),
        (None, Some(_)) => Err(MemberError::RevokedBefore.into()),
        (None, None) => Ok(()),
    }
}
