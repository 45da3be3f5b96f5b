//! What an add-on costs and what it adds.

use async_graphql::{Context, Object, SimpleObject};
use bursar_entities::{add_on_increase, add_on_price};

use super::enums::BillingInterval;
use super::meter::Meter;
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{CurrencyCode, Money, Quantity};

/// What one of an add-on costs in a currency, per interval.
#[derive(Clone, Debug, SimpleObject)]
pub struct AddOnPrice {
    /// The currency.
    currency: CurrencyCode,
    /// How often it is charged.
    interval: BillingInterval,
    /// What is charged each time.
    price: Money,
}

impl From<add_on_price::Model> for AddOnPrice {
    fn from(row: add_on_price::Model) -> Self {
        Self {
            interval: row.billing_interval.into(),
            price: Money::new(row.amount_minor, &row.currency),
            currency: CurrencyCode(row.currency),
        }
    }
}

/// By how much one of an add-on raises the limit of a meter.
#[derive(Clone, Debug)]
pub struct AddOnIncrease {
    model: add_on_increase::Model,
}

/// By how much one of an add-on raises the limit of a meter.
#[Object]
impl AddOnIncrease {
    /// What is limited.
    async fn meter(&self, ctx: &Context<'_>) -> async_graphql::Result<Meter> {
        let meters = &ctx.loaders().catalog.meters;
        Ok(meters.require(self.model.meter_id).await?.into())
    }

    /// How much is added, in the meter's unit; 1 switches a flag on.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Quantity> {
        let meters = &ctx.loaders().catalog.meters;
        let meter = meters.require(self.model.meter_id).await?;
        Ok(Quantity::from_units(self.model.amount, meter.scale))
    }
}

impl From<add_on_increase::Model> for AddOnIncrease {
    fn from(model: add_on_increase::Model) -> Self {
        Self { model }
    }
}
