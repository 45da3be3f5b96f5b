//! What lies beyond a limit of a plan: soft grace, and what overage costs.

use async_graphql::{Context, SimpleObject};
use bursar_entities::plan_limit;

use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{Money, Quantity};

/// A soft grace: a DENY limit that may be exceeded for a while. Falling back to the limit renews it.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PlanGrace {
    /// By how many percent the limit may be exceeded.
    percentage: i32,
    /// For how many days after it was first exceeded.
    days: i32,
}

/// What usage beyond a limit costs.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanOverage {
    /// How much each price is for, in the meter's unit.
    per: Quantity,
    /// One price per currency.
    prices: Vec<Money>,
}

impl PlanGrace {
    /// That of a limit, when it has one.
    pub(super) fn of(limit: &plan_limit::Model) -> Option<Self> {
        let (percent, days) = limit.grace_percent.zip(limit.grace_days)?;
        Some(Self {
            percentage: percent.into(),
            days: days.into(),
        })
    }
}

impl PlanOverage {
    /// That of a limit, when it has one.
    pub(super) async fn of(
        ctx: &Context<'_>,
        limit: &plan_limit::Model,
    ) -> async_graphql::Result<Option<Self>> {
        let Some(per) = limit.overage_per else {
            return Ok(None);
        };
        let catalog = &ctx.loaders().catalog;
        let meter = catalog.meters.require(limit.meter_id).await?;
        let prices = catalog.overage_prices.load(limit.id).await?;
        let prices = prices.unwrap_or_default().into_iter();
        Ok(Some(Self {
            per: Quantity::from_units(per, meter.scale),
            prices: prices
                .map(|price| Money::new(price.amount_minor, &price.currency))
                .collect(),
        }))
    }
}
