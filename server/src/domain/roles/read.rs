//! The roles of many organizations at once.

use std::collections::HashMap;

use bursar_entities::ids::OrganizationId;
use bursar_entities::role;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{
    Permission, Role, RoleName, SYSTEM_ROLES, allowed, roles_named, standings,
};
use crate::error::Result;

/// All roles of each of these organizations: the system's, then their own by name. Those whose members the caller may
/// not list are absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn of_organizations(
    app: &App,
    actor: &Actor,
    ids: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Vec<Role>>> {
    let seen = allowed(app.db.reader(), actor, ids, Permission::MembersList).await?;
    let rows = role::Entity::find()
        .filter(role::Column::OrganizationId.is_in(seen.iter().copied()))
        .order_by_asc(role::Column::Name)
        .order_by_asc(role::Column::Id)
        .all(app.db.reader())
        .await?;
    let mut all: HashMap<OrganizationId, Vec<Role>> = seen
        .into_iter()
        .map(|id| (id, SYSTEM_ROLES.to_vec()))
        .collect();
    for row in rows {
        if let Some(roles) = all.get_mut(&row.organization_id) {
            roles.push(row.into());
        }
    }
    Ok(all)
}

/// The roles called so, in organizations that the caller may see; what names none any more is absent.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn named(
    app: &App,
    actor: &Actor,
    names: &[RoleName],
) -> Result<HashMap<RoleName, Role>> {
    let ids: Vec<OrganizationId> = names.iter().map(|(id, _)| *id).collect();
    let seen = standings(app.db.reader(), actor, &ids).await?;
    let visible = names.iter().filter(|(id, _)| seen.contains_key(id));
    let names: Vec<RoleName> = visible.cloned().collect();
    roles_named(app.db.reader(), &names).await
}
