//! From an id to the row under its organization's lock. The organization is only known from the row, so that another
//! tenant's id must look like one that does not exist wherever access is refused.

use bursar_entities::ids::{InvitationId, MembershipId};
use bursar_entities::{invitation, membership};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::invite::lock_head_in_tx;
use crate::error::{Code, Error, Result};

/// Whatever is not there, or not the caller's to see.
pub(super) fn no_member() -> Error {
    Error::not_found("The member")
}

/// As [`no_member`].
pub(super) fn no_invitation() -> Error {
    Error::not_found("The invitation")
}

/// `error`, but `missing` instead of one that would tell that the row exists.
pub(super) fn hide(missing: fn() -> Error) -> impl Fn(Error) -> Error {
    move |error| {
        if error.code == Code::NotFound {
            missing()
        } else {
            error
        }
    }
}

/// The membership with this id, with its organization locked until the transaction ends. The caller's right to it is
/// still to be asked for.
pub(super) async fn membership_in_tx(
    tx: &impl ConnectionTrait,
    id: MembershipId,
) -> Result<membership::Model> {
    let found = membership::Entity::find_by_id(id).one(tx).await?;
    let organization = found.ok_or_else(no_member)?.organization_id;
    lock_head_in_tx(tx, organization).await?;
    membership::Entity::find_in(organization)
        .filter(membership::Column::Id.eq(id))
        .one(tx)
        .await?
        .ok_or_else(no_member)
}

/// As [`membership_in_tx`], for an invitation.
pub(super) async fn invitation_in_tx(
    tx: &impl ConnectionTrait,
    id: InvitationId,
) -> Result<invitation::Model> {
    let found = invitation::Entity::find_by_id(id).one(tx).await?;
    let organization = found.ok_or_else(no_invitation)?.organization_id;
    lock_head_in_tx(tx, organization).await?;
    invitation::Entity::find_in(organization)
        .filter(invitation::Column::Id.eq(id))
        .one(tx)
        .await?
        .ok_or_else(no_invitation)
}
