//! Defining a role.

use bursar_entities::ids::OrganizationId;
use bursar_entities::role;
use sea_orm::{EntityTrait, IntoActiveModel};

use super::error::MOST;
use super::{RoleError, draft};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{Access, Permission, Role, authorize_change};
use crate::domain::audit::{Entry, append_in_tx};
use crate::domain::quotas;
use crate::error::Result;

/// What a new role is made of.
#[derive(Clone, Debug, Default)]
pub struct NewRole {
    /// What it is given by; derived from the name when absent.
    pub key: Option<String>,
    /// Display name.
    pub name: String,
    /// The codes of the permissions that it holds.
    pub permissions: Vec<String>,
}

/// Defines a role that members of `organization` can be given.
///
/// # Errors
/// As [`authorize_change`] for `org.permissions.manage`; `FORBIDDEN` when it holds a permission that the caller does
/// not; `VALIDATION` for a malformed field; `CONFLICT` when the key is taken; `LIMIT_REACHED` beyond a hundred roles.
pub async fn create_role(
    app: &App,
    actor: &Actor,
    organization: OrganizationId,
    input: NewRole,
) -> Result<Role> {
    actor.require_identity()?;
    let tx = app.db.begin().await?;
    quotas::lock_in_tx(&*tx, organization).await?;
    let access = authorize_change(&*tx, actor, organization, Permission::PermissionsManage).await?;
    let others = role::Entity::find_in(organization).all(&*tx).await?;
    let taken: Vec<String> = others.into_iter().map(|row| row.key).collect();
    let row = drafted(app, &access, input, &taken)?;
    role::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*tx)
        .await?;
    let entry = Entry::new("role_created", "role")
        .organization(organization)
        .resource(row.id.0, &row.name)
        .value("key", row.key.as_str())
        .value("name", row.name.as_str())
        .value("permissions", row.permissions.as_str());
    append_in_tx(&*tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row.into())
}

/// The row that `input` asks for, beside roles with the keys `taken`.
fn drafted(app: &App, access: &Access, input: NewRole, taken: &[String]) -> Result<role::Model> {
    let name = draft::name(&input.name)?;
    let permissions = draft::permissions(&input.permissions)?;
    access
        .require_held(permissions)
        .map_err(|error| error.at(&["permissions"]))?;
    let key = match input.key {
        Some(key) => draft::key(&key)?,
        None => draft::derive_key(&name, taken),
    };
    if taken.contains(&key) {
        return Err(RoleError::Taken { key }.into());
    }
    if taken.len() >= MOST {
        return Err(RoleError::TooMany.into());
    }
    Ok(role::Model {
        id: app.new_id(),
        organization_id: access.organization.id,
        key,
        name,
        permissions: draft::stored(permissions),
        version: 1,
        created_at: app.now(),
        updated_at: app.now(),
    })
}
