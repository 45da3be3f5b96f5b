//! Every crossing of a quota threshold, exactly once (QUO-6); the log that subscriptions replay.

use sea_orm::entity::prelude::*;

use crate::enums::{CrossingDirection, QuotaLevel};
use crate::ids::{MeterId, OrganizationId, ThresholdEventId};

/// One row of `threshold_events`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "threshold_events")]
pub struct Model {
    /// The event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThresholdEventId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// 1, 2, 3 … within the organization.
    pub sequence: i64,
    /// 1, 2, 3 … over all organizations, in the order of commit.
    pub position: i64,
    /// The meter.
    pub meter_id: MeterId,
    /// The level that was reached (UP) or left (DOWN).
    pub level: QuotaLevel,
    /// Up or down.
    pub direction: CrossingDirection,
    /// 10^-scale units used when it was crossed.
    pub used: i64,
    /// The limit at that moment.
    pub limit_amount: Option<i64>,
    /// The window.
    pub window_start: DateTimeUtc,
    /// Its end.
    pub window_end: Option<DateTimeUtc>,
    /// When.
    pub occurred_at: DateTimeUtc,
}

/// Rows are joined set by set in the use cases, so no relation is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The rows of one organization; there is no finder without it.
    #[must_use]
    pub fn find_in(organization: OrganizationId) -> Select<Self> {
        Self::find().filter(Column::OrganizationId.eq(organization))
    }
}
