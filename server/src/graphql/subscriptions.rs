//! Subscriptions of organizations to plans in the graph. The type is `PlanSubscription` because `Subscription` is the
//! root of live streams.

mod add_ons;
mod mutation;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use bursar_entities::ids::{OrganizationId, PlanSubscriptionId, SubscriptionChangeId};
use bursar_entities::{enums, plan_subscription, subscription_add_on, subscription_change};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;

pub use add_ons::SubscriptionAddOn;
pub use mutation::{SetAddOnQuantityInput, SetAddOnQuantityPayload, SubscriptionMutation};

use super::catalog::{BillingInterval, Plan, PlanVersion};
use super::context::RequestContext;
use super::loaders::SetLoader;
use super::organizations::SubscriptionStatus;
use super::scalars::{CurrencyCode, Money, id};
use crate::actor::Actor;
use crate::app::App;
use crate::domain::access::Permission;
use crate::domain::subscriptions;
use crate::error::{Error, Result};

/// What happened to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::SubscriptionChangeKind")]
pub enum SubscriptionChangeKind {
    /// The organization's first plan.
    Started,
    /// A trial began.
    TrialStarted,
    /// A trial became a paid subscription.
    TrialConverted,
    /// Moved to a plan of a higher tier, or to a dearer one of the same tier.
    Upgraded,
    /// Moved to a plan of a lower tier, or to a cheaper one of the same tier.
    Downgraded,
    /// Cancelled: it ends with the period.
    Cancelled,
    /// Came back: a cancellation was taken back, or an ended subscription begun again.
    Reactivated,
    /// Other terms on the plan it has: interval, currency, price or version.
    TermsChanged,
    /// A payment failed.
    PaymentFailed,
    /// A missing payment arrived.
    PaymentRecovered,
    /// Suspended for missing payment or by a system admin.
    Suspended,
    /// Put to rest on request.
    Paused,
    /// Taken up again after a pause.
    Resumed,
    /// Ended.
    Expired,
    /// Put away some time after its end.
    Archived,
}

/// The subscription of an organization to a plan version (BIL-1).
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanSubscription {
    #[graphql(skip)]
    model: plan_subscription::Model,
    /// The subscription's id.
    pub(super) id: ID,
    /// Where it is in its life.
    status: SubscriptionStatus,
    /// How often it is charged.
    billing_interval: BillingInterval,
    /// What it is charged in.
    currency: CurrencyCode,
    /// What is charged per interval, before taxes; zero for a free plan. A trial shows what will be charged after it.
    price: Money,
    /// When the present period began.
    current_period_start: DateTime<Utc>,
    /// When the present period ends and the next begins.
    current_period_end: DateTime<Utc>,
    /// When the trial ends or ended; null when there was none.
    trial_ends_at: Option<DateTime<Utc>>,
    /// Whether it ends with the present period.
    cancel_at_period_end: bool,
    /// When it will end, once it is cancelled.
    cancel_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    cancelled_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl PlanSubscription {
    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> async_graphql::Result<Plan> {
        let plan = ctx
            .loaders()
            .catalog
            .plans
            .require(self.model.plan_id)
            .await?;
        Ok(plan.into())
    }

    /// The version of the plan that it is on and stays on until it is migrated.
    async fn plan_version(&self, ctx: &Context<'_>) -> async_graphql::Result<PlanVersion> {
        let versions = &ctx.loaders().catalog.versions;
        Ok(versions.require(self.model.plan_version_id).await?.into())
    }

    /// The add-ons on it, oldest first.
    async fn add_ons(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SubscriptionAddOn>> {
        let loader = &ctx.loaders().subscriptions.add_ons;
        let rows = loader.require(self.model.organization_id).await?;
        Ok(rows.into_iter().map(SubscriptionAddOn::from).collect())
    }

    /// What happened to it: the latest 200 changes, oldest first.
    async fn timeline(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SubscriptionChange>> {
        let key = (self.model.organization_id, self.model.id);
        let changes = ctx.loaders().subscriptions.timelines.require(key).await?;
        Ok(changes.into_iter().map(SubscriptionChange::from).collect())
    }
}

impl From<plan_subscription::Model> for PlanSubscription {
    fn from(model: plan_subscription::Model) -> Self {
        Self {
            id: id(model.id),
            status: model.status.into(),
            billing_interval: model.billing_interval.into(),
            currency: CurrencyCode(model.currency.clone()),
            price: Money::new(model.price_minor, &model.currency),
            current_period_start: model.current_period_start,
            current_period_end: model.current_period_end,
            trial_ends_at: model.trial_ends_at,
            cancel_at_period_end: model.cancel_at_period_end,
            cancel_at: model.cancel_at,
            cancelled_at: model.cancelled_at,
            model,
        }
    }
}

/// A line of a subscription's timeline.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SubscriptionChange {
    #[graphql(skip)]
    model: subscription_change::Model,
    /// The line's id.
    pub(super) id: ID,
    /// What happened.
    kind: SubscriptionChangeKind,
    /// The state before; null at the start.
    from_status: Option<SubscriptionStatus>,
    /// The state after.
    to_status: SubscriptionStatus,
    /// When it took place.
    occurred_at: DateTime<Utc>,
}

#[ComplexObject]
impl SubscriptionChange {
    /// The plan before; null at the start.
    #[graphql(name = "fromPlan")]
    async fn plan_before(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Plan>> {
        let Some(plan) = self.model.from_plan_id else {
            return Ok(None);
        };
        Ok(ctx
            .loaders()
            .catalog
            .plans
            .load(plan)
            .await?
            .map(Plan::from))
    }

    /// The plan after.
    #[graphql(name = "toPlan")]
    async fn plan_after(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Plan>> {
        let plan = self.model.to_plan_id;
        Ok(ctx
            .loaders()
            .catalog
            .plans
            .load(plan)
            .await?
            .map(Plan::from))
    }
}

impl From<subscription_change::Model> for SubscriptionChange {
    fn from(model: subscription_change::Model) -> Self {
        Self {
            id: id(model.id),
            kind: model.kind.into(),
            from_status: model.from_status.map(Into::into),
            to_status: model.to_status.into(),
            occurred_at: model.occurred_at,
            model,
        }
    }
}

/// Loaders of subscriptions.
pub(crate) struct SubscriptionLoaders {
    /// By organization; without an entry where the caller may not see the billing.
    pub(crate) of_organizations: SetLoader<OrganizationId, Option<plan_subscription::Model>>,
    /// The add-ons on the subscription of an organization.
    pub(crate) add_ons: SetLoader<OrganizationId, Vec<subscription_add_on::Model>>,
    /// Timelines, by organization and subscription.
    pub(crate) timelines:
        SetLoader<(OrganizationId, PlanSubscriptionId), Vec<subscription_change::Model>>,
}

impl SubscriptionLoaders {
    pub(crate) fn new(app: &App, actor: &Actor) -> Self {
        Self {
            of_organizations: SetLoader::new(app, actor, |app, actor, ids| {
                subscriptions::of_organizations(app, actor, ids).boxed()
            }),
            add_ons: SetLoader::new(app, actor, |app, actor, ids| {
                subscriptions::add_ons_of(app, actor, ids).boxed()
            }),
            timelines: SetLoader::new(app, actor, |app, actor, keys| {
                subscriptions::timelines(app, actor, keys).boxed()
            }),
        }
    }
}

/// The subscription of an organization that the caller can see; `FORBIDDEN` without `org.billing.view` in it.
pub(crate) async fn of_organization(
    ctx: &Context<'_>,
    organization: OrganizationId,
) -> async_graphql::Result<Option<PlanSubscription>> {
    let loader = &ctx.loaders().subscriptions.of_organizations;
    let subscription = loader
        .load(organization)
        .await?
        .ok_or_else(|| Error::forbidden(Permission::BillingView.code()))?;
    Ok(subscription.map(PlanSubscription::from))
}

/// The subscriptions among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, PlanSubscription>> {
    let ids: Vec<PlanSubscriptionId> = ids.iter().copied().map(PlanSubscriptionId).collect();
    let found = subscriptions::by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}

/// The lines of timelines among `ids`, for `node` and `nodes`.
pub(crate) async fn change_nodes(
    app: &App,
    actor: &Actor,
    ids: &[uuid::Uuid],
) -> Result<HashMap<uuid::Uuid, SubscriptionChange>> {
    let ids: Vec<SubscriptionChangeId> = ids.iter().copied().map(SubscriptionChangeId).collect();
    let found = subscriptions::changes_by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
