//! The fields of an organization that are loaded when they are asked for, each for all organizations of a response at
//! once.

use async_graphql::{ComplexObject, Context};

use super::{Ability, AccessMode, Organization};
use crate::domain::access::{Permission, Standing};
use crate::domain::paging::PageArguments;
use crate::error::Error;
use crate::graphql::api_keys::{self, ApiKey};
use crate::graphql::audit::{self, AuditEntry};
use crate::graphql::connections::{self, ConnectedService, ConnectionKind};
use crate::graphql::context::RequestContext;
use crate::graphql::identity::User;
use crate::graphql::members::{self, Invitation, Membership};
use crate::graphql::pagination::List;
use crate::graphql::quotas::{self, Quota, UsageGranularity, UsagePoint, UsageRangeInput};
use crate::graphql::resources::{self, Resource};
use crate::graphql::roles::{self, Role};
use crate::graphql::scalars::JsonObject;
use crate::graphql::subscriptions::{self, PlanSubscription};

#[ComplexObject]
impl Organization {
    // --- itself

    /// Settings. Needs `org.settings.view`.
    async fn settings(&self, ctx: &Context<'_>) -> async_graphql::Result<JsonObject> {
        if !self.standing(ctx).await?.allows(Permission::SettingsView) {
            return Err(Error::forbidden(Permission::SettingsView.code()).into());
        }
        Ok(JsonObject(
            self.model.settings.as_object().cloned().unwrap_or_default(),
        ))
    }

    /// The one member who owns it.
    async fn owner(&self, ctx: &Context<'_>) -> async_graphql::Result<User> {
        let users = &ctx.loaders().identity.users;
        Ok(users.require(self.model.owner_id).await?.into())
    }

    /// What it may do at the moment.
    async fn access_mode(&self, ctx: &Context<'_>) -> async_graphql::Result<AccessMode> {
        let modes = &ctx.loaders().organizations.access_modes;
        Ok(modes.require(self.model.id).await?.into())
    }

    /// Every permission, and whether the viewer may use it here.
    async fn abilities(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Ability>> {
        let standing = self.standing(ctx).await?;
        Ok(Permission::ALL
            .iter()
            .map(|permission| Ability {
                permission: permission.code(),
                allowed: standing.allows(*permission),
            })
            .collect())
    }

    // --- members

    /// The roles that members can have: the system's, then its own by name. Needs `org.members.list`.
    async fn roles(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Role>> {
        roles::of_organization(ctx, self.model.id).await
    }

    /// How many members it has; invitations are not counted.
    async fn member_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let counts = &ctx.loaders().organizations.member_counts;
        let count = counts.require(self.model.id).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Its members, in the order of joining. Needs `org.members.list`.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<Membership>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        members::members_of(ctx, self.model.id, &arguments).await
    }

    /// The invitations that it has sent, newest first. Needs `org.members.list`.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<Invitation>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        members::invitations_of(ctx, self.model.id, &arguments).await
    }

    // --- API keys

    /// Its API keys, newest first, revoked ones included. Needs `org.api_keys.manage`.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<ApiKey>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        api_keys::of_organization(ctx, self.model.id, &arguments).await
    }

    // --- connections

    /// Its connections to the services of others, in the order of their creation: those of the kinds that the viewer may
    /// see, such as with `org.storage.list`. A kind that they may not see is `FORBIDDEN` when it is asked for.
    async fn connections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this kind.")] kind: Option<ConnectionKind>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<ConnectedService>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        connections::of_organization(ctx, self.model.id, kind, &arguments).await
    }

    // --- subscription

    /// Its subscription to a plan. Needs `org.billing.view`.
    async fn subscription(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PlanSubscription>> {
        subscriptions::of_organization(ctx, self.model.id).await
    }

    // --- quotas

    /// How it stands with every meter, in the order of display. Needs `org.quota.view`.
    async fn quotas(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Quota>> {
        quotas::of_organization(ctx, self.model.id).await
    }

    /// How it stands with one meter; null when there is no such meter. Needs `org.quota.view`.
    async fn quota(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meter's key, such as `storage.bytes`.")] meter: String,
    ) -> async_graphql::Result<Option<Quota>> {
        quotas::one_of_organization(ctx, self.model.id, &meter).await
    }

    /// What became of a meter in each period of a range, oldest first, without gaps; exact up to this moment. Needs
    /// `org.quota.view`.
    async fn usage_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meter's key, such as `storage.bytes`.")] meter: String,
        #[graphql(desc = "The range; the periods at its ends are given whole.")]
        range: UsageRangeInput,
        #[graphql(desc = "How long the periods are.")] granularity: UsageGranularity,
    ) -> async_graphql::Result<Vec<UsagePoint>> {
        quotas::history_of(ctx, self.model.id, meter, range, granularity).await
    }

    // --- resources

    /// Its active resources, oldest first. Needs `org.resources.list`.
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this kind, by key.")] kind: Option<String>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<Resource>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        resources::of_organization(ctx, self.model.id, kind, arguments).await
    }

    /// How many active resources of a kind it has. A kind that the catalog does not have is `NOT_FOUND`.
    async fn resource_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The kind's key, such as `environment`.")] kind: String,
    ) -> async_graphql::Result<i32> {
        let counts = &ctx.loaders().organizations.resource_counts;
        let count = counts.require((self.model.id, kind)).await?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    // --- audit

    /// Its audit log, newest first. Needs `org.audit.view`.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<List<AuditEntry>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        audit::entries(ctx, audit::of_organization(self.model.id), arguments).await
    }
}

impl Organization {
    /// What the viewer is here.
    async fn standing(&self, ctx: &Context<'_>) -> async_graphql::Result<Standing> {
        let standings = &ctx.loaders().organizations.standings;
        standings.require(self.model.id).await
    }
}
