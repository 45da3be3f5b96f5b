//! What members may do: the system roles are known, and roles of an organization's own are read, those of any number of
//! members in one statement.

use std::collections::{HashMap, HashSet};

use bursar_entities::ids::OrganizationId;
use bursar_entities::{membership, role};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{PermissionSet, Role, system_role};
use crate::error::Result;

/// A role by its organization and key.
pub type RoleName = (OrganizationId, String);

/// The roles called so; what names none is absent. One statement, or none when all are system roles.
///
/// # Errors
/// When the database cannot be read.
pub async fn roles_named(
    connection: &impl ConnectionTrait,
    names: &[RoleName],
) -> Result<HashMap<RoleName, Role>> {
    let mut found: HashMap<RoleName, Role> = HashMap::new();
    let (mut organizations, mut keys) = (HashSet::new(), HashSet::new());
    for name in names {
        if let Some(role) = system_role(&name.1) {
            found.insert(name.clone(), role.clone());
        } else {
            organizations.insert(name.0);
            keys.insert(name.1.as_str());
        }
    }
    if !keys.is_empty() {
        let rows = role::Entity::find()
            .filter(role::Column::OrganizationId.is_in(organizations))
            .filter(role::Column::Key.is_in(keys))
            .all(connection)
            .await?;
        let entry = |row: role::Model| ((row.organization_id, row.key.clone()), row.into());
        found.extend(rows.into_iter().map(entry));
    }
    Ok(found)
}

/// The role called `key` in `organization`.
///
/// # Errors
/// When the database cannot be read.
pub async fn role_named(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    key: &str,
) -> Result<Option<Role>> {
    let name = (organization, key.to_owned());
    Ok(roles_named(connection, std::slice::from_ref(&name))
        .await?
        .remove(&name))
}

/// Each of `memberships` with what it lets the member do. One statement, or none when all have system roles.
///
/// # Errors
/// When the database cannot be read.
pub async fn held(
    connection: &impl ConnectionTrait,
    memberships: Vec<membership::Model>,
) -> Result<Vec<(membership::Model, PermissionSet)>> {
    let own = memberships
        .iter()
        .filter(|row| system_role(&row.role_key).is_none());
    let names: Vec<RoleName> = own
        .map(|row| (row.organization_id, row.role_key.clone()))
        .collect();
    let roles = if names.is_empty() {
        HashMap::new()
    } else {
        roles_named(connection, &names).await?
    };
    let permissions = |row: &membership::Model| {
        if let Some(role) = system_role(&row.role_key) {
            return role.permissions;
        }
        let name = (row.organization_id, row.role_key.clone());
        roles
            .get(&name)
            .map_or(PermissionSet::NONE, |role| role.permissions)
    };
    Ok(memberships
        .into_iter()
        .map(|row| {
            let held = permissions(&row);
            (row, held)
        })
        .collect())
}
