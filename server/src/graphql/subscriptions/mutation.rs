//! Mutations of subscriptions.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use bursar_entities::plan_subscription;

use super::PlanSubscription;
use crate::domain::subscriptions;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};
use crate::graphql::scalars::parse_id;

/// How many of an add-on an organization is to have.
#[derive(Clone, Debug, InputObject)]
pub struct SetAddOnQuantityInput {
    /// The organization.
    organization_id: ID,
    /// The add-on's key.
    add_on_key: String,
    /// How many of it, 0 to 10000; 0 takes it off the subscription.
    quantity: i32,
}

/// The answer to `setAddOnQuantity`.
#[derive(Clone, Debug, SimpleObject)]
pub struct SetAddOnQuantityPayload {
    /// The subscription; null when it was refused.
    subscription: Option<PlanSubscription>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for SetAddOnQuantityPayload {
    type Outcome = plan_subscription::Model;

    fn done(subscription: plan_subscription::Model) -> Self {
        Self {
            subscription: Some(subscription.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            subscription: None,
            user_errors,
        }
    }
}

/// Mutations of subscriptions.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubscriptionMutation;

#[Object]
impl SubscriptionMutation {
    /// Sets how many of an add-on an organization has. Limits apply at once; whoever has less room than is used keeps
    /// what it has and can only shrink. Nothing is invoiced by this yet. Needs `org.billing.manage`.
    async fn set_add_on_quantity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many of which add-on.")] input: SetAddOnQuantityInput,
    ) -> async_graphql::Result<SetAddOnQuantityPayload> {
        let organization = parse_id(&input.organization_id, "The organization")?;
        let set = subscriptions::set_add_on_quantity(
            ctx.app(),
            ctx.actor(),
            organization,
            &input.add_on_key,
            input.quantity,
        )
        .await;
        ctx.loaders().subscriptions.add_ons.forget_all().await;
        settle(set)
    }
}
