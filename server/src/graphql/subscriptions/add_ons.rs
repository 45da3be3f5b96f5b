//! The add-ons on a subscription.

use async_graphql::{ComplexObject, Context, SimpleObject};
use bursar_entities::subscription_add_on;

use crate::graphql::catalog::AddOn;
use crate::graphql::context::RequestContext;

/// How many of an add-on are on a subscription.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct SubscriptionAddOn {
    #[graphql(skip)]
    model: subscription_add_on::Model,
    /// How many, more than 0.
    quantity: i32,
}

#[ComplexObject]
impl SubscriptionAddOn {
    /// The add-on.
    async fn add_on(&self, ctx: &Context<'_>) -> async_graphql::Result<AddOn> {
        let add_ons = &ctx.loaders().catalog.add_ons;
        Ok(add_ons.require(self.model.add_on_id).await?.into())
    }
}

impl From<subscription_add_on::Model> for SubscriptionAddOn {
    fn from(model: subscription_add_on::Model) -> Self {
        Self {
            quantity: model.quantity,
            model,
        }
    }
}
