//! The same question as [`super::authorize`] about many organizations at once, for lists and loaders.

use std::collections::HashMap;

use bursar_entities::ids::OrganizationId;
use bursar_entities::{membership, organization};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Permission, PermissionSet, held};
use crate::actor::{Actor, Identity};
use crate::error::{Error, Result};

/// What an actor is in an organization that it may see.
#[derive(Clone, Copy, Debug)]
pub enum Standing {
    /// Runs the platform, and may do everything.
    Platform,
    /// A member, or an API key, who may do this.
    Member(PermissionSet),
}

impl Standing {
    /// Whether the actor may use `permission`.
    #[must_use]
    pub const fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(permission)
    }

    /// All that the actor may do.
    #[must_use]
    pub const fn permissions(self) -> PermissionSet {
        match self {
            Self::Platform => PermissionSet::ALL,
            Self::Member(permissions) => permissions,
        }
    }
}

/// What `actor` is in each of `organizations`, in a constant number of statements. Those that do not exist, or that
/// are another tenant's, are absent; deleted ones exist for those who run the platform.
///
/// # Errors
/// `UNAUTHENTICATED` without an identity.
pub async fn standings(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Standing>> {
    actor.require_identity()?;
    let existing = organization::Entity::find()
        .select_only()
        .column(organization::Column::Id)
        .filter(organization::Column::Id.is_in(organizations.iter().copied()));
    let kept = existing
        .clone()
        .filter(organization::Column::DeletedAt.is_null());
    actor.require_identity()?;
    match &actor.identity {
        Identity::User(user) if !user.is_system_admin => {
            let rows = membership::Entity::find()
                .filter(membership::Column::UserId.eq(user.id))
                .filter(membership::Column::OrganizationId.in_subquery(kept.into_query()))
                .all(connection)
                .await?;
            let held = held(connection, rows).await?.into_iter();
            Ok(held
                .map(|(row, permissions)| (row.organization_id, Standing::Member(permissions)))
                .collect())
        }
        Identity::ApiKey(key) => {
            let own = kept.filter(organization::Column::Id.eq(key.scope.organization));
            let ids: Vec<OrganizationId> = own.into_tuple().all(connection).await?;
            let standing = Standing::Member(key.scope.permissions);
            Ok(ids.into_iter().map(|id| (id, standing)).collect())
        }
        Identity::User(_) | Identity::System => {
            let ids: Vec<OrganizationId> = existing.into_tuple().all(connection).await?;
            Ok(ids.into_iter().map(|id| (id, Standing::Platform)).collect())
        }
        Identity::Anonymous | Identity::Unconfirmed(_) => Err(Error::unauthenticated()),
    }
}

/// Those of `organizations` in which `actor` may use `permission`.
///
/// # Errors
/// As [`standings`].
pub async fn allowed(
    connection: &impl ConnectionTrait,
    actor: &Actor,
    organizations: &[OrganizationId],
    permission: Permission,
) -> Result<Vec<OrganizationId>> {
    let standings = standings(connection, actor, organizations).await?;
    Ok(standings
        .into_iter()
        .filter(|(_, standing)| standing.allows(permission))
        .map(|(organization, _)| organization)
        .collect())
}
