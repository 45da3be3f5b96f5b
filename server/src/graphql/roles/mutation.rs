//! Defining, changing and deleting roles of an organization's own.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::ids::OrganizationId;

use super::Role;
use crate::domain::access;
use crate::domain::roles::{self, NewRole, RolePatch};
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::members::forget_people;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

/// A new role.
#[derive(InputObject)]
pub struct CreateRoleInput {
    /// The organization.
    organization_id: ID,
    /// What the role is given by: 1 to 64 small letters, digits, hyphens and underscores, unlike those of system roles.
    /// It never changes. Derived from the name when absent.
    key: Option<String>,
    /// Display name, 1 to 100 characters.
    name: String,
    /// The codes of the permissions that it holds, each of which the viewer must hold.
    permissions: Vec<String>,
}

/// A partial change of a role: fields that are absent stay.
#[derive(InputObject)]
pub struct UpdateRoleInput {
    /// The organization.
    organization_id: ID,
    /// The role's key.
    role_key: String,
    /// The `version` that the change was made from; another one is a `CONFLICT`, never an overwrite.
    expected_version: i32,
    /// Display name, 1 to 100 characters.
    name: Option<String>,
    /// The codes of all permissions that it holds from now on. The viewer must hold those that it gains.
    permissions: Option<Vec<String>>,
}

/// Which role is deleted.
#[derive(InputObject)]
pub struct DeleteRoleInput {
    /// The organization.
    organization_id: ID,
    /// The role's key.
    role_key: String,
}

macro_rules! role_payload {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Debug, SimpleObject)]
        pub struct $name {
            /// The role as it is now.
            role: Option<Role>,
            /// Why nothing was done.
            user_errors: Vec<UserError>,
        }

        impl Payload for $name {
            type Outcome = (OrganizationId, access::Role);

            fn done((organization, role): Self::Outcome) -> Self {
                Self {
                    role: Some(Role::of(organization, role)),
                    user_errors: Vec::new(),
                }
            }

            fn refused(user_errors: Vec<UserError>) -> Self {
                Self {
                    role: None,
                    user_errors,
                }
            }
        }
    )*};
}

role_payload! {
    /// What came of defining a role.
    CreateRolePayload;
    /// What came of changing a role.
    UpdateRolePayload;
}

/// What came of deleting a role.
#[derive(Debug, SimpleObject)]
pub struct DeleteRolePayload {
    /// The key of the role that is gone.
    deleted_role_key: Option<String>,
    /// Why nothing was done.
    user_errors: Vec<UserError>,
}

impl Payload for DeleteRolePayload {
    type Outcome = String;

    fn done(outcome: String) -> Self {
        Self {
            deleted_role_key: Some(outcome),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            deleted_role_key: None,
            user_errors,
        }
    }
}

/// Roles of organizations' own.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Defines a role that members can be given. Needs `org.permissions.manage`; nobody grants what they do not hold.
    async fn create_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new role.")] input: CreateRoleInput,
    ) -> async_graphql::Result<CreateRolePayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let organization = parse_id(&input.organization_id, "The organization")?;
        let new = NewRole {
            key: input.key,
            name: input.name,
            permissions: input.permissions,
        };
        let outcome = roles::create_role(app, actor, organization, new).await;
        forget_people(ctx).await;
        settle(outcome.map(|role| (organization, role)))
    }

    /// Changes a role; its holders may do what it says from that moment. Needs `org.permissions.manage`.
    async fn update_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateRoleInput,
    ) -> async_graphql::Result<UpdateRolePayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let organization = parse_id(&input.organization_id, "The organization")?;
        let patch = RolePatch {
            name: input.name,
            permissions: input.permissions,
        };
        let (key, expected) = (&input.role_key, input.expected_version);
        let outcome = roles::update_role(app, actor, organization, key, expected, &patch).await;
        forget_people(ctx).await;
        settle(outcome.map(|role| (organization, role)))
    }

    /// Deletes a role that no member has and no open invitation promises. Needs `org.permissions.manage`.
    async fn delete_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: DeleteRoleInput,
    ) -> async_graphql::Result<DeleteRolePayload> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let organization = parse_id(&input.organization_id, "The organization")?;
        let outcome = roles::delete_role(app, actor, organization, &input.role_key).await;
        forget_people(ctx).await;
        let deleted: Result<String> = outcome.map(|()| input.role_key);
        settle(deleted)
    }
}
