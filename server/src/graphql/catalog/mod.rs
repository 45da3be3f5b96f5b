//! The catalog in the graph: meters, resource kinds, plans and their versions.

mod add_on;
mod add_on_contents;
mod add_on_input;
mod add_on_mutation;
mod beyond;
mod beyond_input;
mod enums;
mod input;
mod kind;
mod loaders;
mod meter;
mod mutation;
mod nodes;
mod plan;
mod preview;
mod version;

use async_graphql::{Context, Object};
use futures_util::FutureExt;

pub use add_on::AddOn;
pub use add_on_contents::{AddOnIncrease, AddOnPrice};
pub use add_on_input::{
    AddOnIncreaseInput, AddOnPriceInput, ArchiveAddOnInput, CreateAddOnInput, UpdateAddOnInput,
};
pub use add_on_mutation::{
    AddOnMutation, ArchiveAddOnPayload, CreateAddOnPayload, UpdateAddOnPayload,
};
pub use beyond::{PlanGrace, PlanOverage};
pub use beyond_input::{PlanGraceInput, PlanOverageInput, PlanOveragePriceInput};
pub use enums::{
    BillingInterval, MeterKind, MeterWindow, OverQuotaPolicy, PlanVersionStatus, QuotaLevel,
    ResourceNeedSource,
};
pub use input::{
    CreatePlanInput, PlanLimitInput, PlanPriceInput, PreviewPlanPublicationInput, PublishPlanInput,
    UpdatePlanInput,
};
pub use kind::{ResourceKind, ResourceNeed};
pub(crate) use loaders::CatalogLoaders;
pub use meter::{Meter, MeterThreshold};
pub use mutation::{CatalogMutation, CreatePlanPayload, PublishPlanPayload, UpdatePlanPayload};
pub(super) use nodes::{add_on_nodes, kind_nodes, meter_nodes, plan_nodes, version_nodes};
pub use plan::Plan;
pub use preview::{PlanChange, PlanPublicationPreview};
pub use version::{PlanLimit, PlanPrice, PlanVersion};

use super::context::RequestContext;
use super::pagination::{List, list};
use crate::domain::catalog::{self, PlanPosition};
use crate::domain::paging::{PageArguments, PageRequest};

/// Queries of the catalog.
#[derive(Clone, Copy, Debug, Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// The plans on offer, by tier. Readable without a token: the published versions of public plans. System admins
    /// also see private and unpublished plans.
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Also plans that are withdrawn from sale; for system admins.")]
        include_archived: Option<bool>,
    ) -> async_graphql::Result<List<Plan>> {
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
        };
        let request = PageRequest::new(&arguments)?;
        let archived = include_archived.unwrap_or_default();
        let page = catalog::list_plans(ctx.app(), ctx.actor(), archived, &request).await?;
        Ok(list(
            page,
            |plan| PlanPosition::from(plan),
            Plan::from,
            move |app, actor| catalog::count_plans(app, actor, archived).boxed(),
        ))
    }

    /// The plan with this key; null when there is none that the caller may see. Readable without a token for public
    /// plans with a published version; organizations also see the plan that they are subscribed to.
    async fn plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plan's key, such as `professional`.")] key: String,
    ) -> async_graphql::Result<Option<Plan>> {
        let found = catalog::find_plan(ctx.app(), ctx.actor(), &key).await?;
        Ok(found.map(Plan::from))
    }

    /// The add-ons on offer, in the order of display. Readable without a token.
    async fn add_ons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Also add-ons that are withdrawn from sale; for system admins.")]
        include_archived: Option<bool>,
    ) -> async_graphql::Result<Vec<AddOn>> {
        let archived = include_archived.unwrap_or_default();
        let all = catalog::list_add_ons(ctx.app(), ctx.actor(), archived).await?;
        Ok(all.into_iter().map(AddOn::from).collect())
    }

    /// Every meter, in the order of display. Readable without a token.
    async fn meters(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Meter>> {
        let all = catalog::meters(ctx.app().db.reader()).await?;
        Ok(all.into_iter().map(Meter::from).collect())
    }

    /// Every kind of resource, in the order of display. Readable without a token.
    async fn resource_kinds(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ResourceKind>> {
        let all = catalog::kinds(ctx.app().db.reader()).await?;
        Ok(all.into_iter().map(ResourceKind::from).collect())
    }

    /// What publishing a plan's draft would do, and the hash that publishing must quote. `PRECONDITION_FAILED` when the
    /// plan has no draft. For system admins.
    async fn preview_plan_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: PreviewPlanPublicationInput,
    ) -> async_graphql::Result<PlanPublicationPreview> {
        let key = &input.plan_key;
        Ok(catalog::preview_publication(ctx.app(), ctx.actor(), key)
            .await?
            .into())
    }
}

#[cfg(test)]
mod tests;
