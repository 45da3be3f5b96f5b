//! What deleting an organization would mean.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::Organization;
use super::blocker::DeletionBlocker;
use crate::domain::organizations::{self, Impact};
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::parse_id;

/// How many active resources of a kind a deletion would take.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeletionImpactResources {
    /// The kind's key, such as `project`.
    kind: String,
    /// How many.
    count: i32,
}

/// What deleting an organization now would take with it, and what stands in the way.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeletionImpact {
    /// The organization.
    organization: Organization,
    /// What `deleteOrganization` wants to have typed: the slug.
    confirmation: String,
    /// Members, the owner included.
    members: i32,
    /// Invitations that have been neither accepted nor revoked.
    pending_invitations: i32,
    /// Active resources by kind; kinds without any are left out.
    resources: Vec<DeletionImpactResources>,
    /// API keys that work.
    api_keys: i32,
    /// Roles of the organization's own.
    roles: i32,
    /// Reservations that hold quota.
    reservations: i32,
    /// Add-ons on the subscription.
    add_ons: i32,
    /// Overrides and grants of quota.
    special_limits: i32,
    /// What must be settled first; without any, the organization can be deleted.
    blockers: Vec<DeletionBlocker>,
    /// Until when a system admin could restore it; then it is removed for good.
    purge_at: DateTime<Utc>,
}

impl From<Impact> for DeletionImpact {
    fn from(impact: Impact) -> Self {
        let count = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
        let of_kind = |(kind, number): (String, i64)| DeletionImpactResources {
            kind,
            count: i32::try_from(number).unwrap_or(i32::MAX),
        };
        Self {
            confirmation: impact.organization.slug.clone(),
            organization: impact.organization.into(),
            members: count(impact.members),
            pending_invitations: count(impact.pending_invitations),
            resources: impact.resources.into_iter().map(of_kind).collect(),
            api_keys: count(impact.api_keys),
            roles: count(impact.roles),
            reservations: count(impact.reservations),
            add_ons: count(impact.add_ons),
            special_limits: count(impact.special_limits),
            blockers: impact.blockers.iter().map(Into::into).collect(),
            purge_at: impact.purge_at,
        }
    }
}

/// What a deletion would mean.
#[derive(Clone, Copy, Debug, Default)]
pub struct LifecycleQuery;

#[Object]
impl LifecycleQuery {
    /// What deleting an organization now would take with it, and what stands in the way. Needs `org.delete`.
    async fn deletion_impact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization.")] organization_id: ID,
    ) -> async_graphql::Result<DeletionImpact> {
        let (app, actor) = (ctx.app(), ctx.actor());
        actor.require_identity()?;
        let id = parse_id(&organization_id, "The organization")?;
        Ok(organizations::deletion_impact(app, actor, id).await?.into())
    }
}
