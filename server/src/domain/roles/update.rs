//! Changing a role: from that moment its holders may do what it says now, and no more.

use bursar_entities::ids::OrganizationId;
use bursar_entities::role;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, IntoActiveModel, QueryFilter};

use super::{RoleError, draft};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{
    Access, Permission, PermissionSet, Role, authorize_change, system_role,
};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::events::Signal;
use crate::domain::quotas;
use crate::error::{Error, Result};

/// The changes wanted; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct RolePatch {
    /// Display name.
    pub name: Option<String>,
    /// The codes of all permissions that it holds from now on.
    pub permissions: Option<Vec<String>>,
}

/// Applies `patch` to the role called `key`, which is still at `expected_version`.
///
/// # Errors
/// As [`authorize_change`] for `org.permissions.manage`; `FORBIDDEN` when it gains a permission that the caller does not
/// hold; `NOT_FOUND` for an unknown role; `VALIDATION` for a malformed field; `CONFLICT` (with `currentVersion`) after
/// somebody else's change; `PRECONDITION_FAILED` for a system role.
pub async fn update_role(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    key: &str,
    expected_version: i32,
    patch: &RolePatch,
) -> Result<Role> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    quotas::lock_in_tx(&*tx, organization).await?;
    let access = authorize_change(&*tx, actor, organization, Permission::PermissionsManage).await?;
    let old = own_in_tx(&*tx, organization, key).await?;
    if old.version != expected_version {
        let current = old.version;
        return Err(RoleError::Stale { current }.into());
    }
    let mut new = apply(&access, &old, patch)?;
    if new == old {
        return Ok(old.into());
    }
    new.version += 1;
    new.updated_at = app.now();
    new.clone()
        .into_active_model()
        .reset_all()
        .update(&*tx)
        .await?;
    let entry = Entry::new("role_updated", "role")
        .organization(organization)
        .resource(new.id.0, &new.name)
        .change("name", old.name.as_str(), new.name.as_str())
        .change(
            "permissions",
            old.permissions.as_str(),
            new.permissions.as_str(),
        );
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    app.hub.publish(Signal::AccessChanged { organization });
    Ok(new.into())
}

/// `old` with `patch` applied, when whoever has `access` holds all that it gains.
fn apply(access: &Access, old: &role::Model, patch: &RolePatch) -> Result<role::Model> {
    let mut new = old.clone();
    if let Some(name) = &patch.name {
        new.name = draft::name(name)?;
    }
    if let Some(codes) = &patch.permissions {
        let permissions = draft::permissions(codes)?;
        access
            .require_held(permissions.without(held(old)))
            .map_err(|error| error.at(&["permissions"]))?;
        new.permissions = draft::stored(permissions);
    }
    Ok(new)
}

fn held(row: &role::Model) -> PermissionSet {
    PermissionSet::of_codes(row.permissions.split(' '))
}

/// The organization's own role called `key`.
pub(super) async fn own_in_tx(
    tx: &impl ConnectionTrait,
    organization: OrganizationId,
    key: &str,
) -> Result<role::Model> {
    if let Some(system) = system_role(key) {
        let key = system.key.clone().into_owned();
        return Err(RoleError::System { key }.into());
    }
    role::Entity::find_in(organization)
        .filter(role::Column::Key.eq(key))
        .one(tx)
        .await?
        .ok_or_else(|| Error::not_found("The role"))
}
