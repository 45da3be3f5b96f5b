//! Add-ons in the graph.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use bursar_entities::add_on::Model;
use bursar_entities::ids::AddOnId;
use bursar_entities::{add_on_increase, add_on_price};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::enums::BillingInterval;
use super::meter::Meter;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::catalog;
use crate::error::Result;
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{CurrencyCode, Money, Quantity, id};

/// A pack that raises limits on top of a plan, such as "+10 GB of storage". How many of it an organization has is on
/// its subscription.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AddOn {
    #[graphql(skip)]
    model: Model,
    /// The add-on's id.
    pub(in crate::graphql) id: ID,
    /// Stable name, such as `storage_10gb`; arguments take it.
    key: String,
    /// Display name.
    name: String,
    /// For the pricing page.
    description: String,
    /// When it was withdrawn from sale; null while it is offered. Whoever has it keeps it.
    archived_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl AddOn {
    /// What one of it costs, per currency and interval. None at all means that the price is agreed with each customer.
    async fn prices(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AddOnPrice>> {
        let loader = &ctx.loaders().catalog.add_on_prices;
        let rows = loader.load(self.model.id).await?.unwrap_or_default();
        Ok(rows.into_iter().map(AddOnPrice::from).collect())
    }

    /// What one of it adds to limits. Fixed as long as an organization has it.
    async fn increases(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AddOnIncrease>> {
        let loader = &ctx.loaders().catalog.increases;
        let rows = loader.load(self.model.id).await?.unwrap_or_default();
        Ok(rows.into_iter().map(AddOnIncrease::from).collect())
    }
}

impl From<Model> for AddOn {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            key: model.key.clone(),
            name: model.name.clone(),
            description: model.description.clone(),
            archived_at: model.archived_at,
            model,
        }
    }
}

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

/// The add-ons among `ids`, for `node` and `nodes`.
pub(in crate::graphql) async fn add_on_nodes(
    app: &App,
    _: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, AddOn>> {
    let ids: Vec<AddOnId> = ids.iter().copied().map(AddOnId).collect();
    let found = catalog::add_ons_by_ids(app.db.reader(), &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, row)| (id.0, row.into()))
        .collect())
}
