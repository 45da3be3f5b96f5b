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
use super::resources::{self, Resource};
use super::roles::{Role, standing};
use super::scalars::id;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::{OWNER, Permission};
use crate::domain::members;
use crate::domain::paging::{PageArguments, PageRequest};
use crate::error::{Error, Result};

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
    async fn role(&self, ctx: &Context<'_>) -> async_graphql::Result<Role> {
        Role::named(ctx, self.model.organization_id, &self.model.role_key).await
    }

    /// The projects that the role is about; empty for a role that is about the whole organization.
    async fn projects(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Resource>> {
        let projects = &ctx.loaders().members.projects;
        let ids = projects.load(self.model.id).await?.unwrap_or_default();
        resources::visible(ctx, ids).await
    }

    /// The organization.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let organizations = &ctx.loaders().organizations.organizations;
        Ok(organizations
            .require(self.model.organization_id)
            .await?
            .into())
    }

    /// Whether the viewer may give the member another role. The owner's changes hands by
    /// `transferOrganizationOwnership` only.
    async fn viewer_can_update_role(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let standing = standing(ctx, self.model.organization_id).await?;
        Ok(!self.is_owner() && standing.allows(Permission::MembersUpdateRole))
    }

    /// Whether the viewer may end the membership: everybody their own, but the owner.
    async fn viewer_can_remove(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let standing = standing(ctx, self.model.organization_id).await?;
        let is_own = ctx
            .actor()
            .user()
            .is_ok_and(|user| user.id == self.model.user_id);
        Ok(!self.is_owner() && (is_own || standing.allows(Permission::MembersRemove)))
    }
}

impl Membership {
    fn is_owner(&self) -> bool {
        self.model.role_key == OWNER
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
    async fn role(&self, ctx: &Context<'_>) -> async_graphql::Result<Role> {
        Role::named(ctx, self.model.organization_id, &self.model.role_key).await
    }

    /// The projects that the role will be about; empty for a role that is about the whole organization.
    async fn projects(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Resource>> {
        let projects = &ctx.loaders().members.invitation_projects;
        let ids = projects.load(self.model.id).await?.unwrap_or_default();
        resources::visible(ctx, ids).await
    }

    /// Where it is in its life.
    async fn status(&self, ctx: &Context<'_>) -> InvitationStatus {
        members::invitation_status(&self.model, ctx.app().now()).into()
    }

    /// Whether the viewer may send it again; its role must not hold what they do not.
    async fn viewer_can_resend(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        if !self.viewer_can_revoke(ctx).await? {
            return Ok(false);
        }
        self.role(ctx).await?.viewer_can_give(ctx).await
    }

    /// Whether the viewer may take it back.
    async fn viewer_can_revoke(&self, ctx: &Context<'_>) -> async_graphql::Result<bool> {
        let is_open = self.model.accepted_at.is_none() && self.model.revoked_at.is_none();
        let standing = standing(ctx, self.model.organization_id).await?;
        Ok(is_open && standing.allows(Permission::MembersInvite))
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

/// Forgets what a mutation may have changed of who belongs to an organization, and as what.
pub(super) async fn forget_people(ctx: &Context<'_>) {
    let loaders = ctx.loaders();
    loaders.members.forget_all().await;
    loaders.roles.forget_all().await;
    loaders.organizations.standings.forget_all().await;
    loaders.organizations.member_counts.forget_all().await;
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
