//! Mutations of plans, for system admins.

use async_graphql::{Context, Object, SimpleObject};
use bursar_entities::{plan, plan_version};

use super::input::{CreatePlanInput, PublishPlanInput, UpdatePlanInput};
use super::plan::Plan;
use super::version::PlanVersion;
use crate::domain::catalog;
use crate::graphql::context::RequestContext;
use crate::graphql::payload::{Payload, UserError, settle};

/// The answer to `createPlan`.
#[derive(Clone, Debug, SimpleObject)]
pub struct CreatePlanPayload {
    /// The plan; null when it was refused.
    plan: Option<Plan>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for CreatePlanPayload {
    type Outcome = plan::Model;

    fn done(plan: plan::Model) -> Self {
        Self {
            plan: Some(plan.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            plan: None,
            user_errors,
        }
    }
}

/// The answer to `updatePlan`.
#[derive(Clone, Debug, SimpleObject)]
pub struct UpdatePlanPayload {
    /// The plan; null when it was refused.
    plan: Option<Plan>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for UpdatePlanPayload {
    type Outcome = plan::Model;

    fn done(plan: plan::Model) -> Self {
        Self {
            plan: Some(plan.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            plan: None,
            user_errors,
        }
    }
}

/// The answer to `publishPlan`.
#[derive(Clone, Debug, SimpleObject)]
pub struct PublishPlanPayload {
    /// The plan; null when it was refused.
    plan: Option<Plan>,
    /// The version that is published now; null when it was refused.
    plan_version: Option<PlanVersion>,
    /// What the caller's user can mend.
    user_errors: Vec<UserError>,
}

impl Payload for PublishPlanPayload {
    type Outcome = (plan::Model, plan_version::Model);

    fn done((plan, version): Self::Outcome) -> Self {
        Self {
            plan: Some(plan.into()),
            plan_version: Some(version.into()),
            user_errors: Vec::new(),
        }
    }

    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            plan: None,
            plan_version: None,
            user_errors,
        }
    }
}

/// Mutations of the catalog.
#[derive(Clone, Copy, Debug, Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Creates a plan with a draft of its first version; nobody else sees it before it is published. For system admins.
    async fn create_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan.")] input: CreatePlanInput,
    ) -> async_graphql::Result<CreatePlanPayload> {
        settle(catalog::create_plan(ctx.app(), ctx.actor(), input.into()).await)
    }

    /// Changes a plan and its draft. What is published stays as it is until the draft is published. For system admins.
    async fn update_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] input: UpdatePlanInput,
    ) -> async_graphql::Result<UpdatePlanPayload> {
        let key = input.plan_key.clone();
        let updated = catalog::update_plan(ctx.app(), ctx.actor(), &key, input.into()).await;
        ctx.loaders().catalog.forget_plans().await;
        settle(updated)
    }

    /// Publishes a plan's draft: new subscribers get it, existing ones stay on the version that they have. The draft
    /// must still be as previewed by `previewPlanPublication`; otherwise CONFLICT asks for another look. For system
    /// admins.
    async fn publish_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft, and what was previewed.")] input: PublishPlanInput,
    ) -> async_graphql::Result<PublishPlanPayload> {
        let (key, hash) = (&input.plan_key, &input.preview_hash);
        let published = catalog::publish_plan(ctx.app(), ctx.actor(), key, hash).await;
        ctx.loaders().catalog.forget_plans().await;
        settle(published)
    }
}
