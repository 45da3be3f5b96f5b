//! What became of a meter within a quarter of an hour, summed from the usage records (QUO-7).

use sea_orm::entity::prelude::*;

use crate::ids::{MeterId, OrganizationId};

/// One row of `usage_quarters`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_quarters")]
pub struct Model {
    /// The organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The meter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meter_id: MeterId,
    /// Start of the quarter of an hour that the usage happened in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub starts_at: DateTimeUtc,
    /// 10^-scale units added to counters.
    pub consumed: i64,
    /// 10^-scale units given back.
    pub released: i64,
    /// 10^-scale units that came too late to be counted.
    pub late: i64,
    /// Decisions that were recorded.
    pub decided: i64,
    /// Those of them that were refusals.
    pub denied: i64,
    /// The most that a counter held, in 10^-scale units; none when no counter moved.
    pub peak: Option<i64>,
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
