//! Resource kinds in the graph.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use bursar_entities::{resource_kind, resource_need};

use super::enums::ResourceNeedSource;
use super::meter::Meter;
use crate::graphql::context::RequestContext;
use crate::graphql::scalars::{Quantity, id};

/// A kind of resource that organizations create, and what each one takes of their quotas.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ResourceKind {
    #[graphql(skip)]
    model: resource_kind::Model,
    /// The kind's id.
    pub(in crate::graphql) id: ID,
    /// Stable name, such as `environment`; arguments take it.
    key: String,
    /// Display name.
    name: String,
    /// Whether a resource of this kind freezes the slug of its organization.
    pins_slug: bool,
}

#[ComplexObject]
impl ResourceKind {
    /// The kind that the parent of such a resource must be of; null when it has no parent.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Self>> {
        let Some(parent) = self.model.parent_kind_id else {
            return Ok(None);
        };
        let kinds = &ctx.loaders().catalog.resource_kinds;
        Ok(Some(kinds.require(parent).await?.into()))
    }

    /// What a resource of this kind takes.
    async fn needs(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ResourceNeed>> {
        let needs = ctx.loaders().catalog.needs.load(self.model.id).await?;
        Ok(needs
            .unwrap_or_default()
            .into_iter()
            .map(ResourceNeed)
            .collect())
    }
}

impl From<resource_kind::Model> for ResourceKind {
    fn from(model: resource_kind::Model) -> Self {
        Self {
            id: id(model.id),
            key: model.key.clone(),
            name: model.name.clone(),
            pins_slug: model.pins_slug,
            model,
        }
    }
}

/// What a resource of a kind takes of one meter.
#[derive(Clone, Debug)]
pub struct ResourceNeed(resource_need::Model);

/// What a resource of a kind takes of one meter.
#[async_graphql::Object]
impl ResourceNeed {
    /// What it takes of.
    async fn meter(&self, ctx: &Context<'_>) -> async_graphql::Result<Meter> {
        Ok(ctx
            .loaders()
            .catalog
            .meters
            .require(self.0.meter_id)
            .await?
            .into())
    }

    /// Where the amount comes from.
    async fn source(&self) -> ResourceNeedSource {
        self.0.source.into()
    }

    /// For FIXED: how much, in the meter's unit.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quantity>> {
        let Some(units) = self.0.amount else {
            return Ok(None);
        };
        let meter = ctx
            .loaders()
            .catalog
            .meters
            .require(self.0.meter_id)
            .await?;
        Ok(Some(Quantity::from_units(units, meter.scale)))
    }

    /// For `PARENT_SHARE`: percent of what the parent takes.
    async fn percentage(&self) -> Option<Quantity> {
        self.0
            .percent
            .map(|percent| Quantity::from(i64::from(percent)))
    }

    /// A CAP that the amount must not exceed either.
    async fn cap(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Meter>> {
        let Some(cap) = self.0.cap_meter_id else {
            return Ok(None);
        };
        Ok(Some(
            ctx.loaders().catalog.meters.require(cap).await?.into(),
        ))
    }
}
