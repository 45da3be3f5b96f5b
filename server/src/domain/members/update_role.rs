//! Giving a member another role.

use bursar_entities::ids::MembershipId;
use bursar_entities::membership;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

use super::MemberError;
use super::grant::grantable_in_tx;
use super::lock::{hide, membership_in_tx, no_member};
use super::projects::{self, Given};
use super::remove::email_in_tx;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{OWNER, Permission, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::error::Result;

/// Gives a member a role, which may be about some projects only. What the member may no longer listen to ends at once (ACC-8).
///
/// # Errors
/// `NOT_FOUND` for an unknown membership or another tenant's; as [`authorize_change`] for `org.members.update_role`;
/// `FORBIDDEN` when the role holds a permission that the caller does not; `NOT_FOUND` for an unknown project;
/// `VALIDATION` for a role that cannot be given, and for projects that do not go with it;
/// `PRECONDITION_FAILED` for the owner's membership.
pub async fn update_member_role(
    app: &App,
    actor: &Actor,
    id: MembershipId,
    given: Given<'_>,
) -> Result<membership::Model> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    let row = membership_in_tx(&*tx, id).await?;
    let organization = row.organization_id;
    let needed = Permission::MembersUpdateRole;
    let access = authorize_change(&*tx, actor, organization, needed)
        .await
        .map_err(hide(no_member))?;
    if row.role_key == OWNER {
        return Err(MemberError::Owner.into());
    }
    let about = projects::named_in_tx(&*tx, organization, given.projects).await?;
    let role = grantable_in_tx(&*tx, &access, given.role).await?;
    projects::fit(&role, &about)?;
    let before_about = projects::held_in_tx(&*tx, row.id).await?;
    if row.role_key == role.key && before_about == about {
        return Ok(row);
    }
    projects::put_in_tx(&*tx, row.id, &about).await?;
    let before = row.role_key.clone();
    let user = row.user_id;
    let mut new = row.into_active_model();
    new.role_key = Set(role.key.into_owned());
    new.updated_at = Set(app.now());
    let row = new.update(&*tx).await?;
    let entry = Entry::new("org_member_role_changed", "membership")
        .organization(organization)
        .resource(id.0, email_in_tx(&*tx, user).await?)
        .change("roleKey", before, row.role_key.as_str())
        .change(
            "projectIds",
            projects::told(&before_about),
            projects::told(&about),
        );
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization });
    Ok(row)
}
