//! Roles in the graph: the system's and those of an organization's own.

mod loaders;
pub mod mutation;
#[cfg(test)]
mod tests;

use async_graphql::{ComplexObject, Context, SimpleObject};
use bursar_entities::ids::OrganizationId;

pub(crate) use loaders::RoleLoaders;
pub use mutation::RoleMutation;

use super::context::RequestContext;
use crate::domain::access::{self, Permission, PermissionSet, Standing, system_role};
use crate::error::Error;

/// A named set of permissions that members of an organization are given.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Role {
    #[graphql(skip)]
    organization: OrganizationId,
    #[graphql(skip)]
    held: PermissionSet,
    #[graphql(skip)]
    can_be_given: bool,
    /// Stable key, such as `org_admin`; what `roleKey` takes.
    key: String,
    /// Display name.
    name: String,
    /// The codes of the permissions that it holds in the whole organization.
    permissions: Vec<&'static str>,
    /// The codes of the permissions that it holds in the projects that are named when it is given, and in what lies below
    /// them. Not empty for `project_admin` and `project_member` only, which take `projectIds`.
    project_permissions: Vec<&'static str>,
    /// Whether it is the same in every organization, and never changes.
    is_system: bool,
    /// Grows with each update; quote it as `expectedVersion`. Null for a system role.
    version: Option<i32>,
}

#[ComplexObject]
impl Role {
    /// Whether the viewer may give it, by invitation or to a member: nobody grants what they do not hold, and the owner's
    /// role changes hands by `transferOrganizationOwnership` only.
    pub(crate) async fn viewer_can_give(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let standing = self.standing(ctx).await?;
        let gives = [Permission::MembersInvite, Permission::MembersUpdateRole];
        Ok(self.can_be_given
            && gives.iter().any(|gives| standing.allows(*gives))
            && self.held.without(standing.permissions()).is_empty())
    }

    /// Whether the viewer may change it.
    async fn viewer_can_update(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let standing = self.standing(ctx).await?;
        Ok(!self.is_system && standing.allows(Permission::PermissionsManage))
    }

    /// Whether the viewer may delete it, once nobody has it.
    async fn viewer_can_delete(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        self.viewer_can_update(ctx).await
    }
}

impl Role {
    /// Of `organization`.
    pub(super) fn of(organization: OrganizationId, role: access::Role) -> Self {
        Self {
            organization,
            held: role.permissions.and(role.in_projects),
            can_be_given: role.can_be_given(),
            is_system: role.is_system(),
            permissions: role.permissions.codes(),
            project_permissions: role.in_projects.codes(),
            version: role.version,
            key: role.key.into_owned(),
            name: role.name.into_owned(),
        }
    }

    /// The role that a row of `organization` names. One that has been deleted since, as a closed invitation may name,
    /// holds nothing.
    pub(super) async fn named(
        ctx: &Context<'_>,
        organization: OrganizationId,
        key: &str,
    ) -> async_graphql::Result<Self> {
        if let Some(role) = system_role(key) {
            return Ok(Self::of(organization, role.clone()));
        }
        let named = &ctx.loaders().roles.named;
        let role = named.load((organization, key.to_owned())).await?;
        Ok(Self::of(organization, role.unwrap_or_else(|| gone(key))))
    }

    async fn standing(&self, ctx: &Context<'_>) -> async_graphql::Result<Standing> {
        standing(ctx, self.organization).await
    }
}

/// What is left to say of a role that has been deleted.
fn gone(key: &str) -> access::Role {
    access::Role {
        key: key.to_owned().into(),
        name: key.to_owned().into(),
        permissions: PermissionSet::NONE,
        in_projects: PermissionSet::NONE,
        version: Some(0),
    }
}

/// What the viewer may do in `organization`; for somebody who has just left it, nothing.
pub(super) async fn standing(
    ctx: &Context<'_>,
    organization: OrganizationId,
) -> async_graphql::Result<Standing> {
    let standings = &ctx.loaders().organizations.standings;
    let found = standings.load(organization).await?;
    Ok(found.unwrap_or(Standing::Member(PermissionSet::NONE)))
}

/// All roles of an organization.
pub(super) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
) -> async_graphql::Result<Vec<Role>> {
    let roles = &ctx.loaders().roles.of_organizations;
    let roles = roles.load(organization).await?;
    let roles = roles.ok_or_else(|| Error::forbidden(Permission::MembersList.code()))?;
    let role = |role| Role::of(organization, role);
    Ok(roles.into_iter().map(role).collect())
}
