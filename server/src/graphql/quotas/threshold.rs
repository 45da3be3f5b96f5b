//! Threshold events: quotas that crossed 80, 95 or 100 percent, up or down.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object};
use bursar_entities::enums;
use bursar_entities::ids::ThresholdEventId;
use bursar_entities::threshold_event::Model;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::quota::QuotaWindow;
use crate::actor::Actor;
use crate::app::App;
use crate::domain::quotas::{self, Window};
use crate::error::Result;
use crate::graphql::catalog::{Meter, QuotaLevel};
use crate::graphql::context::RequestContext;
use crate::graphql::organizations::Organization;
use crate::graphql::scalars::{Quantity, id};

/// Which way a threshold was crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "enums::CrossingDirection")]
pub enum CrossingDirection {
    /// The level rose.
    Up,
    /// The level fell.
    Down,
}

/// A quota crossed a threshold. Recorded exactly once, in the transaction that caused it (QUO-6).
#[derive(Clone, Debug)]
pub struct QuotaThresholdEvent {
    model: Model,
    id: ID,
}

/// A quota crossed a threshold. Recorded exactly once, in the transaction that caused it (QUO-6).
#[Object]
impl QuotaThresholdEvent {
    /// The event's id.
    pub(crate) async fn id(&self) -> &ID {
        &self.id
    }

    /// Its place in the log of its organization: 1, 2, 3 … without a gap.
    async fn sequence(&self) -> Quantity {
        Quantity::from(self.model.sequence)
    }

    /// Pass it as `after:` to hear everything that came later.
    async fn cursor(&self) -> String {
        quotas::threshold_cursor(&self.model)
    }

    /// Whose quota.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Organization> {
        let found = ctx
            .loaders()
            .organizations
            .organizations
            .require(self.model.organization_id)
            .await?;
        Ok(Organization::from(found))
    }

    /// Which quota.
    async fn meter(&self, ctx: &Context<'_>) -> async_graphql::Result<Meter> {
        Ok(Meter::from(
            ctx.loaders()
                .catalog
                .meters
                .require(self.model.meter_id)
                .await?,
        ))
    }

    /// The level that was reached (UP) or left (DOWN).
    async fn level(&self) -> QuotaLevel {
        self.model.level.into()
    }

    /// Up or down.
    async fn direction(&self) -> CrossingDirection {
        self.model.direction.into()
    }

    /// Used when the threshold was crossed.
    async fn used(&self, ctx: &Context<'_>) -> async_graphql::Result<Quantity> {
        let meter = ctx
            .loaders()
            .catalog
            .meters
            .require(self.model.meter_id)
            .await?;
        Ok(Quantity::from_units(self.model.used, meter.scale))
    }

    /// The limit at that moment; null means unlimited.
    async fn limit(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Quantity>> {
        let meter = ctx
            .loaders()
            .catalog
            .meters
            .require(self.model.meter_id)
            .await?;
        Ok(self
            .model
            .limit_amount
            .map(|units| Quantity::from_units(units, meter.scale)))
    }

    /// The window that it happened in; null for a meter without one.
    async fn window(&self) -> Option<QuotaWindow> {
        QuotaWindow::of(Window {
            start: self.model.window_start,
            end: self.model.window_end,
        })
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.model.occurred_at
    }
}

impl From<Model> for QuotaThresholdEvent {
    fn from(model: Model) -> Self {
        Self {
            id: id(model.id),
            model,
        }
    }
}

/// The events among `ids`, for `node` and `nodes`.
pub(crate) async fn nodes(
    app: &App,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, QuotaThresholdEvent>> {
    let ids: Vec<ThresholdEventId> = ids.iter().copied().map(ThresholdEventId).collect();
    let found = quotas::events_by_ids(app, actor, &ids).await?;
    Ok(found
        .into_iter()
        .map(|(id, model)| (id.0, model.into()))
        .collect())
}
