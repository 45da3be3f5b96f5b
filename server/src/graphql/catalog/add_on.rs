//! Add-ons in the graph.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use bursar_entities::add_on::Model;
use chrono::{DateTime, Utc};

use super::add_on_contents::{AddOnIncrease, AddOnPrice};
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::id;

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
