//! Sending an invitation again: with another token, since the first one is stored as a hash only, and for another seven
//! days.

use bursar_entities::ids::InvitationId;
use bursar_entities::invitation;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use secrecy::SecretString;

use super::grant::grantable_in_tx;
use super::invite::LIFETIME;
use super::letter;
use super::lock::{hide, invitation_in_tx, no_invitation};
use super::revoke::refuse_closed;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Permission, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::token;
use crate::error::Result;

/// Renews an invitation that is pending or has expired; gives it with its new token, which is told this once. The token
/// before it is worth nothing from now on.
///
/// # Errors
/// `NOT_FOUND` for an unknown invitation or another tenant's; as [`authorize_change`] for `org.members.invite`;
/// `FORBIDDEN` when its role holds a permission that the caller does not; `PRECONDITION_FAILED` when it has been
/// accepted or revoked.
pub async fn resend_invitation(
    app: &App,
    actor: &Actor,
    id: InvitationId,
) -> Result<(invitation::Model, SecretString)> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let row = invitation_in_tx(&*tx, id).await?;
    let organization = row.organization_id;
    let access = authorize_change(&*tx, actor, organization, Permission::MembersInvite)
        .await
        .map_err(hide(no_invitation))?;
    refuse_closed(&row)?;
    grantable_in_tx(&*tx, &access, &row.role_key)
        .await
        .map_err(|error| error.at(&["invitationId"]))?;
    let token = token::generate(app);
    let before = row.expires_at;
    let mut new = row.into_active_model();
    new.token_hash = Set(token::hash(&token));
    new.expires_at = Set(app.now() + LIFETIME);
    let row = new.update(&*tx).await?;
    let entry = Entry::new("org_invitation_resent", "invitation")
        .organization(organization)
        .resource(row.id.0, &row.email)
        .change(
            "expiresAt",
            before.to_rfc3339(),
            row.expires_at.to_rfc3339(),
        );
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    letter::tell(app, &access.organization, &row, &token);
    Ok((row, token))
}
