//! Plans in the graph.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use bursar_entities::plan::Model;
use chrono::{DateTime, Utc};

use super::version::PlanVersion;
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::id;

/// A plan that organizations subscribe to. Its prices and limits are in its versions: a published version never
/// changes, and subscribers stay on theirs.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Plan {
    #[graphql(skip)]
    model: Model,
    /// The plan's id.
    pub(in crate::graphql) id: ID,
    /// Stable name, such as `professional`; arguments take it.
    key: String,
    /// Display name.
    name: String,
    /// For the pricing page.
    description: String,
    /// Rank: moving to a higher tier is an upgrade.
    tier: i32,
    /// Whether customers may choose it.
    is_public: bool,
    /// When it was withdrawn from sale; null while it is offered.
    archived_at: Option<DateTime<Utc>>,
}

#[ComplexObject]
impl Plan {
    /// The published version, which new subscribers get; null before the first is published.
    async fn current_version(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PlanVersion>> {
        let found = ctx.loaders().catalog.current.load(self.model.id).await?;
        Ok(found.map(PlanVersion::from))
    }

    /// The version that is being edited. System admins see it, everybody else sees null.
    async fn draft(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PlanVersion>> {
        let found = ctx.loaders().catalog.drafts.load(self.model.id).await?;
        Ok(found.map(PlanVersion::from))
    }

    /// Its versions, newest first: all for system admins; for everybody else the published one and those that their
    /// organizations are subscribed to.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PlanVersion>> {
        let found = ctx.loaders().catalog.history.load(self.model.id).await?;
        Ok(found
            .unwrap_or_default()
            .into_iter()
            .map(PlanVersion::from)
            .collect())
    }

    /// How many organizations are subscribed to any of its versions. For system admins; FORBIDDEN for everybody else.
    async fn subscriber_count(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        let count = ctx
            .loaders()
            .catalog
            .subscriber_counts
            .load(self.model.id)
            .await?;
        Ok(i32::try_from(count.unwrap_or_default()).unwrap_or(i32::MAX))
    }
}

impl From<Model> for Plan {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            key: model.key.clone(),
            name: model.name.clone(),
            description: model.description.clone(),
            tier: model.tier,
            is_public: model.is_public,
            archived_at: model.archived_at,
            model,
        }
    }
}
