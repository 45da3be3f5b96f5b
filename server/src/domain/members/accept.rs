//! Accepting an invitation (ACC-4): its place in the members quota becomes the member's, so that nothing is counted
//! a second time.

use bursar_entities::{invitation, membership};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use secrecy::SecretString;

use super::invite::lock_head_in_tx;
use super::projects;
use super::{InvitationStatus, MemberError, invitation_status};
use crate::actor::{Actor, UserIdentity};
use crate::app::App;
use crate::domain::access::{Permission, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::token;
use crate::error::{Error, Result};

/// Makes the caller, who must have the invited address, a member. Of two acceptances at once one wins.
///
/// # Errors
/// `UNAUTHENTICATED` without a user; `NOT_FOUND` for a token that is unknown or somebody else's;
/// `PRECONDITION_FAILED` when the invitation was accepted, revoked or has expired; and when the organization is not in
/// full access, as [`authorize_change`].
pub async fn accept_invitation(
    app: &App,
    actor: &Actor,
    presented: &SecretString,
) -> Result<membership::Model> {
    let user = actor.user()?;
    let tx = app.db.begin().await?;
    let found = find_in_tx(&*tx, user, presented).await?;
    // Nobody can be a member before accepting: the token is the permission, and what is asked here is whether the
    // organization still exists and may be changed.
    let organization = found.organization_id;
    lock_head_in_tx(&*tx, organization).await?;
    authorize_change(&*tx, &Actor::system(), organization, Permission::OrgView).await?;
    // Read again: whoever held the lock may have used or revoked it.
    let found = find_in_tx(&*tx, user, presented).await?;
    refuse_closed(app, &found)?;
    refuse_member_in_tx(&*tx, &found, user).await?;
    let row = join_in_tx(&*tx, app, user, &found).await?;
    let about = projects::promised_in_tx(&*tx, found.id).await?;
    projects::put_in_tx(&*tx, row.id, &about).await?;
    let entry = Entry::new("org_member_added", "membership")
        .organization(organization)
        .resource(row.id.0, &user.email)
        .value("userId", user.id.to_string())
        .value("roleKey", row.role_key.as_str())
        .value("projectIds", projects::told(&about))
        .value("invitationId", found.id.to_string());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// The invitation of a token, when it was sent to the user's address.
async fn find_in_tx(
    tx: &impl ConnectionTrait,
    user: &UserIdentity,
    presented: &SecretString,
) -> Result<invitation::Model> {
    invitation::Entity::find()
        .filter(invitation::Column::TokenHash.eq(token::hash(presented)))
        .one(tx)
        .await?
        .filter(|row| token::matches(&row.token_hash, presented) && row.email == user.email)
        .ok_or_else(|| Error::not_found("The invitation"))
}

fn refuse_closed(app: &App, row: &invitation::Model) -> Result<(), MemberError> {
    match invitation_status(row, app.now()) {
        InvitationStatus::Pending => Ok(()),
        InvitationStatus::Accepted => Err(MemberError::Accepted),
        InvitationStatus::Revoked => Err(MemberError::Revoked),
        InvitationStatus::Expired => Err(MemberError::Expired),
    }
}

async fn refuse_member_in_tx(
    tx: &impl ConnectionTrait,
    found: &invitation::Model,
    user: &UserIdentity,
) -> Result<()> {
    let memberships = membership::Entity::find_in(found.organization_id)
        .filter(membership::Column::UserId.eq(user.id))
        .count(tx)
        .await?;
    if memberships == 0 {
        Ok(())
    } else {
        Err(MemberError::JoinedBefore.into())
    }
}

/// Closes the invitation and writes the membership down.
async fn join_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    user: &UserIdentity,
    found: &invitation::Model,
) -> Result<membership::Model> {
    let now = app.now();
    let closed = invitation::Entity::update_many()
        .col_expr(invitation::Column::AcceptedAt, Expr::value(now))
        .filter(invitation::Column::OrganizationId.eq(found.organization_id))
        .filter(invitation::Column::Id.eq(found.id))
        .filter(invitation::Column::AcceptedAt.is_null())
        .filter(invitation::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    if closed.rows_affected == 0 {
        return Err(MemberError::Accepted.into());
    }
    let row = membership::Model {
        id: app.new_id(),
        organization_id: found.organization_id,
        user_id: user.id,
        role_key: found.role_key.clone(),
        created_at: now,
        updated_at: now,
    };
    membership::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(row)
}
