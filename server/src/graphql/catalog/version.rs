//! Versions of plans in the graph, with their prices and limits.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use bursar_entities::{plan_limit, plan_price, plan_version};
use chrono::{DateTime, Utc};

use super::beyond::{PlanGrace, PlanOverage};
use super::enums::{BillingInterval, OverQuotaPolicy, PlanVersionStatus};
use super::meter::Meter;
use super::plan::Plan;
use crate::domain::catalog;
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{CurrencyCode, Money, Quantity, id};

/// A version of a plan: trial, prices and limits, fixed forever once it is published.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanVersion {
    #[graphql(skip)]
    model: plan_version::Model,
    /// The version's id.
    pub(in crate::graphql) id: ID,
    /// 1, 2, 3 … within the plan.
    number: i32,
    /// Draft, published or archived.
    status: PlanVersionStatus,
    /// Length of the trial in days; 0 for none.
    trial_days: i32,
    /// When it was published; null for a draft.
    published_at: Option<DateTime<Utc>>,
    /// When it was begun.
    created_at: DateTime<Utc>,
}

#[ComplexObject]
impl PlanVersion {
    /// The plan.
    async fn plan(&self, ctx: &Context<'_>) -> async_graphql::Result<Plan> {
        Ok(ctx
            .loaders()
            .catalog
            .plans
            .require(self.model.plan_id)
            .await?
            .into())
    }

    /// One price per currency and interval. None at all means that the price is agreed with each customer.
    async fn prices(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PlanPrice>> {
        let rows = ctx
            .loaders()
            .catalog
            .prices
            .load(self.model.id)
            .await?
            .unwrap_or_default();
        Ok(rows.iter().map(|row| PlanPrice::new(row, &rows)).collect())
    }

    /// One limit per meter, in the order of display. A meter that is not among them is not part of the plan:
    /// nothing of it may be used.
    async fn limits(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PlanLimit>> {
        let rows = ctx
            .loaders()
            .catalog
            .limits
            .load(self.model.id)
            .await?
            .unwrap_or_default();
        Ok(rows.into_iter().map(PlanLimit::from).collect())
    }
}

impl From<plan_version::Model> for PlanVersion {
    fn from(model: plan_version::Model) -> Self {
        Self {
            id: id(model.id),
            number: model.number,
            status: model.status.into(),
            trial_days: model.trial_days,
            published_at: model.published_at,
            created_at: model.created_at,
            model,
        }
    }
}

/// What a plan version costs in a currency, per interval.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanPrice {
    /// The currency.
    currency: CurrencyCode,
    /// How often it is charged.
    interval: BillingInterval,
    /// What is charged each time.
    price: Money,
    /// For ANNUAL: by how many percent it is cheaper than twelve months, rounded to 2 decimal places; null when it is
    /// not.
    discount_percentage: Option<Quantity>,
}

impl PlanPrice {
    fn new(row: &plan_price::Model, all: &[plan_price::Model]) -> Self {
        Self {
            currency: CurrencyCode(row.currency.clone()),
            interval: row.billing_interval.into(),
            price: Money::new(row.amount_minor, &row.currency),
            discount_percentage: catalog::annual_discount(row, all).map(Quantity),
        }
    }
}

/// How much of a meter a plan version allows.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PlanLimit {
    #[graphql(skip)]
    model: plan_limit::Model,
    /// What happens at the limit.
    policy: OverQuotaPolicy,
    /// By how much and for how long a DENY limit may be exceeded; null without grace.
    grace: Option<PlanGrace>,
}

#[ComplexObject]
impl PlanLimit {
    /// What is limited.
    async fn meter(&self, ctx: &Context<'_>) -> async_graphql::Result<Meter> {
        let meters = &ctx.loaders().catalog.meters;
        Ok(meters.require(self.model.meter_id).await?.into())
    }

    /// How much, in the meter's unit; 1 or 0 for a flag that is on or off; null means unlimited.
    async fn limit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quantity>> {
        let Some(units) = self.model.limit_amount else {
            return Ok(None);
        };
        let meters = &ctx.loaders().catalog.meters;
        let meter = meters.require(self.model.meter_id).await?;
        Ok(Some(Quantity::from_units(units, meter.scale)))
    }

    /// What usage beyond an ALLOW limit costs; null when it costs nothing.
    async fn overage(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PlanOverage>> {
        PlanOverage::of(ctx, &self.model).await
    }
}

impl From<plan_limit::Model> for PlanLimit {
    fn from(model: plan_limit::Model) -> Self {
        Self {
            policy: model.policy.into(),
            grace: PlanGrace::of(&model),
            model,
        }
    }
}
