//! Members and invitations in the graph.

mod loaders;
pub mod mutation;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use bursar_entities::ids::{InvitationId, MembershipId, OrganizationId};
use bursar_entities::{invitation, membership};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

pub(crate) use loaders::MemberLoaders;
pub use mutation::MemberMutation;

use super::context::RequestContext;
use super::identity::User;
use super::loaders::SetLoader;
use super::organizations::Organization;
use super::pagination::{List, list};
use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{self, Permission};
use crate::domain::members;
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::{Error, Result};

/// A named set of permissions.
#[derive(Clone, Debug, SimpleObject)]
pub struct Role {
    /// Stable key, such as `org_admin`.
    key: &'static str,
    /// Display name.
    name: &'static str,
    /// The codes of the permissions that it holds.
    permissions: Vec<&'static str>,
}

impl Role {
    fn of(key: &str) -> async_graphql::Result<Self> {
        let role = access::role(key)
            .ok_or_else(|| Error::internal(format!("a row names the unknown role {key}")))?;
        Ok(Self {
            key: role.key,
            name: role.name,
            permissions: role.codes(),
        })
    }
}

/// That a user belongs to an organization.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Membership {
    #[graphql(skip)]
    model: membership::Model,
    /// The membership's id.
    pub(super) id: ID,
    /// When the user joined.
    created_at: DateTime<Utc>,
}

#[ComplexObject]
impl Membership {
    /// The member.
    async fn user(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        let users = &ctx.loaders().identity.users;
        Ok(users.require(self.model.user_id).await?.into())
    }

    /// The member's role.
    #[expect(clippy::unused_async, reason = "resolvers are async")]
    async fn role(&self) -> async_graphql::Result<Role> {
        Role::of(&self.model.role_key)
    }

    /// The organization.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let organizations = &ctx.loaders().organizations.organizations;
        Ok(organizations
            .require(self.model.organization_id)
            .await?
            .into())
    }
}

impl From<membership::Model> for Membership {
    fn from(model: membership::Model) -> Self {
        Self {
            id: id(model.id),
            created_at: model.created_at,
            model,
        }
    }
}

/// Where an invitation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "members::InvitationStatus")]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// It has been accepted.
    Accepted,
    /// It was taken back, or replaced after it had expired.
    Revoked,
    /// It is too old.
    Expired,
}

/// An invitation of somebody by email. It counts against the members quota while it is pending.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Invitation {
    #[graphql(skip)]
    model: invitation::Model,
    /// The invitation's id.
    pub(super) id: ID,
    /// The invited address, in small letters.
    email: String,
    /// When it stops being good.
    expires_at: DateTime<Utc>,
    /// When it was sent.
    created_at: DateTime<Utc>,
}

#[ComplexObject]
impl Invitation {
    /// The role that the invited person will have.
    #[expect(clippy::unused_async, reason = "resolvers are async")]
    async fn role(&self) -> async_graphql::Result<Role> {
        Role::of(&self.model.role_key)
    }

    /// Where it is in its life.
    async fn status(&self, ctx: &Context<'_>) -> InvitationStatus {
        members::invitation_status(&self.model, ctx.app().now()).into()
    }
}

impl From<invitation::Model> for Invitation {
    fn from(model: invitation::Model) -> Self {
        Self {
            id: id(model.id),
            email: model.email.clone(),
            expires_at: model.expires_at,
            created_at: model.created_at,
            model,
        }
    }
}

/// A page of the members of an organization.
pub(super) async fn members_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    arguments: &PageArguments,
) -> async_graphql::Result<List<Membership>> {
    let request = PageRequest::new(arguments)?;
    let pages = &ctx.loaders().members.members;
    let page = pages
        .load((organization, request))
        .await?
        .ok_or_else(cannot_list)?;
    let total = total(&ctx.loaders().organizations.member_counts, organization);
    Ok(list(
        page,
        |row| row.id,
        Membership::from,
        move |_, _| total.clone().count(),
    ))
}

/// A page of the invitations of an organization.
pub(super) async fn invitations_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    arguments: &PageArguments,
) -> async_graphql::Result<List<Invitation>> {
    let request = PageRequest::new(arguments)?;
    let pages = &ctx.loaders().members.invitations;
    let page = pages
        .load((organization, request))
        .await?
        .ok_or_else(cannot_list)?;
    let total = total(&ctx.loaders().members.invitation_counts, organization);
    Ok(list(
        page,
        |row| row.id,
        Invitation::from,
        move |_, _| total.clone().count(),
    ))
}

fn cannot_list() -> Error {
    Error::forbidden(Permission::MembersList.code())
}

/// The length of one organization's list, counted together with those of its siblings.
#[derive(Clone)]
struct Total {
    counts: Arc<SetLoader<OrganizationId, i64>>,
    organization: OrganizationId,
}

fn total(counts: &Arc<SetLoader<OrganizationId, i64>>, organization: OrganizationId) -> Total {
    Total {
        counts: Arc::clone(counts),
        organization,
    }
}

impl Total {
    fn count(self) -> futures_util::future::BoxFuture<'static, Result<u64>> {
        async move {
            let count = self.counts.load(self.organization).await;
            let count = count.map_err(Error::internal)?.unwrap_or_default();
            Ok(u64::try_from(count).unwrap_or_default())
        }
        .boxed()
    }
}

/// The memberships among `ids`, for `node` and `nodes`.
pub(crate) async fn membership_nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, Membership>> {
    let ids: Vec<MembershipId> = ids.iter().copied().map(MembershipId).collect();
    let found = members::memberships_by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}

/// The invitations among `ids`, for `node` and `nodes`.
pub(crate) async fn invitation_nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, Invitation>> {
    let ids: Vec<InvitationId> = ids.iter().copied().map(InvitationId).collect();
    let found = members::invitations_by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
